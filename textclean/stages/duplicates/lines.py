"""Lines of many texts at once, folded, and where in the source they stand."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.ledger import Edits
from textclean.minhash.codes import Codes, encode
from textclean.stage import Document
from textclean.stages.duplicates.folding import fold_codes


class Lines(NamedTuple):
    """The lines of several texts, blank ones left out, in order.

    Attributes:
        codes: the folded lines.
        bounds: where the lines of each text begin, one more than texts.
        start, end: int64, code points of the text that the line is in.
        number: int64, 1-based; blank lines count.
    """

    codes: Codes
    bounds: list[int]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    number: NDArray[np.int64]


def folded_lines(texts: Sequence[str]) -> Lines:
    """The lines of ``texts``; blank is what folds to nothing."""
    points = encode(["\n".join([*texts, ""])]).codes  # a line break behind each text, too: it folds to nothing
    stops = np.flatnonzero(points == ord("\n"))
    starts = np.concatenate([[0], stops + 1])
    codes = fold_codes(Codes(points, starts))
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    told = codes.lengths.nonzero()[0]
    bounds = starts[told].searchsorted(begins)
    count = bounds[1:] - bounds[:-1]
    begin = begins[:-1].repeat(count)
    return Lines(
        codes._replace(offsets=codes.offsets[np.append(told, len(stops))]),
        bounds.tolist(),
        starts[told] - begin,
        stops[told] - begin,
        told + 1 - starts.searchsorted(begins[:-1]).repeat(count),
    )


def source_lines(doc: Document, starts: Sequence[int], numbers: Sequence[int]) -> Sequence[int]:
    """Like :meth:`Document.source_lines`, of the characters at ``starts``, which stand in the lines ``numbers``.

    Layers are stepped back only down to the last one that touches a line break; most touch none.
    """
    below = len(doc.layers)
    for number, layer in enumerate(doc.layers):
        edits = layer.edits
        if edits.moves:
            return doc.source_lines(starts)
        if number < below and _breaks(edits):
            below = number
    for layer in reversed(doc.layers[below:]):
        starts, numbers = _step_back(layer.edits, starts, numbers)
    return numbers


def _breaks(edits: Edits) -> bool:
    """Whether an edit takes or puts a line break."""
    return "\n" in "".join(edits.olds) or "\n" in "".join(edits.news)


def _step_back(edits: Edits, places: Sequence[int], lines: Sequence[int]) -> tuple[list[int], list[int]]:
    """Like :func:`textclean.ledger.step_back`, of places that rise: one walk along places and edits."""
    old_places: list[int] = []
    old_lines: list[int] = []
    rows = zip([*places, sys.maxsize], [*lines, 0], strict=True)
    place, line = next(rows)
    shift = grown = 0
    for start, old, new in zip(edits.starts, edits.olds, edits.news, strict=True):
        more = len(new) - len(old)
        if not more and "\n" not in old and "\n" not in new:
            continue
        begin = start - shift
        while place < begin:
            old_places.append(place + shift)
            old_lines.append(line + grown)
            place, line = next(rows)
        while place < begin + len(new):
            offset = place - begin
            same = 0 if more else offset
            old_places.append(start + same)
            old_lines.append(line + grown + old.count("\n", 0, same) - new.count("\n", 0, offset))
            place, line = next(rows)
        shift -= more
        grown += old.count("\n") - new.count("\n")
    while place < sys.maxsize:
        old_places.append(place + shift)
        old_lines.append(line + grown)
        place, line = next(rows)
    return old_places, old_lines
