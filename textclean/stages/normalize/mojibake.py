"""Text that was decoded with the wrong codec: reversed where nothing was lost, found where something was.

A reversal must be lossless (encode back with the wrong codec, decode strictly with the right one) and raise the mean
log-probability of the characters by :data:`GAIN`; ordinary Chinese never does.
"""

import re
from functools import cache

from textclean.language.characters import seldom
from textclean.language.expressions import lazy
from textclean.language.likelihood import mean
from textclean.ledger import NO_EDITS, Edits
from textclean.stages.normalize.characters import ranges

GAIN = 2.5
"""Nats a character by which the reversed text must be likelier."""

_LIKELY = -9.0
"""Mean log-probability above which a text is Chinese."""

_SELDOM = -13.0
"""Log-probability of a character of GB 2312 or Big5 below which it is as rare as one outside."""

_WINDOWS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_LATIN = f"\x80-\xff{_WINDOWS}"
_LEAD = lazy("[\xc0-\xf9]")
_LATIN_RUN = lazy(f"[\x20-\x7e\t{_LATIN}]{{4,}}")
SIGNS = "\xc0-\xf9"
"""Characters without which nothing was read as Latin-1, as the inside of a class."""

_EDGES = " \t“”‘’—…–•"
_TELLING = lazy(f"[\x80-\x9f\xa1-\xb6\xb8-\xff{_WINDOWS.translate(dict.fromkeys(map(ord, _EDGES)))}]")
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
    return {ord(char): char.encode("cp1252")[0] for char in _WINDOWS}


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


def repairs(text: str) -> Edits:
    """Edits that put right what was decoded wrongly, run by run or line by line."""
    found = _latin(text) if _LEAD.search(text) else []
    found += _chinese(text)
    if not found:
        return NO_EDITS
    starts, ends, news = zip(*sorted(found), strict=True)
    return Edits(starts, ends, news, ("mojibake",) * len(starts))


def _latin(text: str) -> list[tuple[int, int, str]]:
    """Runs of Latin letters and signs that are Chinese bytes read as Latin-1 or Windows-1252."""
    found: list[tuple[int, int, str]] = []
    for match in _LATIN_RUN.finditer(text):
        run, start = match[0], match.start()
        if len(_TELLING.findall(run)) < _LEAST:
            continue
        for piece in dict.fromkeys((run, run.strip(_EDGES))):
            raw = piece.translate(_to_byte()).encode("latin-1")
            new = _best(piece, [raw])
            if new is not None:
                at = start + run.index(piece)
                found.append((at, at + len(piece), new))
                break
    return found


def _chinese(text: str) -> list[tuple[int, int, str]]:
    """Lines of rare characters that are Chinese bytes read in the wrong Chinese encoding."""
    found: list[tuple[int, int, str]] = []
    at = 0
    while match := _rare_cluster().search(text, at):
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        line = text[start:end]
        raws: list[bytes] = []
        for wrong in _WRONG:
            try:
                raws.append(line.encode(wrong))
            except UnicodeEncodeError:
                continue
        new = _best(line, raws) if mean(line) < _LIKELY else None
        if new is not None:
            found.append((start, end, new))
        at = end
    return found


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
