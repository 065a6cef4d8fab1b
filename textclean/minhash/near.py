"""Near duplicates among texts: exact copies, contained pieces and near copies, each verified."""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.minhash import bands, contained
from textclean.minhash.sketch import Sketches, sketch_texts
from textclean.minhash.twins import NearDuplicates, Related, decide, none_related
from textclean.minhash.verify import Overlaps, overlaps

Backend = Literal["numpy", "datasketch"]

RECALL: Final = 0.999
"""How often a pair at the threshold must be proposed, unless asked otherwise."""


def near_duplicates(
    texts: Sequence[str],
    threshold: float = 0.8,
    containment: float | None = None,
    *,
    n: int = 5,
    slots: int = 64,
    recall: float = RECALL,
    backend: Backend = "numpy",
) -> NearDuplicates:
    """Which of ``texts`` are copies, and of which kept one.

    Similarity is taken over the sets of character n-grams as they stand: nothing is folded, nothing protected. A
    text shorter than ``n`` has one gram, itself, so it can only be an exact copy. Empty texts have no gram; they are
    exact copies of the first of them. Every verdict is verified on the texts; what the sketches can do is miss a
    pair. Which copy stays: :func:`textclean.minhash.twins.decide`.

    Args:
        texts: the texts, in order of precedence.
        threshold: the smallest Jaccard similarity of a near copy, above 0 to 1.
        containment: the smallest share of its grams that a contained piece has in common with a longer text, above
            0 to 1; None: pieces are not looked for. A piece whose longest intact run is below ``n + 7`` characters
            may be missed.
        n: characters a gram.
        slots: minima a signature; the standard error of its estimate is at most ``0.5 / sqrt(slots)``.
        recall: how often a pair at the threshold must be proposed; decides the bands.
        backend: what proposes near pairs, ``numpy`` or ``datasketch``; they differ only in the pairs they miss.

    Raises:
        UsageError: an option out of range.
    """
    if not 0 < threshold <= 1 or not (containment is None or 0 < containment <= 1) or not 0 < recall < 1:
        raise UsageError("threshold and containment lie in (0, 1], recall in (0, 1)")
    if n < 1 or slots < 1 or backend not in ("numpy", "datasketch"):
        raise UsageError("n and slots are at least 1; backend is numpy or datasketch")
    places: dict[str, int] = {}
    first = np.fromiter((places.setdefault(text, i) for i, text in enumerate(texts)), np.int64, len(texts))
    index = np.fromiter((i for text, i in places.items() if len(text) >= n), np.int64)
    own = [texts[i] for i in index.tolist()]
    lengths = np.fromiter(map(len, own), np.int64, len(own))
    longest_first = np.argsort(-lengths, kind="stable")
    rank = np.empty(len(own), np.int64)
    rank[longest_first] = np.arange(len(own))
    found = sketch_texts(own, n, slots, pieces=containment is not None)
    if backend == "numpy":
        pairs = near_pairs(found, np.arange(len(own)), threshold, recall)
    else:
        from textclean.minhash import peer

        pairs = peer.candidates(own, n, slots, *bands.choose(threshold, slots, recall))
    if containment is not None:
        pairs = union(
            pairs, contained.candidates(found.prints, found.offsets, longest_first, contained.intact(containment, n))
        )
    shared = overlaps(lambda wanted: [own[i] for i in wanted], lengths, pairs, n)
    near, pieces = relations(pairs, shared, rank, threshold, containment)
    everywhere = np.zeros(len(texts), np.int64)
    everywhere[index] = rank
    return decide(first, everywhere, _at(pieces, index), _at(near, index))


def near_pairs(found: Sketches, texts: NDArray[np.int64], threshold: float, recall: float) -> bands.Pairs:
    """Candidate pairs for Jaccard similarity >= ``threshold`` among ``texts`` (rising indices into ``found``).

    A pair whose estimate lies more than four standard errors below the threshold is not proposed: among true pairs
    fewer than one in a thousand.
    """
    slots = found.signatures.narrow.shape[1]
    floor = threshold - 4 * (threshold * (1 - threshold) / slots) ** 0.5
    return bands.candidates(found.signatures, texts, *bands.choose(threshold, slots, recall), floor)


def union(*found: bands.Pairs) -> bands.Pairs:
    """Pairs of indices, each once, the smaller index first, in order."""
    pairs = np.sort(np.concatenate(found), axis=1)
    size = int(pairs.max(initial=0)) + 1
    return np.stack(np.divmod(np.unique(pairs[:, 0] * size + pairs[:, 1]), size), axis=1)


def relations(
    pairs: bands.Pairs, shared: Overlaps, rank: NDArray[np.int64], threshold: float, containment: float | None
) -> tuple[Related, Related]:
    """Near and contained pairs among verified ``pairs``; ``rank`` says which text comes first as a container."""
    left, right = pairs.T
    jaccard = shared.jaccard()
    true = jaccard >= threshold
    near = Related(left[true], right[true], jaccard[true])
    if containment is None:
        return near, none_related()
    turned = rank[left] > rank[right]
    whole, piece = np.where(turned, right, left), np.where(turned, left, right)
    inside = shared.containment(turned)
    true = inside >= containment
    return near, Related(whole[true], piece[true], inside[true])


def _at(found: Related, index: NDArray[np.int64]) -> Related:
    return Related(index[found.left], index[found.right], found.similarity)
