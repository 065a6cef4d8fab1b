"""The verdict over the paragraphs of all documents: which are copies, and of which one that stays."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Entries, Index
from textclean.minhash import EXACT, KEPT, KINDS, bands, near
from textclean.minhash.twins import NearDuplicates, Related
from textclean.minhash.twins import decide as which_stays
from textclean.minhash.verify import overlaps
from textclean.stage import Observation, Texts
from textclean.stages.duplicates.earlier import Said, after_earlier, is_mark
from textclean.stages.duplicates.facts import is_cut_from, same_fact
from textclean.stages.duplicates.rows import HEADING, SENTENCE, Rows
from textclean.stages.duplicates.whole import Whole

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

_AT_ONCE = 1024
"""Texts that are read together."""


def decide(
    options: "Duplicates",
    observations: Sequence[tuple[str, Observation]],
    texts: Texts,
    remembered: Index | None = None,
) -> Mapping[str, list[tuple[int, int, str, str]]]:
    """Verdicts by document id: ``(start, end, reason, twin)`` in text order; some reasons are marks.

    What earlier runs ``remembered`` comes first: what falls to it takes part in nothing else.
    """
    if not observations:
        return {}
    rows = Rows(observations)
    heading = (rows.flags & HEADING > 0) & (options.headings == "keep")
    long = rows.length >= options.min_chars
    first = _verified(rows, texts, _first_copies(rows, heading, long))
    alone = (first == np.arange(len(first))) & long & ~heading
    earlier = Said({}, {})
    if remembered is not None:
        own = rows.paragraphs(texts)
        earlier = after_earlier(options, remembered, own, np.flatnonzero(alone), rows.ids)
        alone[list(earlier.cuts)] = False
    index = np.flatnonzero(alone & (rows.length >= options.n))
    rank = np.zeros(len(first), np.int64)
    longest_first = index[near.by_length(rows.length[index])]
    rank[longest_first] = np.arange(len(index))
    templates: dict[int, list[tuple[float, int]]] = {}

    def search(own: NDArray[np.int64], window: int, guests: NDArray[np.int64] | None = None) -> near.Proposal:
        return _proposed(options, rows, own, window, guests, rank, texts)

    def relate(pairs: bands.Pairs) -> tuple[Related, Related]:
        least = options.threshold, options.containment
        shared = overlaps(lambda wanted: rows.read(texts, wanted), rows.length, pairs, options.n, *least)
        beside, inside = near.relations(pairs, shared, rank, *least)
        return _same_facts(options, rows, beside, inside, texts, templates)

    found = near.settle(index, search, relate, lambda beside, inside: which_stays(first, rank, inside, beside))
    found = _short_copies(rows, texts, long, found)
    return _by_document(rows, found, templates, first, earlier)


def entries(options: "Duplicates", id: str, observation: Observation, verdict: Any, texts: Texts) -> Entries:
    """What stays of a document and is long enough to be looked for, headings aside."""
    rows = Rows([(id, observation)])
    cut = {start for start, _, reason, _ in verdict or () if not is_mark(reason)}
    heading = (rows.flags & HEADING > 0) & (options.headings == "keep")
    stays = ~np.isin(rows.start, np.array(sorted(cut), np.int64))
    kept = np.flatnonzero(stays & ~heading & (rows.length >= options.min_chars))
    return Entries(id, rows.paragraphs(texts), kept, rows.line[kept])


def _first_copies(rows: Rows, heading: NDArray[np.bool_], long: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first row with the same folded text: in all documents, for a heading in its own; short rows stand alone."""
    first = np.arange(len(rows.start))
    own = np.flatnonzero(long)
    value = rows.key[own, 0]
    order = np.argsort(value)
    again = np.flatnonzero(value[order[1:]] == value[order[:-1]])
    own = own[np.union1d(order[again], order[again + 1])]  # most stand once, and are their own first copy
    columns = (np.where(heading[own], rows.document[own], -1), *rows.key[own].T)
    order = np.lexsort(columns)  # stable: the first of equals comes first
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([column[order][1:] != column[order][:-1] for column in columns])
    first[own[order]] = own[order][np.flatnonzero(new)[np.cumsum(new) - 1]]
    return first


def _verified(rows: Rows, texts: Texts, first: NDArray[np.int64]) -> NDArray[np.int64]:
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


def _proposed(
    options: "Duplicates",
    rows: Rows,
    own: NDArray[np.int64],
    window: int,
    guests: NDArray[np.int64] | None,
    rank: NDArray[np.int64],
    texts: Texts,
) -> near.Proposal:
    if options.backend == "datasketch":
        from textclean.minhash import peer

        folded = rows.read(texts, own.tolist())
        bands_and_rows = bands.choose(options.threshold, options.slots, near.RECALL)
        pairs, crowded = own[peer.candidates(folded, options.n, options.slots, *bands_and_rows)], own[:0]
    else:
        pairs, crowded = near.near_pairs(rows.sketches, own, options.threshold, near.RECALL, window, guests)
    if options.containment is None or guests is not None:
        return pairs, crowded
    order = own[np.argsort(rank[own])]
    return near.with_pieces((pairs, crowded), rows.sketches, order, options.containment, options.n, window)


def _same_facts(
    options: "Duplicates",
    rows: Rows,
    beside: Related,
    inside: Related,
    texts: Texts,
    templates: dict[int, list[tuple[float, int]]],
) -> tuple[Related, Related]:
    """The relations that may make a paragraph fall; ``templates`` gets, of the later of two, the earlier ones."""

    def same(left: int, right: int, whole: Whole, own: str, piece: bool) -> bool:
        apart = bool(rows.document[left] != rows.document[right])
        return options.numbers == "same" or same_fact(whole, own, piece=piece, apart=apart)

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
                whole, own = known[one], known[other].text
                keep[lo + i] = same(one, other, whole, own, piece)
                if not keep[lo + i]:
                    earlier, later = sorted((one, other))
                    templates.setdefault(later, []).append((-float(found.similarity[lo + i]), earlier))
                elif piece and rows.document[one] != rows.document[other]:
                    keep[lo + i] = is_cut_from(own, whole)
        return Related(found.left[keep], found.right[keep], found.similarity[keep])

    return may_fall(beside, piece=False), may_fall(inside, piece=True)


def _short_copies(rows: Rows, texts: Texts, long: NDArray[np.bool_], found: NearDuplicates) -> NearDuplicates:
    """Short sentences fall too where they follow their copy, or go with a paragraph that fell beside its twin's.

    Elsewhere a short sentence may well be said twice.
    """
    twin, kind, similarity = found.twin.copy(), found.kind.copy(), found.similarity.copy()
    sentence = ~long & (rows.flags & SENTENCE > 0) & (rows.flags & HEADING == 0)
    last = len(twin) - 1
    for row in np.flatnonzero(sentence).tolist():
        places = []
        if row > 0:
            places += [row - 1, int(twin[row - 1]) + 1 if kind[row - 1] else -1]
        if row < last and kind[row + 1]:
            places.append(int(twin[row + 1]) - 1)
        for place in places:
            if not 0 <= place < row or (rows.key[place] != rows.key[row]).any():
                continue
            home = int(twin[place]) if kind[place] else place
            if kind[home] != KEPT or rows.document[home] != rows.document[row]:
                continue
            own, other = rows.read(texts, [row, home])
            if own == other:
                twin[row], kind[row], similarity[row] = home, EXACT, 1.0
                break
    return NearDuplicates(twin, kind, similarity)


def _by_document(
    rows: Rows,
    found: NearDuplicates,
    templates: Mapping[int, list[tuple[float, int]]],
    first: NDArray[np.int64],
    earlier: Said,
) -> dict[str, list[tuple[int, int, str, str]]]:
    fell = np.flatnonzero(found.kind)
    columns = (fell, found.kind[fell], found.similarity[fell], found.twin[fell])
    said = {
        row: (KINDS[kind] if kind == EXACT else f"{KINDS[kind]} {similarity:.2f}", rows.name(twin))
        for row, kind, similarity, twin in zip(*(column.tolist() for column in columns), strict=True)
    }
    if earlier.cuts:
        said |= {row: earlier.cuts[at] for row, at in enumerate(first.tolist()) if at in earlier.cuts}
    said = {**earlier.marks, **said}
    for row, others in templates.items():
        kept = [other for _, other in sorted(others) if found.kind[other] == KEPT]
        if kept and row not in said:
            said[row] = ("template", rows.name(kept[0]))
    verdicts: dict[str, list[tuple[int, int, str, str]]] = {}
    told = sorted(said)
    places = zip(*(column[told].tolist() for column in (rows.document, rows.start, rows.end)), strict=True)
    for row, (document, start, end) in zip(told, places, strict=True):
        verdicts.setdefault(rows.ids[document], []).append((start, end, *said[row]))
    return verdicts
