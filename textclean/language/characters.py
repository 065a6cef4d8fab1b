"""How frequent each character is in Chinese text, Simplified and Traditional: the evidence for encoding detection.

A character's figure is the larger of its shares in Simplified and in Traditional text, so the table scores text of
either script. Sources: words and their counts (jieba), segmented news (characters and punctuation), converted to
Traditional word by word with OpenCC; see ``data/LICENSES.md``.
"""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSEEN = -18.0
"""Natural logarithm of the probability given to a character that the table does not hold."""


@cache
def log_frequency() -> "Mapping[str, float]":
    """Character → natural logarithm of its probability; about 17,500 non-ASCII characters."""
    arrays = read_arrays("characters.npz")
    return MappingProxyType(
        dict(zip(map(chr, arrays["code"].tolist()), arrays["log"].astype(float).tolist(), strict=True))
    )


def seldom(most: float) -> frozenset[str]:
    """The characters of :func:`log_frequency` whose figure is ``most`` or less, without making its table."""
    arrays = read_arrays("characters.npz")
    return frozenset(map(chr, arrays["code"][arrays["log"].astype(float) <= most].tolist()))
