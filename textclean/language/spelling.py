"""Finds characters that were taken for others: 领城 for 领域, 人库 for 入库, T业 for 工业, 呼与浩特 for 呼和浩特.

Two steps. A first pass looks every pair of neighbours up in two bit sets (pairs that were seen; pairs that a
look-alike turns into part of a word) and leaves about one position in thirty. Only there are corrections proposed — the
look-alikes of :mod:`textclean.language.confusions`, and whatever completes a long word with one character wrong — and
each is scored by a logistic regression over a few figures: what the correction gains in probability as a sequence of
characters and as a sequence of words, how alike the two characters look, how frequent they are. Its weights come from
noise put into news that the tables have not seen (``python -m textclean.language.build FOLDER spelling``).
"""

from functools import cache
from math import exp, log
from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language import ngrams
from textclean.language.confusions import LONGEST_LIST
from textclean.language.ngrams import BITS, DIGIT, EDGE, LETTER
from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SEEN = 1.5
"""A pair counted less often is suspicious."""
_IN_WORD = 4.0
"""A pair counted at least so often, inside a word, is what a suspicious one may have been."""
_TELLING = 64.0
"""A pair inside a word counted at most so often tells what a text is about."""
_ALIKE = 0.4
_LIKENESS_WEIGHT, _WORTH = 10.0, 10.0
"""A look-alike is tried where log(count of the pair it makes) + weight · likeness reaches this."""
_SIZE = 1 << BITS
ASCII = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_AROUND = 4
"""Characters on each side that the word model looks at."""
_LONGEST_WORD = 5
_PIECE, _MARGIN = 200_000, 32
"""Long texts are searched in overlapping pieces, so that memory stays bounded."""
_RARE_LEVEL, _VERY_ALIKE = 1.0, 0.9
_NEVER_ALONE = -6.0
_UNKNOWN = 20.0
"""The share (in a thousand million) of a character that is no word."""
_LEAST_PAIRS, _LEAST_PAIR, _LEAST_GAIN = 4.0, 5.0, 2.0
"""Corrections that gain less as two pairs, as one of them, and then as a sequence of characters, are not scored."""
_WILD_SHARE = {3: 2000.0, 4: 40.0, 5: 40.0, 6: 40.0}
"""How frequent a word of so many characters must be to be completed with one character wrong."""
FEATURES = (
    "sequence",
    "words",
    "alike",
    "length",
    "level",
    "singles",
    "old_length",
    "old_level",
    "old_alone",
    "old_amount",
    "new_amount",
    "left",
    "right",
    "letter",
)


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


class _Tables(NamedTuple):
    han: "NDArray[Any]"
    """Number → whether it is a Han character's: bool."""
    chars: "NDArray[Any]"
    """Number → code point."""
    seen: "NDArray[Any]"
    """Bit set over pairs: counted at least _SEEN times."""
    first: "NDArray[Any]"
    """Bit set over pairs: a look-alike of the first character makes it part of a word."""
    second: "NDArray[Any]"
    """Bit set over pairs: a look-alike of the second does."""
    in_word: "NDArray[Any]"
    """Bit set over pairs: part of a word and frequent."""
    telling: "NDArray[Any]"
    """Bit set over pairs: those of in_word that are rare enough to tell a text's subject."""
    alike: "NDArray[Any]"
    """Shape → numbers of its look-alikes, 0 where there are no more: uint32 (shapes, LONGEST_LIST)."""
    likeness: "NDArray[Any]"
    """How alike: float32, of the same shape."""
    alone: "NDArray[Any]"
    """Number → logarithm of how often the character is a word by itself, over how often it is seen: float32."""
    words: ngrams.Counts
    """Keys of words, and the natural logarithm of their probabilities."""
    wild: ngrams.Counts
    """Keys of words with one character left out, and the number of that character."""


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
    rows = propose(text, folded, places)
    constant, *slopes = weights()[0]
    scores = 1 / (1 + np.exp(-(rows.features @ slopes + constant)))
    alike, length, level = (rows.features[:, FEATURES.index(name)] for name in ("alike", "length", "level"))
    scores[(length > 2) & (level < _RARE_LEVEL) & (alike < _VERY_ALIKE)] = 0  # there are many places with rare names
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


def _suspicion(rows: "Proposals", row: int, score: float, folded: "NDArray[Any]", places: "NDArray[Any]") -> Suspicion:
    import numpy as np

    at = int(rows.at[row])
    figures = dict(zip(FEATURES, rows.features[row].tolist(), strict=True))
    first = at - int(rows.back[row])
    last = first + int(figures["length"]) - 1
    left, new, right = int(folded[at - 1]), int(rows.intended[row]), int(folded[at + 1])
    pair = (left << BITS) | new if figures["left"] > figures["right"] else (new << BITS) | right
    tells = bool(_bits(tables().telling, np.array([pair], np.uint32))[0])
    return Suspicion(
        int(places[at]),
        chr(int(tables().chars[rows.intended[row]])),
        score,
        int(places[first]),
        int(places[last]) + 1,
        figures["alike"],
        figures["sequence"],
        pair if tells else 0,
    )


def telling_pairs(text: str) -> "NDArray[Any]":
    """The keys of the pairs of ``text`` that tell what it is about, one an occurrence: uint32."""
    import numpy as np

    wide = ngrams.numbers()[ngrams.code_units(text)].astype(np.uint32)
    pairs = (wide[:-1] << BITS) | wide[1:]
    telling: NDArray[Any] = pairs[_bits(tables().telling, pairs)]
    return telling


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
    constant, own, tells, evidence = weights()[1]
    odds = constant + own * log(score / (1 - score))
    if pair:
        odds += tells + evidence * corpus_evidence(pair, seen, characters)
    return 1 / (1 + exp(-odds))


class Proposals(NamedTuple):
    """Corrections, one a row: where (in the folded text), the number of the intended character, and the figures."""

    at: "NDArray[Any]"
    intended: "NDArray[Any]"
    features: "NDArray[Any]"
    back: "NDArray[Any]"
    """How far before ``at`` the word begins that the correction makes."""


def fold(text: str) -> "tuple[NDArray[Any], NDArray[Any]]":
    """The numbers of the characters with runs of digits and letters as one, edges around, and each one's offset."""
    import numpy as np

    numbers = ngrams.numbers()[ngrams.code_units(text)]
    keep = np.ones(len(numbers), bool)
    if len(numbers) > 1:
        same = (numbers[1:] == numbers[:-1]) & ((numbers[1:] == DIGIT) | (numbers[1:] == LETTER))
        keep[1:] = ~same
    places = np.flatnonzero(keep)
    edge = np.full(_AROUND, EDGE, np.uint16)
    nowhere = np.zeros(_AROUND, np.int64)
    return np.concatenate([edge, numbers[places], edge]), np.concatenate([nowhere, places, nowhere])


def unseen_pairs(text: str) -> "NDArray[Any]":
    """For each character but the last, whether it and the next are a pair of Han characters that was hardly seen."""
    import numpy as np

    wide = ngrams.numbers()[ngrams.code_units(text)].astype(np.uint32)
    t = tables()
    han = t.han[wide]
    unseen: NDArray[Any] = ~_bits(t.seen, (wide[:-1] << BITS) | wide[1:]) & han[:-1] & han[1:]
    return unseen


def _bits(bits: "NDArray[Any]", keys: "NDArray[Any]") -> "NDArray[Any]":
    """Which of ``keys`` are in the bit set."""
    found: NDArray[Any] = (bits[keys >> 3] >> (keys & 7).astype("u1")) & 1
    return found.astype(bool)


def propose(text: str, folded: "NDArray[Any]", places: "NDArray[Any]") -> Proposals:
    """Corrections worth scoring, with their figures."""
    import numpy as np

    t = tables()
    wide = folded.astype(np.uint32)
    pairs = (wide[:-1] << BITS) | wide[1:]
    unseen = ~_bits(t.seen, pairs)
    open_pairs = np.flatnonzero(unseen)
    firsts = open_pairs[_bits(t.first, pairs[open_pairs])]
    seconds = open_pairs[_bits(t.second, pairs[open_pairs])] + 1
    shapes = wide.copy()
    latin = _lone_latin(folded, places, t.han)
    shapes[latin] = [_SIZE + ASCII.index(_narrow(text[place])) for place in places[latin].tolist()]
    alike_at = np.unique(np.concatenate([firsts, seconds, latin]))
    both = unseen[1:] & unseen[:-1] & t.han[wide[1:-1]]
    wild_at = np.flatnonzero(both) + 1
    at_a, new_a, likeness_a = _look_alikes(wide, shapes, alike_at, t)
    at_w, new_w = _completions(wide, wild_at, t)
    at_all = np.concatenate([at_a, at_w])
    new_all = np.concatenate([new_a, new_w]).astype(np.uint32)
    likeness = np.concatenate([likeness_a, np.zeros(len(at_w), np.float32)])
    order = np.lexsort((-likeness, new_all, at_all))
    at_all, new_all, likeness = at_all[order], new_all[order], likeness[order]
    first = np.ones(len(at_all), bool)
    first[1:] = (at_all[1:] != at_all[:-1]) | (new_all[1:] != new_all[:-1])
    return _measure(wide, at_all[first], new_all[first], likeness[first], t)


def _lone_latin(folded: "NDArray[Any]", places: "NDArray[Any]", han: "NDArray[Any]") -> "NDArray[Any]":
    """Single letters beside a Han character, with no digit on the other side."""
    import numpy as np

    letters = np.flatnonzero(folded == LETTER)
    before, after = folded[letters - 1], folded[letters + 1]
    single = places[letters + 1] - places[letters] <= 1
    lone: NDArray[Any] = letters[single & (han[before] | han[after]) & (before != DIGIT) & (after != DIGIT)]
    return lone


def _narrow(char: str) -> str:
    code = ord(char)
    return chr(code - 0xFEE0) if code > 0xFF00 else char


def _look_alikes(
    wide: "NDArray[Any]", shapes: "NDArray[Any]", at: "NDArray[Any]", t: _Tables
) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """For each place the look-alikes that make part of a word with a neighbour: place, number, likeness."""
    import numpy as np

    others = t.alike[shapes[at]]
    left = _bits(t.in_word, (wide[at - 1][:, None] << BITS) | others)
    right = _bits(t.in_word, (others << BITS) | wide[at + 1][:, None])
    row, column = np.nonzero((left | right) & (others > 0))
    return at[row], others[row, column], t.likeness[shapes[at[row]], column]


def _completions(wide: "NDArray[Any]", at: "NDArray[Any]", t: _Tables) -> "tuple[NDArray[Any], NDArray[Any]]":
    """For each place the characters that complete a long word there: place, number."""
    import numpy as np

    places, numbers = [at[:0]], [at[:0].astype(np.float32)]
    for length in _WILD_SHARE if len(at) else ():
        inside = np.arange(length)
        start = at[:, None] - inside
        good = np.minimum(np.maximum(start, 0), len(wide) - length)
        window = wide[good[..., None] + inside]
        window[:, inside, inside] = 0
        found = t.wild(word_keys(window))
        row, column = np.nonzero((found > 0) & (good == start))
        places.append(at[row])
        numbers.append(found[row, column])
    return np.concatenate(places), np.concatenate(numbers)


def word_keys(rows: "NDArray[Any]") -> "NDArray[Any]":
    """One uint64 a row of numbers; 0 stands for any character. Rows of other lengths have other keys."""
    import numpy as np

    keys = np.full(rows.shape[:-1], rows.shape[-1], np.uint64)
    for column in range(rows.shape[-1]):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + rows[..., column].astype(np.uint64)
        keys ^= keys >> np.uint64(29)
    return keys


def _measure(
    wide: "NDArray[Any]", at: "NDArray[Any]", new: "NDArray[Any]", likeness: "NDArray[Any]", t: _Tables
) -> Proposals:
    """The figures of the corrections that make the pairs and the sequence of characters likelier."""
    import numpy as np

    before, here, after = wide[at - 1], wide[at], wide[at + 1]
    left, right, old_left, old_right = _pair_counts(
        np.stack([before, new, before, here]), np.stack([new, after, here, after])
    )
    left_gain, right_gain = np.log((left + 0.1) / (old_left + 0.1)), np.log((right + 0.1) / (old_right + 0.1))
    worth = np.log(np.maximum(left, right) + 0.1) + _LIKENESS_WEIGHT * likeness
    better = (left_gain + right_gain > _LEAST_PAIRS) | (np.maximum(left_gain, right_gain) > _LEAST_PAIR)
    kept = np.flatnonzero(better & ((worth >= _WORTH) | (likeness == 0)))
    at, new, likeness, left, right = at[kept], new[kept], likeness[kept], left[kept], right[kept]
    reach = ngrams.ORDER - 1
    old_rows = wide[at[:, None] + np.arange(-reach, reach + 1)]
    new_rows = old_rows.copy()
    new_rows[:, reach] = new
    both = ngrams.log_probabilities(np.concatenate([old_rows, new_rows]))[:, reach:].sum(axis=1)
    gain = both[len(at) :] - both[: len(at)]
    kept = np.flatnonzero(gain > _LEAST_GAIN)
    at, new, likeness, gain, left, right = (column[kept] for column in (at, new, likeness, gain, left, right))
    window = wide[at[:, None] + np.arange(-_AROUND, _AROUND + 1)]
    corrected = window.copy()
    corrected[:, _AROUND] = new
    log, length, level, back, singles = (
        np.split(column, 2) for column in _as_words(np.concatenate([window, corrected]), t)
    )
    one = ngrams.counts()[1]
    letter = wide[at] == LETTER
    features = np.stack(
        [
            gain,
            log[1] - log[0],
            likeness,
            length[1],
            level[1],
            singles[0] - singles[1],
            length[0],
            level[0],
            t.alone[wide[at]],
            np.log1p(np.where(letter, 0, one(wide[at].astype(np.uint64)))),
            np.log1p(one(new.astype(np.uint64))),
            np.log1p(left),
            np.log1p(right),
            letter,
        ],
        axis=1,
    ).astype(np.float64)
    return Proposals(at, new, features, back[1])


def _pair_counts(left: "NDArray[Any]", right: "NDArray[Any]") -> "NDArray[Any]":
    return ngrams.counts()[2]((left.astype("u8") << BITS) | right.astype("u8"))


def _as_words(rows: "NDArray[Any]", t: _Tables) -> "tuple[NDArray[Any], ...]":
    """The best division of each row into words, and the longest word over its middle.

    Returns:
        The logarithm of the probability of the best division; length, logarithm of the frequency (above that of an
        unknown character) and distance from its beginning to the middle, of the longest word over the middle; how many
        words of the division are single characters.
    """
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
    for size in range(1, _LONGEST_WORD + 1):
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
        for size in range(1, min(end, _LONGEST_WORD) + 1):
            log = best[end - size] + logs[size][:, end - size]
            better = log > best[end]
            best[end][better] = log[better]
            singles[end][better] = singles[end - size][better] + (size == 1)
    return best[width], length, level, back, singles[width]


@cache
def tables() -> _Tables:
    """Everything looked up, derived from the data files; about 0.3 s."""
    import numpy as np

    counts = ngrams.counts()
    codes = read_arrays("ngrams.npz")["chars"]
    chars = np.zeros(_SIZE, np.uint16)
    chars[ngrams.FIRST : ngrams.FIRST + len(codes)] = codes
    han = (chars >= 0x4E00) & (chars < 0xA000)
    alike, likeness = _alike_table()
    pairs = counts[2].keys.astype(np.uint32)
    words, wild, inner = _word_tables()
    often = counts[2].counts >= _IN_WORD
    in_word, _, place = np.intersect1d(inner, pairs[often], assume_unique=True, return_indices=True)
    amounts = np.log(counts[2].counts[often][place])
    first, second = in_word >> BITS, in_word & (_SIZE - 1)
    return _Tables(
        han,
        chars,
        _bit_set(pairs[counts[2].counts >= _SEEN]),
        _bit_set(_misread(first, second, amounts, alike, likeness)),
        _bit_set(_misread(second, first, amounts, alike, likeness, swap=True)),
        _bit_set(in_word),
        _bit_set(in_word[amounts <= np.log(_TELLING)]),
        alike,
        likeness,
        _alone(words),
        words,
        wild,
    )


def _alike_table() -> "tuple[NDArray[Any], NDArray[Any]]":
    import numpy as np

    arrays = read_arrays("confusions.npz")
    shape_of = np.zeros(65536, np.int64)
    shape_of[:] = ngrams.numbers()
    letters = [ord(letter) for letter in ASCII]
    intended = shape_of.copy()
    intended[letters] = 0  # no letter is ever proposed
    shape_of[letters] = _SIZE + np.arange(len(ASCII))
    shapes = np.repeat(shape_of[arrays["chars"]], arrays["sizes"])
    others, levels = intended[arrays["others"]], arrays["similarity"] / np.float32(255)
    sizes = arrays["sizes"].astype(np.int64)
    columns = np.arange(len(shapes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = (shapes > 0) & (others > 0) & (levels >= _ALIKE)
    alike = np.zeros((_SIZE + len(ASCII), LONGEST_LIST), np.uint32)
    likeness = np.zeros(alike.shape, np.float32)
    alike[shapes[kept], columns[kept]] = others[kept]
    likeness[shapes[kept], columns[kept]] = levels[kept]
    return alike, likeness


def _misread(
    wrong: "NDArray[Any]",
    other: "NDArray[Any]",
    amounts: "NDArray[Any]",
    alike: "NDArray[Any]",
    likeness: "NDArray[Any]",
    swap: bool = False,
) -> "NDArray[Any]":
    """Pairs that pairs in words become when the characters ``wrong`` are taken for look-alikes.

    The less alike, the more frequent the pair must be. ``swap`` puts ``other`` first.
    """
    import numpy as np

    keys = []
    for column in range(alike.shape[1]):
        taken = alike[wrong, column]
        worth = (taken > 0) & (amounts + _LIKENESS_WEIGHT * likeness[wrong, column] >= _WORTH)
        left, right = (other, taken) if swap else (taken, other)
        keys.append(((left << BITS) | right)[worth])
    return np.concatenate(keys)


def _alone(words: ngrams.Counts) -> "NDArray[Any]":
    import numpy as np

    every = np.arange(_SIZE, dtype=np.uint64)
    log = words(word_keys(every[:, None]))
    seen = np.log(np.maximum(ngrams.counts()[1](every), 0.25) / ngrams.total())
    alone: NDArray[Any] = np.maximum(np.where(log < 0, log - seen, _NEVER_ALONE), _NEVER_ALONE).astype(np.float32)
    return alone


def _word_tables() -> "tuple[ngrams.Counts, ngrams.Counts, NDArray[Any]]":
    """Words with their log-probabilities, long words with one character left out, and the pairs inside words."""
    import numpy as np

    numbers = ngrams.numbers()
    arrays = read_arrays("words.npz")
    keys, logs, wild, chars, levels, inner = [], [], [], [], [], []
    for length in range(1, _LONGEST_WORD + 2):
        rows = numbers[arrays[f"chars{length}"].T].astype(np.uint32)
        level = arrays[f"level{length}"] / 8
        whole = (rows > 0).all(axis=1)
        rows, level = rows[whole], level[whole]
        if length <= _LONGEST_WORD:
            keys.append(word_keys(rows))
            logs.append(level * np.log(2) - np.log(1e9))
        inner.append(((rows[:, :-1] << BITS) | rows[:, 1:]).ravel())
        if length in _WILD_SHARE:
            frequent = level >= np.log2(_WILD_SHARE[length])
            for left_out in range(length):
                blank = rows[frequent]
                chars.append(blank[:, left_out].copy())
                blank[:, left_out] = 0
                wild.append(word_keys(blank))
                levels.append(level[frequent])
    order = np.lexsort((-np.concatenate(levels), np.concatenate(wild)))
    wild_keys, wild_chars = np.concatenate(wild)[order], np.concatenate(chars)[order]
    first = np.ones(len(wild_keys), bool)
    first[1:] = wild_keys[1:] != wild_keys[:-1]
    words = np.concatenate(keys)
    sort = np.argsort(words)
    return (
        ngrams.Counts(words[sort], np.concatenate(logs)[sort].astype(np.float32)),
        ngrams.Counts(wild_keys[first], wild_chars[first].astype(np.float32)),
        np.unique(np.concatenate(inner)),
    )


def _bit_set(keys: "NDArray[Any]") -> "NDArray[Any]":
    """A set of numbers below 2 ** (2 * BITS), one bit each: uint8."""
    import numpy as np

    out = np.zeros(1 << (2 * BITS - 3), np.uint8)
    part = 1 << (2 * BITS - 3)
    for base in range(0, 1 << (2 * BITS), part):  # in parts: one byte a number would be 67 MB
        flags = np.zeros(part, bool)
        flags[keys[(keys >= base) & (keys < base + part)] - base] = True
        out[base >> 3 : (base + part) >> 3] = np.packbits(flags, bitorder="little")
    return out


@cache
def weights() -> "tuple[list[float], list[float]]":
    """The constant and the weights of FEATURES; and of the corpus: constant, own log-odds, telling pair, evidence."""
    arrays = read_arrays("spelling.npz")
    return arrays["weights"].tolist(), arrays["corpus"].tolist()
