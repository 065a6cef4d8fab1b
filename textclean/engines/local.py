"""Processes of one machine. Holds no cleaning logic: runs the phases of a pipeline over batches of documents."""

import hashlib
import os
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from textclean.document import Document
from textclean.errors import InputError, TextcleanError, UsageError
from textclean.io.spill import Entry, MemorySpill, Ref, Spill, SpilledTexts
from textclean.pipeline import Failure, Pipeline, Step, id_key
from textclean.stage import Observation

if TYPE_CHECKING:
    from textclean.index.model import Index, Remembering
    from textclean.index.open import Where

Task = TypeVar("Task")
Result = TypeVar("Result")

_BATCH_DOCUMENTS = 32
_BATCHES_AHEAD = 3  # a process; bounds what waits in memory
_IN_MEMORY = 1 << 25  # characters of text that wait in memory between phases, where one process does all the work


class Content(Protocol):
    """A document that is read where it is cleaned."""

    def load(self) -> bytes:
        """The bytes of the document.

        Raises:
            InputError: they cannot be read.
        """
        ...


Loadable = str | bytes | Document | Content
_LOADED = (str, bytes, Document)  # a tuple, since asking for a union costs as much as all that is done to a row
Watch = Callable[[str, int, int], None]
"""Told of progress: what is being done, how many documents are done, how many there are (0: not known yet)."""


@dataclass(slots=True)
class Row:
    """What the engine knows of one document between phases."""

    id: str
    ref: Ref | None = None
    digest: str = ""
    observation: Observation | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What every batch of a run shares; for other processes pickled once, and unpickled once in each."""

    pipeline: Pipeline
    spill: Spill
    finish: Callable[[Document], Any] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Work for one process: a phase, a number, and what to do it on."""

    job: "Job | bytes"
    phase: int
    number: int
    items: tuple[Any, ...]


@dataclass(slots=True)
class Corpus:
    """A run of a pipeline over documents.

    Attributes:
        pipeline: what is run.
        spill: where documents wait between phases.
        jobs: processes; 1 runs everything in this one.
        watch: told of progress.
        index: paragraphs of earlier runs; needs a spill that keeps what it was given.
    """

    pipeline: Pipeline
    spill: Spill
    jobs: int = 1
    watch: Watch | None = None
    index: "Index | None" = None
    rows: list[Row] = field(default_factory=list)
    _judged: "_Judged | None" = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; it must be 1 or more")

    def run(
        self, items: Iterable[tuple[str, Loadable]], finish: Callable[[Document], Result]
    ) -> Iterator[tuple[Row, Result | None]]:
        """Clean ``items``; ``finish`` is called on every clean document, in the process that cleaned it.

        Yields rows in the order of ids, each with what ``finish`` returned (None for a document that is not there).

        Raises:
            UsageError: an id stands twice.
            StageError: a corpus stage could not decide.
        """
        with _Pool(self.jobs) as pool:
            self._clean(pool, items)
            yield from self._finish(pool, finish)

    def documents(self, items: Iterable[tuple[str, Loadable]]) -> Iterator[tuple[Row, Document | None]]:
        """Clean ``items``, and bring every clean document into this process. Otherwise like :meth:`run`."""
        with _Pool(self.jobs) as pool:
            self._clean(pool, items)
        for row in self.rows:
            if row.ref is None:
                yield row, None
                continue
            doc = self.spill.read(row.ref)
            self.spill.release(row.ref)
            yield row, doc

    def _clean(self, pool: "_Pool", items: Iterable[tuple[str, Loadable]]) -> None:
        key = self.pipeline.recipe.fingerprint() if self.spill.lasts else ""
        self.spill.keep_for(0, key)
        self.rows = self._first(pool, items)
        if self.spill.lasts:
            key = _inputs_key(key, self.rows)
            if self.index is not None:
                key += f" {self.index.state()}"
        for phase in range(1, len(self.pipeline.phases)):
            verdicts = self._decide(phase - 1)
            self.spill.keep_for(phase, key)
            self._next(pool, phase, verdicts)

    def _first(self, pool: "_Pool", items: Iterable[tuple[str, Loadable]]) -> list[Row]:
        job = self._job()
        known = {entry.id: entry for entry in self.spill.entries(0)}
        number = self.spill.next_batch(0)
        seen: set[str] = set()

        def batches() -> Iterator[Batch]:
            nonlocal number
            for items_of_batch in _batched(items):
                for id, _ in items_of_batch:
                    if id in seen:
                        raise UsageError(f"the id {id!r} stands twice; ids must differ")
                    seen.add(id)
                batch = tuple((id, content, known.get(id)) for id, content in items_of_batch)
                yield Batch(job, 0, number, batch)
                number += 1

        rows: list[Row] = []
        for done in pool.map(_start, batches()):
            rows += done
            self._tell("reading and cleaning", len(rows), 0)
        rows.sort(key=lambda row: id_key(row.id))
        return rows

    def _decide(self, phase: int) -> Mapping[str, Any]:
        refs = {row.id: row.ref for row in self.rows if row.ref is not None}
        seen = [(row.id, row.observation) for row in self.rows if row.observation is not None]
        stage = self.pipeline.phases[phase].observes
        self._tell(f"comparing ({stage.name if stage else ''})", 0, len(seen))
        texts = SpilledTexts(self.spill, refs)
        verdicts = self.pipeline.decide(phase, seen, texts, self.index)
        if self.index is not None:
            from textclean.index.model import Remembering

            if isinstance(stage, Remembering):
                self._judged = _Judged(stage, seen, verdicts, texts)
        for row in self.rows:
            row.observation = None
        return verdicts

    def remember(self) -> None:
        """Give what is kept to the index: to be called when everything is written.

        Raises:
            TextcleanError: the index cannot be written.
        """
        if self.index is not None and self._judged is not None:
            stage, seen, verdicts, texts = self._judged
            self._tell("remembering", 0, len(seen))
            self.index.add(stage.entries(id, row, verdicts.get(id), texts) for id, row in seen)

    def _next(self, pool: "_Pool", phase: int, verdicts: Mapping[str, Any]) -> None:
        job = self._job()
        known = {entry.id: entry for entry in self.spill.entries(phase)}
        number = self.spill.next_batch(phase)
        live = [row for row in self.rows if row.ref is not None]
        work = ((row.id, row.ref, row.failure, verdicts.get(row.id), known.get(row.id)) for row in live)
        batches = (Batch(job, phase, number + i, tuple(batch)) for i, batch in enumerate(_batched(work)))
        rows: list[Row] = []
        for done in pool.map(_proceed, batches):
            rows += done
            self._tell("cleaning", len(rows), len(live))
        cleaned = iter(rows)
        self.rows = [row if row.ref is None else next(cleaned) for row in self.rows]

    def _finish(self, pool: "_Pool", finish: Callable[[Document], Result]) -> Iterator[tuple[Row, Result | None]]:
        job = self._job(finish)
        batches = (Batch(job, -1, i, tuple(batch)) for i, batch in enumerate(_batched(self.rows)))
        count = 0
        for done in pool.map(_end, batches):
            yield from done
            count += len(done)
            self._tell("writing", count, len(self.rows))

    def _job(self, finish: Callable[[Document], Any] | None = None) -> Job | bytes:
        job = Job(self.pipeline, self.spill, finish)
        if self.jobs == 1:
            return job
        try:
            return pickle.dumps(job)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise UsageError(
                f"a stage cannot be sent to another process ({error}); define it in a module, or run with jobs=1"
            ) from error

    def _tell(self, what: str, done: int, total: int) -> None:
        if self.watch is not None:
            self.watch(what, done, total)


def available_cores() -> int:
    """The number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Judged(NamedTuple):
    """What an index is told from: the stage, what it saw, what it said, and the documents that it saw."""

    stage: "Remembering"
    seen: list[tuple[str, Observation]]
    verdicts: Mapping[str, Any]
    texts: SpilledTexts


def run_corpus(
    pipeline: Pipeline, items: Iterable[tuple[str, Loadable]], jobs: int = 1, index: "Where | None" = None
) -> Iterator[Document | Failure]:
    """Clean ``items`` as one corpus, spilling to a temporary folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="textclean-")))
        in_memory = jobs == 1 and index is None
        corpus = Corpus(pipeline, MemorySpill(folder, _IN_MEMORY) if in_memory else Spill(folder), jobs)
        if index is not None:
            from textclean.index.open import open_index

            corpus.index = stack.enter_context(open_index(index, pipeline.recipe.stages))
        for row, doc in corpus.documents(items):
            if row.failure is not None:
                yield replace(row.failure, document=doc)
            elif doc is not None:
                yield doc
        corpus.remember()


def _start(batch: Batch) -> list[Row]:
    job = _job(batch.job)
    work = _Work(job, batch)
    for id, content, known in batch.items:
        try:
            loaded = content if isinstance(content, _LOADED) else content.load()
        except InputError as error:
            work.rows.append(Row(id, failure=Failure(id, "read", str(error))))
            continue
        if known is not None and isinstance(loaded, bytes) and hashlib.sha256(loaded).hexdigest() == known.digest:
            work.again(known)
        else:
            work.done(id, job.pipeline.start(id, loaded))
    return work.observed()


def _proceed(batch: Batch) -> list[Row]:
    job = _job(batch.job)
    work = _Work(job, batch)
    for id, ref, failure, verdict, known in batch.items:
        if known is not None:
            work.again(known)
            continue
        doc = job.spill.read(ref)
        step = Step(doc, failure=failure) if failure else job.pipeline.proceed(batch.phase, doc, verdict)
        if step.document is doc and step.failure == failure:
            work.same(id, ref, step)
        else:
            job.spill.release(ref)
            work.done(id, step)
    return work.observed()


class _Work:
    """The rows of a batch, and the documents behind them that are not in a segment yet or must be observed again."""

    def __init__(self, job: Job, batch: Batch) -> None:
        self.rows: list[Row] = []
        self._job = job
        self._batch = batch
        self._new: list[tuple[Row, Document]] = []
        self._sound: list[tuple[Row, Document]] = []

    def done(self, id: str, step: Step) -> None:
        """A document that went through the phase."""
        row = Row(id, failure=step.failure and replace(step.failure, document=None))
        self.rows.append(row)
        if step.document is not None:
            row.digest = step.document.source.digest if step.document.source else ""
            self._new.append((row, step.document))
            if step.failure is None:
                self._sound.append((row, step.document))

    def same(self, id: str, ref: Ref, step: Step) -> None:
        """A document that the phase left as it was: it stays where it is."""
        doc = step.document
        assert doc is not None  # it was read from the spill
        row = Row(id, ref, doc.source.digest if doc.source else "", failure=step.failure)
        self.rows.append(row)
        if step.failure is None:
            self._sound.append((row, doc))

    def again(self, known: Entry) -> None:
        """A document that an interrupted run had finished in this phase."""
        row = Row(known.id, known.ref, known.digest, failure=known.failure and Failure(known.id, *known.failure))
        self.rows.append(row)
        if known.failure is None and self._job.pipeline.phases[self._batch.phase].observes is not None:
            self._sound.append((row, self._job.spill.read(known.ref)))

    def observed(self) -> list[Row]:
        """The rows, with observations; what is new is in a segment."""
        phase = self._batch.phase
        if self._job.pipeline.phases[phase].observes is not None:
            steps = self._job.pipeline.observe(phase, [doc for _, doc in self._sound])
            for (row, _), step in zip(self._sound, steps, strict=True):
                row.observation = step.observation
                row.failure = step.failure and replace(step.failure, document=None)
        if self._new:
            told = [row.failure for row, _ in self._new]
            failures = [None if failure is None else (failure.stage, failure.error) for failure in told]
            documents = [doc for _, doc in self._new]
            refs = self._job.spill.write(phase, self._batch.number, documents, failures)
            for (row, _), ref in zip(self._new, refs, strict=True):
                row.ref = ref
        return self.rows


def _end(batch: Batch) -> list[tuple[Row, Any]]:
    job = _job(batch.job)
    assert job.finish is not None  # set by Corpus._finish
    return [(row, None if row.ref is None else job.finish(job.spill.read(row.ref))) for row in batch.items]


def _job(job: Job | bytes) -> Job:
    return job if isinstance(job, Job) else _unpickled(job)


@lru_cache(maxsize=4)
def _unpickled(pickled: bytes) -> Job:
    job: Job = pickle.loads(pickled)
    return job


def _inputs_key(fingerprint: str, rows: Sequence[Row]) -> str:
    """What decides the verdicts: the recipe, and every document that is there."""
    key = hashlib.sha256(fingerprint.encode())
    for row in rows:
        key.update(f"{row.id!r} {row.digest} {row.failure is None}\n".encode("utf-8", "backslashreplace"))
    return key.hexdigest()


def _batched(items: Iterable[Task]) -> Iterator[list[Task]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH_DOCUMENTS)):
        yield batch


class _Pool:
    """Processes, or this process where there is but one job. Results come in the order of the tasks."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor: Any = None

    def __enter__(self) -> "_Pool":
        if self._jobs > 1:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            self._executor = ProcessPoolExecutor(self._jobs, get_context("spawn"), _ignore_interrupts)
        return self

    def __exit__(self, *error: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def map(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        if self._executor is None:
            yield from map(work, tasks)
            return
        from concurrent.futures.process import BrokenProcessPool

        ahead: deque[Any] = deque()
        try:
            for task in tasks:
                ahead.append(self._executor.submit(work, task))
                if len(ahead) >= self._jobs * _BATCHES_AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        except BrokenProcessPool as error:
            raise TextcleanError(
                "a worker process was killed (out of memory?); run again with fewer --jobs and --resume"
            ) from error


def _ignore_interrupts() -> None:
    """Ctrl-C is for the parent, which lets the batches at hand end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
