"""Whether a paragraph says nothing that another one, of nearly the same words, does not say too.

Both are aligned character by character, and every stretch in which they differ is judged. What is of no kind that is
known to be harmless is a fact: a number, date, name, place, organisation, title, negation, opposite, unit, or news.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from textclean.language.resources import read_lines, read_words
from textclean.stages.duplicates.credits import without_title
from textclean.stages.duplicates.numbers import NUMBER, numbers
from textclean.stages.duplicates.stretches import Stretch, stretches
from textclean.stages.duplicates.whole import LOOK, Whole, statement

_SHOWN: Final = 24
_MOST: Final = 1024
"""Characters in which two texts may differ; more are another text. A pair that is compared shares most of its grams."""
_SLACK: Final = 64
"""Characters that may stand more in a long paragraph between the ends of a piece of it."""
_NUMERALS: Final = frozenset("0123456789〇零○一二三四五六七八九十百千万亿两")
_SIGNS: Final = frozenset("+-%‰℃°$¥€£")
"""Signs that say something beside a digit."""
_INNER_SIGNS: Final = frozenset("~.:/")
"""Signs that say something between two digits; a full stop folds to one of them."""
_PAUSES: Final = frozenset(",.;:!?、()[]—…\"'")
_SHORTEST_CLAUSE: Final = 3
_LONGEST_WORD: Final = 4
_LONGEST_MISREAD: Final = 3
"""Characters of a stretch that is misread in a row."""
_AROUND: Final = 3
"""Characters around a stretch that may belong to its word."""


class Difference(NamedTuple):
    """What two paragraphs say otherwise: in the one that stays, and in the other; one of them may be empty."""

    kept: str
    own: str

    def __str__(self) -> str:
        kept, own = (piece if len(piece) <= _SHOWN else f"{piece[:_SHOWN]}…" for piece in self)
        return f"{kept or '∅'} → {own or '∅'}"


def difference(kept: Whole, own: Whole) -> Difference | None:
    """The first fact in which a folded text differs from one that stays, or None if it says nothing else.

    Harmless: punctuation; a clause that only the one that stays has; words that say nothing; a look-alike character;
    the form of a number; datelines and credits.
    """
    if (at := kept.find(own.text)) >= 0:
        return _left_over(kept.text, at, at + len(own.text))
    cut = _without_halved(own.text, kept)
    mine = own.statement if cut == own.text else statement(cut)
    short = len(kept.text) <= 2 * len(own.text) + _SLACK
    theirs = kept.statement if short else statement(_window(kept, own.text))
    mine, theirs = without_title(mine, theirs), without_title(theirs, mine)
    if (at := theirs.find(mine)) >= 0:
        return _left_over(theirs, at, at + len(mine))
    found = stretches(theirs, mine, _MOST)
    if found is None:
        return Difference(theirs, mine)
    misread: list[Stretch] = []
    for number, stretch in enumerate(found):
        if _is_harmless(theirs, mine, stretch) or _same_word(theirs, mine, _with_near(found, number)):
            continue
        if not _is_misread(theirs, mine, stretch):
            return _shown(theirs, mine, _with_near(found, number))
        misread.append(stretch)
    told = iter(numbers(theirs))
    return next((Difference("", one) for one in numbers(_mended(theirs, mine, misread)) if one not in told), None)


def _mended(kept: str, own: str, misread: Sequence[Stretch]) -> str:
    """A text as the other reads what was misread in either."""
    for start, end, own_start, own_end in reversed(misread):
        own = own[:own_start] + kept[start:end] + own[own_end:]
    return own


def _left_over(kept: str, start: int, end: int) -> Difference | None:
    """What a text leaves over at the ends of one that it stands in, if that is a part of a word: 白|俄罗斯.

    What was cut out of a paragraph leaves more, and clauses end in a sign.
    """
    for piece in (kept[:start], kept[end:]):
        if 0 < len(piece) < _SHORTEST_CLAUSE and _said(piece) == piece and not _empty().fullmatch(piece):
            return Difference(piece, "")
    return None


def _without_halved(own: str, kept: Whole) -> str:
    """A piece without the numbers at its ends that a cut halved: in the whole they go on beyond them."""
    first = NUMBER.match(own)
    if first and (at := kept.find(own[:LOOK])) > 0 and NUMBER.fullmatch(kept.text[at - 1]):
        own = own[first.end() :]
    if own and NUMBER.fullmatch(own[-1]):
        end = kept.rfind(own[-LOOK:]) + len(own[-LOOK:])
        if end >= len(own[-LOOK:]) and NUMBER.fullmatch(kept.text[end : end + 1]):
            own = own[: -len(numbers(own)[-1])]
    return own


def _window(kept: Whole, own: str) -> str:
    """The part of a long paragraph that a piece of it is to be compared with; all of it where none is found."""
    for offset in range(0, max(1, len(own) - LOOK), LOOK):
        start = kept.find(own[offset : offset + LOOK])
        if start >= 0:
            begin = max(0, start - offset - LOOK)
            return kept.text[begin : start + 2 * len(own) + _SLACK]
    return kept.text[: 2 * len(own) + _SLACK]


def _is_harmless(kept: str, own: str, stretch: Stretch) -> bool:
    """Whether a stretch in which two statements differ says nothing."""
    start, end, own_start, own_end = stretch
    old, new = kept[start:end], own[own_start:own_end]
    if any(map(str.isdigit, new)) or _touches_number(kept, start, end) or _touches_number(own, own_start, own_end):
        return False
    said, other = _said(old), _said(new)
    if said == other:
        return True
    if not other and _is_clause(kept, start, end):
        return said not in _turns()
    if not (said and other) and _empty().fullmatch(said or other):
        return True
    return _same_word(kept, own, stretch)


def _touches_number(text: str, start: int, end: int) -> bool:
    """Whether a stretch takes a part of a number, or a sign that a number has."""
    before, after = text[start - 1 : start].isdigit(), text[end : end + 1].isdigit()
    piece = text[start:end]
    if not piece or not (before or after):
        return False
    if (before and piece[0].isdigit()) or (after and piece[-1].isdigit()):
        return True
    if before and after and not _INNER_SIGNS.isdisjoint(piece):
        return True
    return (before and piece[0] in _SIGNS) or (after and piece[-1] in _SIGNS)


def _said(text: str) -> str:
    """A stretch without its punctuation."""
    return "".join([char for char in text if unicodedata.category(char)[0] not in "PSZC"])


def _is_clause(text: str, start: int, end: int) -> bool:
    """Whether a stretch is a clause of its own: something stands between it and what is left, on one side at least."""
    if _empty().fullmatch(_said(text[start:end])):
        return True
    if end - start < _SHORTEST_CLAUSE:
        return False
    inside = text[start] in _PAUSES or text[end - 1] in _PAUSES
    return inside or start == 0 or end == len(text)


def _is_misread(kept: str, own: str, stretch: Stretch) -> bool:
    """Whether a stretch is one word, misread in one of the two, and none that says another thing."""
    start, end, own_start, own_end = stretch
    old, new = kept[start:end], own[own_start:own_end]
    if not old or not new or max(len(old), len(new)) > _LONGEST_MISREAD:
        return False
    for one, other in zip(old, new, strict=False):
        if one != other and one in _NUMERALS and other in _NUMERALS:
            return False
        if one != other and any(one in group and other in group for group in _words("opposed")):
            return False
    from textclean.language.misread import is_misread  # few differences need it

    return is_misread(kept, start, end, new)


def _same_word(kept: str, own: str, stretch: Stretch) -> bool:
    """Whether a stretch, with some of what stands around it in both, is another word for the same."""
    start, end, own_start, own_end = stretch
    if max(end - start, own_end - own_start) > _LONGEST_WORD:
        return False
    groups = _same()
    if not _same_characters().issuperset(kept[start:end] + own[own_start:own_end]):
        return False
    for before in range(_AROUND + 1):
        for after in range(_AROUND + 1):
            if before > min(start, own_start) or kept[start - before : start] != own[own_start - before : own_start]:
                return False
            word = kept[start - before : end + after]
            other = own[own_start - before : own_end + after]
            if other in groups.get(word, ()):
                return True
    return False


def _with_near(found: Sequence[Stretch], number: int) -> Stretch:
    """A stretch with those that a single character parts from it: words that share one are told apart so."""
    first = last = number
    while first and found[first][0] - found[first - 1][1] <= 1:
        first -= 1
    while last + 1 < len(found) and found[last + 1][0] - found[last][1] <= 1:
        last += 1
    return found[first][0], found[last][1], found[first][2], found[last][3]


def _shown(kept: str, own: str, stretch: Stretch) -> Difference:
    """A stretch for a person: with whole numbers and words of letters."""
    start, end, own_start, own_end = stretch
    old, new = kept[start:end], own[own_start:own_end]
    while start and own_start and _is_latin(kept[start - 1]) and _is_latin((old or new)[0]):
        start, own_start = start - 1, own_start - 1
        old, new = kept[start:end], own[own_start:own_end]
    while kept[end : end + 1] and own[own_end : own_end + 1] and _is_latin(kept[end]) and _is_latin((old or new)[-1]):
        end, own_end = end + 1, own_end + 1
        old, new = kept[start:end], own[own_start:own_end]
    return Difference(old, new)


def _is_latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == ".")


@cache
def _empty() -> re.Pattern[str]:
    """Up to two words that say nothing."""
    words = "|".join(map(re.escape, sorted(_words("empty"), key=len, reverse=True)))
    return re.compile(f"(?:{words}){{0,2}}")


@cache
def _turns() -> frozenset[str]:
    return frozenset(_words("turns"))


@cache
def _same() -> Mapping[str, frozenset[str]]:
    """Word → the words of its groups."""
    found: dict[str, frozenset[str]] = {}
    for line in read_lines("same.txt", __package__):
        label, _, words = line.partition("\t")
        if label == "same":
            group = frozenset(words.split())
            for word in group:
                found[word] = found.get(word, frozenset()) | group
    return found


@cache
def _same_characters() -> frozenset[str]:
    return frozenset("".join(_same()))


def _words(label: str) -> list[str]:
    return _lists()[label]


@cache
def _lists() -> Mapping[str, list[str]]:
    return read_words("same.txt", __package__)
