"""Short sentences: each is compared with those of its own document alone."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import EXACT, KEPT, KINDS
from textclean.minhash.twins import NearDuplicates
from textclean.stage import TextRef, Texts
from textclean.stages.duplicates.earlier import Placed, Verdict
from textclean.stages.duplicates.folding import fold
from textclean.stages.duplicates.observed import Observed
from textclean.tables import Observations

_NAMES = ("id", "start", "end", "line", "before", "after", "key")
_NOWHERE = -2
"""No paragraph begins there, nor is it what stands for no paragraph."""


class _Sentence(NamedTuple):
    """A short sentence, by offsets in its document: of the paragraphs beside it, and of what those of them that fell
    fell to, if that stands in the same document.
    """

    start: int
    end: int
    line: int
    before: int
    after: int
    key: bytes
    canonical_before: int
    canonical_after: int


def short_copies(
    rows: Observed, observations: Observations, texts: Texts, found: NearDuplicates
) -> dict[int, list[Placed]]:
    """Cuts by place of the document, as :meth:`textclean.stages.duplicates.Duplicates.decide` gives them.

    A short sentence falls where it follows its copy, or stands beside a paragraph that fell as its copy stands beside
    the one that this one fell to. Elsewhere a short sentence may well be said twice.
    """
    cuts: dict[int, list[Placed]] = {}
    for document, sentences in _documents(rows, observations, found):
        id = rows.ids[document]

        def read(one: _Sentence, id: str = id) -> str:
            return fold(texts([TextRef(id, one.start, one.end)]))[0]

        own = [
            (one.start, one.end, Verdict(KINDS[EXACT], f"{id}#{canonical.line}"))
            for one, canonical in _falling(sentences, read)
        ]
        if own:
            cuts[document] = own
    return cuts


def _falling(sentences: list[_Sentence], read: Callable[[_Sentence], str]) -> Iterator[tuple[_Sentence, _Sentence]]:
    """Of the sentences of a document, in order, those that fall, each with the one that stays."""
    at = {one.start: one for one in sentences}
    behind = {one.before: one for one in sentences}
    ahead = {one.after: one for one in sentences}
    canonical: dict[int, _Sentence] = {}
    for one in sentences:
        before = canonical[one.before].start if one.before in canonical else one.canonical_before
        for other in (at.get(one.before), behind.get(before), ahead.get(one.canonical_after)):
            if other is None or other.start >= one.start or other.key != one.key:
                continue
            stays = canonical.get(other.start, other)
            if read(one) == read(stays):
                canonical[one.start] = stays
                yield one, stays
                break


def _documents(
    rows: Observed, observations: Observations, found: NearDuplicates
) -> Iterator[tuple[int, list[_Sentence]]]:
    """The sentences of each document that has one twice, in order."""
    columns = {name: observations.array("short_sentences", name) for name in _NAMES}
    low, high = columns["key"].view(np.uint64).reshape(-1, 2).T
    order = np.lexsort((low, high, columns["id"]))
    document, key = columns["id"][order], columns["key"][order]
    again = np.flatnonzero((document[1:] == document[:-1]) & (key[1:] == key[:-1]))
    own = np.flatnonzero(np.isin(columns["id"], document[again]))
    own = own[np.lexsort((columns["start"][own], columns["id"][own]))]
    chosen = {name: column[own] for name, column in columns.items()}
    beside = [_canonical(rows, chosen["id"], chosen[name], found) for name in ("before", "after")]
    bounds = np.flatnonzero(np.diff(chosen["id"], prepend=-1, append=-1)).tolist()
    values = [chosen[name].tolist() for name in _NAMES[1:]]
    sentences = list(map(_Sentence, *values, *(column.tolist() for column in beside)))
    for lo, hi in pairwise(bounds):
        yield int(chosen["id"][lo]), sentences[lo:hi]


def _canonical(
    rows: Observed, document: NDArray[np.int32], start: NDArray[np.int32], found: NearDuplicates
) -> NDArray[np.int64]:
    """What paragraphs fell to, by its offset; -2 where one stays, or fell to one of another document."""
    row = rows.rows(document, start)
    out = np.full(len(row), _NOWHERE)
    fell = (row >= 0).nonzero()[0]
    fell = fell[found.kind[row[fell]] != KEPT]
    twin = found.twin[row[fell]]
    same = rows.document[twin] == document[fell]
    out[fell[same]] = rows.start[twin[same]]
    return out
