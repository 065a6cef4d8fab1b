"""Lines of many texts at once, folded, and where in the source they stand."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.built import extension
from textclean.ledger import Edits
from textclean.minhash.codes import Codes, encode
from textclean.stage import Document
from textclean.stages.duplicates.folding import fold_codes, folding_table

_built = extension("textclean.stages.duplicates._folding")


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
    codes = encode([text + "\n" for text in texts])  # each line ends in a break, which folds to nothing
    return _plain_lines(codes) if _built is None else _built_lines(codes)


def _plain_lines(codes: Codes) -> Lines:
    stops = np.flatnonzero(codes.codes == ord("\n"))
    starts = np.append(0, stops + 1)
    folded = fold_codes(Codes(codes.codes, starts))
    told = folded.lengths.nonzero()[0]
    bounds = starts[told].searchsorted(codes.offsets)
    count, begins = bounds[1:] - bounds[:-1], codes.offsets[:-1]
    begin = begins.repeat(count)
    return Lines(
        folded._replace(offsets=np.append(0, folded.offsets[told + 1])),
        bounds.tolist(),
        starts[told] - begin,
        stops[told] - begin,
        told + 1 - starts.searchsorted(begins).repeat(count),
    )


def _built_lines(codes: Codes) -> Lines:
    points, offsets = codes
    folded, bounds = np.empty_like(points), np.empty_like(offsets)
    rows = np.empty((np.count_nonzero(points == ord("\n")), 4), np.int64)
    assert _built is not None  # seen by the caller
    found = _built.lines(points, points.dtype.itemsize, offsets, folding_table(), folded, rows, bounds)
    start, end, number, ends = rows[:found].T
    ends = np.append(0, ends)
    return Lines(Codes(folded[: ends[-1]], ends), bounds.tolist(), start, end, number)


def source_lines(doc: Document, starts: Sequence[int], numbers: Sequence[int]) -> Sequence[int]:
    """Like :meth:`Document.source_lines`, of the characters at ``starts``, which stand in the lines ``numbers``.

    Layers are stepped back only down to the last one that touches a line break; most touch none.
    """
    every = [layer.edits for layer in doc.layers]
    if any(edits.moves for edits in every):
        return doc.source_lines(starts)
    below = 0
    while below < len(every) and not _breaks(every[below]):
        below += 1
    for edits in reversed(every[below:]):
        starts, numbers = _step_back(edits, starts, numbers)
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
