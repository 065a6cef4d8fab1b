"""Where a text speaks of markup instead of being marked up: what stands there must stay."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from textclean.language.expressions import lazy
from textclean.language.resources import read_words
from textclean.ledger import Span
from textclean.stages.normalize.punctuation import BLANK

_TOPIC = lazy(
    r"""
    (?<![A-Za-z0-9./_-])(?:x?html5?|xml|css|javascript(?!:)|markdown)(?![A-Za-z0-9/])     # not in addresses
    | 超文本 | 标记语言 | 网页代码 | 源代码 | 前端 | 转义 | 富文本
    """,
    re.VERBOSE | re.I,
)
"""What a text says that speaks of markup."""
_LABEL = lazy("标签")
"""What may be one of other things, too."""
_SPEAKS = 3
"""Times from which on all of it does; else the line does, and the next one."""
_QUOTES = frozenset("“‘「『\"'`（(《【"), frozenset("”’」』\"'`）)》】、，,")
_LONGEST_WORD = 4


@cache
def words() -> dict[str, frozenset[str]]:
    """The lists of ``data/html.txt`` by label."""
    return {label: frozenset(words) for label, words in read_words("html.txt", "textclean.stages.normalize").items()}


class Spoken:
    """Where a text speaks of markup.

    Args:
        text: the text.
        spans: what of it is markup, in order, which says nothing itself.
    """

    def __init__(self, text: str, spans: Sequence[Span] = ()) -> None:
        self._text = text
        begins = [start for start, _ in spans]
        topics, labels = (
            [at for at in map(re.Match.start, pattern.finditer(text)) if not within(spans, begins, at)]
            for pattern in (_TOPIC, _LABEL)
        )
        self._lines: list[Span] = [(0, len(text) + 1)] if len(topics) >= _SPEAKS else []
        line_end = len(text) if self._lines else -1
        for at in sorted(topics + labels):
            if at > line_end:  # a line is looked at once, however often it says so
                line_end = _end_of_line(text, at)
                self._lines.append((text.rfind("\n", 0, at) + 1, _end_of_line(text, line_end + 1) + 1))
        self._stops = list(accumulate((stop for _, stop in self._lines), max))
        self._begins = [start for start, _ in self._lines]

    def holds(self, start: int, end: int, plain: bool = True) -> bool:
        """Whether the text seems to speak of what stands there; ``plain``: it has no attributes."""
        i = bisect_right(self._begins, start) - 1
        return (i >= 0 and start < self._stops[i]) or _is_named(self._text, start, end, plain)


def within(spans: Sequence[Span], begins: Sequence[int], at: int) -> bool:
    i = bisect_right(begins, at) - 1
    return i >= 0 and at < spans[i][1]


def _end_of_line(text: str, at: int) -> int:
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _is_named(text: str, start: int, end: int, plain: bool) -> bool:
    """Whether the words or the signs beside a place are those of a text that speaks of what stands there."""
    known = words()
    before = text[max(0, start - 2 * _LONGEST_WORD) : start].rstrip(BLANK)
    after = text[end : end + 2 * _LONGEST_WORD].lstrip(BLANK)
    if before and after and before[-1] in _QUOTES[0] and after[0] in _QUOTES[1]:
        return True
    tails = {before[-n:] for n in range(1, _LONGEST_WORD + 1)}
    heads = {after[:n] for n in range(1, _LONGEST_WORD + 1)}
    if not known["names"].isdisjoint(tails) or not known["names"].isdisjoint(heads):
        return True
    before_it = not known["before"].isdisjoint(tails) and known["others"].isdisjoint(tails)
    return plain and (before_it or not known["after"].isdisjoint(heads))
