"""Counts of character sequences, and what they say about text.

The counts come from segmented news and from the words of :mod:`textclean.language.words` (a word counts as often as
it would stand in two million words); see ``data/LICENSES.md``. Characters are folded to a number below 8,192: digits
to one class, Latin letters to one class, Traditional to Simplified, half-width punctuation to full width.

A sequence's probability is the product of its characters', each given up to three characters before it, smoothed after
Witten and Bell (1991): P(c|h) = (n(hc) + κ·k(h)·P(c|h′)) / (n(h·) + κ·k(h)), where h′ is h without its first character,
n(h·) counts what follows h and k(h) how many different characters do.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language.resources import read_arrays
from textclean.language.script import simplified_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 13
ORDER = 4
OTHER, EDGE, DIGIT, LETTER = 0, 1, 2, 3
"""Numbers of characters without one, of the edge of a paragraph, of digits and of letters."""
FIRST = 4
"""The first number of a character of its own."""

_SMOOTHING = (0.0, 0.0, 2.0, 3.0, 8.0)
"""κ by length; of several tried, these gave the lowest perplexity on held-out news (59) and the best joins."""
_FEW = 64
"""Keys below this number are looked up in the order they come in: sorting them costs more than it saves."""
_HALF_WIDTH = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}


class Counts(NamedTuple):
    """Sequences of one length: their keys, ascending, and a figure of each."""

    keys: "NDArray[Any]"
    counts: "NDArray[Any]"

    def find(self, keys: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
        """The places of ``keys`` (uint64), and which of them are there."""
        import numpy as np

        at: NDArray[Any]
        if keys.size < _FEW:
            at = self.keys.searchsorted(keys)
        else:
            flat = keys.ravel()
            order = np.argsort(flat)  # neighbours in the table are looked up together: several times as fast
            at = np.empty(len(flat), np.int64)
            at[order] = self.keys.searchsorted(flat[order])
            at = at.reshape(keys.shape)
        at[at == len(self.keys)] = 0
        return at, self.keys.take(at) == keys

    def __call__(self, keys: "NDArray[Any]") -> "NDArray[Any]":
        """The figures of ``keys`` (uint64), 0 where unseen; of the same shape."""
        import numpy as np

        at, there = self.find(keys)
        return np.where(there, self.counts[at], np.float32(0))


class Successors(NamedTuple):
    """What follows each sequence of a table of :class:`Counts`, in the same order."""

    amount: "NDArray[Any]"
    """How often anything does: float32."""
    kinds: "NDArray[Any]"
    """How many different characters do: float32."""


@cache
def numbers() -> "NDArray[Any]":
    """Code unit → number: uint16 of shape (65536,)."""
    return number_table(read_arrays("attraction.npz")["chars"])


def number_table(chars: "NDArray[Any]") -> "NDArray[Any]":
    """The table of :func:`numbers` for the characters ``chars`` (uint16), which get the numbers from FIRST on."""
    import numpy as np

    table = np.zeros(65536, np.uint16)
    table[chars] = np.arange(FIRST, FIRST + len(chars), dtype=np.uint16)
    for code, simple in simplified_table().items():
        if code < 65536 and simple < 65536:
            table[code] = table[simple]
    for half, full in _HALF_WIDTH.items():
        table[ord(half)] = table[ord(full)]
    table[ord("\n")] = EDGE
    for first, last, number in (("0", "9", DIGIT), ("A", "Z", LETTER), ("a", "z", LETTER)):
        table[ord(first) : ord(last) + 1] = number
        table[ord(first) + 0xFEE0 : ord(last) + 0xFEE1] = number
    return table


def code_units(text: str) -> "NDArray[Any]":
    """The code points of ``text`` as uint16, 0 for those above the Basic Multilingual Plane."""
    import numpy as np

    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(units) == len(text):
        return units
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.where(points < 65536, points, 0).astype(np.uint16)


def fold_runs(folded: "NDArray[Any]") -> "NDArray[Any]":
    """Without the repeats in runs of digits and of letters, which read as one."""
    import numpy as np

    if len(folded) < 2:
        return folded
    again = np.zeros(len(folded), bool)
    again[1:] = (folded[1:] == folded[:-1]) & ((folded[1:] == DIGIT) | (folded[1:] == LETTER))
    return folded[~again]


@cache
def counts() -> tuple[Counts, ...]:
    """The tables of sequences of 1 to 4 characters, by length; the first entry is empty."""
    import numpy as np

    arrays = read_arrays("ngrams.npz")
    nothing = Counts(np.zeros(1, np.uint64), np.zeros(1, np.float32))
    return (
        nothing,
        *(Counts(unpack_keys(arrays[f"keys{n}"]), _amount(arrays[f"level{n}"])) for n in range(1, ORDER + 1)),
    )


def pack_keys(keys: "NDArray[Any]") -> "NDArray[Any]":
    """Ascending uint64 keys as byte planes of their differences, which compress well: uint8 of shape (8, n)."""
    import numpy as np

    steps = np.diff(keys, prepend=np.uint64(0))
    return np.ascontiguousarray(steps.astype("<u8").view(np.uint8).reshape(-1, 8).T)


def unpack_keys(planes: "NDArray[Any]") -> "NDArray[Any]":
    """What :func:`pack_keys` packed."""
    import numpy as np

    steps = np.ascontiguousarray(planes.T).view("<u8").ravel()
    return np.cumsum(steps, dtype=np.uint64)


def _amount(levels: "NDArray[Any]") -> "NDArray[Any]":
    """Counts from their levels: 6 · log₂(4 · count) + 1 as uint8."""
    import numpy as np

    amounts: NDArray[Any] = (np.exp2((np.arange(256) - 1) / 6) / 4).astype(np.float32)[levels]
    return amounts


@cache
def total() -> float:
    """The sum of the counts of single characters."""
    return float(counts()[1].counts.sum())


@cache
def successors() -> tuple[Successors, ...]:
    """By length of the sequence that is followed: 1 to 3; the first entry is empty."""
    import numpy as np

    tables = counts()
    nothing = np.zeros(0, np.float32)
    out = [Successors(nothing, nothing)]
    for n in range(1, ORDER):
        histories = tables[n + 1].keys >> np.uint64(BITS)
        starts = np.flatnonzero(np.diff(histories, prepend=np.uint64(1 << 63)))
        at, there = tables[n].find(histories[starts])
        amount, kinds = np.zeros(len(tables[n].keys), np.float32), np.zeros(len(tables[n].keys), np.float32)
        amount[at[there]] = np.add.reduceat(tables[n + 1].counts, starts)[there]
        kinds[at[there]] = np.diff(starts, append=len(histories))[there]
        out.append(Successors(amount, kinds))
    return tuple(out)


def log_probabilities(folded: "NDArray[Any]", order: int = ORDER) -> "NDArray[Any]":
    """Natural logarithm of each character's probability given those before it.

    Args:
        folded: numbers of characters (see :func:`numbers`), of shape (rows, length) or (length,).
        order: the longest sequence looked at.

    Returns:
        float32 of the same shape.
    """
    import numpy as np

    rows = np.atleast_2d(folded).astype(np.uint64)
    tables, after, bits = counts(), successors(), np.uint64(BITS)
    at, there = tables[1].find(rows)
    probability = (tables[1].counts.take(at) * there + 0.1) / total()
    keys = rows
    for n in range(2, min(order, rows.shape[1]) + 1):
        at, there = at[:, :-1], there[:, :-1]
        amount = after[n - 1].amount.take(at) * there
        backed = _SMOOTHING[n] * (after[n - 1].kinds.take(at) * there) + 1e-3
        keys = (keys[:, :-1] << bits) | rows[:, n - 1 :]
        at, there = tables[n].find(keys)
        seen = tables[n].counts.take(at) * there
        shorter = probability[:, n - 1 :]
        shorter[:] = (seen + backed * shorter) / (amount + backed)
    logs: NDArray[Any] = np.log(probability).reshape(np.shape(folded))
    return logs


_ATTRACTION = 1.5
"""Nats of pointwise mutual information from which two characters attract each other."""
_SLOTS = 1 << 23


def attracted_pairs() -> "NDArray[Any]":
    """The keys of the pairs that attract each other, ascending: uint64. They have a data file, which is read sooner."""
    import numpy as np

    alone, pairs = counts()[1:3]
    single = np.ones(1 << BITS, np.float32)
    single[alone.keys] = alone.counts
    keys = pairs.keys
    expected = single[keys >> np.uint64(BITS)] * single[keys & np.uint64((1 << BITS) - 1)] / total()
    kept: NDArray[Any] = keys[pairs.counts > expected * np.exp(_ATTRACTION)]
    return kept


@cache
def _attracted() -> "tuple[list[int], bytes, NDArray[Any]]":
    """Numbers by code unit; a bit for each residue of the keys of the pairs that attract each other; those keys."""
    import numpy as np

    keys = unpack_keys(read_arrays("attraction.npz")["keys"]).astype(np.int64)
    slots = np.zeros(_SLOTS, bool)
    slots[keys % (_SLOTS - 1)] = True
    return numbers().tolist(), np.packbits(slots, bitorder="little").tobytes(), keys


def attract(first: str, second: str) -> bool:
    """Whether two characters follow each other far more often than by chance: hundreds of times as fast as a gain.

    Source: pointwise mutual information, Church and Hanks (1990).
    """
    table, slots, keys = _attracted()
    one, two = ord(first), ord(second)
    if one > 0xFFFF or two > 0xFFFF:
        return False
    key = table[one] << BITS | table[two]
    slot = key % (_SLOTS - 1)
    if not slots[slot >> 3] >> (slot & 7) & 1:
        return False
    at = int(keys.searchsorted(key))
    return at < len(keys) and int(keys[at]) == key
