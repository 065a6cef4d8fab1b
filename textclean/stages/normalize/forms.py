"""Forms of other characters: vertical and small punctuation, Latin ligatures, half-width CJK punctuation.

Which character each stands for is in Unicode's own data (decompositions tagged ``<vertical>`` and ``<small>``, UAX 15).
"""

import re
import unicodedata
from functools import cache

from textclean.language.expressions import lazy

_FORMS = (range(0xFE10, 0xFE1A), range(0xFE30, 0xFE49), range(0xFE50, 0xFE6C), range(0xFB00, 0xFB07))
_HALF_WIDTH = dict(zip("｡､･", "。、・", strict=True))
_AS_WRITTEN = {"︰": ":", "︙": "…"}
"""Unicode has two dots for the first, after Big5 0xA14A; what it stands for in text is a colon."""
_BARS = frozenset("︱︲︳︴")
"""Vertical dashes, which headings use as bars: ``深度︱新馆``."""

_WIDE_LETTER = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_ADDRESS_SIGN = "．／：＠－＿？＝＆％＃＋～"
_PART = f"[{_WIDE_LETTER}0-9A-Za-z]"
_BODY = f"(?:{_PART}|[{_ADDRESS_SIGN}./:@_?=&%#+~-](?={_PART}))"
_ADDRESS = lazy(
    rf"""
    (?<!{_PART})
    (?: [HhＨｈ][TtＴｔ][TtＴｔ][PpＰｐ][SsＳｓ]?[:：][/／]{{2}}{_BODY}{{1,300}}  # http://…
      | [WwＷｗ]{{3}}[.．]{_BODY}{{1,300}}                                      # www.…
      | {_PART}(?:{_PART}|[．－＿._-](?={_PART})){{0,63}}[@＠]{_PART}{_BODY}{{1,100}}  # mail
      | [A-Za-zＡ-Ｚａ-ｚ]{_PART}{{0,62}}(?:．(?=[A-Za-zＡ-Ｚａ-ｚ]){_PART}{{2,63}}){{1,4}}  # a domain, a file
    )
    (?![．＠]{_PART})
    """,
    re.VERBOSE,
)
_TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@cache
def plain_forms() -> dict[str, str]:
    """Form → the characters it stands for."""
    table = dict(_HALF_WIDTH)
    for code in (code for part in _FORMS for code in part):
        char = chr(code)
        tag, *codes = unicodedata.decomposition(char).split() or ("",)
        if tag in ("<vertical>", "<small>", "<compat>") and char not in _BARS:
            plain = "".join(chr(int(code, 16)) for code in codes)
            table[char] = _AS_WRITTEN.get(char, unicodedata.normalize("NFKC", char) if tag == "<compat>" else plain)
    return table


def addresses(text: str) -> list[tuple[int, int, str]]:
    """Full-width signs of addresses, with what they become: ``ｗｗｗ．ａ．ｃｎ``. Letters and digits have a rule."""
    found: list[tuple[int, int, str]] = []
    for match in _ADDRESS.finditer(text):
        signs = (at for at in range(*match.span()) if text[at] in _ADDRESS_SIGN)
        found += [(at, at + 1, text[at].translate(_TO_ASCII)) for at in signs]
    return found
