"""The Chinese encodings that bytes may be in, ranked by the log-probability of the characters they give.

A few bad bytes cost a reading a little, where a strict detector would drop it.
"""

from collections.abc import Mapping
from functools import cache
from operator import itemgetter

from textclean.decode.codes import Weight, codes_of, weigh
from textclean.language.likelihood import UNITS, built, cost_table, score, wide

CANDIDATES = ("utf-8", "gb18030", "big5hkscs")
"""ASCII-compatible encodings that are scored, the likelier first."""

WINDOWS = ((96, 60.0), (192, 25.0), (768, 25.0), (3072, 25.0), (12288, 25.0))
"""Sizes in bytes of the windows that are scored in turn, and the nats by which the best reading must lead to stop."""

ENOUGH = 24
"""Non-ASCII characters that must have been seen to stop before the last window."""

_CUT_END = 6.0
"""Nats it costs to suppose that the input ends in mid-character."""

_CUT_START = 9.0
"""Nats it costs to suppose that the input begins in mid-character."""

_LIKELY = -8.3
"""Mean log-probability of non-ASCII characters above which a text is surely Chinese."""

_SHORT = 64
"""Bytes below which it is always tried whether the first byte is half a character."""

_UTF16 = frozenset({"utf-16-le", "utf-16-be"})
_UTF8_REST = bytes(range(0x80, 0xC0))


_Reading = tuple[float, str | Weight, int]
"""A window read in one codec: its log-probability, its text or its weight, and where it begins."""


Ranked = tuple[str, str, float, int, float, int, int]
"""What is likeliest: the codec of the likeliest reading; that of the next one; nats between
them; non-ASCII characters of the likeliest, without a few bad ones; their mean log-probability; its first byte, and the
one behind its last."""


def text_of(raw: bytes, ranked: Ranked) -> str:
    """The likeliest reading."""
    codec, *_, start, stop = ranked
    window = raw[start:stop]
    if codec in _UTF16:
        return window[: len(window) & ~1].decode(codec, "replace")
    return window.decode(codec, "replace").removesuffix("\ufffd")


def rank(raw: bytes, start: int, codecs: tuple[str, ...], favoured: Mapping[str, float]) -> Ranked:
    """Compare ``codecs``, at least two, in growing windows from ``start`` on, until one leads clearly.

    They are some of :data:`CANDIDATES` and of UTF-16, whose characters may begin at odd places too. ``favoured`` tells
    by how many nats one leads from the beginning.
    """
    if built is None:
        return plain_rank(raw, start, codecs, favoured)
    lead = tuple([favoured.get(codec, 0.0) for codec in _RANKED]) if favoured else _NO_LEAD
    tables = *codes_of("gb18030"), codes_of("big5hkscs").two
    found: Ranked = built.rank(raw, start, _bits(codecs), lead, *tables, cost_table())
    return found


_RANKED = (*CANDIDATES, "utf-16-le", "utf-16-be")
_NO_LEAD = (0.0,) * len(_RANKED)


@cache
def _bits(codecs: tuple[str, ...]) -> int:
    return sum(1 << 1 + _RANKED.index(codec) for codec in codecs)


def plain_rank(raw: bytes, start: int, codecs: tuple[str, ...], favoured: Mapping[str, float]) -> Ranked:
    """What :func:`rank` gives, one window and codec after the other."""
    average = 0.0
    for size, clear in WINDOWS:
        stop = min(start + size, len(raw))
        cut = start == 0 and (len(raw) < _SHORT or (size > WINDOWS[0][0] and average < _LIKELY))
        ranked: list[tuple[float, str, _Reading]] = []
        for codec in codecs:
            found = _utf16(raw, start, stop, codec) if codec in _UTF16 else _narrow(raw, start, stop, codec, cut)
            ranked.append((found[0] + favoured.get(codec, 0.0), codec, found))
        ranked.sort(reverse=True)
        best, second = ranked[:2]
        gap = best[0] - second[0]
        count, average = _telling(best[2])
        if (gap > clear and average > _LIKELY and count >= ENOUGH) or start + size >= len(raw):
            break
    return best[1], second[1], gap, count, average, best[2][2], stop


def _narrow(raw: bytes, start: int, stop: int, codec: str, start_cut: bool) -> _Reading:
    """``raw[start:stop]`` in an ASCII-compatible candidate; ``start_cut``: it may begin in mid-character."""
    weight = weigh(raw, start, stop, codec)
    total = total_of(weight)
    if start_cut and stop > start + 2 and raw[start] >= 0x80:
        head = raw[start : start + 3]
        skip = len(head) - len(head.lstrip(_UTF8_REST)) if codec == "utf-8" else 1
        if skip:
            later = weigh(raw, start + skip, stop, codec)
            again = total_of(later) - _CUT_START
            if again > total:
                return again, later, start + skip
    return total, weight, start


def total_of(weight: Weight) -> float:
    """The log-probability of a piece of this weight."""
    return -weight[0] / UNITS - _CUT_END * weight[4]


def _utf16(raw: bytes, start: int, stop: int, codec: str) -> _Reading:
    """The better of both alignments."""
    best: list[_Reading] = []
    for skip in (0, 1):
        window = raw[start + skip : stop]
        text = window[: len(window) & ~1].decode(codec, "replace")
        best.append((score(text) - skip * _CUT_START, text, start + skip))
    return max(best, key=itemgetter(0))


def _telling(reading: _Reading) -> tuple[int, float]:
    """How many non-ASCII characters there are, without a few bad ones, and their mean log-probability."""
    total, of, _ = reading
    if isinstance(of, str):
        text = wide(of)
        return len(text), (total if text == of else score(text)) / max(1, len(text))
    cost, wide_cost, count, replaced, _ = of
    if cost == wide_cost and not replaced:
        return count, total / max(1, count)
    log = -wide_cost / UNITS
    if replaced:
        replaced = min(replaced, 1 + count // 20)
        count -= replaced
        log -= replaced * score("\ufffd")
    return count, log / max(1, count)
