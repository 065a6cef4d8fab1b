"""Rows of paragraphs: what is observed of a document, and what the verdict is found from."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Paragraphs
from textclean.minhash.codes import Codes
from textclean.minhash.signatures import LONG, Signatures
from textclean.minhash.sketch import Sketches, sketch
from textclean.stage import Document, Observation, TextRef, Texts
from textclean.stages.duplicates.facts import BREAKS, CLOSERS, LONGEST_HEADING, STOPS, ends_a_sentence, is_heading
from textclean.stages.duplicates.folding import fold, keys, split
from textclean.stages.duplicates.lines import folded_lines

HEADING, SENTENCE = 1, 2
_STOP, _CLOSER, _BREAK = 1, 2, 4
_COLUMNS = 8


def observe(docs: Sequence[Document], n: int, slots: int, *, pieces: bool) -> list[Observation]:
    """The rows of each of ``docs``, one a paragraph that is not blank, as :class:`Rows` reads them.

    Looking at many together saves most of the time, which goes into calls and not into characters. Of each document
    there is ``rows`` (int64: start, end, source line, length, fingerprints, flags, key in two), ``narrow`` and
    ``wide`` (signatures; wide ones of long paragraphs only) and ``prints``.
    """
    lines = folded_lines([doc.text for doc in docs])
    codes, spans = lines.codes, list(pairwise(lines.bounds))
    made = sketch(codes, n, slots, pieces=pieces)
    starts, numbers = lines.start.tolist(), lines.number.tolist()
    places: list[int] = []
    for doc, (lo, hi) in zip(docs, spans, strict=True):
        places += doc.source_lines(starts[lo:hi], numbers[lo:hi])
    rows = np.empty((len(starts), _COLUMNS), np.int64)
    told = (lines.start, lines.end, np.array(places, np.int64), codes.lengths, np.diff(made.offsets), _flags(codes))
    for column, values in enumerate(told):
        rows[:, column] = values
    rows[:, len(told) :] = keys(codes).view(np.int64)
    wides = np.flatnonzero(codes.lengths > LONG).searchsorted(lines.bounds).tolist()
    prints = made.offsets[lines.bounds].tolist()
    return [
        {
            "rows": rows[lo:hi],
            "narrow": made.signatures.narrow[lo:hi],
            "wide": made.signatures.wide[first:last],
            "prints": made.prints[begin:end],
        }
        for (lo, hi), (first, last), (begin, end) in zip(spans, pairwise(wides), pairwise(prints), strict=True)
    ]


@cache
def _kinds() -> NDArray[np.uint8]:
    """Which code points of the basic plane are stops, closers and breaks."""
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, characters in ((_STOP, STOPS), (_CLOSER, CLOSERS), (_BREAK, BREAKS)):
        kinds[[*map(ord, characters)]] |= np.uint8(kind)
    return kinds


def _flags(codes: Codes) -> NDArray[np.uint8]:
    """Which folded texts may be headings and which end a sentence; of most, characters and lengths tell."""
    kinds = _kinds()
    last = kinds.take(codes.codes[codes.offsets[1:] - 1], mode="clip")
    flags = ((last & _STOP) > 0) * np.uint8(SENTENCE)
    short = np.flatnonzero(codes.lengths <= LONGEST_HEADING)
    few = codes.take(short)
    within = np.bitwise_or.reduceat(kinds.take(few.codes, mode="clip"), few.offsets[:-1])
    flags[short[(within & _STOP | last[short] & _BREAK) == 0]] |= np.uint8(HEADING)
    unsure = (last & _CLOSER) > 0
    unsure[short[(within & _STOP) > 0]] = True
    looked_at = np.flatnonzero(unsure)
    texts = split(codes.take(looked_at)) if len(looked_at) else []
    for i, text in zip(looked_at.tolist(), texts, strict=True):
        flags[i] = HEADING * is_heading(text) | SENTENCE * ends_a_sentence(text)
    return flags


class Rows:
    """The rows of all documents, of which there is one or more, one after the other, in the order that decides.

    Attributes:
        ids: of the documents.
        document: int64, of each row the place of its document in ``ids``.
        start, end, line, length, flags: int64, one a row.
        key: uint64, (rows, 2).
        sketches: of the rows.
    """

    def __init__(self, observations: Sequence[tuple[str, Observation]]) -> None:
        seen = [one for _, one in observations]
        rows = np.concatenate([one["rows"] for one in seen])
        self.ids = [id for id, _ in observations]
        self.document = np.arange(len(seen)).repeat([len(one["rows"]) for one in seen])
        self.start, self.end, self.line, self.length, prints, self.flags = np.ascontiguousarray(rows[:, :-2].T)
        self.key = np.ascontiguousarray(rows[:, -2:]).view(np.uint64)
        long = self.length > LONG
        narrow, wide = (np.concatenate([one[name] for one in seen]) for name in ("narrow", "wide"))
        self.sketches = Sketches(
            Signatures(narrow, wide, np.where(long, np.cumsum(long) - 1, -1)),
            np.concatenate([one["prints"] for one in seen]),
            np.concatenate([[0], np.cumsum(prints)]),
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
