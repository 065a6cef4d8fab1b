"""Which script a text is written in, by the characters that only one of them has; and the quotes of each."""

import re
from functools import cache
from itertools import islice

from textclean.language.expressions import lazy
from textclean.language.resources import read_words
from textclean.language.script import simplified_only, traditional_only
from textclean.native import extension

IN_NAMES = frozenset(read_words("names.txt", "textclean.stages.script")["standard"])
"""Characters of Traditional text for OpenCC that are standard in Simplified names, or in one of their readings."""
CORNERS = "「」『』｢｣"
"""Quotes of Traditional print."""

_built = extension("scan")
_CORNER = lazy(f"[{CORNERS}]")
_QUOTE = lazy(f"[{CORNERS}“”‘’]")
_ENOUGH = 2
"""How many times the characters of one script must outnumber those of the other."""
_COUNTED = 10
"""Characters of Simplified text that are always counted, to be told as evidence."""


@cache
def traditional_characters() -> re.Pattern[str]:
    """A character that only Traditional text has. Basic plane only: the scan is twenty times faster so."""
    return _one_of(traditional_only())


@cache
def simplified_characters() -> re.Pattern[str]:
    """A character that only Simplified text has."""
    return _one_of(simplified_only())


def has_traditional(text: str) -> bool:
    """Whether ``text`` has a character that only Traditional text has."""
    if _built is not None:
        return bool(_built.meets(text, _traditional_kinds()))
    return _without_traditional().fullmatch(text) is None


@cache
def _traditional_kinds() -> bytes:
    """1 for each character of the basic plane that only Traditional text has, else 0."""
    kinds = bytearray(0x10000)
    for char in traditional_only():
        if char <= "\uffff":
            kinds[ord(char)] = 1
    return bytes(kinds)


@cache
def _without_traditional() -> re.Pattern[str]:
    """Text without such a character: counting what is none is faster than searching for one."""
    return re.compile(f"[^{traditional_characters().pattern[1:]}*+")


def _one_of(characters: frozenset[str]) -> re.Pattern[str]:
    basic = sorted(char for char in characters if char <= "\uffff")
    return re.compile(f"[{''.join(basic)}]")


def counts(text: str) -> tuple[int, int]:
    """How many characters of ``text`` only Traditional text has, and how many only Simplified.

    Of the latter no more are counted than :func:`script_of` needs, which saves nearly all the time on news.
    """
    traditional = len(traditional_characters().findall(text))
    simplified = islice(simplified_characters().finditer(text), max(_COUNTED, _ENOUGH * traditional + 1))
    return traditional, sum(1 for _ in simplified)


def script_of(traditional: int, simplified: int) -> str:
    """``traditional``, ``simplified``, ``mixed``, or ``none`` where no character tells, for the counts of a text."""
    if traditional > _ENOUGH * simplified:
        return "traditional"
    if simplified > _ENOUGH * traditional:
        return "simplified"
    return "mixed" if traditional else "none"


def curved_quotes(text: str) -> list[tuple[int, str]]:
    """Places of corner brackets with the curved quotes of Simplified print: double outside, single inside."""
    found: list[tuple[int, str]] = []
    done = -1
    for corner in _CORNER.finditer(text):
        if corner.start() > done:
            start = text.rfind("\n", done + 1, corner.start()) + 1 or done + 1
            done = text.find("\n", corner.start())
            done = len(text) if done < 0 else done
            found += _curved(text, start, done)
    return found


def _curved(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """The same for the line ``text[start:end]``."""
    found: list[tuple[int, str]] = []
    outer: list[str] = []
    for match in _QUOTE.finditer(text, start, end):
        sign = match[0]
        if sign in "「『｢":
            outer.append("‘" if outer and outer[-1] == "“" else "“")
            found.append((match.start(), outer[-1]))
        elif sign in "」』｣":
            opening = outer.pop() if outer else "“"
            found.append((match.start(), "’" if opening == "‘" else "”"))
        elif sign in "“‘":
            outer.append(sign)
        elif outer:
            outer.pop()
    return found
