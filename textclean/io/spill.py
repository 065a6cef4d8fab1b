"""Documents on disk between two phases, so that a corpus of any size fits in memory.

A phase has a folder of segments. A segment holds the documents of one batch and is renamed into place when it is
whole, so a kill leaves whole segments only: those are what ``--resume`` takes up again.
"""

import os
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, NamedTuple

import orjson

from textclean.document import Document
from textclean.io.records import pack_document, unpack_document
from textclean.stage import TextRef

_TEXTS_IN_MEMORY = 256


class Ref(NamedTuple):
    """Where a document lies: the path of the segment, and its bytes there."""

    segment: str
    start: int
    end: int


class Entry(NamedTuple):
    """A document in a segment: its id, the digest of its source, the stage that failed on it and why, where it lies."""

    id: str
    digest: str
    failure: tuple[str, str] | None
    ref: Ref


class Spill:
    """A folder of phases. The folder is made when the first segment is written.

    Class attributes:
        lasts: whether a later run may take up what is there.
    """

    lasts: ClassVar[bool] = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"Spill({str(self.root)!r})"

    def write(
        self, phase: int, batch: int, documents: Sequence[Document], failures: Sequence[tuple[str, str] | None]
    ) -> list[Ref]:
        """Write the documents of a batch as one segment, whole or not at all."""
        folder = self.root / f"phase-{phase}"
        folder.mkdir(parents=True, exist_ok=True)
        packed = [pack_document(doc) for doc in documents]
        index = orjson.dumps(
            [
                [doc.id, doc.source.digest if doc.source else "", failure, len(row)]
                for doc, failure, row in zip(documents, failures, packed, strict=True)
            ]
        )
        path = folder / f"{batch:08d}"
        replace_file(path, b"\n".join([index, b"".join(packed)]))
        return [entry.ref for entry in _entries(str(path), index, len(index) + 1)]

    def entries(self, phase: int) -> list[Entry]:
        """What the segments of a phase hold."""
        found: list[Entry] = []
        folder = self.root / f"phase-{phase}"
        for path in sorted(folder.glob("[0-9]*")) if folder.is_dir() else []:
            with path.open("rb") as file:
                index = file.readline()
            found += _entries(str(path), index, len(index))
        return found

    def next_batch(self, phase: int) -> int:
        """The first batch number of a phase that has no segment."""
        taken = [int(path.name) for path in (self.root / f"phase-{phase}").glob("[0-9]*[0-9]")]
        return max(taken, default=-1) + 1

    def keep_for(self, phase: int, key: str) -> None:
        """Keep what a phase holds if it was made for ``key``; otherwise start the phase anew."""
        folder = self.root / f"phase-{phase}"
        note = folder / "made-for"
        if folder.is_dir() and not (note.is_file() and note.read_text() == key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(note, key.encode())

    def read(self, ref: Ref) -> Document:
        """The document at ``ref``."""
        with open(ref.segment, "rb") as file:
            file.seek(ref.start)
            return unpack_document(file.read(ref.end - ref.start))

    def release(self, ref: Ref) -> None:
        """Nothing will read ``ref`` any more. On disk it stays, for a run that is resumed."""

    def clear(self) -> None:
        """Remove the whole folder."""
        shutil.rmtree(self.root, ignore_errors=True)


class MemorySpill(Spill):
    """A spill of which ``characters`` of text stay in memory, for the process that wrote it; the rest is on disk."""

    lasts: ClassVar[bool] = False

    def __init__(self, root: Path, characters: int) -> None:
        super().__init__(root)
        self._room = characters
        self._held: dict[int, Document] = {}
        self._number = 0

    def write(
        self, phase: int, batch: int, documents: Sequence[Document], failures: Sequence[tuple[str, str] | None]
    ) -> list[Ref]:
        """Keep the documents of a batch, in memory if there is room."""
        size = sum(len(doc.text) for doc in documents)
        if size > self._room:
            return super().write(phase, batch, documents, failures)
        self._room -= size
        refs = [Ref("", self._number + i, 0) for i in range(len(documents))]
        self._held.update(zip((ref.start for ref in refs), documents, strict=True))
        self._number += len(documents)
        return refs

    def entries(self, phase: int) -> list[Entry]:
        """Nothing: there was no earlier run."""
        return []

    def next_batch(self, phase: int) -> int:
        """The first batch number."""
        return 0

    def keep_for(self, phase: int, key: str) -> None:
        """Nothing is there to be kept."""

    def read(self, ref: Ref) -> Document:
        """The document at ``ref``."""
        return super().read(ref) if ref.segment else self._held[ref.start]

    def release(self, ref: Ref) -> None:
        """Nothing will read ``ref`` any more."""
        if not ref.segment:
            self._room += len(self._held.pop(ref.start).text)


class SpilledTexts:
    """Reads pieces of spilled documents (the ``texts`` of a barrier)."""

    def __init__(self, spill: Spill, refs: dict[str, Ref]) -> None:
        self._refs = refs
        self._text = lru_cache(_TEXTS_IN_MEMORY)(lambda id: spill.read(refs[id]).text)

    def __call__(self, refs: Sequence[TextRef]) -> list[str]:
        """The pieces, in the order of ``refs``; each document is read once a call."""
        out = [""] * len(refs)
        for i in sorted(range(len(refs)), key=lambda i: self._refs[refs[i].id]):
            out[i] = self._text(refs[i].id)[refs[i].start : refs[i].end]
        return out


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that it is either whole or not there."""
    partial = path.with_name(f".{os.getpid()}.partial")  # short: the name itself may be as long as names can be
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _entries(path: str, index: bytes, offset: int) -> list[Entry]:
    found: list[Entry] = []
    for id, digest, failure, size in orjson.loads(index):
        found.append(Entry(id, digest, failure and (failure[0], failure[1]), Ref(path, offset, offset + size)))
        offset += size
    return found
