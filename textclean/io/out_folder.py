"""The names of what an output folder holds: the one place that knows them."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from textclean.io.inputs import LONGEST_NAME, id_path

MANIFEST, RUN, DOCUMENTS, MARKS = "manifest.json", "run.json", "documents.jsonl", "marks.jsonl"
CLEAN, LEDGER, QUARANTINE, WORK = "clean", "ledger", "quarantine", ".work"
NAMES = (CLEAN, LEDGER, QUARANTINE, MARKS, DOCUMENTS, MANIFEST, RUN, WORK)

_CUT_NAME = 200


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

    def clean_path(self, id: str) -> Path:
        """The clean text of a document: a ``.txt`` keeps its name, every other name gets ``.txt`` behind it."""
        return self.root / CLEAN / clean_name(id)

    def ledger_path(self, id: str) -> Path:
        """The ledger of a document."""
        return self.root / LEDGER / fitting(id_path(id), ".jsonl.zst")

    def quarantine_path(self, id: str) -> Path:
        """The source of a document that could not be cleaned, as it was."""
        return self.root / QUARANTINE / id_path(id)

    def files(self, id: str, is_clean: bool, quarantined: bool) -> list[Path]:
        """The files that a run writes for a document."""
        if is_clean:
            return [self.clean_path(id), self.ledger_path(id)]
        return [self.quarantine_path(id)] if quarantined else []


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
