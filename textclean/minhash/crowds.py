"""Crowds: texts of which so many have a band or a fingerprint in common that not all pairs of them are looked at.

Of a crowd only those pairs decide of which one text stays, so those that stay meet all others, block by block, until
nobody is left who did not. Two texts that are near have one of their rarer grams in common (the prefix filter of
Chaudhuri, Ganti, Kaushik: A primitive operator for similarity joins, ICDE 2006): a text of g grams that shares a part t
of them with another has one of any g - t * g + 1 in common with it. Texts of one form that say different things
therefore do not meet at all.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import contained
from textclean.minhash.bands import Pairs, agree, distinct
from textclean.minhash.sketch import Sketches
from textclean.minhash.twins import CONTAINED, KEPT

BLOCK: Final = 1 << 20
"""Pairs, at most, that are looked at together."""


EACH: Final = 16
SPARE: Final = 1 << 18
"""So many pairs a member, and so many more, may be compared. It takes a crowd of thousands, most of which stay, to need
more; what is then left over is not compared, so a copy may stay.
"""


class Limits(NamedTuple):
    """What makes a pair: similarities, and how sketches propose it.

    Attributes:
        threshold: the smallest Jaccard similarity of a near copy.
        containment: the smallest share of a piece; None: pieces are not looked for.
        n: characters a gram.
        bands, rows: how signatures are banded.
        floor: the smallest estimate of a pair that is compared.
    """

    threshold: float
    containment: float | None
    n: int
    bands: int
    rows: int
    floor: float


class Grams(NamedTuple):
    """Hashed grams of texts, each once a text.

    Attributes:
        text: int64, the place of the text; rising.
        gram: int64, a number of the gram; rarer ones have smaller numbers, and stand first in each text.
        within: int64, the place of the gram in its text.
    """

    text: NDArray[np.int64]
    gram: NDArray[np.int64]
    within: NDArray[np.int64]


class Crowd:
    """Some texts, and which of them have met all others.

    Args:
        members: indices of the texts, rising.
        rank: of each member, which is smaller for what may contain another.
        sketches: of the members.
        hashes, offsets: of their grams (:func:`textclean.minhash.grams.hashes`).
        limits: what makes a pair.
    """

    def __init__(
        self,
        members: NDArray[np.int64],
        rank: NDArray[np.int64],
        sketches: Sketches,
        hashes: NDArray[np.uint32],
        offsets: NDArray[np.int64],
        limits: Limits,
    ) -> None:
        self._members = members
        self._rank = rank
        self._sketches = sketches
        self._limits = limits
        self._grams = _grams(hashes, offsets)
        self._left = SPARE + EACH * len(members)
        self._met_near = np.zeros(len(members), np.bool_)
        self._met_inside = np.zeros(len(members), np.bool_)
        lengths = np.diff(offsets)
        count = len(members)
        prefix = self._prefix(lengths, limits.threshold)
        self._near = _Postings(self._grams, prefix, prefix, count)
        self._inside = None
        if limits.containment is not None:
            prefix = self._prefix(lengths, limits.containment)
            self._inside = _Postings(self._grams, prefix, np.ones_like(prefix), count)

    def _prefix(self, lengths: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
        """The grams of each text of which one is shared with whatever has ``share`` of its grams."""
        most = np.floor((1 - share) * lengths * (1 + 1e-9)).astype(np.int64) + 1
        prefix: NDArray[np.bool_] = self._grams.within < most[self._grams.text]
        return prefix

    def unmet(self, kind: NDArray[np.uint8]) -> Pairs | None:
        """Pairs that may decide, given the verdicts (``kind`` of all texts) so far; None if there are no more."""
        own = kind[self._members]
        while self._left > 0:
            asking = np.flatnonzero((own == KEPT) & ~self._met_near)
            if len(asking):
                asking, found = self._near.partners(asking, min(BLOCK, self._left))
                new = (found != asking) & ~self._met_near[found]
                self._met_near[asking] = True
            else:
                asking = np.flatnonzero((own != CONTAINED) & ~self._met_inside)
                if self._inside is None or not len(asking):
                    return None
                asking, found = self._inside.partners(asking, min(BLOCK, self._left))
                new = self._rank[asking] < self._rank[found]
                self._met_inside[asking] = True
            pairs: Pairs = np.stack([asking[new], found[new]], axis=1)
            pairs = pairs[self._looks_alike(pairs)]
            pairs.sort(axis=1)
            self._left -= len(pairs)
            if len(pairs):
                members: Pairs = self._members[pairs]
                return members
        return None

    def _looks_alike(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Whether sketches propose the pairs, as they do where there is no crowd."""
        limits = self._limits
        alike = agree(self._sketches.signatures, pairs, limits.bands, limits.rows, limits.floor)
        if limits.containment is not None:
            turned = self._rank[pairs[:, 0]] > self._rank[pairs[:, 1]]
            ordered = np.where(turned[:, None], pairs[:, ::-1], pairs)
            share = contained.intact(limits.containment, limits.n)
            alike |= contained.holds(self._sketches.prints, self._sketches.offsets, ordered, share)
        return alike


class _Postings:
    """Which texts have a gram in their prefix.

    Args:
        grams: of all texts.
        prefix: of each entry of them, whether it is in the prefix of its text.
        asked: of each entry, whether its text asks by it.
        texts: how many there are.
    """

    def __init__(self, grams: Grams, prefix: NDArray[np.bool_], asked: NDArray[np.bool_], texts: int) -> None:
        listed = np.flatnonzero(prefix)
        listed = listed[np.argsort(grams.gram[listed], kind="stable")]
        self._listed = grams.text[listed]
        begin = np.searchsorted(grams.gram[listed], np.arange(int(grams.gram.max(initial=-1)) + 2))
        self._gram = grams.gram[asked]
        self._begin = begin[self._gram]
        self._size = np.diff(begin)[self._gram]
        self._bounds = np.searchsorted(grams.text[asked], np.arange(texts + 1))
        self._texts = texts
        entries = np.zeros(len(self._size) + 1, np.int64)
        self._size.cumsum(out=entries[1:])
        self._cost = np.minimum(entries[self._bounds[1:]] - entries[self._bounds[:-1]], texts)

    def partners(self, asking: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of one of ``asking``, the first of them, and a text that has one of its grams; about ``most``.

        Each pair stands once; a text whose grams so many have that it costs less to look at all texts meets all.
        """
        cost = self._cost[asking].cumsum()
        asking = asking[: max(1, int(np.searchsorted(cost, most, side="right")))]
        is_all = self._cost[asking] == self._texts
        few, many = asking[~is_all], asking[is_all]
        counts = self._bounds[few + 1] - self._bounds[few]
        entries = _ranges(self._bounds[few], counts)
        owner = few.repeat(counts).repeat(self._size[entries])
        found = self._listed[_ranges(self._begin[entries], self._size[entries])]
        owner, found = np.divmod(distinct(owner * self._texts + found), self._texts)
        return (
            np.concatenate([owner, many.repeat(self._texts)]),
            np.concatenate([found, np.tile(np.arange(self._texts), len(many))]),
        )


def _ranges(begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """So many numbers from each of ``begins`` on."""
    shifts = begins - sizes.cumsum() + sizes
    ranges: NDArray[np.int64] = np.repeat(shifts, sizes) + np.arange(int(sizes.sum()))
    return ranges


def _grams(hashes: NDArray[np.uint32], offsets: NDArray[np.int64]) -> Grams:
    text = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    both = distinct(text.astype(np.uint64) << np.uint64(32) | hashes)
    text = (both >> np.uint64(32)).astype(np.int64)
    _, gram, count = np.unique(both.astype(np.uint32), return_inverse=True, return_counts=True)
    rarity = np.empty(len(count), np.int64)
    rarity[np.argsort(count, kind="stable")] = np.arange(len(count))
    gram = rarity[gram]
    order = np.lexsort((gram, text))
    begin = np.searchsorted(text, np.arange(len(offsets)))
    return Grams(text, gram[order], np.arange(len(text)) - begin[text])
