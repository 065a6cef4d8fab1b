"""How a change of text is written down: edits, offset maps, layers. Knows no document and no file.

Offsets are code points, half-open.
"""

from textclean.ledger.alignment import Alignment, Span, breaks_lines, step_back
from textclean.ledger.edits import NO_EDITS, Edit, EditBuilder, Edits, apply, columns, undo
from textclean.ledger.layer import Layer, read_layer
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
    "breaks_lines",
    "columns",
    "family",
    "read_layer",
    "step_back",
    "undo",
]
