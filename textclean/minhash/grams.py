"""Hashes of character n-grams, all of a buffer at once."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes

_BASES: Final = np.uint16(0x9E37), np.uint16(0x85EB)


def hashes(codes: Codes, n: int) -> NDArray[np.uint32]:
    """One 32-bit hash a character: the n-gram that begins there.

    The last ``n - 1`` entries of a text, where no n-gram begins, repeat its first one, so that the entries of a text
    are its set of n-grams, without gaps. A text shorter than ``n`` is its own and only gram. The value depends on
    the characters of the gram and on nothing else. Either half is a polynomial modulo 2^16, the upper one scrambled:
    vectors hold twice as many numbers of 16 bits as of 32, and multiply them in half the time.
    """
    points, offsets = codes
    if points.dtype.itemsize == 4:  # characters may meet here; texts are verified as they are
        points = (points ^ (points >> np.uint32(16)) * np.uint32(_BASES[0])).astype(np.uint16)
    high, low = (_polynomial(points, offsets, n, base) for base in _BASES)
    out = _scramble16(high).astype(np.uint32)
    out <<= np.uint32(16)
    out |= low
    return out


def _polynomial(points: NDArray[np.uint16], offsets: NDArray[np.int64], n: int, base: np.uint16) -> NDArray[np.uint16]:
    """The number that the size of each gram and its characters write in ``base``."""
    out = points + np.uint16(n * int(base) % 2**16)
    for j in range(1, min(n, len(points))):
        out *= base
        out[:-j] += points[j:]
    lengths = offsets[1:] - offsets[:-1]
    for size in range(1, n) if (lengths < n).any() else ():
        begins = offsets[:-1][lengths == size]
        value = np.full(len(begins), size, np.uint16)
        for j in range(size):
            value = value * base + points[begins + j]
        out[begins] = value
    repeat_first(out, offsets, n)
    return out


def _scramble16(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """A bijection under which every bit counts, in place."""
    values ^= values >> np.uint16(7)
    values *= np.uint16(0xCA6B)
    values ^= values >> np.uint16(9)
    return values


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
