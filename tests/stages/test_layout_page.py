"""Hard-wrapped pages come together as the page itself says where its paragraphs end."""

from textwrap import wrap

import pytest

from textclean.document import Document
from textclean.pipeline import Pipeline
from textclean.stages.layout import Layout
from textclean.stages.normalize import Normalize

PARAGRAPHS = [
    "沚阳县图书馆新馆昨天上午正式开馆，一千二百多名读者在门口排起长队，最早的一位老人清晨五点就到了，他说自己等这一天等了整整六年。",
    "新馆位于麦河南岸，共有五层，藏书四十二万册，比老馆多出近一倍。馆长介绍，二楼专门为孩子们留出了一间阅览室。每逢周末，那里还会请人来讲故事、教折纸。",
    "县财政为新馆投入三千六百万元，另有两家企业捐赠了自助借还设备。县文化局表示，今后三年还将在十一个乡镇各建一座分馆，让住在山里的人也能就近借到书。",
    "开馆首日借出图书八千余册。据统计，借得最多的是小说和农业技术类图书。",
]
TITLE = "沚阳县图书馆新馆开馆"


def page(kind: str, width: int) -> str:
    """The paragraphs as lines of so many ideographs."""
    lines = [TITLE]
    for paragraph in PARAGRAPHS:
        if kind == "spaced":
            lines.append("")
        indent = "　　" * (kind == "indented")
        own = wrap(indent + paragraph, width, drop_whitespace=False)
        lines += own if kind != "double" else [part for line in own for part in ("", line)]
    return "\n".join(lines)


def lines_of(text: str) -> list[str]:
    (doc,) = Pipeline([Normalize(), Layout()]).run([text])
    assert isinstance(doc, Document)
    assert doc.original() == text
    return doc.text.split("\n")


@pytest.mark.parametrize("width", [14, 19, 23, 31, 38])
@pytest.mark.parametrize("kind", ["indented", "spaced"])
def test_indents_and_blank_lines_tell_every_paragraph(kind: str, width: int) -> None:
    assert lines_of(page(kind, width)) == [TITLE, *PARAGRAPHS]


@pytest.mark.parametrize("width", [14, 19, 23, 31])
@pytest.mark.parametrize("kind", ["flush", "double"])
def test_without_them_no_two_paragraphs_are_joined(kind: str, width: int) -> None:
    found = lines_of(page(kind, width))
    assert found[0] == TITLE
    whole = "\n".join(PARAGRAPHS)
    assert all(line in whole for line in found[1:])
    assert len(found) <= 2 * len(PARAGRAPHS)


def test_columns_beside_an_inset_are_narrower() -> None:
    first, second = PARAGRAPHS[0] + PARAGRAPHS[1], PARAGRAPHS[2]
    lines = wrap(first[:40], 20) + wrap(first[40:], 8)
    text = "\n".join([TITLE, "", *lines, "", *wrap(second, 20)])
    assert lines_of(text) == [TITLE, first, second]


def test_the_widths_are_those_of_the_source() -> None:
    text = page("indented", 20).replace("，", ",")  # half as wide, until normalize makes them wide
    assert lines_of(text) == [TITLE, *PARAGRAPHS]


def test_line_ends_of_every_kind_count_as_one() -> None:
    text = page("spaced", 20)
    assert lines_of(text.replace("\n", "\r\n")) == [TITLE, *PARAGRAPHS]
    assert lines_of(text.replace("\n", "\r")) == [TITLE, *PARAGRAPHS]


KEPT = {
    "verse": "麦河两岸稻花香 十里茶园采茶忙 老汉门前修水渠 孩童树下读书郎 新桥一座通南北 大路三条到四方 今年又是丰收岁",
    "a form": "甲方：沚阳县水利局 乙方：麦河养护队一 工期：三年零六个月 地点：麦河南岸新渠 金额：六十二万元整",
    "names": "陈建国 李志军 王秀兰 周海明 赵一鸣 孙淑芬 钱学文 吴天宝",
    "headings": "沚阳县图书馆新馆开馆 麦河大桥年底前通车 全县春茶开采迎来丰收季节 两家企业落户北岭园区 冬修水利启动",
}
"""Texts whose lines are parted by blanks here."""


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_lines_of_other_texts_stay(text: str) -> None:
    assert lines_of(text.replace(" ", "\n")) == text.split()


def test_eager_joins_more_than_sure_and_off_nothing() -> None:
    text = page("flush", 16)
    counts = [len(Layout(join=join)(Document("a", text)).text.split("\n")) for join in ("eager", "sure", "off")]
    assert counts == sorted(counts)
    assert counts[-1] == len(text.split("\n"))


@pytest.mark.parametrize(("given", "meant"), [(True, "sure"), (False, "off")])
def test_yes_and_no_are_read_too(given: bool, meant: str) -> None:
    assert Layout.model_validate({"join": given}).join == meant


TAGGED = (
    "今年前三季度，全县产茶\n3200\n吨，比去年同期增长\n12.5%\n，其中春茶占七成，"
    "出口到\n15\n个国家，创汇\n860\n万美元，同比增长\n9%\n。"
)


def test_numbers_on_lines_of_their_own_go_back() -> None:
    assert lines_of(TAGGED) == [TAGGED.replace("\n", "")]


def test_a_page_number_is_no_number_of_the_sentence() -> None:
    first, second = PARAGRAPHS[:2]
    assert lines_of(f"{first}\n12\n{second}") == [first, "12", second]
    assert "12" in lines_of(f"{first[:25]}\n12\n{first[25:]}")
