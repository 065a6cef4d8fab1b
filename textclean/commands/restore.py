"""``textclean restore`` and ``textclean verify``: every source back, from the output folder alone."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from textclean.commands.inputs import Inputs
from textclean.commands.way_back import Located, runs
from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.files import remove_tree, replace_file, writing
from textclean.io.formats.choice import row_format
from textclean.io.formats.compression import compressed
from textclean.io.formats.names import format_of
from textclean.io.inputs import check_apart, id_path
from textclean.io.out_folder import DOCUMENTS, FILES, clashes
from textclean.io.out_reader import OutReader
from textclean.io.results import DocumentRow, FileRow
from textclean.io.row_files import RestoredFile

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
    told = _Told(folder)
    problems = told.problems
    damaged = folder.damaged(manifest, (DOCUMENTS, FILES))
    problems[:0] = [(name, _CHANGED) for name in damaged]
    names = [*((row.id, id_path(row.id)) for row in told.documents), *((name, id_path(name)) for name in told.files)]
    clash = clashes(names)
    if clash:
        raise UsageError(f"{folder.root / DOCUMENTS}: damaged: {clash[0]!r} and {clash[1]!r} cannot both be files")
    with writing(dest):
        dest.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=dest))
    try:
        for row in told.documents:
            path = partial / id_path(row.id)
            try:
                raw = _of_file(folder, row, manifest.max_document_bytes)
            except RestoreError as error:
                problems.append((row.id, str(error)))
                continue
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, compressed(raw, format_of(path.name).compression))
        for file, rows in told.rows():
            path = partial / id_path(file.file)
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            problems += _restore_rows(folder, file, rows, manifest.max_document_bytes, path)
        with writing(dest):
            for name in os.listdir(partial):
                os.rename(partial / name, dest / name)
            partial.rmdir()
    except BaseException:
        remove_tree(partial)
        raise
    if damaged:
        strangers = folder.strangers(told.documents, told.files.values(), len(manifest.shards_sha256))
        problems += [(str(path), f"no row of {DOCUMENTS} names it: not restored") for path in strangers]
    return problems


def _restore_rows(
    folder: OutReader, file: FileRow, rows: Iterable[DocumentRow], max_bytes: int, path: Path
) -> Problems:
    """Write a file of rows back; what of it cannot be."""
    problems: Problems = [(file.file, problem) for problem in folder.changed(file)]  # what is around texts, too
    try:
        reader = folder.row_file(file, max_bytes)
        format = row_format(file.source_format.name, reader.format.fields, max_bytes)
        with RestoredFile(path, format, file.source_format.compression, reader.container()) as target:
            for run in runs(folder, file, rows, max_bytes):
                problems += [(row.document.id, row.problem) for row in run.rows if row.problem]
                target.add(run.rendered(format))
    except (InputError, RestoreError) as error:
        problems.append((file.file, str(error)))
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
    told = _Told(folder)
    limit = manifest.max_document_bytes
    inputs = None if source is None else Inputs(Path(source), manifest)
    problems = [(name, _CHANGED) for name in folder.damaged(manifest)] + told.problems
    for row in told.documents:
        try:
            raw = _of_file(folder, row, limit)
        except RestoreError as error:
            problems.append((row.id, str(error)))
            continue
        problems += [(row.id, problem) for problem in inputs.differences(row.id, raw)] if inputs is not None else []
    for file, rows in told.rows():
        problems += [(file.file, problem) for problem in folder.changed(file)]
        was = iter(()) if inputs is None else inputs.texts(file.file)
        try:
            for run in runs(folder, file, rows, limit):
                for one in run.rows:
                    difference = "" if inputs is None else inputs.difference(one, was)
                    problem = one.problem or difference
                    problems += [(one.document.id, problem)] if problem else []
            problems += [(taken.id, _MORE) for taken in was if taken.row]
        except RestoreError as error:
            problems.append((file.file, str(error)))
    if inputs is not None:
        known = {row.id for row in told.documents} | told.files.keys()
        problems += [(id, _MORE) for id in inputs.ids if id not in known]
    strangers = folder.strangers(told.documents, told.files.values(), len(manifest.shards_sha256))
    problems += [(str(path), "was written by no run") for path in strangers]
    return problems


_CHANGED = "was changed after the run, or is missing"
_MORE = "is in the input, but not in the output"


class _Told:
    """What an output folder tells of its documents and files.

    Attributes:
        documents: those that are files.
        files: the files of rows, by their ids.
        problems: what cannot be read of it.
    """

    def __init__(self, folder: OutReader) -> None:
        self.documents: list[DocumentRow] = []
        self.files: dict[str, FileRow] = {}
        self.problems: Problems = []
        self._folder = folder
        self._located: dict[str, Located] = {}
        for start, row in folder.located():
            if not isinstance(row, DocumentRow):
                self.problems.append((DOCUMENTS, row))
            elif row.file is None:
                self.documents.append(row)
            else:
                self._located.setdefault(row.file, Located()).add(row.row, start)
        for file in folder.files():
            if isinstance(file, FileRow):
                self.files[file.file] = file
            else:
                self.problems.append((FILES, file))
        self.documents = [row for row in self.documents if not self._is_rest_of_rows(row)]
        unknown = self._located.keys() - self.files.keys()
        self.problems += [
            (id, f"no row of {FILES} names it, so its rows cannot be given back") for id in sorted(unknown)
        ]

    def _is_rest_of_rows(self, row: DocumentRow) -> bool:
        """Whether a row says that a file of rows, of which some were read, could not be read to its end."""
        if row.id not in self.files:
            return False
        self.problems.append((row.id, f"was not read to its end, so the rest cannot be given back: {row.failure}"))
        return True

    def rows(self) -> Iterator[tuple[FileRow, Iterator[DocumentRow]]]:
        """The files of rows, each with its rows in order."""
        for id, file in self.files.items():
            yield file, self._located.get(id, Located()).in_order(self._folder)


def _of_file(folder: OutReader, row: DocumentRow, max_bytes: int) -> bytes:
    """The source of a document that is a file.

    Raises:
        RestoreError: it cannot be given back.
    """
    return folder.source(row, folder.clean_text(row)) if row.is_clean else folder.quarantined(row, max_bytes)


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
