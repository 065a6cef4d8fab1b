"""Characters that look alike: which ones a reader of shapes takes for which.

The lists come from glyphs rendered in six fonts, blurred and compared, and from the parts that characters share; see
``data/LICENSES.md``. Letters, digits and 〇 are included: 工 is read as T.
"""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from textclean.language.resources import read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_LIST = 40
"""Look-alikes a character has at most."""


@cache
def confusions() -> "Mapping[str, tuple[tuple[str, float], ...]]":
    """Character → its look-alikes with their similarity (0 to 1), the most similar first."""
    arrays = read_arrays("confusions.npz")
    chars = "".join(map(chr, arrays["chars"].tolist()))
    others = "".join(map(chr, arrays["others"].tolist()))
    levels = (arrays["similarity"] / 255).tolist()
    table: dict[str, tuple[tuple[str, float], ...]] = {}
    at = 0
    for char, size in zip(chars, arrays["sizes"].tolist(), strict=True):
        table[char] = tuple(zip(others[at : at + size], levels[at : at + size], strict=True))
        at += size
    return MappingProxyType(table)


def similarity(observed: str, intended: str) -> float:
    """How alike two characters look: 0 to 1, 0 where neither lists the other."""
    return max(_levels(observed).get(intended, 0.0), _levels(intended).get(observed, 0.0))


@cache
def _levels(char: str) -> "Mapping[str, float]":
    """The look-alikes of a character."""
    return MappingProxyType(dict(confusions().get(char, ())))
