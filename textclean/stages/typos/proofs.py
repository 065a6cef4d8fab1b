"""What a proofreader sees without knowing look-alikes: quotes, misuses, doubled words, doubled punctuation."""

import re
from collections.abc import Iterator
from functools import cache

from textclean.document import Mark, Paragraph
from textclean.language.expressions import lazy
from textclean.language.han import UNIFIED
from textclean.language.misuse import misuses

_QUOTES = lazy("[“”]")
_STOPS = "。！？…"
_LONGEST_QUOTED_WORD = 12

_PAIRS = lazy(
    r"(?<![，。、；：])(?:，，|。。|、、|；；|：：|，、|、，|，。|。，|、。|。、|；，|，；|：，|，：)(?![，。、；：])"
)
_DOUBLED_SIGN = lazy("(?<![目有标])的的(?![确喀士])|(?<![平祥温谐])和和(?![美气睦平暖])")
_ITEMS = lazy(rf"(?<![{UNIFIED}])[{UNIFIED}]++(?:、[{UNIFIED}]++){{2,}}+")
_ITEM_LENGTHS = range(3, 13)
_TAIL = lazy("[等和与及]")
_SINCE = lazy(r"(?:(?<=[，。；\n])|\A)(截止)(?=(?:20|19)\d\d年|\d{1,2}月|目前|今年|去年|昨[天日]|今[天日])")
_REDUPLICATED = frozenset("一每越又再很多好大小哈啊呵嘿快来加不没有走看想说")
_DOUBLED_LENGTHS = (8, 7, 6, 5, 4, 3)


def quotes(lines: list[Paragraph]) -> Iterator[Mark]:
    """Quotes that open and never close, or close what never opened.

    A quotation may run over paragraphs, each of them opening it anew or none but the first. Inside a paragraph quotes
    are counted, not nested: ``“a“b”c”`` is in order. Where a paragraph begins with a quoted word and a quote too
    many closes a sentence, the outer quote was lost where both began.
    """
    faults: list[tuple[int, str, Mark]] = []  # paragraph, which quote, mark
    for number, line in enumerate(lines):
        opened: list[int] = []
        closed: list[int] = []
        for found in _QUOTES.finditer(line.text):
            if found[0] == "“":
                opened.append(found.start())
            elif opened:
                opened.pop()
            else:
                closed.append(found.start())
        if closed:
            begun = _two_begun(line)
            faults += [(number, "”", _closing(line, at, begun)) for at in closed]
        faults += [
            (number, "“", Mark(line.start + at, line.start + at + 1, "quote", None, 0.8, "“ without ”"))
            for at in opened
        ]
    waiting: list[tuple[int, Mark]] = []  # opened earlier, not closed yet
    out = []
    for number, sign, mark in faults:
        if sign == "“":
            waiting.append((number, mark))
        elif waiting:
            waiting.clear()
        else:
            out.append(mark)
    after = _go_on(lines) if waiting else []
    out += [mark for number, mark in waiting if not after[number]]
    yield from sorted(out, key=lambda mark: mark.start)


def _two_begun(line: Paragraph) -> Mark | None:
    """What to put where a paragraph begins with a quoted word and two quotes may have begun; None where it does not."""
    if not line.text.lstrip().startswith("“"):
        return None
    first, head = line.text.find("”"), line.text.find("“")
    if first - head > _LONGEST_QUOTED_WORD:
        return None
    evidence = "a sentence ends with ” that nothing opened: two quotes began here"
    word = line.text[head + 1 : first]
    return Mark(line.start + head, line.start + first + 1, "quote", f"“‘{word}’", 0.8, evidence)


def _closing(line: Paragraph, at: int, begun: Mark | None) -> Mark:
    if begun and line.start + at >= begun.end and line.text[at - 1] in _STOPS:
        return begun
    return Mark(line.start + at, line.start + at + 1, "quote", None, 0.8, "” without “")


def _go_on(lines: list[Paragraph]) -> list[bool]:
    """Of each paragraph, whether the next one with text begins with a quote and so goes on with the quotation."""
    out: list[bool] = []
    begins = False
    for line in reversed(lines):
        out.append(begins)
        text = line.text.lstrip()
        begins = text.startswith("“") if text else begins
    return out[::-1]


@cache
def _misused() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(misuses()))))


def misused(text: str) -> Iterator[Mark]:
    """Known misuses, and 截止 where 截至 is meant."""
    for found in _misused().finditer(text):
        yield Mark(found.start(), found.end(), "misuse", misuses()[found[0]], 0.95, "a known misuse")
    for found in _SINCE.finditer(text):
        if not text.startswith("目前", found.end()):
            yield Mark(found.start(1), found.end(1), "misuse", "截至", 0.9, "截至 before a point in time")


def doubled(text: str) -> Iterator[Mark]:
    """Words written twice in a row, and items that stand twice in one enumeration."""
    for found in _DOUBLED_SIGN.finditer(text):
        yield Mark(found.start() + 1, found.end(), "repeat", "", 0.9, f"{found[0][0]} twice")
    for start, length in _doubled_words(text):
        word = text[start : start + length]
        yield Mark(start + length, start + 2 * length, "repeat", "", 0.85, f"{word} twice in a row")
    for found in _ITEMS.finditer(text):
        seen: dict[str, int] = {}
        at = found.start()
        for item in found[0].split("、"):
            tail = _TAIL.search(item, 3)
            word = item[: tail.start()] if tail else item
            if len(word) not in _ITEM_LENGTHS:
                at += len(item) + 1
                continue
            if word in seen:
                yield Mark(at, at + len(word), "repeat", None, 0.8, f"{word} twice in one enumeration")
            seen[word] = at
            at += len(item) + 1


def _doubled_words(text: str) -> list[tuple[int, int]]:
    """Start and length of Han words of three to eight characters that follow themselves."""
    import numpy as np

    from textclean.language.ngrams import code_units

    units = code_units(text)
    han = (units >= 0x4E00) & (units < 0xA000)
    taken = np.zeros(len(units), bool)
    out = []
    for length in _DOUBLED_LENGTHS:
        if len(units) < 2 * length:
            continue
        same = (units[length:] == units[:-length]) & han[length:]
        breaks = np.flatnonzero(~np.concatenate([[False], same, [False]]))
        runs = np.diff(breaks) - 1
        for at in np.flatnonzero(runs >= length).tolist():
            start = int(breaks[at])
            word = text[start : start + length]
            plain = (
                len(set(word)) > 2
                and word[0] not in _REDUPLICATED
                and text[start + 2 * length : start + 2 * length + 1] != "地"
            )
            if plain and not taken[start : start + 2 * length].any():
                taken[start : start + 2 * length] = True
                out.append((start, length))
    return sorted(out)


def doubled_signs(text: str) -> Iterator[Mark]:
    """Two commas, stops or colons in a row."""
    for found in _PAIRS.finditer(text):
        keep = min(found[0], key="。；，：、".index)
        yield Mark(found.start(), found.end(), "punctuation", keep, 0.9, "two signs in a row")
