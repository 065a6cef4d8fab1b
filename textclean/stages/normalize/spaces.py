"""The space policy: stray blanks go, one stays where it separates.

In the seeds' newspapers a blank between two Chinese words nearly always separates (two halves of a heading, a
dateline, a name from what its bearer did), one beside a number or inside punctuation never does.
"""

from collections.abc import Iterable

from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT
from textclean.language.lines import display_width
from textclean.ledger import Span
from textclean.stages.normalize.punctuation import CJK_PUNCTUATION, FULL_STOP, KANA

BLANKS = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_IDEOGRAPH = lazy(f"[{HAN_SCRIPT}{KANA}]")
OPENING = frozenset("（《〈【〔「『〖")
CLOSING = frozenset("）》〉】〕」』〗")
POINTS = frozenset("，。、；：？！")
OPENING_QUOTES = frozenset("“‘")
CLOSING_QUOTES = frozenset("”’")
_WIDE_SIGN = lazy(f"[{CJK_PUNCTUATION}“”‘’]")
DATELINE = "讯电訊電"
_DATE = r"\d{4}[-/.]\d|\d{1,2}:\d\d|\d{4}年\d{1,2}月\d{1,2}日(?![^\s])"
_DAY = r"\d{1,2}月|\d{4}年"
BESIDE_NUMBER = "|".join(
    (
        f"(?<=[0-9%].)(?<!\\d[:/-]\\d.)(?<!\\d[:/-]\\d\\d.)[{BLANKS}]*+(?=[{HAN_SCRIPT}{KANA}])(?![{HAN_SCRIPT}]{{2,6}}[:：])",
        f"(?<=[{HAN_SCRIPT}{KANA}].)(?<![{DATELINE}].)[{BLANKS}]*+(?=[0-9])(?!{_DATE})",
        f"(?<=[{DATELINE}].)[{BLANKS}]*+(?=[0-9])(?!{_DATE}|{_DAY})",
    )
)
"""After the first of the blanks: they stand between a number and a Chinese word, and separate no date from it."""
_UNITS = "个名位人次项条件套台辆头只株棵座所处支批家户吨亩斤度万亿千百元公里米多余"
_ENUMERATED = lazy(rf"[{BLANKS}]*[0-9]{{1,3}}(?:\.[0-9]{{1,2}})*")
_LABELLED = lazy(
    rf"[{BLANKS}]*(?:第[0-9一二三四五六七八九十百]+[编章节条款]"
    rf"|(?:附件|附表|附录|附图|图|表|专栏)[{BLANKS}]?[0-9]{{0,3}}|[^，。；：,;:]{{0,24}}(?:[讯电訊電]|消息)[）)]?)"
)
"""From the start of a line: the number of a section, or a dateline, set off by a blank from what it stands before."""
_OF_UNITS = lazy(f"[{BLANKS}]*[{_UNITS}年月日时分秒]")
_COUNTED = lazy(f"[0-9][0-9.,]*[{BLANKS}]*[{_UNITS}]")
_DATE_GOES_ON = lazy(f"[0-9]+[{BLANKS}]*[月日时分秒]")
_SENTENCE = lazy(f"[，。；！？、,;!?.](?:(?<![,.])|(?<=,)(?:(?<![0-9],)|(?![0-9]{{1,3}}(?![0-9])))|{FULL_STOP})")
"""What ends or parts a sentence, in either width: a second run must see what the first one saw."""
_SENTENCE_END = lazy(r"[。！？…][”’」』）]?\Z")
WIDE_INDENT, HARD_INDENT = 2, 4
"""Ideographic and no-break spaces of an indent."""
_WRAP_SLACK, _NARROWEST_WRAP = 4, 24
"""Columns by which lines of a source differ, and that the narrowest have; names and halves of headings are shorter."""
_LEAST_WRAPPED, _WRAPPED_SHARE = 3, 0.7
"""Blanks at the margin that a page needs, and their share of all inside its lines."""
_HEAD = 32
"""Characters from the start of a line in which a number may be one of a heading."""
_STOP = lazy(f"[。；;]|\\.[”’」』）){BLANKS}]*\\Z")
_LONG = 60
"""Characters from which on a line without a full stop is no heading."""
SPELLED = 7
"""Blanks in a row, each after a single ideograph, that make spaced-out text; shorter rows may be padded names."""
_RUN = lazy(f"[{BLANKS}][{BLANKS}]*+")
_SPACED_OUT = lazy(
    f"[{BLANKS}](?<![{BLANKS}].)[{BLANKS}]*+(?:[{HAN_SCRIPT}{KANA}][{BLANKS}][{BLANKS}]*+){{{SPELLED - 1},}}+"
)


def spaced_out(text: str) -> set[int]:
    """Starts of the runs of blanks inside text that has some after every ideograph."""
    return {run.start() for row in _SPACED_OUT.finditer(text) for run in _RUN.finditer(text, *row.span())}


def setting_off(text: str, runs: Iterable[Span]) -> set[int]:
    """Where those of the ``runs`` of blanks start that keep cells of a row or parts of a heading apart.

    The runs are :data:`BESIDE_NUMBER`, in order. In a sentence they are stray, but for those after its own number and
    after a dateline.
    """
    found: set[int] = set()
    line_end, line_start, in_sentence = -1, 0, False
    for start, end in runs:
        if start > line_end:  # a line is looked at once, however many blanks it has
            line_start = text.rfind("\n", line_end + 1, start) + 1 or line_end + 1
            line_end = text.find("\n", end)
            line_end = len(text) if line_end < 0 else line_end
            in_sentence = _SENTENCE.search(text, line_start, line_end) is not None
        if _follows_head(text, line_start, start, end) or not (in_sentence or _counts(text, start, end)):
            found.add(start)
    return found


def _follows_head(text: str, line_start: int, start: int, end: int) -> bool:
    """Whether blanks follow the number or the dateline that the line begins with."""
    if start - line_start > _HEAD:
        return False
    if _LABELLED.fullmatch(text, line_start, start):
        return True
    return _ENUMERATED.fullmatch(text, line_start, start) is not None and not _OF_UNITS.match(text, end)


def _counts(text: str, start: int, end: int) -> bool:
    """Whether blanks stand between a number and what it counts."""
    if text[end] not in "0123456789":
        return _OF_UNITS.match(text, end) is not None
    if text[start - 1] in "年月日时分" and _DATE_GOES_ON.match(text, end):
        return True
    return _COUNTED.match(text, end) is not None


def is_wide(blanks: str) -> bool:
    """Whether blanks are as wide as the indent of a paragraph, of which no other run inside a line is made."""
    return blanks.count("\u3000") >= WIDE_INDENT or blanks.count("\u00a0") >= HARD_INDENT


def glued_paragraphs(text: str) -> set[int]:
    """Starts of the runs of blanks that are indents of paragraphs which were glued to the ones before them.

    Where one follows the end of a sentence, all wide ones of that line are: those behind headings and items too.
    """
    found: set[int] = set()
    at = 0
    for line in text.split("\n"):
        if "\u3000" in line or "\u00a0" in line:
            end = len(line.rstrip())
            runs = [run.start() for run in _RUN.finditer(line, 0, end) if run.start() and is_wide(run[0])]
            if any(_SENTENCE_END.search(line, max(0, start - 2), start) for start in runs):
                found.update(at + start for start in runs)
        at += len(line) + 1
    return found


def wrapped_blanks(text: str) -> set[int]:
    """Starts of the blanks that stand where the lines of a page's source ended: at one width, line after line.

    Browsers show a line break of the source as a blank, and extractors leave it.
    """
    parts: list[tuple[int, int]] = []
    twice = False
    at = 0
    for line in text.split("\n"):
        begin = before = 0
        for run in _RUN.finditer(line):
            start, end = run.span()
            if start and end < len(line) and not _parts_latin(line, start, end):
                width = display_width(line[begin:start])
                if width >= _NARROWEST_WRAP:
                    parts.append((at + start, width))
                twice = twice or (before > 0 and abs(before - width) <= _WRAP_SLACK)
                before = width
            begin = end
        at += len(line) + 1
    if len(parts) < _LEAST_WRAPPED + (not twice):
        return set()
    widths = sorted(width for _, width in parts)
    margin = widths[int(0.95 * (len(widths) - 1))]
    full = {start for start, width in parts if 0 <= margin - width <= _WRAP_SLACK}
    return full if len(full) >= _WRAPPED_SHARE * len(parts) else set()


def _parts_latin(line: str, start: int, end: int) -> bool:
    return line[start - 1].isascii() and line[start - 1].isalpha() and line[end].isascii() and line[end].isalpha()


def is_stray(text: str, start: int, end: int, before: str, after: str) -> bool:
    """Whether the blanks ``text[start:end]`` between the characters ``before`` and ``after`` separate nothing.

    Not asked about blanks that are :data:`BESIDE_NUMBER`.
    """
    if before in POINTS or after in POINTS or before in OPENING or after in CLOSING:
        return True
    if before in OPENING_QUOTES:
        return not (after.isascii() and after.isalpha())
    if after in CLOSING_QUOTES:
        return not (before.isascii() and before.isalpha())
    if after in OPENING and before in DATELINE:
        return False
    if before in CLOSING or before in CLOSING_QUOTES or after in OPENING or after in OPENING_QUOTES:
        return _is_chinese(before) and _is_chinese(after) and not _in_heading(text, start)
    return False


def _is_chinese(char: str) -> bool:
    return _IDEOGRAPH.match(char) is not None or _WIDE_SIGN.match(char) is not None or char in "0123456789"


def _in_heading(text: str, at: int) -> bool:
    """Whether the line around ``at`` is short and has no full stop."""
    start = text.rfind("\n", max(0, at - _LONG), at) + 1
    if start == 0 and at > _LONG:
        return False
    end = text.find("\n", at, start + _LONG + 2)
    end = len(text) if end < 0 else end - (text[end - 1] == "\r")
    return end - start <= _LONG and _STOP.search(text, start, end) is None
