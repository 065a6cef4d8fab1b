"""Marks for a proofreader."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import MARKS_TO_CORRECT, Document, Mark
from textclean.stages.typos import Typos, flag_typos
from textclean.tables import Observations
from textclean.testing import check_stage

CASES: dict[str, Any] = tomllib.loads((Path(__file__).parent.parent / "cases" / "typos.toml").read_text("utf-8"))


def corpus(texts: list[str], **options: Any) -> list[list[Mark]]:
    stage = Typos(**options)
    docs = [Document(f"{number:04d}", text) for number, text in enumerate(texts)]
    verdicts = stage.decide(Observations(stage.tables, [stage.observe_many(docs)]), lambda refs: [])
    return [list(stage.findings(doc, verdicts.get(doc.id)).marks) for doc in docs]


@pytest.mark.parametrize("case", CASES["find"], ids=lambda case: case["observed"])
def test_it_is_found(case: dict[str, str]) -> None:
    marks = flag_typos(case["text"])
    assert [(mark.observed, mark.kind, mark.suggestion) for mark in marks] == [
        (case["observed"], case["kind"], case.get("suggestion"))
    ]
    assert marks[0].evidence
    assert 0 < marks[0].score <= 1


@pytest.mark.parametrize("text", CASES["silent"]["texts"])
def test_right_text_is_left_in_peace(text: str) -> None:
    assert flag_typos(text) == []


@pytest.mark.parametrize("text", CASES["missed"]["texts"])
def test_what_is_missed_is_not_mistaken_for_something_else(text: str) -> None:
    assert len(flag_typos(text)) <= 1


def test_there_are_enough_cases_and_most_slips_are_found() -> None:
    typos = [case for case in CASES["find"] if case["kind"] == "typo"]
    assert len(CASES["find"]) >= 60
    assert len(CASES["silent"]["texts"]) >= 60
    assert len(typos) / (len(typos) + len(CASES["missed"]["texts"])) >= 0.6


def test_silent_texts_stay_silent_as_one_corpus() -> None:
    assert not any(corpus(CASES["silent"]["texts"]))


def test_a_string_that_several_documents_share_is_usage() -> None:
    slip = "要在新材料等重点领城加快布局，形成新的增长点。"
    others = ["今天天气很好。", "会议开得很成功。"]
    assert [len(marks) for marks in corpus([slip, *others])] == [1, 0, 0]
    assert not any(corpus([slip, slip + "其他。", "另外，" + slip]))
    assert [len(marks) for marks in corpus([slip, slip + "其他。", "另外，" + slip], spread=4)] == [1, 1, 1]


def test_a_string_that_one_text_repeats_is_usage() -> None:
    assert flag_typos("重点领城加快布局。") != []
    assert flag_typos("重点领城加快布局。" * 3) == []


def test_a_rare_word_elsewhere_in_the_corpus_speaks_for_the_correction() -> None:
    slip = "全村种植烤姻三百亩。"
    topic = "烤烟长势良好，烤烟价格稳定，烟农对烤烟的收成很有信心。"
    alone, backed = corpus([slip, "今天天气很好。"])[0], corpus([slip, topic])[0]
    assert not alone
    assert [(mark.suggestion, mark.kind) for mark in backed] == [("烤烟", "typo")]


def test_a_rare_variant_of_a_phrase_of_several_documents_is_marked() -> None:
    usual = [
        "有关部门扎实推进“文化润湖”行动，成效明显。",
        "全市上下持续推进“文化润湖”行动，亮点不少。",
        "大力推进“文化润湖”行动，让群众受益。",
    ]
    marks = corpus([*usual, "各县区加快推进“文化润城”行动，步伐不断加快。"])
    assert [len(found) for found in marks] == [0, 0, 0, 1]
    assert marks[3][0].suggestion == "湖"
    assert "3 documents" in marks[3][0].evidence


@pytest.mark.parametrize(
    ("first", "second"),
    [("第一", "第二"), ("东部", "西部"), ("上半", "下半")],
)
def test_places_that_many_characters_may_fill_are_no_variants(first: str, second: str) -> None:
    frame = "各单位按要求报送“{}阶段”工作总结和计划。"
    assert not any(corpus([frame.format(first)] * 3 + [frame.format(second)]))


def test_two_documents_decide_nothing_about_variants() -> None:
    assert not any(corpus(["持续推进“文化润湖”行动，亮点不少。", "加快推进“文化润城”行动，步伐加快。"]))


def test_the_order_of_documents_does_not_matter() -> None:
    texts = [case["text"] for case in CASES["find"][:20]]
    forward, backward = corpus(texts), corpus(texts[::-1])
    assert forward == backward[::-1]


def test_a_quotation_over_paragraphs_is_in_order() -> None:
    assert flag_typos("他说：“今年收成很好。\n“明年还要扩大面积。\n“大家都很有信心。”") == []
    assert flag_typos("他说：“今年收成很好。\n明年还要扩大面积。”") == []


def test_flat_nesting_is_in_order() -> None:
    assert flag_typos("他说：“要落实“十四五”规划，抓好“菜篮子”工程。”") == []


@pytest.mark.parametrize("kind", ["typo", "punctuation", "quote", "repeat", "misuse"])
def test_kinds_can_be_chosen(kind: str) -> None:
    text = "\n".join(case["text"] for case in CASES["find"])
    (marks,) = corpus([text], kinds=(kind,))
    assert {mark.kind for mark in marks} == {kind}


def test_a_higher_threshold_marks_less() -> None:
    texts = [case["text"] for case in CASES["find"] if case["kind"] == "typo"]
    few, many = corpus(texts, threshold=0.99), corpus(texts, threshold=0.5)
    assert sum(map(len, few)) < sum(map(len, many))


def test_traditional_text_is_not_judged_by_simplified_words() -> None:
    assert flag_typos("全縣經濟杜會發展取得顯著成效，這裡的環境優美。") == []


def test_places_are_right_in_long_texts() -> None:
    filler = "全市经济运行总体平稳，人民生活水平不断提高。\n"
    text = filler * 12_000 + "新材料等重点领城加快布局。\n" + filler * 10
    assert [(mark.start, mark.observed) for mark in flag_typos(text)] == [(text.index("领城"), "领城")]


def test_it_keeps_the_rules_of_stages() -> None:
    check_stage(Typos(), [case["text"] for case in CASES["find"][::8]])


ALPHABET = st.sampled_from("领城域人入库的一了工T业0aＡ“”‘’《》，。、\n呼和与浩特\U00020bb7\ue000截止目前")


@settings(deadline=None, max_examples=50)
@given(st.one_of(st.text(), st.text(ALPHABET, max_size=120)))
def test_marks_are_in_range_in_order_and_apart_and_nothing_changes(text: str) -> None:
    stage, doc = Typos(), Document("a", text)
    verdict = stage.decide(Observations(stage.tables, [stage.observe_many([doc])]), lambda refs: []).get("a")
    found = stage.findings(doc, verdict)
    assert len(found.edits) == 0
    assert not found.meta
    end = 0
    for mark in found.marks:
        assert end <= mark.start < mark.end <= len(text)
        assert mark.kind in MARKS_TO_CORRECT
        assert 0 < mark.score <= 1
        end = mark.end
    assert found == stage.findings(doc, verdict)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(ALPHABET, max_size=60), max_size=5))
def test_any_corpus_is_decided(texts: list[str]) -> None:
    assert len(corpus(texts)) == len(texts)
