"""The output folder: what a run writes and what ``restore``, ``verify`` and ``explain`` read."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import zstandard

from textclean.document import Document
from textclean.errors import RestoreError, UsageError
from textclean.io.inputs import id_path
from textclean.io.records import pack_ledger, unpack_ledger
from textclean.io.spill import replace_file

MANIFEST_FORMAT = 1
_LONGEST_NAME = 255
_CUT_NAME = 200
_LEDGER_LEVEL = 3
_OWN = ("clean", "ledger", "quarantine", "marks.jsonl", "documents.jsonl", "manifest.json", "run.json", ".work")


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

    @property
    def work(self) -> Path:
        """Where a run keeps its documents between phases; gone once the run is done."""
        return self.root / ".work"

    def clean_path(self, id: str) -> Path:
        """The clean text of a document: a ``.txt`` keeps its name, every other name gets ``.txt`` behind it."""
        return self.root / "clean" / clean_name(id)

    def ledger_path(self, id: str) -> Path:
        """The ledger of a document."""
        return self.root / "ledger" / fitting(id_path(id), ".jsonl.zst")

    def quarantine_path(self, id: str) -> Path:
        """The source of a document that could not be cleaned, as it was."""
        return self.root / "quarantine" / id_path(id)

    def check_usable(self, resume: bool) -> None:
        """Refuse a folder that something else stands in.

        Raises:
            UsageError: it is a file, or not empty without ``resume``, or holds what no run wrote.
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

    def write_document(self, doc: Document) -> Written:
        """Write the clean text and the ledger, each whole or not at all."""
        clean = doc.text.encode() + b"\n"
        ledger = zstandard.ZstdCompressor(_LEDGER_LEVEL).compress(pack_ledger(doc))
        self._put(self.clean_path(doc.id), clean)
        self._put(self.ledger_path(doc.id), ledger)
        return Written(hashlib.sha256(clean).hexdigest(), hashlib.sha256(ledger).hexdigest())

    def write_quarantined(self, id: str, raw: bytes) -> None:
        """Write the source of a document that could not be cleaned, as it was."""
        self._put(self.quarantine_path(id), raw)

    def open_lines(self, name: str) -> "LineFile":
        """A file of lines that appears, whole, when its ``with`` block ends well."""
        return LineFile(self.root, name)

    def write_json(self, name: str, value: object) -> None:
        """Write a JSON file, whole or not at all."""
        self._put(self.root / name, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")

    def manifest(self) -> dict[str, Any]:
        """The manifest.

        Raises:
            UsageError: there is none, or one of another format.
        """
        path = self.root / "manifest.json"
        try:
            found = orjson.loads(path.read_bytes())
        except FileNotFoundError as error:
            unfinished = self.work.is_dir()
            raise UsageError(
                f"{self.root}: no manifest.json: "
                + ("the run did not end; continue it with --resume" if unfinished else "not the output of a run")
            ) from error
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: cannot be read: {error}") from error
        if not isinstance(found, dict) or found.get("format") != MANIFEST_FORMAT:
            raise UsageError(f"{path}: not a manifest of format {MANIFEST_FORMAT}")
        return found

    def document(self, id: str) -> Document:
        """The document as its clean text and its ledger tell it (without metadata and marks).

        Raises:
            RestoreError: a file is missing or damaged.
        """
        try:
            clean = self.clean_path(id).read_bytes()
            ledger = self.ledger_path(id).read_bytes()
        except OSError as error:
            raise RestoreError(f"{id}: {error.filename} cannot be read: {error.strerror}") from error
        try:
            text = clean.decode()
            packed = zstandard.ZstdDecompressor().decompressobj().decompress(ledger)
        except (UnicodeError, zstandard.ZstdError) as error:
            raise RestoreError(f"{id}: the clean text or the ledger is damaged: {error}") from error
        if not text.endswith("\n"):
            raise RestoreError(f"{id}: the clean text lacks the line break at its end: it was changed after the run")
        return unpack_ledger(packed, text[:-1])

    def lines(self, name: str) -> Iterator[Any]:
        """The values of a file of JSON lines; none if it is not there."""
        path = self.root / name
        if path.is_file():
            with path.open("rb") as file:
                yield from map(orjson.loads, file)

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)


class LineFile:
    """A file that is written line by line; see :meth:`OutFolder.open_lines`."""

    def __init__(self, root: Path, name: str) -> None:
        self._path = root / name
        self._partial = root / f".{name}.partial"
        self._digest = hashlib.sha256()

    def __enter__(self) -> "LineFile":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._partial.open("wb")
        return self

    def write(self, lines: bytes) -> None:
        """Append whole lines."""
        self._file.write(lines)
        self._digest.update(lines)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._digest.hexdigest()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._file.close()
        if kind is None:
            os.replace(self._partial, self._path)
        else:
            self._partial.unlink(missing_ok=True)


def clean_name(id: str) -> str:
    """The name of the clean text below ``clean/``."""
    name = id_path(id)
    return name if name.endswith(".txt") else fitting(name, ".txt")


def fitting(name: str, suffix: str) -> str:
    """``name`` with ``suffix``; a last part that would be too long for a file system is cut and told by its digest."""
    head, slash, last = name.rpartition(os.sep)
    raw = os.fsencode(last)
    if len(raw) + len(suffix) > _LONGEST_NAME:
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
