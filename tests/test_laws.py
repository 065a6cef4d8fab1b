"""The laws of the house, for the default pipeline over random text.

Exceptions to "a second run changes nothing", each with its reason:

- A line that several pages share near their edge may come to the edge only when the lines outside it are gone; a second
  run over the whole folder then sees it. Peeling to a fixpoint would eat into articles that quote each other.
- A blank beside a quotation mark or a number is judged by the line it stands in, and a join changes the line.
- Where a copy was cut between a broken line and another they are neighbours; a second run may find that they join.
  Layout comes before duplicates, for a paragraph in two pieces is a copy of nothing.
- What repeats shortened may be a copy of another line, which duplicates, before it, could not see. The run after has
  nothing left to do. Shortening first would cost every paragraph that is a copy.
All need two documents, a broken line or a copy; on one page of ordinary text the law holds and is tried here.
"""

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textclean
from tests.strategies import texts
from textclean.document import Document
from textclean.engines import local
from textclean.pipeline import Item, Pipeline
from textclean.testing import check_stage, corpus

law = settings(deadline=None, max_examples=int(os.environ.get("TEXTCLEAN_EXAMPLES", "25")))
PIPE = Pipeline.default()

_clauses = st.sampled_from(
    [
        "今年以来",
        "全县完成投资3.5 亿元",
        "农民的收入增加了",
        "记者从县里了解到",
        "“一村一品”成了气候",
        "旅游领城不断拓宽",
        "比去年增长12%",
        "路修到了家门口",
        "R&D投入占比提高",
        "日子越过越好",
    ]
)
_signs = st.sampled_from([",", "，", "。", "、", ";", "!", "……", " ", "\u3000", ""])
_breaks = st.sampled_from(["\n", "\n\n", "\r\n", "\n\u3000\u3000", "。\n"])
_lines = st.lists(st.tuples(_clauses, _signs), min_size=1, max_size=6).map(lambda row: "".join(map("".join, row)))
pages = st.lists(st.tuples(_lines, _breaks), max_size=6).map(lambda rows: "".join(map("".join, rows)))
contents = st.one_of(pages, texts)
_JUDGED = re.compile("(?<=[“”‘’《》（）0-9%]) | (?=[“”‘’《》（）0-9])")


def outcome(items: list[Item], jobs: int = 1) -> list[object]:
    return list(PIPE.run(items, jobs=jobs))


@law
@given(st.lists(contents, max_size=5))
def test_every_document_gives_its_bytes_back(items: list[str]) -> None:
    for text, doc in zip(items, PIPE.run(items), strict=True):
        assert isinstance(doc, Document)
        assert doc.restored() == text.encode()


@law
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_restored_or_refused(items: list[bytes]) -> None:
    for raw, doc in zip(items, PIPE.run(items), strict=True):
        if isinstance(doc, Document):
            assert doc.restored() == raw
        else:
            assert doc.stage == "decode"


@law
@given(st.lists(contents, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(some: list[str], random: object) -> None:
    items: list[Item] = [(f"{i}.txt", text) for i, text in enumerate(some)]
    shuffled = items[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(items) == outcome(shuffled)


@law
@given(contents)
def test_a_second_run_over_one_page_changes_nothing(text: str) -> None:
    once = PIPE.clean(text)
    if any(layer.stage == "repeats" for layer in once.layers):  # the fourth exception above
        once = PIPE.clean(once.text)
    again = PIPE.clean(once.text)
    joined = any(reason == "join" for layer in once.layers for reason in layer.edits.reasons)
    cut = any(layer.stage == "duplicates" for layer in once.layers)

    def fold(text: str) -> str:
        text = _JUDGED.sub("", text) if joined or cut else text  # the second exception above
        return text.replace("\n", "") if cut else text  # the third

    assert fold(again.text) == fold(once.text)


@law
@given(contents)
def test_offsets_of_marks_lie_where_they_say(text: str) -> None:
    doc = PIPE.clean(text)
    original = doc.original()
    for mark in doc.marks:
        assert all(0 <= a <= b <= len(original) for a, b in mark.sources)
        if mark.text is not None:
            assert 0 <= mark.start <= mark.end <= len(doc.text)


@law
@given(contents)
def test_every_clean_character_has_a_source(text: str) -> None:
    doc = PIPE.clean(text)
    original = doc.original()
    for i in range(0, len(doc.text), 7):
        pieces = doc.sources(i, i + 1)
        assert pieces
        assert all(0 <= a <= b <= len(original) for a, b in pieces)


@law
@given(pages)
def test_stages_one_by_one_equal_the_pipeline(text: str) -> None:
    doc = Pipeline([]).clean(text)
    for stage in PIPE.recipe.stages:
        doc = Pipeline([stage]).clean(doc)
    assert doc == PIPE.clean(text)


def test_processes_and_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    items: list[Item] = [(f"{i:03d}.txt", text) for i, text in enumerate(corpus(7, 60_000))]
    expected = outcome(items)
    assert outcome(items, jobs=2) == expected
    for size in (1, 7, 1000):
        monkeypatch.setattr(local, "DOCUMENTS_PER_PORTION", size)
        assert outcome(items) == expected
    monkeypatch.setattr(local, "IN_MEMORY", 20_000)
    assert outcome(items) == expected


@pytest.mark.parametrize("stage", PIPE.recipe.stages, ids=lambda stage: stage.name)
def test_every_built_in_stage_keeps_the_rules(stage: textclean.Stage) -> None:
    check_stage(stage, corpus(3, 5_000))


@pytest.mark.parametrize(
    "text",
    ["一" * 2_000_000, "\n" * 1_000_000, "同样的一行文字，一字不差。\n" * 100_000, "a" * 500_000, "，" * 300_000],
    ids=["one character", "line breaks", "identical lines", "Latin", "commas"],
)
def test_monotonous_input_is_cleaned_and_restored(text: str) -> None:
    assert PIPE.clean(text).restored() == text.encode()
