"""Whether one of two readings of a character is a misread one: what is made of a word by its shape is seldom a word.

The readings are compared as log-likelihood ratios in their context, under :mod:`textclean.language.ngrams`. Any
character may stand in a name, so where one may be, the ratio must be that of a name that everyone knows.
"""

from functools import cache
from typing import Final

from textclean.language import ngrams
from textclean.language.confusions import similarity
from textclean.language.joins import WINDOW, folded_text
from textclean.language.names import COMMON_SURNAMES
from textclean.language.resources import read_words

LEVELS: Final = ((0.95, 2.0, 5.0), (0.75, 2.5, 10.0), (0.6, 4.0, 10.0), (0.5, 8.0, 14.0))
"""From what similarity on by how many nats one reading must be likelier, outside names and where one may stand. Of
labelled pairs that no figure is reported on, facts of single characters that look alike by .75 differ by up to 1.2 nats
outside names, by .6 up to 3.0; of characters in names that the model has not seen, 14 in 100 differ by 10."""
RARE: Final = 10.0, 16.0
"""The same for a character that the model hardly knows, which is a variant or a misreading of one."""
_RARELY: Final = 30.0
"""Times in the text that the model was counted on: 讧, 札 and 佣 are seen more often, 俢, 叚 and 桯 less."""
_NAME_REACH: Final = 2


def is_misread(text: str, start: int, end: int, other: str) -> bool:
    """Whether ``text[start:end]`` and ``other``, which stands there in another copy, are one word, misread in one."""
    own = text[start:end]
    needed = _needed(own, other)
    return needed is not None and abs(_gain(text, start, end, other)) >= needed[_may_be_name(text, start, other)]


def _needed(own: str, other: str) -> tuple[float, float] | None:
    """By how many nats one reading must be likelier, outside names and in them; None: they do not look alike."""
    divided, everywhere = _listed()
    if (own, other) in divided:
        return LEVELS[0][1:]
    if len(own) != len(other):
        return None
    pairs = [pair for pair in zip(own, other, strict=True) if pair[0] != pair[1]]
    if everywhere.issuperset(pairs):
        return 0.0, LEVELS[0][2]
    if not _everyday().issuperset(own + other):
        return RARE
    alike = min((similarity(*pair) for pair in pairs), default=1.0)
    return next(((outside, inside) for least, outside, inside in LEVELS if alike >= least), None)


@cache
def _everyday() -> frozenset[str]:
    """The characters that the model has seen more than seldom."""
    import numpy as np

    numbers = ngrams.numbers()
    seen = ngrams.counts()[1](np.arange(int(numbers.max()) + 1, dtype=np.uint64))
    return frozenset(map(chr, np.flatnonzero(seen[numbers] >= _RARELY).tolist()))


def _may_be_name(text: str, start: int, other: str) -> bool:
    """Whether a surname stands at ``start`` or so near before it that a given name may."""
    return not COMMON_SURNAMES.isdisjoint(text[max(0, start - _NAME_REACH) : start + 1] + other[:1])


def _gain(text: str, start: int, end: int, other: str) -> float:
    """log P of a text as it stands, less that with ``other`` in the place of a piece, in nats."""
    reach = ngrams.ORDER - 1
    before = folded_text(text[max(0, start - WINDOW) : start])[-reach:].rjust(reach, "\0")
    after = folded_text(text[end : end + WINDOW])[:reach].ljust(reach, "\0")
    sums = []
    for reading in (text[start:end], other):
        units = ngrams.numbers()[ngrams.code_units(before + folded_text(reading) + after)]
        sums.append(float(ngrams.log_probabilities(units)[reach:].sum()))
    return sums[0] - sums[1]


@cache
def _listed() -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Characters and the two that they are read as, and characters that are taken for one another everywhere."""
    words = read_words("misread.txt")
    divided = [(row[0], row[1:]) for row in words["divided"]]
    everywhere = [(row[0], row[1]) for row in words["everywhere"]]
    both = [frozenset([*pairs, *((other, one) for one, other in pairs)]) for pairs in (divided, everywhere)]
    return both[0], both[1]
