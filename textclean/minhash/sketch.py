"""Sketches: what candidates are found by, made once a text and kept in place of it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.codes import Codes, runs
from textclean.minhash.contained import winnow
from textclean.minhash.grams import hashes
from textclean.minhash.signatures import LONG, Signatures, signatures


class Sketches(NamedTuple):
    """Sketches of several texts.

    Attributes:
        signatures: for near copies.
        prints: uint32, winnowed fingerprints of all texts, one text after the other; for contained texts.
        offsets: int64, where the fingerprints of each text begin, one more than texts.
    """

    signatures: Signatures
    prints: NDArray[np.uint32]
    offsets: NDArray[np.int64]


def sketch(
    codes: Codes, n: int, slots: int, *, pieces: bool, index: NDArray[np.int64] | None = None, chunk: int = 1 << 20
) -> Sketches:
    """Signatures, and with ``pieces`` the fingerprints, of the n-grams of each text, or of the texts of ``index``.

    NumPy works on about ``chunk`` characters at a time; the result does not depend on it.
    """
    index = np.arange(len(codes.offsets) - 1) if index is None else index
    lengths = codes.lengths[index]
    long = lengths > LONG
    row = np.where(long, np.cumsum(long) - 1, -1)
    narrow = np.empty((len(index), slots), np.uint16)
    wide = np.empty((np.count_nonzero(long), slots), np.uint32)
    bounds = np.zeros(len(index) + 1, np.int64)
    if fast := engine.kernel():
        width = codes.codes.dtype.itemsize
        room = np.empty(lengths.sum() if pieces else 0, np.uint32)  # what is not used of it takes no memory
        fast.sketch(codes.codes, width, codes.offsets, index, n, slots, narrow, wide, row, room, bounds)
        return Sketches(Signatures(narrow, wide, row), room[: bounds[-1]], bounds)
    prints = [np.empty(0, np.uint32)]
    for lo, hi in runs(np.concatenate([[0], np.cumsum(lengths)]), chunk):
        part = codes.take(index[lo:hi])
        grams = hashes(part, n)
        made = signatures(grams, part.offsets, slots)
        narrow[lo:hi] = made.narrow
        wide[row[lo:hi][long[lo:hi]]] = made.wide
        if pieces:
            own, ends = winnow(grams, part.offsets, n)
            prints.append(own)
            bounds[lo + 1 : hi + 1] = bounds[lo] + ends[1:]
    return Sketches(Signatures(narrow, wide, row), np.concatenate(prints), bounds)
