"""What the extension knows of characters: their kinds, which the rules here and in the modules beside are made of."""

from array import array
from collections.abc import Iterable
from functools import cache

from textclean.language.han import HAN_SCRIPT
from textclean.stages.normalize.characters import members
from textclean.stages.normalize.mojibake import LOST_SIGNS, rare
from textclean.stages.normalize.odd import JOINTS, alone
from textclean.stages.normalize.punctuation import CJK, CLOSED, KANA, POINTS_TO_WIDEN, TRANSPARENT, WIDE
from textclean.stages.normalize.spaces import (
    BLANKS,
    CLOSING,
    CLOSING_QUOTES,
    DATELINE,
    OPENING,
    OPENING_QUOTES,
    POINTS,
)
from textclean.stages.script.telling import CORNERS

(
    _POINT,
    _BRACKET,
    _STOP,
    _BLANK,
    _RETURN,
    _LINE,
    _CORNER,
    _ODD,
    _RARE,
    _LOST,
    _JOINT,
    _CHINESE,
    _CLOSER,
    _HAN,
    _KANA,
    _CLEAR,
    _WHITE,
    _TIGHT_BEFORE,
    _TIGHT_AFTER,
    _EDGE,
    _SENTENCE,
    _DATELINE,
) = (1 << bit for bit in range(22))
"""Kinds of characters, as the extension knows them; it looks at those of the first eleven."""
_LOOKED_AT, _CALLING, _SIGN = (1 << 11) - 1, 128, 24
"""The kinds it looks at; their first class; the bit from which on a kind tells the place in :data:`WRITTEN`."""
WRITTEN = ("", " ", "\t", *WIDE.values())
REASONS = ("newline", "space", "width")


@cache
def table(punctuation: bool, quotes: bool, space: bool, newline: bool) -> bytes:
    """The class of each character of the basic plane and of all others, a byte each; then the kinds by class."""
    kinds = array("I", bytes(4 * 0x10001))

    def mark(kind: int, characters: Iterable[str]) -> None:
        for char in characters:
            kinds[ord(char)] |= kind

    mark(_ODD, alone())
    mark(_RARE, rare())
    mark(_LOST, [*LOST_SIGNS, "&", "<", *("\r" if not newline else "")])
    kinds[0x10000] = _ODD
    called: list[tuple[int, Iterable[str]]] = [(_LINE, "\n")]
    called += [(_POINT, POINTS_TO_WIDEN), (_STOP, "."), (_BRACKET, "()")] if punctuation else []
    called += [(_CORNER | _EDGE, CORNERS)] if quotes else []
    called += [(_BLANK, members(BLANKS))] if space else []
    called += [(_RETURN, "\r")] if newline else []
    for kind, characters in called:  # these come before what is odd
        for char in characters:
            kinds[ord(char)] = kind
    mark(_JOINT, JOINTS)
    if punctuation:
        for place, char in enumerate(WIDE, len(WRITTEN) - len(WIDE)):
            kinds[ord(char)] |= place << _SIGN
    for kind, group in ((_CHINESE, CJK), (_CLOSER, CLOSED), (_HAN, HAN_SCRIPT), (_KANA, KANA), (_WHITE, BLANKS)):
        mark(kind, members(group))
    mark(_CLEAR, TRANSPARENT)
    mark(_SENTENCE, "。；！？、;!?，")
    mark(_DATELINE, DATELINE)
    corners = CORNERS if quotes else ""
    mark(_TIGHT_BEFORE, {*POINTS, *CLOSING}.difference(corners))
    mark(_TIGHT_AFTER, {*POINTS, *OPENING}.difference(corners))
    mark(_EDGE, {*OPENING, *CLOSING, *OPENING_QUOTES, *CLOSING_QUOTES})
    distinct = {*kinds}
    looked_at = sorted(kind for kind in distinct if kind & _LOOKED_AT)
    others = sorted(distinct.difference(looked_at))
    classes = {kind: number for number, kind in [*enumerate(others), *enumerate(looked_at, _CALLING)]}
    by_class = array("I", bytes(4 * 256))
    for kind, number in classes.items():
        by_class[number] = kind
    return bytes(map(classes.__getitem__, kinds)) + bytes(3) + by_class.tobytes()
