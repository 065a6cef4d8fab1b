"""Text that was decoded with the wrong codec: reversed where nothing was lost, found where something was.

A reversal encodes back with the wrong codec and decodes strictly with the right one; it must raise the mean
log-probability of the characters by :data:`GAIN`, and ordinary Chinese never does. UTF-8 is also put right in parts of
a line, and where some of its bytes are gone (see :mod:`~textclean.stages.normalize.wrong_codec`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import accumulate, chain
from typing import NamedTuple

from textclean.language.characters import seldom
from textclean.language.expressions import lazy
from textclean.language.likelihood import mean
from textclean.ledger import NO_EDITS, Edits
from textclean.stages.normalize.characters import ranges
from textclean.stages.normalize.wrong_codec import BYTE_80, WINDOWS_1252, Stretch, gbk, latin, stretches

GAIN = 2.5
"""Nats a character by which the reversed text must be likelier."""

_LIKELY = -9.0
"""Mean log-probability above which a text is Chinese."""

_SELDOM = -13.0
"""Log-probability of a character of GB 2312 or Big5 below which it is as rare as one outside."""

_LATIN = f"\x80-\xff{WINDOWS_1252}"
_LEAD = lazy("[\xc0-\xf9]")
_LATIN_RUN = lazy(f"[\x20-\x7e\t{_LATIN}\ufffd]{{4,}}")
_REST = f"[\x80-\xbf{WINDOWS_1252} \ufffd?]"
_UTF8_AS_LATIN = lazy(f"[\xe2-\xef]{_REST}{_REST}")
_UTF8_AS_GBK = lazy(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){2}")
_USER_DEFINED = lazy("[\ue000-\ue765]")
"""Characters of pairs of bytes that GB 18030 gives to private use, and GBK to nothing."""
_SINGLE = lazy("\ufffd(?=[^\0-?\x7f])")
"""What a codec with such characters cannot read before a second byte: no first byte, so 0x80."""
_SHORT = 200
"""Characters of a line up to which it is looked at as a whole."""
_AROUND = 16
"""Characters before and after what is surely UTF-8 that may belong to it."""
SIGNS = "\xc0-\xf9"
"""Characters without which nothing was read as Latin-1, as the inside of a class."""

_EDGES = " \t“”‘’—…–•"
_TELLING = lazy(f"[\x80-\x9f\xa1-\xb6\xb8-\xff{WINDOWS_1252.translate(dict.fromkeys(map(ord, _EDGES)))}]")
_LEAST = 4
"""Telling characters that a run must have: fewer may be a name or a sign."""
_RIGHT = ("utf-8", "gb18030", "big5hkscs")
_WRONG = ("gb18030", "big5hkscs")
LOST_SIGNS = "锟烫屯\ufffd"
"""With what a loss begins."""
LOST_REST = "(?<=锟)斤拷(?:锟斤拷?)*|(?<=烫)烫烫+|(?<=屯)屯屯+|(?<=\ufffd)\ufffd*"
"""What makes it one, after the first sign."""
_LOST = lazy(f"[{LOST_SIGNS}](?:{LOST_REST})")


@cache
def _to_byte() -> dict[int, int]:
    """Characters of Windows-1252 beyond Latin-1 → byte; the five codes it lacks read as Latin-1 already."""
    return {ord(char): char.encode("cp1252")[0] for char in WINDOWS_1252}


@cache
def rare() -> frozenset[str]:
    """Characters rare in Chinese and frequent in Chinese decoded wrongly."""
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    gb = bytes(byte for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF) for byte in (lead, trail))
    big5 = bytes(byte for lead in range(0xA4, 0xC7) for trail in trails for byte in (lead, trail))
    listed = gb.decode("gb2312", "ignore") + big5.decode("big5", "ignore")
    everyday = {*listed} - seldom(_SELDOM)  # what the table lacks of them is likelier than that
    foreign = (range(0x370, 0x500), range(0x3040, 0x3130), range(0xE000, 0xF900))
    return frozenset(map(chr, range(0x3400, 0xA000))) - everyday | {chr(code) for part in foreign for code in part}


@cache
def _rare_cluster() -> re.Pattern[str]:
    """Three rare characters close together."""
    one = f"[{ranges(rare())}]"
    return re.compile(f"{one}(?:[^\n]{{0,5}}?{one}){{2}}")


def lost(text: str) -> list[re.Match[str]]:
    """What remains where bytes were replaced before they reached us, or were never set."""
    return list(_LOST.finditer(text))


def is_suspect(text: str) -> bool:
    """Whether :func:`repairs` has anything to look at."""
    return _LEAD.search(text) is not None or _rare_cluster().search(text) is not None


class Misread(NamedTuple):
    """What was decoded wrongly: edits that put it right, and spans of what cannot be, since bytes of it are gone."""

    edits: Edits
    broken: tuple[tuple[int, int], ...]


NOTHING = Misread(NO_EDITS, ())

_Row = tuple[int, int, str]
_Rows = tuple[list[_Row], list[tuple[int, int]]]
"""What to write, and what cannot be put right."""


def repairs(text: str) -> Misread:
    """What of ``text`` was decoded wrongly, stretch by stretch or line by line."""
    found, broken = _latin(text) if _LEAD.search(text) else ([], [])
    more, broken_too = _chinese(text)
    if not (found or more):
        return NOTHING
    starts, ends, news = zip(*sorted(found + more), strict=True)
    edits = Edits(starts, ends, news, ("mojibake",) * len(starts))
    return Misread(edits, tuple(sorted(broken + broken_too)))


def _rows(found: Iterable[Stretch]) -> _Rows:
    rows: list[_Row] = []
    broken: list[tuple[int, int]] = []
    for stretch in found:
        rows += stretch.rows
        broken += stretch.broken
    return rows, broken


def _latin(text: str) -> _Rows:
    """Runs of Latin letters and signs that are Chinese bytes read as Latin-1 or Windows-1252."""
    found: list[_Row] = []
    broken: list[tuple[int, int]] = []
    for match in _LATIN_RUN.finditer(text):
        run, start = match[0], match.start()
        if len(_TELLING.findall(run)) < _LEAST:
            continue
        rows, lost = _whole_run(run, start)
        if not rows and len(_UTF8_AS_LATIN.findall(run)) > 1:
            rows, lost = _rows(stretches(text, start, match.end(), latin()))
        if not rows:
            rows, lost = _cut_run(run, start)
        found += rows
        broken += lost
    return found, broken


def _whole_run(run: str, start: int) -> _Rows:
    for piece in dict.fromkeys((run, run.strip(_EDGES))):
        new = _best(piece, [_bytes(piece)])
        if new is not None:
            at = start + run.index(piece)
            return [(at, at + len(piece), new)], []
    return [], []


def _cut_run(run: str, start: int) -> _Rows:
    """A run whose first or last character is what remains of one."""
    piece = run.strip(_EDGES)
    at = start + run.index(piece)
    end = at + len(piece)
    if piece[-1:] > "\x80" and (new := _best(piece[:-1], [_bytes(piece[:-1])])) is not None:
        return [(at, end - 1, new)], [(end - 1, end)]
    if piece[:1] > "\x80" and (new := _best(piece[1:], [_bytes(piece[1:])])) is not None:
        return [(at + 1, end, new)], [(at, at + 1)]
    return [], []


def _bytes(piece: str) -> bytes:
    return piece.translate(_to_byte()).encode("latin-1", "replace")


def _chinese(text: str) -> _Rows:
    """Chinese bytes read in the wrong Chinese encoding: stretches that are UTF-8, and whole lines."""
    found: list[_Row] = []
    broken: list[tuple[int, int]] = []
    at = 0
    seen = _SINGLE.sub(BYTE_80, text) if "\ufffd" in text and _USER_DEFINED.search(text) else text
    while match := _rare_cluster().search(text, at):
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        rows, lost = _rows(chain.from_iterable(stretches(seen, *part, gbk()) for part in _parts(text, start, end)))
        rows = rows or _line(text, start, end)
        found += rows
        broken += lost
        at = end
    return found, broken


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where in a line there are bytes of UTF-8, and what stands around them."""
    line = text[start:end]
    hits = list(_UTF8_AS_GBK.finditer(line.encode("gb18030", "replace")))
    if not hits or len(line) <= _SHORT:
        return [(start, end)] if hits else []
    offsets = list(accumulate(len(char.encode("gb18030", "replace")) for char in line))
    found: list[tuple[int, int]] = []
    for hit in hits:
        first = max(start, start + bisect_right(offsets, hit.start()) - _AROUND)
        last = min(end, start + bisect_right(offsets, hit.end()) + _AROUND)
        if found and first <= found[-1][1]:
            first = found.pop()[0]
        found.append((first, last))
    return found


def _line(text: str, start: int, end: int) -> list[_Row]:
    """A line, if it is Chinese bytes read in the wrong Chinese encoding from end to end."""
    line = text[start:end]
    raws: list[bytes] = []
    for wrong in _WRONG:
        try:
            raws.append(line.encode(wrong))
        except UnicodeEncodeError:
            continue
    new = _best(line, raws) if mean(line) < _LIKELY else None
    return [] if new is None else [(start, end, new)]


def _best(text: str, raws: list[bytes]) -> str | None:
    """The likeliest strict reading of ``raws``, if it is Chinese and clearly likelier than ``text``."""
    least = max(mean(text) + GAIN, _LIKELY)
    best: str | None = None
    for raw in raws:
        for codec in _RIGHT:
            try:
                new = raw.decode(codec)
            except UnicodeDecodeError:
                continue
            value = mean(new)
            if not new.isascii() and value > least:
                best, least = new, value
    return best
