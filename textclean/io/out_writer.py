"""Writing an output folder.

What is written gets its name when it is whole; until then it lies in ``.work``, which is gone once the run is done.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import zstandard

from textclean.document import Document
from textclean.errors import OutputError, RestoreError, UsageError
from textclean.io.files import remove_tree, replace_file, writing
from textclean.io.inputs import id_fault
from textclean.io.lock import locked
from textclean.io.out_folder import CLEAN, LEDGER, NAMES, QUARANTINE, OutFolder
from textclean.io.records import LEDGER_LIMIT, pack_ledger

_LEDGER_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Written:
    """The digests of what was written for one document."""

    clean: str
    ledger: str


class OutWriter(OutFolder):
    """An output folder that a run writes. Makes nothing until something is written."""

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
        foreign = [name for name in names if name not in NAMES]
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
        partial = self.work / f"{os.getpid()}.partial"
        try:
            replace_file(path, content, partial)
        except OutputError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            with writing(path):  # most folders are there: asking each time costs a tenth of the writing
                path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content, partial)


class LineFile:
    """A file that is written line by line; see :meth:`OutWriter.open_lines`."""

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
