"""Sketches: what candidates are found by, made once a text and kept in place of it."""

from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.codes import Codes, Strings, coded, first_equal, runs, where
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


def sketch(codes: Codes | Strings, n: int, slots: int, *, pieces: bool, chunk: int = 1 << 20) -> Sketches:
    """Signatures, and with ``pieces`` the fingerprints, of the n-grams of each text.

    NumPy works on about ``chunk`` characters at a time; the result does not depend on it.
    """
    if fast := engine.kernel():
        return _by_kernel(fast, codes, n, slots, np.empty(0, np.int64), pieces=pieces)[1]
    codes = coded(codes)
    return _by_numpy(codes, np.arange(len(codes.offsets) - 1), n, slots, pieces=pieces, chunk=chunk)


def sketch_distinct(
    codes: Codes | Strings, n: int, slots: int, *, pieces: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], Sketches]:
    """The first equal text of each text, and the sketches of those that are long enough to be near another.

    Returns ``first`` (:func:`textclean.minhash.codes.first_equal`), the indices of the texts that are the first of
    their kind and have ``n`` characters or more, rising, and their sketches.
    """
    if fast := engine.kernel():
        first = np.empty(len(codes.offsets) - 1, np.int64)
        return first, *_by_kernel(fast, codes, n, slots, first, pieces=pieces)
    codes = coded(codes)
    first = first_equal(codes)
    index = np.flatnonzero((first == np.arange(len(first))) & (codes.lengths >= n))
    return first, index, _by_numpy(codes, index, n, slots, pieces=pieces)


def take(found: Sketches, index: NDArray[np.int64]) -> Sketches:
    """The sketches of the texts of ``index``, in its order."""
    narrow, wide, row = found.signatures
    long = row[index]
    sizes = (found.offsets[1:] - found.offsets[:-1])[index]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    prints = found.prints[np.repeat(found.offsets[index] - offsets[:-1], sizes) + np.arange(offsets[-1])]
    signatures = Signatures(narrow[index], wide[long[long >= 0]], np.where(long < 0, -1, np.cumsum(long >= 0) - 1))
    return Sketches(signatures, prints, offsets)


def rows_of_long(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each text among the long ones, or -1."""
    long = lengths > LONG
    return np.where(long, np.cumsum(long) - 1, -1) if long.any() else np.full(len(long), -1)


def _by_numpy(
    codes: Codes, index: NDArray[np.int64], n: int, slots: int, *, pieces: bool, chunk: int = 1 << 20
) -> Sketches:
    """The sketches of the texts of ``index``."""
    lengths = codes.lengths[index]
    row = rows_of_long(lengths)
    narrow = np.empty((len(index), slots), np.uint16)
    wide = np.empty((np.count_nonzero(row >= 0), slots), np.uint32)
    bounds = np.zeros(len(index) + 1, np.int64)
    prints = [np.empty(0, np.uint32)]
    for lo, hi in runs(np.concatenate([[0], np.cumsum(lengths)]), chunk):
        part = codes.take(index[lo:hi])
        grams = hashes(part, n)
        made = signatures(grams, part.offsets, slots)
        narrow[lo:hi] = made.narrow
        wide[row[lo:hi][row[lo:hi] >= 0]] = made.wide
        if pieces:
            own, ends = winnow(grams, part.offsets, n)
            prints.append(own)
            bounds[lo + 1 : hi + 1] = bounds[lo] + ends[1:]
    return Sketches(Signatures(narrow, wide, row), np.concatenate(prints), bounds)


def _by_kernel(
    fast: ModuleType, codes: Codes | Strings, n: int, slots: int, first: NDArray[np.int64], *, pieces: bool
) -> tuple[NDArray[np.int64], Sketches]:
    """Which texts were sketched, and the sketches: all, or where ``first`` has room for them, which is filled, some."""
    offsets = codes.offsets
    texts = len(offsets) - 1
    index = np.empty(texts, np.int64)  # what is not used of these takes no memory
    narrow = np.empty((texts, slots), np.uint16)
    wide = np.empty((np.count_nonzero(codes.lengths > LONG), slots), np.uint32)
    prints = np.empty(offsets[-1] - offsets[0] if pieces else 0, np.uint32)
    bounds = np.zeros(texts + 1, np.int64)
    rows = fast.sketch(*where(codes), n, slots, LONG, first, index, narrow, wide, prints, bounds)
    index, bounds = index[:rows], bounds[: rows + 1]
    row = rows_of_long(codes.lengths[index]) if len(wide) else np.full(rows, -1)
    made = Signatures(narrow[:rows], wide[: np.count_nonzero(row >= 0)], row)
    return index, Sketches(made, prints[: bounds[-1]], bounds)
