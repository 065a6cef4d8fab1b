"""A document explained line by line."""

import re
from dataclasses import replace

from textclean.document import Document, Findings, Mark, advance
from textclean.ledger import EditBuilder
from textclean.pipeline import Pipeline
from textclean.report.explain import changes, explain


def document() -> Document:
    first, second = EditBuilder(), EditBuilder()
    first.cut(0, 2, "indent")
    first.replace(3, 4, "，", "width")
    first.replace(6, 7, "，", "width")
    second.cut(7, 11, "exact", "b.txt#9")
    doc = advance(Pipeline([]).clean("  甲,乙丙,丁\n戊己庚\n辛"), "one", "1", Findings(first.build()))
    return advance(doc, "two", "1", Findings(second.build()))


def test_every_edit_has_a_place_in_the_clean_text() -> None:
    doc = document()
    assert doc.text == "甲，乙丙，丁\n辛"
    assert [(change.stage, change.edit.reason) for change in changes(doc)] == [
        ("one", "indent"),
        ("one", "width"),
        ("one", "width"),
        ("two", "exact"),
    ]
    assert all(0 <= change.place <= len(doc.text) for change in changes(doc))


def test_small_edits_are_counted_and_cuts_name_their_twin() -> None:
    told = list(explain(document(), []))
    assert any("one width: ',' → '，'  ×2" in line for line in told)
    assert any("two cut (exact, kept: b.txt#9): " in line for line in told)


def test_a_move_is_told_once_where_it_left_and_once_where_it_went() -> None:
    edits = EditBuilder()
    edits.move(0, 2, 5, "一\n", "column")
    doc = advance(Pipeline([]).clean("一\n二\n三"), "layout", "1", Findings(edits.build()))
    told = list(explain(doc, []))
    assert sum("layout moved (column): 一⏎" in line for line in told) == 2


def test_marks_are_told_with_their_line_and_cut_ones_are_not() -> None:
    mark = Mark(0, 1, "typo", "领域", 0.97, "词", "领城")
    told = list(explain(document(), [mark, replace(mark, start=-1, end=-1)], line=1))
    assert [line for line in told if "mark" in line] == ["  mark typo: 领城 → 领域  0.97  词"]


def test_a_line_without_any_change_says_so() -> None:
    assert list(explain(Pipeline([]).clean("甲\n乙"), [], line=2)) == [
        "line 2 (source line 2): 乙",
        "  nothing was changed",
    ]


def test_nothing_that_steers_a_terminal_comes_through() -> None:
    edits = EditBuilder()
    edits.cut(1, 9, "control")
    doc = advance(Pipeline([]).clean("甲\x1b[2J\x07\x9b1m乙\x1b[2J"), "one", "1", Findings(edits.build()))
    marks = [Mark(0, 1, "typo", "\x1b[31m", 0.5, "\x1b[1m", "\x07")]
    told = "\n".join(explain(doc, marks))
    assert "\\x1b[2J" in told
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
