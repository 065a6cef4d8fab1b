"""Bytes to text with patches, for one codec at a time, such that the text gives the bytes back.

Every bad byte becomes one character, U+FFFD, under a patch that holds the byte; so does every byte whose character a
plain codec would write differently. Nothing here guesses an encoding.
"""

import codecs
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textclean.decode.alignment import has_strange_high_bytes, lost_before_letter, pieces, shifted, utf16_surplus
from textclean.decode.codes import (
    BIG5,
    LETTER,
    MEANT,
    OTHER,
    SPECIAL,
    TEN_AGAIN,
    TWICE,
    TWO_BYTES,
    WITH_LETTER,
    Transcript,
    transcribe,
)
from textclean.decode.hz import hz_text
from textclean.document import Patch, Piece, Source
from textclean.language.expressions import lazy
from textclean.language.likelihood import is_chinese, mean, wide

EXACT = frozenset({"ascii", "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030", "iso8859-1"})
"""Codecs whose strict decoding is always undone by their encoding."""

STATEFUL = ("hz", "iso2022", "utf-7")
"""Beginnings of the names of codecs in which the meaning of a byte depends on those long before it."""

_MEANT = {codec: lazy(f"[{''.join(meant)}]") for codec, meant in MEANT.items()}
SURROGATE = lazy("[\ud800-\udfff]")
_BAD = lazy("[\udc00-\udcff]+")
_BAD_ASCII = lazy("[\udc00-\udc7f]")
_WINDOWS = lazy(f"[€{''.join(MEANT['big5hkscs'].values())}]")
_ETEN = lazy("[\u2460-\u247d\u3005-\u3007\u3041-\u30fe\u0401-\u0451]")
"""What code page 950, as Python has it, reads where the ETEN extension and HKSCS have other signs (kana, ①, Cyrillic).
"""
_WITH_LETTER = lazy(f"[{WITH_LETTER}]")
_BEFORE_LETTER = 64
"""Characters before a Latin letter in which a lost byte is looked for."""
LINE = lazy(rb"[^\n]*\n|[^\n]+")
_TRANSCRIBED = frozenset({"utf-8", *TWO_BYTES})
_UTF16 = {"utf-16-le": codecs.utf_16_le_decode, "utf-16-be": codecs.utf_16_be_decode}
"""UTF-16 by byte order, as Python finds it after a search for the codec."""
_BLOCK = 1 << 14
"""Bytes of UTF-16 in which lost bytes are looked for together."""


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


def is_plain(raw: bytes, codec: str, found: Transcript) -> bool:
    """Whether all can be read and nothing special is in it, as in nearly every file in GB18030 or Big5.

    Then no variant, no other line's encoding and no code of its own need be looked for.
    """
    _, places, flags = found
    if places or flags & (SPECIAL | TWICE) or codec == "cp950":
        return False
    return codec != "big5hkscs" or TEN_AGAIN not in raw


def big5_codec(raw: bytes) -> str:
    """The variant of Big5 that ``raw`` is in: code page 950 where signs tell, otherwise HKSCS, which has more.

    The signs are ‧ ～ € and the like. Against it speak a code that only HKSCS has, and one of the ETEN extension.
    """
    try:
        text = raw.decode("cp950")
    except UnicodeDecodeError:
        return "big5hkscs"
    return "cp950" if _WINDOWS.search(text) and not _ETEN.search(text) else "big5hkscs"


def read(raw: bytes, codec: str, found: Transcript | None = None) -> Text:
    """``raw`` in ``codec``, whatever is wrong with it; ``found`` is what ``transcribe`` gave of it, if that was asked.

    The text holds no lone surrogate; with the patches, :meth:`textclean.document.Source.encode` gives ``raw`` back.
    Takes time in proportion to ``raw``.
    """
    if codec in _UTF16 and has_strange_high_bytes(raw, codec):
        realigned = _realigned(raw, codec)
        if realigned is not None:
            return realigned
    if found is None:
        if codec not in _TRANSCRIBED:
            return _read_aligned(raw, codec)
        found = transcribe(raw, codec)
    text, places, flags = found
    if flags & TWICE:
        return _checked(_read_lines(raw, codec), codec, raw)
    return _read_runs(raw, codec, found) if places or flags & (OTHER | LETTER) else Text(text, [])


def _read_aligned(raw: bytes, codec: str) -> Text:
    """``raw`` in a codec of which little is known: what it gives is tried."""
    try:
        text = _UTF16[codec](raw, "strict", True)[0] if codec in _UTF16 else raw.decode(codec)
    except UnicodeDecodeError:
        # the built-in handler is faster but refuses bytes below 0x80, which only these codecs find fault with
        own = codec.startswith(("utf-16", "utf-32", *STATEFUL))
        text = raw.decode(codec, "textclean.keep" if own else "surrogateescape")
        half_marker = codec == "hz" and _BAD_ASCII.search(text)  # other bytes read wrongly for it
        places = None if half_marker else _places(raw, codec, text)
    else:
        if codec in EXACT or (not SURROGATE.search(text) and _encoded(text, codec) == raw):
            return Text(text, [])
        places = None
    if places is None:
        return _checked(_read_lines(raw, codec), codec, raw)
    return _checked(_read_runs(raw, codec, (_without_marks(text), places, 0)), codec, raw)


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


def _encoded(text: str, codec: str) -> bytes | None:
    try:
        return text.encode(codec)
    except UnicodeError:
        return None


def _checked(found: Text, codec: str, raw: bytes) -> Text:
    """``found`` if it gives ``raw`` back, otherwise all under a single patch: always right, whatever the codec does."""
    try:
        back = Source((Piece(0, 0, codec),), tuple(found.patches), "").encode_unchecked(found.text)
    except UnicodeError:
        back = b""
    return found if back == raw else Text(found.text, [Patch(0, 0, len(found.text), raw)])


def _without_marks(text: str) -> str:
    return SURROGATE.sub("\ufffd", text)


def _merged(patches: Iterable[Patch]) -> list[Patch]:
    """Touching patches as one."""
    groups: list[list[Patch]] = []
    for patch in patches:
        if groups and groups[-1][-1].end == patch.start:
            groups[-1].append(patch)
        else:
            groups.append([patch])
    return [Patch(g[0].byte, g[0].start, g[-1].end, b"".join(patch.original for patch in g)) for g in groups]


_Unit = tuple[bytes, str, bool]
"""Neighbouring bytes, what they read, and whether they need a patch."""

_Change = tuple[int, int, int, list[_Unit]]
"""What is read instead of ``text[start:end]``, whose first byte is the third number."""


def _changed(text: str, changes: Iterable[_Change]) -> Text:
    """``text`` with changes, which are in order and do not overlap. Patches that touch become one."""
    texts: list[str] = []
    patches: list[Patch] = []
    at = length = 0
    for start, end, byte, units in changes:
        texts.append(text[at:start])
        length += start - at
        at = end
        for raw, new, patched in units:
            if patched:
                first, begun, before = byte, length, b""
                if patches and patches[-1].end == length:
                    first, begun, _, before = patches.pop()
                patches.append(Patch(first, begun, length + len(new), before + raw))
            texts.append(new)
            length += len(new)
            byte += len(raw)
    return Text("".join((*texts, text[at:])), patches)


def _places(raw: bytes, codec: str, text: str) -> list[tuple[int, int, int]] | None:
    """Where the marked bytes of ``text`` are; None if a piece between them does not give its bytes back."""
    places: list[tuple[int, int, int]] = []
    at = byte = 0
    for run in _BAD.finditer(text):
        good = _encoded(text[at : run.start()], codec)
        if good is None or not raw.startswith(good, byte):
            return None
        byte += len(good)
        places.append((run.start(), byte, len(run[0])))
        byte += len(run[0])
        at = run.end()
    return places if _encoded(text[at:], codec) == raw[byte:] else None


def _read_runs(raw: bytes, codec: str, found: Transcript) -> Text:
    """The text with its bad bytes as patches, read anew where a byte was lost, and with what is meant."""
    text, places, flags = found
    anew = _anew(raw, codec, found) if codec in TWO_BYTES else {}
    letters = _letters(raw, codec, found) if flags & LETTER else []
    if letters:
        return _with_letters(raw, codec, found, letters)
    if not anew and not flags & OTHER:
        return Text(
            text,
            [
                Patch(byte, start, start + size, raw[byte : byte + size])
                for start, byte, size in places
                if _is_bad(raw[byte], codec)
            ],
        )
    changes: list[_Change] = []
    at = byte = 0
    for i, (start, place, size) in enumerate(places):
        end, stop = start + size, place + size
        change = anew.get(i)
        if flags & OTHER:
            changes += _meant(text[at : change[0] if change else start], codec, at, byte)
        if change:
            changes.append(change)
        elif _is_bad(raw[place], codec):
            changes.append((start, end, place, [(raw[place:stop], text[start:end], True)]))
        at, byte = end, stop
    if flags & OTHER:
        changes += _meant(text[at:], codec, at, byte)
    return _changed(text, changes)


def _is_bad(byte: int, codec: str) -> bool:
    """Whether what begins with ``byte`` was marked as bad, and not as alone among others."""
    return byte >= 0x80 or codec not in BIG5


def _anew(raw: bytes, codec: str, found: Transcript) -> dict[int, _Change]:
    """By number of the place: what is read otherwise there, and before it."""
    text, places, _ = found
    anew: dict[int, _Change] = {}
    behind = 0
    for i, (start, place, size) in enumerate(places):
        end, stop = start + size, place + size
        shift = shifted(raw, behind, place, size, codec)
        if shift:
            characters, count, lost = shift
            anew[i] = start - characters, end, place - count, _without(raw[place - count : stop], lost, codec)
        elif raw[place] == 0x80 and size == 1 and codec == "gb18030" and _beside_number(text, start):
            anew[i] = start, end, place, [(b"\x80", "€", True)]  # as in Windows' code page 936
        behind = stop
    return anew


def _letters(raw: bytes, codec: str, found: Transcript) -> list[_Change]:
    """What is read otherwise before Latin letters, each of which was taken for the second byte of a code.

    That happens where a byte was lost in a row of two-byte codes before the letter, and nothing is bad then.
    """
    text, places, _ = found
    changes: list[_Change] = []
    at = byte = 0
    for start, place, size in (*places, (len(text), len(raw), 0)):
        done = at
        for hit in _WITH_LETTER.finditer(text, at, start):
            here = hit.start()
            shift = lost_before_letter(text[max(at, here - _BEFORE_LETTER) : here + 1], codec)
            if shift is None or (changes and here - shift[0] < changes[-1][1]):
                continue
            characters, count, lost = shift
            byte += len(text[done:here].encode(codec))
            done = here
            letter = raw[byte + 1 : byte + 2]
            units = [*_without(raw[byte - count : byte + 1], lost, codec), (letter, letter.decode(), False)]
            changes.append((here - characters, here + 1, byte - count, units))
        at, byte = start + size, place + size
    return changes


def _with_letters(raw: bytes, codec: str, found: Transcript, letters: list[_Change]) -> Text:
    """``raw`` read piece by piece, between the ``letters`` and their codes that are read anew."""
    parts: list[tuple[bytes, Text]] = []
    byte = 0
    for _, _, place, units in letters:
        piece, size = raw[byte:place], sum(len(unit[0]) for unit in units)
        parts += [(piece, _read_runs(piece, codec, _without_letters(transcribe(piece, codec))))]
        parts += [(raw[place : place + size], _changed("", [(0, 0, 0, units)]))]
        byte = place + size
    parts.append((raw[byte:], _read_runs(raw[byte:], codec, _without_letters(transcribe(raw[byte:], codec)))))
    texts: list[str] = []
    patches: list[Patch] = []
    at = byte = 0
    for piece, (text, own) in parts:
        patches += [Patch(byte + b, at + start, at + end, original) for b, start, end, original in own]
        texts.append(text)
        at += len(text)
        byte += len(piece)
    return Text("".join(texts), _merged(patches))


def _without_letters(found: Transcript) -> Transcript:
    return found[0], found[1], found[2] & ~LETTER


def _without(raw: bytes, lost: Sequence[int], codec: str) -> list[_Unit]:
    """``raw`` without the bytes left out, each of which reads U+FFFD."""
    units: list[_Unit] = []
    for piece, left_out in pieces(raw, lost):
        units += [(piece, "\ufffd", True)] if left_out else _with_meant(piece, piece.decode(codec), codec)
    return units


def _meant(piece: str, codec: str, at: int, byte: int) -> list[_Change]:
    """Where ``codec`` reads something else than is meant in ``piece``, which begins at this character and byte."""
    changes: list[_Change] = []
    done = 0
    for sign in _MEANT[codec].finditer(piece) if codec in MEANT else ():
        start, end = sign.span()
        byte += len(piece[done:start].encode(codec))
        original = sign[0].encode(codec)
        changes.append((at + start, at + end, byte, [(original, MEANT[codec][sign[0]], True)]))
        byte += len(original)
        done = end
    return changes


def _with_meant(raw: bytes, text: str, codec: str) -> list[_Unit]:
    """``text``, which is ``raw`` in ``codec``, with what is meant where the codec reads something else."""
    if codec not in MEANT or not _MEANT[codec].search(text):
        return [(raw, text, False)]
    units: list[_Unit] = []
    at = byte = 0
    for start, end, place, meant in _meant(text, codec, 0, 0):
        units += ((raw[byte:place], text[at:start], False), *meant)
        at, byte = end, place + len(meant[0][0])
    return [*units, (raw[byte:], text[at:], False)]


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
