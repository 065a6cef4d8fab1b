"""What is looked up, derived from the data files: bit sets over pairs, look-alikes, words."""

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language import ngrams
from textclean.language.confusions import LONGEST_LIST
from textclean.language.ngrams import BITS
from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEN = 1.5
"""A pair counted less often is suspicious."""
_IN_WORD = 4.0
"""A pair counted at least so often, inside a word, is what a suspicious one may have been."""
_TELLING = 64.0
"""A pair inside a word counted at most so often tells what a text is about."""
_ALIKE = 0.4
"""Characters less alike are not taken for each other."""
LIKENESS_WEIGHT, WORTH = 10.0, 10.0
"""A look-alike is tried where log(count of the pair it makes) + weight · likeness reaches this."""
SIZE = 1 << BITS
"""Numbers of characters; shapes of letters and digits come after them."""
ASCII = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LONGEST_WORD = 5
_NEVER_ALONE = -6.0
"""Nats: the least that is said of a character that is hardly ever a word by itself."""
WILD_SHARE = {3: 2000.0, 4: 40.0, 5: 40.0, 6: 40.0}
"""How frequent a word of so many characters must be, in a thousand million, to be completed with one wrong."""


class Tables(NamedTuple):
    han: "NDArray[Any]"
    """Number → whether it is a Han character's: bool."""
    chars: "NDArray[Any]"
    """Number → code point."""
    seen: "NDArray[Any]"
    """Bit set over pairs: counted at least SEEN times."""
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


@cache
def tables() -> Tables:
    """Everything looked up, derived from the data files; about 0.3 s."""
    import numpy as np

    counts = ngrams.counts()
    codes = read_arrays("ngrams.npz")["chars"]
    chars = np.zeros(SIZE, np.uint16)
    chars[ngrams.FIRST : ngrams.FIRST + len(codes)] = codes
    han = (chars >= 0x4E00) & (chars < 0xA000)
    alike, likeness = _alike_table()
    pairs = counts[2].keys.astype(np.uint32)
    words, wild, inner = _word_tables()
    often = counts[2].counts >= _IN_WORD
    in_word, _, place = np.intersect1d(inner, pairs[often], assume_unique=True, return_indices=True)
    amounts = np.log(counts[2].counts[often][place])
    first, second = in_word >> BITS, in_word & (SIZE - 1)
    return Tables(
        han,
        chars,
        _bit_set(pairs[counts[2].counts >= SEEN]),
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
    shape_of[letters] = SIZE + np.arange(len(ASCII))
    shapes = np.repeat(shape_of[arrays["chars"]], arrays["sizes"])
    others, levels = intended[arrays["others"]], arrays["similarity"] / np.float32(255)
    sizes = arrays["sizes"].astype(np.int64)
    columns = np.arange(len(shapes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = (shapes > 0) & (others > 0) & (levels >= _ALIKE)
    alike = np.zeros((SIZE + len(ASCII), LONGEST_LIST), np.uint32)
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
        worth = (taken > 0) & (amounts + LIKENESS_WEIGHT * likeness[wrong, column] >= WORTH)
        left, right = (other, taken) if swap else (taken, other)
        keys.append(((left << BITS) | right)[worth])
    return np.concatenate(keys)


def _alone(words: ngrams.Counts) -> "NDArray[Any]":
    import numpy as np

    every = np.arange(SIZE, dtype=np.uint64)
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
    for length in range(1, LONGEST_WORD + 2):
        rows = numbers[arrays[f"chars{length}"].T].astype(np.uint32)
        level = arrays[f"level{length}"] / 8
        whole = (rows > 0).all(axis=1)
        rows, level = rows[whole], level[whole]
        if length <= LONGEST_WORD:
            keys.append(word_keys(rows))
            logs.append(level * np.log(2) - np.log(1e9))
        inner.append(((rows[:, :-1] << BITS) | rows[:, 1:]).ravel())
        if length in WILD_SHARE:
            frequent = level >= np.log2(WILD_SHARE[length])
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


def word_keys(rows: "NDArray[Any]") -> "NDArray[Any]":
    """One uint64 a row of numbers; 0 stands for any character. Rows of other lengths have other keys."""
    import numpy as np

    keys = np.full(rows.shape[:-1], rows.shape[-1], np.uint64)
    for column in range(rows.shape[-1]):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + rows[..., column].astype(np.uint64)
        keys ^= keys >> np.uint64(29)
    return keys


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


def are_in(bits: "NDArray[Any]", keys: "NDArray[Any]") -> "NDArray[Any]":
    """Which of ``keys`` are in the bit set."""
    found: NDArray[Any] = (bits[keys >> 3] >> (keys & 7).astype("u1")) & 1
    return found.astype(bool)
