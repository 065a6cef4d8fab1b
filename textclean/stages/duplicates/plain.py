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
_LONE: Final = frozenset("百千万亿")
_HAN_NUMBER = re.compile(r"[〇零○一二三四五六七八九十百千万亿两]+")
_SEPARATOR = re.compile(r",(?<=[0-9],)(?=[0-9]{3}(?![0-9]))")
_ROUND = re.compile(r"([0-9]+(?:\.[0-9]+)?)([百千万亿]+)")
_SHARE = re.compile(r"百分之([0-9]+(?:\.[0-9]+)?|[〇零一二三四五六七八九十百两点]+)")
_DAY = re.compile(r"(?<![0-9-])([12][0-9]{3})[-/.]([01]?[0-9])[-/.]([0-3]?[0-9])(?![0-9-])")
_ZEROS = re.compile(r"0(?<![0-9.,:/-].)0*(?=[1-9][0-9]?[月日时分])")
_LIST = re.compile(r",(?<=[0-9],)(?=[0-9])")
_RANGE = re.compile(r"[—–~至到-](?<=[0-9%].)[—–~-]*(?=[0-9])")
_POINT: Final = "点"
_DIGIT = re.compile("[0-9]")
_HEAD_SIGN = re.compile("[电讯:】]|消息|报道|记者|通讯员|要[:】]|提[示要]|导[读语]|编者按|原标题")
"""Something of what :func:`_head` finds."""
_MOST_HEADS: Final = 3
"""Heads in a row: a rubric, a dateline, a source."""
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
    people = rf"\({han}{{0,8}}?(?:记者|通讯员|实习生|特约)[^(),.;:!?]{{1,30}}\)"
    outlet = rf"(?:本[报网台刊社]|[{HAN_SCRIPT}A-Za-z0-9]{{2,10}}?(?:{_any_of('outlet')}))"
    source = r"(?:网站|官网|官微|官方微博|公众号|客户端)"
    return re.compile(
        rf"""
        (?:[【\[(<]?(?:{_any_of("abstract")})[】\])>]?[:]?)?                  # 摘要：
        (?:【(?![^】]*(?:{_any_of("denial")})){han}{{2,8}}】)?                 # 【新春走基层】, but not 【辟谣】
        (?:
            [(\[【]?(?:
                {outlet}(?:{han}{{2,6}}?)??{date}(?:{people})?(?:{_any_of("wire")})  # 新华网北京1月12日电
            |   [{HAN_SCRIPT}A-Za-z0-9]{{2,10}}?{date}(?:{people})?(?:电|讯)  # 红网时刻1月12日讯
            |   (?:本[报网台刊社](?:{han}{{2,4}})??|{outlet})(?:{people})?(?:讯|消息|专电)  # 本报讯, 青溪网消息
            |   {date}(?:电|讯)
            )[)\]】]?(?:{people})?[,:]?
        |   {people}[,:]?
        |   据(?:{outlet}|{han}{{2,10}}?{source})(?:记者)?(?:{date})?(?:消息|报道|讯)[,:]
        |   {outlet}(?:记者|通讯员){NAME}(?:[、,]?{NAME}){{0,2}}(?:摄影)?(?:{han}{{2,4}}?)?报道[:,]?
        |   {han}{{1,8}}?(?:{_any_of("medium")}):                             # 海外网：
        )?
        """,
        re.VERBOSE,
    )


@cache
def _bracketed() -> re.Pattern[str]:
    han = f"[{HAN_SCRIPT}]"
    return re.compile(
        rf"""
        [(\[【](?:{_any_of("bracket")})[^()\[\]【】.;!?]{{0,24}}[)\]】]    # （资料图）, （记者某某）
    |   [(\[【][{HAN_SCRIPT}A-Za-z]{{2,8}}(?:摄|供图|制图|报道)[)\]】]   # （某某摄）
        # （总台记者某某编辑某某）
    |   [(\[【](?:{han}{{0,8}}?(?:{_any_of("staff")})[:/]?(?:{NAME}[、,]?){{1,3}}){{1,4}}[)\]】]
    |   [(\[【]原标题:[^()\[\]【】]{{1,60}}[)\]】]
    |   \[(?:{_any_of("button")}|[0-9]{{1,3}})\]                       # [详细], [1]
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
    for _ in range(_MOST_HEADS):
        head = _head().match(text) if _HEAD_SIGN.search(text, 0, _LONGEST_HEAD) else None
        if not head or not head.end():
            break
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
        text = _LIST.sub("、", _SEPARATOR.sub("", text))
        text = _ROUND.sub(_rounded, text)
        text = _DAY.sub(lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", text)
        text = _ZEROS.sub("", text)
    return _RANGE.sub("-", _HAN_NUMBER.sub(_counted, text))


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
    """A number in digits; a unit without a number is none: 千 may well be a misread 干."""
    return match[0] if match[0] in _LONE else _value(match[0]) or match[0]


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
