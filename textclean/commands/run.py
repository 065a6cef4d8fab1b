"""``textclean run``: a folder in, a folder out."""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from textclean.commands.resume import Failures, check_note, finished_before, listed
from textclean.document import Document, digest
from textclean.engines.local import Corpus, Row, Watch, available_cores
from textclean.errors import InputError, OutputError, UsageError
from textclean.fingerprint import Fingerprint, fingerprint
from textclean.io.inputs import File, check_apart, find_files
from textclean.io.out_folder import CLEAN, DOCUMENTS, MANIFEST, MARKS, RUN, clashes, clean_name
from textclean.io.out_writer import LineFile, OutWriter
from textclean.io.records import ledger_limit, mark_line
from textclean.io.results import MANIFEST_FORMAT, Manifest
from textclean.io.spill import Spill
from textclean.pipeline import Pipeline
from textclean.recipe import Recipe, default
from textclean.report.figures import Figures, figures

if TYPE_CHECKING:
    from textclean.index.model import Index

PathLike = str | os.PathLike[str]
_WORTH_A_WORKER = 2 << 20
"""Bytes of input worth another process, which takes about a second to start."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        figures: counts over all documents.
        failures: ``(id, stage, error)`` of every document that failed, in the order of ids.
        seconds: how long it took.
        finished_before: the folder held this very run already, and nothing was done.
        warnings: what may surprise, though it harms nothing: a sentence each.
    """

    figures: Figures
    failures: Failures
    seconds: float = 0.0
    finished_before: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finished:
    """What the process that cleaned a document tells of it."""

    figures: Figures
    row: dict[str, Any]
    marks: bytes


@dataclass(frozen=True, slots=True)
class _Finish:
    """Called on every clean document, where it was cleaned: writes it, unless ``out`` is None."""

    out: OutWriter | None

    def __call__(self, row: Row, doc: Document) -> _Finished:
        if doc.id != row.id:
            raise OutputError(_damaged(row.id))
        line: dict[str, Any] = {
            "id": doc.id,
            "encoding": doc.source.encoding if doc.source else None,
            "source_sha256": doc.source.digest if doc.source else None,
            "meta": doc.meta,
        }
        try:
            counted = figures(doc)
        except ValueError as error:  # of layers, which are read when they are needed
            raise OutputError(_damaged(row.id)) from error
        if self.out is not None:
            written = self.out.write_document(doc, ledger_limit(row.size))
            line |= {"clean_sha256": written.clean, "ledger_sha256": written.ledger}
        return _Finished(counted, line, b"".join(mark_line(doc.id, mark) for mark in doc.marks))


def _damaged(id: str) -> str:
    return f"{id}: what was kept of it between two phases is damaged; remove the output folder"


Told = Callable[[Row, _Finished | None], None]
"""Called with every document, in the order of ids."""


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

    A run that ends before its time, however it ends, leaves whole files only, and goes on with ``resume``.

    Args:
        source: the folder; every file in it and in the folders below is a document.
        out: the folder to write; empty or not there yet.
        recipe: a recipe or the path of one; the default recipe if None.
        jobs: processes; None: as many as cores, fewer for little input. With more than one, a script must guard its
            main module, as for every use of processes.
        resume: continue a run into ``out`` that was interrupted.
        dry_run: do everything but write.
        watch: told of progress (what, done, total).
        index: a file, or a ``redis://`` address. Paragraphs that earlier runs kept come first, and what this run keeps
            is remembered once its output is written. A file of the same folder and name is the same document, run
            again: it replaces what was remembered of it. A dry run remembers nothing.

    Raises:
        UsageError: a path, the recipe, the index or a combination that cannot work, or another run at work in ``out``;
            nothing was written.
        OutputError: something cannot be written; what is written is whole, so the run can be resumed.
        StageError: a corpus stage could not decide.
    """
    started = time.perf_counter()
    source, folder = Path(source), OutWriter(Path(out))
    pipeline = Pipeline(default()) if recipe is None else _pipeline(recipe)
    check_apart(source, folder.root)
    files = find_files(source, pipeline.recipe.max_document_bytes)
    _check_names(files)
    jobs = _worth(files) if jobs is None else jobs
    if index is not None:
        _check_index(index, source, folder.root)
    made_with = fingerprint(pipeline.recipe)
    empty = () if files else (f"{source}: holds no file",)
    if dry_run:
        with (
            _index(index, pipeline, source, write=False) as earlier,
            tempfile.TemporaryDirectory(prefix="textclean-") as temporary,
        ):
            corpus = Corpus(pipeline.phases, Spill(Path(temporary)), jobs, watch, earlier)
            done = _cleaned(corpus, files, _Finish(None), lambda row, finished: None, started)
            return replace(done, warnings=(*empty, *_warned(made_with, index, earlier)))
    folder.check_usable(resume)
    if (before := _finished(folder, made_with, files, index)) is not None:
        return before
    with _index(index, pipeline, source, write=True) as earlier:
        spill = Spill(folder.work)
        corpus = Corpus(pipeline.phases, spill, jobs, watch, earlier, made_with.digest, folder.write_quarantined)
        corpus.after_reading = partial(_check_there, source)
        with folder.lock():
            if (before := _finished(folder, made_with, files, index)) is not None:  # it held the lock a moment ago
                return before
            check_note(folder, made_with, _place(index))
            warnings = (*empty, *_warned(made_with, index, earlier))  # before this run writes to the index
            return replace(_run(corpus, files, folder, made_with, started), warnings=warnings)


def _run(corpus: Corpus, files: list[File], folder: OutWriter, made_with: Fingerprint, started: float) -> Summary:
    written: set[Path] = set()
    inputs = {file.id: file for file in files}
    with folder.open_lines(DOCUMENTS) as documents, folder.open_lines(MARKS) as marks:

        def told(row: Row, finished: _Finished | None) -> None:
            line = _line(row, finished, folder, inputs[row.id])
            written.update(folder.files(row.id, finished is not None, line.get("quarantined", False)))
            _write(documents, line)
            if finished is not None:
                marks.write(finished.marks)

        summary = _cleaned(corpus, files, _Finish(folder), told, started)
        folder.sweep(written)
    corpus.remember()  # before the manifest: a run that was killed here is resumed, and remembers again
    if corpus.index is not None:
        corpus.index.set_made_with(made_with.made_with)
        corpus.index.close()  # with all that stands beside it, which a later kill would leave
    speed = summary.figures.source_bytes / summary.seconds
    folder.write_json(RUN, {"seconds": summary.seconds, "jobs": corpus.jobs, "bytes_per_second": speed})
    manifest = Manifest(
        format=MANIFEST_FORMAT,
        textclean=metadata.version("textclean"),
        recipe=corpus.phases.recipe.as_dict(),
        fingerprint=made_with.digest,
        made_with=made_with.made_with,
        documents_sha256=documents.digest,
        marks_sha256=marks.digest,
        figures=summary.figures.as_dict(),
    )
    folder.write_json(MANIFEST, manifest.model_dump())
    folder.clear_work()
    return summary


def _cleaned(corpus: Corpus, files: list[File], finish: _Finish, told: Told, started: float) -> Summary:
    """Run the corpus, tell of every document, and count."""
    whole, failures = Figures(), []
    for row, finished in corpus.run(((file.id, file) for file in files), finish):
        whole.add(_counted(row, finished))
        told(row, finished)
        if row.failure is not None:
            failures.append((row.id, row.failure.stage, row.failure.error))
    return Summary(whole, tuple(failures), time.perf_counter() - started)


def _counted(row: Row, finished: _Finished | None) -> Figures:
    found = Figures(documents=1, quarantined=1) if finished is None else finished.figures
    found.source_bytes = row.size
    found.failed = int(row.failure is not None and finished is not None)
    return found


def _line(row: Row, finished: _Finished | None, folder: OutWriter, file: File) -> dict[str, Any]:
    """The line of ``documents.jsonl``."""
    line: dict[str, Any] = {"id": row.id}
    if finished is not None:
        line = {**finished.row, "figures": finished.figures.as_dict()}
    else:
        line["quarantined"] = row.rejected or _quarantine(folder, row, file)
        if line["quarantined"]:
            line["source_sha256"] = row.digest
    if row.failure is not None:
        line["failed"] = [row.failure.stage, row.failure.error]
    return line


def _quarantine(folder: OutWriter, row: Row, file: File) -> bool:
    """Keep the source of a document that was cleaned but could not be written, if it is still what it was."""
    try:
        raw = file.load()
    except InputError:
        return False
    if digest(raw) != row.digest:
        return False
    folder.write_quarantined(row.id, raw)
    return True


def _write(file: LineFile, line: dict[str, Any]) -> None:
    file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _pipeline(recipe: Recipe | PathLike) -> Pipeline:
    return Pipeline(recipe) if isinstance(recipe, Recipe) else Pipeline.load(Path(recipe))


def _worth(files: list[File]) -> int:
    """The number of processes worth starting for ``files``."""
    cores = available_cores()
    size = 0
    for file in files:
        with suppress(OSError):  # told when the file is read
            size += os.stat(file.path).st_size
        if size >= (cores - 1) * _WORTH_A_WORKER:
            return cores
    return 1 + size // _WORTH_A_WORKER


def _check_names(files: list[File]) -> None:
    clash = clashes((file.id, clean_name(file.id)) for file in files)
    if clash:
        raise UsageError(
            f"{clash[0]} and {clash[1]} would write the same output {CLEAN}/{clean_name(clash[1])}; rename one"
        )


def _check_index(index: PathLike, source: Path, out: Path) -> None:
    path = Path(os.path.realpath(index))
    for folder in () if _is_address(index) else map(Path, map(os.path.realpath, (source, out))):
        if folder in path.parents or folder == path:
            raise UsageError(f"{os.fspath(index)}: the index lies in {folder}; keep it outside of both folders")


def _place(index: PathLike | None) -> str:
    """Where an index lies, however it was named."""
    if index is None:
        return "none"
    return os.fspath(index) if _is_address(index) else os.path.realpath(index)


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


def _check_there(source: Path) -> None:
    """Many files that cannot be read are a folder that is gone, such as a mount that was lost.

    Raises:
        InputError: it is.
    """
    if not source.is_dir():
        raise InputError(f"{source}: the input folder went away while it was read; put it back, then run with --resume")


def _warned(made_with: Fingerprint, index: PathLike | None, earlier: "Index | None") -> tuple[str, ...]:
    """What an index was made with that this run is not: its rows can be compared, but were cleaned otherwise."""
    before = {} if earlier is None else earlier.made_with()
    differences = made_with.differences(before) if before else []
    if index is None or not differences:
        return ()
    told = listed(differences)
    return (f"{os.fspath(index)}: what it remembers was cleaned with another recipe or other versions ({told})",)


def _finished(folder: OutWriter, made_with: Fingerprint, files: list[File], index: PathLike | None) -> Summary | None:
    """What the run told that is finished in ``folder``; None if none is. Removes what it left if it was killed then."""
    if not (folder.root / MANIFEST).exists():
        return None
    counted, failures = finished_before(folder, made_with, files)
    folder.clear_work()
    untouched = "was neither read nor written, for the run was finished already"
    warnings = () if index is None else (f"{os.fspath(index)}: {untouched}",)
    return Summary(counted, failures, finished_before=True, warnings=warnings)
