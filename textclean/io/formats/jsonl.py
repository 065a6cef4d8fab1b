"""JSON lines, and what all JSON has in common: rows whose text is replaced while all else stays as it was written."""

import json
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BufferedIOBase
from itertools import accumulate, chain
from typing import Any, ClassVar, Final

import orjson

from textclean.errors import InputError
from textclean.io.formats.encoding import UTF_8, FileEncoding
from textclean.io.formats.json_writer import JsonStyle
from textclean.io.formats.lines import line_breaks
from textclean.io.formats.members import find, members
from textclean.io.formats.records import LONGEST_ID, Block, Fields, Outcome, Record, Rendered

_BLOCK: Final = 1 << 19
_BOM: Final = b"\xef\xbb\xbf"
_NEWLINE: Final = 10
_BACKSLASH: Final = 92
_AROUND: Final = b" \t\r"
_LARGE: Final = 1 << 63
"""What may stand around the object of a line."""


@dataclass(slots=True)
class JsonBlock:
    """Consecutive rows of a JSON file.

    Attributes:
        first: number of the first row.
        content: the rows: lines, or a JSON text each; None for one that was too long to be kept.
        fields: the names of the fields of text and id.
        limit: bytes of a row.
        codec: of the rows; what is written is UTF-8.
    """

    first: int
    content: bytes | tuple[bytes | None, ...]
    fields: Fields
    limit: int
    codec: str = UTF_8
    _around: list[tuple[bytes, bytes]] = field(default_factory=list)

    def __reduce__(self) -> tuple[object, ...]:
        return JsonBlock, (self.first, self.content, self.fields, self.limit, self.codec)

    @property
    def count(self) -> int:
        """How many rows there are; blank lines count."""
        return line_breaks(self.content) + 1 if isinstance(self.content, bytes) else len(self.content)

    def lines(self) -> Sequence[bytes | None]:
        """All rows as they stand, blank lines too."""
        return self.content.split(b"\n") if isinstance(self.content, bytes) else self.content

    def texts(self) -> list[str]:
        """The texts alone, see :meth:`RowBlock.texts`: neither ids are read, nor where the texts stand."""
        lines = self.lines()
        first, *deeper = path = self.fields.text.split(".")
        try:
            found = [orjson.loads(line)[first] for line in lines]  # type: ignore[arg-type]
            if deeper:
                found = [value_at(value, deeper) for value in found]
        except (orjson.JSONDecodeError, TypeError, KeyError):  # something is blank or wrong: row by row
            return [self._text(row, line, path) for row, line in enumerate(lines, self.first)]
        if {*map(type, found)} - {str}:
            return [self._text(row, line, path) for row, line in enumerate(lines, self.first)]
        return found

    def _text(self, row: int, line: bytes | None, path: Sequence[str]) -> str:
        try:
            if line is None:
                raise InputError(f"over the limit of {self.limit:,} bytes")
            return "" if not line or line.isspace() else _text(_loaded(line, self.codec)[1], self.fields.text, path)
        except InputError as error:
            what = "line" if isinstance(self.content, bytes) else "row"
            raise InputError(f"{what} {row}: {error}") from error

    def _rows(self) -> Iterator[tuple[int, bytes | None]]:
        for row, line in enumerate(self.lines(), self.first):
            if line is None or len(line) > self.limit:
                yield row, None
            elif line and not line.isspace():
                yield row, line

    def records(self) -> list[Record]:
        """See :meth:`Block.records`. Blank lines are no rows, but count."""
        fields = self.fields
        text_path, id_path = fields.text.split("."), fields.id.split(".")
        self._around = []
        found: list[Record] = []
        for row, line in self._rows():
            if line is None:
                fault = f"over the limit of {self.limit:,} bytes; raise max_document_bytes in the recipe"
                found.append(Record(row, fault=fault, kept=False))
                self._around.append((b"", b""))
                continue
            line = line.strip(_AROUND)
            if not fields.added and (plain := _plain(line, text_path, id_path)) is not None:
                key, text, around = plain
                self._around.append(around)
                found.append(Record(row, key, text))
                continue
            try:
                line, record = _loaded(line, self.codec)
                text = _text(record, fields.text, text_path)
                key = _key(line, record, fields.id, id_path)
                if fields.added:
                    check_new(record, fields, "field")
                self._around.append(_parted(line, text_path))
                found.append(Record(row, key, text))
            except InputError as error:
                found.append(Record(row, fault=str(error)))
                self._around.append((line, b""))
        return found

    def rest(self, raw: Collection[int]) -> bytes:
        """See :meth:`Block.rest`: a line of sizes, then the pieces."""
        if not self._around:
            self.records()
        around = self._around
        if raw:
            around = list(around)
            for place, (_, row) in enumerate(self._rows()):
                if place in raw:
                    line = (row or b"").strip(_AROUND)
                    around[place] = _recoded(line, self.codec) or line, b""
        sizes = [(len(head), len(tail), place in raw) for place, (head, tail) in enumerate(around)]
        return b"\n".join([orjson.dumps(sizes), b"".join(chain.from_iterable(around))])

    def without(self, names: Collection[str]) -> "JsonBlock":
        """See :meth:`Block.without`."""
        if not names:
            return self
        lines = [None if line is None else _without(line, names) for _, line in self._rows()]
        return replace(self, content=tuple(lines))

    def parts(self) -> list[Block]:
        """See :meth:`Block.parts`."""
        return [JsonBlock(row, (line,), self.fields, self.limit, self.codec) for row, line in self._rows()]


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Reads and writes a JSON object per line."""

    fields: Fields
    limit: int
    style: ClassVar["JsonStyle"]

    def blocks(self, file: BufferedIOBase) -> Iterator[JsonBlock]:
        """See :meth:`Format.blocks`."""
        row, encoding = 1, FileEncoding()
        for lines in _lines(file, self.limit):
            if lines is None:
                yield JsonBlock(row, (None,), self.fields, self.limit)
                row += 1
            else:
                codec = encoding.of(lines.split(b"\n"))
                yield JsonBlock(row, lines, self.fields, self.limit, codec)
                row += line_breaks(lines) + 1

    def render(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """See :meth:`Format.render`."""
        found = rendered(rest, outcomes, self.style.separator)
        ends = [end for end, length in zip(accumulate(found.lengths), found.lengths, strict=True) if length]
        if found.clean.count(b"\n") == len(ends):
            return found
        # rows of another format may stand on several lines; within strings there is no line break
        content = bytearray(found.clean.replace(b"\r", b" ").replace(b"\n", b" "))
        for end in ends:
            content[end - 1] = _NEWLINE
        return replace(found, clean=bytes(content))


def _lines(file: BufferedIOBase, limit: int) -> Iterator[bytes | None]:
    """The lines of a file, many at once; None in place of a line of over ``limit`` bytes, which is passed over."""
    new = file.read1(_BLOCK)
    while 0 < len(new) <= len(_BOM) and (more := file.read1(_BLOCK)):
        new += more
    new = new.removeprefix(_BOM)
    begun: list[bytes] = []  # of the line that is not whole yet
    while new:
        whole, newline, last = new.rpartition(b"\n")
        if newline:
            yield b"".join([*begun, whole])
            begun = []
        begun.append(last)
        new = b""
        if sum(map(len, begun)) > limit:
            yield None
            begun, new = [], _behind_line(file)
        new = new or file.read1(_BLOCK)
    if any(begun):
        yield b"".join(begun)


def _behind_line(file: BufferedIOBase) -> bytes:
    """Pass over the rest of a line; what was read behind it."""
    while new := file.read1(_BLOCK):
        _, newline, behind = new.partition(b"\n")
        if newline:
            return behind
    return b""


JsonLines.style = JsonStyle(b"", b"\n", b"")


def rendered(rest: bytes, outcomes: Sequence[Outcome], separator: bytes) -> Rendered:
    """Rows with their texts put in.

    Args:
        rest: of :meth:`JsonBlock.rest`.
        outcomes: what became of each row.
        separator: what stands behind each row.
    """
    index, _, pieces = rest.partition(b"\n")
    clean: list[bytes] = []
    quarantined: list[bytes] = []
    lengths: list[int] = []
    quarantined_lengths: list[int] = []
    at = 0
    for (head, tail, raw), outcome in zip(orjson.loads(index), outcomes, strict=True):
        row = pieces[at : at + head]
        if not raw:
            behind = pieces[at + head : at + head + tail]
            row = b"".join([row, orjson.dumps(outcome.text), _with(behind, outcome), separator])
        elif row:
            row += separator
        at += head + tail
        if outcome.is_clean:
            clean.append(row)
            lengths.append(len(row))
        elif row:
            quarantined.append(row)
            quarantined_lengths.append(len(row))
    return Rendered(b"".join(clean), b"".join(quarantined), lengths, quarantined_lengths)


def _with(tail: bytes, outcome: Outcome) -> bytes:
    """What stands behind the text, with further members before the last brace."""
    if not outcome.extra:
        return tail
    more = orjson.dumps(dict(outcome.extra))[1:-1]
    end = tail.rindex(b"}")
    return b"".join([tail[:end], b",", more, tail[end:]])


def _without(line: bytes, names: Collection[str]) -> bytes:
    """A row without its last members, as far as they have these names."""
    try:
        _loaded(line, UTF_8)
    except InputError:  # told when the row is read
        return line
    found, left = list(members(line)), list(names)
    while len(found) > 1 and found[-1].name in left:
        member = found.pop()
        left.remove(member.name)
        line = line[: line.rindex(b",", 0, member.start)] + line[member.value_end :]
    return line


def _loaded(line: bytes, codec: str) -> tuple[bytes, dict[str, Any]]:
    """The line, in UTF-8, and its object."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        recoded = _recoded(line, codec)
        if recoded is None:
            raise InputError("is not in UTF-8" + ("" if codec == UTF_8 else f", nor whole in {codec}")) from error
        if recoded != line:
            return _loaded(recoded, UTF_8)
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{called(record)}, not an object")
    return line, record


def _recoded(line: bytes, codec: str) -> bytes | None:
    """The line in UTF-8; None if it cannot be read."""
    for name in (UTF_8, codec):
        try:
            return line.decode(name).encode()
        except UnicodeError:
            continue
    return None


def value_at(record: Any, path: Sequence[str]) -> Any:
    """The value at a path.

    Raises:
        KeyError: it is not there.
    """
    for name in path:
        if not isinstance(record, dict):
            raise KeyError(name)
        record = record[name]
    return record


def _text(record: dict[str, Any], name: str, path: Sequence[str]) -> str:
    try:
        value = value_at(record, path)
    except KeyError:
        raise InputError(f"there is no field {name!r} (there are: {', '.join(record) or 'none'})") from None
    if not isinstance(value, str):
        raise InputError(f"the field {name!r} is {called(value)}, not a string")
    return value


def _key(line: bytes, record: dict[str, Any], name: str, path: Sequence[str]) -> str | None:
    if not name:
        return None
    try:
        value = value_at(record, path)
    except KeyError:
        return None
    if isinstance(value, float) and abs(value) >= _LARGE:  # orjson reads whole numbers of over 64 bits so
        value = value_at(json.loads(line), path)
    return key_of(value, name)


def key_of(value: Any, name: str) -> str | None:
    """An id field's value as a string.

    Raises:
        InputError: it is neither a string nor a whole number, or too long.
    """
    if value is None:
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise InputError(f"the field {name!r} is {called(value)}, neither a string nor a whole number")
    key = str(value)
    if len(key.encode("utf-8", "surrogatepass")) > LONGEST_ID:
        raise InputError(f"the field {name!r} holds an id of over {LONGEST_ID:,} bytes")
    return key


def check_new(there: Container[str], fields: Fields, what: str) -> None:
    """Refuse fields or columns that are to be added and are there.

    Raises:
        InputError: one is.
    """
    for name in fields.added:
        if name in there:
            raise InputError(f"there is a {what} {name!r} already; leave it out of --with, or rename it")


def called(value: object) -> str:
    """What a value of JSON is called."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bytes: "no UTF-8",
        bool: "a boolean",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _parted(line: bytes, path: Sequence[str]) -> tuple[bytes, bytes]:
    """What stands before and behind the text in a row."""
    place = _at_once(line, path) or find(line, path)
    assert place is not None  # the text was found by the parser
    return line[: place[0]], line[place[1] :]


def _at_once(line: bytes, path: Sequence[str]) -> tuple[int, int] | None:
    """Where the text stands, without reading the row member by member; None where that is not certain.

    Certain: the name stands once in the row, before it no second object was opened, and outside of the text nothing is
    escaped.
    """
    name = orjson.dumps(path[0])
    start = line.find(name)
    if len(path) > 1 or start < 0 or line.find(name, start + 1) >= 0 or line.find(b"{", 1, start) >= 0:
        return None
    value = start + len(name)
    if line[value : value + 1] != b":":
        return None
    value += 2 if line[value + 1 : value + 2] == b" " else 1
    if line[value : value + 1] != b'"':
        return None
    end = _behind_string(line, value)
    return (value, end) if line.find(b"\\", 0, start) < 0 and line.find(b"\\", end) < 0 else None


def _plain(
    line: bytes, text_path: Sequence[str], id_path: Sequence[str]
) -> tuple[str | None, str, tuple[bytes, bytes]] | None:
    """The key, the text, and what stands around it of a row that is as most are; None for others.

    Most are objects with the text at the top, and a short string for an id or none.
    """
    if len(text_path) > 1 or len(id_path) > 1:
        return None
    try:
        record = orjson.loads(line)
        text, key = record[text_path[0]], record.get(id_path[0]) if id_path[0] else None
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return None
    if type(text) is not str or not (key is None or (type(key) is str and len(key) * 4 <= LONGEST_ID)):
        return None
    place = _at_once(line, text_path)
    return None if place is None else (key, text, (line[: place[0]], line[place[1] :]))


def _behind_string(line: bytes, start: int) -> int:
    """Where the string ends whose first quotation mark is at ``start``: behind the first that is not escaped."""
    end = start
    while True:
        end = line.index(b'"', end + 1)
        escapes = end
        while line[escapes - 1] == _BACKSLASH:
            escapes -= 1
        if (end - escapes) % 2 == 0:
            return end + 1
