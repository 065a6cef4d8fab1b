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

BLOCK: Final = 1 << 22
"""Entries of grams that are looked up together."""


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
        self._met_near = np.zeros(len(members), np.bool_)
        self._met_inside = np.zeros(len(members), np.bool_)
        lengths = np.diff(offsets)
        self._near = _Postings(self._grams, self._prefix(lengths, limits.threshold))
        self._inside = None
        if limits.containment is not None:
            self._inside = _Postings(self._grams, self._prefix(lengths, limits.containment))

    def _prefix(self, lengths: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
        """The grams of each text of which one is shared with whatever has ``share`` of its grams."""
        most = np.floor((1 - share) * lengths * (1 + 1e-9)).astype(np.int64) + 1
        prefix: NDArray[np.bool_] = self._grams.within < most[self._grams.text]
        return prefix

    def unmet(self, kind: NDArray[np.uint8]) -> Pairs | None:
        """Pairs that may decide, given the verdicts (``kind`` of all texts) so far; None if there are no more."""
        own = kind[self._members]
        while True:
            asking = np.flatnonzero((own == KEPT) & ~self._met_near)
            if len(asking):
                pairs = self._proposed(self._near, self._near.prefix, asking, self._met_near)
            else:
                if self._inside is None:
                    return None
                asking = np.flatnonzero((own != CONTAINED) & ~self._met_inside)
                if not len(asking):
                    return None
                pairs = self._proposed(self._inside, None, asking, self._met_inside)
            if len(pairs):
                return self._members[pairs]

    def _proposed(
        self,
        postings: "_Postings",
        asking_by: NDArray[np.bool_] | None,
        asking: NDArray[np.int64],
        met: NDArray[np.bool_],
    ) -> Pairs:
        """Pairs of the first of ``asking``, a block of them, with any member; they have met then."""
        entries = postings.entries_of(asking, asking_by)
        size = postings.size[entries]
        cost = np.bincount(self._grams.text[entries], size, len(self._members))[asking].cumsum()
        asking = asking[: max(1, int(np.searchsorted(cost, BLOCK, side="right")))]
        entries = entries[: np.searchsorted(self._grams.text[entries], asking[-1], side="right")]
        size = postings.size[entries]
        found = postings.expanded(entries)
        left = np.repeat(self._grams.text[entries], size)
        count = len(self._members)
        left, right = np.minimum(left, found), np.maximum(left, found)
        pairs = np.stack(np.divmod(distinct((left * count + right)[left != right]), count), axis=1)
        met[asking] = True
        return pairs[self._looks_alike(pairs)]

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

    Attributes:
        prefix: of each entry of the grams, whether it is in the prefix of its text.
        size: of each entry, how many texts have its gram in their prefix.
    """

    def __init__(self, grams: Grams, prefix: NDArray[np.bool_]) -> None:
        self.prefix = prefix
        self._text = grams.text
        listed = np.flatnonzero(prefix)
        listed = listed[np.argsort(grams.gram[listed], kind="stable")]
        self._listed = grams.text[listed]
        count = int(grams.gram.max(initial=-1)) + 1
        self._begin = np.searchsorted(grams.gram[listed], np.arange(count + 1))
        self._gram = grams.gram
        self.size = np.diff(self._begin)[grams.gram]

    def entries_of(self, texts: NDArray[np.int64], among: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The entries of ``texts`` that some prefix has; only those ``among`` a part of all."""
        wanted = np.zeros(int(self._text.max(initial=-1)) + 1, np.bool_)
        wanted[texts[texts < len(wanted)]] = True
        chosen = wanted[self._text] & (self.size > 0)
        return np.flatnonzero(chosen if among is None else chosen & among)

    def expanded(self, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        """The texts that have the gram of each entry in their prefix, entry by entry."""
        size, begin = self.size[entries], self._begin[self._gram[entries]]
        return self._listed[np.repeat(begin - (size.cumsum() - size), size) + np.arange(int(size.sum()))]


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
