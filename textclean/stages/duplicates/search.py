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
        self._own = np.flatnonzero(alone[self._sketched])
        index = self._sketched[self._own]
        self._order = near.by_length(rows.length[index])
        self.rank = np.zeros(len(rows), np.int64)
        self.rank[index[self._order]] = np.arange(len(index))
        self._limits = near.limits_of(options.threshold, options.containment, options.n, options.slots, near.RECALL)

    def propose(self) -> near.Proposal:
        """Pairs of paragraphs, and those in crowds; see :func:`textclean.minhash.near.settle`."""
        crowded = self._own[:0]
        if self._options.backend == "datasketch":
            from textclean.minhash import peer

            folded = self._rows.read(self._texts, self._sketched[self._own].tolist())
            limits = self._limits
            pairs = self._own[peer.candidates(folded, limits.n, self._options.slots, limits.bands, limits.rows)]
        else:
            pairs, crowded = near.near_pairs(self._rows.signatures(), self._own, self._limits)
        if self._options.containment is not None:
            prints = self._rows.prints()
            order = self._own[self._order]
            pairs, crowded = near.with_pieces((pairs, crowded), prints.values, prints.offsets, order, self._limits)
        return self._sketched[pairs], self._sketched[crowded]

    def crowd(self, members: NDArray[np.int64]) -> Crowd:
        """What brings the members of crowds together. Their texts stay in memory from here on."""
        self._rows.hold(self._texts, members)
        sketches = self._rows.sketches(np.searchsorted(self._sketched, members))
        grams = near.hashed(encode(self._rows.read(self._texts, members.tolist())), self._options.n)
        return Crowd(members, self.rank[members], sketches, *grams, self._limits)
