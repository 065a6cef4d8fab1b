"""Outputs taken apart and put together again, with places and digests that agree: what a forger would write."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import zstandard

from textclean.io.shards import FramePacker, frames, places


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def lines_of(rows: Iterable[Any]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def unpacked(shard: bytes) -> bytes:
    """What all frames of a shard hold."""
    with zstandard.ZstdDecompressor().stream_reader(shard, read_across_frames=True) as reader:
        return reader.read()


def ledgers(out: Path) -> dict[str, bytes]:
    """The line of the ledger of every document that has one."""
    found: dict[str, bytes] = {}
    for row in read_rows(out / "documents.jsonl"):
        if "ledger" in row:
            shard, start, end, first, last = row["ledger"]
            frame = (out / f"ledger/{shard:05d}.jsonl.zst").read_bytes()[start:end]
            found[row["id"]] = unpacked(frame)[first:last]
    return found


def put_ledgers(out: Path, changed: Mapping[str, bytes]) -> None:
    """Give documents other ledgers, and make places and digests agree."""
    rows = read_rows(out / "documents.jsonl")
    told = {**ledgers(out), **changed}
    contents = [told.get(row["id"], b"") for row in rows]
    packer = FramePacker()
    shards: list[bytes] = []
    for shard, first, end in frames([len(content) for content in contents]):
        if shard == len(shards):
            shards.append(b"")
        frame = packer.pack(contents[first:end])
        at = len(shards[shard])
        where = places(shard, at, at + len(frame), [len(content) for content in contents[first:end]])
        for row, place in zip(rows[first:end], where, strict=True):
            if place is not None:
                row["ledger"] = list(place)
        shards[shard] += frame
    for number, shard_content in enumerate(shards):
        (out / f"ledger/{number:05d}.jsonl.zst").write_bytes(shard_content)
    (out / "documents.jsonl").write_bytes(lines_of(rows))
    seal(out)


def seal(out: Path) -> None:
    """Make the digests of the manifest those of what is there now."""
    manifest = orjson.loads((out / "manifest.json").read_bytes())
    for name in ("documents", "marks", "files"):
        manifest[f"{name}_sha256"] = sha256((out / f"{name}.jsonl").read_bytes())
    manifest["shards_sha256"] = [sha256(path.read_bytes()) for path in sorted((out / "ledger").iterdir())]
    (out / "manifest.json").write_bytes(orjson.dumps(manifest))


# Segments of documents between phases


@dataclass
class Kept:
    """A document in a segment: its text, all else but its layers, and those."""

    text: bytes
    head: Any
    layers: list[Any]


def read_segment(raw: bytes) -> tuple[list[list[Any]], list[Kept]]:
    """The rows of its index, and its documents.

    Raises:
        LookupError, TypeError, ValueError: it is no segment.
    """
    _, index, content = raw.split(b"\n", 2)
    rows = json.loads(index)
    documents: list[Kept] = []
    rest = iter_pieces(content, [length for row in rows for length in row[4:7]])
    for text, head, layers in zip(rest, rest, rest, strict=True):
        documents.append(Kept(text, json.loads(head), list(map(json.loads, layers.splitlines()))))
    return rows, documents


def iter_pieces(content: bytes, lengths: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for length in lengths:
        yield content[at : at + length]
        at += length


def sealed_segment(phase: str, rest: bytes) -> bytes:
    """A segment of a phase (the name of its folder), with the digest that belongs to it."""
    return sha256(phase.encode() + b"\n" + rest).encode() + b"\n" + rest
