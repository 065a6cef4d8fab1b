"""The lexicon."""

import pytest

from textclean.language.words import LONGEST, words


@pytest.mark.parametrize(
    "word", ["领域", "入库", "工业", "呼和浩特", "起跑", "互联网", "新闻", "的", "自治区", "一丝不苟"]
)
def test_general_words_and_places_are_known(word: str) -> None:
    assert words()[word] > 0


@pytest.mark.parametrize("word", ["", "领城", "人库", "abc", "，", "呼与浩特", "領域"])
def test_misspelt_foreign_and_traditional_strings_are_no_words(word: str) -> None:
    assert word not in words()


@pytest.mark.parametrize(("frequent", "rare"), [("发展", "一丝不苟"), ("的", "领域"), ("中国", "呼和浩特")])
def test_frequent_words_count_more(frequent: str, rare: str) -> None:
    assert words()[frequent] > 10 * words()[rare]


def test_words_have_one_to_eight_characters() -> None:
    lengths = {len(word) for word in words()}
    assert lengths == set(range(1, LONGEST + 1))
    assert len(words()) > 300_000
