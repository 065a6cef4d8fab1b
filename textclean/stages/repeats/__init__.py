"""Repeats: a clause or a sentence that loops inside a paragraph.

Rhetoric repeats too, so only what stands directly after itself is looked at, and it must be long, or come three times:
see :class:`Repeats` for the measures.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import accumulate, chain, compress, count
from operator import eq
from typing import TYPE_CHECKING, ClassVar

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.ledger import Span
from textclean.native import extension
from textclean.stage import Document, EditBuilder, Field, Findings, Stage
from textclean.stages.cuts import NOTHING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_built = extension("loops")
_SIGNS = "，。；！？、：…,;:!?"
_CLOSERS = "”’」』"
_SPLIT = lazy(f"([{_SIGNS}\n][{_CLOSERS}]*)")
_BINDS = frozenset("，,；;。、")
"""Signs between copies; after an exclamation mark, a question mark or dots a repeat is meant."""
_STOPS = ("。", "！", "？", "!", "?", "\n")
_HAN = lazy(f"[{HAN}]")
_NUMBER = lazy(r"\d")
_BREAK, _OPENING, _CLOSING = lazy("\n"), lazy("[“「]"), lazy("[”」]")
_PERIODS = (1, 2, 3, 4)
_LEAST = 4
"""Different characters at least of what loops."""
_SPOKEN = 12
"""Below this length, a loop inside quotation marks is taken for a chant, a song or a stammer."""


class Repeats(Stage):
    """Cut the copies of a clause or sentence that loops; the first copy stays, with the last one's punctuation.

    A unit of one to four clauses loops if it stands at least three times in a row and has ``thrice`` characters, or
    twice in a row and has ``twice`` characters; a whole sentence twice in a row is enough from ``sentence`` characters
    on. Edits have the reason ``loop``.
    """

    name: ClassVar[str] = "repeats"
    thrice: int = Field(default=6, ge=4, le=200, description="characters of a unit that loops if it stands three times")
    twice: int = Field(default=20, ge=8, le=500, description="characters of a unit that loops if it stands twice")
    sentence: int = Field(
        default=15, ge=8, le=500, description="characters of a sentence that loops if it stands twice"
    )

    def findings(self, doc: Document) -> Findings:
        """The copies to cut."""
        if not _may_loop(doc.text):
            return NOTHING
        parts = _SPLIT.split(doc.text)
        clauses, signs = parts[0::2], [*parts[1::2], "\n"]
        quotations = _Quotations(doc.text)
        loops = self._loops(quotations, clauses, signs, [])
        if not loops:
            return NOTHING
        places = list(accumulate(map(len, parts), initial=0))
        starts, ends = places[0:-1:2], places[1::2]
        cuts: list[Span] = []
        while loops:
            gone: set[int] = set()
            for at, period, copies in loops:
                first, last = at + period - 1, at + period * copies - 1
                cuts.append((ends[first], ends[last]))
                ends[first], signs[first] = ends[last], signs[last]
                gone.update(range(first + 1, last + 1))
            stays = [i not in gone for i in range(len(clauses))]
            clauses, signs = list(compress(clauses, stays)), list(compress(signs, stays))
            starts, ends = list(compress(starts, stays)), list(compress(ends, stays))
            loops = self._loops(quotations, clauses, signs, starts)
        edits = EditBuilder()
        for start, end in _united(cuts):
            edits.cut(start, end, "loop")
        return Findings(edits.build())

    def _loops(
        self, quotations: "_Quotations", clauses: Sequence[str], signs: Sequence[str], starts: Sequence[int]
    ) -> list[tuple[int, int, int]]:
        """Loops that do not overlap, the shortest units first: (index of the first clause, clauses a unit, copies)."""
        loops: list[tuple[int, int, int]] = []
        taken: set[int] = set()
        for period in _PERIODS:
            again = [i for i in compress(count(), map(eq, clauses, clauses[period:])) if signs[i] in _BINDS]
            for at, length in _runs(again):
                copies = 1 + length // period
                found = range(at, at + period * copies)
                if copies < 2 or not taken.isdisjoint(found):
                    continue
                if not starts:
                    places = accumulate(map(len, chain.from_iterable(zip(clauses, signs, strict=True))), initial=0)
                    starts = list(places)[:-1:2]
                if self._is_loop(quotations, clauses, signs, starts, at, period, copies):
                    loops.append((at, period, copies))
                    taken.update(found)
        return loops

    def _is_loop(
        self,
        quotations: "_Quotations",
        clauses: Sequence[str],
        signs: Sequence[str],
        starts: Sequence[int],
        at: int,
        period: int,
        copies: int,
    ) -> bool:
        unit = "".join(clauses[at : at + period])
        size = len(unit)
        inner = [tuple(signs[i : i + period - 1]) for i in range(at, at + period * copies, period)]
        if len(set(inner)) > 1 or not _varied(unit):
            return False
        sentence = signs[at + period - 1] == "。" and (at == 0 or signs[at - 1].startswith(_STOPS))
        if size < self.twice and not (sentence and size >= self.sentence) and (copies < 3 or size < self.thrice):
            return False
        return size >= _SPOKEN or not (_NUMBER.search(unit) or quotations.open_at(starts[at]))


def _may_loop(text: str) -> bool:
    """Whether one to four clauses may stand directly after themselves: a cheap look that most documents end with.

    The copies of a unit read the same, signs included, and it has four characters at least. So the same four
    characters end the first copy and the second, and between these ends are as many clauses as the unit has.
    """
    return _plain_may_loop(text) if _built is None else bool(_built.may_loop(text, _sign_bytes()))


def _plain_may_loop(text: str) -> bool:
    """What the extension does, in NumPy."""
    import numpy as np

    before, after = "\0" * _LEAST, "\n" * (1 + len(_PERIODS))  # the last ends have others to be compared with, too
    codes = np.frombuffer(f"{before}{text}{after}".encode("utf-32-le", "surrogatepass"), "<u4")
    ends = _is_sign().take(codes[_LEAST:], mode="clip").nonzero()[0]
    units = codes.astype(np.uint16)  # characters that become alike so only make for another look
    tails = np.ndarray((len(text) + len(after),), np.uint64, units, 0, units.strides)[ends]
    these = tails[: -len(_PERIODS)]  # to be compared with the tails one place later, two, …
    later = np.ndarray((len(_PERIODS), len(these)), np.uint64, tails, tails.itemsize, 2 * tails.strides)
    return bool(np.count_nonzero(later == these))


@cache
def _is_sign() -> "NDArray[np.bool_]":
    """By code point, whether a character ends a clause; a higher code point than the last one is none."""
    import numpy as np

    table = np.zeros(max(map(ord, _SIGNS)) + 2, np.bool_)
    table[[ord(sign) for sign in f"{_SIGNS}\n"]] = True
    return table


@cache
def _sign_bytes() -> bytes:
    """:func:`_is_sign` for the extension: a byte for each code point."""
    return _is_sign().tobytes()


def _varied(unit: str) -> bool:
    """Whether ``unit`` has four different characters at least."""
    return len(set(_HAN.findall(unit))) >= _LEAST


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Where runs of consecutive numbers start in ``places``, and how long they are."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs


class _Quotations:
    """Where quotations are open: the signs of a text are looked for once, when something is asked about them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _signs(self) -> list[list[int]]:
        return [[sign.start() for sign in signs.finditer(self._text)] for signs in (_BREAK, _OPENING, _CLOSING)]

    def open_at(self, at: int) -> bool:
        """Whether a quotation that began in this paragraph is open at ``at``, or opens there."""
        breaks, opening, closing = self._signs
        above = bisect_left(breaks, at)
        paragraph = breaks[above - 1] + 1 if above else 0
        opened = bisect_left(opening, at + 1) - bisect_left(opening, paragraph)
        return opened > bisect_left(closing, at) - bisect_left(closing, paragraph)


def _united(spans: Sequence[Span]) -> list[Span]:
    """``spans`` in order, those that overlap or touch made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
