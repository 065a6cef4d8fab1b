"""Enough of EUC-TW to recognise it: Python has no codec for it, so it is named and refused.

Its first plane holds the characters of Big5 in nearly the same order, so its codes are numbered, shifted and read as
Big5. The shifts are those between CNS 11643 plane 1 and Big5.
"""

from bisect import bisect_right
from functools import cache

_SHIFTS = (
    (0, 0),
    (282, -48),
    (3290, -2819),
    (4702, -2818),
    (5127, -2819),
    (7004, -2820),
    (7391, -2819),
    (7917, -2820),
    (8106, -2819),
    (8191, -2820),
    (8337, -2819),
)
"""From this number of a code on (94 to a row), its number in Big5 (157 to a row) is so much more."""


@cache
def _character(first: int, second: int) -> str:
    number = (first - 0xA1) * 94 + second - 0xA1
    row, column = divmod(number + _SHIFTS[bisect_right(_SHIFTS, number, key=lambda shift: shift[0]) - 1][1], 157)
    return bytes((row + 0xA1, column + (0x40 if column < 63 else 0xA1 - 63))).decode("big5", "replace")[0]


def euc_tw_text(raw: bytes) -> str:
    """``raw`` as EUC-TW, as far as its first plane goes; what is bad or of another plane reads U+FFFD."""
    out: list[str] = []
    at = 0
    while at < len(raw):
        byte = raw[at]
        if byte < 0x80:
            out.append(chr(byte))
            at += 1
        elif byte == 0x8E and at + 3 < len(raw):
            out.append("\ufffd")
            at += 4
        elif 0xA1 <= byte <= 0xFD and at + 1 < len(raw) and 0xA1 <= raw[at + 1] <= 0xFE:
            out.append(_character(byte, raw[at + 1]))
            at += 2
        else:
            out.append("\ufffd")
            at += 1
    return "".join(out)
