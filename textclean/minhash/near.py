"""Near duplicates among texts: exact copies, contained pieces and near copies, each verified."""

from collections.abc import Callable, Sequence
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.minhash import bands, contained
from textclean.minhash.arrow import StringColumn, strings, view_any
from textclean.minhash.sketch import Sketches, sketch_distinct
from textclean.minhash.twins import KEPT, NearDuplicates, Related, decide, none_related
from textclean.minhash.verify import Overlaps, pair_counts

Backend = Literal["numpy", "datasketch"]

RECALL: Final = 0.999
"""How often stages and indexes propose a pair at the threshold."""

FEW: Final = 4
"""In the first round each text meets so many of the first and of the nearest of a crowded bucket."""

SPARE: Final = 1 << 17
"""So many pairs more than a few a text may be looked at in a round: a crowd of hundreds is compared all with all."""

ROUNDS: Final = 64
"""Rounds after which no more is compared; each but the last two found copies."""

Proposal = tuple[bands.Pairs, NDArray[np.int64]]
"""Pairs to compare, and the texts that may have more partners than were proposed."""


def near_duplicates(
    texts: Sequence[str] | StringColumn,
    threshold: float = 0.8,
    containment: float | None = None,
    *,
    n: int = 5,
    slots: int | None = None,
    recall: float = 0.995,
    backend: Backend = "numpy",
) -> NearDuplicates:
    """Which of ``texts`` are copies, and of which kept one.

    Similarity is taken over the sets of character n-grams as they stand: nothing is folded, nothing protected. A
    text shorter than ``n`` has one gram, itself, so it can only be an exact copy. Empty texts have no gram; they are
    exact copies of the first of them. Every verdict is verified on the texts; what the sketches can do is miss a
    pair. Which copy stays: :func:`textclean.minhash.twins.decide`.

    Args:
        texts: the texts, in order of precedence: strings, or an Arrow string array, of which no strings are made.
        threshold: the smallest Jaccard similarity of a near copy, above 0 to 1.
        containment: the smallest share of its grams that a contained piece has in common with a longer text, above
            0 to 1; None: pieces are not looked for. A piece whose longest intact run is below ``n + 10`` characters
            may be missed.
        n: characters a gram.
        slots: minima a signature; None: as many as ``threshold`` and ``recall`` need, 24 for the defaults
            (:func:`textclean.minhash.bands.slots_for`). They only propose: more find no other copies, but look at fewer
            texts in vain, at a standard error of ``0.5 / sqrt(slots)`` or less.
        recall: how often a pair at the threshold must be proposed; decides the bands. Of a pair more similar less is
            missed: with the defaults 3 of 1,000 pairs at .8, 5 of 10,000 at .85, 3 of 100,000 at .9.
        backend: what proposes near pairs, ``numpy`` or ``datasketch``; they differ only in the pairs they miss.

    Raises:
        UsageError: an option out of range.
    """
    if not 0 < threshold <= 1 or not (containment is None or 0 < containment <= 1) or not 0 < recall < 1:
        raise UsageError("threshold and containment lie in (0, 1], recall in (0, 1)")
    slots = bands.slots_for(threshold, recall) if slots is None else slots
    if n < 1 or slots < 1 or backend not in ("numpy", "datasketch"):
        raise UsageError("n and slots are at least 1; backend is numpy or datasketch")
    codes = view_any(texts)
    first, index, found = sketch_distinct(codes, n, slots, pieces=containment is not None)
    rank = longest = index[:0]
    if containment is not None:
        longest = by_length(codes.lengths[index])
        rank = np.zeros(len(texts), np.int64)
        rank[index[longest]] = np.arange(len(index))

    everything = np.arange(len(index))

    def search(own: NDArray[np.int64], window: int, guests: NDArray[np.int64] | None = None) -> Proposal:
        places = everything if own is index else np.searchsorted(index, own)
        if backend == "numpy":
            others = None if guests is None else np.searchsorted(index, guests)
            pairs, crowded = near_pairs(found, places, threshold, recall, window, others)
        else:
            from textclean.minhash import peer

            pairs = places[peer.candidates(strings(texts, own), n, slots, *bands.choose(threshold, slots, recall))]
            crowded = places[:0]
        if containment is not None and guests is None:
            order = longest if own is index else longest[np.isin(longest, places)]
            pairs, crowded = with_pieces((pairs, crowded), found, order, containment, n, window)
        return index[pairs], index[crowded]

    def relate(pairs: bands.Pairs) -> tuple[Related, Related]:
        shared = pair_counts(codes, pairs, n, threshold, containment)
        return relations(pairs, shared, rank, threshold, containment)

    return settle(index, search, relate, lambda near, inside: decide(first, rank, inside, near))


class Search(Protocol):
    """Proposes pairs of texts to compare.

    Of ``own`` (rising indices), with at most ``2 * window`` partners a text where very many agree; or of ``own`` with
    ``guests``. Returns pairs of indices, the smaller one first, none twice, and those of ``own`` that may have more
    partners than were proposed.
    """

    def __call__(self, own: NDArray[np.int64], window: int, guests: NDArray[np.int64] | None = None) -> Proposal: ...


def settle(
    texts: NDArray[np.int64],
    search: Search,
    relate: Callable[[bands.Pairs], tuple[Related, Related]],
    decide: Callable[[Related, Related], NearDuplicates],
) -> NearDuplicates:
    """The verdicts on ``texts``, from proposed and verified pairs, where necessary in rounds.

    Where very many texts may be alike, each meets only a few in the first round, most fall, and in the next round
    those that stay meet one another: so no more is compared than a multiple of the texts, and yet every text that
    stays was compared with many others that stay, in a crowd of hundreds with all of them. In the end those that fell
    look for the most similar of these.

    Args:
        texts: indices, rising.
        search: proposes pairs.
        relate: verifies pairs; returns those that are near and those that are contained.
        decide: the verdicts that follow from all near and all contained pairs.
    """
    near = inside = none_related()
    seen, crowd = np.empty(0, np.int64), texts[:0]
    size = int(texts[-1]) + 1 if len(texts) else 1
    own, guests, window = texts, None, FEW
    most = FEW * len(texts) + SPARE
    for turn in range(ROUNDS):
        pairs, crowded = search(own, window, guests)
        key = pairs[:, 0] * size + pairs[:, 1]
        if len(seen):
            fresh = seen[np.minimum(np.searchsorted(seen, key), len(seen) - 1)] != key
            pairs, key = pairs[fresh], key[fresh]
        found = relate(pairs) if len(pairs) else (none_related(), none_related())
        more = bool(len(found[0].left) or len(found[1].left))
        if more or not turn:
            near, inside = joined(near, found[0]), joined(inside, found[1])
            verdicts = decide(near, inside)
        if len(crowded):
            crowd = bands.distinct(np.concatenate([crowd, crowded]))
        if guests is not None or not len(crowd):
            break
        seen = np.sort(np.concatenate([seen, key]))
        fell = verdicts.kind[crowd] != KEPT
        own = crowd[~fell]
        least = bands.WINDOW if fell.any() else FEW  # a crowd of which none fell is alike, but not of copies
        wide = max(least, min(len(own), most // max(len(own), 1)))
        if not more and window >= wide:
            guests = crowd[fell]
            if not len(guests):
                break
            wide = max(least, min(window, most // len(guests)))
        window = FEW if more and wide == least else wide
    return verdicts


def near_pairs(
    found: Sketches,
    texts: NDArray[np.int64],
    threshold: float,
    recall: float,
    window: int = bands.WINDOW,
    guests: NDArray[np.int64] | None = None,
) -> Proposal:
    """Candidate pairs for Jaccard similarity >= ``threshold`` among ``texts`` (rising indices into ``found``).

    A pair whose estimate lies more than four standard errors below the threshold is not proposed: among true pairs
    fewer than one in a thousand. The second array: :func:`textclean.minhash.bands.candidates`.
    """
    slots = found.signatures.narrow.shape[1]
    floor = threshold - 4 * (threshold * (1 - threshold) / slots) ** 0.5
    which = bands.choose(threshold, slots, recall)
    return bands.candidates(found.signatures, texts, *which, floor, window, guests)


def with_pieces(
    proposal: Proposal, found: Sketches, order: NDArray[np.int64], containment: float, n: int, window: int
) -> Proposal:
    """A proposal and, of the texts of ``order`` (longest first), those of which one may contain the other."""
    share = contained.intact(containment, n)
    more, crowded = contained.candidates(found.prints, found.offsets, order, share, window)
    return union(proposal[0], more), bands.distinct(np.concatenate([proposal[1], crowded]))


def union(*found: bands.Pairs) -> bands.Pairs:
    """Pairs of indices, each once, the smaller index first, in order."""
    left, right = np.concatenate(found).T
    return bands.unpacked(bands.distinct(bands.packed(np.minimum(left, right), np.maximum(left, right))))


def by_length(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order of texts, longest first, among equals the first."""
    most = int(lengths.max(initial=0))
    return np.argsort((most - lengths).astype(np.uint16 if most < 1 << 16 else np.int64), kind="stable")


def relations(
    pairs: bands.Pairs, shared: Overlaps, rank: NDArray[np.int64], threshold: float, containment: float | None
) -> tuple[Related, Related]:
    """Near and contained pairs among verified ``pairs``; ``rank`` says which text comes first as a container."""
    some = shared.shared.nonzero()[0]
    left, right = pairs[some].T
    shared = Overlaps(*(count[some] for count in shared))
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


def joined(left: Related, right: Related) -> Related:
    """The pairs of both."""
    if not len(left.left):
        return right
    return Related(
        np.concatenate([left.left, right.left]),
        np.concatenate([left.right, right.right]),
        np.concatenate([left.similarity, right.similarity]),
    )
