"""Metadata: dates, sources, bylines, counters, page widgets and site banners, lifted out of the text.

A line goes only if the whole of it is understood: every field has a known label and a value of the kind that the
label asks for. A sentence that merely begins with a label stays.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple

from textclean.stage import Document, Field, Findings, Stage
from textclean.stages._lines import HAN, NAME, NOTHING, cut, is_body, is_title, numbered, stripped, whole_lines

_LABELS: Mapping[str, tuple[str, ...]] = {
    "published": (
        "发布时间 发布日期 发表时间 发表日期 发稿时间 发稿日期 刊发时间 刊发日期 上传时间 录入时间 信息时间",
        "发布于 发表于 时间 日期 發布時間 發布日期 發表時間 時間",
    ),
    "updated": ("更新时间 更新日期 最后更新 修改时间 更新時間",),
    "source": (
        "来源 信息来源 文章来源 稿件来源 新闻来源 消息来源 内容来源 稿源 转自 转载自 出处 文章出处 发布机构 发布单位",
        "來源 新聞來源 資料提供",
    ),
    "author": (
        "作者 文章作者 记者 本报记者 特约记者 见习记者 实习记者 全媒体记者 通讯员 记者/通讯员 撰稿",
        "撰稿人 撰文 供稿 供稿人 文字 文 发布人 发布者 發布者 發稿人 發布人 發文者 記者 通訊員 撰文者",
    ),
    "editor": (
        "编辑 责任编辑 责编 编辑/责编 值班编辑 本期编辑 本版编辑 版面编辑 网络编辑 网站编辑 新媒体编辑 美编",
        "美术编辑 视觉编辑",
        "校对 责任校对 审核 审核人 审校 编审 初审 复审 终审 初审编辑 复审编辑 终审编辑 一审 二审 三审 一校 二校 三校",
        "监制 总监制 值班主任 值班总编 值班编委 主编 执行主编 責任編輯 責編 編輯 校對 審核",
    ),
    "credits": ("摄影 图片 图 供图 图片来源 图源 摄 攝影",),
    "reads": (
        "阅读 阅读量 阅读数 阅读次数 浏览 浏览量 浏览数 浏览次数 点击 点击量 点击数 点击率 点击次数 访问量 访问次数",
        "人气 查看 查看次数 瀏覽 瀏覽次數 點擊 閱讀",
    ),
    "comments": ("评论 评论数 评论量 留言 留言数",),
    "likes": ("点赞 点赞数",),
    "section": ("栏目 所属栏目 频道 所属频道 分类 文章分类 信息分类 类别",),
    "keywords": ("关键词 关键字 标签",),
}
_KEY = {label: key for key, rows in _LABELS.items() for label in " ".join(rows).split()}
_WEAK_LABEL = re.compile(
    "[时時]间|時間|日期|[来來]源|出处|作者|[记記]者|[编編][辑輯]|通[讯訊][员員]|文字?|图|图片|摄影?|供图|校对|审核|监制|主编"
    "|查看|留言|评论|类别|分类|标签|频道|栏目|阅读|浏览|人气|点击|供稿|资料提供|发布单位|发布机构|发布[人者]"
)
_WEAK = frozenset(filter(_WEAK_LABEL.fullmatch, _KEY))
"""Labels that also stand in forms, credits and conversations: alone on a line they need the right neighbours."""
_ANY_WORDS = frozenset({"作者", "供稿", "编辑", "編輯", "发布人", "发布者"})
"""Weak labels whose value need not be a person."""

_LISTS = frozenset({"author", "editor", "credits", "keywords"})
_COUNTS = frozenset({"reads", "comments", "likes"})

_DATE = (
    r"(?P<y>(?:19|20)\d\d)\s?(?P<s>[-/.年])\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?"
    r"(?:[T\s]*(?:星期[一二三四五六日天]|[周週][一二三四五六日])?[T\s]*(?:(?P<am>[上下]午)\s?)?"
    r"(?P<H>\d{1,2})\s?(?:[:：]|时|點|点)\s?(?P<M>\d{1,2})分?(?:\s?[:：]?\s?(?P<S>\d{2})秒?)?)?"
)
_WHEN = re.compile(_DATE)
_COUNT = re.compile(r"(\d[\d,，]*(?:\.\d+)?)\s?([万萬]?)\+?\s?[人次個个条條]*")
_LOADING = re.compile(r"(?:加载中|载入中|正在加载|loading|-+)?[.…。]*", re.IGNORECASE)

_WIDGET = re.compile(
    r"(?:[【\[(（<]\s*)?(?:(?:字号|字体|字体大小|字體|字型)\s?[:：]?\s?(?:[【\[(（]?\s*(?:特大|较大|超大|默认|标准|[大中小]|[AT][+-]?)"
    r"\s*[】\])）]?[\s|/·]*){1,5}|A[+-]|T[|+-]|大\s中\s小|打印(?:本页|本文|此页|文章|页面)?|列印|关闭(?:窗口|本页|页面)?|收藏(?:本文|本页)?"
    r"|(?:一键)?分享(?:到|至|本文)?\s?[:：]?(?:\s*(?:微信好友|微信|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|朋友圈|抖音|豆瓣|人人网"
    r"|脸书|推特|[fF]acebook|[tT]witter|更多)[、\s]*)*|我要(?:评论|纠错|打印|分享)|纠错|复制链接|返回列表|举报|扫码阅读)(?:\s*[】\])）>])?"
)
_WIDGET_SIGN = re.compile("[字AT大打列关收一分我纠复返举扫]")
"""What every widget has one of."""
_SURE_WIDGET = re.compile(r"字[号体號體型]|分享[到至]|打印(?:本|此)|关闭(?:窗|本)|A[+-]|我要|[【\[(（<]|复制链接")
_BULLETS = "□■◎●▲◆○★☆△▷►※ \t\u3000\xa0"
_SEPARATORS = " \t\u3000\xa0|｜丨/·;；,，、【】[]()（）〔〕<>《》-—"
_BEFORE_FIELDS = _SEPARATORS + _BULLETS
_AROUND = _SEPARATORS.replace("《", "").replace("》", "")
_OUTLET = re.compile(rf"[{HAN}\w]{{2,12}}(?:网|报|社|台|新闻|融媒|中心|客户端)")
_SENTENCE_SIGN = re.compile(r"[。！？!?；，:：\n]")

_ROLE = re.compile(
    rf"(?P<office>本[报報网網刊台社]|新华社|新華社|中新社|中国新闻网|[{HAN}]{{2,8}}(?:日报|晚报|晨报|都市报|时报|商报|青年报|快报|早报"
    r"|周刊|电视台|融媒体?中心|融媒|客户端|网|社))?\s?(?:全媒体|融媒体|首席|特约|特派|见习|实习|驻[^\s]{2,6}?)*"
    r"(?P<role>记者|記者|通讯员|通訊員|特派员|实习生|撰稿人?)"
)
_COMMENTATOR = re.compile(
    rf"(?P<who>(?:本[报网刊台]|新华社|[{HAN}]{{2,6}}报)(?:特约)?评论员)(?:[\s:：]+(?P<names>.{{2,20}}))?"
)
_SLASHED = re.compile(
    r"(?:(?P<both>文\s?[/、&＆]\s?(?:图|图片|摄|摄影)|图\s?[/、&＆]\s?文)[\s:：/／丨｜|]+|(?P<one>[文图])\s?[/／丨｜|]\s?)"
    r"(?P<names>[^/／]{2,24})"
)
_SIGNED = re.compile(r"(?:文[/／]图|图[/／]文|文并摄|文[/／]摄|摄影报道|图文报道|报道|综合报道|文)\Z")
_NAME = re.compile(NAME)
_LOOSE_NAME = re.compile(rf"[{HAN}]{{2,4}}")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'\- ]{1,30}")
_SPREAD = re.compile(rf"(?<![{HAN}])([{HAN}])[^\S\n]{{1,4}}([{HAN}])(?![{HAN}])")
_BLANKS = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\s、，,/;；&|｜]+")
_NO_NAME = re.compile("直击|现场|探访|调查|观察|手记|连线|体验|走访|报道|综合|暗访|深入|游记|谈话|专访|日前|获悉|了解")
_PLACE = (
    "村镇乡县市区湾渡桥山河江湖沟庄岭路街站厂馆院园会局部组队班社所台城店坊寨岛港洲坪坝塘溪峰谷寺庙宫殿塔楼关口门屯堡滩海井"
    "里北南东西"
)
_AUTHOR_WORDS = re.compile(rf"[{HAN}\w·• .\-（）()“”]{{1,16}}")

_PREFACE = r"(?:(?:您好|你好|尊敬的(?:用户|网友|读者))\s?[,，!！。]?\s?)?"
_SITE = "网|网站|平台|门户|官网|论坛|在线|频道|信息港|之窗|首页|主页|系统|客户端|新闻中心|公众号|網|網站|平臺|論壇"
_BANNER = re.compile(
    rf"{_PREFACE}欢?[欢歡]迎(?:您|你)?(?:来到|来访|访问|光临|进入|浏览|莅临|登录|登陆|关注|使用|光顧|光臨|瀏覽)(?:本站)?[\s:：,，]*"
    rf"(?P<site>[^。！!？?，,]{{2,40}}?(?:{_SITE}))[\s!！。.~～]*"
)
_TODAY = re.compile(rf"(?:今天|现在)是?\s?[:：]?\s?{_DATE}[\s星期周一二三四五六日天农历年月初廿十]*(?:[\d:：]*)")
_QUESTION = re.compile("[记記]者[:：]")
_ROSTER = 20
"""A page with more bare names than this is a list of names."""
_FORM = re.compile(rf"[{HAN}]{{2,8}}\s?[:：]\s?\S")
_TAIL_CREDIT = re.compile(
    rf"(?<=[。！？!?”’」])[^\S\n]*[（(【\[]\s*(?:责任编辑|责编|值班编辑|本期编辑|责任校对)\s?[:：\s]\s?(?P<names>[{HAN}A-Za-z\s、·,，]{{1,20}})[）)】\]]\Z"
)
_TAIL_ENDS = frozenset("）)】]")


_FIRST = frozenset({label[0] for label in _KEY} | set("12您你尊欢歡今现本新文图字分打列关收大我纠复返举扫AT"))
"""What metadata begins with, unless it begins with the name of a paper before ``记者``."""
_BEFORE = _BULLETS + "（(【[<"
_BEGINS = _FIRST.union(_BEFORE)
_ROLE_WORD = re.compile("[记記]者|通[讯訊][员員]|特派员|评论员|实习生|撰稿")
_ROLE_SIGN = re.compile("[记記通特评实撰][者讯訊派论习稿]")
"""How every role begins: scanned several times as fast, since it begins with one class of characters."""


_LONGEST = 160
"""Characters of the longest line that is read."""
_LONGEST_NAME = 12
_ROLE_WITHIN = 24
"""Characters from the beginning of a line within which a role stands, if the line begins with the name of a paper."""


class _Found(NamedTuple):
    meta: tuple[tuple[str, Any], ...]
    reason: str = "metadata"
    weak: str = ""
    """Why the line needs a second look: ``field``, ``date`` or ``name``; empty if it stands for itself."""


class Metadata(Stage):
    """Lift dates, sources, bylines, counters and site banners out of the text.

    Keys written to ``meta`` (a key that the document already has is left alone):

    - ``published``, ``updated``: ISO 8601, ``2021-05-07T09:08:26``, ``2021-05-07T09:08`` or ``2021-05-07``;
    - ``source``, ``section``, ``site``: text;
    - ``author``, ``editor`` (checkers and supervisors too), ``credits`` (photographers), ``keywords``: lists of text;
    - ``reads``, ``comments``, ``likes``: a whole number, or null where the page left it empty.

    The first value on the page holds; lists grow. Edits have the reason ``metadata`` or ``banner``.
    """

    name: ClassVar[str] = "metadata"
    bare_names: bool = Field(
        True, description="take a name alone on a line between a title and its text for the author"
    )
    head: int = Field(6, ge=0, le=100, description="lines from the top in which a bare date is the date of publication")

    def findings(self, doc: Document) -> Findings:
        """The lines to cut and what they say."""
        text = doc.text
        lines = stripped(text)
        found = _settled(lines, self.head, self.bare_names)
        tails: list[int] = []
        if not _TAIL_ENDS.isdisjoint([line[-1] for line in lines]):
            tails = [i for i, line in enumerate(lines) if line[-1] in _TAIL_ENDS and i not in found]
        if not found and not tails:
            return NOTHING
        meta: dict[str, Any] = {}
        for one in found.values():
            _take(meta, one.meta)
        cuts = whole_lines(text, numbered(text, found), [one.reason for one in found.values()])
        for start, end, line in numbered(text, tails) if tails else ():
            tail = _TAIL_CREDIT.search(line, max(0, len(line) - 40))
            if tail:
                _take(meta, (("editor", _split(tail["names"])),))
                cuts.append((start + tail.start(), end, "metadata"))
        if doc.meta:
            meta = {key: value for key, value in meta.items() if key not in doc.meta}
        return Findings(cut(sorted(cuts) if tails else cuts), meta=meta)


def _take(meta: dict[str, Any], pairs: Sequence[tuple[str, Any]]) -> None:
    for key, value in pairs:
        if key in _LISTS:
            known = meta.setdefault(key, [])
            known.extend(one for one in value if one not in known)
        elif meta.get(key) is None:
            meta[key] = value


def _settled(lines: Sequence[str], head: int, bare_names: bool) -> dict[int, _Found]:
    """What each line says, by its index, in order; judged again until no cut makes another line worth cutting."""
    maybe = {i: one for i, line in _short(lines) if (one := _read(line)) is not None}
    if not any(one.weak for one in maybe.values()):
        return maybe
    weak = Counter(one.weak for one in maybe.values())
    lists = {"name" if not bare_names or weak["name"] > _ROSTER else "", "date" if weak["date"] > 1 else ""} - {""}
    maybe = {i: one for i, one in maybe.items() if one.weak not in lists}
    found = {i: one for i, one in maybe.items() if not one.weak}
    rest = {i: one for i, one in maybe.items() if one.weak}
    while rest:
        kept = _Kept(lines, found)
        new = {i: one for i, one in rest.items() if _holds(i, one, kept, head)}
        if not new:
            break
        found |= new
        rest = {i: one for i, one in rest.items() if i not in new}
    return dict(sorted(found.items()))


def _short(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that :func:`_read` may know something of, by a look at their length and their beginning."""
    short = [(i, line) for i, line in enumerate(lines) if len(line) <= _LONGEST]
    if _ROLE_SIGN.search("\n".join([line[:_ROLE_WITHIN] for _, line in short])):
        return short
    return [(i, line) for i, line in short if line[0] in _BEGINS or len(line) <= _LONGEST_NAME]


class _Kept:
    """The lines that stay, and their neighbours."""

    def __init__(self, lines: Sequence[str], found: Mapping[int, _Found]) -> None:
        self.lines = lines
        self.order = [i for i in range(len(lines)) if i not in found]
        self.place = {i: place for place, i in enumerate(self.order)}
        self.interview = sum(_QUESTION.match(lines[i]) is not None for i in self.order) > 1

    def at(self, i: int, step: int) -> str:
        """The kept line ``step`` lines after line ``i``; empty beyond the ends."""
        place = self.place[i] + step
        return self.lines[self.order[place]] if 0 <= place < len(self.order) else ""


def _holds(i: int, one: _Found, kept: _Kept, head: int) -> bool:
    before, after = kept.at(i, -1), kept.at(i, 1)
    if one.reason == "banner":
        return kept.place[i] == 0 and after != ""
    if one.weak == "date":
        return 0 < kept.place[i] < head and after != ""
    if one.weak == "name":
        given = kept.lines[i]
        if not is_title(before) or not is_body(after):
            return False
        return not any(given in line for j, line in enumerate(kept.lines) if j != i)
    return not kept.interview and not any(_FORM.match(line) and _read(line) is None for line in (before, after))


@cache
def _label_pattern() -> re.Pattern[str]:
    """Any label with its colon, the label its group; two-character labels may be spread with spaces."""
    labels = sorted(_KEY, key=len, reverse=True)
    forms = [r"[^\S\n]{0,4}".join(label) if len(label) == 2 else re.escape(label) for label in labels]
    return re.compile(rf"({'|'.join(forms)})[^\S\n]{{0,3}}[:：]")


def _read(line: str) -> _Found | None:
    """What a line says if the whole of it is metadata, else None."""
    if len(line) > _LONGEST:
        return None
    if len(line) <= _LONGEST_NAME and (name := _bare_name(line)):
        return name
    plain = line[0] in _FIRST or line.lstrip(_BEFORE)[:1] in _FIRST
    if not plain and not _ROLE_WORD.search(line, 0, _ROLE_WITHIN):
        return None
    banner = _BANNER.fullmatch(line) if "迎" in line else None
    if banner:
        return _Found((("site", banner["site"].strip()),), "banner", "banner")
    if line[0] in "今现" and _TODAY.fullmatch(line):
        return _Found((), "banner", "banner")
    return _fields(line) or _bare_date(line) or _byline(line) or _widgets(line)


def _fields(line: str) -> _Found | None:
    if ":" not in line and "：" not in line:
        return None
    preface, *fields = _label_pattern().split(line)
    if not fields:
        return None
    meta: list[tuple[str, Any]] = []
    preface = preface.strip(_BEFORE_FIELDS)
    if preface:
        if (stated := _bare_date(preface) or _byline(preface) or _widgets(preface)) is None:
            return None
        meta += stated.meta
    strong = bool(preface) or len(fields) > 2
    for label, value in zip(fields[::2], fields[1::2], strict=True):
        words = label if label in _KEY else "".join(label.split())
        said = _value(_KEY[words], value, words)
        if said is None:
            return None
        strong = strong or words not in _WEAK
        meta += said
    return _Found(tuple(meta), weak="" if strong else "field")


def _value(key: str, value: str, label: str) -> list[tuple[str, Any]] | None:
    """The values of a field, its own first; None if it is not of the kind that the label asks for."""
    value = _unbuttoned(value)
    more: list[tuple[str, Any]] = []
    if key in ("published", "updated"):
        value = value.strip(_SEPARATORS)
        if not value:
            return []
        when = _WHEN.match(value)
        iso = _iso(when) if when else None
        if when is None or iso is None or not _rest(value[when.end() :], more):
            return None
        return [(key, iso), *more]
    if key in _COUNTS:
        value = value.strip(_SEPARATORS)
        count = _COUNT.match(value)
        if count is None:
            return [(key, None)] if _LOADING.fullmatch(value) else None
        number = float(re.sub("[,，]", "", count[1])) * (10_000 if count[2] else 1)
        return [(key, round(number)), *more] if _rest(value[count.end() :], more) else None
    when = _WHEN.search(value) if "19" in value or "20" in value else None
    if when and when.start() and not _rest(value[when.end() :], more):
        return None
    if when and when.start():
        iso = _iso(when)
        if iso is None:
            return None
        value, more = value[: when.start()], [("published", iso), *more]
    value = value.strip(_AROUND)
    if not value:
        return more
    if key in _LISTS:
        names = _split(value)
        strict = label in _WEAK and label not in _ANY_WORDS
        fits = _is_person if strict else lambda one: _AUTHOR_WORDS.fullmatch(one) is not None
        if not names or len(names) > 8 or not all(map(fits, names)):
            return None
        return [(key, names), *more]
    if len(value) > 40 or _SENTENCE_SIGN.search(value.replace("://", "")):
        return None
    return [(key, _BLANKS.sub(" ", value)), *more]


def _unbuttoned(value: str) -> str:
    return _WIDGET.sub(" ", value) if _WIDGET_SIGN.search(value) else value


def _rest(value: str, more: list[tuple[str, Any]]) -> bool:
    """Whether what follows a value is nothing, widgets or a source without a label."""
    value = _unbuttoned(value).strip(_SEPARATORS) if value else value
    if not value:
        return True
    if _OUTLET.fullmatch(value):
        more.append(("source", value))
        return True
    byline = _byline(value)
    if byline:
        more.extend(byline.meta)
    return byline is not None


def _iso(when: re.Match[str]) -> str | None:
    """The date in ISO 8601, with the time as far as it was given; None if there is no such day or hour."""
    year, _, month, day, half, hour, minute, second = when.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day)).isoformat()
        hours = int(hour) + (12 if half == "下午" and int(hour) < 12 else 0)
        moment = datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0))
    except ValueError:
        return None
    return moment.isoformat(timespec="seconds" if second else "minutes")


def _bare_date(line: str) -> _Found | None:
    when = _WHEN.match(line)
    if when is None or (iso := _iso(when)) is None:
        return None
    more: list[tuple[str, Any]] = []
    if not _rest(line[when.end() :], more):
        return None
    return _Found((("published", iso), *more), weak="" if more else "date")


def _split(value: str) -> list[str]:
    return [one for one in _BETWEEN.split(_unspread(value)) if one]


def _unspread(value: str) -> str:
    """``value`` with names of two characters that were spread with spaces closed up."""
    return _SPREAD.sub(r"\1\2", value) if len(value.split()) > 1 else value


def _is_person(word: str) -> bool:
    return (_NAME.fullmatch(word) or _LATIN_NAME.fullmatch(word)) is not None and not _NO_NAME.search(word)


def _byline(line: str) -> _Found | None:
    """``本报记者 某某 通讯员 某某``, ``（记者 某某）``, ``文/图 某某``, ``本报评论员``: nothing but names and roles."""
    if len(line) > 80:
        return None
    inner = line.strip(_BULLETS)
    marked = len(inner) < len(line.strip())
    if inner[:1] in "（(【[" and inner[-1:] in "）)】]":
        inner, marked = inner[1:-1].strip(), True
    who = _COMMENTATOR.fullmatch(inner)
    if who:
        names = _split(who["names"] or "")
        return _Found((("author", names or [who["who"]]),)) if all(map(_is_person, names)) else None
    slashed = _SLASHED.fullmatch(inner)
    if slashed:
        names = [_SIGNED.sub("", one) for one in _split(_ROLE.sub(" ", slashed["names"]))]
        if names and all(map(_is_person, names)):
            keys = ("author", "credits") if slashed["both"] else ("author" if slashed["one"] == "文" else "credits",)
            return _Found(tuple((key, names) for key in keys))
        return None
    if not _ROLE.match(inner):
        return None
    roles = list(_ROLE.finditer(inner))
    authors: list[str] = []
    for i, role in enumerate(roles):
        stop = roles[i + 1].start() if i + 1 < len(roles) else len(inner)
        value = inner[role.end() : stop]
        names = [one for one in _split(_SIGNED.sub("", value.strip(_SEPARATORS))) if one]
        sure = marked or role["office"] is not None or len(roles) > 1
        spaced = value[:1].isspace()
        fits = all(map(_is_person, names)) or (
            spaced and role["office"] is not None and all(_LOOSE_NAME.fullmatch(one) for one in names)
        )
        if not names or not fits or any(map(_NO_NAME.search, names)) or not (spaced or sure):
            return None
        authors += names
    return _Found((("author", authors),)) if len(authors) <= 10 else None


def _bare_name(line: str) -> _Found | None:
    word = _unspread(line)
    if (
        not 2 <= len(word) <= _LONGEST_NAME
        or _NAME.fullmatch(word) is None
        or word[-1] in _PLACE
        or _NO_NAME.search(word)
    ):
        return None
    return _Found((("author", [word]),), weak="name")


def _widgets(line: str) -> _Found | None:
    """Buttons and font sizes: at least one that is nothing else, or two in a row."""
    if len(line) > 80:
        return None
    if not _WIDGET.match(line):
        return None
    found = list(_WIDGET.finditer(line))
    if _WIDGET.sub("", line).strip(_SEPARATORS):
        return None
    return _Found(()) if len(found) > 1 or _SURE_WIDGET.search(line) else None
