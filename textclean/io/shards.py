"""The ledger of a run in shards: a row per document, in the order of ``documents.jsonl``, found without the others.

A shard is JSON lines in frames of Zstandard, one after the other, so that ``zstd -dc`` reads all of it, and one frame
is enough for one document. Where a shard and a frame end is decided by the rows alone.
"""

from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import zstandard

from textclean.io.files import BLOCK

DOCUMENTS_PER_SHARD: Final = 4096
"""Consecutive rows of ``documents.jsonl`` whose ledgers lie in one shard."""
DOCUMENTS_PER_FRAME: Final = 32
"""Of these, how many are compressed together at most: more shrink better, fewer are found faster."""

_LEVEL: Final = 3
_FRAME: Final = 1 << 20
"""Bytes from which a frame ends before it holds all the rows it may."""
_LARGEST_WINDOW: Final = 1 << 27
_LARGEST: Final = 1 << 53
_LARGEST_FRAME: Final = 1 << 30
_FRAME_HELD: Final = 1 << 24
"""Bytes up to which an unpacked frame is kept for the next document."""


class Place(NamedTuple):
    """Where the ledger of a document lies: the shard, the bytes of the frame in it, and of the row in that."""

    shard: int
    frame: int
    frame_end: int
    row: int
    row_end: int

    @classmethod
    def parse(cls, told: Sequence[Any]) -> Self:
        """The place that a list of numbers tells.

        Raises:
            ValueError: it tells none.
        """
        if len(told) != len(cls._fields) or not all(type(n) is int and 0 <= n <= _LARGEST for n in told):
            raise ValueError("not the place of a ledger")
        place = cls(*told)
        if place.frame > place.frame_end or place.row > place.row_end:
            raise ValueError("the place of a ledger ends before it begins")
        if place.row >= _FRAME:
            raise ValueError("not the place of a ledger: a frame ends before such a row begins")
        return place


def frames(sizes: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """How documents are parted: the shard, the first document and the one behind the last of each frame.

    Args:
        sizes: bytes of the ledger of each document, in the order of ``documents.jsonl``; 0 where there is none.
    """
    for shard, first in enumerate(range(0, len(sizes), DOCUMENTS_PER_SHARD)):
        end = min(first + DOCUMENTS_PER_SHARD, len(sizes))
        start, size = first, 0
        for i in range(first, end):
            size += sizes[i]
            if i + 1 - start == DOCUMENTS_PER_FRAME or size >= _FRAME or i + 1 == end:
                yield shard, start, i + 1
                start, size = i + 1, 0


class FramePacker:
    """Compresses frames; one for many, since to set one up takes longer than a small frame."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)

    def pack(self, rows: Sequence[bytes]) -> bytes:
        """The frame of these rows; empty if they are."""
        content = b"".join(rows)
        return self._compressor.compress(content) if content else b""


def places(shard: int, start: int, end: int, sizes: Sequence[int]) -> Iterator[Place | None]:
    """Where each row of a frame lies that stands at ``start`` to ``end`` of a shard; None for an empty one."""
    at = 0
    for size in sizes:
        yield Place(shard, start, end, at, at + size) if size else None
        at += size


def unpack_frame(frame: bytes, limit: int) -> bytes:
    """What a frame unpacks to; of more than ``limit`` bytes a few more.

    Raises:
        ValueError: the frame is damaged.
    """
    unpacked = bytearray()
    try:
        with _reader(frame) as reader:
            while len(unpacked) < limit and (block := reader.read(BLOCK)):
                unpacked += block
    except zstandard.ZstdError as error:
        raise ValueError(f"a damaged frame: {error}") from error
    return bytes(unpacked)


def _reader(frame: bytes) -> zstandard.ZstdDecompressionReader:
    return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).stream_reader(frame)


def unpack_row(frame: bytes, place: Place) -> bytes:
    """The row at ``place`` of its frame; no more than that is kept of what the frame unpacks to.

    Raises:
        ValueError: the frame is damaged, or shorter.
    """
    row = bytearray()
    at = 0
    try:
        with _reader(frame) as reader:
            while at < place.row_end and (block := reader.read(min(BLOCK, place.row_end - at))):
                row += block[max(0, place.row - at) :]
                at += len(block)
    except zstandard.ZstdError as error:
        raise ValueError(f"a damaged frame: {error}") from error
    if at < place.row_end:
        raise ValueError("the frame is shorter than the place of the ledger tells")
    return bytes(row)


class FrameReader:
    """Reads rows out of frames; the last frame is kept, since documents that follow each other share it."""

    def __init__(self, opened: Callable[[Path], BufferedReader]) -> None:
        self._opened = opened
        self._last: tuple[Path, int, int] | None = None
        self._content = b""

    def row(self, path: Path, place: Place) -> bytes:
        """The row at a place.

        Raises:
            OSError, RestoreError: the shard cannot be read.
            ValueError: it is damaged.
        """
        if (path, place.frame, place.frame_end) != self._last:
            if place.frame_end - place.frame > _LARGEST_FRAME:
                raise ValueError("a frame over all limits")
            with self._opened(path) as shard:
                shard.seek(place.frame)
                frame = shard.read(place.frame_end - place.frame)
            self._content = unpack_frame(frame, _FRAME_HELD)
            self._last = (path, place.frame, place.frame_end)
            if len(self._content) >= _FRAME_HELD:  # few documents are so large: each is read by itself
                self._last = None
                return unpack_row(frame, place)
        if place.row_end > len(self._content):
            raise ValueError("the frame is shorter than the place of the ledger tells")
        return self._content[place.row : place.row_end]
