"""Where a byte was lost in two-byte text, everything after it reads wrongly: this finds the places.

The reading with the likeliest characters is found by dynamic programming over the byte positions: a step either reads
two bytes as a character or leaves one byte out.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from textclean.decode.codes import codes_of
from textclean.language.expressions import lazy
from textclean.language.likelihood import built, cost_table, costs, score

_SURROGATE = -10.0
"""What half of a character beyond the basic plane costs."""

_LOST_BYTE = -15.0
"""What it costs to leave a byte out: about one in a million is lost."""

_NONE = -1e9
"""What two bytes cost that are no character."""

UTF16_HIGH = bytes({0x00, 0x20, 0x21, 0x25, 0x30, 0xFF, *range(0x4E, 0xA0)})
"""High bytes of the characters of Chinese text in UTF-16."""


def surplus(pairs: Sequence[float], singles: Sequence[float] = ()) -> list[int]:
    """The bytes to leave out, in order, so that the others read best.

    ``pairs[i]`` is the log-probability of the character in bytes ``i`` and ``i + 1``, so there is a byte more;
    ``singles[i]``, if given, that of the character in byte ``i``, 0 where it is none. Takes time and memory in
    proportion to the bytes.
    """
    alone = [single or _LOST_BYTE for single in singles] or [_LOST_BYTE] * (len(pairs) + 1)
    before, here = 0.0, alone[0]
    in_pair = [False]
    for pair, single in zip(pairs, alone[1:], strict=True):
        together, apart = before + pair, here + single
        before = here
        in_pair.append(together >= apart)
        here = max(together, apart)
    found: list[int] = []
    at = len(in_pair)
    while at:
        if in_pair[at - 1]:
            at -= 2
        else:
            at -= 1
            if not singles or not singles[at]:
                found.append(at)
    return found[::-1]


Shifted = tuple[int, int, list[int]]
"""How many characters and bytes before bad bytes are to be read anew, and which of these bytes and the bad ones to
leave out, counted from the first of them."""

_NEAR = 6
_UNLIKELY = -7.8
"""Mean log-probability of the last :data:`_NEAR` characters above which no byte is looked for before them."""

_FEW = 512
"""Characters before a bad byte in which a lost byte is looked for."""

_NO_EVERYDAY = -9.5
"""Log-probability below which a character is none of everyday."""

_BEFORE_LETTER = 2.0
"""Nats by which a text must be likelier in which a byte is missing before a Latin letter; a lost byte costs it already,
and of 30,000 clean lines none reaches it."""

_CLEARLY = 12.0
"""Nats by which a text must be likelier for it to be read from other places in it."""

_TO_NO_TRAIL = lazy("(?s:.*)[\0-?]")
"""Up to the last character whose byte never is the second of a two-byte code: behind it all is read from its place."""


def shifted(raw: bytes, behind: int, place: int, size: int, codec: str) -> Shifted | None:
    """What reads clearly likelier before the ``size`` bad bytes at ``place`` if a byte was lost.

    A lost byte shifts the pairs of bytes after it, up to the next blank, digit or the like, where one is left over:
    that is what is bad. ``raw[behind:place]`` can be read in ``codec``, which has two-byte codes.
    """
    if built is not None:
        found: Shifted | None = built.shifted(raw, behind, place, size, *codes_of(codec), cost_table())
        if found is not NotImplemented:
            return found
    return plain_shifted(raw, behind, place, size, codec)


def plain_shifted(raw: bytes, behind: int, place: int, size: int, codec: str) -> Shifted | None:
    """What :func:`shifted` gives, by Python's codec."""
    before = raw[behind:place].decode(codec)
    near = before[-_NEAR:]
    if score(near) >= _UNLIKELY * len(near):
        return None
    before = before[-_FEW:]
    sign = _TO_NO_TRAIL.match(before)
    tail = before[sign.end() :] if sign else before
    if not tail:
        return None
    count = len(tail.encode(codec))
    part = raw[place - count : place + size]
    lost = two_byte_surplus(part, codec)
    if lost == [*range(count, len(part))]:
        return None
    new = ""
    for piece, left_out in pieces(part, lost):
        try:
            text = "\ufffd" if left_out else piece.decode(codec)
            if not left_out and text.encode(codec) != piece:
                return None
        except UnicodeError:
            return None
        new += text
    if score(new) < score(tail + "\ufffd" * size) + _CLEARLY:
        return None
    return len(tail), count, lost


def lost_before_letter(near: str, codec: str) -> Shifted | None:
    """What reads clearly likelier in ``near`` if a byte was lost, and its last character's second byte is a letter."""
    if score(near[-1]) > _NO_EVERYDAY:
        return None
    sign = _TO_NO_TRAIL.match(near, 0, len(near) - 1)
    tail = near[sign.end() :] if sign else near
    part = tail.encode(codec)
    part, letter = part[:-1], part[-1:]
    lost = two_byte_surplus(part, codec)
    if lost == [len(part) - 1]:
        return None
    new = b"".join(piece for piece, left_out in pieces(part, lost) if not left_out)
    try:
        text = new.decode(codec)
    except UnicodeDecodeError:
        return None
    if score(text) + score(letter.decode()) + _LOST_BYTE * len(lost) < score(tail) + _BEFORE_LETTER:
        return None
    return len(tail) - 1, len(part) - 1, lost


def has_strange_high_bytes(raw: bytes, codec: str) -> bool:
    """Whether more than one in fifty high bytes of this UTF-16 is none of Chinese text, as after a lost byte."""
    if built is None:
        return plain_has_strange_high_bytes(raw, codec)
    return bool(built.strange(raw, codec == "utf-16-be"))


def plain_has_strange_high_bytes(raw: bytes, codec: str) -> bool:
    """What :func:`has_strange_high_bytes` gives, in plain Python."""
    high = raw[1::2] if codec == "utf-16-le" else raw[0::2]
    return 50 * len(high.translate(None, UTF16_HIGH)) > len(high)


def two_byte_surplus(raw: bytes, codec: str) -> list[int]:
    """:func:`surplus` for text in the two-byte codes of ``codec`` and ASCII."""
    if built is None:
        return plain_two_byte_surplus(raw, codec)
    found: list[int] = built.surplus(raw, *codes_of(codec), False, cost_table())
    return found


def plain_two_byte_surplus(raw: bytes, codec: str) -> list[int]:
    """What :func:`two_byte_surplus` gives, by Python's codec."""
    cost = costs()
    texts = (raw[at : at + 2].decode(codec, "replace") for at in range(len(raw) - 1))
    pairs = [cost[text] if len(text) == 1 else _NONE for text in texts]
    return surplus(pairs, [cost[chr(byte)] if byte < 0x80 else 0.0 for byte in raw])


def utf16_surplus(raw: bytes, codec: str) -> list[int]:
    """:func:`surplus` for UTF-16 in the byte order of ``codec``."""
    if built is None:
        return plain_utf16_surplus(raw, codec)
    found: list[int] = built.surplus(raw, b"", b"", codec == "utf-16-be", cost_table())
    return found


def plain_utf16_surplus(raw: bytes, codec: str) -> list[int]:
    """What :func:`utf16_surplus` gives, character by character."""
    low, high = (raw, raw[1:]) if codec == "utf-16-le" else (raw[1:], raw)
    return surplus(_costs(chr(b << 8 | a) for a, b in zip(low, high, strict=False)))


def gb2312_surplus(raw: bytes) -> list[int]:
    """:func:`surplus` for GB 2312 in seven bits, as in HZ."""
    return surplus(_costs(bytes((a | 0x80, b | 0x80)).decode("gb18030", "replace")[0] for a, b in pairwise(raw)))


def _costs(chars: Iterable[str]) -> list[float]:
    cost = costs()
    return [_SURROGATE if "\ud800" <= char < "\ue000" else cost[char] for char in chars]


def pieces(raw: bytes, left_out: Sequence[int]) -> list[tuple[bytes, bool]]:
    """``raw`` cut around the bytes left out: each piece, and whether it is such a byte."""
    found: list[tuple[bytes, bool]] = []
    at = 0
    for place in left_out:
        if place > at:
            found.append((raw[at:place], False))
        found.append((raw[place : place + 1], True))
        at = place + 1
    if at < len(raw):
        found.append((raw[at:], False))
    return found
