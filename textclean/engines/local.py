"""Processes of one machine. Holds no cleaning logic: runs the phases of a pipeline over batches of documents."""

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from textclean.document import Document
from textclean.engines.pool import Pool
from textclean.errors import InputError, RestoreError, UsageError
from textclean.io.spill import Entry, Item, MemorySpill, Ref, Spill, SpilledTexts
from textclean.phases import Failure, Phases, Step, id_key

if TYPE_CHECKING:
    from textclean.index.model import Index, Remembering
    from textclean.index.open import Where
    from textclean.tables import Observations, Seen

Task = TypeVar("Task")
Result = TypeVar("Result")

_BATCH_DOCUMENTS = 32
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
    """What the engine knows of one document between phases.

    Attributes:
        id: the document.
        ref: where it lies; None if it failed before the first barrier.
        digest: of its source; empty if that was not read, or is no bytes.
        size: bytes of its source, as they were read.
        rejected: whether its source was handed to ``reject``.
        seen: what the next corpus stage saw in the batch that the row is the first of, until the engine takes it.
        failure: what went wrong.
    """

    id: str
    ref: Ref | None = None
    digest: str = ""
    size: int = 0
    rejected: bool = False
    seen: "list[Seen] | None" = None
    failure: Failure | None = None


Finish = Callable[[Row, Document], Result]
"""Called on every clean document, in the process that cleaned it; a RestoreError is a failure of the document."""
Reject = Callable[[str, bytes], None]
"""Called with the id and the source of a document that fails before the first barrier, where it was read."""


@dataclass(frozen=True, slots=True)
class Job:
    """What every batch of a run shares; for other processes pickled once, and unpickled once in each."""

    phases: Phases
    spill: Spill
    finish: Finish[Any] | None = None
    reject: Reject | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Work for one process: a phase, the name of its segment (a number first), and what to do it on."""

    job: "Job | bytes"
    phase: int
    segment: str
    items: tuple[Any, ...]

    def parts(self) -> "list[Batch]":
        """The work on each item alone, with segments of their own."""
        return [replace(self, segment=f"{self.segment}-{i:02d}", items=(item,)) for i, item in enumerate(self.items)]


@dataclass(slots=True)
class Corpus:
    """A run of phases over documents.

    Attributes:
        phases: what is run.
        spill: where documents wait between phases.
        jobs: processes; 1 runs everything in this one.
        watch: told of progress.
        index: paragraphs of earlier runs; needs a spill that keeps what it was given.
        fingerprint: what decides the output beside the documents; for a spill that lasts.
        reject: takes the sources of documents that fail before the first barrier.
        after_reading: called once everything was read; may raise.
    """

    phases: Phases
    spill: Spill
    jobs: int = 1
    watch: Watch | None = None
    index: "Index | None" = None
    fingerprint: str = ""
    reject: Reject | None = None
    after_reading: Callable[[], None] | None = None
    rows: list[Row] = field(default_factory=list)
    _observations: "Observations | None" = None
    _judged: "_Judged | None" = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; it must be 1 or more")

    def run(self, items: Iterable[tuple[str, Loadable]], finish: Finish[Result]) -> Iterator[tuple[Row, Result | None]]:
        """Clean ``items``; ``finish`` is called on every clean document, in the process that cleaned it.

        Yields rows in the order of ids, each with what ``finish`` returned (None for a document that is not there, or
        that could not be finished).

        Raises:
            UsageError: an id stands twice.
            StageError: a corpus stage could not decide.
        """
        with Pool(self.jobs) as pool:
            self._clean(pool, items)
            yield from self._finish(pool, finish)

    def documents(self, items: Iterable[tuple[str, Loadable]]) -> Iterator[tuple[Row, Document | None]]:
        """Clean ``items``, and bring every clean document into this process. Otherwise like :meth:`run`."""
        with Pool(self.jobs) as pool:
            self._clean(pool, items)
        for row in self.rows:
            if row.ref is None:
                yield row, None
                continue
            doc = self.spill.read(row.ref)
            self.spill.release(row.ref)
            yield row, doc

    def _clean(self, pool: Pool, items: Iterable[tuple[str, Loadable]]) -> None:
        self.spill.keep_for(0, self.fingerprint)
        self.rows = self._first(pool, items)
        if self.after_reading is not None:
            self.after_reading()
        for phase in range(1, len(self.phases)):
            key = self._verdicts_key() if self.spill.lasts else ""
            verdicts = self._decide(phase - 1)
            self.spill.keep_for(phase, key)
            self._next(pool, phase, verdicts)

    def _verdicts_key(self) -> str:
        """What decides the verdicts: the fingerprint, every document that takes part, and the index."""
        key = hashlib.sha256(self.fingerprint.encode())
        for row in self.rows:
            key.update(f"{row.id!r} {row.digest} {row.failure is None}\n".encode("utf-8", "backslashreplace"))
        if self.index is not None:
            key.update(self.index.state().encode())
        return key.hexdigest()

    def _first(self, pool: Pool, items: Iterable[tuple[str, Loadable]]) -> list[Row]:
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
                yield Batch(job, 0, _segment(number), batch)
                number += 1

        def lost(batch: Batch, why: str) -> list[Row]:
            ((id, content, _),) = batch.items
            return [_rejected(self._here(), id, content, Failure(id, "worker", why))]

        rows: list[Row] = []
        for done in pool.map(_start, batches(), lost):
            rows += self._taken(0, done)
            self._tell("reading and cleaning", len(rows), 0)
        rows.sort(key=lambda row: id_key(row.id))
        return rows

    def _taken(self, phase: int, rows: list[Row]) -> list[Row]:
        """The rows of a batch without what the corpus stage at the end of the phase saw in it, which is kept apart."""
        for row in rows:
            for seen in row.seen or ():
                if self._observations is None:
                    from textclean.io.tables import SpilledObservations

                    self._observations = SpilledObservations(self.phases.observer(phase).tables, self.spill.root)
                self._observations.add(seen)
            row.seen = None
        return rows

    def _decide(self, phase: int) -> Mapping[str, Any]:
        from textclean.tables import Observations

        refs = {row.id: row.ref for row in self.rows if row.ref is not None}
        stage = self.phases.observer(phase)
        observations, self._observations = self._observations or Observations(stage.tables), None
        self._tell(f"comparing ({stage.name})", 0, len(observations))
        texts = SpilledTexts(self.spill, refs)
        verdicts = self.phases.decide(phase, observations, texts, self.index)
        if self.index is not None:
            from textclean.index.model import Remembering

            if isinstance(stage, Remembering):
                self._judged = _Judged(stage, observations, verdicts, texts)
        return verdicts

    def remember(self) -> None:
        """Give what is kept to the index: to be called when everything is written.

        Raises:
            TextcleanError: the index cannot be written.
        """
        if self.index is not None and self._judged is not None:
            stage, seen, verdicts, texts = self._judged
            self._tell("remembering", 0, len(seen))
            self.index.add(stage.entries(seen, verdicts, texts))

    def _next(self, pool: Pool, phase: int, verdicts: Mapping[str, Any]) -> None:
        job = self._job()
        known = {entry.id: entry for entry in self.spill.entries(phase)}
        number = self.spill.next_batch(phase)
        live = [row for row in self.rows if row.ref is not None]
        work = ((row.id, row.ref, row.size, row.failure, verdicts.get(row.id), known.get(row.id)) for row in live)
        batches = (Batch(job, phase, _segment(number + i), tuple(batch)) for i, batch in enumerate(_batched(work)))
        of_id = {row.id: row for row in live}

        def lost(batch: Batch, why: str) -> list[Row]:
            """The document stays as the phase before left it."""
            row = of_id[batch.items[0][0]]
            return [replace(row, failure=row.failure or Failure(row.id, "worker", why))]

        rows: list[Row] = []
        for done in pool.map(_proceed, batches, lost):
            rows += self._taken(phase, done)
            self._tell("cleaning", len(rows), len(live))
        cleaned = iter(rows)
        self.rows = [row if row.ref is None else next(cleaned) for row in self.rows]

    def _finish(self, pool: Pool, finish: Finish[Result]) -> Iterator[tuple[Row, Result | None]]:
        job = self._job(finish)
        batches = (Batch(job, -1, _segment(i), tuple(batch)) for i, batch in enumerate(_batched(self.rows)))

        def lost(batch: Batch, why: str) -> list[tuple[Row, Result | None]]:
            (row,) = batch.items
            return [(replace(row, failure=Failure(row.id, "worker", why)), None)]

        count = 0
        for done in pool.map(_end, batches, lost):
            yield from done
            count += len(done)
            self._tell("writing", count, len(self.rows))

    def _here(self, finish: Finish[Any] | None = None) -> Job:
        return Job(self.phases, self.spill, finish, self.reject)

    def _job(self, finish: Finish[Any] | None = None) -> Job | bytes:
        job = self._here(finish)
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
    seen: "Observations"
    verdicts: Mapping[str, Any]
    texts: SpilledTexts


def run_corpus(
    phases: Phases, items: Iterable[tuple[str, Loadable]], jobs: int = 1, index: "Where | None" = None
) -> Iterator[Document | Failure]:
    """Clean ``items`` as one corpus, spilling to a temporary folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="textclean-")))
        in_memory = jobs == 1 and index is None
        corpus = Corpus(phases, MemorySpill(folder, _IN_MEMORY) if in_memory else Spill(folder), jobs)
        if index is not None:
            from textclean.index.open import open_index

            corpus.index = stack.enter_context(open_index(index, phases.recipe.stages))
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
            continue
        step = job.phases.start(id, loaded)
        if step.document is None and step.failure is not None:
            work.rows.append(_rejected(job, id, loaded, step.failure))
        else:
            work.done(id, step, len(loaded) if isinstance(loaded, bytes) else 0)
    return work.observed()


def _rejected(job: Job, id: str, content: Loadable, failure: Failure) -> Row:
    """The row of a document that failed before the first barrier; its source is handed on as it is now."""
    try:
        raw = content if isinstance(content, _LOADED) else content.load()
    except InputError as error:
        return Row(id, failure=replace(failure, error=f"{failure.error}; {error}"))
    if not isinstance(raw, bytes):
        return Row(id, failure=failure)
    if job.reject is not None:
        job.reject(id, raw)
    return Row(id, None, hashlib.sha256(raw).hexdigest(), len(raw), job.reject is not None, failure=failure)


def _proceed(batch: Batch) -> list[Row]:
    job = _job(batch.job)
    work = _Work(job, batch)
    for id, ref, size, failure, verdict, known in batch.items:
        if known is not None:
            work.again(known)
            continue
        doc = job.spill.read(ref)
        step = Step(doc, failure=failure) if failure else job.phases.proceed(batch.phase, doc, verdict)
        if step.document is doc and step.failure == failure:
            work.same(id, ref, step, size)
        else:
            work.done(id, step, size, ref)
    return work.observed()


class _Work:
    """The rows of a batch, and the documents behind them that are not in a segment yet or must be observed again."""

    def __init__(self, job: Job, batch: Batch) -> None:
        self.rows: list[Row] = []
        self._job = job
        self._batch = batch
        self._new: list[tuple[Row, Document]] = []
        self._sound: list[tuple[Row, Document]] = []
        self._left: list[Ref] = []

    def done(self, id: str, step: Step, size: int, before: Ref | None = None) -> None:
        """A document that went through the phase; ``before``: where it lay."""
        if before is not None:
            self._left.append(before)
        row = Row(id, size=size, failure=step.failure and replace(step.failure, document=None))
        self.rows.append(row)
        if step.document is not None:
            row.digest = step.document.source.digest if step.document.source else ""
            self._new.append((row, step.document))
            if step.failure is None:
                self._sound.append((row, step.document))

    def same(self, id: str, ref: Ref, step: Step, size: int) -> None:
        """A document that the phase left as it was: it stays where it is."""
        doc = step.document
        assert doc is not None  # it was read from the spill
        row = Row(id, ref, doc.source.digest if doc.source else "", size, failure=step.failure)
        self.rows.append(row)
        if step.failure is None:
            self._sound.append((row, doc))

    def again(self, known: Entry) -> None:
        """A document that an interrupted run had finished in this phase."""
        failure = known.failure and Failure(known.id, *known.failure)
        row = Row(known.id, known.ref, known.digest, known.size, failure=failure)
        self.rows.append(row)
        if known.failure is None and self._job.phases[self._batch.phase].observes is not None:
            self._sound.append((row, self._job.spill.read(known.ref)))

    def observed(self) -> list[Row]:
        """The rows, with what the next corpus stage saw; what is new is in a segment."""
        phase = self._batch.phase
        if self._sound and self._job.phases[phase].observes is not None:
            self.rows[0].seen, steps = self._job.phases.observe(phase, [doc for _, doc in self._sound])
            for (row, _), step in zip(self._sound, steps, strict=True):
                row.failure = step.failure and replace(step.failure, document=None)
        if self._new:
            items = [Item(doc, row.size, _told(row.failure)) for row, doc in self._new]
            refs = self._job.spill.write(phase, self._batch.segment, items)
            for (row, _), ref in zip(self._new, refs, strict=True):
                row.ref = ref
        for left in self._left:  # now that nothing can fail: until then the batch may have to be done again
            self._job.spill.release(left)
        return self.rows


def _end(batch: Batch) -> list[tuple[Row, Any]]:
    job = _job(batch.job)
    assert job.finish is not None  # set by Corpus._finish
    done: list[tuple[Row, Any]] = []
    for row in batch.items:
        try:
            done.append((row, None if row.ref is None else job.finish(row, job.spill.read(row.ref))))
        except RestoreError as error:
            done.append((replace(row, failure=Failure(row.id, "ledger", str(error))), None))
    return done


def _job(job: Job | bytes) -> Job:
    return job if isinstance(job, Job) else _unpickled(job)


@lru_cache(maxsize=4)
def _unpickled(pickled: bytes) -> Job:
    job: Job = pickle.loads(pickled)
    return job


def _told(failure: Failure | None) -> tuple[str, str] | None:
    return None if failure is None else (failure.stage, failure.error)


def _segment(number: int) -> str:
    return f"{number:08d}"


def _batched(items: Iterable[Task]) -> Iterator[list[Task]]:
    rest = iter(items)
    while batch := list(islice(rest, _BATCH_DOCUMENTS)):
        yield batch
