"""Keys lead to the paragraphs they were stored for, however the postings are spread over runs."""

import sqlite3
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.index import postings
from textclean.index.postings import CAP, FAN, KEY_BITS, Alive, Postings, insert, key_of, lookup


def fresh() -> sqlite3.Connection:
    base = sqlite3.connect(":memory:", isolation_level=None)
    for statement in postings.SCHEMA:
        base.execute(statement)
    return base


def of(pairs: list[tuple[int, int]]) -> Postings:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return Postings(table[:, 0].astype(np.uint64), table[:, 1].copy())


def found(base: sqlite3.Connection, keys: list[int]) -> dict[int, list[int]]:
    place, number = lookup(base, np.array(keys, np.uint64))
    out = defaultdict(list)
    for at, one in zip(place.tolist(), number.tolist(), strict=True):
        out[keys[at]].append(one)
    return dict(out)


KEYS = st.one_of(st.integers(0, 9), st.integers(0, 2**KEY_BITS - 1), st.just(2**KEY_BITS - 1))
BATCHES = st.lists(st.lists(KEYS, max_size=12), max_size=3 * FAN)


@settings(deadline=None, max_examples=60)
@given(BATCHES, st.lists(KEYS, max_size=10))
def test_every_key_leads_to_its_paragraphs_in_order(batches: list[list[int]], others: list[int]) -> None:
    base, truth, number = fresh(), defaultdict(list), 0
    for batch in batches:
        pairs = []
        for key in batch:
            pairs.append((key, number))
            truth[key].append(number)
            number += 1
        insert(base, of(pairs[::-1]))
    asked = sorted({*truth, *others})
    assert found(base, asked) == {key: numbers[:CAP] for key, numbers in truth.items()}


def test_runs_are_merged_and_their_chunks_go() -> None:
    base = fresh()
    for number in range(FAN * FAN):
        insert(base, of([(number * 7919 % 2**KEY_BITS, number)]))
    assert base.execute("SELECT level, count(*), sum(postings) FROM runs GROUP BY level").fetchall() == [(2, 1, 64)]
    assert base.execute("SELECT count(*) FROM chunks").fetchone() == (1,)


def test_a_merge_in_parts_and_many_chunks_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "_CHUNK", 16)
    monkeypatch.setattr(postings, "_PART", 50)
    base, rng = fresh(), np.random.default_rng(1)
    keys = rng.integers(0, 2**KEY_BITS, 2_000, dtype=np.uint64)
    keys[::5] = keys[0]
    for at in range(0, 2_000, 100):
        insert(base, Postings(keys[at : at + 100], np.arange(at, at + 100)))
    distinct = np.unique(keys)
    place, number = lookup(base, distinct)
    assert (keys[number] == distinct[place]).all()
    assert len(number) == 2_000 - 400 + CAP
    assert base.execute("SELECT count(*) FROM chunks").fetchone()[0] < 2_000 / 8


def test_a_key_of_very_many_paragraphs_leads_to_the_first() -> None:
    base = fresh()
    for at in range(0, 1_000, 50):
        insert(base, of([(5, at + i) for i in range(50)]))
    assert found(base, [5]) == {5: list(range(CAP))}


def test_merging_drops_postings_of_paragraphs_that_are_gone() -> None:
    base = fresh()
    alive = Alive(np.array([0, 20]), np.array([5, 100]))
    for number in range(0, 10 * FAN, 10):
        insert(base, of([(number, number), (number + 1, number + 1)]), lambda: alive)
    assert found(base, [0, 1, 10, 11, 20, 70]) == {0: [0], 1: [1], 20: [20], 70: [70]}


def test_an_empty_index_leads_nowhere() -> None:
    base = fresh()
    assert found(base, [0, 1, 2**KEY_BITS - 1]) == {}
    insert(base, of([]))
    insert(base, of([(2**30, 1)]))
    assert found(base, []) == {}
    assert found(base, [1, 2**31]) == {}


def test_keys_of_one_value_differ_by_kind_and_fill_their_bits() -> None:
    values = np.arange(4_096, dtype=np.uint32)
    keys = [key_of(kind, values) for kind in (0, 1, 1 << 10, 3 << 10)]
    assert len(np.unique(np.concatenate(keys))) == 4 * 4_096
    assert all(0.45 < np.mean((key >> np.uint64(bit)) & np.uint64(1)) < 0.55 for key in keys for bit in (0, 20, 39))
