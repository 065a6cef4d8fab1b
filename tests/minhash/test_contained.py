import random
from itertools import groupby

import numpy as np
from hypothesis import given, settings

from textclean.minhash.bands import WINDOW as BUCKET
from textclean.minhash.codes import encode
from textclean.minhash.contained import PROBES, WINDOW, candidates, intact, winnow
from textclean.minhash.grams import hashes

from . import synthetic
from .strategies import many


def prints_of(texts, n=5):
    codes = encode(texts)
    return winnow(hashes(codes, n), codes.offsets, n)


@settings(deadline=None, max_examples=50)
@given(many)
def test_the_smallest_gram_of_every_window_is_kept_and_nothing_else(texts):
    codes = encode(texts)
    grams = hashes(codes, 5)
    values, offsets = winnow(grams, codes.offsets, 5)
    for i, text in enumerate(texts):
        own = grams[codes.offsets[i] : codes.offsets[i + 1]][: max(len(text) - 4, min(len(text), 1))].tolist()
        windows = [own[at : at + WINDOW] for at in range(max(len(own) - WINDOW + 1, 1))] if own else []
        assert values[offsets[i] : offsets[i + 1]].tolist() == [least for least, _ in groupby(map(min, windows))]


def test_texts_that_share_a_run_of_a_window_share_a_fingerprint():
    rng = random.Random(3)
    for text in synthetic.paragraphs(200, 4, 60, 200, 0, 0):
        at = rng.randrange(len(text) - WINDOW - 4)
        run = text[at : at + WINDOW + 4]
        values, offsets = prints_of([text, "".join(rng.sample(synthetic.CHARACTERS, 30)) + run + "尾"])
        assert set(values[: offsets[1]].tolist()) & set(values[offsets[1] :].tolist())


def test_a_piece_meets_its_container_and_strangers_do_not_meet():
    texts = synthetic.paragraphs(300, 5, 100, 400, 0, 0)
    rng = random.Random(1)
    pieces = []
    for text in texts:
        size = rng.randint(20, len(text) - 1)
        at = rng.randrange(len(text) - size + 1)
        pieces.append(text[at : at + size])
    both = texts + pieces
    order = np.array(sorted(range(len(both)), key=lambda i: (-len(both[i]), i)))
    found = {tuple(pair) for pair in candidates(*prints_of(both), order, intact(0.9, 5))[0].tolist()}
    assert {(i, 300 + i) for i in range(300)} <= found
    assert len(found) < 330


def test_pairs_stay_linear_in_texts_that_share_all_their_fingerprints():
    texts = 20_000
    values = np.tile(np.arange(12, dtype=np.uint32), texts)
    found, crowded = candidates(values, np.arange(texts + 1) * 12, np.arange(texts), 0.76)
    assert crowded.tolist() == list(range(texts))
    assert len(found) <= 2 * BUCKET * texts
    assert set(found[:, 1].tolist()) == set(range(1, texts))
    assert PROBES < 12
