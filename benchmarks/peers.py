"""How other libraries do it, each in its fastest use that was found: texts in, one flag a text out (True: dropped).

Each gets the same character 5-grams and the threshold 0.8, and keeps the first of several copies. The settings are
those at which its recall is best without losing much speed.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import Codes, encode

N, THRESHOLD, SLOTS = 5, 0.8, 128


def grams(text: str) -> list[str]:
    return [text[at : at + N] for at in range(max(len(text) - N + 1, 1))]


def gram_hashes(codes: Codes) -> NDArray[np.uint32]:
    """A 32-bit hash of the gram that begins at each character; at the last ones of a text the first gram again.

    Not what textclean hashes with, so that what a peer costs does not change with it.
    """
    points, offsets = codes
    wide = points.astype(np.uint32)
    out = wide + np.uint32(N)
    for j in range(1, N):
        out *= np.uint32(0x9E3779B1)
        out[:-j] += wide[j:]
    begins, ends = offsets[:-1], offsets[1:]
    for j in range(1, N):
        out[np.maximum(ends - j, begins)] = out[begins]
    out ^= out >> np.uint32(16)
    out *= np.uint32(0x85EBCA6B)
    out ^= out >> np.uint32(13)
    out *= np.uint32(0xC2B2AE35)
    out ^= out >> np.uint32(16)
    return out


def datasketch(texts: list[str]) -> list[bool]:
    """``MinHash.bulk``, ``MinHashLSH``, and the signatures of each candidate compared."""
    from datasketch import MinHash, MinHashLSH

    sketches = MinHash.bulk([{gram.encode() for gram in grams(text)} for text in texts], num_perm=SLOTS)
    index = MinHashLSH(threshold=THRESHOLD, num_perm=SLOTS)
    dropped = []
    for i, sketch in enumerate(sketches):
        dropped.append(any(sketch.jaccard(sketches[j]) >= THRESHOLD for j in index.query(sketch)))
        if not dropped[-1]:
            index.insert(i, sketch, check_duplication=False)
    return dropped


def rensa(texts: list[str]) -> list[bool]:
    """A ``RMinHash`` a text, ``RMinHashLSH``, and the signatures of each candidate compared."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(THRESHOLD, SLOTS, 16)
    sketches, dropped = [], []
    for i, text in enumerate(texts):
        sketch = RMinHash(SLOTS, 42)
        sketch.update(grams(text))
        sketches.append(sketch)
        dropped.append(any(sketch.jaccard(sketches[j]) >= THRESHOLD for j in index.query(sketch)))
        if not dropped[-1]:
            index.insert(i, sketch)
    return dropped


def rensa_stream(texts: list[str]) -> list[bool]:
    """``RMinHashDeduplicator``, a thousand texts at a time."""
    from rensa import RMinHashDeduplicator

    index = RMinHashDeduplicator(THRESHOLD, SLOTS, True, 16)
    kept: list[bool] = []
    for lo in range(0, len(texts), 1000):
        kept += index.add_pairs([(str(lo + i), grams(text)) for i, text in enumerate(texts[lo : lo + 1000])])
    return [not stays for stays in kept]


def rensa_hashed(texts: list[str]) -> list[bool]:
    """Grams hashed by NumPy into one flat array, signatures and flags for all at once; nothing is verified."""
    from rensa import RMinHash, RMinHashLSH

    codes = encode(texts)
    values = gram_hashes(codes).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    sketches = RMinHash.digest_matrix_from_flat_token_hashes(values, codes.offsets.astype(np.uint64), SLOTS, 42)
    return list(RMinHashLSH(THRESHOLD, SLOTS, 16).query_duplicate_flags_matrix_one_shot(sketches))


def gaoya(texts: list[str]) -> list[bool]:
    """``MinHashStringIndex``, which compares the signatures of its candidates."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=16,
        band_size=8,
        analyzer="char",
        lowercase=False,
        ngram_range=(N, N),
        id_container="smallvec",
    )
    dropped = []
    for i, text in enumerate(texts):
        dropped.append(bool(index.query(text)))
        if not dropped[-1]:
            index.insert_document(i, text)
    return dropped


def fast_sketch(texts: list[str]) -> list[bool]:
    """``FastSimilaritySketch`` and its LSH; nothing is verified."""
    from FastSketchLSH import LSH, FastSimilaritySketch

    sketches = FastSimilaritySketch(SLOTS, 42).batch([grams(text) for text in texts], False, 1)
    return [bool(flag) for flag in LSH(SLOTS, 16, num_threads=1).insert_and_query_duplicates(sketches)]


def daft(texts: list[str]) -> list[bool]:
    """Daft's ``minhash``, characters as words; bands of 8 by NumPy, the signatures of each candidate compared."""
    import daft as library
    from daft.functions import minhash

    frame = library.from_pydict({"text": [" ".join(text) for text in texts]})
    made = minhash(frame["text"], num_hashes=SLOTS, ngram_size=N, seed=1, hash_function="xxhash")
    column = frame.select(made.alias("sketch")).to_arrow()["sketch"].combine_chunks()
    sketches = np.asarray(column.flatten()).reshape(len(texts), SLOTS)
    dropped = np.zeros(len(texts), bool)
    for lo in range(0, SLOTS, 8):
        band = np.ascontiguousarray(sketches[:, lo : lo + 8]).view([("", sketches.dtype)] * 8).ravel()
        _, first, bucket = np.unique(band, return_index=True, return_inverse=True)
        left, right = first[bucket], np.arange(len(texts))
        others = left != right
        left, right = left[others], right[others]
        dropped[right[(sketches[left] == sketches[right]).mean(axis=1) >= THRESHOLD]] = True
    return dropped.tolist()


HASHED = "rensa, hashed before, no check"

PEERS: dict[str, tuple[str, Callable[[list[str]], list[bool]]]] = {
    "datasketch bulk + LSH + check": ("datasketch", datasketch),
    "rensa RMinHash + LSH + check": ("rensa", rensa),
    "rensa RMinHashDeduplicator": ("rensa", rensa_stream),
    HASHED: ("rensa", rensa_hashed),
    "gaoya": ("gaoya", gaoya),
    "FastSketchLSH, no check": ("FastSketchLSH", fast_sketch),
    "Daft minhash + bands": ("daft", daft),
}
"""By name: the distribution, and the function."""
VERIFYING = ("datasketch bulk + LSH + check", "rensa RMinHash + LSH + check", "rensa RMinHashDeduplicator", "gaoya")
