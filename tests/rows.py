"""Files of rows for tests of whole runs: written and read in every format."""

import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

FORMATS = ("jsonl", "json", "json-stream", "parquet", "jsonl.gz", "jsonl.zst", "json.zst")


def name_for(format: str, stem: str = "news") -> str:
    return f"{stem}.{format.replace('json-stream', 'json')}"


def packed(raw: bytes, compression: str) -> bytes:
    if compression == "gz":
        return gzip.compress(raw, mtime=0)
    return zstandard.compress(raw) if compression == "zst" else raw


def unpacked(raw: bytes, compression: str) -> bytes:
    if compression == "zst":
        with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as reader:
            return reader.read()
    return gzip.decompress(raw) if compression == "gz" else raw


def write_rows(path: Path, format: str, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as other programs do."""
    name, _, compression = format.partition(".")
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == "parquet":
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
        return path
    if name == "jsonl":
        raw = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    elif name == "json":
        raw = json.dumps(rows, indent=1)
    else:
        raw = "\n".join(json.dumps(row, indent=2, ensure_ascii=False) for row in rows)
    path.write_bytes(packed(raw.encode(), compression))
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, whatever its format, as other programs read them."""
    suffixes = path.name.split(".")[1:]
    if suffixes[0] == "parquet":
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    raw = unpacked(path.read_bytes(), suffixes[1] if len(suffixes) > 1 else "").decode()
    if suffixes[0] == "jsonl":
        return [json.loads(line) for line in raw.split("\n") if line]
    if raw.lstrip().startswith("["):
        return json.loads(raw)  # type: ignore[no-any-return]
    return list(_stream(raw))


def _stream(raw: str) -> Iterable[dict[str, Any]]:
    decoder = json.JSONDecoder()
    at = 0
    while raw[at:].strip():
        at += len(raw[at:]) - len(raw[at:].lstrip())
        value, at = decoder.raw_decode(raw, at)
        yield value


def documents(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of ``documents.jsonl`` by their ids."""
    rows = [orjson.loads(line) for line in (out / "documents.jsonl").read_bytes().splitlines()]
    return {row["id"]: row for row in rows}


def parquet_of(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), out)
    return out.getvalue()
