"""Counts of character sequences."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.language import ngrams
from textclean.language.resources import read_arrays


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
