"""How likely characters are in Chinese text: the evidence that detection and repair weigh."""

from functools import cache
from itertools import chain, product

from textclean.language.expressions import lazy
from textclean.language.resources import read_words
from textclean.native import extension

_ASCII = lazy("[\0-\x7f]+")

UNITS = 1280
"""Costs are whole: so many to a nat, for then a sum does not depend on its order. It holds tenths and 256ths."""

_ENDS = (
    (0x80, -5.0),
    (0xA0, -20.0),
    (0x2000, -16.0),
    (0x2300, -11.5),
    (0x3000, -16.0),
    (0x3040, -11.5),
    (0x3100, -12.0),
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
)
"""Ends of ranges of code points, each with the log-probability of a character there that the frequencies lack."""

_BEYOND, LAST = -19.0, 0x40000
"""Log-probability of the characters from :data:`LAST` on."""

_CONTROL, _BLANK, _DIGIT, _LETTER = -18.0, -3.5, -4.0, -4.8
"""Log-probabilities in ASCII; the rest are signs."""

SPOKEN = -9.0
"""That of an everyday character of Cantonese, at least: what is written as it is spoken is full of them."""

_SPACE_OF_GBK = 0xE5E5
"""What Python reads for 0xA3A0, an ideographic space of GBK."""

_COMMON = -12.0
"""That of an ideograph of GB 2312 or Big5, the two sets of everyday characters, that the frequencies lack."""


@cache
def cost_table() -> bytes:
    """The negative log-probability in Chinese text of each code point, in :data:`UNITS`.

    Native 16-bit numbers for the code points below 0x40000, and one for all others.
    """
    import numpy as np

    from textclean.language.characters import log_frequencies

    found = np.full(LAST + 1, _BEYOND)
    start = 0
    for end, log in _ENDS:
        found[start:end] = log
        start = end
    found[[*range(0x20), 0x7F]] = _CONTROL
    found[list(b"\t\n\r ")] = _BLANK
    found[list(b"0123456789")] = _DIGIT
    found[[*range(0x41, 0x5B), *range(0x61, 0x7B)]] = _LETTER
    common = np.frombuffer(_common().encode("utf-16-le"), "<u2")
    found[common[(common >= 0x4E00) & (common < 0xA000)]] = _COMMON
    codes, logs = log_frequencies()
    found[codes] = logs
    codes = np.frombuffer(spoken().encode("utf-16-le"), "<u2")
    found[codes] = np.maximum(found[codes], SPOKEN)
    found[_SPACE_OF_GBK] = found[0x3000]
    table: bytes = np.rint(-UNITS * found).astype(np.uint16).tobytes()
    return table


def spoken() -> str:
    """Everyday characters of Cantonese."""
    return "".join(read_words("cantonese.txt")["everyday"])


def _common() -> str:
    """All of GB 2312 and Big5."""
    high = range(0xA1, 0xFF)
    return "".join(
        bytes(chain.from_iterable(product(high, trails, b"\n"))).decode(codec, "ignore")
        for codec, trails in (("gb2312", high), ("big5", [*range(0x40, 0x7F), *high]))
    )


class _Costs(dict[str, int]):
    """The table by character, filled as it is asked."""

    def __missing__(self, char: str) -> int:
        self[char] = cost = memoryview(cost_table()).cast("H")[min(ord(char), LAST)]
        return cost


class _Logs(dict[str, float]):
    def __missing__(self, char: str) -> float:
        self[char] = log = -_costs()[char] / UNITS
        return log


@cache
def _costs() -> dict[str, int]:
    return _Costs()


@cache
def costs() -> dict[str, float]:
    """Character → log-probability in Chinese text, natural logarithm, for every character."""
    return _Logs()


built = extension("codes")
"""The extension; None where it was not built or is not wanted."""


def cost(text: str) -> int:
    """The sum of the costs of the characters of ``text``, by :func:`cost_table`."""
    return plain_cost(text) if built is None else int(built.cost(text, cost_table()))


def plain_cost(text: str) -> int:
    """What :func:`cost` gives, one character after the other."""
    return sum(map(_costs().__getitem__, text))


def score(text: str) -> float:
    """Log-probability of ``text`` in nats, its characters taken as independent."""
    return -cost(text) / UNITS


def wide(text: str) -> str:
    """The non-ASCII characters of ``text``, without a few bad ones."""
    found = _ASCII.sub("", text)
    return found.replace("\ufffd", "", 1 + len(found) // 20)


def mean(text: str) -> float:
    """Mean log-probability of the non-ASCII characters of ``text``, without a few bad ones; 0 where there are none."""
    telling = wide(text)
    return score(telling) / len(telling) if telling else 0.0


def is_chinese(average: float, count: int) -> bool:
    """Whether ``count`` non-ASCII characters of this mean log-probability are Chinese text.

    Of Chinese text less than one sample in two hundred lies below the limit, at any length; other languages read as
    Chinese lie above it only where hardly a character can be told.
    """
    return count > 0 and average > -8.7 - 6.0 / count
