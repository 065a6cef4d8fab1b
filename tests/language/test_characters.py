"""Character frequencies."""

import math

import pytest

from textclean.language.characters import UNSEEN, log_frequency, seldom


@pytest.mark.parametrize(("frequent", "rare"), [("的", "囍"), ("，", "〈"), ("國", "龘"), ("国", "圀"), ("「", "『")])
def test_frequent_characters_score_above_rare_ones(frequent: str, rare: str) -> None:
    table = log_frequency()
    assert table[frequent] > table.get(rare, UNSEEN)


def test_both_scripts_together_weigh_less_than_two_texts() -> None:
    assert 1.0 < sum(map(math.exp, log_frequency().values())) < 2.0


def test_every_ideograph_of_gb2312_and_big5_is_known() -> None:
    table = log_frequency()
    assert {"啊", "齄", "乂", "龘"} - table.keys() <= {"龘"}
    assert all(char in table for char in "座做齄鼽乂籲")


def test_seldom_characters_are_those_of_the_table_below_the_limit() -> None:
    assert seldom(-13.0) == {char for char, log in log_frequency().items() if log <= -13.0}
