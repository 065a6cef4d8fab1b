"""A run that is killed at a chosen moment: the process that ``test_kills`` starts.

A moment is the n-th change of a file below one of the watched folders in one phase of the run, seen by an audit hook
just before it happens. Worker processes import this module too, so the moments of theirs are seen as well: they kill
the process that started them, and end when they notice.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from textclean.engines.protocol import Watch
from textclean.index import sqlite
from textclean.recipe import Recipe, parse

RECIPE: Recipe = parse({"stages": ["normalize", "boilerplate", "duplicates"]}, "test")
PHASES = (
    "reading", "keeping", "quarantining", "deciding", "cleaning", "writing", "telling", "sharding", "renaming",
    "sweeping", "remembering", "finishing", "clearing",
)  # fmt: skip
"""``keeping``: what stands around texts; ``telling``: what is kept of documents until all are done."""
DOCUMENTS_PER_TRANSACTION = 20
_FOLDERS = {"clean": "writing", "ledger": "sharding", "quarantine": "quarantining"}
_CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Task(NamedTuple):
    """What the process does, as JSON in the environment.

    Attributes:
        source, out, seen: the folders and the index of the run.
        jobs: processes.
        resume: whether to go on.
        phase, number: the moment of the kill; number 0: no kill.
        log: a file that moments are written to; empty for none.
    """

    source: str
    out: str
    seen: str
    jobs: int
    resume: bool
    phase: str = ""
    number: int = 0
    log: str = ""


class Moments:
    """Counts moments by phase, and kills at one of them."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.seen: Counter[str] = Counter()
        self.clearing = False

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook."""
        if event not in _CHANGES or (event == "open" and not (arguments[2] or 0) & _WRITES):
            return
        paths = [str(os.fspath(path)) for path in arguments[:2] if isinstance(path, str | os.PathLike)]
        phase = self._phase(event, [path for path in paths if path.startswith(self.task.out)])
        if phase:
            self.moment(phase)

    def _phase(self, event: str, paths: list[str]) -> str:
        if self.clearing:  # a tree is removed by descriptors: no paths to look at
            return "clearing" if event in ("os.remove", "os.rmdir") else ""
        parts = [Path(os.path.relpath(path, self.task.out)).parts for path in paths]
        if not parts:
            return ""
        last = parts[-1]  # of a rename: what it becomes
        work = len(last) > 0 and last[0] == ".work"
        if event == "shutil.rmtree" and last == (".work",):
            self.clearing = True
            return "clearing"
        if last and last[0] in _FOLDERS:
            return "sweeping" if event in ("os.rmdir", "os.remove") else _FOLDERS[last[0]]
        if last and last[0] in ("documents.jsonl", "marks.jsonl", "files.jsonl"):
            return "renaming"
        if last and last[0] in ("run.json", "manifest.json"):
            return "finishing"
        if work and len(last) > 1 and last[1].startswith("phase-"):
            return "reading" if last[1] == "phase-0" else "cleaning"
        if work and len(last) > 1 and last[1].endswith(".partial"):  # gets its name when it is whole
            return _FOLDERS.get(last[1].removesuffix(".partial"), "")
        return {"rest": "keeping", "finished": "telling"}.get(last[1], "") if work and len(last) > 1 else ""

    def moment(self, phase: str) -> None:
        """One more moment of a phase."""
        self.seen[phase] += 1
        if self.task.log:
            with open(self.task.log, "a") as log:
                log.write(phase + "\n")
        if (phase, self.seen[phase]) == (self.task.phase, self.task.number):
            os.kill(os.getpid() if __name__ == "__main__" else os.getppid(), signal.SIGKILL)

    def watch(self) -> Watch:
        """Progress of a run: a decision is a moment too."""

        def watch(what: str, done: int, total: int) -> None:
            if what.startswith("comparing"):
                self.moment("deciding")

        return watch


def remembering(moments: Moments) -> None:
    """Make small transactions of the index, each with a moment before and behind it."""
    sqlite._DOCUMENTS_A_TRANSACTION = DOCUMENTS_PER_TRANSACTION  # type: ignore[misc]
    whole = sqlite.ParagraphIndex._add

    def add(self: sqlite.ParagraphIndex, documents: Iterable[Any]) -> None:
        moments.moment("remembering")
        whole(self, documents)  # type: ignore[arg-type]
        moments.moment("remembering")

    sqlite.ParagraphIndex._add = add  # type: ignore[method-assign]


if "TEXTCLEAN_KILLED_RUN" in os.environ:
    MOMENTS = Moments(Task(*json.loads(os.environ["TEXTCLEAN_KILLED_RUN"])))
    sys.addaudithook(MOMENTS.hook)
    if __name__ == "__main__":
        from textclean.commands.run import run

        remembering(MOMENTS)
        task = MOMENTS.task
        run(
            task.source,
            task.out,
            recipe=RECIPE,
            jobs=task.jobs,
            resume=task.resume,
            index=task.seen,
            watch=MOMENTS.watch(),
        )
