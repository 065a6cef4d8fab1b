"""``textclean restore`` and ``textclean verify``: every source back, from the output folder alone."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.files import remove_tree, replace_file, writing
from textclean.io.inputs import File, check_apart, find_files, id_path
from textclean.io.out_folder import DOCUMENTS, clashes
from textclean.io.out_reader import OutReader
from textclean.io.results import DocumentRow

PathLike = str | os.PathLike[str]
Problems = list[tuple[str, str]]
_PARTIAL = ".restoring-"


def restore(out: PathLike, dest: PathLike) -> Problems:
    """Write every source of a run back, from the output folder alone.

    Until all are written they lie in a folder of ``dest`` whose name begins with ``.restoring-``: what has its own name
    in ``dest`` is whole.

    Args:
        out: the folder that a run wrote.
        dest: the folder to write; empty or not there yet.

    Returns:
        ``(id or file, problem)`` for every document that could not be restored, and for every damage that may hide one.

    Raises:
        UsageError: ``out`` is not the output of a finished run, or ``dest`` cannot be used.
        OutputError: a file cannot be written; nothing is left behind.
    """
    folder, dest = OutReader(Path(out)), Path(dest)
    manifest = folder.manifest()
    _check_empty(dest)
    check_apart(folder.root, dest)
    rows, problems = _rows(folder)
    damaged = folder.damaged(manifest, (DOCUMENTS,))
    if damaged:
        problems.insert(0, (DOCUMENTS, _CHANGED))
    clash = clashes((row.id, id_path(row.id)) for row in rows)
    if clash:
        raise UsageError(f"{folder.root / DOCUMENTS}: damaged: {clash[0]!r} and {clash[1]!r} cannot both be files")
    with writing(dest):
        dest.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=dest))
    try:
        for row in rows:
            try:
                raw = folder.source(row, manifest.max_document_bytes)
            except RestoreError as error:
                problems.append((row.id, str(error)))
                continue
            path = partial / id_path(row.id)
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, raw)
        with writing(dest):
            for name in os.listdir(partial):
                os.rename(partial / name, dest / name)
            partial.rmdir()
    except BaseException:
        remove_tree(partial)
        raise
    if damaged:
        problems += [(str(path), f"no row of {DOCUMENTS} names it: not restored") for path in folder.strangers(rows)]
    return problems


def verify(out: PathLike, source: PathLike | None = None) -> Problems:
    """Check that every file of a run is as it was written and gives its source back.

    Args:
        out: the folder that a run wrote.
        source: the input folder; if given, the restored bytes are compared with its files.

    Returns:
        ``(id or file, problem)`` for everything that is not as it should be.

    Raises:
        UsageError: ``out`` is not the output of a finished run, or ``source`` is not a folder.
    """
    folder = OutReader(Path(out))
    manifest = folder.manifest()
    inputs = None
    if source is not None:
        inputs = {file.id: file for file in find_files(Path(source), manifest.max_document_bytes)}
    rows, problems = _rows(folder)
    problems = [(name, _CHANGED) for name in folder.damaged(manifest)] + problems
    for row in rows:
        found = _wrong(folder, row, inputs, manifest.max_document_bytes)
        problems += [(row.id, problem) for problem in found]
    known = {row.id for row in rows}
    problems += [(id, "is in the input, but not in the output") for id in inputs or () if id not in known]
    problems += [(str(path), "was written by no run") for path in folder.strangers(rows)]
    return problems


_CHANGED = "was changed after the run, or is missing"


def _rows(folder: OutReader) -> tuple[list[DocumentRow], Problems]:
    rows: list[DocumentRow] = []
    problems: Problems = []
    for found in folder.documents():
        if isinstance(found, DocumentRow):
            rows.append(found)
        else:
            problems.append((DOCUMENTS, found))
    return rows, problems


def _wrong(folder: OutReader, row: DocumentRow, inputs: dict[str, File] | None, max_bytes: int) -> Iterator[str]:
    try:
        raw = folder.source(row, max_bytes)
        if inputs is not None and row.id not in inputs:
            yield "is in the output, but not in the input"
        elif inputs is not None and inputs[row.id].load() != raw:
            yield "the restored bytes are not those of the input"
    except (RestoreError, InputError) as error:
        yield str(error)


def _check_empty(dest: Path) -> None:
    if dest.is_symlink() and not dest.exists():
        raise UsageError(f"{dest}: is a link to nothing; mend it, or name another folder")
    if dest.exists() and not dest.is_dir():
        raise UsageError(f"{dest}: is a file; name a folder that is empty or not there yet")
    names = os.listdir(dest) if dest.is_dir() else []
    if any(name.startswith(_PARTIAL) for name in names):
        raise UsageError(f"{dest}: holds what a restore left that was killed; empty it, or name another folder")
    if names:
        raise UsageError(f"{dest}: the folder to restore into is not empty; name another or empty it")
