"""Exact overlap of candidate pairs: no hash decides.

Grams are numbered without collisions: the characters of a batch of pairs are ranked, and a gram is the number that
its ranks write in base (characters of the batch). Where that number would not fit into 64 bits, the partial numbers
are ranked again on the way.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.bands import Pairs
from textclean.minhash.codes import Codes, Strings, coded, runs, view, where
from textclean.minhash.grams import repeat_first

_BLOCK: Final = 1 << 20  # characters read at a time
_BATCH: Final = 1 << 14  # characters: few enough that the grams' numbers rarely outgrow 64 bits


class Overlaps(NamedTuple):
    """Of each pair: distinct grams of both texts, of the left and of the right one (int64)."""

    shared: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]

    def jaccard(self) -> NDArray[np.float64]:
        """Shared grams per grams of either text; 0 for two texts without grams."""
        either: NDArray[np.int64] = np.maximum(self.left + self.right - self.shared, 1)
        return self.shared / either

    def containment(self, swapped: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Shared grams per grams of the right text, of the left one where ``swapped``; 0 for a text without grams."""
        own: NDArray[np.int64] = np.maximum(np.where(swapped, self.left, self.right), 1)
        return self.shared / own


def overlaps(
    read: Callable[[Sequence[int]], list[str]],
    lengths: NDArray[Any],
    pairs: Pairs,
    n: int,
    threshold: float = 0.0,
    containment: float | None = None,
) -> Overlaps:
    """Exact overlaps of ``pairs`` of texts, as :func:`pair_counts` tells them, read block by block by their indices.

    ``lengths`` are the texts' characters; each text is read once a block of about a million characters, a long one with
    many that are compared with it.
    """
    longer = np.where(lengths[pairs[:, 0]] < lengths[pairs[:, 1]], pairs[:, 1], pairs[:, 0])
    order = np.argsort(longer, kind="stable")
    pairs, longer = pairs[order], longer[order]
    again = np.r_[False, longer[1:] == longer[:-1]]
    size = lengths[pairs].sum(axis=1, dtype=np.int64) - np.where(again, lengths[longer], 0)
    counts = np.zeros((3, len(pairs)), np.int64)
    for lo, hi in runs(np.concatenate([[0], np.cumsum(size)]), _BLOCK):
        wanted, place = np.unique(pairs[lo:hi], return_inverse=True)
        texts = view(read(wanted.tolist()))
        counts[:, order[lo:hi]] = pair_counts(texts, place.reshape(-1, 2), n, threshold, containment)
    return Overlaps(*counts)


def pair_counts(
    codes: Codes | Strings, pairs: Pairs, n: int, threshold: float = 0.0, containment: float | None = None
) -> Overlaps:
    """Exact overlaps of ``pairs`` of the texts of ``codes``.

    All 0 where the Jaccard similarity is below ``threshold``, unless the shorter text (the right one of two equally
    long) shares ``containment`` of its grams.
    """
    contained = np.inf if containment is None else containment
    if fast := engine.kernel():
        counts = np.empty((len(pairs), 3), np.int64)
        fast.overlap(*where(codes), np.ascontiguousarray(pairs), n, threshold, contained, counts)
        return Overlaps(*counts.T)
    codes = coded(codes)
    done = [np.zeros((3, 0), np.int64)]
    lengths = codes.lengths[pairs]
    ends = np.concatenate([[0], np.cumsum(lengths.sum(axis=1))])
    done += [_counts(codes.take(pairs[lo:hi].ravel()), n) for lo, hi in runs(ends, _BATCH)]
    found = Overlaps(*np.concatenate(done, axis=1))
    left_is_piece = lengths[:, 0] < lengths[:, 1]
    enough = (found.jaccard() >= threshold) | (found.containment(left_is_piece) >= contained)
    return found if enough.all() else Overlaps(*(np.where(enough, count, 0) for count in found))


def _counts(codes: Codes, n: int) -> NDArray[np.int64]:
    """Distinct grams shared, left and right of texts that lie pairwise, left then right: (3, pairs)."""
    pairs = (len(codes.offsets) - 1) // 2
    side = np.repeat(np.arange(2 * pairs, dtype=np.uint64), codes.lengths)
    numbers, size = gram_numbers(codes, n, limit=2**64 // (2 * max(pairs, 1)))
    numbers += (side >> np.uint64(1)) * np.uint64(size)
    numbers *= np.uint64(2)
    numbers += side & np.uint64(1)
    numbers.sort()
    numbers = numbers[np.r_[True, numbers[1:] != numbers[:-1]]] if len(numbers) else numbers
    gram = numbers >> np.uint64(1)
    pair = (gram // np.uint64(size)).astype(np.int64)
    is_right = (numbers & np.uint64(1)).astype(bool)
    both = np.flatnonzero(gram[1:] == gram[:-1])
    counts = (np.bincount(part, minlength=pairs) for part in (pair[both], pair[~is_right], pair[is_right]))
    return np.stack(list(counts)).astype(np.int64)


def gram_numbers(codes: Codes, n: int, limit: int) -> tuple[NDArray[np.uint64], int]:
    """One number a character, equal exactly for equal grams, and a bound that all numbers stay under.

    Laid out as :func:`textclean.minhash.grams.hashes`. The bound is at most ``limit`` unless there are more
    different grams than that.
    """
    points, offsets = codes
    if points.dtype.itemsize == 2:
        occurs = np.zeros(1 << 16, bool)
        occurs[points] = True
        alphabet = np.flatnonzero(occurs)
        table = np.empty(1 << 16, np.uint64)
        table[alphabet] = np.arange(1, len(alphabet) + 1)
        ranks = table[points]
    else:
        alphabet = np.unique(points)
        ranks = np.searchsorted(alphabet, points).astype(np.uint64) + np.uint64(1)
    base = len(alphabet) + 1  # rank 0 stands beyond the end of a text shorter than n
    inside = _characters_left(codes) if (codes.lengths < n).any() else None
    out, size = ranks.copy(), base
    for j in range(1, min(n, len(points))):
        if size * base > limit:
            distinct, rank = np.unique(out, return_inverse=True)
            out, size = rank.astype(np.uint64), len(distinct)
        out *= np.uint64(base)
        out[:-j] += ranks[j:] if inside is None else ranks[j:] * (inside[:-j] > j)
        size *= base
    repeat_first(out, offsets, n)
    return out, size


def _characters_left(codes: Codes) -> NDArray[np.int64]:
    """Characters from each place to the end of its text."""
    return np.repeat(codes.offsets[1:], codes.lengths) - np.arange(len(codes.codes))
