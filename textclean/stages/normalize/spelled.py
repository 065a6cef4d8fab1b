"""Blanks that OCR and PDF files put between the characters of a line, and inside words.

A line in which nearly every character is set apart closes whole, signs and digits too, if the sequences of characters
(:mod:`textclean.language.joins`) speak for it. Elsewhere a blank goes where it splits a word of the dictionary that
what stands beside it does not explain.
"""

from functools import cache

from textclean.language.expressions import lazy
from textclean.language.han import HAN, UNIFIED
from textclean.language.names import COMMON_SURNAMES
from textclean.ledger import NO_EDITS, Edits
from textclean.stages.normalize.spaces import BLANKS, SPELLED

_RUN = lazy(f"[{BLANKS}]+")
_HAN = lazy(f"[{HAN}]")
_HAN_ONLY = lazy(f"[{HAN}]+")
_DATE = lazy("[12][0-9]{3}年[0-9]{1,2}月")
_FIGURE = lazy(rf"[0-9][{BLANKS}]\.[{BLANKS}][0-9]|[{HAN}][0-9](?:[{BLANKS}][0-9])+[{HAN}%]")
"""A figure that is set apart for certain: by its point, or by what its ends hang on."""
"""What a line without two ideographs side by side is known by: no row of figures is one."""
_WORD = lazy("[0-9A-Za-z]{2,}")
_FEWEST = 3
"""Blanks from which on a line may be spaced out."""
_DENSE = 0.45
"""Blanks to a place between two characters from which on one is: a few words in such a line are whole."""
_CHINESE = 0.3
"""The share of ideographs from which on it is no row of numbers."""
_SURE, _SURE_ON_PAGE = 1.0, -0.5
"""Nats that each blank must be likelier stray than not, on average; on a page of which most is spaced out, fewer."""
_SHORT = 4
"""Characters of the longest words that are looked up."""
_USUAL = 2000
"""Occurrences in a thousand million words from which on a word is one of news: rarer ones arise by chance."""
_GAIN = 2.0
"""Nats that must speak for the word, beside the dictionary."""
_PIECE = lazy(f"[{UNIFIED}{BLANKS}]*")
_SENTENCE = lazy("[，。；！？、]")
_REACH = 24
_LINE = 400
"""Characters on each side in which a sign tells of a sentence."""
_NEAR = 60
"""Characters on each side in which other blanks are looked at."""


def close(text: str) -> Edits:
    """Edits that close lines which are spaced out."""
    lines: list[tuple[int, str, list[tuple[int, int]]]] = []
    at = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and (runs := [run.span() for run in _RUN.finditer(stripped)]):
            start = at + line.index(stripped[0])
            spaced = sum(end - begin for begin, end in runs)
            if len(runs) >= _DENSE * (len(stripped) - spaced - 1):
                lines.append((start, stripped, runs))
        at += len(line) + 1
    if not lines:
        return NO_EDITS
    sure = [_is_spelled(line, runs, _SURE) if len(runs) >= _FEWEST else False for _, line, runs in lines]
    spelled = sum(len(line) for (_, line, _), yes in zip(lines, sure, strict=True) if yes)
    page = 2 * spelled > len(text)
    starts: list[int] = []
    ends: list[int] = []
    for (start, line, runs), yes in zip(lines, sure, strict=True):
        if yes or (page and _is_spelled(line, runs, _SURE_ON_PAGE)):
            width = sorted(end - begin for begin, end in runs)[len(runs) // 2]
            for begin, end in runs:
                if end - begin <= width and not _parts_words(line, begin, end):
                    starts.append(start + begin)
                    ends.append(start + end)
    return Edits(tuple(starts), tuple(ends), ("",) * len(starts), ("space",) * len(starts)) if starts else NO_EDITS


def _parts_words(line: str, start: int, end: int) -> bool:
    """Whether blanks stand between two whole Latin words or numbers."""
    before, after = line[max(0, start - 2) : start], line[end : end + 2]
    return _WORD.fullmatch(before) is not None and _WORD.fullmatch(after) is not None


def _is_spelled(line: str, runs: list[tuple[int, int]], least: float) -> bool:
    """Whether the blanks of ``line`` are likelier stray than not."""
    from textclean.language import joins

    if _FIGURE.search(line):
        return True
    closed = _RUN.sub("", line)
    if len(_HAN.findall(closed)) < _CHINESE * len(closed):
        return False
    places: list[int] = []
    gone = 0
    for start, end in runs:
        places.append(start - gone)
        gone += end - start
    if least == _SURE and len(runs) < SPELLED and _HAN_ONLY.fullmatch(closed):
        return False  # perhaps padded names, or points of a list
    told = [at for at in places if _HAN.match(closed[at - 1]) and _HAN.match(closed[at])]
    values = joins.evidence([(closed[max(0, at - _REACH) : at], closed[at : at + _REACH]) for at in told])
    return sum(values) >= least * len(values) if told else _DATE.search(closed) is not None


def parts_ideographs(text: str, start: int, end: int) -> bool:
    """Whether blanks stand between two ideographs."""
    return "\u4e00" <= text[start - 1] <= "\u9fff" and "\u4e00" <= text[end] <= "\u9fff"


def splits_word(text: str, start: int, end: int) -> bool:
    """Whether the blanks ``text[start:end]`` between two ideographs stand inside a word.

    They do if a usual word goes across, and no whole word ends before them or none begins behind. In a sentence each is
    judged by itself; in a line without a sign all of its blanks must split words: others are headings, lists, rows.
    """
    from textclean.language.ngrams import attract

    begin = text.rfind("\n", max(0, start - _LINE), start) + 1 or max(0, start - _LINE)
    stop = text.find("\n", end, end + _LINE)
    stop = min(len(text), end + _LINE) if stop < 0 else stop
    runs = [run.span() for run in _RUN.finditer(text, max(begin, start - _NEAR), min(stop, end + _NEAR))]
    inside = [(a, b) for a, b in runs if begin < a and b < stop and text[b] != "\r"]
    # what chance does not put side by side is known at once: most blanks end here, and load no dictionary
    if not any(parts_ideographs(text, a, b) and attract(text[a - 1], text[b]) for a, b in inside):
        return False
    if not _splits(text, start, end):
        return False
    sentence = _SENTENCE.search(text, begin, stop) is not None
    if not sentence and not all(parts_ideographs(text, a, b) and _splits(text, a, b) for a, b in inside):
        return False
    from textclean.language.joins import evidence

    return evidence([(_piece_before(text, start), _piece_behind(text, end))])[0] >= _GAIN


def _splits(text: str, start: int, end: int) -> bool:
    """Whether the dictionary has a word across the blanks, and none that ends before and none that begins behind."""
    left, right = _piece_before(text, start), _piece_behind(text, end)
    if _is_padded_name(text, start, end):
        return False
    tails = [left[-i:] for i in range(1, min(_SHORT, len(left) + 1))]
    heads = [right[:k] for k in range(1, min(_SHORT, len(right) + 1))]
    if not any(tail + head in _usual() for tail in tails for head in heads):
        return False
    before = any(left[-i:] in _usual() for i in range(2, _SHORT + 1) if i <= len(left))
    behind = any(right[:k] in _usual() for k in range(2, _SHORT + 1) if k <= len(right))
    return not (before and behind)


@cache
def _usual() -> frozenset[str]:
    """Words of two to four characters that news has."""
    from textclean.language.words import words

    return frozenset(word for word, count in words().items() if count >= _USUAL and 1 < len(word) <= _SHORT)


def _piece_before(text: str, start: int) -> str:
    """The ideographs before a blank, up to a sign, without the blanks among them."""
    piece = _PIECE.match(text[max(0, start - _REACH) : start][::-1])
    return "".join((piece[0] if piece else "").split())[::-1][-8:]


def _piece_behind(text: str, end: int) -> str:
    piece = _PIECE.match(text[end : end + _REACH])
    return "".join((piece[0] if piece else "").split())[:8]


def _is_padded_name(text: str, start: int, end: int) -> bool:
    """Whether a surname stands alone before the blanks and one character behind: 丁 磊."""
    alone = not _HAN.match(text[start - 2 : start - 1]) and not _HAN.match(text[end + 1 : end + 2])
    return text[start - 1] in COMMON_SURNAMES and alone
