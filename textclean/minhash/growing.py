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
        self._offsets = np.zeros(1, np.int64)
        self._more: list[NDArray[np.int64]] = []  # the ends of what has come since
        self._size = 0

    @property
    def _points(self) -> NDArray[Any]:
        return self._units.view(np.uint32) if self._is_wide else self._units

    def append(self, texts: Codes) -> None:
        """Append texts. What :meth:`codes` gave before must not be used any more."""
        begin = texts.offsets[0]
        points = texts.codes[begin : texts.offsets[-1]]
        if points.dtype.itemsize > 2 and not self._is_wide:
            self._widen()
        end = self._size + len(points)
        room = len(self._points)
        if end > room:
            self._resize(max(end, room + room // 8))
        self._points[self._size : end] = points
        self._more.append(texts.offsets[1:] + (self._size - begin))
        self._size = end

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
        if self._more:
            self._offsets = np.concatenate([self._offsets, *self._more])
            self._more = []
        return Codes(self._points, self._offsets)

    def keep(self, index: NDArray[np.int64]) -> None:
        """Drop all texts but those of ``index``, rising. What :meth:`codes` gave before must not be used any more."""
        whole = self.codes()
        offsets = np.concatenate([[0], np.cumsum(whole.lengths[index])])
        for lo, hi in runs(offsets, _BLOCK):  # each moves to where it stood or before: nothing is overwritten unread
            whole.codes[offsets[lo] : offsets[hi]] = whole.take(index[lo:hi]).codes
        self._offsets = offsets
        self._size = int(offsets[-1])
        self._resize(self._size)
