"""The index as one SQLite file: crash-safe, read by several processes, written by one."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from textclean.errors import UsageError
from textclean.index import candidates, postings
from textclean.index.model import Earlier, Entries, Paragraphs, Parameters, none_earlier, told
from textclean.index.packing import Damaged, ingredients, pack, split, unpack, whole_number
from textclean.index.rows import Rows, joined
from textclean.index.texts import TextIndex
from textclean.index.trust import WRITER, check_schema, real_path
from textclean.minhash.contained import intact

FORMAT: Final = 2
_APPLICATION: Final = 0x74636C6E
_ROWS_AT_A_TIME: Final = 1 << 15
_PARAGRAPHS_A_TRANSACTION: Final = 1 << 13
_DOCUMENTS_A_TRANSACTION: Final = 1 << 10
_TEXT_LEVEL: Final = 6
_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE corpora (corpus INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE documents (first INTEGER PRIMARY KEY, corpus INTEGER NOT NULL, id TEXT NOT NULL,"
    " paragraphs INTEGER NOT NULL, rows BLOB NOT NULL, UNIQUE (corpus, id))",
    "CREATE TABLE texts (first INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    *postings.SCHEMA,
)


class ParagraphIndex(TextIndex):
    """Paragraphs that earlier runs kept, in one SQLite file.

    A process that writes holds the index for itself until it closes it; any number may read meanwhile, each the
    state that it found when it opened. A transaction holds whole documents, so a kill at any moment leaves each
    document wholly there or not at all.

    Example:
        >>> with ParagraphIndex("seen.index") as index:  # doctest: +SKIP
        ...     twins = index.match(texts)
        ...     index.remember("monday.txt", [text for text, twin in zip(texts, twins.name) if twin is None])

    Args:
        path: the file; made if it is not there and ``write``.
        parameters: what entries are made with.
        corpus: what documents belong to: one of the same corpus and id is the same document, run again.
        write: whether to change the index.

    Raises:
        UsageError: it is no index, was made with other parameters, or another process writes to it.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        parameters: Parameters | None = None,
        *,
        corpus: str = "",
        write: bool = True,
    ) -> None:
        self.path = Path(path)
        self.corpus = corpus
        self.parameters = parameters or Parameters.of(5, 64, 0.8)
        self._lock: sqlite3.Connection | None = None
        if not self.path.parent.is_dir():
            raise UsageError(f"{self.path}: the folder of the index does not exist")
        if not write and not self.path.is_file():
            raise UsageError(f"{self.path}: there is no index")
        self._real = real_path(self.path)
        try:
            if write:
                self._lock = self._held()
            self._base = self._opened(write)
        except BaseException:
            self._release()
            raise

    def __repr__(self) -> str:
        return f"ParagraphIndex({str(self.path)!r})"

    def _held(self) -> sqlite3.Connection:
        """The right to write: a lock that the system takes back if the process is killed."""
        lock = None
        try:
            lock = sqlite3.connect(f"{self._real}{WRITER}", timeout=0, isolation_level=None, check_same_thread=False)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if lock is not None:
                lock.close()
            if "locked" not in str(error):
                raise UsageError(f"{self.path}: the index cannot be written: {error}") from error
            raise UsageError(
                f"{self.path}: another run writes to this index; wait until it is done, or use another index"
            ) from error
        return lock

    def _opened(self, write: bool) -> sqlite3.Connection:
        mode = "rwc" if write else "ro"
        try:
            base = sqlite3.connect(
                f"{self._real.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}: the index cannot be opened: {error}") from error
        try:
            application = base.execute("PRAGMA application_id").fetchone()[0]
            tables = base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if write:
                base.execute("PRAGMA synchronous = NORMAL")
                if not tables and not application:
                    base.execute("PRAGMA journal_mode = WAL")
                    self._make(base)
                    application, tables = _APPLICATION, 1
            if application != _APPLICATION:
                raise UsageError(f"{self.path}: is not an index of textclean; name another file")
            version = base.execute("PRAGMA user_version").fetchone()[0]
            if version != FORMAT:
                raise UsageError(
                    f"{self.path}: the index has format {version}, this textclean reads {FORMAT}; start another index"
                )
            check_schema(base, _SCHEMA)
            if not write:
                base.execute("BEGIN")
            made_with = orjson.loads(base.execute("SELECT value FROM meta WHERE name = 'parameters'").fetchone()[0])
            if not isinstance(made_with, dict) or not {*map(type, made_with.values())} <= {bool, int, str}:
                raise Damaged("its parameters are no JSON object of plain values")
            differences = self.parameters.differences(made_with)
            if differences:
                raise UsageError(
                    f"{self.path}: the index was made with other parameters: {'; '.join(differences)}; "
                    "use the same options, or another index"
                )
        except (sqlite3.Error, TypeError, ValueError) as error:
            base.close()
            raise UsageError(
                f"{self.path}: cannot be read as an index: {error}; put back a copy of it, or start another"
            ) from error
        except UsageError:
            base.close()
            raise
        return base

    def _make(self, base: sqlite3.Connection) -> None:
        with _transaction(base):
            for statement in _SCHEMA:
                base.execute(statement)
            made_with = orjson.dumps(self.parameters._asdict()).decode()
            rows = [("parameters", made_with), ("next", 0), ("revision", 0), ("replaced", 0)]
            base.executemany("INSERT INTO meta VALUES (?, ?)", rows)
            base.execute(f"PRAGMA application_id = {_APPLICATION}")
            base.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        """Close the file; the right to write goes back."""
        self._base.close()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def state(self) -> str:
        """The revision of the index: raised by every transaction that changes entries."""
        with self._told():
            return str(self._meta("revision"))

    def made_with(self) -> Mapping[str, str]:
        """See :meth:`textclean.index.model.Index.made_with`."""
        with self._told():
            found = self._base.execute("SELECT value FROM meta WHERE name = 'made_with'").fetchone()
            return ingredients(found and found[0])

    def set_made_with(self, made_with: Mapping[str, str]) -> None:
        """See :meth:`textclean.index.model.Index.set_made_with`."""
        with self._told(), _transaction(self._base):
            row = ("made_with", orjson.dumps(dict(made_with)).decode())
            self._base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)

    def __len__(self) -> int:
        """Paragraphs that the index holds."""
        with self._told():
            return whole_number(self._base.execute("SELECT coalesce(sum(paragraphs), 0) FROM documents").fetchone()[0])

    def documents(self) -> Iterator[tuple[str, str, list[str]]]:
        """``(corpus, id, names)`` of every document, in the order in which they were remembered."""
        rows = self._base.execute(
            "SELECT name, id, paragraphs, rows FROM documents JOIN corpora USING (corpus) ORDER BY first"
        )
        for corpus, id, paragraphs, packed in rows:
            line = Rows.unpacked(packed, paragraphs, self.parameters.slots).line
            yield corpus, id, [f"{id}#{at}" for at in line.tolist()]

    def _meta(self, name: str) -> int:
        found = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return whole_number(found and found[0])

    def _told(self) -> AbstractContextManager[None]:
        return told(str(self.path), (sqlite3.Error, Damaged))

    # Asking

    def earlier(
        self,
        paragraphs: Paragraphs,
        rows: NDArray[np.int64],
        replaced: Collection[str],
        threshold: float,
        containment: float | None,
    ) -> Earlier:
        """See :meth:`textclean.index.model.Index.earlier`."""
        with self._told():
            again = self._replaced(replaced)
            blocks = [
                self._earlier(paragraphs, rows[at : at + _ROWS_AT_A_TIME], again, threshold, containment)
                for at in range(0, len(rows), _ROWS_AT_A_TIME)
            ]
        return _together(blocks)

    def _replaced(self, ids: Collection[str]) -> set[int]:
        """The documents of this corpus with one of ``ids``, by their first paragraph."""
        rows = self._base.execute(
            "SELECT id, first FROM documents JOIN corpora USING (corpus) WHERE name = ?", (self.corpus,)
        )
        known = set(ids)
        return {first for id, first in rows if id in known}

    def _earlier(
        self,
        paragraphs: Paragraphs,
        rows: NDArray[np.int64],
        again: Collection[int],
        threshold: float,
        containment: float | None,
    ) -> Earlier:
        if containment is not None and not self.parameters.pieces:
            raise UsageError(f"{self.path}: the index was made without pieces, so containment cannot be asked for")
        asked = candidates.keys_of(paragraphs, rows, self.parameters)
        distinct, inverse = np.unique(asked.key, return_inverse=True)
        place, number = postings.lookup(self._base, distinct)
        begin = np.searchsorted(place, np.arange(len(distinct) + 1))
        size = np.diff(begin)[inverse]
        at = np.repeat(begin[:-1][inverse], size) + np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        number, row, kind = number[at], np.repeat(asked.row, size), np.repeat(asked.kind, size)
        share = None if containment is None else intact(containment, self.parameters.n)
        worth = candidates.promising(paragraphs, number, row, kind, share)
        number, row, kind = number[worth], row[worth], kind[worth]
        known = self._entries(np.unique(number), again)
        entry = np.searchsorted(known.number, number)
        there = np.isin(number, known.number)
        return candidates.likely(known, paragraphs, entry[there], row[there], kind[there], threshold, share)

    def _entries(self, numbers: NDArray[np.int64], again: Collection[int]) -> candidates.Known:
        """What is stored of those paragraphs that are still there and not of documents that are run ``again``."""
        ids: list[str] = []
        owner: list[int] = []
        kept: list[NDArray[np.int64]] = []
        parts: list[Rows] = []
        at = 0
        while at < len(numbers):
            first, id, count, packed = self._document(int(numbers[at]))
            stop = max(at + 1, int(np.searchsorted(numbers, first + count)))
            own = numbers[at:stop]
            own = own[own < first + count]
            at = stop
            if len(own) and first not in again:
                owner += [len(ids)] * len(own)
                ids.append(id)
                kept.append(own)
                parts.append(Rows.unpacked(packed, count, self.parameters.slots).some(own - first))
        stored = joined(parts, self.parameters.slots)
        return candidates.Known(np.concatenate([np.empty(0, np.int64), *kept]), ids, owner, stored)

    def _document(self, number: int) -> tuple[int, str, int, bytes]:
        """The last document that begins at or before a paragraph: its first paragraph, its id, how many, its rows."""
        found = self._base.execute(
            "SELECT first, id, paragraphs, rows FROM documents WHERE first <= ? ORDER BY first DESC LIMIT 1", (number,)
        ).fetchone()
        if found is None:
            return 0, "", 0, b""
        first, id, count, packed = found
        if not isinstance(id, str):
            raise Damaged(f"{id!r} stands where an id should")
        return whole_number(first), id, whole_number(count), packed

    def read(self, numbers: Sequence[int]) -> list[str]:
        """The texts of entries, each document read once.

        Raises:
            UsageError: the index holds no texts.
        """
        if not self.parameters.texts:
            raise UsageError(f"{self.path}: the index was made without texts")
        out = [""] * len(numbers)
        first, texts = 0, [""] * 0
        with self._told():
            for i in sorted(range(len(numbers)), key=numbers.__getitem__):
                if not first <= numbers[i] < first + len(texts):
                    first, _, count, packed = self._document(numbers[i])
                    texts = self._texts(first, Rows.unpacked(packed, count, self.parameters.slots).length)
                out[i] = texts[numbers[i] - first]
        return out

    def _texts(self, first: int, lengths: NDArray[np.uint32]) -> list[str]:
        found = self._base.execute("SELECT data FROM texts WHERE first = ?", (first,)).fetchone()
        if found is None:
            raise Damaged("the texts of a document are gone")
        return split(unpack(found[0], 4 * int(lengths.sum(dtype=np.int64))), lengths)

    # Remembering

    def add(self, documents: Iterable[Entries]) -> None:
        """Remember paragraphs; a document that is there already is replaced. Many documents make a transaction.

        Raises:
            UsageError: the index was opened for reading.
            TextcleanError: the file cannot be written.
        """
        if self._lock is None:
            raise UsageError(f"{self.path}: the index was opened for reading only")
        with self._told():
            batch: list[Entries] = []
            size = 0
            for document in documents:
                batch.append(document)
                size += len(document.rows)
                if size >= _PARAGRAPHS_A_TRANSACTION or len(batch) >= _DOCUMENTS_A_TRANSACTION:
                    self._add(batch)
                    batch, size = [], 0
            self._add(batch)

    def _add(self, documents: Sequence[Entries]) -> None:
        with _transaction(self._base):
            corpus = self._corpus()
            keys, numbers = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
            start = at = self._meta("next")
            replaced = 0
            for document in documents:
                stored = self._stored(document)
                before = self._base.execute(
                    "SELECT first, rows FROM documents WHERE corpus = ? AND id = ?", (corpus, document.id)
                ).fetchone()
                if before is not None and before[1] == stored and len(document.rows):
                    continue
                if before is not None:
                    self._base.execute("DELETE FROM documents WHERE first = ?", (before[0],))
                    self._base.execute("DELETE FROM texts WHERE first = ?", (before[0],))
                    replaced += 1
                if not len(document.rows):
                    continue
                row = (at, corpus, document.id, len(document.rows), stored)
                self._base.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", row)
                if self.parameters.texts:
                    joined = "".join(document.paragraphs.read(document.rows.tolist()))
                    data = pack(joined.encode("utf-8", "surrogatepass"), _TEXT_LEVEL)
                    self._base.execute("INSERT INTO texts VALUES (?, ?)", (at, data))
                found = candidates.keys_of(document.paragraphs, document.rows, self.parameters, stored=True)
                keys.append(found.key)
                numbers.append(np.searchsorted(document.rows, found.row) + at)
                at += len(document.rows)
            if at == start and not replaced:
                return
            self._base.execute("UPDATE meta SET value = value + ? WHERE name = 'replaced'", (replaced,))
            self._base.execute("UPDATE meta SET value = value + 1 WHERE name = 'revision'")
            self._base.execute("UPDATE meta SET value = ? WHERE name = 'next'", (at,))
            found_all = postings.Postings(np.concatenate(keys), np.concatenate(numbers))
            postings.insert(self._base, found_all, self._alive if self._meta("replaced") else None)

    def _corpus(self) -> int:
        self._base.execute("INSERT OR IGNORE INTO corpora (name) VALUES (?)", (self.corpus,))
        number: int = self._base.execute("SELECT corpus FROM corpora WHERE name = ?", (self.corpus,)).fetchone()[0]
        return number

    def _alive(self) -> postings.Alive:
        rows = self._base.execute("SELECT first, paragraphs FROM documents ORDER BY first").fetchall()
        table = np.array([list(map(whole_number, row)) for row in rows], np.int64).reshape(-1, 2)
        return postings.Alive(table[:, 0], table[:, 1])

    def _stored(self, document: Entries) -> bytes:
        made, rows = document.paragraphs.sketches, document.rows
        row = made.signatures.row[rows]
        is_long = row >= 0
        return Rows(
            document.paragraphs.length[rows].astype(np.uint32),
            document.line.astype(np.uint32),
            (made.offsets[rows + 1] - made.offsets[rows]).astype(np.uint32),
            document.paragraphs.key[rows],
            made.signatures.narrow[rows].astype(np.uint8),
            np.where(is_long, np.cumsum(is_long) - 1, -1),
            made.signatures.wide[row[is_long]].astype(np.uint8),
        ).packed()


def _together(blocks: Sequence[Earlier]) -> Earlier:
    """Answers about several blocks of rows as one."""
    blocks = [none_earlier(), *blocks]
    number, entry = np.unique(np.concatenate([block.number for block in blocks]), return_inverse=True)
    where: dict[int, tuple[Earlier, int]] = {}
    for block in blocks:
        where.update((at, (block, i)) for i, at in enumerate(block.number.tolist()))
    chosen = [where[at] for at in number.tolist()]
    bounds = np.cumsum([0, *(len(block.number) for block in blocks)]).tolist()
    entries = [entry[at : at + len(block.number)][block.entry] for block, at in zip(blocks, bounds, strict=False)]
    none = none_earlier()
    return Earlier(
        number,
        [block.name[i] for block, i in chosen],
        np.array([block.length[i] for block, i in chosen], np.int64),
        np.array([block.key[i] for block, i in chosen], np.uint64).reshape(-1, 2),
        np.concatenate([none.entry, *entries]),
        *(np.concatenate([getattr(block, name) for block in blocks]) for name in ("row", "kind", "estimate")),
    )


@contextmanager
def _transaction(base: sqlite3.Connection) -> Iterator[None]:
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")
