"""Builds the table of words."""

from pathlib import Path

from textclean.language.build.sources import lexicon
from textclean.language.build.write import write_arrays
from textclean.language.words import LONGEST


def write_words(folder: Path) -> None:
    """Words by length: ``chars{n}`` uint16 of shape (n, words), ``level{n}`` = 8 · log₂(share), uint8."""
    import numpy as np

    shares = lexicon(folder)
    arrays = {}
    for length in range(1, LONGEST + 1):
        words = sorted(word for word in shares if len(word) == length)
        codes = np.array([[ord(char) for char in word] for word in words], np.uint16)
        arrays[f"chars{length}"] = np.ascontiguousarray(codes.T)
        levels = 8 * np.log2(np.maximum([shares[word] for word in words], 1.0))
        arrays[f"level{length}"] = np.minimum(np.round(levels), 255).astype(np.uint8)
    write_arrays("words.npz", **arrays)
