"""Near-duplicate paragraphs beside other libraries: ``make bench-dedup``, or ``python -m benchmarks.dedup``.

All engines take turns in one process, one thread each, from a list of strings to what is dropped; the figures are
medians of the rounds. Writes the section ``dedup`` of RESULTS.md and a plot, ``dedup.svg``.
"""

import argparse
import gc
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import HASHED, PEERS, VERIFYING
from benchmarks.results import processor, write_section
from benchmarks.workload import with_copies
from tests.minhash import brute
from textclean.minhash import engine, near_duplicates
from textclean.minhash.codes import encode
from textclean.minhash.signatures import agreement
from textclean.minhash.sketch import sketch

ONE_THREAD = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
KERNEL, TWIN, DECODE = "textclean, kernel", "textclean, NumPy", "Python's UTF-8 decode"
HOLDING = "textclean, kernel, containment ≥ .9 too"
SETS = {"60–400 characters": (60, 400), "20–60 characters": (20, 60)}
SEEDS = (1, 2, 3)


@contextmanager
def implementation(name: str) -> Iterator[None]:
    """The kernel or its NumPy twin."""
    os.environ["TEXTCLEAN_KERNEL"] = "0" if name == TWIN else "1"
    yield
    del os.environ["TEXTCLEAN_KERNEL"]


def drops(name: str, texts: list[str], containment: float | None = None) -> list[bool]:
    """What textclean drops."""
    with implementation(name):
        return (near_duplicates(texts, 0.8, containment).twin >= 0).tolist()


def engines() -> tuple[dict[str, Callable[[list[str]], list[bool]]], list[str]]:
    """All that are installed, and the names of what is not."""
    found: dict[str, Callable[[list[str]], list[bool]]] = {
        KERNEL: lambda texts: drops(KERNEL, texts),
        TWIN: lambda texts: drops(TWIN, texts),
    }
    missing = []
    for name, (package, work) in PEERS.items():
        if util.find_spec(package):
            found[name] = work
        else:
            missing.append(package)
    return found, sorted(set(missing))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def speeds(texts: list[str], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Nanoseconds a character, and times as long as the kernel takes, of each engine and of the decode.

    Medians of ``rounds`` rounds in turn, the quick ones thrice a round. A shared machine is slower for a while and then
    quicker again: ratios are those of neighbours in time, then their medians.
    """
    raws = [text.encode() for text in texts]
    found, _ = engines()
    found |= {DECODE: lambda _: [raw.decode() for raw in raws], HOLDING: lambda texts: drops(KERNEL, texts, 0.9)}
    quick = [name for name in (DECODE, KERNEL, HOLDING, HASHED) if name in found]
    times: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}

    def take_turns(names: Sequence[str], kernel: float | None = None) -> dict[str, float]:
        taken = {name: seconds(lambda run=found[name]: run(texts)) for name in names}
        for name, own in taken.items():
            times.setdefault(name, []).append(own)
            ratios.setdefault(name, []).append(own / (kernel or taken[KERNEL]))
        return taken

    for name in quick:
        found[name](texts)
    for _ in range(rounds):
        kernel = statistics.median(take_turns(quick)[KERNEL] for _ in range(3))
        take_turns([name for name in found if name not in quick], kernel)
    characters = sum(map(len, texts))
    return (
        {name: statistics.median(taken) / characters * 1e9 for name, taken in times.items()},
        {name: statistics.median(taken) for name, taken in ratios.items()},
    )


def quality(dropped: Sequence[bool], expected: Sequence[bool]) -> tuple[float, float]:
    """Recall and precision."""
    both = sum(a and b for a, b in zip(dropped, expected, strict=True))
    return both / max(sum(expected), 1), both / max(sum(dropped), 1)


def qualities(containment: float | None) -> dict[str, dict[str, tuple[float, float]]]:
    """The worst recall and precision over the seeds, by set and engine, against brute force under the same rule."""
    found, _ = engines()
    if containment is not None:
        found = {KERNEL: lambda texts: drops(KERNEL, texts, containment)}
    out: dict[str, dict[str, tuple[float, float]]] = {}
    for kind, (low, high) in SETS.items():
        for seed in SEEDS:
            texts = with_copies(10_000, seed, low, high)
            expected = [twin >= 0 for twin, _, _ in brute.near_duplicates(texts, 0.8, containment)]
            for name, work in found.items():
                recall, precision = quality(work(texts), expected)
                worst = out.setdefault(kind, {}).get(name, (1.0, 1.0))
                out[kind][name] = min(worst[0], recall), min(worst[1], precision)
    return out


def estimator() -> list[tuple[str, int, float, float]]:
    """Length class, slots, bias, and error in multiples of what theory says, over a thousand pairs each."""
    rows = []
    for low, high in ((20, 60), (60, 400), (2000, 3000)):
        rng = random.Random(5)
        pairs = []
        for text in with_copies(1400, 7, low, high)[:1000]:
            chars = list(text)
            for _ in range(max(1, int(len(chars) * rng.uniform(0, 0.12)))):
                chars[rng.randrange(len(chars))] = chr(rng.randrange(0x4E00, 0x9000))
            pairs += [text, "".join(chars)]
        left = np.arange(0, len(pairs), 2)
        truth = np.array([brute.jaccard(pairs[i], pairs[i + 1]) for i in left])
        for slots in (64, 128):
            made = sketch(encode(pairs), 5, slots, pieces=False).signatures
            error = agreement(made, left, left + 1) - truth
            theory = math.sqrt((truth * (1 - truth) / slots).mean())
            rows.append((f"{low}–{high}", slots, float(error.mean()), float(np.sqrt((error**2).mean()) / theory)))
    return rows


def peak() -> int:
    """The largest resident size of this process since :func:`forget_peak`, in bytes (Linux)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def many(count: int) -> list[str]:
    """So many paragraphs, with copies within each ten thousand."""
    texts: list[str] = []
    while len(texts) < count:
        texts += with_copies(min(count, 10_000), len(texts) + 1)
    return texts


def print_peak(count: int, name: str) -> None:
    """Prints peak bytes above the texts as JSON: what :func:`growth` runs in a process of its own."""
    texts = many(count)
    drops(name, texts[:100])
    forget_peak()
    before = peak()
    drops(name, texts)
    print(json.dumps(peak() - before))


def print_times(counts: Sequence[int], name: str) -> None:
    """Prints seconds by engine and size as JSON: what :func:`growth` runs in a process of its own.

    The sizes take turns, as the machine is slower for a while and then quicker again.
    """
    texts = many(max(counts))
    raws = [text.encode() for text in texts]
    taken: dict[str, dict[int, list[float]]] = {name: {}, DECODE: {}}
    drops(name, texts)  # not timed: a virtual machine gives memory that it has not got yet
    for _ in range(3):
        for count in counts:
            own, raw = texts[:count], raws[:count]
            for _ in range(9 if count < 50_000 else 3 if count < 500_000 else 1):
                taken[name].setdefault(count, []).append(seconds(lambda own=own: drops(name, own)))
                taken[DECODE].setdefault(count, []).append(seconds(lambda raw=raw: [text.decode() for text in raw]))
    print(json.dumps([[statistics.median(taken[engine_][count]) for count in counts] for engine_ in taken]))


def growth(counts: Sequence[int]) -> list[tuple[str, int, float, float, float | None, float]]:
    """Engine, paragraphs, seconds, megabytes above the texts, exponent from the size before, times decode."""

    def told(*arguments: str) -> Any:
        command = [sys.executable, "-m", "benchmarks.dedup", *arguments]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    rows: list[tuple[str, int, float, float, float | None, float]] = []
    for name in (KERNEL, TWIN):
        own, decode = told("--times", name, *map(str, counts))
        last = None
        for count, taken, decoded in zip(counts, own, decode, strict=True):
            steep = last and math.log(taken / last[1]) / math.log(count / last[0])
            rows.append((name, count, taken, told("--peak", name, str(count)) / 1e6, steep, taken / decoded))
            last = count, taken
    return rows


def plot(figures: dict[str, float], path: Path) -> None:
    """Bars of nanoseconds a character on a logarithmic scale."""
    names = sorted(figures, key=figures.__getitem__)
    high = math.ceil(math.log10(max(figures.values())))
    left, wide, tall = 250, 620, 26

    def x(value: float) -> float:
        return left + (wide - left - 70) * max(math.log10(value), 0) / high

    bottom = 40 + tall * len(names)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {bottom + 30}" font-family="sans-serif"'
        ' font-size="12"><rect width="100%" height="100%" fill="#fff"/>',
        '<text x="10" y="20" font-weight="bold">Nanoseconds a character, list of strings to verdicts</text>',
    ]
    for power in range(high + 1):
        at = x(10**power)
        parts.append(f'<path d="M{at:.1f} 32V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{10**power}</text>')
    for i, name in enumerate(names):
        y = 36 + tall * i
        colour = "#c33" if name.startswith("textclean") else "#999" if name == DECODE else "#47a"
        parts.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{name}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{x(figures[name]) - left:.1f}" height="18" fill="{colour}"/>')
        parts.append(f'<text x="{x(figures[name]) + 5:.1f}" y="{y + 14}">{figures[name]:.3g}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def report(rounds: int, counts: Sequence[int]) -> list[str]:
    """The section's lines; writes the plot."""
    texts = with_copies(10_000, 1)
    figures, ratios = speeds(texts, rounds)
    near, inside = qualities(None), qualities(0.9)
    _, missing = engines()
    names = ("textclean", "numpy", *sorted({package for package, _ in PEERS.values()} - set(missing)))
    plot({name: figure for name, figure in figures.items() if name != HOLDING}, RESULTS_PLOT)
    lines = [
        "# Near-duplicate paragraphs",
        "",
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()};",
        ", ".join(f"{name} {metadata.version(name)}" for name in names) + ".",
        f"10,000 generated paragraphs of 60–400 characters ({sum(map(len, texts)):,} in all), a fifth near copies, a",
        "tenth exact ones, Jaccard ≥ .8 over character 5-grams. One process, one thread each, in turn, medians of",
        f"{rounds} rounds. The kernel is faster by the median ratio of neighbours in time; × decode is the quotient",
        "of two such ratios. Recall and precision are the worst of three seeds, against brute force under the same",
        "keep rule.",
        *([f"Not installed: {', '.join(missing)}."] if missing else []),
        "Written by `make bench-dedup`.",
        "",
        "![nanoseconds a character](dedup.svg)",
        "",
        "| engine | ns a character | × decode | kernel is faster by | recall, precision | at 20–60 characters |",
        "|---|---:|---:|---:|---|---|",
    ]
    for name, figure in sorted(figures.items(), key=lambda item: item[1]):
        found = inside if name == HOLDING else near
        told = [found[kind].get(KERNEL if name == HOLDING else name) for kind in SETS]
        shown = " | ".join(f"{pair[0]:.4f}, {pair[1]:.4f}" if pair else "" for pair in told)
        times = ratios[name]
        lines.append(f"| {name} | {figure:.2f} | {times / ratios[DECODE]:.2f} | {times:.1f} | {shown} |")
    best = min((ratios[name] for name in VERIFYING if name in ratios), default=math.nan)
    lines += [
        "",
        f"The NumPy functions are {best / ratios[TWIN]:.1f} times as fast as the best library that checks its",
        f"candidates; containment costs {ratios[HOLDING]:.1f} times the time.",
        "",
        "Growth: the sizes in turn, medians of three rounds or more after an untimed one, beside decoding the texts;",
        "memory in a process of its own.",
        "",
        "| engine | paragraphs | s | ns a character | exponent | × decode | MB above the texts |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    per_paragraph = sum(map(len, texts)) / len(texts)
    for name, count, taken, size, steep, decodes in growth(counts):
        speed = taken / count / per_paragraph * 1e9
        shown = f"{steep:.2f}" if steep else ""
        lines.append(f"| {name} | {count:,} | {taken:.3f} | {speed:.2f} | {shown} | {decodes:.2f} | {size:.0f} |")
    lines += ["", "| characters | slots | bias of the estimate | error ÷ theory |", "|---|---:|---:|---:|"]
    lines += [f"| {kind} | {slots} | {bias:+.4f} | {error:.2f} |" for kind, slots, bias, error in estimator()]
    return lines


RESULTS_PLOT = Path(__file__).parent / "dedup.svg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds in which all engines take turns")
    parser.add_argument("--largest", type=int, default=1_000_000, help="paragraphs at which growth ends")
    parser.add_argument("--times", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.times:
        print_times(list(map(int, options.times[1:])), options.times[0])
        return
    if options.peak:
        print_peak(int(options.peak[1]), options.peak[0])
        return
    if engine.kernel() is None:
        parser.error("the kernel is not built")
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        parser.error(f"one thread each: set {', '.join(ONE_THREAD)} to 1")
    counts = [count for count in (10_000, 100_000, 1_000_000) if count <= options.largest]
    lines = report(options.rounds, counts)
    print("\n".join(lines))
    write_section("dedup", lines)


if __name__ == "__main__":
    main()
