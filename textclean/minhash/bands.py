"""Candidate pairs: texts whose signatures agree in all rows of at least one band."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.signatures import Signatures, agreement

WINDOW: Final = 16
"""In a bucket of many texts each one meets this many of the first and this many of those just before it."""

Pairs = NDArray[np.int64]
"""(pairs, 2): indices of two texts, the smaller one first; rows sorted, none twice."""


def choose(threshold: float, slots: int, recall: float) -> tuple[int, int]:
    """Bands and rows for ``slots``: the most rows with which a pair at ``threshold`` is proposed with ``recall``.

    A pair of similarity J agrees in one of b bands of r rows with probability ``1 - (1 - J^r)^b``, which grows
    with J, so every pair at or above the threshold is proposed at least so often. Where even one row a band falls
    short, one row a band it is.
    """
    for rows in range(slots, 1, -1):
        bands = slots // rows
        if 1 - (1 - threshold**rows) ** bands >= recall:
            return bands, rows
    return slots, 1


def keys(signature: NDArray[Any], band: int, rows: int) -> NDArray[np.uint64]:
    """One 64-bit key a text: equal for texts that agree in the band."""
    key = np.zeros(len(signature), np.uint64)
    for slot in range(band * rows, (band + 1) * rows):
        key *= np.uint64(0x9E3779B97F4A7C15)
        key += signature[:, slot]
        key ^= key >> np.uint64(32)
    return key


def candidates(found: Signatures, texts: NDArray[np.int64], bands: int, rows: int, floor: float) -> Pairs:
    """Pairs among ``texts`` (indices, rising) that agree in a band and whose estimated similarity is >= ``floor``.

    Two long texts meet in the bands of their wide signatures, all other pairs in those of the narrow ones. In a
    bucket of more than ``2 * WINDOW`` texts each meets only the first and the nearest, so the work stays linear in
    the texts; a pair lost so has as a rule other bands in which it meets.
    """
    long = texts[found.row[texts] >= 0]
    seen = np.empty(0, np.int64)
    size = len(found.narrow)
    for band in range(bands):
        for signature, members, wide in ((found.narrow[texts], texts, False), (found.wide, long, True)):
            key = keys(signature[found.row[long]] if wide else signature, band, rows)
            place_bits = np.uint64(max(len(key), 1).bit_length())
            key = (key << place_bits) | np.arange(len(key), dtype=np.uint64)  # one sort for key and place
            key.sort()
            order = (key & ((np.uint64(1) << place_bits) - np.uint64(1))).astype(np.int64)
            left, right = (members[order[places]] for places in bucket_pairs(key >> place_bits))
            if not wide:
                apart = (found.row[left] < 0) | (found.row[right] < 0)
                left, right = left[apart], right[apart]
            if len(left):
                seen = np.union1d(seen, left * size + right)
    left, right = np.divmod(seen, size) if size else (seen, seen)
    likely = agreement(found, left, right) >= floor
    return np.stack([left[likely], right[likely]], axis=1)


def bucket_pairs(
    key: NDArray[Any], asking: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of equal values in the sorted ``key``, in pairs, the earlier place first.

    Each place meets the :data:`WINDOW` places before it in its bucket and the first :data:`WINDOW` of the bucket;
    only places marked in ``asking`` look for partners.
    """
    none = np.empty(0, np.int64)
    if len(key) < 2:
        return none, none
    new = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    first = np.repeat(new, np.diff(np.r_[new, len(key)]))
    place = np.flatnonzero(np.arange(len(key)) > first if asking is None else asking & (np.arange(len(key)) > first))
    first = first[place]
    lefts, rights = [none], [none]
    for step in range(1, WINDOW + 1):
        has = place - step >= first
        lefts.append(place[has] - step)
        rights.append(place[has])
    far = place - first > WINDOW
    place, first = place[far], first[far]
    for head in range(WINDOW):
        has = first + head < place - WINDOW
        lefts.append(first[has] + head)
        rights.append(place[has])
    return np.concatenate(lefts), np.concatenate(rights)
