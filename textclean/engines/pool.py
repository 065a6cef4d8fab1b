"""Worker processes that neither outlive a run nor end it: batches in, results out, in order.

A worker watches the process that started it and goes when that one is gone, however it ended. A batch whose worker was
killed is done again, item by item; an item that is alone at work when its worker is killed, twice, is given up.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from textclean.errors import UsageError
from textclean.process import set_up

if TYPE_CHECKING:  # what one job need not pay for
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing.connection import Connection

_BATCHES_AHEAD = 3  # per process; bounds what waits in memory
_TRIES_ALONE = 2
_UNGUARDED = (
    "no worker process can start; a script that calls textclean with more than one job must do so below "
    '`if __name__ == "__main__":`, for every worker imports it'
)
KILLED = "the process that worked on it was killed, alone and twice (out of memory?)"
EXHAUSTED = "it took more memory than there is, alone and twice"


class Divisible(Protocol):
    """Work that can be done in parts."""

    def parts(self) -> list[Self]:
        """The work on each item alone."""
        ...


Task = TypeVar("Task", bound=Divisible)
Result = TypeVar("Result")


class Pool:
    """Processes, or this process where there is but one job. Results come in the order of the tasks."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor: ProcessPoolExecutor | None = None
        self._lifelines: list[Connection] = []
        self._has_worked = False

    def __enter__(self) -> "Pool":
        if self._jobs > 1:
            self._executor = self._opened(self._jobs)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            self._cut_lifelines()  # what is at work is given up: nobody waits for it
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._cut_lifelines()

    def map(
        self,
        work: Callable[[Task], list[Result]],
        tasks: Iterable[Task],
        lost: Callable[[Task, str], list[Result]],
    ) -> Iterator[list[Result]]:
        """``work`` done on each of ``tasks``; ``lost`` is called for an item that was given up, with the reason."""
        for _, results in self.map_tasks(work, tasks, lost):
            yield results

    def map_tasks(
        self,
        work: Callable[[Task], list[Result]],
        tasks: Iterable[Task],
        lost: Callable[[Task, str], list[Result]],
    ) -> Iterator[tuple[Task, list[Result]]]:
        """Like :meth:`map`, with the tasks."""
        if self._executor is None:
            for task in tasks:
                yield task, _here(work, task, lost)
            return
        ahead: deque[tuple[Task, Future[list[Result]] | None]] = deque()
        for task in tasks:
            ahead.append((task, self._submitted(work, task)))
            if len(ahead) >= self._jobs * _BATCHES_AHEAD:
                yield from self._next(work, ahead, lost)
        while ahead:
            yield from self._next(work, ahead, lost)

    def _submitted(self, work: Callable[[Task], list[Result]], task: Task) -> "Future[list[Result]] | None":
        from concurrent.futures.process import BrokenProcessPool

        assert self._executor is not None  # map looked
        try:
            return self._executor.submit(work, task)
        except BrokenProcessPool:  # told when its turn comes
            return None

    def _next(
        self,
        work: Callable[[Task], list[Result]],
        ahead: "deque[tuple[Task, Future[list[Result]] | None]]",
        lost: Callable[[Task, str], list[Result]],
    ) -> Iterator[tuple[Task, list[Result]]]:
        """The result of the first task; of all of them, done one by one, where a worker was killed."""
        task, future = ahead.popleft()
        found = _outcome(future)
        if not isinstance(found, Exception):
            self._has_worked = True
            yield task, found
            return
        self._check_starts()
        waiting = [(task, found), *((other, _outcome(future)) for other, future in ahead)]
        ahead.clear()
        self._restart(1)
        for task, result in waiting:
            yield task, self._alone(work, task, lost) if isinstance(result, Exception) else result
        self._restart(self._jobs)

    def _check_starts(self) -> None:
        """Whether a worker starts at all; asked where the first of them was lost.

        Raises:
            UsageError: it does not.
        """
        if self._has_worked:
            return
        self._restart(1)
        from concurrent.futures.process import BrokenProcessPool

        assert self._executor is not None  # it was just opened
        try:
            self._executor.submit(os.getpid).result()
        except BrokenProcessPool:
            raise UsageError(_UNGUARDED) from None

    def _alone(
        self, work: Callable[[Task], list[Result]], task: Task, lost: Callable[[Task, str], list[Result]]
    ) -> list[Result]:
        """The work on each item of ``task``, with nothing else at work."""
        results: list[Result] = []
        for part in task.parts():
            for _ in range(_TRIES_ALONE):
                found = _outcome(self._submitted(work, part))
                if not isinstance(found, Exception):
                    results += found
                    break
                self._restart(1)
            else:
                results += lost(part, EXHAUSTED if isinstance(found, MemoryError) else KILLED)
        return results

    def _opened(self, jobs: int) -> "ProcessPoolExecutor":
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context = get_context("spawn")
        theirs, ours = context.Pipe(duplex=False)
        self._lifelines.append(ours)
        return ProcessPoolExecutor(jobs, context, _tethered, (theirs,))

    def _restart(self, jobs: int) -> None:
        assert self._executor is not None  # map looked
        self._cut_lifelines()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._opened(jobs)

    def _cut_lifelines(self) -> None:
        """Workers go at once: what they write gets its name when it is whole, so no moment is a bad one."""
        while self._lifelines:
            self._lifelines.pop().close()


def _outcome(future: "Future[list[Result]] | None") -> "list[Result] | BrokenProcessPool | MemoryError":
    """What a task gave, or how it harmed its worker. Any other error is raised: it is not the worker's."""
    from concurrent.futures.process import BrokenProcessPool

    if future is None:
        return BrokenProcessPool()
    try:
        return future.result()
    except (BrokenProcessPool, MemoryError) as error:
        return error


def _here(work: Callable[[Task], list[Result]], task: Task, lost: Callable[[Task, str], list[Result]]) -> list[Result]:
    """The work done in this process; item by item if memory does not suffice for all."""
    try:
        return work(task)
    except MemoryError:
        results: list[Result] = []
        for part in task.parts():
            try:
                results += work(part)
            except MemoryError:
                results += lost(part, EXHAUSTED)
        return results


def _tethered(lifeline: "Connection") -> None:
    """Set a worker up: signals are for the parent, and without a parent there is nothing left to do."""
    set_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()


def _watch(lifeline: "Connection") -> None:
    try:
        lifeline.recv_bytes()  # nothing is ever sent: it ends when the other end is closed
    except (EOFError, OSError):
        os._exit(1)
