"""Characters taken for others, and the list of misuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.language import spelling
from textclean.language.misuse import misuses


@pytest.mark.parametrize(
    ("text", "at", "intended"),
    [
        ("新材料等重点领城", 7, "域"),
        ("来自呼和浩持的客人", 5, "特"),
        ("正在建设T业园区", 4, "工"),
        ("今年以束，全市", 3, "来"),
    ],
)
def test_a_misread_character_is_found_with_what_was_meant(text: str, at: int, intended: str) -> None:
    best = max(spelling.find(text, 0.5))
    assert (best.at, best.intended) == (at, intended)
    assert best.start <= best.at < best.end <= len(text)


def test_a_completed_word_is_not_called_alike() -> None:
    (found,) = spelling.find("代表团抵达呼与浩特访问", 0.9)
    assert (found.intended, found.alike) == ("和", 0.0)


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_suspicions_lie_in_the_text_and_in_order(text: str) -> None:
    found = spelling.find(text, 0.05)
    assert [s.at for s in found] == sorted({s.at for s in found})
    assert all(0 <= s.start <= s.at < s.end <= len(text) for s in found)


def test_words_of_different_lengths_have_different_keys() -> None:
    short = spelling.word_keys(np.array([[5, 6]], np.uint32))
    long = spelling.word_keys(np.array([[0, 5, 6]], np.uint32))
    assert short[0] != long[0]


def test_more_of_the_word_in_the_corpus_makes_the_correction_surer() -> None:
    (found,) = spelling.find("全村种植烤姻三百亩。", 0.3)
    scores = [spelling.weighed(found.score, found.pair, seen, 1000) for seen in (0, 1, 5, 20)]
    assert scores == sorted(set(scores))
    assert spelling.weighed(found.score, 0, 0, 1000) == spelling.weighed(found.score, 0, 20, 1000)


def test_misuses_have_another_right_form_that_is_not_listed_as_wrong() -> None:
    table = misuses()
    assert len(table) > 60
    assert not table.keys() & set(table.values())
    assert not [wrong for wrong in table if any(wrong in right for right in table.values())]
