"""Near-duplicate paragraphs out of plain lines, JSON lines or Parquet: what ``textclean dedup`` does."""

import hashlib
import io
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from textclean.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from textclean.index.open import Where
    from textclean.minhash.arrow import StringColumn

_PARQUET: Final = b"PAR1"
_CORPUS: Final = "dedup"


@dataclass(frozen=True, slots=True)
class Removed:
    """Why a row is not kept.

    Attributes:
        row: its place in the input, from 0.
        twin: the place of the kept row, or ``file#row`` (from 1) of one that an earlier run kept.
        kind: ``exact``, ``contained`` or ``near``.
        similarity: Jaccard; of a contained row the share of it that stands in its twin.
    """

    row: int
    twin: int | str
    kind: str
    similarity: float

    @property
    def twin_told(self) -> int | str:
        """The twin as it is written: places count from 1."""
        return self.twin + 1 if isinstance(self.twin, int) else self.twin


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: how many rows took part, and which were removed, in the order of the input."""

    compared: int
    removed: tuple[Removed, ...]


@dataclass(slots=True)
class Rows(ABC):
    """The rows of all files, one after the other.

    Attributes:
        counts: ``(document, rows)`` of each file, in order.
    """

    counts: list[tuple[str, int]] = field(default_factory=list)

    @abstractmethod
    def read(self, name: str, raw: bytes) -> int:
        """Take in a file; returns how many rows it has.

        Raises:
            InputError: it cannot be read; file and row are named.
        """

    @abstractmethod
    def told(self) -> list[int]:
        """The rows that hold more than white space: only those take part."""

    @abstractmethod
    def texts(self, rows: Sequence[int]) -> "Sequence[str] | StringColumn":
        """The texts of rows."""

    @abstractmethod
    def write(self, kept: Sequence[int], out: BinaryIO) -> None:
        """Write rows in the form in which they came."""

    @abstractmethod
    def write_removed(self, removed: Sequence[Removed], out: BinaryIO) -> None:
        """Write the rows that are not kept, each with its twin."""


@dataclass(slots=True)
class Lines(Rows):
    """A paragraph a line, in any encoding; written as UTF-8."""

    lines: list[str] = field(default_factory=list)

    def read(self, name: str, raw: bytes) -> int:
        """See :meth:`Rows.read`."""
        from textclean.decode import decode

        text = decode(raw)[0]
        new = text.removesuffix("\n").split("\n") if text else []
        self.lines += new
        return len(new)

    def told(self) -> list[int]:
        """See :meth:`Rows.told`."""
        return [i for i, line in enumerate(self.lines) if line.strip()]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """See :meth:`Rows.texts`."""
        return [self.lines[i] for i in rows]

    def write(self, kept: Sequence[int], out: BinaryIO) -> None:
        """See :meth:`Rows.write`."""
        out.writelines(f"{self.lines[i]}\n".encode("utf-8", "surrogatepass") for i in kept)

    def write_removed(self, removed: Sequence[Removed], out: BinaryIO) -> None:
        """A line each: number, number of the twin, kind, similarity, text; separated by tabs."""
        for one in removed:
            head = f"{one.row + 1}\t{one.twin_told}\t{one.kind}\t{one.similarity:.4f}\t"
            out.write(f"{head}{self.lines[one.row]}\n".encode("utf-8", "surrogatepass"))


@dataclass(slots=True)
class JsonLines(Rows):
    """A JSON object a line, the text in one of its keys; a row is written as the very bytes it came in."""

    column: str = ""
    raw: list[bytes] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def read(self, name: str, raw: bytes) -> int:
        """See :meth:`Rows.read`."""
        import orjson

        lines = raw.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n").split(b"\n") if raw.strip() else []
        for number, line in enumerate(lines, 1):
            self.raw.append(line.removesuffix(b"\r"))
            if not line.strip():
                self.values.append("")
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(f"{name}, line {number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InputError(f"{name}, line {number}: {_called(row)}, not an object")
            if self.column not in row:
                keys = ", ".join(row) or "none"
                raise InputError(f"{name}, line {number}: there is no key {self.column!r} (there are: {keys})")
            value = row[self.column]
            if not isinstance(value, str):
                raise InputError(f"{name}, line {number}: {self.column!r} is {_called(value)}, not a string")
            self.values.append(value)
        return len(lines)

    def told(self) -> list[int]:
        """See :meth:`Rows.told`."""
        return [i for i, value in enumerate(self.values) if value.strip()]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """See :meth:`Rows.texts`."""
        return [self.values[i] for i in rows]

    def write(self, kept: Sequence[int], out: BinaryIO) -> None:
        """See :meth:`Rows.write`."""
        out.writelines(self.raw[i] + b"\n" for i in kept)

    def write_removed(self, removed: Sequence[Removed], out: BinaryIO) -> None:
        """A JSON object each: number, twin, kind, similarity, and the row itself."""
        import orjson

        for one in removed:
            told: dict[str, Any] = {"number": one.row + 1, "twin": one.twin_told, "kind": one.kind}
            told |= {"similarity": round(one.similarity, 4), "row": orjson.Fragment(self.raw[one.row])}
            out.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))


@dataclass(slots=True)
class Parquet(Rows):
    """A Parquet table, the text in one of its columns; needs pyarrow."""

    column: str = ""
    tables: list[Any] = field(default_factory=list)

    def read(self, name: str, raw: bytes) -> int:
        """See :meth:`Rows.read`."""
        pa, pq = _pyarrow(name)
        try:
            table = pq.read_table(io.BytesIO(raw))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{name}: cannot be read as Parquet: {error}") from error
        if self.column not in table.column_names:
            raise InputError(f"{name}: there is no column {self.column!r} (there are: {', '.join(table.column_names)})")
        column = table.column(self.column)
        if str(column.type) not in ("string", "large_string", "string_view"):
            raise InputError(f"{name}: the column {self.column!r} holds {column.type}, not strings")
        if column.null_count:
            first = column.is_null().to_pylist().index(True) + 1
            raise InputError(f"{name}, row {first}: {self.column!r} is null, not a string")
        if self.tables and not table.schema.equals(self.tables[0].schema):
            raise InputError(f"{name}: has other columns than the file before; dedup them one by one")
        self.tables.append(table)
        return int(table.num_rows)

    def _whole(self) -> Any:
        import pyarrow as pa

        if len(self.tables) > 1:
            self.tables = [pa.concat_tables(self.tables)]
        return self.tables[0]

    def told(self) -> list[int]:
        """See :meth:`Rows.told`."""
        import numpy as np
        import pyarrow.compute as pc

        blank = pc.equal(pc.utf8_trim_whitespace(self._whole().column(self.column)), "")
        told: list[int] = np.flatnonzero(~blank.to_numpy()).tolist()
        return told

    def texts(self, rows: Sequence[int]) -> Any:
        """See :meth:`Rows.texts`."""
        column = self._whole().column(self.column).cast("large_string")
        return column if len(rows) == len(column) else column.take(rows)

    def write(self, kept: Sequence[int], out: BinaryIO) -> None:
        """See :meth:`Rows.write`."""
        import pyarrow.parquet as pq

        self._put(pq, self._take(kept), out)

    def write_removed(self, removed: Sequence[Removed], out: BinaryIO) -> None:
        """A table of number, twin, kind, similarity, and the row itself."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {
            "number": pa.array([one.row + 1 for one in removed], pa.int64()),
            "twin": pa.array([str(one.twin_told) for one in removed], pa.string()),
            "kind": pa.array([one.kind for one in removed], pa.string()),
            "similarity": pa.array([one.similarity for one in removed], pa.float64()),
            "row": self._take([one.row for one in removed]).to_struct_array(),
        }
        self._put(pq, pa.table(columns), out)

    def _take(self, rows: Sequence[int]) -> Any:
        import pyarrow as pa

        return self._whole().take(pa.array(rows, pa.int64()))

    def _put(self, pq: Any, table: Any, out: BinaryIO) -> None:
        whole = io.BytesIO()  # pyarrow would close what it is given
        pq.write_table(table, whole)
        out.write(whole.getbuffer())


def dedup(
    files: Sequence[Path],
    out: BinaryIO,
    *,
    column: str | None = None,
    threshold: float = 0.8,
    containment: float | None = None,
    removed: Path | None = None,
    index: "Where | None" = None,
) -> Outcome:
    """Remove near-duplicate rows of ``files``, read one after the other, and write the others to ``out``.

    Nothing is written unless all can be read.

    Args:
        files: paths; ``-`` is standard input.
        out: where the kept rows go, in their order and in the form in which they came.
        column: the key or column of the text, for JSON lines and Parquet; None: one paragraph per line.
        threshold: the smallest Jaccard similarity of a near copy.
        containment: the smallest share of a piece that stands in another paragraph; None: pieces are not looked for.
        removed: a file for the rows that are not kept.
        index: what earlier runs kept comes first, and what is kept is remembered once all is written.

    Raises:
        InputError: a file cannot be read, or a row of it has no text; file and row are named.
        UsageError: files of two forms, or an index that cannot be used.
    """
    rows = _read(files, column)
    told = rows.told()
    if index is None:
        outcome = Outcome(len(told), tuple(_compared(rows, told, threshold, containment)))
        _write(rows, outcome, out, removed)
        return outcome
    from textclean.index.model import Parameters
    from textclean.index.open import open_with

    with open_with(index, Parameters.of(5, 64, threshold), corpus=_CORPUS) as opened:
        texts = _strings(rows.texts(told))
        twins = opened.match(texts, [document for document, _ in rows.counts], threshold, containment)
        gone = {
            told[i]: Removed(told[i], name, _kind(twins.kind[i]), float(twins.similarity[i]))
            for i, name in enumerate(twins.name)
            if name is not None
        }
        left = [i for i in told if i not in gone]
        gone |= {one.row: one for one in _compared(rows, left, threshold, containment)}
        outcome = Outcome(len(told), tuple(gone[row] for row in sorted(gone)))
        _write(rows, outcome, out, removed)
        out.flush()
        text_of = dict(zip(told, texts, strict=True))
        start = 0
        for document, count in rows.counts:
            kept = [i for i in range(start, start + count) if i in text_of and i not in gone]
            opened.remember(document, [text_of[i] for i in kept], [i - start + 1 for i in kept])
            start += count
    return outcome


def _read(files: Sequence[Path], column: str | None) -> Rows:
    rows: Rows | None = None
    if [str(path) for path in files].count("-") > 1:
        raise UsageError("-: standard input can be read once")
    for path in files:
        name = str(path)
        raw = _bytes(path)
        kind = _form(name, raw, column)
        if rows is None:
            rows = kind() if column is None else kind(column=column)  # type: ignore[call-arg]
        if not isinstance(rows, kind):
            raise UsageError(f"{name}: is not of the form of the files before; dedup them one by one")
        try:
            count = rows.read(name, raw)
        except InputError as error:
            told = str(error)
            raise InputError(told if told.startswith(name) else f"{name}: {told}") from error
        rows.counts.append((_document(name, raw), count))
    return rows or Lines()


def _bytes(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; give files, or clean a folder with textclean run")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _form(name: str, raw: bytes, column: str | None) -> type[Lines] | type[JsonLines] | type[Parquet]:
    if raw.startswith(_PARQUET):
        if column is None:
            raise UsageError(f"{name}: is a Parquet file; name the column of the text with --column")
        return Parquet
    return Lines if column is None else JsonLines


def _document(name: str, raw: bytes) -> str:
    """What an index knows the file as; standard input by what it held."""
    return f"-{hashlib.sha256(raw).hexdigest()[:16]}" if name == "-" else os.path.realpath(name)


def _compared(rows: Rows, own: Sequence[int], threshold: float, containment: float | None) -> Iterator[Removed]:
    from textclean.minhash import near_duplicates

    found = near_duplicates(rows.texts(own), threshold=threshold, containment=containment)
    for i in (found.twin >= 0).nonzero()[0].tolist():
        yield Removed(own[i], own[int(found.twin[i])], _kind(found.kind[i]), float(found.similarity[i]))


def _kind(kind: "np.uint8") -> str:
    from textclean.minhash import KINDS

    return KINDS[kind]


def _strings(texts: "Sequence[str] | StringColumn") -> list[str]:
    import numpy as np

    from textclean.minhash.arrow import strings

    return strings(texts, np.arange(len(texts)))


def _write(rows: Rows, outcome: Outcome, out: BinaryIO, removed: Path | None) -> None:
    if removed is not None:
        from textclean.io.files import replace_file

        told = io.BytesIO()
        rows.write_removed(outcome.removed, told)
        replace_file(removed, told.getvalue())
    gone = {one.row for one in outcome.removed}
    total = sum(count for _, count in rows.counts)
    rows.write([i for i in range(total) if i not in gone], out)


def _called(value: object) -> str:
    """What a JSON value is called."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _pyarrow(name: str) -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(f"{name}: is a Parquet file and needs pyarrow: pip install 'textclean[parquet]'") from error
    return pa, pq
