"""The verdict over the paragraphs of all documents: which are copies, and of which one that stays."""

from array import array
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Entries, Index
from textclean.minhash import EXACT, KEPT, KINDS, bands, near
from textclean.minhash.twins import NearDuplicates, Related
from textclean.minhash.twins import decide as which_stays
from textclean.minhash.verify import overlaps
from textclean.stage import Texts
from textclean.stages.duplicates.earlier import Placed, Said, Verdict, after_earlier, is_mark
from textclean.stages.duplicates.observed import Observed
from textclean.stages.duplicates.same import difference
from textclean.stages.duplicates.search import Search
from textclean.stages.duplicates.sentences import is_cut_from
from textclean.stages.duplicates.short import short_copies
from textclean.stages.duplicates.whole import Whole
from textclean.tables import Observations

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

_AT_ONCE = 1024
"""Texts that are read together."""


def decide(
    options: "Duplicates",
    observations: Observations,
    texts: Texts,
    remembered: Index | None = None,
) -> Mapping[str, list[Placed]]:
    """Verdicts by document id, with the start and the end of what they are on, in text order.

    What earlier runs ``remembered`` comes first: what falls to it takes part in nothing else.
    """
    rows = Observed(observations, options.slots)
    first = _verified(rows, texts, _first_copies(rows))
    alone = (first == np.arange(len(first))) & ~rows.heading
    earlier = Said({}, {})
    if remembered is not None:
        asking = np.flatnonzero(alone)
        own = rows.paragraphs(texts, asking, rows.for_index())
        earlier = after_earlier(options, remembered, own, rows.ids).renumbered(asking)
        alone[list(earlier.cuts)] = False
    search = Search(options, rows, texts, alone)
    templates = _Templates()

    def relate(pairs: bands.Pairs) -> tuple[Related, Related]:
        least = options.threshold, options.containment
        shared = overlaps(lambda wanted: rows.measured(texts, wanted), rows.length, pairs, options.n, *least)
        beside, inside = near.relations(pairs, shared, search.rank, *least)
        return _same_facts(options, rows, beside, inside, texts, templates)

    found = near.settle(
        search.propose, search.crowd, relate, lambda beside, inside: which_stays(first, search.rank, inside, beside)
    )
    short = short_copies(rows, observations, texts, found)
    return _by_document(rows, found, templates.told(rows, texts, found), first, earlier, short)


def entries(
    options: "Duplicates", observations: Observations, verdicts: Mapping[str, Any], texts: Texts
) -> Iterator[Entries]:
    """What stays of each document and is long enough to be looked for, headings aside."""
    rows = Observed(observations, options.slots)
    indexed = rows.for_index()
    ends = np.searchsorted(rows.document, np.arange(len(rows.ids) + 1))
    for id, lo, hi in zip(rows.ids, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        cut = {start for start, _, verdict in verdicts.get(id) or () if not is_mark(verdict.reason)}
        stays = ~np.isin(rows.start[lo:hi], np.array(sorted(cut), np.int64)) & ~rows.heading[lo:hi]
        kept = lo + np.flatnonzero(stays)
        own = rows.paragraphs(texts, kept, indexed)
        yield Entries(id, own, np.arange(len(kept)), rows.line[kept].astype(np.int64))


def _first_copies(rows: Observed) -> NDArray[np.int64]:
    """The first row with the same folded text: in all documents, for a heading in its own."""
    first = np.arange(len(rows))
    key = rows.keys()
    value = key[:, 0]
    order = np.argsort(value)
    again = np.flatnonzero(value[order[1:]] == value[order[:-1]])
    own = np.union1d(order[again], order[again + 1])  # most stand once, and are their own first copy
    columns = (np.where(rows.heading[own], rows.document[own], -1), *key[own].T)
    order = np.lexsort(columns)  # stable: the first of equals comes first
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([column[order][1:] != column[order][:-1] for column in columns])
    first[own[order]] = own[order][np.flatnonzero(new)[np.cumsum(new) - 1]]
    return first


def _verified(rows: Observed, texts: Texts, first: NDArray[np.int64]) -> NDArray[np.int64]:
    """``first`` where the texts are equal too: keys are strong against chance, not against who would forge one."""
    again = np.flatnonzero(first != np.arange(len(first)))
    for lo in range(0, len(again), _AT_ONCE):
        part = again[lo : lo + _AT_ONCE].tolist()
        homes = sorted({int(first[row]) for row in part})
        read = rows.read(texts, part + homes)
        home_text = dict(zip(homes, read[len(part) :], strict=True))
        for row, text in zip(part, read, strict=False):
            if text != home_text[int(first[row])]:
                first[row] = row
    return first


class _Templates:
    """Pairs of which each says something else. They may be many, so of a pair there are but three numbers."""

    def __init__(self) -> None:
        self._later, self._earlier, self._similarity = array("q"), array("q"), array("d")

    def add(self, one: int, other: int, similarity: float) -> None:
        """A pair of rows."""
        self._later.append(max(one, other))
        self._earlier.append(min(one, other))
        self._similarity.append(similarity)

    def told(self, rows: Observed, texts: Texts, found: NearDuplicates) -> dict[int, Verdict]:
        """For each later row of a pair that stays, the most similar earlier one that does, and what differs."""
        later, earlier = (np.frombuffer(column, np.int64) for column in (self._later, self._earlier))
        stays = (found.kind[earlier] == KEPT) & (found.kind[later] == KEPT)
        later, earlier = later[stays], earlier[stays]
        order = np.lexsort((earlier, -np.frombuffer(self._similarity, np.float64)[stays], later))
        _, first = np.unique(later[order], return_index=True)
        chosen = order[first]
        verdicts: dict[int, Verdict] = {}
        for lo in range(0, len(chosen), _AT_ONCE):
            part = chosen[lo : lo + _AT_ONCE]
            left, right = earlier[part].tolist(), later[part].tolist()
            read = list(map(Whole, rows.read(texts, [*left, *right])))
            for one, other, kept, own in zip(left, right, read, read[len(left) :], strict=False):
                differs = difference(kept, own) or difference(own, kept)
                verdicts[other] = Verdict("template", rows.name(one), str(differs))
        return verdicts


def _same_facts(
    options: "Duplicates",
    rows: Observed,
    beside: Related,
    inside: Related,
    texts: Texts,
    templates: "_Templates",
) -> tuple[Related, Related]:
    """The relations that may make a paragraph fall; ``templates`` gets the others."""

    def may_fall(found: Related, *, piece: bool) -> Related:
        keep = np.zeros(len(found.left), bool)
        known: dict[int, Whole] = {}
        for lo in range(0, len(keep), _AT_ONCE):
            part = slice(lo, lo + _AT_ONCE)
            left, right = found.left[part].tolist(), found.right[part].tolist()
            wanted = {*left, *right}
            known = {row: text for row, text in known.items() if row in wanted}  # a long one may be in many pairs
            new = sorted(wanted - known.keys())
            known |= zip(new, map(Whole, rows.read(texts, new)), strict=True)
            for i, (one, other) in enumerate(zip(left, right, strict=True)):
                whole, own = known[one], known[other]
                differs = difference(whole, own) if options.numbers == "different" else None
                keep[lo + i] = differs is None
                if differs is not None:
                    templates.add(one, other, float(found.similarity[lo + i]))
                elif piece and rows.document[one] != rows.document[other]:
                    keep[lo + i] = is_cut_from(own.text, whole)
        return Related(found.left[keep], found.right[keep], found.similarity[keep])

    return may_fall(beside, piece=False), may_fall(inside, piece=True)


def _by_document(
    rows: Observed,
    found: NearDuplicates,
    templates: Mapping[int, Verdict],
    first: NDArray[np.int64],
    earlier: Said,
    short: Mapping[int, list[Placed]],
) -> dict[str, list[Placed]]:
    fell = np.flatnonzero(found.kind)
    columns = (fell, found.kind[fell], found.similarity[fell], found.twin[fell])
    said = {
        row: Verdict(KINDS[kind] if kind == EXACT else f"{KINDS[kind]} {similarity:.2f}", rows.name(twin))
        for row, kind, similarity, twin in zip(*(column.tolist() for column in columns), strict=True)
    }
    if earlier.cuts:
        said |= {row: earlier.cuts[at] for row, at in enumerate(first.tolist()) if at in earlier.cuts}
    said = {**earlier.marks, **said}
    said = {**templates, **said}
    verdicts: dict[int, list[Placed]] = {}
    told = sorted(said)
    places = zip(*(column[told].tolist() for column in (rows.document, rows.start, rows.end)), strict=True)
    for row, (document, start, end) in zip(told, places, strict=True):
        verdicts.setdefault(document, []).append((start, end, said[row]))
    for document, cuts in short.items():
        verdicts[document] = sorted([*verdicts.get(document, ()), *cuts])
    return {rows.ids[document]: verdicts[document] for document in sorted(verdicts)}
