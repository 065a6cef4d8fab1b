"""Numbers and units of a folded text in one form."""

import re
from functools import lru_cache
from typing import Final

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
_PLAIN: Final = (
    ("点", re.compile("点(?<=[0-9].)"), "时"),
    ("比", re.compile("比(?<=[0-9].)(?=[0-9])"), ":"),
    ("零下", re.compile("零下(?=[0-9])"), "-"),
)
"""What has two forms beside a number: what tells that one is there, where, and the other form."""
_ROMAN = str.maketrans({chr(0x2160 + i): str(i + 1) for i in range(12)})
_HAS_ROMAN = re.compile("[\u2160-\u216b]")
_POINT: Final = "点"
_DIGIT = re.compile("[0-9]")


def plain_numbers(text: str) -> str:
    """A folded text with numbers in digits: ``三千`` and ``3,000`` are 3000, ``百分之五`` is 5%, ``3比1`` is 3:1."""
    if "百分之" in text:
        text = _SHARE.sub(_percent, text)
    if _HAS_ROMAN.search(text):
        text = text.translate(_ROMAN)
    if _DIGIT.search(text):
        if "," in text:
            text = _LIST.sub("、", _SEPARATOR.sub("", text))
        text = _ROUND.sub(_rounded, text)
        text = _DAY.sub(lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", text)
        text = _ZEROS.sub("", text)
    text = _HAN_NUMBER.sub(_counted, text)
    if not _DIGIT.search(text):
        return text
    for sign, pattern, plain in _PLAIN:
        if sign in text:
            text = pattern.sub(plain, text)
    return _RANGE.sub("-", text)


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
