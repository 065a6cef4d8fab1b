"""Hashes of character n-grams, all of a buffer at once."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes

_BASE: Final = np.uint32(0x9E3779B1)


def hashes(codes: Codes, n: int) -> NDArray[np.uint32]:
    """One 32-bit hash a character: the n-gram that begins there.

    The last ``n - 1`` entries of a text, where no n-gram begins, repeat its first one, so that the entries of a text
    are its set of n-grams, without gaps. A text shorter than ``n`` is its own and only gram. The value depends on
    the characters of the gram and on nothing else; it is a polynomial modulo 2^32, scrambled by Murmur3's finaliser.
    """
    points, offsets = codes
    wide = points.astype(np.uint32)
    out = wide + np.uint32(n * int(_BASE) % 2**32)
    for j in range(1, min(n, len(points))):
        out *= _BASE
        out[:-j] += wide[j:]
    lengths = codes.lengths
    for size in range(1, n) if (lengths < n).any() else ():
        begins = offsets[:-1][lengths == size]
        value = np.full(len(begins), size, np.uint32)
        for j in range(size):
            value = value * _BASE + wide[begins + j]
        out[begins] = value
    repeat_first(out, offsets, n)
    return scramble(out)


def repeat_first(values: NDArray[Any], offsets: NDArray[np.int64], n: int) -> None:
    """Overwrites, in each text, the entries where no n-gram begins by the text's first entry."""
    begins, ends = offsets[:-1], offsets[1:]
    filled = ends > begins
    if not filled.all():
        begins, ends = begins[filled], ends[filled]
    for j in range(1, n):
        values[np.maximum(ends - j, begins)] = values[begins]


def scramble(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Murmur3's 32-bit finaliser (Appleby, public domain), in place: a bijection under which every bit counts."""
    values ^= values >> np.uint32(16)
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values
