"""What is found in a line of metadata, and the signs that stand around its fields."""

from typing import Any, NamedTuple

BULLETS = "□■◎●▲◆○★☆△▷►※ \t\u3000\xa0"
SEPARATORS = " \t\u3000\xa0|｜丨/·;；,，、【】[]()（）〔〕<>《》-—"


class Found(NamedTuple):
    """What a line says, as pairs of key and value, why it goes, and whether it goes wherever it stands."""

    meta: tuple[tuple[str, Any], ...]
    reason: str = "metadata"
    weak: str = ""
    """Why the line goes only in its place; empty if it goes anywhere. ``field``: a label that forms and talks have too;
    ``loose``: a value that may be any words; ``date``, ``outlet`` (a paper and a date), ``name``: nothing but that;
    ``page``: may be a figure of a table; ``banner``: the first line only."""
