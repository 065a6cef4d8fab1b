"""A folder in, a folder out: run, restore, verify."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from textclean.document import Document
from textclean.engines.local import Corpus, Row, Watch, available_cores
from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.inputs import File, find_files, id_path
from textclean.io.outputs import MANIFEST_FORMAT, LineFile, OutFolder, clashes, clean_name
from textclean.io.records import mark_line
from textclean.io.spill import Spill, replace_file
from textclean.pipeline import Pipeline
from textclean.recipe import Recipe, default
from textclean.report.explain import explain as explain_document
from textclean.report.figures import Figures, figures

if TYPE_CHECKING:
    from textclean.index.model import Index

PathLike = str | os.PathLike[str]
_WORTH_A_PROCESS = 2 << 20
"""Bytes of input for which another process pays."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        figures: counts over all documents.
        failures: ``(id, stage, error)`` of every document that failed, in the order of ids.
        seconds: how long it took.
        finished_before: the folder held this very run already, and nothing was done.
    """

    figures: Figures
    failures: tuple[tuple[str, str, str], ...]
    seconds: float = 0.0
    finished_before: bool = False


@dataclass(frozen=True, slots=True)
class _Finished:
    """What the process that cleaned a document tells of it."""

    figures: Figures
    row: dict[str, Any]
    marks: bytes


@dataclass(frozen=True, slots=True)
class _Finish:
    """Called on every clean document, where it was cleaned: writes it, unless ``out`` is None."""

    out: OutFolder | None

    def __call__(self, doc: Document) -> _Finished:
        found = figures(doc)
        row: dict[str, Any] = {
            "id": doc.id,
            "encoding": doc.source.encoding if doc.source else None,
            "source_sha256": doc.source.digest if doc.source else None,
            "meta": doc.meta,
        }
        if self.out is not None:
            written = self.out.write_document(doc)
            row |= {"clean_sha256": written.clean, "ledger_sha256": written.ledger}
        return _Finished(found, row, b"".join(mark_line(doc.id, mark) for mark in doc.marks))


def run(
    source: PathLike,
    out: PathLike,
    *,
    recipe: Recipe | PathLike | None = None,
    jobs: int | None = 1,
    resume: bool = False,
    dry_run: bool = False,
    watch: Watch | None = None,
    index: PathLike | None = None,
) -> Summary:
    """Clean the files of a folder into another.

    Args:
        source: the folder; every file in it and in the folders below is a document.
        out: the folder to write; empty or not there yet.
        recipe: a recipe or the path of one; the default recipe if None.
        jobs: processes; None: as many as cores, fewer where the input is too small for them to pay. With more than
            one, a script must guard its main module, as for every use of processes.
        resume: continue a run into ``out`` that was interrupted.
        dry_run: do everything but write.
        watch: told of progress (what, done, total).
        index: a file, or a ``redis://`` address. Paragraphs that earlier runs kept come first, and what this run keeps
            is remembered once its output is written. A file of the same folder and name is the same document, run
            again: it replaces what was remembered of it. A dry run remembers nothing.

    Raises:
        UsageError: a path, the recipe, the index or a combination that cannot work; nothing was written.
        StageError: a corpus stage could not decide.
    """
    started = time.perf_counter()
    source, folder = Path(source), OutFolder(Path(out))
    pipeline = Pipeline(default()) if recipe is None else _pipeline(recipe)
    _check_apart(source, folder.root)
    files = find_files(source, pipeline.recipe.max_document_bytes)
    _check_names(files)
    jobs = _worth(files) if jobs is None else jobs
    if index is not None:
        _check_index(index, source, folder.root)
    if dry_run:
        with _index(index, pipeline, source, write=False) as earlier:
            return _dry_run(pipeline, files, jobs, watch, started, earlier)
    folder.check_usable(resume)
    if resume and (folder.root / "manifest.json").exists():
        return _finished_before(folder, pipeline, files)
    with _index(index, pipeline, source, write=True) as earlier:
        corpus = Corpus(pipeline, Spill(folder.work), jobs, watch, earlier)
        return _run(corpus, files, folder, started)


def _worth(files: list[File]) -> int:
    """How many processes pay for ``files``: a process takes about a second to start."""
    cores = available_cores()
    size = 0
    for file in files:
        with suppress(OSError):  # told when the file is read
            size += os.stat(file.path).st_size
        if size >= (cores - 1) * _WORTH_A_PROCESS:
            return cores
    return 1 + size // _WORTH_A_PROCESS


def _run(corpus: Corpus, files: list[File], folder: OutFolder, started: float) -> Summary:
    pipeline = corpus.pipeline
    _begin(folder, pipeline)
    whole, failures = Figures(), []
    with folder.open_lines("documents.jsonl") as documents, folder.open_lines("marks.jsonl") as marks:
        inputs = {file.id: file for file in files}
        for row, finished in corpus.run(((file.id, file) for file in files), _Finish(folder)):
            line = _line(row, finished)
            if finished is not None:
                marks.write(finished.marks)
            else:
                line["quarantined"] = _quarantine(folder, inputs[row.id])
            whole.add(_counted(row, finished, _size(inputs[row.id])))
            if row.failure is not None:
                failures.append((row.id, row.failure.stage, row.failure.error))
            _write(documents, line)
    _sweep(folder, inputs)
    corpus.remember()  # before the manifest: a run that was killed here is resumed, and remembers again
    seconds = time.perf_counter() - started
    folder.write_json(
        "run.json", {"seconds": seconds, "jobs": corpus.jobs, "bytes_per_second": whole.source_bytes / seconds}
    )
    folder.write_json(
        "manifest.json",
        {
            "format": MANIFEST_FORMAT,
            "textclean": metadata.version("textclean"),
            "recipe": pipeline.recipe.as_dict(),
            "fingerprint": pipeline.recipe.fingerprint(),
            "documents_sha256": documents.digest,
            "marks_sha256": marks.digest,
            "figures": whole.as_dict(),
        },
    )
    Spill(folder.work).clear()
    return Summary(whole, tuple(failures), seconds)


def restore(out: PathLike, dest: PathLike) -> list[tuple[str, str]]:
    """Write every source of a run back, from the output folder alone.

    Args:
        out: the folder that a run wrote.
        dest: the folder to write; empty or not there yet.

    Returns:
        ``(id, error)`` of the documents that could not be restored.

    Raises:
        UsageError: ``out`` is not the output of a finished run, or ``dest`` cannot be used.
    """
    folder, dest = OutFolder(Path(out)), Path(dest)
    folder.manifest()
    if dest.exists() and not dest.is_dir():
        raise UsageError(f"{dest}: is a file; name a folder that is empty or not there yet")
    if dest.is_dir() and any(dest.iterdir()):
        raise UsageError(f"{dest}: the folder to restore into is not empty; name another or empty it")
    _check_apart(folder.root, dest)
    problems: list[tuple[str, str]] = []
    for row in folder.lines("documents.jsonl"):
        try:
            raw = _restored(folder, row)
        except RestoreError as error:
            problems.append((row["id"], str(error)))
            continue
        path = dest / id_path(row["id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, raw)
    dest.mkdir(parents=True, exist_ok=True)
    return problems


def verify(out: PathLike, source: PathLike | None = None) -> list[tuple[str, str]]:
    """Check that every file of a run is as it was written and gives its source back.

    Args:
        out: the folder that a run wrote.
        source: the input folder; if given, the restored bytes are compared with its files.

    Returns:
        ``(id or file, problem)`` for everything that is not as it should be.

    Raises:
        UsageError: ``out`` is not the output of a finished run, or ``source`` is not a folder.
    """
    folder = OutFolder(Path(out))
    manifest = folder.manifest()
    problems: list[tuple[str, str]] = []
    for name, key in (("documents.jsonl", "documents_sha256"), ("marks.jsonl", "marks_sha256")):
        if _sha256(folder.root / name) != manifest[key]:
            problems.append((name, "was changed after the run, or is missing"))
    inputs = {}
    if source is not None:
        limit = manifest["recipe"]["max_document_bytes"]
        inputs = {file.id: file for file in find_files(Path(source), limit)}
    known = set()
    for row in folder.lines("documents.jsonl"):
        known.add(row["id"])
        problems += [(row["id"], problem) for problem in _wrong(folder, row, inputs, source is not None)]
    problems += [(id, "is in the input, but not in the output") for id in inputs if id not in known]
    problems += [(str(path), "was written by no run") for path in _strangers(folder, known)]
    return problems


def explain(place: str) -> list[str]:
    """Lines that say what was changed in a clean document and why.

    Args:
        place: the path of a clean text in the output of a run, with ``:LINE`` behind it for one line.

    Raises:
        UsageError: it is no clean text of a finished run, or has no such line.
        RestoreError: its ledger is missing or damaged.
    """
    path, _, number = place.rpartition(":")
    if not (path and number.isdecimal()):
        path, number = place, ""
    absolute = Path(path).resolve()
    root = next((folder.parent for folder in absolute.parents if folder.name == "clean"), None)
    if root is None or not absolute.is_file():
        raise UsageError(f"{path}: not a file in the folder clean/ of a run's output")
    folder = OutFolder(root)
    folder.manifest()
    name = str(absolute.relative_to(root / "clean"))
    id = next((row["id"] for row in folder.lines("documents.jsonl") if clean_name(row["id"]) == name), None)
    if id is None:
        raise UsageError(f"{path}: was written by no run")
    doc = folder.document(id)
    lines = doc.text.count("\n") + 1
    if number and not 1 <= int(number) <= lines:
        raise UsageError(f"{path}: has {lines} lines, so there is no line {number}")
    marks = [mark for mark in folder.lines("marks.jsonl") if mark["doc"] == id]
    return list(explain_document(doc, marks, int(number) if number else None))


def _pipeline(recipe: Recipe | PathLike) -> Pipeline:
    return Pipeline(recipe) if isinstance(recipe, Recipe) else Pipeline.load(Path(recipe))


def _check_apart(one: Path, other: Path) -> None:
    a, b = one.resolve(), other.resolve()
    if a == b or a in b.parents or b in a.parents:
        raise UsageError(f"{one} and {other}: one folder lies in the other; name two that stand apart")


def _check_index(index: PathLike, source: Path, out: Path) -> None:
    path = Path(index).resolve()
    for folder in () if _is_address(index) else (source.resolve(), out.resolve()):
        if folder in path.parents or folder == path:
            raise UsageError(f"{os.fspath(index)}: the index lies in {folder}; keep it outside of both folders")


def _is_address(index: PathLike) -> bool:
    return "://" in os.fspath(index)


def _index(
    index: PathLike | None, pipeline: Pipeline, source: Path, *, write: bool
) -> "AbstractContextManager[Index | None]":
    """The index to run with; none if none is asked for, or where nothing may be written and there is none."""
    if index is None or not (write or _is_address(index) or Path(index).exists()):
        return nullcontext()
    from textclean.index.open import open_index

    return open_index(index, pipeline.recipe.stages, corpus=str(source.resolve()), write=write)


def _check_names(files: list[File]) -> None:
    clash = clashes((file.id, clean_name(file.id)) for file in files)
    if clash:
        raise UsageError(
            f"{clash[0]} and {clash[1]} would write the same output clean/{clean_name(clash[1])}; rename one"
        )


def _begin(folder: OutFolder, pipeline: Pipeline) -> None:
    note = folder.work / "recipe"
    fingerprint = pipeline.recipe.fingerprint().encode()
    if note.is_file() and note.read_bytes() != fingerprint:
        raise UsageError(
            f"{folder.root}: the interrupted run had another recipe or version; give the same recipe, or another folder"
        )
    folder.work.mkdir(parents=True, exist_ok=True)
    replace_file(note, fingerprint)


def _finished_before(folder: OutFolder, pipeline: Pipeline, files: list[File]) -> Summary:
    manifest = folder.manifest()
    rows = {row["id"]: row for row in folder.lines("documents.jsonl")}
    same = manifest["fingerprint"] == pipeline.recipe.fingerprint() and rows.keys() == {file.id for file in files}
    if not same or any(_changed(file, rows[file.id]) for file in files):
        raise UsageError(f"{folder.root}: holds a finished run of other inputs or another recipe; name another folder")
    failures = tuple((id, row["failed"][0], row["failed"][1]) for id, row in rows.items() if "failed" in row)
    return Summary(Figures.from_dict(manifest["figures"]), failures, finished_before=True)


def _changed(file: File, row: dict[str, Any]) -> bool:
    from textclean.document import digest

    try:
        return "source_sha256" in row and digest(file.load()) != row["source_sha256"]
    except InputError:
        return "source_sha256" in row


def _dry_run(
    pipeline: Pipeline,
    files: list[File],
    jobs: int,
    watch: Watch | None,
    started: float,
    earlier: "Index | None",
) -> Summary:
    import tempfile

    whole, failures = Figures(), []
    sizes = {file.id: _size(file) for file in files}
    with tempfile.TemporaryDirectory(prefix="textclean-") as spill:
        corpus = Corpus(pipeline, Spill(Path(spill)), jobs, watch, earlier)
        for row, finished in corpus.run(((file.id, file) for file in files), _Finish(None)):
            whole.add(_counted(row, finished, sizes[row.id]))
            if row.failure is not None:
                failures.append((row.id, row.failure.stage, row.failure.error))
    return Summary(whole, tuple(failures), time.perf_counter() - started)


def _counted(row: Row, finished: _Finished | None, size: int) -> Figures:
    found = Figures(documents=1, quarantined=1) if finished is None else finished.figures
    found.source_bytes = size
    found.failed = int(row.failure is not None and finished is not None)
    return found


def _line(row: Row, finished: _Finished | None) -> dict[str, Any]:
    line: dict[str, Any] = (
        {"id": row.id} if finished is None else {**finished.row, "figures": finished.figures.as_dict()}
    )
    if row.failure is not None:
        line["failed"] = [row.failure.stage, row.failure.error]
    return line


def _write(file: LineFile, line: dict[str, Any]) -> None:
    file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _quarantine(folder: OutFolder, file: File) -> bool:
    """Keep the source of a document that could not be cleaned, if it can be read."""
    try:
        folder.write_quarantined(file.id, file.load())
    except InputError:
        return False
    return True


def _size(file: File) -> int:
    try:
        return os.stat(file.path).st_size
    except OSError:
        return 0


def _restored(folder: OutFolder, row: dict[str, Any]) -> bytes:
    if "clean_sha256" in row:
        return folder.document(row["id"]).restored()
    if not row.get("quarantined"):
        raise RestoreError(f"was not read, so there is nothing to give back: {row['failed'][1]}")
    try:
        return folder.quarantine_path(row["id"]).read_bytes()
    except OSError as error:
        raise RestoreError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _wrong(folder: OutFolder, row: dict[str, Any], inputs: dict[str, File], compare: bool) -> Iterator[str]:
    id = row["id"]
    if "clean_sha256" in row:
        for path, key in ((folder.clean_path(id), "clean_sha256"), (folder.ledger_path(id), "ledger_sha256")):
            if _sha256(path) != row[key]:
                yield f"{path} was changed after the run, or is missing"
    elif not row.get("quarantined"):
        return
    try:
        raw = _restored(folder, row)
        if compare and id not in inputs:
            yield "is in the output, but not in the input"
        elif compare and inputs[id].load() != raw:
            yield "the restored bytes are not those of the input"
    except (RestoreError, InputError) as error:
        yield str(error)


def _strangers(folder: OutFolder, known: set[str]) -> Iterator[Path]:
    expected = {folder.clean_path(id) for id in known} | {folder.ledger_path(id) for id in known}
    for name in ("clean", "ledger"):
        for path in sorted((folder.root / name).rglob("*")):
            if not path.is_dir() and path not in expected:
                yield path


def _sweep(folder: OutFolder, inputs: dict[str, File]) -> None:
    """Remove what an interrupted run wrote for inputs that are no longer there."""
    for path in list(_strangers(folder, set(inputs))):
        path.unlink()


def _sha256(path: Path) -> str | None:
    from textclean.document import digest

    try:
        return digest(path.read_bytes())
    except OSError:
        return None
