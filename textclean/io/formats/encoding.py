"""Which encoding the rows of a file are in: UTF-8, or one of the older Chinese ones, the same for all of them."""

from collections.abc import Iterable
from typing import Final

from textclean.decode import detect

UTF_8: Final = "utf-8"
_OTHERS: Final = frozenset({"gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950"})
"""Codecs in which rows are read, too. A line break is the same byte in them."""


class FileEncoding:
    """Says of the rows of a file, told in their order, how they are encoded.

    One row tells too little: bytes that are damaged UTF-8 are something in most other encodings. So the first rows that
    go beyond ASCII decide for all of them.
    """

    def __init__(self) -> None:
        self._codec = ""

    def of(self, rows: Iterable[bytes]) -> str:
        """The codec of these rows, and of those that follow."""
        if not self._codec:
            telling = [row for row in rows if not row.isascii()]
            if telling:
                sound = sum(map(_is_utf_8, telling))
                self._codec = UTF_8 if 2 * sound >= len(telling) else _other(b"\n".join(telling))
        return self._codec or UTF_8


def _is_utf_8(row: bytes) -> bool:
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True


def _other(rows: bytes) -> str:
    found = detect(rows).encoding
    return found if found in _OTHERS else UTF_8
