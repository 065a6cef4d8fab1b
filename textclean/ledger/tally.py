"""What a layer did, in numbers: counted once, where its edits are at hand, and carried with it from then on."""

from collections import Counter
from collections.abc import Mapping
from itertools import compress
from typing import Any, Final, NamedTuple, Self

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
    def of(cls, edits: Edits) -> Self:
        """The counts of sealed edits."""
        reasons: Counter[str] = Counter()
        for reason, count in Counter(edits.reasons).items():
            reasons[family(reason)] += count
        old = "".join(edits.olds)
        cut: Counter[str] = Counter()
        joined: Counter[str] = Counter()
        if "\n" in old:
            breaks = ["\n" in one for one in edits.olds]
            columns = (compress(column, breaks) for column in (edits.olds, edits.news, edits.reasons))
            for one, new, reason in zip(*columns, strict=True):
                kind = family(reason)
                if kind.startswith(JOIN):
                    joined[kind] += 1
                elif not new and (lines := sum(1 for line in one.split("\n") if line and not line.isspace())):
                    cut[kind] += lines
        return cls(reasons, sum(map(len, edits.news)) - len(old), cut, joined)

    @classmethod
    def parse(cls, values: Any) -> Self:
        """The counts of JSON values.

        Raises:
            ValueError: they are none.
        """
        if not isinstance(values, list) or len(values) != len(cls._fields):
            raise ValueError("not a tally")
        reasons, grown, cut, joined = values
        for counts in (reasons, cut, joined):
            if not isinstance(counts, dict) or not all(type(count) is int for count in counts.values()):
                raise ValueError("not a tally")
        if type(grown) is not int:
            raise ValueError("not a tally")
        return cls(reasons, grown, cut, joined)


def family(reason: str) -> str:
    """A reason without its figure: ``contained 0.97`` is ``contained``."""
    return reason.partition(" ")[0]
