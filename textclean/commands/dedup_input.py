"""What ``textclean dedup`` reads: files and standard input, each of them twice."""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from textclean.decode import decode
from textclean.errors import InputError, OutputError, UsageError
from textclean.io.files import BLOCK, writing
from textclean.io.formats.choice import AnyFormat, looked_at, row_format
from textclean.io.formats.compression import decompressed
from textclean.io.formats.jsonl import JsonBlock
from textclean.io.formats.lines import LineBlock, is_plain, line_blocks
from textclean.io.formats.names import JSONL, PARQUET, TEXT, Format, format_of
from textclean.io.formats.parquet import Container, Parquet, ParquetBlock
from textclean.io.formats.records import Fields
from textclean.io.inputs import STANDARD_INPUT, escaped

AnyBlock = LineBlock | JsonBlock | ParquetBlock

_MAGIC: Final = b"PAR1"
_LONGEST_ROW: Final = 1 << 28
"""Bytes of a row of JSON: more than a paragraph and what may stand beside it ever need."""


class Asked(NamedTuple):
    """What is said of the files.

    Attributes:
        format: of every file; None: what its name tells, or its first bytes.
        text_field: the field of the text; None: ``text``. Where one is named, what tells no format is JSON lines.
    """

    format: Format | None = None
    text_field: str | None = None

    @property
    def fields(self) -> Fields:
        """Where a row holds its text; ids are not looked at."""
        return Fields(self.text_field or Fields().text, id="")

    def format_of(self, name: str) -> Format:
        """The format of a file, as far as its name tells."""
        if self.format is not None:
            return self.format
        told = format_of(name)
        return told._replace(name=JSONL) if told.name == TEXT and self.text_field is not None else told


class _State(NamedTuple):
    """Another one once a file was changed, or another was put in its place."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, file: BufferedReader) -> "_State":
        found = os.fstat(file.fileno())
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


class _Source:
    """Bytes that can be read twice: of a regular file, or of a copy in an unnamed temporary file."""

    def __init__(self, path: Path) -> None:
        self.digest = ""
        self._path = path
        self._copy: BinaryIO | None = None
        self._state: _State | None = None
        if str(path) == STANDARD_INPUT:
            self.replace(iter(lambda: sys.stdin.buffer.read(BLOCK), b""))
            return
        with path.open("rb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                self._state = _State.of(file)
            else:
                self.replace(iter(lambda: file.read(BLOCK), b""))

    def replace(self, blocks: Iterable[bytes]) -> None:
        """From now on read a copy of these bytes.

        Raises:
            OutputError: there is no room for it.
        """
        digest = hashlib.sha256()
        with writing(tempfile.gettempdir()):
            copy = tempfile.TemporaryFile()  # noqa: SIM115 (it stays open)
        for block in blocks:
            digest.update(block)
            with writing(tempfile.gettempdir()):
                copy.write(block)
        with writing(tempfile.gettempdir()):
            copy.flush()
        self.close()
        self._copy, self._state, self.digest = copy, None, digest.hexdigest()

    def open(self) -> BufferedReader:
        """The bytes, from the first.

        Raises:
            OutputError: they are no longer those of the first time.
        """
        if self._copy is not None:
            file = os.fdopen(os.dup(self._copy.fileno()), "rb")
            file.seek(0)
            return file
        file = self._path.open("rb")
        try:
            self.check(file)
        except BaseException:
            file.close()
            raise
        return file

    def check(self, file: BufferedReader) -> None:
        """Refuse a file that is another one than the first time.

        Raises:
            OutputError: it is.
        """
        if self._state is not None and _State.of(file) != self._state:
            raise OutputError(changed(str(self._path)))

    def close(self) -> None:
        """Let the copy go."""
        if self._copy is not None:
            self._copy.close()


def changed(name: str) -> str:
    """The message for a file that is not what it was."""
    return f"{name}: was changed while it was read, so what is written is not whole; run again once it stays as it is"


@dataclass(frozen=True, slots=True)
class Input:
    """A file whose rows are read twice. Close it after use.

    Attributes:
        name: what messages call it.
        document: what an index knows it as.
        format: ``text``, ``jsonl``, ``json``, ``json-stream`` or ``parquet``.
        container: what a Parquet file is like beside its rows.
        reader: reads the rows; None: lines of text.
    """

    name: str
    document: str
    format: str
    container: Container | None
    reader: AnyFormat | None
    _source: _Source
    _compression: str

    def blocks(self, *, only_texts: bool) -> Iterator[AnyBlock]:
        """The rows, block by block; with ``only_texts``, of Parquet, without the other columns.

        Raises:
            InputError: they cannot be read.
            OutputError: the file is another one than the first time.
        """
        with _told(self.name):
            file = self._source.open()
            with decompressed(file, self._compression) as stream:
                if self.reader is None:
                    yield from line_blocks(stream)
                elif isinstance(self.reader, Parquet):
                    yield from self.reader.large_blocks(stream, only_texts=only_texts)
                else:
                    yield from self.reader.blocks(stream)
                self._source.check(file)

    def check(self) -> None:
        """Refuse a file that is another one than the first time.

        Raises:
            InputError: it can no longer be read.
            OutputError: it is another one.
        """
        with _told(self.name):
            self._source.open().close()

    def close(self) -> None:
        """Let go what was copied of it."""
        self._source.close()


def open_input(path: Path, asked: Asked) -> Input:
    """What a file holds, and how. What cannot be read twice is copied.

    Raises:
        InputError: it cannot be read.
        UsageError: it is a folder, or needs what is not installed.
        OutputError: there is no room for a copy.
    """
    name = str(path)
    format, compression = asked.format_of(name)
    with _told(name):
        source = _Source(path)
        document = f"-{source.digest[:16]}" if name == STANDARD_INPUT else escaped(os.path.realpath(name))
        try:
            if asked.format is None:
                with decompressed(source.open(), compression) as stream:
                    format = PARQUET if stream.read(len(_MAGIC)) == _MAGIC else format
            with decompressed(source.open(), compression) as stream:
                format = looked_at(format, stream)
            if format == PARQUET and compression:
                with decompressed(source.open(), compression) as stream:
                    source.replace(iter(lambda: stream.read(BLOCK), b""))
                compression = ""
            if format == TEXT and not _is_plain(source, compression):
                with decompressed(source.open(), compression) as stream:
                    source.replace(_encoded(decode(stream.read())[0]))
                compression = ""
            reader = None if format == TEXT else row_format(format, asked.fields, _LONGEST_ROW)
            container = _container(reader, source) if isinstance(reader, Parquet) else None
        except BaseException:
            source.close()
            raise
    return Input(name, document, format, container, reader, source, compression)


def _is_plain(source: _Source, compression: str) -> bool:
    with decompressed(source.open(), compression) as stream:
        return is_plain(stream)


def _encoded(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), BLOCK):
        yield text[start : start + BLOCK].encode()


def _container(reader: Parquet, source: _Source) -> Container:
    with source.open() as file:
        try:
            return reader.container(file)
        except UsageError as error:
            if isinstance(error.__cause__, ImportError):
                raise
            raise InputError(str(error)) from error  # the file is wrong as likely as the name of the field


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Errors of a file, with its name."""
    try:
        yield
    except IsADirectoryError as error:
        raise UsageError(f"{name}: is a folder; give files, or clean a folder with textclean run") from error
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from error
    except (InputError, UsageError) as error:
        raise type(error)(f"{name}: {error}") from error
