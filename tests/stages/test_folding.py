import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.codes import Codes, encode
from textclean.stages.duplicates import folding
from textclean.stages.duplicates.folding import fold, fold_codes, keys, split, unpunctuated, without_punctuation

odd = st.text(st.sampled_from("甲乙 \u3000\u200b，,體体A\uff21\ud83d\ude00😀𠀀\x00"), max_size=20)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("增长５％，Ａ级。", "增长5%,A级."),
        ("經濟體制改革", "经济体制改革"),
        ("重点 推进\u3000“四”\u00a0项", "重点推进「四」项"),
        ("零\u200b宽\ufeff字符", "零宽字符"),
        ("！？；：（）", "!?;:()"),
    ],
)
def test_width_spaces_and_script_do_not_count(left, right):
    assert fold([left]) == fold([right])


@pytest.mark.parametrize(("left", "right"), [("甲", "乙"), ("1.2", "12"), ("①", "1"), ("、", "，"), ("后", "後面")])
def test_everything_else_counts(left, right):
    assert fold([left]) != fold([right])


@settings(deadline=None, max_examples=50)
@given(st.lists(odd, max_size=6))
def test_a_text_is_folded_and_keyed_as_if_it_stood_alone(texts):
    together = fold_codes(encode(texts))
    alone = [fold_codes(encode([text])) for text in texts]
    assert fold(texts) == [fold([text])[0] for text in texts]
    assert keys(together).tolist() == [keys(one)[0].tolist() for one in alone]
    folded = fold(texts)
    assert len({tuple(key) for key in keys(together).tolist()}) == len(set(folded))
    assert fold(folded) == folded


@pytest.fixture(params=["built", "plain"])
def either(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(folding, "_built", None)
    elif folding._built is None:
        pytest.skip("the extension is not built")


@pytest.mark.skipif(folding._built is None, reason="the extension is not built")
@settings(deadline=None)
@given(st.lists(odd | st.text(max_size=9), max_size=6), st.data())
def test_the_extension_gives_the_same_keys(texts, data):
    codes = encode(texts)
    some = sorted(data.draw(st.sets(st.integers(0, len(texts)), min_size=1)))
    for these in (codes, Codes(codes.codes, codes.offsets[some])):  # texts need not cover the buffer
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(folding, "_built", None)
            plain = keys(these)
        assert keys(these).tolist() == plain.tolist()


@pytest.mark.skipif(folding._built is None, reason="the extension is not built")
@settings(deadline=None)
@given(st.lists(odd | st.text(max_size=9), max_size=6), st.data())
def test_the_extension_folds_as_numpy_does(texts, data):
    codes = encode(texts)
    some = sorted(data.draw(st.sets(st.integers(0, len(texts)), min_size=1)))
    for these in (codes, Codes(codes.codes, codes.offsets[some])):
        for folds in (fold_codes, without_punctuation):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(folding, "_built", None)
                plain = split(folds(these))
            assert split(folds(these)) == plain


def test_similarity_is_measured_without_punctuation():
    assert unpunctuated(["“增长5%”，他说：（见《年报》）……—", "，。", ""]) == ["增长5他说见年报", "", ""]


def test_each_half_of_a_key_tells_texts_apart_that_differ_least(either):
    texts = {"甲" * size for size in range(200)} | {"甲" * at + "乙" + "甲" * (90 - at) for at in range(91)}
    texts |= {"甲" * at + "乙丙"[turn] + "丙乙"[turn] + "甲" * (90 - at) for at in range(91) for turn in (0, 1)}
    texts |= {chr(point) for point in (*range(1, 3000), *range(0x20000, 0x20100))}
    for half in keys(encode(sorted(texts))).T:
        assert len(np.unique(half)) == len(texts)


def test_another_character_changes_half_the_bits_of_a_key(either):
    rng = random.Random(5)
    texts = ["".join(rng.choices("北岭水厂改造后采用超滤膜，", k=40)) for _ in range(300)]
    changed = [f"{text[: i % 40]}新{text[i % 40 + 1 :]}" for i, text in enumerate(texts)]
    flips = np.unpackbits((keys(encode(texts)) ^ keys(encode(changed))).view(np.uint8).reshape(300, 16), axis=1)
    assert abs(flips.mean() - 0.5) < 0.01
    assert (abs(flips.mean(axis=0) - 0.5) < 0.15).all()


@pytest.mark.skipif(folding._built is None, reason="the extension is not built")
@pytest.mark.parametrize("offsets", [[], [-1, 2], [0, 4], [2, 1], [0, 2, 1]])
def test_the_extension_refuses_offsets_that_do_not_fit(offsets):
    points, offsets, table = np.zeros(3, np.uint16), np.array(offsets, np.int64), np.zeros(1 << 16, np.uint16)
    with pytest.raises(ValueError, match="fit"):
        folding._built.keys(points, 2, offsets, np.empty((4, 2), np.uint64))
    with pytest.raises(ValueError, match="fit"):
        folding._built.lines(points, 2, offsets, table, points.copy(), np.empty((4, 4), np.int64), offsets.copy())


@pytest.mark.skipif(folding._built is None, reason="the extension is not built")
def test_the_extension_refuses_arrays_that_are_too_small():
    points, offsets, table = np.array([1, 10, 10], np.uint16), np.array([0, 2, 3]), np.ones(1 << 16, np.uint16)
    keyed, room = np.empty((2, 2), np.uint64), (np.empty(3, np.uint16), np.empty((2, 4), np.int64), offsets.copy())
    folding._built.keys(points, 2, offsets, keyed)
    assert folding._built.lines(points, 2, offsets, table, *room) == 2
    for width, out in ((3, keyed), (4, keyed), (2, keyed[:1])):
        with pytest.raises(ValueError, match="fit"):
            folding._built.keys(points, width, offsets, out)
    for arrays in ((table[:-1], points, offsets), (table, points[:-1], offsets), (table, points, offsets[:-1])):
        with pytest.raises(ValueError, match="fit"):
            folding._built.through(points, 2, offsets.copy(), *(array.copy() for array in arrays))
    small = [(table[:-1], *room)] + [(table, *room[:i], room[i][:-1], *room[i + 1 :]) for i in range(3)]
    for arrays in small:
        with pytest.raises(ValueError, match="fit"):
            folding._built.lines(points, 2, offsets, *arrays)


def test_signs_that_decoders_give_differently_are_one_to_the_key():
    assert fold(["列夫・托尔斯泰―他⋯"]) == fold(["列夫·托尔斯泰—他…"]) == fold(["列夫‧托尔斯泰—他…"])
