"""Writing edits into a text, and out of it again: what the ledger does most.

The extension does it where it was built, elsewhere the plain functions below, which give the same.
Offsets are code points.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from operator import eq, le, lt

from textclean.native import extension

_SURROGATE = re.compile("[\ud800-\udfff]")


def change(
    text: str, starts: Sequence[int], ends: Sequence[int], news: Sequence[str]
) -> tuple[str, tuple[str, ...], bool] | None:
    """``text`` with ``news[i]`` put for ``text[starts[i]:ends[i]]``, what stood there, and whether it is untidy.

    Untidy: two rows touch, or one changes nothing. None where rows overlap, are out of order or out of range, or
    where one of ``news`` holds a lone surrogate.

    Raises:
        TypeError: a column is neither a tuple nor a list, an offset no int, a new text no str.
        ValueError: the columns have different lengths.
    """
    _checked(starts, news)
    _checked(ends, news)
    offsets = [0, *(bound for row in zip(starts, ends, strict=True) for bound in row), len(text)]
    if not all(map(le, offsets, offsets[1:])) or _SURROGATE.search("".join(news)):
        return None
    parts = [text[start:end] for start, end in pairwise(offsets)]
    olds = tuple(parts[1::2])
    parts[1::2] = news
    untidy = not all(map(lt, ends, starts[1:])) or any(map(eq, olds, news))
    return "".join(parts), olds, untidy


def plain_change_back(
    text: str,
    places: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    steps: bool,
    old_sizes: str | None,
    new_sizes: str | None,
) -> str:
    """The text that became ``text`` when ``news[i]`` were put for ``olds[i]`` at ``places[i]`` of it.

    With ``steps`` each place is told from the one before. A column that is one string is read by :func:`strings`.

    Raises:
        TypeError: a column is neither a tuple nor a list, a place no int.
        ValueError: the columns have different lengths, or do not fit the text.
    """
    olds, news = strings(olds, old_sizes), strings(news, new_sizes)
    _checked(places, olds, news)
    parts: list[str] = []
    at = grown = 0
    for place, old, new in zip(accumulate(places) if steps else places, olds, news, strict=True):
        start = place + grown
        if place < 0 or start < at or start + len(new) > len(text):
            raise ValueError("the edits do not fit the text")
        parts += text[at:start], old
        at = start + len(new)
        grown += len(new) - len(old)
    return "".join([*parts, text[at:]])


_ZERO = 48
_TOLD = range(_ZERO, 127)
_SIZES = bytes(_TOLD).ljust(256, b"\0")
"""Number → the character that tells it; 0 for those that none does."""


def small(numbers: Iterable[int]) -> str | None:
    """Numbers from 0 to 78 as a string, a character each: ``0`` to ``9``, then on through ASCII; None for others.

    JSON takes a tenth of the time for it that it takes for a list.
    """
    try:
        told = bytes(numbers).translate(_SIZES)
    except ValueError:
        return None
    return None if 0 in told else told.decode("ascii")


def numbers(told: str) -> list[int]:
    """The numbers that :func:`small` told."""
    return [code - _ZERO for code in map(ord, told)]


def plain_entries(text: str, sizes: str) -> tuple[str, ...]:
    """The pieces of ``text``, of these :func:`small` numbers of characters.

    Raises:
        ValueError: the sizes do not add up to the text.
    """
    bounds = list(accumulate(numbers(sizes), initial=0))
    if bounds[-1] != len(text) or min(sizes, default="0") < "0":
        raise ValueError("sizes are not those of the text")
    return tuple([text[start:end] for start, end in pairwise(bounds)])


def step_back(
    starts: Sequence[int], olds: Sequence[str], news: Sequence[str], places: Sequence[int], lines: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Where the characters at ``places`` stood before ``news[i]`` were put for ``olds[i]`` at ``starts[i]``.

    Args:
        starts: rising offsets in the old text.
        olds: what stood there.
        news: what stands there now.
        places: rising offsets in the new text.
        lines: the line of each.

    Returns:
        Offsets and lines in the old text.

    Raises:
        TypeError: a column is neither a tuple nor a list, an offset no int, a text no str.
        ValueError: columns of different lengths.
    """
    _checked(starts, olds, news)
    _checked(places)
    _checked(lines)
    if len(places) != len(lines):
        raise ValueError("columns of different lengths")
    old_places: list[int] = []
    old_lines: list[int] = []
    rows = zip([*places, sys.maxsize], [*lines, 0], strict=True)
    place, line = next(rows)
    shift = grown = 0
    for start, old, new in zip(starts, olds, news, strict=True):
        more = len(new) - len(old)
        begin = start - shift
        while place < begin:
            old_places.append(place + shift)
            old_lines.append(line + grown)
            place, line = next(rows)
        inside = counted = 0
        while place < begin + len(new):
            offset = place - begin
            same = 0 if more else offset
            inside += old.count("\n", counted, same) - new.count("\n", counted, offset)
            counted = offset
            old_places.append(start + same)
            old_lines.append(line + grown + inside)
            place, line = next(rows)
        shift -= more
        grown += old.count("\n") - new.count("\n")
    while place < sys.maxsize:
        old_places.append(place + shift)
        old_lines.append(line + grown)
        place, line = next(rows)
    return old_places, old_lines


Laid = tuple[str, bytes, tuple[str, ...], tuple[int, ...], int, tuple[int, ...], tuple[int, ...] | None]
"""What :func:`plain_lay` gives."""


def plain_lay(
    text: str,
    starts: Sequence[int],
    ends: Sequence[int],
    news: Sequence[str],
    reasons: Sequence[str],
    stage: str,
    version: str,
) -> Laid | None:
    """``text`` with edits put in, and their layer, in one go; None where something is untidy or wrong with them.

    Returns:
        The new text; the layer as :func:`pack` makes it; its distinct reasons and how often each stands; characters
        put in less those taken; the rows that take a line break; and the line of the old text, from 0, in which each
        line of the new one begins: None if no edit touches a line break.
    """
    try:
        woven = change(text, starts, ends, news)
        if woven is None or woven[2]:
            return None
        changed, olds, _ = woven
        line, kinds, counts = pack(stage, version, starts, olds, news, reasons)
    except (TypeError, ValueError):
        return None
    if len(kinds) > len(_TOLD):
        return None
    breaking = tuple([i for i, old in enumerate(olds) if "\n" in old])
    lines = line_origins(changed, starts, olds, news) if breaking or "\n" in "".join(news) else None
    return changed, line, kinds, counts, len(changed) - len(text), breaking, lines


def line_origins(text: str, starts: Sequence[int], olds: Sequence[str], news: Sequence[str]) -> tuple[int, ...]:
    """The line of the old text, from 0, in which each line of the new ``text`` begins."""
    places = [0, *(match.end() for match in re.finditer("\n", text))]
    return tuple(step_back(starts, olds, news, places, list(range(len(places))))[1])


def pack(
    stage: str,
    version: str,
    starts: Sequence[int],
    olds: Sequence[str],
    news: Sequence[str],
    reasons: Sequence[str],
) -> tuple[bytes, tuple[str, ...], tuple[int, ...]]:
    """A layer without twins and moves as a line of JSON (``docs/ledger.md``), its distinct reasons, and their counts.

    Raises:
        TypeError: a column is neither a tuple nor a list, an offset no int, another entry no str; a lone surrogate.
        ValueError: the columns have different lengths.
    """
    import orjson

    _checked(starts, olds, news, reasons)
    old, new = "".join(olds), "".join(news)
    why = tuple(dict.fromkeys(reasons))
    which = list(map(dict(zip(why, range(len(why)), strict=True)).__getitem__, reasons))
    code = small(which)
    row = {
        "stage": stage,
        "version": version,
        "step": [start - before for before, start in pairwise((0, *starts))],
        **_column("old", olds, old),
        **_column("new", news, new),
        "why": why,
        **({"code": which if code is None else code} if len(why) > 1 else {}),
    }
    return orjson.dumps(row), why, tuple(map(list(reasons).count, why))


def _column(name: str, strings: Sequence[str], joined: str) -> dict[str, str | Sequence[str]]:
    """One string, with the size of each entry where that is not 1; a list if one is long."""
    lengths = list(map(len, strings))
    if all(length == 1 for length in lengths):
        return {name: joined}
    told = small(lengths)
    return {name: strings} if told is None else {name: joined, f"{name}_size": told}


def _checked(offsets: Sequence[int], *strings: Sequence[str]) -> None:
    columns = (offsets, *strings)
    if not all(isinstance(column, tuple | list) for column in columns):
        raise TypeError("a column is a tuple or a list")
    if len({*map(len, columns)}) > 1:
        raise ValueError("columns of different lengths")
    if set(map(type, offsets)) - {int}:
        raise TypeError("offsets are int")
    if not all(isinstance(string, str) for column in strings for string in column):
        raise TypeError("old and new texts are str")


built = extension("weave")
"""The extension; None where it was not built or is not wanted."""
lay = plain_lay if built is None else built.lay
change_back = plain_change_back if built is None else built.change_back
entries = plain_entries if built is None else built.entries


def strings(column: Sequence[str], sizes: str | None) -> Sequence[str]:
    """The entries of a column that may be one string: a character each, or as many as ``sizes`` tells.

    Raises:
        ValueError: the sizes do not add up to the string.
    """
    return entries(column, sizes) if isinstance(column, str) and sizes is not None else tuple(column)
