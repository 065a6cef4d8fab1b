"""Damage and forgery for ``fuzz_out``: folders as mappings of paths, recipes, and indexes."""

import hashlib
import io
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests.forged import read_segment, sealed_segment, unpacked
from textclean.errors import TextcleanError
from textclean.index.packing import Damaged, pack, unpack
from textclean.io.inputs import id_path
from textclean.io.out_folder import clean_name


class Link(NamedTuple):
    """A link, and where it leads."""

    target: str


LARGE = 5 << 28
"""Bytes of a file with nothing in it, which takes no room on a disk: more than the memory that a case may take."""


class Special(Enum):
    """What is no file and no link."""

    FOLDER = "folder"
    PIPE = "pipe"
    LARGE = "large file"


Entry = bytes | Link | Special
Tree = dict[str, Entry]
"""What lies in a folder, by relative path; folders that hold something are not told."""

DEEP = {f"\x01deep{depth}\x01": "[" * depth + "]" * depth for depth in (200, 900, 1_100, 100_000)}
"""What is written for lists in lists: no writer of JSON makes those."""
CODECS = ("utf-7", "utf_16", "idna", "punycode", "undefined", "rot13", "zlib", "base64", "hz", "no such", "aliases")
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**40, 1.5, -0.5, 1e308),
    *(float("nan"), float("inf"), "", "x", "文", "x" * 5_000, "0" * 300, "\n", "\0", "a\0b", "\ud800", "~", "\x1b[2J"),
    *("../planted", "../../planted", "/planted", "%2E%2E/planted", "%2e%2e/planted", "%00", "a%2Fb", "./a", "a//b"),
    *([], {}, [[]], [[[1]]], {"a": {}}, {"0": 0}, [None], [1, 2], ["a", "b"], *DEEP, *CODECS, "f" * 64, "F" * 64),
)


class _Twin(str):
    """A key that may stand twice in an object."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


def dumped(value: object) -> bytes:
    """JSON, also of what JSON does not allow."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for sign, deep in DEEP.items():
        text = text.replace(json.dumps(sign), deep)
    return text.encode()


def mutate_value(rng: random.Random, value: Any, junk: tuple[Any, ...] = JUNK) -> str:
    """Change one node somewhere below ``value`` in place; what was done."""
    places = list(_places(value))
    if not places:
        return "nothing"
    holder, key = rng.choice(places)
    what = rng.choice(("junk", "junk", "junk", "drop", "twice", "swap"))
    if what == "junk":
        holder[key] = rng.choice(junk)
    elif what == "drop":
        del holder[key]
    elif what == "twice" and isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), holder[key])
    elif what == "twice":
        holder[_Twin(key)] = rng.choice((holder[key], rng.choice(junk)))
    else:
        other, name = rng.choice(places)
        inner, outer = holder[key], other[name]
        if not _holds(inner, other) and not _holds(outer, holder):
            holder[key], other[name] = outer, inner
    return what


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _holds(value: Any, wanted: Any) -> bool:
    return value is wanted or any(holder[key] is wanted for holder, key in _places(value))


def mutate_bytes(rng: random.Random, raw: bytes) -> tuple[str, bytes]:
    """Change bytes here and there: what was done, and the bytes."""
    at, to = sorted((rng.randrange(len(raw) + 1), rng.randrange(len(raw) + 1)))
    changes: dict[str, Callable[[], bytes]] = {
        "flip": lambda: raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :],
        "bit": lambda: raw[:at] + bytes(byte ^ 1 << rng.randrange(8) for byte in raw[at : at + 1]) + raw[at + 1 :],
        "cut": lambda: raw[:at],
        "insert": lambda: raw[:at] + rng.randbytes(rng.randint(1, 9)) + raw[at:],
        "remove": lambda: raw[:at] + raw[to:],
        "double": lambda: raw[:to] + raw[at:],
        "empty": lambda: b"",
    }
    what = rng.choice(list(changes))
    return what, changes[what]()


# Files of an output folder as values


def read_value(path: str, raw: bytes) -> Any:
    """What a file of an output folder holds, to be changed and written again; None for what has no structure."""
    try:
        if path.endswith(".json"):
            return json.loads(raw)
        if path.endswith(".jsonl"):
            return list(map(json.loads, raw.splitlines()))
        if path.endswith(".zst"):
            return list(map(json.loads, unpacked(raw).splitlines()))
        if path.endswith(".parquet"):
            return pq.read_table(io.BytesIO(raw)).to_pylist()
        if is_segment(path):
            rows, documents = read_segment(raw)
            return [rows, [[kept.text.decode("utf-8", "surrogatepass"), kept.head, kept.layers] for kept in documents]]
    except (ValueError, LookupError, TypeError, RecursionError, OSError, zstandard.ZstdError, pa.ArrowException):
        return None
    return None


def write_value(rng: random.Random, path: str, value: Any) -> bytes:
    """The file of a value that :func:`read_value` read."""
    if path.endswith(".json") or not isinstance(value, list):
        return dumped(value)
    if path.endswith(".jsonl"):
        return b"".join(dumped(row) + b"\n" for row in value)
    if path.endswith(".zst"):
        return _packed_shard(rng, b"\n".join(map(dumped, value)) + b"\n" * rng.choice((1, 1, 0, 2)))
    if path.endswith(".parquet"):
        return _packed_parquet(value)
    index, documents = (*value, [], [])[:2]
    packed_documents = [_packed_document(kept) for kept in (documents if isinstance(documents, list) else [documents])]
    if isinstance(index, list) and rng.random() < 0.9:
        for row, packed in zip(index, packed_documents, strict=False):
            if isinstance(row, list) and len(row) == 7:
                row[4:] = map(len, packed)
    return b"\n".join([b"0" * 64, dumped(index), b"".join(piece for packed in packed_documents for piece in packed)])


def _packed_shard(rng: random.Random, content: bytes) -> bytes:
    """One frame, or two that part anywhere."""
    at = rng.randrange(len(content) + 1) if rng.random() < 0.3 else 0
    packer = zstandard.ZstdCompressor(1, write_content_size=rng.random() < 0.5)
    return b"".join(packer.compress(piece) for piece in (content[:at], content[at:]) if piece)


def _packed_parquet(rows: list[Any]) -> bytes:
    out = io.BytesIO()
    try:
        pq.write_table(pa.Table.from_pylist(rows), out)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, pa.ArrowException):
        return dumped(rows)  # nothing that Parquet can hold
    return out.getvalue()


def _packed_document(kept: Any) -> tuple[bytes, bytes, bytes]:
    text, head, layers = (*kept, "", None, [])[:3] if isinstance(kept, list) else ("", kept, [])
    return (
        text.encode("utf-8", "surrogatepass") if isinstance(text, str) else dumped(text),
        dumped(head),
        b"\n".join(map(dumped, layers)) if isinstance(layers, list) else dumped(layers),
    )


def is_segment(path: str) -> bool:
    return path.startswith(".work/phase-") and path.rpartition("/")[2].isdecimal()


# Output folders

_BOMB = zstandard.ZstdCompressor(1).compress(bytes(3 << 20))


def mutate_tree(rng: random.Random, tree: Tree, canaries: list[str]) -> str:
    """Change one thing in a folder; what was done. ``canaries``: paths outside, of files and folders."""
    files = [path for path, entry in tree.items() if isinstance(entry, bytes)]
    if not files:
        return "nothing"
    path = rng.choice(files)
    raw = tree[path]
    assert isinstance(raw, bytes)
    if rng.random() < 0.6:
        value = read_value(path, raw)
        if value is not None:
            holder = [value]
            what = mutate_value(rng, holder)
            tree[path] = write_value(rng, path, holder[0]) if holder else b""
            return f"{what} in {_kind(path)}"
    what = rng.choice(("bytes", "bytes", "swap", "copy", "rename", "delete", "put", "put", "plant", "bomb"))
    if what == "bytes":
        what, tree[path] = mutate_bytes(rng, raw)
    elif what == "swap":
        other = rng.choice(files)
        tree[path], tree[other] = tree[other], tree[path]
    elif what == "copy":
        put(tree, rng.choice([*files, f"{os.path.dirname(path)}/{rng.choice(('x', '1', '00000009', '%2E'))}"]), raw)
    elif what == "rename":
        del tree[path]
        put(tree, f"{os.path.dirname(path)}/{rng.choice(('x', '7', '9' * 250, '٣', 'é', '%41', 'lock', 'x.txt'))}", raw)
    elif what == "delete":
        del tree[path]
    elif what == "bomb":
        tree[path] = _BOMB
    else:
        folders = sorted({folder for name in files for folder in _above(name)}) or [path]
        place = rng.choice([path, rng.choice(folders)] if what == "put" else [f"{os.path.dirname(path)}/planted"])
        links = [
            *canaries,
            os.path.basename(place),
            "nowhere",
            os.path.relpath(rng.choice(files), os.path.dirname(path)),
        ]
        entry = rng.choice((Special.FOLDER, Special.PIPE, Special.LARGE, b"", *([Link(rng.choice(links))] * 3)))
        put(tree, place, entry)
        what = f"{what} {type(entry).__name__ if not isinstance(entry, Special) else entry.value}"
    return f"{what} of {_kind(path)}" if isinstance(what, str) else what


def put(tree: Tree, path: str, entry: Entry) -> None:
    """Put something in the place of whatever lies at a path or below it, or stands in its way."""
    path = os.path.normpath(path)
    for name in [name for name in tree if name == path or name.startswith(f"{path}/") or path.startswith(f"{name}/")]:
        del tree[name]
    tree[path] = entry


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _kind(path: str) -> str:
    first, _, rest = path.partition("/")
    return first if first != ".work" else "segment" if is_segment(path) else f".work {os.path.basename(rest)}"


def seal(tree: Tree, secret: bytes) -> None:
    """Make all digests those of what is there now; ``secret``: what links out of the folder lead to."""

    def digest(path: str) -> str | None:
        entry = tree.get(path)
        if isinstance(entry, bytes):
            return hashlib.sha256(entry).hexdigest()
        return hashlib.sha256(secret).hexdigest() if isinstance(entry, Link) else None

    for path, entry in tree.items():
        if is_segment(path) and isinstance(entry, bytes):
            tree[path] = sealed_segment(path.split("/")[1], entry.partition(b"\n")[2])
    rows = _rows_of(tree, "documents.jsonl")
    with suppress(AttributeError, LookupError, TypeError, ValueError, zstandard.ZstdError):
        _seal_ledgers(tree, rows)
    files = _rows_of(tree, "files.jsonl")
    for file in files:
        with suppress(AttributeError, LookupError, TypeError, ValueError, TextcleanError):
            name = id_path(file["file"])
            file["clean_sha256"] = digest(f"clean/{name}") or file["clean_sha256"]
            if file["quarantine_sha256"] is not None:
                file["quarantine_sha256"] = digest(f"quarantine/{name}") or file["quarantine_sha256"]
            _seal_rows(tree[f"clean/{name}"], [row for row in rows if row["file"] == file["file"] and row.get("at")])
    for row in rows:
        with suppress(AttributeError, LookupError, TypeError, ValueError, TextcleanError):
            name = id_path(row["id"])
            if "file" in row:
                continue
            if row.get("quarantined"):
                row["source_sha256"] = digest(f"quarantine/{name}") or row["source_sha256"]
            else:
                row["clean_sha256"] = digest(f"clean/{clean_name(row['id'])}") or row["clean_sha256"]
    for name, told_rows in (("documents.jsonl", rows), ("files.jsonl", files)):
        if told_rows:
            tree[name] = b"".join(dumped(row) + b"\n" for row in told_rows)
    manifest = tree.get("manifest.json")
    told = read_value("manifest.json", manifest) if isinstance(manifest, bytes) else None
    if isinstance(told, dict):
        for name in ("documents", "marks", "files"):
            told[f"{name}_sha256"] = digest(f"{name}.jsonl") or told.get(f"{name}_sha256")
        shards = told.get("shards_sha256")
        if isinstance(shards, list):
            shards[:] = [digest(f"ledger/{i:05d}.jsonl.zst") or shards[i] for i in range(len(shards))]
        tree["manifest.json"] = dumped(told)


def _rows_of(tree: Tree, name: str) -> list[Any]:
    raw = tree.get(name)
    return (read_value(name, raw) if isinstance(raw, bytes) else None) or []


def _seal_ledgers(tree: Tree, rows: list[Any]) -> None:
    """Make each row name the place of the next line of its shard; of a shard that can be unpacked a frame."""
    for number, some in groupby([row for row in rows if row.get("ledger")], key=lambda row: row["ledger"][0]):
        path = f"ledger/{number:05d}.jsonl.zst"
        shard = tree[path]
        if not isinstance(shard, bytes):
            continue
        content = unpacked(shard)
        tree[path] = shard = zstandard.ZstdCompressor(1).compress(content)
        at = 0
        for row, line in zip(some, content.splitlines(keepends=True), strict=False):
            row["ledger"] = [number, 0, len(shard), at, at + len(line)]
            at += len(line)


def _seal_rows(clean: Entry, rows: list[Any]) -> None:
    """Make rows of the output name the rows of a clean file of JSON lines, in their order, and those texts."""
    at = 0
    lines = clean.splitlines(keepends=True) if isinstance(clean, bytes) else []
    for row, line in zip(sorted(rows, key=lambda row: row["row"]), lines, strict=False):
        row["at"] = [0, 0, at, len(line) - 1]
        at += len(line)
        text = json.loads(line)["text"]
        row["clean_sha256"] = hashlib.sha256(text.encode("utf-8", "surrogatepass") + b"\n").hexdigest()


def write_tree(root: Path, tree: Tree) -> None:
    """Make the folder; what cannot be called so is left out."""
    made = {root}
    root.mkdir()
    for name, entry in tree.items():
        path = root / name
        with suppress(OSError, UnicodeError, ValueError):
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            if isinstance(entry, bytes):
                path.write_bytes(entry)
            elif isinstance(entry, Link):
                path.symlink_to(entry.target)
            elif entry is Special.FOLDER:
                path.mkdir()
            elif entry is Special.LARGE:
                path.touch()
                os.truncate(path, LARGE)
            else:
                os.mkfifo(path)


def read_tree(root: Path) -> Tree:
    """The files of a folder."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(root)): Special.LARGE if path.stat().st_size == LARGE else path.read_bytes()
        for path in files
    }


# Recipes

_TOML_JUNK = (
    *("true", "0", "-1", "1", "99999999999999999999", "9" * 5_000, "0.5", "-0.0", "1e400", "nan", "inf", '""', '"x"'),
    *("[]", "{}", "[[1]]", '["normalize", "normalize"]', "1979-05-27", "07:32:00", '"\\u0000"', "'''\n'''", "0x1F"),
    *("[" * 50 + "]" * 50, "[" * 5_000 + "]" * 5_000, "{a=" * 900 + "1" + "}" * 900, '["no such"]', '"' + "x" * 9_999),
)


def mutate_recipe(rng: random.Random, raw: bytes) -> tuple[str, bytes]:
    """Change the text of a recipe: what was done, and the text."""
    lines = raw.split(b"\n")
    at = rng.randrange(len(lines))
    key = lines[at].partition(b"=")[0]
    what = rng.choice(("bytes", "value", "value", "value", "key", "line", "table", "deep key"))
    if what == "bytes":
        return mutate_bytes(rng, raw)
    if what == "value":
        lines[at] = key + b"= " + rng.choice(_TOML_JUNK).encode()
    elif what == "key":
        lines.insert(at, rng.choice(("x", "stages.x", '""', "tool", "__class__", "name")).encode() + b" = 1")
    elif what == "line":
        lines.insert(at, rng.choice(lines))
    elif what == "table":
        name = rng.choice(
            ("[duplicates]", "[x]", "[[normalize]]", "[stages]", "[tool.textclean]", "[a.b.c]", "[typos]")
        )
        lines.insert(at, name.encode())
    else:
        lines.insert(at, b"a." * rng.choice((9, 90, 900)) + b"b = 1")
    return what, b"\n".join(lines)


# Indexes

_CELLS = (
    None,
    0,
    1,
    -1,
    2**31,
    2**40,
    2**62,
    2**63 - 1,
    -(2**63),
    1.5,
    -0.5,
    1e300,
    "",
    "x",
    "文\0",
    b"",
    b"x",
    b"\0" * 99,
)


def mutate_index(rng: random.Random, path: Path) -> str:
    """Change one thing of an index; what was done."""
    if rng.random() < 0.25:
        what, raw = mutate_bytes(rng, path.read_bytes())
        path.write_bytes(raw)
        return f"{what} of file"
    base = sqlite3.connect(path, isolation_level=None)
    try:
        return _mutate_rows(rng, base)
    except (sqlite3.Error, Damaged, OverflowError, ValueError):
        return "refused by sqlite"
    finally:
        base.close()


def _mutate_rows(rng: random.Random, base: sqlite3.Connection) -> str:
    tables = [name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql != ''")]
    if not tables:
        return "nothing"
    table = rng.choice(tables)
    what = rng.choice(
        ("cell", "cell", "cell", "packed", "packed", "packed", "delete", "loose", "drop", "pragma", "view")
    )
    if what == "packed":
        table, column = rng.choice((("documents", "rows"), ("texts", "data"), ("chunks", "data")))
    else:
        column = rng.choice([row[1] for row in base.execute(f"PRAGMA table_info({table})")])
    if what == "loose":  # without constraints
        base.execute(f"CREATE TABLE other AS SELECT * FROM {table}")
        base.execute(f"DROP TABLE {table}")
        base.execute(f"ALTER TABLE other RENAME TO {table}")
    elif what == "drop":
        base.execute(f"DROP TABLE {table}")
    elif what == "view":
        base.execute(f"ALTER TABLE {table} RENAME TO other")
        base.execute(f"CREATE VIEW {table} AS SELECT * FROM other")
    elif what == "pragma":
        name, value = rng.choice((("user_version", 3), ("application_id", 1), ("journal_mode", "DELETE")))
        base.execute(f"PRAGMA {name} = {value}")
    else:
        keys = "name" if table == "meta" else "rowid"
        (key,) = rng.choice(base.execute(f"SELECT {keys} FROM {table}").fetchall() or [(0,)])
        if what == "delete":
            base.execute(f"DELETE FROM {table} WHERE {keys} = ?", (key,))
            return f"delete in {table}"
        (old,) = base.execute(f"SELECT {column} FROM {table} WHERE {keys} = ?", (key,)).fetchone() or (None,)
        new = rng.choice((*_CELLS, old + 1 if isinstance(old, int) else old))
        if what == "packed" and isinstance(old, bytes):
            raw = unpack(old)
            new = pack(mutate_bytes(rng, raw)[1] if rng.random() < 0.8 else rng.randbytes(len(raw)), 1)
        elif column == "value" and isinstance(old, str) and rng.random() < 0.7:
            told = [json.loads(old)]
            mutate_value(rng, told)
            new = dumped(told[0] if told else None).decode()
        base.execute(f"UPDATE {table} SET {column} = ? WHERE {keys} = ?", (new, key))
    return f"{what} in {table}"


def mutate_beside(rng: random.Random, path: Path, canaries: list[str]) -> str:
    """Put something beside an index, or in its place; what was done."""
    beside = Path(f"{path}{rng.choice(('', '-wal', '-shm', '-writer', '-journal', '-writer-journal'))}")
    what = rng.choice(("file", "empty", "folder", "pipe", "link", "dangling link"))
    beside.unlink(missing_ok=True)
    if what in ("file", "empty"):
        beside.write_bytes(rng.randbytes(500) if what == "file" else b"")
    elif what in ("link", "dangling link"):
        beside.symlink_to(rng.choice(canaries) if what == "link" else "../planted")
    else:
        beside.mkdir() if what == "folder" else os.mkfifo(beside)
    return f"{what} for {beside.name}"
