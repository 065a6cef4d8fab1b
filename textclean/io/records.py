"""Documents, ledgers and marks as bytes: what the spill, the ledger folder and ``marks.jsonl`` hold.

All of it is JSON, one value per line, so that nothing that is read back can do more than be wrong.
"""

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from textclean.document import Document, Mark, Patch, Piece, Source
from textclean.errors import RestoreError
from textclean.ledger import Layer, Tally, read_layer

LEDGER_FORMAT = 2
_LAYERS = b',"layers":['
_NEXT_LAYER = b',{"stage":'
LEDGER_LIMIT = 1 << 30
"""Bytes of a ledger before compression: a larger one is neither written nor read."""

_PLAIN = {str, int, float, bool, type(None)}
_DIGEST = re.compile("[0-9a-f]{64}").fullmatch
_NO_SOURCE = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Text codecs of Python that no file is in: some take quadratic time."""


def ledger_limit(source_bytes: int) -> int:
    """Bytes to which a ledger may unpack. An edit takes about 10, and a stage makes at most one a character."""
    return min(LEDGER_LIMIT, (1 << 20) + 64 * source_bytes)


def source_row(source: Source) -> dict[str, Any]:
    """A Source as a JSON object."""
    return {
        "spans": [list(span) for span in source.spans],
        "patches": [[patch.byte, patch.start, patch.end, patch.original.hex()] for patch in source.patches],
        "sha256": source.digest,
    }


def source_of(row: Mapping[str, Any]) -> Source:
    """The Source of a JSON object that :func:`source_row` made.

    Raises:
        KeyError, TypeError, ValueError: no such object.
    """
    spans = tuple(map(Piece._make, row["spans"]))
    patches = tuple([Patch(byte, start, end, bytes.fromhex(raw)) for byte, start, end, raw in row["patches"]])
    _check_rising([(span.start, span.start, span.byte) for span in spans])
    if patches:
        _check_rising([(patch.start, patch.end, patch.byte) for patch in patches])
    for span in spans:
        if not (isinstance(span.codec, str) and _is_codec(span.codec)):
            raise ValueError(f"unknown codec {span.codec!r}")
    if not (isinstance(row["sha256"], str) and _DIGEST(row["sha256"])):
        raise ValueError("sha256 is no digest")
    return Source(spans, patches, row["sha256"])


def _check_rising(rows: Sequence[tuple[int, int, int]]) -> None:
    """Starts and ends must rise, and they and the bytes must be numbers."""
    before = 0
    for start, end, byte in rows:
        if not (type(start) is type(end) is type(byte) is int and before <= start <= end):
            raise ValueError("spans or patches are out of order, or no numbers")
        before = end


@lru_cache(maxsize=256)
def _is_codec(name: str) -> bool:
    try:
        return codecs.lookup(name).name.replace("-", "_") not in _NO_SOURCE
    except (LookupError, ValueError):  # ValueError: NUL in the name
        return False


def pack_document(doc: Document) -> tuple[bytes, bytes, bytes]:
    """A document as bytes: its text, a head of JSON with all else but the layers, and the layers, a line each."""
    head = {
        "id": doc.id,
        "meta": doc.meta,
        "marks": [
            [mark.start, mark.end, mark.kind, mark.suggestion, mark.score, mark.evidence, mark.observed, mark.sources]
            for mark in doc.marks
        ],
        "source": None if doc.source is None else _short_row(doc.source),
        "layers": [(layer.stage, layer.version, *layer.tally) for layer in doc.layers],
        "lines": doc.lines,
    }
    layers = b"\n".join([layer.packed() for layer in doc.layers])
    return doc.text.encode("utf-8", "surrogatepass"), orjson.dumps(head), layers


def unpack_document(text: bytes, head: bytes, layers: bytes) -> Document:
    """The document that :func:`pack_document` packed.

    Raises:
        KeyError, TypeError, ValueError: nothing that was packed so. (Layers are read when they are needed.)
    """
    told = orjson.loads(head)
    id, meta, source, origins = told["id"], told["meta"], told["source"], told["lines"]
    if not (isinstance(id, str) and isinstance(meta, dict)):
        raise TypeError("not a document")
    if not {*map(type, meta.values())} <= _PLAIN:
        orjson.dumps([[meta]])  # what is nested more deeply than it can be written again is refused
    decoded = text.decode("utf-8", "surrogatepass")
    lines = layers.split(b"\n") if layers else []
    return Document(
        id,
        decoded,
        meta,
        tuple([_mark_of(row, len(decoded)) for row in told["marks"]]) if told["marks"] else (),
        _layers_of(lines, told["layers"]),
        None if source is None else _short_source(source),
        None if origins is None else _origins_of(origins, decoded),
    )


_UTF_8 = (Piece(0, 0, "utf-8"),)
"""The spans of most sources, which need not be told."""


def _short_row(source: Source) -> str | dict[str, Any]:
    """A source as JSON; of most the digest alone."""
    return source.digest if source.spans == _UTF_8 and not source.patches else source_row(source)


def _short_source(row: Any) -> Source:
    if isinstance(row, str) and _DIGEST(row):
        return Source(_UTF_8, (), row)
    return source_of(row)


def _layers_of(lines: Sequence[bytes], told: Sequence[Sequence[Any]]) -> tuple[Layer, ...]:
    """Layers with what is told of them, so that they need not be read for it."""
    if len(lines) != len(told):
        raise ValueError("not as many layers as are told of")
    return tuple(
        [
            read_layer(line, (stage, version), Tally._make(tally))
            for line, (stage, version, *tally) in zip(lines, told, strict=True)
        ]
    )


def _origins_of(row: list[Any], text: str) -> tuple[int, ...]:
    if row and not ({*map(type, row)} == {int} and len(row) == text.count("\n") + 1):
        raise ValueError("not the lines of a source")
    return tuple(row)


def _mark_of(row: list[Any], length: int) -> Mark:
    start, end, kind, suggestion, score, evidence, observed, sources = row
    stands = type(start) is int and type(end) is int and (0 <= start <= end <= length or start == end == -1)
    told = {type(kind), type(evidence), type(observed), type("" if suggestion is None else suggestion)} == {str}
    pieces = tuple([(a, b) for a, b in sources])
    if not (stands and told and isinstance(score, int | float) and pieces and _are_ints(pieces)):
        raise ValueError("not a mark")
    return Mark(start, end, kind, suggestion, score, evidence, observed, pieces)


def _are_ints(pieces: Iterable[tuple[object, ...]]) -> bool:
    return {type(bound) for piece in pieces for bound in piece} <= {int}


def pack_ledger(doc: Document) -> bytes:
    """The ledger of a document as a line of JSON: format, id, source, layers.

    Raises:
        RestoreError: the document has no source.
    """
    if doc.source is None:
        raise RestoreError(f"{doc.id}: the document has no source, so there is no ledger to write")
    head = orjson.dumps({"format": LEDGER_FORMAT, "id": doc.id, "source": source_row(doc.source)})
    layers = b",".join([layer.packed() for layer in doc.layers])
    return b"".join([head[:-1], _LAYERS, layers, b"]}\n"])


def unpack_ledger(packed: bytes, text: str) -> Document:
    """The document with the ledger of :func:`pack_ledger` and the clean ``text`` (without metadata and marks).

    Layers are read when they are needed: here they are told apart by how each begins, which stands nowhere else, since
    a quotation mark within a string is escaped.

    Raises:
        RestoreError: it is not a ledger, or one of another format.
    """
    try:
        first, _, rest = packed.removesuffix(b"\n").partition(_LAYERS)
        head = orjson.loads(first + b"}")
        if head["format"] != LEDGER_FORMAT:
            raise RestoreError(f"the ledger has format {head['format']}; this textclean reads {LEDGER_FORMAT}")
        if not isinstance(head["id"], str) or not rest.endswith(b"]}"):
            raise TypeError("no id, or no end")
        layers = rest[:-2].split(_NEXT_LAYER) if len(rest) > 2 else []
        whole = [layers[0], *(_NEXT_LAYER[1:] + layer for layer in layers[1:])] if layers else []
        return Document(head["id"], text, layers=tuple(map(read_layer, whole)), source=source_of(head["source"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RestoreError(f"not a ledger: {error}") from error


def mark_line(id: str, mark: Mark) -> bytes:
    """A mark as a line of ``marks.jsonl``."""
    return orjson.dumps({"doc": id, **mark.to_dict()}, option=orjson.OPT_APPEND_NEWLINE)
