"""What ``textclean dedup`` writes: rows that are kept, or those that are not, in the form in which they came."""

import io
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from textclean.commands.dedup_input import AnyBlock, Input
from textclean.io.formats.choice import style_of
from textclean.io.formats.json_writer import JsonStyle, JsonWriter, Takes
from textclean.io.formats.jsonl import JsonBlock
from textclean.io.formats.lines import LineBlock
from textclean.io.formats.parquet import Container, ParquetBlock
from textclean.io.formats.records import Rendered

if TYPE_CHECKING:
    from textclean.commands.dedup import Removed

_LINES: Final = JsonStyle(b"", b"\n", b"")
_ROWS_OF_GROUP: Final = 1 << 17
_BYTES_OF_GROUP: Final = 1 << 26
"""Where a row group ends; until then it waits in memory."""


class Writer(Protocol):
    """Writes rows of blocks to a file: kept ones, or removed ones. Use it in a ``with`` block, which ends the file."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None: ...

    def add_kept(self, block: AnyBlock, kept: NDArray[np.bool_]) -> None:
        """Write rows of a block as they came."""
        ...

    def add_removed(self, block: AnyBlock, first: int, removed: "Sequence[Removed]") -> None:
        """Write rows of a block, each with its twin; ``first`` is the place of the block's first row in the input."""
        ...


def kept_writer(like: Input, file: Takes) -> Writer:
    """Writes kept rows of what is ``like`` an input."""
    return _writer(like, file, "")


def removed_writer(like: Input, file: Takes, compression: str) -> Writer:
    """Writes removed rows of what is ``like`` an input: their number, their twin, kind, similarity, and the row itself.

    Text: separated by tabs; JSON: an object each; Parquet: columns, the row a struct.
    """
    return _writer(like, file, compression, told=True)


def _writer(like: Input, file: Takes, compression: str, *, told: bool = False) -> Writer:
    if like.container is not None:
        return _ParquetRows(file, like.container, told=told)
    return _ByteRows(file, _LINES if like.reader is None else style_of(like.reader), compression)


class _ByteRows:
    """Rows that are bytes, one after the other: lines of text, objects of JSON."""

    def __init__(self, file: Takes, style: JsonStyle, compression: str) -> None:
        self._separator = style.separator
        self._writer = JsonWriter(file, style, compression)

    def add_kept(self, block: AnyBlock, kept: NDArray[np.bool_]) -> None:
        """See :class:`Writer`."""
        if kept.all() and (whole := _as_written(block)) is not None:
            self._writer.add(_together(whole + self._separator))
        elif kept.any():
            self._write(compress(_lines(block), kept.tolist()))

    def add_removed(self, block: AnyBlock, first: int, removed: "Sequence[Removed]") -> None:
        """See :class:`Writer`."""
        if removed:
            lines = _lines(block)
            told = _told_by_tabs if isinstance(block, LineBlock) else _told_in_json
            self._write(told(one, lines[one.row - first]) for one in removed)

    def _write(self, rows: Iterator[bytes]) -> None:
        self._writer.add(_together(b"".join([row + self._separator for row in rows])))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._writer.close()


def _as_written(block: AnyBlock) -> bytes | None:
    """All rows of a block as they are written, where that is how they came."""
    if isinstance(block, LineBlock):
        return block.content
    assert isinstance(block, JsonBlock)  # rows of Parquet are no bytes
    return block.content if isinstance(block.content, bytes) and b"\r" not in block.content else None


def _lines(block: AnyBlock) -> list[bytes]:
    if isinstance(block, LineBlock):
        return block.lines()
    assert isinstance(block, JsonBlock)  # as above
    return [line.removesuffix(b"\r") for line in block.lines() if line is not None]  # one too long was refused before


def _told_by_tabs(one: "Removed", row: bytes) -> bytes:
    return (
        f"{one.row + 1}\t{one.twin_told}\t{one.kind}\t{one.similarity:.4f}\t".encode("utf-8", "surrogateescape") + row
    )


def _told_in_json(one: "Removed", row: bytes) -> bytes:
    told = {"number": one.row + 1, "twin": one.twin_told, "kind": one.kind, "similarity": round(one.similarity, 4)}
    return b"".join([orjson.dumps(told)[:-1], b',"row":', row.strip(), b"}"])


class _ParquetRows:
    """Rows of Parquet, row group by row group."""

    def __init__(self, file: Takes, container: Container, *, told: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = container.schema
        if told:
            fields = [
                ("number", pa.int64()),
                ("twin", pa.string()),
                ("kind", pa.string()),
                ("similarity", pa.float64()),
            ]
            schema = pa.schema([*fields, ("row", pa.struct(list(schema)))])
        self._schema = schema
        self._sink = _Sink(file)
        self._writer = pq.ParquetWriter(self._sink, schema, compression=container.compression)
        self._waiting: list[Any] = []
        self._rows = self._bytes = 0

    def add_kept(self, block: AnyBlock, kept: NDArray[np.bool_]) -> None:
        """See :class:`Writer`."""
        import pyarrow as pa

        assert isinstance(block, ParquetBlock)  # all files are of one format
        self._add(block.batch if kept.all() else block.batch.filter(pa.array(kept)))

    def add_removed(self, block: AnyBlock, first: int, removed: "Sequence[Removed]") -> None:
        """See :class:`Writer`."""
        import pyarrow as pa

        assert isinstance(block, ParquetBlock)  # as above
        rows = block.batch.take(pa.array([one.row - first for one in removed], pa.int64()))
        columns = [
            pa.array([one.row + 1 for one in removed], pa.int64()),
            pa.array([str(one.twin_told) for one in removed], pa.string()),
            pa.array([one.kind for one in removed], pa.string()),
            pa.array([one.similarity for one in removed], pa.float64()),
            rows.to_struct_array(),
        ]
        self._add(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def _add(self, batch: Any) -> None:
        if not batch.num_rows:
            return
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _ROWS_OF_GROUP or self._bytes >= _BYTES_OF_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            table = pa.Table.from_batches(self._waiting, self._schema)
            self._writer.write_table(table, row_group_size=self._rows)
        self._waiting, self._rows, self._bytes = [], 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._flush()
        else:
            self._sink.file = None  # closing writes the footer: half a file would look like a whole one
        self._writer.close()


class _Sink(io.RawIOBase):
    """Hands on what is written as long as it has a file, which it leaves open: pyarrow closes what it is given."""

    def __init__(self, file: Takes) -> None:
        self.file: Takes | None = file

    def writable(self) -> bool:
        """See :class:`io.RawIOBase`."""
        return True

    def write(self, content: Any) -> int:
        """See :class:`io.RawIOBase`."""
        if self.file is not None:
            self.file.write(bytes(content))
        return len(content)


def _together(rows: bytes) -> Rendered:
    """Rows whose places nobody asks for: as one."""
    return Rendered(rows, b"", (len(rows),) if rows else ())
