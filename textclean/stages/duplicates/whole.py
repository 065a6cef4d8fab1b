"""A paragraph in which pieces are looked for: maybe thousands of them, in one of a million characters."""

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.minhash.codes import encode
from textclean.minhash.mixing import splitmix64
from textclean.stages.duplicates.credits import without_credits
from textclean.stages.duplicates.plain import plain_numbers

LOOK: Final = 8
"""Characters of a piece's head and tail by which it is found."""
_LONG, _OFTEN = 4096, 4
"""Characters and questions from which an index is worth making; below them a search is as quick."""
_PLACES: Final = 64
"""Places of a head that are tried one by one; a text that repeats it more often is searched from there on."""


def statement(text: str) -> str:
    """What a folded text states: without credits, numbers in one form."""
    return plain_numbers(without_credits(text))


class _Grams(NamedTuple):
    """The hashes of all grams of :data:`LOOK` characters, sorted, and where each stands; equal ones in text order."""

    hashes: NDArray[np.uint64]
    places: NDArray[np.int64]


class Whole:
    """A text that is asked for pieces again and again. An answer takes time in proportion to the piece."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._asked = 0

    def find(self, piece: str) -> int:
        """The first place of a piece; -1 if there is none."""
        grams = self._grams_for(piece)
        if grams is None:
            return self.text.find(piece)
        low, high = _range(grams, piece[:LOOK])
        for at in grams.places[low : min(high, low + _PLACES)].tolist():
            if self.text.startswith(piece, at):
                return int(at)
        return self.text.find(piece, int(grams.places[low + _PLACES])) if high > low + _PLACES else -1

    def rfind(self, tail: str) -> int:
        """The last place of a ``tail`` of up to :data:`LOOK` characters; -1 if there is none."""
        grams = self._grams_for(tail)
        if grams is None:
            return self.text.rfind(tail)
        low, high = _range(grams, tail)
        return next((at for at in map(int, grams.places[low:high][::-1]) if self.text.startswith(tail, at)), -1)

    @cached_property
    def statement(self) -> str:
        """What it states."""
        return statement(self.text)

    def _grams_for(self, piece: str) -> _Grams | None:
        if len(piece) < LOOK or len(self.text) < _LONG:
            return None
        self._asked += 1
        return self._grams if self._asked > _OFTEN else None

    @cached_property
    def _grams(self) -> _Grams:
        hashes = _hashes(self.text)
        places = np.argsort(hashes, kind="stable")
        return _Grams(hashes[places], places)


def _hashes(text: str) -> NDArray[np.uint64]:
    """A hash of each gram of :data:`LOOK` characters; equal grams have equal ones."""
    codes = encode([text]).codes.astype(np.uint64)
    count = len(codes) - LOOK + 1
    hashes = np.zeros(count, np.uint64)
    for i in range(LOOK):
        hashes = splitmix64(hashes + codes[i : i + count])
    return hashes


def _range(grams: _Grams, piece: str) -> tuple[int, int]:
    """Where the places of a piece of :data:`LOOK` characters begin and end in the index."""
    (value,) = _hashes(piece)
    return int(np.searchsorted(grams.hashes, value)), int(np.searchsorted(grams.hashes, value, side="right"))
