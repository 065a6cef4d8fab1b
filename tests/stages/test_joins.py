"""What a page says about a break, from its index and by a search."""

from hypothesis import given
from hypothesis import strategies as st

from textclean.stages import _joins
from textclean.stages._joins import Page

signs = st.sampled_from("中国人民，。\n（“\0a\U0010ffff\ud800")
pages = st.text(signs, max_size=60)


def asked_often(text: str) -> Page:
    """A page that answers from its index."""
    page = Page(text)
    for _ in range(_joins._SEARCHES):
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
