"""Which copy stays: verified relations in, one verdict a text out."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine

KEPT: Final = 0
EXACT: Final = 1
CONTAINED: Final = 2
NEAR: Final = 3
KINDS: Final = ("kept", "exact", "contained", "near")


class Related(NamedTuple):
    """Verified pairs of texts of one kind.

    Attributes:
        left, right: indices (int64). Of a contained pair the right one is the piece; of a near pair the right one is
            the later.
        similarity: float64; of a contained pair shared grams / grams of the piece, of a near pair Jaccard.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]


class NearDuplicates(NamedTuple):
    """One verdict a text, in the order of the texts.

    Attributes:
        twin: int64, the kept text that this one falls to; -1 for a kept text.
        kind: uint8, :data:`KEPT`, :data:`EXACT`, :data:`CONTAINED` or :data:`NEAR`.
        similarity: float64, 1 for an exact copy, shared / own grams for a contained text, Jaccard for a near one,
            nan for a kept one.
    """

    twin: NDArray[np.int64]
    kind: NDArray[np.uint8]
    similarity: NDArray[np.float64]


def none_related() -> Related:
    """No pairs."""
    return Related(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))


def components(first: NDArray[np.int64], *related: Related) -> NDArray[np.int64]:
    """Of each text the smallest index among those that pairs connect with it, equal texts among them.

    No verdict of :func:`decide` depends on a text of another component, so that components can be decided anywhere. In
    rounds every text takes the smallest label of what it is connected with, then the label of its label (Shiloach and
    Vishkin: An O(log n) parallel connectivity algorithm, 1982).
    """
    texts = np.arange(len(first))
    left = np.concatenate([first, *(pairs.left for pairs in related)])
    right = np.concatenate([texts, *(pairs.right for pairs in related)])
    label = texts
    while True:
        new = label.copy()
        least = np.minimum(label[left], label[right])
        for side in (left, right):
            np.minimum.at(new, label[side], least)
        new = new[new]
        if np.array_equal(new, label):
            return label
        label = new


def decide(first: NDArray[np.int64], rank: NDArray[np.int64], contained: Related, near: Related) -> NearDuplicates:
    """The verdict on each text.

    1. A text equal to an earlier one (``first``: index of the first equal text, its own for a first one) is an exact
       copy. If the first of them falls below, its copies share its verdict.
    2. Longest first (``rank``: the texts' places in that order), a text falls if it is contained in a longer one
       that stayed so far.
    3. In order, a text that is left falls if it is near an earlier one that is left and stayed.
    4. A text whose containers all fell in step 3 is compared once more, in order, with what stays: it falls as
       contained or as near, or else it stays after all.

    The twin is the most similar of the texts that stay in the end (earlier or later), the first one among equals.
    """
    texts = len(first)
    state = bytearray(texts)  # quicker than an array, one by one
    fallen = np.frombuffer(state, np.uint8)  # follows the state
    beside = (near, Related(near.right, near.left, near.similarity))
    if len(contained.right):
        _fall(contained.left, contained.right, rank[contained.right], CONTAINED, state)
    _fall(near.left, near.right, near.right, NEAR, state)
    if len(contained.right):
        orphan = fallen == CONTAINED
        orphan[contained.right[fallen[contained.left] == KEPT]] = False
        wholes, others = _partners((contained,), orphan), _partners(beside, orphan)
        for piece in orphan.nonzero()[0].tolist():
            if all(state[whole] for whole in wholes[piece]):
                state[piece] = KEPT if all(state[other] for other in others.get(piece, ())) else NEAR

    twin = np.full(texts, -1)
    similarity = np.full(texts, np.nan)
    _choose((contained,), CONTAINED, state, twin, similarity)
    _choose(beside, NEAR, state, twin, similarity)
    kind = fallen.copy()
    if fast := engine.kernel():
        fast.follow(first, EXACT, kind, twin, similarity)
    else:
        copies = (first != np.arange(texts)).nonzero()[0]
        home = first[copies]
        stays = fallen[home] == KEPT
        kind[copies] = np.where(stays, EXACT, fallen[home])
        twin[copies] = np.where(stays, home, twin[home])
        similarity[copies] = np.where(stays, 1.0, similarity[home])
    return NearDuplicates(twin, kind, similarity)


def _fall(
    left: NDArray[np.int64], right: NDArray[np.int64], turn: NDArray[np.int64], kind: int, state: bytearray
) -> None:
    """The right text of each pair, in ``turn``, takes ``kind`` as its state if both texts stayed so far."""
    order = np.argsort(turn)  # whatever comes first of one right text, it falls if any of its left ones stayed
    left, right = left[order], right[order]
    if fast := engine.kernel():
        fast.fall(left, right, kind, state)
        return
    for stays, falls in zip(left.tolist(), right.tolist(), strict=True):
        if not state[stays] and not state[falls]:
            state[falls] = kind


def _choose(
    found: Sequence[Related], kind: int, state: bytearray, twin: NDArray[np.int64], similarity: NDArray[np.float64]
) -> None:
    """Of each right text that fell as ``kind``, its most similar left text that stays, the first one among equals."""
    if fast := engine.kernel():
        for part in found:
            fast.choose(part.left, part.right, part.similarity, kind, state, twin, similarity)
        return
    left, right, score = (np.concatenate(column) for column in zip(*found, strict=True))
    fallen = np.frombuffer(state, np.uint8)
    told = ((fallen[right] == kind) & (fallen[left] == KEPT)).nonzero()[0]
    order = told[np.lexsort((-left[told], score[told]))]  # the best comes last, and the last one assigned stays
    twin[right[order]], similarity[right[order]] = left[order], score[order]


def _partners(found: Sequence[Related], wanted: NDArray[np.bool_]) -> dict[int, list[int]]:
    """The left texts of each wanted right one."""
    out: dict[int, list[int]] = {}
    for part in found:
        told = wanted[part.right]
        for right, left in zip(part.right[told].tolist(), part.left[told].tolist(), strict=True):
            out.setdefault(right, []).append(left)
    return out
