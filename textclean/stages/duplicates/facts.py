"""Whether two paragraphs of nearly the same words state the same: numbers, enumerators, one other word."""

import re
from collections.abc import Iterable

from textclean.stages.duplicates.numbers import NUMBER, numbers
from textclean.stages.duplicates.whole import LOOK, Whole

STOPS = frozenset(".!?;…:")
BREAKS = frozenset(",、:;…")
_SENTENCE_END = re.compile(r"[;…]|\.(?![0-9A-Za-z])")
CLOSERS = "\"')]》〉】"
_QUOTES = "\"'"
_LONGEST_WORD = 8
_NEGATION = re.compile("[不没未无非]|没有|并[未不非]|尚未|从[未不]|绝不|不[再得能会是]")
_LONGEST_NEGATION = 2
_OPPOSED = re.findall(
    r"\S+",
    "一二三四五六日天 东西南北 上中下 左右 前后 内外 男女 父母 增减 升降 涨跌 高低 大小 多少 长短 快慢 早晚 新旧 老幼"
    " 正副 进出 买卖 胜负 赢输 盈亏 攻守 春夏秋冬 公私 有无 是否 加减 开关 收支 存取 城乡 阴阳 昼夜",
)
"""Characters of which one says another thing than the next."""
LONGEST_HEADING = 40


def one_way(fewer: Iterable[str], more: Iterable[str]) -> bool:
    """Whether ``fewer`` stands in ``more``, in order, with gaps allowed."""
    rest = iter(more)
    return all(item in rest for item in fewer)


def other_numbers(left: str, right: str) -> bool:
    """Whether two folded texts give different numbers: neither's are all found, in order, in the other's."""
    if left in right or right in left:
        return False
    a, b = numbers(left), numbers(right)
    return not (one_way(a, b) or one_way(b, a))


def numbers_beyond(piece: str, whole: Whole) -> bool:
    """Whether ``piece`` gives numbers that ``whole``, which contains it, does not; a cut may halve one at its end."""
    if piece in whole:
        return False
    found = list(NUMBER.finditer(piece))
    if found and found[0].start() == 0 and whole.find(piece[:LOOK]) >= 0:
        del found[0]
    if found and found[-1].end() == len(piece) and whole.find(piece[-LOOK:]) >= 0:
        del found[-1]
    return not whole.gives(number[0] for number in found)


def other_word(left: str, right: str) -> int:
    """In how many places one and the same other word, of 2 to 8 characters, is all that differs; 0 if it is not."""
    head, tail = _common_ends(left, right)
    if max(len(left), len(right)) - head - tail <= _LONGEST_WORD:
        word, new = left[head : len(left) - tail], right[head : len(right) - tail]
        return int(min(len(word), len(new)) > 1 and not set(word) & set(new))
    if max(len(left), len(right)) > _LONGEST_WORD // 2 * min(len(left), len(right)):
        return 0  # not even if the one were but this word, of 8 characters, and the other one of 2
    for size in range(2, _LONGEST_WORD + 1):
        word = left[head : head + size]
        places = left.count(word)
        grown, rest = divmod(len(right) - len(left), places)
        new = right[head : head + size + grown]
        if not rest and 1 < len(new) <= _LONGEST_WORD and not set(word) & set(new) and left.replace(word, new) == right:
            return places
    return 0


def opposed(left: str, right: str) -> bool:
    """Whether all that differs is a negation more, or a character and what is set against it: 周六 and 周日."""
    head, tail = _common_ends(left, right)
    if max(len(left), len(right)) - head - tail > _LONGEST_NEGATION:
        return False
    fewer, more = sorted((left[head : len(left) - tail], right[head : len(right) - tail]), key=len)
    if not fewer:
        return _NEGATION.fullmatch(more) is not None
    return len(more) == 1 and any(fewer in group and more in group for group in _OPPOSED)


def same_fact(whole: Whole, own: str, *, piece: bool, apart: bool) -> bool:
    """Whether two folded texts of nearly the same words state the same; ``own`` may be a ``piece`` of ``whole``.

    One other word makes another fact, but in texts that stand ``apart``, in two documents, it may be an editor's; what
    is :func:`opposed` never is.
    """
    if (numbers_beyond(own, whole) if piece else other_numbers(whole.text, own)) or opposed(whole.text, own):
        return False
    places = other_word(whole.text, own)
    return places == 0 or (places == 1 and apart)


def _common_ends(left: str, right: str) -> tuple[int, int]:
    """Lengths of the common beginning and of the common end, which do not overlap.

    Takes time in proportion to the shorter text: a paragraph may contain thousands of others.
    """
    least = min(len(left), len(right))
    head = _common(left, right)
    return head, min(_common(left[len(left) - least :][::-1], right[len(right) - least :][::-1]), least - head)


def _common(left: str, right: str) -> int:
    """Length of the common beginning."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def is_heading(text: str, longest: int = LONGEST_HEADING) -> bool:
    """Whether a folded line may be a heading or a caption: short, and no sentence ends in it or breaks off at its end.

    A question or an exclamation may be a heading; a line that ends in a comma is a broken paragraph.
    """
    if len(text) > longest or text[-1:] in BREAKS:
        return False
    return not _SENTENCE_END.search(text)


def ends_a_sentence(text: str, end: int | None = None) -> bool:
    """Whether a folded text, or what stands before ``end``, ends with a stop, closing quotes and brackets aside."""
    end = len(text) if end is None else end
    while end and text[end - 1] in CLOSERS:
        end -= 1
    return text[max(0, end - 1) : end] in STOPS


def is_cut_from(piece: str, whole: Whole) -> bool:
    """Whether ``piece`` begins or ends inside a sentence of ``whole``, which contains it: its head or tail was cut.

    What begins at a quotation mark is a quotation, not a cut.
    """
    at = whole.find(piece[:LOOK])
    if at > 0 and whole.text[at - 1] not in _QUOTES and not ends_a_sentence(whole.text, at):
        return True
    at = whole.rfind(piece[-LOOK:])
    return at >= 0 and at + LOOK < len(whole.text) and not ends_a_sentence(piece)
