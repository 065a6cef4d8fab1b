"""How a change of text is written down: edits, offset maps, layers. Knows no document and no file.

Offsets are code points, half-open.
"""

from textclean.ledger.alignment import Alignment, Span
from textclean.ledger.edits import NO_EDITS, Edit, EditBuilder, Edits, apply, away_from, columns, undo
from textclean.ledger.layer import Layer, lay, read_layer, without_draft
from textclean.ledger.tally import JOIN, Tally, family

__all__ = [
    "JOIN",
    "NO_EDITS",
    "Alignment",
    "Edit",
    "EditBuilder",
    "Edits",
    "Layer",
    "Span",
    "Tally",
    "apply",
    "away_from",
    "columns",
    "family",
    "lay",
    "read_layer",
    "undo",
    "without_draft",
]
