"""Fuzzing of what is read back: ``make fuzz-out``, or ``python -m tests.fuzz_out COUNT [--seed S] [--only N]``.

Output folders, finished and interrupted, indexes and recipes are damaged and forged (:mod:`tests.mutations`) and given
to the commands that read them. Only errors of textclean may be raised, nothing outside may change, no folder that is
only read may change, what restore calls whole must be whole, and a run that is resumed must end as if nothing had
happened, unless digests were forged. Case number ``n`` of a seed is always the same, so a failure is repeated by it.
"""

import argparse
import faulthandler
import gc
import hashlib
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tests.mutations import (
    Tree,
    mutate_beside,
    mutate_index,
    mutate_recipe,
    mutate_tree,
    mutate_value,
    read_tree,
    read_value,
    seal,
    write_tree,
)
from tests.runs import Interrupted
from tests.stages_for_tests import Picky
from textclean.commands.explain import explain
from textclean.commands.restore import restore, verify
from textclean.commands.run import run
from textclean.document import Document, Findings
from textclean.engines import local
from textclean.errors import StageError, TextcleanError
from textclean.io import row_files, shards
from textclean.io.inputs import id_fault, id_path
from textclean.ledger import EditBuilder
from textclean.recipe import Recipe, load, parse
from textclean.stage import Stage
from textclean.testing import news_paragraph

MEMORY = 1 << 30
"""Bytes of address space that cases may take beyond what the first runs took."""
SECONDS = 40
"""After so long a case is broken off, and told."""
SECRET = b"nobody may read this\n"
PHASES = (("reading and cleaning", 3), ("reading and cleaning", 9), ("cleaning", 3), ("cleaning", 9), ("writing", 9))


class LastFirst(Stage):
    """Move the last line to the beginning."""

    name = "last-first"

    def findings(self, doc: Document) -> Findings:
        edits = EditBuilder()
        line = doc.paragraphs()[-1]
        if line.text and line.start:
            edits.move(line.start, line.end, 0, line.text, "moved")
        return Findings(edits.build(), meta={"last": line.text})


STAGES = (*parse({"stages": ["normalize", "boilerplate", "duplicates"]}, "fuzz").stages, LastFirst(), Picky())
RECIPE = Recipe(STAGES)
WITH_INDEX = parse({"stages": ["normalize", "duplicates"]}, "fuzz")


UNRAISABLE: list[object] = []
"""What was raised where nobody catches it, such as warnings of files that stay open."""


class Hung(BaseException):
    """A case takes too long."""


class Wrong(Exception):  # noqa: N818
    """A promise that does not hold."""


@dataclass
class World:
    """What cases are made of, and where they are tried.

    Attributes:
        base: the folder that all cases run in.
        inputs: the input folder.
        restored: what restore makes of the finished output: the inputs, but for what stands around rows.
        finished: the output of a run.
        interrupted: outputs of runs that ended early.
        index: an index of two documents.
        recipe: the text of a recipe.
        case: the folder of the case that is tried; it stays if a case hangs so that the process must end.
    """

    base: Path
    inputs: Tree
    restored: Tree
    finished: Tree
    interrupted: list[Tree]
    index: bytes
    recipe: bytes
    case: Path

    @property
    def out(self) -> Path:
        return self.case / "out"

    @property
    def canaries(self) -> list[str]:
        return [str(self.base / "canary"), str(self.base / "canaries"), "../../canary", "../../../canaries"]


def _inputs() -> dict[str, bytes]:
    rng = random.Random("fuzz out")
    news = [news_paragraph(rng, 70, 110) for _ in range(18)]
    return {
        "a.txt": f"标题,\n{news[0]}\n{news[1]}\n".encode(),
        "bad bytes.txt": f"{news[2]}\n{news[3]}".encode("gb18030") + b"\xff\n",
        "copy.md": f"{news[0]}\n{news[4]}\n".encode("utf-16"),
        "empty.txt": b"",
        "100%41.txt": f"{news[1][:-9]}\n坏,\n".encode(),
        "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        "sub/新闻 1.txt": f"{news[5]}\n{news[5][5:]}\n最后一行\n".encode("big5", "ignore"),
        "sub/other.txt": f"{news[6]}\n{news[7]}\n{news[0]}\n".encode(),
        "sub/photo.gif": b"GIF89a" + bytes(range(256)) * 2,
        "z.txt": f"﻿{news[8]}\r\n{news[2]}\r\n".encode(),
        "rows.jsonl": _json_rows(news[8:14], news[0]),
        "sub/rows.parquet": _parquet_rows(news[14:], news[9]),
    }


def _json_rows(news: list[str], known: str) -> bytes:
    rows = [{"id": f"r{i}", "text": f"{news[i]}\n{known}\n", "n": 10**20} for i in range(5)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines[2:2] = ["no JSON", '{"text": 7}', '{"id": "r1", "text": "again"}']
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet_rows(news: list[str], known: str) -> bytes:
    out = io.BytesIO()
    texts = [f"{news[0]}\n{known}", None, news[1], news[2]]
    pq.write_table(pa.table({"id": [4, 5, 6, 7], "text": texts, "more": [[1], [], None, [2, 3]]}), out)
    return out.getvalue()


@contextmanager
def world() -> Iterator[World]:
    """Build everything in a temporary folder, in memory if there is such a file system."""
    row_files.DOCUMENTS_PER_PORTION = 3  # type: ignore[misc]
    shards.DOCUMENTS_PER_FRAME = 4  # type: ignore[misc]
    shards.DOCUMENTS_PER_SHARD = 10  # type: ignore[misc]
    metadata.version = cache(metadata.version)  # a run asks once, ten thousands of runs need not ask again
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as folder:
        base = Path(folder).resolve()
        (base / "canaries").mkdir()
        for canary in (base / "canary", base / "canaries" / "a.txt"):
            canary.write_bytes(SECRET)
            os.utime(canary, (1_000_000_000, 1_000_000_000))
        inputs: Tree = dict(_inputs())
        write_tree(base / "in", inputs)
        write_tree(base / "later", {"more.txt": inputs["a.txt"], "new.txt": inputs["sub/other.txt"]})
        run(base / "in", base / "straight", recipe=RECIPE)
        interrupted = []
        for number, (phase, done) in enumerate(PHASES):
            out = base / f"interrupted{number}"
            try:
                run(base / "in", out, recipe=RECIPE, watch=_stopper(phase, done))
            except Interrupted:
                interrupted.append(read_tree(out))
            shutil.rmtree(out)
        assert len(interrupted) == len(PHASES)
        finished = read_tree(base / "straight")
        restore(base / "straight", base / "restored")
        restored = read_tree(base / "restored")
        shutil.rmtree(base / "restored")
        assert [name for name in inputs if restored[name] != inputs[name]] == ["sub/rows.parquet"]
        shutil.rmtree(base / "straight")
        run(base / "in", base / "indexed", recipe=WITH_INDEX, index=base / "index")
        shutil.rmtree(base / "indexed")
        index = (base / "index").read_bytes()
        for left in base.glob("index*"):
            left.unlink()
        os.chdir(base)  # so that a relative path that gets out is seen
        yield World(base, inputs, restored, finished, interrupted, index, WITH_INDEX.as_toml().encode(), base)
        os.chdir("/")


def _stopper(phase: str, done: int) -> local.Watch:
    def watch(now: str, count: int, total: int) -> None:
        if now == phase and count >= done:
            raise Interrupted

    return watch


# Cases


@dataclass
class Case:
    """What is tried, and what became of it.

    Attributes:
        rng: decides everything.
        kinds: the mutations.
        ended: how each command ended, as ``(command, end)``.
    """

    rng: random.Random
    kinds: list[str]
    ended: list[tuple[str, str]]

    def tried(self, command: str, do: Callable[[], object]) -> object:
        """What a command returned; None if it raised an error of textclean. Of other errors the stages' are no news.

        Raises:
            Wrong: a stage failed for a reason of its own.
        """
        try:
            found = do()
        except TextcleanError as error:
            self.ended.append((command, type(error).__name__))
            if isinstance(error, StageError) and not isinstance(error.__cause__, TextcleanError):
                raise Wrong(f"a stage met what nobody had checked: {error}") from error
            return None
        told = bool(found) and command in ("restore", "verify")
        self.ended.append((command, "told problems" if told else "returned"))
        return found


def try_finished(world: World, case: Case) -> None:
    """A finished output, damaged: verify, restore, explain, resume."""
    tree, sealed = _damaged(world, case, world.finished)
    before = snapshot(world.out)
    for command in case.rng.sample(("verify", "restore", "explain"), 3):
        if command == "verify":
            told = case.tried("verify", partial(verify, world.out, case.rng.choice((None, world.base / "in"))))
            if told == [] and not sealed:
                _check_unharmed(world)
        elif command == "restore":
            told = case.tried("restore", lambda: restore(world.out, world.case / "dest"))
            _check_restored(world, sealed, told == [])
        else:
            names = [name for name in tree if name.startswith("clean/")] or ["clean/a.txt"]
            line = case.rng.choice(("", ":1", ":2", ":99999", ":" + "9" * 5_000, ":²", ":"))
            name = case.rng.choice(names)
            row = "" if "rows" not in name else case.rng.choice(("", "#", "#r1", "#r4", "#4", "#7", "#1", "#\0"))
            place = f"{world.out / name}{row}{line}"
            case.tried("explain", partial(explain, place))
    if snapshot(world.out) != before:
        raise Wrong("a folder that is only read was changed")
    if case.rng.random() < 0.1:
        case.tried("resume of finished", lambda: run(world.base / "in", world.out, recipe=RECIPE, resume=True))


def try_interrupted(world: World, case: Case) -> None:
    """An interrupted output, damaged: resume."""
    _, sealed = _damaged(world, case, case.rng.choice(world.interrupted))
    done = case.tried("resume", lambda: run(world.base / "in", world.out, recipe=RECIPE, resume=True))
    if done is None or sealed:
        return
    if not getattr(done, "finished_before", False) and _content(read_tree(world.out)) != _content(world.finished):
        raise Wrong("the run that was resumed ended otherwise")


def try_index(world: World, case: Case) -> None:
    """An index, damaged: a run, and a dry run."""
    index = world.case / "index"
    index.write_bytes(world.index)
    for _ in range(case.rng.choice((1, 1, 2, 3))):
        case.kinds.append(f"index: {mutate_index(case.rng, index)}")
    if case.rng.random() < 0.2:
        case.kinds.append(f"index: {mutate_beside(case.rng, index, world.canaries)}")
    dry, again = case.rng.random() < 0.5, case.rng.random() < 0.5
    source = world.base / ("in" if again else "later")
    case.tried(
        "dry run with index" if dry else "run with index",
        lambda: run(source, world.out, recipe=WITH_INDEX, index=index, dry_run=dry),
    )


def try_recipe(world: World, case: Case) -> None:
    """A recipe, damaged."""
    raw = world.recipe
    for _ in range(case.rng.choice((1, 1, 2, 3))):
        what, raw = mutate_recipe(case.rng, raw)
        case.kinds.append(f"recipe: {what}")
    name = "recipe.toml"
    if case.rng.random() < 0.3:
        name, raw = (
            "pyproject.toml",
            case.rng.choice((b"[tool.textclean]\n", b"[tool]\ntextclean = ", b"tool = ")) + raw,
        )
    path = world.case / name
    path.write_bytes(raw)
    found = case.tried("recipe", lambda: load(path))
    if isinstance(found, Recipe):
        text = world.case / "again.toml"
        text.write_text(found.as_toml(), encoding="utf-8")
        if load(text) != found:
            raise Wrong("a recipe, written down, reads otherwise")


def try_parsed(world: World, case: Case) -> None:
    """A table of a recipe, as a caller of the library may give it."""
    table = [_table()]
    for _ in range(case.rng.choice((1, 1, 2, 3))):
        case.kinds.append(f"table: {mutate_value(case.rng, table)}")
    if table and isinstance(table[0], dict):
        case.tried("parse", lambda: parse(table[0], "fuzz"))


def _table() -> dict[str, object]:
    return json.loads(json.dumps(WITH_INDEX.as_dict()))  # type: ignore[no-any-return]


TRIALS = {try_finished: 45, try_interrupted: 15, try_index: 20, try_recipe: 18, try_parsed: 2}


def _damaged(world: World, case: Case, whole: Tree) -> tuple[Tree, bool]:
    """Write a damaged copy: what was written, and whether it was forged rather than damaged."""
    tree = dict(whole)
    for _ in range(case.rng.choice((1, 1, 2, 3))):
        case.kinds.append(f"out: {mutate_tree(case.rng, tree, world.canaries)}")
    sealed = case.rng.random() < 0.5
    if sealed:
        seal(tree, SECRET)
        case.kinds.append("out: sealed again")
    if case.rng.random() < 0.01:
        case.kinds.append("out: link for the folder itself")
        world.out.symlink_to(case.rng.choice(("out", "nowhere", "../canaries", "../canary")))
        return {}, True
    write_tree(world.out, tree)
    return tree, sealed


def _content(tree: Tree) -> Tree:
    return {name: entry for name, entry in tree.items() if name != "run.json"}


def _check_unharmed(world: World) -> None:
    now = read_tree(world.out)
    for name in now.keys() | world.finished.keys():
        told = name.startswith(("clean/", "ledger/", "quarantine/", "documents", "marks", "files"))
        if told and now.get(name) != world.finished.get(name):
            raise Wrong(f"verify did not see that {name} is not what it was")


def _check_restored(world: World, sealed: bool, whole: bool) -> None:
    dest = world.case / "dest"
    restored = read_tree(dest) if dest.is_dir() else {}
    for name, raw in restored.items():
        if raw == SECRET:
            raise Wrong(f"{name} holds what lies outside")
    if not whole:
        return
    if not sealed and restored != world.restored:
        raise Wrong("restore called whole what is not")
    rows = read_value("documents.jsonl", (world.out / "documents.jsonl").read_bytes())
    for row in rows:
        name = row.get("file") or row["id"]
        raw = restored.get(id_path(name))
        if id_fault(name) or not isinstance(raw, bytes) or row.get("source_sha256") not in _digests(row, name, raw):
            raise Wrong(f"restore called whole a folder without {row['id']!r}")


def _digests(row: dict[str, object], name: str, raw: bytes) -> set[object]:
    """The digests that a row may tell of: of its file, or of the texts of a file of rows; None for one without."""
    if not row.get("file"):
        return {hashlib.sha256(raw).hexdigest()}
    found: list[object] = []
    if name.endswith(".parquet"):
        found = pq.read_table(io.BytesIO(raw)).to_pylist()
    else:
        for line in raw.splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
    texts = [value["text"] for value in found if isinstance(value, dict) and isinstance(value.get("text"), str)]
    return {None, *(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts)}


def snapshot(root: Path, *without: Path) -> dict[str, tuple[object, ...]]:
    """What lies below a folder: kinds, sizes, times, and what links lead to."""
    found: dict[str, tuple[object, ...]] = {}
    waiting = [str(root)]
    skipped = {str(path) for path in without}
    while waiting and not root.is_symlink():
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.path in skipped:
                    continue
                state = entry.stat(follow_symlinks=False)
                is_folder = entry.is_dir(follow_symlinks=False)
                target = os.readlink(entry.path) if entry.is_symlink() else ""
                found[entry.path] = (state.st_mode, state.st_size, 0 if is_folder else state.st_mtime_ns, target)
                if is_folder:
                    waiting.append(entry.path)
    return found


class Failed(NamedTuple):
    """A case that failed.

    Attributes:
        number: by which it can be tried alone.
        kind: what went wrong where: failures of one kind have one cause, as a rule.
        told: the end of the traceback. (The error itself would keep alive what its frames hold.)
    """

    number: int
    kind: str
    told: str


def _failed(number: int, error: BaseException) -> Failed:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/textclean/" in frame.filename]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "fuzz_out"
    what = str(error)[:60] if isinstance(error, Wrong) else ""
    told = "".join(traceback.format_exception(error, limit=-12))
    return Failed(number, f"{type(error).__name__} {where} {what}", told)


def try_case(world: World, seed: str, number: int) -> tuple[Case, Failed | None, str]:
    """Try case ``number`` of a seed: the case, its failure, and the name of the trial."""
    rng = random.Random(f"{seed} {number}")
    trial = rng.choices(list(TRIALS), list(TRIALS.values()))[0]
    case = Case(rng, [], [])
    world.case = world.base / f"case-{number}"
    world.case.mkdir()
    around = snapshot(world.base, world.case)
    failed: Failed | None = None
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        trial(world, case)
        signal.setitimer(signal.ITIMER_REAL, 0)
        left = {path.name for path in world.case.iterdir()}
        if UNRAISABLE:
            raise Wrong(f"told to nobody: {UNRAISABLE.pop()}")
        known = {"out", "dest", "recipe.toml", "pyproject.toml", "again.toml"}
        if snapshot(world.base, world.case) != around or {n for n in left - known if not n.startswith("index")}:
            raise Wrong("something outside was changed")
    except (Exception, Hung) as error:
        failed = _failed(number, error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        shutil.rmtree(world.case)
        if snapshot(world.base) != around:
            raise SystemExit(f"case {number} of seed {seed} harmed what the others need: {case.kinds}")
    return case, failed, trial.__name__


def _hung(number: int, frame: object) -> None:
    raise Hung(f"takes over {SECONDS} seconds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", type=int, help="the number of the one case to try")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _hung)
    sys.unraisablehook = lambda told: UNRAISABLE.append((told.exc_value, told.object))
    with world() as made:
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, resource.RLIM_INFINITY))
        ended: Counter[tuple[str, str]] = Counter()
        mutated: Counter[tuple[str, str]] = Counter()
        failures: dict[str, list[Failed]] = {}
        slowest, begun = (0.0, -1), time.monotonic()
        numbers = range(asked.first, asked.first + asked.count) if asked.only is None else [asked.only]
        for number in numbers:
            started = time.monotonic()
            if number % 50 == 0 or asked.only is not None:  # it costs more than a case
                faulthandler.dump_traceback_later(100 * SECONDS, exit=True)
            case, failed, _ = try_case(made, asked.seed, number)
            slowest = max(slowest, (time.monotonic() - started, number))
            ended.update(case.ended)
            end = "failed" if failed else case.ended[-1][1] if case.ended else "nothing"
            mutated.update((re.split(" (?:of|in|for) ", kind)[0], end) for kind in case.kinds)
            if failed is not None:
                if failed.kind not in failures or asked.only is not None:
                    print(f"case {number} of seed {asked.seed} failed: {', '.join(case.kinds)}", flush=True)
                    print(failed.told, flush=True)
                failures.setdefault(failed.kind, []).append(failed)
            if (number + 1) % 5_000 == 0:
                print(f"{number + 1:,} cases, {sum(map(len, failures.values()))} failed", flush=True)
                gc.collect()
        report(ended, "command")
        report(mutated, "mutation")
    for kind, found in failures.items():
        print(f"{len(found)} failed: {kind}: cases {[one.number for one in found[:5]]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(numbers):,} cases of seed {asked.seed} in {time.monotonic() - begun:.0f} s, the slowest ({slowest[1]}) "
        f"in {slowest[0]:.1f} s, {peak:.0f} MiB of memory: {sum(map(len, failures.values())) or 'none'} failed"
    )
    sys.exit(bool(failures))


def report(counts: Counter[tuple[str, str]], what: str) -> None:
    """A line for each command or mutation, and how often it ended how."""
    names = sorted({name for name, _ in counts})
    for name in names:
        ends = {end: n for (other, end), n in sorted(counts.items()) if other == name}
        print(f"{what} {name}: {sum(ends.values()):,} ({', '.join(f'{n:,} {end}' for end, n in ends.items())})")


if __name__ == "__main__":
    main()
