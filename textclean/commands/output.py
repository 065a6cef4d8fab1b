"""Puts what a run tells of its documents into the files of an output folder, in the order of ids."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

import orjson

from textclean.commands.finish import FINISHED, Finished
from textclean.io.out_folder import DOCUMENTS, FILES, MARKS
from textclean.io.out_writer import NewFile, OutWriter
from textclean.io.results import FileRow
from textclean.io.row_files import RowFile, RowFileWriter
from textclean.io.shards import FramePacker, Place, frames, places
from textclean.io.spill import Spill
from textclean.phases import id_key

_PORTIONS_HELD: Final = 64


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 of what was written: three files of rows, and the shards of the ledger."""

    documents: str
    marks: str
    files: str
    shards: list[str]


class _Entry(NamedTuple):
    key: bytes
    portion: str
    start: int
    sizes: tuple[int, int, int]
    at: list[int] | None


class Output:
    """Takes what is told of portions in the order in which they were read. Use it in a ``with`` block.

    Args:
        folder: the output folder.
        spill: holds what was told of the documents.
        files: the files of rows, by their ids.
        extra: names of further fields in their rows.
    """

    def __init__(self, folder: OutWriter, spill: Spill, files: Mapping[str, RowFile], extra: tuple[str, ...]) -> None:
        self._folder = folder
        self._spill = spill
        self._files = files
        self._extra = extra
        self._entries: list[_Entry] = []
        self._told_of_files: list[FileRow] = []
        self._writer: RowFileWriter | None = None
        self._file = ""
        self.written: set[str] = set()

    def __enter__(self) -> "Output":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._writer is not None:
            self._writer.discard()

    def take(self, finished: Finished) -> None:
        """What was told of the next portion.

        Raises:
            OutputError: something cannot be written.
        """
        if finished.file != self._file:
            self._end_file()
        if finished.file and self._writer is None:
            self._file = finished.file
            self._writer = RowFileWriter(self._folder, self._files[finished.file], self._extra)
        self.written.update(finished.written)
        found = iter(self._writer.add(finished.rendered) if self._writer is not None and finished.file else ())
        at = 0
        for told in finished.documents:
            where = next(found) if told.is_clean and finished.file else None
            self._entries.append(_Entry(id_key(told.id), finished.name, at, told.sizes, where))
            at += sum(told.sizes)

    def _end_file(self) -> None:
        if self._writer is not None:
            self.written.update(self._writer.paths)
            self._told_of_files.append(self._writer.close())
        self._writer, self._file = None, ""

    def end(self) -> Digests:
        """Write the ledger and the files of rows, now that everything was told.

        Raises:
            OutputError: something cannot be written.
        """
        self._end_file()
        for file in sorted(self._files.keys() - {row.file for row in self._told_of_files}):  # those without a row
            self._writer = RowFileWriter(self._folder, self._files[file], self._extra)
            self._end_file()
        self._entries.sort()
        with ExitStack() as stack:
            documents, marks, files = (
                stack.enter_context(self._folder.open_file(self._folder.root / name))
                for name in (DOCUMENTS, MARKS, FILES)
            )
            shards = self._write_documents(documents, marks)
            for row in sorted(self._told_of_files, key=lambda row: id_key(row.file)):
                files.write(orjson.dumps(row.model_dump(), option=orjson.OPT_APPEND_NEWLINE))
        return Digests(documents.digest, marks.digest, files.digest, shards)

    def _write_documents(self, documents: NewFile, marks: NewFile) -> list[str]:
        """Write rows, marks and ledgers in the order of ids; the digests of the shards."""
        packer = FramePacker()
        digests: list[str] = []
        pieces = _Pieces(self._spill)
        entries = self._entries
        for _, in_shard in groupby(frames([entry.sizes[0] for entry in entries]), key=lambda frame: frame[0]):
            number = len(digests)
            with self._folder.open_file(self._folder.shard_path(number)) as shard:
                self.written.add(str(shard.path))
                at = 0
                for _, first, end in in_shard:
                    told = [pieces.read(entry) for entry in entries[first:end]]
                    frame = packer.pack([ledger for ledger, _, _ in told])
                    shard.write(frame)
                    sizes = [len(ledger) for ledger, _, _ in told]
                    where = places(number, at, at + len(frame), sizes)
                    at += len(frame)
                    rows = zip(told, where, entries[first:end], strict=True)
                    documents.write(b"".join([_closed(line, entry.at, place) for (_, line, _), place, entry in rows]))
                    marks.write(b"".join([more for _, _, more in told]))
            digests.append(shard.digest)
        return digests


class _Pieces:
    """Reads what was told of documents, a portion at a time; next to each other they mostly come from few portions."""

    def __init__(self, spill: Spill) -> None:
        self._kept = lru_cache(_PORTIONS_HELD)(lambda name: spill.kept(FINISHED, name))

    def read(self, entry: _Entry) -> tuple[bytes, bytes, bytes]:
        """The ledger, the line and the marks of a document."""
        told = self._kept(entry.portion)
        a = entry.start + entry.sizes[0]
        b = a + entry.sizes[1]
        return told[entry.start : a], told[a:b], told[b : b + entry.sizes[2]]


def _closed(line: bytes, at: list[int] | None, place: Place | None) -> bytes:
    """A line of ``documents.jsonl`` with the places of the clean row and of the ledger."""
    more = b""
    if at is not None:
        more += b',"at":' + orjson.dumps(at)
    if place is not None:
        more += b',"ledger":' + orjson.dumps(list(place))
    return b"".join([line, more, b"}\n"])
