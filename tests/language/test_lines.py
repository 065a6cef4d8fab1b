from hypothesis import given
from hypothesis import strategies as st

from textclean.language.lines import numbered, stripped, visible

texts = st.text(alphabet="渡船 \u3000\t\n\n\x85\u2028。", max_size=40)


@given(texts)
def test_stripped_lines_are_the_texts_of_the_visible_ones(text: str) -> None:
    assert stripped(text) == [line.text for line in visible(text)]


@given(texts, st.sets(st.integers(0, 9)))
def test_numbered_lines_are_those_of_the_visible_ones(text: str, numbers: set[int]) -> None:
    lines = visible(text)
    assert numbered(text, sorted(numbers)) == [lines[i] for i in sorted(numbers) if i < len(lines)]
