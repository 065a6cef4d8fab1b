"""A long text answers as its string would, from an index of its grams."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textclean.stages.duplicates import whole as module
from textclean.stages.duplicates.whole import LOOK, Whole

law = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def indexed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONG", 0)
    monkeypatch.setattr(module, "_OFTEN", 0)
    monkeypatch.setattr(module, "_PLACES", 2)


@st.composite
def texts_and_pieces(draw: st.DrawFn) -> tuple[str, str]:
    text = draw(st.text("甲乙\U00020bb7", min_size=LOOK, max_size=60))
    start = draw(st.integers(0, len(text)))
    piece = text[start : draw(st.integers(start, len(text)))]
    return text, draw(st.sampled_from([piece, piece + "甲", "乙" + piece]))


@law
@given(texts_and_pieces())
def test_a_piece_is_found_where_the_string_finds_it(pair: tuple[str, str]) -> None:
    text, piece = pair
    assert Whole(text).find(piece) == text.find(piece)
    assert Whole(text).find(piece[:LOOK]) == text.find(piece[:LOOK])
    assert Whole(text).rfind(piece[-LOOK:]) == text.rfind(piece[-LOOK:])


def test_the_index_is_made_for_long_texts_that_are_asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONG", 100)
    monkeypatch.setattr(module, "_OFTEN", 1)
    short, long = Whole("天地玄黄宇宙洪荒" * 2), Whole("天地玄黄宇宙洪荒" * 20)
    for text in (short, long):
        assert text.find("天地玄黄宇宙洪荒") == 0
        assert text.find("没有这样的一句话") == -1
    assert "_grams" not in short.__dict__
    assert "_grams" in long.__dict__
