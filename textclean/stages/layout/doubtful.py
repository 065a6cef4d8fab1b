"""Which of the doubtful breaks of a page are closed: what the language says, and no other loose end of it denies.

The thresholds are set by hand, by what ``tests/stages/test_layout_breaks.py`` measures on news that is broken on
purpose: two thirds of the breaks are closed, and no two lines joined that do not belong together.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from typing import NamedTuple

from textclean.language.expressions import lazy
from textclean.language.joins import Pair
from textclean.stages.layout.breaks import HAN_CHARACTER, NO_OPENING, PAUSE, goes_on, is_proof, may_break_off
from textclean.stages.layout.joins import Evidence, Page, hints_for

_SINGULAR = lazy(r"\A一([处个家座条棵位名件项张块片只头间])\1(?:一直|[曾从未没已仍不能被由])")
"""``指出一处|处一直没有``: one, not one after the other."""
_NEAR = 8
"""Within so many lines of a break another loose end makes it doubtful which of them belong together."""
_PROOF = 6.0
"""What a break that is proof by itself is worth, in nats."""
_HEADING = 5.0
"""What the join needs beyond the option, in nats, if the first line may as well be a heading."""
_CROWDED = 4.0
"""What it needs beyond the option if another line near by breaks off and hardly goes on with the next one."""
_SETTLED = 4.5
"""The evidence beyond the option, in nats, from which a line near by surely goes on with the next one."""
_COPIED = 8
"""Characters that two lines have in common at an end only if one is a copy of the other."""
_CLOSE, _BETTER = 2.0, 2.0
"""A rival that breaks off too must fit worse by so much, in nats; one that seems whole may fit so much better."""


class Piece(NamedTuple):
    """One line, or several joined: where it stands, what it reads, and how long its first and last parts are."""

    start: int
    end: int
    text: str
    first: int
    last: int


class Join(NamedTuple):
    """The line with index ``at`` goes on with the next one, of which ``overlap`` characters repeat its end."""

    at: int
    overlap: int = 0


class _Scored(NamedTuple):
    """The evidence for a join in nats, and how many characters of the head repeat the tail."""

    score: float
    overlap: int


class _Rivals(NamedTuple):
    """Other pairs of tail and head for a break: with lines that surely break off, and with those that seem whole."""

    broken: list[Pair]
    whole: list[Pair]


def likely(
    pieces: Sequence[Piece], doubtful: Sequence[int], loose: Sequence[int], gain: float, evidence: Evidence
) -> list[Join]:
    """The doubtful breaks that the language closes, unless another loose end of the page fits as well."""
    page = Page("\n".join(piece.text for piece in pieces))
    scored = _scored(pieces, doubtful, evidence, page)
    running = set(loose)
    proofs = {i for i in doubtful if PAUSE.search(pieces[i].text) and is_proof(pieces[i].text, pieces[i + 1].text)}
    needed = {i: gain + _HEADING * (i not in running) for i in doubtful}
    settled = {i for i in doubtful if scored[i].score >= gain + _SETTLED and pieces[i + 1].text[0] not in NO_OPENING}
    open_ends = sorted(running - settled)
    likely: list[int] = []
    asked: list[_Rivals] = []
    for i in doubtful:
        crowded = any(not _alike(pieces[j].text, pieces[i].text) for j in _near(open_ends, i))
        if scored[i].score >= (needed[i] + _CROWDED if crowded else needed[i] - _PROOF * (i in proofs)):
            likely.append(i)
            asked.append(_rivals(pieces, i, running, settled))
    pairs = list({pair: None for rivals in asked for some in rivals for pair in some})
    known = {pair: value + hints_for(*pair, page) for pair, value in zip(pairs, evidence(pairs), strict=True)}
    joins: list[Join] = []
    for i, rivals in zip(likely, asked, strict=True):
        score, overlap = scored[i]
        close = all(known[pair] < score - _CLOSE for pair in rivals.broken)
        if close and all(known[pair] < max(gain + 1.0, score) + _BETTER for pair in rivals.whole):
            joins.append(Join(i, overlap))
    return joins


def _scored(pieces: Sequence[Piece], doubtful: Sequence[int], evidence: Evidence, page: Page) -> dict[int, _Scored]:
    """By tail: the evidence for the join with the next line in nats, and how many characters repeat the tail's end."""
    pairs: list[tuple[str, str]] = []
    for i in doubtful:
        tail, head = pieces[i].text, pieces[i + 1].text
        pairs.append((tail, head))
        pairs += [(tail[:-size], head) for size in _overlaps(tail, head, pieces[i + 1].first)]
    gains = dict(zip(pairs, evidence(pairs), strict=True))
    scored: dict[int, _Scored] = {}
    for i in doubtful:
        tail, head = pieces[i].text, pieces[i + 1].text
        score, overlap = gains[tail, head], 0
        for size in _overlaps(tail, head, pieces[i + 1].first):
            other = gains[tail[:-size], head]
            whole = tail[-size - 1] in "，。、；：？！,;:“（《"  # the repeated characters are all there is of a clause
            if other + 3.0 * whole > score + 1.5 or (size == 1 and _SINGULAR.search(tail[-2:] + head[:3])):
                score, overlap = other + (6.0 if whole else 1.0), size
        scored[i] = _Scored(score + hints_for(tail, head, page), overlap)
    return scored


def _near(ends: Sequence[int], at: int) -> Sequence[int]:
    """The loose ends within :data:`_NEAR` lines of the line ``at``, itself left out."""
    return [end for end in ends[bisect_left(ends, at - _NEAR) : bisect_right(ends, at + _NEAR)] if end != at]


def _alike(one: str, other: str) -> bool:
    """Whether two lines end alike: then one is a copy of the other and breaks off where it does."""
    return one[-_COPIED:] == other[-_COPIED:]


def _rivals(pieces: Sequence[Piece], at: int, loose: Set[int], settled: Set[int]) -> _Rivals:
    """What else near by may go before this head or follow this tail."""
    tail, head = pieces[at].text, pieces[at + 1].text
    near = [i for i in range(max(0, at - _NEAR), min(len(pieces), at + _NEAR + 1)) if i != at]
    rest = head[0] in NO_OPENING and at not in loose  # of one of them
    broken: list[Pair] = []
    whole: list[Pair] = []
    for i in near:
        text = pieces[i].text
        if i not in settled and may_break_off(text) and not _alike(text, tail):
            (broken if i in loose or rest else whole).append((text, head))
        if i and i != at + 1 and i - 1 not in settled and goes_on(text) and text[:_COPIED] != head[:_COPIED]:
            (broken if i - 1 in loose or text[0] in NO_OPENING else whole).append((tail, text))
    return _Rivals(broken, whole)


def _overlaps(tail: str, head: str, limit: int) -> list[int]:
    """Overlaps of one or two characters; reduplication (``一锹|一锹地``) is none."""
    return [
        size
        for size in (1, 2)
        if size < min(len(tail), len(head), limit + 1)
        and tail.endswith(head[:size])
        and HAN_CHARACTER.match(head[:1])
        and not (size == 2 and (tail[-2] == "一" or head[2] == "地"))
    ]
