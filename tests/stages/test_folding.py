import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.minhash.codes import encode
from textclean.stages.duplicates.folding import fold, fold_codes, keys

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
