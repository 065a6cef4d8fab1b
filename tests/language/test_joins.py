"""The evidence for joins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.language import ngrams
from textclean.language.joins import evidence, gains

INSIDE = [  # a break inside a word or phrase
    ("今年全县农业机", "械化水平明显"),
    ("这项工程总投", "资约三亿元"),
    ("会议强调要坚", "持以人民为中心"),
    ("记者从市教育", "局了解到"),
    ("公司负责人表", "示，今年"),
    ("经济社会发", "展取得新成就"),
    ("比上年同期增", "长12%"),
    ("推动产业转型升", "级的重要举措"),
    ("在新的历史起", "点上"),
    ("基础设", "施建设"),
]
ACROSS = [  # tails and heads that do not belong together
    ("今年全县农业机", "持以人民为中心"),
    ("这项工程总投", "局了解到"),
    ("会议强调要坚", "资约三亿元"),
    ("记者从市教育", "示，今年"),
    ("公司负责人表", "展取得新成就"),
    ("经济社会发", "械化水平明显"),
    ("推动产业转型升", "施建设"),
    ("在新的历史起", "资约三亿元"),
    ("基础设", "点上"),
]


SIDES = st.text("全县今年的粮食产量再创新高，增长。经济社会發展", max_size=30)


def join_gain(tail: str, head: str) -> float:
    return float(gains([(tail, head)])[0][0])


def opening_gain(head: str) -> float:
    return float(gains([("", head)])[1][0])


def slow_gain(tail: str, head: str) -> float:
    """How much likelier the head is behind the whole tail than behind nothing."""
    before, after = (ngrams.numbers()[ngrams.code_units(side)] for side in (tail, head))
    whole = ngrams.log_probabilities(np.concatenate([np.zeros(3, np.uint16), before, after]))
    alone = ngrams.log_probabilities(np.concatenate([np.zeros(3, np.uint16), after]))
    return float(whole[3 + len(before) :].sum() - alone[3:].sum()) if head else 0.0


def slow_opening(head: str) -> float:
    """How much likelier the head is behind the edge of a paragraph than behind nothing."""
    return slow_gain("\n", head)


@pytest.mark.parametrize(("tail", "head"), INSIDE)
def test_a_break_inside_a_phrase_gains(tail: str, head: str) -> None:
    assert join_gain(tail, head) > 1.5


@pytest.mark.parametrize(("tail", "head"), ACROSS)
def test_a_wrong_partner_does_not_gain(tail: str, head: str) -> None:
    assert join_gain(tail, head) < 1.0


def test_digits_weigh_the_same() -> None:
    assert join_gain("比上年增长", "27%以上") == join_gain("比上年增长", "9876%以上")


def test_traditional_text_gains_like_simplified() -> None:
    assert join_gain("經濟社會發", "展取得") == pytest.approx(join_gain("经济社会发", "展取得"))


@pytest.mark.parametrize(("tail", "head"), [("", "展"), ("发", ""), ("", "")])
def test_an_empty_side_gains_nothing(tail: str, head: str) -> None:
    assert join_gain(tail, head) == 0.0


def test_an_opening_is_told_from_a_continuation() -> None:
    assert opening_gain("本报讯记者") > opening_gain("展取得了") + 2
    assert opening_gain("") == 0.0


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(SIDES, SIDES), max_size=5))
def test_the_gains_are_those_of_each_pair_read_alone_with_all_of_its_history(pairs: list[tuple[str, str]]) -> None:
    join, opening = gains(pairs)
    assert join.tolist() == pytest.approx([slow_gain(tail, head) for tail, head in pairs], abs=1e-4)
    assert opening.tolist() == pytest.approx([slow_opening(head) for _, head in pairs], abs=1e-4)
    assert evidence(pairs) == pytest.approx((join - 0.8 * opening).tolist())
