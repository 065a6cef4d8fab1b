"""What a line of metadata says: labels with their values, dates, bylines, counters, page numbers, buttons, banners.

A line is understood whole or not at all: every field has a known label and a value of the kind that the label asks
for. Where a line stands, and whether that is a place for it, is for the stage.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.names import NAME

_LABELS: Mapping[str, tuple[str, ...]] = {
    "published": (
        "发布时间 发布日期 发表时间 发表日期 发稿时间 发稿日期 刊发时间 刊发日期 上传时间 录入时间 信息时间",
        "发布于 发表于 发文日期 公开日期 时间 日期 發布時間 發布日期 發表時間 時間",
    ),
    "updated": ("更新时间 更新日期 最后更新 修改时间 更新時間",),
    "source": (
        "来源 信息来源 文章来源 稿件来源 新闻来源 消息来源 内容来源 稿源 转自 转载自 出处 文章出处 发布机构 发布单位",
        "本文来源 原文来源 本文转自 文章转自 内容来自",
        "來源 新聞來源 資料提供",
    ),
    "author": (
        "作者 文章作者 记者 本报记者 特约记者 见习记者 实习记者 全媒体记者 通讯员 记者/通讯员 撰稿",
        "撰稿人 撰文 供稿 供稿人 供稿单位 文字 文 发布人 发布者 發布者 發稿人 發布人 發文者 記者 通訊員 撰文者",
    ),
    "editor": (
        "编辑 责任编辑 责编 编辑/责编 值班编辑 本期编辑 本版编辑 版面编辑 网络编辑 网站编辑 新媒体编辑 美编",
        "美术编辑 视觉编辑 实习编辑 见习编辑 版式设计 版式 组版 排版 录入 录入人 录入员 策划 总策划 统筹 总统筹 签发",
        "签发人 终校",
        "校对 责任校对 审核 审核人 审校 编审 初审 复审 终审 初审编辑 复审编辑 终审编辑 一审 二审 三审 一校 二校 三校",
        "监制 总监制 值班主任 值班总编 值班编委 主编 执行主编 責任編輯 責編 編輯 校對 審核",
    ),
    "credits": ("摄影 图片 图 供图 图片来源 图源 摄 攝影 图片摄影 制图 绘图",),
    "reads": (
        "阅读 阅读量 阅读数 阅读次数 浏览 浏览量 浏览数 浏览次数 点击 点击量 点击数 点击率 点击次数 访问量 访问次数",
        "阅读人数 浏览人数 人气 查看 查看次数 瀏覽 瀏覽次數 點擊 閱讀",
    ),
    "comments": ("评论 评论数 评论量 网友评论 留言 留言数 跟帖 跟贴 評論 留言數",),
    "likes": ("点赞 点赞数 点赞量 在看",),
    "section": ("栏目 所属栏目 频道 所属频道 分类 文章分类 信息分类 类别",),
    "keywords": ("关键词 关键字 标签",),
    "dated": ("成文日期 生成日期 印发日期 生效日期 失效日期 废止日期",),
    "": (
        "索引号 信息索引 信息索引号 发文字号 有效性 时效性 公开方式 公开形式 公开范围 公开属性 主题分类 组配分类",
        "体裁分类 发文机关 发文机构 制发机关",
    ),
}
_KEY = {label: key for key, rows in _LABELS.items() for label in " ".join(rows).split()}
_WEAK_LABEL = lazy(
    "[时時]间|時間|日期|[来來]源|出处|作者|[记記]者|[编編][辑輯]|通[讯訊][员員]|文字?|图|图片|摄影?|供图|校对|审核|监制|主编"
    "|查看|留言|评论|类别|分类|标签|频道|栏目|阅读|浏览|人气|点击|供稿|资料提供|发布单位|发布机构|发布[人者]"
    "|策划|统筹|签发|版式|排版|录入|制图|绘图|在看|点赞|跟[帖贴]|供稿单位|主题分类|时效性"
)
_WEAK = frozenset(filter(_WEAK_LABEL.fullmatch, _KEY))
"""Labels that also stand in forms, credits and conversations: alone on a line they need the right neighbours."""
_ANY_WORDS = frozenset(
    label
    for label, key in _KEY.items()
    if key in ("author", "editor")
    and re.match("作者|文章作者|供稿|撰稿|编辑|編輯|责|发布|發布|录入|审核|通讯员", label)
)
"""Labels whose value may be an office, a user's name or a pen name."""

LISTS = frozenset({"author", "editor", "credits", "keywords"})
_COUNTS = frozenset({"reads", "comments", "likes"})
_MILD = frozenset({"section", "keywords", ""})
"""Keys whose labels an article has for headings too: such a line stays where there is text above and below."""
_LONGEST_MILD = 24
_BARRED = frozenset(
    label for label, key in _KEY.items() if key in ("author", "editor", "credits", "source") and len(label) > 1
)
"""Labels that may have a bar or a stroke for a colon."""
_ROLES = frozenset(
    label
    for label, key in _KEY.items()
    if key in ("author", "editor", "credits") and len(label) > 1 and "人" not in label
)
"""Labels that a name may follow behind a space."""
_ROLE_STARTS = frozenset(label[:2] for label in _ROLES)
_COUNT_WORDS = "|".join(sorted((label for label in _KEY if _KEY[label] in _COUNTS), key=len, reverse=True))
_COUNT_SIGN = lazy(r"[论論言帖贴读讀量数數次率览覽击擊气看赞]\s?[（(]?\s?\d")
_COUNT_FIRST = lazy(r"\d[\d.,万萬+人次條个個条 ]{0,8}[评評阅浏点跟留]")
"""Where a counter may be: behind its label, before it."""
_FIELD_SIGN = lazy("[:：|｜丨/／]")
_NUMBER = r"\d[\d,，]*(?:\.\d+)?\s?[万萬]?\+?"
_TIMES = r"\s?[人次條个個条]{0,2}"
_COUNTED = lazy(
    rf"(?P<a>{_COUNT_WORDS})\s?(?:[（(]\s?(?P<x>{_NUMBER}){_TIMES}\s?[)）]|(?P<y>{_NUMBER}){_TIMES})"
    rf"|(?<![\d.:：/-])(?P<z>{_NUMBER}){_TIMES}\s?(?P<b>评论|評論|阅读|浏览|点赞|跟帖|跟贴|留言)(?![{HAN}]|\s?[:：\d])"
)
"""Counters without a colon: ``评论(3)``, ``阅读 1.2万``, ``3条评论``."""

_DATE = (
    r"(?P<y>(?:19|20)\d\d)\s?(?P<s>[-/.年])\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})\s?日?"
    r"(?:[T\s（(]*(?:星期[一二三四五六日天]|[周週][一二三四五六日])[)）]?)?"
    r"(?:[T\s]*(?:(?P<am>[上下]午)\s?)?(?P<H>\d{1,2})\s?(?:[:：]|时|點|点)\s?(?P<M>\d{1,2})分?"
    r"(?:\s?[:：]?\s?(?P<S>\d{2})(?:\.\d{1,6})?秒?)?(?:Z|\s?[+-]\d\d:?\d\d)?)?"
)
_WHEN = lazy(_DATE)
_DIGITS = {ord(han): str(n) for n, row in enumerate(("〇○零", *"一二三四五六七八九")) for han in row}
_HAN_DATE = lazy(
    r"(?P<y>[一二][〇○零一二三四五六七八九]{3})年(?P<m>[一二三四五六七八九十]{1,2})月(?P<d>[一二三四五六七八九十]{1,3})日"
)
_COUNT = lazy(r"(\d[\d,，]*(?:\.\d+)?)\s?([万萬]?)\+?\s?[人次個个条條]*")
_LOADING = lazy(r"(?:加载中|载入中|正在加载|loading|-+)?[.…。]*", re.IGNORECASE)

_WIDGET = lazy(
    r"(?:[【\[(（<]\s*)?(?:(?:字号|字体|字体大小|字體|字型)\s?[:：]?\s?(?:[【\[(（]?\s*(?:特大|较大|超大|默认|标准|[大中小]|[AT][+-]?)"
    r"\s*[】\])）]?[\s|/·]*){1,5}|A[+-]|T[|+-]|[TA]\s?[大小]字|大\s中\s小|放大|缩小|默认|打印(?:本页|本文|此页|文章|页面)?|列印|关闭(?:窗口|本页|页面)?|收藏(?:本文|本页)?"
    r"|(?:一键)?分享(?:到|至|本文)?\s?[:：]?(?:\s*(?:微信好友|微信|新浪微博|腾讯微博|微博|QQ空间|QQ好友|QQ|朋友圈|抖音|豆瓣|人人网"
    r"|脸书|推特|[fF]acebook|[tT]witter|更多)[、\s]*)*|我要(?:评论|纠错|打印|分享)|纠错|复制链接|返回(?:列表|顶部|首页|目录)|回到顶部|举报|扫码阅读)(?:\s*[】\])）>])?"
)
_WIDGET_SIGN = lazy("[字AT大打列关收一分我纠复返回举扫放缩默]")
"""What every widget has one of."""
_SURE_WIDGET = lazy(r"字[号体號體型]|分享[到至]|打印(?:本|此)|关闭(?:窗|本)|A[+-]|我要|[【\[(（<]|复制链接")
BULLETS = "□■◎●▲◆○★☆△▷►※ \t\u3000\xa0"
_SEPARATORS = " \t\u3000\xa0|｜丨/·;；,，、【】[]()（）〔〕<>《》-—"
_BEFORE_FIELDS = _SEPARATORS + BULLETS
_AROUND = _SEPARATORS.replace("《", "").replace("》", "")
_DATED_BY = lazy(rf"([{HAN}\w]{{1,10}}(?:网|網|报|報|社|台|新闻|融媒|客户端|在线))[\s|｜丨·]*(?=(?:19|20)\d\d)")
_LEAF = r"[A-Z]?\s?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?版"
_PAGE_NAME = (
    rf"[{HAN}]{{0,4}}(?:新闻|要闻|副刊|专版|专题|评论|综合|理论|社会|国内|国际|文化|体育|经济|时政|民生|教育|健康|广告|特刊|周刊"
    rf"|关注|深度|观点|视点|天下|焦点|生活|科技|法治|财经|娱乐|旅游|读书|人物|导读|头版|地方|都市|连载)[{HAN}]?"
)
_SHEET = r"\d{1,4}\s?[页頁]"
_PAGE_NUMBER = lazy(
    rf"(?P<side>[-—–~·])(?P=side)*\s?\d{{1,3}}\s?(?P=side)+|第\s?{_SHEET}(?:[\s,，/|]*[共总]\s?{_SHEET})?"
    rf"|[共总]\s?{_SHEET}[\s,，/|]*第\s?{_SHEET}|[Pp]age\s?\d{{1,4}}(?:\s?(?:of|/)\s?\d{{1,4}})?|[A-Z]\d{{2}}|\d{{1,3}}\s?/\s?\d{{1,3}}"
    rf"|第\s?{_LEAF}|[A-Z]?\d{{2,3}}版|[（(]?(?:下转|上接|转|紧接)第?\s?{_LEAF}[）)]?|版次\s?[:：]\s?[A-Z]?\d{{1,3}}版?|(?:第\s?{_LEAF}|[A-Z]?\d{{2,3}}版|[A-Z]\d{{1,2}})\s?[:：·|]\s?{_PAGE_NAME}"
)
_BARE_PAGE = lazy(r"[A-Z]\d{1,2}(?:\s?[:：·|].*)?|\d{1,3}\s?/\s?\d{1,3}")
"""Page numbers that could be anything else where there are more of their kind."""
_EDITION = lazy(r"[\d一二三四五六七八九十]\s?版|第\s?\d+\s?期")
_HEAD_GAP = lazy(r"[\s|｜丨·]+")
_PAGE_WORD = lazy(
    rf"(?:第\s?)?{_LEAF}(?:[:：]?[{HAN}]{{2,6}})?|[{HAN}]{{1,8}}(?:报|報|周刊)|星期[一二三四五六日天]|(?:总第|第)\d+期|(?:本期|今日)[{HAN}]?\d+版"
    rf"|(?:农历)?[{HAN}]{{0,4}}年?[{HAN}]{{1,2}}月[初十廿卅][{HAN}]|{_PAGE_NAME}"
)
_OUTLET = lazy(rf"[{HAN}\w]{{2,12}}(?:网|报|社|台|新闻|融媒|中心|客户端)")
_OUTLET_END = lazy(
    "(?:网|網|报|報|社|台|新闻|融媒|中心|客户端|在线|資訊|资讯|频道|平台|公众号|政府|[局委部办厅院])\\s*\\Z"
)
_SENTENCE_SIGN = lazy(r"[。！？!?；，:：\n]")

_POST = "(?:全媒体|融媒体|首席|特约|特派|见习|实习)"
"""What a reporter is, besides stationed somewhere; that twice at most, for any number can be split in too many ways."""
_ROLE = lazy(
    rf"(?P<office>本[报報网網刊台社]|新华社|新華社|中新社|中国新闻网|[{HAN}]{{2,8}}(?:日报|晚报|晨报|都市报|时报|商报|青年报|快报|早报"
    rf"|周刊|电视台|融媒体?中心|融媒|客户端|网|社))?\s?{_POST}*(?:驻[^\s]{{2,6}}?{_POST}*){{0,2}}"
    r"(?P<role>记者|記者|通讯员|通訊員|特派员|实习生|撰稿人?)"
)
_COMMENTATOR = lazy(
    rf"(?P<who>(?:本[报网刊台]|新华社|[{HAN}]{{2,6}}报)(?:特约)?评论员)(?:[\s:：]+(?P<names>.{{2,20}}))?"
)
_SLASHED = lazy(
    r"(?:(?P<both>文\s?[/、&＆]?\s?(?:图|图片|摄|摄影)|图\s?[/、&＆]?\s?文)[\s:：/／丨｜|]+|(?P<one>[文图])\s?[/／丨｜|]\s?)"
    r"(?P<names>[^/／]{2,24})"
)
_OPEN = tuple("（(【[〔")
_SHUT = tuple("）)】]〕")
_PAIRED = lazy(r"文\s?[/／]\s?武|图\s?[/／]\s?文.")
"""Words, not names behind a role."""
_TOLD = lazy(
    rf"(?:本[报報网網刊台社])?(?:特约|特派|见习|实习)?(?:记者|記者|通讯员|通訊員|特派员)\s?(?P<names>{NAME}(?:[、，\s]+{NAME}){{0,3}})"
    rf"[\s／/]*(?:[{HAN}]{{2,6}}?)?[\s／/]*(?:综合|綜合|现场|現場|摄影|攝影)?(?:报道|報道|报导|報導|电|電)"
)
_SIGNED = lazy(r"(?:文[/／]图|图[/／]文|文并摄|文[/／]摄|摄影报道|图文报道|报道|综合报道|文)\Z")
_NAME = lazy(NAME)
_LOOSE_NAME = lazy(rf"[{HAN}]{{2,4}}")
_LATIN_NAME = lazy(r"[A-Za-z][A-Za-z.'\- ]{1,30}")
_NOTE = lazy(r"[（(][^（）()]{1,10}[）)]\Z")
"""A remark behind a name."""
_STAFF = lazy(r"_[A-Za-z]{1,4}\d+\Z")
"""The number that a newsroom puts behind a name."""
_OFFICE = lazy(
    rf"[{HAN}\w（）()“”]{{2,20}}(?:报|報|社|网|網|台|部|局|委|办|室|科|处|院|校|站|中心|公司|集团|协会|学会|编辑|记者|小编|评论员"
    r"|融媒体?|工作室|组|政府|大队|支队|所|馆|厅|系统|客户端|频道)"
)
_USER = lazy(r"(?=\d*[A-Za-z])\w[\w.\-@]{1,23}", re.ASCII)
_PEN_NAME = lazy(rf"[{HAN}]{{1,4}}")
_WORDY = lazy("[的了是从到在着吗呢这那把被将让与为一]")
"""What names, offices and outlets hardly have, and sentences nearly always."""
_SPREAD = lazy(rf"(?<![{HAN}])([{HAN}])[^\S\n]{{1,4}}([{HAN}])(?![{HAN}])")
_BLANKS = lazy(r"\s+")
_GAP = lazy(r"[\s|｜]+")
_BETWEEN = lazy(r"[\s、，,/;；&|｜]+")
_NO_NAME = lazy(
    "直击|现场|探访|调查|观察|手记|连线|体验|走访|报道|综合|暗访|深入|游记|谈话|专访|日前|获悉|了解|\\A.[之并與与和及或的了是也在而不]"
)
_PLACE = (
    "村镇乡县市区湾渡桥山河江湖沟庄岭路街站厂馆院园会局部组队班社所台城店坊寨岛港洲坪坝塘溪峰谷寺庙宫殿塔楼关口门屯堡滩海井"
    "里北南东西"
)

_PREFACE = r"(?:(?:您好|你好|尊敬的(?:用户|网友|读者))\s?[,，!！。]?\s?)?"
_SITE = "网|网站|平台|门户|官网|论坛|在线|频道|信息港|之窗|首页|主页|系统|客户端|新闻中心|公众号|網|網站|平臺|論壇"
_BANNER = lazy(
    rf"{_PREFACE}欢?[欢歡]迎(?:您|你)?(?:来到|来访|访问|光临|进入|浏览|莅临|登录|登陆|关注|使用|光顧|光臨|瀏覽)(?:本站)?[\s:：,，]*"
    rf"(?P<site>[^。！!？?，,]{{2,40}}?(?:{_SITE}))[\s!！。.~～]*"
)
_TODAY = lazy(rf"(?:今天|现在)是?\s?[:：]?\s?{_DATE}[\s星期周一二三四五六日天农历年月初廿十]*(?:[\d:：]*)")


_FIRST = frozenset(
    {label[0] for label in _KEY} | set("12您你尊欢歡今现本新文图字分打列关收大我纠复返回举扫AT放缩默第版")
)
"""What metadata begins with, unless it begins with the name of a paper before ``记者``."""
_BEFORE = BULLETS + "（(【[<〔-—–·~"
_BEGINS = _FIRST.union(_BEFORE)
_ROLE_WORD = lazy("[记記]者|通[讯訊][员員]|特派员|评论员|实习生|撰稿")
_ROLE_SIGN = lazy("[记記通特评实撰][者讯訊派论习稿]")
"""How every role begins: scanned several times as fast, since it begins with one class of characters."""


_LONGEST = 160
"""Characters of the longest line that is read."""
_LONGEST_NAME = 12
_LONGEST_PAGE = 20
_LONGEST_COUNT = 24
_LONGEST_HEAD = 60
_DATE_ENDS = frozenset("0123456789日版期一二三四五六天")
"""What a line that begins with the name of a paper ends with, unless the page is named after its number."""
_ROLE_WITHIN = 24
"""Characters from the beginning of a line within which a role stands, if the line begins with the name of a paper."""


class Found(NamedTuple):
    """What a line says, as pairs of key and value, why it goes, and whether it goes wherever it stands."""

    meta: tuple[tuple[str, Any], ...]
    reason: str = "metadata"
    weak: str = ""
    """Why the line goes only in its place; empty if it goes anywhere. ``field``: a label that forms and talks have too;
    ``loose``: a value that may be any words; ``date``, ``outlet`` (a paper and a date), ``name``: nothing but that;
    ``page``: may be a figure of a table; ``banner``: the first line only."""


def candidates(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The lines that :func:`read` may know something of, by their length and beginning, with their indices."""
    short = [(i, line) for i, line in enumerate(lines) if len(line) <= _LONGEST]
    if _ROLE_SIGN.search("\n".join([line[:_ROLE_WITHIN] for _, line in short])):
        return short
    return [
        (i, line)
        for i, line in short
        if line[0] in _BEGINS
        or len(line) <= _LONGEST_NAME
        or (len(line) <= _LONGEST_HEAD and (line[-1] in _DATE_ENDS or "版" in line))
    ]


@cache
def _label_pattern() -> re.Pattern[str]:
    """Any label and its sign, each a group; labels of two or three characters may be spread with spaces."""
    labels = sorted(_KEY, key=len, reverse=True)
    forms = [r"[^\S\n]{0,4}".join(label) if len(label) in (2, 3) else re.escape(label) for label in labels]
    return re.compile(rf"({'|'.join(forms)})[^\S\n]{{0,3}}([:：|｜丨/／])")


def read(line: str) -> Found | None:
    """What a line says if the whole of it is metadata, else None."""
    if len(line) > _LONGEST:
        return None
    if len(line) <= _LONGEST_NAME and (name := _bare_name(line)):
        return name
    if len(line) <= _LONGEST_HEAD and (page := _page(line)):
        return page
    first = line[0]
    plain = first in _FIRST or first.isdigit() or line[-1] in _DATE_ENDS or line.lstrip(_BEFORE)[:1] in _FIRST
    if not plain and not _ROLE_WORD.search(line, 0, _ROLE_WITHIN):
        return None
    banner = _BANNER.fullmatch(line) if "迎" in line else None
    if banner:
        return Found((("site", banner["site"].strip()),), "banner", "banner")
    if line[0] in "今现" and _TODAY.fullmatch(line):
        return Found((), "banner", "banner")
    return _fields(line) or _bare_date(line) or _byline(line) or _credited(line) or _widgets(line)


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
        if (stated := _bare_date(preface) or _byline(preface) or _widgets(preface)) is None:
            return None
        meta += stated.meta
    alone = not preface and len(parts) == 3
    weak = ""
    for label, sign, value in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        words = label if label in _KEY else "".join(label.split())
        said = _value(_KEY[words], value, words)
        if said is None or (sign not in ":：" and not (words in _BARRED and said and _is_known(said[0][1]))):
            return None
        if alone and words in _WEAK:
            if _KEY[words] == "source" and _WORDY.search(value) and not _OUTLET_END.search(value):
                return None
            weak = "field"
        if alone and (_KEY[words] in _MILD or words in ("时间", "日期", "時間")):
            if _WORDY.search(value) or len(value.strip()) > _LONGEST_MILD:
                return None
            weak = "loose"
        if (
            alone
            and words in _ANY_WORDS
            and said
            and said[0][0] == _KEY[words]
            and not all(map(_is_person, said[0][1]))
        ):
            weak = "loose"
        meta += said
    return Found(tuple(meta), weak=weak)


def _with_colon(counted: re.Match[str]) -> str:
    return f" {counted['a'] or counted['b']}：{counted['x'] or counted['y'] or counted['z']} "


def _value(key: str, value: str, label: str) -> list[tuple[str, Any]] | None:
    """The values of a field, its own first; None if it is not of the kind that the label asks for."""
    value = _unbuttoned(value)
    more: list[tuple[str, Any]] = []
    if key in ("published", "updated", "dated"):
        value = value.strip(_SEPARATORS)
        if not value:
            return []
        when = _WHEN.match(value) or _HAN_DATE.match(value)
        iso = _iso(when) if when else None
        if when is None or iso is None or not _rest(value[when.end() :], more):
            return None
        return more if key == "dated" else [(key, iso), *more]
    if key in _COUNTS:
        value = value.strip(_SEPARATORS)
        count = _COUNT.match(value)
        if count is None:
            return [(key, None)] if _LOADING.fullmatch(value) else None
        number = float(re.sub("[,，]", "", count[1])) * (10_000 if count[2] else 1)
        return [(key, round(number)), *more] if _rest(value[count.end() :], more) else None
    if not key:
        return None if len(value) > 40 or _SENTENCE_SIGN.search(value) or _WORDY.search(value) else []
    when = _WHEN.search(value) if "19" in value or "20" in value else None
    if when and when.start():
        iso = _iso(when)
        if iso is None or not _rest(value[when.end() :], more):
            return None
        value, more = value[: when.start()], [("published", iso), *more]
    value = value.strip(_AROUND)
    if not value:
        return more
    if key in LISTS:
        names = [_STAFF.sub("", name) for name in split_names(value)]
        fits = _is_keyword if key == "keywords" else _is_author if label in _ANY_WORDS else _is_person
        return [(key, names), *more] if 0 < len(names) <= 8 and all(map(fits, names)) else None
    for gap in _GAP.finditer(value) if " " in value or "|" in value or "｜" in value else ():
        byline = _byline(value[gap.end() :]) or _credited(value[gap.end() :])
        if byline:
            value, more = value[: gap.start()], [*byline.meta, *more]
            break
    if len(value) > 40 or _SENTENCE_SIGN.search(value.replace("://", "")):
        return None
    return [(key, _BLANKS.sub(" ", value)), *more]


def _unbuttoned(value: str) -> str:
    return _WIDGET.sub(" ", value) if _WIDGET_SIGN.search(value) else value


def _rest(value: str, more: list[tuple[str, Any]]) -> bool:
    """Whether what follows a value is nothing, widgets or a source without a label."""
    if not value.strip(_SEPARATORS) or not (value := _unbuttoned(value).strip(_SEPARATORS)):
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


def _bare_date(line: str) -> Found | None:
    """A date, or the name of a paper and a date."""
    if "19" not in line and "20" not in line:
        return None
    outlet = None if line[0] in "12" else _DATED_BY.match(line)
    when = _WHEN.match(line, outlet.end() if outlet else 0)
    if when is None or (iso := _iso(when)) is None:
        return None
    more: list[tuple[str, Any]] = []
    if not _rest(line[when.end() :], more):
        return None
    if outlet:
        return Found((("source", outlet[1]), ("published", iso), *more), weak="outlet")
    return Found((("published", iso), *more), weak="" if more else "date")


def _page(line: str) -> Found | None:
    """A page number, or the line above a page of a newspaper: its name, the day, the number of the page."""
    if len(line) <= _LONGEST_PAGE and _PAGE_NUMBER.fullmatch(line):
        return Found((), "page", "page" if _BARE_PAGE.fullmatch(line) else "")
    if ("版" not in line and "期" not in line) or not _EDITION.search(line):
        return None
    when = _WHEN.search(line)
    meta: tuple[tuple[str, Any], ...] = ()
    if when:
        if (iso := _iso(when)) is None:
            return None
        meta, line = (("published", iso),), f"{line[: when.start()]} {line[when.end() :]}"
    words = [word for word in _HEAD_GAP.split(line) if word]
    fits = all(map(_PAGE_WORD.fullmatch, words)) and (when is not None or len(words) > 1)
    return Found(meta, "page") if fits else None


def split_names(value: str) -> list[str]:
    return [one for one in _BETWEEN.split(_unspread(value)) if one]


def _unspread(value: str) -> str:
    """``value`` with names of two characters that were spread with spaces closed up."""
    return _SPREAD.sub(r"\1\2", value) if len(value.split()) > 1 else value


def _is_person(word: str) -> bool:
    word = _NOTE.sub("", word)
    return (_NAME.fullmatch(word) or _LATIN_NAME.fullmatch(word)) is not None and not _NO_NAME.search(word)


def _is_author(word: str) -> bool:
    """Whether ``word`` may stand for who wrote something: a person, an office, a user, a pen name."""
    if _is_person(word):
        return True
    if _WORDY.search(word) or _NO_NAME.search(word):
        return False
    return any(kind.fullmatch(_NOTE.sub("", word)) for kind in (_OFFICE, _USER, _PEN_NAME))


def _is_known(said: str | list[str]) -> bool:
    """Whether a value is an organisation or nothing but persons, as a label needs that has only a bar behind it."""
    return _OFFICE.fullmatch(said) is not None if isinstance(said, str) else all(map(_is_person, said))


def _is_keyword(word: str) -> bool:
    return len(word) <= 16 and not _SENTENCE_SIGN.search(word)


def _credited(line: str) -> Found | None:
    """``编辑 某某 校对 某某``, ``（摄影 某某）``: roles and names, with nothing but white space between."""
    inner = line.strip(BULLETS)
    if inner[:1] in _OPEN and inner[-1:] in _SHUT:
        inner = inner[1:-1].strip()
    if inner[:2] not in _ROLE_STARTS or len(inner.split()) < 2:
        return None
    label, *words = _unspread(inner).split()
    if label not in _ROLES:
        return None
    meta: list[tuple[str, list[str]]] = [(_KEY[label], [])]
    for word in words:
        if word in _ROLES and meta[-1][1]:
            meta.append((_KEY[word], []))
        elif _is_person(word):
            meta[-1][1].append(word)
        else:
            return None
    return Found(tuple(meta), weak="field") if meta[-1][1] else None


def _byline(line: str) -> Found | None:
    """``本报记者 某某 通讯员 某某``, ``（记者 某某）``, ``文/图 某某``, ``本报评论员``: nothing but names and roles."""
    if len(line) > 80 or not (_ROLE_SIGN.search(line) or "文" in line or "图" in line):
        return None
    inner = line.strip(BULLETS)
    marked = len(inner) < len(line.strip())
    if inner[:1] in _OPEN and inner[-1:] in _SHUT:
        inner, marked = inner[1:-1].strip(), True
    who = _COMMENTATOR.fullmatch(inner)
    if who:
        names = split_names(who["names"] or "")
        return Found((("author", names or [who["who"]]),)) if all(map(_is_person, names)) else None
    told = _TOLD.fullmatch(inner) if marked else None
    if told and all(map(_is_person, split_names(told["names"]))):
        return Found((("author", split_names(told["names"])),))
    slashed = _SLASHED.fullmatch(inner)
    if slashed:
        names = [_SIGNED.sub("", one) for one in split_names(_ROLE.sub(" ", slashed["names"]))]
        if names and all(map(_is_person, names)) and not _PAIRED.match(inner):
            keys = ("author", "credits") if slashed["both"] else ("author" if slashed["one"] == "文" else "credits",)
            return Found(tuple((key, names) for key in keys))
        return None
    if not _ROLE.match(inner):
        return None
    roles = list(_ROLE.finditer(inner))
    authors: list[str] = []
    for i, role in enumerate(roles):
        stop = roles[i + 1].start() if i + 1 < len(roles) else len(inner)
        value = inner[role.end() : stop]
        names = [one for one in split_names(_SIGNED.sub("", value.strip(_SEPARATORS))) if one]
        sure = marked or role["office"] is not None or len(roles) > 1
        spaced = value[:1].isspace()
        fits = all(map(_is_person, names)) or (
            spaced and role["office"] is not None and all(_LOOSE_NAME.fullmatch(one) for one in names)
        )
        if not names or not fits or any(map(_NO_NAME.search, names)) or not (spaced or sure):
            return None
        authors += names
    return Found((("author", authors),)) if len(authors) <= 10 else None


def _bare_name(line: str) -> Found | None:
    word = _unspread(line.strip(BULLETS))
    if (
        not 2 <= len(word) <= _LONGEST_NAME
        or _NAME.fullmatch(word) is None
        or word[-1] in _PLACE
        or _NO_NAME.search(word)
    ):
        return None
    return Found((("author", [word]),), weak="name")


def _widgets(line: str) -> Found | None:
    """Buttons and font sizes: at least one that is nothing else, or two in a row."""
    if len(line) > 80:
        return None
    if not _WIDGET.match(line):
        return None
    found = list(_WIDGET.finditer(line))
    if _WIDGET.sub("", line).strip(_SEPARATORS):
        return None
    return Found(()) if len(found) > 1 or _SURE_WIDGET.search(line) else None
