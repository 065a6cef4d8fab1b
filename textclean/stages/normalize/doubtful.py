"""Characters that are none of the text's: what OCR and PDF files give for others. Marked, never changed.

A mark says what the text should read where the characters beside it tell.
"""

from collections.abc import Iterator
from itertools import count

from textclean.document import Mark
from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT, UNIFIED
from textclean.language.script import simplified_table
from textclean.stages.normalize.characters import radicals, stands_for_another
from textclean.stages.normalize.odd import ALIEN
from textclean.stages.normalize.typed import NAME_OR_STOP, NUMERALS, in_foreign_name

_UNITS = "年日时月点"
_PER_MILLE = lazy("(?<=[0-9])%[0oO₀](?![0-9A-Za-z.%])")
_IN_LINK = lazy(r"(?:https?://|www\.)[!-~]*\Z")
_LINK = 300
_DASH = lazy(
    f"(?<=[0-9])一(?=[0-9])|(?<=[0-9][{_UNITS}])一(?=[0-9])|(?<=[{_UNITS}])一一(?=[{NUMERALS}十]{{1,3}}[{_UNITS}])"
)
_POWER = lazy("(?<![A-Za-z0-9.])[0-9][0-9.,]{0,20}[ ]?(?P<unit>[kcdm]?m[23])(?![0-9A-Za-z])")
_NUMBER = lazy(f"[0-9○{NUMERALS}]{{2,}}")
_TWO_KINDS = lazy("[0-9]〇|〇[0-9]|[0-9]○[0-9]")
_TO_DIGITS = str.maketrans(NUMERALS + "○", "1234567890" + "0")
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_PINYIN = lazy(
    f"(?<=[{HAN_SCRIPT}])(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?[aeiouü]{{0,2}}[{_TONED}][aeiou]{{0,2}}(?:ng|[nr])?(?=[{UNIFIED}])"
)
_SPEAKING_OF_SOUND = frozenset("读念音作为拼注字发和与")
_ALIEN = lazy(f"(?<=[{HAN_SCRIPT}])[{ALIEN}](?=[{HAN_SCRIPT}])")
_RADICAL = lazy("[\u2e80-\u2fd5]")
_CONTEXT = 3
"""Characters on each side that the sequences of :mod:`textclean.language.ngrams` reach."""
_MOST = 8
_CLEAR = 1.0
"""Nats by which the likeliest character must lead the next to be suggested."""


def marks(text: str) -> Iterator[Mark]:
    """Marks on what the ``text`` as it came has of these."""
    yield from _signs(text)
    yield from _characters(text)


def _signs(text: str) -> Iterator[Mark]:
    for match in _PER_MILLE.finditer(text):
        if not _IN_LINK.search(text, max(0, match.start() - _LINK), match.start()):
            yield Mark(*match.span(), "number", "‰", 0.8, evidence="a per mille sign, read as per cent and a zero")
    for match in _DASH.finditer(text):
        yield Mark(*match.span(), "punctuation", "—", 0.8, evidence="a dash between two ends, read as the number one")
    for match in _POWER.finditer(text):
        unit = match["unit"]
        power = unit[:-1] + ("²" if unit[-1] == "2" else "³")
        yield Mark(*match.span("unit"), "number", power, 0.8, evidence="the raised digit of a unit, on the line")
    for match in _NUMBER.finditer(text):
        if _TWO_KINDS.search(match[0]):
            plain = match[0].translate(_TO_DIGITS)
            yield Mark(*match.span(), "number", plain, 0.8, evidence="one number in two kinds of digits")
    for match in NAME_OR_STOP.finditer(text):
        if in_foreign_name(text, match.start()):
            yield Mark(*match.span(), "punctuation", "·", 0.8, evidence="a stop between the parts of a foreign name")


def _characters(text: str) -> Iterator[Mark]:
    asked = count()
    for match in _PINYIN.finditer(text):
        start, end = match.span()
        if text[start - 1] not in _SPEAKING_OF_SOUND:
            guide = f"{match[0]}: how the character is read, from a phonetic guide above it"
            yield Mark(start, end + 1, "typo", text[end], 0.8, evidence=guide)
    for match in _ALIEN.finditer(text):
        other = f"U+{ord(match[0]):04X}: no sign of Chinese text, it stands for another character"
        yield Mark(*match.span(), "typo", _told(text, match.start(), next(asked)), 0.6, evidence=other)
    for match in _RADICAL.finditer(text):
        at = match.start()
        if stands_for_another(text, at):
            plain = radicals()[match[0]]
            evidence = f"U+{ord(match[0]):04X}: the radical {plain}, unlikely here, stands for another character"
            yield Mark(at, at + 1, "typo", _told(text, at, next(asked)), 0.6, evidence=evidence)


def _told(text: str, at: int, asked: int) -> str | None:
    """The suggestion of the first such marks: where there are many, no context can be trusted, and each takes long."""
    return suggestion(text, at) if asked < _MOST else None


def suggestion(text: str, at: int) -> str | None:
    """The character that is likeliest at ``at`` by those beside it; None where no one leads."""
    import numpy as np

    from textclean.language import ngrams

    before = ngrams.numbers()[ngrams.code_units(text[max(0, at - _CONTEXT) : at])]
    after = ngrams.numbers()[ngrams.code_units(text[at + 1 : at + 1 + _CONTEXT])]
    known = np.flatnonzero(ngrams.numbers()[0x4E00:0xA000] >= ngrams.FIRST) + 0x4E00
    known = known[~np.isin(known, list(simplified_table()))]
    rows = np.empty((len(known), len(before) + 1 + len(after)), np.uint16)
    rows[:, : len(before)], rows[:, len(before)], rows[:, len(before) + 1 :] = before, ngrams.numbers()[known], after
    sums = ngrams.log_probabilities(rows)[:, len(before) :].sum(axis=1)
    order = np.argsort(-sums, kind="stable")
    best = int(order[0])
    return chr(int(known[best])) if sums[best] - sums[order[1]] >= _CLEAR else None
