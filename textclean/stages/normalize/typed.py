"""Signs that are typed or read for others: ``......`` ``------`` ``"…"`` ``⋯⋯``, the dots of names, 〇 as a circle.

Each is put right where Chinese characters stand at it. What ends up as a sign of another rule ends there; nothing that
these rules write begins one of their own hits.
"""

from collections.abc import Iterator
from functools import cache

from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT
from textclean.language.resources import read_words
from textclean.ledger import NO_EDITS, Edits
from textclean.stages.normalize.punctuation import KANA
from textclean.stages.normalize.spaces import BLANKS
from textclean.stages.script.telling import counts, script_of

Row = tuple[int, int, str]
"""The span, and what is written there."""

NUMERALS = "一二三四五六七八九〇"
_HAN = lazy(f"[{HAN_SCRIPT}]")
_KANA = lazy(f"[{KANA}]")
_HYPHENS = lazy("(?<!-)-{2,6}(?!-)")
_DASH_BEFORE = lazy(f"[{HAN_SCRIPT}0-9%％》”’）】」』]")
_DASH_AFTER = lazy(f"[{HAN_SCRIPT}0-9《“‘（【「『]")
_DOTS = lazy(r"(?<!\.)\.{3}(?:\.{3})?(?!\.)")
_DOTS_BESIDE = lazy(f"[{HAN_SCRIPT}、《》“”‘’「」『』]")
"""None that another rule writes for a half-width sign: a second run must see what the first one saw."""
_LED_IN = lazy(f"[{HAN_SCRIPT}、《》“”‘’「」『』][:：,，]?")
_LEADER = lazy(rf"[{BLANKS}]*[0-9ivxlIVX]+[{BLANKS}]*(?:\n|\Z)")
"""After a row of dots: the number of a page."""
_MIDDLE_DOTS = lazy("⋯+")
_BLANK_BEFORE = lazy(rf"[{BLANKS}]+\Z")
_BLANK_AFTER = lazy(rf"[{BLANKS}]+")
_FAR = 64
"""Blanks beyond which nothing is looked for: they may go, and a second run must see what the first one saw."""
_CIRCLES = lazy(f"(?<=[{NUMERALS}])○+(?=[{NUMERALS}年月日号])")
_NAME_DOT = lazy(f"(?<=[{HAN_SCRIPT}])[•‧・∙⋅](?=[{HAN_SCRIPT}])")
NAME_OR_STOP = lazy(rf"(?<=[{HAN_SCRIPT}]{{2}})\.(?=[{HAN_SCRIPT}]{{2}})")
_CLAUSE = lazy("[，。；！？：,;!?]")
_TIME = lazy(
    rf"(?<![0-9:.])(?:[01]?[0-9]|2[0-4]):(?:(?P<one>[{BLANKS}]{{1,3}})[0-5][0-9]|[0-5][0-9])"
    rf"(?::(?P<two>[{BLANKS}]{{0,3}})[0-5][0-9])?(?![0-9:])"
)
_CODE = lazy(r"""=[ ]?["]|[\[{\\]["]|["][ ]?[:：][ ]?["\[{0-9]|["][ ]?[\]}]|[A-Za-z_][(（]["]""")
"""Quotes of a program or of data."""
_DOTTED = lazy(r"(?<![0-9])\.")
_AMOUNTS = ("万元", "亿元", "万吨", "亿吨")
"""No item of a list ends in one of these."""
_FAR = 100
"""Characters on each side in which the signs of a sentence are looked for."""
_LEAST_CLAUSE = 5
"""Characters from which on what stands before a stop is a clause: shorter items are lists and paths."""


def edits(text: str, punctuation: bool, quotes: bool, space: bool) -> Edits:
    """Edits of these rules, as far as they are on."""
    found: list[tuple[int, int, str, str]] = []
    if punctuation:
        for rule in (_hyphens, _dots, _middle_dots, _circles, _name_dots, _stops):
            found += [(*row, "punctuation") for row in rule(text)]
    if quotes and '"' in text:
        found += [(*row, "punctuation") for row in _quotes(text)]
    if space:
        found += [(*row, "space") for row in _times(text)]
    if not found:
        return NO_EDITS
    starts, ends, news, reasons = zip(*sorted(found), strict=True)
    return Edits(starts, ends, news, reasons)


@cache
def sounds() -> frozenset[str]:
    """Characters of foreign names."""
    return frozenset(read_words("names.txt", "textclean.stages.normalize")["sound"])


def in_foreign_name(text: str, at: int) -> bool:
    """Whether the sign at ``at`` parts two names that are written by sound: ``约翰.史密斯``."""
    around = text[max(0, at - 2) : at] + text[at + 1 : at + 3]
    return text[at - 1] in sounds() and text[at + 1] in sounds() and sum(char in sounds() for char in around) > 2


def _at(text: str, place: int) -> str:
    return text[place] if 0 <= place < len(text) else "\n"


def _hyphens(text: str) -> Iterator[Row]:
    """Pandoc writes three for each em dash; two or four are typed for a Chinese dash, which is two em dashes."""
    for match in _HYPHENS.finditer(text):
        start, end = match.span()
        before, after, count = _at(text, start - 1), _at(text, end), end - start
        if count == 5:
            continue
        edge = count in (4, 6)
        if not _DASH_BEFORE.match(before) and not (edge and before == "\n"):
            continue
        if not _DASH_AFTER.match(after) and not (edge and after == "\n"):
            continue
        if before.isascii() and after.isascii():  # two numbers, of which the unit tells, or the ends of a line
            number = end
            while _at(text, number).isdigit():
                number += 1
            if count != 3 or not after.isdigit() or not _HAN.match(_at(text, number)):
                continue
        yield start, end, "—" if count == 3 else "——"


def _dots(text: str) -> Iterator[Row]:
    for match in _DOTS.finditer(text):
        start, end = match.span()
        before, after = _at(text, start - 1), _at(text, end)
        if before in "/\\" or after in "/\\" or _LEADER.match(text, end):
            continue
        if _DOTS_BESIDE.match(before) or _DOTS_BESIDE.match(after):
            yield start, end, "……" if end - start == 6 else "…"


def _middle_dots(text: str) -> Iterator[Row]:
    """What some fonts of PDF files give for an ellipsis; a single one may be mathematics."""
    for match in _MIDDLE_DOTS.finditer(text):
        start, end = match.span()
        before, after = (
            _BLANK_BEFORE.search(text, max(0, start - _FAR), start),
            _BLANK_AFTER.match(text, end, end + _FAR),
        )
        beside = _DOTS_BESIDE.match(_at(text, before.start() - 1 if before else start - 1))
        beside = beside or _DOTS_BESIDE.match(_at(text, after.end() if after else end))
        if end - start > 1 or beside:
            yield start, end, "…" * (end - start)


def _circles(text: str) -> Iterator[Row]:
    """Circles for the zero; Traditional print writes years with them."""
    found = list(_CIRCLES.finditer(text))
    for match in found if found and script_of(*counts(text)) != "traditional" else ():
        yield *match.span(), "〇" * len(match[0])


def _name_dots(text: str) -> Iterator[Row]:
    for match in _NAME_DOT.finditer(text):
        if match[0] != "・" or not _KANA.search(text):
            yield *match.span(), "·"


def _stops(text: str) -> Iterator[Row]:
    """Stops inside a line of sentences: no name, no number of a section, no item of a list or a path."""
    for match in NAME_OR_STOP.finditer(text):
        at = match.start()
        begin = text.rfind("\n", max(0, at - _FAR), at) + 1 or max(0, at - _FAR)
        clause = begin
        for sign in _CLAUSE.finditer(text, begin, at):
            clause = sign.end()
        end = text.find("\n", at, at + _FAR)
        sentence = clause > begin or _CLAUSE.search(text, at, at + _FAR if end < 0 else end)
        item = at - clause < _LEAST_CLAUSE or _DOTTED.search(text, clause, at)
        if text.endswith(_AMOUNTS, 0, at) or (sentence and not item and not in_foreign_name(text, at)):
            yield at, at + 1, "。"


def _times(text: str) -> Iterator[Row]:
    """Blanks inside a time of day: ``06: 10: 28``."""
    for match in _TIME.finditer(text):
        for group in ("one", "two"):
            if match[group]:
                yield *match.span(group), ""


def _quotes(text: str) -> Iterator[Row]:
    """The quotes of lines in which every pair of them holds Chinese or stands among it, and nothing is code."""
    at = 0
    for line in text.split("\n"):
        places = [i for i, char in enumerate(line) if char == '"'] if '"' in line else []
        if places and len(places) % 2 == 0 and not _CODE.search(line):
            pairs = list(zip(places[0::2], places[1::2], strict=True))
            if all(_is_quotation(line, *pair) for pair in pairs):
                for start, end in pairs:
                    yield at + start, at + start + 1, "“"
                    yield at + end, at + end + 1, "”"
        at += len(line) + 1


def _is_quotation(line: str, start: int, end: int) -> bool:
    inside, before, after = line[start + 1 : end], _at(line, start - 1), _at(line, end + 1)
    if not inside.strip() or "\\" in inside or before.isdigit():
        return False
    among = _LED_IN.fullmatch(line, max(0, start - 2), start) or _LED_IN.fullmatch(before) or _LED_IN.fullmatch(after)
    return bool(_HAN.search(inside) or among) and not (after.isascii() and after.isalnum())
