"""MinHash signatures by double hashing, in 16-bit lanes for all texts and in 32-bit lanes for long ones.

Slot ``k`` of a text is the minimum of ``first + k * second`` over its grams, modulo the lane. A 16-bit minimum says
little of a long text: unrelated texts of ``g`` grams agree by chance in about ``g / 65536`` of the slots. Texts of
more than :data:`LONG` characters therefore have a 32-bit signature as well, and two of them are compared by that one.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.grams import scramble

LONG: Final = 1024
"""Characters above which a text has a wide signature too."""

_BLOCK: Final = 4096  # grams whose lanes fill a second-level cache


class Signatures(NamedTuple):
    """Signatures of several texts.

    Attributes:
        narrow: uint16, (texts, slots). A text without grams has all ones.
        wide: uint32, (long texts, slots).
        row: int64, one a text: its row in ``wide``, or -1.
    """

    narrow: NDArray[np.uint16]
    wide: NDArray[np.uint32]
    row: NDArray[np.int64]


def signatures(hashes: NDArray[np.uint32], offsets: NDArray[np.int64], slots: int) -> Signatures:
    """Signatures of texts whose gram hashes lie one after the other (:func:`textclean.minhash.grams.hashes`)."""
    first = (hashes >> np.uint32(16)).astype(np.uint16)
    second = hashes.astype(np.uint16) | np.uint16(1)
    narrow = minima(first, second, offsets, slots)
    long = (offsets[1:] - offsets[:-1] > LONG).nonzero()[0]
    row = np.full(len(offsets) - 1, -1, np.int64)
    row[long] = np.arange(len(long))
    wide = np.empty((len(long), slots), np.uint32)
    for i, text in enumerate(long):
        own = hashes[offsets[text] : offsets[text + 1]]
        second = scramble(own + np.uint32(0x9E3779B9)) | np.uint32(1)
        wide[i] = minima(own, second, np.array([0, len(own)]), slots)[0]
    return Signatures(narrow, wide, row)


def minima(first: NDArray[Any], second: NDArray[Any], offsets: NDArray[np.int64], slots: int) -> NDArray[Any]:
    """Minima over each text of ``first + k * second`` for ``k`` in ``range(slots)``: (texts, slots), lane as given."""
    lane = first.dtype
    out = np.full((len(offsets) - 1, slots), np.iinfo(lane).max, lane)
    factors = np.arange(slots, dtype=lane)[:, None]
    filled = (offsets[1:] > offsets[:-1]).nonzero()[0]
    begins, ends = offsets[filled], offsets[filled + 1]
    at = 0
    while at < len(filled):
        stop = max(at + 1, int(np.searchsorted(ends, begins[at] + _BLOCK, side="right")))
        rows = filled[at:stop]
        if stop > at + 1:
            lo, hi = int(begins[at]), int(ends[stop - 1])
            values = second[lo:hi] * factors
            values += first[lo:hi]
            out[rows] = np.minimum.reduceat(values, begins[at:stop] - lo, axis=1).T
        else:
            for lo in range(int(begins[at]), int(ends[at]), _BLOCK):
                hi = min(lo + _BLOCK, int(ends[at]))
                values = second[lo:hi] * factors
                values += first[lo:hi]
                out[rows] = np.minimum(out[rows], values.min(axis=1))
        at = stop
    return out


def agreement(found: Signatures, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    """The estimated Jaccard similarity of pairs of texts: the share of slots in which they agree."""
    slots = found.narrow.shape[1]
    out = np.empty(len(left), np.float64)
    for lo in range(0, len(left), 1 << 16):
        part = slice(lo, lo + (1 << 16))
        same = np.count_nonzero(found.narrow[left[part]] == found.narrow[right[part]], axis=1)
        out[part] = same / slots
    both = np.flatnonzero((found.row[left] >= 0) & (found.row[right] >= 0))
    if len(both):
        a, b = found.wide[found.row[left[both]]], found.wide[found.row[right[both]]]
        out[both] = np.count_nonzero(a == b, axis=1) / slots
    return out
