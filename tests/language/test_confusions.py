"""Look-alike characters."""

import pytest

from textclean.language.confusions import LONGEST_LIST, confusions, similarity

PAIRS = (
    "域城 己已 干千 入人 未末 日目 土士 间问 科料 全金 农衣 天夫 申甲 戊戌 工T 1l 大太 乌鸟 侯候 折拆 贷货 晴睛 竞竟"
    " 辨辩 析折 幕墓 遗遣"
)


@pytest.mark.parametrize("pair", PAIRS.split())
def test_known_look_alikes_list_each_other(pair: str) -> None:
    assert similarity(*pair) > 0.5
    assert similarity(*pair) == similarity(*reversed(pair))


@pytest.mark.parametrize("pair", ["的国", "一龙", "人建", "新A"])
def test_unlike_characters_do_not(pair: str) -> None:
    assert similarity(*pair) == 0.0


def test_lists_are_short_ordered_and_never_hold_their_own_character() -> None:
    for char, others in confusions().items():
        assert len(others) <= LONGEST_LIST
        assert [level for _, level in others] == sorted((level for _, level in others), reverse=True)
        assert all(0 < level <= 1 for _, level in others)
        assert char not in {other for other, _ in others}


def test_an_unknown_character_looks_like_nothing() -> None:
    assert "\ue000" not in confusions()
    assert similarity("\ue000", "一") == 0.0
