"""An Arrow string array gives the code points that the same Python strings give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.minhash.synthetic import paragraphs
from textclean.errors import UsageError
from textclean.minhash import near_duplicates
from textclean.minhash.arrow import encode_column, encode_utf8, is_column
from textclean.minhash.codes import Codes, encode

TEXTS = st.lists(st.text(max_size=12) | st.text("中a\u00e9\U0001f600\u0000", max_size=12), max_size=12)


def same(left: Codes, right: Codes) -> bool:
    return (
        left.codes.dtype == right.codes.dtype
        and np.array_equal(left.codes, right.codes)
        and np.array_equal(left.offsets, right.offsets)
    )


@settings(deadline=None, max_examples=100)
@given(TEXTS)
def test_utf8_bytes_give_the_code_points_of_the_strings(texts: list[str]) -> None:
    raw = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, raw)])
    assert same(encode_utf8(np.frombuffer(b"".join(raw), np.uint8), offsets), encode(texts))


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    from textclean.minhash import arrow

    texts = [*paragraphs(50, 4), "", "𠮷" * 30]
    raw = [text.encode() for text in texts]
    data, offsets = np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)])
    whole = encode_utf8(data, offsets)
    monkeypatch.setattr(arrow, "_BLOCK", 100)
    assert same(encode_utf8(data, offsets), whole)
    assert same(whole, encode(texts))


@pytest.mark.parametrize(
    "bad", [b"\x80", b"\xe4\xb8", b"\xc0\x80", b"\xf8\x88\x80\x80\x80", b"\xe4a", b"\xf4\x90\x80\x80"]
)
def test_bytes_that_are_not_utf8_are_refused(bad: bytes) -> None:
    with pytest.raises(UsageError, match="not UTF-8"):
        encode_utf8(np.frombuffer(b"ab" + bad, np.uint8), np.array([0, 2, 2 + len(bad)]))


def test_a_text_that_begins_inside_a_character_is_refused() -> None:
    with pytest.raises(UsageError, match="inside a character"):
        encode_utf8(np.frombuffer("中文".encode(), np.uint8), np.array([0, 2, 6]))


def test_arrays_slices_and_chunks_give_the_verdicts_of_the_strings() -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    texts = [*paragraphs(300, 8), "", "短"]
    expected = near_duplicates(texts, containment=0.9)
    assert (expected.twin >= 0).sum() > 50
    arrays = [
        pa.array(texts),
        pa.array(texts, pa.large_string()),
        pa.chunked_array([texts[:100], texts[100:100], texts[100:]], pa.string()),
        pa.array(["前", *texts, "后"]).slice(1, len(texts)),
        pa.chunked_array([["前", *texts]], pa.string()).slice(1),
    ]
    for array in arrays:
        found = near_duplicates(array, containment=0.9)
        assert [a.tolist() for a in found[:2]] == [a.tolist() for a in expected[:2]]
    assert len(near_duplicates(pa.array([], pa.string())).twin) == 0
    assert near_duplicates(pa.array(["", ""])).twin.tolist() == [-1, 0]
    long = pa.array(texts[:40])
    assert near_duplicates(long, backend="datasketch").twin.tolist() == near_duplicates(texts[:40]).twin.tolist()


def test_what_is_no_array_of_strings_is_refused() -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    assert not is_column(["a"])
    with pytest.raises(UsageError, match="holds int64; give one of strings"):
        encode_column(pa.array([1, 2]))
    with pytest.raises(UsageError, match="1 of 2 strings of the Arrow array are null"):
        near_duplicates(pa.array(["a", None]))
