"""Edits in columns, one tuple per field, because one object per edit costs more than the edit."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress, count
from operator import eq, ne
from typing import NamedTuple

from textclean.errors import EditError
from textclean.weave import change, change_back


class Edit(NamedTuple):
    """One row of :class:`Edits`, made for those who ask."""

    start: int
    end: int
    new: str
    reason: str
    old: str
    twin: str | None
    moved: int | None
    """For a paste the row of its cut, for a cut that was pasted the row of its paste."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What one stage wants changed, in columns; every column has one entry an edit.

    ``text[starts[i]:ends[i]]`` becomes ``news[i]`` because of ``reasons[i]``. Rows are in order and do not overlap.
    ``olds`` is filled by :func:`apply`. ``twins`` maps a row to the name of the kept copy (``id#line``);
    ``moves`` maps the row of a paste to the row of the cut whose text it puts back.
    """

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    news: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    olds: tuple[str, ...] = ()
    twins: Mapping[int, str] = field(default_factory=dict)
    moves: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self) -> list[Edit]:
        """The edits as objects. Costs an object each: for reports and tests, not for stages."""
        cuts = {cut: paste for paste, cut in self.moves.items()}
        olds = self.olds or ("",) * len(self)
        return [
            Edit(*row, self.twins.get(i), self.moves.get(i, cuts.get(i)))
            for i, row in enumerate(zip(self.starts, self.ends, self.news, self.reasons, olds, strict=True))
        ]


NO_EDITS = Edits()


class EditBuilder:
    """Collects edits in any order and gives them back as sorted columns.

    >>> e = EditBuilder()
    >>> e.replace(2, 3, "，", "width")
    >>> e.cut(0, 1, "space")
    >>> e.build().starts
    (0, 2)
    """

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, str, str, str | None, int | None]] = []

    def replace(self, start: int, end: int, new: str, reason: str) -> None:
        """``text[start:end]`` becomes ``new``."""
        self._rows.append((start, end, new, reason, None, None))

    def insert(self, at: int, new: str, reason: str) -> None:
        """``new`` is put before the character at ``at``."""
        self._rows.append((at, at, new, reason, None, None))

    def cut(self, start: int, end: int, reason: str, twin: str | None = None) -> None:
        """``text[start:end]`` is removed; ``twin`` names the copy that stays."""
        self._rows.append((start, end, "", reason, twin, None))

    def move(self, start: int, end: int, to: int, text: str, reason: str) -> None:
        """``text``, which stands at ``[start, end)``, is cut there and pasted before the character at ``to``."""
        cut = len(self._rows)
        self._rows.append((start, end, "", reason, None, None))
        self._rows.append((to, to, text, reason, None, cut))

    def __len__(self) -> int:
        return len(self._rows)

    def build(self) -> Edits:
        """The collected edits as columns in text order (equal positions: in the order they were added)."""
        order = sorted(range(len(self._rows)), key=lambda i: self._rows[i][:2])
        if not order:
            return NO_EDITS
        starts, ends, news, reasons, twins, cuts = zip(*(self._rows[i] for i in order), strict=True)
        if not any(twins) and cuts.count(None) == len(cuts):
            return Edits(starts, ends, news, reasons)
        rank = {row: place for place, row in enumerate(order)}
        return Edits(
            starts,
            ends,
            news,
            reasons,
            twins={i: twin for i, twin in enumerate(twins) if twin is not None},
            moves={i: rank[cut] for i, cut in enumerate(cuts) if cut is not None},
        )


def columns(starts: Sequence[int], ends: Sequence[int], news: Sequence[str], reason: str) -> Edits:
    """Edits that share one reason, from columns that are already in order: the cheap way for dense edits."""
    return Edits(tuple(starts), tuple(ends), tuple(news), (reason,) * len(starts))


def apply(text: str, edits: Edits) -> tuple[str, Edits]:
    """Apply ``edits`` to ``text``: the new text, and the edits sealed.

    Sealing fills ``olds``, drops rows that change nothing, and merges touching rows of the same reason that name
    no twin and move nothing.

    Raises:
        EditError: columns of different lengths, rows out of order, overlapping or out of range, a new text with a
            lone surrogate, or a move whose paste is not what its cut took.
    """
    starts, ends, news, reasons = edits.starts, edits.ends, edits.news, edits.reasons
    n = len(starts)
    if not n:
        return text, NO_EDITS
    if not n == len(ends) == len(news) == len(reasons):
        raise EditError("the columns of the edits have different lengths")
    woven = change(text, starts, ends, news)
    if woven is None:
        raise EditError(_first_fault(text, edits))
    changed, olds, untidy = woven
    for paste, cut in edits.moves.items():
        if not (0 <= paste < n and 0 <= cut < n) or news[paste] != olds[cut] or olds[paste] or news[cut]:
            raise EditError(f"edit {paste} is a paste that does not hold what its cut took")
    sealed = Edits(starts, ends, news, reasons, olds, edits.twins, edits.moves)
    return changed, (_tidy(sealed) or NO_EDITS) if untidy else sealed


def away_from(edits: Edits, spans: Sequence[tuple[int, int]]) -> Edits:
    """The rows that touch none of ``spans``; with a part of a move its other part goes.

    Args:
        edits: rows in order, as a stage gives them.
        spans: offsets in the text that is to be edited, in order, apart from one another.
    """
    ends = [end for _, end in spans]
    keep = [True] * len(edits)
    for i, (start, end) in enumerate(zip(edits.starts, edits.ends, strict=True)):
        after = bisect_right(ends, start)
        if after < len(spans):
            keep[i] = spans[after][0] >= end
    for paste, cut in edits.moves.items():
        keep[paste] = keep[cut] = keep[paste] and keep[cut]
    if all(keep):
        return edits
    twins = {i: twin for i, twin in edits.twins.items() if keep[i]}
    moves = {paste: cut for paste, cut in edits.moves.items() if keep[paste]}
    return _only(replace(edits, twins=twins, moves=moves), keep)


def undo(text: str, edits: Edits) -> str:
    """The text that ``edits``, as sealed by :func:`apply`, were applied to.

    Raises:
        ValueError: they were not applied to make this text.
    """
    return change_back(text, edits.starts, edits.olds, edits.news, False, None, None)


def _tidy(edits: Edits) -> Edits:
    """Without rows that change nothing, touching rows of one reason merged, links pointing where they did."""
    edits = _changing(edits)
    n, reasons, linked = len(edits), edits.reasons, _linked(edits)
    heads = [True] * n
    for i in compress(count(1), map(eq, edits.ends, edits.starts[1:])):
        heads[i] = reasons[i] != reasons[i - 1] or i in linked or i - 1 in linked
    if all(heads):
        return edits
    ends, news, olds = list(edits.ends), list(edits.news), list(edits.olds)
    firsts = list(compress(range(n), heads))
    for first, stop in zip(firsts, (*firsts[1:], n), strict=True):
        if stop - first > 1:
            ends[first] = ends[stop - 1]
            news[first], olds[first] = "".join(news[first:stop]), "".join(olds[first:stop])
    columns = tuple(ends), tuple(news), reasons, tuple(olds)
    return _changing(_only(Edits(edits.starts, *columns, edits.twins, edits.moves), heads))


def _changing(edits: Edits) -> Edits:
    """The rows that change something, or are part of a link."""
    changes = list(map(ne, edits.olds, edits.news))
    for i in _linked(edits):
        changes[i] = True
    return _only(edits, changes)


def _linked(edits: Edits) -> set[int]:
    return {*edits.twins, *edits.moves, *edits.moves.values()}


def _only(edits: Edits, keep: Sequence[bool]) -> Edits:
    """The rows to ``keep``, which must be all that a twin or a move names."""
    if all(keep):
        return edits
    place = list(accumulate(keep, initial=0))
    return Edits(
        tuple(compress(edits.starts, keep)),
        tuple(compress(edits.ends, keep)),
        tuple(compress(edits.news, keep)),
        tuple(compress(edits.reasons, keep)),
        tuple(compress(edits.olds, keep)),
        {place[i]: twin for i, twin in edits.twins.items()},
        {place[paste]: place[cut] for paste, cut in edits.moves.items()},
    )


def _first_fault(text: str, edits: Edits) -> str:
    before = 0
    for i, (start, end) in enumerate(zip(edits.starts, edits.ends, strict=True)):
        row = f"edit {i} ({start}–{end}, {edits.reasons[i]!r})"
        if start < 0 or end > len(text):
            return f"{row} lies outside the text of {len(text)} characters"
        if end < start:
            return f"{row} ends before it starts"
        if start < before:
            return f"{row} overlaps the edit before it or is out of order"
        before = end
    return "a new text holds a lone surrogate"
