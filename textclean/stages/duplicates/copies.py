"""The corpus side of the duplicates stage: rows of a document, and the verdict over the rows of all."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Entries, Index, Paragraphs
from textclean.minhash import EXACT, KEPT, KINDS, bands, contained, near
from textclean.minhash.codes import Codes, encode
from textclean.minhash.signatures import Signatures
from textclean.minhash.sketch import Sketches, sketch, together
from textclean.minhash.twins import NearDuplicates, Related
from textclean.minhash.twins import decide as which_stays
from textclean.minhash.verify import overlaps
from textclean.stage import Document, Observation, TextRef, Texts
from textclean.stages.duplicates.earlier import Said, after_earlier, is_mark
from textclean.stages.duplicates.facts import (
    CLOSERS,
    LONGEST_HEADING,
    STOPS,
    ends_a_sentence,
    is_cut_from,
    is_heading,
    same_fact,
)
from textclean.stages.duplicates.folding import fold, fold_codes, keys, split

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

_HEADING, _SENTENCE = 1, 2


def observe(docs: Sequence[Document], n: int, slots: int, *, pieces: bool) -> list[Observation]:
    """The rows of each of ``docs``; columns as :func:`decide` reads them.

    Looking at many together saves most of the time, which goes into calls and not into characters.
    """
    lines_of = [doc.paragraphs() for doc in docs]
    codes = fold_codes(encode([line.text for lines in lines_of for line in lines]))
    told = codes.lengths.nonzero()[0]
    ends = np.cumsum([len(lines) for lines in lines_of])
    bounds = [0, *np.searchsorted(told, ends).tolist()]
    every = [line for lines in lines_of for line in lines]
    lines = [every[i] for i in told.tolist()]
    codes = codes._replace(offsets=codes.offsets[[*told.tolist(), -1]])
    made = sketch(codes, n, slots, pieces=pieces)
    columns: dict[str, NDArray[Any]] = {
        "start": np.array([line.start for line in lines], np.int64),
        "end": np.array([line.end for line in lines], np.int64),
        "length": codes.lengths,
        "key": keys(codes),
        "flags": _flags(codes),
        "narrow": made.signatures.narrow,
    }
    seen: list[Observation] = []
    for doc, (lo, hi) in zip(docs, pairwise(bounds), strict=True):
        own = {name: column[lo:hi] for name, column in columns.items()}
        own["line"] = np.array(doc.source_lines([line.start for line in lines[lo:hi]]), np.int64)
        seen.append(own | _sketch_columns(made, lo, hi))
    return seen


def _sketch_columns(made: Sketches, lo: int, hi: int) -> dict[str, NDArray[Any]]:
    """The ragged columns of the rows from ``lo`` to ``hi``."""
    row = made.signatures.row[lo:hi]
    wide = row[row >= 0]
    first = int(wide[0]) if len(wide) else 0
    bounds = made.offsets[lo : hi + 1]
    return {
        "wide": made.signatures.wide[first : first + len(wide)],
        "row": np.where(row < 0, -1, row - first),
        "prints": made.prints[bounds[0] : bounds[-1]],
        "bounds": bounds - bounds[0],
    }


def _flags(codes: Codes) -> NDArray[np.uint8]:
    """Which folded texts may be headings and which end a sentence; of most the length and the last character tell."""
    last = codes.codes[codes.offsets[1:] - 1]
    flags = _among(last, STOPS).astype(np.uint8) * np.uint8(_SENTENCE)
    unsure = np.flatnonzero((codes.lengths <= LONGEST_HEADING) | _among(last, CLOSERS))
    for i, text in zip(unsure.tolist(), split(codes.take(unsure)), strict=True):
        flags[i] = _HEADING * is_heading(text) | _SENTENCE * ends_a_sentence(text)
    return flags


def _among(points: NDArray[Any], characters: Iterable[str]) -> NDArray[np.bool_]:
    """Which code points are one of a few characters."""
    found: NDArray[np.bool_] = (points[:, None] == np.array(sorted(map(ord, characters)))).any(axis=1)
    return found


class _Rows:
    """The rows of all documents, one after the other, in the order that decides."""

    def __init__(self, observations: Sequence[tuple[str, Observation]], slots: int) -> None:
        def column(name: str) -> NDArray[np.int64]:
            return np.concatenate([np.empty(0, np.int64), *(np.asarray(seen[name]) for _, seen in observations)])

        self.ids = [id for id, _ in observations]
        counts = [len(seen["start"]) for _, seen in observations]
        self.document = np.repeat(np.arange(len(counts)), counts)
        self.start, self.end, self.line, self.length = map(column, ("start", "end", "line", "length"))
        self.flags = column("flags")
        self.key = np.concatenate(
            [np.empty((0, 2), np.uint64), *(np.asarray(seen["key"]).reshape(-1, 2) for _, seen in observations)]
        )
        self.sketches = together(
            (
                Sketches(Signatures(seen["narrow"], seen["wide"], seen["row"]), seen["prints"], seen["bounds"])
                for _, seen in observations
            ),
            slots,
        )

    def read(self, texts: Texts, rows: Sequence[int]) -> list[str]:
        """The folded texts of ``rows``."""
        refs = [TextRef(self.ids[self.document[i]], int(self.start[i]), int(self.end[i])) for i in rows]
        return fold(texts(refs))

    def paragraphs(self, texts: Texts) -> Paragraphs:
        """What an index is asked by, or given."""
        return Paragraphs(self.key, self.length, self.sketches, lambda rows: self.read(texts, rows))

    def name(self, row: int) -> str:
        """``id#line``."""
        return f"{self.ids[self.document[row]]}#{self.line[row]}"


def decide(
    options: "Duplicates",
    observations: Sequence[tuple[str, Observation]],
    texts: Texts,
    remembered: Index | None = None,
) -> Mapping[str, list[tuple[int, int, str, str]]]:
    """Verdicts by document id: ``(start, end, reason, twin)`` in text order; some reasons are marks.

    What earlier runs ``remembered`` comes first: what falls to it takes part in nothing else.
    """
    rows = _Rows(observations, options.slots)
    heading = (rows.flags & _HEADING > 0) & (options.headings == "keep")
    long = rows.length >= options.min_chars
    first = _first_copies(rows, heading, long)
    alone = (first == np.arange(len(first))) & long & ~heading
    earlier = Said({}, {})
    if remembered is not None:
        own = rows.paragraphs(texts)
        earlier = after_earlier(options, remembered, own, np.flatnonzero(alone), rows.ids)
        alone[list(earlier.cuts)] = False
    index = np.flatnonzero(alone & (rows.length >= options.n))
    rank = np.zeros(len(first), np.int64)
    longest_first = index[np.argsort(-rows.length[index], kind="stable")]
    rank[longest_first] = np.arange(len(index))
    templates: dict[int, list[tuple[float, int]]] = {}

    def search(own: NDArray[np.int64], window: int, guests: NDArray[np.int64] | None = None) -> near.Proposal:
        return _proposed(options, rows, own, window, guests, rank, texts)

    def relate(pairs: bands.Pairs) -> tuple[Related, Related]:
        shared = overlaps(lambda wanted: rows.read(texts, wanted), rows.length, pairs, options.n)
        beside, inside = near.relations(pairs, shared, rank, options.threshold, options.containment)
        return _same_facts(options, rows, beside, inside, texts, templates)

    found = near.settle(index, search, relate, lambda beside, inside: which_stays(first, rank, inside, beside))
    found = _short_copies(rows, long, found)
    return _by_document(rows, found, templates, first, earlier)


def entries(options: "Duplicates", id: str, observation: Observation, verdict: Any, texts: Texts) -> Entries:
    """What stays of a document and is long enough to be looked for, headings aside."""
    rows = _Rows([(id, observation)], options.slots)
    cut = {start for start, _, reason, _ in verdict or () if not is_mark(reason)}
    heading = (rows.flags & _HEADING > 0) & (options.headings == "keep")
    stays = ~np.isin(rows.start, np.array(sorted(cut), np.int64))
    kept = np.flatnonzero(stays & ~heading & (rows.length >= options.min_chars))
    return Entries(id, rows.paragraphs(texts), kept, rows.line[kept])


def _first_copies(rows: _Rows, heading: NDArray[np.bool_], long: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first row with the same folded text: in all documents, for a heading in its own; short rows stand alone."""
    first = np.arange(len(rows.start))
    own = np.flatnonzero(long)
    columns = (np.where(heading, rows.document, -1)[own], rows.key[own, 1], rows.key[own, 0])
    order = np.lexsort(columns)  # stable: the first of equals comes first
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([column[order][1:] != column[order][:-1] for column in columns])
    first[own[order]] = own[order][np.flatnonzero(new)[np.cumsum(new) - 1]]
    return first


def _proposed(
    options: "Duplicates",
    rows: _Rows,
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
    share = contained.intact(options.containment, options.n)
    order = own[np.argsort(rank[own])]
    more, crowded_too = contained.candidates(rows.sketches.prints, rows.sketches.offsets, order, share, window)
    return near.union(pairs, more), np.union1d(crowded, crowded_too)


def _same_facts(
    options: "Duplicates",
    rows: _Rows,
    beside: Related,
    inside: Related,
    texts: Texts,
    templates: dict[int, list[tuple[float, int]]],
) -> tuple[Related, Related]:
    """The relations that may make a paragraph fall; ``templates`` gets, of the later of two, the earlier ones."""

    def same(left: int, right: int, whole: str, own: str, piece: bool) -> bool:
        apart = bool(rows.document[left] != rows.document[right])
        return options.numbers == "same" or same_fact(whole, own, piece=piece, apart=apart)

    def may_fall(found: Related, *, piece: bool) -> Related:
        keep = np.zeros(len(found.left), bool)
        for lo in range(0, len(keep), 1024):
            part = slice(lo, lo + 1024)
            left, right = found.left[part].tolist(), found.right[part].tolist()
            read = rows.read(texts, left + right)
            for i, (whole, own) in enumerate(zip(read[: len(left)], read[len(left) :], strict=True)):
                keep[lo + i] = same(left[i], right[i], whole, own, piece)
                if not keep[lo + i]:
                    earlier, later = sorted((left[i], right[i]))
                    templates.setdefault(later, []).append((-float(found.similarity[lo + i]), earlier))
                elif piece and rows.document[left[i]] != rows.document[right[i]]:
                    keep[lo + i] = is_cut_from(own, whole)
        return Related(found.left[keep], found.right[keep], found.similarity[keep])

    return may_fall(beside, piece=False), may_fall(inside, piece=True)


def _short_copies(rows: _Rows, long: NDArray[np.bool_], found: NearDuplicates) -> NearDuplicates:
    """Short sentences fall too where they follow their copy, or go with a paragraph that fell beside its twin's.

    Elsewhere a short sentence may well be said twice.
    """
    twin, kind, similarity = found.twin.copy(), found.kind.copy(), found.similarity.copy()
    sentence = ~long & (rows.flags & _SENTENCE > 0) & (rows.flags & _HEADING == 0)
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
            if kind[home] == KEPT and rows.document[home] == rows.document[row]:
                twin[row], kind[row], similarity[row] = home, EXACT, 1.0
                break
    return NearDuplicates(twin, kind, similarity)


def _by_document(
    rows: _Rows,
    found: NearDuplicates,
    templates: Mapping[int, list[tuple[float, int]]],
    first: NDArray[np.int64],
    earlier: Said,
) -> dict[str, list[tuple[int, int, str, str]]]:
    said: dict[int, tuple[str, str]] = {}
    for row in np.flatnonzero(found.kind).tolist():
        kind = KINDS[found.kind[row]]
        said[row] = (
            kind if kind == "exact" else f"{kind} {found.similarity[row]:.2f}",
            rows.name(int(found.twin[row])),
        )
    if earlier.cuts:
        said |= {row: earlier.cuts[at] for row, at in enumerate(first.tolist()) if at in earlier.cuts}
    said = {**earlier.marks, **said}
    for row, others in templates.items():
        kept = [other for _, other in sorted(others) if found.kind[other] == KEPT]
        if kept and row not in said:
            said[row] = ("template", rows.name(kept[0]))
    verdicts: dict[str, list[tuple[int, int, str, str]]] = {}
    for row, (reason, twin) in sorted(said.items()):
        place = (int(rows.start[row]), int(rows.end[row]), reason, twin)
        verdicts.setdefault(rows.ids[rows.document[row]], []).append(place)
    return verdicts
