"""Processes of one machine. Holds no cleaning logic: runs the phases of a pipeline over portions of documents."""

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from textclean.document import Document
from textclean.engines.pool import Pool
from textclean.engines.protocol import Finish, Row, Watch, double_id
from textclean.engines.work import (
    READ,
    REST,
    Batch,
    Done,
    Ended,
    Job,
    Reading,
    Reject,
    Task,
    end,
    finished,
    given_up,
    proceed,
    start,
)
from textclean.errors import UsageError
from textclean.io.portions import DOCUMENTS_PER_PORTION, Items, Portion
from textclean.io.spill import Entry, MemorySpill, Spill, SpilledTexts
from textclean.phases import Clock, Failure, Phases, id_key

if TYPE_CHECKING:
    from textclean.index.model import Index, Remembering
    from textclean.index.open import Where
    from textclean.tables import Observations

Loaded = TypeVar("Loaded")
Result = TypeVar("Result", covariant=True)

IN_MEMORY: Final = 1 << 27
"""Bytes of documents that wait in memory between phases, where one process does all the work and no run lasts."""
ROWS_IN_MEMORY: Final = 1 << 24
"""Bytes of what a corpus stage saw that wait in memory; the rest is in files."""


@dataclass(slots=True)
class LocalEngine:
    """Runs phases over documents in processes of this machine, or in this one.

    Attributes:
        phases: what is run.
        spill: where documents wait between phases.
        jobs: processes; 1 runs everything in this one.
        watch: told of progress.
        index: paragraphs of earlier runs; needs a spill that keeps what it was given.
        fingerprint: what decides the output beside the documents; for a spill that lasts.
        reject: takes the sources of documents that fail before the first barrier.
        after_reading: called once everything was read; may raise.
        max_memory: bytes of what corpus stages saw that stay in memory; the rest is in files.
        seconds: see :class:`textclean.engines.protocol.Engine`.
    """

    phases: Phases
    spill: Spill
    jobs: int = 1
    watch: Watch | None = None
    index: "Index | None" = None
    fingerprint: str = ""
    reject: Reject | None = None
    after_reading: Callable[[], None] | None = None
    max_memory: int = ROWS_IN_MEMORY
    seconds: Clock = field(default_factory=Clock)
    rows: list[Row] = field(default_factory=list)
    _observations: "Observations | None" = None
    _judged: "_Judged | None" = None

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise UsageError(f"jobs is {self.jobs}; it must be 1 or more")

    def run(self, portions: Iterable[Portion], finish: Finish[Result]) -> Iterator[Result]:
        """See :meth:`textclean.engines.protocol.Engine.run`."""
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
            numbered = enumerate(portions, before)
            while True:
                with self.seconds.of(READ):
                    number, portion = next(numbered, (0, None))
                if portion is None:
                    return
                ids = portion.ids() if known else ()
                yield Reading(job, f"{number:08d}", portion, {id: known[id] for id in ids if id in known})

        def lost(reading: Reading, why: str) -> list[Done]:
            return [given_up(self._here(), reading, why)]

        rows: list[Row] = []
        numbers: dict[str, int] = {}
        for results in pool.map(start, readings(), lost):
            for done in results:
                doubles = [row for row in done.rows if _is_double(row, numbers)]
                self._see(0, done, doubles)
                rows += done.rows
            self._tell("reading and cleaning", len(rows), 0)
        return rows

    def _see(self, phase: int, done: Done, without: Sequence[Row] = ()) -> None:
        """Take in what the corpus stage at the end of the phase saw in a batch, and what time it all took."""
        self.seconds.add(done.seconds)
        rows = iter(done.observed)
        for seen in done.seen:
            if self._observations is None:
                from textclean.io.tables import SpilledObservations

                tables = self.phases.observer(phase).tables
                self._observations = SpilledObservations(tables, self.spill.root, self.max_memory)
            own = list(islice(rows, len(seen.ids)))
            left_out = [place for place, row in enumerate(own) if any(row is double for double in without)]
            self._observations.add(seen.without(left_out) if left_out else seen)

    def _decide(self, phase: int) -> Mapping[str, Any]:
        from textclean.tables import Observations

        refs = {row.id: row.ref for row in self.rows if row.ref is not None}
        stage = self.phases.observer(phase)
        observations, self._observations = self._observations or Observations(stage.tables), None
        self._tell(f"comparing ({stage.name})", 0, len(observations))
        texts = SpilledTexts(self.spill, refs)
        with self.seconds.of(stage.name):
            verdicts = self.phases.decide(phase, observations, texts, self.index)
        if self.index is not None:
            from textclean.index.model import Remembering

            if isinstance(stage, Remembering):
                self._judged = _Judged(stage, observations, verdicts, texts)
        return verdicts

    def remember(self) -> None:
        """See :meth:`textclean.engines.protocol.Engine.remember`."""
        if self.index is not None and self._judged is not None:
            stage, seen, verdicts, texts = self._judged
            self._tell("remembering", 0, len(seen))
            self.index.add(stage.entries(seen, verdicts, texts))

    def _next(self, pool: Pool, phase: int, verdicts: Mapping[str, Any]) -> None:
        known = {entry.id: entry for entry in self.spill.entries(phase)}
        batches = self._batches(self._job(), phase, verdicts, known)

        def lost(batch: Batch, why: str) -> list[Done]:
            """The document stays as the phase before left it."""
            return [Done([_given_up(batch, why)])]

        rows: list[Row] = []
        for results in pool.map(proceed, batches, lost):
            for done in results:
                self._see(phase, done)
                rows += done.rows
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

        def lost(batch: Batch, why: str) -> list[Ended]:
            row = _given_up(batch, why)
            doc = None if row.ref is None else self.spill.read(row.ref)
            return [Ended([finished(self._here(finish), row, doc)], False, {})]

        count = 0
        for batch, results in pool.map_tasks(end, batches, lost):
            count += len(batch.tasks)
            self._tell("writing", count, len(self.rows))
            for ended in results:
                self.seconds.add(ended.seconds)
            if results[0].is_whole:
                yield results[0].made
            else:
                rest = self.spill.kept(REST, batch.name)
                yield finish.portion(batch.name, rest, [pair for ended in results for pair in ended.made])

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
    phases: Phases,
    items: Iterable[tuple[str, str | bytes | Document]],
    jobs: int = 1,
    index: "Where | None" = None,
) -> Iterator[Document | Failure]:
    """Clean ``items`` as one corpus, spilling to a temporary folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="textclean-")))
        in_memory = jobs == 1 and index is None
        engine = LocalEngine(phases, MemorySpill(folder, IN_MEMORY) if in_memory else Spill(folder), jobs)
        if index is not None:
            from textclean.index.open import open_index

            engine.index = stack.enter_context(open_index(index, phases.recipe.stages))
        for row, doc in engine.documents(Items(tuple(batch)) for batch in _batched(items)):
            if row.failure is not None:
                yield replace(row.failure, document=doc)
            elif doc is not None:
                yield doc
        engine.remember()


def _is_double(row: Row, numbers: dict[str, int]) -> bool:
    """Whether the id of a row stood before; it is a failure then, with an id of its own. ``numbers`` is told of it.

    Raises:
        UsageError: the id stood before, and the document is no row of a file.
    """
    before = numbers.get(row.id)
    is_double = before is not None
    if is_double:
        if not row.file:
            raise UsageError(f"the id {row.id!r} stands twice; ids must differ")
        told = f"its id stands in row {before:,} too: {row.id}"
        row.id = double_id(row.id, row.number, numbers)
        row.failure = Failure(row.id, READ, told)
    numbers[row.id] = row.number
    return is_double


def _given_up(batch: Batch, why: str) -> Row:
    """The row of the document that is alone in a batch, as one that failed."""
    (task,) = batch.tasks
    return replace(task.row, failure=task.row.failure or Failure(task.row.id, "worker", why))


def _batched(items: Iterable[Loaded]) -> Iterator[list[Loaded]]:
    rest = iter(items)
    while batch := list(islice(rest, DOCUMENTS_PER_PORTION)):
        yield batch
