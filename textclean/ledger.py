"""Edits, layers, apply, undo and offset maps: how a change of text is written down.

Edits travel in columns, one tuple per field, because one object per edit costs more than the edit.
Offsets are code points, half-open. This module knows no document and no file.
"""

import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, count
from operator import add, eq, ne, sub
from typing import Any, NamedTuple

from textclean.errors import EditError
from textclean.weave import change, change_back, numbers, small, strings

Span = tuple[int, int]


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


def undo(text: str, edits: Edits) -> str:
    """The text that ``edits``, as sealed by :func:`apply`, were applied to.

    Raises:
        ValueError: they were not applied to make this text.
    """
    return change_back(text, edits.starts, edits.olds, edits.news, False, None, None)


def _shifted(starts: Sequence[int], olds: Sequence[str], news: Sequence[str]) -> list[int]:
    """Where the ``news`` stand in the changed text."""
    grown = accumulate(map(sub, map(len, news), map(len, olds)), initial=0)
    return list(map(add, starts, grown))


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


class Alignment:
    """Maps spans across one layer, in both directions.

    Inside an edit of equal length a position maps to its position; of any other edit every character maps to the
    whole other side. What was moved maps to where it came from, or went.
    """

    __slots__ = ("_came", "_new", "_old", "_went")

    def __init__(self, edits: Edits) -> None:
        self._old = (edits.starts, edits.ends)
        starts = _shifted(edits.starts, edits.olds, edits.news)
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


def step_back(edits: Edits, places: Sequence[int], lines: Sequence[int]) -> tuple[list[int], list[int]]:
    """Where the characters at ``places`` of the new text, in these ``lines``, came from: places and lines of the old.

    Like :meth:`Alignment.back` for the first characters of lines, without looking at either text: one walk along
    places, which must rise, and edits, which must move nothing.
    """
    old_places: list[int] = []
    old_lines: list[int] = []
    rows = zip([*places, sys.maxsize], [*lines, 0], strict=True)
    place, line = next(rows)
    shift = grown = 0
    for start, old, new in zip(edits.starts, edits.olds, edits.news, strict=True):
        more = len(new) - len(old)
        if not more and "\n" not in old and "\n" not in new:
            continue
        begin = start - shift
        while place < begin:
            old_places.append(place + shift)
            old_lines.append(line + grown)
            place, line = next(rows)
        inside = counted = 0
        while place < begin + len(new):
            offset = place - begin
            same = 0 if more else offset
            inside += old.count("\n", counted, same) - new.count("\n", counted, offset)
            counted = offset
            old_places.append(start + same)
            old_lines.append(line + grown + inside)
            place, line = next(rows)
        shift -= more
        grown += old.count("\n") - new.count("\n")
    while place < sys.maxsize:
        old_places.append(place + shift)
        old_lines.append(line + grown)
        place, line = next(rows)
    return old_places, old_lines


def breaks_lines(edits: Edits) -> bool:
    """Whether an edit takes or puts a line break."""
    return "\n" in "".join(edits.olds) or "\n" in "".join(edits.news)


class Layer:
    """What one stage did to the text it saw: its name, its version and its sealed edits. Immutable.

    A layer read from a ledger keeps its JSON line and unpacks the edits when asked; one made by a stage packs
    them when asked. Both forms are the same layer.
    """

    __slots__ = ("_edits", "_name", "_packed")
    _edits: Edits | None
    _packed: bytes | None
    _name: tuple[str, str] | None

    def __init__(self, stage: str, version: str, edits: Edits) -> None:
        self._fill((stage, version), edits, None)

    def _fill(self, name: tuple[str, str] | None, edits: Edits | None, packed: bytes | None) -> None:
        put = object.__setattr__
        put(self, "_name", name)
        put(self, "_edits", edits)
        put(self, "_packed", packed)

    @property
    def stage(self) -> str:
        """The name of the stage."""
        return self._named()[0]

    @property
    def version(self) -> str:
        """The version of the stage."""
        return self._named()[1]

    def _named(self) -> tuple[str, str]:
        if self._name is None:
            try:
                raw = _loads(self._packed or b"{}")
                object.__setattr__(self, "_name", (str(raw["stage"]), str(raw["version"])))
            except _DAMAGED as error:
                raise _no_layer(error) from error
        return self._name or ("", "")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Layer is immutable: {name} cannot be set")

    def __reduce__(self) -> tuple[Any, ...]:
        return read_layer, (self.packed(),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and self.packed() == other.packed()

    def __hash__(self) -> int:
        return hash(self.packed())

    def __repr__(self) -> str:
        return f"Layer({self.stage!r}, {self.version!r}, {len(self.edits)} edits)"

    @property
    def edits(self) -> Edits:
        """The sealed edits.

        Raises:
            ValueError: what was read is not a layer.
        """
        edits = self._edits
        if edits is None:
            try:
                edits = _unpack(self._packed or b"{}")
            except _DAMAGED as error:
                raise _no_layer(error) from error
            object.__setattr__(self, "_edits", edits)
        return edits

    def packed(self) -> bytes:
        """The layer as one JSON object without line breaks (the form of the ledger, see ``docs/ledger.md``)."""
        packed = self._packed
        if packed is None:
            packed = _pack(*self._named(), self._edits or NO_EDITS)
            object.__setattr__(self, "_packed", packed)
        return packed

    def undo(self, text: str) -> str:
        """The text that this layer was laid on.

        Raises:
            ValueError: what was read is not a layer, or was not laid on what became ``text``.
        """
        if self._edits is not None:
            return undo(text, self._edits)
        try:
            raw = _loads(self.packed())
            sizes = raw.get("old_size"), raw.get("new_size")
            return change_back(text, raw["step"], raw["old"], raw["new"], True, *sizes)
        except _DAMAGED as error:
            raise _no_layer(error) from error


def read_layer(packed: bytes) -> Layer:
    """The layer of a line that :meth:`Layer.packed` wrote. The line is read when something of it is asked for."""
    layer = Layer.__new__(Layer)
    layer._fill(None, None, packed)
    return layer


_DAMAGED = (AttributeError, LookupError, OverflowError, TypeError)
"""What reading a line that should be a layer raises, beside ValueError."""


def _no_layer(error: Exception) -> ValueError:
    return ValueError(f"not a layer: {type(error).__name__}: {error}")


def _loads(packed: bytes) -> Any:
    import orjson

    return orjson.loads(packed)


def _pack(stage: str, version: str, edits: Edits) -> bytes:
    import orjson

    first = edits.reasons[:1]
    why = list(dict.fromkeys(first if first * len(edits) == edits.reasons else edits.reasons))
    row: dict[str, object] = {
        "stage": stage,
        "version": version,
        "step": list(map(sub, edits.starts, (0, *edits.starts))),
        **_packed_strings("old", edits.olds),
        **_packed_strings("new", edits.news),
        "why": why,
    }
    if len(why) > 1:
        codes = list(map(dict(zip(why, range(len(why)), strict=True)).__getitem__, edits.reasons))
        row["code"] = small(codes) or codes
    if edits.twins:
        row["twin"] = {str(i): twin for i, twin in edits.twins.items()}
    if edits.moves:
        row["move"] = {str(paste): cut for paste, cut in edits.moves.items()}
    return orjson.dumps(row)


def _packed_strings(name: str, strings: Sequence[str]) -> dict[str, str | Sequence[str]]:
    """A column of the ledger: one string, with the size of each entry where that is not 1; a list if one is long."""
    joined = "".join(strings)
    if len(joined) == len(strings) and "" not in strings:
        return {name: joined}
    sizes = small(map(len, strings))
    return {name: strings} if sizes is None else {name: joined, f"{name}_size": sizes}


def _unpack(packed: bytes) -> Edits:
    raw = _loads(packed)
    starts = tuple(accumulate(raw["step"]))
    olds, news = (tuple(strings(raw[name], raw.get(f"{name}_size"))) for name in ("old", "new"))
    why, codes = raw["why"], raw.get("code")
    codes_of: Sequence[int] = numbers(codes) if isinstance(codes, str) else codes or ()
    reasons = tuple(why[:1]) * len(starts) if codes is None else tuple(map(why.__getitem__, codes_of))
    twins = {int(i): str(twin) for i, twin in raw.get("twin", {}).items()}
    moves = {int(paste): int(cut) for paste, cut in raw.get("move", {}).items()}
    lists = [column for column in (raw["old"], raw["new"], why) if not isinstance(column, str)]
    if not {type(text) for column in lists for text in column} <= {str} or not {*map(type, raw["step"])} <= {int}:
        raise ValueError("not a layer: columns of other types")
    if not (isinstance(raw["stage"], str) and isinstance(raw["version"], str)):
        raise ValueError("not a layer: no name of a stage")
    if min(codes_of, default=0) < 0:
        raise ValueError("not a layer: a reason that is not there")
    if len({len(starts), len(olds), len(news), len(reasons)}) > 1:
        raise ValueError("not a layer: columns of different lengths")
    if not all(0 <= i < len(starts) for i in (*twins, *moves, *moves.values())):
        raise ValueError("not a layer: a twin or a move of an edit that is not there")
    return Edits(starts, tuple(map(add, starts, map(len, olds))), news, reasons, olds, twins, moves)
