import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.language.han import HAN
from textclean.pipeline import Pipeline
from textclean.stage import TextRef, advance
from textclean.stages import boilerplate
from textclean.stages.boilerplate import Boilerplate
from textclean.tables import Observations

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "boilerplate.toml").read_text(encoding="utf-8"))
BODIES = [
    "雾散了，渡船开了，赶集的人挑着担子上了岸，一路说笑着往镇上去。",
    "渠修好了，水费怎么收，村里开了三次会，才把这本账算清楚了。",
    "灯塔亮了六十年，守塔的人换了三代，海上的船换了无数。",
    "方言地图画好了，九十九座山，九十九种说法，同一个月亮。",
]


def no_texts(refs: Sequence[TextRef]) -> list[str]:
    raise AssertionError(refs)


def clean(pages: Mapping[str, str], stage: Boilerplate | None = None) -> dict[str, str]:
    stage = stage or Boilerplate()
    docs = {name: Document(name, text) for name, text in sorted(pages.items())}
    verdicts = stage.decide(Observations(stage.tables, [stage.observe_many(list(docs.values()))]), no_texts)
    done = {
        name: advance(doc, stage.name, stage.version, stage.findings(doc, verdicts.get(name)))
        for name, doc in docs.items()
    }
    for name, doc in done.items():
        assert doc.original() == pages[name]
    return {name: doc.text for name, doc in done.items()}


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: str(case["name"]))
def test_what_gives_itself_away_is_cut_without_other_documents(case: dict[str, Any]) -> None:
    stage = Boilerplate()
    doc = Document("a", case["input"])
    doc = advance(doc, stage.name, stage.version, stage.findings(doc, None))
    assert doc.text == case["expected"]
    assert sorted({reason for layer in doc.layers for reason in layer.edits.reasons}) == case["reasons"]
    assert doc.meta == {key: case[key] for key in ("credits", "photo_source") if key in case}
    assert doc.original() == case["input"]


@pytest.mark.parametrize("case", CASES["keep"], ids=lambda case: str(case["text"][:12]))
def test_what_an_article_says_stays(case: dict[str, Any]) -> None:
    findings = Boilerplate().findings(Document("a", case["text"]), None)
    assert not len(findings.edits)
    assert not findings.meta


def test_a_short_line_at_the_edge_of_three_pages_goes() -> None:
    pages = {str(i): f"梧川晚报电子版\n渡口之{i}\n{BODIES[i]}\n今日梧川" for i in range(3)}
    assert clean(pages) == {str(i): f"渡口之{i}\n{BODIES[i]}" for i in range(3)}


def test_two_pages_are_enough_for_the_name_of_a_site() -> None:
    pages = {str(i): f"梧川新闻网\n今日梧川\n渡口之{i}\n{BODIES[i]}" for i in range(2)}
    assert clean(pages) == {str(i): f"今日梧川\n渡口之{i}\n{BODIES[i]}" for i in range(2)}


def test_copies_of_one_article_count_once() -> None:
    pages = {str(i): f"渡口\n老船工的一天\n{BODIES[0]}\n沚阳新报" for i in range(4)}
    assert clean(pages) == pages


def test_sentences_and_numbered_headings_stay_however_often_they_are_seen() -> None:
    pages = {str(i): f"渡口之{i}\n一、指导思想\n河是村庄的母亲。\n{BODIES[i]}\n让河水长清。" for i in range(4)}
    assert clean(pages) == pages


def test_a_title_stays_though_three_pages_have_it() -> None:
    pages = {str(i): f"今日菜价\n{BODIES[i]}\n白菜每斤一元" for i in range(3)}
    assert clean(pages) == {str(i): f"今日菜价\n{BODIES[i]}" for i in range(3)}


def test_a_line_in_the_middle_stays_though_three_pages_have_it() -> None:
    rest = "\n".join(BODIES[3:] * 6)
    pages = {str(i): f"渡口之{i}\n{rest}\n河边的新生活\n{rest}\n{BODIES[i] * 2}" for i in range(3)}
    assert clean(pages, Boilerplate(edge=2)) == pages


def test_more_documents_may_be_asked_for() -> None:
    pages = {str(i): f"今日梧川\n渡口之{i}\n{BODIES[i]}" for i in range(3)}
    assert clean(pages, Boilerplate(min_documents=4)) == pages
    assert clean(pages, Boilerplate(min_documents=3)) != pages
    assert clean(pages, Boilerplate(edge=0)) == pages


def test_photographers_are_added_to_those_that_are_known() -> None:
    doc = Document(
        "a", "渡口\n（韩石 摄）\n（本版图片均由沚阳新报图片社提供）\n雾散了，渡船开了。", meta={"credits": ["丁岩"]}
    )
    assert Boilerplate().findings(doc, None).meta == {"credits": ["丁岩", "韩石"], "photo_source": "沚阳新报图片社"}


def test_credits_and_labels_can_be_kept() -> None:
    text = "短评 DUANPING\n渡口\n（韩石 摄）\n雾散了，渡船开了。"
    assert clean({"a": text}, Boilerplate(credits=False, labels=False)) == {"a": text}


def test_an_observation_holds_numbers_only() -> None:
    seen = Boilerplate().observe_many([Document("a", f"梧川新闻网\n渡口\n{BODIES[0]}")]).tables["lines"]
    columns = {name: column.tolist() for name, column in seen.items()}
    assert all(isinstance(one, int) and 0 <= one < 2**63 for column in columns.values() for one in column)
    assert dict(zip(columns["start"], columns["names_site"], strict=True)) == {0: True, 6: False}


WORDS = (
    "雾散了，渡船开了。 今日梧川 渡口 （韩石_摄） 短评_DUANPING 版权所有 地址：麦河路1号 相关链接 上一篇：没有了"
    " 老戏台上唱新戏 ¶ ¶ ¶¶ \u3000"
)
PIECES = [word.translate({ord("_"): " ", ord("¶"): "\n"}) for word in WORDS.split(" ")]
texts = st.lists(st.sampled_from([*PIECES, *BODIES]) | st.text(max_size=3), max_size=24).map("".join)


@given(texts)
@settings(deadline=None, max_examples=60)
def test_any_page_is_restored_and_a_second_run_finds_nothing(text: str) -> None:
    once = clean({"a": text})
    assert clean(once) == once


@given(st.lists(texts, max_size=4))
@settings(deadline=None, max_examples=30)
def test_the_order_of_the_documents_does_not_matter(pages: list[str]) -> None:
    named = {str(i): page for i, page in enumerate(pages)}
    stage = Boilerplate()
    seen = [stage.observe_many([Document(name, text)]) for name, text in named.items()]
    verdicts = [stage.decide(Observations(stage.tables, order), no_texts) for order in (seen, seen[::-1])]
    assert verdicts[0] == verdicts[1]


@given(
    st.lists(st.sampled_from([*PIECES, *BODIES, "©渡口网", "All Rights Reserved", "ICP备1号"]) | st.text(min_size=1))
)
def test_the_cheap_look_for_the_foot_of_a_page_finds_what_each_line_shows(lines: list[str]) -> None:
    lines = [line.strip() for text in lines for line in text.split("\n") if line.strip()]
    feet = {line for line in lines if len(line) <= boilerplate._LONGEST and boilerplate._is_foot(line)}
    assert Boilerplate()._told("\n".join(lines))[1] == feet


def test_lists_of_links_below_one_another_all_go() -> None:
    text = "渡口\n雾散了，渡船开了，船上的人都看着对岸的灯。\n" + "相关链接\n河堤修好了\n" * 5
    assert Boilerplate().findings(Document("a", text), None).edits.starts[0] == text.index("相关链接")


@given(
    st.lists(
        st.sampled_from(
            ["首页", " ", "|", "ab", "河堤", "查看", "全文", ">", "»", "】", "<a", "/", "/>", " x", "AB", "\t"]
        ),
        max_size=9,
    ).map("".join)
)
@settings(deadline=None, max_examples=400)
def test_expressions_with_one_way_to_split_a_line_read_what_those_with_many_read(line: str) -> None:
    label = re.compile(rf"([{HAN}]{{2,6}})\s*([A-Z]{{3,}}(?:\s?[A-Z]+)*)")
    many = re.compile(
        r"(?:</?[A-Za-z][A-Za-z0-9]{0,9}(?:\s[^<>]{0,80})?/?>\s*)+"
        r"|[【\[(（<]?(?:查看)?(?:详细|详情|全文|更多)\s?(?:[\]】）)]|[>»›]+)+"
        rf"|(?:网站)?首页(?:\s*[|｜>·\s]\s*[{HAN}A-Za-z]{{2,8}}){{2,}}"
    )
    assert (boilerplate._LABEL.fullmatch(line) is None) == (label.fullmatch(line) is None)
    if many.fullmatch(line):
        assert boilerplate._ANYWHERE.fullmatch(line)


@pytest.mark.parametrize(
    "line", ["首页" + "   ab" * 30 + "！", "查看全文" + ">" * 60 + "！", "要闻" + "A" * 45 + "!", "<a />" * 39 + "<"]
)
def test_a_line_that_could_be_split_in_many_ways_stays(line: str) -> None:
    doc = Document("a", line)
    assert not Boilerplate().findings(doc, None).edits


@pytest.mark.parametrize("foot", ["更多精彩内容，敬请期待…", "您怎么看？", "扫码关注我们！", "投稿请寄本栏目；"])
def test_calls_at_the_foot_of_many_pages_go(foot: str) -> None:
    bodies = [f"石舫镇第{c}条渡船今天早上开了，岸边站满了人，{c}组的船工说雾散得早。" for c in "甲乙丙丁戊"]
    pages = [(f"{i}.txt", f"渡船开了\n{body}\n{foot}") for i, body in enumerate(bodies)]
    for doc, body in zip(Pipeline([Boilerplate()]).run(pages), bodies, strict=True):
        assert isinstance(doc, Document)
        assert doc.text.endswith(body)


def test_a_question_that_three_pages_end_with_stays() -> None:
    body = "石舫镇第{}条渡船今天早上开了，岸边站满了人。"
    pages = [(f"{i}.txt", f"渡船开了\n{body.format(c)}\n您怎么看？") for i, c in enumerate("甲乙丙")]
    done = [doc for doc in Pipeline([Boilerplate()]).run(pages) if isinstance(doc, Document)]
    assert [doc.text.endswith("您怎么看？") for doc in done] == [True] * 3
