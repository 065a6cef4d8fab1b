"""What a process does for an engine: it reads, cleans, observes and finishes the documents of a portion."""

import hashlib
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textclean.document import Document
from textclean.engines.protocol import Finish, Row
from textclean.errors import RestoreError, TextcleanError
from textclean.io.portions import Portion, Taken
from textclean.io.spill import Entry, Item, Ref, Spill
from textclean.phases import Clock, Failure, Phases, Step

if TYPE_CHECKING:
    from textclean.tables import Seen

REST: Final = "rest"
"""What the spill keeps the rests of portions as."""
READ, DECODE, WRITE, WAIT = "read", "decode", "write", "wait"
"""What takes time beside stages: reading input, decoding, writing output, and keeping documents between phases."""

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


@dataclass(frozen=True, slots=True)
class Done:
    """What was done for a batch.

    Attributes:
        rows: its documents.
        observed: those that the next corpus stage saw.
        seen: what it saw in them, in the same order.
        seconds: processor time, by what was done.
    """

    rows: list[Row]
    observed: list[Row] = field(default_factory=list)
    seen: "list[Seen]" = field(default_factory=list)
    seconds: Mapping[str, float] = field(default_factory=dict)


def start(reading: Reading) -> list[Done]:
    """Phase 0: read, decode, clean and observe the documents of a portion."""
    job = unpacked(reading.job)
    work = Work(job, reading.name, 0)
    taken = work.read(reading.portion)
    with work.clock.of(DECODE):
        decoded = [_decoded(job, one, reading.known) for one in taken]
    docs = [found for found in decoded if isinstance(found, Document)]
    steps = iter(job.phases.proceed_all(0, docs, [None] * len(docs), work.clock))
    file = reading.portion.file
    for one, found in zip(taken, decoded, strict=True):
        if isinstance(found, Failure):
            work.rejected(file, one, found)
        elif isinstance(found, Entry):
            work.again(Row(one.id, reading.name, file, one.row), found)
        elif (step := next(steps)).failure is None:
            work.done(Row(one.id, reading.name, file, one.row, size=_size(one.content)), step)
        else:
            work.rejected(file, one, replace(step.failure, document=None))
    work.keep_rest(reading.portion)
    return work.observed()


def _decoded(job: Job, taken: Taken, known: Mapping[str, Entry]) -> Document | Failure | Entry:
    """A document that was read; or why it cannot be decoded; or what an interrupted run knows of it."""
    content = taken.content
    if content is None or taken.fault:
        return Failure(taken.id, "read", taken.fault)
    before = known.get(taken.id)
    if before is not None and before.digest == _digest(content):
        return before
    try:
        return job.phases.read(taken.id, content)
    except TextcleanError as error:
        return Failure(taken.id, DECODE, str(error))


def given_up(job: Job, reading: Reading, why: str) -> Done:
    """The documents of a portion that cannot be worked on, as ones that failed."""
    work = Work(job, reading.name, 0)
    for taken in reading.portion.read():
        work.rejected(reading.portion.file, taken, Failure(taken.id, "worker", why))
    work.keep_rest(reading.portion)
    return Done(work.rows)


def _size(content: str | bytes | Document | None) -> int:
    """Bytes of a source; of a document that was decoded already unknown."""
    if isinstance(content, str):
        return len(content.encode("utf-8", "surrogatepass"))
    return len(content) if isinstance(content, bytes) else 0


def _digest(content: str | bytes | Document) -> str | None:
    """The digest of a source that was not read by decode yet."""
    if isinstance(content, Document):
        return None
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw).hexdigest()


def proceed(batch: Batch) -> list[Done]:
    """A later phase for the documents of a portion."""
    job = unpacked(batch.job)
    work = Work(job, batch.name, batch.phase)
    wanted = [task for task in batch.tasks if task.row.ref is not None and task.known is None]
    with work.clock.of(WAIT):
        docs = list(job.spill.documents([task.row.ref for task in wanted if task.row.ref is not None]))
    steps = iter(_proceeded(job, batch.phase, wanted, docs, work.clock))
    for row, _, known in batch.tasks:
        if row.ref is None:
            work.rows.append(row)
        elif known is not None:
            work.again(row, known)
        else:
            work.done(row, *next(steps))
    return work.observed()


def _proceeded(
    job: Job, phase: int, tasks: Sequence[Task], docs: Sequence[Document], clock: Clock
) -> list[tuple[Step, bool]]:
    """What a phase made of documents, and whether it changed anything; those that failed before are left alone."""
    live = [i for i, task in enumerate(tasks) if task.row.failure is None]
    steps = [Step(doc, task.row.failure) for doc, task in zip(docs, tasks, strict=True)]
    run = job.phases.proceed_all(phase, [docs[i] for i in live], [tasks[i].verdict for i in live], clock)
    for i, step in zip(live, run, strict=True):
        steps[i] = step
    rows = zip(steps, docs, tasks, strict=True)
    return [(step, step.document is not doc or step.failure is not task.row.failure) for step, doc, task in rows]


class Work:
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
        self.clock = Clock()

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

    def read(self, portion: Portion) -> list[Taken]:
        """The documents of a portion."""
        with self.clock.of(READ):
            return list(portion.read())

    def keep_rest(self, portion: Portion) -> None:
        """Keep what must be written around the texts of the portion that was read."""
        with self.clock.of(WAIT):
            self._job.spill.keep(REST, self._name, portion.rest(self._raw))

    def done(self, row: Row, step: Step, is_new: bool = True) -> None:
        """A document that went through the phase.

        Args:
            row: as it was before.
            step: what the phase made of it.
            is_new: whether it is another document now; otherwise it stays where it is.
        """
        doc = step.document
        assert doc is not None  # those without one were rejected
        if step.failure is not None and step.failure is not row.failure:
            row = replace(row, failure=replace(step.failure, document=None))
        if is_new:
            if row.ref is not None:
                self._left.append(row.ref)
            row.digest = doc.source.digest if doc.source else ""
            self._new.append((row, doc))
        self.rows.append(row)
        if row.failure is None:
            self._sound.append((row, doc))

    def again(self, row: Row, known: Entry) -> None:
        """A document that an interrupted run had finished in this phase."""
        failure = known.failure and Failure(known.id, *known.failure)
        row = replace(row, ref=known.ref, digest=known.digest, size=known.size, failure=failure)
        self.rows.append(row)
        if known.failure is None and self._job.phases[self._phase].observes is not None:
            self._sound.append((row, self._job.spill.read(known.ref)))

    def observed(self) -> list[Done]:
        """What was done; documents that are new are in a segment."""
        phases, phase = self._job.phases, self._phase
        observed: list[Row] = []
        seen: list[Seen] = []
        if self._sound and phases[phase].observes is not None:
            with self.clock.of(phases.observer(phase).name):
                seen, steps = phases.observe(phase, [doc for _, doc in self._sound])
            observed = [row for (row, _), step in zip(self._sound, steps, strict=True) if step.failure is None]
            for (row, _), step in zip(self._sound, steps, strict=True):
                row.failure = step.failure and replace(step.failure, document=None)
        with self.clock.of(WAIT):
            if self._new:
                items = [Item(doc, row.size, _told(row.failure)) for row, doc in self._new]
                refs = self._job.spill.write(phase, self._name, items)
                for (row, _), ref in zip(self._new, refs, strict=True):
                    row.ref = ref
        for left in self._left:  # now that nothing can fail: until then the batch may have to be done again
            self._job.spill.release(left)
        return [Done(self.rows, observed, seen, self.clock)]


@dataclass(frozen=True, slots=True)
class Ended:
    """What was made of documents in the end.

    Attributes:
        made: of a whole portion, what :meth:`Finish.portion` made of it; of a part, pairs of a row and what
            :meth:`Finish.document` made of its document.
        is_whole: which of the two.
        seconds: processor time, by what was done.
    """

    made: Any
    is_whole: bool
    seconds: Mapping[str, float]


def end(batch: Batch) -> list[Ended]:
    """The last phase for the documents of a portion, and what is done with them then."""
    job = unpacked(batch.job)
    clock = Clock()
    live = [task for task in batch.tasks if task.row.ref is not None]
    with clock.of(WAIT):
        docs = list(job.spill.documents([task.row.ref for task in live if task.row.ref is not None]))
    if batch.phase:
        steps = iter(_proceeded(job, batch.phase, live, docs, clock))
    else:  # it was run when the documents were read
        steps = iter([(Step(doc), False) for doc in docs])
    done: list[tuple[Row, Any]] = []
    with clock.of(WRITE):
        for row, _, _ in batch.tasks:
            doc = None
            if row.ref is not None:
                step, _ = next(steps)
                doc = step.document
                if step.failure is not None and step.failure is not row.failure:
                    row = replace(row, failure=replace(step.failure, document=None))
            done.append(finished(job, row, doc))
        assert job.finish is not None  # set by LocalEngine.run
        if not batch.whole:
            return [Ended(done, False, clock)]
        made = job.finish.portion(batch.name, job.spill.kept(REST, batch.name), done)
    return [Ended(made, True, clock)]


def finished(job: Job, row: Row, doc: Document | None) -> tuple[Row, Any]:
    """A row and what was made of its document in the end."""
    assert job.finish is not None  # as above
    try:
        return row, job.finish.document(row, doc)
    except RestoreError as error:
        row = replace(row, failure=Failure(row.id, "ledger", str(error)))
        return row, job.finish.document(row, doc)


def unpacked(job: Job | bytes) -> Job:
    """The job, unpickled once in each process."""
    return job if isinstance(job, Job) else _unpickled(job)


@lru_cache(maxsize=4)
def _unpickled(pickled: bytes) -> Job:
    job: Job = pickle.loads(pickled)
    return job


def _told(failure: Failure | None) -> tuple[str, str] | None:
    return None if failure is None else (failure.stage, failure.error)
