"""Every figure is a multiple of Python's UTF-8 decode of the same text, timed in turn with it.

The decode is timed before each round, so that both share whatever else the machine is doing; the figure is the
median of the rounds' ratios.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

import pytest

from benchmarks.results import write_section
from textclean.testing import corpus

CHARACTERS = 400_000
ROUNDS = 9
_ROWS: list[tuple[str, str, float, float, str]] = []


@pytest.fixture(scope="session")
def scraped() -> list[str]:
    """Articles with the noise of scraping: about 75 edits per 1,000 characters."""
    return corpus(1, CHARACTERS)


@pytest.fixture(scope="session")
def clean() -> list[str]:
    """Articles without noise."""
    return corpus(1, CHARACTERS, noisy=False)


@pytest.fixture
def times_decode(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., float]:
    """Time ``work`` in turn with the UTF-8 decode of ``texts``; the median ratio."""

    def measure(name: str, work: Callable[[], object], texts: Sequence[str], aim: str = "") -> float:
        raws = [text.encode() for text in texts]
        characters = sum(map(len, texts))
        floors: list[float] = []

        def floor() -> None:
            best = []
            for _ in range(3):
                started = time.perf_counter()
                for raw in raws:
                    raw.decode()
                best.append(time.perf_counter() - started)
            floors.append(min(best))

        benchmark.pedantic(work, setup=floor, rounds=ROUNDS, warmup_rounds=1)
        ratio = statistics.median(
            time / floor for time, floor in zip(benchmark.stats.stats.data, floors[-ROUNDS:], strict=True)
        )
        nanoseconds = statistics.median(benchmark.stats.stats.data) / characters * 1e9
        benchmark.extra_info.update(times_decode=round(ratio, 2), ns_per_character=round(nanoseconds, 2))
        group = request.module.__doc__.splitlines()[0].rstrip(".")
        _ROWS.append((group, name, ratio, nanoseconds, aim))
        return ratio

    return measure


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _ROWS:
        return
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("textclean", "numpy", "datasketch"))
    lines = [
        "# Speed by stage",
        "",
        f"{platform.machine()}, Python {platform.python_version()}, {versions}; one process,",
        f"{CHARACTERS:,} characters of generated news, {ROUNDS} rounds, each beside a UTF-8 decode of the same text.",
        "Written by `make bench`.",
        "",
        "| | work | × UTF-8 decode | ns a character | to reach |",
        "|---|---|---:|---:|---|",
    ]
    lines += [f"| {group} | {name} | {ratio:.1f} | {ns:.1f} | {aim} |" for group, name, ratio, ns, aim in _ROWS]
    terminalreporter.write_line("")
    for line in lines:
        terminalreporter.write_line(line)
    if os.environ.get("TEXTCLEAN_RESULTS"):  # set by `make bench`: a part of the suite must not pass for the whole
        write_section("stages", lines)
