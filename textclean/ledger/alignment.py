"""Where a piece of one text stands in the other, across a layer."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import add, sub

from textclean.ledger.edits import Edits

Span = tuple[int, int]


class Alignment:
    """Maps spans across one layer, in both directions.

    Inside an edit of equal length a position maps to its position; of any other edit every character maps to the
    whole other side. What was moved maps to where it came from, or went.
    """

    __slots__ = ("_came", "_new", "_old", "_went")

    def __init__(self, edits: Edits) -> None:
        self._old = (edits.starts, edits.ends)
        starts = _shifted(edits.starts, edits.ends, edits.news)
        self._new = (starts, list(map(add, starts, map(len, edits.news))))
        self._came = {paste: edits.starts[cut] for paste, cut in edits.moves.items()}
        self._went = {cut: self._new[0][paste] for paste, cut in edits.moves.items()}

    def back(self, start: int, end: int) -> list[Span]:
        """Pieces of the old text that ``new_text[start:end]`` came from, in the order of the new text."""
        return _across(*self._new, *self._old, self._came, start, end)

    def forward(self, start: int, end: int) -> list[Span]:
        """Pieces of the new text that ``old_text[start:end]`` went to; none if it was cut."""
        return _across(*self._old, *self._new, self._went, start, end)


def _across(
    here_starts: Sequence[int],
    here_ends: Sequence[int],
    there_starts: Sequence[int],
    there_ends: Sequence[int],
    jumps: Mapping[int, int],
    start: int,
    end: int,
) -> list[Span]:
    n = len(here_starts)
    i = bisect_right(here_ends, start)
    shift = there_ends[i - 1] - here_ends[i - 1] if i else 0
    if start == end:
        if i < n and here_starts[i] < start:
            same = here_ends[i] - here_starts[i] == there_ends[i] - there_starts[i]
            start = there_starts[i] + (start - here_starts[i] if same else 0)
            return [(start, start)]
        return [(start + shift, start + shift)]
    pieces: list[Span] = []

    def found(a: int, b: int) -> None:
        if a == b or (pieces and pieces[-1] == (a, b)):
            return
        if pieces and pieces[-1][1] == a:
            pieces[-1] = (pieces[-1][0], b)
        else:
            pieces.append((a, b))

    at = start
    while at < end:
        if i == n or at < here_starts[i]:
            stop = end if i == n else min(end, here_starts[i])
            found(at + shift, stop + shift)
        else:
            stop = min(end, here_ends[i])
            if stop > at:
                offset = at - here_starts[i]
                if i in jumps:
                    found(jumps[i] + offset, jumps[i] + offset + stop - at)
                elif here_ends[i] - here_starts[i] == there_ends[i] - there_starts[i]:
                    found(there_starts[i] + offset, there_starts[i] + offset + stop - at)
                else:
                    found(there_starts[i], there_ends[i])
            if stop == here_ends[i]:
                shift = there_ends[i] - here_ends[i]
                i += 1
        at = stop
    return pieces


def breaks_lines(edits: Edits) -> bool:
    """Whether an edit takes or puts a line break."""
    return "\n" in "".join(edits.olds) or "\n" in "".join(edits.news)


def _shifted(starts: Sequence[int], ends: Sequence[int], news: Sequence[str]) -> list[int]:
    """Where the ``news`` stand in the changed text."""
    grown = accumulate(map(sub, map(len, news), map(sub, ends, starts)), initial=0)
    return list(map(add, starts, grown))
