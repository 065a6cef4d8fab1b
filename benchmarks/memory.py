"""Memory of a run: what the process that reads, decides and collects takes above what it had before the first document.

Documents are made one by one while they are read, eight paragraphs each, from a pool of generated paragraphs of which
each is altered in its own way; one in ten is a near copy of another and one in twenty an exact one. The default recipe
without typos cleans them in two worker processes, and they are thrown away as they come.

    python -m benchmarks.memory 100000 1000000
"""

import argparse
import json
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

from benchmarks.results import write_section
from textclean.pipeline import Pipeline
from textclean.recipe import default
from textclean.testing import news_paragraph

PARAGRAPHS = 8
POOL = 4096


def pipeline() -> Pipeline:
    """The default recipe without typos."""
    return Pipeline([stage for stage in default().stages if stage.name != "typos"])


def documents(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """So many documents of eight paragraphs."""
    rng = random.Random(seed)
    pool = [news_paragraph(rng) for _ in range(POOL)]
    earlier = [paragraph(rng, pool) for _ in range(POOL)]

    def one() -> str:
        draw = rng.random()
        if draw < 0.85:
            return paragraph(rng, pool)
        text = rng.choice(earlier)
        if draw < 0.9:
            return text
        at = rng.randrange(len(text))
        return text[:at] + "的" + text[at + 1 :]

    for number in range(count):
        yield f"{number:09d}", "\n".join(one() for _ in range(PARAGRAPHS))


def paragraph(rng: random.Random, pool: list[str]) -> str:
    """A paragraph that no other is like: halves of three of the pool, each shifted to other common characters."""
    parts = []
    for text in rng.sample(pool, 3):
        step = rng.randrange(1, 4096)
        half = text[: max(10, len(text) // 3)]
        parts.append("".join(char if char in "，。、" else chr(0x4E00 + (ord(char) + step) % 4096) for char in half))
    return "，".join(parts).strip("，。、") + "。"


def peak() -> int:
    """The largest resident size of this process so far, in bytes."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


def print_peak(count: int, jobs: int) -> None:
    """Prints bytes above the start, seconds and documents as JSON; :func:`measured` runs it in a process of its own."""
    for _ in pipeline().run(documents(64, 1), jobs=jobs):  # tables that are loaded once
        pass
    before = peak()
    started = perf_counter()
    done = sum(1 for _ in pipeline().run(documents(count // PARAGRAPHS, 2), jobs=jobs))
    print(json.dumps([peak() - before, perf_counter() - started, done]))


def measured(count: int, jobs: int) -> tuple[float, float]:
    """Bytes a paragraph above the start, and seconds."""
    command = [sys.executable, "-m", "benchmarks.memory", "--alone", str(jobs), str(count)]
    size, seconds, done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert done == count // PARAGRAPHS
    return size / count, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=int, nargs="*", default=[100_000, 1_000_000], help="paragraphs")
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    options = parser.parse_args()
    if options.alone:
        print_peak(options.counts[0], options.alone)
        return
    lines = [
        "# Memory of a run",
        "",
        "Default recipe without typos, documents of eight generated paragraphs from an iterator, two worker processes:",
        "largest resident size of the process that decides, above its size before the first document.",
        "Written by `make bench-memory`.",
        "",
        "| paragraphs | bytes a paragraph | to reach | µs a paragraph |",
        "|---:|---:|---:|---:|",
    ]
    for count in options.counts:
        size, seconds = measured(count, options.jobs)
        lines.append(f"| {count:,} | {size:.0f} | ≤ 400 | {seconds / count * 1e6:.0f} |")
        print(lines[-1], flush=True)
    if options.write:
        write_section("memory", lines)


if __name__ == "__main__":
    main()
