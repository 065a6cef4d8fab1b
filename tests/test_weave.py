"""The extension and the plain functions weave alike, whatever they are given."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean import weave

law = settings(deadline=None, max_examples=300)
both = pytest.mark.parametrize("laid", [weave.plain_lay, weave.lay], ids=["plain", "chosen"])
both_back = pytest.mark.parametrize("woven", [weave.plain_change_back, weave.change_back], ids=["plain", "chosen"])

characters = st.sampled_from("ab中文，\n\u00e9\U00020bb7\ud800")
texts = st.text(characters, max_size=30)
offsets = st.one_of(st.integers(-2, 32), st.sampled_from([10**30, -(10**30), True, 1.5, "1", None]))
strings = st.one_of(st.text(characters, max_size=4), st.sampled_from([None, 3, b"x"]))


def columns(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(entries, max_size=4)
    return st.one_of(lists, lists.map(tuple))


@st.composite
def rows(draw: st.DrawFn) -> tuple[Any, Any, Any, Any]:
    """A text and columns that fit it more often than not."""
    text = draw(texts)
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    starts, ends = points[0::2], points[1::2]
    news = draw(st.lists(st.text(characters, max_size=4), min_size=len(ends), max_size=len(ends)))
    return text, starts[: len(ends)], tuple(ends), news


def outcome(call: Callable[[], object]) -> object:
    """What comes out; None where it is refused, whichever of several faults is seen first."""
    try:
        return call()
    except (TypeError, ValueError):
        return None


def lay_is_the_same(*case: Any) -> None:
    assert outcome(lambda: weave.lay(*case)) == outcome(lambda: weave.plain_lay(*case))


def change_back_is_the_same(*case: Any) -> None:
    assert outcome(lambda: weave.change_back(*case)) == outcome(lambda: weave.plain_change_back(*case))


@law
@given(case=rows(), extra=st.lists(st.integers(0, 3), max_size=8))
def test_places_are_stepped_back_to_where_their_characters_stood(case: Any, extra: list[int]) -> None:
    text, starts, ends, news = case
    woven = weave.change(text, starts, ends, news)
    if woven is None:
        return
    changed, olds, _ = woven
    places = [at for at in accumulate(extra) if at <= len(changed)]
    lines = [changed.count("\n", 0, at) + 1 for at in places]
    before, told = weave.step_back(starts, olds, news, places, lines)
    assert told == [text.count("\n", 0, at) + 1 for at in before]


any_text = st.text(st.one_of(st.characters(), characters), max_size=90)
reasons = st.one_of(st.sampled_from(["width", "blank", 'a "b"\n\x1f']), any_text)


@st.composite
def tidy_rows(draw: st.DrawFn) -> tuple[Any, ...]:
    """A text, columns that fit it and do not touch, and their reasons."""
    text = draw(st.one_of(texts, any_text))
    points = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    starts, ends = points[0::2], points[1::2]
    count = len(ends)
    news = draw(st.lists(st.one_of(st.text(characters, max_size=4), any_text), min_size=count, max_size=count))
    why = draw(st.lists(reasons, min_size=count, max_size=count))
    return text, starts[:count], tuple(ends), news, tuple(why), draw(reasons), "1"


@law
@given(tidy_rows())
def test_edits_that_fit_are_laid_the_same(case: tuple[Any, ...]) -> None:
    lay_is_the_same(*case)


@law
@given(rows(), st.sampled_from(["width", "blank"]))
def test_edits_that_may_touch_are_laid_the_same(case: tuple[Any, ...], reason: str) -> None:
    lay_is_the_same(*case, (reason,) * len(case[1]), "stage", "1")


@law
@given(texts, columns(offsets), columns(offsets), columns(strings), columns(strings))
def test_anything_given_as_edits_has_the_same_outcome(text: str, starts: Any, ends: Any, news: Any, why: Any) -> None:
    lay_is_the_same(text, starts, ends, news, why, "stage", "1")


def test_more_reasons_than_a_character_tells_are_left_to_be_packed() -> None:
    kinds = tuple(map(str, range(80)))
    for why in (kinds, kinds[:79]):
        starts = tuple(range(0, 2 * len(why), 2))
        ends = tuple(start + 1 for start in starts)
        case = ("x" * 200, starts, ends, ("",) * len(why), why, "stage", "1")
        assert (weave.lay(*case) is None) == (weave.plain_lay(*case) is None) == (why is kinds)
        packed, told, counts = weave.pack("stage", "1", starts, ("x",) * len(why), ("",) * len(why), why)
        assert (told, counts) == (why, (1,) * len(why))
        assert weave.plain_lay(*case) is None or packed == weave.lay(*case)[1]


@law
@given(texts, columns(offsets), columns(strings), columns(strings), st.booleans())
def test_anything_given_to_go_back_has_the_same_outcome(
    text: str, places: Any, olds: Any, news: Any, steps: bool
) -> None:
    change_back_is_the_same(text, places, olds, news, steps, None, None)


sizes = st.one_of(st.none(), st.text(st.sampled_from("0123/"), max_size=5))


@law
@given(texts, columns(offsets), texts, texts, st.booleans(), sizes, sizes)
def test_columns_in_one_string_have_the_same_outcome(
    text: str, places: Any, olds: str, news: str, steps: bool, old_sizes: str | None, new_sizes: str | None
) -> None:
    change_back_is_the_same(text, places, olds, news, steps, old_sizes, new_sizes)


@law
@given(rows(), st.booleans())
def test_what_was_woven_in_is_woven_out(case: tuple[Any, Any, Any, Any], packed: bool) -> None:
    text, starts, ends, news = case
    woven = weave.change(text, starts, ends, news)
    if woven is None:
        assert any("\ud800" in new for new in news)
        return
    new, olds, _ = woven
    old_sizes, new_sizes = weave.small(map(len, olds)), weave.small(map(len, news))
    if packed:
        columns = "".join(olds), "".join(news)
        assert weave.change_back(new, list(starts), *columns, False, old_sizes, new_sizes) == text
    else:
        assert weave.change_back(new, list(starts), olds, news, False, None, None) == text


@law
@given(texts, st.text(st.sampled_from("0123/"), max_size=8))
def test_a_string_is_taken_apart_the_same(text: str, told: str) -> None:
    assert outcome(lambda: weave.entries(text, told)) == outcome(lambda: weave.plain_entries(text, told))
    fitting = "1" * len(text) + "0"
    assert weave.entries(text, fitting) == weave.plain_entries(text, fitting) == (*text, "")


@pytest.mark.parametrize(
    ("starts", "ends"), [((2,), (1,)), ((0, 1), (2, 3)), ((-1,), (1,)), ((0,), (5,)), ((2, 0), (3, 1))]
)
def test_edits_that_overlap_or_leave_the_text_are_refused(starts: Any, ends: Any) -> None:
    assert weave.change("正文四字", starts, ends, ("x",) * len(starts)) is None


def test_a_new_text_with_a_lone_surrogate_is_refused_and_one_in_the_text_is_kept() -> None:
    assert weave.change("a\ud800b", (0,), (1,), ("\ud800",)) is None
    assert weave.change("a\ud800b", (0,), (1,), ("c",)) == ("c\ud800b", ("a",), False)


@both
def test_lone_surrogates_are_left_to_the_slow_way_only_where_an_edit_touches_them(laid: Any) -> None:
    assert laid("a\ud800b", (1,), (2,), ("c",), ("r",), "s", "1") is None
    assert laid("a\ud800b", (0,), (1,), ("\ud800",), ("r",), "s", "1") is None
    assert laid("a\ud800b", (0,), (1,), ("c",), ("r",), "s", "1")[0] == "c\ud800b"


ROWS = [((0, 1), (1, 2), ("x", "y"), True), ((0,), (1,), ("a",), True), ((0, 2), (1, 3), ("x", ""), False)]


@pytest.mark.parametrize(("starts", "ends", "news", "untidy"), ROWS)
def test_touching_rows_and_rows_that_change_nothing_are_told(starts: Any, ends: Any, news: Any, untidy: bool) -> None:
    assert weave.change("abc", starts, ends, news)[2] is untidy
    for laid in (weave.lay, weave.plain_lay):
        assert (laid("abc", starts, ends, news, ("r",) * len(news), "s", "1") is None) is untidy


@both_back
@pytest.mark.parametrize("places", [(4,), (-1,), (10**30,)])
def test_places_outside_the_text_are_refused(woven: Any, places: Any) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        woven("abc", places, ("x",), ("y",), False, None, None)


@both_back
def test_sizes_must_add_up_to_the_string(woven: Any) -> None:
    assert woven("aYYYc", [1], "b", "YYY", True, "1", "3") == "abc"
    with pytest.raises(ValueError, match="sizes"):
        woven("aYYYc", [1], "b", "YYY", True, "2", "3")


@law
@given(st.lists(st.integers(0, 300), max_size=20))
def test_small_numbers_are_told_in_a_string_or_not_at_all(given_numbers: list[int]) -> None:
    told = weave.small(given_numbers)
    assert (told is None) == any(number > 78 for number in given_numbers)
    assert told is None or (weave.numbers(told) == given_numbers and told.isprintable())


@pytest.mark.skipif(os.environ.get("TEXTCLEAN_KERNEL") == "0", reason="the extensions are switched off")
def test_the_extension_does_the_work_where_it_was_built() -> None:
    built = pytest.importorskip("textclean._weave")
    chosen = weave.lay, weave.change_back, weave.entries
    assert chosen == (built.lay, built.change_back, built.entries)


def test_plain_python_does_the_work_where_the_extensions_are_switched_off() -> None:
    code = "from textclean import weave; print(weave.built, weave.lay is weave.plain_lay)"
    environment = {**os.environ, "TEXTCLEAN_KERNEL": "0"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "True"]
