"""Writing an output folder.

What is written gets its name when it is whole; until then it lies in ``.work``, which is gone once the run is done.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from textclean.errors import OutputError, UsageError
from textclean.io.files import file_digest, remove_tree, replace_file, writing
from textclean.io.formats.compression import compressed
from textclean.io.formats.names import Format, format_of
from textclean.io.inputs import id_fault
from textclean.io.lock import locked
from textclean.io.out_folder import CLEAN, LEDGER, NAMES, QUARANTINE, OutFolder


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

    def write_text(self, file: str, clean: bytes) -> None:
        """Write the clean text of a file that is a document, whole or not at all."""
        _check(file)
        self._put(self.clean_path(file), compressed(clean, format_of(file).compression))

    def write_quarantined(self, file: str, raw: bytes) -> None:
        """Write the source of a document that could not be cleaned, as it was read."""
        _check(file)
        self._put(self.quarantine_path(file), compressed(raw, format_of(file).compression))

    def open_file(self, path: Path) -> "NewFile":
        """A file of the folder that gets its name, whole, when it is closed well."""
        kind = path.relative_to(self.root).parts[0]  # of each kind one file is open at a time
        return NewFile(path, self.work / f"{kind}.partial")

    def open_clean_rows(self, file: str, target: Format | None) -> "NewFile":
        """A file of rows below ``clean/``, written in another format where there is a ``target``."""
        _check(file)
        return self.open_file(self.clean_rows_path(file, target))

    def open_quarantined_rows(self, file: str) -> "NewFile":
        """A file of rows below ``quarantine/``."""
        _check(file)
        return self.open_file(self.quarantine_path(file))

    def write_json(self, name: str, value: object) -> None:
        """Write a JSON file, whole or not at all."""
        self._put(self.root / name, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")

    def sweep(self, written: Collection[str]) -> None:
        """Remove what an interrupted run wrote for inputs that are no longer there, or end otherwise now.

        Raises:
            OutputError: it cannot be removed.
        """
        for name in (CLEAN, LEDGER, QUARANTINE):
            for folder, _, files in os.walk(self.root / name, topdown=False):
                with writing(folder):
                    for file in files:
                        path = os.path.join(folder, file)
                        if path not in written:
                            os.unlink(path)
                    if not os.listdir(folder):
                        os.rmdir(folder)

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


class NewFile:
    """A file that is written piece by piece; see :meth:`OutWriter.open_file`."""

    def __init__(self, path: Path, partial: Path) -> None:
        self.path = path
        self.partial = partial
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    def __enter__(self) -> "NewFile":
        self.open()
        return self

    def open(self) -> None:
        """Make the file, under its name of before it is whole.

        Raises:
            OutputError: it cannot be made.
        """
        with writing(self.path):
            self._file = self.make_way().open("xb")

    def make_way(self) -> Path:
        """Where to write the file, for a writer that makes it itself; nothing is there.

        Raises:
            OutputError: what is there cannot be removed.
        """
        with writing(self.path):
            self.partial.parent.mkdir(parents=True, exist_ok=True)
            self.partial.unlink(missing_ok=True)
        return self.partial

    def write(self, content: bytes) -> None:
        """Append bytes.

        Raises:
            OutputError: they cannot be written.
        """
        assert self._file is not None  # it was opened
        with writing(self.path):
            self._file.write(content)
        self._digest.update(content)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far; of a file that another writer made, once it is closed."""
        return self._digest.hexdigest() if self._file is not None else file_digest(self.path) or ""

    def close(self) -> None:
        """Give the file its name."""
        with writing(self.path):
            if self._file is not None:
                self._file.close()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.partial, self.path)

    def discard(self) -> None:
        """Take back what was written."""
        with suppress(OSError):  # the first error is the one to tell
            if self._file is not None:
                self._file.close()
        with suppress(OSError):
            self.partial.unlink(missing_ok=True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


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
