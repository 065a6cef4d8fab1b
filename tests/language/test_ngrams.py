"""Counts of character sequences and the evidence for joins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.language import ngrams
from textclean.language.ngrams import join_gain, join_gains, opening_gain
from textclean.language.resources import read_arrays

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


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=5))
def test_many_pairs_gain_what_each_gains_alone(pairs: list[tuple[str, str]]) -> None:
    assert join_gains(pairs) == pytest.approx([join_gain(*pair) for pair in pairs])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 2**52), unique=True, min_size=1))
def test_packed_keys_come_back(keys: list[int]) -> None:
    array = np.array(sorted(keys), np.uint64)
    assert np.array_equal(ngrams.unpack_keys(ngrams.pack_keys(array)), array)


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters()))
def test_every_character_has_one_code_unit(text: str) -> None:
    units = ngrams.code_units(text)
    assert len(units) == len(text)
    assert all(unit == (ord(char) if ord(char) < 65536 else 0) for unit, char in zip(units.tolist(), text, strict=True))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 8191), min_size=6, max_size=6), min_size=1, max_size=5))
def test_few_sequences_have_the_probabilities_they_have_among_many(rows: list[list[int]]) -> None:
    few = np.array(rows, np.uint16)
    many = np.concatenate([few, np.arange(300, dtype=np.uint16).reshape(50, 6)])
    assert np.array_equal(ngrams.log_probabilities(few), ngrams.log_probabilities(many)[: len(few)])


def test_probabilities_of_what_may_follow_sum_to_one() -> None:
    numbers = np.arange(8192, dtype=np.uint16)
    before = ngrams.numbers()[ngrams.code_units("我国经济")]
    rows = np.concatenate([np.tile(before, (8192, 1)), numbers[:, None]], axis=1)
    total = np.exp(ngrams.log_probabilities(rows)[:, -1]).sum()
    assert 0.7 < total < 1.2  # words are counted without what follows them, so the sum is not exactly one


def test_counts_find_what_was_seen_and_nothing_else() -> None:
    one, two = ngrams.counts()[1], ngrams.counts()[2]
    table = ngrams.numbers()
    key = lambda a, b: (int(table[ord(a)]) << ngrams.BITS) | int(table[ord(b)])  # noqa: E731
    found = two(np.array([key("发", "展"), key("领", "城")], np.uint64))
    assert found[0] > 100 > found[1]
    assert one(table[ngrams.code_units("的")].astype(np.uint64))[0] > 10_000


def test_the_file_of_pairs_is_made_from_the_counts() -> None:
    held, counted = read_arrays("attraction.npz"), read_arrays("ngrams.npz")
    assert np.array_equal(held["chars"], counted["chars"])
    assert np.array_equal(ngrams.unpack_keys(held["keys"]), ngrams.attracted_pairs())
