"""Layout: blank lines, and lines that were broken in the middle of a sentence.

A wrong join is worse than none. A line is joined to the next one only where the break itself is proof (an open quote,
a sign that cannot begin a line, the same characters on both sides), where the page is hard-wrapped, or where the
characters around the break follow each other as in running text (:func:`textclean.language.ngrams.join_gain`) and no
other line of the page fits better.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textclean.stage import NO_EDITS, Document, EditBuilder, Edits, Field, Findings, Mark, Stage, columns
from textclean.stages._lines import ENDS, ENUMERATED, HAN, NOTHING, closed, stripped, visible

_PAUSE = re.compile("[，。；！？：、,;!?:]")
_SENTENCE = re.compile("[。！？!?]")
_HAN = re.compile(f"[{HAN}]")
_CREDIT = re.compile(r"(?:摄|供图|摄影|绘图?|制图|报道|整理|提供|/文|/图|讯|https?\S*|\.[a-z]{2,4})\Z")
_CAPTION = re.compile("(?:图为|图[①-⑨\\d一二三四五]|[上下左右题]图|资料图|本报\\S{0,8}讯|新华社|据\\S{2,8}[讯电])")
_NO_OPENING = frozenset("，。、；：！？）》”’」』】〉〕,;:!?)%％‰℃°")
_OPENING = "（《“‘「『【〈〔("
_PAIRS = ("“”", "「」", "『』", "《》", "（）", "()", "【】")
_UNIT = "年月日时分秒个家项名人万亿元吨米%％户亩件条座台次辆只头公千岁届级种所倍度吨"
_QUANTITY = re.compile(
    rf"\d[\d.,]*[多余]?[个家项名人万亿元吨米户亩件条座台次辆只头公千倍][{HAN}]{{0,2}}[，、；。）,;)]|\d[\d.,]*[%％‰]"
)
_LONE_SHARE = re.compile(r"\d[\d.]*[%％‰]、")
_DATE = re.compile(r"(?:\d{2,4}年|\d{1,2}月\d|\d{1,2}[日时点]|\d{4}[-/.])")
_UNFINISHED = frozenset("的和与及或在由对从向为以把将被让使并而但更最很不没就才都也则若如因其这那每各该某第约近达共")
"""Characters that hardly end a sentence."""
_SINGULAR = re.compile(r"\A一([处个家座条棵位名件项张块片只头间])\1(?:一直|[曾从未没已仍不能被由])")
"""``指出一处|处一直没有``: one, not one after the other."""
_SHORT = 12
"""A closed line below this length, without a quote, is hardly a paragraph of its own."""
_WRAPPED = 5
"""Broken lines at least of a page that is hard-wrapped."""
_BLANK = re.compile(r"\n((?:[^\S\n]*\n)+)")
_RIVALS = 12
"""Lines at most compared with each end of a doubtful break."""


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


class _Evidence:
    """Evidence that one line goes on with another, remembered for a document.

    The join's gain, less how well the second line opens a paragraph: both from one look at the counts, see
    :func:`textclean.language.ngrams.join_gain` and ``opening_gain``.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The evidence for each (tail, head), in nats."""
        keys = [(tail[-_WINDOW:], head[:_WINDOW]) for tail, head in pairs]
        new = sorted({key for key in keys if key not in self._known})
        if new:
            self._known.update(zip(new, _gains(new), strict=True))
        return [self._known[key] for key in keys]


_WINDOW = 24
"""Characters on each side of a break that are looked at before runs of digits and letters are folded."""
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile("[A-Za-zＡ-Ｚａ-ｚ]+")


def _gains(pairs: Sequence[tuple[str, str]]) -> list[float]:
    import numpy as np

    from textclean.language import ngrams

    back = reach = ngrams.ORDER - 1  # no history reaches further: beyond, both readings are the same
    tails = [_folded(tail)[-back:].rjust(back, "\0") for tail, _ in pairs]
    heads = [_folded(head)[:reach].ljust(reach, "\0") for _, head in pairs]
    edge = "\0" * (back - 1) + "\n"
    rows = [tail + head for tail, head in zip(tails, heads, strict=True)]
    rows += [edge + head for head in heads] + ["\0" * back + head for head in heads]
    folded = ngrams.numbers()[ngrams.code_units("".join(rows))].reshape(3, len(pairs), back + reach)
    logs = ngrams.log_probabilities(folded.reshape(3 * len(pairs), -1)).reshape(folded.shape)[:, :, back:]
    told = np.array([[sign != "\0" for sign in head] for head in heads])
    joined, opened, alone = np.where(told, logs, 0.0).sum(axis=2)
    opening = np.where(folded[2, :, back] == ngrams.DIGIT, 0.0, opened - alone)
    return [float(gain) for gain in joined - alone - 0.6 * opening]


def _folded(text: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("0", text)).replace("\0", " ")


class Layout(Stage):
    """One paragraph a line: drop blank lines, join broken lines, mark the fragments that are left.

    Edits have the reasons ``blank``, ``join`` and ``overlap`` (characters at a break that stood on both sides). Marks:
    ``fragment`` for a line that ends in the middle of a sentence, ``orphan`` for one that begins there.

    Source of the evidence for a join: the gain in log-probability over reading both sides apart, as the language
    data has it, less how well the second line opens a paragraph.
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
            evidence = _Evidence()
            ragged = _ragged(pieces)
            while self.join and ragged:
                joins = _wrapped(text, pieces, ragged, evidence) or self._joins(pieces, ragged, evidence)
                if not joins:
                    break
                pieces = _merged(pieces, joins, glued)
                ragged = _ragged(pieces)
            marks = _loose_ends(pieces, ragged) if self.marks else []
        if not glued and text.count("\n") + 1 == len(lines):
            return Findings(NO_EDITS, marks) if marks else NOTHING
        return Findings(_spacing(text, glued), marks)

    def _joins(self, pieces: Sequence[_Piece], ragged: Sequence[int], evidence: _Evidence) -> list[_Join]:
        """The breaks to close, by what is proof and then by what the language says."""
        joins: list[_Join] = []
        doubtful: list[int] = []
        for i in ragged:
            if i + 1 == len(pieces):
                break
            tail, head = pieces[i].text, pieces[i + 1].text
            if not _breaks_off(tail, False) or not _goes_on(head):
                continue
            if _proof(tail, head):
                joins.append(_Join(i))
            elif overlap := _long_overlap(tail, head, pieces[i + 1].first):
                joins.append(_Join(i, overlap))
            elif (i or _breaks_off(tail, True)) and not (tail[-1].isdigit() and head[0].isdigit()):
                doubtful.append(i)
        if doubtful:
            joins += _likely(pieces, doubtful, self.gain, evidence)
        return joins


def _may_be_broken(lines: Sequence[str]) -> bool:
    """Whether a line may begin or end in the middle of a sentence: a cheap look that most documents end with."""
    ragged = [line for line in lines if line[-1] not in ENDS and not closed(line)]
    if len(ragged) >= _WRAPPED or any(_breaks_off(line, False) for line in ragged):
        return True
    firsts = [line[0] for line in lines]
    return not _NO_OPENING.isdisjoint(firsts) or any(map(str.isdigit, firsts))


def _ragged(pieces: Sequence[_Piece]) -> list[int]:
    """The lines that do not end as a sentence ends."""
    return [i for i, piece in enumerate(pieces) if not closed(piece.text)]


def _breaks_off(line: str, first: bool) -> bool:
    """Whether ``line`` is running text that ends in the middle of a sentence. The first line may be a title."""
    if closed(line) or len(line) < _SHORT or _CREDIT.search(line) or _CAPTION.match(line):
        return False
    if _SENTENCE.search(line):
        return True
    long = 60 if first else 24
    return len(line) >= long and _PAUSE.search(line) is not None


def _goes_on(line: str) -> bool:
    """Whether ``line`` may be the rest of a sentence, not a heading, a list item or a caption."""
    if line[0] in _NO_OPENING:
        return True
    if ENUMERATED.match(line) or _DATE.match(line) or _CAPTION.match(line):
        return False
    if line[0] in "（(【[" and line[-1] in "）)】]":
        return False
    if closed(line):
        return line[-1] not in "！？!?：:" or _PAUSE.search(line, 0, len(line) - 1) is not None
    return _SENTENCE.search(line) is not None or (len(line) >= 30 and _PAUSE.search(line) is not None)


def _proof(tail: str, head: str) -> bool:
    """Whether the break by itself shows that ``head`` goes on with ``tail``."""
    if head[0] in _NO_OPENING:
        return not any(head[0] == pair[1] for pair in _PAIRS) or any(
            head[0] == pair[1] and _open(tail, pair) for pair in _PAIRS
        )
    if tail[-1] in _OPENING:
        return True
    if tail[-1].isdigit() and head[0] in _UNIT:
        return True
    if tail[-2:-1].isdigit() and tail[-1] == "." and head[0].isdigit():
        return True
    return any(_open(tail, pair) and _closes(head, pair) for pair in _PAIRS)


def _open(line: str, pair: str) -> bool:
    return line.rfind(pair[0]) > line.rfind(pair[1]) and line.count(pair[0]) > line.count(pair[1])


def _closes(line: str, pair: str) -> bool:
    close = line.find(pair[1])
    opening = line.find(pair[0])
    return close >= 0 and (opening < 0 or close < opening)


def _long_overlap(tail: str, head: str, limit: int) -> int:
    """Three characters or more that end ``tail`` and begin ``head`` too; 0 if there are none."""
    for size in range(min(12, len(tail), len(head) - 1, limit), 2, -1):
        if tail.endswith(head[:size]) and len(_HAN.findall(head[:size])) >= 3 and head[size : size + 1] != "地":
            return size
    return 0


def _likely(pieces: Sequence[_Piece], doubtful: Sequence[int], needed: float, evidence: _Evidence) -> list[_Join]:
    """The doubtful breaks that the language closes, unless another broken line of the page fits better."""
    pairs: list[tuple[str, str]] = []
    for i in doubtful:
        tail, head = pieces[i].text, pieces[i + 1].text
        pairs.append((tail, head))
        pairs += [(tail[:-size], head) for size in _overlaps(tail, head, pieces[i + 1].first)]
    gains = dict(zip(pairs, evidence(pairs), strict=True))
    joins: list[_Join] = []
    scores: list[float] = []
    for i in doubtful:
        tail, head = pieces[i].text, pieces[i + 1].text
        score, overlap = gains[tail, head], 0
        for size in _overlaps(tail, head, pieces[i + 1].first):
            other = gains[tail[:-size], head]
            whole = tail[-size - 1] in "，。、；：？！,;:“（《"  # the repeated characters are all there is of a clause
            if other + 3.0 * whole > score + 1.5 or (size == 1 and _SINGULAR.search(tail[-2:] + head[:3])):
                score, overlap = (needed + 9.0 if whole else other + 1.0), size
        score += _hints(tail, head)
        if score >= needed:
            joins.append(_Join(i, overlap))
            scores.append(score)
    rivals = [_rivals(pieces, join.at, doubtful) for join in joins]
    best = iter(evidence([pair for some in rivals for pair in some]))
    return [
        join
        for join, score, some in zip(joins, scores, rivals, strict=True)
        if max((next(best) + _hints(*pair) for pair in some), default=score) <= score + 1.0
    ]


def _rivals(pieces: Sequence[_Piece], at: int, doubtful: Sequence[int]) -> list[tuple[str, str]]:
    """The nearest other broken lines before this head, and what follows them after this tail."""
    tail, head = pieces[at].text, pieces[at + 1].text
    place = bisect_left(doubtful, at)
    near = doubtful[max(0, place - _RIVALS // 2) : place + _RIVALS // 2 + 1]
    others = [(pieces[i].text, head) for i in near] + [(tail, pieces[i + 1].text) for i in near]
    return [pair for pair in others if pair != (tail, head)]


def _overlaps(tail: str, head: str, limit: int) -> list[int]:
    """Overlaps of one or two characters; reduplication (``一锹|一锹地``) is none."""
    return [
        size
        for size in (1, 2)
        if size < min(len(tail), len(head), limit + 1)
        and tail.endswith(head[:size])
        and _HAN.match(head[:1])
        and not (size == 2 and (tail[-2] == "一" or head[2] == "地"))
    ]


def _hints(tail: str, head: str) -> float:
    """What else speaks for a join, in nats: an unfinished tail, a head too short or too odd for a paragraph."""
    hints = 0.0
    if tail[-1] in _UNFINISHED:
        hints += 1.0
    if len(head) < _SHORT and head[0] not in _OPENING and closed(head):
        hints += 3.0
    if _QUANTITY.match(head):
        hints += 5.0
    return hints


def _wrapped(text: str, pieces: Sequence[_Piece], ragged: Sequence[int], evidence: _Evidence) -> list[_Join]:
    """The breaks of hard-wrapped text: most lines end at one column, in the middle of a sentence."""
    if len(ragged) < _WRAPPED or 2 * len(ragged) < len(pieces):
        return []
    lengths = Counter(pieces[i].last for i in ragged if pieces[i].last >= _SHORT)
    if lengths.total() < _WRAPPED:
        return []
    column = max(lengths, key=lambda n: (lengths[n] + lengths[n - 1] + lengths[n + 1], n))
    full = [piece for piece in pieces if abs(piece.last - column) <= 2]
    beyond = sum(piece.last > column + 2 for piece in pieces)
    if 2 * len(full) < len(pieces) or len(full) < _WRAPPED or 10 * beyond > len(pieces):
        return []
    if 2 * sum(_PAUSE.search(piece.text) is not None for piece in full) < len(full):
        return []
    joins = [
        _Join(i)
        for i in ragged
        if i + 1 < len(pieces)
        and abs(pieces[i].last - column) <= 2
        and not ENUMERATED.match(pieces[i + 1].text)
        and not _indented(text, pieces, i + 1)
    ]
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
            parts.append(" " * _needs_space(pieces[i - 1].text, piece.text) + piece.text[overlap:])
            out[-1] = out[-1]._replace(end=piece.end, last=piece.last)
        else:
            parts = [piece.text]
            out.append(piece)
        if i not in overlaps and len(parts) > 1:
            out[-1] = out[-1]._replace(text="".join(parts))
    return out


def _needs_space(tail: str, head: str) -> bool:
    return tail[-1].isascii() and tail[-1].isalpha() and head[0].isascii() and head[0].isalpha()


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
        edits.replace(tail, head, " " * _needs_space(text[tail - 1], text[head]), "join")
        if overlap:
            edits.cut(head, head + overlap, "overlap")
    return edits.build()


def _loose_ends(pieces: Sequence[_Piece], ragged: Sequence[int]) -> list[Mark]:
    """Marks for lines that surely begin or end in the middle of a sentence."""
    marks: list[Mark] = []
    for piece in pieces[1:]:
        text = piece.text
        if len(text) > 1 and (text[0] in _NO_OPENING or (text[0].isdigit() and _LONE_SHARE.match(text))):
            stop = _PAUSE.search(text, 1)
            end = piece.start + (stop.start() if stop else min(len(text), piece.first))
            marks.append(Mark(piece.start, end, "orphan", score=0.8, evidence="begins in the middle of a sentence"))
    for i in ragged:
        piece = pieces[i]
        if _is_fragment(piece.text, i == 0):
            stops = [found.end() for found in _PAUSE.finditer(piece.text, 0, len(piece.text) - 1)]
            size = min(len(piece.text) - (stops[-1] if stops else 0), piece.last, 20)
            marks.append(
                Mark(piece.end - size, piece.end, "fragment", score=0.8, evidence="ends in the middle of a sentence")
            )
    return marks


def _is_fragment(line: str, first: bool) -> bool:
    """Whether ``line`` is surely cut off: running text, then a clause without an end."""
    if not _breaks_off(line, first) or not (_HAN.match(line[-1]) or line[-1] in "，、,"):
        return False
    tail = _SENTENCE.split(line)[-1]
    if re.search(r"\s", tail) or len(tail) < 5:
        return False
    return tail != line or line[-1] in "，、," or (len(line) >= 30 and len(_PAUSE.findall(line)) >= 2)
