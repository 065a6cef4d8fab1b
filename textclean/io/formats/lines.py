"""Plain text of which each line is a row."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final

import numpy as np

from textclean.decode.detection import find

_BLOCK: Final = 1 << 20
_BEGIN: Final = 4096
"""Bytes at the beginning that :func:`textclean.decode.detection.find` looks at more closely than at all others."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines of a text in UTF-8, without the last line break."""

    content: bytes

    @property
    def count(self) -> int:
        """How many lines there are."""
        return line_breaks(self.content) + 1

    def lines(self) -> list[bytes]:
        """All lines as they stand."""
        return self.content.split(b"\n")

    def texts(self) -> list[str]:
        """See :meth:`RowBlock.texts`."""
        return self.content.decode("utf-8", "surrogatepass").split("\n")


def line_breaks(content: bytes) -> int:
    """How many line breaks there are: as ``bytes.count``, which is slow where they are many."""
    return int(np.count_nonzero(np.frombuffer(content, np.uint8) == 10))


def line_blocks(file: BufferedIOBase, size: int = _BLOCK) -> Iterator[LineBlock]:
    """The lines of a text in UTF-8, about ``size`` bytes together."""
    pieces: list[bytes] = []  # of a line that goes on
    new = file.read(max(size, _BEGIN)).removeprefix(_BOM)
    while new:
        whole, newline, rest = new.rpartition(b"\n")
        if newline:
            yield LineBlock(b"".join([*pieces, whole]))
            pieces = []
        pieces.append(rest)
        new = file.read(size)
    if last := b"".join(pieces):
        yield LineBlock(last)


def is_plain(file: BufferedIOBase, size: int = _BLOCK) -> bool:
    """Whether :func:`textclean.decode.decode` would read the whole file as UTF-8, or ASCII, without anything odd.

    It needs all bytes together; this reads ``size`` bytes at a time, and says no where the first of them do not settle
    it.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii, has_escapes = True, False
    new = file.read(max(size, _BEGIN))
    try:
        text = decoder.decode(new)
        if not new.startswith(_BOM):
            found = find(new[: len(new) - len(decoder.getstate()[0])])  # without half a character
            if found.text is None or found.codec not in ("utf-8", "ascii"):
                return False
        while new:
            if "\0" in text:
                return False
            is_ascii = is_ascii and text.isascii()
            has_escapes = has_escapes or "\x1b" in text or "~" in text
            new = file.read(size)
            text = decoder.decode(new, final=not new)
    except UnicodeDecodeError:
        return False
    return not (is_ascii and has_escapes)  # else ISO 2022 or HZ, perhaps
