"""The evidence that a line goes on with the next one, in nats."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.joins import WINDOW, Pair, evidence
from textclean.language.lines import closed
from textclean.stages.layout.breaks import DECIMAL, HAN_CHARACTER, MEASURE, OPENING, SHORT, TINY, parts_a_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUANTITY = lazy(
    rf"\d[\d.,]*[多余]?[个家项名人万亿元吨米户亩件条座台次辆只头公千倍][{HAN}]{{0,2}}[，、；。）,;)]|\d[\d.,]*[%％‰]"
)
_UNFINISHED = frozenset("是的和与及或在由对从向为以把将被让使并而但更最很不没就才都也则若如因其这那每各该某第约近达共")
"""Characters that hardly end a sentence."""
_CONJUNCTIONS = frozenset("及和与或、")
"""Of those, what something of the same kind must follow."""
_CLAUSE_EDGE = frozenset("\n，。；：、！？“‘《（,;:!?")
_CLAUSE_EDGES = lazy(f"[{''.join(sorted(_CLAUSE_EDGE))}]")
_BATCH = 4096
"""Pairs that are looked up at once, so that memory stays bounded."""
_COPY = 8
"""Characters that the beginnings of two clauses have in common only if one is a copy of the other."""


class Evidence:
    """:func:`textclean.language.joins.evidence`, remembered for a document."""

    def __init__(self) -> None:
        self._known: dict[Pair, float] = {}

    def __call__(self, pairs: Sequence[Pair]) -> list[float]:
        """The evidence for each (tail, head), in nats."""
        keys = [(tail[-WINDOW:], head[:WINDOW]) for tail, head in pairs]
        new = sorted({key for key in keys if key not in self._known})
        for at in range(0, len(new), _BATCH):
            batch = new[at : at + _BATCH]
            self._known.update(zip(batch, evidence(batch), strict=True))
        return [self._known[key] for key in keys]


_SEARCHES = 16
"""Questions after which sorting what the page holds costs no more than they did; measured on news."""
_LAST = "\U0010ffff" * _COPY
"""After what begins alike, whatever else of a clause was kept, in the order of strings."""
_POINT = 21
"""Bits of a code point."""


class Page:
    """What a page reads elsewhere. The first questions are answered by a search, the others from a sorted index.

    A search for each break of a page would be quadratic; most pages have few breaks.

    Args:
        text: the page, its lines parted by line breaks.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._held = self._begun = 0

    def holds(self, chars: str) -> bool:
        """Whether the page has ``chars``, two or three of them, anywhere."""
        self._held += 1
        if self._held <= _SEARCHES:
            return chars in self._text
        key = 0
        for char in chars:
            key = key << _POINT | ord(char)
        rest = _POINT * (3 - len(chars))
        at = int(self._threes.searchsorted(key << rest))
        return at < len(self._threes) and int(self._threes[at]) >> rest == key

    def begins_a_clause(self, head: str, size: int) -> bool:
        """Whether the first ``size`` characters of ``head`` begin a clause of the page, other than in a copy of it."""
        self._begun += 1
        if self._begun > _SEARCHES:
            return self._clauses(head[:size]) > self._clauses(head[:_COPY])
        at = self._text.find(head[:size])
        while at >= 0:
            if (not at or self._text[at - 1] in _CLAUSE_EDGE) and not self._text.startswith(head[:_COPY], at):
                return True
            at = self._text.find(head[:size], at + 1)
        return False

    def _clauses(self, beginning: str) -> int:
        """How many clauses begin so."""
        return bisect_left(self._starts, beginning + _LAST) - bisect_left(self._starts, beginning)

    @cached_property
    def _threes(self) -> "NDArray[Any]":
        """Every three characters in a row as one number, ascending; after the last ones comes what no character is."""
        import numpy as np

        points = np.full(len(self._text) + 2, (1 << _POINT) - 1, np.int64)
        points[:-2] = np.frombuffer(self._text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return np.sort((points[:-2] << (2 * _POINT)) | (points[1:-1] << _POINT) | points[2:])

    @cached_property
    def _starts(self) -> list[str]:
        """The first characters of every clause, sorted."""
        text = self._text
        return sorted(
            [text[:_COPY], *(text[at : at + _COPY] for at in map(re.Match.end, _CLAUSE_EDGES.finditer(text)))]
        )


def hints_for(tail: str, head: str, page: Page) -> float:
    """What else speaks for a join, in nats: an unfinished tail, an odd head, what the rest of the page says."""
    hints = 1.0 * (tail[-1] in _CONJUNCTIONS)
    if tail[-1] in _UNFINISHED or tail[-1] in "，、,“‘《（":
        hints += 1.5
    if len(head) < SHORT and head[0] not in OPENING and closed(head):
        hints += 3.0 + (len(head) <= TINY)
    if _QUANTITY.match(head):
        hints += 5.0
    if parts_a_pair(tail, head):
        hints += 3.0
    if DECIMAL.search(tail) and head[0] not in MEASURE:
        hints -= 3.0
    return hints + _seen(tail, head, page)


def _seen(tail: str, head: str, page: Page) -> float:
    """What speaks for a join, in nats, because the page has the characters on both sides of it elsewhere.

    Source: logistic regression on held-out news. The two characters around a break stand together elsewhere on the
    page in a seventh of the breaks that the language does not know, of other pairs in one of seventy; the first two of
    a head begin a clause elsewhere in one of twenty, those of a paragraph in one of four.
    """
    if not HAN_CHARACTER.match(head):
        return 0.0
    hints = 0.0
    if HAN_CHARACTER.match(tail[-1]) and page.holds(tail[-1] + head[0]):
        hints += 3.0 + (page.holds(tail[-2:] + head[0]) or page.holds(tail[-1] + head[:2]))
    if HAN_CHARACTER.match(head, 1):
        hints -= 1.5 * page.begins_a_clause(head, 2)
        if HAN_CHARACTER.match(head, 2):
            hints -= 1.5 * page.begins_a_clause(head, 3)
    return hints
