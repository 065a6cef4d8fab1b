"""Edits applied, undone, packed, and the offsets across them."""

import pickle
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import dense_edits, edits_for, texts, texts_with_edits
from textclean.errors import EditError
from textclean.ledger import Alignment, EditBuilder, Edits, Layer, apply, away_from, columns, read_layer, undo

cases = st.one_of(texts_with_edits(), dense_edits())
law = settings(deadline=None, max_examples=150)


def applied_slowly(text: str, edits: Edits) -> str:
    """One edit after the other, from the end: the obvious way."""
    rows = list(zip(edits.starts, edits.ends, edits.news, strict=True))
    for start, end, new in reversed(rows):
        text = text[:start] + new + text[end:]
    return text


def origins_slowly(text: str, edits: Edits) -> list[tuple[int, int]]:
    """For every character of the new text the old span it came from, by the definition."""
    found: list[tuple[int, int]] = []
    at = 0
    for row, (start, end, new) in enumerate(zip(edits.starts, edits.ends, edits.news, strict=True)):
        found += [(i, i + 1) for i in range(at, start)]
        if row in edits.moves:
            cut = edits.starts[edits.moves[row]]
            found += [(cut + i, cut + i + 1) for i in range(len(new))]
        elif len(new) == end - start:
            found += [(start + i, start + i + 1) for i in range(len(new))]
        else:
            found += [(start, end)] * len(new)
        at = end
    return found + [(i, i + 1) for i in range(at, len(text))]


@law
@given(cases)
def test_apply_equals_one_edit_after_the_other(case: tuple[str, Edits]) -> None:
    text, edits = case
    assert apply(text, edits)[0] == applied_slowly(text, edits)


@law
@given(cases)
def test_undo_gives_the_old_text_back(case: tuple[str, Edits]) -> None:
    text, edits = case
    new, sealed = apply(text, edits)
    assert undo(new, sealed) == text


@law
@given(cases)
def test_a_packed_layer_is_the_same_layer(case: tuple[str, Edits]) -> None:
    text, edits = case
    new, sealed = apply(text, edits)
    layer = Layer("stage", "1", sealed)
    again = read_layer(layer.packed())
    assert again == layer
    assert again.edits == sealed
    assert again.undo(new) == text
    assert pickle.loads(pickle.dumps(layer)) == layer


@law
@given(cases)
def test_every_new_character_maps_to_where_it_came_from(case: tuple[str, Edits]) -> None:
    text, edits = case
    new, sealed = apply(text, edits)
    back = Alignment(sealed).back
    expected = [[span] if span[0] < span[1] else [] for span in origins_slowly(text, sealed)]
    assert [back(i, i + 1) for i in range(len(new))] == expected


@law
@given(cases)
def test_what_maps_forward_maps_back_onto_itself(case: tuple[str, Edits]) -> None:
    text, edits = case
    sealed = apply(text, edits)[1]
    alignment = Alignment(sealed)
    for i in range(len(text)):
        for start, end in alignment.forward(i, i + 1):
            assert any(a <= i < b for a, b in alignment.back(start, end))


@law
@given(cases)
def test_a_span_maps_to_the_pieces_of_its_characters(case: tuple[str, Edits]) -> None:
    text, edits = case
    new, sealed = apply(text, edits)
    back = Alignment(sealed).back
    pieces = {i for start, end in back(0, len(new)) for i in range(start, end)}
    assert pieces == {i for n in range(len(new)) for start, end in back(n, n + 1) for i in range(start, end)}


@law
@given(cases)
def test_sealed_edits_change_something_and_seal_to_themselves(case: tuple[str, Edits]) -> None:
    text, edits = case
    sealed = apply(text, edits)[1]
    linked = set(sealed.twins) | set(sealed.moves) | set(sealed.moves.values())
    assert all(old != new or row in linked for row, (old, new) in enumerate(zip(sealed.olds, sealed.news, strict=True)))
    assert apply(text, sealed)[1] == sealed


def test_touching_edits_of_one_reason_are_merged_and_others_are_not() -> None:
    builder = EditBuilder()
    for start, reason, twin in ((0, "a", None), (1, "a", None), (2, "b", None), (3, "b", "x#1"), (4, "b", None)):
        builder.cut(start, start + 1, reason, twin)
    sealed = apply("12345", builder.build())[1]
    assert sealed.olds == ("12", "3", "4", "5")
    assert sealed.twins == {2: "x#1"}


def sealed_slowly(text: str, edits: Edits) -> list[tuple[int, int, str, str]]:
    """Start, end, new and reason of the sealed rows, of edits without twins and moves: one row after the other."""
    rows: list[tuple[int, int, str, str]] = []
    for start, end, new, reason in zip(edits.starts, edits.ends, edits.news, edits.reasons, strict=True):
        if text[start:end] == new:
            continue
        if rows and rows[-1][1] == start and rows[-1][3] == reason:
            first = rows.pop()
            rows.append((first[0], end, first[2] + new, reason))
        else:
            rows.append((start, end, new, reason))
    return [row for row in rows if text[row[0] : row[1]] != row[2]]


@law
@given(st.text("ab", max_size=12), st.data())
def test_sealing_drops_and_merges_what_a_walk_along_the_rows_does(text: str, data: st.DataObject) -> None:
    bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    builder = EditBuilder()
    for start, end in sorted({*pairwise(bounds)}):
        builder.replace(start, end, data.draw(st.text("ab", max_size=2)), data.draw(st.sampled_from("pq")))
    edits = builder.build()
    new, sealed = apply(text, edits)
    assert list(zip(sealed.starts, sealed.ends, sealed.news, sealed.reasons, strict=True)) == sealed_slowly(text, edits)
    assert new == applied_slowly(text, edits)
    assert undo(new, sealed) == text


def test_links_follow_their_rows_past_dropped_and_merged_ones() -> None:
    builder = EditBuilder()
    builder.replace(0, 1, "1", "nothing")
    builder.cut(1, 2, "a")
    builder.cut(2, 3, "a")
    builder.cut(3, 4, "a", twin="x#1")
    builder.move(4, 5, 6, "5", "move")
    sealed = apply("123456", builder.build())[1]
    assert sealed.olds == ("23", "4", "5", "")
    assert (dict(sealed.twins), dict(sealed.moves)) == ({1: "x#1"}, {3: 2})


def test_a_move_is_a_cut_and_a_paste_that_point_at_each_other() -> None:
    builder = EditBuilder()
    builder.move(0, 2, 5, "头尾", "move")
    new, sealed = apply("头尾中间段", builder.build())
    assert new == "中间段头尾"
    cut, paste = sealed.rows()
    assert (cut.moved, paste.moved) == (1, 0)
    assert Alignment(sealed).back(3, 4) == [(0, 1)]
    assert Alignment(sealed).forward(1, 2) == [(4, 5)]


def test_a_zero_width_span_has_a_place_on_the_other_side() -> None:
    sealed = apply("abcdef", columns([1, 4], [3, 5], ["X", "YY"], "r"))[1]
    alignment = Alignment(sealed)
    assert alignment.forward(0, 0) == [(0, 0)]
    assert alignment.forward(2, 2) == [(1, 1)]
    assert alignment.forward(6, 6) == [(6, 6)]
    assert alignment.back(6, 6) == [(6, 6)]


@pytest.mark.parametrize(
    ("starts", "ends", "news", "fault"),
    [
        ([0, 1], [2, 3], ["", ""], "overlaps"),
        ([3, 0], [4, 1], ["", ""], "out of order"),
        ([-1], [1], [""], "outside"),
        ([2], [9], [""], "outside"),
        ([2], [1], [""], "ends before"),
        ([0], [1], ["\ud800"], "lone surrogate"),
        ([0, 1], [1], ["", ""], "different lengths"),
    ],
)
def test_edits_that_do_not_fit_are_refused(starts: list[int], ends: list[int], news: list[str], fault: str) -> None:
    with pytest.raises(EditError, match=fault):
        apply("abcd", columns(starts, ends, news, "r"))


def test_a_paste_must_hold_what_its_cut_took() -> None:
    builder = EditBuilder()
    builder.move(0, 1, 2, "z", "move")
    with pytest.raises(EditError, match="paste"):
        apply("abcd", builder.build())


def test_a_layer_cannot_be_changed() -> None:
    layer = Layer("s", "1", Edits())
    with pytest.raises(AttributeError, match="stage"):
        layer.stage = "t"  # type: ignore[misc]


def test_touching_edits_that_undo_each_other_leave_nothing() -> None:
    builder = EditBuilder()
    builder.insert(0, "0", "r")
    builder.cut(0, 1, "r")
    assert apply("01", builder.build()) == ("01", Edits())


@law
@given(st.data())
def test_edits_away_from_spans_touch_none_of_them(data: st.DataObject) -> None:
    text = data.draw(texts)
    edits = data.draw(edits_for(text, moves=data.draw(st.booleans())))
    points = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = list(zip(points[0::2], points[1::2], strict=False))
    kept = away_from(edits, spans)
    new, sealed = apply(text, kept)
    for start, end in spans:
        assert all(row.end <= start or row.start >= end for row in kept.rows())
        assert text[start:end] in new
    assert undo(new, sealed) == text
    apart = [row for row in edits.rows() if all(row.end <= a or row.start >= b for a, b in spans)]
    moved = {i for pair in edits.moves.items() for i in pair}
    assert len(kept) >= len(apart) - len(moved)
