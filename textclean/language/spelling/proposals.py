"""Corrections that are worth scoring: look-alikes where a pair of neighbours was hardly ever seen, and long words."""

from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.language import ngrams
from textclean.language.ngrams import BITS, DIGIT, EDGE, LETTER
from textclean.language.spelling.tables import ASCII, SIZE, WILD_SHARE, Tables, are_in, tables, word_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

AROUND = 4
"""Characters on each side that the word model looks at; as many edges stand around a folded text."""


class Proposals(NamedTuple):
    """Corrections, one a row, in the order of the text and of the intended characters."""

    at: "NDArray[Any]"
    """Where, in the folded text."""
    intended: "NDArray[Any]"
    """The number of the character that may be meant."""
    likeness: "NDArray[Any]"
    """How alike the two look; 0 where the word alone speaks for the correction."""


def fold(text: str) -> "tuple[NDArray[Any], NDArray[Any]]":
    """The numbers of the characters with runs of digits and letters as one, edges around, and each one's offset."""
    import numpy as np

    numbers = ngrams.numbers()[ngrams.code_units(text)]
    keep = np.ones(len(numbers), bool)
    if len(numbers) > 1:
        same = (numbers[1:] == numbers[:-1]) & ((numbers[1:] == DIGIT) | (numbers[1:] == LETTER))
        keep[1:] = ~same
    places = np.flatnonzero(keep)
    edge = np.full(AROUND, EDGE, np.uint16)
    nowhere = np.zeros(AROUND, np.int64)
    return np.concatenate([edge, numbers[places], edge]), np.concatenate([nowhere, places, nowhere])


def propose(text: str, folded: "NDArray[Any]", places: "NDArray[Any]") -> Proposals:
    """Corrections of ``text``, of which :func:`fold` gave the other two."""
    import numpy as np

    t = tables()
    wide = folded.astype(np.uint32)
    pairs = (wide[:-1] << BITS) | wide[1:]
    unseen = ~are_in(t.seen, pairs)
    open_pairs = np.flatnonzero(unseen)
    firsts = open_pairs[are_in(t.first, pairs[open_pairs])]
    seconds = open_pairs[are_in(t.second, pairs[open_pairs])] + 1
    shapes = wide.copy()
    latin = _lone_latin(folded, places, t.han)
    shapes[latin] = [SIZE + ASCII.index(_narrow(text[place])) for place in places[latin].tolist()]
    alike_at = np.unique(np.concatenate([firsts, seconds, latin]))
    both = unseen[1:] & unseen[:-1] & t.han[wide[1:-1]]
    wild_at = np.flatnonzero(both) + 1
    at_a, new_a, likeness_a = _look_alikes(wide, shapes, alike_at, t)
    at_w, new_w = _completions(wide, wild_at, t)
    at_all = np.concatenate([at_a, at_w])
    new_all = np.concatenate([new_a, new_w]).astype(np.uint32)
    likeness = np.concatenate([likeness_a, np.zeros(len(at_w), np.float32)])
    order = np.lexsort((-likeness, new_all, at_all))
    at_all, new_all, likeness = at_all[order], new_all[order], likeness[order]
    first = np.ones(len(at_all), bool)
    first[1:] = (at_all[1:] != at_all[:-1]) | (new_all[1:] != new_all[:-1])
    return Proposals(at_all[first], new_all[first], likeness[first])


def _lone_latin(folded: "NDArray[Any]", places: "NDArray[Any]", han: "NDArray[Any]") -> "NDArray[Any]":
    """Single letters beside a Han character, with no digit on the other side."""
    import numpy as np

    letters = np.flatnonzero(folded == LETTER)
    before, after = folded[letters - 1], folded[letters + 1]
    single = places[letters + 1] - places[letters] <= 1
    lone: NDArray[Any] = letters[single & (han[before] | han[after]) & (before != DIGIT) & (after != DIGIT)]
    return lone


def _narrow(char: str) -> str:
    code = ord(char)
    return chr(code - 0xFEE0) if code > 0xFF00 else char


def _look_alikes(
    wide: "NDArray[Any]", shapes: "NDArray[Any]", at: "NDArray[Any]", t: Tables
) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """For each place the look-alikes that make part of a word with a neighbour: place, number, likeness."""
    import numpy as np

    others = t.alike[shapes[at]]
    left = are_in(t.in_word, (wide[at - 1][:, None] << BITS) | others)
    right = are_in(t.in_word, (others << BITS) | wide[at + 1][:, None])
    row, column = np.nonzero((left | right) & (others > 0))
    return at[row], others[row, column], t.likeness[shapes[at[row]], column]


def _completions(wide: "NDArray[Any]", at: "NDArray[Any]", t: Tables) -> "tuple[NDArray[Any], NDArray[Any]]":
    """For each place the characters that complete a long word there: place, number."""
    import numpy as np

    places, numbers = [at[:0]], [at[:0].astype(np.float32)]
    for length in WILD_SHARE if len(at) else ():
        inside = np.arange(length)
        start = at[:, None] - inside
        good = np.minimum(np.maximum(start, 0), len(wide) - length)
        window = wide[good[..., None] + inside]
        window[:, inside, inside] = 0
        found = t.wild(word_keys(window))
        row, column = np.nonzero((found > 0) & (good == start))
        places.append(at[row])
        numbers.append(found[row, column])
    return np.concatenate(places), np.concatenate(numbers)


def unseen_pairs(text: str) -> "NDArray[Any]":
    """For each character but the last, whether it and the next are a pair of Han characters that was hardly seen."""
    import numpy as np

    wide = ngrams.numbers()[ngrams.code_units(text)].astype(np.uint32)
    t = tables()
    han = t.han[wide]
    unseen: NDArray[Any] = ~are_in(t.seen, (wide[:-1] << BITS) | wide[1:]) & han[:-1] & han[1:]
    return unseen


def telling_pairs(text: str) -> "NDArray[Any]":
    """The keys of the pairs of ``text`` that tell what it is about, one an occurrence: uint32."""
    import numpy as np

    wide = ngrams.numbers()[ngrams.code_units(text)].astype(np.uint32)
    pairs = (wide[:-1] << BITS) | wide[1:]
    telling: NDArray[Any] = pairs[are_in(tables().telling, pairs)]
    return telling
