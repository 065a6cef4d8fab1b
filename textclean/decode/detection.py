"""Which encoding bytes are in: Chinese encodings by their own evidence, all others by chardet.

The cheap and certain signs come first (byte order marks, escape sequences, strict UTF-8). What they leave open is
read in every Chinese encoding that is possible, and the reading whose characters are likeliest wins: a few bad bytes
cost it a little, where a strict detector would drop it.
"""

import codecs
import math
import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from textclean.decode.alignment import UTF16_HIGH, pieces, two_byte_surplus, utf16_surplus
from textclean.decode.euc_tw import euc_tw_text
from textclean.decode.hz import MARKER, hz_text
from textclean.decode.ranking import CANDIDATES, ENOUGH, WINDOWS, Ranked, rank, text_of
from textclean.language.expressions import lazy
from textclean.language.likelihood import built, is_chinese, mean, wide

BOMS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"\x84\x31\x95\x33": "gb18030",
}
"""Byte order marks and the codec of what follows; UTF-32 before UTF-16, whose mark it begins with."""

_BINARY = {
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive (or .docx, .xlsx, .epub)",
    b"\x1f\x8b\x08": "gzip data",
    b"\xfd7zXZ\0": "xz data",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document (.doc, .xls)",
    b"\x7fELF": "a program",
    b"SQLite format 3\0": "an SQLite database",
    b"PAR1\x15": "a Parquet file",
} | {b"BZh%d1AY&SY" % level: "bzip2 data" for level in range(1, 10)}
_SIGNATURE = lazy(b"|".join(map(re.escape, (*BOMS, *_BINARY))))
_SIGNED = frozenset(signature[0] for signature in (*BOMS, *_BINARY))
"""First bytes of what :data:`_SIGNATURE` matches."""

_NEVER_ON_THE_WEB = ("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140", "utf-7")
"""EBCDIC and the like, which chardet finds in damaged bytes."""

_LOOK = 4096
"""Bytes at the beginning that the cheap checks look at."""

_HEAD = 192
"""Bytes from the first that is not ASCII on by which damaged UTF-8 is known."""

_HINT = 8.0
"""Nats a hint is worth: it decides ties and nothing else."""

_GUESS = 0.5
"""Confidence of a guess: the text as a whole looked like no Chinese."""

_NOTHING = 0.05
"""Confidence below which chardet knows nothing."""

_NO_TEXT = lazy("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\uf8ff\ufffd-\uffff]")
_IN_MOST_TEXT = lazy("[\t\n\r -~\u3000-\u30ff]")
_PADDING = lazy(rb"\0\0+")
_ZEROS = lazy(rb"\0+")
_HIGH = lazy(rb"[\x80-\xff]")
_HIGH_RUN = lazy(rb"[\x80-\xff]+")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_UTF8_REST = bytes(range(0x80, 0xC0))
_UTF8_CHARACTER = lazy(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HZ = lazy(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\f\r\x1a\x1b"})
_ISO_2022_CN = lazy(rb"\x1b\$\)[AGE]|\x1b\$\*H")
_LETTERS = bytes({*range(0x41, 0x5B), *range(0x61, 0x7B)})
_CODEC_OF = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
"""What names of encodings stand for: the largest of a family; without mark, the usual byte order."""

_NO_CHARSET = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Python codecs from bytes to text that no file is in."""


class Found(NamedTuple):
    """What :func:`find` found.

    Attributes:
        codec: a Python codec, or a name that Python has no codec for; None means that it is not text.
        told: gives how sure, 0 to 1, and the check that decided and what came second, for a person.
        text: the whole in ``codec``, if that was read on the way.
        guessed: whether it is no surer than a guess.
        bom: the byte order mark that decided.
    """

    codec: str | None
    told: Callable[[], tuple[float, str]]
    text: str | None = None
    guessed: bool = False
    bom: bytes = b""


def _found(codec: str | None, confidence: float, why: str, text: str | None = None) -> Found:
    return Found(codec, lambda: (confidence, why), text, confidence <= _GUESS)


def find(raw: bytes, hint: str | None = None) -> Found:
    """The encoding of ``raw``; see :func:`textclean.decode.detect`."""
    if not raw:
        return _found("utf-8", 0.0, "empty", "")
    text = strict_text(raw)
    return Found("utf-8", _said_strict, text) if text is not None else find_other(raw, hint)


def strict_text(raw: bytes) -> str | None:
    """The text of ``raw``, which is not empty, if it is strict UTF-8 without signature, whole, and not ASCII only."""
    if raw[0] in _SIGNED and _SIGNATURE.match(raw):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if _is_utf8(text, raw) else None


def find_other(raw: bytes, hint: str | None = None) -> Found:
    """The encoding of ``raw`` that has no :func:`strict_text`."""
    if raw[0] in _SIGNED and (signature := _SIGNATURE.match(raw)):
        codec = BOMS.get(signature[0])
        if codec is None:
            return _found(None, 1.0, f"looks like {_BINARY[signature[0]]}")
        return Found(codec, _said_mark, bom=signature[0])
    if raw[257:262] == b"ustar":
        return _found(None, 1.0, "looks like a tar archive")
    if 0 in raw and b"\0\0" in raw and (found := _without(_PADDING, raw, hint)) is not None:
        return found
    found = _unsigned(raw, hint)
    if found.codec is None and b"\0" in raw:
        scattered = _without(_ZEROS, raw, hint)
        return scattered if scattered and scattered.codec in CANDIDATES and not scattered.guessed else found
    return found


def _unsigned(raw: bytes, hint: str | None) -> Found:
    """The encoding of ``raw``, by what follows a byte order mark if there is one."""
    form = glance(raw)
    few_zeros, marked, ascii_only, utf16, cut, *_ = form
    if cut and _is_utf8(raw[:-cut].decode(), raw):
        return _found("utf-8", 0.99, "strict UTF-8, cut at the end")
    if ascii_only or marked or not few_zeros:
        found = _by_form(raw, few_zeros, ascii_only, utf16)
        if found is not None:
            return found
    return _likeliest(raw, form, _as_codec(hint))


def _without(zeros: re.Pattern[bytes], raw: bytes, hint: str | None) -> Found | None:
    """The encoding of bytes among which ``zeros`` stand for nothing, by the others; None if they are no text."""
    if _utf32(raw[:_LOOK]):
        return None
    bare = zeros.sub(b"", raw)
    if not bare or _mostly_controls(bare[:_LOOK]):
        return None
    found = Found("utf-8", _said_strict) if strict_text(bare) is not None else _unsigned(bare, hint)
    if found.codec not in (*CANDIDATES, *_ORDERS, "ascii", "hz"):
        return None
    return found._replace(text=raw.decode("ascii") if found.codec == "ascii" and raw.isascii() else None)


def _as_codec(hint: str | None) -> str | None:
    """The codec of a declared charset; None if Python knows none."""
    if not hint:
        return None
    try:
        name = codecs.lookup(hint.strip()).name
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSET else _CODEC_OF.get(name, name)


def _is_utf8(text: str, raw: bytes) -> bool:
    """Whether ``text``, which ``raw`` reads in UTF-8, says that it is meant.

    Short input must hold a character of three bytes: two-byte ones are as well GB 18030 (联通 is the famous case).
    """
    return not text.isascii() and b"\0" not in raw and (len(raw) >= 48 or max(text) >= "\u0800")


def _said_strict() -> tuple[float, str]:
    return 0.99, "strict UTF-8"


def _said_mark() -> tuple[float, str]:
    return 1.0, "byte order mark"


def _by_form(raw: bytes, few_zeros: bool, ascii_only: bool, utf16: bool) -> Found | None:
    """What the form of the bytes alone decides."""
    if not few_zeros:
        codec = _utf32(raw[:_LOOK])
        return _found(codec, 0.95, "UTF-32 without byte order mark") if codec else None
    if b"\x1b" in raw:
        if _ISO_2022_CN.search(raw):
            return _found("iso-2022-cn", 0.95, "escape sequences of ISO-2022-CN")
        name, confidence = _ask_chardet(raw) if ascii_only else (None, 0.0)
        if name and name.startswith("iso2022"):
            return _found(name, confidence, "escape sequences")
    if b"~" in raw and (marker := MARKER.search(raw)):
        found = _hz(raw[max(0, marker.start() - 64) : marker.start() + 16 * _LOOK], ascii_only)
        if found is not None:
            return found
    if not ascii_only or (len(raw) <= 64 and utf16):
        return None
    if _mostly_controls(raw[:_LOOK]):
        return _found(None, 0.9, "looks like binary data")
    return _found("ascii", 1.0, "ASCII only", raw.decode())


def _has_few_zeros(head: bytes) -> bool:
    """Whether zero bytes are so few that they may be damage; in UTF-16 and UTF-32 they are many, or none."""
    return 0 not in head or head.count(0) <= 1 + len(head) // 100


def _hz(sample: bytes, ascii_only: bool) -> Found | None:
    """HZ, if what its markers enclose is Chinese, and there are next to no bytes that it does not use."""
    if len(sample) - len(sample.translate(None, _HIGH_BYTES)) > 1 + len(sample) // 50:
        return None
    text = wide("".join(map(hz_text, sample.splitlines(keepends=True))))
    if not is_chinese(mean(text), len(text)) or (len(text) < 2 and not _HZ.search(sample)):
        return None
    return _found("hz", 0.95 if ascii_only else 0.8, f"HZ markers{'' if ascii_only else ', bytes damaged'}")


def _utf32(head: bytes) -> str | None:
    """UTF-32 by its always empty bytes: the first of four, and all but the first sixteen planes' second."""
    if len(head) < 8:
        return None
    whole = head[: len(head) & ~3]
    for codec, top, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if not any(whole[top::4]) and max(whole[plane::4]) <= 0x10 and whole.count(0) < 0.76 * len(whole):
            return codec
    return None


def _may_be_utf16(raw: bytes) -> bool:
    """Whether in UTF-16 most characters are Chinese, ASCII or punctuation, judged by their high bytes.

    Without a zero byte there is no ASCII in it, and its beginning is as good as any part.
    """
    for size in (64, 1024) if 0 in raw[:_LOOK] else (64,):
        window = raw[:size]
        others = len(window.translate(None, UTF16_HIGH))
        for high in (window[::2], window[1::2]) if others <= 0.575 * len(window) + 0.5 else ():
            if high and len(high.translate(None, UTF16_HIGH)) <= 0.15 * len(high):
                return True
        if len(raw) <= size:
            break
    return False


def _mostly_controls(head: bytes) -> bool:
    return len(head) - len(head.translate(None, _CONTROLS)) > 0.1 * len(head)


_ORDERS = "utf-16-le", "utf-16-be"
"""Byte orders of UTF-16: a text whose first byte is lost has the high bytes of the other, so both are tried."""


def _likeliest(raw: bytes, form: "Form", hint: str | None) -> Found:
    """The reading with the likeliest characters, or chardet's word where none is likely."""
    few_zeros, _, ascii_only, utf16, _, start, seen = form
    orders = _ORDERS if utf16 else ()
    utf8 = few_zeros and _may_be_utf8(seen)
    if utf8 and is_damaged_utf8(seen):
        return _found("utf-8", 0.95, "UTF-8 but for a few bad bytes")
    narrow = (CANDIDATES if utf8 else CANDIDATES[1:]) if few_zeros else ()
    if not orders and not narrow:
        return _shifted_utf16(raw) or _foreign(raw, None, -99.0, 0, hint)
    favoured = {hint: _HINT} if hint else {}
    if utf8 and _is_valid_short_utf8(raw):
        favoured["utf-8"] = favoured.get("utf-8", 0.0) + _HINT
    ranked = rank(raw, start, orders + narrow, favoured)
    best, _, gap, count, average, _, stop = ranked
    if ascii_only and best in CANDIDATES:
        return _found("ascii", 0.9, "ASCII only")
    window = raw[start:stop]
    if is_chinese(average, count) and not (best in CANDIDATES and count < ENOUGH and _is_western(window)):
        return Found(best, partial(_lead, raw, ranked), None, gap < 1 and _clearness(gap) <= _GUESS)
    if _is_valid_short_utf8(raw):
        return _found("utf-8", 0.8, "strict UTF-8, but short")
    return _shifted_utf16(raw) or _euc_tw(window) or _foreign(raw, best, average, count, hint)


def _clearness(gap: float) -> float:
    """The confidence that a lead of ``gap`` nats gives."""
    return round(1 / (1 + math.exp(-min(50.0, gap))), 3)


def _lead(raw: bytes, ranked: Ranked) -> tuple[float, str]:
    """How sure it is that the likeliest reading is right, and why."""
    variety = len(set(wide(text_of(raw, ranked))))
    _, second, gap, *_ = ranked
    return min(
        _clearness(gap), round(1 - 1 / (2 + variety), 3)
    ), f"likeliest characters, {gap:.0f} nats before {second}"


Look = tuple[int, int, int, int, int]
"""What bytes look like UTF-8, whatever the second byte of a character may be: how many characters, their bytes, how
many characters of three bytes; all bytes above 0x7F, and those of them that only go on with a character."""


def plain_look(window: bytes) -> Look:
    """What ``look`` gives, by an expression."""
    lengths = list(map(len, _UTF8_CHARACTER.findall(window)))
    high, rest = (len(window) - len(window.translate(None, out)) for out in (_HIGH_BYTES, _UTF8_REST))
    return len(lengths), sum(lengths), lengths.count(3), high, rest


look: Callable[[bytes], Look] = plain_look if built is None else built.look

Form = tuple[bool, bool, bool, bool, int, int, Look]
"""What bytes look like before any character is weighed: whether zero bytes are few; there are escapes or tildes; all
is ASCII; it may be UTF-16; how many bytes the end cuts off a character, where all before it is UTF-8; from where on
characters tell; and the :data:`Look` of what stands there."""


def plain_glance(raw: bytes) -> Form:
    """What ``glance`` gives, in plain Python."""
    cut = 0
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end == len(raw):
            cut = error.end - error.start
    utf16 = _may_be_utf16(raw)
    first = None if utf16 else _HIGH.search(raw)
    start = first.start() if first else 0
    marked = b"\x1b" in raw or b"~" in raw
    seen = look(raw[start : start + _HEAD])
    return _has_few_zeros(raw[:_LOOK]), marked, raw.isascii(), utf16, cut, start, seen


glance: Callable[[bytes], Form] = plain_glance if built is None else built.glance


def _may_be_utf8(seen: Look) -> bool:
    """Whether the high bytes are few, or so many of them stand where only the rest of a UTF-8 character does."""
    *_, high, rest = seen
    return high < ENOUGH or rest >= 0.45 * high


def is_damaged_utf8(seen: Look) -> bool:
    """Whether nine in ten high bytes belong to whole UTF-8 characters, or in short text two in three to ideographs.

    Of other encodings one in five does, and next to none to a character of three bytes.
    """
    characters, taken, threes, high, _ = seen
    return (characters >= 8 and taken >= 0.9 * high) or (threes >= 2 and 3 * threes >= 0.65 * high)


def _is_western(window: bytes) -> bool:
    """Whether every high byte stands alone among many letters, as accented letters of European languages do."""
    runs = _HIGH_RUN.findall(window)
    letters = len(window) - len(window.translate(None, _LETTERS))
    return letters >= 4 * len(runs) and max(map(len, runs), default=0) == 1


def _is_valid_short_utf8(raw: bytes) -> bool:
    if len(raw) >= 48:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shifted_utf16(raw: bytes) -> Found | None:
    """UTF-16 from the beginning of which bytes are missing, so that its characters begin at odd places too."""
    head = raw[:1024]
    ranked: list[tuple[float, str]] = []
    for codec in ("utf-16-le", "utf-16-be"):
        parts = pieces(head, utf16_surplus(head, codec))
        text = wide("".join(part.decode(codec, "replace") for part, left_out in parts if not left_out))
        if 10 * sum(left_out for _, left_out in parts) <= len(text) + 10 and is_chinese(mean(text), len(text)):
            ranked.append((mean(text), codec))
    if not ranked:
        return None
    return _found(max(ranked)[1], 0.7, "UTF-16 from which bytes are missing")


def _euc_tw(window: bytes) -> Found | None:
    text = euc_tw_text(window)
    telling = wide(text)
    if len(telling) < 4 or 50 * text.count("\ufffd") > len(telling) or not is_chinese(mean(telling), len(telling)):
        return None
    return _found("euc-tw", 0.9, "characters of EUC-TW")


def _foreign(raw: bytes, best: str | None, average: float, count: int, hint: str | None) -> Found:
    """What chardet says of bytes that look like no Chinese text; ``best`` is the least unlikely Chinese encoding."""
    name, confidence = _ask_chardet(raw)
    if name is not None and name.startswith(("utf-16", "utf-32")) and not _is_likely(raw, name):
        name, confidence = None, 0.0
    if best is not None and (name is None or confidence < _NOTHING) and (codec := _shifted_codec(raw)) is not None:
        return _found(codec, 0.5, "likeliest characters, a byte missing")
    if name is None or (_mostly_controls(raw[:_LOOK]) and not (best or "").startswith("utf-16")):
        return _found(None, max(confidence, 0.5), "looks like binary data")
    least = (
        f"no Chinese encoding is likely ({average:.1f} nats a character)" if count else "nothing else is known of it"
    )
    if best is not None and name in (*CANDIDATES, "ascii", "big5", "cp950", "hz"):
        return _found(best, 0.5, f"least unlikely characters ({average:.1f} nats each); chardet says {name}")
    if hint and confidence < 0.5 and _decodes(raw, hint):
        return _found(hint, 0.5, f"as declared; chardet guessed {name}; {least}")
    return _found(name, confidence, f"chardet; {least}")


def _is_likely(raw: bytes, codec: str) -> bool:
    """Whether bytes are text in a codec of two or four bytes a character, in which nearly any bytes are characters.

    Text is Chinese, or has blanks or ASCII in it, or kana. Of what is none, characters lie in private use as well.
    """
    try:
        text = raw[:_LOOK].decode(codec, "replace").rstrip("\ufffd")
    except LookupError:
        return False
    telling = wide(text)
    if is_chinese(mean(telling), len(telling)):
        return True
    odd, common = len(_NO_TEXT.findall(text)), len(_IN_MOST_TEXT.findall(text))
    return 50 * odd <= len(text) and 20 * common >= len(text)


def _shifted_codec(raw: bytes) -> str | None:
    """The two-byte encoding in which the beginning of ``raw`` is Chinese once a byte or two are left out."""
    head = raw[: WINDOWS[2][0]]
    if _is_western(head):
        return None
    ranked: list[tuple[float, str]] = []
    for codec in CANDIDATES[1:]:
        parts = pieces(head, two_byte_surplus(head, codec))
        text = wide("".join(part.decode(codec, "replace") for part, left_out in parts if not left_out))
        if sum(left_out for _, left_out in parts) <= 2 + len(head) // 100 and is_chinese(mean(text), len(text)):
            ranked.append((mean(text), codec))
    return max(ranked)[1] if ranked else None


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


_ASKED = 20_000
"""Bytes that chardet is asked about; its model reads 16,384 (chardet 7.7.0) and calls what is ASCII so far ASCII."""
_DECLARED = 1_024
"""Bytes of a page in which it declares its encoding (HTML standard, prescan of a byte stream)."""
_TELLING = lazy(rb"[\x1b\x80-\xff]")


def _ask_chardet(raw: bytes) -> tuple[str | None, float]:
    """What chardet says of the head of ``raw``, and of what stands behind styles and scripts that fill it."""
    import chardet

    telling = _TELLING.search(raw)
    start = 0 if telling is None else telling.start() & ~3  # whole units of UTF-32
    asked = raw[:_ASKED] if start < _ASKED // 2 else raw[:_DECLARED] + raw[start : start + _ASKED]
    found = chardet.detect(asked, compat_names=False, exclude_encodings=_NEVER_ON_THE_WEB)
    name = found["encoding"]
    return _CODEC_OF.get(name or "", name), float(found["confidence"] or 0.0)
