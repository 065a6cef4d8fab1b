"""What two paragraphs are compared by: their characters without differences of width, spaces and script.

What tells sentences, headings and numbers apart is read from the folded text; how similar two are is measured without
punctuation, which editors change and extraction loses.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, encode
from textclean.minhash.mixing import splitmix64
from textclean.native import extension

_SAME_AS = {"。": ".", "「": '"', "」": '"', "『": "'", "』": "'", "“": '"', "”": '"', "‘": "'", "’": "'"}
_DECODED = {"・": "·", "･": "·", "•": "·", "‧": "·", "―": "—", "⋯": "…", "〜": "~", "∥": "‖"}
"""One sign of GBK or Big5, as different decoders give it; after the folding of width."""
_PLANE = 1 << 16
_SHIFTS = np.array([0, 21, 42], np.uint64)
_STEPS = np.array([0x9E3779B97F4A7C15, 0xD1B54A32D192ED03], np.uint64)
_built = extension("folding")


@cache
def folding_table() -> NDArray[np.uint16]:
    """Code point → folded code point, 0 for what is left out: white space and invisible format characters."""
    from textclean.language.script import simplified_table

    table = np.arange(_PLANE, dtype=np.uint16)
    for point, simple in simplified_table().items():
        if point < _PLANE and simple < _PLANE:
            table[point] = simple
    for point in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7)):
        table[point] = ord(unicodedata.normalize("NFKC", chr(point))[0])
    for char, plain in (_SAME_AS | _DECODED).items():
        table[ord(char)] = ord(plain)
    for point in range(_PLANE):
        if chr(point).isspace() or unicodedata.category(chr(point)) == "Cf":
            table[point] = 0
    return table


@cache
def digest() -> str:
    """Tells foldings and keys apart."""
    known = keys(encode(["新闻", "今天上午，县里的茶园开了园。"]))
    tables = folding_table().tobytes() + _unpunctuated_table().tobytes()
    return blake2b(tables + known.tobytes(), digest_size=4).hexdigest()


@cache
def _unpunctuated_table() -> NDArray[np.uint16]:
    """Code point → the same, 0 for punctuation (categories P of Unicode)."""
    table = np.arange(_PLANE, dtype=np.uint16)
    table[[point for point in range(_PLANE) if unicodedata.category(chr(point))[0] == "P"]] = 0
    return table


def fold_codes(codes: Codes) -> Codes:
    """``codes`` folded; texts may become shorter, or empty."""
    return _through(folding_table(), codes)


def without_punctuation(codes: Codes) -> Codes:
    """Folded ``codes`` as their similarity is measured; texts may become shorter, or empty."""
    return _through(_unpunctuated_table(), codes)


def unpunctuated(texts: Sequence[str]) -> list[str]:
    """Folded ``texts`` as their similarity is measured."""
    return split(without_punctuation(encode(texts)))


def _through(table: NDArray[np.uint16], codes: Codes) -> Codes:
    """``codes`` as a table writes them; what it writes as 0 is left out."""
    points, offsets = codes
    if _built is not None:
        out, bounds = np.empty_like(points), np.empty_like(offsets)
        count = _built.through(points, points.dtype.itemsize, offsets, table, out, bounds)
        return Codes(out[:count], bounds)
    if points.dtype == np.uint16:
        written = table.take(points)
    else:
        written = np.where(points < _PLANE, table.take(np.minimum(points, _PLANE - 1)), points)
    dropped = (written == 0).nonzero()[0]
    return Codes(written[written != 0], offsets - dropped.searchsorted(offsets))


def split(codes: Codes) -> list[str]:
    """The texts of ``codes``; lone surrogates stay alone."""
    joined = codes.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return [joined[a:b] for a, b in pairwise(codes.offsets.tolist())]


def fold(texts: Sequence[str]) -> list[str]:
    """``texts`` folded."""
    return split(fold_codes(encode(texts)))


def keys(codes: Codes) -> NDArray[np.uint64]:
    """128 bits of each text, as two columns: (texts, 2). Equal for equal texts whatever stands beside them.

    Three code points make a word. Each word and its place are mixed to a random number (SplitMix64's finaliser; Steele,
    Lea, Flood, OOPSLA 2014), twice and differently, and a key is the sums of these (Zobrist: A new hashing method,
    1970): two texts agree in both by chance once in 2^128. No secret is in it, so keys can be forged.
    """
    points, offsets = codes
    lengths = codes.lengths
    out = np.empty((len(lengths), 2), np.uint64)
    if _built is not None:
        _built.keys(points, points.dtype.itemsize, offsets, out)
        return out
    words = -(-lengths // 3)
    begins = np.cumsum(words) - words
    place = np.arange(int(words.sum())) - begins.repeat(words)
    at = offsets[:-1].repeat(words) + 3 * place
    left = (offsets[1:].repeat(words) - at)[:, None] > np.arange(3)
    parts = np.append(points, [0, 0]).astype(np.uint64)[at[:, None] + np.arange(3)] * left
    word = (parts << _SHIFTS).sum(axis=1, dtype=np.uint64)
    for column, step in enumerate(_STEPS):
        mixed = splitmix64(word + (place + 1).astype(np.uint64) * step)
        sums = np.zeros(len(lengths), np.uint64)
        sums[words > 0] = np.add.reduceat(mixed, begins[words > 0])
        out[:, column] = splitmix64(sums + lengths.astype(np.uint64) * step)
    return out
