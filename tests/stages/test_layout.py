import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.language.joins import evidence
from textclean.stages.layout import Layout
from textclean.stages.layout.joins import Evidence

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "layout.toml").read_text(encoding="utf-8"))
WORDS = (
    "雾散了，渡船开了。 县里把这座桥列入民生实事项 目，多方筹措资金。 “今天是最后一趟，往后就走 桥。” 渡口 1.63亿元，"
    " 94 万册次。 ，受益 ） 铺一层防渗膜 最后在渠底铺一层 一、春天 Open AI ¶ ¶¶ ¶_¶ \r 　 ， 。 推"
)
PIECES = [word.translate({ord("_"): " ", ord("¶"): "\n"}) for word in WORDS.split(" ")]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: str(case["name"]))
def test_blank_lines_go_and_broken_lines_are_joined(case: dict[str, Any]) -> None:
    doc = Layout()(Document("a", case["input"]))
    assert doc.text == case["expected"]
    assert doc.original() == case["input"]
    assert not doc.marks


@pytest.mark.parametrize("case", CASES["keep"], ids=lambda case: str(case["text"][:12]))
def test_lines_that_belong_apart_stay_apart(case: dict[str, Any]) -> None:
    doc = Document("a", case["text"])
    assert Layout(marks=False)(doc) is doc


@pytest.mark.parametrize("case", [case for case in CASES["keep"] if "增长\n" not in case["text"]], ids=str)
def test_whole_lines_get_no_mark(case: dict[str, Any]) -> None:
    assert not Layout()(Document("a", case["text"])).marks


def test_interleaved_columns_are_not_joined_but_marked() -> None:
    text = (
        "一年里，这里来了九种水鸟。去年冬天的一天，同一片水面上\n耿怀远今年五十七岁，年轻时打过鸟，如今是护鸟队的队长。\n"
        "，数到了三千只天鹅，这是有记录以来最多的一次。"
    )
    doc = Layout()(Document("a", text))
    assert doc.text == text
    assert [(mark.kind, mark.observed) for mark in doc.marks] == [
        ("orphan", "，数到了三千只天鹅"),
        ("fragment", "同一片水面上"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "、从窄到宽。截至目前，全县梨树面积达到23.6\n种出好梨子，还要卖出好价钱。在田",
        "梨树的故乡。近年来，该县把梨树当作一块招牌，\n走进沙河口的示范园，一排排梨树整整齐齐，滴灌带正通过水肥一体化设备",
        "路通了。镇长收下了村民们的回信，信上写着“\n在石桥村，像这样的事情还有不少。\n灯塔的夜晚来得早，守塔人已经把灯擦亮，照着归",
        "雾散了，渡船开了。去年秋天，县里请来三位专家，组建了由他们牵头的\n白螺湾的早晨，渔船一条接一条地靠岸。这天，记者在码头看到，船老大们\n把鱼筐抬上岸，一边过秤一边说笑。",
    ],
    ids=["after a decimal", "after a comma", "after an open quote", "with a rest elsewhere"],
)
def test_a_broken_line_is_not_joined_with_the_beginning_of_another(text: str) -> None:
    first, second, *_ = text.split("\n")
    assert first + second not in Layout()(Document("a", text)).text


def test_a_break_that_stands_twice_is_closed_twice() -> None:
    broken = "改造花了一年，先清淤，再护坡。完工以后，村里给出力最多的老人发了补助资\n金三千元，大家都说应该。"
    text = f"雾散了，渡船开了。\n{broken}\n桥通了。\n{broken}"
    assert Layout()(Document("a", text)).text.count("补助资金三千元") == 2


def test_a_line_cut_off_in_mid_sentence_is_a_fragment() -> None:
    (mark,) = Layout()(Document("a", "这是一个生动的例子。去年，县里制定了修堤的办法，探索\n河边的新生活\n")).marks
    assert (mark.kind, mark.observed) == ("fragment", "探索")


def test_joining_can_be_turned_off() -> None:
    text = "今年以来，全县新修和加固河堤六十二公里\n\n，受益村庄四十一个。"
    assert Layout(join=False)(Document("a", text)).text == text.replace("\n\n", "\n")


def test_every_edit_names_what_was_done() -> None:
    text = "改造从前年冬天开始，先清淤，再护坡，最后在渠底铺一层\n\n铺一层防渗膜，再压上鹅卵石。\n\n完。"
    (layer,) = Layout()(Document("a", text)).layers
    assert [(row.reason, row.old) for row in layer.edits.rows()] == [
        ("join", "\n\n"),
        ("overlap", "铺一层"),
        ("blank", "\n"),
    ]


def test_two_latin_words_keep_a_space_between_them() -> None:
    text = "展厅里挂着一块牌子，上面写着一行外文，老馆长念给大家听：“Open\nAI is not new here，”他说。"
    assert "Open AI" in Layout()(Document("a", text)).text


@given(texts)
@settings(deadline=None, max_examples=60)
def test_any_text_is_restored_and_a_second_run_finds_nothing_to_change(text: str) -> None:
    doc = Layout()(Document("a", text))
    assert doc.original() == text
    assert not len(Layout().findings(Document("a", doc.text)).edits)
    assert "\n\n" not in doc.text


@given(texts | st.text(alphabet="渡 \u3000\n\n\x85\u2028。", max_size=30))
@settings(deadline=None)
def test_where_nothing_is_joined_only_the_blank_lines_go(text: str) -> None:
    lines = [line for line in text.split("\n") if line.strip()]
    assert Layout(join=False)(Document("a", text)).text == "\n".join(lines)


def test_evidence_is_remembered_as_it_was_found() -> None:
    pairs = [("全县今年的粮食产", "量再创新高，农民增收"), ("果农赵满仓笑着说", "近日，记者走进茶园")]
    remembers = Evidence()
    assert remembers(pairs[:1]) + remembers(pairs) == pytest.approx([*evidence(pairs[:1]), *evidence(pairs)])
