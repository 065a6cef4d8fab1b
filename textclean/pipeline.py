"""The public door: a pipeline of stages, for one document or for many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.document import Document
from textclean.errors import InputError, UsageError
from textclean.phases import Failure, Phases, one_document, sound
from textclean.recipe import AnyStage, Recipe, default, load

if TYPE_CHECKING:
    from textclean.index.open import Where

__all__ = ["Failure", "Item", "Pipeline", "clean", "named"]

Item = str | bytes | Document | tuple[str, str | bytes] | Mapping[str, Any]


class Pipeline:
    """Stages in order. The constructor only stores.

    Example:
        >>> pipe = Pipeline.default()
        >>> pipe.clean("今天,天气很好.").text
        '今天，天气很好。'
    """

    def __init__(self, stages: Sequence[AnyStage] | Recipe) -> None:
        self.recipe = stages if isinstance(stages, Recipe) else Recipe(tuple(stages))

    def __reduce__(self) -> tuple[object, ...]:
        return Pipeline, (self.recipe,)

    @classmethod
    def default(cls) -> "Pipeline":
        """The pipeline of the default recipe."""
        return cls(default())

    @classmethod
    def load(cls, path: str | Path) -> "Pipeline":
        """The pipeline of a recipe file.

        Raises:
            RecipeError: see :func:`textclean.recipe.load`.
        """
        return cls(load(path))

    def __repr__(self) -> str:
        return f"Pipeline([{', '.join(map(repr, self.recipe.stages))}])"

    @cached_property
    def phases(self) -> Phases:
        """What engines run."""
        return Phases(self.recipe)

    def clean(
        self, content: str | bytes | Path | Document, id: str | None = None, *, hint: str | None = None
    ) -> Document:
        """Clean one document as a corpus of one: what corpus stages find by comparing documents is not found so.

        Args:
            content: a text (never a path), bytes, the path of a file, or a decoded document.
            id: of the document; None: the name of the file, or ``document``.
            hint: the charset that a page or a server declares for bytes; it decides ties only.

        Raises:
            InputError: the file cannot be read; or the bytes are not text, or over the limit.
            StageError: a stage failed; its name is in the message.
        """
        from textclean.tables import Observations

        phases = self.phases
        if isinstance(content, Path):
            id = content.name if id is None else id
            content = _read(content, self.recipe.max_document_bytes)
        doc = sound(phases.proceed(0, phases.read("document" if id is None else id, content, hint), None))
        for phase in range(1, len(phases)):
            seen, (step,) = phases.observe(phase - 1, [doc])
            sound(step)
            observations = Observations(phases.observer(phase - 1).tables, seen)
            verdicts = phases.decide(phase - 1, observations, one_document(doc))
            doc = sound(phases.proceed(phase, doc, verdicts.get(doc.id)))
        return doc

    def run(
        self, documents: Iterable[Item], jobs: int = 1, index: "Where | None" = None
    ) -> Iterator[Document | Failure]:
        """Clean many documents as one corpus, in the order of their ids as bytes; memory stays bounded.

        An item is a ``str``, ``bytes``, a :class:`Document`, a pair ``(id, content)``, or a row: a mapping with
        ``text`` and, if it has one, ``id``, of which nothing else is looked at. One without an id gets its number in
        the iterable, from 0, as eight digits. Mapping :meth:`clean` over documents instead switches corpus stages off:
        nothing is compared then.

        With an ``index`` (a file, or a ``redis://`` address) paragraphs that earlier runs kept come first, and what
        is kept of these documents is remembered once the last of them was taken. A document of an id that the index
        knows is that document again, so give ids.

        Raises:
            UsageError: an id stands twice, ``jobs`` is below 1, or the index cannot be used.
            StageError: a corpus stage could not decide.
        """
        from textclean.engines.local import run_corpus  # costs what one document need not pay

        return run_corpus(self.phases, named(documents), jobs, index)


def named(items: Iterable[Item]) -> Iterator[tuple[str, str | bytes | Document]]:
    """Items with their ids.

    Raises:
        UsageError: an item is of another type.
    """
    for number, item in enumerate(items):
        if isinstance(item, Document):
            yield item.id, item
        elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield item
        elif isinstance(item, str | bytes):
            yield f"{number:08d}", item
        elif isinstance(item, Mapping) and isinstance(item.get("text"), str | bytes):
            id = item.get("id")
            yield f"{number:08d}" if id is None else str(id), item["text"]
        else:
            what = type(item).__name__
            if isinstance(item, Mapping):
                what = f"row without a text (it has: {', '.join(map(str, item)) or 'nothing'})"
            raise UsageError(
                f"item {number} is a {what}; give str, bytes, a Document, a pair (id, content), or a row with a text"
            )


def clean(content: str | bytes | Path, *, hint: str | None = None) -> Document:
    """Clean one document with the default recipe, as a corpus of one. For many use :meth:`Pipeline.run`.

    Args:
        content: a text (never a path), bytes, or the path of a file.
        hint: the charset that a page or a server declares for bytes; it decides ties only.

    Returns:
        The document: ``text``, ``meta``, ``marks``, ``layers``, ``restored()``.

    Raises:
        InputError: the file cannot be read; or the bytes are not text, or over the limit.
        StageError: a stage failed.
    """
    return Pipeline.default().clean(content, hint=hint)


def _read(path: Path, limit: int) -> bytes:
    from textclean.io.files import read_regular

    try:
        return read_regular(path, limit)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
