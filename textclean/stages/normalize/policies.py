"""The policies that look at neighbours, width, quotes and blanks, found together in one scan.

The expression decides all it can, which is nearly all there is; what it cannot, it hands over in a group.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import compress
from operator import itemgetter

from textclean.ledger import NO_EDITS, Edits
from textclean.stages._scripts import CORNERS, counts, curved_quotes, script_of
from textclean.stages.normalize.characters import members, ranges
from textclean.stages.normalize.compose import joined
from textclean.stages.normalize.odd import odd_characters, odd_choice
from textclean.stages.normalize.punctuation import CJK, FULL_STOP, NEAR, WIDE, among_chinese, brackets, entity_ends
from textclean.stages.normalize.spaces import BESIDE_NUMBER, BLANKS, SPELLED, is_stray, spaced_out

Hit = re.Match[str]

_NEW = WIDE | dict.fromkeys([*members(BLANKS), *CORNERS, "\r"], "")
"""What is written for a hit, by its first character."""
_REASON = dict.fromkeys(_NEW, "width") | dict.fromkeys(members(BLANKS), "space") | {"\r": "newline"}

_SIGNS = frozenset([*WIDE, *CORNERS])


@cache
def _scanner(punctuation: bool, quotes: bool, space: bool, newline: bool) -> re.Pattern[str]:
    """What the rules that are on change or, where there is a group, may change."""
    signs = ""
    choices: list[str] = []
    ended = r"(?P<ended>\r)(?=\n)|" if newline else ""
    if punctuation:
        signs += ",:;?!.()"
        choices.append(f"(?<=[{CJK}][,:;?!])|(?<=[,:;?!])(?:{NEAR}|(?:(?<![0-9][,:])|(?![0-9]))(?P<far>))")
    if space:
        signs += BLANKS
        alone = r"(?!\r\n)" if newline else ""
        at_start, elsewhere = rf"(?<![^\n].)[{BLANKS}]*+{alone}", rf"[{BLANKS}]*+(?:{ended}(?![^\n])|(?P<inside>))"
        choices.append(f"(?<=[{BLANKS}])(?:{at_start}|{BESIDE_NUMBER}|{elsewhere})")
    if newline:
        signs += "\r"
        choices.append(r"(?<=\r)(?=\n)")
    if punctuation:
        choices += [FULL_STOP, "(?<=[()])(?P<bracket>)"]
    if quotes:
        signs += CORNERS
        choices.append(f"(?<=[{CORNERS}])(?P<corner>)")
    choices.append(f"(?:{odd_choice()})(?P<odd>)")
    # The class comes first: Python scans for one at full speed, for choices it does not. It is that of all others,
    # negated, to have what is beyond the basic plane in it: named there it would make the scan twenty times slower.
    others = ranges(odd_characters().union(members(signs)), others=True)
    return re.compile(f"[^{others}](?:{'|'.join(choices)})")


def scan(text: str, punctuation: bool, quotes: bool, space: bool, newline: bool) -> tuple[list[Hit], list[str | None]]:
    """What the rules may change, and the group of each; with ``newline`` also carriage returns before line feeds.

    Characters that other rules may change are there in the group ``odd``.
    """
    hits = list(_scanner(punctuation, quotes, space, newline).finditer(text))
    return hits, [hit.lastgroup for hit in hits]


def policy_edits(text: str, hits: Sequence[Hit], groups: Sequence[str | None]) -> Edits:
    """Edits of the rules that look at neighbours, for the answer of a :func:`scan`."""
    if not hits:
        return NO_EDITS
    odd: dict[int, tuple[str, str]] = {}
    closer = list(compress(range(len(hits)), groups))
    if closer or "&" in text:
        hits, odd = _decided(text, hits, groups, closer)
    if not hits:
        return NO_EDITS
    starts = [hit.start() for hit in hits]
    ends = [hit.end() for hit in hits]
    firsts = itemgetter(*starts, starts[0])(text)  # once more, for of one place alone it gives no tuple
    by_first = itemgetter(*firsts)
    news, reasons = list(by_first(_NEW)[:-1]), list(by_first(_REASON)[:-1])
    for at, (new, reason) in odd.items():
        i = bisect_left(starts, at)
        news[i], reasons[i] = new, reason
    return joined(starts, ends, news, reasons)


def _decided(
    text: str, hits: Sequence[Hit], groups: Sequence[str | None], closer: Sequence[int]
) -> tuple[list[Hit], dict[int, tuple[str, str]]]:
    """The hits that change something; and what is written and why, by place, where the first character does not say.

    ``closer``: the hits to look at, those with a group.
    """
    odd: dict[int, tuple[str, str]] = {}
    kept: list[Hit | None] = [*hits]
    if "&" in text:
        entities = entity_ends(text)
        kept = [None if hit.start() in entities else hit for hit in hits]
    kinds = {groups[i] for i in closer}
    pairs = set(brackets(text)) if "bracket" in kinds else set()
    curved: dict[int, str] = {}
    if "corner" in kinds and script_of(*counts(text)) == "simplified":
        curved = dict(curved_quotes(text))
    for i in closer:
        at, group = hits[i].start(), groups[i]
        if group == "ended":
            odd[at] = "", "newline"
        elif at in curved:
            odd[at] = curved[at], "width"
        elif (
            group in ("corner", "odd")
            or (group == "bracket" and at not in pairs)
            or (group == "far" and not among_chinese(text, at))
        ):
            kept[i] = None
    inside = [i for i in closer if groups[i] == "inside"]
    rows = spaced_out(text) if len(inside) >= SPELLED - 2 else set()
    for i in inside:
        start, end = hits[i].span()
        if start in rows:
            continue
        before, after = text[start - 1], text[end]
        if before in _SIGNS and (hit := kept[i - 1]) and hit.end() == start:
            before = odd[start - 1][0] if start - 1 in odd else _NEW[before]
        if after in _SIGNS and i + 1 < len(hits) and (hit := kept[i + 1]) and hit.start() == end:
            after = odd[end][0] if end in odd else _NEW[after]
        if not is_stray(text, start, end, before, after):
            run = text[start:end]
            if run in (" ", "\t"):
                kept[i] = None
            else:
                odd[start] = "\t" if "\t" in run else " ", "space"
    return list(filter(None, kept)), odd
