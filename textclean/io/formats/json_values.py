"""JSON that is not one object per line: an array of objects, or objects one after the other over many lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import ClassVar, Final

from textclean.errors import InputError
from textclean.io.formats.encoding import FileEncoding
from textclean.io.formats.json_writer import JsonStyle
from textclean.io.formats.jsonl import JsonBlock, rendered
from textclean.io.formats.records import Fields, Outcome, Rendered

_READ: Final = 1 << 18
_ROWS: Final = 128
_BYTES: Final = 1 << 19
_BOM: Final = b"\xef\xbb\xbf"

_SPACE: Final = re.compile(rb"[ \t\r\n]*+").match
_TOKEN: Final = re.compile(rb'["\[\]{}]').search  # within a nested value
_IN_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL).match
_SCALAR: Final = re.compile(rb"[^,\]}\s]*+").match  # a number, true, false, null


@dataclass(frozen=True, slots=True)
class JsonArray:
    """Reads and writes an array of objects; reads it as a stream."""

    fields: Fields
    limit: int
    style: ClassVar[JsonStyle]

    def blocks(self, file: BufferedIOBase) -> Iterator[JsonBlock]:
        """See :meth:`Format.blocks`."""
        return _blocks(_Values(file, self.limit, is_array=True), self.fields, self.limit)

    def render(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """See :meth:`Format.render`."""
        return rendered(rest, outcomes, self.style.separator)


JsonArray.style = JsonStyle(b"[\n", b",\n", b"\n]\n")


@dataclass(frozen=True, slots=True)
class JsonStream:
    """Reads objects that follow each other, over any number of lines, and writes them so."""

    fields: Fields
    limit: int
    style: ClassVar[JsonStyle]

    def blocks(self, file: BufferedIOBase) -> Iterator[JsonBlock]:
        """See :meth:`Format.blocks`."""
        return _blocks(_Values(file, self.limit, is_array=False), self.fields, self.limit)

    def render(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """See :meth:`Format.render`."""
        return rendered(rest, outcomes, self.style.separator)


JsonStream.style = JsonStyle(b"", b"\n", b"")


def _blocks(values: "_Values", fields: Fields, limit: int) -> Iterator[JsonBlock]:
    first, size = 1, 0
    rows: list[bytes | None] = []
    encoding = FileEncoding()

    def block() -> JsonBlock:
        return JsonBlock(first, tuple(rows), fields, limit, encoding.of(row for row in rows if row is not None))

    try:
        for value in values:
            rows.append(value)
            size += len(value or b"")
            if len(rows) == _ROWS or size > _BYTES:
                yield block()
                first, size, rows = first + len(rows), 0, []
    except InputError as error:
        if rows:
            yield block()
        last = first + len(rows) - 1
        raise InputError(f"{error} (after row {last:,})" if last else str(error)) from error
    if rows:
        yield block()


class _Values:
    """The values of a stream, as they are written; None for one of over ``limit`` bytes, which is passed over.

    Only brackets and strings are looked at: what is between them is for the parser.
    """

    def __init__(self, file: BufferedIOBase, limit: int, is_array: bool) -> None:
        self._file = file
        self._limit = limit
        self._is_array = is_array
        self._buffer = b""
        self._at = 0
        self._kept: list[bytes] = []  # what was read of a value before what stands in the buffer
        self._size = 0

    def __iter__(self) -> Iterator[bytes | None]:
        while self._more() and len(self._buffer) < len(_BOM):
            pass
        self._buffer = self._buffer.removeprefix(_BOM)
        first = self._next()
        if self._is_array:
            if first != b"[":
                raise InputError("no JSON array: it does not begin with [")
            self._at += 1
            first = self._next()
            if first == b"]":
                return self._ended()
        while first:
            yield self._value(first)
            first = self._next()
            if not self._is_array:
                continue
            if first == b"]":
                return self._ended()
            if first != b",":
                break
            self._at += 1
            first = self._next()
        if self._is_array:
            raise InputError("no whole JSON array: it ends, or goes on with something else, where , or ] should stand")
        return None

    def _ended(self) -> None:
        self._at += 1
        if self._next():
            raise InputError("something stands behind the end of the JSON array")

    def _value(self, first: bytes) -> bytes | None:
        """The value that begins here."""
        self._kept, self._size = [], 0
        start = self._at
        self._at += 1
        if first == b'"':
            start = self._string(start)
        elif first in (b"{", b"["):
            start = self._nested(start)
        else:
            self._at = start
            while True:
                found = _SCALAR(self._buffer, self._at)
                self._at = found.end() if found else self._at
                if self._at < len(self._buffer) or not self._more_of_value(start):
                    break
                start = 0
            if self._at == start and not self._kept:
                raise InputError(f"no JSON: {first!r} where a value should stand")
        self._kept.append(self._buffer[start : self._at])
        self._size += self._at - start
        return None if self._size > self._limit else b"".join(self._kept)

    def _nested(self, start: int) -> int:
        """Go to the end of an object or array; returns where what is in the buffer of it begins."""
        depth = 1
        while depth:
            found = _TOKEN(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                if not self._more_of_value(start):
                    raise InputError("it ends in the middle of a row")
                start = 0
                continue
            self._at = found.end()
            if found[0] == b'"':
                start = self._string(start)
            else:
                depth += 1 if found[0] in (b"{", b"[") else -1
        return start

    def _string(self, start: int) -> int:
        """Go to the end of a string whose quotation mark was passed; returns as :meth:`_nested`."""
        while True:
            found = _IN_STRING(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._buffer[self._at : self._at + 1] == b'"':
                self._at += 1
                return start
            if not self._more_of_value(start):  # it ended, perhaps behind a backslash
                raise InputError("it ends in the middle of a string")
            start = 0

    def _next(self) -> bytes:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more():
                return b""

    def _more(self) -> bool:
        """Read on; what was passed is dropped."""
        new = self._file.read1(_READ)
        self._buffer = self._buffer[self._at :] + new
        self._at = 0
        return bool(new)

    def _more_of_value(self, start: int) -> bool:
        """Read on within a value that begins at ``start`` of the buffer; what was passed is kept up to the limit."""
        passed = self._buffer[start : self._at]
        self._size += len(passed)
        if self._size <= self._limit:
            self._kept.append(passed)
        else:
            self._kept.clear()
        return self._more()
