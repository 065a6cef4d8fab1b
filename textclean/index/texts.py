"""An index asked about texts: what sketches, folds nothing, and verifies by itself."""

import hashlib
from collections.abc import Collection, Sequence
from operator import eq
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.index.model import Earlier, Entries, Index, Paragraphs
from textclean.minhash.codes import encode
from textclean.minhash.sketch import sketch
from textclean.minhash.twins import CONTAINED, EXACT, KEPT, NEAR
from textclean.minhash.verify import overlaps

_READ: Final = 1024  # texts read at a time


class Twins(NamedTuple):
    """Twins in earlier runs, one a text.

    Attributes:
        name: ``id#line`` of the twin; None for a text without one.
        kind: uint8 (:data:`textclean.minhash.KINDS`).
        similarity: float64; nan for a text without a twin.
    """

    name: list[str | None]
    kind: NDArray[np.uint8]
    similarity: NDArray[np.float64]


class Compared(NamedTuple):
    """Verified pairs of entries and rows.

    Attributes:
        entry, row: int64, places in a table of entries, and rows of the new paragraphs.
        equal: whether the texts are the same.
        longer: whether the entry is at least as long as the row.
        jaccard: float64, shared grams per grams of either.
        inside: float64, shared grams per grams of the row.
    """

    entry: NDArray[np.int64]
    row: NDArray[np.int64]
    equal: NDArray[np.bool_]
    longer: NDArray[np.bool_]
    jaccard: NDArray[np.float64]
    inside: NDArray[np.float64]

    def pieces(self, containment: float | None) -> NDArray[np.bool_]:
        """Of which pairs the row is contained in the entry; None: of no pair."""
        return self.longer & (self.inside >= (np.inf if containment is None else containment))


class TextIndex(Index):
    """What every index can do with plain texts."""

    def match(
        self,
        texts: Sequence[str],
        replaced: Collection[str] = (),
        threshold: float = 0.8,
        containment: float | None = 0.9,
    ) -> Twins:
        """Which of ``texts`` are copies of, contained in or near to what an earlier run kept; each is verified.

        The twin is an exact copy, else the most similar text that contains it, else the most similar near one; of
        equals the one remembered first.

        Args:
            texts: the texts; nothing is folded.
            replaced: the documents they are of: what is remembered of them is not looked at.
            threshold: the smallest Jaccard similarity of a near copy.
            containment: the smallest share of a piece in its container; None: not looked for.

        Raises:
            UsageError: the index holds no texts.
        """
        if not self.parameters.texts:
            raise UsageError("the index was made without texts, so nothing can be verified")
        own = self._paragraphs(texts, pieces=containment is not None)
        found = self.earlier(own, np.flatnonzero(own.length), replaced, threshold, containment)
        compared = compare(self, found, own)
        return best(found, compared, len(texts), compared.jaccard >= threshold, compared.pieces(containment))

    def remember(self, id: str, texts: Sequence[str], lines: Sequence[int] | None = None) -> None:
        """Remember ``texts`` as what is kept of a document; ``lines`` are 1-based, one a text (None: 1, 2, 3 …)."""
        own = self._paragraphs(texts, pieces=self.parameters.pieces)
        line = np.arange(1, len(texts) + 1) if lines is None else np.array(lines, np.int64)
        rows = np.flatnonzero(own.length)
        self.add([Entries(id, own, rows, line[rows])])

    def _paragraphs(self, texts: Sequence[str], *, pieces: bool) -> Paragraphs:
        made = sketch(encode(list(texts)), self.parameters.n, self.parameters.slots, pieces=pieces)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        return Paragraphs(text_keys(texts), lengths, made, lambda rows: [texts[i] for i in rows])


def best(found: Earlier, compared: Compared, rows: int, near: NDArray[np.bool_], inside: NDArray[np.bool_]) -> Twins:
    """Of each of so many rows the twin: an exact copy, else the best container, else the best near copy.

    ``near`` and ``inside`` say which pairs are near, and of which the row is a piece of the entry.
    """
    name: list[str | None] = [None] * rows
    kind, similarity = np.full(rows, KEPT, np.uint8), np.full(rows, np.nan)
    for true, score, what in (
        (compared.equal, compared.jaccard, EXACT),
        (inside, compared.inside, CONTAINED),
        (near, compared.jaccard, NEAR),
    ):
        pair = np.flatnonzero(true)
        for i in pair[np.lexsort((compared.entry[pair], -score[pair]))].tolist():
            row = int(compared.row[i])
            if kind[row] == KEPT:
                name[row], kind[row], similarity[row] = found.name[compared.entry[i]], what, score[i]
    return Twins(name, kind, similarity)


def compare(index: Index, found: Earlier, own: Paragraphs) -> Compared:
    """Exact overlaps of the pairs of ``found``, each once; texts are read block by block."""
    entries, count = len(found.number), max(len(own.length), 1)
    entry, row = np.divmod(np.unique(found.entry * count + found.row), count)

    def read(wanted: Sequence[int]) -> list[str]:
        out = index.read([int(found.number[i]) for i in wanted if i < entries])
        return own.measured(out + own.read([i - entries for i in wanted if i >= entries]))

    lengths = np.concatenate([found.length, own.length])
    shared = overlaps(read, lengths, np.stack([entry, row + entries], axis=1), index.parameters.n)
    equal = (found.key[entry] == own.key[row]).all(axis=1)
    for lo in range(0, len(equal), _READ):
        part = lo + np.flatnonzero(equal[lo : lo + _READ])
        equal[part] = list(map(eq, index.read(found.number[entry[part]].tolist()), own.read(row[part].tolist())))
    longer = found.length[entry] >= own.length[row]
    return Compared(entry, row, equal, longer, shared.jaccard(), shared.containment(np.zeros(len(row), bool)))


def text_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """BLAKE2b of each text, 128 bits as two columns: (texts, 2)."""
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2)
