"""``textclean explain``: what was changed in a clean text, and why."""

import os
from pathlib import Path

from textclean.errors import RestoreError, UsageError
from textclean.io.out_folder import CLEAN, DOCUMENTS, clean_name
from textclean.io.out_reader import OutReader
from textclean.io.results import DocumentRow
from textclean.report.explain import explain as explain_document

_LONGEST_NUMBER = 18
"""Digits of the number of a line: longer ones are part of a name."""


def explain(place: str) -> list[str]:
    """Lines that say what was changed in a clean document and why.

    Args:
        place: the path of a clean text in the output of a run, with ``:LINE`` behind it for one line.

    Raises:
        UsageError: it is no clean text of a finished run, or has no such line.
        RestoreError: it was edited since the run, or its ledger is missing or damaged.
    """
    path, _, number = place.rpartition(":")
    if not (path and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        path, number = place, ""
    absolute = Path(os.path.realpath(path))
    root = next((folder.parent for folder in absolute.parents if folder.name == CLEAN), None)
    if root is None or not os.path.isfile(absolute):
        what = "not a file in" if os.path.lexists(path) else "is not there; name a file of"
        raise UsageError(f"{path}: {what} the folder {CLEAN}/ of a run's output")
    folder = OutReader(root)
    manifest = folder.manifest()
    name = str(absolute.relative_to(root / CLEAN))
    rows = (row for row in folder.documents() if isinstance(row, DocumentRow) and row.is_clean)
    row = next((row for row in rows if clean_name(row.id) == name), None)
    if row is None and folder.damaged(manifest, (DOCUMENTS,)):
        raise RestoreError(f"{root / DOCUMENTS}: was changed after the run, or is missing; it does not name {path}")
    if row is None:
        raise UsageError(f"{path}: was written by no run")
    if folder.digest(absolute) not in (row.clean_sha256, None):  # None: told when it is read
        raise RestoreError(
            f"{path}: was edited since the run, so its ledger tells of another text; restore its source, or put it back"
        )
    doc = folder.document(row)
    doc.restored()
    try:
        for layer in doc.layers:
            layer.edits  # noqa: B018 - restoring needs neither reasons nor twins, so they may be damaged still
    except ValueError as error:
        raise RestoreError(f"{folder.ledger_path(row.id)}: cannot be explained: {error}") from error
    lines = doc.text.count("\n") + 1
    if number and not 1 <= int(number) <= lines:
        raise UsageError(f"{path}: has {lines} lines, so there is no line {number}")
    try:
        marks, missing = folder.marks(row.id), ""
    except RestoreError as error:  # what was changed can be told all the same
        marks, missing = [], str(error)
    told = list(explain_document(doc, marks, int(number) if number else None))
    return [*told, f"marks are not told: {missing}"] if missing else told
