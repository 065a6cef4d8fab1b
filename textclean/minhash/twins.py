"""Which copy stays: verified relations in, one verdict a text out."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    inside = _partners(contained.right, contained.left, contained.similarity)
    beside = _partners(
        np.concatenate([near.right, near.left]),
        np.concatenate([near.left, near.right]),
        np.concatenate([near.similarity, near.similarity]),
    )
    fallen = np.zeros(texts, np.uint8)
    for piece in sorted(inside, key=rank.__getitem__):
        if any(not fallen[whole] for whole, _ in inside[piece]):
            fallen[piece] = CONTAINED
    for text in sorted(beside):
        if not fallen[text] and any(other < text and not fallen[other] for other, _ in beside[text]):
            fallen[text] = NEAR
    for piece in sorted(inside):
        if fallen[piece] == CONTAINED and all(fallen[whole] for whole, _ in inside[piece]):
            fallen[piece] = NEAR if any(not fallen[other] for other, _ in beside.get(piece, ())) else KEPT

    twin = np.full(texts, -1, np.int64)
    similarity = np.full(texts, np.nan)
    for text in np.flatnonzero(fallen).tolist():
        pairs = inside[text] if fallen[text] == CONTAINED else beside[text]
        best = min((pair for pair in pairs if not fallen[pair[0]]), key=lambda pair: (-pair[1], pair[0]))
        twin[text], similarity[text] = best
    copy = first != np.arange(texts)
    with_first = copy & (fallen[first] > 0)
    kind = np.where(with_first, fallen[first], np.where(copy, EXACT, fallen)).astype(np.uint8)
    twin = np.where(with_first, twin[first], np.where(copy, first, twin))
    similarity = np.where(with_first, similarity[first], np.where(copy, 1.0, similarity))
    return NearDuplicates(twin, kind, similarity)


def _partners(
    texts: NDArray[np.int64], others: NDArray[np.int64], similarity: NDArray[np.float64]
) -> dict[int, list[tuple[int, float]]]:
    """The related texts of each text, with their similarity."""
    out: dict[int, list[tuple[int, float]]] = {}
    for text, other, score in zip(texts.tolist(), others.tolist(), similarity.tolist(), strict=True):
        out.setdefault(text, []).append((other, score))
    return out
