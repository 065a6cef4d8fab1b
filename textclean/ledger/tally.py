"""What a layer did, in numbers: counted once, where its edits are at hand, and carried with it from then on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

JOIN: Final = "join"
"""How the reasons of edits begin that put a broken paragraph together."""


class Tally(NamedTuple):
    """Counts over the edits of a layer.

    Attributes:
        reasons: the distinct reasons of the edits.
        counts: how many edits there are for each of these.
        grown: characters of the new text, less those of the old.
        cut: paragraphs that were cut, by reason.
        joined: line breaks that were taken out to join a paragraph, by reason.
    """

    reasons: Sequence[str]
    counts: Sequence[int]
    grown: int
    cut: Mapping[str, int]
    joined: Mapping[str, int]


def paragraphs(rows: Iterable[tuple[str, str, str]]) -> tuple[dict[str, int], dict[str, int]]:
    """How many paragraphs were cut and how many joined, by reason.

    Args:
        rows: of edits that take a line break the reason, what is taken, and what is put there.
    """
    cut: dict[str, int] = {}
    joined: dict[str, int] = {}
    for reason, old, new in rows:
        kind = family(reason)
        if kind.startswith(JOIN):
            joined[kind] = joined.get(kind, 0) + 1
        elif not new and not old.isspace():
            cut[kind] = cut.get(kind, 0) + sum([1 for line in old.split("\n") if line and not line.isspace()])
    return cut, joined


def family(reason: str) -> str:
    """A reason without its figure: ``contained 0.97`` is ``contained``."""
    return reason.partition(" ")[0]
