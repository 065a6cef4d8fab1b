"""Code points of texts that come block by block: one array that grows where it lies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, runs

_BLOCK = 1 << 20  # characters copied at a time


class GrowingCodes:
    """Texts to which more are appended; they lie in memory once, two bytes a character.

    Four bytes once a character lies beyond the basic plane. Where the system moves large blocks without copying them,
    as Linux does, at no time there are two.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Drop all texts."""
        self._units = np.empty(0, np.uint16)  # of wide characters two each
        self._is_wide = False
        self._size = 0
        self._lengths: list[NDArray[np.int64]] = []

    def __len__(self) -> int:
        """How many texts there are."""
        return sum(map(len, self._lengths))

    @property
    def _points(self) -> NDArray[Any]:
        return self._units.view(np.uint32) if self._is_wide else self._units

    def append(self, texts: Codes) -> None:
        """Append texts. What :meth:`codes` gave before must not be used any more."""
        points = texts.codes[texts.offsets[0] : texts.offsets[-1]]
        if points.dtype.itemsize > 2 and not self._is_wide:
            self._widen()
        end = self._size + len(points)
        room = len(self._points)
        if end > room:
            self._resize(max(end, room + room // 8))
        self._points[self._size : end] = points
        self._size = end
        self._lengths.append(texts.lengths)

    def _resize(self, room: int) -> None:
        self._units.resize(room * (2 if self._is_wide else 1), refcheck=False)

    def _widen(self) -> None:
        """From two bytes a character to four, in place, from the end."""
        self._is_wide = True
        self._resize(self._size)
        wide = self._points
        for end in range(self._size, 0, -_BLOCK):
            start = max(end - _BLOCK, 0)
            wide[start:end] = self._units[start:end].copy()

    def codes(self) -> Codes:
        """The texts, to be read until more are appended or some are dropped."""
        self._resize(self._size)
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(np.concatenate([np.empty(0, np.int64), *self._lengths]), out=offsets[1:])
        return Codes(self._points, offsets)

    def keep(self, index: NDArray[np.int64]) -> None:
        """Drop all texts but those of ``index``, rising. What :meth:`codes` gave before must not be used any more."""
        whole = self.codes()
        lengths = whole.lengths[index]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        for lo, hi in runs(offsets, _BLOCK):  # each moves to where it stood or before: nothing is overwritten unread
            whole.codes[offsets[lo] : offsets[hi]] = whole.take(index[lo:hi]).codes
        self._size = int(offsets[-1])
        self._lengths = [lengths]
        self._resize(self._size)
