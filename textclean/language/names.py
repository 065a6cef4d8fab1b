"""Names of persons: surnames (``data/surnames.txt``) and the expression for a name."""

from textclean.language.han import HAN
from textclean.language.resources import read_words

_LISTED = read_words("surnames.txt")
COMMON_SURNAMES = frozenset(_LISTED["common"][0])
"""The most frequent ones, Simplified: what a character is taken for where a name may stand."""
_SURNAMES = "".join(_LISTED[kind][0] for kind in ("common", "other", "traditional"))

NAME = (
    rf"(?:(?:{'|'.join(_LISTED['compound'])})[{HAN}]{{1,2}}"
    rf"|[{_SURNAMES}][{HAN}]{{1,2}}"
    rf"|[{HAN}]{{1,6}}(?:[·•][{HAN}]{{1,6}}){{1,2}})"
)
"""A person's name: surname and one or two characters, or parts joined by a middle dot."""
LONGEST_UNDIVIDED = max(map(len, _LISTED["compound"])) + 2
"""Characters of the longest name without a middle dot."""
