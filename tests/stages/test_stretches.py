"""Where two texts differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.stages.duplicates.stretches import plain_stretches, stretches

law = settings(deadline=None, max_examples=300)
texts = st.text("abc文\U00020bb7", max_size=24)
both = pytest.mark.parametrize("found", [plain_stretches, stretches], ids=["plain", "chosen"])


@law
@given(texts, texts, st.integers(0, 40))
def test_the_extension_and_the_plain_function_find_the_same(left: str, right: str, most: int) -> None:
    assert stretches(left, right, most) == plain_stretches(left, right, most)


@law
@given(texts, texts)
def test_what_is_between_the_stretches_is_equal_and_nothing_shorter_tells_texts_apart(left: str, right: str) -> None:
    found = stretches(left, right, 100)
    assert found is not None
    a = b = edits = 0
    for start, end, other_start, other_end in found:
        assert left[a:start] == right[b:other_start]
        assert left[start:end] != right[other_start:other_end]
        edits += end - start + other_end - other_start
        a, b = end, other_end
    assert left[a:] == right[b:]
    assert edits == len(left) + len(right) - 2 * longest_common(left, right)
    assert stretches(left, right, edits) == found
    assert not edits or stretches(left, right, edits - 1) is None


def longest_common(left: str, right: str) -> int:
    """The length of the longest common subsequence, the slow way."""
    row = [0] * (len(right) + 1)
    for char in left:
        before = 0
        for i, other in enumerate(right, 1):
            before, row[i] = row[i], before + 1 if char == other else max(row[i], row[i - 1])
    return row[-1]


@both
def test_one_stretch_is_where_it_is(found) -> None:
    assert found("县里的张某被查", "县里的李某被查", 10) == ((3, 4, 3, 4),)
    assert found("同样", "同样", 0) == ()
    assert found("", "文", 1) == ((0, 0, 0, 1),)
    assert found("ab", "b", 1) == ((0, 1, 0, 0),)


@both
def test_more_edits_than_may_be_are_refused(found) -> None:
    with pytest.raises(ValueError, match="edits"):
        found("a", "b", 1 << 15)
