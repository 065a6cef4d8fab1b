"""What speaks for a correction and against it, in figures: one column each, by name."""

from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language import ngrams
from textclean.language.ngrams import BITS, LETTER
from textclean.language.spelling.proposals import AROUND, Proposals
from textclean.language.spelling.tables import LIKENESS_WEIGHT, LONGEST_WORD, WORTH, Tables, tables, word_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNKNOWN = 20.0
"""The share (in a thousand million) of a character that is no word."""
_LEAST_PAIRS, _LEAST_PAIR, _LEAST_GAIN = 4.0, 5.0, 2.0
"""Corrections that gain less as two pairs, as one of them, and then as a sequence of characters, are not scored."""


class Figures(NamedTuple):
    """The figures of corrections: float64 columns, a row each. Logarithms are natural."""

    sequence: "NDArray[Any]"
    """What the correction gains as a sequence of characters, in nats."""
    words: "NDArray[Any]"
    """What it gains as a sequence of words, in nats."""
    alike: "NDArray[Any]"
    """How alike the two characters look, 0 to 1."""
    length: "NDArray[Any]"
    """Characters of the longest word over the place, once corrected."""
    level: "NDArray[Any]"
    """Logarithm of that word's frequency, above that of an unknown character."""
    singles: "NDArray[Any]"
    """How many words of one character fewer there are, once corrected."""
    old_length: "NDArray[Any]"
    """``length`` as the text stands."""
    old_level: "NDArray[Any]"
    """``level`` as the text stands."""
    old_alone: "NDArray[Any]"
    """Logarithm of how often the character that stands there is a word by itself, over how often it is seen."""
    old_amount: "NDArray[Any]"
    """Logarithm of 1 + how often it was counted."""
    new_amount: "NDArray[Any]"
    """The same of the character that may be meant."""
    left: "NDArray[Any]"
    """Logarithm of 1 + the count of the pair that the correction makes with the character before."""
    right: "NDArray[Any]"
    """The same with the character after."""
    letter: "NDArray[Any]"
    """1 where a Latin letter stands, else 0."""

    def matrix(self) -> "NDArray[Any]":
        """The columns side by side: float64 of shape (corrections, figures)."""
        import numpy as np

        return np.stack(self, axis=1)

    def row(self, number: int) -> "Figures":
        """The figures of one correction, as arrays of no dimension."""
        return Figures(*(column[number] for column in self))


class Measured(NamedTuple):
    """Corrections that make the text likelier, with their figures."""

    at: "NDArray[Any]"
    """Where, in the folded text."""
    intended: "NDArray[Any]"
    """The number of the character that may be meant."""
    figures: Figures
    back: "NDArray[Any]"
    """How far before ``at`` the word begins that the correction makes."""


class _Words(NamedTuple):
    """How rows of characters read as words."""

    log: "NDArray[Any]"
    """Logarithm of the probability of the best division."""
    length: "NDArray[Any]"
    """Characters of the longest word over the middle."""
    level: "NDArray[Any]"
    """Logarithm of its frequency, above that of an unknown character."""
    back: "NDArray[Any]"
    """Distance from its beginning to the middle."""
    singles: "NDArray[Any]"
    """How many words of the best division are single characters."""


def measure(wide: "NDArray[Any]", proposals: Proposals) -> Measured:
    """The corrections that make the pairs and the sequence of characters likelier, with their figures.

    Args:
        wide: the folded text, uint32.
        proposals: the corrections.
    """
    import numpy as np

    at, new, likeness = proposals
    before, here, after = wide[at - 1], wide[at], wide[at + 1]
    left, right, old_left, old_right = _pair_counts(
        np.stack([before, new, before, here]), np.stack([new, after, here, after])
    )
    left_gain, right_gain = np.log((left + 0.1) / (old_left + 0.1)), np.log((right + 0.1) / (old_right + 0.1))
    worth = np.log(np.maximum(left, right) + 0.1) + LIKENESS_WEIGHT * likeness
    better = (left_gain + right_gain > _LEAST_PAIRS) | (np.maximum(left_gain, right_gain) > _LEAST_PAIR)
    kept = np.flatnonzero(better & ((worth >= WORTH) | (likeness == 0)))
    at, new, likeness, left, right = at[kept], new[kept], likeness[kept], left[kept], right[kept]
    reach = ngrams.ORDER - 1
    old_rows = wide[at[:, None] + np.arange(-reach, reach + 1)]
    new_rows = old_rows.copy()
    new_rows[:, reach] = new
    both = ngrams.log_probabilities(np.concatenate([old_rows, new_rows]))[:, reach:].sum(axis=1)
    gain = both[len(at) :] - both[: len(at)]
    kept = np.flatnonzero(gain > _LEAST_GAIN)
    at, new, likeness, gain, left, right = (column[kept] for column in (at, new, likeness, gain, left, right))
    window = wide[at[:, None] + np.arange(-AROUND, AROUND + 1)]
    corrected = window.copy()
    corrected[:, AROUND] = new
    both_ways = _as_words(np.concatenate([window, corrected]), tables())
    old, corrected_words = (_Words(*(np.split(column, 2)[half] for column in both_ways)) for half in (0, 1))
    one = ngrams.counts()[1]
    letter = wide[at] == LETTER
    columns = Figures(
        sequence=gain,
        words=corrected_words.log - old.log,
        alike=likeness,
        length=corrected_words.length,
        level=corrected_words.level,
        singles=old.singles - corrected_words.singles,
        old_length=old.length,
        old_level=old.level,
        old_alone=tables().alone[wide[at]],
        old_amount=np.log1p(np.where(letter, 0, one(wide[at].astype(np.uint64)))),
        new_amount=np.log1p(one(new.astype(np.uint64))),
        left=np.log1p(left),
        right=np.log1p(right),
        letter=letter,
    )
    return Measured(at, new, Figures._make(column.astype(np.float64) for column in columns), corrected_words.back)


def _pair_counts(left: "NDArray[Any]", right: "NDArray[Any]") -> "NDArray[Any]":
    return ngrams.counts()[2]((left.astype("u8") << BITS) | right.astype("u8"))


def _as_words(rows: "NDArray[Any]", t: Tables) -> _Words:
    """The best division of each row into words (Viterbi), and the longest word over its middle."""
    import numpy as np

    width = rows.shape[1]
    middle = width // 2
    unknown = float(np.log(_UNKNOWN / 1e9))
    best = np.full((width + 1, len(rows)), -np.inf)
    best[0] = 0
    singles = np.zeros(best.shape)
    length = np.ones(len(rows), np.int64)
    level = np.zeros(len(rows))
    back = np.zeros(len(rows), np.int64)
    logs = {}
    for size in range(1, LONGEST_WORD + 1):
        windows = rows[:, np.arange(width - size + 1)[:, None] + np.arange(size)]
        found = t.words(word_keys(windows)).astype(np.float64)
        logs[size] = np.where(found < 0, found, unknown if size == 1 else -np.inf)
        for start in range(max(0, middle - size + 1), min(middle, width - size) + 1):
            here = found[:, start]
            better = (here < 0) & ((size > length) | (here - unknown > level))
            length[better] = size
            level[better] = here[better] - unknown
            back[better] = middle - start
    for end in range(1, width + 1):
        for size in range(1, min(end, LONGEST_WORD) + 1):
            log = best[end - size] + logs[size][:, end - size]
            better = log > best[end]
            best[end][better] = log[better]
            singles[end][better] = singles[end - size][better] + (size == 1)
    return _Words(best[width], length, level, back, singles[width])
