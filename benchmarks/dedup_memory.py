"""Memory of ``textclean dedup``: the largest resident size of the command on a Parquet file of many paragraphs.

Paragraphs of 60 to 400 characters, made of snippets of generated news; one in five is a near copy of another one, and
one in ten an exact one. The file is written in pieces, the command runs as a process of its own.

    python -m benchmarks.dedup_memory 1000000 3000000
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

PIECE = 1 << 16
SNIPPET = 4
"""Characters that are taken together: fewer than a gram has, so that paragraphs are alike by copying alone."""


def paragraphs(count: int, seed: int) -> Iterator[str]:
    """So many paragraphs, one after the other."""
    from textclean.testing import news_paragraph

    rng = random.Random(seed)
    news = "".join(news_paragraph(rng) for _ in range(5000))
    last = len(news) - SNIPPET
    earlier: list[str] = []
    for _ in range(count):
        draw = rng.random()
        if draw < 0.7 or not earlier:
            length = int(60 * (400 / 60) ** rng.random())
            starts = [int(rng.random() * last) for _ in range(length // SNIPPET + 1)]
            text = f"{''.join([news[at : at + SNIPPET] for at in starts])[: length - 1]}。"
            if rng.random() < 0.3:
                earlier.append(text)
        else:
            text = rng.choice(earlier)
            for _ in range(rng.randrange(1, 2 + len(text) // 40) if draw < 0.9 else 0):
                at = rng.randrange(len(text))
                text = f"{text[:at]}{rng.choice(news)}{text[at + 1 :]}"
        yield text


def write(path: Path, count: int) -> None:
    """Write a Parquet file of so many paragraphs; prints how many characters they have."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    characters = 0
    texts = paragraphs(count, 1)
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, count, PIECE):
            piece = [next(texts) for _ in range(min(PIECE, count - first))]
            characters += sum(map(len, piece))
            writer.write_table(pa.table({"id": range(first, first + len(piece)), "text": piece}, schema))
    print(characters)


def measured(path: Path, options: list[str]) -> tuple[int, float, str]:
    """Largest resident size in bytes, processor seconds, and what the command said.

    This process stays small: what it holds itself counts for what it starts.
    """
    command = [sys.executable, "-m", "textclean", "dedup", str(path), *options]
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # it was asked for
    said = process.stderr.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(said)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=int, nargs="*", default=[1_000_000, 3_000_000], help="paragraphs")
    parser.add_argument("--containment", help="passed on to the command")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        write(options.into, options.counts[0])
        return
    lines = [
        "# Memory of `textclean dedup`",
        "",
        "A Parquet file of paragraphs of 60–400 characters, one in five a near copy, one in ten an exact one; the",
        "whole command as a process of its own. Texts are held as code points, two bytes a character.",
        "Written by `make bench-dedup-memory`.",
        "",
        "| paragraphs | characters | texts, MB | largest resident size, MB | processor seconds |",
        "|---:|---:|---:|---:|---:|",
    ]
    print("\n".join(lines[-2:]), flush=True)
    more = ["--containment", options.containment] if options.containment else []
    with tempfile.TemporaryDirectory(prefix="textclean-") as folder:
        for count in options.counts:
            path = Path(folder) / "paragraphs.parquet"
            command = [sys.executable, "-m", "benchmarks.dedup_memory", str(count), "--into", str(path)]
            characters = int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            started = perf_counter()
            size, seconds, said = measured(path, more)
            texts = characters * 2 / 1e6
            lines.append(f"| {count:,} | {characters:,} | {texts:,.0f} | {size / 1e6:,.0f} | {seconds:.0f} |")
            print(lines[-1], flush=True)
            print(f"{said}, {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    if options.write:
        from benchmarks.results import write_section

        write_section("dedup memory", lines)


if __name__ == "__main__":
    main()
