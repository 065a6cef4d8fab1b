"""Two passes of edits as one, so that rules that touch the same character end in a single edit."""

import sys
from bisect import bisect_right
from itertools import accumulate, compress, count, repeat
from operator import add, eq, le, sub

from textclean.ledger import Edits


def compose(first: Edits, second: Edits, between: str) -> Edits:
    """Edits that do in one step what ``first`` and then ``second`` do; ``between`` is the text that ``first`` made.

    Rows of ``second`` that overlap what rows of ``first`` wrote become one row with them, under the reason of the
    first of these. Neither may have twins or moves, or insert.
    """
    if not first or not second:
        return first or second
    return _side_by_side(first, second) or _interwoven(first, second, between)


def _side_by_side(first: Edits, second: Edits) -> Edits | None:
    """Both together, where no row of ``second`` overlaps what a row of ``first`` wrote; None where one does."""
    steps = list(accumulate(map(sub, map(len, first.news), map(sub, first.ends, first.starts)), initial=0))
    begins = [*map(add, first.starts, steps), sys.maxsize]
    stops = list(map(add, first.ends, steps[1:]))
    ranks = list(map(bisect_right, repeat(stops), second.starts))
    if not all(map(le, second.ends, map(begins.__getitem__, ranks))):
        return None
    shifts = list(map(steps.__getitem__, ranks))
    starts = [*first.starts, *map(sub, second.starts, shifts)]
    ends = [*first.ends, *map(sub, second.ends, shifts)]
    return in_order(starts, ends, [*first.news, *second.news], [*first.reasons, *second.reasons])


def in_order(starts: list[int], ends: list[int], news: list[str], reasons: list[str]) -> Edits:
    """Columns that are in no order as edits, touching ones as one."""
    order = sorted(range(len(starts)), key=starts.__getitem__)
    starts, ends = list(map(starts.__getitem__, order)), list(map(ends.__getitem__, order))
    return joined(starts, ends, list(map(news.__getitem__, order)), list(map(reasons.__getitem__, order)))


def joined(starts: list[int], ends: list[int], news: list[str], reasons: list[str]) -> Edits:
    """Columns in order as edits, touching ones as one, under the reason of the first that writes anything."""
    touching = list(compress(count(1), map(eq, ends, starts[1:])))
    if touching:
        ends, news, reasons = ends[:], news[:], reasons[:]
        keep = [True] * len(starts)
        at = 0
        while at < len(touching):
            first, last = touching[at] - 1, touching[at]
            while at + 1 < len(touching) and touching[at + 1] == last + 1:
                at += 1
                last += 1
            at += 1
            writes = next((i for i in range(first, last) if news[i]), last)
            reasons[first], ends[first] = reasons[writes], ends[last]
            news[first] = "".join(news[first : last + 1])
            keep[first + 1 : last + 1] = [False] * (last - first)
        starts, ends = list(compress(starts, keep)), list(compress(ends, keep))
        news, reasons = list(compress(news, keep)), list(compress(reasons, keep))
    return Edits(tuple(starts), tuple(ends), tuple(news), tuple(reasons))


def applied(text: str, edits: Edits) -> str:
    """What ``edits`` make of ``text``."""
    parts: list[str] = [""] * (2 * len(edits) + 1)
    parts[0::2] = map(text.__getitem__, map(slice, (0, *edits.ends), (*edits.starts, None)))
    parts[1::2] = edits.news
    return "".join(parts)


def _interwoven(first: Edits, second: Edits, between: str) -> Edits:
    """Both together, row by row."""
    starts: list[int] = []
    ends: list[int] = []
    news: list[str] = []
    reasons: list[str] = []

    def put(start: int, end: int, new: str, reason: str) -> None:
        starts.append(start)
        ends.append(end)
        news.append(new)
        reasons.append(reason)

    i, j, n, m = 0, 0, len(first), len(second)
    shift = 0  # from a place in `between` to the place in the old text, after the first `i` rows
    while i < n or j < m:
        if i < n:
            place = first.starts[i] - shift
            stop = place + len(first.news[i])
        if j == m or (i < n and stop <= second.starts[j]):
            put(first.starts[i], first.ends[i], first.news[i], first.reasons[i])
            shift = first.ends[i] - stop
            i += 1
            continue
        if i == n or second.ends[j] <= place:
            put(second.starts[j] + shift, second.ends[j] + shift, second.news[j], second.reasons[j])
            j += 1
            continue
        # an overlap: take rows of both as long as they overlap what was taken
        begin = min(place, second.starts[j])
        old_begin = begin + shift
        reason = first.reasons[i]
        reach = begin + 1  # the row that begins here is taken, however short
        pieces: list[str] = []
        at = begin
        while True:
            if i < n and (place := first.starts[i] - shift) < reach:
                reach = max(reach, place + len(first.news[i]))
                shift = first.ends[i] - place - len(first.news[i])
                i += 1
            elif j < m and second.starts[j] < reach:
                pieces += (between[at : second.starts[j]], second.news[j])
                at = second.ends[j]
                reach = max(reach, at)
                j += 1
            else:
                break
        pieces.append(between[at:reach])
        put(old_begin, reach + shift, "".join(pieces), reason)
    return Edits(tuple(starts), tuple(ends), tuple(news), tuple(reasons))
