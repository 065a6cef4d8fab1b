"""The index shared between machines: datasketch's MinHashLSH in a Redis server."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from textclean.errors import TextcleanError, UsageError
from textclean.index.model import Earlier, Entries, Paragraphs, Parameters, none_earlier, told
from textclean.index.packing import Damaged, ingredients, pack, unpack, whole_number
from textclean.index.texts import TextIndex
from textclean.minhash.twins import EXACT, NEAR

if TYPE_CHECKING:
    from datasketch import MinHash

_LEVEL: Final = 6
_ROWS_AT_A_TIME: Final = 256
_DEFAULT_NAME: Final = "textclean"


class _Record(NamedTuple):
    """A document as it is kept: the paragraphs are numbered from ``first`` on."""

    first: int
    corpus: str
    id: str
    line: list[int]
    key: list[str]
    texts: list[str]

    def packed(self) -> bytes:
        return pack(json.dumps(self).encode(), _LEVEL)

    @classmethod
    def unpacked(cls, data: bytes) -> "_Record":
        try:
            first, corpus, id, line, key, texts = json.loads(unpack(data))
            strings = all(isinstance(text, str) for text in (corpus, id, *key, *texts))
            if not strings or not {len(key), len(texts)} == {len(line)}:
                raise Damaged("a document is not as it was written")
            return cls(whole_number(first), corpus, id, [whole_number(at) for at in line], key, texts)
        except (TypeError, ValueError) as error:
            raise Damaged(f"a document cannot be read: {error}") from error


class RedisIndex(TextIndex):
    """Paragraphs that earlier runs kept, in a Redis server, for runs on several machines.

    Exact and near copies are found. Containers of a piece are not: MinHashLSH proposes by Jaccard similarity alone,
    so a piece is looked for inside its own run only. Texts are always kept. A document counts from the moment that
    its name points to it, which is written last: a run that is killed leaves whole documents, and at most a few keys
    that lead nowhere. Several runs may write; none sees what another adds after it looked.

    Args:
        address: ``redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?name=NAME]``; the name keeps indices apart.
        parameters: what entries are made with.
        corpus: what documents belong to.
        write: whether to change the index.

    Raises:
        UsageError: the address is wrong, a package is missing, or the index was made with other parameters.
        TextcleanError: the server does not answer.
    """

    def __init__(
        self, address: str, parameters: Parameters | None = None, *, corpus: str = "", write: bool = True
    ) -> None:
        try:
            import redis
        except ImportError as error:
            raise UsageError(f"{address}: needs the package redis: pip install 'textclean[redis]'") from error
        from datasketch import MinHashLSH

        self.corpus = corpus
        self.parameters = parameters or Parameters.of(5, 64, 0.8)
        self._write = write
        self._errors = redis.RedisError
        connection, self._name = _address(address)
        self._told_as = address.rpartition("@")[2]
        if not self.parameters.texts:
            raise UsageError(f"{self._told_as}: an index in Redis always holds texts; leave out index_text = false")
        with self._told():
            self._client: Any = redis.Redis(**connection)
            made_with = json.dumps(self.parameters._asdict())
            if write:
                self._client.setnx(f"{self._name}:parameters", made_with)
            found = json.loads(self._client.get(f"{self._name}:parameters") or made_with)
            differences = self.parameters.differences(found)
            if differences:
                raise UsageError(
                    f"{self._told_as}: the index was made with other parameters: {'; '.join(differences)}; "
                    "use the same options, or another name"
                )
            self._lsh = MinHashLSH(
                num_perm=self.parameters.slots,
                params=(self.parameters.bands, self.parameters.rows),
                storage_config={"type": "redis", "basename": f"{self._name}:lsh".encode(), "redis": connection},
                prepickle=False,
            )

    def __repr__(self) -> str:
        return f"RedisIndex({self._told_as!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def state(self) -> str:
        """The revision of the index: raised whenever documents were added."""
        with self._told():
            return str(int(self._client.get(f"{self._name}:revision") or 0))

    def made_with(self) -> Mapping[str, str]:
        """See :meth:`textclean.index.model.Index.made_with`."""
        with self._told():
            return ingredients(self._client.get(f"{self._name}:made_with"))

    def set_made_with(self, made_with: Mapping[str, str]) -> None:
        """See :meth:`textclean.index.model.Index.set_made_with`."""
        with self._told():
            self._client.set(f"{self._name}:made_with", json.dumps(dict(made_with)))

    def _told(self) -> AbstractContextManager[None]:
        return told(self._told_as, (self._errors, Damaged))

    def earlier(
        self,
        paragraphs: Paragraphs,
        rows: NDArray[np.int64],
        replaced: Collection[str],
        threshold: float,
        containment: float | None,
    ) -> Earlier:
        """See :meth:`textclean.index.model.Index.earlier`; estimates of near copies are the threshold itself."""
        again = {(self.corpus, id) for id in replaced}
        pairs: dict[tuple[int, int, int], None] = {}
        records: dict[int, _Record | None] = {}
        with self._told():
            for lo in range(0, len(rows), _ROWS_AT_A_TIME):
                part = rows[lo : lo + _ROWS_AT_A_TIME].tolist()
                for row, text in zip(part, paragraphs.measured(paragraphs.read(part)), strict=True):
                    for kind, names in ((EXACT, self._same(paragraphs, row)), (NEAR, self._beside(text))):
                        for name in names:
                            first, number = _numbers(name)
                            if first not in records:
                                records[first] = self._record(first)
                            record = records[first]
                            if record is not None and (record.corpus, record.id) not in again:
                                pairs[number, row, kind] = None
        if not pairs:
            return none_earlier()
        number, row, kind = np.array(sorted(pairs), np.int64).T
        entries, entry = np.unique(number, return_inverse=True)
        owners = {
            first + i: (record, i) for first, record in records.items() if record for i in range(len(record.line))
        }
        known = [owners[one] for one in entries.tolist()]
        return Earlier(
            entries,
            [f"{record.id}#{record.line[i]}" for record, i in known],
            np.array([len(record.texts[i]) for record, i in known], np.int64),
            np.array([_key(record.key[i]) for record, i in known], np.uint64).reshape(-1, 2),
            entry.astype(np.int64),
            row,
            kind.astype(np.uint8),
            np.where(kind == EXACT, 1.0, threshold),
        )

    def _same(self, paragraphs: Paragraphs, row: int) -> set[bytes]:
        found: set[bytes] = self._client.smembers(f"{self._name}:key:{_hex(paragraphs.key[row])}")
        return found

    def _beside(self, text: str) -> list[bytes]:
        found: list[bytes] = self._lsh.query(self._sketch(text)) if len(text) >= self.parameters.n else []
        return found

    def _sketch(self, text: str) -> "MinHash":
        from datasketch import MinHash

        n = self.parameters.n
        grams = {text[at : at + n] for at in range(len(text) - n + 1)}
        sketch = MinHash(num_perm=self.parameters.slots)
        sketch.update_batch([gram.encode("utf-8", "surrogatepass") for gram in grams])
        return sketch

    def _record(self, first: int) -> _Record | None:
        """The document whose paragraphs begin at ``first``; None if it was replaced, or not finished."""
        data = self._client.get(f"{self._name}:document:{first}")
        record = None if data is None else _Record.unpacked(data)
        if record is None or self._first(record.corpus, record.id) != first:
            return None
        return record

    def _first(self, corpus: str, id: str) -> int | None:
        found = self._client.hget(f"{self._name}:documents", f"{corpus}\0{id}")
        return None if found is None else int(found)

    def read(self, numbers: Sequence[int]) -> list[str]:
        """The texts of entries."""
        out: list[str] = []
        with self._told():
            firsts = sorted(int(first) for first in self._client.hvals(f"{self._name}:documents"))
            places = np.searchsorted(firsts, np.array(numbers, np.int64), side="right") - 1
            records: dict[int, _Record | None] = {}
            for number, place in zip(numbers, places.tolist(), strict=True):
                first = firsts[place] if place >= 0 else -1
                if first not in records:
                    records = {first: self._record(first)}
                record = records[first]
                if record is None or number - first >= len(record.texts):
                    raise TextcleanError(f"{self._told_as}: another run replaced a document meanwhile; run again")
                out.append(record.texts[number - first])
        return out

    def add(self, documents: Iterable[Entries]) -> None:
        """Remember paragraphs; a document that is there already is replaced.

        Raises:
            UsageError: the index was opened for reading.
            TextcleanError: the server does not answer.
        """
        if not self._write:
            raise UsageError(f"{self._told_as}: the index was opened for reading only")
        with self._told():
            changes = [self._add(document) for document in documents]
            if any(changes):
                self._client.incr(f"{self._name}:revision")

    def _add(self, document: Entries) -> bool:
        before = self._first(self.corpus, document.id)
        old = None if before is None else self._record(before)
        rows = document.rows.tolist()
        keys = [_hex(document.paragraphs.key[row]) for row in rows]
        line = document.line.tolist()
        if old is not None and (old.key, old.line) == (keys, line):
            return False
        if rows:
            first = int(self._client.incrby(f"{self._name}:next", len(rows))) - len(rows)
            record = _Record(first, self.corpus, document.id, line, keys, document.paragraphs.read(rows))
            with self._lsh.insertion_session() as session:
                for i, text in enumerate(document.paragraphs.measured(record.texts)):
                    name = _name(first, first + i)
                    self._client.sadd(f"{self._name}:key:{keys[i]}", name)
                    if len(text) >= self.parameters.n:
                        session.insert(name, self._sketch(text), check_duplication=False)
            self._client.set(f"{self._name}:document:{first}", record.packed())
            self._client.hset(f"{self._name}:documents", f"{self.corpus}\0{document.id}", first)
        elif old is not None:
            self._client.hdel(f"{self._name}:documents", f"{self.corpus}\0{document.id}")
        if old is not None:
            self._forget(old)
        return old is not None or bool(rows)

    def _forget(self, record: _Record) -> None:
        """Remove what leads to a document that nothing points to any more."""
        for i in range(len(record.texts)):
            name = _name(record.first, record.first + i)
            self._client.srem(f"{self._name}:key:{record.key[i]}", name)
            if name in self._lsh:  # what is shorter than a gram was never put there
                self._lsh.remove(name)
        self._client.delete(f"{self._name}:document:{record.first}")


def _address(address: str) -> tuple[dict[str, Any], str]:
    """Arguments for a connection, and the name of the index."""
    try:
        parts = urlsplit(address)
        connection: dict[str, Any] = {"host": parts.hostname or "localhost", "port": parts.port or 6379}
        connection["encoding_errors"] = "surrogatepass"
        connection["db"] = int(parts.path.strip("/") or 0)
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError as error:
        raise UsageError(f"{address}: not an address like redis://HOST:PORT/DATABASE?name=NAME: {error}") from error
    if parts.scheme not in ("redis", "rediss") or options.keys() - {"name"}:
        raise UsageError(f"{address}: not an address like redis://HOST:PORT/DATABASE?name=NAME")
    if parts.username:
        connection["username"] = unquote(parts.username)
    if parts.password:
        connection["password"] = unquote(parts.password)
    if parts.scheme == "rediss":
        connection["ssl"] = True
    return connection, options.get("name", [_DEFAULT_NAME])[0]


def _name(first: int, number: int) -> bytes:
    return first.to_bytes(8, "big") + number.to_bytes(8, "big")


def _numbers(name: bytes) -> tuple[int, int]:
    return int.from_bytes(name[:8], "big"), int.from_bytes(name[8:], "big")


def _hex(key: NDArray[np.uint64]) -> str:
    return key.astype("<u8").tobytes().hex()


def _key(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex(text), "<u8")
