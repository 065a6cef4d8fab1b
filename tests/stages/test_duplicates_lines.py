"""Lines found together in columns are those that each document has; their source lines are its own."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import edits_for, texts
from textclean.document import Document, Findings, advance
from textclean.stages.duplicates.folding import fold, split
from textclean.stages.duplicates.lines import folded_lines, source_lines

LINES = ["甲乙丙。", "", " \u3000", "臺灣，Ａ", "\u200b", "𠮷野家", "\r"]
some_lines = st.lists(st.sampled_from(LINES)).map("\n".join)
odd_lines = st.lists(st.sampled_from([*LINES, "\ud800"])).map("\n".join)


@settings(deadline=None)
@given(st.lists(odd_lines | texts, max_size=4))
def test_lines_found_together_are_those_of_each_text(many: list[str]) -> None:
    found = folded_lines(many)
    assert len(found.bounds) == len(many) + 1
    assert found.bounds[-1] == len(found.start) == len(found.end) == len(found.number) == len(found.codes.lengths)
    folded = split(found.codes)
    for i, text in enumerate(many):
        own = slice(found.bounds[i], found.bounds[i + 1])
        rows = zip(found.start[own].tolist(), found.end[own].tolist(), found.number[own].tolist(), strict=True)
        every = Document("one", text).paragraphs()
        told = [(*line[:2], number, fold([line.text])[0]) for number, line in enumerate(every, 1)]
        assert [(*row, line) for row, line in zip(rows, folded[own], strict=True)] == [row for row in told if row[3]]


@st.composite
def edited(draw: st.DrawFn) -> Document:
    """A document with a few layers; some move text, some break or join lines, some do neither."""
    doc = Document("one", draw(some_lines | texts))
    for number in range(draw(st.integers(0, 3))):
        edits = draw(edits_for(doc.text, moves=draw(st.booleans())))
        doc = advance(doc, f"stage {number}", "1", Findings(edits))
    return doc


@settings(deadline=None, max_examples=300)
@given(edited())
def test_source_lines_are_those_that_the_document_tells(doc: Document) -> None:
    starts = [line.start for line in doc.paragraphs()]
    assert list(source_lines(doc, starts, range(1, len(starts) + 1))) == doc.source_lines(starts)
