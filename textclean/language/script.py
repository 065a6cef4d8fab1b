"""Traditional and Simplified characters: who belongs to which script, and the one-to-one table between them.

The tables come from OpenCC's ``t2s`` and ``s2t`` dictionaries (see ``data/LICENSES.md``). They say what single
characters are; converting text, where words decide, is the script stage's work.
"""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from textclean.language.resources import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _rows() -> tuple[str, str, str]:
    """Traditional characters, their Simplified forms in the same order, and the characters of Simplified only."""
    traditional, simplified, only = read_text("script.txt").splitlines()
    return traditional, simplified, only


@cache
def simplified_table() -> "Mapping[int, int]":
    """Traditional character → Simplified character, one to one, for :meth:`str.translate`.

    Characters that both scripts use (``后``, ``里``) stay. A copy of the result may be changed, the result not.
    """
    traditional, simplified, _ = _rows()
    return MappingProxyType(dict(zip(map(ord, traditional), map(ord, simplified), strict=True)))


@cache
def traditional_only() -> frozenset[str]:
    """Characters that stand only in Traditional text: those that ``t2s`` changes."""
    return frozenset(_rows()[0])


@cache
def simplified_only() -> frozenset[str]:
    """Characters that stand only in Simplified text: ``s2t`` changes them and Big5's frequent half lacks them."""
    return frozenset(_rows()[2])
