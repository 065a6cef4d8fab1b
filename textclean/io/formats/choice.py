"""Which reader and writer a file has."""

from io import BufferedIOBase, BufferedReader
from typing import Final

import orjson

from textclean.io.formats.json_values import JsonArray, JsonStream
from textclean.io.formats.json_writer import JsonStyle
from textclean.io.formats.jsonl import JsonLines
from textclean.io.formats.names import JSON, JSON_STREAM, JSONL, PARQUET
from textclean.io.formats.parquet import Parquet
from textclean.io.formats.records import Fields, RowFormat

AnyFormat = JsonLines | JsonArray | JsonStream | Parquet

_FORMATS: Final[dict[str, type[AnyFormat]]] = {
    JSONL: JsonLines,
    JSON: JsonArray,
    JSON_STREAM: JsonStream,
    PARQUET: Parquet,
}
_LOOK: Final = 1 << 16


def row_format(name: str, fields: Fields, limit: int) -> AnyFormat:
    """The format of that name.

    Args:
        name: of the format: ``jsonl``, ``json``, ``json-stream`` or ``parquet``.
        fields: the names of the fields of text and id.
        limit: bytes of a row.
    """
    return _FORMATS[name](fields, limit)


def looked_at(name: str, file: BufferedIOBase) -> str:
    """The format of a file whose name says ``name``: of JSON three kinds are in use.

    Raises:
        InputError: the file is damaged.
    """
    if name != JSON or not isinstance(file, BufferedReader):
        return name
    begin = file.peek(_LOOK).removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith(b"["):
        return JSON
    *lines, _ = begin.split(b"\n")  # the last may go on
    if lines and lines[0].strip() == b"{":
        return JSON_STREAM
    return JSON_STREAM if lines and lines[0].startswith(b"{") and not any(map(_is_row, lines)) else JSONL


def _is_row(line: bytes) -> bool:
    """Whether a line is an object by itself; within one that stands on many lines, lines are indented."""
    try:
        return line.startswith(b"{") and isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def style_of(format: RowFormat) -> JsonStyle:
    """What stands around the rows of a JSON file.

    Raises:
        TypeError: it is a format of another kind.
    """
    if not isinstance(format, JsonLines | JsonArray | JsonStream):
        raise TypeError(f"{type(format).__name__} is not JSON")
    return format.style
