"""The width policy: half-width punctuation among Chinese becomes full width; times, numbers and Latin text keep theirs.

Only the neighbourhood of a sign decides, so the answer does not depend on how paragraphs are cut. Signs that the policy
itself may widen are never evidence, in neither width, so a second run finds what the first one found.
"""

import re
from string import ascii_letters, digits

from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT

KANA = "\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe"
CJK_PUNCTUATION = "\u3001-\u3003\u3008-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
CJK = HAN_SCRIPT + KANA + "\u3001\u3003\u3008-\u3011\u3014-\u301b％℃①-⑳"
"""What makes its neighbourhood Chinese."""

WIDE = dict(zip(",:;?!().", "，：；？！（）。", strict=True))
POINTS_TO_WIDEN = ",:;?!"
"""Those of them that a neighbour on either side makes wide."""

CLOSED = "”’)）％%"
NEAR = f"(?<=[{CJK}].)|(?<=[{CJK}][{CLOSED}].)|(?<!!)(?=[{CJK}])"
"""After ``, : ; ? !``: a Chinese neighbour."""
FULL_STOP = rf"(?<=\.)(?<=[{HAN_SCRIPT}]{{4}}\.)(?=[”’」』）)]*[ \t\u00a0\u3000]*(?:\r?\n|\Z))"
"""After ``.``: the end of a Chinese line."""
_BRACKET = lazy("[()（）]")
_CJK = lazy(f"[{CJK}]")
_SIGNS = frozenset(WIDE) | frozenset(WIDE.values())
BLANK = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""The blanks inside lines; :data:`textclean.stages.normalize.spaces.BLANKS` are the same, as a class."""
_BLANK = frozenset(BLANK)
TRANSPARENT = _SIGNS | _BLANK | frozenset("0123456789%‰°+-–—…·“”‘’\"'[]<>/*~")
_TOKEN = ascii_letters + digits + ".%+-"
"""What a word or number attached to a bracket is made of: ``BDO(GBL)``."""
_DAYS = ("", " [0-9]", " [0-9]{2}", "[.] [0-9]", "[.] [0-9]{2}")
_ENGLISH_DATE = lazy("|".join(f"(?<=[A-Za-z]{{3}}{day},)" for day in _DAYS))
_YEAR = lazy(" [0-9]{4}(?![0-9年])")
_SPACED_RATIO = lazy("(?:(?<=[0-9])|(?<=[0-9][{0}])):[{0}]*[0-9]".format("".join(_BLANK)))
"""``3: 2``, ``3 : 2``."""
_FUNCTION = lazy(r"(?<![A-Za-z])[A-Za-z]\([0-9A-Za-z][0-9A-Za-z+*/^=_.-]*\)")
_ENTITY = lazy(r"&#?\w{1,31};", re.A)
_INDENT = lazy(r"[ \t\u00a0\u3000]*")
_ENUMERATOR = lazy(r"[0-9A-Za-z一二三四五六七八九十]{1,3}\)")
"""From the indent of a line on."""
_REACH = 24
"""How many characters, blanks not counted, to look past on each side for a Chinese one."""
_WINDOW = 200
"""How many with blanks."""


def among_chinese(text: str, at: int) -> bool:
    """Whether punctuation without a Chinese neighbour belongs to Chinese text all the same: ``27%,2023年``.

    Not asked about the joints of numbers, such as ``9:30``.
    """
    sign = text[at]
    if sign == ":" and (text[at + 1 : at + 2] in ("/", "\\") or _SPACED_RATIO.match(text, at)):
        return False
    if sign == "," and _YEAR.match(text, at + 1) and _ENGLISH_DATE.match(text, at + 1):
        return False
    if _chinese_before(text, at, TRANSPARENT):
        return True
    return sign != "!" and _chinese_after(text, at + 1, TRANSPARENT if sign in ",:" else _BLANK)


def entity_ends(text: str) -> set[int]:
    """Places of the semicolons that end an HTML entity."""
    return {match.end() - 1 for match in _ENTITY.finditer(text)} if "&" in text else set()


def _chinese_before(text: str, at: int, transparent: frozenset[str]) -> bool:
    """Whether the first character before ``at`` that is not ``transparent`` is Chinese."""
    return _first_is_chinese(text[max(0, at - _WINDOW) : at][::-1], transparent)


def _chinese_after(text: str, at: int, transparent: frozenset[str]) -> bool:
    return _first_is_chinese(text[at : at + _WINDOW], transparent)


def _first_is_chinese(window: str, transparent: frozenset[str]) -> bool:
    left = _REACH
    for char in window:
        if char not in transparent:
            return _CJK.match(char) is not None
        left -= char not in _BLANK
        if not left:
            break
    return False


def brackets(text: str) -> list[int]:
    """Half-width brackets to widen: both of a pair, or neither; one without a partner if a neighbour is Chinese."""
    places: list[int] = []
    opened: list[int] = []
    line_start, line_end, head = 0, -1, None
    for match in _BRACKET.finditer(text):
        at, sign = match.start(), match[0]
        if at > line_end:
            places += [i for i in opened if text[i] == "(" and _touches_chinese(text, i)]
            opened.clear()
            line_start = text.rfind("\n", line_end + 1, at) + 1 or line_end + 1
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            head = None
        if sign in "(（":
            opened.append(at)
        elif opened:
            start = opened.pop()
            wide = text[start] == "（" or sign == "）"
            if wide or _pair_among_chinese(text, start, at):
                places += [i for i in (start, at) if text[i] in "()"]
        elif sign == ")" and _touches_chinese(text, at):
            head = _INDENT.match(text, line_start) if head is None else head  # once a line: it may be long
            if head is None or not _ENUMERATOR.fullmatch(text, head.end(), at + 1):
                places.append(at)
    return places + [i for i in opened if text[i] == "(" and _touches_chinese(text, i)]


def _touches_chinese(text: str, at: int) -> bool:
    return _chinese_before(text, at, _BLANK) or _chinese_after(text, at + 1, _BLANK)


def _pair_among_chinese(text: str, start: int, end: int) -> bool:
    """Whether brackets at ``start`` and ``end`` hold Chinese, or what they are attached to does: ``γ-丁内酯(GBL)``.

    Those of a function, ``f(x)``, never.
    """
    if start and _FUNCTION.fullmatch(text, start - 1, end + 1):
        return False
    return (
        _CJK.search(text, start + 1, min(end, start + _WINDOW)) is not None
        or _first_is_chinese(text[max(0, start - _WINDOW) : start][::-1].lstrip(_TOKEN), TRANSPARENT)
        or _first_is_chinese(text[end + 1 : end + 1 + _WINDOW].lstrip(_TOKEN), TRANSPARENT)
    )
