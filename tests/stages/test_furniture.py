import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclean.document import Document
from textclean.stage import CorpusStage, Stage, advance
from textclean.stages.boilerplate import Boilerplate
from textclean.stages.boilerplate.imprint import is_imprint
from textclean.stages.metadata import Metadata

CASES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "furniture.toml").read_text(encoding="utf-8")
)
TITLE = "老渡口的新码头"
BODY = (
    "天还没亮，船工们已经把缆绳解开，等第一批赶集的人上船。",
    "新码头修了两年，木桩换成了石墩，涨水的时候也能靠船。",
    "对岸的菜农说，从前绕路要走两个钟头，如今一袋烟的工夫就到。",
)
SENTENCES = [line for line in CASES["prose"] if line.endswith("。")]
PLACES = {"head": 1, "middle": 2, "foot": 4}


def cleaned(lines: Sequence[str]) -> Document:
    doc = Document("a", "\n".join(lines))
    for stage in (Metadata(), Boilerplate()):
        assert isinstance(stage, Stage | CorpusStage)
        findings = stage.findings(doc, None) if isinstance(stage, CorpusStage) else stage.findings(doc)
        doc = advance(doc, stage.name, stage.version, findings)
    return doc


def article(line: str, place: str) -> list[str]:
    lines = [TITLE, *BODY]
    lines.insert(PLACES[place], line)
    return lines


@pytest.mark.parametrize("line", CASES["foot"])
def test_imprint_goes_from_the_foot_of_a_page(line: str) -> None:
    doc = cleaned(article(line, "foot"))
    assert doc.text.split("\n") == [TITLE, *BODY]
    assert doc.original().split("\n") == article(line, "foot")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", CASES["anywhere"])
def test_what_is_nothing_but_furniture_goes_wherever_it_stands(line: str, place: str) -> None:
    assert cleaned(article(line, place)).text.split("\n") == [TITLE, *BODY]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", CASES["prose"])
def test_what_only_begins_like_furniture_stays(line: str, place: str) -> None:
    doc = cleaned(article(line, place))
    assert doc.text.split("\n") == article(line, place)
    assert not doc.meta


@given(st.sampled_from(CASES["foot"]), st.sampled_from([*BODY, *SENTENCES]))
def test_imprint_with_a_sentence_behind_it_is_a_sentence(imprint: str, sentence: str) -> None:
    if "声明" not in imprint:
        assert not is_imprint(f"{imprint.rstrip('。')}，{sentence}")


@pytest.mark.parametrize("start", ["转载请注明", "版权归", "未经授权不得", "分享到", "如有侵权"])
@pytest.mark.parametrize("word", ["网", "来源网", "本网原作者和", "转载", "微信 ", "联系"])
def test_one_word_over_and_over_is_read_and_is_no_imprint(start: str, word: str) -> None:
    line = start + word * 60 + "吗"
    assert not is_imprint(line)
    assert cleaned(article(line, "foot")).text.endswith(line)
