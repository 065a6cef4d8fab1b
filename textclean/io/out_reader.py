"""Reading an output folder, which may come from somebody else.

It is trusted in nothing: ids are checked, no link is followed out of the folder, and sizes have limits.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard
from pydantic import ValidationError

from textclean.document import Document
from textclean.errors import RestoreError, UsageError
from textclean.io.files import BLOCK, file_digest, open_regular, read_regular
from textclean.io.out_folder import CLEAN, DOCUMENTS, LEDGER, MANIFEST, MARKS, QUARANTINE, OutFolder
from textclean.io.records import ledger_limit, unpack_ledger
from textclean.io.results import DocumentRow, Manifest, MarkRow, fault

_LONGEST_LINE = 1 << 28
"""Bytes of a row: what was lifted out of a document stands in one, so it may be long."""


class OutReader(OutFolder):
    """An output folder that a run wrote."""

    def manifest(self) -> Manifest:
        """The manifest.

        Raises:
            UsageError: there is none, one of another format, or a damaged one.
        """
        path = self.root / MANIFEST
        try:
            return Manifest.parse(self._read(path, _LONGEST_LINE))
        except FileNotFoundError as error:
            if not self.root.exists():
                raise UsageError(f"{self.root}: does not exist; name the output folder of a run") from error
            unfinished = self.work.is_dir()
            raise UsageError(
                f"{self.root}: no manifest.json: "
                + ("the run did not end; continue it with --resume" if unfinished else "not the output of a run")
            ) from error
        except (OSError, RestoreError) as error:
            raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
        except ValidationError as error:
            raise UsageError(f"{path}: damaged: {fault(error)}") from error
        except ValueError as error:
            raise UsageError(f"{path}: damaged, or no manifest: {error}") from error

    def damaged(self, manifest: Manifest, names: Iterable[str] = (DOCUMENTS, MARKS)) -> list[str]:
        """Which of the two files of rows are not as the manifest says."""
        digests = {DOCUMENTS: manifest.documents_sha256, MARKS: manifest.marks_sha256}
        return [name for name in names if self.digest(self.root / name) != digests[name]]

    def documents(self) -> Iterator[DocumentRow | str]:
        """The rows of ``documents.jsonl``; in place of one that cannot be read, or stands twice, what is wrong."""
        seen: set[str] = set()
        try:
            for number, line in self._lines(DOCUMENTS):
                try:
                    row = DocumentRow.parse(line)
                except ValueError as error:
                    yield f"line {number}: {error}"
                    continue
                yield f"line {number}: {row.id!r} stands twice" if row.id in seen else row
                seen.add(row.id)
        except (OSError, RestoreError) as error:
            yield f"cannot be read: {getattr(error, 'strerror', None) or error}"

    def marks(self, id: str) -> list[MarkRow]:
        """The rows of ``marks.jsonl`` of a document.

        Raises:
            RestoreError: the file is missing or damaged.
        """
        found = []
        try:
            for number, line in self._lines(MARKS):
                try:
                    row = MarkRow.model_validate_json(line)
                except ValidationError as error:
                    raise RestoreError(f"{self.root / MARKS}: line {number} is damaged: {fault(error)}") from error
                if row.doc == id:
                    found.append(row)
        except OSError as error:
            raise RestoreError(f"{self.root / MARKS}: cannot be read: {error.strerror}") from error
        return found

    def document(self, row: DocumentRow) -> Document:
        """The document as its clean text and its ledger tell it (without metadata and marks).

        Raises:
            RestoreError: a file is missing, damaged, or not the one that the run wrote.
        """
        limit = ledger_limit(row.figures.source_bytes)
        clean = self._own(self.clean_path(row.id), row.clean_sha256, limit)
        ledger = self._own(self.ledger_path(row.id), row.ledger_sha256, 2 * limit)  # a frame may exceed what it holds
        try:
            text = clean.decode()
            packed = _unpacked(ledger, limit)
        except (UnicodeError, zstandard.ZstdError) as error:
            raise RestoreError(f"the clean text or the ledger is damaged: {error}") from error
        if len(packed) > limit:
            raise RestoreError(
                f"{self.ledger_path(row.id)}: unpacks to more than {limit:,} bytes, which no ledger of a source of "
                f"{row.figures.source_bytes:,} bytes does"
            )
        if not text.endswith("\n"):
            raise RestoreError("the clean text lacks the line break at its end: it was changed after the run")
        return unpack_ledger(packed, text[:-1])

    def source(self, row: DocumentRow, max_bytes: int) -> bytes:
        """The source of a document, of at most ``max_bytes`` (:attr:`Manifest.max_document_bytes`).

        Raises:
            RestoreError: it was not read, or what was written for it is missing or damaged.
        """
        if row.is_clean:
            doc = self.document(row)
            raw = doc.restored()
            if doc.source is None or doc.source.digest != row.source_sha256:
                raise RestoreError("the ledger is that of another source")
            return raw
        if not row.quarantined:
            raise RestoreError(f"was not read, so there is nothing to give back: {row.failure}")
        return self._own(self.quarantine_path(row.id), row.source_sha256, max_bytes)

    def strangers(self, known: Iterable[DocumentRow]) -> list[Path]:
        """What lies in the folders of documents, and was not written for one of the ``known``."""
        expected = {path for row in known for path in self.files(row.id, row.is_clean, row.quarantined)}
        found: list[Path] = []
        for name in (CLEAN, LEDGER, QUARANTINE):
            for folder, folders, files in os.walk(self.root / name):
                links = [name for name in folders if Path(folder, name).is_symlink()]
                found += [path for path in (Path(folder, file) for file in files + links) if path not in expected]
        return sorted(found)

    def digest(self, path: Path) -> str | None:
        """SHA-256 of a file of the folder; None if it cannot be read, or lies elsewhere."""
        try:
            self._check_inside(path)
        except (OSError, RestoreError):
            return None
        return file_digest(path)

    def _own(self, path: Path, digest: str | None, limit: int) -> bytes:
        """The bytes of a file that the run wrote, with that digest and of no more than ``limit`` bytes."""
        try:
            raw = self._read(path, limit)
        except OSError as error:
            raise RestoreError(f"{path}: cannot be read: {error.strerror}") from error
        if hashlib.sha256(raw).hexdigest() != digest:
            raise RestoreError(f"{path}: was changed after the run")
        return raw

    def _read(self, path: Path, limit: int) -> bytes:
        self._check_inside(path)
        raw = read_regular(path, limit)
        if len(raw) > limit:
            raise RestoreError(f"{path}: is over the {limit:,} bytes that a run writes there; it was changed")
        return raw

    def _check_inside(self, path: Path) -> None:
        """No link may lead out of the folder."""
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (RuntimeError, ValueError) as error:  # a link to itself; NUL in a name
            raise RestoreError(f"{path}: cannot be followed: {error}") from error
        if not inside:
            raise RestoreError(f"{path}: leads out of {self.root} by a link, and is not read")

    def _lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Lines with their numbers, from 1."""
        path = self.root / name
        self._check_inside(path)
        with open(open_regular(path), "rb") as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE:
                    raise RestoreError(f"{path}: line {number} is over {_LONGEST_LINE:,} bytes")
                yield number, line


def _unpacked(data: bytes, limit: int) -> bytes:
    """What ``data`` unpacks to; of more than ``limit`` bytes a few more. By blocks: a reader sets aside what is asked.

    Raises:
        ZstdError: it is damaged.
    """
    unpacked = bytearray()
    with zstandard.ZstdDecompressor().stream_reader(data) as reader:
        while len(unpacked) <= limit and (block := reader.read(BLOCK)):
            unpacked += block
    return bytes(unpacked)
