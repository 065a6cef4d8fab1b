"""``textclean explain``: what was changed in a clean text, and why."""

import os
from pathlib import Path

from textclean.errors import RestoreError, UsageError
from textclean.io.inputs import escaped, path_id
from textclean.io.out_folder import CLEAN, DOCUMENTS, FILES, clean_name, output_name
from textclean.io.out_reader import OutReader
from textclean.io.results import DocumentRow, FileRow, Manifest
from textclean.report.explain import explain as explain_document

_CUT = "~"
"""Stands in names that were cut, see :func:`textclean.io.out_folder.fitting`."""
_LONGEST_NUMBER = 18
"""Digits of the number of a line: longer ones are part of a name."""


def explain(place: str) -> list[str]:
    """Lines that say what was changed in a clean document and why.

    Args:
        place: the path of a clean text in the output of a run; of a file of rows with ``#`` and the id of a row, or
            its number where it has no id, behind it. With ``:LINE`` behind that, one line of the text.

    Raises:
        UsageError: it is no clean text of a finished run, or has no such line.
        RestoreError: it was edited since the run, or its ledger is missing or damaged.
    """
    path, _, number = place.rpartition(":")
    if not (path and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        path, number = place, ""
    name, key = _parted(path)
    absolute = Path(os.path.realpath(name))
    root = next((folder.parent for folder in absolute.parents if folder.name == CLEAN), None)
    if root is None or not os.path.isfile(absolute):
        what = "not a file in" if os.path.lexists(name) else "is not there; name a file of"
        raise UsageError(f"{name}: {what} the folder {CLEAN}/ of a run's output")
    folder = OutReader(root)
    manifest = folder.manifest()
    relative = str(absolute.relative_to(root / CLEAN))
    if key and number:
        whole = f"{key}:{number}"  # an id may end so, too
        if _with_key(folder, _file(folder, relative), whole) is not None:
            path, key, number = place, whole, ""
    row, text = _found(folder, manifest, relative, key, path)
    doc = folder.document(row, text)
    doc.restored()
    try:
        for layer in doc.layers:
            layer.edits  # noqa: B018 - restoring needs neither reasons nor twins, so they may be damaged still
    except ValueError as error:
        raise RestoreError(f"{folder.shard_path(row.place.shard)}: {row.id} cannot be explained: {error}") from error
    lines = doc.text.count("\n") + 1
    if number and not 1 <= int(number) <= lines:
        raise UsageError(f"{path}: has {lines} lines, so there is no line {number}")
    try:
        marks, missing = folder.marks(row.id), ""
    except RestoreError as error:  # what was changed can be told all the same
        marks, missing = [], str(error)
    told = list(explain_document(doc, marks, int(number) if number else None))
    return [*told, f"marks are not told: {missing}"] if missing else told


def _parted(path: str) -> tuple[str, str]:
    """The path of a file and what is behind ``#``, which a name may hold, too."""
    at = path.find("#")
    while at >= 0 and not os.path.isfile(path[:at]):
        at = path.find("#", at + 1)
    return (path, "") if at < 0 or os.path.isfile(path) else (path[:at], path[at + 1 :])


def _found(folder: OutReader, manifest: Manifest, name: str, key: str, path: str) -> tuple[DocumentRow, str]:
    """The row of ``documents.jsonl`` of a place below ``clean/``, and its clean text.

    Raises:
        UsageError: no run wrote it.
        RestoreError: it was edited since, or ``documents.jsonl`` is damaged.
    """
    file = _file(folder, name)
    rows = {row.file: row for row in folder.files() if isinstance(row, FileRow)}
    if file in rows and not key:
        raise UsageError(f"{path}: is a file of rows; name one with # and its id, or its number: {path}#1")
    row = _with_key(folder, file, key) if key else _with_name(folder, name)
    if row is None and folder.damaged(manifest, (DOCUMENTS, FILES)):
        documents = folder.root / DOCUMENTS
        raise RestoreError(f"{documents}: was changed after the run, or is missing; it does not name {path}")
    if row is None or not row.is_clean:
        raise UsageError(f"{path}: was written by no run" if row is None else f"{path}: was not cleaned: {row.failure}")
    if row.file is not None:
        if row.file not in rows:
            raise RestoreError(f"{folder.root / FILES}: was changed after the run: it does not name {row.file}")
        return row, folder.row_file(rows[row.file], manifest.max_document_bytes).text(row.at or ())
    if folder.digest_of_text(row) not in (row.clean_sha256, None):  # None: told when it is read
        raise RestoreError(
            f"{path}: was edited since the run, so its ledger tells of another text; restore its source, or put it back"
        )
    return row, folder.clean_text(row)


def _file(folder: OutReader, name: str) -> str:
    """The id of the file of rows that has this name below ``clean/``; of another file its name as an id."""
    for row in folder.files():
        if isinstance(row, FileRow) and output_name(row.file, row.source_format, row.target_format) == name:
            return row.file
    return path_id(name)


def _with_key(folder: OutReader, file: str, key: str) -> DocumentRow | None:
    """The document of a row of a file, by its id, as it is or as it stands in ``documents.jsonl``, or its number."""
    ids = dict.fromkeys((f"{file}#{key}", f"{file}#{escaped(key)}"))
    return next((row for row in map(folder.find, ids) if row is not None and row.file is not None), None)


def _with_name(folder: OutReader, name: str) -> DocumentRow | None:
    """The document that is a file, and whose clean text has that name."""
    suffix = next(end for end in (".txt", ".txt.gz", ".txt.zst", "") if name.endswith(end))
    compression = suffix.removeprefix(".txt")
    for id in (path_id(name), path_id(name[: len(name) - len(suffix)] + compression)):
        found = folder.find(id)
        if found is not None and found.file is None and clean_name(found.id) == name:
            return found
    if _CUT not in name:
        return None
    rows = (row for row in folder.documents() if isinstance(row, DocumentRow))  # nothing else tells what was cut
    return next((row for row in rows if row.file is None and row.is_clean and clean_name(row.id) == name), None)
