"""What lines and the page say about a break: the fast way gives what the obvious one gives."""

import re

from hypothesis import given
from hypothesis import strategies as st

from textclean.document import Document
from textclean.stages import layout
from textclean.stages.layout import Layout, breaks, joins
from textclean.stages.layout.joins import Page

signs = st.sampled_from("中国人民，。\n（“\0a\U0010ffff\ud800")
pages = st.text(signs, max_size=60)


def asked_often(text: str) -> Page:
    """A page that answers from its index."""
    page = Page(text)
    for _ in range(joins._SEARCHES):
        page.holds("中国")
        page.begins_a_clause("中国", 2)
    return page


@given(pages, st.text(signs, min_size=2, max_size=3))
def test_the_index_holds_what_the_page_has(text: str, chars: str) -> None:
    assert asked_often(text).holds(chars) == Page(text).holds(chars) == (chars in text)


@given(pages, st.text(signs, min_size=3, max_size=12), st.sampled_from([2, 3]))
def test_a_clause_is_begun_elsewhere_but_not_by_a_copy(text: str, head: str, size: int) -> None:
    def slow() -> bool:
        return any(
            (not at or text[at - 1] in "\n，。；：、！？“‘《（,;:!?")
            and text.startswith(head[:size], at)
            and not text.startswith(head[:8], at)
            for at in range(len(text))
        )

    assert asked_often(text).begins_a_clause(head, size) == Page(text).begins_a_clause(head, size) == slow()


lines = st.lists(
    st.sampled_from(["http", "https://", "www.", "摄", "整理", ".com", "a", "中", " ", "\u3000", "，", "/"]),
    max_size=12,
).map("".join)


@given(lines)
def test_a_credit_or_an_address_ends_a_line(line: str) -> None:
    line = line.strip()
    slow = re.search(r"(?:摄|供图|摄影|绘图?|制图|报道|整理|提供|/文|/图|讯|https?\S*|\.[a-z]{2,4})\Z", line)
    assert breaks._is_credit(line) == bool(slow)


@given(lines, st.sampled_from(["cn/a", "a.b，", "中", "a"]))
def test_a_break_parts_an_address_that_ends_the_line(tail: str, head: str) -> None:
    goes_on = re.match(r"[a-z0-9_%=&?#-]*[./][!-~]", head)
    slow = goes_on and re.search("[，。；！？：、,;!?:]", tail) and re.search(r"(?:https?://|www\.)[!-~]*\Z", tail)
    assert breaks.parts_an_address(tail, head) == bool(slow)


def test_what_a_join_leaves_open_is_closed_in_the_next_look_until_there_were_enough() -> None:
    def lines_of_chain(count: int) -> int:
        doc = Layout()(Document("a", "（" + "\n）（" * count))
        assert doc.original() == "（" + "\n）（" * count
        return doc.text.count("\n") + 1

    assert lines_of_chain(layout._ROUNDS) == 1
    assert lines_of_chain(layout._ROUNDS + 40) == 41
