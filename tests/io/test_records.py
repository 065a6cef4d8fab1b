"""Documents and ledgers as bytes."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import edits_for, texts
from textclean.decode import decode
from textclean.document import Document, Findings, Mark, advance
from textclean.errors import RestoreError
from textclean.io.records import mark_line, pack_document, pack_ledger, unpack_document, unpack_ledger

law = settings(deadline=None, max_examples=80)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    news = st.text("中文字，。新闻县城发展", min_size=30)
    damaged = news.map(lambda text: text.encode("gb18030") + b"\xff")
    raw = draw(st.one_of(texts.map("中文，{}".format).map(str.encode), damaged))
    text, source = decode(raw)
    doc = Document(draw(texts), text, source=source)
    for _ in range(draw(st.integers(0, 3))):
        marks = [Mark(0, len(doc.text), "typo", "建议", 0.5, "证据")] if doc.text else []
        doc = advance(doc, "stage", "1", Findings(draw(edits_for(doc.text)), marks, {"键": ["值", 1, None]}))
    return doc


@law
@given(documents())
def test_a_packed_document_is_the_same_document(doc: Document) -> None:
    assert unpack_document(*pack_document(doc)) == doc


@law
@given(documents())
def test_a_ledger_and_the_clean_text_restore_the_source(doc: Document) -> None:
    assert unpack_ledger(pack_ledger(doc), doc.text).restored() == doc.restored()


def test_a_mark_line_holds_what_the_design_says() -> None:
    doc = advance(Document("a.txt", "领城"), "typos", "1", Findings(marks=[Mark(0, 2, "typo", "领域", 0.98, "词")]))
    assert orjson.loads(mark_line("a.txt", doc.marks[0])) == {
        "doc": "a.txt",
        "kind": "typo",
        "source": [0, 2],
        "sources": [[0, 2]],
        "text": [0, 2],
        "observed": "领城",
        "suggestion": "领域",
        "score": 0.98,
        "evidence": "词",
    }


@pytest.mark.parametrize("packed", [b"", b"{}", b"[1]", b'{"format": 1}', b"not json", b"\xff"])
def test_what_is_no_ledger_is_refused(packed: bytes) -> None:
    with pytest.raises(RestoreError, match="not a ledger"):
        unpack_ledger(packed, "text")


def test_a_ledger_of_another_format_is_refused_by_number() -> None:
    with pytest.raises(RestoreError, match="format 99"):
        unpack_ledger(b'{"format":99,"id":"a","layers":[]}\n', "text")


def test_a_document_without_source_has_no_ledger() -> None:
    with pytest.raises(RestoreError, match="no source"):
        pack_ledger(Document("a", "text"))
