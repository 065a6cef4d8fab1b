"""Where keys lead to paragraphs: sorted runs in a SQLite table, merged as they become many.

A posting is a key of :data:`KEY_BITS` bits and the number of a paragraph. What one transaction adds is one run, sorted
by key and number and cut into chunks; when :data:`FAN` runs of a level stand side by side they are merged into one of
the next level (O'Neil and others: The log-structured merge-tree, Acta Informatica 1996). A row a posting would cost
about 20 bytes; a chunk costs about 5, as differences of keys and numbers from the smallest, byte planes apart.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.index.packing import Damaged, pack, unpack, whole_number
from textclean.minhash.mixing import splitmix64

KEY_BITS: Final = 40
CAP: Final = 64
"""A key leads to this many paragraphs of a run, the earliest: more have a phrase in common, not a paragraph."""
FAN: Final = 8

_CHUNK: Final = 4096
_CHUNK_WITH_TIES: Final = _CHUNK + FAN * CAP
_PART: Final = 1 << 20  # postings merged at a time
_LEVEL: Final = 1
_PLANES: Final = (KEY_BITS + 7) // 8
_LAST_RUN: Final = (1 << 63 - KEY_BITS) - 1  # its number and a key fit in one of SQLite
_HIGHEST: Final = 0x3F  # of the top byte of a number: what is added to it must not overflow

SCHEMA: Final = (
    "CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, level INTEGER NOT NULL, postings INTEGER NOT NULL)",
    "CREATE TABLE chunks (place INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # place: run << KEY_BITS | first key
)


class Postings(NamedTuple):
    """Keys (uint64, under ``2 ** KEY_BITS``) and the paragraphs they lead to (int64), in the order of both."""

    key: NDArray[np.uint64]
    number: NDArray[np.int64]


def key_of(kind: int, values: NDArray[Any]) -> NDArray[np.uint64]:
    """Keys of 64-bit ``values`` of one ``kind``: the top bits of what they are mixed to."""
    return splitmix64(values.astype(np.uint64) + np.uint64((kind + 1) * 0x9E3779B97F4A7C15 % 2**64)) >> np.uint64(
        64 - KEY_BITS
    )


def insert(base: sqlite3.Connection, found: Postings, alive: "Callable[[], Alive] | None" = None) -> None:
    """Add ``found`` (in any order) as a run, and merge runs where they have become many. Inside a transaction."""
    if len(found.key):
        run = _new_run(base, 0)
        base.execute("UPDATE runs SET postings = ? WHERE run = ?", (_write(base, run, _sorted(found)), run))
    level = 0
    while base.execute("SELECT count(*) FROM runs WHERE level = ?", (level,)).fetchone()[0] >= FAN:
        _merge(base, level, None if alive is None else alive())
        level += 1


class Alive:
    """Which paragraphs are still there: those of documents that were not replaced."""

    def __init__(self, first: NDArray[np.int64], count: NDArray[np.int64]) -> None:
        self._first, self._end = first, first + count

    def __call__(self, number: NDArray[np.int64]) -> NDArray[np.bool_]:
        """One truth value a paragraph."""
        place = self._first.searchsorted(number, side="right") - 1
        inside: NDArray[np.bool_] = place >= 0
        inside[inside] = number[inside] < self._end[place[inside]]
        return inside


def lookup(base: sqlite3.Connection, asked: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Paragraphs that keys lead to: places in ``asked`` (rising values) and numbers, in the order of both.

    Of each key the :data:`CAP` earliest, however the postings are spread over runs.
    """
    places, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for (number_of_run,) in base.execute("SELECT run FROM runs ORDER BY level DESC, run").fetchall():
        run, at = whole_number(number_of_run, _LAST_RUN), 0
        while at < len(asked):
            chunk = _chunk_at(base, run, int(asked[at]))
            if chunk is None:  # before the first key of the run
                first = base.execute("SELECT min(place) FROM chunks WHERE place >= ?", (run << KEY_BITS,)).fetchone()[0]
                if not isinstance(first, int) or first >> KEY_BITS != run:
                    raise Damaged("a run of keys is gone")
                at = int(np.searchsorted(asked, np.uint64(first & ((1 << KEY_BITS) - 1))))
                continue
            stop = max(at + 1, int(np.searchsorted(asked, chunk.key[-1], side="right")))
            low = np.searchsorted(chunk.key, asked[at:stop])
            size = np.minimum(np.searchsorted(chunk.key, asked[at:stop], side="right") - low, CAP)
            hit = size.nonzero()[0]
            if len(hit):
                within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
                numbers.append(chunk.number[np.repeat(low, size) + within])
                places.append(np.repeat(np.arange(at, stop), size))
            at = stop
    place, number = np.concatenate(places), np.concatenate(numbers)
    order = np.lexsort((number, place))
    place, number = place[order], number[order]
    few = _rank(place) < CAP
    return place[few], number[few]


def _rank(values: NDArray[Any]) -> NDArray[np.int64]:
    """How many equal values stand before each of the sorted ``values``."""
    begin = np.r_[True, values[1:] != values[:-1]].nonzero()[0] if len(values) else np.empty(0, np.int64)
    rank: NDArray[np.int64] = np.arange(len(values)) - np.repeat(begin, np.diff(np.r_[begin, len(values)]))
    return rank


def _new_run(base: sqlite3.Connection, level: int) -> int:
    run = base.execute("INSERT INTO runs (level, postings) VALUES (?, 0)", (level,)).lastrowid
    return whole_number(run, _LAST_RUN)


def _sorted(found: Postings) -> Postings:
    order = np.lexsort((found.number, found.key))
    key, number = found.key[order], found.number[order]
    few = _rank(key) < CAP
    return Postings(key[few], number[few])


def _write(base: sqlite3.Connection, run: int, found: Postings) -> int:
    """Write sorted postings as chunks; a key's postings stay together. Returns how many they are."""
    at, total = 0, len(found.key)
    while at < total:
        stop = min(at + _CHUNK, total)
        stop = int(np.searchsorted(found.key, found.key[stop - 1], side="right"))
        place = run << KEY_BITS | int(found.key[at])
        data = _packed(Postings(found.key[at:stop], found.number[at:stop]))
        base.execute("INSERT INTO chunks (place, data) VALUES (?, ?)", (place, data))
        at = stop
    return total


def _packed(chunk: Postings) -> bytes:
    least = int(chunk.number.min())
    steps = np.diff(chunk.key, prepend=chunk.key[:1]).astype("<u8").view(np.uint8).reshape(-1, 8)
    beyond = (chunk.number - least).astype("<u4").view(np.uint8).reshape(-1, 4)
    planes = np.concatenate([steps[:, :_PLANES].T, beyond.T])
    return pack(least.to_bytes(8, "little") + planes.tobytes(), _LEVEL)


def _unpacked(first: int, data: bytes) -> Postings:
    raw = unpack(data, 8 + (_PLANES + 4) * _CHUNK_WITH_TIES)
    if len(raw) <= 8 or (len(raw) - 8) % (_PLANES + 4) or raw[7] > _HIGHEST:
        raise Damaged("a chunk of keys has no length of one")
    planes = np.frombuffer(raw[8:], np.uint8).reshape(_PLANES + 4, -1)
    steps = np.zeros((planes.shape[1], 8), np.uint8)
    steps[:, :_PLANES] = planes[:_PLANES].T
    key = np.cumsum(steps.view("<u8")[:, 0]) + np.uint64(first)
    number = np.ascontiguousarray(planes[_PLANES:].T).view("<u4")[:, 0].astype(np.int64)
    if key[-1] >> np.uint64(KEY_BITS):
        raise Damaged("a chunk of keys holds what is no key")
    return Postings(key.astype(np.uint64), number + int.from_bytes(raw[:8], "little"))


def _chunk_at(base: sqlite3.Connection, run: int, key: int) -> Postings | None:
    """The chunk of a run that ``key`` would stand in; None before the first."""
    found = base.execute(
        "SELECT place, data FROM chunks WHERE place <= ? AND place >= ? ORDER BY place DESC LIMIT 1",
        (run << KEY_BITS | key, run << KEY_BITS),
    ).fetchone()
    return None if found is None else _unpacked(found[0] & ((1 << KEY_BITS) - 1), found[1])


def _merge(base: sqlite3.Connection, level: int, alive: Alive | None) -> None:
    old = base.execute("SELECT run, postings FROM runs WHERE level = ? ORDER BY run", (level,)).fetchall()
    runs = [whole_number(run, _LAST_RUN) for run, _ in old]
    most = base.execute("SELECT count(*) FROM chunks").fetchone()[0] * _CHUNK_WITH_TIES
    parts = sum(whole_number(postings, most) for _, postings in old) // _PART + 1
    bounds = [(part << KEY_BITS) // parts for part in range(parts + 1)]
    new, total = _new_run(base, level + 1), 0
    for low, high in pairwise(bounds):
        found = _sorted(_between(base, runs, low, high))
        if alive is not None:
            there = alive(found.number)
            found = Postings(found.key[there], found.number[there])
        for run in runs:  # at once, so that what is written takes the place of what is read
            _drop(base, run, high)
        total += _write(base, new, found)
    base.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])
    if total:
        base.execute("UPDATE runs SET postings = ? WHERE run = ?", (total, new))
    else:
        base.execute("DELETE FROM runs WHERE run = ?", (new,))


def _drop(base: sqlite3.Connection, run: int, high: int) -> None:
    """Drop the chunks of a run that hold no key from ``high`` on."""
    low, end = run << KEY_BITS, (run << KEY_BITS) + high
    if high < 1 << KEY_BITS:
        end = base.execute("SELECT max(place) FROM chunks WHERE place >= ? AND place <= ?", (low, end)).fetchone()[0]
    if end is not None:
        base.execute("DELETE FROM chunks WHERE place >= ? AND place < ?", (low, end))


def _between(base: sqlite3.Connection, runs: Sequence[int], low: int, high: int) -> Postings:
    """Postings of ``runs`` with keys from ``low`` to under ``high``."""
    keys, numbers = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for chunk in (chunk for run in runs for chunk in _chunks(base, run, low, high)):
        a, b = np.searchsorted(chunk.key, np.array([low, high], np.uint64)).tolist()
        keys.append(chunk.key[a:b])
        numbers.append(chunk.number[a:b])
    return Postings(np.concatenate(keys), np.concatenate(numbers))


def _chunks(base: sqlite3.Connection, run: int, low: int, high: int) -> Iterator[Postings]:
    """The chunks of a run that may hold keys from ``low`` to under ``high``."""
    before = base.execute(
        "SELECT max(place) FROM chunks WHERE place <= ? AND place >= ?", (run << KEY_BITS | low, run << KEY_BITS)
    ).fetchone()[0]
    start = run << KEY_BITS | low if before is None else before
    rows = base.execute(
        "SELECT place, data FROM chunks WHERE place >= ? AND place < ? ORDER BY place",
        (start, (run << KEY_BITS) + high),
    )
    for place, data in rows:
        yield _unpacked(place & ((1 << KEY_BITS) - 1), data)
