"""Opening the index that a recipe asks for."""

from collections.abc import Iterable
from os import PathLike, fspath

from textclean.errors import UsageError
from textclean.index.model import Parameters, Remembering
from textclean.index.texts import TextIndex

Where = str | PathLike[str]


def open_index(where: Where, stages: Iterable[object], *, corpus: str = "", write: bool = True) -> TextIndex:
    """The index at ``where``, for that one of ``stages`` that can use one.

    Args:
        where: a file, or ``redis://HOST[:PORT][/DATABASE][?name=NAME]``.
        stages: the stages of a recipe.
        corpus: what the documents belong to: one of the same corpus and id is the same document, run again.
        write: whether to change the index.

    Raises:
        UsageError: no stage can use an index, or it cannot be opened.
    """
    able = [stage for stage in stages if isinstance(stage, Remembering)]
    if not able:
        raise UsageError(f"{fspath(where)}: the recipe has no stage that uses an index; add duplicates to its stages")
    return open_with(where, able[0].index_parameters(), corpus=corpus, write=write)


def open_with(where: Where, parameters: Parameters, *, corpus: str = "", write: bool = True) -> TextIndex:
    """The index at ``where`` for entries made with ``parameters``.

    Raises:
        UsageError: it cannot be opened, or was made with other parameters.
    """
    if fspath(where).startswith(("redis://", "rediss://")):
        from textclean.index.redis import RedisIndex

        return RedisIndex(fspath(where), parameters, corpus=corpus, write=write)
    from textclean.index.sqlite import ParagraphIndex

    return ParagraphIndex(where, parameters, corpus=corpus, write=write)
