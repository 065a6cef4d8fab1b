"""Candidates by datasketch, behind the same interface: its MinHash, its LSH, our bands and our verification."""

from collections.abc import Sequence

import numpy as np

from textclean.minhash.bands import Pairs


def candidates(texts: Sequence[str], n: int, slots: int, bands: int, rows: int) -> Pairs:
    """Pairs of indices, the earlier first, that ``MinHashLSH`` proposes for character n-grams of ``texts``."""
    from datasketch import MinHash, MinHashLSH

    slots, rows = max(slots, 2), min(rows, max(slots // 2, 1))  # MinHashLSH refuses a single band
    index = MinHashLSH(num_perm=slots, params=(max(bands, 2), rows))
    found: list[tuple[int, int]] = []
    for i, text in enumerate(texts):
        grams = {text[at : at + n] for at in range(max(len(text) - n + 1, 1))}
        sketch = MinHash(num_perm=slots)
        sketch.update_batch([gram.encode("utf-8", "surrogatepass") for gram in grams])
        found += [(j, i) for j in index.query(sketch)]
        index.insert(i, sketch, check_duplication=False)
    return np.array(sorted(found), np.int64).reshape(-1, 2)
