"""``textclean run``: a folder in, a folder out."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from textclean.commands.finish import Finish, name_of
from textclean.commands.output import Output
from textclean.commands.preflight import (
    check_extra,
    check_fields,
    check_index,
    check_names,
    check_target,
    is_address,
    worth,
)
from textclean.commands.resume import Failures, check_note, finished_before, listed
from textclean.engines.local import IN_MEMORY, ROWS_IN_MEMORY, LocalEngine
from textclean.engines.protocol import Engine, Watch
from textclean.engines.work import WRITE
from textclean.errors import InputError, UsageError
from textclean.fingerprint import Fingerprint, fingerprint
from textclean.io.formats.names import Format
from textclean.io.formats.records import Fields
from textclean.io.inputs import STANDARD_INPUT, File, Hidden, Selection, check_apart, find_files
from textclean.io.out_folder import MANIFEST, RUN
from textclean.io.out_writer import OutWriter
from textclean.io.portions import Portion
from textclean.io.results import MANIFEST_FORMAT, Manifest
from textclean.io.row_files import RowFile, portions
from textclean.io.spill import MemorySpill, Spill
from textclean.phases import Clock, id_key
from textclean.pipeline import Pipeline
from textclean.recipe import Recipe, default
from textclean.report.figures import Figures

if TYPE_CHECKING:
    from textclean.index.model import Index

PathLike = str | os.PathLike[str]
REMEMBER = "remember"
"""What ``run.json`` calls the time that an index takes."""


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
    max_memory: int = ROWS_IN_MEMORY,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    format: str | None = None,
    to: str | None = None,
    text_field: str = "text",
    id_field: str = "id",
    extra: Sequence[str] = (),
) -> Summary:
    """Clean a file, or the files of a folder, into another folder.

    A text file is a document; of JSON lines, JSON and Parquet each row is. Any of them may be compressed (``.gz``,
    ``.zst``). A run that ends before its time, however it ends, leaves whole files only, and goes on with ``resume``.

    Args:
        source: a file; a folder, with the folders in it; or ``-``, standard input, which needs a ``format``.
        out: the folder to write; empty or not there yet.
        recipe: a recipe or the path of one; the default recipe if None.
        jobs: processes; None: as many as cores, fewer for little input. With more than one, a script must guard its
            main module, as for every use of processes.
        resume: continue a run into ``out`` that was interrupted.
        dry_run: do everything but write.
        watch: told of progress (what, done, total).
        index: a file, or a ``redis://`` address. Paragraphs that earlier runs kept come first, and what this run keeps
            is remembered once its output is written. A document of the same folder and id is the same document, run
            again: it replaces what was remembered of it. A dry run remembers nothing.
        max_memory: bytes of what corpus stages need of all documents that are held in memory until they decide; the
            rest waits on disk.
        include: globs of files to clean; ``*.jsonl`` is compared with names, ``2024/*`` with paths; all if empty.
        exclude: globs of files to leave out.
        format: ``text``, ``jsonl``, ``json`` or ``parquet``, ``.gz`` or ``.zst`` behind it where it is compressed;
            None: what the name of each file tells.
        to: ``jsonl`` or ``json``, ``.gz`` or ``.zst`` behind it: how rows of JSON are written; None: as they came.
        text_field: the field of the text in a row; a dotted path leads into nested rows.
        id_field: the field of the id in a row; a row without one is called by its number, from 1.
        extra: what to write beside the text of a row: ``meta``, ``marks``, ``removed``, as fields
            ``textclean_meta`` and so on (JSON in Parquet).

    Raises:
        UsageError: a path, the recipe, the index or a combination that cannot work, or another run at work in ``out``;
            nothing was written.
        OutputError: something cannot be written; what is written is whole, so the run can be resumed.
        StageError: a corpus stage could not decide.
    """
    started = time.perf_counter()
    source, folder = Path(source), OutWriter(Path(out))
    pipeline = Pipeline(default()) if recipe is None else _pipeline(recipe)
    selection = Selection(tuple(include), tuple(exclude), None if format is None else Format.parse(format))
    extra = tuple(dict.fromkeys(extra))
    fields = Fields(text_field, id_field, tuple(map(name_of, extra)))
    target = None if to is None else Format.parse(to)
    check_extra(extra)
    if str(source) != STANDARD_INPUT:
        check_apart(source, folder.root)
    elif resume:
        raise UsageError("-: standard input cannot be read again; write it to a file to --resume")
    hidden = Hidden()
    files = find_files(source, pipeline.recipe.max_document_bytes, selection, hidden)
    check_target(files, target)
    check_names(files, target)
    check_fields(files, fields)
    jobs = worth(files) if jobs is None else jobs
    if index is not None:
        check_index(index, source, folder.root)
    made_with = _made_with(pipeline.recipe, selection, target, fields, extra)
    empty = () if files else (f"{source}: holds no file" + (" that is meant" if include or exclude else ""),)
    if hidden.count:
        left = f"{hidden.count:,} hidden file{'s' if hidden.count > 1 else ''}"
        empty = (*empty, f"{source}: {left} left alone; name them with --include to clean them")
    task = _Task(files, fields, target, extra)
    if dry_run:
        with (
            _index(index, pipeline, source, write=False) as earlier,
            tempfile.TemporaryDirectory(prefix="textclean-") as temporary,
        ):
            room = 0 if jobs > 1 or index is not None else IN_MEMORY  # others must read it, too
            spill = MemorySpill(Path(temporary), room) if room else Spill(Path(temporary))
            engine = LocalEngine(pipeline.phases, spill, jobs, watch, earlier)
            done = _cleaned(engine, spill, task, None, started)
            return replace(done, warnings=(*empty, *_warned(made_with, index, earlier)))
    folder.check_usable(resume)
    if (before := _finished(folder, made_with, task, index)) is not None:
        return before
    with _index(index, pipeline, source, write=True) as earlier:
        spill = Spill(folder.work)
        engine = LocalEngine(pipeline.phases, spill, jobs, watch, earlier, made_with.digest, folder.write_quarantined)
        engine.max_memory = max_memory
        if str(source) != STANDARD_INPUT:
            engine.after_reading = partial(_check_there, source)
        with folder.lock():
            if (before := _finished(folder, made_with, task, index)) is not None:  # it held the lock a moment ago
                return before
            check_note(folder, made_with, _place(index))
            warnings = (*empty, *_warned(made_with, index, earlier))  # before this run writes to the index
            return replace(
                _run(engine, spill, task, folder, pipeline.recipe, made_with, earlier, started), warnings=warnings
            )


@dataclass(frozen=True, slots=True)
class _Task:
    """What is read, and what is written of it."""

    files: list[File]
    fields: Fields
    target: Format | None
    extra: tuple[str, ...]
    rows: dict[str, RowFile] = field(default_factory=dict)  # filled while files are opened

    def portions(self) -> Iterator[Portion]:
        """All documents, in the order of files."""
        return portions(self.files, self.fields, self.target, self.rows)


def _run(
    engine: Engine,
    spill: Spill,
    task: _Task,
    folder: OutWriter,
    recipe: Recipe,
    made_with: Fingerprint,
    index: "Index | None",
    started: float,
) -> Summary:
    names = tuple(map(name_of, task.extra))
    clock = Clock()
    with Output(folder, spill, task.rows, names) as output:
        summary = _cleaned(engine, spill, task, (folder, output), started)
        with clock.of(WRITE):
            digests = output.end()
            folder.sweep(output.written)
    with clock.of(REMEMBER):
        engine.remember()  # before the manifest: a run that was killed here is resumed, and remembers again
        if index is not None:
            index.set_made_with(made_with.made_with)
            index.close()  # with all that stands beside it, which a later kill would leave
    summary = replace(summary, seconds=time.perf_counter() - started)
    clock.add(engine.seconds)
    folder.write_json(
        RUN,
        {
            "seconds": summary.seconds,
            "jobs": engine.jobs,
            "bytes_per_second": summary.figures.source_bytes / summary.seconds,
            "processor_seconds": {name: round(seconds, 3) for name, seconds in clock.items()},
        },
    )
    manifest = Manifest(
        format=MANIFEST_FORMAT,
        textclean=metadata.version("textclean"),
        recipe=recipe.as_dict(),
        fingerprint=made_with.digest,
        made_with=made_with.made_with,
        documents_sha256=digests.documents,
        marks_sha256=digests.marks,
        files_sha256=digests.files,
        shards_sha256=digests.shards,
        figures=summary.figures.as_dict(),
    )
    folder.write_json(MANIFEST, manifest.model_dump())
    folder.clear_work()
    return summary


def _cleaned(engine: Engine, spill: Spill, task: _Task, to: tuple[OutWriter, Output] | None, started: float) -> Summary:
    """Run the engine, give what is told of its documents to the output, and count."""
    finish = Finish(None if to is None else to[0], spill, task.rows, task.extra)
    whole = Figures()
    failures: list[tuple[str, str, str]] = []
    for finished in engine.run(task.portions(), finish):
        whole.add(finished.figures)
        failures += [(told.id, *told.failure) for told in finished.documents if told.failure is not None]
        if to is not None:
            to[1].take(finished)
    failures.sort(key=lambda failure: id_key(failure[0]))
    return Summary(whole, tuple(failures), time.perf_counter() - started)


def _made_with(
    recipe: Recipe, selection: Selection, target: Format | None, fields: Fields, extra: Sequence[str]
) -> Fingerprint:
    """The fingerprint of a run: of its recipe, and of what it reads and writes."""
    made_with = dict(fingerprint(recipe).made_with)
    asked = {
        "--from": "" if selection.format is None else str(selection.format),
        "--to": "" if target is None else str(target),
        "--include": "\n".join(selection.include),
        "--exclude": "\n".join(selection.exclude),
        "--with": ",".join(extra),
    }
    made_with |= {name: value for name, value in asked.items() if value}
    return Fingerprint({**made_with, "--text-field": fields.text, "--id-field": fields.id})


def _pipeline(recipe: Recipe | PathLike) -> Pipeline:
    return Pipeline(recipe) if isinstance(recipe, Recipe) else Pipeline.load(Path(recipe))


def _place(index: PathLike | None) -> str:
    """Where an index lies, however it was named."""
    if index is None:
        return "none"
    return os.fspath(index) if is_address(index) else os.path.realpath(index)


def _index(
    index: PathLike | None, pipeline: Pipeline, source: Path, *, write: bool
) -> "AbstractContextManager[Index | None]":
    """The index to run with; none if none is asked for, or where nothing may be written and there is none."""
    if index is None or not (write or is_address(index) or Path(index).exists()):
        return nullcontext()
    from textclean.index.open import open_index

    return open_index(index, pipeline.recipe.stages, corpus=str(source.resolve()), write=write)


def _check_there(source: Path) -> None:
    """Many files that cannot be read are a folder that is gone, such as a mount that was lost.

    Raises:
        InputError: it is.
    """
    if not source.exists():
        raise InputError(f"{source}: the input went away while it was read; put it back, then run with --resume")


def _warned(made_with: Fingerprint, index: PathLike | None, earlier: "Index | None") -> tuple[str, ...]:
    """What an index was made with that this run is not: its rows can be compared, but were cleaned otherwise."""
    before = {} if earlier is None else earlier.made_with()
    differences = made_with.differences(before) if before else []
    if index is None or not differences:
        return ()
    told = listed(differences)
    return (f"{os.fspath(index)}: what it remembers was cleaned with another recipe or other versions ({told})",)


def _finished(folder: OutWriter, made_with: Fingerprint, task: _Task, index: PathLike | None) -> Summary | None:
    """What the run told that is finished in ``folder``; None if none is. Removes what it left if it was killed then."""
    if not (folder.root / MANIFEST).exists():
        return None
    counted, failures = finished_before(folder, made_with, task.portions())
    folder.clear_work()
    untouched = "was neither read nor written, for the run was finished already"
    warnings = () if index is None else (f"{os.fspath(index)}: {untouched}",)
    return Summary(counted, failures, finished_before=True, warnings=warnings)
