"""Markdown: the signs of a text that is written in it, told only where they can be nothing else.

Headings, emphasis in stars, links, tables and fences tell that a text is Markdown (CommonMark 0.31, and the tables of
GitHub's). What stands in plain text too, such as the dash of a list, is a sign only in a text that has one of these.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.names import COMMON_SURNAMES

TABLE, CODE, FENCE, HEADING = "a table", "code", "a fence", "a heading"
ITEM, QUOTATION = "an item of a list", "a quotation"
FIRSTS = "#*]`|"
SEQUENCES = "|".join(
    (
        r"(?<=#)(?<![^\n# ]#)(?=[# \t])",  # a heading
        r"(?<=\*)(?=\*)",  # emphasis
        r"(?<=\])(?=\()",  # a link
        "(?<=`)",  # code
        r"(?<=\|)(?:(?=[ ]?[-:])|(?<=[-:]\|)|(?<=[-:][ ]\|))",  # the second row of a table
    )
)
"""What follows one of :data:`FIRSTS` where it may be a sign: the extension of normalize knows the same."""
_MAY_BE = lazy(r"^[ ]{0,3}#{1,6}[# \t]|\*\*|\]\(|`|\|[ ]?[-:]|[-:][ ]?\|", re.M)

_FENCE = lazy(r"^[ ]{0,3}(?P<ticks>`{3,}+)[ \t]*+(?P<language>[A-Za-z0-9_+#.-]{0,20}+)[ \t]*+\r?$", re.M)
_SEPARATOR = lazy(
    r"""
    ^[ ]{0,3}(?:\|[ \t]*+)?
    :?+-++:?+[ \t]*+                       # the first column
    (?:\|[ \t]*+:?+-++:?+[ \t]*+)++        # the others
    (?:\|[ \t]*+)?\r?$
    """,
    re.M | re.VERBOSE,
)
_CODE_SPAN = lazy(r"(?<!`)`(?![`\s])(?=[^`\n]{0,200}?(?:[A-Za-z]{2}|<))(?P<inside>[^`\n]{1,200}+)(?<!\s)`(?!`)")
_HEADING = lazy(rf"^[ ]{{0,3}}(?P<sign>#{{1,6}}[ \t]++(?=[^\s#])|#{{2,6}}+(?=[{HAN}][^#\n]*$))", re.M)
_EMPHASIS = lazy(r"(?<![\\*])(?P<sign>\*{2,3})(?![\s*])(?P<inside>[^*\n]{1,300}+)(?<![\s\\])(?P=sign)(?!\*)")
_LIGHT = lazy(r"(?<![\\*A-Za-z0-9])(?P<sign>\*)(?![\s*])(?P<inside>[^*\n]{1,100}+)(?<![\s\\])(?P=sign)(?![*A-Za-z0-9])")
_STRUCK = lazy(r"(?<![\\~])(?P<sign>~~)(?![\s~])(?P<inside>[^~\n]{1,300}+)(?<![\s\\])(?P=sign)(?!~)")
_LINK = lazy(
    r"""
    (?P<open>!?\[)[^\[\]\n]{0,200}+
    (?P<close>\]\(
        <?(?:(?:https?|ftp)://|mailto:|www\.|\.{0,2}/|\#|[A-Za-z0-9_%-][A-Za-z0-9_./%-]{0,100}\.[A-Za-z0-9]{2,5}(?=[)\s>?\#]))
        [^\s()<>]{0,1000}+(?:\([^\s()<>]{0,100}+\)[^\s()<>]{0,200}+)?>?
        (?:[ \t]+(?:"[^"\n]{0,200}+"|'[^'\n]{0,200}+'))?       # a title
    \))
    """,
    re.VERBOSE,
)
_BULLET = lazy(r"^[ \t\u3000]*+(?P<sign>[-*+][ \t]++)(?=\S)", re.M)
_QUOTE = lazy(r"^[ ]{0,3}(?P<sign>>[> ]*+)(?=\S)", re.M)
_RULE = lazy(r"^[ ]{0,3}(?P<sign>(?:-[ ]?){3,}+|(?:\*[ ]?){3,}+|(?:_[ ]?){3,}+|={3,}+)[ \t]*\r?$", re.M)
_ENDS_NOTHING = frozenset("、，。；：！？）”’》」』】,.;:!?)]")
"""No emphasis begins before one of these."""
_LEADS_ON = frozenset("、，,和与及或跟同")
"""No emphasis ends after one of these: the stars hide names, as in 张**和李**."""
_HIDDEN = COMMON_SURNAMES | frozenset("某小老阿")


class Sign(NamedTuple):
    """A sign of Markdown, or what stands for itself: a table, code.

    Attributes:
        what: it is, in words.
        plain: what the text reads without the sign; None for what is more than a sign.
    """

    start: int
    end: int
    what: str
    plain: str | None = ""


Spans = Sequence[tuple[int, int]]


def signs(text: str) -> list[Sign]:
    """The signs of ``text``, in order; none overlap. Empty where the text is no Markdown."""
    if not may_be(text):
        return []
    found = blocks(text)
    inside = Inside(found)
    code = [
        Sign(*match.span(), CODE, None)
        for match in _CODE_SPAN.finditer(text)
        if match["inside"].isascii() and not inside(match.start())
    ]
    found = sorted([*found, *code])
    inside = Inside(found)
    sure = [sign for sign in _sure(text) if not inside(sign.start)]
    if not sure and not found:
        return []
    if sure or any(sign.what != CODE or "\n" in text[sign.start : sign.end] for sign in found):
        sure = _apart(sure)
        taken = Inside([*found, *sure])
        sure += [sign for sign in _doubtful(text) if not taken(sign.start) and not taken(sign.end - 1)]
    return _apart([*found, *sure])


def blocks(text: str) -> list[Sign]:
    """Fenced code and tables, whole, in order."""
    found = list(_fences(text)) if "```" in text else []
    inside = Inside(found)
    if "|" in text:
        found += [table for table in _tables(text) if not inside(table.start)]
    return sorted(found)


class Lines:
    """What a text in Markdown says of its lines: which stand for themselves, and which begin something.

    Args:
        text: the text.
    """

    def __init__(self, text: str) -> None:
        found = signs(text)
        regions = [sign for sign in found if sign.plain is None and "\n" in text[sign.start : sign.end]]
        self._in_region = Inside(regions)
        self._headings = Inside(_line(text, sign) for sign in found if sign.what in (HEADING, FENCE))
        self._begun = Inside(_line(text, sign) for sign in found if sign.what in (ITEM, QUOTATION))
        self._code = Inside(sign for sign in regions if sign.what == CODE)

    def apart(self, tail: int, head: int) -> bool:
        """Whether the lines in which these two places lie, one after the other, are surely no sentence."""
        return self.alone(tail) or self.alone(head) or self._begun(head)

    def alone(self, at: int) -> bool:
        """Whether a place lies in a heading, a table or code."""
        return self._in_region(at) or self._headings(at)

    def in_code(self, at: int) -> bool:
        """Whether a place lies in code between fences."""
        return self._code(at)


def _line(text: str, sign: "Sign") -> "Sign":
    stop = text.find("\n", sign.end)
    return sign._replace(start=text.rfind("\n", 0, sign.start) + 1, end=len(text) if stop < 0 else stop)


def may_be(text: str) -> bool:
    """Whether ``text`` has what could be a sign: a quick look that most texts end with."""
    some = "#" in text or "*" in text or "]" in text or "`" in text or "|" in text  # ten times as fast as for two
    return some and _MAY_BE.search(text) is not None


class Inside:
    """Whether a place lies in one of some spans."""

    def __init__(self, found: Iterable[Sign]) -> None:
        spans = sorted(found)
        self._starts, self._ends = [sign.start for sign in spans], [sign.end for sign in spans]

    def __call__(self, at: int) -> bool:
        i = bisect_right(self._starts, at) - 1
        return i >= 0 and at < self._ends[i]


def _apart(found: Iterable[Sign]) -> list[Sign]:
    """In order, without those that overlap the one before."""
    out: list[Sign] = []
    for sign in sorted(found):
        if not out or sign.start >= out[-1].end:
            out.append(sign)
    return out


def _fences(text: str) -> Iterator[Sign]:
    """Code between two fences; a fence without its other half is a sign by itself."""
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is not None and not fence["language"] and len(fence["ticks"]) >= len(opened["ticks"]):
            yield Sign(opened.start("ticks"), fence.end("ticks"), CODE, None)
            opened = None
            continue
        if opened is not None:
            yield Sign(opened.start("ticks"), opened.end("language"), FENCE)
        opened = fence
    if opened is not None:
        yield Sign(opened.start("ticks"), opened.end("language"), FENCE)


def _tables(text: str) -> Iterator[Sign]:
    done = 0
    for separator in _SEPARATOR.finditer(text):
        start, end = separator.span()
        head = text.rfind("\n", done, max(start - 1, 0)) + 1 or done
        if start <= done or "|" not in text[head:start]:
            continue
        while end < len(text):
            stop = text.find("\n", end + 1)
            stop = len(text) if stop < 0 else stop
            if "|" not in text[end + 1 : stop]:
                break
            end = stop
        yield Sign(head, end, TABLE, None)
        done = end


def _sure(text: str) -> Iterator[Sign]:
    """Signs that tell that a text is Markdown."""
    for heading in _HEADING.finditer(text) if "#" in text else ():
        yield Sign(*heading.span("sign"), HEADING)
    for emphasis in _EMPHASIS.finditer(text) if "**" in text else ():
        if _emphasizes(text, emphasis):
            yield from _pair(emphasis, "emphasis")
    for link in _LINK.finditer(text) if "](" in text else ():
        what = "an image" if link["open"] == "![" else "a link"
        yield Sign(*link.span("open"), what)
        yield Sign(*link.span("close"), what)


def _doubtful(text: str) -> Iterator[Sign]:
    """Signs that plain text has, too."""
    for pattern, what in ((_BULLET, ITEM), (_QUOTE, QUOTATION), (_RULE, "a rule")):
        for match in pattern.finditer(text):
            yield Sign(*match.span("sign"), what)
    for pattern, what in ((_LIGHT, "emphasis"), (_STRUCK, "struck out")):
        for match in pattern.finditer(text):
            if _emphasizes(text, match):
                yield from _pair(match, what)


def _pair(match: re.Match[str], what: str) -> Iterator[Sign]:
    yield Sign(*match.span("sign"), what)
    yield Sign(match.end("inside"), match.end(), what)


def _emphasizes(text: str, match: re.Match[str]) -> bool:
    """Whether stars set off what is between them. They hide names and numbers too (张**, 138****1234), and multiply."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    first, last = match["inside"][0], match["inside"][-1]
    if first in _ENDS_NOTHING or last in _LEADS_ON:
        return False
    if before in _HIDDEN and before and last in _HIDDEN:
        return False
    if before == last and before.isalnum():
        return False
    if first == after and after.isalnum():
        return False
    return not (before.isascii() and before.isalnum() and first.isascii() and first.isalnum())
