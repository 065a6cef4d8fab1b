"""A paragraph as its statements are compared: folded, without credits, with numbers in one form."""

import re
from functools import cache, lru_cache
from typing import Final

from textclean.language.han import HAN_SCRIPT
from textclean.language.names import NAME
from textclean.language.resources import read_words

_DIGITS: Final = dict(zip("〇零○一二三四五六七八九两", (0, 0, 0, *range(1, 10), 2), strict=True))
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_LARGE: Final = {"万": 10**4, "亿": 10**8}
_HAN_NUMBER = re.compile(r"[〇零○一二三四五六七八九十百千万亿两]+")
_SEPARATOR = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_ROUND = re.compile(r"([0-9]+(?:\.[0-9]+)?)([百千万亿]+)")
_SHARE = re.compile(r"百分之([0-9]+(?:\.[0-9]+)?|[〇零一二三四五六七八九十百两点]+)")
_DAY = re.compile(r"(?<![0-9-])([12][0-9]{3})[-/.]([01]?[0-9])[-/.]([0-3]?[0-9])(?![0-9-])")
_ZEROS = re.compile(r"(?<![0-9.,:/-])0+(?=[1-9][0-9]?[月日时分])")
_POINT: Final = "点"
_DIGIT = re.compile("[0-9]")
_HEAD_SIGN = re.compile("[电讯]|消息|报道|记者|通讯员|要[:】]|提[示要]|导[读语]|编者按|原标题")
"""Something of what :func:`_head` finds."""
_LONGEST_HEAD: Final = 80
_LONGEST_TAIL: Final = 24
"""Characters of a dateline, and of what stands behind the name of a credit."""


def _any_of(label: str, vocabulary: str = "credits.txt") -> str:
    words = read_words(vocabulary, "textclean.stages.duplicates")[label]
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _head() -> re.Pattern[str]:
    han = f"[{HAN_SCRIPT}]"
    date = r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日"
    people = r"\((?:本[报网台])?(?:记者|通讯员|实习生|特约)[^()]{1,30}\)"
    outlet = rf"(?:本[报网台刊社]|[{HAN_SCRIPT}A-Za-z0-9]{{2,10}}?(?:{_any_of('outlet')}))"
    return re.compile(
        rf"""
        (?:[【\[(<]?(?:{_any_of("abstract")})[】\])>]?[:]?)?                  # 摘要：
        (?:
            [(\[【]?(?:
                {outlet}(?:{han}{{2,6}}?)??{date}(?:{people})?(?:{_any_of("wire")})  # 新华网北京1月12日电
            |   (?:本[报网台刊社](?:{han}{{2,4}})??|{outlet})(?:{people})?(?:讯|消息|专电)  # 本报讯, 青溪网消息
            |   {date}(?:电|讯)
            )[)\]】]?(?:{people})?[,:]?
        |   {people}[,:]?
        |   据{outlet}(?:记者)?(?:{date})?(?:消息|报道|讯)[,:]
        |   {outlet}(?:记者|通讯员){NAME}(?:[、,]{NAME}){{0,2}}(?:摄影)?报道[:,]
        )?
        """,
        re.VERBOSE,
    )


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(
        rf"""
        [(\[【](?:{_any_of("bracket")})[^()\[\]【】.;!?]{{0,24}}[)\]】]    # （资料图）, （记者某某）
    |   [(\[【][{HAN_SCRIPT}A-Za-z]{{2,8}}(?:摄|供图|制图|报道)[)\]】]   # （某某摄）
        """,
        re.VERBOSE,
    )


@cache
def _tail() -> re.Pattern[str]:
    """At the end: ``责任编辑：某某``."""
    return re.compile(rf"(?:(?<=[.!?;\"')])|(?<=^))(?:{_any_of('tail')})[:/][^,.;!?]{{1,{_LONGEST_TAIL}}}\.?\Z")


def statement(text: str) -> str:
    """What a folded text states: without credits, numbers in one form."""
    return plain_numbers(without_credits(text))


def without_credits(text: str) -> str:
    """A folded text without its dateline and the credits in it."""
    if _HEAD_SIGN.search(text, 0, _LONGEST_HEAD) and (head := _head().match(text)):
        text = text[head.end() :]
    if "(" in text or "[" in text or "【" in text:
        text = _bracketed().sub("", text)
    if (text.find(":", -_LONGEST_TAIL) >= 0 or text.find("/", -_LONGEST_TAIL) >= 0) and (
        tail := _tail().search(text, max(0, len(text) - 2 * _LONGEST_TAIL))
    ):
        text = text[: tail.start()]
    return text


def plain_numbers(text: str) -> str:
    """A folded text with numbers in digits: ``三千`` and ``3,000`` are 3000, ``百分之五`` is 5%."""
    if "百分之" in text:
        text = _SHARE.sub(_percent, text)
    if _DIGIT.search(text):
        text = _SEPARATOR.sub("", text)
        text = _ROUND.sub(_rounded, text)
        text = _DAY.sub(lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", text)
        text = _ZEROS.sub("", text)
    return _HAN_NUMBER.sub(_counted, text)


def _percent(match: re.Match[str]) -> str:
    whole, _, part = match[1].partition(_POINT)
    told = whole if whole[0].isascii() else _value(whole)
    if told is None:
        return match[0]
    return f"{told}{'.' + ''.join(str(_DIGITS.get(char, char)) for char in part) if part else ''}%"


def _rounded(match: re.Match[str]) -> str:
    """``1.2万`` in full, where it is a whole number."""
    factor = 1
    for unit in match[2]:
        factor *= _LARGE.get(unit) or _UNITS[unit]
    whole, _, part = match[1].partition(".")
    if len(part) >= len(str(factor)):
        return match[0]
    return str(int(whole + part) * factor // 10 ** len(part))


def _counted(match: re.Match[str]) -> str:
    return _value(match[0]) or match[0]


@lru_cache(maxsize=1024)
def _value(text: str) -> str | None:
    """The number in Chinese characters; None if it is none."""
    if not any(char in _UNITS or char in _LARGE for char in text):
        return "".join([str(_DIGITS[char]) for char in text])
    total = section = digit = 0
    fresh = True
    for char in text:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char] if not fresh and digit else _DIGITS[char]
            fresh = False
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, fresh = 0, True
        else:
            total = (total + section + digit or 1) * _LARGE[char]
            section, digit, fresh = 0, 0, True
    return str(total + section + digit)
