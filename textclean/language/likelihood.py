"""How likely characters are in Chinese text: the evidence that detection and repair weigh."""

from functools import cache

from textclean.language.expressions import lazy

_ASCII = lazy("[\0-\x7f]+")


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
