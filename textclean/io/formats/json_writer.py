"""Writes files of JSON: rows one after the other, member by member where the file is compressed."""

from itertools import accumulate
from typing import NamedTuple, Protocol

from textclean.io.formats.compression import compressed
from textclean.io.formats.records import Rendered


class JsonStyle(NamedTuple):
    """What stands around the rows of a file."""

    head: bytes
    separator: bytes
    tail: bytes


class JsonWriter:
    """Writes a file of rows from what was rendered, member by member where it is compressed.

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

    def add(self, rendered: Rendered) -> list[list[int]]:
        """Write clean rows; where each lies: start and end of its member, start in it, and length.

        Where nothing is compressed, the whole file is the member; it begins at 0, and its end is told as 0.
        """
        if not rendered.clean:
            return []
        gap = len(self._style.separator)
        content = self._before + rendered.clean[: len(rendered.clean) - gap]
        starts = accumulate(rendered.lengths, initial=len(self._before))
        self._before = self._style.separator
        start = self._at
        self._write(content)
        sizes = [length - gap for length in rendered.lengths]
        if self._compression:
            return [[start, self._at, *place] for place in zip(starts, sizes, strict=False)]
        return [[0, 0, start + inside, size] for inside, size in zip(starts, sizes, strict=False)]

    def _write(self, content: bytes) -> None:
        packed = compressed(content, self._compression)
        self._file.write(packed)
        self._at += len(packed)

    def close(self) -> None:
        """Write what stands behind the rows."""
        empty = self._before == self._style.head and not self._at
        self._write(
            (self._style.head if empty else b"") + (self._style.tail or (b"" if empty else self._style.separator))
        )


class Takes(Protocol):
    """Where bytes can be written to."""

    def write(self, content: bytes, /) -> object: ...
