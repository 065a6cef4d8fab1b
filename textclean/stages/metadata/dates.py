"""Dates, with the time of day if it is given, in Arabic or Chinese figures."""

import re
from datetime import date

from textclean.language.expressions import lazy

DATE = r"""
    (?P<y>(?:19|20)\d\d)\s?(?P<s>[-/.年])\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?
    (?:[T\s（(]*(?:星期[一二三四五六日天]|[周週][一二三四五六日])[)）]?)?         # the day of the week
    (?:
        [T\s]*(?:(?P<am>[上下]午)\s?)?(?P<H>\d{1,2})\s?(?:[:：]|时|點|点)\s?(?P<M>\d{1,2})分?
        (?:\s?[:：]?\s?(?P<S>\d{2})(?:\.\d{1,6})?秒?)?
        (?:Z|\s?[+-]\d\d:?\d\d)?                                               # the time zone, which is not kept
    )?
"""
"""2021-05-07 09:08:26, 2021年5月7日 下午3:05, 2021/5/7（星期五）: to be compiled with re.VERBOSE."""
WHEN = lazy(DATE, re.VERBOSE)
HAN_DATE = lazy(
    r"(?P<y>[一二][〇○零一二三四五六七八九]{3})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})日"
)
_DIGITS = {ord(han): str(n) for n, row in enumerate(("〇○零", *"一二三四五六七八九")) for han in row}


def iso(when: re.Match[str]) -> str | None:
    """The date in ISO 8601, with the time as far as it was given; None if there is no such day or hour."""
    year, month, day = when["y"], when["m"], when["d"]
    try:
        if year[0] in "一二":  # in Chinese figures
            return date(_number(year), _number(month), _number(day)).isoformat()
        stated = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
    if (said := when["H"]) is None:
        return stated
    hour, minute, seconds = int(said), int(when["M"]), when["S"]
    if hour < 12 and when["am"] == "下午":
        hour += 12
    if hour > 23 or minute > 59 or (seconds and int(seconds) > 59):
        return None
    return f"{stated}T{hour:02d}:{minute:02d}" + (f":{int(seconds):02d}" if seconds else "")


def _number(said: str) -> int:
    """A number in Chinese figures: ``二〇二三``, ``三十一``."""
    tens, ten, ones = said.rpartition("十")
    if not ten:
        return int(said.translate(_DIGITS))
    return 10 * _number(tens or "一") + (_number(ones) if ones else 0)
