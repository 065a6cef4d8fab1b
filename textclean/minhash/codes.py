"""Texts as one contiguous buffer of code points with offsets: what every step behind it reads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Codes(NamedTuple):
    """Code points of several texts, one after the other.

    Attributes:
        codes: uint16, or uint32 where a character lies beyond the basic plane; one entry a character.
        offsets: int64, one more than there are texts; text ``i`` is ``codes[offsets[i]:offsets[i + 1]]``.
    """

    codes: NDArray[Any]
    offsets: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each text."""
        return self.offsets[1:] - self.offsets[:-1]


def encode(texts: Sequence[str]) -> Codes:
    """The code points of ``texts``; lone surrogates are code points like any other."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    joined = "".join(texts)
    raw = joined.encode("utf-16-le", "surrogatepass")
    if len(raw) == 2 * len(joined):
        return Codes(np.frombuffer(raw, "<u2"), offsets)
    return Codes(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4"), offsets)
