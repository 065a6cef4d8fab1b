"""Lines that were broken at bold text and links: a number or a Latin word stands on a line of its own.

``全县产茶`` / ``3200`` / ``吨`` is one line; a page number between two halves of a paragraph is none of it.
"""

from collections.abc import Sequence
from typing import Final

from textclean.language.expressions import lazy
from textclean.language.lines import closed
from textclean.stage import Document
from textclean.stages.layout.doubtful import Join, Piece
from textclean.stages.layout.joins import Evidence
from textclean.stages.layout.page import Row, rows_of

_TOKEN = lazy(r"[0-9A-Za-z][0-9A-Za-z.,:%％‰/+-]{0,31}\Z")
_SURE: Final = 0.5
"""Nats that both breaks need: of those that no extractor made, in newspapers that were broken elsewhere, none has them,
of those that one made, seven in ten have."""
_USUAL: Final = -3.0
"""What they need on a page that has many of them."""
_LEAST: Final = -6.0
"""What they need where blank lines part the paragraphs of such a page."""
_MANY: Final = 3
"""Sure ones that make such a page, if they are half of all."""


def _is_close(rows: Sequence[Row], i: int) -> bool:
    """Whether no blank line stands before or after a line."""
    return rows[i].gap == rows[i + 1].gap == 0


def joins_of_tagged(doc: Document, pieces: Sequence[Piece], evidence: Evidence) -> list[Join]:
    """The breaks before and after numbers and Latin words on lines of their own, where a sentence goes on there."""
    alone = [
        i
        for i in range(1, len(pieces) - 1)
        if _TOKEN.match(pieces[i].text) and not closed(pieces[i - 1].text) and not _TOKEN.match(pieces[i - 1].text)
    ]
    if not alone:
        return []
    rows = rows_of(doc, pieces)
    asked: list[tuple[str, str]] = []
    for i in alone:
        tail, token, head = (pieces[at].text for at in (i - 1, i, i + 1))
        asked += (tail, token + head), (tail + token, head), (tail, head)
    told = evidence(asked)
    weakest = [min(told[at : at + 2]) for at in range(0, len(told), 3)]
    direct = told[2::3]
    sure = [i for i, least, other in zip(alone, weakest, direct, strict=True) if least >= _SURE and least > other]
    if len(sure) < _MANY or 2 * len(sure) < len(alone):
        found = sure
    elif 3 * sum(_is_close(rows, i) for i in sure) < 2 * len(sure) or not any(row.gap for row in rows):
        found = [i for i, least in zip(alone, weakest, strict=True) if least >= _USUAL]
    else:  # blank lines part the paragraphs of this page, and none the pieces of one
        found = [i for i, least in zip(alone, weakest, strict=True) if _is_close(rows, i) and least >= _LEAST]
    return [Join(at) for at in sorted({at for i in found for at in (i - 1, i)})]
