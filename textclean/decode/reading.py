"""Bytes to text with patches, for one codec at a time, such that the text gives the bytes back.

Every bad byte becomes one character, U+FFFD, under a patch that holds the byte; so does every byte whose character a
plain codec would write differently. Nothing here guesses an encoding.
"""

import codecs
import re
from collections.abc import Iterable
from typing import NamedTuple

from textclean.document import Patch, Piece, Source

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

_SURROGATE = re.compile("[\ud800-\udfff]")
_BAD = re.compile("[\udc00-\udcff]+")
_MAPPED = re.compile(f"[{''.join(_GB_2022)}]")
_BAD_OR_MAPPED = re.compile(f"[\udc00-\udcff]+|[{''.join(_GB_2022)}]")
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_HZ_PIECE = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])*)(?:~\})?|~~|~\n|[^~]+|~")


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


def read(raw: bytes, codec: str) -> Text:
    """``raw`` in ``codec``, whatever is wrong with it.

    The text holds no lone surrogate; with the patches, :meth:`textclean.document.Source.encode` gives ``raw`` back.
    Takes time in proportion to ``raw``.
    """
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        # the built-in handler is faster but refuses bytes below 0x80, which only these codecs find fault with
        own = codec.startswith(("utf-16", "utf-32", *STATEFUL))
        text = raw.decode(codec, "textclean.keep" if own else "surrogateescape")
        found = _read_runs(raw, codec, text)
    else:
        if codec in EXACT or (not _SURROGATE.search(text) and _encoded(text, codec) == raw):
            if codec != "gb18030" or not _MAPPED.search(text):
                return Text(text, [])
            found = _read_runs(raw, codec, text)
        else:
            found = None
    if found is None:
        found = _read_lines(raw, codec)
    return found if _restores(found, codec, raw) else _as_one(raw, text)


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
    text = _SURROGATE.sub("\ufffd", text)
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


def _read_runs(raw: bytes, codec: str, text: str) -> Text | None:
    """``text`` with its marked bytes as patches; None if a piece between them does not give its bytes back."""
    pieces: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for run in (_BAD_OR_MAPPED if codec == "gb18030" else _BAD).finditer(text):
        start, end = run.span()
        good = _encoded(text[at:start], codec)
        if good is None or not raw.startswith(good, byte):
            return None
        byte += len(good)
        marked = run[0]
        if marked in _GB_2022:
            original, new = marked.encode(codec), _GB_2022[marked]
        else:
            original, new = bytes(ord(char) & 0xFF for char in marked), "\ufffd" * len(marked)
            if original == b"\x80" and codec == "gb18030" and _beside_number(text, start):
                new = "€"  # what Windows writes in its code page 936
        pieces += (text[at:start], new)
        patches.append(Patch(byte, start, end, original))
        byte += len(original)
        at = end
    rest = text[at:]
    if _encoded(rest, codec) != raw[byte:]:
        return None
    return Text("".join((*pieces, rest)), _merged(patches))


def _beside_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdecimal() or text[at + 1 : at + 2].isdecimal()


def _read_lines(raw: bytes, codec: str) -> Text:
    """Line by line, patching only the characters (in stateful codecs: the lines) that need it."""
    pieces: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for line in _LINE.findall(raw):
        for original, text in _units(line, codec):
            new = _SURROGATE.sub("\ufffd", text)
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
        return [(line, "".join(map(_hz_piece, _HZ_PIECE.finditer(line))))]
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


def _hz_piece(piece: re.Match[bytes]) -> str:
    if piece[1] is not None:
        return bytes(byte | 0x80 for byte in piece[1]).decode("gb18030", "replace")
    escaped = {b"~~": "~", b"~\n": ""}
    return escaped[piece[0]] if piece[0] in escaped else piece[0].decode("ascii", "textclean.keep")
