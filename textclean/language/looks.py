"""A first look at the lines of a text: few are of interest to a stage, and only those are made strings.

In C, or the same in Python where that is not built. White space at both ends of a line is no part of it.
"""

import re
from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Final

from textclean.language.expressions import lazy
from textclean.native import extension

Picked = tuple[int, int, str, int]
"""A line: how many lines that are not blank stand before it, where its first character stands, what it reads, and what
is true of it: :data:`FIRST`, :data:`LAST`, :data:`WITHIN`, :data:`SHORT`, :data:`PAIR`.
"""
FIRST, LAST, WITHIN, SHORT, PAIR = 2, 4, 8, 64, 128
"""Of :class:`Look`: its first or last character is among ``first`` or ``last``; ``within``; ``shortest``; ``pair``."""

_built = extension("lines")
_PLANE: Final = 1 << 16
_SPACE, _LEFT, _RIGHT = 1, 16, 32
_BEYOND: Final = FIRST | LAST
_LAST_SPACE: Final = 0x3000
_BLANK = lazy(r"\n((?:[^\S\n]*\n)+)")


class Look:
    """Which lines deserve a closer look: those of which one of the following is true.

    A line that begins or ends with a character beyond the basic plane always does.

    Args:
        first, last: characters that it begins with, or ends with.
        unless_last: characters; it ends with another one. Not looked at if there are none.
        within: it holds one of these characters.
        pair: in its first ``reach`` characters one of the first of these strings stands before one of the second.
        narrow: for ``within`` and ``pair``, it has so many characters at most.
        shortest: it has so many characters at most.
    """

    def __init__(
        self,
        *,
        first: str = "",
        last: str = "",
        unless_last: str = "",
        within: str = "",
        pair: tuple[str, str] = ("", ""),
        reach: int = 0,
        narrow: int = 0,
        shortest: int = 0,
    ) -> None:
        self._ends = unless_last
        self._signs = (first, FIRST), (last, LAST), (within, WITHIN), (pair[0], _LEFT), (pair[1], _RIGHT)
        self._limits = shortest, narrow, reach

    def __call__(self, text: str) -> tuple[int, list[Picked]]:
        """How many lines of ``text`` are not blank, and those that deserve a closer look, in order."""
        return self._find(text)

    @cached_property
    def _find(self) -> Callable[[str], tuple[int, list[Picked]]]:
        return partial(_plain_look if _built is None else _built.look, self._kinds, *self._limits)

    @cached_property
    def _kinds(self) -> bytes:
        """A byte for each character of the basic plane: what a line is known by that has it."""
        kinds = bytearray(_spaces())
        if self._ends:
            kinds = kinds.translate(bytes(kind | LAST for kind in range(1 << 8)))
            for char in self._ends:
                kinds[ord(char)] &= ~LAST
        for chars, kind in self._signs:
            for char in chars:
                kinds[ord(char)] |= kind
        return bytes(kinds)


def blank_lines(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the runs of blank lines of a ``text`` that is not blank begin, and where they end.

    A run goes with the line breaks behind its lines; that at the end of the text with the break before it.
    """
    if _built is None:
        return _plain_blank_lines(text)
    found: tuple[tuple[int, ...], tuple[int, ...]] = _built.blanks(_spaces(), text)
    return found


@cache
def _spaces() -> bytes:
    """A byte for each character of the basic plane: whether it is white space."""
    return bytes(_SPACE * chr(point).isspace() for point in range(_LAST_SPACE + 1)).ljust(_PLANE, b"\0")


def _plain_look(kinds: bytes, shortest: int, narrow: int, reach: int, text: str) -> tuple[int, list[Picked]]:
    """What the extension does, in Python."""
    within, pair = _signs(kinds)
    found: list[Picked] = []
    number = at = 0
    for raw in text.split("\n"):
        if line := raw.strip():
            why = (_kind(line[0], kinds) & FIRST) | (_kind(line[-1], kinds) & LAST) | SHORT * (len(line) <= shortest)
            if len(line) <= narrow:
                why |= WITHIN * (not within.isdisjoint(line)) | PAIR * (pair.search(line, 0, reach) is not None)
            if why:
                found.append((number, at + raw.index(line[0]), line, why))
            number += 1
        at += len(raw) + 1
    return number, found


def _kind(char: str, kinds: bytes) -> int:
    return kinds[ord(char)] if ord(char) < _PLANE else _BEYOND


@cache
def _signs(kinds: bytes) -> tuple[frozenset[str], re.Pattern[str]]:
    """What a line is looked through for: characters of which one is enough, and pairs."""
    within, left, right = (
        "".join(chr(point) for point, kind in enumerate(kinds) if kind & wanted) for wanted in (WITHIN, _LEFT, _RIGHT)
    )
    return frozenset(within), re.compile(f"[{re.escape(left)}][{re.escape(right)}]" if left and right else r"(?!)")


def _plain_blank_lines(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What the extension does, in Python."""
    top = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    end = len(text.rstrip())
    bottom = text.find("\n", end)
    spans = [(0, top)] if top else []
    spans += [run.span(1) for run in _BLANK.finditer(text, top, end)]
    if bottom >= 0:
        spans.append((bottom, len(text)))
    starts, ends = zip(*spans, strict=True) if spans else ((), ())
    return starts, ends
