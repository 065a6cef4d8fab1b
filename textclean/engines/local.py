"""Processes of one machine. Holds no cleaning logic: runs the phases of a pipeline over batches of documents."""

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

from textclean.document import Document
from textclean.engines.pool import Pool
from textclean.errors import RestoreError, UsageError
from textclean.io.portions import DOCUMENTS_PER_PORTION, Items, Portion, Taken
from textclean.io.spill import Entry, Item, MemorySpill, Ref, Spill, SpilledTexts
from textclean.phases import Failure, Phases, Step, id_key
from textclean.stage import Observation

if TYPE_CHECKING:
    from textclean.index.model import Index, Remembering
    from textclean.index.open import Where

Item_ = TypeVar("Item_")
Result = TypeVar("Result", covariant=True)

REST: Final = "rest"
"""What the spill keeps the rests of portions as."""
IN_MEMORY: Final = 1 << 27
"""Bytes of documents that wait in memory between phases, where one process does all the work."""


Watch = Callable[[str, int, int], None]
"""Told of progress: what is being done, how many documents are done, how many there are (0: not known yet)."""


@dataclass(slots=True)
class Row:
    """What the engine knows of one document between phases.

    Attributes:
        id: the document.
        portion: the name of the portion it was read in.
        file: the file of rows it comes from; empty if it comes from none.
        number: its number there, from 1.
        ref: where it lies; None if it failed before the first barrier.
        digest: of its source; empty if that was not read, or is no bytes.
        size: bytes of its source, as they were read.
        rejected: whether its source was handed to ``reject``.
        observation: what the next barrier needs of it.
        failure: what went wrong.
    """

    id: str
    portion: str = ""
    file: str = ""
    number: int = 0
    ref: Ref | None = None
    digest: str = ""
    size: int = 0
    rejected: bool = False
    observation: Observation | None = None
    failure: Failure | None = None


class Finish(Protocol[Result]):
    """What is done with documents that are clean, in the process that cleaned them."""

    def document(self, row: Row, doc: Document | None) -> Any:
        """Called with every document; None for one that failed before the first barrier.

        Raises:
            RestoreError: it cannot be finished. It is called again then, with that as the failure of the document.
        """
        ...

    def portion(self, name: str, rest: bytes, done: Sequence[tuple[Row, Any]]) -> Result:
        """Called with what :meth:`document` gave for all documents that were read together, and the rest of them."""
        ...


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
class Reading:
    """Work of phase 0: documents to read, the name of their portion, and what an interrupted run knows of them."""

    job: "Job | bytes"
    name: str
    portion: Portion
    known: Mapping[str, Entry]

    def parts(self) -> "list[Reading]":
        """The work on each document alone, as portions of their own."""
        parts = self.portion.parts()
        return [replace(self, name=f"{self.name}-{i:05d}", portion=part) for i, part in enumerate(parts)]


class Task(NamedTuple):
    """Work of a later phase on one document: its row, the verdict on it, and what an interrupted run knows of it."""

    row: Row
    verdict: Any
    known: Entry | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Work of a later phase on the documents of a portion.

    Attributes:
        whole: whether that are all of them, so that they can be finished together.
    """

    job: "Job | bytes"
    phase: int
    name: str
    tasks: tuple[Task, ...]
    whole: bool = True

    def parts(self) -> "list[Batch]":
        """The work on each document alone, with segments of their own."""
        return [
            replace(self, name=f"{self.name}-{i:05d}", tasks=(task,), whole=False) for i, task in enumerate(self.tasks)
        ]


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
    _judged: "_Judged | None" = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; it must be 1 or more")

    def run(self, portions: Iterable[Portion], finish: Finish[Result]) -> Iterator[Result]:
        """Clean what ``portions`` hold, and finish it where it was cleaned.

        Yields what ``finish`` made of the documents of each portion, in the order of the portions. A row of a file
        whose id stood in an earlier row is a failure.

        Raises:
            UsageError: the id of another document stands twice.
            StageError: a corpus stage could not decide.
        """
        with Pool(self.jobs) as pool:
            verdicts = self._clean(pool, portions, len(self.phases) - 1)
            yield from self._finish(pool, verdicts, finish)

    def documents(self, portions: Iterable[Portion]) -> Iterator[tuple[Row, Document | None]]:
        """Clean what ``portions`` hold, and bring every document into this process, in the order of ids."""
        with Pool(self.jobs) as pool:
            self._clean(pool, portions, len(self.phases))
        for row in sorted(self.rows, key=lambda row: id_key(row.id)):
            if row.ref is None:
                yield row, None
                continue
            doc = self.spill.read(row.ref)
            self.spill.release(row.ref)
            yield row, doc

    def _clean(self, pool: Pool, portions: Iterable[Portion], stop: int) -> Mapping[str, Any]:
        """The phases before ``stop``; the verdicts of the barrier behind them."""
        self.spill.keep_for(0, self.fingerprint)
        self.rows = self._first(pool, portions)
        if self.after_reading is not None:
            self.after_reading()
        verdicts: Mapping[str, Any] = {}
        for phase in range(1, len(self.phases)):
            key = self._verdicts_key() if self.spill.lasts else ""
            verdicts = self._decide(phase - 1)
            self.spill.keep_for(phase, key)
            if phase < stop:
                self._next(pool, phase, verdicts)
        return verdicts

    def _verdicts_key(self) -> str:
        """What decides the verdicts: the fingerprint, every document that takes part, and the index."""
        key = hashlib.sha256(self.fingerprint.encode())
        for row in self.rows:
            key.update(f"{row.id!r} {row.digest} {row.failure is None}\n".encode("utf-8", "backslashreplace"))
        if self.index is not None:
            key.update(self.index.state().encode())
        return key.hexdigest()

    def _first(self, pool: Pool, portions: Iterable[Portion]) -> list[Row]:
        job = self._job()
        known = {entry.id: entry for entry in self.spill.entries(0)}
        before = max(self.spill.next_batch(phase) for phase in range(len(self.phases)))

        def readings() -> Iterator[Reading]:
            for number, portion in enumerate(portions, before):
                ids = portion.ids() if known else ()
                yield Reading(job, f"{number:08d}", portion, {id: known[id] for id in ids if id in known})

        def lost(reading: Reading, why: str) -> list[Row]:
            """The document that is alone in ``reading``, as one that failed."""
            work = _Work(self._here(), reading.name, 0)
            for taken in reading.portion.read():
                work.rejected(reading.portion.file, taken, Failure(taken.id, "worker", why))
            work.keep_rest(reading.portion)
            return work.rows

        rows: list[Row] = []
        seen: dict[str, Row] = {}
        for done in pool.map(_start, readings(), lost):
            for row in done:
                if row.id in seen:
                    _refuse_double(row, seen)
                seen[row.id] = row
            rows += done
            self._tell("reading and cleaning", len(rows), 0)
        return rows

    def _decide(self, phase: int) -> Mapping[str, Any]:
        refs = {row.id: row.ref for row in self.rows if row.ref is not None}
        observed = (row for row in self.rows if row.observation is not None)
        seen = [(row.id, row.observation or {}) for row in sorted(observed, key=lambda row: id_key(row.id))]
        stage = self.phases[phase].observes
        self._tell(f"comparing ({stage.name if stage else ''})", 0, len(seen))
        texts = SpilledTexts(self.spill, refs)
        verdicts = self.phases.decide(phase, seen, texts, self.index)
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

    def _next(self, pool: Pool, phase: int, verdicts: Mapping[str, Any]) -> None:
        known = {entry.id: entry for entry in self.spill.entries(phase)}
        batches = self._batches(self._job(), phase, verdicts, known)

        def lost(batch: Batch, why: str) -> list[Row]:
            """The document stays as the phase before left it."""
            (task,) = batch.tasks
            return [replace(task.row, failure=task.row.failure or Failure(task.row.id, "worker", why))]

        rows: list[Row] = []
        for done in pool.map(_proceed, batches, lost):
            rows += done
            self._tell("cleaning", len(rows), len(self.rows))
        self.rows = rows

    def _batches(
        self, job: "Job | bytes", phase: int, verdicts: Mapping[str, Any], known: Mapping[str, Entry]
    ) -> Iterator[Batch]:
        """The documents of each portion, in the order in which they were read."""
        for name, rows in groupby(self.rows, key=lambda row: row.portion):
            tasks = tuple([Task(row, verdicts.get(row.id), known.get(row.id)) for row in rows])
            yield Batch(job, phase, name, tasks)

    def _finish(self, pool: Pool, verdicts: Mapping[str, Any], finish: Finish[Result]) -> Iterator[Result]:
        """The last phase, and what is done with the documents then."""
        batches = self._batches(self._job(finish), len(self.phases) - 1, verdicts, {})

        def lost(batch: Batch, why: str) -> list[tuple[Row, Any]]:
            (task,) = batch.tasks
            row = replace(task.row, failure=task.row.failure or Failure(task.row.id, "worker", why))
            return _finished(self._here(finish), row, None if row.ref is None else self.spill.read(row.ref))

        count = 0
        for batch, done in pool.map_tasks(_end, batches, lost):
            count += len(batch.tasks)
            self._tell("writing", count, len(self.rows))
            if len(done) == 1 and isinstance(done[0], Whole):
                yield done[0].result
            else:
                yield finish.portion(batch.name, self.spill.kept(REST, batch.name), done)

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
    seen: list[tuple[str, Observation]]
    verdicts: Mapping[str, Any]
    texts: SpilledTexts


def run_corpus(
    phases: Phases,
    items: Iterable[tuple[str, str | bytes | Document]],
    jobs: int = 1,
    index: "Where | None" = None,
) -> Iterator[Document | Failure]:
    """Clean ``items`` as one corpus, spilling to a temporary folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="textclean-")))
        in_memory = jobs == 1 and index is None
        corpus = Corpus(phases, MemorySpill(folder, IN_MEMORY) if in_memory else Spill(folder), jobs)
        if index is not None:
            from textclean.index.open import open_index

            corpus.index = stack.enter_context(open_index(index, phases.recipe.stages))
        for row, doc in corpus.documents(Items(tuple(batch)) for batch in _batched(items)):
            if row.failure is not None:
                yield replace(row.failure, document=doc)
            elif doc is not None:
                yield doc
        corpus.remember()


def _refuse_double(row: Row, seen: Mapping[str, Row]) -> None:
    """Make a row whose id stood before a failure, with an id of its own.

    Raises:
        UsageError: it is no row of a file.
    """
    before = seen[row.id]
    if not row.file:
        raise UsageError(f"the id {row.id!r} stands twice; ids must differ")
    told = f"its id stands in row {before.number:,} too: {row.id}"
    row.id = double_id(row.id, row.number, seen)
    row.failure, row.observation = Failure(row.id, "read", told), None


def double_id(id: str, row: int, seen: Container[str]) -> str:
    """The id of a row whose own id stood before: with the number of the row behind it."""
    while id in seen:
        id += f"#{row}"
    return id


def _start(reading: Reading) -> list[Row]:
    job = _job(reading.job)
    work = _Work(job, reading.name, 0)
    file = reading.portion.file
    for taken in reading.portion.read():
        content = taken.content
        if content is None:
            work.rejected(file, taken, Failure(taken.id, "read", taken.fault))
            continue
        known = reading.known.get(taken.id)
        if known is not None and known.digest == _digest(content):
            work.again(Row(taken.id, reading.name, file, taken.row), known)
            continue
        step = job.phases.start(taken.id, content)
        if step.document is None and step.failure is not None:
            work.rejected(file, taken, step.failure)
        else:
            size = len(content) if isinstance(content, bytes) else _size(content)
            work.done(Row(taken.id, reading.name, file, taken.row, size=size), step)
    work.keep_rest(reading.portion)
    return work.observed()


def _size(content: str | Document) -> int:
    """Bytes of a source that came as text; of a document unknown."""
    return len(content.encode("utf-8", "surrogatepass")) if isinstance(content, str) else 0


def _digest(content: str | bytes | Document) -> str | None:
    """The digest of a source that was not read by decode yet."""
    if isinstance(content, Document):
        return None
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw).hexdigest()


def _proceed(batch: Batch) -> list[Row]:
    job = _job(batch.job)
    work = _Work(job, batch.name, batch.phase)
    docs = job.spill.documents(task.row.ref for task in batch.tasks if task.row.ref is not None and task.known is None)
    for row, verdict, known in batch.tasks:
        if row.ref is None:
            work.rows.append(row)
            continue
        if known is not None:
            work.again(row, known)
            continue
        doc = next(docs)
        step = Step(doc, failure=row.failure) if row.failure else job.phases.proceed(batch.phase, doc, verdict)
        if step.document is doc and step.failure == row.failure:
            work.same(row, step)
        else:
            work.done(row, step)
    return work.observed()


class _Work:
    """The rows of a batch, and the documents behind them that are not in a segment yet or must be observed again."""

    def __init__(self, job: Job, name: str, phase: int) -> None:
        self.rows: list[Row] = []
        self._job = job
        self._name = name
        self._phase = phase
        self._raw: set[int] = set()
        self._new: list[tuple[Row, Document]] = []
        self._sound: list[tuple[Row, Document]] = []
        self._left: list[Ref] = []

    def rejected(self, file: str, taken: Taken, failure: Failure) -> None:
        """A document that failed before the first barrier; its source is handed on."""
        row = Row(taken.id, self._name, file, taken.row, failure=failure)
        if file:  # a row stays with the rest of its portion
            self._raw.add(len(self.rows))
            row.rejected = taken.kept
            if isinstance(taken.content, str):
                row.digest, row.size = _digest(taken.content) or "", _size(taken.content)
        elif isinstance(taken.content, bytes):
            row.digest, row.size = hashlib.sha256(taken.content).hexdigest(), len(taken.content)
            if self._job.reject is not None:
                self._job.reject(taken.id, taken.content)
                row.rejected = True
        self.rows.append(row)

    def keep_rest(self, portion: Portion) -> None:
        """Keep what must be written around the texts of the portion that was read."""
        self._job.spill.keep(REST, self._name, portion.rest(self._raw))

    def done(self, row: Row, step: Step) -> None:
        """A document that went through the phase; ``row``: as it was before."""
        if row.ref is not None:
            self._left.append(row.ref)
        if step.failure is not None:
            row = replace(row, failure=replace(step.failure, document=None))
        self.rows.append(row)
        if step.document is not None:
            source = step.document.source
            row.digest = source.digest if source else ""
            self._new.append((row, step.document))
            if step.failure is None:
                self._sound.append((row, step.document))

    def same(self, row: Row, step: Step) -> None:
        """A document that the phase left as it was: it stays where it is."""
        doc = step.document
        assert doc is not None  # it was read from the spill
        self.rows.append(row)
        if step.failure is None:
            self._sound.append((row, doc))

    def again(self, row: Row, known: Entry) -> None:
        """A document that an interrupted run had finished in this phase."""
        failure = known.failure and Failure(known.id, *known.failure)
        row = replace(row, ref=known.ref, digest=known.digest, size=known.size, failure=failure)
        self.rows.append(row)
        if known.failure is None and self._job.phases[self._phase].observes is not None:
            self._sound.append((row, self._job.spill.read(known.ref)))

    def observed(self) -> list[Row]:
        """The rows, with observations; what is new is in a segment."""
        if self._job.phases[self._phase].observes is not None:
            steps = self._job.phases.observe(self._phase, [doc for _, doc in self._sound])
            for (row, _), step in zip(self._sound, steps, strict=True):
                row.observation = step.observation
                row.failure = step.failure and replace(step.failure, document=None)
        if self._new:
            items = [Item(doc, row.size, _told(row.failure)) for row, doc in self._new]
            refs = self._job.spill.write(self._phase, self._name, items)
            for (row, _), ref in zip(self._new, refs, strict=True):
                row.ref = ref
        for left in self._left:  # now that nothing can fail: until then the batch may have to be done again
            self._job.spill.release(left)
        return self.rows


@dataclass(frozen=True, slots=True)
class Whole(Generic[Result]):
    """What was made of a whole portion."""

    result: Result


def _end(batch: Batch) -> list[Any]:
    """A :class:`Whole`, or, of a part of a portion, a pair of each row and what was made of its document."""
    job = _job(batch.job)
    done: list[tuple[Row, Any]] = []
    docs = job.spill.documents(task.row.ref for task in batch.tasks if task.row.ref is not None)
    for row, verdict, _ in batch.tasks:
        doc = None if row.ref is None else next(docs)
        if doc is not None and row.failure is None and batch.phase:
            step = job.phases.proceed(batch.phase, doc, verdict)
            doc = step.document
            if step.failure is not None:
                row = replace(row, failure=replace(step.failure, document=None))
        done += _finished(job, row, doc)
    assert job.finish is not None  # set by Corpus._finish
    return [Whole(job.finish.portion(batch.name, job.spill.kept(REST, batch.name), done))] if batch.whole else done


def _finished(job: Job, row: Row, doc: Document | None) -> list[tuple[Row, Any]]:
    assert job.finish is not None  # as above
    try:
        return [(row, job.finish.document(row, doc))]
    except RestoreError as error:
        row = replace(row, failure=Failure(row.id, "ledger", str(error)))
        return [(row, job.finish.document(row, doc))]


def _job(job: Job | bytes) -> Job:
    return job if isinstance(job, Job) else _unpickled(job)


@lru_cache(maxsize=4)
def _unpickled(pickled: bytes) -> Job:
    job: Job = pickle.loads(pickled)
    return job


def _told(failure: Failure | None) -> tuple[str, str] | None:
    return None if failure is None else (failure.stage, failure.error)


def _batched(items: Iterable[Item_]) -> Iterator[list[Item_]]:
    rest = iter(items)
    while batch := list(islice(rest, DOCUMENTS_PER_PORTION)):
        yield batch
