"""Texts that come block by block are the same as texts that came at once."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textclean.minhash import growing, near_duplicates
from textclean.minhash.codes import Codes, encode
from textclean.minhash.growing import GrowingCodes

TEXTS = st.lists(st.text("甲乙ab😀\ud800", max_size=40), max_size=8)


def grown(blocks: Sequence[Sequence[str]]) -> GrowingCodes:
    texts = GrowingCodes()
    for block in blocks:
        texts.append(encode(block))
    return texts


def assert_same(found: Codes, texts: Sequence[str]) -> None:
    expected = encode(texts)
    assert found.codes.tolist() == expected.codes.tolist()
    assert found.offsets.tolist() == expected.offsets.tolist()
    assert found.strings(np.arange(len(texts))) == list(texts)


@pytest.fixture(autouse=True, params=[1 << 20, 7])
def _characters_copied_at_a_time(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "_BLOCK", request.param)


@given(st.lists(TEXTS, max_size=6))
def test_blocks_one_after_the_other_are_all_texts(blocks: list[list[str]]) -> None:
    texts = grown(blocks)
    assert_same(texts.codes(), [text for block in blocks for text in block])


@given(st.lists(TEXTS, max_size=4), TEXTS, st.data())
def test_what_is_kept_moves_together_and_more_may_follow(
    blocks: list[list[str]], more: list[str], data: st.DataObject
) -> None:
    texts = grown(blocks)
    every = [text for block in blocks for text in block]
    kept = [i for i in range(len(every)) if data.draw(st.booleans())]
    texts.keep(np.array(kept, np.int64))
    assert_same_texts(texts, [every[i] for i in kept])
    texts.append(encode(more))
    assert_same_texts(texts, [*(every[i] for i in kept), *more])


def assert_same_texts(texts: GrowingCodes, expected: list[str]) -> None:
    codes = texts.codes()  # as wide as ever a character was
    assert codes.strings(np.arange(len(expected))) == expected
    assert codes.offsets.tolist() == encode(expected).offsets.tolist()


def test_part_of_a_buffer_is_appended_as_a_part() -> None:
    whole = encode(["甲乙", "丙", "丁戊己"])
    texts = GrowingCodes()
    texts.append(Codes(whole.codes, whole.offsets[1:]))
    assert_same(texts.codes(), ["丙", "丁戊己"])


def test_texts_lie_in_memory_once() -> None:
    texts = grown([["甲" * 1000] * 100] * 20)
    codes = texts.codes()
    assert codes.codes.nbytes == 2 * 1000 * 100 * 20
    assert codes.codes.base is None or codes.codes.base.nbytes == codes.codes.nbytes
    texts.append(encode(["😀"]))
    assert texts.codes().codes.nbytes == 4 * (1000 * 100 * 20 + 1)
    texts.clear()
    assert texts.codes().codes.tolist() == texts.codes().lengths.tolist() == []


@pytest.mark.parametrize("backend", ["numpy", "datasketch"])
@pytest.mark.parametrize("kernel", ["0", "1"])
def test_code_points_are_searched_as_the_strings_are(
    monkeypatch: pytest.MonkeyPatch, backend: str, kernel: str
) -> None:
    monkeypatch.setenv("TEXTCLEAN_KERNEL", kernel)
    long = "青溪县今年的春茶长势良好，预计全县产量将达到三千二百吨，比去年同期增长百分之八。" * 2
    texts = [long, "", "短", long.replace("良好", "喜人"), long, "另一段" + long[:60], "短", "😀" + long]
    for some in (texts, texts[:-1], []):
        for containment in (None, 0.8):
            expected = near_duplicates(some, containment=containment, backend=backend)  # type: ignore[arg-type]
            found = near_duplicates(grown([some]).codes(), containment=containment, backend=backend)  # type: ignore[arg-type]
            assert found.twin.tolist() == expected.twin.tolist()
            assert found.kind.tolist() == expected.kind.tolist()
            np.testing.assert_array_equal(found.similarity, expected.similarity)
