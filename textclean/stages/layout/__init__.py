"""Layout: blank lines, and lines that were broken in the middle of a sentence.

A wrong join is worse than none. A line is joined to the next one only where the break itself is proof (an open quote,
a sign that cannot begin a line, the same characters on both sides), where the page is hard-wrapped, or where the
characters around the break follow each other as in running text (:mod:`textclean.language.joins`) and no other line of
the page fits better.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import ClassVar, NamedTuple

from textclean.language.expressions import lazy
from textclean.language.joins import WINDOW, Pair
from textclean.language.lines import ENDS, ENUMERATED, closed, stripped, visible
from textclean.stage import NO_EDITS, Document, EditBuilder, Edits, Field, Findings, Mark, Stage, columns
from textclean.stages.cuts import NOTHING
from textclean.stages.layout.breaks import (
    HAN_CHARACTER,
    NO_OPENING,
    PAUSE,
    SENTENCE,
    SHORT,
    breaks_off,
    closes_above,
    goes_on,
    is_proof,
    may_break_off,
    needs_space,
    parts_a_number,
    parts_a_word,
    parts_an_address,
)
from textclean.stages.layout.joins import Evidence, Page, hints_for

_LONE_SHARE = lazy(r"\d[\d.]*[%％‰]、")
_SINGULAR = lazy(r"\A一([处个家座条棵位名件项张块片只头间])\1(?:一直|[曾从未没已仍不能被由])")
"""``指出一处|处一直没有``: one, not one after the other."""
_WRAPPED = 5
"""Broken lines at least of a page that is hard-wrapped."""
_WRAPPED_TITLE = 1.0
"""The evidence, in nats, from which the first line of hard-wrapped text is no title."""
_BLANK = lazy(r"\n((?:[^\S\n]*\n)+)")
_NEAR = 8
"""Within so many lines of a break another loose end makes it doubtful which of them belong together."""
_ROUNDS = 16
"""How often a page is looked at, for a join may lead to another: news that was broken anywhere takes up to five looks,
a page made for it as many as it has lines."""
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


class _Piece(NamedTuple):
    """One line, or several joined: where it stands, what it reads, and how long its first and last parts are."""

    start: int
    end: int
    text: str
    first: int
    last: int


class _Join(NamedTuple):
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


class Layout(Stage):
    """One paragraph a line: drop blank lines, join broken lines, mark the fragments that are left.

    Edits have the reasons ``blank``, ``join`` and ``overlap`` (characters at a break that stood on both sides). Marks:
    ``fragment`` for a line that ends in the middle of a sentence, ``orphan`` for one that begins there.

    Source of the evidence for a join: the gain in log-probability over reading both sides apart, as the language
    data has it, less how well the second line opens a paragraph, and what else of the page reads alike. It must beat
    that of every other line near by that may go before the second or after the first.
    """

    name: ClassVar[str] = "layout"
    join: bool = Field(True, description="join lines that were broken in the middle of a sentence")
    gain: float = Field(
        1.0, ge=-10, le=20, description="evidence in nats that a doubtful join needs; more joins less, and less wrongly"
    )
    marks: bool = Field(True, description="mark fragments and orphans that could not be joined")

    def findings(self, doc: Document) -> Findings:
        """Blank lines to cut, breaks to close, fragments to mark."""
        text = doc.text
        lines = stripped(text)
        if not lines:
            return Findings(columns([0], [len(text)], [""], "blank")) if text else NOTHING
        glued: dict[int, tuple[int, int]] = {}
        marks: list[Mark] = []
        if _may_be_broken(lines):
            pieces = [_Piece(start, end, line, len(line), len(line)) for start, end, line in visible(text)]
            evidence = Evidence()
            ragged = _ragged(pieces)
            for _ in range(_ROUNDS * self.join):
                joins = _wrapped(text, pieces, ragged, evidence) or self._joins(pieces, ragged, evidence)
                if not joins:
                    break
                pieces = _merged(pieces, joins, glued)
                ragged = _ragged(pieces)
            marks = _loose_ends(pieces, ragged) if self.marks else []
        if not glued and text.count("\n") + 1 == len(lines):
            return Findings(NO_EDITS, marks) if marks else NOTHING
        return Findings(_spacing(text, glued), marks)

    def _joins(self, pieces: Sequence[_Piece], ragged: Sequence[int], evidence: Evidence) -> list[_Join]:
        """The breaks to close: what is proof by itself, then what the language says and nothing on the page denies."""
        from textclean.language.ngrams import attract

        joins = [_Join(i - 1) for i in range(1, len(pieces)) if closes_above(pieces[i - 1].text, pieces[i].text)]
        certain = {join.at for join in joins}
        loose: list[int] = []
        doubtful: list[int] = []
        for i in ragged:
            if i in certain:
                continue
            tail = pieces[i].text
            if i + 1 < len(pieces) and parts_an_address(tail, pieces[i + 1].text):
                joins.append(_Join(i))
                continue
            running = breaks_off(tail, i == 0)
            if running:
                loose.append(i)
            if i + 1 == len(pieces):
                continue
            head = pieces[i + 1].text
            if not (goes_on(head) or parts_a_number(tail, head)):
                continue
            if breaks_off(tail, False) and (overlap := _long_overlap(tail, head, pieces[i + 1].first)):
                joins.append(_Join(i, overlap))
            elif (
                running
                or (PAUSE.search(tail) and is_proof(tail, head))
                or (may_break_off(tail) and attract(tail[-1], head[0]))
            ):
                doubtful.append(i)
        if doubtful:
            joins += _likely(pieces, doubtful, loose, self.gain, evidence)
        return joins


def _may_be_broken(lines: Sequence[str]) -> bool:
    """Whether a line may begin or end in the middle of a sentence: a cheap look that most documents end with."""
    ragged = [i for i, line in enumerate(lines) if line[-1] not in ENDS and not closed(line)]
    if len(ragged) >= _WRAPPED or any(breaks_off(lines[i], False) for i in ragged):
        return True
    firsts = [line[0] for line in lines]
    if not NO_OPENING.isdisjoint(firsts) or any(map(str.isdigit, firsts)):
        return True
    breaks = [(lines[i], lines[i + 1]) for i in ragged if i + 1 < len(lines)]
    if not breaks:
        return False
    from textclean.language.ngrams import attract

    return any(
        (attract(tail[-1], head[0]) and may_break_off(tail) and goes_on(head))
        or (head[0].isascii() and (parts_an_address(tail, head) or parts_a_word(tail, head)))
        for tail, head in breaks
    )


def _ragged(pieces: Sequence[_Piece]) -> list[int]:
    """The lines that do not end as a sentence ends."""
    return [i for i, piece in enumerate(pieces) if not closed(piece.text)]


def _long_overlap(tail: str, head: str, limit: int) -> int:
    """Three characters or more that end ``tail`` and begin ``head`` too; 0 if there are none."""
    for size in range(min(12, len(tail), len(head) - 1, limit), 2, -1):
        if (
            tail.endswith(head[:size])
            and len(HAN_CHARACTER.findall(head[:size])) >= 3
            and head[size : size + 1] != "地"
        ):
            return size
    return 0


def _likely(
    pieces: Sequence[_Piece], doubtful: Sequence[int], loose: Sequence[int], gain: float, evidence: Evidence
) -> list[_Join]:
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
    joins: list[_Join] = []
    for i, rivals in zip(likely, asked, strict=True):
        score, overlap = scored[i]
        close = all(known[pair] < score - _CLOSE for pair in rivals.broken)
        if close and all(known[pair] < max(gain + 1.0, score) + _BETTER for pair in rivals.whole):
            joins.append(_Join(i, overlap))
    return joins


def _scored(pieces: Sequence[_Piece], doubtful: Sequence[int], evidence: Evidence, page: Page) -> dict[int, _Scored]:
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


def _rivals(pieces: Sequence[_Piece], at: int, loose: Set[int], settled: Set[int]) -> _Rivals:
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


def _wrapped(text: str, pieces: Sequence[_Piece], ragged: Sequence[int], evidence: Evidence) -> list[_Join]:
    """The breaks of hard-wrapped text: most lines end at one column, in the middle of a sentence."""
    if len(ragged) < _WRAPPED or 2 * len(ragged) < len(pieces):
        return []
    lengths = Counter(pieces[i].last for i in ragged if pieces[i].last >= SHORT)
    if lengths.total() < _WRAPPED:
        return []
    column = max(lengths, key=lambda n: (lengths[n] + lengths[n - 1] + lengths[n + 1], n))
    full = [piece for piece in pieces if abs(piece.last - column) <= 2]
    beyond = sum(piece.last > column + 2 for piece in pieces)
    if 2 * len(full) < len(pieces) or len(full) < _WRAPPED or 10 * beyond > len(pieces):
        return []
    if 2 * sum(PAUSE.search(piece.text) is not None for piece in full) < len(full):
        return []
    joins = [
        _Join(i)
        for i in ragged
        if i + 1 < len(pieces)
        and abs(pieces[i].last - column) <= 2
        and not ENUMERATED.match(pieces[i + 1].text)
        and not _indented(text, pieces, i + 1)
    ]
    if joins and joins[0].at == 0 and not PAUSE.search(pieces[0].text):  # a title as wide as the column?
        joins = joins[evidence([(pieces[0].text, pieces[1].text)])[0] < _WRAPPED_TITLE :]
    sample = joins[:: max(1, len(joins) // 8)][:8]
    gains = sorted(evidence([(pieces[join.at].text, pieces[join.at + 1].text) for join in sample]))
    return joins if gains and gains[len(gains) // 2] > -1.5 else []


def _indented(text: str, pieces: Sequence[_Piece], at: int) -> bool:
    """Whether a line is set in further than the line before it."""
    here, before = (pieces[i].start - text.rfind("\n", 0, pieces[i].start) for i in (at, at - 1))
    return here > before + 1


def _merged(pieces: Sequence[_Piece], joins: Sequence[_Join], glued: dict[int, tuple[int, int]]) -> list[_Piece]:
    """The pieces after ``joins``; ``glued`` learns, by the end of each tail, where its rest begins and the overlap."""
    overlaps = dict(joins)
    out: list[_Piece] = []
    parts: list[str] = []
    for i, piece in enumerate(pieces):
        if i - 1 in overlaps:
            overlap = overlaps[i - 1]
            glued[pieces[i - 1].end] = (piece.start, overlap)
            parts.append(" " * needs_space(pieces[i - 1].text, piece.text) + piece.text[overlap:])
            out[-1] = out[-1]._replace(end=piece.end, last=piece.last)
        else:
            parts = [piece.text]
            out.append(piece)
        if i not in overlaps and len(parts) > 1:
            out[-1] = out[-1]._replace(text="".join(parts))
    return out


def _spacing(text: str, glued: Mapping[int, tuple[int, int]]) -> Edits:
    """Edits for everything between the lines: one line break, or none where two lines are joined."""
    top = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    end = len(text.rstrip())
    bottom = text.find("\n", end)
    spans = [run.span(1) for run in _BLANK.finditer(text, top, end)]
    if glued:
        closed_up = {text.find("\n", tail) + 1 for tail in glued}
        spans = [span for span in spans if span[0] not in closed_up]
    if top:
        spans.insert(0, (0, top))
    if bottom >= 0:
        spans.append((bottom, len(text)))
    if not glued:
        starts, ends = zip(*spans, strict=True)
        return columns(starts, ends, [""] * len(spans), "blank")
    edits = EditBuilder()
    for start, stop in spans:
        edits.cut(start, stop, "blank")
    for tail, (head, overlap) in glued.items():
        edits.replace(
            tail, head, " " * needs_space(text[max(0, tail - WINDOW) : tail], text[head : head + WINDOW]), "join"
        )
        if overlap:
            edits.cut(head, head + overlap, "overlap")
    return edits.build()


def _loose_ends(pieces: Sequence[_Piece], ragged: Sequence[int]) -> list[Mark]:
    """Marks for lines that surely begin or end in the middle of a sentence."""
    marks: list[Mark] = []
    for piece in pieces[1:]:
        text = piece.text
        if len(text) > 1 and (text[0] in NO_OPENING or (text[0].isdigit() and _LONE_SHARE.match(text))):
            stop = PAUSE.search(text, 1)
            end = piece.start + (stop.start() if stop else min(len(text), piece.first))
            marks.append(Mark(piece.start, end, "orphan", score=0.8, evidence="begins in the middle of a sentence"))
    for i in ragged:
        piece = pieces[i]
        if _is_fragment(piece.text, i == 0):
            stops = [found.end() for found in PAUSE.finditer(piece.text, 0, len(piece.text) - 1)]
            size = min(len(piece.text) - (stops[-1] if stops else 0), piece.last, 20)
            marks.append(
                Mark(piece.end - size, piece.end, "fragment", score=0.8, evidence="ends in the middle of a sentence")
            )
    return marks


def _is_fragment(line: str, first: bool) -> bool:
    """Whether ``line`` is surely cut off: running text, then a clause without an end."""
    if not breaks_off(line, first) or not (HAN_CHARACTER.match(line[-1]) or line[-1] in "，、,"):
        return False
    tail = SENTENCE.split(line)[-1]
    if re.search(r"\s", tail) or len(tail) < 5:
        return False
    return tail != line or line[-1] in "，、," or (len(line) >= 30 and len(PAUSE.findall(line)) >= 2)
