import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.bands import WINDOW, bucket_pairs, candidates, choose, slots_for
from textclean.minhash.signatures import Signatures

rows_of = st.lists(st.lists(st.integers(0, 2), min_size=6, max_size=6), min_size=1, max_size=25)


def made(narrow, wide=(), row=None):
    narrow = np.array(narrow, np.uint16)
    wide = np.array(wide, np.uint32).reshape(-1, narrow.shape[1])
    return Signatures(narrow, wide, np.full(len(narrow), -1, np.int64) if row is None else np.array(row))


@pytest.mark.parametrize(
    ("threshold", "slots", "recall", "expected"),
    [
        (0.8, 64, 0.999, (16, 4)),
        (0.8, 64, 0.99, (12, 5)),
        (0.7, 64, 0.999, (21, 3)),
        (0.8, 128, 0.999, (25, 5)),
        (1.0, 64, 0.999, (1, 64)),
        (0.05, 64, 0.999, (64, 1)),
    ],
)
def test_bands_follow_from_the_threshold_and_the_recall(threshold, slots, recall, expected):
    assert choose(threshold, slots, recall) == expected


@pytest.mark.parametrize(
    ("threshold", "recall", "slots"),
    [
        (0.8, 0.995, 24),
        (0.7, 0.995, 40),
        (0.6, 0.995, 72),
        (0.5, 0.995, 120),
        (0.1, 0.995, 128),
        (1e-200, 0.995, 128),
        (1.0, 0.9, 24),
    ],
)
def test_slots_follow_from_the_threshold_and_the_recall(threshold, recall, slots):
    assert slots_for(threshold, recall) == slots
    assert slots == 128 or 1 - (1 - threshold**3) ** (slots // 3) >= recall


@settings(deadline=None, max_examples=50)
@given(st.floats(0.05, 1), st.integers(1, 256), st.floats(0.5, 0.9999))
def test_one_row_more_would_miss_the_recall(threshold, slots, recall):
    bands, rows = choose(threshold, slots, recall)

    def reached(r):
        return 1 - (1 - threshold**r) ** (slots // r)

    assert bands == slots // rows
    assert rows == 1 or reached(rows) >= recall
    assert all(reached(more) < recall for more in range(rows + 1, slots + 1))


@settings(deadline=None, max_examples=50)
@given(rows_of, st.integers(1, 6))
def test_pairs_are_those_that_agree_in_a_band(signatures, rows):
    bands = 6 // rows
    found, _ = candidates(made(signatures), np.arange(len(signatures)), bands, rows, floor=0)
    expected = [
        [i, j]
        for i in range(len(signatures))
        for j in range(i + 1, len(signatures))
        if any(
            signatures[i][b * rows : b * rows + rows] == signatures[j][b * rows : b * rows + rows] for b in range(bands)
        )
    ]
    assert found.tolist() == expected


def test_two_long_texts_meet_by_their_wide_signatures_only():
    same, other = [1] * 4, [2] * 4
    found = made([same] * 4, [same, other, same], [0, 1, 2, -1])
    pairs, _ = candidates(found, np.arange(4), 2, 2, floor=0.9)
    assert pairs.tolist() == [[0, 2], [0, 3], [1, 3], [2, 3]]


def test_pairs_below_the_floor_are_left_out():
    found = made([[1, 1, 1, 1], [1, 1, 2, 2], [1, 1, 1, 2]])
    assert candidates(found, np.arange(3), 2, 2, floor=0.7)[0].tolist() == [[0, 2], [1, 2]]


@given(st.lists(st.integers(1, 3 * WINDOW), max_size=5), st.integers(0, 4 * WINDOW))
@settings(deadline=None, max_examples=50)
def test_a_place_meets_all_of_its_bucket_or_of_a_large_one_the_nearest_and_the_first(sizes, room):
    key = np.repeat(np.arange(len(sizes)), sizes)
    left, right, crowded = bucket_pairs(key, room=room)
    found = list(zip(left.tolist(), right.tolist(), strict=True))
    assert len(found) == len(set(found))
    expected, start = set(), 0
    for size in sizes:
        expected |= {
            (start + a, start + b)
            for b in range(size)
            for a in range(b)
            if b - a <= WINDOW or a < WINDOW or size <= room
        }
        start += size
    assert set(found) == expected
    assert crowded.tolist() == np.flatnonzero(np.repeat(sizes, sizes) > max(room, 2 * WINDOW + 1)).tolist()


@given(rows_of, st.integers(1, 3), st.integers(0, 12), st.data())
@settings(deadline=None, max_examples=100)
def test_guests_meet_only_those_who_live_there(signatures, window, room, data):
    room = max(room, 2 * window + 1)
    residents = data.draw(st.integers(0, len(signatures)))
    order = np.array(data.draw(st.permutations(range(len(signatures)))), np.int64)
    own, guests = np.sort(order[:residents]), order[residents:]
    found, crowded = candidates(made(signatures), own, 3, 2, 0, window, guests, room)
    expected, full = set(), set()
    for band in range(3):
        buckets = {}
        for i in [*own.tolist(), *guests.tolist()]:
            buckets.setdefault(tuple(signatures[i][2 * band : 2 * band + 2]), []).append(i)
        for bucket in buckets.values():
            here = [i for i in bucket if i in own]
            for i in bucket:
                before = here[: here.index(i)] if i in here else here
                met = before if len(here) <= room else before[:window] + before[-window:]
                expected |= {tuple(sorted((i, j))) for j in met}
            full |= set(here) if len(here) > room else set()
    assert [tuple(pair) for pair in found.tolist()] == sorted(expected)
    assert crowded.tolist() == sorted(full)


def test_very_many_texts_in_one_bucket_give_a_linear_number_of_pairs():
    signatures = np.tile(np.arange(8, dtype=np.uint16), (100_000, 1))
    signatures[:, 4:] = np.arange(100_000)[:, None] % 65521
    found, crowded = candidates(made(signatures), np.arange(100_000), 2, 4, floor=0.4)
    assert len(crowded) == 100_000
    assert len(found) <= 2 * 2 * WINDOW * 100_000
    assert {int(j) for j in found[:, 1]} == set(range(1, 100_000))
