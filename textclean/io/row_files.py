"""Files of rows: read in portions from the input, written below ``clean/`` and ``quarantine/``."""

import io
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol

from textclean.errors import InputError, UsageError
from textclean.io.files import writing
from textclean.io.formats.choice import looked_at, row_format, style_of
from textclean.io.formats.json_writer import JsonWriter
from textclean.io.formats.names import Format
from textclean.io.formats.parquet import Container, Parquet, ParquetWriter
from textclean.io.formats.records import Fields, Outcome, Rendered, RowFormat
from textclean.io.inputs import File
from textclean.io.out_writer import NewFile, OutWriter
from textclean.io.portions import DOCUMENTS_PER_PORTION, Files, Portion, Rows, Unread
from textclean.io.results import FileRow


@dataclass(frozen=True, slots=True)
class RowFile:
    """How a file of rows is read, and written again.

    Attributes:
        file: its id.
        name: of its format, see :func:`row_format`.
        compression: around it: ``gz``, ``zst``, or empty.
        format: reads its rows.
        container: what a Parquet file is like beside its rows.
        target: how its clean rows are written; None: as they came.
    """

    file: str
    name: str
    compression: str
    format: RowFormat
    container: Container | None = None
    target: Format | None = None

    @property
    def written(self) -> Format:
        """How its clean rows are written."""
        return self.target or Format(self.name, self.compression)

    @property
    def writer(self) -> RowFormat:
        """Renders its clean rows."""
        if self.target is None:
            return self.format
        return row_format(self.target.name, self.format.fields, self.format.limit)

    def rendered(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """Rows with their texts put in, the clean ones as they are written, the others as they came."""
        as_written = self.writer.render(rest, outcomes)
        if self.target is None:
            return as_written
        as_read = self.format.render(rest, outcomes)
        return Rendered(as_written.clean, as_read.quarantined, as_written.lengths, as_read.quarantined_lengths)


def open_rows(file: File, fields: Fields, target: Format | None) -> tuple[RowFile, BufferedIOBase]:
    """How a file holds its rows, and a stream to read them from.

    Raises:
        InputError: it cannot be read.
        UsageError: there is no such field, or pyarrow is missing.
    """
    stream = file.open()
    try:
        name = looked_at(file.format.name, stream)
        format = row_format(name, fields, file.limit)
        container = None
        if isinstance(format, Parquet):
            if not stream.seekable():
                with stream:
                    stream = io.BytesIO(stream.read())
            container = format.container(stream)
        return RowFile(file.id, name, file.format.compression, format, container, target), stream
    except BaseException:
        stream.close()
        raise


def row_portions(
    file: File, fields: Fields, target: Format | None, opened: MutableMapping[str, RowFile]
) -> Iterator[Portion]:
    """The rows of a file; in place of what cannot be read, what is wrong. ``opened`` is told of the file."""
    try:
        row_file, stream = open_rows(file, fields, target)
        opened[file.id] = row_file
        with stream:
            for block in row_file.format.blocks(stream):
                yield Rows(file.id, block)
    except (InputError, UsageError) as error:
        yield Unread(file.id, str(error))


def portions(
    files: Iterable[File], fields: Fields, target: Format | None, opened: MutableMapping[str, RowFile]
) -> Iterator[Portion]:
    """The documents of all files, in their order. ``opened`` is told of every file of rows."""
    for has_rows, some in groupby(files, key=lambda file: file.format.has_rows):
        if has_rows:
            for file in some:
                yield from row_portions(file, fields, target, opened)
        else:
            while batch := tuple(islice(some, DOCUMENTS_PER_PORTION)):
                yield Files(batch)


class _Target(Protocol):
    def add(self, rendered: Rendered) -> list[list[int]]: ...
    def close(self) -> object: ...


class RowFileWriter:
    """Writes the clean rows of a file, and those that were not cleaned, into two files of its format.

    Args:
        out: the output folder.
        row_file: the file.
        extra: names of further fields.
    """

    def __init__(self, out: OutWriter, row_file: RowFile, extra: Sequence[str]) -> None:
        self._out = out
        self._row_file = row_file
        self._extra = extra
        self._rows = 0
        self._clean = out.open_clean_rows(row_file.file, row_file.target)
        self._clean_target = self._opened(self._clean, row_file.writer, row_file.written.compression, extra)
        self._quarantine: NewFile | None = None
        self._quarantine_target: _Target | None = None

    def _opened(self, file: NewFile, format: RowFormat, compression: str, extra: Sequence[str]) -> _Target:
        container = self._row_file.container
        if container is not None:
            return ParquetWriter(file.make_way(), container, extra)
        file.open()
        return JsonWriter(file, style_of(format), compression)

    @property
    def paths(self) -> list[str]:
        """The files that are written."""
        return [str(file.path) for file in (self._clean, self._quarantine) if file is not None]

    def add(self, rendered: Rendered) -> list[list[int]]:
        """Write rows; where each clean one lies.

        Raises:
            OutputError: they cannot be written.
        """
        if rendered.quarantined:
            if self._quarantine_target is None:
                row_file = self._row_file
                self._quarantine = self._out.open_quarantined_rows(row_file.file)
                self._quarantine_target = self._opened(self._quarantine, row_file.format, row_file.compression, ())
            assert self._quarantine is not None  # it was opened with its target
            with writing(self._quarantine.path):
                self._quarantine_target.add(rendered.put_aside())
        with writing(self._clean.path):
            places = self._clean_target.add(rendered)
        self._rows += len(places)
        return places

    def close(self) -> FileRow:
        """End both files; what is to be told of them."""
        with writing(self._clean.path):
            self._clean_target.close()
        self._clean.close()
        quarantined = None
        if self._quarantine is not None and self._quarantine_target is not None:
            with writing(self._quarantine.path):
                self._quarantine_target.close()
            self._quarantine.close()
            quarantined = self._quarantine.digest
        row_file = self._row_file
        return FileRow(
            file=row_file.file,
            format=str(Format(row_file.name, row_file.compression)),
            target=None if row_file.target is None else str(row_file.target),
            text_field=row_file.format.fields.text,
            extra=list(self._extra),
            rows=self._rows,
            clean_sha256=self._clean.digest,
            quarantine_sha256=quarantined,
        )

    def discard(self) -> None:
        """Take both back."""
        self._clean.discard()
        if self._quarantine is not None:
            self._quarantine.discard()


class RestoredFile:
    """Writes a file of rows back. Use it in a ``with`` block.

    Args:
        path: the file, which is not there.
        format: of its rows.
        compression: around it.
        container: what a Parquet file is like beside its rows.

    Raises:
        OutputError: it cannot be written.
    """

    def __init__(self, path: Path, format: RowFormat, compression: str, container: Container | None) -> None:
        self._file = NewFile(path, path)
        self._target: _Target
        if container is not None:
            self._target = ParquetWriter(self._file.make_way(), container)
        else:
            self._file.open()
            self._target = JsonWriter(self._file, style_of(format), compression)

    def __enter__(self) -> "RestoredFile":
        return self

    def add(self, rendered: Rendered) -> None:
        """Write rows.

        Raises:
            InputError: they are not like those of the file.
            OutputError: they cannot be written.
        """
        with writing(self._file.path):
            self._target.add(rendered)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                with writing(self._file.path):
                    self._target.close()
                self._file.close()
        except BaseException:
            self._file.discard()
            raise
        if kind is not None:
            self._file.discard()
