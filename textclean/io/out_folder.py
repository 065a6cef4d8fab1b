"""The names of what an output folder holds, and where a document lies in it: the one place that knows them."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from textclean.io.formats.names import Format, format_of, renamed
from textclean.io.inputs import LONGEST_NAME, id_path

MANIFEST, RUN, DOCUMENTS, MARKS, FILES = "manifest.json", "run.json", "documents.jsonl", "marks.jsonl", "files.jsonl"
CLEAN, LEDGER, QUARANTINE, WORK = "clean", "ledger", "quarantine", ".work"
NAMES: Final = (CLEAN, LEDGER, QUARANTINE, MARKS, DOCUMENTS, FILES, MANIFEST, RUN, WORK)

_CUT_NAME: Final = 200


class OutFolder:
    """Paths in an output folder. Makes nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.root)!r})"

    @property
    def work(self) -> Path:
        """Where a run keeps its documents between phases, and what is not whole yet; gone once the run is done."""
        return self.root / WORK

    def clean_path(self, file: str) -> Path:
        """The clean text of a file that is a document; see :func:`clean_name`."""
        return self.root / CLEAN / clean_name(file)

    def clean_rows_path(self, file: str, target: Format | None = None) -> Path:
        """The clean rows of a file of rows: it keeps its name, unless they are written in another format."""
        return self.root / CLEAN / id_path(file if target is None else renamed(file, target))

    def shard_path(self, shard: int) -> Path:
        """A shard of the ledger."""
        return self.root / LEDGER / f"{shard:05d}.jsonl.zst"

    def quarantine_path(self, file: str) -> Path:
        """The source of a document that could not be cleaned, as it was; of a file of rows those rows."""
        return self.root / QUARANTINE / id_path(file)


def clean_name(file: str) -> str:
    """The name of the clean text below ``clean/``: a ``.txt`` keeps its name, every other name gets ``.txt`` behind it.

    What is compressed stays so: ``a.html.gz`` becomes ``a.html.txt.gz``.
    """
    name = id_path(file)
    compression = format_of(name).compression
    suffix = f".{compression}" if compression else ""
    stem = name[: len(name) - len(suffix)]
    return name if stem.endswith(".txt") else fitting(stem, ".txt" + suffix)


def fitting(name: str, suffix: str) -> str:
    """``name`` with ``suffix``; a last part that would be too long for a file system is cut and told by its digest."""
    head, slash, last = name.rpartition(os.sep)
    raw = os.fsencode(last)
    if len(raw) + len(suffix) > LONGEST_NAME:
        last = f"{os.fsdecode(raw[:_CUT_NAME])}~{hashlib.sha256(raw).hexdigest()[:16]}"
    return f"{head}{slash}{last}{suffix}"


def output_name(file: str, format: Format, target: Format | None = None) -> str:
    """The name below ``clean/`` of what is written for a file of the input; ``target``: how its rows are written."""
    if not format.has_rows:
        return clean_name(file)
    return id_path(file if target is None else renamed(file, target))


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
