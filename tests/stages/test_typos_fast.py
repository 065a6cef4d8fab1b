"""What the stage counts and compares in one walk is what the obvious way gives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclean.document import Mark, paragraphs
from textclean.stages import typos
from textclean.stages.typos import flag_typos, proofs

texts = st.text("领城《》“”。 \n", max_size=40)
marks = st.lists(
    st.builds(
        lambda start, size, score: Mark(start, start + size, "typo", score=score),
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from([0.8, 0.85, 0.9]),
    ),
    max_size=20,
)


@given(marks)
def test_marks_that_overlap_give_way_to_the_surest(some: list[Mark]) -> None:
    kept: list[Mark] = []
    for mark in sorted(some, key=lambda m: (-m.score, m.start, m.end, m.kind)):
        if all(mark.end <= other.start or other.end <= mark.start for other in kept):
            kept.append(mark)
    assert typos._apart(some) == sorted(kept, key=lambda m: m.start)


@given(texts, st.sets(st.text("领城《》", min_size=1, max_size=3)))
def test_many_strings_are_counted_as_few_are(text: str, strings: set[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typos, "_FEW", 0)
        walked = typos._times(text, strings)
    assert walked == typos._times(text, strings) == {string: text.count(string) for string in strings}


@given(texts)
def test_what_is_inside_a_title_is_found_by_its_offset(text: str) -> None:
    title = re.compile("《[^《》\n]{1,40}》")
    inside = typos._inside(title, text)
    spans = [found.span() for found in title.finditer(text)]
    assert [inside(at) for at in range(len(text))] == [any(a <= at < b for a, b in spans) for at in range(len(text))]


@given(texts)
def test_a_quotation_goes_on_where_the_next_paragraph_with_text_opens_one(text: str) -> None:
    lines = paragraphs(text)
    rest = [[line.text.strip() for line in lines[i + 1 :] if line.text.strip()] for i in range(len(lines))]
    assert proofs._go_on(lines) == [bool(after) and after[0].startswith("“") for after in rest]


def test_slips_in_titles_are_left_and_those_beside_them_counted() -> None:
    once = "《领城》说，要在重点领城加快布局。"
    assert [(mark.start, mark.observed) for mark in flag_typos(once)] == [(10, "领城")]
    assert flag_typos("《领城》领城旅游领城的" * 5) == []


@pytest.mark.parametrize("times", [1, 2, 50])
def test_every_quote_that_nothing_opened_is_marked(times: int) -> None:
    found = [(mark.start, mark.kind) for mark in flag_typos("好。”" * times)]
    assert found == [(3 * i + 2, "quote") for i in range(times)]


def test_where_two_quotes_began_one_mark_says_so() -> None:
    (mark,) = flag_typos("\u3000“好。”他说。”他又说。”")
    assert (mark.start, mark.end, mark.suggestion) == (1, 5, "“‘好。’")


def test_of_quotes_that_every_line_opens_only_the_last_is_marked() -> None:
    assert [mark.start for mark in flag_typos("“\n" * 30 + "\n" * 5)] == [58]
