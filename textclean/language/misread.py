"""Whether one of two readings of a character is a misread one: what is made of a word by its shape is seldom a word.

The readings are compared as log-likelihood ratios in their context, under :mod:`textclean.language.ngrams`. Any
character may stand in a name, so where one may be, the ratio must be that of a name that everyone knows.
"""

from functools import cache
from typing import Final

from textclean.language import ngrams
from textclean.language.confusions import mistaken
from textclean.language.joins import WINDOW, folded_text
from textclean.language.names import COMMON_SURNAMES
from textclean.language.resources import read_words

ALIKE: Final = 0.7
"""How alike two characters must look; three in four characters that PP-OCRv4 and Tesseract 5 misread into one that the
table knows at all are at least as alike."""
HARDLY_TOLD: Final = 0.95
"""How alike characters look that readers confuse first of all: 人 and 入, 未 and 末, 日 and 曰."""
LIKELIER: Final = {False: (6.0, 12.0), True: (2.0, 8.0)}
"""Nats by which one reading must be likelier, outside names and where one may stand; by whether they are hardly told
apart. Of characters of held-out news that were replaced by a look-alike, 85 in 100 differ by 6; of those in names that
the model has not seen, 7 in 100 by 12. The lower ones are set on labelled pairs, which no figure is reported on."""
_NAME_REACH: Final = 2


def is_misread(text: str, start: int, end: int, other: str) -> bool:
    """Whether ``text[start:end]`` and ``other``, which stands there in another copy, are one word, misread in one."""
    own = text[start:end]
    if not _look_alike(own, other, ALIKE):
        return False
    needed = LIKELIER[_look_alike(own, other, HARDLY_TOLD)][_may_be_name(text, start, other)]
    return abs(_gain(text, start, end, other)) >= needed


def _look_alike(own: str, other: str, least: float) -> bool:
    if len(own) == len(other):
        return all(one == two or (one, two) in mistaken(least) for one, two in zip(own, other, strict=True))
    return (own, other) in _divided()


def _may_be_name(text: str, start: int, other: str) -> bool:
    """Whether a surname stands at ``start`` or so near before it that a given name may."""
    return not COMMON_SURNAMES.isdisjoint(text[max(0, start - _NAME_REACH) : start + 1] + other[:1])


def _gain(text: str, start: int, end: int, other: str) -> float:
    """log P of a text as it stands, less that with ``other`` in the place of a piece, in nats."""
    import numpy as np

    reach = ngrams.ORDER - 1
    before = folded_text(text[max(0, start - WINDOW) : start])[-reach:].rjust(reach, "\0")
    after = folded_text(text[end : end + WINDOW])[:reach].ljust(reach, "\0")
    sums = []
    for reading in (text[start:end], other):
        units = ngrams.numbers()[ngrams.code_units(before + folded_text(reading) + after)]
        sums.append(float(np.asarray(ngrams.log_probabilities(units))[reach:].sum()))
    return sums[0] - sums[1]


@cache
def _divided() -> frozenset[tuple[str, str]]:
    """Characters and the two that they are read as, either way round."""
    rows = read_words("divided.txt")["divided"]
    return frozenset(pair for row in rows for pair in ((row[0], row[1:]), (row[1:], row[0])))
