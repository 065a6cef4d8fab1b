"""Paragraphs as the stage sees them: tables that are observed, and what the verdict is found from."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Paragraphs
from textclean.minhash.codes import Codes
from textclean.minhash.signatures import Signatures
from textclean.minhash.sketch import Sketches, sketch, take
from textclean.stage import Document, TextRef, Texts
from textclean.stages.duplicates.folding import fold, keys, split, unpunctuated, without_punctuation
from textclean.stages.duplicates.lines import folded_lines, kinds_of
from textclean.stages.duplicates.sentences import BREAKS, CLOSERS, LONGEST_HEADING, STOPS, ends_a_sentence, is_heading
from textclean.tables import Column, Lists, Observations, Seen

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

HEADING, SENTENCE = 1, 2
_STOP, _CLOSER, _BREAK = 1, 2, 4
_KEY: Final = np.dtype("V16")
_AT_ONCE: Final = 512  # paragraphs that are read and folded together


def observe(docs: Sequence[Document], options: "Duplicates") -> Seen:
    """The tables of :class:`textclean.stages.duplicates.Duplicates`.

    Looking at many documents together saves most of the time, which goes into calls and not into characters.
    """
    lines = folded_lines([doc.text for doc in docs])
    codes = lines.codes
    starts, numbers = lines.start.tolist(), lines.number.tolist()
    places: list[int] = []
    for doc, (lo, hi) in zip(docs, pairwise(lines.bounds), strict=True):
        places += doc.source_lines(starts[lo:hi], numbers[lo:hi])
    flags = _flags(codes)
    heading = flags & HEADING > 0
    document = np.arange(len(docs), dtype=np.int32).repeat(np.diff(lines.bounds))
    row = {
        "id": document,
        "start": lines.start.astype(np.int32),
        "end": lines.end.astype(np.int32),
        "line": np.array(places, np.int32),
        "length": codes.lengths.astype(np.int32),
        "heading": heading & (options.headings == "keep"),
        "key": keys(codes).view(_KEY)[:, 0],
    }
    long = codes.lengths >= options.min_chars
    short = np.flatnonzero(~long & (flags & SENTENCE > 0) & ~heading)
    before, after = np.full((2, len(starts)), -1, np.int32)
    beside = document[1:] == document[:-1]
    before[1:][beside] = row["start"][:-1][beside]
    after[:-1][beside] = row["start"][1:][beside]
    some = [name for name in row if name not in ("length", "heading")]
    chosen = np.flatnonzero(long)
    return Seen(
        tuple(doc.id for doc in docs),
        {
            "paragraphs": {name: column[chosen] for name, column in row.items()},
            **_sketched(codes, row, options),
            "short_sentences": {
                **{name: row[name][short] for name in some},
                "before": before[short],
                "after": after[short],
            },
        },
    )


def _sketched(codes: Codes, row: dict[str, NDArray[Any]], options: "Duplicates") -> dict[str, dict[str, Column]]:
    """The sketches of what is compared for more than equality."""
    measured = without_punctuation(codes)
    is_compared = (codes.lengths >= options.min_chars) & (measured.lengths >= options.n) & ~row["heading"]
    compared = is_compared.nonzero()[0]
    made = sketch(measured, options.n, options.slots, pieces=options.containment is not None)
    prints = Lists(made.prints, made.offsets)
    narrow = made.signatures.narrow
    if len(compared) < len(codes.lengths):
        prints, narrow = prints.chosen(is_compared), narrow[compared]
    long = compared[made.signatures.row[compared] >= 0]
    wide = made.signatures.wide[made.signatures.row[long]]
    return {
        "sketches": {
            "id": row["id"][compared],
            "start": row["start"][compared],
            "minima": _rows_of(narrow),
            "prints": prints,
        },
        "wide_sketches": {"id": row["id"][long], "start": row["start"][long], "minima": _rows_of(wide)},
    }


def _rows_of(minima: NDArray[Any]) -> Lists:
    count, slots = minima.shape
    return Lists(minima.ravel(), np.arange(count + 1) * slots)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Which code points of the basic plane are stops, closers and breaks."""
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, characters in ((_STOP, STOPS), (_CLOSER, CLOSERS), (_BREAK, BREAKS)):
        kinds[[*map(ord, characters)]] |= np.uint8(kind)
    return kinds


def _flags(codes: Codes) -> NDArray[np.uint8]:
    """Which folded texts may be headings and which end a sentence; of most, characters and lengths tell."""
    last, within = kinds_of(codes, _kinds(), LONGEST_HEADING)
    stops = within & _STOP
    flags = ((last & _STOP) > 0) * np.uint8(SENTENCE)
    flags |= ((codes.lengths <= LONGEST_HEADING) & ((stops | last & _BREAK) == 0)) * np.uint8(HEADING)
    unsure = (last & _CLOSER | stops) > 0
    looked_at = np.flatnonzero(unsure)
    texts = split(codes.take(looked_at)) if len(looked_at) else []
    for i, text in zip(looked_at.tolist(), texts, strict=True):
        flags[i] = HEADING * is_heading(text) | SENTENCE * ends_a_sentence(text)
    return flags


class Indexed(NamedTuple):
    """Keys of all paragraphs, which of them have a sketch, and their sketches."""

    key: NDArray[np.uint64]
    sketched: NDArray[np.int64]
    sketches: Sketches


class Observed:
    """All paragraphs that take part, in the order that decides: by id as bytes and offset.

    Attributes:
        ids: the documents.
        document: int32, of each paragraph the place of its document in ``ids``.
        start, end, line, length: int32, one a paragraph.
        heading: bool.
    """

    def __init__(self, observations: Observations, slots: int) -> None:
        self._observations = observations
        self._slots = slots
        self._held: dict[int, str] = {}
        self.ids = observations.ids
        document, start = (observations.array("paragraphs", name) for name in ("id", "start"))
        self._order = _order(document, start)
        self.document, self.start = self._sorted(document), self._sorted(start)
        self.end, self.line, self.length, self.heading = (
            self._sorted(observations.array("paragraphs", name)) for name in ("end", "line", "length", "heading")
        )

    def __len__(self) -> int:
        return len(self.start)

    def keys(self) -> NDArray[np.uint64]:
        """The key of each paragraph: (paragraphs, 2)."""
        return self._sorted(self._observations.array("paragraphs", "key")).view(np.uint64).reshape(-1, 2)

    def _sorted(self, column: NDArray[Any]) -> NDArray[Any]:
        return column if self._order is None else column[self._order]

    def rows(self, document: NDArray[np.int32], start: NDArray[np.int32]) -> NDArray[np.int64]:
        """The paragraphs of documents and offsets; -1 where none is."""
        wanted = place_key(document, start)
        own = place_key(self.document, self.start)
        at = np.searchsorted(own, wanted)
        at[at == len(own)] = 0
        return np.where(own[at] == wanted, at, -1) if len(own) else np.full(len(wanted), -1)

    def sketched(self) -> NDArray[np.int64]:
        """Which paragraphs have a sketch, rising."""
        return self._ordered("sketches")[0]

    def signatures(self) -> Signatures:
        """The signatures of those that have a sketch, in their order."""
        row, order = self._ordered("sketches")
        narrow = self._minima("sketches", order)
        long, order = self._ordered("wide_sketches")
        place = np.full(len(row), -1, np.int64)
        place[np.searchsorted(row, long)] = np.arange(len(long))
        return Signatures(narrow, self._minima("wide_sketches", order), place)

    def prints(self) -> Lists:
        """The fingerprints of those that have a sketch, in their order."""
        order = self._ordered("sketches")[1]
        prints = self._observations.lists("sketches", "prints")
        return prints if order is None else prints.take(order)

    def sketches(self, places: NDArray[np.int64] | None = None) -> Sketches:
        """The sketches of all that have one, or of those at ``places`` among them."""
        if places is None:
            return Sketches(self.signatures(), *self.prints())
        signatures = take(Sketches(self.signatures(), *_no_prints(places)), places).signatures
        return Sketches(signatures, *self.prints().take(places))

    def _minima(self, table: str, order: NDArray[np.int64] | None) -> NDArray[Any]:
        minima = self._observations.lists(table, "minima").values.reshape(-1, self._slots)
        return minima if order is None else minima[order]

    def _ordered(self, table: str) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """The paragraphs that the rows of a table are of, rising, and the order that makes them so."""
        document, start = (self._observations.array(table, name) for name in ("id", "start"))
        order = _order(document, start)
        if order is not None:
            document, start = document[order], start[order]
        return self.rows(document, start), order

    def hold(self, texts: Texts, rows: NDArray[np.int64]) -> None:
        """Keep the folded texts of ``rows``, which are read again and again."""
        self._held = dict(zip(rows.tolist(), self.read(texts, rows.tolist()), strict=True))

    def read(self, texts: Texts, rows: Sequence[int]) -> list[str]:
        """The folded texts of ``rows``."""
        missing = [i for i in rows if i not in self._held] if self._held else rows
        read: list[str] = []
        for lo in range(0, len(missing), _AT_ONCE):
            part = missing[lo : lo + _AT_ONCE]
            columns = (self.document[part], self.start[part], self.end[part])
            places = zip(*(column.tolist() for column in columns), strict=True)
            read += fold(texts([TextRef(self.ids[document], start, end) for document, start, end in places]))
        if not self._held:
            return read
        rest = iter(read)
        return [self._held[i] if i in self._held else next(rest) for i in rows]

    def measured(self, texts: Texts, rows: Sequence[int]) -> list[str]:
        """The texts of ``rows`` as their similarity is measured: folded, and without punctuation."""
        return unpunctuated(self.read(texts, rows))

    def for_index(self) -> "Indexed":
        """All that an index is asked by, or given."""
        return Indexed(self.keys(), self.sketched(), self.sketches())

    def paragraphs(self, texts: Texts, rows: NDArray[np.int64], of: "Indexed") -> Paragraphs:
        """What an index is asked by, or given, of ``rows``, which are rising."""
        key, own, made = of
        return Paragraphs(
            key[rows],
            self.length[rows].astype(np.int64),
            _spread(made, np.searchsorted(own, rows), np.isin(rows, own)),
            lambda wanted: self.read(texts, rows[wanted].tolist()),
            unpunctuated,
        )

    def name(self, row: int) -> str:
        """``id#line``."""
        return f"{self.ids[self.document[row]]}#{self.line[row]}"


def place_key(document: NDArray[np.int32], start: NDArray[np.int32]) -> NDArray[np.int64]:
    """Document and offset as one number, in the order of both."""
    return document.astype(np.int64) << 32 | start


def _order(document: NDArray[np.int32], start: NDArray[np.int32]) -> NDArray[np.int64] | None:
    """The order by document and offset; None for rows that are in it."""
    place = place_key(document, start)
    return None if (place[1:] > place[:-1]).all() else np.argsort(place, kind="stable")


def _no_prints(rows: NDArray[np.int64]) -> Lists:
    return Lists(np.empty(0, np.uint32), np.zeros(int(rows.max(initial=-1)) + 2, np.int64))


def _spread(made: Sketches, at: NDArray[np.int64], there: NDArray[np.bool_]) -> Sketches:
    """Sketches by row: those ``at`` a place, and for rows where none is ``there`` such as say nothing."""
    at = at[there]
    narrow = np.zeros((len(there), made.signatures.narrow.shape[1]), np.uint16)
    narrow[there] = made.signatures.narrow[at]
    row = np.full(len(there), -1, np.int64)
    row[there] = made.signatures.row[at]
    prints = Lists(made.prints, made.offsets).take(at)
    sizes = np.zeros(len(there), np.int64)
    sizes[there] = np.diff(prints.offsets)
    signatures = Signatures(narrow, made.signatures.wide, row)
    return Sketches(signatures, prints.values, np.concatenate([[0], np.cumsum(sizes)]))
