"""A file of rows that a run wrote: block by block, or one row of it."""

from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path

from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.files import BLOCK, open_regular
from textclean.io.formats.choice import row_format
from textclean.io.formats.compression import decompressed
from textclean.io.formats.jsonl import JsonBlock
from textclean.io.formats.names import Format
from textclean.io.formats.parquet import Container, Parquet
from textclean.io.formats.records import Block, Fields, RowFormat

_GROWTH = 4
_ROOM = 1 << 24
"""A row may have grown beyond the limit on documents: by what was put in, and by further fields."""


class RowReader:
    """A file of rows.

    Args:
        path: where it lies.
        format: how it holds rows.
        text_field: the field of the text.
        max_bytes: the limit on documents of the run.
        extra: names of fields that the run has added.
    """

    def __init__(self, path: Path, format: Format, text_field: str, max_bytes: int, extra: Sequence[str]) -> None:
        self._path = path
        self._extra = extra
        self._compression = format.compression
        self._limit = _GROWTH * max_bytes + _ROOM
        self.format: RowFormat = row_format(format.name, Fields(text_field, ""), self._limit)

    def blocks(self) -> Iterator[Block]:
        """Its rows, without what the run has added.

        Raises:
            RestoreError: it is missing or damaged.
        """
        try:
            with self._opened() as file:
                for block in self.format.blocks(file):
                    yield block.without(self._extra)
        except OSError as error:
            raise RestoreError(f"{self._path}: cannot be read: {error.strerror}") from error
        except (InputError, UsageError) as error:
            raise RestoreError(f"{self._path}: is damaged: {error}") from error

    def text(self, at: Sequence[int]) -> str:
        """The text of the row at a place, which the run has told, without reading the others.

        Raises:
            RestoreError: it is not there, or damaged.
        """
        try:
            with open(open_regular(self._path), "rb") as file:
                records = self._row(file, at).records()
        except OSError as error:
            raise RestoreError(f"{self._path}: cannot be read: {error.strerror}") from error
        except (IndexError, TypeError, ValueError, InputError, UsageError) as error:
            raise RestoreError(f"{self._path}: is damaged: {error}") from error
        text = records[0].text if records else None
        if text is None:
            raise RestoreError(f"{self._path}: was changed after the run")
        return text

    def _row(self, file: BufferedIOBase, at: Sequence[int]) -> Block:
        if isinstance(self.format, Parquet):
            return self.format.row(file, *at)
        return self._json_row(file, at)

    def _json_row(self, file: BufferedIOBase, at: Sequence[int]) -> Block:
        member, _, start, size = at
        if min(at) < 0 or size > self._limit:
            raise ValueError("not the place of a row")
        file.seek(member if self._compression else start)
        with decompressed(file, self._compression) as content:
            while self._compression and start and (passed := len(content.read(min(start, BLOCK)))):
                start -= passed
            return JsonBlock(1, (content.read(size),), self.format.fields, self._limit)

    def container(self) -> Container | None:
        """What a Parquet file is like beside its rows, and without what the run has added; None for JSON.

        Raises:
            RestoreError: it is missing or damaged.
        """
        if not isinstance(self.format, Parquet):
            return None
        try:
            with self._opened() as file:
                return self.format.container(file).without(self._extra)
        except OSError as error:
            raise RestoreError(f"{self._path}: cannot be read: {error.strerror}") from error
        except (InputError, UsageError) as error:
            raise RestoreError(f"{self._path}: is damaged: {error}") from error

    def _opened(self) -> BufferedIOBase:
        return decompressed(open(open_regular(self._path), "rb"), self._compression)
