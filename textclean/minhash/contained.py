"""Candidates for containment: texts that share winnowed gram fingerprints.

Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003) keeps the smallest gram hash of every window of
``w`` grams, so two texts with a common run of ``w + n - 1`` characters share a fingerprint wherever the run lies.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.bands import WINDOW as BUCKET
from textclean.minhash.bands import Pairs, bucket_pairs, distinct, unpacked

WINDOW: Final = 11
"""Grams a window."""

PROBES: Final = 8
"""The rarest fingerprints of a text, of those that texts before it have, by which its containers are looked up."""

_ODD: Final = np.uint32(0x9E3779B1)


def winnow(hashes: NDArray[np.uint32], offsets: NDArray[np.int64], n: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Fingerprints of each text: the smallest hashes of its windows of :data:`WINDOW` grams.

    ``hashes`` as :func:`textclean.minhash.grams.hashes` makes them. Returns the values (uint32, in the order of the
    windows, runs of the same one once) and their offsets (int64, one more than texts). A text of fewer grams is one
    window.
    """
    total = len(hashes)
    lengths = offsets[1:] - offsets[:-1]
    grams = np.maximum(lengths - n + 1, np.minimum(lengths, 1))
    least = hashes.copy()
    reach = 1
    while reach < WINDOW:  # minima of 2, 4, 8 … neighbours
        step = min(reach, WINDOW - reach)
        least[:-step] = np.minimum(least[:-step], least[step:])
        reach += step
    filled = grams.nonzero()[0]
    begins = offsets[filled, None]
    chosen = np.ones(total, bool)
    chosen[1:] = least[1:] != least[:-1]
    chosen[np.maximum(offsets[filled + 1, None] - np.arange(1, WINDOW + n - 1), begins)] = False  # no window is there
    chosen[begins] = True  # but the first
    few = filled[grams[filled] < WINDOW]
    for text in few.tolist():
        least[offsets[text]] = hashes[offsets[text] : offsets[text] + grams[text]].min()
    place = chosen.nonzero()[0]
    return least[place], place.searchsorted(offsets)


def intact(containment: float, n: int) -> float:
    """The share of its fingerprints that a piece has in common with its container, at least and as a rule.

    What is not contained comes in runs of ``n`` grams or more (a changed character), and a run spoils the windows
    that reach into it.
    """
    return max(0.0, 1 - (1 - containment) * (n + WINDOW - 1) / n)


def candidates(
    prints: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    order: NDArray[np.int64],
    share: float,
    window: int = BUCKET,
) -> tuple[Pairs, NDArray[np.int64]]:
    """Pairs (container, piece) of which the second may be contained in the first.

    ``order`` lists the texts to compare, containers before what they may contain (longest first). Each text is
    looked up by its :data:`PROBES` rarest fingerprints that texts before it have too, so a fingerprint that very many
    texts share is asked for only by texts that have nothing better; and then it leads to the ``window`` longest texts
    and the ``window`` nearest in length. ``share`` (:func:`intact`) is the part of its fingerprints that a piece must
    find there; not quite half of it will do, for what a piece asks for first are its rarest ones, and less where
    others were cut off. The second array has the texts of which a fingerprint was cut off so, in the order of
    ``order``.
    """
    need = np.ceil(0.4 * share * np.arange(PROBES + 1)).astype(np.int64)
    crowded = np.zeros(len(order), np.bool_)
    if fast := engine.kernel():
        raw = fast.hold(prints, offsets, order, window, need, crowded)
        found = np.frombuffer(raw, np.uint64)
    else:
        found = _proposed(prints, offsets, order, need, window, crowded)
    return order[unpacked(np.sort(found))], order[crowded]


def _proposed(
    prints: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    order: NDArray[np.int64],
    need: NDArray[np.int64],
    window: int,
    crowded: NDArray[np.bool_],
) -> NDArray[np.uint64]:
    """Pairs of ranks, the container in the upper half of a number; marks the ranks that were ``crowded``."""
    sizes = (offsets[1:] - offsets[:-1])[order]
    rank = np.repeat(np.arange(len(order)), sizes)
    place = np.arange(len(rank)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + offsets[order[rank]]
    mixed = prints[place] * _ODD  # so that among fingerprints as rare any may come first
    packed = (mixed.astype(np.uint64) << np.uint64(32)) | rank.astype(np.uint64)
    del rank, place, mixed
    packed = distinct(packed)
    value = (packed >> np.uint64(32)).astype(np.uint32)
    start = np.flatnonzero(np.r_[True, value[1:] != value[:-1]]) if len(value) else np.empty(0, np.int64)
    count = np.diff(np.r_[start, len(value)])
    bucket, common = np.repeat(np.arange(len(count)), count), np.repeat(count, count)
    shared = common > 1
    packed, bucket, common = packed[shared], bucket[shared], common[shared]
    member = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    later = np.flatnonzero(bucket[1:] == bucket[:-1]) + 1
    later = later[np.lexsort((common[later], member[later]))]
    first = np.searchsorted(member[later], member[later])
    asked = np.zeros(len(member), np.bool_)
    asked[later[np.arange(len(later)) - first < PROBES]] = True
    left, right, _ = bucket_pairs(bucket, window, asked)
    pair, hits = np.unique(member[left] << 32 | member[right], return_counts=True)
    cut = asked & (common > 2 * window + 1)
    partly = np.bincount(member[cut], minlength=len(order))
    cut_buckets = np.zeros(len(count), np.bool_)
    cut_buckets[bucket[cut]] = True
    crowded[member[cut_buckets[bucket]]] = True
    piece = pair & 0xFFFFFFFF
    enough: NDArray[np.int64] = pair[hits + partly[piece] >= need[np.minimum(sizes[piece], PROBES)]]
    return enough.astype(np.uint64)
