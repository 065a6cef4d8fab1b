"""What two paragraphs are compared by: their characters without differences of width, spaces and script."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, encode

_SAME_AS = {"。": ".", "「": '"', "」": '"', "『": "'", "』": "'", "“": '"', "”": '"', "‘": "'", "’": "'"}
_PLANE = 1 << 16


@cache
def _table() -> NDArray[np.uint16]:
    """Code point → folded code point, 0 for what is left out: white space and invisible format characters."""
    from textclean.language.script import simplified_table

    table = np.arange(_PLANE, dtype=np.uint16)
    for point, simple in simplified_table().items():
        if point < _PLANE and simple < _PLANE:
            table[point] = simple
    for point in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7)):
        table[point] = ord(unicodedata.normalize("NFKC", chr(point))[0])
    for char, plain in _SAME_AS.items():
        table[ord(char)] = ord(plain)
    for point in range(_PLANE):
        if chr(point).isspace() or unicodedata.category(chr(point)) == "Cf":
            table[point] = 0
    return table


def digest() -> str:
    """Tells foldings apart."""
    return blake2b(_table().tobytes(), digest_size=4).hexdigest()


def fold_codes(codes: Codes) -> Codes:
    """``codes`` folded; texts may become shorter, or empty."""
    points = codes.codes
    if points.dtype == np.uint16:
        folded = _table().take(points)
    else:
        folded = np.where(points < _PLANE, _table().take(np.minimum(points, _PLANE - 1)), points)
    dropped = (folded == 0).nonzero()[0]
    if not len(dropped):
        return Codes(folded, codes.offsets)
    return Codes(folded[folded != 0], codes.offsets - dropped.searchsorted(codes.offsets))


def split(codes: Codes) -> list[str]:
    """The texts of ``codes``; lone surrogates stay alone."""
    joined = codes.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return [joined[a:b] for a, b in pairwise(codes.offsets.tolist())]


def fold(texts: Sequence[str]) -> list[str]:
    """``texts`` folded."""
    return split(fold_codes(encode(texts)))


def keys(codes: Codes) -> NDArray[np.uint64]:
    """BLAKE2b of each text, 128 bits as two columns: (texts, 2). Equal for equal texts whatever stands beside them."""
    bounds = pairwise(codes.offsets.tolist())
    if codes.codes.dtype == np.uint16:
        raw = codes.codes.tobytes()
        digests = [blake2b(raw[2 * a : 2 * b], digest_size=16).digest() for a, b in bounds]
    else:
        digests = [_wide_digest(codes.codes[a:b]) for a, b in bounds]
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2)


def _wide_digest(points: NDArray[np.uint32]) -> bytes:
    if points.max(initial=0) < _PLANE:
        return blake2b(points.astype("<u2").tobytes(), digest_size=16).digest()
    return blake2b(points.tobytes(), digest_size=16, person=b"wide").digest()
