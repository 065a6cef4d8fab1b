"""Candidate pairs: texts whose signatures agree in all rows of at least one band."""

import math
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.signatures import Signatures

WINDOW: Final = 16
"""In a bucket of many texts each one meets at most this many of the first and this many of those just before it."""

ROOM: Final = 2 * WINDOW + 1
"""In a bucket of so many texts each one meets all others."""

Pairs = NDArray[np.int64]
"""(pairs, 2): indices of two texts, the smaller one first; rows sorted, none twice."""


@cache
def slots_for(threshold: float, recall: float) -> int:
    """Slots with which bands of three rows propose a pair at ``threshold`` with ``recall``: a multiple of 8, 24 to 128.

    Fewer rows a band would propose too much in large collections; more slots only estimate better, and each candidate
    is verified.
    """
    bands = math.log(1 - recall) / math.log1p(-(max(threshold, 0.1) ** 3)) if threshold < 1 else 1
    return min(max(24, -8 * (math.ceil(bands) * -3 // 8)), 128)


@cache
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
    bits = 8 * signature.dtype.itemsize
    for slot in range(band * rows, (band + 1) * rows, 64 // bits):
        word = np.zeros(len(signature), np.uint64)
        for place, own in enumerate(range(slot, min(slot + 64 // bits, (band + 1) * rows))):
            word |= signature[:, own].astype(np.uint64) << np.uint64(bits * place)
        key ^= word
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(32)
    return key


def candidates(
    found: Signatures,
    texts: NDArray[np.int64],
    bands: int,
    rows: int,
    floor: float,
    window: int = WINDOW,
    guests: NDArray[np.int64] | None = None,
    room: int = ROOM,
) -> tuple[Pairs, NDArray[np.int64]]:
    """Pairs among ``texts`` (rising indices) that agree in a band and whose estimated similarity is >= ``floor``.

    Two long texts meet in the bands of their wide signatures, all other pairs in those of the narrow ones. In a
    bucket of more than ``room`` texts (at least ``2 * window + 1``) each meets only the first and the nearest, so the
    work stays linear in the texts. ``guests`` (other indices) do not meet each other, but each meets the first and the
    last of ``texts``. Returns the pairs, and the texts of ``texts`` that were in a larger bucket, rising.
    """
    slots = found.narrow.shape[1]
    least = math.ceil(floor * slots)
    every = texts if guests is None else np.concatenate([texts, guests])
    index = None if len(every) == len(found.narrow) and guests is None else every  # None: every row is its own text
    long = found.row[every] >= 0 if len(found.wide) else None
    key, crowded = meet(found.narrow, len(texts), bands, rows, window, least, long, room, index)
    if index is not None:
        key = _renumbered(key, index)
    if long is not None and long.any():
        own = every[long]
        count = int(np.count_nonzero(long[: len(texts)]))
        more, full = meet(found.wide[found.row[own]], count, bands, rows, window, least, room=room)
        key = np.concatenate([key, _renumbered(more, own)])
        crowded[: len(texts)][long[: len(texts)]] |= full[:count]
    return unpacked(np.sort(key)), texts[crowded[: len(texts)].nonzero()[0]]


def meet(
    signature: NDArray[Any],
    residents: int,
    bands: int,
    rows: int,
    window: int,
    least: int,
    apart: NDArray[np.bool_] | None = None,
    room: int = 0,
    index: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Pairs of rows of ``signature`` that agree in a band and in ``least`` slots; two rows in ``apart`` do not meet.

    With an ``index`` only of its rows, which have its places as their numbers then. Rows from ``residents`` on are
    guests. Returns the pairs, the earlier row in the upper half of a number, in no order, none twice; and which rows
    lie in a bucket of more residents than have ``room`` (:func:`bucket_pairs`).
    """
    count, slots = signature.shape
    count = count if index is None else len(index)
    room = max(room, 2 * window + 1)
    crowded = np.zeros(count, np.bool_)
    if fast := engine.kernel():
        raw = fast.meet(
            np.ascontiguousarray(signature),
            np.empty(0, np.int64) if index is None or not count else index,
            signature.dtype.itemsize,
            residents,
            slots,
            bands,
            rows,
            window,
            room,
            least,
            b"" if apart is None else apart,
            crowded,
        )
        return np.frombuffer(raw, np.uint64), crowded
    signature = signature if index is None else signature[index]
    place_bits = np.uint64(max(count, 1).bit_length())
    resident = None if residents == count else np.arange(count) < residents
    seen = np.empty(0, np.int64)
    for band in range(bands):
        key = (keys(signature, band, rows) << place_bits) | np.arange(count, dtype=np.uint64)  # one sort for both
        key.sort()
        order = (key & ((np.uint64(1) << place_bits) - np.uint64(1))).astype(np.int64)
        key >>= place_bits
        left, right, cut = bucket_pairs(key, window, None, None if resident is None else resident[order], room)
        left, right = order[left], order[right]
        crowded[order[cut]] = True
        if apart is not None:
            met = ~(apart[left] & apart[right])
            left, right = left[met], right[met]
        if len(left):
            seen = distinct(np.concatenate([seen, left * count + right]))
    left, right = np.divmod(seen, max(count, 1))
    enough = np.empty(len(left), np.bool_)
    for lo in range(0, len(left), 1 << 16):
        part = slice(lo, lo + (1 << 16))
        enough[part] = np.count_nonzero(signature[left[part]] == signature[right[part]], axis=1) >= least
    return packed(left[enough], right[enough]), crowded


def agree(found: Signatures, pairs: Pairs, bands: int, rows: int, floor: float) -> NDArray[np.bool_]:
    """Which ``pairs`` :func:`candidates` finds where there is room for all."""
    slots = found.narrow.shape[1]
    least = math.ceil(floor * slots)
    out = np.empty(len(pairs), np.bool_)
    for lo in range(0, len(pairs), 1 << 14):
        left, right = pairs[lo : lo + (1 << 14)].T
        same = found.narrow[left] == found.narrow[right]
        both = np.flatnonzero((found.row[left] >= 0) & (found.row[right] >= 0))
        if len(both):
            same[both] = found.wide[found.row[left[both]]] == found.wide[found.row[right[both]]]
        banded = same[:, : bands * rows].reshape(-1, bands, rows).all(axis=2).any(axis=1)
        out[lo : lo + (1 << 14)] = banded & (np.count_nonzero(same, axis=1) >= least)
    return out


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The values in order, each once: quicker than the hash table of ``numpy.unique``."""
    values = np.sort(values)
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return values[new]


def _renumbered(pairs: NDArray[np.uint64], index: NDArray[np.int64]) -> NDArray[np.uint64]:
    left, right = index[unpacked(pairs)].T
    return packed(np.minimum(left, right), np.maximum(left, right))


def packed(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Pairs of indices as numbers that are in the order of the pairs."""
    return left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)


def unpacked(pairs: NDArray[np.uint64]) -> Pairs:
    """What :func:`packed` made one number of."""
    out = np.empty((len(pairs), 2), np.int64)
    out[:, 0], out[:, 1] = pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)
    return out


def bucket_pairs(
    key: NDArray[Any],
    window: int = WINDOW,
    asking: NDArray[np.bool_] | None = None,
    resident: NDArray[np.bool_] | None = None,
    room: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Places of equal values in the sorted ``key``, in pairs, the earlier place first.

    Each place meets the ``window`` places before it in its bucket and the first ``window`` of the bucket, or all
    before it in one of up to ``room`` or ``2 * window + 1`` places. Only places marked in ``asking`` look for
    partners, and only those in ``resident``, which come first in a bucket, are found and counted. The third array has
    the resident places of larger buckets.
    """
    none = np.empty(0, np.int64)
    if len(key) < 2:
        return none, none, none
    new = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    sizes = np.diff(np.r_[new, len(key)])
    shared = sizes > 1
    if not shared.any():
        return none, none, none
    new, sizes = new[shared], sizes[shared]
    inside = np.repeat(new - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    first = np.repeat(new, sizes)
    count = sizes if resident is None else np.add.reduceat(resident[inside], np.cumsum(sizes) - sizes, dtype=np.int64)
    full = np.repeat(count > max(room, 2 * window + 1), sizes)
    crowded = inside[full]
    if resident is not None:
        crowded = crowded[resident[crowded]]
    place, anchor = inside, np.minimum(inside, first + np.repeat(count, sizes))
    asks = anchor > first
    if asking is not None:
        asks &= asking[place]
    place, first, anchor, full = place[asks], first[asks], anchor[asks], full[asks]
    lefts, rights = [none], [none]
    nearest = np.where(full, np.maximum(anchor - window, first), first)
    for step in range(1, int((anchor - nearest).max(initial=0)) + 1):
        has = anchor - step >= nearest
        lefts.append(anchor[has] - step)
        rights.append(place[has])
    far = nearest > first
    place, first, anchor = place[far], first[far], anchor[far]
    for head in range(window):
        has = first + head < anchor - window
        lefts.append(first[has] + head)
        rights.append(place[has])
    return np.concatenate(lefts), np.concatenate(rights), crowded
