"""Hard-wrapped text: most lines end at one column, in the middle of a sentence."""

from collections import Counter
from collections.abc import Sequence

from textclean.language.lines import ENUMERATED
from textclean.stages.layout.breaks import PAUSE, SHORT
from textclean.stages.layout.doubtful import Join, Piece
from textclean.stages.layout.joins import Evidence

WRAPPED = 5
"""Broken lines at least of a page that is hard-wrapped."""
_TITLE = 1.0
"""The evidence, in nats, from which the first line of hard-wrapped text is no title."""


def joins_of_wrapped(text: str, pieces: Sequence[Piece], ragged: Sequence[int], evidence: Evidence) -> list[Join]:
    """The breaks of hard-wrapped text: most lines end at one column, in the middle of a sentence."""
    if len(ragged) < WRAPPED or 2 * len(ragged) < len(pieces):
        return []
    lengths = Counter(pieces[i].last for i in ragged if pieces[i].last >= SHORT)
    if lengths.total() < WRAPPED:
        return []
    column = max(lengths, key=lambda n: (lengths[n] + lengths[n - 1] + lengths[n + 1], n))
    full = [piece for piece in pieces if abs(piece.last - column) <= 2]
    beyond = sum(piece.last > column + 2 for piece in pieces)
    if 2 * len(full) < len(pieces) or len(full) < WRAPPED or 10 * beyond > len(pieces):
        return []
    if 2 * sum(PAUSE.search(piece.text) is not None for piece in full) < len(full):
        return []
    joins = [
        Join(i)
        for i in ragged
        if i + 1 < len(pieces)
        and abs(pieces[i].last - column) <= 2
        and not ENUMERATED.match(pieces[i + 1].text)
        and not _indented(text, pieces, i + 1)
    ]
    if joins and joins[0].at == 0 and not PAUSE.search(pieces[0].text):  # a title as wide as the column?
        joins = joins[evidence([(pieces[0].text, pieces[1].text)])[0] < _TITLE :]
    sample = joins[:: max(1, len(joins) // 8)][:8]
    gains = sorted(evidence([(pieces[join.at].text, pieces[join.at + 1].text) for join in sample]))
    return joins if gains and gains[len(gains) // 2] > -1.5 else []


def _indented(text: str, pieces: Sequence[Piece], at: int) -> bool:
    """Whether a line is set in further than the line before it."""
    here, before = (pieces[i].start - text.rfind("\n", 0, pieces[i].start) for i in (at, at - 1))
    return here > before + 1
