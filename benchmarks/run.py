"""Whole runs as processes, beside an afternoon's script: ``make bench-run`` writes what it measures into RESULTS.md.

Processor time (user and system) of whole processes is compared, start-up and workers included. Rounds take turns, so
that what the machine does beside hits all alike; figures are medians of the ratios of neighbours.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from benchmarks.results import processor, write_section
from textclean.testing import corpus

DOCUMENTS = 50_000
PARAGRAPHS = 4
FILES = 5_000
RECIPE = """\
stages = ["normalize", "script", "metadata", "layout", "boilerplate", "duplicates", "repeats"]
"""


def processor_time(command: Sequence[str | Path]) -> float:
    """Seconds of processor time that a command and the processes it started took.

    Modules are compiled once, as in every installation: what forbids Python to keep them is not handed on.

    Raises:
        RuntimeError: it failed.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )
    error = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{command[0]} failed: {error.decode(errors='replace')}")
    return usage.ru_utime + usage.ru_stime


def decode_time(raws: Sequence[bytes]) -> float:
    """Seconds of processor time to decode texts one by one."""
    started = time.process_time()
    for raw in raws:
        raw.decode()
    return time.process_time() - started


class Work:
    """The inputs of the benchmark in a folder of their own, and what is done with them.

    Args:
        folder: where inputs and outputs lie.
        documents: how many there are as JSON lines.
        files: how many of them lie in a folder, too.
    """

    def __init__(self, folder: Path, documents: int, files: int) -> None:
        self._folder = folder
        self._count = 0
        self.texts = corpus(11, documents * 850, paragraphs=PARAGRAPHS)[:documents]
        self.raws = [text.encode() for text in self.texts]
        self.lines = folder / "corpus.jsonl"
        with self.lines.open("wb") as file:
            for i, text in enumerate(self.texts):
                row = {"id": f"{i:07d}", "url": f"https://news.example/{i}", "text": text}
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        self.files = folder / "files"
        self.files.mkdir()
        for i, raw in enumerate(self.raws[:files]):
            (self.files / f"{i:07d}.txt").write_bytes(raw)
        self.one = folder / "one"
        self.one.mkdir()
        (self.one / "a.txt").write_bytes(self.raws[0])
        self.recipe = folder / "recipe.toml"
        self.recipe.write_text(RECIPE)

    def textclean(self, source: Path, jobs: int = 1) -> float:
        """Seconds to clean a source."""
        out = self._out()
        command = [sys.executable, "-m", "textclean", "run", source, out, "--recipe", self.recipe, "--jobs", str(jobs)]
        seconds = processor_time(command)
        shutil.rmtree(out)
        return seconds

    def afternoon(self, source: Path) -> float:
        """Seconds of the afternoon's script."""
        out = self._out()
        seconds = processor_time([sys.executable, "-m", "benchmarks.afternoon", source, out])
        shutil.rmtree(out) if out.is_dir() else out.unlink()
        return seconds

    def _out(self) -> Path:
        self._count += 1
        return self._folder / f"out{self._count}"


def rounds(count: int, measured: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Seconds of each by round; all take turns."""
    found: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(count):
        for name, measure in measured.items():
            found[name].append(measure())
            print(f"round {number + 1}: {name}: {found[name][-1]:.3f} s", file=sys.stderr)
    return found


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of the ratios of neighbours."""
    return statistics.median(a / b for a, b in zip(these, those, strict=True))


def measured(work: Work, count: int, with_script: bool) -> list[str]:
    """The rows of the table."""
    python = [sys.executable, "-c"]
    steps: dict[str, Callable[[], float]] = {
        "decode": lambda: decode_time(work.raws),
        "run": lambda: work.textclean(work.lines),
        "run, two processes": lambda: work.textclean(work.lines, 2),
        "files": lambda: work.textclean(work.files),
    }
    if with_script:
        steps["script"] = lambda: work.afternoon(work.lines)
        steps["script, files"] = lambda: work.afternoon(work.files)
    found = rounds(count, steps)
    small = rounds(
        5 * count,
        {
            "click": lambda: processor_time([*python, "import click"]),
            "help": lambda: processor_time([sys.executable, "-m", "textclean", "--help"]),
            "numpy, pydantic": lambda: processor_time([*python, "import numpy, pydantic"]),
            "one file": lambda: work.textclean(work.one),
        },
    )
    rows = [
        ("JSON lines to JSON lines with ledger, × UTF-8 decode", ratio(found["run"], found["decode"]), "≤ 60"),
        ("two processes against one", ratio(found["run, two processes"], found["run"]), "≤ 1.10"),
        ("`--help` against `import click`", ratio(small["help"], small["click"]), "≤ 1.5"),
        ("one 2 KB file against `import numpy, pydantic`", ratio(small["one file"], small["numpy, pydantic"]), "≤ 3"),
    ]
    if with_script:
        rows[1:1] = [
            ("afternoon's script against it, JSON lines", ratio(found["script"], found["run"]), "≥ 3.5"),
            (
                "afternoon's script against it, a folder of 2 KB files",
                ratio(found["script, files"], found["files"]),
                "≥ 2",
            ),
        ]
    return [f"| {name} | {value:.2f} | {goal} |" for name, value, goal in rows]


def main() -> None:
    """Measure, print, and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-script", action="store_true", help="leave the afternoon's script out")
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-run-") as folder:
        work = Work(Path(folder), options.documents, options.files)
        size = sum(map(len, work.raws))
        rows = measured(work, options.rounds, not options.without_script)
    lines = [
        "# Whole runs",
        "",
        f"{processor()}; {len(work.raws):,} generated documents of scraped news, {size / 1e6:.0f} MB, without typos;",
        f"processor time of whole processes, medians of {options.rounds} rounds in turn.",
        "Written by `make bench-run`.",
        "",
        "| | measured | must |",
        "|---|---:|---:|",
        *rows,
    ]
    print("\n".join(lines))
    if not options.print:
        write_section("run", lines)


if __name__ == "__main__":
    main()
