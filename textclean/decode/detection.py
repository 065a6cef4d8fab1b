"""Which encoding bytes are in: Chinese encodings by their own evidence, all others by chardet.

The cheap and certain signs come first (byte order marks, escape sequences, strict UTF-8). What they leave open is
read in every Chinese encoding that is possible, and the reading whose characters are likeliest wins: a few bad bytes
cost it a little, where a strict detector would drop it.
"""

import codecs
import math
import re
from functools import cache
from typing import NamedTuple

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
"""Byte order marks and the codec of what follows; UTF-32 before UTF-16, whose mark it begins with."""

CANDIDATES = ("utf-8", "gb18030", "big5hkscs")
"""ASCII-compatible encodings that are scored, the likelier first."""

_BINARY = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive (or .docx, .xlsx, .epub)"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\0", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (.doc, .xls)"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)

_NEVER_ON_THE_WEB = ("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "utf-7")
"""EBCDIC and the like, which chardet finds in damaged bytes."""

_LOOK = 4096
"""Bytes at the beginning that the cheap checks look at."""

_WINDOWS = (192, 768, 3072, 12288)
"""Sizes in bytes of the windows that are scored in turn until the winner is clear."""

_CLEAR_GAP = 25.0
"""Nats by which the best reading must lead for the next window to be skipped."""

_LIKELY = -8.3
"""Mean log-probability of non-ASCII characters above which a text is surely Chinese."""

_UNLIKELY = -9.0
"""The same, below which another detector is asked."""

_HINT = 8.0
"""Nats a hint is worth: it decides ties and nothing else."""

_CUT_START = 9.0
"""Nats it costs to suppose that the input begins in mid-character."""

_CUT_END = 6.0
"""Nats it costs to suppose that it ends in mid-character."""

_HIGH = re.compile(rb"[\x80-\xff]")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+(?:~\}|~?\Z|\r?\n|[\x21-\x77]\Z|[\x80-\xff])")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_UTF8_REST = bytes(range(0x80, 0xC0))
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\f\r\x1a\x1b"})
_UTF16_HIGH = bytes({0x00, 0x20, 0x21, 0x25, 0x30, 0xFF, *range(0x4E, 0xA0)})
_ISO_2022_CN = re.compile(rb"\x1b\$\)[AGE]|\x1b\$\*H")
_CODEC_OF = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}


class Detection(NamedTuple):
    """What :func:`detect` found.

    Attributes:
        encoding: a Python codec, or a name that Python has no codec for; None means that it is not text.
        confidence: how sure, 0 to 1.
        why: the check that decided and what came second, for a person.
    """

    encoding: str | None
    confidence: float
    why: str


def detect(raw: bytes, hint: str | None = None) -> Detection:
    """The encoding of ``raw``.

    A byte order mark, pure ASCII, HZ and strict UTF-8 decide at once. Otherwise damaged UTF-8, GB18030, Big5-HKSCS
    and UTF-16 are compared by the log-probability of the characters they give, in growing windows from the first
    non-ASCII byte; what looks like none of them is left to chardet. ``hint`` is what a page or a server declares; it
    decides ties only.
    """
    if not raw:
        return Detection("utf-8", 0.0, "empty")
    for signature, what in _BINARY:
        if raw.startswith(signature):
            return Detection(None, 1.0, f"looks like {what}")
    for bom, codec in BOMS:
        if raw.startswith(bom):
            return Detection(codec, 1.0, "byte order mark")
    wide = _utf16_candidates(raw)
    return _certain(raw, wide) or _likeliest(raw, wide, _as_codec(hint))


def _as_codec(hint: str | None) -> str | None:
    """The codec of a declared charset; None if Python knows none."""
    try:
        name = codecs.lookup((hint or "").strip()).name
    except (LookupError, ValueError):
        return None
    return _CODEC_OF.get(name, name)


def _certain(raw: bytes, wide: list[str]) -> Detection | None:
    """What the form of the bytes alone decides."""
    head = raw[:_LOOK]
    if (codec := _utf32(head)) is not None:
        return Detection(codec, 0.95, "UTF-32 without byte order mark")
    ascii_only = raw.isascii()
    if ascii_only and b"\0" not in head and _HZ.search(raw):
        return Detection("hz", 0.95, "HZ escape sequences")
    if ascii_only and b"\0" not in head and not (wide and len(raw) <= 64):
        if _ISO_2022_CN.search(raw):
            return Detection("iso-2022-cn", 0.95, "escape sequences of ISO-2022-CN")
        if b"\x1b" in raw:
            name, confidence = _ask_chardet(raw)
            if name and name.startswith("iso2022"):
                return Detection(name, confidence, "escape sequences")
        if not _mostly_controls(head):
            return Detection("ascii", 1.0, "ASCII only")
    if not ascii_only and not wide:
        if b"~{" in raw:
            sample = raw[: 16 * _LOOK]
            covered = sum(len(run[0]) for run in _HZ.finditer(sample))
            if covered > 4 * (len(sample) - len(sample.translate(None, _HIGH_BYTES))):
                return Detection("hz", 0.8, "HZ escape sequences, damaged")
        if _is_utf8(raw):
            return Detection("utf-8", 0.99, "strict UTF-8")
    return None


def _is_utf8(raw: bytes) -> bool:
    """Strict UTF-8, its last character perhaps cut; short input must hold a character of three bytes."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data" or error.end != len(raw):
            return False
        text = raw[: error.start].decode()
    return len(raw) >= 48 or max(text, default="") >= "\u0800"


def _utf32(head: bytes) -> str | None:
    """UTF-32 by its always empty bytes: the first of four, and all but the first sixteen planes' second."""
    if len(head) < 8:
        return None
    whole = head[: len(head) & ~3]
    for codec, top, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if not any(whole[top::4]) and max(whole[plane::4]) <= 0x10 and whole.count(0) < 0.76 * len(whole):
            return codec
    return None


def _utf16_candidates(raw: bytes) -> list[str]:
    """UTF-16 byte orders in which most characters are Chinese, ASCII or punctuation, judged by their high bytes."""
    found: list[str] = []
    for size in (64, 1024):
        window = raw[:size]
        for codec, high in (("utf-16-le", window[1::2]), ("utf-16-be", window[0::2])):
            if codec not in found and high and len(high.translate(None, _UTF16_HIGH)) <= 0.15 * len(high):
                found.append(codec)
    return found


def _mostly_controls(head: bytes) -> bool:
    return len(head) - len(head.translate(None, _CONTROLS)) > 0.1 * len(head)


class _Costs(dict[str, float]):
    """Log-probability of every character; what the table lacks is estimated from its block, once."""

    def __missing__(self, char: str) -> float:
        self[char] = cost = _estimate(char)
        return cost


_BLOCKS = (
    (0x3400, -16.0),
    (0x4DC0, -16.5),
    (0x4E00, -16.0),
    (0xA000, -14.5),
    (0xAC00, -17.0),
    (0xD7A4, -17.0),
    (0xD800, -17.0),
    (0xE000, -24.0),
    (0xF900, -19.0),
    (0xFF01, -16.0),
    (0xFF5F, -11.0),
    (0xFFFD, -16.0),
    (0xFFFE, -22.0),
    (0x20000, -17.0),
    (0x40000, -18.0),
    (0x110000, -19.0),
)
"""Ends of ranges of code points, each with the log-probability of a character there that the table lacks."""


def _estimate(char: str) -> float:
    code = ord(char)
    if code < 0x80:
        if char in "\t\n\r ":
            return -3.5
        if code < 0x20 or code == 0x7F:
            return -18.0
        return -4.0 if char.isdigit() else -4.8 if char.isalpha() else -5.0
    if code < 0xA0:
        return -20.0
    if 0x2000 <= code < 0x2300 or 0x3000 <= code < 0x3040:
        return -11.5
    if 0x3040 <= code < 0x3100:
        return -12.0
    if 0x4E00 <= code < 0xA000 and _is_common(char):
        return -12.0
    return next(cost for end, cost in _BLOCKS if code < end)


def _is_common(char: str) -> bool:
    """Whether ``char`` is in GB 2312 or Big5, the two sets of everyday characters."""
    for codec in ("gb2312", "big5"):
        try:
            char.encode(codec)
        except UnicodeEncodeError:
            continue
        return True
    return False


@cache
def costs() -> dict[str, float]:
    """Character → log-probability in Chinese text, natural logarithm, for every character."""
    from textclean.language.characters import log_frequency

    return _Costs(log_frequency())


def score(text: str) -> float:
    """Log-probability of ``text`` in nats, its characters taken as independent."""
    return sum(map(costs().__getitem__, text))


def mean(text: str) -> float:
    """Mean log-probability of the non-ASCII characters of ``text``, without a few bad ones; 0 where there are none."""
    wide = "".join(char for char in text if char >= "\x80")
    wide = wide.replace("\ufffd", "", 1 + len(wide) // 20)
    return score(wide) / len(wide) if wide else 0.0


def readings(window: bytes, start_cut: bool) -> dict[str, tuple[float, str]]:
    """``window`` in each ASCII-compatible candidate: its score and its text. ``start_cut``: may begin mid-character."""
    found: dict[str, tuple[float, str]] = {}
    for codec in CANDIDATES:
        best = _reading(window, codec)
        if start_cut and len(window) > 2 and (codec != "utf-8" or 0x80 <= window[0] < 0xC0):
            skip = len(window[:3]) - len(window[:3].lstrip(_UTF8_REST)) if codec == "utf-8" else 1
            total, text = _reading(window[skip:], codec)
            best = max(best, (total - _CUT_START, text))
        found[codec] = best
    return found


def _reading(window: bytes, codec: str) -> tuple[float, str]:
    text = window.decode(codec, "replace")
    whole = text.removesuffix("\ufffd")
    return score(whole) - (_CUT_END if whole != text else 0.0), whole


def _likeliest(raw: bytes, wide: list[str], hint: str | None) -> Detection:
    """The reading with the likeliest characters, or chardet's word where none is likely."""
    first = _HIGH.search(raw)
    start = first.start() if first else 0
    narrow = b"\0" not in raw[:_LOOK]
    ranked: list[tuple[float, str]] = []
    texts: dict[str, str] = {}
    gap, average = 0.0, 0.0
    for size in _WINDOWS:
        window = raw[start : start + size]
        scores: dict[str, float] = {}
        if narrow:
            for codec, (total, text) in readings(window, start == 0).items():
                scores[codec], texts[codec] = total / len(window), text
        for codec in wide:
            head = raw[:size]
            texts[codec] = head[: len(head) & ~1].decode(codec, "replace")
            scores[codec] = score(texts[codec]) / max(1, len(head) & ~1)
        if not scores:
            break
        length = min(size, len(raw))
        if hint in scores:
            scores[hint] += _HINT / length
        if narrow and _is_valid_short_utf8(raw):
            scores["utf-8"] += _HINT / length
        ranked = sorted(((value, codec) for codec, value in scores.items()), key=lambda pair: -pair[0])
        gap = (ranked[0][0] - ranked[1][0]) * length if len(ranked) > 1 else 99.0
        average = mean(texts[ranked[0][1]])
        seen = sum(char >= "\x80" for char in texts[ranked[0][1]])
        if (gap > _CLEAR_GAP and average > _LIKELY and seen >= 24) or start + size >= len(raw):
            break
    if not ranked:
        return _foreign(raw, None, -99.0, hint)
    best = ranked[0][1]
    if best in CANDIDATES and raw.isascii():
        return Detection("ascii", 0.9, "ASCII only")
    if _mostly_controls(texts[best][:_LOOK].encode("utf-8", "replace")):
        return Detection(None, 0.9, "looks like binary data")
    if average < _UNLIKELY and _is_valid_short_utf8(raw):
        return Detection("utf-8", 0.8, "strict UTF-8, but short")
    if average < _UNLIKELY:
        return _foreign(raw, best, average, hint)
    second = f", {gap:.0f} nats before {ranked[1][1]}" if len(ranked) > 1 else ""
    distinct = len({char for char in texts[best] if char >= "\x80"})
    confidence = min(1 / (1 + math.exp(-min(50.0, gap))), 1 - 1 / (2 + distinct))
    return Detection(best, round(confidence, 3), f"likeliest characters{second}")


def _is_valid_short_utf8(raw: bytes) -> bool:
    if len(raw) >= 48:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _foreign(raw: bytes, best: str | None, average: float, hint: str | None) -> Detection:
    """What chardet says of bytes that look like no Chinese text; ``best`` is the least unlikely Chinese encoding."""
    name, confidence = _ask_chardet(raw)
    head = raw[:_LOOK]
    if name is None or (_mostly_controls(head) and not (best or "").startswith("utf-16")):
        return Detection(None, max(confidence, 0.5), "looks like binary data")
    known = name in (*CANDIDATES, "ascii")
    if best is None or average < -12.5 or (not known and len(raw) >= 64 and confidence > 0.15):
        if hint and confidence < 0.5 and _decodes(raw, hint):
            return Detection(hint, 0.5, f"as declared; chardet guessed {name}")
        return Detection(name, confidence, f"chardet; no Chinese encoding is likely ({average:.1f} nats a character)")
    return Detection(best, 0.5, f"least unlikely characters ({average:.1f} nats each); chardet says {name}")


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


def _ask_chardet(raw: bytes) -> tuple[str | None, float]:
    import chardet

    found = chardet.detect(raw[:20000], compat_names=False, exclude_encodings=_NEVER_ON_THE_WEB)
    return found["encoding"], float(found["confidence"] or 0.0)
