"""Growth: twice the input must take at most 2.2 times the time, whatever the input is.

Every part (decoding, each stage alone, the ledger, the pipeline) is given its baits (:mod:`benchmarks.baits`) at sizes
that double. Ratios of runs in turn are told, never seconds. What counts is the mean of the last three that could be
measured, for a part may change its ways at some size, and a cache may be left.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from benchmarks.baits import BAITS, Bait, Content
from textclean.decode import decode, decode_text, detect
from textclean.document import Document, Findings, advance
from textclean.errors import InputError
from textclean.io.records import pack_ledger, unpack_ledger
from textclean.ledger import columns
from textclean.phases import one_document
from textclean.pipeline import Pipeline
from textclean.recipe import AnyStage, stage_class
from textclean.stage import CorpusStage
from textclean.tables import Observations

MOST = 2.2
"""The largest ratio for twice the size: 2, and room for the logarithm of a sort and for what leaves a cache."""

MEASURED = 0.03
"""Seconds below which a run is not counted."""

ROUNDS, DOUBTFUL = 3, 7
"""Pairs of runs, and pairs where the median of those is too large."""

BRIEF = 0.5
"""Seconds of a run up to which it is repeated anyway."""

BUDGET = 5.0
"""Seconds that the next run of a row may take, as far as can be foreseen."""

SMALLEST, LARGEST = 1 << 13, 1 << 22
"""Bytes."""


def work(bait: Bait, content: Content) -> Callable[[], object]:
    """What is to be done with the bait, everything ready."""
    if bait.part == "decode":
        return lambda: read(content)
    if bait.part == "pipeline":
        return lambda: Pipeline.default().clean(content).restored()
    assert isinstance(content, str)  # stages read text
    text, source = decode_text(content)
    doc = Document("bait", text, source=source)
    if bait.part == "ledger":
        return lambda: there_and_back(doc)
    stage = stage_class(bait.part).model_validate(bait.options)
    return lambda: through(stage, doc)


def read(content: Content) -> None:
    """Decode, and look for bad bytes; what is no text may be refused."""
    if isinstance(content, str):
        decode_text(content)
        return
    with suppress(InputError):
        decode(content)
    detect(content)


def through(stage: AnyStage, doc: Document) -> Document:
    """What a stage makes of a corpus of one."""
    if not isinstance(stage, CorpusStage):
        return stage(doc)
    verdicts = stage.decide(Observations(stage.tables, [stage.observe_many([doc])]), one_document(doc))
    return advance(doc, stage.name, stage.version, stage.findings(doc, verdicts.get(doc.id)))


def there_and_back(doc: Document) -> bytes:
    """Every other character replaced, the ledger written and read, the bytes restored."""
    starts = range(0, len(doc.text), 2)
    edits = columns(
        starts, [at + 1 for at in starts], ["，", "", "……"] * (len(starts) // 3) + [""] * (len(starts) % 3), "r"
    )
    done = advance(doc, "bait", "1", Findings(edits))
    return unpack_ledger(pack_ledger(done), done.text).restored()


def seconds(run: Callable[[], object]) -> float:
    """Processor time of a run; the collector of cycles rests, for it comes at sizes of its own."""
    gc.collect()
    gc.disable()
    started = time.process_time()
    try:
        run()
        return time.process_time() - started
    finally:
        gc.enable()


class Row(NamedTuple):
    """How a bait grows: the ratio of each size to the one before, 0 where it was too quick; why it ended early."""

    ratios: list[float]
    size: int
    ended: str = ""

    @property
    def steep(self) -> float:
        """The ratio for twice the size, over the last three times that could be measured; 0 where none could."""
        last = [ratio for ratio in self.ratios if ratio][-3:]
        return statistics.geometric_mean(last) if last else 0.0


def grow(make: Callable[[int], Callable[[], object]], limit: int = LARGEST, budget: float = BUDGET) -> Row:
    """Ratios from :data:`SMALLEST` bytes on, each size twice the one before."""
    size, run = SMALLEST, make(SMALLEST)
    seconds(run)  # fills caches
    taken, ratios = seconds(run), [2.0]
    while 2 * size <= limit:
        if taken * (1 + ratios[-1]) > budget:
            return Row(ratios[1:], size, f"the next size would take more than {budget:g} s")
        longer = make(2 * size)
        ratio, taken = in_turn(run, longer, budget)
        ratios.append(ratio)
        size, run = 2 * size, longer
    return Row(ratios[1:], size)


def in_turn(run: Callable[[], object], longer: Callable[[], object], budget: float) -> tuple[float, float]:
    """The median ratio of runs in turn, 0 where they are too quick, and the seconds of the longer one."""
    firsts: list[float] = []
    seconds_: list[float] = []
    while True:
        firsts.append(seconds(run))
        seconds_.append(seconds(longer))
        first, second = statistics.median(firsts), statistics.median(seconds_)
        if first < MEASURED:
            return 0.0, second
        ratio = statistics.median(b / a for a, b in zip(firsts, seconds_, strict=True))
        rounds = DOUBTFUL if ratio > MOST else ROUNDS if second < BRIEF else 1
        if len(firsts) >= rounds or len(firsts) * (first + second) > budget:
            return ratio, second


def size_of(said: str) -> int:
    """Bytes: ``64K``, ``4M``."""
    unit = {"K": 1 << 10, "M": 1 << 20}.get(said[-1:].upper(), 1)
    return int(said if unit == 1 else said[:-1]) * unit


def said(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"


def report(baits: Sequence[Bait], limit: int, budget: float) -> list[str]:
    """Prints a line for each bait once it is known; the names of those that grow too fast."""
    print(
        f"| part | bait | up to | ratios of the times, from {said(2 * SMALLEST)} : {said(SMALLEST)} on | in the end |"
    )
    print("|---|---|---:|---|---:|")
    failed: list[str] = []
    for bait in baits:
        row = grow(lambda size, bait=bait: work(bait, bait.make(size)), limit, budget)  # type: ignore[misc]
        ratios = " ".join(f"{ratio:.1f}" if ratio else "·" for ratio in row.ratios)
        ended = f" ({row.ended})" if row.ended else ""
        print(f"| {bait.part} | {bait.name} | {said(row.size)}{ended} | {ratios} | {row.steep:.2f} |", flush=True)
        if row.steep > MOST:
            failed.append(f"{bait.part}: {bait.name}")
    return failed


def report_expressions() -> int:
    """Prints a line for each expression that takes more than its share; 1 if there is one."""
    from benchmarks.expressions import expressions, look

    every = expressions()
    found = [slow for one in every if (slow := look(one))]
    for slow in found:
        print(f"{slow.name}.{slow.method}: {slow.seconds:.3f} s for {slow.size} characters, repeating {slow.bait}")
    print(f"{len(every)} expressions, {len(found)} of them slow")
    return 1 if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=size_of, default=LARGEST, help="largest input, such as 512K; 4M if not given")
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds of a run above which a row ends")
    parser.add_argument("--part", action="append", help="only this part: decode, ledger, pipeline or a stage")
    options = parser.parse_args()
    failed = report(
        [bait for bait in BAITS if not options.part or bait.part in options.part], options.limit, options.budget
    )
    if failed:
        print(f"\nmore than {MOST} times the time for twice the size: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
