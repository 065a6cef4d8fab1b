import numpy as np
import pytest
from hypothesis import given, settings

from textclean.minhash.codes import encode

from .strategies import many


@settings(deadline=None, max_examples=50)
@given(many)
def test_every_code_point_is_there_in_order(texts):
    codes, offsets = encode(texts)
    for text, begin, end in zip(texts, offsets[:-1], offsets[1:], strict=True):
        assert codes[begin:end].tolist() == [ord(char) for char in text]
    assert len(offsets) == len(texts) + 1


@pytest.mark.parametrize(
    ("texts", "dtype"),
    [
        ([], np.uint16),
        (["", ""], np.uint16),
        (["新闻", "\uffff"], np.uint16),
        (["\ud83d", "\ude00"], np.uint16),
        (["\udfff新"], np.uint16),
        (["新闻", "𠀀"], np.uint32),
        (["\ud800", "😀"], np.uint32),
    ],
)
def test_wide_entries_only_for_characters_beyond_the_basic_plane(texts, dtype):
    codes = encode(texts)
    assert codes.codes.dtype == dtype
    assert codes.lengths.tolist() == [len(text) for text in texts]
