"""One document among a hundred thousand is reached without reading the others."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from tests.stages_for_tests import Picky, Upper
from textclean.commands.explain import explain
from textclean.io.formats.choice import row_format
from textclean.io.formats.jsonl import JsonBlock
from textclean.io.formats.records import Fields, Outcome
from textclean.io.out_reader import OutReader
from textclean.io.out_writer import OutWriter
from textclean.io.records import mark_line, pack_ledger
from textclean.io.results import MANIFEST_FORMAT
from textclean.io.row_files import RowFile, RowFileWriter
from textclean.io.shards import FramePacker, frames, places
from textclean.pipeline import Pipeline
from textclean.recipe import default

COUNTS = (10_000, 100_000)
IO = Path("/proc/self/io")
STEP = 20_000
"""Bytes that one more step of halving may read: a buffer before the middle, and one behind it."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def made(root: Path, count: int, compression: str) -> Path:
    """An output of ``count`` rows with the same text, written as a run writes it."""
    doc = Pipeline([Upper(), Picky()]).clean("第一行,\n第二行,", "news#0")
    clean_digest = digest(doc.text.encode() + b"\n")
    out = OutWriter(root / f"out{count}{compression}")
    name = f"news.jsonl{compression and '.'}{compression}"
    format = row_format("jsonl", Fields(), 10**6)
    writer = RowFileWriter(out, RowFile(name, "jsonl", compression, format), ())
    keys = sorted(f"{i:07d}" for i in range(count))
    at: list[list[int]] = []
    for first in range(0, count, 1_000):
        rows = tuple([b'{"id": "%b", "text": ""}' % key.encode() for key in keys[first : first + 1_000]])
        block = JsonBlock(1, rows, Fields(), 10**6)
        at += writer.add(format.render(block.rest(()), [Outcome(doc.text, True)] * len(rows)))
    files = orjson.dumps(writer.close().model_dump()) + b"\n"
    ledger = pack_ledger(doc)
    figures = {"source_bytes": 40}
    packer, shards, lines, marks = FramePacker(), [], [], []
    for shard, first, end in frames([len(ledger)] * count):
        if shard == len(shards):
            shards.append(b"")
        frame = packer.pack([ledger] * (end - first))
        start = len(shards[shard])
        where = places(shard, start, start + len(frame), [len(ledger)] * (end - first))
        shards[shard] += frame
        for i, place in zip(range(first, end), where, strict=True):
            told = {"id": f"{name}#{keys[i]}", "file": name, "row": i + 1, "figures": figures}
            told |= {"source_sha256": doc.source and doc.source.digest, "clean_sha256": clean_digest}
            lines.append(orjson.dumps(told | {"at": at[i], "ledger": place and list(place)}) + b"\n")
            marks += [mark_line(str(told["id"]), mark) for mark in doc.marks]
    written = {"documents.jsonl": b"".join(lines), "marks.jsonl": b"".join(marks), "files.jsonl": files}
    written |= {f"ledger/{i:05d}.jsonl.zst": shard for i, shard in enumerate(shards)}
    (out.root / "ledger").mkdir(parents=True)
    for path, content in written.items():
        (out.root / path).write_bytes(content)
    manifest = {
        "format": MANIFEST_FORMAT,
        "textclean": "0",
        "recipe": default().as_dict(),
        "fingerprint": "0" * 64,
        "made_with": {},
        "documents_sha256": digest(written["documents.jsonl"]),
        "marks_sha256": digest(written["marks.jsonl"]),
        "files_sha256": digest(files),
        "shards_sha256": [digest(shard) for shard in shards],
        "figures": {},
    }
    (out.root / "manifest.json").write_bytes(orjson.dumps(manifest))
    return out.root


def bytes_read(do: Callable[[], object]) -> int:
    """What this process asked the system to read meanwhile."""

    def asked() -> int:
        return int(IO.read_text().split()[1])

    do()  # loads modules
    before = asked()
    do()
    return asked() - before


@pytest.mark.skipif(not IO.exists(), reason="only Linux tells what a process reads")
@pytest.mark.parametrize("compression", ["", "zst"])
def test_ten_times_as_many_documents_cost_a_few_more_steps(tmp_path: Path, compression: str) -> None:
    found: list[int] = []
    for count in COUNTS:
        out = made(tmp_path, count, compression)
        place = f"{out}/clean/news.jsonl{compression and '.'}{compression}#{count * 2 // 3:07d}"
        told = explain(place)
        assert [line.strip() for line in told if "upper" in line] == ["upper width: ',' → '，'"] * 2
        assert "  mark fragment: 第  1.00  " in told
        found.append(bytes_read(lambda: explain(place)))  # noqa: B023
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        assert found[-1] < size / 5
    for fewer, more in pairwise(found):
        assert more - fewer < 2 * 4 * STEP  # ten times as many are four halvings, in two files


@pytest.mark.skipif(not IO.exists(), reason="only Linux tells what a process reads")
def test_a_document_that_is_not_there_is_missed_as_fast(tmp_path: Path) -> None:
    reader = OutReader(made(tmp_path, COUNTS[0], ""))
    for id in ("a", "news.jsonl#0005000x", "z"):
        assert reader.find(id) is None
        assert bytes_read(lambda: reader.find(id)) < 15 * STEP  # noqa: B023
