"""Chinese words with their frequencies: jieba, web text (JioNLP) and place names; see ``data/LICENSES.md``."""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 8
"""Characters of the longest words."""


@cache
def words() -> "Mapping[str, int]":
    """Simplified word (1 to 8 Han characters) → occurrences in a thousand million words."""
    import numpy as np

    arrays = read_arrays("words.npz")
    table: dict[str, int] = {}
    for length in range(1, LONGEST + 1):
        text = arrays[f"chars{length}"].T.tobytes().decode("utf-16-le")
        shares = np.exp2(arrays[f"level{length}"] / 8).round().astype(np.int64).tolist()
        table.update(zip((text[i : i + length] for i in range(0, len(text), length)), shares, strict=True))
    return MappingProxyType(table)
