import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.codes import encode
from textclean.minhash.verify import gram_numbers, overlaps, pair_counts

from . import brute, synthetic
from .strategies import many, texts

LIMITS = st.sampled_from([0.1, 0.25, 0.5, 0.8, 1.0])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(texts, texts), max_size=8), st.integers(1, 7))
def test_counts_are_those_of_the_gram_sets(pairs, n):
    both = np.arange(2 * len(pairs)).reshape(-1, 2)
    shared, left, right = pair_counts(encode([text for pair in pairs for text in pair]), both, n)
    sets = [(brute.grams(a, n), brute.grams(b, n)) for a, b in pairs]
    assert shared.tolist() == [len(a & b) for a, b in sets]
    assert left.tolist() == [len(a) for a, _ in sets]
    assert right.tolist() == [len(b) for _, b in sets]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(texts, texts), max_size=8), st.integers(1, 7), LIMITS, st.none() | LIMITS)
def test_pairs_below_both_limits_count_nothing_and_all_others_are_exact(pairs, n, threshold, containment):
    both = np.arange(2 * len(pairs)).reshape(-1, 2)
    codes = encode([text for pair in pairs for text in pair])
    exact, found = pair_counts(codes, both, n), pair_counts(codes, both, n, threshold, containment)
    kept = [
        brute.jaccard(a, b, n) >= threshold
        or (containment and brute.containment(*((b, a) if len(a) < len(b) else (a, b)), n) >= containment)
        for a, b in pairs
    ]
    for whole, some in zip(exact, found, strict=True):
        assert some.tolist() == np.where(kept, whole, 0).tolist()


@settings(deadline=None, max_examples=100)
@given(many, st.integers(1, 6), st.sampled_from([1, 10, 1000, 2**40, 2**63]))
def test_grams_have_equal_numbers_exactly_when_they_are_equal(texts, n, limit):
    codes = encode(texts)
    numbers, bound = gram_numbers(codes, n, limit)
    seen = {}
    for text, a in zip(texts, codes.offsets, strict=False):
        for i in range(max(len(text) - n + 1, min(len(text), 1))):
            number = int(numbers[a + i])
            assert number < bound
            assert seen.setdefault(number, text[i : i + n]) == text[i : i + n]
    assert len(set(seen.values())) == len(seen)


@pytest.mark.parametrize("n", [3, 5, 9])
def test_a_large_alphabet_is_counted_as_exactly(n):
    rng = np.random.default_rng(n)
    left = "".join(map(chr, rng.permutation(np.arange(0x3400, 0xD000))))
    right = left[1000:30000] + "𠀀" + left[:1500]
    codes = encode([left, right, "甲" * 9, "甲" * 10])
    counts = [int(count[0]) for count in pair_counts(codes, np.array([[0, 1], [2, 3]]), n)]
    sets = brute.grams(left, n), brute.grams(right, n)
    assert counts == [len(sets[0] & sets[1]), len(sets[0]), len(sets[1])]


def test_batches_give_what_one_pair_at_a_time_gives():
    texts = synthetic.paragraphs(120, 8, 60, 2000)
    pairs = np.array([(i, j) for i in range(0, 120, 7) for j in range(i + 1, 120, 3)])
    lengths = np.array([len(text) for text in texts])
    found = overlaps(lambda wanted: [texts[i] for i in wanted], lengths, pairs, 5)
    for (i, j), shared, similarity in zip(pairs.tolist(), found.shared, found.jaccard(), strict=True):
        assert shared == len(brute.grams(texts[i], 5) & brute.grams(texts[j], 5))
        assert similarity == brute.jaccard(texts[i], texts[j])


def test_a_long_text_is_read_once_with_all_that_are_compared_with_it():
    texts = synthetic.paragraphs(200, 9)
    texts[77] = "甲乙丙丁" * 40_000
    pairs = np.array([(min(i, 77), max(i, 77)) for i in range(200) if i != 77])
    read = []
    overlaps(
        lambda wanted: read.extend(wanted) or [texts[i] for i in wanted], np.array(list(map(len, texts))), pairs, 5
    )
    assert sorted(read) == list(range(200))
