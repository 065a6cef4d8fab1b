"""Buttons and font sizes of a page: 【打印】, 字号：大 中 小, 分享到微信."""

import re

from textclean.language.expressions import lazy
from textclean.stages.metadata.found import SEPARATORS, Found
from textclean.stages.metadata.labels import any_of

_BUTTON = lazy(
    rf"""
    (?:[【\[(（<]\s*)?
    (?:
        (?:字号|字体|字体大小|字體|字型)\s?[:：]?\s?                                  # the size of letters
        (?:[【\[(（]?\s*(?:特大|较大|超大|默认|标准|[大中小]|[AT][+-]?)\s*[】\])）]?[\s|/·]*){{1,5}}
    |   A[+-]|T[|+-]|[TA]\s?[大小]字|大\s中\s小|放大|缩小|默认
    |   打印(?:本页|本文|此页|文章|页面)?|列印|关闭(?:窗口|本页|页面)?|收藏(?:本[文页])?     # what to do with the page
    |   (?:一键)?分享(?:到|至|本文)?\s?[:：]?(?:\s*(?:{any_of("network")})[、\s]*)*
    |   我要(?:评论|纠错|打印|分享)|纠错|复制链接|返回(?:列表|顶部|首页|目录)|回到顶部|举报|扫码阅读
    )
    (?:\s*[】\])）>])?
    """,
    re.VERBOSE,
)
_BUTTON_SIGN = lazy("[字AT大打列关收一分我纠复返回举扫放缩默]")
"""What every button has one of."""
_SURE = lazy(r"字[号体號體型]|分享[到至]|打印(?:本|此)|关闭(?:窗|本)|A[+-]|我要|[【\[(（<]|复制链接")
_LONGEST = 80
"""Characters of the longest row of buttons that is looked for; set by hand, as all lengths here."""


def without_buttons(value: str) -> str:
    """``value`` with a blank for each button."""
    return _BUTTON.sub(" ", value) if _BUTTON_SIGN.search(value) else value


def buttons(line: str) -> Found | None:
    """Whether a line is nothing but buttons: one at least that is nothing else, or two in a row."""
    if len(line) > _LONGEST or not _BUTTON.match(line):
        return None
    found = list(_BUTTON.finditer(line))
    if _BUTTON.sub("", line).strip(SEPARATORS):
        return None
    return Found(()) if len(found) > 1 or _SURE.search(line) else None
