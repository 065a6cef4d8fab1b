import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document, Findings
from textclean.stages import repeats
from textclean.stages.repeats import Repeats

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "repeats.toml").read_text(encoding="utf-8"))
CLAUSES = [
    "守住河流才能兴业",
    "船来了要登记",
    "船走了",
    "为进一步提升全县河堤的防洪标准和养护水平",
    "谢谢",
    "",
    "水位28.46米",
]
SIGNS = ["，", "，", "。", "；", "！", "\n", "、", "”", "“", ","]
runs = st.tuples(st.sampled_from(CLAUSES), st.sampled_from(SIGNS), st.integers(1, 4))
texts = st.lists(runs.map(lambda run: (run[0] + run[1]) * run[2]), max_size=12).map("".join)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: str(case["name"]))
def test_a_loop_is_cut_to_its_first_copy(case: dict[str, Any]) -> None:
    doc = Repeats()(Document("a", case["input"]))
    assert doc.text == case["expected"]
    assert {reason for layer in doc.layers for reason in layer.edits.reasons} == {"loop"}
    assert doc.original() == case["input"]


@pytest.mark.parametrize("case", CASES["keep"], ids=lambda case: str(case["text"][:12]))
def test_rhetoric_and_verse_stay(case: dict[str, Any]) -> None:
    doc = Document("a", case["text"])
    assert Repeats()(doc) is doc


def test_the_measures_are_options() -> None:
    text = "船来了要登记，船来了要登记，船来了要登记。"
    assert Repeats(thrice=7)(Document("a", text)).text == text
    assert Repeats(thrice=6)(Document("a", text)).text == "船来了要登记。"
    twice = "沿河的村子都通了桥，沿河的村子都通了桥。"
    assert Repeats()(Document("a", twice)).text == twice
    assert Repeats(twice=9)(Document("a", twice)).text == "沿河的村子都通了桥。"
    sentence = "沿河的村子都通了桥。沿河的村子都通了桥。"
    assert Repeats()(Document("a", sentence)).text == sentence
    assert Repeats(sentence=9)(Document("a", sentence)).text == "沿河的村子都通了桥。"


def test_a_hundred_thousand_equal_lines_are_no_loop() -> None:
    text = "村里的老人们每天照旧到渡口来坐一坐。\n" * 100_000
    assert not len(Repeats().findings(Document("a", text)).edits)


def test_a_loop_behind_a_quotation_is_seen() -> None:
    unit = "为进一步提升全县河堤的防洪标准和养护水平"
    text = f"他说：“桥通了。”{unit}，{unit}，今年又修了一段。"
    assert Repeats()(Document("a", text)).text == f"他说：“桥通了。”{unit}，今年又修了一段。"


@given(texts | st.text(alphabet="渡船开了，。\n", max_size=60))
@settings(deadline=None, max_examples=80)
def test_any_text_is_restored_and_a_second_run_finds_nothing(text: str) -> None:
    doc = Repeats()(Document("a", text))
    assert doc.original() == text
    assert not len(Repeats().findings(Document("a", doc.text)).edits)


@given(st.lists(texts | st.text(alphabet="渡船开了渡𠮷，。”", max_size=30), max_size=6).map("".join))
@settings(deadline=None, max_examples=120)
def test_the_cheap_look_hides_no_loop(text: str) -> None:
    stage = Repeats(thrice=4, twice=8, sentence=8)
    found = stage.findings(Document("a", text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_may_loop", lambda _: True)
        assert stage.findings(Document("a", text)) == found


@pytest.mark.skipif(repeats._built is None, reason="the extension was not built")
@given(texts | st.text(alphabet="渡船\n，。𠮷\U00016e21", max_size=30) | st.text(max_size=20))
@settings(deadline=None, max_examples=500)
def test_the_extension_takes_the_look_that_numpy_takes(text: str) -> None:
    assert repeats._built.may_loop(text, repeats._sign_bytes()) is repeats._plain_may_loop(text)


def test_most_text_ends_with_the_cheap_look() -> None:
    doc = Document("a", "渡船开了，船上有三十个人。\n到了对岸，人人都下船，没有人留在船上。")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_SPLIT", None)
        assert Repeats().findings(doc) == Findings()


@given(st.text("“”「」\n渡，", max_size=60))
@settings(deadline=None, max_examples=200)
def test_a_quotation_is_open_where_its_paragraph_has_opened_more_than_it_closed(text: str) -> None:
    quotations = repeats._Quotations(text)
    for at in range(len(text)):
        before = text[:at].rsplit("\n", 1)[-1]
        opened = sum((before + text[at]).count(sign) for sign in "“「")
        assert quotations.open_at(at) == (opened > sum(before.count(sign) for sign in "”」"))
