import math
import random
from collections import Counter
from itertools import groupby

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.bands import WINDOW as BUCKET
from textclean.minhash.codes import encode
from textclean.minhash.contained import ASKS, NEEDS, WINDOW, candidates, intact, winnow
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
    found = {tuple(pair) for pair in candidates(*prints_of(both), order, intact(0.9, 5), BUCKET)[0].tolist()}
    assert {(i, 300 + i) for i in range(300)} <= found
    assert len(found) < 330


def test_pairs_stay_linear_in_texts_that_share_all_their_fingerprints():
    texts = 20_000
    values = np.tile(np.arange(12, dtype=np.uint32), texts)
    found, crowded = candidates(values, np.arange(texts + 1) * 12, np.arange(texts), 0.76, BUCKET)
    assert crowded.tolist() == list(range(texts))
    assert len(found) <= 2 * BUCKET * texts
    assert set(found[:, 1].tolist()) == set(range(1, texts))
    assert ASKS < 12


def proposed(rows, share, window, room):
    """What candidates() finds among rows of fingerprints, longest text first: fingerprint by fingerprint."""
    holders = {}
    for rank, row in enumerate(rows):
        for value in set(row):
            holders.setdefault(value, []).append(rank)
    pairs, crowded = set(), set()
    for rank, row in enumerate(rows):
        asked = {value for value in row if (value * 0x85EBCA77 & 0xFFFFFFFF) * len(row) < ASKS << 32}
        need = math.ceil(0.5 * share * min(len(asked), NEEDS))
        before = {value: holders[value][: holders[value].index(rank)] for value in asked}
        known = [value for value in asked if before[value]]
        cut = [value for value in known if len(holders[value]) > max(room, 2 * window + 1)]
        if len(known) < need:
            continue
        crowded.update(other for value in cut for other in holders[value])
        met = Counter(other for value in known if value not in cut for other in before[value])
        few = {other for value in cut for other in before[value][:window] + before[value][-window:]}
        pairs |= {(other, rank) for other in few | met.keys() if met[other] + len(cut) >= need}
    return sorted(pairs), sorted(crowded)


ASKED = [value for value in range(60_000) if (value * 0x9E3779B1 * 0x85EBCA77 & 0xFFFFFFFF) * 70 < ASKS << 32]
"""By these ask even texts of 70 fingerprints."""


def test_a_text_that_asks_by_more_than_it_needs_needs_no_more():
    rows = [ASKED[:60], ASKED[:12] + ASKED[100:148], ASKED[20:31] + ASKED[200:249]]
    values = np.array([value * 0x9E3779B1 & 0xFFFFFFFF for row in rows for value in row], np.uint32)
    found, _ = candidates(values, np.arange(4) * 60, np.arange(3), 0.7, BUCKET)
    assert found.tolist() == [[0, 1]]  # 12 of NEEDS will do, 11 will not


def test_what_few_ask_by_and_all_have_makes_no_crowd():
    rows = [[0, *range(10 * text, 10 * text + ASKS - 1)] for text in range(1, 40)]
    values = np.array([value for row in rows for value in row], np.uint32)
    found, crowded = candidates(values, np.arange(40) * ASKS, np.arange(39), intact(0.9, 5), 1, 5)
    assert len(found) == len(crowded) == 0


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.integers(0, 5) | st.integers(0, 60) | st.sampled_from(ASKED), max_size=70), max_size=24),
    st.floats(0, 1),
    st.integers(1, 3),
    st.integers(0, 12),
)
def test_a_text_meets_those_that_hold_enough_of_the_fingerprints_it_asks_by(rows, share, window, room):
    rows = [[value * 0x9E3779B1 & 0xFFFFFFFF for value in row] for row in rows]
    values = np.array([value for row in rows for value in row], np.uint32)
    found, crowded = candidates(values, np.cumsum([0, *map(len, rows)]), np.arange(len(rows)), share, window, room)
    assert ([tuple(pair) for pair in found.tolist()], crowded.tolist()) == proposed(rows, share, window, room)
