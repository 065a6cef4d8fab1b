"""Who published a paragraph and under what: datelines, credits, rubrics and titles are none of its statements."""

import re
from functools import cache
from typing import Final

from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT
from textclean.language.names import NAME
from textclean.language.resources import read_words

_HEAD_SIGN = re.compile("[电讯:】#|■□●◎▲◆]|消息|报道|记者|通讯员|提[示要]|导[读语]|编者按|版")
"""Something of what :func:`_head` finds."""
_MOST_HEADS: Final = 3
"""Heads in a row: a rubric, a dateline, a source."""
_LONGEST_HEAD: Final = 80
_LONGEST_TAIL: Final = 24
"""Characters of a dateline, and of what stands behind the name of a credit."""
_TAIL_SIGN = re.compile("[:/|■□●◎▲◆]|关注|公众号|客户端")
"""Something of what :func:`_tail` finds."""
_TITLE: Final = lazy(
    r"""
    原(?:标)?题:                          # 原标题：…, up to where the other text begins
  | (?P<whole>
        【[^【】]{1,60}】                  # 【…】
      | \#[^#]{1,30}\#                    # #…#
    )
    """,
    re.VERBOSE,
)
_LOOK: Final = 6
"""Characters by which the beginning of another text is known again."""
_LONGEST_TITLE: Final = 60


def _any_of(label: str) -> str:
    words = read_words("credits.txt", "textclean.stages.duplicates")[label]
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _parts() -> dict[str, str]:
    """Expressions that others are made of."""
    han = f"[{HAN_SCRIPT}]"
    outlet = rf"(?:本[报网台刊社]|[{HAN_SCRIPT}A-Za-z0-9]{{2,10}}?(?:{_any_of('outlet')}))"
    return {
        "han": han,
        "outlet": outlet,
        "agency": f"(?:{_any_of('agency')})",
        "date": r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日",
        "people": rf"\((?:{han}{{0,8}}?(?:记者|通讯员|实习生|特约)[^(),.;:!?]{{1,30}}|{NAME})\)",
        "staff": rf"[■□●◎▲◆](?:{outlet})?(?:记者|通讯员|编辑)?[|:]?{NAME}(?:[、,]?{NAME}){{0,2}}"
        rf"|{outlet}(?:记者|通讯员)[|:]{NAME}(?:[、,]?{NAME}){{0,2}}",
        "rubric": f"(?:{_any_of('rubric')})",
    }


@cache
def _head() -> re.Pattern[str]:
    part = _parts()
    han, outlet, agency, date, people = (part[name] for name in ("han", "outlet", "agency", "date", "people"))
    source = r"(?:网站|官网|官微|官方微博|公众号|客户端)"
    return re.compile(
        rf"""
        (?:[【\[(<]?(?:{_any_of("abstract")})[】\])>]?[:]?)?                  # 摘要：
        (?:【(?![^】]*(?:{_any_of("denial")})){han}{{2,8}}】)?                 # 【新春走基层】, but not 【辟谣】
        (?:(?:本报)?(?:{part["rubric"]}[·|]?){{1,3}}[:|]|\#{part["rubric"]}\#)?     # 要闻|, 头条：, #热点#
        (?:(?:第[A-Z]?[0-9]{{1,2}}版|{part["rubric"]}[A-Z]?[0-9]{{1,2}}版)(?::{part["rubric"]})?)?  # 第A05版：综合新闻
        (?:
            [(\[【]?(?:
                {outlet}(?:{han}{{2,6}}?)??{date}(?:{people})?(?:{_any_of("wire")})  # 新华网北京1月12日电
            |   [{HAN_SCRIPT}A-Za-z0-9]{{2,10}}?{date}(?:{people})?(?:电|讯)  # 红网时刻1月12日讯
                # 中新社上海电, 新华社开罗20日电
            |   {agency}(?:{han}{{2,8}}?)??(?:[0-9]{{1,2}}日)?(?:{people})?(?:电|讯|消息)
            |   (?:本[报网台刊社](?:{han}{{2,4}})??|{outlet})(?:{people})?(?:讯|消息|专电)  # 本报讯, 青溪网消息
            |   {date}(?:电|讯)
            |   (?<=[(\[【]){han}{{2,4}}讯(?=[)\]】])                            # （青溪讯）
            )[)\]】]?(?:{people})?[,:]?
        |   {people}[,:]?
        |   据(?:{outlet}|{han}{{2,10}}?{source})(?:记者)?(?:{date})?(?:消息|报道|讯)[,:]
        |   据(?:{agency})(?:[0-9]{{1,2}}日)?(?:电|消息|报道)[,:]?
        |   {outlet}(?:记者|通讯员){NAME}(?:[、,]?{NAME}){{0,2}}(?:摄影)?(?:{han}{{2,4}}?)?报道[:,]?
        |   {part["staff"]}
        |   来源:(?:{agency}|{outlet})(?:客户端|网站|公众号)?
        |   {han}{{1,8}}?(?:{_any_of("medium")}):                             # 海外网：
        )?
        """,
        re.VERBOSE,
    )


@cache
def _bracketed() -> re.Pattern[str]:
    part = _parts()
    han, staff, agency = part["han"], _any_of("staff"), part["agency"]
    return re.compile(
        rf"""
        [(\[【](?:{_any_of("bracket")})[^()\[\]【】.;!?]{{0,24}}[)\]】]    # （资料图）, （记者某某）
    |   [(\[【][{HAN_SCRIPT}A-Za-z]{{2,8}}(?:摄|供图|制图|报道)[)\]】]   # （某某摄）
        # （总台记者某某编辑某某）
    |   [(\[【](?:{han}{{0,8}}?(?:{staff})[:/]?(?:{NAME}[、,]?){{1,3}}){{1,4}}[)\]】]
    |   [(\[](?:{agency}|{han}{{1,8}}?(?:{_any_of("medium")})|END|end|完)[)\]]  # （央视新闻）
    |   [(\[]原(?:标)?题:[^()\[\]]{{1,{_LONGEST_TITLE}}}[)\]]             # （原标题：…）
    |   \[(?:{_any_of("button")}|[0-9]{{1,3}})\]                       # [详细], [1]
        """,
        re.VERBOSE,
    )


@cache
def _tail() -> re.Pattern[str]:
    """At the end: ``责任编辑：某某``, ``■本报记者某某``, ``更多精彩请关注本报微信公众号``."""
    part = _parts()
    return re.compile(
        rf"""
        (?:(?<=[.!?;\"')…])|(?<=^))
        (?:(?:{_any_of("tail")})[:/|][^,.;!?]{{1,{_LONGEST_TAIL}}}\.?
        |  {part["staff"]}
        |  (?:更多|欢迎|敬请)?[^,.;!?]{{0,12}}(?:关注|下载)[^,.;!?]{{0,16}}(?:公众号|客户端|微博)[.!]?
        )\Z
        """,
        re.VERBOSE,
    )


def without_credits(text: str) -> str:
    """A folded text without its datelines and rubrics, and the credits in it."""
    for _ in range(_MOST_HEADS):
        head = _head().match(text) if _HEAD_SIGN.search(text, 0, _LONGEST_HEAD) else None
        if not head or not head.end():
            break
        text = text[head.end() :]
    if "(" in text or "[" in text or "【" in text:
        text = _bracketed().sub("", text)
    if _TAIL_SIGN.search(text, max(0, len(text) - _LONGEST_TAIL)) and (
        tail := _tail().search(text, max(0, len(text) - 2 * _LONGEST_TAIL))
    ):
        text = text[: tail.start()]
    return text


def without_title(text: str, other: str) -> str:
    """A text without a title of its own before what another one begins with: 【…】, 原标题：…."""
    title = _TITLE.match(text)
    if not title or not other or other.startswith(title[0]) or _denial().search(title[0]):
        return text
    start = title.end() if title["whole"] else text.find(other[:_LOOK], title.end(), title.end() + _LONGEST_TITLE)
    return text[start:] if start >= 0 and text.startswith(other[:_LOOK], start) else text


@cache
def _denial() -> re.Pattern[str]:
    return re.compile(_any_of("denial"))
