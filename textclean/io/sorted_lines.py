"""JSON lines in the order of a field: the first that is not below a key is found by halving."""

import os
from io import BufferedReader

import orjson

from textclean.document import id_key


def first_at_least(file: BufferedReader, field: str, key: bytes, longest: int) -> int | None:
    """Where the first line begins whose field, in UTF-8, is not below ``key``; None if there is none.

    Args:
        file: lines of JSON objects that rise by ``field``, a string.
        field: its name.
        key: what is looked for.
        longest: bytes of a line.

    Raises:
        ValueError: a line that was looked at is no such object.
    """
    size = file.seek(0, os.SEEK_END)
    low, high = 0, size
    while low < high:
        start = _line_start(file, low, (low + high) // 2)
        file.seek(start)
        line = file.readline(longest)
        try:
            found = id_key(str(orjson.loads(line)[field]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"a line without {field!r}") from error
        if found < key:
            low = start + len(line)
        else:
            high = start
    return low if low < size else None


def _line_start(file: BufferedReader, low: int, at: int) -> int:
    """Where the line begins that holds byte ``at``; not below ``low``, where one begins."""
    step = 1 << 12
    end = at
    while end > low:
        start = max(low, end - step)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end, step = start, step * 2
    return low
