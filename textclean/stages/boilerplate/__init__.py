"""Boilerplate: what a page repeats around its text, photo credits that stand alone, section labels.

Some lines give themselves away (copyright, share buttons, ``某某 摄``). Others show only across documents: the same
short line at the edge of many pages. Copies of one article count once, and what reads as a sentence, a numbered heading
or a title stays however often it is seen: paragraphs are for the stage about duplicates.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textclean.language import markdown
from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.lines import closed, is_body, numbered, stripped
from textclean.language.looks import PAIR, WITHIN, Look
from textclean.language.names import NAME
from textclean.stage import CorpusStage, Document, Field, Findings, Texts
from textclean.stages.boilerplate import edges
from textclean.stages.boilerplate.imprint import MENU, is_imprint
from textclean.stages.cuts import NOTHING, cut, whole_lines

if TYPE_CHECKING:
    from textclean.tables import Observations, Schema, Seen

_LONGEST = 200
"""Characters of the longest line that can be boilerplate."""
_LONGEST_SIGNED = 100
"""Characters of the longest line that is looked through for the signs of an imprint."""
_LONGEST_ADVERT = 8
"""Characters of the longest line beside which ``广告`` may be one word of a list."""
_LONGEST_BUTTONS = 40
"""Characters of the longest row of buttons that is looked for."""

_MOST_ROUNDS = 32
"""Layers of boilerplate around one another that are taken off. Pages have three or four (label and links, copyright,
contacts); a list of labels may have any number, and each of them would cost another look at every line.
"""

_FOOT_SIGN = lazy(
    "©|ICP备|ICP证|ICP備|ICP證|公网安备|权所有|權所有|网站标识码|Copyright|copyright|COPYRIGHT"
    "|Rights Reserved|rights reserved|未经.{0,16}[不请禁严谢]"
)
"""Every alternative begins with a letter of its own, not with a class: so it is scanned several times as fast."""
_STARTS = (
    "版权 版權 特别 免责 郑重 声明 聲明 重要 法律 风险 投资 友情 如有 如需 如果 若有 转载 轉載 欢迎 本网 本站 本文",
    "本报 本平 本公 技术 网站 违法 违者 侵权 互联 中国 举报 新闻 广告 读者 爆料 报料 投稿 监督 隐私 用户 关于 联系",
    "加入 设为 返回 帮助 诚聘 招聘 未经 凡本 凡未 请勿 禁止 严禁 谢绝 不得 任何 以上 文章 文中 该文 图文 稿件 内容",
    "主办 主管 承办 备案 增值 建设 运行 请及 请联 更多 下载 点击 请下 立即 扫码 打开 想看 了解 AI 由A 由人",
)
_FOOT_STARTS = frozenset(" ".join(_STARTS).split())
_FOOT_SHELL = "（(【[*※■●"
_FOOT_FIRSTS = frozenset(start[0] for start in _FOOT_STARTS) | set(_FOOT_SHELL)
"""How imprints begin that have no such sign. Only near the top and the bottom of a page are they looked for."""
_FOOTER_FIELD = lazy(
    r"(?:主办|承办|协办|版权|主管|地址|邮编|邮政编码|电话|联系电话|传真|邮箱|E-?mail|热线|客服|QQ)(?:单位|所有)?\s?[:：]"
    rf"|{MENU}\Z",
    re.IGNORECASE,
)
"""Lines that go with a footer line beside them."""
_NETS = (
    "(?:微信|新浪|腾讯|微博|QQ|空间|朋友圈|好友|抖音|豆瓣|脸书|臉書|推特"
    "|[Ff]acebook|[Tt]witter|[Ww]hats[Aa]pp|LINE|Line|X)"
)
_ANYWHERE = lazy(
    r"(?:(?:[上下]一[篇条页版期]|前一篇|后一篇)\s?[:：].*|(?:[上下]一[篇条页版期][\s|｜]*)+"
    r"|(?:点击)?(?:更多|查看更多|查看原文|阅读全文|展开全文|阅读原文|返回顶部|返回列表|回到顶部|回顶部|TOP)[\s>»]*"
    rf"|(?:按此|点击|點擊)?(?:分享|转发|轉發)(?:到|至|给|給|本文)?\s?[:：]?\s*(?:{_NETS}[\s、/|｜]*)+"
    r"|(?:分享|转发|点赞|转给)[^。，]{0,6}让更多的?(?:人|朋友)都?(?:看到|看见|知道)[!！~]*"
    r"|[（(【]?原标题\s?[:：].{2,80}|(?:</?[A-Za-z][A-Za-z0-9]{0,9}(?:\s[^<>]{0,80}+)?+/?>\s*)+|(?:&(?:[a-z]{2,6}|#\d+);\s*)+"
    r"|[【\[（(<]?(?:查看)?(?:详细|详情|全文|更多)\s?[\]】）)>»›]+"
    r"|(?:分享|转发|推荐)(?:到|至|给)\s?[:：]?\s?(?:微信|微博|QQ|朋友圈|好友).{0,24}|(?:分享|转发)[到至]\s?[:：]?"
    r"|(?:请用?)?(?:微信)?(?:扫一扫|扫码|扫描)(?:二维码|下方|上方|左侧|右侧|在手机|关注|分享|打开|阅读|下载)[^。]{0,30}"
    r"|(?:长按|识别).{0,8}二维码[^。]{0,20}|(?:欢迎)?关注[^，。]{0,16}(?:微信公众号|公众号|官方微信|官方微博)[^，。]{0,16}"
    r"|[您你]?(?:现在|当前)?的?(?:所在)?位置\s?[:：].{1,60}|(?:网站)?首页\s*[>›»→/].{1,60}"
    rf"|(?:网站)?首页(?:(?:\s++[|｜>·]?|[|｜>·])\s*+[{HAN}A-Za-z]{{2,8}}){{2,}}"
    r"|(?:登录|注册|登陆)(?:[\s|｜/]*(?:登录|注册|登陆|退出))+)"
)
_ANYWHERE_FIRSTS = frozenset(
    "上下前后点更查阅展返回顶T分转推请微扫长识欢关您你现当的所位网首登注按點轉原<&（(【[以本该内图摘A由详全"
)
_SIGN = "●■◆★☆○◇□▲△▼▽◎►▶•※"
_RULE = lazy(rf"(?:[*=_~#+|─━═{_SIGN}-]\s*){{3,}}|(?:[—–]\s?){{4,}}|[{_SIGN}]{{1,2}}")
"""Rows of signs, and bullets without anything behind them."""
_RULE_FIRSTS = frozenset(_SIGN + "*=_~#+|─━═-—–")
_SURE = (
    "发表评论 我要评论 查看评论 全部评论 最新评论 热门评论 写评论 返回目录 返回首页 返回上页 返回顶部 版面导航",
    "版面目录 版面概览 發表評論 返回頂部 回到頂部 复制链接 複製連結 一键分享 听新闻",
)
_SURE_BUTTONS = frozenset(" ".join(_SURE).split())
_PUSHED = frozenset({"点赞", "在看", "分享", "收藏"})
_BUTTONS = _SURE_BUTTONS | _PUSHED | {"转发", "评论", "举报", "打印", "关闭", "放大", "缩小", "默认", "留言", "返回"}
_BUTTON_FIRSTS = frozenset(word[0] for word in _BUTTONS)
_BUTTON_GAP = lazy(r"[\s|｜/·、【】\[\]（）()<>]+")
_ADVERTS = frozenset(
    start + word + stop
    for word in ("广告", "廣告", "Advertisement", "ADVERTISEMENT", "赞助内容")
    for start, stop in ("  ", "（）", "()", "【】", "[]")
    for start, stop in ((start.strip(), stop.strip()),)
)
_RELATED = lazy(
    r"[【\[]?(?:相关(?:链接|阅读|新闻|文章|报道|推荐|资讯)|延伸阅读|推荐阅读|热门(?:推荐|新闻|文章|阅读)|猜你喜欢|更多(?:精彩|新闻|内容|推荐)"
    r"|点击排行|阅读排行|最新(?:文章|资讯)|相關(?:連結|閱讀|新聞|文章|報導|報道)|延伸閱讀|推薦閱讀|熱門(?:新聞|文章)|大家都在看"
    r"|你可能(?:还|也|還)?(?:感兴趣|喜欢|喜歡)(?:的(?:文章|内容|新闻))?)[】\]]?(?:\s?[:：]|\s?[:：]\s?[^。！？!?]{4,50})?"
)
_RELATED_FIRSTS = "【[相延推热猜更点阅最熱大你"

_NAME = lazy(NAME)
_NAMES = rf"{NAME}(?:[\s、/]+{NAME}){{0,3}}"
_BY = r"(?:(?:本[报台网刊社]|新华社|中新社)?(?:见习|实习|特约)?(?:[记記]者|通[讯訊][员員]))?\s*"
_BY_NAME = lazy(rf"{_BY}(?P<names>{_NAMES})")
_CREDIT = lazy(
    rf"(?:[^。！？!?]{{0,60}}\s)?{_BY}(?P<names>{_NAMES})\s*+(?:[/／]\s*+)?(?:[摄攝](?:影(?:报道|報道|报导|報導)?)?|供[图圖])"
    rf"|[^。！？!?]{{0,60}}[（(【]\s*(?:(?:[图圖]片?|[摄攝]影)\s?[:：/]\s?{_BY}(?P<after>{_NAMES})"
    rf"|{_BY}(?P<inside>{_NAMES})\s*(?:[摄攝]影?|供[图圖]|[绘繪][图圖]?|[制製][图圖]|[图圖]))\s*[）)】]"
    rf"|(?:图为|图[①-⑨\d一二三四五]|[上下左右题]图|资料图).{{2,160}}?[\s。（(]{_BY}(?P<told>{_NAMES})\s*(?:[摄攝]影?|供[图圖])\s*[）)]?"
)
_SHOT = lazy(r"[摄攝绘繪]|供[图圖]|[制製][图圖]|[图圖][）)】]|[图圖]片?\s?[:：/]")
_PAGE_CREDIT = lazy(
    r"[（(【]?(?:本版|本文|文中|文内|本组|以上)[^。]{0,12}?(?:图片|照片|摄影|配图|插图)[^。]{0,20}?"
    r"(?:来自|来源于?|由|为)\s?[:：《]?(?P<page>[^。，》]{2,30}?)》?(?:提供|供图|摄|资料图片?)?。?[）)】]?"
    r"|[（(【]?(?:本报)?资料图片?[）)】]?|[（(【]?(?:图片来源|图源)\s?[:：于]\s?(?P<source>[^。，]{2,20}?)[）)】]?"
    r"|[（(【]?(?:图片|照片|配图|题图|图文|视频)(?:均|皆)?由(?P<given>[^。，]{2,20}?)(?:提供|供图|拍摄)[）)】]?"
    r"|[（(【]?(?:供图|图片提供)\s?[:：]\s?(?P<gave>[^。，]{2,20}?)[）)】]?|[（(【]?图据(?P<after>[^。，]{2,12}?)[）)】]?|[（(【]?(?P<society>[^，。\s（(]{2,16})供[图圖][）)】]?"
)
_CREDIT_LASTS = "摄攝影图圖绘繪）)】道导導"
_PAGE_FIRSTS = "（(【本文以图资供照配题视"
_FIRSTS = _ANYWHERE_FIRSTS | _RULE_FIRSTS | set(_PAGE_FIRSTS)
_LASTS = frozenset(_CREDIT_LASTS)
_SYLLABLE = (
    "(?:ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW])?(?:IANG|IONG|UANG|ANG|ENG|ING|ONG|IAN|IAO|UAI|UAN|AI|EI|UI|AO|OU|IU|IE|UE|ER"
    "|AN|EN|IN|UN|IA|UA|UO|[AOEIUV])"
)
_LABEL = lazy(rf"(?P<han>[{HAN}]{{2,6}})\s*(?P<latin>[A-Z]{{3,}}(?:\s[A-Z]+)*)")


_LOOK = Look(
    first="".join({*_FIRSTS, *_BUTTON_FIRSTS, *_FOOT_FIRSTS, *_RELATED_FIRSTS, *(word[0] for word in _ADVERTS)}),
    last="".join({*_LASTS, *map(chr, range(128))}),
    within="©",
    pair=("I公权權网CcRr未", "C网所站oOi经"),  # how the other signs of an imprint begin
    reach=_LONGEST_SIGNED,
    narrow=_LONGEST_SIGNED,
)
"""Lines that may be boilerplate by themselves, or may make others boilerplate."""
_SIGNED = WITHIN | PAIR


class _Found(NamedTuple):
    reason: str
    credits: tuple[str, ...] = ()
    source: str = ""


_BOILERPLATE = _Found("boilerplate")


class Boilerplate(CorpusStage):
    """Cut what a page repeats around its text.

    Edits have the reasons ``boilerplate``, ``credit`` (who took a picture) and ``label`` (a section's name with its
    pinyin in capitals). Keys of ``meta``: ``credits``, a list of photographers, added to those that are there;
    ``photo_source``, who gave the pictures of the page.
    """

    name: ClassVar[str] = "boilerplate"
    tables: ClassVar["Schema"] = {
        "lines": {
            "id": "string",
            "start": "int64",
            "key": "int64",
            "names_site": "bool",
            "is_call": "bool",
            "body": "int64",
        }
    }
    min_documents: int = Field(
        default=3,
        ge=2,
        le=1_000_000,
        description="different documents that must share a line at their edge for it to go",
    )
    edge: int = Field(
        default=4, ge=0, le=50, description="lines at the top and at the bottom of a page that are its edge"
    )
    credits: bool = Field(default=True, description="cut photo credits that stand alone on a line")
    labels: bool = Field(default=True, description="cut section labels that repeat themselves in pinyin capitals")
    lines: tuple[str, ...] = Field(
        default=(), description="further lines to cut wherever they stand alone, as normalize leaves them"
    )

    def observe_many(self, docs: Sequence[Document]) -> "Seen":
        """A row for each short line at an edge of a page; see :func:`textclean.stages.boilerplate.edges.observe`."""
        return edges.observe(docs, self.edge)

    def decide(self, observations: "Observations", texts: Texts) -> Mapping[str, Any]:
        """The hashes of shared lines, by document; see :func:`textclean.stages.boilerplate.edges.decide`."""
        return edges.decide(observations, self.min_documents)

    def findings(self, doc: Document, verdict: Any) -> Findings:
        """The lines to cut; ``verdict`` holds the hashes of lines that other documents share, or is None."""
        found, feet, is_more = self._told(doc.text)
        if self.lines and any(line in doc.text for line in self.lines):
            found |= {i: _BOILERPLATE for i, line in enumerate(stripped(doc.text)) if line in self.lines}
        if not (found or feet or is_more or verdict):
            return NOTHING
        lines = stripped(doc.text)
        shared = frozenset(verdict or ())
        for _ in range(_MOST_ROUNDS):
            if not (new := self._around(lines, found, feet, shared)):
                break
            found |= dict.fromkeys(new, _BOILERPLATE)
        found = dict(sorted(found.items()))
        places = [line[:2] for line in numbered(doc.text, found)]
        if found and markdown.may_be(doc.text):  # a row of signs may part a table from its head
            inside = markdown.Inside(markdown.blocks(doc.text))
            keep = [not inside(start) for start, _ in places]
            found, places = dict(compress(found.items(), keep)), list(compress(places, keep))
        if not found:
            return NOTHING
        meta: dict[str, Any] = {}
        known = doc.meta.get("credits", [])
        names = dict.fromkeys(name for one in found.values() for name in one.credits)
        if isinstance(known, list) and names.keys() - set(map(str, known)):
            told = {name for name in known if isinstance(name, str)}
            meta["credits"] = [*known, *(name for name in names if name not in told)]
        source = next((one.source for one in found.values() if one.source), "")
        if source and "photo_source" not in doc.meta:
            meta["photo_source"] = source
        cuts = whole_lines(doc.text, places, [one.reason for one in found.values()])
        return Findings(cut(cuts), meta=meta)

    def _told(self, text: str) -> tuple[dict[int, _Found], frozenset[str], bool]:
        """What lines are by themselves, by number; those that are imprint; whether others may have to go with some."""
        found: dict[int, _Found] = {}
        feet: set[str] = set()
        is_more = False
        for i, _, line, why in _LOOK(text)[1]:
            if len(line) > _LONGEST:
                continue
            first, last = line[0], line[-1]
            if (
                last in _LASTS
                or first in _FIRSTS
                or (len(line) <= _LONGEST_BUTTONS and first in _BUTTON_FIRSTS)
                or last.isascii()
            ) and (one := self._read(line)):
                found[i] = one
            if (why & _SIGNED or first in _FOOT_SHELL or line[:2] in _FOOT_STARTS) and _is_foot(line):
                feet.add(line)
            is_more = is_more or line in _ADVERTS or (first in _RELATED_FIRSTS and _RELATED.fullmatch(line) is not None)
        return found, frozenset(feet), is_more

    def _read(self, line: str) -> _Found | None:
        """What a line is by itself, wherever it stands."""
        first, last = line[0], line[-1]
        if len(line) > _LONGEST:
            return None
        if self.credits and last in _CREDIT_LASTS and _SHOT.search(line, max(0, len(line) - 40)):
            credit = _CREDIT.fullmatch(line)
            if credit:
                names = credit["names"] or credit["after"] or credit["inside"] or credit["told"]
                return _Found("credit", tuple(_NAME.findall(names)))
        if self.credits and (first in _PAGE_FIRSTS or last in "图圖") and (page := _PAGE_CREDIT.fullmatch(line)):
            giver = next(filter(None, page.groups()), "")
            if person := _BY_NAME.fullmatch(giver):
                return _Found("credit", tuple(_NAME.findall(person["names"])))
            return _Found("credit", source=giver)
        if first in _ANYWHERE_FIRSTS and _ANYWHERE.fullmatch(line):
            return _BOILERPLATE
        if first in _RULE_FIRSTS and _RULE.fullmatch(line):
            return _BOILERPLATE
        if len(line) <= _LONGEST_BUTTONS and _is_buttons(line):
            return _BOILERPLATE
        if self.labels and last.isascii() and len(line) <= 50 and _is_label(line):
            return _Found("label")
        return None

    def _around(
        self, lines: Sequence[str], found: Mapping[int, _Found], feet: frozenset[str], shared: frozenset[int]
    ) -> set[int]:
        """Lines that are boilerplate because of where they stand among those that are left."""
        kept = [i for i in range(len(lines)) if i not in found] if found else range(len(lines))
        texts = [lines[i] for i in kept] if found else lines
        new = _peel(texts, 2 * self.edge, feet.__contains__) if feet else set()
        new |= _related(texts) | _adverts(texts)
        if new or _BOILERPLATE in found.values():
            for order in (range(len(texts) // 2, len(texts)), range(len(texts) - 1, len(texts) // 2 - 1, -1)):
                for place in order:
                    if len(texts[place]) <= 60 and _FOOTER_FIELD.match(texts[place]):
                        i = kept[place]
                        beside = found.get(i - 1) is _BOILERPLATE or found.get(i + 1) is _BOILERPLATE
                        if beside or place - 1 in new or place + 1 in new:
                            new.add(place)
        if shared:
            new |= self._shared(texts, new, shared)
        return {kept[place] for place in new}

    def _shared(self, texts: Sequence[str], gone: set[int], shared: frozenset[int]) -> set[int]:
        """Lines at the edge that other documents have too; a page keeps one line above its text, its title."""
        hits = _peel(texts, self.edge, lambda line: edges.may_be_shared(line) and edges.key(line) in shared)
        top = next((place for place, line in enumerate(texts) if is_body(line)), len(texts))
        if hits and not any(place not in hits and place not in gone for place in range(top)):
            hits.discard(max((place for place in hits if place < top), default=-1))
        return hits


def _peel(texts: Sequence[str], size: int, test: Callable[[str], bool]) -> set[int]:
    """The lines that pass ``test`` until ``size`` lines that do not were seen, from the top and from the bottom."""
    passed: dict[int, bool] = {}
    for order in (range(len(texts)), range(len(texts) - 1, -1, -1)):
        left = size
        for place in order:
            if not left:
                break
            if place not in passed:
                passed[place] = test(texts[place])
            left -= not passed[place]
    return {place for place, one in passed.items() if one}


def _is_foot(line: str) -> bool:
    """Whether a line is boilerplate if it stands near the top or the bottom of a page."""
    starts = line[:2] in _FOOT_STARTS or line[0] in _FOOT_SHELL
    starts = starts or (len(line) <= _LONGEST_SIGNED and _FOOT_SIGN.search(line) is not None)
    return starts and is_imprint(line)


def _related(texts: Sequence[str]) -> set[int]:
    """A label such as ``相关链接`` at the bottom, with the titles below it; none if there is text below."""
    for place in range(len(texts) - 1, max(0, len(texts) - 15), -1):
        if _RELATED.fullmatch(texts[place]):
            return set(range(place, len(texts)))
        if is_body(texts[place]) or closed(texts[place]):
            break
    return set()


def _adverts(texts: Sequence[str]) -> set[int]:
    """The word ``广告`` between paragraphs, or at an end of the page; not where it is one word of a list."""
    found: set[int] = set()
    if _ADVERTS.isdisjoint(texts):
        return found
    for place, line in enumerate(texts):
        if line in _ADVERTS:
            beside = [*texts[max(0, place - 1) : place], *texts[place + 1 : place + 2]]
            if all(len(other) > _LONGEST_ADVERT or closed(other) for other in beside):
                found.add(place)
    return found


def _is_buttons(line: str) -> bool:
    """Whether a line is a button that is nothing else, or a row of buttons."""
    words = [word for word in _BUTTON_GAP.split(line) if word]
    if not words or not _BUTTONS.issuperset(words):
        return False
    return not _SURE_BUTTONS.isdisjoint(words) or (len(words) > 1 and not _PUSHED.isdisjoint(words))


def _is_label(line: str) -> bool:
    """Whether a line is a few characters and then their pinyin, one capital syllable a character."""
    label = _LABEL.fullmatch(line)
    if label is None:
        return False
    return re.fullmatch(rf"(?:{_SYLLABLE}){{{len(label['han'])}}}", "".join(label["latin"].split())) is not None
