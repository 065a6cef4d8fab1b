"""Near duplicates among texts: exact copies, contained pieces and near copies, each verified."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.minhash import bands, contained
from textclean.minhash.arrow import StringColumn, strings, view_any
from textclean.minhash.codes import Codes, coded
from textclean.minhash.crowds import Crowd, Limits
from textclean.minhash.grams import hashes
from textclean.minhash.signatures import Signatures
from textclean.minhash.sketch import sketch_distinct, take
from textclean.minhash.twins import NearDuplicates, Related, decide, none_related
from textclean.minhash.verify import Overlaps, pair_counts

Backend = Literal["numpy", "datasketch"]

RECALL: Final = 0.999
"""How often stages and indexes propose a pair at the threshold."""

FEW: Final = 4
"""At first each text of a crowd meets so many of the first and of the nearest: of most crowds few stay then."""

ROOM: Final = bands.ROOM
"""Of so many texts with a band or a fingerprint in common all pairs are looked at; more are a crowd."""

Proposal = tuple[bands.Pairs, NDArray[np.int64]]
"""Pairs to compare, and the texts of crowds, rising: two of these may be a pair that was not proposed."""


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

    limits = limits_of(threshold, containment, n, found.signatures.narrow.shape[1], recall)

    def propose() -> Proposal:
        crowded = index[:0]
        if backend == "numpy":
            pairs, crowded = near_pairs(found.signatures, np.arange(len(index)), limits)
        else:
            from textclean.minhash import peer

            pairs = peer.candidates(strings(texts, index), n, slots, limits.bands, limits.rows)
        if containment is not None:
            pairs, crowded = with_pieces((pairs, crowded), found.prints, found.offsets, longest, limits)
        return index[pairs], index[crowded]

    def crowd(members: NDArray[np.int64]) -> Crowd:
        own = take(found, np.searchsorted(index, members))
        turn = members if containment is None else rank[members]
        return Crowd(members, turn, own, *hashed(coded(codes).take(members), n), limits)

    def relate(pairs: bands.Pairs) -> tuple[Related, Related]:
        shared = pair_counts(codes, pairs, n, threshold, containment)
        return relations(pairs, shared, rank, threshold, containment)

    return settle(propose, crowd, relate, lambda near, inside: decide(first, rank, inside, near))


def settle(
    propose: Callable[[], Proposal],
    crowd: Callable[[NDArray[np.int64]], Crowd],
    relate: Callable[[bands.Pairs], tuple[Related, Related]],
    decide: Callable[[Related, Related], NearDuplicates],
) -> NearDuplicates:
    """The verdicts that follow from all pairs, though of crowds few are compared.

    A pair of which neither text stays when its turn comes decides nothing, in whatever order it is looked at. So it is
    enough that all pairs of those that stay were compared in the end.

    Args:
        propose: pairs of indices, the smaller one first; and the indices of texts in crowds, rising: all pairs are
            proposed but those of two such texts.
        crowd: what brings these together.
        relate: verifies pairs; returns those that are near and those that are contained.
        decide: the verdicts that follow from near and contained pairs.
    """
    pairs, members = propose()
    near, inside = relate(pairs) if len(pairs) else (none_related(), none_related())
    verdicts = decide(near, inside)
    if not len(members):
        return verdicts
    rest = crowd(members)
    while (unmet := rest.unmet(verdicts.kind)) is not None:
        more = relate(unmet)
        if len(more[0].left) or len(more[1].left):
            near, inside = joined(near, more[0]), joined(inside, more[1])
            verdicts = decide(near, inside)
    return verdicts


def limits_of(threshold: float, containment: float | None, n: int, slots: int, recall: float) -> Limits:
    """What makes a pair; a pair at ``threshold`` is proposed with ``recall``.

    A pair whose estimate lies more than four standard errors below the threshold is not compared: among true pairs
    fewer than one in a thousand.
    """
    floor = threshold - 4 * (threshold * (1 - threshold) / slots) ** 0.5
    return Limits(threshold, containment, n, *bands.choose(threshold, slots, recall), floor)


def near_pairs(found: Signatures, texts: NDArray[np.int64], limits: Limits) -> Proposal:
    """Candidate pairs for near copies among ``texts`` (rising indices into ``found``), and which are in crowds."""
    return bands.candidates(found, texts, limits.bands, limits.rows, limits.floor, FEW, room=ROOM)


def with_pieces(
    proposal: Proposal, prints: NDArray[np.uint32], offsets: NDArray[np.int64], order: NDArray[np.int64], limits: Limits
) -> Proposal:
    """A proposal and, of the texts of ``order`` (longest first), those of which one may contain the other."""
    assert limits.containment is not None  # asked by the caller
    share = contained.intact(limits.containment, limits.n)
    more, crowded = contained.candidates(prints, offsets, order, share, FEW, ROOM)
    if len(crowded):  # there a pair is proposed if what was cut off may have been shared
        unsure = np.isin(more[:, 1], crowded)
        unsure[unsure] = ~contained.holds(prints, offsets, more[unsure], share)
        more = more[~unsure]
    return union(proposal[0], more), bands.distinct(np.concatenate([proposal[1], crowded]))


def hashed(codes: Codes, n: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The hashes of the grams of texts, and their offsets."""
    return hashes(codes, n), codes.offsets


def union(*found: bands.Pairs) -> bands.Pairs:
    """Pairs of indices, each once, the smaller index first, in order."""
    left, right = np.concatenate(found).T
    return bands.unpacked(bands.distinct(bands.packed(np.minimum(left, right), np.maximum(left, right))))


def by_length(lengths: NDArray[Any]) -> NDArray[np.int64]:
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
