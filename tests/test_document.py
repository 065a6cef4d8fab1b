"""Documents move on by findings; marks move along; sources give bytes back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import edits_for, texts
from textclean.decode import decode_text
from textclean.document import Document, Findings, Mark, Patch, Piece, Source, advance, digest, paragraphs
from textclean.errors import RestoreError, StageError
from textclean.ledger import EditBuilder

law = settings(deadline=None, max_examples=100)


def document(text: str) -> Document:
    decoded, source = decode_text(text)
    return Document("a.txt", decoded, source=source)


@law
@given(st.data())
def test_any_stack_of_layers_restores_the_source(data: st.DataObject) -> None:
    text = data.draw(texts)
    doc = document(text)
    for number in range(data.draw(st.integers(0, 4))):
        doc = advance(doc, f"stage{number}", "1", Findings(data.draw(edits_for(doc.text))))
    assert doc.original() == text
    assert doc.restored() == text.encode()


@law
@given(st.data())
def test_a_mark_keeps_its_source_through_later_layers(data: st.DataObject) -> None:
    doc = document(data.draw(texts.filter(bool)))
    start = data.draw(st.integers(0, len(doc.text) - 1))
    doc = advance(doc, "marker", "1", Findings(marks=[Mark(start, start + 1, "typo")]))
    letter = doc.text[start]
    for number in range(3):
        doc = advance(doc, f"stage{number}", "1", Findings(data.draw(edits_for(doc.text))))
    (mark,) = doc.marks
    assert mark.observed == letter
    assert mark.source == (start, start + 1)
    if mark.text is not None and doc.text[mark.start : mark.end] == letter and mark.end - mark.start == 1:
        assert any(a <= start < b for a, b in doc.sources(*mark.text))


def test_a_mark_on_text_that_is_cut_has_no_place_any_more() -> None:
    doc = advance(document("甲乙丙"), "m", "1", Findings(marks=[Mark(1, 2, "typo")]))
    builder = EditBuilder()
    builder.cut(0, 3, "gone")
    doc = advance(doc, "c", "1", Findings(builder.build()))
    assert doc.marks[0].text is None
    assert doc.marks[0].source == (1, 2)


def test_marks_and_edits_of_one_stage_speak_of_the_text_it_read() -> None:
    builder = EditBuilder()
    builder.cut(0, 2, "indent")
    doc = advance(document("  领城"), "s", "1", Findings(builder.build(), [Mark(2, 4, "typo", "领域")]))
    assert doc.marks[0].text == (0, 2)
    assert doc.marks[0].source == (2, 4)
    assert doc.marks[0].observed == "领城"


def test_a_mark_over_a_break_names_all_its_pieces() -> None:
    builder = EditBuilder()
    builder.cut(1, 3, "join")
    doc = advance(document("现\n\n代"), "layout", "1", Findings(builder.build()))
    doc = advance(doc, "typos", "1", Findings(marks=[Mark(0, 2, "typo")]))
    assert doc.marks[0].source == (0, 1)
    assert doc.marks[0].sources == ((0, 1), (3, 4))


@pytest.mark.parametrize("mark", [Mark(0, 9, "typo"), Mark(2, 1, "typo"), Mark(0, 1, "nonsense")])
def test_marks_that_do_not_fit_are_refused(mark: Mark) -> None:
    with pytest.raises(StageError, match="mark"):
        advance(document("abc"), "s", "1", Findings(marks=[mark]))


def test_findings_without_edits_leave_no_layer() -> None:
    doc = document("abc")
    assert advance(doc, "s", "1", Findings()) is doc
    assert advance(doc, "s", "1", Findings(meta={"k": 1})).layers == ()


def test_source_lines_are_those_of_the_decoded_source() -> None:
    builder = EditBuilder()
    builder.cut(0, 2, "blank")
    doc = advance(document("\n\n一\n二"), "layout", "1", Findings(builder.build()))
    assert doc.source_lines([p.start for p in doc.paragraphs()]) == [3, 4]


@pytest.mark.parametrize(
    ("new", "lines"),
    [
        ("甲\n乙\n丙\n丁\n", [1, 2, 3, 4, 5]),
        ("甲\n乙\u2028丙\n丁\n", [1, 2, 4, 5]),
        ("甲\n乙\n丙\n丁\n戊\n", [1, 1, 1, 1, 1, 5]),
    ],
    ids=["of the same length", "with fewer lines", "of another length"],
)
def test_lines_inside_one_edit_have_their_source_lines(new: str, lines: list[int]) -> None:
    builder = EditBuilder()
    builder.replace(0, 8, new, "script")
    doc = advance(document("一\n二\n三\n四\n五"), "script", "1", Findings(builder.build()))
    assert doc.source_lines([p.start for p in doc.paragraphs()]) == lines


def test_a_source_puts_patches_and_spans_together() -> None:
    raw = b"\xef\xbb\xbfab\xff" + "中".encode("gb18030") + b"\x80"
    source = Source(
        (Piece(0, 0, "utf-8"), Piece(3, 6, "gb18030")),
        (Patch(0, 0, 0, b"\xef\xbb\xbf"), Patch(5, 2, 3, b"\xff"), Patch(8, 4, 5, b"\x80")),
        digest(raw),
    )
    assert source.encode("ab\ufffd中\ufffd") == raw
    assert source.encoding == "mixed"
    with pytest.raises(RestoreError, match="digest"):
        source.encode("ab\ufffd文\ufffd")


def test_a_document_without_source_says_so() -> None:
    with pytest.raises(RestoreError, match="no source"):
        Document("a", "text").restored()


def test_paragraphs_are_lines_with_their_offsets() -> None:
    assert [(p.start, p.end, p.text) for p in paragraphs("甲\n\n乙")] == [(0, 1, "甲"), (2, 2, ""), (3, 4, "乙")]


@law
@given(st.data())
def test_source_lines_without_looking_at_the_source_are_right(data: st.DataObject) -> None:
    doc = document(data.draw(texts))
    for number in range(data.draw(st.integers(0, 3))):
        doc = advance(
            doc, f"stage{number}", "1", Findings(data.draw(edits_for(doc.text, moves=data.draw(st.booleans()))))
        )
    lines = doc.paragraphs()
    starts = [p.start for p in lines if p.text]
    original = doc.original()
    expected = [original.count("\n", 0, doc.sources(start, start + 1)[0][0]) + 1 for start in starts]
    assert doc.source_lines(starts) == expected
    assert doc.source_lines(starts[::-1]) == expected[::-1]
    every = [p.start for p in lines]
    assert list(doc.source_lines(every, range(1, len(every) + 1))) == doc.source_lines(every)
