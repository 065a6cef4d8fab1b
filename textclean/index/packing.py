"""Columns and texts as the index keeps them: compressed, with a checksum, and read back with care."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import zstandard
from numpy.typing import NDArray

_LIMIT: Final = 1 << 30
"""Bytes that one piece of an index may unpack to. A document of 64 MiB takes about half of that."""


class Damaged(ValueError):  # noqa: N818 - a state of the file, not a fault of the caller
    """What stands in an index is not what was written there."""


def pack(raw: bytes, level: int) -> bytes:
    """``raw`` as one Zstandard frame that tells its size and has a checksum."""
    return zstandard.ZstdCompressor(level, write_checksum=True).compress(raw)


def unpack(data: object, limit: int = _LIMIT) -> bytes:
    """The bytes that :func:`pack` packed, if they are no more than ``limit``.

    Raises:
        Damaged: no such frame.
    """
    if not isinstance(data, bytes):
        raise Damaged(f"a piece of it is {type(data).__name__}, not bytes")
    try:
        size = zstandard.get_frame_parameters(data).content_size
        if size > min(limit, _LIMIT):  # looked at first: the decompressor would take the memory before it looks
            raise Damaged(f"a piece of it would unpack to {size:,} bytes")
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise Damaged(f"a piece of it cannot be unpacked: {error}") from error


def split(joined: bytes, lengths: Sequence[int] | NDArray[np.uint32]) -> list[str]:
    """Texts of ``lengths`` code points that were joined and encoded as UTF-8.

    Raises:
        Damaged: there are more or fewer.
    """
    bounds = np.cumsum(np.concatenate([[0], lengths])).tolist()
    try:
        text = joined.decode("utf-8", "surrogatepass")
    except UnicodeError as error:
        raise Damaged(f"a text of it is not UTF-8: {error}") from error
    if len(text) != bounds[-1]:
        raise Damaged("the texts of a document do not have their lengths")
    return [text[int(a) : int(b)] for a, b in pairwise(bounds)]


_LARGEST: Final = 1 << 53
"""Of the numbers of an index: sums and products of a few of them fit in 64 bits."""


def whole_number(value: object, largest: int = _LARGEST) -> int:
    """A number that was read.

    Raises:
        Damaged: it is none, negative, or over the ``largest``.
    """
    if not isinstance(value, int) or not 0 <= value <= largest:
        raise Damaged(f"{value!r} stands where a number should")
    return value


def ingredients(packed: object) -> dict[str, str]:
    """What a run was made with, from the JSON that was kept of it; empty where nothing was kept.

    Raises:
        Damaged: it is something else.
    """
    if packed is None:
        return {}
    try:
        found = json.loads(packed)  # type: ignore[arg-type]  # whatever it is, it was read
    except (TypeError, ValueError) as error:
        raise Damaged(f"what it was made with cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Damaged("what it was made with is no table of strings")
    return found
