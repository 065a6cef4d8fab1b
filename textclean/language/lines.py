"""Lines and names: what the stages about layout, metadata and boilerplate all need to know of a line."""

from collections.abc import Iterable
from typing import NamedTuple

from textclean.language.expressions import lazy

HAN = "\u3007\u3400-\u9fff\uf900-\ufaff"

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文洪施牛樊葛邢"
    "安齐庞伍殷颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游靳辛管柴"
    "鲍华喻祁蒲房滕饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师"
    "仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储芮柬区栗冼郗都燕楚晋修佘湛鄢祖阚郜逯"
    "習劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮蕭葉蘇呂盧鐘鍾陸賈鄒閻龍賀顧龔萬錢戴嚴湯喬賴龐顏倪聶魯齊歐關蘭畢單張諸簡區麥溫鮑華寧紀"
    "項連蘆鄺饒應閔鄔師衛婁車鈕欒譚樂時穆駱遲談儲潘傅"
)
COMPOUND = "欧阳|上官|司马|诸葛|皇甫|尉迟|长孙|慕容|司徒|令狐|东方|夏侯|公孙|宇文|端木|歐陽|司馬|諸葛"

NAME = rf"(?:(?:{COMPOUND})[{HAN}]{{1,2}}|[{SURNAMES}][{HAN}]{{1,2}}|[{HAN}]{{1,6}}(?:[·•][{HAN}]{{1,6}}){{1,2}})"
"""A person's name: surname and one or two characters, or parts joined by a middle dot."""

STOPS = "。！？!?…"
CLOSERS = "”’」』】）)》〉〕]"
ENDS = frozenset(STOPS + ";；:：~～）)】〕]")
"""Characters that close whatever line they end."""
_PAUSE = lazy(r"[，。；！？、,;!?]")
ENUMERATED = lazy(
    r"(?:[（(]?[一二三四五六七八九十]{1,3}[、.．）)]|第[一二三四五六七八九十百\d]{1,4}[章节条编部篇]"
    r"|[（(]?\d{1,2}(?:[、．）)]|\.(?!\d))|[①-⑳●■◆▲★□○◇·•*])"
)


class Line(NamedTuple):
    """A line that is not blank: where its first and its last visible character stand, and what is between."""

    start: int
    end: int
    text: str


def visible(text: str) -> list[Line]:
    """The lines of ``text`` that are not blank, white space at both ends left out."""
    found: list[Line] = []
    at = 0
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            start = at if len(line) == len(raw) else at + raw.index(line)
            found.append(_line(Line, (start, start + len(line), line)))
        at += len(raw) + 1
    return found


def stripped(text: str) -> list[str]:
    """The texts of :func:`visible`, for a third of its cost."""
    return [line for raw in text.split("\n") if (line := raw.strip())]


def numbered(text: str, numbers: Iterable[int]) -> list[Line]:
    """The lines of :func:`visible` with these indices, which ascend; nothing below the last is looked at."""
    found: list[Line] = []
    wanted = iter(numbers)
    number = next(wanted, -1)
    at = i = 0
    while number >= 0 and at <= len(text):
        stop = text.find("\n", at)
        raw = text[at : stop if stop >= 0 else len(text)]
        line = raw.strip()
        if line:
            if i == number:
                start = at + raw.index(line)
                found.append(_line(Line, (start, start + len(line), line)))
                number = next(wanted, -1)
            i += 1
        at += len(raw) + 1
    return found


_line = tuple.__new__
"""Makes a :class:`Line` in half the time of its constructor."""


def closed(line: str) -> bool:
    """Whether ``line`` ends as a sentence, a lead-in or a bracket ends, not in the middle of something."""
    last = line[-1:]
    if last in ENDS:
        return True
    if last == ".":
        return not line[-2:-1].isdigit()
    return last != "" and last in CLOSERS and line.rstrip(CLOSERS)[-1:] in STOPS + "."


def is_body(line: str) -> bool:
    """Whether ``line`` reads as running text: forty characters with a pause in them, or a whole sentence."""
    if len(line) >= 40:
        return _PAUSE.search(line) is not None
    return len(line) >= 15 and line[-1:] in "。！？”" and _PAUSE.search(line) is not None


def is_title(line: str) -> bool:
    """Whether ``line`` could be a title: five to fifty characters that do not end as a sentence."""
    return 5 <= len(line) <= 50 and line[-1] not in "。；;，,、：:" and "。" not in line
