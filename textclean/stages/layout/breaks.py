"""Breaks of lines: whether a line ends, and the next one begins, in the middle of a sentence.

Each of these looks at one or two lines; what the language and the page say is in :mod:`textclean.stages.layout.joins`.
"""

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.lines import ENUMERATED, closed

PAUSE = lazy("[，。；！？：、,;!?:]")
SENTENCE = lazy("[。！？!?]")
HAN_CHARACTER = lazy(f"[{HAN}]")
_CREDIT = lazy(r"(?:摄|供图|摄影|绘图?|制图|报道|整理|提供|/文|/图|讯|\.[a-z]{2,4})\Z")
_LONGEST_CREDIT = 5
_SPACE = lazy(r"\s")
_CAPTION = lazy("(?:图为|图[①-⑨\\d一二三四五]|[上下左右题]图|资料图)")
_DATELINE = lazy("(?:本报\\S{0,8}讯|新华社|据\\S{2,8}[讯电])")
NO_OPENING = frozenset("，。、；：！？）》”’」』】〉〕,;:!?)%％‰℃°")
OPENING = "（《“‘「『【〈〔("
PAIRS = ("“”", "「」", "『』", "《》", "（）", "()", "【】")
_CLOSING = {pair[1]: pair for pair in PAIRS}
MEASURE = "亿万千百公吨米度元倍%％‰个"
"""What may follow a decimal fraction; other units count whole things."""
DECIMAL = lazy(r"\d\.\d+\Z")
_UNIT = "年月日时分秒个家项名人万亿元吨米%％户亩件条座台次辆只头公千岁届级种所倍度吨"
_NUMBER = lazy(rf"\d{{1,5}}(?:[.,]\d+)*[多余]?[{_UNIT}]")
_YEAR = lazy(r"(?<!\d)(?:19|20)\d\d\Z")
_DATE = lazy(r"(?:\d{2,4}年|\d{1,2}月\d|\d{1,2}[日时点]|\d{4}[-/.])")
SHORT, TINY = 12, 6
"""A closed line below the one length, without a quote, is hardly a paragraph of its own; up to the other even less."""
_MORE_BEFORE = lazy(r"[A-Za-z,] [A-Za-z]+\Z")
_MORE_AFTER = lazy(r"[A-Za-z]+ [A-Za-z]")
_REST_OF_WORD = lazy(f"[a-z]+[{HAN}，。、；：]")
_ADDRESSES = ("http://", "https://", "www.")
_REST_VISIBLE = lazy("[!-~]*")
_REST_OF_ADDRESS = lazy(r"[a-z0-9_%=&?#-]*[./][!-~]")
_LONG_TITLE, _LONG_HEADING = 45, 24
"""Characters from which on a line with a pause in it is hardly a title, or a heading; read off news sites."""
_LEAST = 6
"""Characters of the shortest line that may be the beginning of a paragraph."""


def breaks_off(line: str, first: bool) -> bool:
    """Whether ``line`` is running text that ends in the middle of a sentence. The first line may be a title."""
    if len(line) < SHORT or line[-1] == "—":
        return False
    if not SENTENCE.search(line):
        long = _LONG_TITLE if first and line[-1] not in "，、," else _LONG_HEADING
        if len(line) < long or not PAUSE.search(line):
            return False
    return not (closed(line) or _is_credit(line) or _CAPTION.match(line))


def may_break_off(line: str) -> bool:
    """Whether ``line`` ends like a heading, but could be the beginning of a paragraph. A line of verse is neither."""
    return (
        len(line) >= _LEAST
        and line[-1] not in "，,—"
        and not closed(line)
        and not _is_credit(line)
        and not _CAPTION.match(line)
    )


def _is_credit(line: str) -> bool:
    """Whether ``line`` ends as the credit of a picture or an article ends, or in a web address."""
    if _CREDIT.search(line, max(0, len(line) - _LONGEST_CREDIT)):
        return True
    at = line.rfind("http")  # what parts the last one from the end, parts the others too
    return at >= 0 and _SPACE.search(line, at) is None


def closes_above(above: str, line: str) -> bool:
    """Whether ``line`` begins with the closing mark of what ``above`` leaves open, though that may end a sentence."""
    return line[0] in _CLOSING and leaves_open(above, _CLOSING[line[0]])


def goes_on(line: str) -> bool:
    """Whether ``line`` may be the rest of a sentence, not a heading, a list item or a caption."""
    if line[0] in NO_OPENING:
        return True
    if ENUMERATED.match(line) or _DATE.match(line) or _CAPTION.match(line) or _DATELINE.match(line):
        return False
    if line[0] in "（(【[" and line[-1] in "）)】]":
        return False
    if closed(line):
        return line[-1] not in "！？!?：:" or PAUSE.search(line, 0, len(line) - 1) is not None
    return SENTENCE.search(line) is not None or (len(line) >= 30 and PAUSE.search(line) is not None)


def is_proof(tail: str, head: str) -> bool:
    """Whether the break shows that ``tail`` goes on, and with something like ``head``."""
    if head[0] in NO_OPENING:
        return head[0] not in _CLOSING or leaves_open(tail, _CLOSING[head[0]])
    if parts_a_number(tail, head) or parts_a_word(tail, head):
        return True
    if tail[-1].isdigit() and head[0] in _UNIT:
        return head[0] in MEASURE or DECIMAL.search(tail) is None
    if tail[-2:-1].isdigit() and tail[-1] == "." and head[0].isdigit():
        return True
    return parts_a_pair(tail, head)


def parts_an_address(tail: str, head: str) -> bool:
    """Whether the break parts a web address in running text."""
    if not (_REST_OF_ADDRESS.match(head) and PAUSE.search(tail)):
        return False
    at = max(map(tail.rfind, _ADDRESSES))  # what parts the last one from the end, parts the others too
    return at >= 0 and _REST_VISIBLE.fullmatch(tail, at) is not None


def parts_a_word(tail: str, head: str) -> bool:
    """Whether the break parts a Latin word in Chinese text."""
    if not (tail[-1].isascii() and tail[-1].isalpha() and _REST_OF_WORD.match(head)):
        return False
    return _MORE_BEFORE.search(tail) is None


def parts_a_number(tail: str, head: str) -> bool:
    """Whether ``head`` begins with the last digits of a number and its unit, and ``tail`` ends in digits."""
    if not (tail[-1].isdigit() and head[0].isdigit() and _NUMBER.match(head)):
        return False
    return _YEAR.search(tail) is None


def parts_a_pair(tail: str, head: str) -> bool:
    """Whether ``head`` closes what ``tail`` leaves open."""
    return any(pair[1] in head and leaves_open(tail, pair) and closes(head, pair) for pair in PAIRS)


def leaves_open(line: str, pair: str) -> bool:
    """Whether ``line`` leaves ``pair`` open."""
    return line.rfind(pair[0]) > line.rfind(pair[1]) and line.count(pair[0]) > line.count(pair[1])


def closes(line: str, pair: str) -> bool:
    """Whether ``line`` closes a ``pair`` that it does not open."""
    close = line.find(pair[1])
    opening = line.find(pair[0])
    return close >= 0 and (opening < 0 or close < opening)


def needs_space(tail: str, head: str) -> bool:
    """Whether the break parted two Latin words, not one: the second is capitalised, or others stand beside them."""
    if not (tail[-1].isascii() and tail[-1].isalpha() and head[0].isascii() and head[0].isalpha()):
        return False
    return not head[0].islower() or _MORE_BEFORE.search(tail) is not None or _MORE_AFTER.match(head) is not None
