"""UTF-8 that was read in another encoding, some bytes of it lost: which stretch of a line it is, and what it says.

The likeliest reading of a line is found by dynamic programming over its characters. Each is either what it seems to be,
or stands for the bytes that the wrong codec made it of; of these UTF-8 is made again, across gaps where bytes are gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

from textclean.decode.codes import MEANT
from textclean.language.likelihood import costs, mean, score, wide

LOST = b""
"""Stands for one byte or more that are gone."""

_ENTER = -12.0
"""Nats that it costs to suppose that a stretch begins: one in a hundred thousand characters does."""
_BROKEN = -9.0
"""What a character costs of which bytes are gone: more than an everyday one, less than a rare one."""
_GAIN = 12.0
"""Nats by which a stretch must be likelier than what it seems to be, all in all."""
_LIKELY = -9.0
"""Mean log-probability above which a text is Chinese."""
_STRAY = -5.0
"""What each byte costs that may remain of a character whose first byte is gone: more than a comma does in text."""
_CONTROLS = range(0x80, 0xA0)
_LEAST = 2
"""Characters beyond ASCII that a stretch must have: one may be chance."""

BYTE_80 = "\udc80"
"""Stands for a sign of loss where nothing but this byte can have been lost."""

WINDOWS_1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""What Windows-1252 has where Latin-1 has control characters."""


class Stretch(NamedTuple):
    """A stretch of UTF-8 read wrongly.

    Attributes:
        start: where it begins.
        end: where it ends.
        rows: what to write, as (start, end, new); what no row covers stays as it is.
        broken: spans of what belongs to characters of which bytes are gone.
    """

    start: int
    end: int
    rows: list[tuple[int, int, str]]
    broken: list[tuple[int, int]]


class Origin(dict[str, tuple[bytes, ...]]):
    """Character → the bytes that a wrong codec may have made it of, none if it made it of no bytes of UTF-8."""

    def __init__(self, codec: str, special: Mapping[str, tuple[bytes, ...]]) -> None:
        super().__init__(special)
        self._codec = codec

    def __missing__(self, char: str) -> tuple[bytes, ...]:
        try:
            raw = char.encode(self._codec)
        except UnicodeEncodeError:
            raw = LOST
        self[char] = found = (raw,) if 0 < len(raw) < 4 else ()
        return found


_SIGNS_OF_LOSS: dict[str, tuple[bytes, ...]] = {"?": (b"?", LOST), "\ufffd": (LOST,)}


@cache
def gbk() -> Origin:
    """How GBK and GB 18030 are read: by Python, by browsers (WHATWG, Encoding), and by Windows (best fit 936)."""
    special: dict[str, tuple[bytes, ...]] = {
        meant: (read.encode("gb18030"),) for read, meant in MEANT["gb18030"].items()
    }
    for first, code, count in ((0xE76C, 0xA2E3, 1), (0xE7C8, 0xA8BF, 1), (0xE7E7, 0xA989, 13)):  # Windows alone
        special |= {chr(first + i): ((code + i).to_bytes(2, "big"),) for i in range(count)}
    special |= {"€": (b"\x80", b"\xa2\xe3"), BYTE_80: (b"\x80", LOST), "\u3000": (b"\xa1\xa1", b"\xa3\xa0")}
    special |= _SIGNS_OF_LOSS
    return Origin("gb18030", special)


@cache
def latin() -> Origin:
    """How Latin-1 and Windows-1252 are read; a blank may have been one that does not break."""
    special: dict[str, tuple[bytes, ...]] = {char: (char.encode("cp1252"),) for char in WINDOWS_1252}
    return Origin("latin-1", special | _SIGNS_OF_LOSS | {" ": (b" ", b"\xa0")})


_Key = tuple[bytes, bool] | None
"""What was read before: None where characters are what they seem to be; else the bytes of an unfinished character,
and whether bytes are gone just before, so that what remains of their character costs little."""
_FRESH = b"", False

_Way = tuple[float, _Key, bytes | None]
"""A score, the state before, and the bytes that the character stands for; None for itself."""


def stretches(text: str, start: int, end: int, origin: Origin) -> Iterator[Stretch]:
    """The stretches of the line ``text[start:end]`` that are clearly likelier as UTF-8 read as ``origin`` tells."""
    ways = _ways(text[start:end], origin)
    path = _path(ways)
    at = start
    for wrong, group in groupby(path, lambda raw: raw is not None):
        raws = list(group)
        if wrong:
            found = _stretch(text, at, [raw for raw in raws if raw is not None])
            if found is not None:
                yield found
        at += len(raws)


def _ways(line: str, origin: Origin) -> list[dict[_Key, _Way]]:
    """By place and by state after it, the best way there."""
    log = costs()
    ways: list[dict[_Key, _Way]] = []
    now: dict[_Key, float] = {None: 0.0}
    for char in line:
        after: dict[_Key, _Way] = {}
        for key, value in now.items():
            value += log[char] + (_BROKEN if key and key[0] else 0.0)
            if None not in after or value > after[None][0]:
                after[None] = value, key, None
        for raw in origin[char]:
            for key, value in now.items():
                new, gain = _step(*(key or _FRESH), raw)
                if new is None:
                    continue
                value += gain if key else gain + _ENTER
                if new not in after or value > after[new][0]:
                    after[new] = value, key, raw
        ways.append(after)
        now = {key: way[0] for key, way in after.items()}
    return ways


def _path(ways: Sequence[dict[_Key, _Way]]) -> list[bytes | None]:
    """What each character stands for on the best way."""
    if not ways:
        return []
    key = max(ways[-1], key=lambda key: ways[-1][key][0] + (_BROKEN if key and key[0] else 0.0))
    found: list[bytes | None] = []
    for way in reversed(ways):
        _, key, raw = way[key]
        found.append(raw)
    return found[::-1]


@cache
def _size(byte: int) -> int:
    """How many bytes the character has that ``byte`` begins; 0 if it begins none."""
    return (
        1 if byte < 0x80 else 0 if byte < 0xC2 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4 if byte < 0xF5 else 0
    )


def _step(pending: bytes, lost: bool, raw: bytes) -> tuple[_Key, float]:
    """The state after the bytes ``raw``, and what the characters that they end are worth; None if they cannot be."""
    if raw == LOST:
        return (b"", True), 0.0 if lost else _BROKEN
    value = 0.0
    for i in range(len(raw)):
        byte = raw[i : i + 1]
        if b"\x80" <= byte < b"\xc0":
            if not pending:
                value += _STRAY if lost else _BROKEN
                lost = True
                continue
            pending += byte
        else:
            value += _BROKEN if pending else 0.0
            pending, lost = byte, False
        size = _size(pending[0])
        if len(pending) < size:
            continue
        char = _decoded(pending) if size else None
        if char is None:
            return None, 0.0
        value += costs()[char]
        pending = b""
    return (pending, lost), value


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


class _Unit(NamedTuple):
    """A character of UTF-8, or what remains of one: "" then; its bytes from ``start`` to ``end``."""

    char: str
    start: int
    end: int


def _units(raw: bytes, gaps: Sequence[int]) -> list[_Unit]:
    """The characters of ``raw``, at whose places ``gaps`` bytes are gone."""
    found: list[_Unit] = []
    at = 0
    for gap in [*gaps, len(raw)]:
        while at < gap:
            size = max(1, _size(raw[at]))
            piece = raw[at : min(at + size, gap)]
            char = _decoded(piece)
            if char is None:
                rest = next((i for i in range(1, len(piece)) if not 0x80 <= piece[i] < 0xC0), len(piece))
                piece = piece[:rest]
            found.append(_Unit(char or "", at, at + len(piece)))
            at += len(piece)
    return found


def _stretch(text: str, at: int, raws: Sequence[bytes]) -> Stretch | None:
    """What ``raws`` say, which the characters from ``at`` on stand for; None if that is not clearly likelier."""
    while raws and len(raws[-1]) == 1 and raws[-1] < b"\x80":
        raws = raws[:-1]
    while raws and len(raws[0]) == 1 and raws[0] < b"\x80":
        raws, at = raws[1:], at + 1
    raw = b"".join(raws)
    bounds = [0]
    for piece in raws:
        bounds.append(bounds[-1] + len(piece))
    gaps = [bound for bound, piece in zip(bounds, raws, strict=False) if piece == LOST]
    units = _units(raw, gaps)
    new = "".join([unit.char for unit in units])
    telling = wide(new)
    old = "".join([text[at + i] for i, piece in enumerate(raws) if piece])
    breaks = sum(not unit.char for unit in units)
    if len(telling) < _LEAST or mean(new) < _LIKELY or score(new) + _BROKEN * breaks < score(old) + _GAIN:
        return None
    return Stretch(at, at + len(raws), *_written(text, at, bounds, units))


def _written(
    text: str, at: int, bounds: Sequence[int], units: Sequence[_Unit]
) -> tuple[list[tuple[int, int, str]], list[tuple[int, int]]]:
    """The rows and the broken spans of a stretch.

    A character whose bytes are all of broken ones stays. One that is half of a broken one cannot: that half reads
    U+FFFD. Nor can a control character, which would be taken for a line break or dropped.
    """
    char_at = [unit.char for unit in units for _ in range(unit.start, unit.end)]
    unit_at = [i for i, unit in enumerate(units) for _ in range(unit.start, unit.end)]
    rows: list[tuple[int, int, str]] = []
    broken: list[tuple[int, int]] = []
    taken = -1
    for i, (start, end) in enumerate(pairwise(bounds)):
        place = at + i
        stays = not any(char_at[start:end])
        if not all(char_at[start:end]) or stays:
            if broken and broken[-1][1] == place:
                broken[-1] = broken[-1][0], place + 1
            else:
                broken.append((place, place + 1))
        if stays and ord(text[place]) not in _CONTROLS:
            continue
        new = ""
        for byte in range(start, end):
            if unit_at[byte] == taken:
                continue
            taken = unit_at[byte]
            new += char_at[byte] or "\ufffd"
        if rows and rows[-1][1] == place:
            rows[-1] = rows[-1][0], place + 1, rows[-1][2] + new
        else:
            rows.append((place, place + 1, new))
    return rows, broken
