"""Where a byte was lost in two-byte text, everything after it reads wrongly: this finds the places.

The reading with the likeliest characters is found by dynamic programming over the byte positions: a step either reads
two bytes as a character or leaves one byte out.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from textclean.language.likelihood import costs

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


def has_strange_high_bytes(raw: bytes, codec: str) -> bool:
    """Whether more than one in fifty high bytes of this UTF-16 is none of Chinese text, as after a lost byte."""
    high = raw[1::2] if codec == "utf-16-le" else raw[0::2]
    return 50 * len(high.translate(None, UTF16_HIGH)) > len(high)


def two_byte_surplus(raw: bytes, codec: str) -> list[int]:
    """:func:`surplus` for text in the two-byte codes of ``codec`` and ASCII."""
    cost = costs()
    texts = (raw[at : at + 2].decode(codec, "replace") for at in range(len(raw) - 1))
    pairs = [cost[text] if len(text) == 1 else _NONE for text in texts]
    return surplus(pairs, [cost[chr(byte)] if byte < 0x80 else 0.0 for byte in raw])


def utf16_surplus(raw: bytes, codec: str) -> list[int]:
    """:func:`surplus` for UTF-16 in the byte order of ``codec``."""
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
