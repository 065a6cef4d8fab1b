import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.language.lines import stripped
from textclean.stages import metadata
from textclean.stages.metadata import Metadata, fields, people

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "metadata.toml").read_text(encoding="utf-8"))
WORDS = (
    "发布时间: 来源： 作者： 责任编辑： 阅读: 2021-05-07_21:08 2021/5/7_9:08:26 2021年5月7日 沚阳新报 何少川 丁_岩"
    " 本报记者_ 记者 （ ） ！ | 【打印】 字号：大_中_小 欢迎来到"
    " 便民服务平台 123 _ \u3000 A 文/图_ ¶ ¶¶ \r 雾散了，渡船开了。 把河堤修到人心里"
    " 河堤是一道题，年年汛期都要重新作答，两岸的庄稼和人家最清楚，也记得最久，从来不会有人答错，也从来没有人忘记。"
)
PIECES = [word.translate({ord("_"): " ", ord("¶"): "\n"}) for word in WORDS.split(" ")]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=24).map("".join)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: str(case["name"]))
def test_a_metadata_line_is_lifted_and_cut(case: dict[str, Any]) -> None:
    doc = Metadata()(Document("a.txt", case["input"]))
    assert doc.text == case["expected"]
    assert doc.meta == case["meta"] | dict.fromkeys(case.get("empty", []))
    reasons = {reason for layer in doc.layers for reason in layer.edits.reasons}
    assert reasons == {case.get("reason", "metadata")}
    assert doc.original() == case["input"]


@pytest.mark.parametrize("case", CASES["keep"], ids=lambda case: str(case["text"][:12]))
def test_what_only_looks_like_metadata_stays(case: dict[str, Any]) -> None:
    doc = Document("a.txt", case["text"])
    assert Metadata()(doc) is doc


def test_what_a_record_says_already_is_left_alone() -> None:
    doc = Document("a.txt", "来源：沚阳新报　作者：陆闻笛\n雾散了。", meta={"source": "县志办"})
    assert Metadata()(doc).meta == {"source": "县志办", "author": ["陆闻笛"]}


def test_bare_names_stay_when_the_option_is_off() -> None:
    text = "把河堤修到人心里\n丁岩\n" + "河堤是一道题，年年汛期都要重新作答，答得好不好，两岸的庄稼和人家最清楚。" * 2
    assert Metadata(bare_names=False)(Document("a", text)).text == text
    assert Metadata()(Document("a", text)).meta == {"author": ["丁岩"]}


def test_a_bare_date_below_the_head_stays() -> None:
    text = "渡口\n雾散了。\n2022-09-30 07:05\n渡船开了。"
    assert Metadata(head=2)(Document("a", text)).text == text
    assert Metadata(head=3)(Document("a", text)).meta == {"published": "2022-09-30T07:05"}


@given(texts)
@settings(deadline=None, max_examples=80)
def test_any_text_is_restored_and_a_second_run_finds_nothing(text: str) -> None:
    doc = Metadata()(Document("a", text))
    assert doc.original() == text
    again = Metadata().findings(Document("a", doc.text))
    assert not len(again.edits)
    assert not again.meta
    for key in ("published", "updated"):
        if key in doc.meta:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?", doc.meta[key])


@given(texts)
@settings(deadline=None)
def test_the_cheap_look_passes_over_no_line_that_says_something(text: str) -> None:
    lines = stripped(text)
    looked_at = {i for i, *_ in fields.candidates(text)[0]}
    assert not [line for i, line in enumerate(lines) if i not in looked_at and fields.read(line)]


def test_the_cheap_look_passes_over_running_text() -> None:
    assert fields.candidates("雾散了，港口今天恢复通航，渡船都开了。\n" + "渡" * 200) == ([], [])


BLOCKS = (
    "欢迎访问某某新闻网|某某日报 2021-05-07|2021-05-07|作者：王小明|A1|A1：要闻版|12/30|记者：您好|记者：王小明"
    "|编辑：张三|时间：某时|姓名：王五|王小明|一个不长的标题|正文在此，说的是一件事情，说到这里为止。|来源：某某报|栏目：新闻"
)
pages = st.lists(st.sampled_from(BLOCKS.split("|")), max_size=24)


@given(pages, st.integers(0, 8))
@settings(deadline=None, max_examples=200)
def test_only_lines_for_which_a_cut_may_make_a_difference_need_be_judged_again(lines: list[str], head: int) -> None:
    maybe = {i: one for i, line in enumerate(lines) if (one := fields.read(line)) is not None}
    settled = metadata._settled(maybe, "\n".join(lines), head, True)
    dates = sum(one.weak == "date" for one in maybe.values())
    said = {i: one for i, one in maybe.items() if one.weak != "date" or dates == 1}
    found = {i: one for i, one in said.items() if not one.weak}
    while new := [
        i for i, one in said.items() if i not in found and metadata._holds(i, one, metadata._Kept(lines, found, head))
    ]:
        found |= {i: said[i] for i in new}
    assert settled == dict(sorted(found.items()))


def test_banners_and_papers_above_one_another_all_go() -> None:
    text = "欢迎访问某某新闻网\n" * 9 + "某某日报 2021-05-07\n" * 20 + "正文在此，说的是一件事情，说到这里为止。"
    assert Metadata()(Document("a.txt", text)).text == "正文在此，说的是一件事情，说到这里为止。"


def test_a_name_is_told_once_in_the_order_of_the_page() -> None:
    doc = Metadata()(Document("a.txt", "责任编辑：王小明 李四\n责任编辑：李四 王小明 张三\n"))
    assert doc.meta == {"editor": ["王小明", "李四", "张三"]}


@given(
    st.lists(st.sampled_from(["驻", "沚阳", "全媒体", "特约", "记者", "本报", "首席", " ", "丁岩"]), max_size=7).map(
        "".join
    )
)
@settings(deadline=None, max_examples=400)
def test_a_role_is_read_as_if_it_were_stationed_any_number_of_times(text: str) -> None:
    post = r"(?:全媒体|融媒体|首席|特约|特派|见习|实习|驻[^\s]{2,6}?)*"
    pattern = people._ROLE.pattern
    start = pattern.index(people._POST)
    many = re.compile(pattern[:start] + post + pattern[pattern.index("(?P<role>") :], re.VERBOSE)
    if text.count("驻") <= 2:
        assert [role.span() for role in people._ROLE.finditer(text)] == [role.span() for role in many.finditer(text)]


def test_a_line_of_one_character_is_no_byline() -> None:
    assert fields.read("本报" + "驻" * 78) is None
