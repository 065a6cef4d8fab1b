"""Arrow string arrays as code points, without making Python strings."""

from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.minhash.codes import Codes, Strings, runs, view

_BLOCK: Final = 1 << 20  # bytes decoded at a time
_PLANE: Final = 1 << 16


class StringColumn(Protocol):
    """What is used of a ``pyarrow.StringArray``, ``LargeStringArray`` or a ``ChunkedArray`` of them."""

    @property
    def type(self) -> Any:
        """The data type."""
        ...

    @property
    def null_count(self) -> int:
        """How many values are missing."""
        ...

    def __len__(self) -> int: ...

    def take(self, indices: Any) -> Any:
        """Some of the values."""
        ...

    def cast(self, target_type: str) -> Any:
        """The values as another type."""
        ...


def is_column(texts: object) -> TypeGuard[StringColumn]:
    """Whether ``texts`` is an Arrow array, chunked or not."""
    return all(hasattr(texts, name) for name in ("type", "null_count", "cast", "to_pylist"))


def view_any(texts: Sequence[str] | StringColumn | Codes) -> Codes | Strings:
    """Strings as they are read best, the code points of an Arrow array of them, or code points as they are."""
    if isinstance(texts, Codes):
        return texts
    return encode_column(texts) if is_column(texts) else view(cast(Sequence[str], texts))


def strings(texts: Sequence[str] | StringColumn | Codes, index: NDArray[np.int64]) -> list[str]:
    """Some of the texts as strings."""
    if isinstance(texts, Codes):
        return texts.strings(index)
    if is_column(texts):
        taken: list[str] = texts.take(index).to_pylist()
        return taken
    return [cast(Sequence[str], texts)[i] for i in index.tolist()]


def encode_column(column: StringColumn) -> Codes:
    """The code points of an Arrow string array, as :func:`textclean.minhash.codes.encode` gives them.

    Raises:
        UsageError: it holds something else than strings, misses a value, or its bytes are not UTF-8.
    """
    if str(column.type).removeprefix("large_") not in ("string", "string_view"):
        raise UsageError(f"the Arrow array holds {column.type}; give one of strings")
    if column.null_count:
        raise UsageError(f"{column.null_count} of {len(column)} strings of the Arrow array are null; fill or drop them")
    whole = column.cast("large_string")
    if hasattr(whole, "combine_chunks"):
        whole = whole.combine_chunks()
    _, offsets, data = whole.buffers()
    if not len(whole):
        return Codes(np.empty(0, np.uint16), np.zeros(1, np.int64))
    bounds = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    raw = np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8)
    return encode_utf8(raw, bounds)


def encode_utf8(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Codes:
    """The code points of texts in UTF-8: text ``i`` is ``data[offsets[i]:offsets[i + 1]]``.

    Raises:
        UsageError: the bytes are not UTF-8. (Surrogates, which are none, are let through as in Python strings.)
    """
    out = np.zeros(len(offsets), np.int64)
    parts: list[NDArray[Any]] = [np.empty(0, np.uint16)]
    for lo, hi in runs(offsets, _BLOCK):
        points, starts = _points(data[offsets[lo] : offsets[hi]])
        bounds = offsets[lo : hi + 1] - offsets[lo]
        places = np.searchsorted(starts, bounds)
        if not np.array_equal(np.append(starts, bounds[-1])[places], bounds):
            raise UsageError("a text of the Arrow array begins inside a character: its bytes are not UTF-8")
        out[lo + 1 : hi + 1] = out[lo] + places[1:]
        parts.append(points.astype(np.uint16) if points.max(initial=0) < _PLANE else points)
    return Codes(np.concatenate(parts), out)


def _points(data: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Code points of UTF-8 bytes, and where each begins."""
    if not len(data):
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    is_start = (data & 0xC0) != 0x80
    starts = np.flatnonzero(is_start)
    lead = data[starts]
    size = 1 + (lead >= 0xC0).astype(np.int64) + (lead >= 0xE0) + (lead >= 0xF0)
    ends = np.append(starts[1:], len(data))
    if not np.array_equal(starts + size, ends) or not is_start[0] or (lead > 0xF4).any():
        raise UsageError("the bytes of the Arrow array are not UTF-8")
    points = (lead & np.array([0, 0x7F, 0x1F, 0x0F, 0x07], np.uint8)[size]).astype(np.uint32)
    for more in range(1, 4):
        has = np.flatnonzero(size > more)
        points[has] = (points[has] << np.uint32(6)) | (data[starts[has] + more] & 0x3F)
    least = np.array([0, 0, 0x80, 0x800, _PLANE], np.uint32)[size]
    if (points < least).any() or points.max(initial=0) > 0x10FFFF:
        raise UsageError("the bytes of the Arrow array are not UTF-8")
    return points, starts
