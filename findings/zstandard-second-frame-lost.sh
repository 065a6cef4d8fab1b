#!/usr/bin/env bash
# zstandard 0.25.0 (python-zstandard) reads a .zst file of several frames in two ways: ZstdDecompressor's decompress(),
# decompressobj() and read_to_iter() stop after the first frame and say nothing, stream_reader(), copy_stream() and
# zstandard.open() go on to the end. Files of several frames are ordinary: "cat a.zst b.zst", appending to a shard and
# pzstd make them. A dump joined from two shards so loses the second, and the text before it ends cleanly.
# Do instead: zstandard.open(), or ask decompressobj for unused_data and go on with it; compare with "zstd -l".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check zstandard==0.25.0
"$work/venv/bin/python" - "$work/joined.jsonl.zst" <<'PY'
import io
import json
import sys

import zstandard

PATH = sys.argv[1]
shards = [
    "".join(json.dumps({"text": f"{name}第{n}篇"}, ensure_ascii=False) + "\n" for n in range(1000)).encode()
    for name in ("县志", "年鉴")
]
raw = b"".join(zstandard.ZstdCompressor().compress(shard) for shard in shards)
with open(PATH, "wb") as file:
    file.write(raw)


def copied() -> bytes:
    out = io.BytesIO()
    zstandard.ZstdDecompressor().copy_stream(io.BytesIO(raw), out)
    return out.getvalue()


def opened() -> bytes:
    with zstandard.open(PATH, "rb") as file:
        return file.read()


WAYS = {
    "decompress": (lambda: zstandard.ZstdDecompressor().decompress(raw), 1000),
    "decompressobj": (lambda: zstandard.ZstdDecompressor().decompressobj().decompress(raw), 1000),
    "read_to_iter": (lambda: b"".join(zstandard.ZstdDecompressor().read_to_iter(io.BytesIO(raw))), 1000),
    "stream_reader": (lambda: zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw)).read(), 2000),
    "copy_stream": (copied, 2000),
    "zstandard.open": (opened, 2000),
}
print("zstandard", zstandard.__version__)
print("Half of its functions stop after the first frame of a file, without a word.\n")
print("the file: two shards of 1000 lines, compressed each and joined")
for name, (way, expected) in WAYS.items():
    lines = way().count(b"\n")
    print(f"{name:15} {lines} lines")
    assert lines == expected, "zstandard reads the file otherwise now"
PY
