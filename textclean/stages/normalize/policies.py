"""The policies that look at neighbours, width, quotes and blanks, found together in one scan.

The extension decides nearly all there is and tells the places it leaves open, where an expression looks. Without it one
expression does the whole; what that cannot decide, it hands over in a group.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from textclean.ledger import NO_EDITS, Edits
from textclean.native import extension
from textclean.stages.normalize.characters import members, ranges
from textclean.stages.normalize.compose import joined
from textclean.stages.normalize.odd import SEQUENCES, SPACED, odd_characters, odd_choice
from textclean.stages.normalize.punctuation import (
    CJK,
    FULL_STOP,
    NEAR,
    POINTS_TO_WIDEN,
    WIDE,
    among_chinese,
    brackets,
    entity_ends,
)
from textclean.stages.normalize.spaces import (
    BESIDE_NUMBER,
    BLANKS,
    SPELLED,
    glued_paragraphs,
    is_stray,
    is_wide,
    setting_off,
    spaced_out,
    wrapped_blanks,
)
from textclean.stages.normalize.spelled import parts_ideographs, splits_word
from textclean.stages.normalize.table import REASONS, WRITTEN, table
from textclean.stages.script.telling import CORNERS, counts, curved_quotes, script_of

Hit = re.Match[str]
Rules = tuple[bool, bool, bool, bool]
"""Which rules are on: punctuation, quotes, space, newline."""

_built = extension("scan")

_NEW = WIDE | dict.fromkeys([*members(BLANKS), *CORNERS, "\r"], "")
"""What is written for a hit, by its first character."""
_REASON = dict.fromkeys(_NEW, "width") | dict.fromkeys(members(BLANKS), "space") | {"\r": "newline"}

_SIGNS = frozenset([*WIDE, *CORNERS])


def _choices(punctuation: bool, quotes: bool, space: bool, newline: bool, first: str | None = None) -> list[str]:
    """What the rules that are on change or, where there is a group, may change: expressions for what follows a sign.

    ``first``: the sign, if it is known; then those that no hit with it can have are left out.
    """
    choices: list[str] = []
    ended = r"(?P<ended>\r)(?=\n)|" if newline else ""

    def may_be(characters: Iterable[str]) -> bool:
        return first is None or first in characters

    if punctuation and may_be(POINTS_TO_WIDEN):
        choices.append(
            f"(?<=[{CJK}][{POINTS_TO_WIDEN}])|(?<=[{POINTS_TO_WIDEN}])(?:{NEAR}|(?:(?<![0-9][,:])|(?![0-9])|(?<=,)(?=[0-9]{{4}}))(?P<far>))"
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
def _scanner(punctuation: bool, quotes: bool, space: bool, newline: bool, odd: bool = False) -> re.Pattern[str]:
    """Every hit, whatever it begins with; with ``odd`` also of what calls for a closer look."""
    choices = _choices(punctuation, quotes, space, newline)
    if odd:
        choices.insert(0, f"(?:{SEQUENCES}{'|' + SPACED if space else ''})(?P<sequence>)")
    # The class comes first: Python scans for one at full speed, for choices it does not. It is that of all others,
    # negated, to have what is beyond the basic plane in it: named there it would make the scan twenty times slower.
    others = ranges(_called(punctuation, quotes, space, newline), others=True)
    return re.compile(f"[^{others}](?:{'|'.join(choices)})")


class _Looks(dict[str, Callable[[str, int], Hit | None]]):
    """By the character that a hit may begin with: looks whether one does at a place.

    The whole of :func:`_scanner` takes a tenth of a second to compile, and the extension leaves few of them open.
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
    signs = (POINTS_TO_WIDEN + ".()") * punctuation + CORNERS * quotes + "\r" * newline
    return odd_characters().union(signs, members(BLANKS) if space else ())


def policy_edits(text: str, punctuation: bool, quotes: bool, space: bool, newline: bool) -> Edits:
    """Edits of the rules that look at neighbours; with ``newline`` also of carriage returns before line feeds."""
    return _edits(text, (punctuation, quotes, space, newline), False) or NO_EDITS


def edits_unless_odd(text: str, punctuation: bool, quotes: bool, space: bool, newline: bool) -> Edits | None:
    """:func:`policy_edits`, or None if some character calls for the rules for single ones, or for a mark."""
    return _edits(text, (punctuation, quotes, space, newline), True)


def _edits(text: str, rules: Rules, odd: bool) -> Edits | None:
    if _built is None:
        return plain_edits(text, rules, odd)
    found = _built.scan(text, table(*rules), WRITTEN, REASONS, odd)
    if found is None:
        return None
    starts, ends, news, reasons, places = found
    sure = Edits(starts, ends, news, reasons) if starts else NO_EDITS
    if not places:
        return sure
    looks = _looks(*rules)
    hits: list[Hit] = []
    for place in places:
        if hit := looks[text[place]](text, place):
            if hit.lastgroup == "odd":  # looked for no further: each would be looked at to the end of a row of them
                return None
            hits.append(hit)
    return _merged(sure, _decided(text, sure, hits))


def plain_edits(text: str, rules: Rules, odd: bool) -> Edits | None:
    """What the extension finds, by one expression and without it; None if ``odd`` are wanted and there is one."""
    hits = list(_scanner(*rules, odd).finditer(text))
    if odd and any(hit.lastgroup in ("odd", "sequence") for hit in hits):
        return None
    entities = entity_ends(text)
    if entities:
        hits = [hit for hit in hits if hit.start() not in entities]
    return _merged(NO_EDITS, _decided(text, NO_EDITS, hits))


Decided = dict[int, tuple[int, str, str]]
"""By place: the end, what is written there, and why."""


def _merged(sure: Edits, decided: Decided) -> Edits:
    """Both together. No two overlap."""
    if not decided:
        return sure
    starts: list[int] = []
    ends: list[int] = []
    news: list[str] = []
    reasons: list[str] = []
    done = 0
    for at in sorted(decided):
        i = bisect_left(sure.starts, at, done)
        end, new, reason = decided[at]
        starts += *sure.starts[done:i], at
        ends += *sure.ends[done:i], end
        news += *sure.news[done:i], new
        reasons += *sure.reasons[done:i], reason
        done = i
    starts += sure.starts[done:]
    ends += sure.ends[done:]
    news += sure.news[done:]
    reasons += sure.reasons[done:]
    return joined(starts, ends, news, reasons)


def _decided(text: str, sure: Edits, hits: Sequence[Hit]) -> Decided:
    """Of the ``hits`` those that change something; what changes for certain stands beside them."""
    pairs: frozenset[int] | None = None
    curved: Mapping[int, str] | None = None
    decided: Decided = {}
    inside: list[Hit] = []
    for hit in hits:
        group = hit.lastgroup
        if group == "inside" or group == "beside":
            inside.append(hit)
            continue
        at, end = hit.span()
        if group is None:
            decided[at] = end, *_written(text[at])
        elif group == "ended":
            decided[at] = end, "", "newline"
        elif group == "bracket":
            pairs = frozenset(brackets(text)) if pairs is None else pairs
            if at in pairs:
                decided[at] = end, *_written(text[at])
        elif group == "corner":
            curved = _curved(text) if curved is None else curved
            if at in curved:
                decided[at] = end, curved[at], "width"
        elif group == "far" and among_chinese(text, at):
            decided[at] = end, *_written(text[at])
    if not inside:
        return decided
    rows = spaced_out(text) if len(inside) >= SPELLED - 2 else set()
    wrapped: set[int] | None = None
    apart = setting_off(text, [hit.span() for hit in inside if hit.lastgroup == "beside"])
    glued = glued_paragraphs(text) if any(is_wide(hit[0]) for hit in inside) else set()
    blanks: Decided = {}

    def written(at: int) -> str:
        char = text[at]
        if char not in _SIGNS:
            return char
        if at in decided:
            return decided[at][1]
        i = bisect_right(sure.starts, at) - 1
        return _NEW[char] if i >= 0 and at < sure.ends[i] else char

    for hit in inside:
        start, end = hit.span()
        if start in glued:
            blanks[start] = end, "\n", "paragraph"
            continue
        if hit.lastgroup == "beside":
            stray = start in rows or start not in apart
        else:
            stray = start in rows or is_stray(text, start, end, written(start - 1), written(end))
            if not stray and parts_ideographs(text, start, end):
                wrapped = wrapped_blanks(text) if wrapped is None else wrapped
                stray = start in wrapped or splits_word(text, start, end)
        if stray:
            blanks[start] = end, "", "space"
        elif (run := hit[0]) not in (" ", "\t"):
            blanks[start] = end, "\t" if "\t" in run else " ", "space"
    return decided | blanks


def _written(char: str) -> tuple[str, str]:
    """What is written for a hit that begins with ``char``, and why."""
    return _NEW[char], _REASON[char]


def _curved(text: str) -> Mapping[int, str]:
    """The corner quotes of Simplified text, by place, with what they become."""
    return dict(curved_quotes(text)) if script_of(*counts(text)) == "simplified" else {}
