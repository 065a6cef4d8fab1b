"""Candidates for containment: texts that share winnowed gram fingerprints.

Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003) keeps the smallest gram hash of every window of
``w`` grams, so two texts with a common run of ``w + n - 1`` characters share a fingerprint wherever the run lies.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine
from textclean.minhash.bands import ROOM, Pairs, bucket_pairs, distinct, unpacked

WINDOW: Final = 11
"""Grams a window."""

ASKS: Final = 8
"""Fingerprints of a text, about, by which its containers are looked up; equals ASKS in the C kernel, as does NEEDS."""

NEEDS: Final = 32
"""Above so many fingerprints that ask, no more of them must be found."""

_SORTED_BY: Final = np.uint32(0x9E3779B1)
_CHOSEN_BY: Final = np.uint32(0x85EBCA77)
_ASKED: Final = np.uint64(ASKS << 32)


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
    window: int,
    room: int = ROOM,
) -> tuple[Pairs, NDArray[np.int64]]:
    """Pairs (container, piece) of which the second may be contained in the first.

    ``order`` lists the texts to compare, containers before what they may contain (longest first). A text asks for its
    containers by all its fingerprints if it has up to :data:`ASKS`, otherwise by about so many, those that a hash
    picks: a sample that is the same in whatever holds them (Broder: On the resemblance and containment of documents,
    1997). One that more than ``room`` texts have (at least ``2 * window + 1``) leads to the ``window`` longest of them
    and the ``window`` nearest in length. ``share`` (:func:`intact`) is the part of its fingerprints that a piece has in
    common with its container; half of that will do, as few are asked by, and what was cut off may have been there. The
    second array has the texts of which a fingerprint was cut off so, in the order of ``order``.
    """
    room = max(room, 2 * window + 1)
    need = _needed(share)
    crowded = np.zeros(len(order), np.bool_)
    if fast := engine.kernel():
        raw = fast.hold(prints, offsets, order, window, room, need, crowded)
        found = np.frombuffer(raw, np.uint64)
    else:
        found = _proposed(prints, offsets, order, need, window, room, crowded)
    return order[unpacked(np.sort(found))], order[crowded]


def holds(prints: NDArray[np.uint32], offsets: NDArray[np.int64], pairs: Pairs, share: float) -> NDArray[np.bool_]:
    """Which ``pairs`` (container, piece) :func:`candidates` finds where there is room for all."""
    texts, place = np.unique(pairs, return_inverse=True)
    whole, piece = place.reshape(-1, 2).T
    sizes = (offsets[1:] - offsets[:-1])[texts]
    owner = np.repeat(np.arange(len(texts)), sizes)
    own = prints[np.arange(len(owner)) + np.repeat(offsets[texts] - (np.cumsum(sizes) - sizes), sizes)]
    held = distinct(owner.astype(np.uint64) << np.uint64(32) | own)
    owner = (held >> np.uint64(32)).astype(np.int64)
    asked = held[(held.astype(np.uint32) * _CHOSEN_BY).astype(np.uint64) * sizes[owner].astype(np.uint64) < _ASKED]
    owner = (asked >> np.uint64(32)).astype(np.int64)
    begin = np.searchsorted(owner, np.arange(len(texts) + 1))
    count = np.diff(begin)
    out = np.empty(len(pairs), np.bool_)
    for lo in range(0, len(pairs), 1 << 16):
        part = slice(lo, lo + (1 << 16))
        asks = count[piece[part]]
        entry = np.repeat(begin[piece[part]] - (np.cumsum(asks) - asks), asks) + np.arange(int(asks.sum()))
        of_pair = np.repeat(np.arange(len(asks)), asks)
        wanted = whole[part][of_pair].astype(np.uint64) << np.uint64(32) | asked[entry].astype(np.uint32)
        at = np.minimum(np.searchsorted(held, wanted), max(len(held) - 1, 0))
        hits = np.bincount(of_pair[held[at] == wanted] if len(held) else of_pair[:0], minlength=len(asks))
        out[part] = hits >= np.maximum(_needed(share)[np.minimum(asks, NEEDS)], 1)
    return out


def _needed(share: float) -> NDArray[np.int64]:
    """How many of so many fingerprints that ask must be found; more than :data:`NEEDS` count as so many."""
    needed: NDArray[np.int64] = np.ceil(0.5 * share * np.arange(NEEDS + 1)).astype(np.int64)
    return needed


def _proposed(
    prints: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    order: NDArray[np.int64],
    need: NDArray[np.int64],
    window: int,
    room: int,
    crowded: NDArray[np.bool_],
) -> NDArray[np.uint64]:
    """Pairs of ranks, the container in the upper half of a number; marks the ranks that were ``crowded``."""
    sizes = (offsets[1:] - offsets[:-1])[order]
    rank = np.repeat(np.arange(len(order)), sizes)
    print_ = prints[np.arange(len(rank)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + offsets[order[rank]]]
    asks = (print_ * _CHOSEN_BY).astype(np.uint64) * sizes[rank].astype(np.uint64) < _ASKED
    packed = ((print_ * _SORTED_BY).astype(np.uint64) << np.uint64(32)) | (rank << 1 | asks).astype(np.uint64)
    del rank, print_, asks
    packed = distinct(packed)
    value = (packed >> np.uint64(32)).astype(np.uint32)
    member = ((packed & np.uint64(0xFFFFFFFF)) >> np.uint64(1)).astype(np.int64)
    asking = (packed & np.uint64(1)).astype(np.bool_)
    least = need[np.minimum(np.bincount(member[asking], minlength=len(order)), NEEDS)]
    start = np.flatnonzero(np.r_[True, value[1:] != value[:-1]]) if len(value) else np.empty(0, np.int64)
    count = np.diff(np.r_[start, len(value)])
    bucket = np.repeat(np.arange(len(count)), count)
    asking[start] = False  # no text before has these
    asking &= (np.bincount(member[asking], minlength=len(order)) >= least)[member]
    left, right, _ = bucket_pairs(bucket, window, asking, room=room)
    full = count > room
    pair, place = np.unique(member[left] << 32 | member[right], return_inverse=True)
    hits = np.bincount(place[~full[bucket[left]]], minlength=len(pair))
    partly = np.bincount(member[asking & full[bucket]], minlength=len(order))
    asked = np.zeros(len(count), np.bool_)
    asked[bucket[asking]] = True
    crowded[member[(full & asked)[bucket]]] = True
    piece = pair & 0xFFFFFFFF
    enough: NDArray[np.int64] = pair[hits + partly[piece] >= least[piece]]
    return enough.astype(np.uint64)
