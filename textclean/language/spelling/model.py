"""The score of a correction: a logistic regression over its figures, and over what the corpus writes elsewhere."""

from functools import cache
from math import exp, log
from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language import ngrams
from textclean.language.ngrams import BITS
from textclean.language.resources import read_arrays
from textclean.language.spelling.features import Measured, measure
from textclean.language.spelling.proposals import fold, propose
from textclean.language.spelling.tables import are_in, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PIECE, _MARGIN = 200_000, 32
"""Long texts are searched in overlapping pieces, so that memory stays bounded."""
_RARE_LEVEL, _VERY_ALIKE = 1.0, 0.9
"""A long word that is hardly more frequent than an unknown one is proposed only for what looks so much alike."""


class Suspicion(NamedTuple):
    """A character that seems to stand for another."""

    at: int
    """Its offset in the text."""
    intended: str
    score: float
    """How sure, 0 to 1."""
    start: int
    end: int
    """The word around it, once corrected."""
    alike: float
    """How alike the two look, 0 where the word alone speaks for the correction."""
    gain: float
    """What the correction gains as a sequence of characters, in nats."""
    pair: int
    """The key of the pair that the correction makes; 0 if that pair is too frequent to tell anything."""


class CorpusWeights(NamedTuple):
    """What the corpus adds to the log-odds of a correction."""

    constant: float
    own: float
    """Of the correction's own log-odds."""
    tells: float
    """Added where the pair that the correction makes tells something."""
    evidence: float
    """Of :func:`corpus_evidence`."""


class Weights(NamedTuple):
    """The fitted model.

    Attributes:
        constant: of the regression.
        slopes: of its figures, in the order of :class:`textclean.language.spelling.features.Figures`.
        corpus: what the corpus adds.
    """

    constant: float
    slopes: tuple[float, ...]
    corpus: CorpusWeights


@cache
def weights() -> Weights:
    """The model of the data file."""
    arrays = read_arrays("spelling.npz")
    constant, *slopes = arrays["weights"].tolist()
    return Weights(constant, tuple(slopes), CorpusWeights(*arrays["corpus"].tolist()))


def find(text: str, threshold: float) -> list[Suspicion]:
    """Suspicions of at least the score ``threshold``, in the order of the text, at most one a word."""
    if len(text) <= _PIECE:
        return _find(text, threshold)
    out: list[Suspicion] = []
    for start in range(0, len(text), _PIECE):
        base = max(0, start - _MARGIN)
        for found in _find(text[base : start + _PIECE + _MARGIN], threshold):
            at = found.at + base
            if start <= at < start + _PIECE and not (out and at - out[-1].at < 2):
                out.append(found._replace(at=at, start=found.start + base, end=found.end + base))
    return out


def _find(text: str, threshold: float) -> list[Suspicion]:
    import numpy as np

    folded, places = fold(text)
    rows = measure(folded.astype(np.uint32), propose(text, folded, places))
    model, figures = weights(), rows.figures
    scores = 1 / (1 + np.exp(-(figures.matrix() @ model.slopes + model.constant)))
    rare = (figures.length > 2) & (figures.level < _RARE_LEVEL)
    scores[rare & (figures.alike < _VERY_ALIKE)] = 0  # there are many places with rare names
    best: dict[int, tuple[float, int]] = {}
    for row in np.flatnonzero(scores >= threshold).tolist():
        at = int(rows.at[row])
        best[at] = max(best.get(at, (0.0, -1)), (float(scores[row]), row))
    chosen: list[tuple[float, int]] = []
    for at in sorted(best):
        if chosen and at - int(rows.at[chosen[-1][1]]) < 2:
            chosen[-1] = max(chosen[-1], best[at])
        else:
            chosen.append(best[at])
    return [_suspicion(rows, row, score, folded, places) for score, row in chosen]


def _suspicion(rows: Measured, row: int, score: float, folded: "NDArray[Any]", places: "NDArray[Any]") -> Suspicion:
    import numpy as np

    at = int(rows.at[row])
    figures = rows.figures.row(row)
    first = at - int(rows.back[row])
    last = first + int(figures.length) - 1
    left, new, right = int(folded[at - 1]), int(rows.intended[row]), int(folded[at + 1])
    pair = (left << BITS) | new if figures.left > figures.right else (new << BITS) | right
    tells = bool(are_in(tables().telling, np.array([pair], np.uint32))[0])
    return Suspicion(
        int(places[at]),
        chr(int(tables().chars[rows.intended[row]])),
        score,
        int(places[first]),
        int(places[last]) + 1,
        float(figures.alike),
        float(figures.sequence),
        pair if tells else 0,
    )


def corpus_evidence(pair: int, seen: int, characters: int) -> float:
    """log((1 + seen) / (1 + expected)) of a pair in a corpus of so many characters; 0 for a pair that tells nothing."""
    import numpy as np

    if not pair:
        return 0.0
    usual = float(ngrams.counts()[2](np.array([pair], np.uint64))[0]) / ngrams.total()
    return log((1 + seen) / (1 + usual * characters))


def weighed(score: float, pair: int, seen: int, characters: int) -> float:
    """The score of a correction in a corpus of so many characters where the pair that it makes was seen so often."""
    if not 0 < score < 1:
        return score
    corpus = weights().corpus
    odds = corpus.constant + corpus.own * log(score / (1 - score))
    if pair:
        odds += corpus.tells + corpus.evidence * corpus_evidence(pair, seen, characters)
    return 1 / (1 + exp(-odds))
