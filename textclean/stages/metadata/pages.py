"""What a newspaper prints around a page: its number, and the line with the paper's name, the day and the page."""

import re
from typing import Any

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.stages.metadata.dates import WHEN, iso
from textclean.stages.metadata.found import Found
from textclean.stages.metadata.labels import any_of

_LONGEST_NUMBER = 20
"""Characters of the longest page number, with the name of the page."""
_LEAF = r"[A-Z]?\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?版"
_PAGE_NAME = rf"[{HAN}]{{0,4}}(?:{any_of('page')})[{HAN}]?"
_SHEET = r"\d{1,4}\s?[页頁]"
_NUMBER = lazy(
    rf"""
        (?P<side>[-—–~·])(?P=side)*\s?\d{{1,3}}\s?(?P=side)+                     # - 3 -
    |   第\s?{_SHEET}(?:[\s,，/|]*[共总]\s?{_SHEET})?                             # 第3页 共12页
    |   [共总]\s?{_SHEET}[\s,，/|]*第\s?{_SHEET}
    |   [Pp]age\s?\d{{1,4}}(?:\s?(?:of|/)\s?\d{{1,4}})?
    |   [A-Z]\d{{2}}|\d{{1,3}}\s?/\s?\d{{1,3}}                                   # A12, 3/12
    |   第\s?{_LEAF}|[A-Z]?\d{{2,3}}版                                           # 第A3版, 03版
    |   [（(]?(?:下转|上接|转|紧接)第?\s?{_LEAF}[）)]?                              # 下转第3版
    |   版次\s?[:：]\s?[A-Z]?\d{{1,3}}版?
    |   (?:第\s?{_LEAF}|[A-Z]?\d{{2,3}}版|[A-Z]\d{{1,2}})\s?[:：·|]\s?{_PAGE_NAME}  # A3：要闻
    """,
    re.VERBOSE,
)
_BARE_NUMBER = lazy(r"[A-Z]\d{1,2}(?:\s?[:：·|].*)?|\d{1,3}\s?/\s?\d{1,3}")
"""Page numbers that could be anything else where there are more of their kind."""
_EDITION = lazy(r"[\d一二三四五六七八九十]\s?版|第\s?\d+\s?期")
_GAP = lazy(r"[\s|｜丨·]+")
_WORD = lazy(
    rf"""
        (?:第\s?)?{_LEAF}(?:[:：]?[{HAN}]{{2,6}})?                               # the page
    |   [{HAN}]{{1,8}}(?:报|報|周刊)                                              # the paper
    |   星期[一二三四五六日天]|(?:总第|第)\d+期|(?:本期|今日)[{HAN}]?\d+版
    |   (?:农历)?[{HAN}]{{0,4}}年?[{HAN}]{{1,2}}月[初十廿卅][{HAN}]               # the day of the lunar calendar
    |   {_PAGE_NAME}
    """,
    re.VERBOSE,
)


def page(line: str) -> Found | None:
    """A page number, or the line above a page of a newspaper: its name, the day, the number of the page."""
    if len(line) <= _LONGEST_NUMBER and _NUMBER.fullmatch(line):
        return Found((), "page", "page" if _BARE_NUMBER.fullmatch(line) else "")
    if ("版" not in line and "期" not in line) or not _EDITION.search(line):
        return None
    when = WHEN.search(line)
    meta: tuple[tuple[str, Any], ...] = ()
    if when:
        if (day := iso(when)) is None:
            return None
        meta, line = (("published", day),), f"{line[: when.start()]} {line[when.end() :]}"
    words = [word for word in _GAP.split(line) if word]
    fits = all(map(_WORD.fullmatch, words)) and (when is not None or len(words) > 1)
    return Found(meta, "page") if fits else None
