"""Parquet: row groups are streamed, the text column is replaced, all other columns keep their types and values."""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Final

import orjson

from textclean.errors import InputError, UsageError
from textclean.io.formats.jsonl import called, check_new, key_of
from textclean.io.formats.records import Block, Fields, Outcome, Record, Rendered

_ROWS: Final = 256
_BYTES: Final = 1 << 20
"""A block has no more rows than that, and about no more bytes."""
_MOST_ROWS: Final = 1 << 14
_BYTES_OF_BLOCK: Final = 1 << 20
_BUFFER: Final = 1 << 20
_ROWS_OF_GROUP: Final = 8192
_BYTES_OF_GROUP: Final = 1 << 25
"""Where a row group of a clean file ends: it is read as a whole to find one document."""


@dataclass(frozen=True, slots=True)
class ParquetBlock:
    """Consecutive rows of a Parquet file.

    Attributes:
        first: number of the first row.
        batch: a pyarrow RecordBatch.
        fields: the columns of text and id.
    """

    first: int
    batch: Any
    fields: Fields

    @property
    def count(self) -> int:
        """How many rows there are."""
        return int(self.batch.num_rows)

    def texts(self) -> list[str]:
        """The texts alone, see :meth:`RowBlock.texts`."""
        texts = _values(_column(self.batch, self.fields.text))
        if not {*map(type, texts)} <= {str}:
            place, text = next((i, text) for i, text in enumerate(texts) if not isinstance(text, str))
            raise InputError(
                f"row {self.first + place}: the field {self.fields.text!r} is {called(text)}, not a string"
            )
        return texts

    def records(self) -> list[Record]:
        """See :meth:`Block.records`."""
        texts = _values(_column(self.batch, self.fields.text))
        column = _column(self.batch, self.fields.id)
        keys = [None] * len(texts) if column is None else _values(column)
        found: list[Record] = []
        for row, (text, key) in enumerate(zip(texts, keys, strict=True), self.first):
            try:
                if not isinstance(text, str):
                    raise InputError(f"the field {self.fields.text!r} is {called(text)}, not a string")
                found.append(Record(row, key_of(key, self.fields.id), text))
            except InputError as error:
                found.append(Record(row, fault=str(error)))
        return found

    def rest(self, raw: Collection[int]) -> bytes:
        """See :meth:`Block.rest`: the batch as an Arrow stream, with texts only where they must stay."""
        import pyarrow as pa

        batch = self.batch
        place = batch.schema.get_field_index(self.fields.text)
        if place >= 0 and len(raw) < batch.num_rows:
            here = batch.schema.field(place)
            kept = pa.array([i if i in raw else None for i in range(batch.num_rows)], pa.int64())
            column = batch.column(place).take(kept) if raw else pa.nulls(batch.num_rows, here.type)
            batch = batch.set_column(place, here.with_nullable(True), column)
        return _packed(batch)

    def without(self, names: Collection[str]) -> "ParquetBlock":
        """See :meth:`Block.without`."""
        present = [name for name in names if name in self.batch.schema.names]
        return replace(self, batch=self.batch.drop_columns(present)) if present else self

    def parts(self) -> list[Block]:
        """See :meth:`Block.parts`."""
        return [ParquetBlock(self.first + i, self.batch.slice(i, 1), self.fields) for i in range(self.batch.num_rows)]


@dataclass(frozen=True, slots=True)
class Parquet:
    """Reads and writes Parquet. Needs pyarrow (the extra ``parquet``)."""

    fields: Fields
    limit: int

    def blocks(self, file: BufferedIOBase) -> Iterator[ParquetBlock]:
        """See :meth:`Format.blocks`; ``file`` must be seekable."""
        parquet = _opened(file)
        _check(parquet.schema_arrow, self.fields)
        first = 1
        try:
            for group in range(parquet.num_row_groups):
                told = parquet.metadata.row_group(group)
                rows = max(1, min(_ROWS, _BYTES * told.num_rows // max(1, told.total_byte_size)))
                for batch in parquet.iter_batches(rows, row_groups=[group]):
                    yield ParquetBlock(first, _without_views(batch), self.fields)
                    first += batch.num_rows
        except _errors() as error:
            raise InputError(f"cannot be read as Parquet: {error} (after row {first - 1:,})") from error

    def large_blocks(self, file: BufferedIOBase, *, only_texts: bool) -> Iterator[ParquetBlock]:
        """As :meth:`blocks`, but of some megabytes each.

        Args:
            file: must be seekable.
            only_texts: leave all columns out but that of the text.
        """
        parquet = _opened(file, streamed=True)
        columns = [self.fields.text] if only_texts else None
        first = 1
        try:
            for group in range(parquet.num_row_groups):
                size = parquet.metadata.row_group(group)
                rows = _BYTES_OF_BLOCK * max(size.num_rows, 1) // max(size.total_byte_size, 1)
                for batch in parquet.iter_batches(min(max(rows, 1), _MOST_ROWS), row_groups=[group], columns=columns):
                    yield ParquetBlock(first, batch, self.fields)
                    first += batch.num_rows
        except _errors() as error:
            raise InputError(f"cannot be read as Parquet: {error} (after row {first - 1:,})") from error

    def container(self, file: BufferedIOBase) -> "Container":
        """What a file is like beside its rows.

        Raises:
            InputError: it is no Parquet file, or a damaged one.
            UsageError: there is no column of that name, or it holds no strings.
        """
        parquet = _opened(file)
        schema = parquet.schema_arrow
        _check(schema, self.fields)
        holds = parquet.metadata.num_row_groups and parquet.metadata.num_columns
        used = parquet.metadata.row_group(0).column(0).compression if holds else "SNAPPY"
        groups = [parquet.metadata.row_group(i) for i in range(parquet.metadata.num_row_groups)]
        rows, size = sum(group.num_rows for group in groups), sum(group.total_byte_size for group in groups)
        rows_of_group = max(1, min(_ROWS_OF_GROUP, _BYTES_OF_GROUP * rows // max(1, size)))
        return Container(schema, "NONE" if used == "UNCOMPRESSED" else used, rows_of_group)

    def row(self, file: BufferedIOBase, group: int, place: int) -> ParquetBlock:
        """A row of a file: the one at ``place`` of a row group.

        Raises:
            IndexError: there is none.
            InputError: it is no Parquet file, or a damaged one.
        """
        parquet = _opened(file)
        _check(parquet.schema_arrow, self.fields)
        if not 0 <= group < parquet.num_row_groups:
            raise IndexError(f"no row group {group}")
        try:
            for batch in parquet.iter_batches(_ROWS, row_groups=[group]):
                if 0 <= place < batch.num_rows:
                    return ParquetBlock(1, _without_views(batch.slice(place, 1)), self.fields)
                place -= batch.num_rows
        except _errors() as error:
            raise InputError(f"cannot be read as Parquet: {error}") from error
        raise IndexError("no such row in its row group")

    def render(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """See :meth:`Format.render`: Arrow streams. Further columns hold JSON."""
        import pyarrow as pa

        batch = _unpacked(rest)
        path = self.fields.text.split(".")
        clean = [i for i, outcome in enumerate(outcomes) if outcome.is_clean]
        others = [i for i, outcome in enumerate(outcomes) if not outcome.is_clean]
        new = _with_texts(batch.take(pa.array(clean, pa.int64())), path, [outcomes[i].text for i in clean])
        for name in outcomes[clean[0]].extra if clean else ():
            column = [orjson.dumps(outcomes[i].extra[name]).decode() for i in clean]
            new = new.append_column(name, pa.array(column, pa.string()))
        old = _with_texts(batch.take(pa.array(others, pa.int64())), path, [outcomes[i].text for i in others])
        sizes = [len(outcome.text or "") for outcome in outcomes]
        return Rendered(
            _packed(new) if clean else b"",
            _packed(old) if others else b"",
            [sizes[i] for i in clean],
            [sizes[i] for i in others],
        )


@dataclass(frozen=True, slots=True)
class Container:
    """What a Parquet file is like beside its rows.

    Attributes:
        schema: its Arrow schema.
        compression: the name of its compression.
        rows_of_group: how many rows a row group of another file of such rows may have.
    """

    schema: Any
    compression: str
    rows_of_group: int

    def without(self, names: Collection[str]) -> "Container":
        """The same without the columns of these names."""
        schema = self.schema
        for name in names:
            place = schema.get_field_index(name)
            schema = schema.remove(place) if place >= 0 else schema
        return replace(self, schema=schema)


class ParquetWriter:
    """Writes a Parquet file from Arrow streams. Where a row group ends is decided by the rows alone.

    Args:
        path: the file, which is made.
        container: what the file that the rows come from is like.
        extra: names of further columns, of strings.
    """

    def __init__(self, path: Path, container: Container, extra: Sequence[str] = ()) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = container.schema
        for name in extra:
            schema = schema.append(pa.field(name, pa.string()))
        self._schema = schema
        self._rows_of_group = container.rows_of_group
        self._writer = pq.ParquetWriter(path, schema, compression=container.compression)
        self._waiting: list[Any] = []
        self._rows = self._size = self._groups = 0

    def add(self, rendered: Rendered) -> list[list[int]]:
        """Write clean rows; where each lies: its row group, and its place there.

        Raises:
            InputError: they are of other columns than the file.
            OSError: they cannot be written.
        """
        if not rendered.clean:
            return []
        batch = _unpacked(rendered.clean)
        places: list[list[int]] = []
        first = 0
        for i, size in enumerate(rendered.lengths):
            places.append([self._groups, self._rows])
            self._rows += 1
            self._size += size
            if self._rows == self._rows_of_group or self._size >= _BYTES_OF_GROUP:
                self._waiting.append(batch.slice(first, i + 1 - first))
                self._flush()
                first = i + 1
        if first < batch.num_rows:
            self._waiting.append(batch.slice(first))
        return places

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            try:
                table = pa.Table.from_batches([batch.cast(self._schema) for batch in self._waiting], self._schema)
            except (pa.ArrowException, ValueError) as error:
                raise InputError(f"rows of other columns than those of the file: {error}") from error
            self._writer.write_table(table.combine_chunks(), row_group_size=self._rows)
            self._groups += 1
        self._waiting, self._rows, self._size = [], 0, 0

    def close(self) -> None:
        """End the file; raises as :meth:`add` does."""
        self._flush()
        self._writer.close()


def _opened(file: BufferedIOBase, *, streamed: bool = False) -> Any:
    """``streamed``: read pages one after the other, where otherwise a column of a row group is read as a whole."""
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: pip install 'textclean[parquet]'") from error
    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER) if streamed else pq.ParquetFile(file)
    except _errors() as error:
        raise InputError(f"cannot be read as Parquet: {error}") from error


def _errors() -> tuple[type[Exception], ...]:
    """What pyarrow raises at data that are not as they should be."""
    import pyarrow as pa

    return pa.ArrowException, OSError


def _without_views(batch: Any) -> Any:
    """The batch with views of strings as strings: rows cannot be taken out of views. The file has its own types."""
    import pyarrow as pa

    plain = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}
    fields = [field.with_type(plain.get(str(field.type), field.type)) for field in batch.schema]
    schema = pa.schema(fields, batch.schema.metadata)
    return batch if schema == batch.schema else batch.cast(schema)


def _check(schema: Any, fields: Fields) -> None:
    import pyarrow as pa

    found = _field(schema, fields.text)
    if found is None:
        raise UsageError(f"there is no column {fields.text!r} (there are: {', '.join(schema.names) or 'none'})")
    if not _holds_strings(found.type):
        raise UsageError(f"the column {fields.text!r} holds {found.type}, not strings")
    try:
        check_new(schema.names, fields, "column")
    except InputError as error:  # of all rows
        raise UsageError(str(error)) from error
    key = _field(schema, fields.id)
    if key is not None and not (pa.types.is_integer(key.type) or _holds_strings(key.type)):
        raise UsageError(f"the column {fields.id!r} holds {key.type}, neither strings nor whole numbers")


def _holds_strings(type: Any) -> bool:
    import pyarrow as pa

    kind = type.value_type if pa.types.is_dictionary(type) else type
    return str(kind) in ("string", "large_string", "string_view")


def _field(schema: Any, name: str) -> Any:
    """The field at a dotted path; None if it is not there, or has no name."""
    import pyarrow as pa

    if not name:
        return None
    first, *path = name.split(".")
    place = schema.get_field_index(first)
    found = None if place < 0 else schema.field(place)
    for step in path:
        if found is None or not pa.types.is_struct(found.type):
            return None
        place = found.type.get_field_index(step)
        found = None if place < 0 else found.type.field(place)
    return found


def _column(batch: Any, name: str) -> Any:
    """The column at a dotted path, null where what it lies in is; None if it is not there."""
    import pyarrow.compute as pc

    if _field(batch.schema, name) is None:
        return None
    first, *path = name.split(".")
    column = batch.column(batch.schema.get_field_index(first))
    return pc.struct_field(column, path) if path else column


def _values(column: Any) -> list[Any]:
    """The values of a column; bytes for strings that are not UTF-8, which a file may hold."""
    import pyarrow as pa

    try:
        found: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        found = [_decoded(raw) for raw in column.cast(pa.large_binary()).to_pylist()]
    return found


def _decoded(raw: bytes | None) -> str | bytes | None:
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return raw


def _with_texts(batch: Any, path: Sequence[str], texts: Sequence[str | None]) -> Any:
    """The batch with these texts; where there is None, with its own."""
    if all(text is None for text in texts):
        return batch
    if None in texts:
        own = _values(_column(batch, ".".join(path)))
        texts = [kept if text is None else text for text, kept in zip(texts, own, strict=True)]
    place = batch.schema.get_field_index(path[0])
    here = batch.schema.field(place)
    column = _replaced(batch.column(place), path[1:], texts)
    return batch.set_column(place, here.with_nullable(True).with_type(column.type), column.cast(here.type))


def _replaced(column: Any, path: Sequence[str], texts: Sequence[str | None]) -> Any:
    """A column with other texts at ``path`` in it."""
    import pyarrow as pa

    if not path:
        new = pa.array(texts, pa.string())
        return (
            new.dictionary_encode().cast(column.type) if pa.types.is_dictionary(column.type) else new.cast(column.type)
        )
    fields = [column.type.field(i) for i in range(column.type.num_fields)]
    children = [column.field(i) for i in range(column.type.num_fields)]
    place = column.type.get_field_index(path[0])
    children[place] = _replaced(children[place], path[1:], texts)
    return pa.StructArray.from_arrays(children, fields=fields, mask=column.is_null())


def _packed(batch: Any) -> bytes:
    """A batch as an Arrow stream."""
    import pyarrow as pa

    out = io.BytesIO()
    with pa.ipc.new_stream(out, batch.schema) as writer:
        writer.write_batch(batch)
    return out.getvalue()


def _unpacked(stream: bytes) -> Any:
    import pyarrow as pa

    with pa.ipc.open_stream(stream) as reader:
        table = reader.read_all().combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
