"""By which keys paragraphs are found, and which of those found are worth verifying."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.index import postings
from textclean.index.model import Earlier, Paragraphs, Parameters
from textclean.index.rows import Rows
from textclean.minhash.twins import CONTAINED, EXACT, NEAR

_FEW_PRINTS: Final = 40
_HALF_OF_SHARE: Final = 0.4
_BY_CHANCE: Final = 1 / 256
"""How often the low bytes of two minima are the same when the minima are not."""

_KEY, _NARROW, _WIDE, _PRINT = 0, 1 << 10, 2 << 10, 3 << 10
"""Kinds of keys; those of bands have the number of the band added."""


class Keys(NamedTuple):
    """Keys by which paragraphs are found: the key (uint64), the row (int64), and what an entry there may be (uint8)."""

    key: NDArray[np.uint64]
    row: NDArray[np.int64]
    kind: NDArray[np.uint8]


KINDS: Final = (EXACT, NEAR, CONTAINED)


def keys_of(paragraphs: Paragraphs, rows: NDArray[np.int64], parameters: Parameters, *, stored: bool = False) -> Keys:
    """The keys of ``rows``: of the text, of each band, of each fingerprint (those that are ``stored``: not all)."""
    made = paragraphs.sketches
    keys = [postings.key_of(_KEY, paragraphs.key[rows, 0])]
    owners = [rows]
    rows_with_grams = rows[paragraphs.length[rows] >= parameters.n]
    row = made.signatures.row[rows_with_grams]
    long = rows_with_grams[row >= 0]
    for signature, members, kind in (
        (made.signatures.narrow[rows_with_grams], rows_with_grams, _NARROW),
        (made.signatures.wide[row[row >= 0]], long, _WIDE),
    ):
        for band in range(parameters.bands):
            columns = signature[:, band * parameters.rows : (band + 1) * parameters.rows]
            keys.append(postings.key_of(kind + band, _mixed(columns)))
            owners.append(members)
    near = sum(map(len, owners)) - len(rows)
    pieces = 0
    if parameters.pieces:
        prints, owner = _prints(paragraphs, rows_with_grams, few=stored)
        keys.append(postings.key_of(_PRINT, prints))
        owners.append(owner)
        pieces = len(prints)
    kinds = np.repeat(np.array(KINDS, np.uint8), [len(rows), near, pieces])
    return Keys(np.concatenate(keys), np.concatenate(owners), kinds)


def _mixed(columns: NDArray[Any]) -> NDArray[np.uint64]:
    """One 64-bit value a row of minima."""
    value = np.zeros(len(columns), np.uint64)
    for slot in range(columns.shape[1]):
        value = (value ^ (value >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) + columns[:, slot]
    return value


def _prints(
    paragraphs: Paragraphs, rows: NDArray[np.int64], *, few: bool
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Fingerprints of ``rows`` and the rows they are of; with ``few`` of each row those of the smallest hashes.

    A piece asks for all of its own, so it does not matter to it which ones its container has stored.
    """
    made = paragraphs.sketches
    size = made.offsets[rows + 1] - made.offsets[rows]
    within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    prints, owner = made.prints[np.repeat(made.offsets[rows], size) + within], np.repeat(rows, size)
    if not few:
        return prints, owner
    order = np.lexsort((postings.key_of(_PRINT, prints), owner))
    chosen = order[within < np.repeat(_prints_stored(size), size)]
    return prints[chosen], owner[chosen]


def _prints_stored(prints: NDArray[Any]) -> NDArray[np.int64]:
    """Of how many fingerprints of a paragraph postings are stored."""
    stored: NDArray[np.int64] = np.minimum(prints, np.maximum(prints // 2, _FEW_PRINTS)).astype(np.int64)
    return stored


class Known(NamedTuple):
    """Entries with what is stored of them."""

    number: NDArray[np.int64]
    ids: list[str]
    owner: list[int]
    rows: Rows

    def name(self, entry: int) -> str:
        return f"{self.ids[self.owner[entry]]}#{self.rows.line[entry]}"


_Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Entries, rows and estimates of pairs."""


def promising(
    paragraphs: Paragraphs,
    number: NDArray[np.int64],
    row: NDArray[np.int64],
    kind: NDArray[np.uint8],
    share: float | None,
) -> NDArray[np.bool_]:
    """Which pairs are worth reading what is stored: all but pieces with too few fingerprints in any container."""
    worth: NDArray[np.bool_] = kind != CONTAINED
    if share is not None:
        piece = np.flatnonzero(~worth)
        _, place, hits = np.unique(
            number[piece] * len(paragraphs.length) + row[piece], return_inverse=True, return_counts=True
        )
        own = paragraphs.sketches.offsets[row[piece] + 1] - paragraphs.sketches.offsets[row[piece]]
        worth[piece] = (
            hits[place] >= _HALF_OF_SHARE * share * own * 0.5
        )  # containers have at least half of theirs stored
    return worth


def likely(
    known: Known,
    paragraphs: Paragraphs,
    entry: NDArray[np.int64],
    row: NDArray[np.int64],
    kind: NDArray[np.uint8],
    threshold: float,
    share: float | None,
) -> Earlier:
    """Of pairs that have a key of a ``kind`` in common, those whose estimate is good enough to be verified.

    ``share`` is the part of its fingerprints that a piece has in common with its container as a rule
    (:func:`textclean.minhash.contained.intact`); None: containers are not looked for.
    """
    found = [
        _exact(known, paragraphs, entry[kind == EXACT], row[kind == EXACT]),
        _near(known, paragraphs, entry[kind == NEAR], row[kind == NEAR], threshold),
    ]
    if share is not None:
        found.append(_contained(known, paragraphs, entry[kind == CONTAINED], row[kind == CONTAINED], share))
    used, place = np.unique(np.concatenate([part[0] for part in found]), return_inverse=True)
    return Earlier(
        known.number[used],
        [known.name(at) for at in used.tolist()],
        known.rows.length[used].astype(np.int64),
        known.rows.key[used],
        place.astype(np.int64),
        np.concatenate([part[1] for part in found]),
        np.repeat(np.array(KINDS[: len(found)], np.uint8), [len(part[0]) for part in found]),
        np.concatenate([part[2] for part in found]),
    )


def _exact(known: Known, paragraphs: Paragraphs, entry: NDArray[np.int64], row: NDArray[np.int64]) -> _Found:
    same = (known.rows.key[entry] == paragraphs.key[row]).all(axis=1)
    return entry[same], row[same], np.ones(int(same.sum()))


def _near(
    known: Known, paragraphs: Paragraphs, entry: NDArray[np.int64], row: NDArray[np.int64], threshold: float
) -> _Found:
    """Pairs whose estimate lies at most four standard errors below the threshold."""
    made = paragraphs.sketches.signatures
    entry, row, _ = _counted(entry, row, len(paragraphs.length))
    estimate = _agreement(known.rows.narrow, entry, made.narrow, row)
    a, b = known.rows.row[entry], made.row[row]
    both = ((a >= 0) & (b >= 0)).nonzero()[0]
    estimate[both] = _agreement(known.rows.wide, a[both], made.wide, b[both])
    floor = threshold - 4 * (threshold * (1 - threshold) / made.narrow.shape[1]) ** 0.5
    enough = estimate >= floor
    return entry[enough], row[enough], estimate[enough]


def _agreement(
    stored: NDArray[np.uint8], left: NDArray[np.int64], minima: NDArray[Any], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Estimated Jaccard similarities of pairs from the low bytes of their minima."""
    out = np.empty(len(left), np.float64)
    for lo in range(0, len(left), 1 << 16):
        part = slice(lo, lo + (1 << 16))
        own = minima[right[part]].astype(np.uint8)
        out[part] = np.count_nonzero(stored[left[part]] == own, axis=1) / stored.shape[1]
    return np.clip((out - _BY_CHANCE) / (1 - _BY_CHANCE), 0.0, 1.0)


def _contained(
    known: Known, paragraphs: Paragraphs, entry: NDArray[np.int64], row: NDArray[np.int64], share: float
) -> _Found:
    """Pairs of an entry at least as long as the row that has enough of its fingerprints.

    Not quite half of the ``share`` will do, as among the paragraphs of one run.
    """
    entry, row, hits = _counted(entry, row, len(paragraphs.length))
    prints = known.rows.prints[entry].astype(np.int64)
    own = paragraphs.sketches.offsets[row + 1] - paragraphs.sketches.offsets[row]
    expected = own * (_prints_stored(prints) / np.maximum(prints, 1))
    estimate = np.minimum(hits / np.maximum(expected, 1e-9), 1.0)
    enough = (estimate >= _HALF_OF_SHARE * share) & (known.rows.length[entry] >= paragraphs.length[row])
    return entry[enough], row[enough], estimate[enough]


def _counted(
    entry: NDArray[np.int64], row: NDArray[np.int64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Each pair once, and how often it stood there."""
    pair, hits = np.unique(entry * max(rows, 1) + row, return_counts=True)
    entry, row = np.divmod(pair, max(rows, 1))
    return entry, row, hits
