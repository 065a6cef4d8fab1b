"""Sketches: what candidates are found by, made once a text and kept in place of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, encode
from textclean.minhash.contained import winnow
from textclean.minhash.grams import hashes
from textclean.minhash.signatures import Signatures, signatures


class Sketches(NamedTuple):
    """Sketches of several texts.

    Attributes:
        signatures: for near copies.
        prints: uint32, winnowed fingerprints of all texts, one text after the other; for contained texts.
        offsets: int64, where the fingerprints of each text begin, one more than texts.
    """

    signatures: Signatures
    prints: NDArray[np.uint32]
    offsets: NDArray[np.int64]


def sketch(codes: Codes, n: int, slots: int, *, pieces: bool) -> Sketches:
    """Signatures, and with ``pieces`` the fingerprints, of the n-grams of each text."""
    grams = hashes(codes, n)
    made = signatures(grams, codes.offsets, slots)
    if not pieces:
        return Sketches(made, np.empty(0, np.uint32), np.zeros(len(codes.offsets), np.int64))
    return Sketches(made, *winnow(grams, codes.offsets, n))


def sketch_texts(texts: Sequence[str], n: int, slots: int, *, pieces: bool, chunk: int = 1 << 20) -> Sketches:
    """Sketches of ``texts``, made about ``chunk`` characters at a time; the result does not depend on it."""
    made = []
    lo = 0
    while lo < len(texts):
        hi, size = lo, 0
        while hi < len(texts) and (hi == lo or size + len(texts[hi]) <= chunk):
            size += len(texts[hi])
            hi += 1
        made.append(sketch(encode(texts[lo:hi]), n, slots, pieces=pieces))
        lo = hi
    return together(made, slots)


def together(parts: Iterable[Sketches], slots: int) -> Sketches:
    """Several sketches as one, in their order."""
    parts = list(parts)
    wides = np.cumsum([0, *(len(part.signatures.wide) for part in parts)])
    prints = np.cumsum([0, *(len(part.prints) for part in parts)])
    rows = [np.where(p.signatures.row < 0, -1, p.signatures.row + at) for p, at in zip(parts, wides, strict=False)]
    starts = [part.offsets[:-1] + at for part, at in zip(parts, prints, strict=False)]
    return Sketches(
        Signatures(
            np.concatenate([np.empty((0, slots), np.uint16), *(part.signatures.narrow for part in parts)]),
            np.concatenate([np.empty((0, slots), np.uint32), *(part.signatures.wide for part in parts)]),
            np.concatenate([np.empty(0, np.int64), *rows]),
        ),
        np.concatenate([np.empty(0, np.uint32), *(part.prints for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *starts, prints[-1:]]).astype(np.int64),
    )
