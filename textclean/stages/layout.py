"""Layout: blank lines, and lines that were broken in the middle of a sentence.

A wrong join is worse than none. A line is joined to the next one only where the break itself is proof (an open quote,
a sign that cannot begin a line, the same characters on both sides), where the page is hard-wrapped, or where the
characters around the break follow each other as in running text (:func:`textclean.language.ngrams.join_gain`) and no
other line of the page fits better.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import ClassVar, NamedTuple

from textclean.stage import NO_EDITS, Document, EditBuilder, Edits, Field, Findings, Mark, Stage, columns
from textclean.stages._lines import ENDS, ENUMERATED, HAN, NOTHING, closed, stripped, visible

_PAUSE = re.compile("[，。；！？：、,;!?:]")
_SENTENCE = re.compile("[。！？!?]")
_HAN = re.compile(f"[{HAN}]")
_CREDIT = re.compile(r"(?:摄|供图|摄影|绘图?|制图|报道|整理|提供|/文|/图|讯|https?\S*|\.[a-z]{2,4})\Z")
_CAPTION = re.compile("(?:图为|图[①-⑨\\d一二三四五]|[上下左右题]图|资料图)")
_DATELINE = re.compile("(?:本报\\S{0,8}讯|新华社|据\\S{2,8}[讯电])")
_NO_OPENING = frozenset("，。、；：！？）》”’」』】〉〕,;:!?)%％‰℃°")
_OPENING = "（《“‘「『【〈〔("
_PAIRS = ("“”", "「」", "『』", "《》", "（）", "()", "【】")
_CLOSING = {pair[1]: pair for pair in _PAIRS}
_MEASURE = "亿万千百公吨米度元倍%％‰个"
"""What may follow a decimal fraction; other units count whole things."""
_DECIMAL = re.compile(r"\d\.\d+\Z")
_UNIT = "年月日时分秒个家项名人万亿元吨米%％户亩件条座台次辆只头公千岁届级种所倍度吨"
_NUMBER = re.compile(rf"\d{{1,5}}(?:[.,]\d+)*[多余]?[{_UNIT}]")
_QUANTITY = re.compile(
    rf"\d[\d.,]*[多余]?[个家项名人万亿元吨米户亩件条座台次辆只头公千倍][{HAN}]{{0,2}}[，、；。）,;)]|\d[\d.,]*[%％‰]"
)
_LONE_SHARE = re.compile(r"\d[\d.]*[%％‰]、")
_DATE = re.compile(r"(?:\d{2,4}年|\d{1,2}月\d|\d{1,2}[日时点]|\d{4}[-/.])")
_UNFINISHED = frozenset("是的和与及或在由对从向为以把将被让使并而但更最很不没就才都也则若如因其这那每各该某第约近达共")
"""Characters that hardly end a sentence."""
_CONJUNCTIONS = frozenset("及和与或、")
"""Of those, what something of the same kind must follow."""
_SINGULAR = re.compile(r"\A一([处个家座条棵位名件项张块片只头间])\1(?:一直|[曾从未没已仍不能被由])")
"""``指出一处|处一直没有``: one, not one after the other."""
_SHORT, _TINY = 12, 6
"""A closed line below the one length, without a quote, is hardly a paragraph of its own; up to the other even less."""
_WRAPPED = 5
"""Broken lines at least of a page that is hard-wrapped."""
_MORE_BEFORE = re.compile(r"[A-Za-z,] [A-Za-z]+\Z")
_MORE_AFTER = re.compile(r"[A-Za-z]+ [A-Za-z]")
_REST_OF_WORD = re.compile(f"[a-z]+[{HAN}，。、；：]")
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]*\Z")
_REST_OF_ADDRESS = re.compile(r"[a-z0-9_%=&?#-]*[./][!-~]")
_WRAPPED_TITLE = 1.0
"""The evidence, in nats, from which the first line of hard-wrapped text is no title."""
_BLANK = re.compile(r"\n((?:[^\S\n]*\n)+)")
_NEAR = 8
"""Within so many lines of a break another loose end makes it doubtful which of them belong together."""
_CLAUSE_EDGE = frozenset("\n，。；：、！？“‘《（,;:!?")
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
_LEAST = 6
"""Characters of the shortest line that may be the beginning of a paragraph."""


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


_Pair = tuple[str, str]
"""The end of one line and the beginning of another; or the whole of both."""


class _Rivals(NamedTuple):
    """Other pairs of tail and head for a break: with lines that surely break off, and with those that seem whole."""

    broken: list[_Pair]
    whole: list[_Pair]


class _Evidence:
    """Evidence that one line goes on with another, remembered for a document.

    The join's gain, less how well the second line opens a paragraph: both from one look at the counts, see
    :func:`textclean.language.ngrams.join_gain` and ``opening_gain``.
    """

    def __init__(self) -> None:
        self._known: dict[_Pair, float] = {}

    def __call__(self, pairs: Sequence[_Pair]) -> list[float]:
        """The evidence for each (tail, head), in nats."""
        keys = [(tail[-_WINDOW:], head[:_WINDOW]) for tail, head in pairs]
        new = sorted({key for key in keys if key not in self._known})
        if new:
            self._known.update(zip(new, _gains(new), strict=True))
        return [self._known[key] for key in keys]


_WINDOW = 24
"""Characters on each side of a break that are looked at before runs of digits and letters are folded."""
_DIGITS = re.compile(r"\d+")
_DIGITS_END = re.compile(r"\d+\Z")
_LETTERS = re.compile("[A-Za-zＡ-Ｚａ-ｚ]+")
_LETTERS_END = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]+\Z")


def _gains(pairs: Sequence[_Pair]) -> list[float]:
    import numpy as np

    from textclean.language import ngrams

    back = reach = ngrams.ORDER - 1  # no history reaches further: beyond, both readings are the same
    tails = [_folded(_before(tail, head))[-back:].rjust(back, "\0") for tail, head in pairs]
    heads = [_folded(head)[:reach].ljust(reach, "\0") for _, head in pairs]
    edge = "\0" * (back - 1) + "\n"
    rows = [tail + head for tail, head in zip(tails, heads, strict=True)]
    rows += [edge + head for head in heads] + ["\0" * back + head for head in heads]
    folded = ngrams.numbers()[ngrams.code_units("".join(rows))].reshape(3, len(pairs), back + reach)
    logs = ngrams.log_probabilities(folded.reshape(3 * len(pairs), -1)).reshape(folded.shape)[:, :, back:]
    told = np.array([[sign != "\0" for sign in head] for head in heads])
    joined, opened, alone = np.where(told, logs, 0.0).sum(axis=2)
    first = folded[2, :, back]
    opening = np.where((first == ngrams.DIGIT) | (first == ngrams.LETTER), 0.0, opened - alone)
    return [float(gain) for gain in joined - alone - 0.8 * opening]


def _before(tail: str, head: str) -> str:
    """``tail`` without the number or Latin word that goes on in ``head``: it is read there."""
    for end, run in ((_DIGITS_END, _DIGITS), (_LETTERS_END, _LETTERS)):
        if run.match(head) and (found := end.search(tail)):
            return tail[: found.start()]
    return tail


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
            while self.join:
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
        """The breaks to close: what is proof by itself, then what the language says and nothing on the page denies."""
        from textclean.language.ngrams import attract

        joins = [_Join(i - 1) for i in range(1, len(pieces)) if _closes_above(pieces[i - 1].text, pieces[i].text)]
        certain = {join.at for join in joins}
        loose: list[int] = []
        doubtful: list[int] = []
        for i in ragged:
            if i in certain:
                continue
            tail = pieces[i].text
            if i + 1 < len(pieces) and _parts_an_address(tail, pieces[i + 1].text):
                joins.append(_Join(i))
                continue
            running = _breaks_off(tail, i == 0)
            if running:
                loose.append(i)
            if i + 1 == len(pieces):
                continue
            head = pieces[i + 1].text
            if not (_goes_on(head) or _number_cut(tail, head)):
                continue
            if _breaks_off(tail, False) and (overlap := _long_overlap(tail, head, pieces[i + 1].first)):
                joins.append(_Join(i, overlap))
            elif running or _proof(tail, head) or (_may_break_off(tail) and attract(tail[-1], head[0])):
                doubtful.append(i)
        if doubtful:
            joins += _likely(pieces, doubtful, loose, self.gain, evidence)
        return joins


def _may_be_broken(lines: Sequence[str]) -> bool:
    """Whether a line may begin or end in the middle of a sentence: a cheap look that most documents end with."""
    ragged = [i for i, line in enumerate(lines) if line[-1] not in ENDS and not closed(line)]
    if len(ragged) >= _WRAPPED or any(_breaks_off(lines[i], False) for i in ragged):
        return True
    firsts = [line[0] for line in lines]
    if not _NO_OPENING.isdisjoint(firsts) or any(map(str.isdigit, firsts)):
        return True
    breaks = [(lines[i], lines[i + 1]) for i in ragged if i + 1 < len(lines)]
    if not breaks:
        return False
    from textclean.language.ngrams import attract

    return any(
        (attract(tail[-1], head[0]) and _may_break_off(tail) and _goes_on(head))
        or (head[0].isascii() and (_parts_an_address(tail, head) or _parts_a_word(tail, head)))
        for tail, head in breaks
    )


def _ragged(pieces: Sequence[_Piece]) -> list[int]:
    """The lines that do not end as a sentence ends."""
    return [i for i, piece in enumerate(pieces) if not closed(piece.text)]


def _breaks_off(line: str, first: bool) -> bool:
    """Whether ``line`` is running text that ends in the middle of a sentence. The first line may be a title."""
    if closed(line) or len(line) < _SHORT or line[-1] == "—" or _CREDIT.search(line) or _CAPTION.match(line):
        return False
    if _SENTENCE.search(line):
        return True
    long = 45 if first and line[-1] not in "，、," else 24
    return len(line) >= long and _PAUSE.search(line) is not None


def _may_break_off(line: str) -> bool:
    """Whether ``line`` ends like a heading, but could be the beginning of a paragraph. A line of verse is neither."""
    return (
        len(line) >= _LEAST
        and line[-1] not in "，,—"
        and not closed(line)
        and not _CREDIT.search(line)
        and not _CAPTION.match(line)
    )


def _closes_above(above: str, line: str) -> bool:
    """Whether ``line`` begins with the closing mark of what ``above`` leaves open, though that may end a sentence."""
    return line[0] in _CLOSING and _open(above, _CLOSING[line[0]])


def _goes_on(line: str) -> bool:
    """Whether ``line`` may be the rest of a sentence, not a heading, a list item or a caption."""
    if line[0] in _NO_OPENING:
        return True
    if ENUMERATED.match(line) or _DATE.match(line) or _CAPTION.match(line) or _DATELINE.match(line):
        return False
    if line[0] in "（(【[" and line[-1] in "）)】]":
        return False
    if closed(line):
        return line[-1] not in "！？!?：:" or _PAUSE.search(line, 0, len(line) - 1) is not None
    return _SENTENCE.search(line) is not None or (len(line) >= 30 and _PAUSE.search(line) is not None)


def _proof(tail: str, head: str) -> bool:
    """Whether the break shows that ``tail`` goes on, and with something like ``head``."""
    if head[0] in _NO_OPENING:
        return head[0] not in _CLOSING or _open(tail, _CLOSING[head[0]])
    if _number_cut(tail, head) or _parts_a_word(tail, head):
        return True
    if tail[-1].isdigit() and head[0] in _UNIT:
        return head[0] in _MEASURE or _DECIMAL.search(tail) is None
    if tail[-2:-1].isdigit() and tail[-1] == "." and head[0].isdigit():
        return True
    return any(_open(tail, pair) and _closes(head, pair) for pair in _PAIRS)


def _parts_an_address(tail: str, head: str) -> bool:
    """Whether the break parts a web address in running text."""
    return bool(_REST_OF_ADDRESS.match(head) and _PAUSE.search(tail) and _ADDRESS.search(tail))


def _parts_a_word(tail: str, head: str) -> bool:
    """Whether the break parts a Latin word in Chinese text."""
    if not (tail[-1].isascii() and tail[-1].isalpha() and _REST_OF_WORD.match(head)):
        return False
    return _MORE_BEFORE.search(tail) is None


def _number_cut(tail: str, head: str) -> bool:
    """Whether ``head`` begins with the last digits of a number and its unit, and ``tail`` ends in digits."""
    return tail[-1].isdigit() and head[0].isdigit() and _NUMBER.match(head) is not None


def _open(line: str, pair: str) -> bool:
    """Whether ``line`` leaves ``pair`` open."""
    return line.rfind(pair[0]) > line.rfind(pair[1]) and line.count(pair[0]) > line.count(pair[1])


def _closes(line: str, pair: str) -> bool:
    """Whether ``line`` closes a ``pair`` that it does not open."""
    close = line.find(pair[1])
    opening = line.find(pair[0])
    return close >= 0 and (opening < 0 or close < opening)


def _long_overlap(tail: str, head: str, limit: int) -> int:
    """Three characters or more that end ``tail`` and begin ``head`` too; 0 if there are none."""
    for size in range(min(12, len(tail), len(head) - 1, limit), 2, -1):
        if tail.endswith(head[:size]) and len(_HAN.findall(head[:size])) >= 3 and head[size : size + 1] != "地":
            return size
    return 0


def _likely(
    pieces: Sequence[_Piece], doubtful: Sequence[int], loose: Sequence[int], gain: float, evidence: _Evidence
) -> list[_Join]:
    """The doubtful breaks that the language closes, unless another loose end of the page fits as well."""
    page = "\n".join(piece.text for piece in pieces)
    scored = _scored(pieces, doubtful, evidence, page)
    running = set(loose)
    proofs = {i: _PROOF * _proof(pieces[i].text, pieces[i + 1].text) for i in doubtful}
    needed = {i: gain + _HEADING * (i not in running) for i in doubtful}
    settled = {i for i in doubtful if scored[i].score >= gain + _SETTLED and pieces[i + 1].text[0] not in _NO_OPENING}
    open_ends = sorted(running - settled)
    likely: list[int] = []
    asked: list[_Rivals] = []
    for i in doubtful:
        crowded = any(not _alike(pieces[j].text, pieces[i].text) for j in _near(open_ends, i))
        if scored[i].score >= (needed[i] + _CROWDED if crowded else needed[i] - proofs[i]):
            likely.append(i)
            asked.append(_rivals(pieces, i, running, settled))
    pairs = list({pair: None for rivals in asked for some in rivals for pair in some})
    known = {pair: value + _hints(*pair, page) for pair, value in zip(pairs, evidence(pairs), strict=True)}
    joins: list[_Join] = []
    for i, rivals in zip(likely, asked, strict=True):
        score, overlap = scored[i]
        close = all(known[pair] < score - _CLOSE for pair in rivals.broken)
        if close and all(known[pair] < max(gain + 1.0, score) + _BETTER for pair in rivals.whole):
            joins.append(_Join(i, overlap))
    return joins


def _scored(pieces: Sequence[_Piece], doubtful: Sequence[int], evidence: _Evidence, page: str) -> dict[int, _Scored]:
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
        scored[i] = _Scored(score + _hints(tail, head, page), overlap)
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
    rest = head[0] in _NO_OPENING and at not in loose  # of one of them
    broken: list[_Pair] = []
    whole: list[_Pair] = []
    for i in near:
        text = pieces[i].text
        if i not in settled and _may_break_off(text) and not _alike(text, tail):
            (broken if i in loose or rest else whole).append((text, head))
        if i and i != at + 1 and i - 1 not in settled and _goes_on(text) and text[:_COPIED] != head[:_COPIED]:
            (broken if i - 1 in loose or text[0] in _NO_OPENING else whole).append((tail, text))
    return _Rivals(broken, whole)


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


def _hints(tail: str, head: str, page: str) -> float:
    """What else speaks for a join, in nats: an unfinished tail, an odd head, what the rest of the page says."""
    hints = 1.0 * (tail[-1] in _CONJUNCTIONS)
    if tail[-1] in _UNFINISHED or tail[-1] in "，、,“‘《（":
        hints += 1.5
    if len(head) < _SHORT and head[0] not in _OPENING and closed(head):
        hints += 3.0 + (len(head) <= _TINY)
    if _QUANTITY.match(head):
        hints += 5.0
    if any(_open(tail, pair) and _closes(head, pair) for pair in _PAIRS):
        hints += 3.0
    if _DECIMAL.search(tail) and head[0] not in _MEASURE:
        hints -= 3.0
    return hints + _seen(tail, head, page)


def _seen(tail: str, head: str, page: str) -> float:
    """What speaks for a join, in nats, because the page has the characters on both sides of it elsewhere.

    Source: logistic regression on held-out news. The two characters around a break stand together elsewhere on the
    page in a seventh of the breaks that the language does not know, of other pairs in one of seventy; the first two of
    a head begin a clause elsewhere in one of twenty, those of a paragraph in one of four.
    """
    if not _HAN.match(head):
        return 0.0
    hints = 0.0
    if _HAN.match(tail[-1]) and tail[-1] + head[0] in page:
        hints += 3.0 + (tail[-2:] + head[0] in page or tail[-1] + head[:2] in page)
    if _HAN.match(head, 1):
        hints -= 1.5 * _begins_a_clause(head, 2, page)
        if _HAN.match(head, 2):
            hints -= 1.5 * _begins_a_clause(head, 3, page)
    return hints


def _begins_a_clause(head: str, size: int, page: str) -> bool:
    """Whether the first ``size`` characters of ``head`` begin a clause on the page, other than in a copy of it."""
    at = page.find(head[:size])
    while at >= 0:
        if (not at or page[at - 1] in _CLAUSE_EDGE) and not page.startswith(head[:8], at):
            return True
        at = page.find(head[:size], at + 1)
    return False


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
    if joins and joins[0].at == 0 and not _PAUSE.search(pieces[0].text):  # a title as wide as the column?
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
            parts.append(" " * _needs_space(pieces[i - 1].text, piece.text) + piece.text[overlap:])
            out[-1] = out[-1]._replace(end=piece.end, last=piece.last)
        else:
            parts = [piece.text]
            out.append(piece)
        if i not in overlaps and len(parts) > 1:
            out[-1] = out[-1]._replace(text="".join(parts))
    return out


def _needs_space(tail: str, head: str) -> bool:
    """Whether the break parted two Latin words, not one: the second is capitalised, or others stand beside them."""
    if not (tail[-1].isascii() and tail[-1].isalpha() and head[0].isascii() and head[0].isalpha()):
        return False
    return not head[0].islower() or _MORE_BEFORE.search(tail) is not None or _MORE_AFTER.match(head) is not None


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
            tail, head, " " * _needs_space(text[max(0, tail - _WINDOW) : tail], text[head : head + _WINDOW]), "join"
        )
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
