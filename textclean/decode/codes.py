"""The two-byte encodings of Chinese, read by tables: where the bad bytes are is told on the way.

The tables are made of what Python's codecs read, so the same is read here, in half the time. The extension does it
where it was built, elsewhere the plain functions below, which give the same.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from textclean.language.expressions import lazy
from textclean.language.likelihood import built, cost_table, plain_cost

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOREIGN_LETTERS = "\u0370-\u03ff\u0400-\u04ff\u3040-\u312f\ue000-\uf8ff"
"""Letters that Big5 text read as GB18030 is full of, and the other way round, and Chinese news has next to none of."""

_GB_2022 = dict(
    zip(
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
        "\ue816\ue817\ue818\ue81e\ue826\ue82b\ue82c\ue831\ue832\ue83b\ue843\ue854\ue855\ue864",
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f"
        "\U00020087\U00020089\U000200cc\u9fb4\u9fb5\u9fb6\u9fb7\U000215d7\u9fb8\U0002298f\u9fb9\u9fba\U000241fe\u9fbb",
        strict=True,
    )
) | {"\ue5e5": "\u3000"}  # 0xA3A0: a blank to browsers (WHATWG, Encoding) and ICU from 74 on
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

MEANT = {"gb18030": _GB_2022, "big5hkscs": _WINDOWS_SIGNS}
"""By codec: what it reads → what is meant."""

_BOXES = "／＼╭╮╰╯═╞╪╡卅"
"""What the codes that HKSCS has twice read, but for 十."""

TWO_BYTES = frozenset({"gb18030", "big5hkscs", "cp950"})
BIG5 = frozenset({"big5hkscs", "cp950"})

FOREIGN, SPECIAL, OTHER, TWICE, UTF8_SIGNS, LETTER = 1 << 24, 1 << 25, 1 << 26, 1 << 27, 1 << 28, 1 << 29
"""Flags. Of codes: a foreign letter; a sign at which a text is looked at more closely; another character is meant; the
codec writes its character as another code; the second byte is a Latin letter, and the first one of an everyday
character's, so that it may be what is left of one before a letter. Of bytes: somewhere stand those of
:data:`_UTF8_SIGNS`."""
_UTF8_SIGNS = ("，".encode(), "。".encode())
"""The comma and the full stop of UTF-8, rare or impossible in GB18030 and Big5."""
_EVERYDAY, _LETTERS = range(0xA1, 0xFF), (*range(0x41, 0x5B), *range(0x61, 0x7B))
WITH_LETTER = "".join(
    char
    for char in bytes(byte for lead in _EVERYDAY for letter in _LETTERS for byte in (lead, letter)).decode("gb18030")
    if char not in _GB_2022
)
"""Characters of GBK whose codes have :data:`LETTER`."""
_SIGNS = {
    "gb18030": {FOREIGN | SPECIAL: FOREIGN_LETTERS, OTHER: "".join(_GB_2022), LETTER: WITH_LETTER},
    "big5hkscs": {
        FOREIGN | SPECIAL: FOREIGN_LETTERS,
        OTHER | SPECIAL: "".join(_WINDOWS_SIGNS),
        SPECIAL: _BOXES,
    },
    "cp950": {FOREIGN: FOREIGN_LETTERS},
}
_PAIR = 1 << 31
_TWOS, _FOURS = 1 << 15, 39_420
"""Entries of the tables."""

_BAD = lazy("[\udc80-\udcff]+")
_ALONE = "(?<=[^\\0-\\x7f].)(?=[^\\0-\\x7f])"
_BAD_OR_ALONE = lazy(f"[\udc80-\udcff]+|[@-~]{_ALONE}")
_ODD = {
    "gb18030": lazy(f"[{FOREIGN_LETTERS}{WITH_LETTER}]"),
    "big5hkscs": lazy(f"[@-~{''.join(_WINDOWS_SIGNS)}{FOREIGN_LETTERS}{_BOXES}](?:(?<=[^\\0-\\x7f])|{_ALONE})"),
}
"""By codec: without what nothing has a flag but perhaps :data:`TEN_AGAIN`. One class leads each: that is fast."""
TEN_AGAIN = b"\xa2\xcc"
"""In HKSCS a second code of 十."""


class Codes(NamedTuple):
    """What the codes of an encoding read, a native 32-bit number each.

    The low 21 bits are the character, flags stand above; or there are two characters of 11 and 10 bits, and bit 31.
    0 is no code.

    Attributes:
        two: 32,768 entries: codes of two bytes, of which the low 15 bits are the place.
        four: 39,420 entries: codes of four bytes for the basic plane, in order; empty where there are none.
    """

    two: bytes
    four: bytes


_NO_CODES = Codes(b"", b"")


@cache
def codes_of(codec: str) -> Codes:
    """The tables of one of :data:`TWO_BYTES`."""
    import numpy as np

    lead, trail = np.meshgrid(np.arange(0x80, 0x100), np.arange(0x40, 0x100), indexing="ij")
    two = _entries(codec, np.stack((lead, trail), -1).reshape(-1, 2), ((lead & 0x7F) << 8 | trail).ravel(), _TWOS)
    if codec != "gb18030":
        return Codes(two, b"")
    places = np.arange(_FOURS)
    four = (0x81 + places // 12600, 0x30 + places // 1260 % 10, 0x81 + places // 10 % 126, 0x30 + places % 10)
    return Codes(two, _entries(codec, np.stack(four, -1), places, _FOURS))


def _entries(codec: str, codes: "NDArray[np.int64]", places: "NDArray[np.int64]", size: int) -> bytes:
    """The entries of ``codes``, a row each, at ``places``."""
    import numpy as np

    lines = np.pad(codes, ((0, 0), (0, 1)), constant_values=10).astype(np.uint8)  # no code takes a line feed in
    read = np.frombuffer(lines.tobytes().decode(codec, "replace").encode("utf-32-le"), "<u4").astype(np.uint32)
    ends = np.flatnonzero(read == 10)
    starts = np.r_[0, ends[:-1] + 1]
    first, lengths = read[starts], ends - starts
    single = np.flatnonzero((lengths == 1) & ((first != 0xFFFD) | (codes.shape[1] == 4)))
    pair = np.flatnonzero((lengths == 2) & (first != 0xFFFD))
    entries = first[single]
    text = entries.astype("<u4").tobytes().decode("utf-32-le")
    if codec in BIG5:  # GB 18030 has one code for each character
        again = np.frombuffer(text.encode(codec), np.uint8).reshape(-1, 2)
        entries |= (again != codes[single]).any(1) * np.uint32(TWICE)
    for flags, signs in _SIGNS[codec].items():
        entries[[hit.start() for hit in re.finditer(f"[{signs}]", text)]] |= np.uint32(flags)
    table = np.zeros(size, np.uint32)
    table[places[single]] = entries
    table[places[pair]] = first[pair] | read[starts[pair] + 1] << 11 | np.uint32(_PAIR)
    return table.tobytes()


Transcript = tuple[str, list[tuple[int, int, int]], int]
"""A text in which every bad byte reads U+FFFD; places; and the flags of all codes that were read, and of the bytes.

Places are where the bad bytes are, neighbours together: character, byte, number of bytes. In Big5 also each ASCII
character from ``@`` to ``~`` that is alone among others: perhaps what is left of a code whose first byte was taken
for another's."""


def transcribe(raw: bytes, codec: str) -> Transcript:
    """``raw`` in UTF-8 or one of :data:`TWO_BYTES`, before anything is made of what is bad or odd."""
    if built is None:
        return plain_transcribe(raw, codec)
    two, four = _NO_CODES if codec == "utf-8" else codes_of(codec)
    found: Transcript = built.transcribe(raw, two, four, codec in BIG5)
    return found


def plain_transcribe(raw: bytes, codec: str) -> Transcript:
    """What :func:`transcribe` gives, by Python's codec."""
    places: list[tuple[int, int, int]] = []
    flags = _flags_of_bytes(raw) if codec in TWO_BYTES else 0
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        text = raw.decode(codec, "surrogateescape")
    else:
        odd = _ODD.get(codec)
        if odd is not None and not odd.search(text) and (codec not in BIG5 or TEN_AGAIN not in raw):
            return text, places, flags
    at = byte = 0
    for run in (_BAD_OR_ALONE if codec in BIG5 else _BAD).finditer(text):
        before = text[at : run.start()].encode(codec)
        flags |= 0 if raw.startswith(before, byte) else TWICE
        byte += len(before)
        size = len(run[0])
        places.append((run.start(), byte, size))
        at = run.end()
        byte += size
    flags |= 0 if raw[byte:] == text[at:].encode(codec) else TWICE
    return _BAD.sub(lambda run: "\ufffd" * len(run[0]), text), places, flags | _flags_of(text, codec)


def _flags_of_bytes(raw: bytes) -> int:
    return UTF8_SIGNS if any(sign in raw for sign in _UTF8_SIGNS) else 0


def _flags_of(text: str, codec: str) -> int:
    """The flags of all characters that ``codec`` reads."""
    found = 0
    for flags, signs in _SIGNS.get(codec, {}).items():
        found |= flags if re.search(f"[{signs}]", text) else 0
    return found


Weight = tuple[int, int, int, int, int]
"""What the characters of a piece cost (see :func:`~textclean.language.likelihood.cost_table`): all; those that are not
ASCII; how many these are; how many of them are U+FFFD; and whether one more, at the end, was left out, as if the piece
ended in mid-character."""


def weigh(raw: bytes, start: int, stop: int, codec: str) -> Weight:
    """The weight of ``raw[start:stop]`` in UTF-8 or one of :data:`TWO_BYTES`."""
    if built is None:
        return plain_weigh(raw, start, stop, codec)
    two, four = _NO_CODES if codec == "utf-8" else codes_of(codec)
    weight: Weight = built.weigh(raw, start, stop, two, four, cost_table())
    return weight


_ASCII = lazy("[\0-\x7f]+")


def plain_weigh(raw: bytes, start: int, stop: int, codec: str) -> Weight:
    """What :func:`weigh` gives, by Python's codec."""
    text = raw[start:stop].decode(codec, "replace")
    whole = text.removesuffix("\ufffd")
    telling = _ASCII.sub("", whole)
    wide_cost = plain_cost(telling)
    total = wide_cost + plain_cost("".join(_ASCII.findall(whole)))
    return total, wide_cost, len(telling), telling.count("\ufffd"), int(text != whole)
