from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.codes import encode
from textclean.minhash.grams import hashes

from . import brute
from .strategies import many


def own(texts, n):
    codes = encode(texts)
    values = hashes(codes, n)
    assert len(values) == sum(map(len, texts))
    return [set(values[a:b].tolist()) for a, b in zip(codes.offsets[:-1], codes.offsets[1:], strict=True)]


@settings(deadline=None, max_examples=50)
@given(many, st.integers(1, 7))
def test_equal_grams_have_equal_hashes_and_the_sets_have_the_size_of_the_gram_sets(texts, n):
    found = own(texts, n)
    assert [len(values) for values in found] == [len(brute.grams(text, n)) for text in texts]
    for i, left in enumerate(texts):
        for j, right in enumerate(texts):
            assert len(found[i] & found[j]) == len(brute.grams(left, n) & brute.grams(right, n))


@settings(deadline=None, max_examples=50)
@given(many, st.text(max_size=9))
def test_the_hash_does_not_depend_on_what_stands_around_the_text(texts, text):
    assert own([*texts, text, "𠀀"], 5)[len(texts)] == own([text], 5)[0]


def test_short_texts_are_not_all_alike():
    texts = ["甲", "甲\0", "甲\0\0\0\0", "乙", "甲乙", "乙甲", "甲甲", "甲甲甲甲"]
    assert len(set.union(*own(texts, 5))) == len(texts)


def test_half_a_million_different_grams_collide_as_rarely_as_random_numbers():
    text = "".join(chr(0x4E00 + (i * i * 7 + i * 13 + (i >> 7)) % 5000) for i in range(500_000))
    lost = len(brute.grams(text, 5)) - len(own([text], 5)[0])
    assert 0 <= lost < 80  # 29 expected
