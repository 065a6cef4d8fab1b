"""Bytes to text with patches, for one codec at a time, such that the text gives the bytes back.

Every bad byte becomes one character, U+FFFD, under a patch that holds the byte; so does every byte whose character a
plain codec would write differently. Nothing here guesses an encoding.
"""

import codecs
from collections.abc import Iterable
from typing import NamedTuple

from textclean.decode.alignment import has_strange_high_bytes, pieces, two_byte_surplus, utf16_surplus
from textclean.decode.hz import hz_text
from textclean.document import Patch, Piece, Source
from textclean.language.expressions import lazy
from textclean.language.likelihood import is_chinese, mean, score, wide

EXACT = frozenset({"ascii", "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030", "iso8859-1"})
"""Codecs whose strict decoding is always undone by their encoding."""

STATEFUL = ("hz", "iso2022", "utf-7")
"""Beginnings of the names of codecs in which the meaning of a byte depends on those long before it."""

_GB_2022 = dict(
    zip(
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
        "\ue816\ue817\ue818\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
        "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba\U000241fe\u9fbb",
        strict=True,
    )
)
"""Codes that Python's gb18030, an edition of 2000, reads as private use and GB 18030-2022 gives real characters."""

_WINDOWS_SIGNS = {
    "•": "‧",
    "､": "﹑",
    "‾": "¯",
    "∼": "～",
    "♁": "⊕",
    "☉": "⊙",
    "¥": "￥",
    "¢": "￠",
    "£": "￡",
    "￭": "▓",
}
"""Signs that Python's Big5-HKSCS reads as hardly anybody means them → the same codes in Windows' code page 950."""

_SIGNS = "".join(_WINDOWS_SIGNS)
_OWN = {"gb18030": _GB_2022, "big5hkscs": _WINDOWS_SIGNS}
"""By codec: what it reads → what is meant."""

_SWALLOWED = "(?<=[^\\0-\\x7f].)(?=[^\\0-\\x7f])"
"""After an ASCII character: that it is alone among others. Perhaps it is what is left of a code whose first byte was
taken for another's."""

_ODD = {
    "gb18030": f"[{''.join(_GB_2022)}]",
    "big5hkscs": f"[@-~{_SIGNS}](?:(?<=[{_SIGNS}])|{_SWALLOWED})",
    "cp950": f"[@-~]{_SWALLOWED}",
}
"""By codec: what must be looked at even if every byte can be read. One class leads each: that makes the search fast."""

_HAS_ODD = {codec: lazy(odd) for codec, odd in _ODD.items()}
_OWN_CHARACTER = {codec: lazy(f"[{''.join(own)}]") for codec, own in _OWN.items()}

_TWICE = {
    "big5hkscs": lazy(rb"\xa1\xfe|\xa2[\x40\x7e\xa1-\xa7\xcc\xce]"),
    "cp950": lazy(rb"\xa2[\xcc\xce]|\xf9[\xe9-\xfd]"),
}
"""Codes of signs that have another code too, the one that encoding gives; elsewhere these codecs are exact."""

FOREIGN = "\u0370-\u03ff\u0400-\u04ff\u3040-\u312f\ue000-\uf8ff"
"""Letters that Big5 text read as GB18030 is full of, and the other way round, and Chinese news has next to none of."""

_BOXES = "／＼╭╮╰╯═╞╪╡卅"
"""What the codes of :data:`_TWICE` read in HKSCS, but for 十."""

_SPECIAL = {
    "gb18030": lazy(f"[{FOREIGN}]"),
    "big5hkscs": lazy(f"[@-~{_SIGNS}{FOREIGN}{_BOXES}](?:(?<=[^\\0-\\x7f])|{_SWALLOWED})"),
}
_TEN_AGAIN = b"\xa2\xcc"
"""In Big5 a second code of 十."""

SURROGATE = lazy("[\ud800-\udfff]")
_BAD = lazy("[\udc00-\udcff]+")
_BAD_OR_SWALLOWED = lazy(f"[\udc00-\udcff]+|[@-~]{_SWALLOWED}")
_BAD_ASCII = lazy("[\udc00-\udc7f]")
_WINDOWS = lazy(f"[€{''.join(_WINDOWS_SIGNS.values())}]")
_ETEN = lazy("[\u2460-\u247d\u3005-\u3007\u3041-\u30fe\u0401-\u0451]")
"""What code page 950, as Python has it, reads where the ETEN extension and HKSCS have other signs (kana, ①, Cyrillic).
"""
LINE = lazy(rb"[^\n]*\n|[^\n]+")
_NO_TRAIL = lazy("[\0-?]")
"""Characters whose byte never is the second of a two-byte code: from there on all is read from the right place."""

_UTF16 = frozenset({"utf-16-le", "utf-16-be"})
_BIG5 = frozenset({"big5hkscs", "cp950"})
_TWO_BYTES = frozenset({"gb18030", *_BIG5})
_FEW = 512
"""Characters before a bad byte in which a lost byte is looked for."""

_BLOCK = 1 << 14
"""Bytes of UTF-16 in which lost bytes are looked for together."""

_NEAR = 6
_UNLIKELY = -7.8
"""Mean log-probability of the last :data:`_NEAR` characters above which no byte is looked for before them."""

_CLEARLY = 12.0
"""Nats by which a text must be likelier for it to be read from other places in it."""


class Text(NamedTuple):
    """What was read: the text, and patches whose offsets count from its first byte and character."""

    text: str
    patches: list[Patch]


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    """Error handler: each undecodable byte ``b`` as the lone surrogate U+DC00 + ``b``."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("textclean.keep", _keep_bytes)


def read_plain(raw: bytes, codec: str) -> Text | None:
    """``raw`` in GB18030 or Big5-HKSCS, if all can be read and nothing special is in it, as in nearly every file.

    Then no variant, no other line's encoding and no code of its own need be looked for: one scan tells.
    """
    special = _SPECIAL.get(codec)
    if special is None or (codec != "gb18030" and _TEN_AGAIN in raw):
        return None
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if special.search(text) else Text(text, [])


def big5_codec(raw: bytes) -> str:
    """The variant of Big5 that ``raw`` is in: code page 950 where signs tell, otherwise HKSCS, which has more.

    The signs are ‧ ～ € and the like. Against it speak a code that only HKSCS has, and one of the ETEN extension.
    """
    try:
        text = raw.decode("cp950")
    except UnicodeDecodeError:
        return "big5hkscs"
    return "cp950" if _WINDOWS.search(text) and not _ETEN.search(text) else "big5hkscs"


def read(raw: bytes, codec: str) -> Text:
    """``raw`` in ``codec``, whatever is wrong with it.

    The text holds no lone surrogate; with the patches, :meth:`textclean.document.Source.encode` gives ``raw`` back.
    Takes time in proportion to ``raw``.
    """
    if codec in _UTF16 and has_strange_high_bytes(raw, codec):
        found = _realigned(raw, codec)
        if found is not None:
            return found
    return _read_aligned(raw, codec)


def _read_aligned(raw: bytes, codec: str) -> Text:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        # the built-in handler is faster but refuses bytes below 0x80, which only these codecs find fault with
        own = codec.startswith(("utf-16", "utf-32", *STATEFUL))
        text = raw.decode(codec, "textclean.keep" if own else "surrogateescape")
        half_marker = codec == "hz" and _BAD_ASCII.search(text)  # other bytes read wrongly for it
        found = None if half_marker else _read_runs(raw, codec, text)
    else:
        if _is_exact(raw, codec) or (not SURROGATE.search(text) and _encoded(text, codec) == raw):
            odd = _HAS_ODD.get(codec)
            if odd is None or not odd.search(text):
                return Text(text, [])
            found = _read_runs(raw, codec, text)
        else:
            found = None
    if found is None:
        found = _read_lines(raw, codec)
    return found if _restores(found, codec, raw) else _as_one(raw, text)


def _realigned(raw: bytes, codec: str) -> Text | None:
    """UTF-16 read anew after every lost byte; None if none was lost. What does not become Chinese stays as it is."""
    left_out: list[int] = []
    at = 0
    while at < len(raw):
        block = raw[at : at + _BLOCK]
        lost = _lost_in(block, codec)
        size = len(block)
        if lost and lost[-1] == size - 1 and at + size < len(raw):
            size = lost.pop()  # the last byte of the block begins a character
        left_out += [at + place for place in lost]
        at += size
    return _joined(codec, pieces(raw, left_out)) if left_out else None


def _lost_in(block: bytes, codec: str) -> list[int]:
    """The bytes of ``block`` to leave out, if it is Chinese without them."""
    if not has_strange_high_bytes(block, codec):
        return []
    lost = utf16_surplus(block, codec)
    parts = pieces(block, lost)
    text = wide("".join(part.decode(codec, "replace") for part, left_out in parts if not left_out))
    return lost if is_chinese(mean(text), len(text)) else []


def _joined(codec: str, parts: Iterable[tuple[bytes, bool]]) -> Text:
    """Parts of a text one after the other; a byte that is left out reads U+FFFD."""
    texts: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for part, left_out in parts:
        text, found = ("\ufffd", [Patch(0, 0, 1, part)]) if left_out else _read_aligned(part, codec)
        patches += [Patch(byte + b, at + start, at + end, original) for b, start, end, original in found]
        texts.append(text)
        at += len(text)
        byte += len(part)
    return Text("".join(texts), _merged(patches))


def _is_exact(raw: bytes, codec: str) -> bool:
    """Whether what ``codec`` reads strictly is sure to give ``raw`` back."""
    return codec in EXACT or (codec in _TWICE and not _TWICE[codec].search(raw))


def _encoded(text: str, codec: str) -> bytes | None:
    try:
        return text.encode(codec)
    except UnicodeError:
        return None


def _restores(found: Text, codec: str, raw: bytes) -> bool:
    try:
        return Source((Piece(0, 0, codec),), tuple(found.patches), "").encode_unchecked(found.text) == raw
    except UnicodeError:
        return False


def _as_one(raw: bytes, text: str) -> Text:
    """``text`` under a single patch: always right, whatever the codec does."""
    text = SURROGATE.sub("\ufffd", text)
    return Text(text, [Patch(0, 0, len(text), raw)])


def _merged(patches: Iterable[Patch]) -> list[Patch]:
    """Touching patches as one."""
    groups: list[list[Patch]] = []
    for patch in patches:
        if groups and groups[-1][-1].end == patch.start:
            groups[-1].append(patch)
        else:
            groups.append([patch])
    return [Patch(g[0].byte, g[0].start, g[-1].end, b"".join(patch.original for patch in g)) for g in groups]


class _Unit(NamedTuple):
    """Neighbouring bytes, what they read, and whether they need a patch."""

    raw: bytes
    text: str
    patched: bool


def _assembled(units: Iterable[_Unit]) -> Text:
    """Units one after the other."""
    texts: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for raw, text, patched in units:
        if patched:
            patches.append(Patch(byte, at, at + len(text), raw))
        texts.append(text)
        at += len(text)
        byte += len(raw)
    return Text("".join(texts), _merged(patches))


def _read_runs(raw: bytes, codec: str, text: str) -> Text | None:
    """``text`` with its marked bytes as patches; None if a piece between them does not give its bytes back."""
    units: list[_Unit] = []
    at = byte = 0
    for run in (_BAD_OR_SWALLOWED if codec in _BIG5 else _BAD).finditer(text):
        before, marked = text[at : run.start()], run[0]
        good = _encoded(before, codec)
        if good is None or not raw.startswith(good, byte):
            return None
        original = marked.encode() if marked.isascii() else _marked_bytes(marked)
        again = _shifted(before, original, codec) if codec in _TWO_BYTES else []
        if again:
            units += again
        elif marked.isascii():
            units += _with_own(before + marked, codec)
        else:
            euro = original == b"\x80" and codec == "gb18030" and _beside_number(text, run.start())
            new = "€" if euro else "\ufffd" * len(marked)  # 0x80 is € in Windows' code page 936
            units += (*_with_own(before, codec), _Unit(original, new, True))
        at = run.end()
        byte += len(good) + len(original)
    rest = text[at:]
    if _encoded(rest, codec) != raw[byte:]:
        return None
    return _assembled((*units, *_with_own(rest, codec)))


def _with_own(text: str, codec: str) -> list[_Unit]:
    """``text``, which ``codec`` gives back, with what is meant where the codec reads something else."""
    own = _OWN.get(codec)
    if own is None:
        return [_Unit(text.encode(codec), text, False)]
    units: list[_Unit] = []
    at = 0
    for sign in _OWN_CHARACTER[codec].finditer(text):
        before = text[at : sign.start()]
        units += (_Unit(before.encode(codec), before, False), _Unit(sign[0].encode(codec), own[sign[0]], True))
        at = sign.end()
    return [*units, _Unit(text[at:].encode(codec), text[at:], False)]


def _marked_bytes(marked: str) -> bytes:
    return bytes(ord(char) & 0xFF for char in marked)


def _shifted(before: str, bad: bytes, codec: str) -> list[_Unit]:
    """``before`` and ``bad`` read anew from where a byte was lost; empty if that is not clearly likelier.

    A lost byte shifts the pairs of bytes after it, up to the next blank, digit or the like, where one is left over:
    that is ``bad``.
    """
    near = before[-_NEAR:]
    if score(near) >= _UNLIKELY * len(near):
        return []
    tail = before[-_FEW:]
    tail = tail[max((sign.end() for sign in _NO_TRAIL.finditer(tail)), default=0) :]
    if not tail:
        return []
    raw = tail.encode(codec) + bad
    units: list[_Unit] = []
    new = ""
    for part, left_out in pieces(raw, two_byte_surplus(raw, codec)):
        try:
            text = "\ufffd" if left_out else part.decode(codec)
            if not left_out and text.encode(codec) != part:
                return []
        except UnicodeError:
            return []
        new += text
        units += [_Unit(part, text, True)] if left_out else _with_own(text, codec)
    if score(new) < score(tail + "\ufffd" * len(bad)) + _CLEARLY:
        return []
    return [*_with_own(before[: len(before) - len(tail)], codec), *units]


def _beside_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdecimal() or text[at + 1 : at + 2].isdecimal()


def _read_lines(raw: bytes, codec: str) -> Text:
    """Line by line, patching only the characters (in stateful codecs: the lines) that need it."""
    pieces: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for line in LINE.findall(raw):
        for original, text in _units(line, codec):
            new = SURROGATE.sub("\ufffd", text)
            if new != text or _encoded(new, codec) != original:
                patches.append(Patch(byte, at, at + len(new), original))
            pieces.append(new)
            at += len(new)
            byte += len(original)
    return Text("".join(pieces), _merged(patches))


def _units(line: bytes, codec: str) -> list[tuple[bytes, str]]:
    """The smallest pieces of ``line`` that can be read alone, with what they read."""
    try:
        text = line.decode(codec)
    except UnicodeDecodeError:
        text = ""
    if text and _encoded(text, codec) == line:
        return [(line, text)]
    if codec == "hz":
        return [(line, hz_text(line))]
    if codec.startswith(STATEFUL):
        return [(line, line.decode(codec, "textclean.keep"))]
    decoder = codecs.getincrementaldecoder(codec)("surrogateescape")
    units: list[tuple[bytes, str]] = []
    begun = 0
    for i in range(len(line)):
        text = decoder.decode(line[i : i + 1], i + 1 == len(line))
        if text:
            units.append((line[begun : i + 1], text))
            begun = i + 1
    return units
