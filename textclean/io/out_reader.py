"""Reading an output folder, which may come from somebody else.

It is trusted in nothing: ids are checked, no link is followed out of the folder, and sizes have limits.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from pydantic import ValidationError

from textclean.document import Document
from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.files import BLOCK, file_digest, open_regular, read_regular
from textclean.io.formats.compression import decompressed
from textclean.io.formats.names import format_of
from textclean.io.out_folder import CLEAN, DOCUMENTS, FILES, LEDGER, MANIFEST, MARKS, QUARANTINE, OutFolder
from textclean.io.records import ledger_limit, unpack_ledger
from textclean.io.results import DocumentRow, FileRow, Manifest, MarkRow, fault
from textclean.io.row_reader import RowReader
from textclean.io.shards import FrameReader
from textclean.io.sorted_lines import first_at_least
from textclean.phases import id_key

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

    def damaged(self, manifest: Manifest, names: Iterable[str] = (DOCUMENTS, MARKS, FILES, LEDGER)) -> list[str]:
        """Which of the files of rows, and of the shards of the ledger, are not as the manifest says."""
        rows = {
            DOCUMENTS: manifest.documents_sha256,
            MARKS: manifest.marks_sha256,
            FILES: manifest.files_sha256,
        }
        found = [name for name in names if name in rows and self.digest(self.root / name) != rows[name]]
        if LEDGER in names:
            shards = ((self.shard_path(number), digest) for number, digest in enumerate(manifest.shards_sha256))
            found += [f"{LEDGER}/{path.name}" for path, digest in shards if self.digest(path) != digest]
        return found

    def documents(self) -> Iterator[DocumentRow | str]:
        """The rows of ``documents.jsonl``; in place of one that cannot be read, or is out of order, what is wrong."""
        for _, row in self.located():
            yield row

    def located(self) -> Iterator[tuple[int, DocumentRow | str]]:
        """Like :meth:`documents`, with the byte where each begins."""
        before = b""
        try:
            for number, start, line in self._lines(DOCUMENTS):
                try:
                    row = DocumentRow.parse(line)
                except ValueError as error:
                    yield start, f"line {number}: {error}"
                    continue
                key = id_key(row.id)
                if key > before or number == 1:
                    yield start, row
                    before = key
                else:
                    yield start, f"line {number}: {row.id!r} stands twice, or out of order"
        except (OSError, RestoreError) as error:
            yield 0, f"cannot be read: {getattr(error, 'strerror', None) or error}"

    def document_at(self, start: int) -> DocumentRow:
        """The row of ``documents.jsonl`` that begins at a byte.

        Raises:
            RestoreError: there is none, or the file cannot be read.
        """
        try:
            with self._opened(self.root / DOCUMENTS) as file:
                file.seek(start)
                return DocumentRow.parse(file.readline(_LONGEST_LINE))
        except (OSError, ValueError) as error:
            raise RestoreError(f"{self.root / DOCUMENTS}: {error}") from error

    def find(self, id: str) -> DocumentRow | None:
        """The row of a document; None if there is none. Rows stand in the order of ids, so few are read.

        Raises:
            RestoreError: the file cannot be read, or a row that was looked at is damaged.
        """
        start = self._first_at_least(DOCUMENTS, "id", id)
        if start is None:
            return None
        row = self.document_at(start)
        return row if row.id == id else None

    def files(self) -> Iterator[FileRow | str]:
        """The rows of ``files.jsonl``; in place of one that cannot be read, what is wrong."""
        try:
            for number, _, line in self._lines(FILES):
                try:
                    yield FileRow.parse(line)
                except ValueError as error:
                    yield f"line {number}: {error}"
        except (OSError, RestoreError) as error:
            yield f"cannot be read: {getattr(error, 'strerror', None) or error}"

    def _first_at_least(self, name: str, field: str, id: str) -> int | None:
        """Where the first line begins whose field is not below ``id``; None if there is none.

        Raises:
            RestoreError: the file cannot be read, or is damaged where it was looked at.
        """
        path = self.root / name
        try:
            with self._opened(path) as file:
                return first_at_least(file, field, id_key(id), _LONGEST_LINE)
        except OSError as error:
            raise RestoreError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise RestoreError(f"{path}: is damaged: {error}") from error

    def marks(self, id: str) -> list[MarkRow]:
        """The rows of ``marks.jsonl`` of a document. Rows stand in the order of ids, so few are read.

        Raises:
            RestoreError: the file is missing or damaged.
        """
        path = self.root / MARKS
        start = self._first_at_least(MARKS, "doc", id)
        found: list[MarkRow] = []
        if start is None:
            return found
        try:
            with self._opened(path) as file:
                file.seek(start)
                while line := file.readline(_LONGEST_LINE):
                    row = MarkRow.model_validate_json(line)
                    if row.doc != id:
                        break
                    found.append(row)
        except ValidationError as error:
            raise RestoreError(f"{path}: a row of {id} is damaged: {fault(error)}") from error
        except OSError as error:
            raise RestoreError(f"{path}: cannot be read: {error.strerror}") from error
        return found

    def document(self, row: DocumentRow, clean: str) -> Document:
        """The document as its clean text and its ledger tell it (without metadata and marks).

        Raises:
            RestoreError: its ledger is missing or damaged, or its clean text is not what the run wrote.
        """
        if hashlib.sha256(clean.encode("utf-8", "surrogatepass") + b"\n").hexdigest() != row.clean_sha256:
            raise RestoreError("the clean text was changed after the run")
        return unpack_ledger(self._ledger(row), clean)

    def clean_text(self, row: DocumentRow) -> str:
        """The clean text of a document that is a file.

        Raises:
            RestoreError: it is missing, damaged, or not what the run wrote.
        """
        path = self.clean_path(row.id)
        raw = self._own(path, row.clean_sha256, ledger_limit(row.figures.source_bytes))
        try:
            text = raw.decode()
        except UnicodeError as error:
            raise RestoreError(f"{path}: is damaged: {error}") from error
        if not text.endswith("\n"):
            raise RestoreError("the clean text lacks the line break at its end: it was changed after the run")
        return text[:-1]

    def digest_of_text(self, row: DocumentRow) -> str | None:
        """SHA-256 of the clean text of a document that is a file, of a longer one than can be of the first bytes.

        None if it cannot be read.
        """
        digest = hashlib.sha256()
        try:
            with decompressed(self._opened(self.clean_path(row.id)), format_of(row.id).compression) as file:
                for block in _blocks(file, ledger_limit(row.figures.source_bytes) + 1):
                    digest.update(block)
        except (OSError, InputError, RestoreError):
            return None
        return digest.hexdigest()

    def source(self, row: DocumentRow, clean: str) -> bytes:
        """The source of a document that was cleaned.

        Raises:
            RestoreError: what was written for it is missing or damaged.
        """
        doc = self.document(row, clean)
        raw = doc.restored()
        if doc.source is None or doc.source.digest != row.source_sha256:
            raise RestoreError("the ledger is that of another source")
        return raw

    def quarantined(self, row: DocumentRow, max_bytes: int) -> bytes:
        """The source of a document that is a file and was not cleaned, of at most ``max_bytes``.

        Raises:
            RestoreError: it was not read, or what was written for it is missing or damaged.
        """
        if not row.quarantined:
            raise RestoreError(f"was not read, so there is nothing to give back: {row.failure}")
        return self._own(self.quarantine_path(row.id), row.source_sha256, max_bytes)

    def _ledger(self, row: DocumentRow) -> bytes:
        """The line of the ledger of a document.

        Raises:
            RestoreError: it is missing or damaged, or longer than that of such a source can be.
        """
        place = row.place
        path = self.shard_path(place.shard)
        size, limit = place.row_end - place.row, ledger_limit(row.figures.source_bytes)
        if size > limit:
            raise RestoreError(
                f"{path}: the ledger of {row.id} takes more than {limit:,} bytes, which no ledger of a source of "
                f"{row.figures.source_bytes:,} bytes does"
            )
        try:
            return self._frames.row(path, place)
        except OSError as error:
            raise RestoreError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise RestoreError(f"{path}: was changed after the run: {error}") from error

    @cached_property
    def _frames(self) -> FrameReader:
        return FrameReader(self._opened)

    def row_file(self, row: FileRow, max_bytes: int, folder: str = CLEAN) -> RowReader:
        """A file of rows below ``clean/`` or ``quarantine/``.

        Raises:
            RestoreError: it is missing, or cannot be read.
        """
        is_clean = folder == CLEAN
        path = self._clean_rows(row) if is_clean else self.quarantine_path(row.file)
        self._check_inside(path)
        format, extra = (row.clean_format, row.extra) if is_clean else (row.source_format, [])
        return RowReader(path, format, row.text_field, max_bytes, extra)

    def _clean_rows(self, row: FileRow) -> Path:
        return self.clean_rows_path(row.file, row.target_format)

    def changed(self, row: FileRow) -> Iterator[str]:
        """What is wrong with a file of rows and that in quarantine: they are compared with their digests."""
        for path, digest in (
            (self._clean_rows(row), row.clean_sha256),
            (self.quarantine_path(row.file), row.quarantine_sha256),
        ):
            if digest is not None and self.digest(path) != digest:
                yield f"{path}: was changed after the run, or is missing"

    def strangers(self, documents: Iterable[DocumentRow], files: Iterable[FileRow], shards: int) -> list[Path]:
        """What lies in the folders of documents, and was written for none of these."""
        expected = {self.shard_path(number) for number in range(shards)}
        for row in documents:
            if row.file is None and row.is_clean:
                expected.add(self.clean_path(row.id))
            elif row.file is None and row.quarantined:
                expected.add(self.quarantine_path(row.id))
        for file in files:
            expected.add(self._clean_rows(file))
            if file.quarantine_sha256 is not None:
                expected.add(self.quarantine_path(file.file))
        found: list[Path] = []
        for name in (CLEAN, LEDGER, QUARANTINE):
            for folder, folders, names in os.walk(self.root / name):
                links = [name for name in folders if Path(folder, name).is_symlink()]
                found += [path for path in (Path(folder, file) for file in names + links) if path not in expected]
        return sorted(found)

    def digest(self, path: Path) -> str | None:
        """SHA-256 of a file of the folder; None if it cannot be read, or lies elsewhere."""
        try:
            self._check_inside(path)
        except (OSError, RestoreError):
            return None
        return file_digest(path)

    def _own(self, path: Path, digest: str | None, limit: int) -> bytes:
        """What a file holds that the run wrote, decompressed: of that digest, and of no more than ``limit`` bytes."""
        try:
            with decompressed(self._opened(path), format_of(path.name).compression) as file:
                raw = file.read(limit + 1) if limit < BLOCK else b"".join(_blocks(file, limit + 1))
        except OSError as error:
            raise RestoreError(f"{path}: cannot be read: {error.strerror}") from error
        except InputError as error:
            raise RestoreError(f"{path}: was changed after the run: {error}") from error
        if len(raw) > limit:
            raise RestoreError(f"{path}: is over the {limit:,} bytes that a run writes there; it was changed")
        if hashlib.sha256(raw).hexdigest() != digest:
            raise RestoreError(f"{path}: was changed after the run")
        return raw

    def _opened(self, path: Path) -> BufferedReader:
        """A regular file of the folder."""
        self._check_inside(path)
        return open(open_regular(path), "rb")

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

    def _lines(self, name: str) -> Iterator[tuple[int, int, bytes]]:
        """Lines with their numbers, from 1, and the bytes where they begin."""
        path = self.root / name
        with self._opened(path) as file:
            number = start = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE:
                    raise RestoreError(f"{path}: line {number} is over {_LONGEST_LINE:,} bytes")
                yield number, start, line
                start += len(line)


def _blocks(file: BufferedIOBase, limit: int) -> Iterator[bytes]:
    """What a file holds, of more than ``limit`` bytes the first; by blocks: what is asked for is set aside at once."""
    while limit > 0 and (block := file.read(min(limit, BLOCK))):
        yield block
        limit -= len(block)
