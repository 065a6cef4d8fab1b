"""Writes files of JSON: rows one after the other, member by member where the file is compressed."""

from typing import Final, NamedTuple, Protocol

from textclean.io.formats.compression import compressed
from textclean.io.formats.records import Rendered

_MEMBER: Final = 1 << 18
"""Bytes from which a member ends: more shrink better, fewer are found faster."""


class JsonStyle(NamedTuple):
    """What stands around the rows of a file."""

    head: bytes
    separator: bytes
    tail: bytes


class JsonWriter:
    """Writes a file of rows from what was rendered, in members where it is compressed.

    Where a member ends is decided by the rows alone: it does not matter which of them are added together.

    Args:
        file: takes bytes.
        style: of the format.
        compression: ``gz``, ``zst``, or empty.
    """

    def __init__(self, file: "Takes", style: JsonStyle, compression: str) -> None:
        self._file = file
        self._style = style
        self._compression = compression
        self._at = 0
        self._before = style.head
        self._pieces: list[bytes] = []  # of the member that is not written yet
        self._size = 0
        self._places: list[list[int]] = []

    def add(self, rendered: Rendered) -> list[list[int]]:
        """Write clean rows; where each lies: start and end of its member, start in it, and length.

        Where nothing is compressed, the whole file is the member; it begins at 0, and its end is told as 0. Otherwise
        the end is filled in once the member is written.
        """
        found: list[list[int]] = []
        at = 0
        for length in rendered.lengths:
            row = rendered.clean[at : at + length - len(self._style.separator)]
            at += length
            self._pieces += self._before, row
            start = self._size + len(self._before)
            self._size = start + len(row)
            self._before = self._style.separator
            if self._compression:
                self._places.append([self._at, 0, start, len(row)])
                found.append(self._places[-1])
                if self._size >= _MEMBER:
                    self._end_member()
            else:
                found.append([0, 0, self._at + start, len(row)])
        if not self._compression:
            self._end_member()
        return found

    def _end_member(self) -> None:
        packed = compressed(b"".join(self._pieces), self._compression)
        self._file.write(packed)
        self._at += len(packed)
        for place in self._places:
            place[1] = self._at
        self._pieces, self._size, self._places = [], 0, []

    def close(self) -> None:
        """Write what stands behind the rows."""
        is_empty = not (self._at or self._pieces)
        self._pieces += (self._style.head, self._style.tail) if is_empty else (self._style.tail or self._before,)
        self._end_member()


class Takes(Protocol):
    """Where bytes can be written to."""

    def write(self, content: bytes, /) -> object: ...
