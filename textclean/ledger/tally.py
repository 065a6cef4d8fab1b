"""What a layer did, in numbers: counted once, where its edits are at hand, and carried with it from then on."""

from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from textclean.ledger.edits import Edits

JOIN: Final = "join"
"""How the reasons of edits begin that put a broken paragraph together."""


class Tally(NamedTuple):
    """Counts over the edits of a layer.

    Attributes:
        reasons: how many edits there are for each reason, without its figure.
        grown: characters of the new text, less those of the old.
        cut: paragraphs that were cut, by reason.
        joined: line breaks that were taken out to join a paragraph, by reason.
    """

    reasons: Mapping[str, int]
    grown: int
    cut: Mapping[str, int]
    joined: Mapping[str, int]

    @classmethod
    def of(cls, edits: Edits, old: str, new_size: int, counts: Mapping[str, int]) -> Self:
        """The counts of sealed edits.

        Args:
            edits: the edits.
            old: all that was taken, joined.
            new_size: characters of all that was put in.
            counts: how often each reason stands.
        """
        reasons: dict[str, int] = {}
        for reason, count in counts.items():
            kind = family(reason)
            reasons[kind] = reasons.get(kind, 0) + count
        return cls(reasons, new_size - len(old), *(_paragraphs(edits) if "\n" in old else ({}, {})))


def _paragraphs(edits: Edits) -> tuple[dict[str, int], dict[str, int]]:
    """How many paragraphs were cut and how many joined, by reason."""
    cut: dict[str, int] = {}
    joined: dict[str, int] = {}
    for i in [i for i, old in enumerate(edits.olds) if "\n" in old]:
        kind, old = family(edits.reasons[i]), edits.olds[i]
        if kind.startswith(JOIN):
            joined[kind] = joined.get(kind, 0) + 1
        elif not edits.news[i] and not old.isspace():
            cut[kind] = cut.get(kind, 0) + sum(1 for line in old.split("\n") if line and not line.isspace())
    return cut, joined


def family(reason: str) -> str:
    """A reason without its figure: ``contained 0.97`` is ``contained``."""
    return reason.partition(" ")[0]
