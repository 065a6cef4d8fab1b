import functools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.codes import encode
from textclean.minhash.grams import hashes, scramble
from textclean.minhash.signatures import LONG, Signatures, agreement, signatures
from textclean.minhash.sketch import Sketches, sketch

from . import brute, synthetic
from .strategies import many


def of(texts, slots=64, n=5):
    return sketch(encode(texts), n, slots, pieces=False).signatures


def together(parts, slots):
    """Several sketches as one, in their order."""
    wides = np.cumsum([0, *(len(part.signatures.wide) for part in parts)])
    prints = np.cumsum([0, *(len(part.prints) for part in parts)])
    rows = [np.where(p.signatures.row < 0, -1, p.signatures.row + at) for p, at in zip(parts, wides, strict=False)]
    starts = [part.offsets[:-1] + at for part, at in zip(parts, prints, strict=False)]
    return Sketches(
        Signatures(
            np.concatenate([np.empty((0, slots), np.uint16), *(part.signatures.narrow for part in parts)]),
            np.concatenate([np.empty((0, slots), np.uint32), *(part.signatures.wide for part in parts)]),
            np.concatenate([np.empty(0, np.int64), *rows]),
        ),
        np.concatenate([np.empty(0, np.uint32), *(part.prints for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *starts, prints[-1:]]).astype(np.int64),
    )


def altered(text, share, rng):
    chars = list(text)
    for _ in range(max(1, int(len(chars) * share))):
        chars[rng.randrange(len(chars))] = rng.choice(synthetic.CHARACTERS)
    return "".join(chars)


@settings(deadline=None, max_examples=50)
@given(many)
def test_a_slot_is_the_smallest_of_first_plus_k_times_second(texts):
    codes = encode(texts)
    grams = hashes(codes, 5)
    found = signatures(grams, codes.offsets, 16)
    for row, a, b in zip(found.narrow, codes.offsets[:-1], codes.offsets[1:], strict=True):
        pairs = [(int(h) >> 16, int(h) & 0xFFFF | 1) for h in grams[a:b]]
        assert row.tolist() == [min(((p + k * q) % 65536 for p, q in pairs), default=65535) for k in range(16)]


def test_a_long_text_has_a_wide_signature_that_is_the_smallest_too():
    text = synthetic.paragraphs(1, 3, LONG + 5000, LONG + 5000, 0, 0)[0]
    codes = encode(["短", text, ""])
    grams = hashes(codes, 5)
    found = signatures(grams, codes.offsets, 8)
    assert found.row.tolist() == [-1, 0, -1]
    second = scramble(grams[1:] + np.uint32(0x9E3779B9)) | np.uint32(1)
    values = [(int(p), int(q)) for p, q in zip(grams[1:], second, strict=True)]
    assert found.wide[0].tolist() == [min((p + k * q) % 2**32 for p, q in values) for k in range(8)]


@functools.cache
def altered_pairs(low, high, count):
    rng = random.Random(5)
    base = synthetic.paragraphs(count, 7, low, high, 0, 0)
    pairs = [text for one in base for text in (one, altered(one, rng.uniform(0, 0.12), rng))]
    left = np.arange(0, len(pairs), 2)
    return pairs, left, np.array([brute.jaccard(pairs[i], pairs[i + 1]) for i in left])


@pytest.mark.parametrize(("low", "high", "count"), [(20, 60, 1500), (60, 400, 1000), (2000, 3000, 1000)])
def test_the_estimate_is_unbiased_and_as_exact_as_theory_says(low, high, count):
    pairs, left, truth = altered_pairs(low, high, count)
    assert truth.min() < 0.45
    for slots in (64, 128):
        error = agreement(of(pairs, slots), left, left + 1) - truth
        theory = np.sqrt((truth * (1 - truth) / slots).mean())
        assert abs(error.mean()) <= 0.005
        assert np.sqrt((error**2).mean()) <= 1.2 * theory


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_long_texts_keep_their_precision(size):
    rng = np.random.default_rng(size)
    text, other = ("".join(map(chr, 0x4E00 + rng.integers(0, 6000, size))) for _ in range(2))
    half = text[: size // 2] + other[size // 2 :]
    found = of([text, other, half], 256)
    same, apart, third = agreement(found, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert same == 1
    assert apart <= 0.02
    assert abs(third - 1 / 3) < 4 * (2 / 9 / 256) ** 0.5


@settings(deadline=None, max_examples=50)
@given(many, st.integers(1, 40))
def test_the_sketch_does_not_depend_on_the_chunk(texts, chunk):
    whole = sketch(encode(texts), 5, 16, pieces=True)
    parts = sketch(encode(texts), 5, 16, pieces=True, chunk=chunk)
    alone = together([sketch(encode([text]), 5, 16, pieces=True) for text in texts], 16)
    for other in (parts, alone):
        for left, right in zip((*whole.signatures, *whole[1:]), (*other.signatures, *other[1:]), strict=True):
            assert left.dtype == right.dtype
            assert left.tolist() == right.tolist()


def test_blocks_and_chunks_of_long_texts_agree():
    texts = [*synthetic.paragraphs(6, 2, 3000, 12000, 0, 0), "", "短", *synthetic.paragraphs(40, 2, 60, 400, 0, 0)]
    whole = sketch(encode(texts), 5, 64, pieces=True)
    alone = together([sketch(encode([text]), 5, 64, pieces=True) for text in texts], 64)
    for left, right in zip((*whole.signatures, *whole[1:]), (*alone.signatures, *alone[1:]), strict=True):
        assert np.array_equal(left, right)
