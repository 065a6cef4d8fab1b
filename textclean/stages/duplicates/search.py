"""Which paragraphs may be near copies or pieces of one another."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import near
from textclean.minhash.codes import encode
from textclean.minhash.crowds import Crowd
from textclean.stage import Texts
from textclean.stages.duplicates.observed import Observed

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates


class Search:
    """Pairs of paragraphs to compare, from their sketches. Signatures and fingerprints are in memory one by one.

    Args:
        rows: the paragraphs.
        texts: reads them.
        alone: which of them take part.

    Attributes:
        rank: int64, by paragraph: its place among those that take part, the longest first.
    """

    def __init__(self, options: "Duplicates", rows: Observed, texts: Texts, alone: NDArray[np.bool_]) -> None:
        self._options = options
        self._rows = rows
        self._texts = texts
        self._sketched = rows.sketched()
        self._alone = alone
        index = self._sketched[alone[self._sketched]]
        self.rank = np.zeros(len(rows), np.int64)
        self.rank[index[near.by_length(rows.length[index])]] = np.arange(len(index))
        self._limits = near.limits_of(options.threshold, options.containment, options.n, options.slots, near.RECALL)

    def propose(self) -> near.Proposal:
        """Pairs of paragraphs, and those in crowds; see :func:`textclean.minhash.near.settle`."""
        own, limits = np.flatnonzero(self._alone[self._sketched]), self._limits
        crowded = own[:0]
        if self._options.backend == "datasketch":
            from textclean.minhash import peer

            measured = self._rows.measured(self._texts, self._sketched[own].tolist())
            pairs = own[peer.candidates(measured, limits.n, self._options.slots, limits.bands, limits.rows)]
        else:
            pairs, crowded = near.near_pairs(self._rows.signatures(), own, limits)
        if self._options.containment is not None:
            own = own[np.argsort(self.rank[self._sketched[own]])]
            prints = self._rows.prints()
            pairs, crowded = near.with_pieces((pairs, crowded), prints.values, prints.offsets, own, limits)
        return self._sketched[pairs], self._sketched[crowded]

    def crowd(self, members: NDArray[np.int64]) -> Crowd:
        """What brings the members of crowds together. Their texts stay in memory from here on."""
        self._rows.hold(self._texts, members)
        sketches = self._rows.sketches(np.searchsorted(self._sketched, members))
        grams = near.hashed(encode(self._rows.measured(self._texts, members.tolist())), self._options.n)
        return Crowd(members, self.rank[members], sketches, *grams, self._limits)
