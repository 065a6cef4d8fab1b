"""The output folder: what a run writes and what ``restore``, ``verify`` and ``explain`` read.

What is written gets its name when it is whole; until then it lies in ``.work``, which is gone once the run is done.
What is read is trusted in nothing: ids are checked, no link is followed out of the folder, and sizes have limits.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import zstandard
from pydantic import ValidationError

from textclean.document import Document
from textclean.errors import OutputError, RestoreError, UsageError
from textclean.io.files import file_digest, open_regular, read_regular, remove_tree, replace_file, writing
from textclean.io.inputs import LONGEST_NAME, id_fault, id_path
from textclean.io.lock import locked
from textclean.io.records import LEDGER_LIMIT, pack_ledger, unpack_ledger
from textclean.io.results import DocumentRow, Manifest, MarkRow, fault

_CUT_NAME = 200
_LEDGER_LEVEL = 3
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 28
"""Bytes of a row: what was lifted out of a document stands in one, so it may be long."""

MANIFEST, RUN, DOCUMENTS, MARKS = "manifest.json", "run.json", "documents.jsonl", "marks.jsonl"
CLEAN, LEDGER, QUARANTINE, WORK = "clean", "ledger", "quarantine", ".work"
_OWN = (CLEAN, LEDGER, QUARANTINE, MARKS, DOCUMENTS, MANIFEST, RUN, WORK)


@dataclass(frozen=True, slots=True)
class Written:
    """The digests of what was written for one document."""

    clean: str
    ledger: str


class OutFolder:
    """Paths and files of an output folder. Makes nothing until something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"OutFolder({str(self.root)!r})"

    # Names

    @property
    def work(self) -> Path:
        """Where a run keeps its documents between phases, and what is not whole yet; gone once the run is done."""
        return self.root / WORK

    def clean_path(self, id: str) -> Path:
        """The clean text of a document: a ``.txt`` keeps its name, every other name gets ``.txt`` behind it."""
        return self.root / CLEAN / clean_name(id)

    def ledger_path(self, id: str) -> Path:
        """The ledger of a document."""
        return self.root / LEDGER / fitting(id_path(id), ".jsonl.zst")

    def quarantine_path(self, id: str) -> Path:
        """The source of a document that could not be cleaned, as it was."""
        return self.root / QUARANTINE / id_path(id)

    # Writing

    def check_usable(self, resume: bool) -> None:
        """Refuse a folder that something else stands in.

        Raises:
            UsageError: it is a file, or not empty without ``resume``, or holds what no run wrote, such as a link.
        """
        if self.root.exists() and not self.root.is_dir():
            raise UsageError(f"{self.root}: the output is a file; name a folder that is empty or not there yet")
        if not self.root.exists():
            return
        names = sorted(os.listdir(self.root))
        if names and not resume:
            raise UsageError(
                f"{self.root}: the output folder is not empty; name another, empty it, or continue an interrupted run "
                "with --resume"
            )
        foreign = [name for name in names if name not in _OWN]
        if foreign:
            raise UsageError(f"{self.root}: {foreign[0]!r} was written by no run; --resume needs the folder of a run")
        for path in _special(self.root):
            raise UsageError(f"{path}: is a link or a special file, and a run writes none; remove it, then --resume")

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs out of the folder; a run that is dead keeps nobody out.

        Raises:
            UsageError: another run writes into the folder.
        """
        with writing(self.work):
            self.work.mkdir(parents=True, exist_ok=True)
        taken = f"{self.root}: another run writes into this folder; wait until it is done, or name another folder"
        return locked(self.work / "lock", taken)

    def write_document(self, doc: Document, limit: int = LEDGER_LIMIT) -> Written:
        """Write the clean text and the ledger, each whole or not at all.

        Args:
            doc: the document.
            limit: bytes of the clean text, and of the ledger before compression.

        Raises:
            RestoreError: one is over the limit, so that it would not be read; nothing was written.
            OutputError: a file cannot be written.
        """
        packed = pack_ledger(doc)
        clean = doc.text.encode() + b"\n"
        for what, size in (("ledger", len(packed)), ("clean text", len(clean))):
            if size > limit:
                raise RestoreError(f"the {what} of {size:,} bytes is over the limit of {limit:,}; split the file")
        ledger = zstandard.ZstdCompressor(_LEDGER_LEVEL).compress(packed)
        _check(doc.id)
        self._put(self.clean_path(doc.id), clean)
        self._put(self.ledger_path(doc.id), ledger)
        return Written(hashlib.sha256(clean).hexdigest(), hashlib.sha256(ledger).hexdigest())

    def write_quarantined(self, id: str, raw: bytes) -> None:
        """Write the source of a document that could not be cleaned, as it was."""
        _check(id)
        self._put(self.quarantine_path(id), raw)

    def open_lines(self, name: str) -> "LineFile":
        """A file of lines that appears, whole, when its ``with`` block ends well."""
        return LineFile(self.root / name, self.work / f"{name}.partial")

    def write_json(self, name: str, value: object) -> None:
        """Write a JSON file, whole or not at all."""
        self._put(self.root / name, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")

    def sweep(self, written: set[Path]) -> None:
        """Remove what an interrupted run wrote for inputs that are no longer there, or end otherwise now.

        Raises:
            OutputError: it cannot be removed.
        """
        for name in (CLEAN, LEDGER, QUARANTINE):
            for folder, _, files in os.walk(self.root / name, topdown=False):
                here = Path(folder)
                with writing(here):
                    for file in files:
                        if here / file not in written:
                            (here / file).unlink()
                    if not os.listdir(here):
                        here.rmdir()

    def clear_work(self) -> None:
        """Remove ``.work``: the last step of a run, after the manifest."""
        remove_tree(self.work)

    def _put(self, path: Path, content: bytes) -> None:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, self.work / f"{os.getpid()}.partial")

    # Reading

    def manifest(self) -> Manifest:
        """The manifest.

        Raises:
            UsageError: there is none, one of another format, or a damaged one.
        """
        path = self.root / MANIFEST
        try:
            return Manifest.parse(self._read(path, _LONGEST_LINE))
        except FileNotFoundError as error:
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
        expected = {path for row in known for path in self.files(row)}
        found: list[Path] = []
        for name in (CLEAN, LEDGER, QUARANTINE):
            for folder, folders, files in os.walk(self.root / name):
                links = [name for name in folders if Path(folder, name).is_symlink()]
                found += [path for path in (Path(folder, file) for file in files + links) if path not in expected]
        return sorted(found)

    def files(self, row: DocumentRow) -> list[Path]:
        """The files that were written for a document."""
        if row.is_clean:
            return [self.clean_path(row.id), self.ledger_path(row.id)]
        return [self.quarantine_path(row.id)] if row.quarantined else []

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
        while len(unpacked) <= limit and (block := reader.read(_BLOCK)):
            unpacked += block
    return bytes(unpacked)


class LineFile:
    """A file that is written line by line; see :meth:`OutFolder.open_lines`."""

    def __init__(self, path: Path, partial: Path) -> None:
        self._path = path
        self._partial = partial
        self._digest = hashlib.sha256()

    def __enter__(self) -> "LineFile":
        with writing(self._path):
            self._partial.unlink(missing_ok=True)
            self._file = self._partial.open("xb")
        return self

    def write(self, lines: bytes) -> None:
        """Append whole lines.

        Raises:
            OutputError: they cannot be written.
        """
        with writing(self._path):
            self._file.write(lines)
        self._digest.update(lines)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._digest.hexdigest()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            with suppress(OSError):  # the first error is the one to tell
                self._file.close()
            with suppress(OSError):
                self._partial.unlink(missing_ok=True)
            return
        with writing(self._path):
            self._file.close()
            os.replace(self._partial, self._path)


def ledger_limit(source_bytes: int) -> int:
    """Bytes to which a ledger may unpack. An edit takes about 10, and a stage makes at most one a character."""
    return min(LEDGER_LIMIT, (1 << 20) + 64 * source_bytes)


def clean_name(id: str) -> str:
    """The name of the clean text below ``clean/``."""
    name = id_path(id)
    return name if name.endswith(".txt") else fitting(name, ".txt")


def fitting(name: str, suffix: str) -> str:
    """``name`` with ``suffix``; a last part that would be too long for a file system is cut and told by its digest."""
    head, slash, last = name.rpartition(os.sep)
    raw = os.fsencode(last)
    if len(raw) + len(suffix) > LONGEST_NAME:
        last = f"{os.fsdecode(raw[:_CUT_NAME])}~{hashlib.sha256(raw).hexdigest()[:16]}"
    return f"{head}{slash}{last}{suffix}"


def clashes(names: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Two ids of ``(id, file name)`` pairs whose files would be the same, or one inside the other; None if none."""
    owner: dict[str, str] = {}
    pairs = list(names)
    for id, name in pairs:
        if owner.setdefault(name, id) != id:
            return owner[name], id
    for id, name in pairs:
        folder = os.path.dirname(name)
        while folder:
            if folder in owner:
                return owner[folder], id
            folder = os.path.dirname(folder)
    return None


def _check(id: str) -> None:
    """The one gate through which ids become paths that are written."""
    wrong = id_fault(id)
    if wrong is not None:
        raise OutputError(f"the id {id!r} {wrong}; nothing was written for it")


def _special(folder: Path) -> Iterator[Path]:
    """Links, pipes and the like in a folder and below it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _special(Path(entry.path))
            elif not entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
