"""Lines of many texts at once, folded."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, encode
from textclean.native import extension
from textclean.stages.duplicates.folding import fold_codes, folding_table

_built = extension("folding")


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


def kinds_of(codes: Codes, kinds: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Of each text, none of which is empty, the kinds of its last character, and those of all if it is short.

    Args:
        codes: the texts.
        kinds: bits by code point of the basic plane; a character beyond it has none.
        longest: characters of the longest text that is short; a longer one has no kinds as a whole.
    """
    points, offsets = codes
    if _built is not None:
        out = np.empty((len(offsets) - 1, 2), np.uint8)
        _built.kinds(points, points.dtype.itemsize, offsets, kinds, longest, out)
        return out[:, 0], out[:, 1]
    own = np.append(kinds, np.uint8(0)).take(points, mode="clip")
    within = np.bitwise_or.reduceat(own, offsets[:-1]) if len(offsets) > 1 else own[:0]
    return own[offsets[1:] - 1], np.where(codes.lengths > longest, np.uint8(0), within)
