"""Texts as every step behind reads them: one buffer of code points with offsets, or strings where they are."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash import engine

_CHUNK: Final = 1 << 20  # characters copied at a time


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

    def take(self, index: NDArray[np.int64]) -> "Codes":
        """The texts of ``index``, in its order."""
        lengths = self.offsets[index + 1] - self.offsets[index]
        offsets = np.zeros(len(index) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.arange(offsets[-1])
        places += np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return Codes(self.codes[places], offsets)

    def strings(self, index: NDArray[np.int64]) -> list[str]:
        """The texts of ``index`` as strings."""
        begins, ends = self.offsets[index].tolist(), self.offsets[index + 1].tolist()
        points = (self.codes[a:b].astype("<u4") for a, b in zip(begins, ends, strict=True))
        return [own.tobytes().decode("utf-32-le", "surrogatepass") for own in points]


class Strings(NamedTuple):
    """Several strings where they are: what the kernel reads in place of :class:`Codes`, without a copy.

    Attributes:
        texts: the strings.
        offsets: as of the codes that they would be.
        view: where the kernel finds them; keeps them while other threads run.
    """

    texts: tuple[str, ...]
    offsets: NDArray[np.int64]
    view: object

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each text."""
        return self.offsets[1:] - self.offsets[:-1]


def view(texts: Sequence[str]) -> Codes | Strings:
    """The texts as the implementation that runs reads them: the kernel as they are, the NumPy functions as codes."""
    fast = engine.kernel()
    if not fast:
        return encode(texts)
    strings = tuple(texts)
    offsets = np.empty(len(strings) + 1, np.int64)
    return Strings(strings, offsets, fast.view(strings, offsets))


def where(texts: Codes | Strings) -> tuple[Any, int, NDArray[np.int64]]:
    """What the kernel is told of texts: codes and the bytes of one, or a view and 0; and the offsets."""
    if isinstance(texts, Strings):
        return texts.view, 0, texts.offsets
    return texts.codes, texts.codes.dtype.itemsize, texts.offsets


def coded(texts: Codes | Strings) -> Codes:
    """The texts as codes."""
    return encode(texts.texts) if isinstance(texts, Strings) else texts


def encode(texts: Sequence[str]) -> Codes:
    """The code points of ``texts``; lone surrogates are code points like any other."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    if fast := engine.kernel():
        strings = tuple(texts)
        fast.view(strings, offsets)
        codes = Codes(np.empty(offsets[-1], np.uint16), offsets)
        if fast.pack(strings, offsets, codes.codes, 2):
            return codes
        codes = Codes(np.empty(offsets[-1], np.uint32), offsets)
        fast.pack(strings, offsets, codes.codes, 4)
        return codes
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    parts = list(runs(offsets, _CHUNK))
    points = np.empty(offsets[-1], np.uint16)
    for lo, hi in parts:
        raw = "".join(texts[lo:hi]).encode("utf-16-le", "surrogatepass")
        if len(raw) != 2 * (offsets[hi] - offsets[lo]):
            break
        points[offsets[lo] : offsets[hi]] = np.frombuffer(raw, "<u2")
    else:
        return Codes(points, offsets)
    wide = np.empty(offsets[-1], np.uint32)
    for lo, hi in parts:
        raw = "".join(texts[lo:hi]).encode("utf-32-le", "surrogatepass")
        wide[offsets[lo] : offsets[hi]] = np.frombuffer(raw, "<u4")
    return Codes(wide, offsets)


def runs(offsets: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Cuts a sequence of sizes, given by their ``offsets``, into runs that sum to at most ``most``, or hold one."""
    lo, stop = 0, len(offsets) - 1
    while lo < stop:
        hi = int(np.searchsorted(offsets, offsets[lo] + most, side="right")) - 1
        hi = min(max(lo + 1, hi), stop)
        yield lo, hi
        lo = hi


def first_equal(codes: Codes) -> NDArray[np.int64]:
    """Of each text the index of the first one that equals it, which is its own for a first one."""
    points, offsets = codes
    out = np.empty(len(offsets) - 1, np.int64)
    places: dict[int, int] = {}  # hashes, not the texts: these would be there twice
    for i, (a, b) in enumerate(pairwise(offsets.tolist())):
        own = points[a:b].tobytes()
        key = hash(own)
        while (other := places.setdefault(key, i)) != i and points[slice(*offsets[other : other + 2])].tobytes() != own:
            key += 1
        out[i] = other
    return out
