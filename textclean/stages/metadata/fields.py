"""What a line of metadata says: labels with their values, dates, bylines, counters, page numbers, buttons, banners.

A line is understood whole or not at all: every field has a known label and a value of the kind that the label asks
for. Where a line stands, and whether that is a place for it, is for the stage.
"""

import re
from functools import cache, lru_cache
from typing import Any

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.lines import visible
from textclean.language.looks import FIRST, PAIR, SHORT, WITHIN, Look, Picked
from textclean.stages.metadata.buttons import buttons, without_buttons
from textclean.stages.metadata.dates import DATE, HAN_DATE, WHEN, iso
from textclean.stages.metadata.found import BULLETS, SEPARATORS, Found
from textclean.stages.metadata.labels import ANYBODY, BARRED, COUNTS, KEYS, LISTS, MILD, WEAK, any_of
from textclean.stages.metadata.pages import page
from textclean.stages.metadata.people import (
    LONGEST_NAME,
    ROLE_SIGNS,
    ROLE_WORD,
    WORDY,
    bare_name,
    byline,
    credited,
    is_author,
    is_known,
    is_person,
    split_names,
)

_LONGEST = 160
"""Characters of the longest line that is read."""
_LONGEST_MILD, _LONGEST_COUNT, _LONGEST_HEAD, _LONGEST_VALUE, _LONGEST_KEYWORD = 24, 24, 60, 40, 16
"""Characters of the longest value behind a mild label, line with a counter and no colon, line above a page of a
newspaper, name of a source, and keyword."""
_MOST_NAMES = 8
"""Names behind one label at most."""

_COUNT_WORDS = "|".join(sorted((label for label in KEYS if KEYS[label] in COUNTS), key=len, reverse=True))
_COUNT_SIGN = lazy(r"[论論言帖贴读讀量数數次率览覽击擊气看赞]\s?[（(]?\s?\d")
_COUNT_FIRST = lazy(r"\d[\d.,万萬+人次條個个条 ]{0,8}[评評阅浏点跟留]")
"""Where a counter may be: behind its label, before it."""
_FIELD_SIGN = lazy("[:：|｜丨/／]")
_NUMBER = r"\d[\d,，]*(?:\.\d+)?\s?[万萬]?\+?"
_TIMES = r"\s?[人次條个個条]{0,2}"
_COUNTED = lazy(
    rf"""
        (?P<a>{_COUNT_WORDS})\s?(?:[（(]\s?(?P<x>{_NUMBER}){_TIMES}\s?[)）]|(?P<y>{_NUMBER}){_TIMES})
    |   (?<![\d.:：/-])(?P<z>{_NUMBER}){_TIMES}\s?
        (?P<b>评论|評論|阅读|浏览|点赞|跟帖|跟贴|留言)(?![{HAN}]|\s?[:：\d])
    """,
    re.VERBOSE,
)
"""Counters without a colon: ``评论(3)``, ``阅读 1.2万``, ``3条评论``."""
_COUNT = lazy(r"(\d[\d,，]*(?:\.\d+)?)\s?([万萬]?)\+?\s?[人次個个条條]*")
_LOADING = lazy(r"(?:加载中|载入中|正在加载|loading|-+)?[.…。]*", re.IGNORECASE)

_BEFORE_FIELDS = SEPARATORS + BULLETS
_AROUND = SEPARATORS.replace("《", "").replace("》", "")
_DATED_BY = lazy(rf"([{HAN}\w]{{1,10}}(?:{any_of('dated_outlet')}))[\s|｜丨·]*(?=(?:19|20)\d\d)")
_OUTLET = lazy(rf"[{HAN}\w]{{2,12}}(?:{any_of('outlet')})")
_OUTLET_BEFORE = lazy(
    rf"([{HAN}\w]{{2,12}}(?:{any_of('outlet')}))[\s|｜丨·]+(?=(?:本报|本网|特约)?(?:记者|通讯员|实习生))"
)
_OUTLET_END = lazy(rf"(?:{any_of('outlet_end')})\s*\Z")
_SENTENCE_SIGN = lazy(r"[。！？!?；，:：\n]")
_STAFF = lazy(r"_[A-Za-z]{1,4}\d+\Z")
"""The number that a newsroom puts behind a name."""
_BLANKS = lazy(r"\s+")
_GAP = lazy(r"[\s|｜]+")

_BANNER = lazy(
    rf"""
    (?:(?:您好|你好|尊敬的(?:用户|网友|读者))\s?[,，!！。]?\s?)?
    欢?[欢歡]迎(?:您|你)?
    (?:来到|来访|访问|光临|进入|浏览|莅临|登录|登陆|关注|使用|光顧|光臨|瀏覽)(?:本站)?[\s:：,，]*
    (?P<site>[^。！!？?，,]{{2,40}}?(?:{any_of("site")}))[\s!！。.~～]*
    """,
    re.VERBOSE,
)
_TODAY = lazy(rf"(?:今天|现在)是?\s?[:：]?\s?{DATE}[\s星期周一二三四五六日天农历年月初廿十]*(?:[\d:：]*)", re.VERBOSE)
_FIRST = frozenset(
    {label[0] for label in KEYS} | set("12您你尊欢歡今现本新文图字分打列关收大我纠复返回举扫AT放缩默第版")
)
"""What metadata begins with, unless it begins with the name of a paper before ``记者``."""
_BEFORE = BULLETS + "（(【[<〔-—–·~"
_BEGINS = _FIRST.union(_BEFORE)
_DATE_ENDS = frozenset("0123456789日版期一二三四五六天")
"""What a line that begins with the name of a paper ends with, unless the page is named after its number."""
_ROLE_WITHIN = 24
"""Characters from the beginning of a line within which a role stands, if the line begins with the name of a paper."""
TAIL_ENDS = "）)】]"
"""What a line ends with that may end in a credit."""


_LOOK = Look(
    first="".join(_BEGINS),
    last="".join(_DATE_ENDS) + TAIL_ENDS,
    within="版",
    pair=ROLE_SIGNS,
    reach=_ROLE_WITHIN,
    narrow=_LONGEST,
    shortest=LONGEST_NAME,
)


def candidates(text: str) -> tuple[list[Picked], list[Picked]]:
    """The lines that :func:`read` may know something of, by their length and beginning, and those with a tail.

    The latter end with one of :data:`TAIL_ENDS`.
    """
    _, picked = _LOOK(text)
    maybe: list[Picked] = []
    tails: list[Picked] = []
    any_role = 0
    for one in picked:
        _, _, line, why = one
        last = line[-1]
        if last in TAIL_ENDS:
            tails.append(one)
        if len(line) > _LONGEST:
            continue
        any_role |= why & PAIR
        if (
            why & SHORT
            or (why & FIRST and line[0] in _BEGINS)
            or (len(line) <= _LONGEST_HEAD and (why & WITHIN or last in _DATE_ENDS))
        ):
            maybe.append(one)
    if any_role:
        lines = visible(text)
        return [(i, start, line, 0) for i, (start, _, line) in enumerate(lines) if len(line) <= _LONGEST], tails
    return maybe, tails


@cache
def _label_pattern() -> re.Pattern[str]:
    """Any label and its sign, each a group; labels of two or three characters may be spread with spaces."""
    labels = sorted(KEYS, key=len, reverse=True)
    forms = [r"[^\S\n]{0,4}".join(label) if len(label) in (2, 3) else re.escape(label) for label in labels]
    return re.compile(rf"({'|'.join(forms)})[^\S\n]{{0,3}}([:：|｜丨/／])")


@lru_cache(maxsize=4096)
def read(line: str) -> Found | None:
    """What a line says if the whole of it is metadata, else None. Pages of one site have the same furniture."""
    if len(line) > _LONGEST:
        return None
    if len(line) <= LONGEST_NAME and (name := bare_name(line)):
        return name
    if len(line) <= _LONGEST_HEAD and (head := page(line)):
        return head
    first = line[0]
    plain = first in _FIRST or first.isdigit() or line[-1] in _DATE_ENDS or line.lstrip(_BEFORE)[:1] in _FIRST
    if not plain and not ROLE_WORD.search(line, 0, _ROLE_WITHIN):
        return None
    banner = _BANNER.fullmatch(line) if "迎" in line else None
    if banner:
        return Found((("site", banner["site"].strip()),), "banner", "banner")
    if line[0] in "今现" and _TODAY.fullmatch(line):
        return Found((), "banner", "banner")
    return _fields(line) or _bare_date(line) or byline(line) or credited(line) or buttons(line)


def _fields(line: str) -> Found | None:
    bare = not _FIELD_SIGN.search(line)
    if bare and len(line) > _LONGEST_COUNT:
        return None
    if _COUNT_SIGN.search(line) or (len(line) <= _LONGEST_COUNT and _COUNT_FIRST.match(line)):
        line = _COUNTED.sub(_with_colon, line)
    elif bare:
        return None
    preface, *parts = _label_pattern().split(line)
    if not parts:
        return None
    meta: list[tuple[str, Any]] = []
    preface = preface.strip(_BEFORE_FIELDS)
    if preface:
        if (stated := _bare_date(preface) or byline(preface) or buttons(preface)) is None:
            return None
        meta += stated.meta
    alone = not preface and len(parts) == 3
    weak = ""
    for label, sign, value in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        words = label if label in KEYS else "".join(label.split())
        said = _value(KEYS[words], value, words)
        if said is None or (sign not in ":：" and not (words in BARRED and said and is_known(said[0][1]))):
            return None
        if alone and words in WEAK:
            if KEYS[words] == "source" and WORDY.search(value) and not _OUTLET_END.search(value):
                return None
            weak = "field"
        if alone and (KEYS[words] in MILD or words in ("时间", "日期", "時間")):
            if WORDY.search(value) or len(value.strip()) > _LONGEST_MILD:
                return None
            weak = "loose"
        if alone and words in ANYBODY and said and said[0][0] == KEYS[words] and not all(map(is_person, said[0][1])):
            weak = "loose"
        meta += said
    return Found(tuple(meta), weak=weak)


def _with_colon(counted: re.Match[str]) -> str:
    return f" {counted['a'] or counted['b']}：{counted['x'] or counted['y'] or counted['z']} "


def _value(key: str, value: str, label: str) -> list[tuple[str, Any]] | None:
    """The values of a field, its own first; None if it is not of the kind that the label asks for."""
    value = without_buttons(value)
    more: list[tuple[str, Any]] = []
    if key in ("published", "updated", "dated"):
        value = value.strip(SEPARATORS)
        if not value:
            return []
        when = WHEN.match(value) or HAN_DATE.match(value)
        stated = iso(when) if when else None
        if when is None or stated is None or not _rest(value[when.end() :], more):
            return None
        return more if key == "dated" else [(key, stated), *more]
    if key in COUNTS:
        value = value.strip(SEPARATORS)
        count = _COUNT.match(value)
        if count is None:
            return [(key, None)] if _LOADING.fullmatch(value) else None
        number = float(re.sub("[,，]", "", count[1])) * (10_000 if count[2] else 1)
        return [(key, round(number)), *more] if _rest(value[count.end() :], more) else None
    if not key:
        return None if len(value) > _LONGEST_VALUE or _SENTENCE_SIGN.search(value) or WORDY.search(value) else []
    when = WHEN.search(value) if "19" in value or "20" in value else None
    if when and when.start():
        stated = iso(when)
        if stated is None or not _rest(value[when.end() :], more):
            return None
        value, more = value[: when.start()], [("published", stated), *more]
    value = value.strip(_AROUND)
    if not value:
        return more
    if key in LISTS:
        names = [_STAFF.sub("", name) for name in split_names(value)]
        fits = _is_keyword if key == "keywords" else is_author if label in ANYBODY else is_person
        return [(key, names), *more] if 0 < len(names) <= _MOST_NAMES and all(map(fits, names)) else None
    for gap in _GAP.finditer(value) if " " in value or "|" in value or "｜" in value else ():
        names_only = byline(value[gap.end() :]) or credited(value[gap.end() :])
        if names_only:
            value, more = value[: gap.start()], [*names_only.meta, *more]
            break
    if len(value) > _LONGEST_VALUE or _SENTENCE_SIGN.search(value.replace("://", "")):
        return None
    return [(key, _BLANKS.sub(" ", value)), *more]


def _rest(value: str, more: list[tuple[str, Any]]) -> bool:
    """Whether what follows a value is nothing, widgets or a source without a label."""
    if not value.strip(SEPARATORS) or not (value := without_buttons(value).strip(SEPARATORS)):
        return True
    if _OUTLET.fullmatch(value):
        more.append(("source", value))
        return True
    if outlet := _OUTLET_BEFORE.match(value):
        more.append(("source", outlet[1]))
    names_only = byline(value)
    if names_only:
        more.extend(names_only.meta)
    return names_only is not None


def _bare_date(line: str) -> Found | None:
    """A date, or the name of a paper and a date."""
    if "19" not in line and "20" not in line:
        return None
    outlet = None if line[0] in "12" else _DATED_BY.match(line)
    when = WHEN.match(line, outlet.end() if outlet else 0)
    if when is None or (stated := iso(when)) is None:
        return None
    more: list[tuple[str, Any]] = []
    if not _rest(line[when.end() :], more):
        return None
    if outlet:
        return Found((("source", outlet[1]), ("published", stated), *more), weak="outlet")
    return Found((("published", stated), *more), weak="" if more else "date")


def _is_keyword(word: str) -> bool:
    return len(word) <= _LONGEST_KEYWORD and not _SENTENCE_SIGN.search(word)
