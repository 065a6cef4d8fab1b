"""The policies that look at neighbours, width, quotes and blanks, found together in one scan.

The expression decides all it can, which is nearly all there is; what it cannot, it hands over in a group.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from textclean.ledger import NO_EDITS, Edits
from textclean.native import extension
from textclean.stages.normalize.characters import members, ranges, spans
from textclean.stages.normalize.compose import joined
from textclean.stages.normalize.odd import odd_characters, odd_choice
from textclean.stages.normalize.punctuation import (
    CJK,
    CLOSED,
    FULL_STOP,
    NEAR,
    WIDE,
    among_chinese,
    brackets,
    entity_ends,
)
from textclean.stages.normalize.spaces import BESIDE_NUMBER, BLANKS, SPELLED, is_stray, setting_off, spaced_out
from textclean.stages.script.telling import CORNERS, counts, curved_quotes, script_of

Hit = re.Match[str]
_built = extension("scan")


class Scan(NamedTuple):
    """What a scan found, in order: what changes for certain, from starts to ends, and hits to be decided."""

    starts: list[int]
    ends: list[int]
    hits: list[Hit]


_NEW = WIDE | dict.fromkeys([*members(BLANKS), *CORNERS, "\r"], "")
"""What is written for a hit, by its first character."""
_REASON = dict.fromkeys(_NEW, "width") | dict.fromkeys(members(BLANKS), "space") | {"\r": "newline"}

_POINTS = ",:;?!"
_SIGNS = frozenset([*WIDE, *CORNERS])


def _choices(punctuation: bool, quotes: bool, space: bool, newline: bool, first: str | None = None) -> list[str]:
    """What the rules that are on change or, where there is a group, may change: expressions for what follows a sign.

    ``first``: the sign, if it is known; then those that no hit with it can have are left out.
    """
    choices: list[str] = []
    ended = r"(?P<ended>\r)(?=\n)|" if newline else ""

    def may_be(characters: Iterable[str]) -> bool:
        return first is None or first in characters

    if punctuation and may_be(_POINTS):
        choices.append(
            f"(?<=[{CJK}][{_POINTS}])|(?<=[{_POINTS}])(?:{NEAR}|(?:(?<![0-9][,:])|(?![0-9])|(?<=,)(?=[0-9]{{4}}))(?P<far>))"
        )
    if space and may_be(members(BLANKS)):
        alone = r"(?!\r\n)" if newline else ""
        at_start, elsewhere = rf"(?<![^\n].)[{BLANKS}]*+{alone}", rf"[{BLANKS}]*+(?:{ended}(?![^\n])|(?P<inside>))"
        choices.append(f"(?<=[{BLANKS}])(?:{at_start}|(?:{BESIDE_NUMBER})(?P<beside>)|{elsewhere})")
    if newline and may_be("\r"):
        choices.append(r"(?<=\r)(?=\n)")
    if punctuation and may_be("."):
        choices.append(FULL_STOP)
    if punctuation and may_be("()"):
        choices.append("(?<=[()])(?P<bracket>)")
    if quotes and may_be(CORNERS):
        choices.append(f"(?<=[{CORNERS}])(?P<corner>)")
    if first is None or first > "\uffff" or first in odd_characters():
        choices.append(f"(?:{odd_choice(first)})(?P<odd>)")
    return choices


@cache
def _scanner(punctuation: bool, quotes: bool, space: bool, newline: bool) -> re.Pattern[str]:
    """Every hit, whatever it begins with."""
    choices = _choices(punctuation, quotes, space, newline)
    # The class comes first: Python scans for one at full speed, for choices it does not. It is that of all others,
    # negated, to have what is beyond the basic plane in it: named there it would make the scan twenty times slower.
    others = ranges(_called(punctuation, quotes, space, newline), others=True)
    return re.compile(f"[^{others}](?:{'|'.join(choices)})")


class _Looks(dict[str, Callable[[str, int], Hit | None]]):
    """By the character that a hit may begin with: looks whether one does at a place.

    The whole of :func:`_scanner` takes a tenth of a second to compile, and a text has few of these characters.
    """

    def __init__(self, punctuation: bool, quotes: bool, space: bool, newline: bool) -> None:
        self._rules = punctuation, quotes, space, newline

    def __missing__(self, first: str) -> Callable[[str, int], Hit | None]:
        choices = _choices(*self._rules, first=first)
        self[first] = found = re.compile(f"(?s:.)(?:{'|'.join(choices) or '(?!)'})").match
        return found


_looks = cache(_Looks)


@cache
def _called(punctuation: bool, quotes: bool, space: bool, newline: bool) -> frozenset[str]:
    """The characters of the basic plane at which a hit may begin."""
    signs = (_POINTS + ".()") * punctuation + CORNERS * quotes + "\r" * newline
    return odd_characters().union(signs, members(BLANKS) if space else ())


_SIGN, _OPEN, _CHINESE, _CLOSER, _RETURN, _BEFORE_ONLY, _BLANK = 1, 2, 4, 8, 16, 32, 64
"""Kinds of characters, as the extension knows them."""


@cache
def _kinds(punctuation: bool, quotes: bool, space: bool, newline: bool) -> bytes:
    """The kind of each character of the basic plane: which may be hits, and which neighbours make them certain."""
    kinds = bytearray(0x10000)
    for char in _called(punctuation, quotes, space, newline):
        kinds[ord(char)] = _OPEN
    for char in _POINTS if punctuation else "":
        kinds[ord(char)] = _SIGN | _BEFORE_ONLY * (char == "!")
    for char in members(BLANKS) if space else ():
        kinds[ord(char)] = _OPEN | _BLANK
    if newline:
        kinds[ord("\r")] = _RETURN
    for kind, group in ((_CHINESE, CJK), (_CLOSER, CLOSED)):
        also = bytes(other | kind for other in range(0x100))
        for first, last in spans(group):
            kinds[first : last + 1] = kinds[first : last + 1].translate(also)
    return bytes(kinds)


def certain(text: str, kinds: bytes) -> tuple[list[int], list[int], list[int]]:
    """Hits of ``text`` that need no closer look, their starts and ends, and places that may be hits.

    What the extension does, in plain Python.
    """
    row = [0, 0, *(kinds[ord(char)] if char < "\U00010000" else _OPEN for char in text), 0]
    starts: list[int] = []
    ends: list[int] = []
    places: list[int] = []
    for at, (earlier, before, kind, after) in enumerate(zip(row, row[1:], row[2:], row[3:], strict=False)):
        end = at + 1
        if kind & _SIGN:
            near = before & _CHINESE or (before & _CLOSER and earlier & _CHINESE)
            sure = bool(near or (after & _CHINESE and not kind & _BEFORE_ONLY))
        elif kind & _RETURN:
            sure = text[at + 1 : at + 2] == "\n" and not before & _OPEN
        elif kind & _BLANK and not before & _BLANK:
            while row[end + 2] & _BLANK:
                end += 1
            sure = text[at - 1 : at] in ("", "\n") and text[end : end + 1] != "\r"
        elif kind & _OPEN and not kind & _BLANK:
            sure = False
        else:
            continue
        if sure:
            starts.append(at)
            ends.append(end)
        else:
            places.append(at)
    return starts, ends, places


def scan(text: str, punctuation: bool, quotes: bool, space: bool, newline: bool) -> Scan:
    """What the rules may change; with ``newline`` also carriage returns before line feeds.

    Characters that other rules may change are there in the group ``odd``.
    """
    rules = punctuation, quotes, space, newline
    if _built is None:
        return Scan([], [], list(_scanner(*rules).finditer(text)))
    starts, ends, places = _built.scan(text, _kinds(*rules))
    looks = _looks(*rules)
    hits: list[Hit] = []
    end = 0
    for place in places:
        if place >= end and (hit := looks[text[place]](text, place)):
            hits.append(hit)
            end = hit.end()
    return Scan(starts, ends, hits)


def policy_edits(text: str, found: Scan) -> Edits:
    """Edits of the rules that look at neighbours, for the answer of a :func:`scan`."""
    starts, ends, hits = found
    entities = entity_ends(text)
    if entities:
        kept = [start not in entities for start in starts]
        starts, ends = list(compress(starts, kept)), list(compress(ends, kept))
        hits = [hit for hit in hits if hit.start() not in entities]
    odd = _decided(text, starts, hits) if hits else {}
    if odd:
        starts = sorted([*starts, *odd])
        ends = sorted([*ends, *(end for end, _, _ in odd.values())])  # no two overlap, so both are in one order
    if not starts:
        return NO_EDITS
    firsts = itemgetter(*starts, starts[0])(text)  # once more, for of one place alone it gives no tuple
    by_first = itemgetter(*firsts)
    news, reasons = list(by_first(_NEW)[:-1]), list(by_first(_REASON)[:-1])
    for at, (_, new, reason) in odd.items():
        if reason:
            i = bisect_left(starts, at)
            news[i], reasons[i] = new, reason
    return joined(starts, ends, news, reasons)


def _decided(text: str, sure: Sequence[int], hits: Sequence[Hit]) -> dict[int, tuple[int, str, str]]:
    """Of the ``hits`` that change something, by place: the end, and what is written and why.

    Without a reason the first character says both.
    """
    pairs: frozenset[int] | None = None
    curved: Mapping[int, str] | None = None
    odd: dict[int, tuple[int, str, str]] = {}
    inside: list[Hit] = []
    for hit in hits:
        group = hit.lastgroup
        if group == "inside" or group == "beside":
            inside.append(hit)
            continue
        at, end = hit.span()
        if group is None:
            odd[at] = end, "", ""
        elif group == "ended":
            odd[at] = end, "", "newline"
        elif group == "bracket":
            pairs = frozenset(brackets(text)) if pairs is None else pairs
            if at in pairs:
                odd[at] = end, "", ""
        elif group == "corner":
            curved = _curved(text) if curved is None else curved
            if at in curved:
                odd[at] = end, curved[at], "width"
        elif group == "far" and among_chinese(text, at):
            odd[at] = end, "", ""
    if not inside:
        return odd
    rows = spaced_out(text) if len(inside) >= SPELLED - 2 else set()
    apart = setting_off(text, [hit.span() for hit in inside if hit.lastgroup == "beside"])
    blanks: dict[int, tuple[int, str, str]] = {}

    def written(at: int) -> str:
        char = text[at]
        if char not in _SIGNS:
            return char
        if at in odd:
            return odd[at][1] or _NEW[char]
        i = bisect_left(sure, at)
        return _NEW[char] if i < len(sure) and sure[i] == at else char

    for hit in inside:
        start, end = hit.span()
        if hit.lastgroup == "beside":
            stray = start in rows or start not in apart
        else:
            stray = start in rows or is_stray(text, start, end, written(start - 1), written(end))
        if stray:
            blanks[start] = end, "", ""
        elif (run := hit[0]) not in (" ", "\t"):
            blanks[start] = end, "\t" if "\t" in run else " ", "space"
    return odd | blanks


def _curved(text: str) -> Mapping[int, str]:
    """The corner quotes of Simplified text, by place, with what they become."""
    return dict(curved_quotes(text)) if script_of(*counts(text)) == "simplified" else {}
