"""The kernel gives, bit for bit, what the NumPy functions give."""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash import bands, contained, engine, near_duplicates
from textclean.minhash.codes import Codes, encode, view
from textclean.minhash.contained import NEEDS
from textclean.minhash.signatures import LONG, Signatures
from textclean.minhash.sketch import sketch, sketch_distinct
from textclean.minhash.verify import pair_counts

from . import synthetic
from .strategies import many


@pytest.fixture(scope="module", autouse=True)
def implementation() -> None:
    """Here both run in each test."""
    if engine.kernel() is None:
        pytest.skip("the extension is not built")


def both(work: Callable[[], Any]) -> tuple[Any, Any]:
    found = work()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEXTCLEAN_KERNEL", "0")
        assert engine.kernel() is None
        return found, work()


def arrays(found: Any) -> list[np.ndarray]:
    return [found] if isinstance(found, np.ndarray) else [array for part in found for array in arrays(part)]


def assert_same(work: Callable[[], Any]) -> None:
    left, right = both(work)
    for a, b in zip(arrays(left), arrays(right), strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert a.tobytes() == b.tobytes()


LONG_TEXT = "".join(map(chr, np.random.default_rng(1).integers(0x4E00, 0x9000, 10**6)))
ODD = [[], [""], ["甲"], ["", "\ud800", "\U0010ffff", "\udc00\ud800"], ["甲" * 5000, "甲" * 5001, "乙甲" * 3000]]


@settings(deadline=None, max_examples=50)
@given(many, st.integers(1, 9), st.integers(1, 70), st.booleans())
def test_every_step_of_any_texts(texts, n, slots, pieces):
    same_steps(texts, n, slots, pieces)


@pytest.mark.parametrize("texts", [*ODD, [LONG_TEXT, LONG_TEXT[: 10**5], "𠀀" + LONG_TEXT[: 2 * LONG]]], ids=len)
def test_every_step_of_odd_texts(texts):
    same_steps(texts, 5, 64, True)


def same_steps(texts: list[str], n: int, slots: int, pieces: bool) -> None:
    assert_same(lambda: encode(texts))
    codes = encode(texts)
    assert_same(lambda: sketch(codes, n, slots, pieces=pieces))
    assert_same(lambda: sketch_distinct(codes, n, slots, pieces=pieces))
    assert_same(lambda: sketch_distinct(view(texts), n, slots, pieces=pieces))
    pairs = np.array([(i, j) for j in range(len(texts)) for i in range(j + 1)], np.int64).reshape(-1, 2)
    for least in ((), (0.5,), (0.8, 0.9), (1.0, 0.6)):
        assert_same(lambda least=least: pair_counts(codes, pairs, n, *least))
        assert_same(lambda least=least: pair_counts(view(texts), pairs, n, *least))


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_long_text_compared_with_hundreds_of_others(repeats):
    rng = random.Random(2)
    book = "".join(synthetic.paragraphs(40, 4, 60, 200, 0, 0)) * repeats
    texts = [book, book[::-1]]
    for i in range(600):  # some come again after many that share nothing with them
        at = 0 if i % 255 == 7 else rng.randrange(500, len(book) - 400)
        texts.append(book[at : at + rng.randint(3, 400)] + rng.choice(["", "尾", book[-30:]]))
    pairs = np.array([[0, i] for i in range(2, len(texts))] + [sorted((i, i // 2)) for i in range(2, len(texts))])
    for least in ((), (0.8, 0.9)):
        assert_same(lambda least=least: pair_counts(view(texts), pairs, 5, *least))


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.lists(st.integers(0, 2), min_size=6, max_size=6), max_size=40),
    st.sampled_from([np.uint16, np.uint32]),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(0, 6),
    st.integers(0, 16),
    st.data(),
)
def test_meetings(rows, lane, window, rows_a_band, least, room, data):
    signature = np.array(rows, lane).reshape(-1, 6)
    residents = data.draw(st.integers(0, len(rows)))
    apart = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), np.bool_)

    def work():
        pairs, crowded = bands.meet(signature, residents, 6 // rows_a_band, rows_a_band, window, least, apart, room)
        return np.sort(pairs), crowded

    assert_same(work)


def test_meetings_of_so_many_that_keys_are_sorted_and_made_for_several_bands_at_once():
    signature = np.random.default_rng(1).integers(0, 300, (17_000, 18)).astype(np.uint16)
    assert_same(lambda: [np.sort(bands.meet(signature, 17_000, 9, 2, 16, 0)[0])])
    assert_same(lambda: [np.sort(bands.meet(signature % 10, 17_000, 4, 4, 16, 0)[0])])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.lists(st.integers(0, 12) | st.integers(0, 90), max_size=40), max_size=30),
    st.floats(0, 1),
    st.integers(1, 4),
    st.integers(0, 16),
    st.randoms(),
)
def test_containers(prints, share, window, room, rng):
    spread = rng.choice((1, 0x9E3779B1))  # neighbours as fingerprints are, and far from one another
    values = np.array([value * spread & 0xFFFFFFFF for row in prints for value in row], np.uint32)
    offsets = np.cumsum([0, *map(len, prints)])
    order = np.array(rng.sample(range(len(prints)), rng.randint(0, len(prints))), np.int64)
    assert_same(lambda: contained.candidates(values, offsets, order, share, window, room))


@pytest.mark.parametrize("containment", [None, 0.9])
@pytest.mark.parametrize("texts", [synthetic.paragraphs(3000, 5), ["甲" * i for i in range(600)], *ODD], ids=len)
def test_verdicts(texts, containment):
    assert_same(lambda: near_duplicates(texts, 0.8, containment))


def test_many_threads_at_once_find_what_one_finds():
    texts = synthetic.paragraphs(2000, 6)
    alone = near_duplicates(texts, 0.8, 0.9)
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(lambda _: near_duplicates(texts, 0.8, 0.9), range(12)):
            for a, b in zip(alone, found, strict=True):
                assert a.tobytes() == b.tobytes()


def test_arguments_that_do_not_fit_are_refused():
    kernel = engine.kernel()
    codes, offsets = np.zeros(4, np.uint16), np.array([0, 4])
    narrow, wide, bounds = np.zeros((1, 8), np.uint16), np.zeros((1, 8), np.uint32), np.zeros(2, np.int64)
    none, rows = np.zeros(0, np.int64), np.zeros(2, np.int64)

    def sketched(
        index=rows,
        codes=codes,
        offsets=offsets,
        n=5,
        beyond=9,
        first=none,
        narrow=narrow,
        prints=none,
        bounds=bounds,
    ):
        kernel.sketch(codes, 2, offsets, n, 8, beyond, first, index, narrow, wide[:0], prints, bounds)

    sketched()
    with pytest.raises(ValueError, match="codes"):
        sketched(offsets=np.array([0, 5]))
    with pytest.raises(ValueError, match="rise"):
        sketched(offsets=np.array([3, 2, 4]))
    with pytest.raises(ValueError, match="n and slots"):
        sketched(n=0)
    short = (
        {"index": none},
        {"beyond": 3},
        {"narrow": narrow[:0]},
        {"prints": np.zeros(3, np.uint32)},
        {"bounds": bounds[:1]},
    )
    for arrays in (
        *short,
        {
            "offsets": np.array([0, 2, 4]),
            "first": np.zeros(1, np.int64),
            "narrow": np.tile(narrow, (2, 1)),
            "bounds": np.zeros(3, np.int64),
        },
    ):
        with pytest.raises(ValueError, match="too small"):
            sketched(**arrays)
    with pytest.raises(ValueError, match="index"):
        kernel.overlap(codes, 2, offsets, np.array([0, 1]), 5, 0.0, 1.0, np.zeros(3, np.int64))
    with pytest.raises(TypeError):
        kernel.view(("甲", b"x"), np.zeros(3, np.int64))
    with pytest.raises(TypeError):
        kernel.pack(("甲", b"x"), np.array([0, 1, 2]), np.zeros(2, np.uint16), 2)
    with pytest.raises(ValueError, match="offsets are not"):
        kernel.pack(("甲甲甲",), np.array([0, 1]), np.zeros(1, np.uint16), 2)
    with pytest.raises(ValueError, match="offsets"):
        kernel.pack(("甲", "乙"), np.array([0, 1]), np.zeros(2, np.uint16), 2)
    with pytest.raises(TypeError, match="tuple"):
        kernel.view(["甲"], np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="offsets"):
        kernel.view(("甲",), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="offsets are not"):
        kernel.overlap(kernel.view(("甲",), np.zeros(2, np.int64)), 0, np.zeros(3, np.int64), rows, 5, 0, 1, rows)
    with pytest.raises(BufferError):
        sketched(bounds=bytes(16))
    with pytest.raises(TypeError, match="number of arguments"):
        kernel.overlap(codes, 2, offsets)


def test_strings_are_read_as_their_codes_whatever_their_width():
    texts = [
        "plain words, again and again",
        "plain words, again and agaín",
        "春茶开采，近日青溪县",
        "春茶开采，近日青溪县😀",
        "",
        "a",
    ]
    texts += [text * 3 for text in texts]
    pairs = np.array([(i, j) for j in range(len(texts)) for i in range(j)])
    strings, codes = view(texts), encode(texts)
    for left, right in (
        (sketch_distinct(strings, 5, 16, pieces=True), sketch_distinct(codes, 5, 16, pieces=True)),
        (pair_counts(strings, pairs, 5), pair_counts(codes, pairs, 5)),
    ):
        assert all(np.array_equal(a, b) for a, b in zip(arrays(left), arrays(right), strict=True))


def test_a_view_keeps_its_strings():
    texts = ["".join(chr(0x4E00 + i * k) for k in range(9, 60)) for i in range(1, 200)]
    expected = sketch(encode(texts), 5, 16, pieces=False)
    strings = view(texts)._replace(texts=())
    texts.clear()
    assert sketch(strings, 5, 16, pieces=False).signatures.narrow.tobytes() == expected.signatures.narrow.tobytes()


def test_codes_cut_out_of_others_are_texts_too():
    whole = encode(synthetic.paragraphs(50, 1))
    part = Codes(whole.codes, whole.offsets[10:30])
    assert_same(lambda: sketch(part, 5, 64, pieces=True))
    assert_same(lambda: sketch_distinct(part, 5, 64, pieces=True))


def test_a_signature_has_the_lanes_it_says():
    found = sketch(encode(["甲" * (LONG + 1), "乙"]), 5, 32, pieces=False).signatures
    assert isinstance(found, Signatures)
    assert (found.narrow.dtype, found.wide.dtype, found.row.tolist()) == (np.uint16, np.uint32, [0, -1])


def test_the_environment_decides(monkeypatch):
    monkeypatch.setenv("TEXTCLEAN_KERNEL", "0")
    assert engine.kernel() is None
    assert "off" in engine.describe()
    monkeypatch.delenv("TEXTCLEAN_KERNEL")
    assert engine.describe() == "C kernel"
    assert "TEXTCLEAN_KERNEL" not in os.environ


def family(size: int, seed: int) -> list[str]:
    """Copies of one paragraph, one to three characters of each changed."""
    rng = random.Random(seed)
    base = synthetic.paragraphs(1, seed, 300, 300, 0, 0)[0]
    texts = []
    for _ in range(size):
        chars = list(base)
        for _ in range(rng.randint(1, 3)):
            chars[rng.randrange(len(chars))] = rng.choice(synthetic.CHARACTERS)
        texts.append("".join(chars))
    return texts


def test_a_family_in_rounds_is_decided_alike():
    assert_same(lambda: near_duplicates(family(800, 2), 0.9))


def test_pairings_that_do_not_fit_are_refused():
    kernel = engine.kernel()

    def hold(size=1, ends=(0, 1), order=(0,), window=2, room=5, needs=NEEDS + 1, crowded=1):
        prints, need = np.zeros(size, np.uint32), np.zeros(needs, np.int64)
        kernel.hold(prints, np.array(ends), np.array(order), window, room, need, np.zeros(crowded, np.bool_))

    def meet(count=1, signatures=1, bands=2, room=9, apart=0, index=()):
        made, crowded = np.zeros((signatures, 4), np.uint16), np.zeros(count, np.bool_)
        rows = np.array(index, np.int64)
        kernel.meet(made, rows, 2, count, 4, bands, 2, 4, room, 1, np.zeros(apart, np.bool_), crowded)

    hold()
    meet()
    meet(count=2, signatures=3, index=(2, 0))
    for wrong, match in (
        ({"needs": NEEDS}, "too small"),
        ({"crowded": 0}, "too small"),
        ({"order": (1,)}, "index"),
        ({"ends": (0, 2)}, "fewer"),
        ({"ends": (1, 0)}, "rise"),
        ({"window": 0}, "window"),
        ({"room": 4}, "window"),
    ):
        with pytest.raises(ValueError, match=match):
            hold(**wrong)
    for wrong, match in (
        ({"bands": 3}, "bands"),
        ({"room": 8}, "bands"),
        ({"count": 2}, "too small"),
        ({"index": (1,)}, "index"),
        ({"count": 2, "signatures": 2, "index": (1,)}, "too small"),
        ({"count": 2, "signatures": 2, "apart": 1}, "too small"),
    ):
        with pytest.raises(ValueError, match=match):
            meet(**wrong)
