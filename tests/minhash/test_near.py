import functools
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.errors import UsageError
from textclean.minhash import EXACT, KEPT, KINDS, NEAR, bands, crowds, near, near_duplicates, peer
from textclean.minhash.codes import encode
from textclean.minhash.sketch import sketch
from textclean.minhash.twins import Related, decide, none_related
from textclean.minhash.verify import Overlaps

from . import brute, synthetic
from .strategies import many


def verdicts(found):
    return [
        (int(twin), KINDS[kind], None if kind == KEPT else float(similarity))
        for twin, kind, similarity in zip(*found, strict=True)
    ]


def assert_true(texts, found, threshold, containment, n=5):
    """Every verdict is right by brute force, and every twin stays."""
    for i, (twin, kind, similarity) in enumerate(verdicts(found)):
        if kind == "kept":
            assert twin == -1
            continue
        assert found.kind[twin] == KEPT
        if kind == "exact":
            assert twin < i
            assert texts[twin] == texts[i]
        elif kind == "contained":
            assert similarity == brute.containment(texts[twin], texts[i], n) >= containment
            assert len(texts[twin]) >= len(texts[i])
        else:
            assert similarity == brute.jaccard(texts[twin], texts[i], n) >= threshold


@pytest.mark.parametrize("backend", ["numpy", "datasketch"])
@settings(deadline=None, max_examples=50)
@given(many, st.sampled_from([0.3, 0.8, 1.0]), st.sampled_from([None, 0.6, 1.0]), st.integers(1, 6))
def test_every_verdict_is_true_and_every_twin_stays(backend, texts, threshold, containment, n):
    found = near_duplicates(texts, threshold, containment, n=n, backend=backend)
    assert [len(column) for column in found] == [len(texts)] * 3
    assert [column.dtype for column in found] == [np.int64, np.uint8, np.float64]
    assert_true(texts, found, threshold, containment, n)
    stays = {text for text, kind in zip(texts, found.kind, strict=True) if kind == KEPT}
    assert sum(found.kind == KEPT) == len(stays)


@functools.cache
def by_brute_force(seed, low, high, containment):
    texts = synthetic.paragraphs(3000, seed, low, high)
    return texts, brute.near_duplicates(texts, 0.8, containment)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("low", "high"), [(60, 400), (20, 60)])
@pytest.mark.parametrize("containment", [None, 0.9])
def test_brute_force_finds_no_more(seed, low, high, containment):
    texts, expected = by_brute_force(seed, low, high, containment)
    found = near_duplicates(texts, 0.8, containment)
    assert_true(texts, found, 0.8, containment)
    should = {i for i, (twin, _, _) in enumerate(expected) if twin >= 0}
    does = {i for i, twin in enumerate(found.twin) if twin >= 0}
    assert len(should) > 400
    assert len(should & does) >= 0.995 * len(should)
    assert not does - should
    same = sum(a == b for a, b in zip(verdicts(found), expected, strict=True))
    assert same >= 0.998 * len(texts)


def test_the_backends_differ_only_by_the_pairs_they_propose(monkeypatch):
    texts = synthetic.paragraphs(400, 4, 40, 200)
    ours = near_duplicates(texts, 0.7)
    theirs = near_duplicates(texts, 0.7, backend="datasketch")
    for found in (ours, theirs):
        assert_true(texts, found, 0.7, None)
        assert sum(found.kind != KEPT) > 80
    own = list(dict.fromkeys(texts))
    limits = near.limits_of(0.7, None, 5, 64, 0.999)
    of_numpy = near.near_pairs(sketch(encode(own), 5, 64, pieces=False).signatures, np.arange(len(own)), limits)[0]
    of_datasketch = peer.candidates(own, 5, 64, *bands.choose(0.7, 64, 0.999))
    assert of_numpy.tolist() != of_datasketch.tolist()
    monkeypatch.setattr(near, "near_pairs", lambda *_: (of_datasketch, np.empty(0, np.int64)))
    assert verdicts(near_duplicates(texts, 0.7)) == verdicts(theirs)
    monkeypatch.setattr(peer, "candidates", lambda *_: of_numpy)
    assert verdicts(near_duplicates(texts, 0.7, backend="datasketch")) == verdicts(ours)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        ([""], [(-1, "kept", None)]),
        (["", ""], [(-1, "kept", None), (0, "exact", 1.0)]),
        (["新", "闻", "新", "新闻"], [(-1, "kept", None), (-1, "kept", None), (0, "exact", 1.0), (-1, "kept", None)]),
        (["\ud800", "\ud800"], [(-1, "kept", None), (0, "exact", 1.0)]),
        (["甲" * 20, "甲" * 30], [(-1, "kept", None), (0, "near", 1.0)]),
    ],
)
def test_small_cases(texts, expected):
    assert verdicts(near_duplicates(texts)) == expected


LEAD = "市水务局昨日公布今年第三季度全市主要供水厂的水质检测结果，"
BODY = "四十二项指标全部合格，其中浊度的平均值比去年同期下降一成以上。"


@pytest.mark.parametrize(
    ("texts", "containment", "expected"),
    [
        ([LEAD + BODY, BODY], None, ["kept", "kept"]),
        ([LEAD + BODY, BODY], 0.9, ["kept", "contained"]),
        ([BODY, LEAD + BODY], 0.9, ["contained", "kept"]),
        ([BODY, LEAD + BODY, BODY], 0.9, ["contained", "kept", "contained"]),
        ([LEAD, BODY, LEAD + BODY], 0.9, ["contained", "contained", "kept"]),
        ([LEAD + BODY, LEAD + BODY[:-4]], None, ["kept", "near"]),
        ([LEAD + BODY[:-4], LEAD + BODY], None, ["kept", "near"]),
    ],
)
def test_the_keep_rule(texts, containment, expected):
    assert [kind for _, kind, _ in verdicts(near_duplicates(texts, 0.8, containment))] == expected


def pairs(*rows):
    left, right, similarity = zip(*rows, strict=True)
    return Related(np.array(left), np.array(right), np.array(similarity, float))


def ruled(count, contained=(), near=(), first=None, rank=None):
    found = decide(
        np.array(range(count) if first is None else first),
        np.array(range(count) if rank is None else rank),
        pairs(*contained) if contained else none_related(),
        pairs(*near) if near else none_related(),
    )
    return [(twin, kind) for twin, kind, _ in verdicts(found)]


def test_a_chain_loses_only_what_is_near_a_kept_text():
    assert ruled(3, near=[(0, 1, 0.9), (1, 2, 0.9)]) == [(-1, "kept"), (0, "near"), (-1, "kept")]


def test_the_twin_is_the_most_similar_survivor_and_the_first_among_equals():
    assert ruled(3, near=[(0, 2, 0.8), (1, 2, 0.9)])[2] == (1, "near")
    assert ruled(3, near=[(0, 2, 0.9), (1, 2, 0.9)])[2] == (0, "near")


def test_copies_of_a_fallen_text_share_its_verdict():
    assert ruled(3, near=[(0, 1, 0.85)], first=[0, 1, 1]) == [(-1, "kept"), (0, "near"), (0, "near")]


def test_a_piece_whose_container_fell_goes_to_what_holds_it_or_stays():
    fallen_container = {"contained": [(1, 2, 1.0)], "near": [(0, 1, 0.8)]}
    assert ruled(3, **fallen_container) == [(-1, "kept"), (0, "near"), (-1, "kept")]
    held = {"contained": [(1, 2, 1.0), (0, 2, 0.9)], "near": [(0, 1, 0.8)]}
    assert ruled(3, **held)[2] == (0, "contained")
    beside = {"contained": [(1, 2, 1.0)], "near": [(0, 1, 0.8), (0, 2, 0.8)]}
    assert ruled(3, **beside)[2] == (0, "near")


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_order_decides_only_which_copy_stays(seed):
    texts = synthetic.paragraphs(120, 9, 40, 120, near=0, exact=0.4)
    shuffled = random.Random(seed).sample(texts, len(texts))
    assert sorted(texts[i] for i in np.flatnonzero(near_duplicates(texts).kind == KEPT)) == sorted(
        shuffled[i] for i in np.flatnonzero(near_duplicates(shuffled).kind == KEPT)
    )


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_the_longest_of_nested_pieces_stays_in_any_order(seed):
    text = synthetic.paragraphs(1, 9, 300, 300, 0, 0)[0]
    nested = random.Random(seed).sample([text[cut : 300 - cut] for cut in range(0, 120, 10)], 12)
    found = near_duplicates(nested, 0.8, 0.95)
    assert [nested[i] for i in np.flatnonzero(found.kind == KEPT)] == [text]


def test_a_hundred_thousand_identical_paragraphs_fall_to_the_first():
    text = synthetic.paragraphs(1, 1, 200, 200, 0, 0)[0]
    found = near_duplicates([text] * 100_000, 0.8, 0.9)
    assert found.kind.tolist() == [KEPT] + [EXACT] * 99_999
    assert set(found.twin[1:].tolist()) == {0}


def test_texts_of_one_character_repeated_fall_to_the_first():
    found = near_duplicates(["甲" * size for size in range(5, 1000)], 0.8, 0.9)
    assert Counter(found.kind.tolist())[KEPT] == 1


def test_a_family_that_shares_every_band_is_cut_to_few():
    text = synthetic.paragraphs(1, 1, 200, 200, 0, 0)[0]
    family = [f"{text}{i:05}" for i in range(10_000)]
    found = near_duplicates(family)
    assert found.kind[0] == KEPT
    assert sum(found.kind == KEPT) == 1


def test_a_crowd_that_is_alike_but_holds_no_copies_costs_a_multiple_of_its_texts(monkeypatch):
    rng = random.Random(1)
    form = "".join(rng.choices(synthetic.CHARACTERS, k=150))
    texts = [form + "".join(rng.choices(synthetic.CHARACTERS, k=60)) for _ in range(40_000)]
    compared = []

    def none_alike(codes, pairs, *rest):
        compared.append(len(pairs))
        return Overlaps(*np.zeros((3, len(pairs)), np.int64))

    monkeypatch.setattr(near, "pair_counts", none_alike)
    assert (near_duplicates(texts).kind == KEPT).all()
    assert len(texts) < sum(compared) <= 2 * near.FEW * 8 * 1.25 * len(texts)


@pytest.mark.parametrize(
    "options",
    [{"threshold": 0}, {"threshold": 1.1}, {"containment": 0}, {"n": 0}, {"slots": 0}, {"recall": 1}, {"backend": "x"}],
)
def test_an_option_out_of_range_is_refused(options):
    with pytest.raises(UsageError):
        near_duplicates(["甲"], **options)


def edited(count, seed, edits=5, cut=8, size=200):
    """So many copies of one paragraph, some of them edited or cut at the beginning."""
    rng = random.Random(seed)
    base = synthetic.paragraphs(1, seed, size, size, 0, 0)[0]
    texts = []
    for _ in range(count):
        chars = list(base)
        for _ in range(rng.randint(0, edits)):
            chars[rng.randrange(len(chars))] = rng.choice(synthetic.CHARACTERS)
        texts.append("".join(chars)[rng.randint(0, cut) :])
    return texts


@pytest.mark.parametrize("containment", [None, 0.95])
def test_a_crowd_of_hundreds_is_decided_as_if_all_had_been_compared(containment):
    texts = edited(400, 3)
    found = near_duplicates(texts, 0.9, containment)
    expected = brute.near_duplicates(texts, 0.9, containment)
    assert sum(kind == "kept" for _, kind, _ in expected) > 20
    assert_true(texts, found, 0.9, containment)
    assert verdicts(found) == expected


ENDS = ("", "另有一句话写在后面，各处不同。", "记者从现场发来这条消息。")


def family(seed, ends):
    """A dozen copies, pieces and chains of one paragraph, and what is not quite a copy of any."""
    cuts = random.Random(seed).choices(range(30), k=12)
    texts = edited(12, seed, edits=4, cut=0, size=90)
    return [text[cut:] + ends[i % len(ends)] for i, (cut, text) in enumerate(zip(cuts, texts, strict=True))]


families = st.builds(
    lambda seeds, ends: [text for seed in seeds for text in family(seed, ends)],
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.lists(st.sampled_from(ENDS), min_size=1, max_size=3),
).flatmap(st.permutations)


@settings(deadline=None, max_examples=60)
@given(families, st.sampled_from([0.6, 0.8, 0.9]), st.sampled_from([None, 0.7, 0.9]), st.integers(1, 4))
def test_however_few_make_a_crowd_the_verdicts_are_the_same(texts, threshold, containment, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near, "ROOM", len(texts))
        whole = verdicts(near_duplicates(texts, threshold, containment))
        patch.setattr(near, "ROOM", 2 * few + 1)
        patch.setattr(near, "FEW", few)
        patch.setattr(crowds, "BLOCK", 10 * few)
        assert verdicts(near_duplicates(texts, threshold, containment)) == whole
    expected = brute.near_duplicates(texts, threshold, containment)
    assert sum(a == b for a, b in zip(whole, expected, strict=True)) >= 0.9 * len(texts)


@pytest.mark.parametrize(("containment", "edits"), [(None, 2), (0.9, 1)])
def test_ten_thousand_near_copies_of_one_line_are_decided_as_the_rule_says(containment, edits):
    """By brute force only those that stay can be looked at: who stays, and to which of them each other falls."""
    texts = edited(10_000, 6, edits=edits, cut=4, size=200)
    found = near_duplicates(texts, 0.8, containment)
    stays = np.flatnonzero(found.kind == KEPT).tolist()
    assert 1 <= len(stays) < 100
    for i in random.Random(1).sample(range(len(texts)), 100):
        scores = [(brute.jaccard(texts[one], texts[i]), -one) for one in stays if one != i]
        if found.kind[i] == KEPT:
            assert max(scores)[0] < 0.8
        elif found.kind[i] != EXACT:
            inside = [
                (brute.containment(texts[one], texts[i]), -one)
                for one in stays
                if (len(texts[one]), -one) > (len(texts[i]), -i)
            ]
            best = max(scores if found.kind[i] == NEAR else inside)
            assert (float(found.similarity[i]), -int(found.twin[i])) == best
