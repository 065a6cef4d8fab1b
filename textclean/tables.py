"""What a corpus stage sees: tables of rows with declared columns, each row keyed by its document and its offset.

A stage names its tables, their columns and the Arrow types of these. Here they are NumPy arrays, made for a batch of
documents together: ids stand once a batch, with a small code a row (Arrow's dictionary encoding). Which rows came
together, and in which order, means nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.document import id_key

ID: Final = "id"
START: Final = "start"
_NAMES = {"float": "float32", "double": "float64"}


class Lists(NamedTuple):
    """A column of lists: all values one after the other, and where the list of each row begins, one more than rows."""

    values: NDArray[Any]
    offsets: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> "Lists":
        """The lists of ``rows``, in that order."""
        sizes = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        return Lists(self.values[np.repeat(self.offsets[rows] - offsets[:-1], sizes) + np.arange(offsets[-1])], offsets)

    def chosen(self, rows: NDArray[np.bool_]) -> "Lists":
        """The lists of some rows: quicker than :meth:`take` where these are most."""
        sizes = self.offsets[1:] - self.offsets[:-1]
        offsets = np.zeros(np.count_nonzero(rows) + 1, np.int64)
        sizes[rows].cumsum(out=offsets[1:])
        return Lists(self.values[rows.repeat(sizes)], offsets)

    def tolist(self) -> list[list[Any]]:
        """A list a row."""
        return [self.values[a:b].tolist() for a, b in pairwise(self.offsets)]

    def __len__(self) -> int:
        return len(self.offsets) - 1


Column = NDArray[Any] | Lists
Schema = Mapping[str, Mapping[str, str]]
"""Arrow types (``int64``, ``bool``, ``fixed_size_binary[16]``, ``list<uint32>``) by table and column."""


def is_list(arrow: str) -> bool:
    """Whether an Arrow type is one of lists."""
    return arrow.startswith("list<")


def dtype(arrow: str) -> np.dtype[Any]:
    """The NumPy type of the values of an Arrow type; of a list type that of what is in the lists.

    Raises:
        TypeError: no type that a table can hold.
    """
    name = arrow.removeprefix("list<").removesuffix(">") if is_list(arrow) else arrow
    if name.startswith("fixed_size_binary["):
        return np.dtype(f"V{name[18:-1]}")
    try:
        found = np.dtype(_NAMES.get(name, name))
    except TypeError:
        found = np.dtype(object)
    if found.kind not in "biuf":
        raise TypeError(f"a table holds numbers, fixed_size_binary and lists of numbers, not {arrow!r}")
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """What a corpus stage saw in a batch of documents.

    Attributes:
        ids: the documents, each once, also those without rows.
        tables: columns by table; all of a table have a value a row. The column ``id`` holds places in ``ids``.
    """

    ids: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Column]]

    def without(self, places: Sequence[int]) -> "Seen":
        """The same without the rows of the documents at ``places`` in :attr:`ids`."""
        made: dict[str, Mapping[str, Column]] = {}
        for table, columns in self.tables.items():
            document = columns[ID]
            assert isinstance(document, np.ndarray)  # it holds places
            made[table] = taken(self, table, np.flatnonzero(~np.isin(document, places)))
        return Seen(self.ids, made)


def together(schema: Schema, observed: Sequence[tuple[str, Mapping[str, Any]]]) -> Seen:
    """What was observed of documents one by one (columns as lists or arrays, by table if there are several).

    Raises:
        TypeError, ValueError: other columns than ``schema`` declares, other types, or columns of different lengths.
    """
    several = len(schema) > 1
    if not schema:
        raise ValueError("no tables are declared: name the columns and their Arrow types in the class attribute tables")
    made = {}
    for table, types in schema.items():
        if ID not in types or START not in types:
            raise ValueError(
                f"the table {table!r} needs the columns {ID!r} and {START!r}, by which rows are told apart"
            )
        rows = [columns[table] if several else columns for _, columns in observed]
        counts = [_count(table, types, one) for one in rows]
        made[table] = {name: _joined([one[name] for one in rows], arrow) for name, arrow in types.items() if name != ID}
        made[table][ID] = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
    return Seen(tuple(id for id, _ in observed), made)


def _count(table: str, types: Mapping[str, str], columns: Mapping[str, Any]) -> int:
    """How many rows one document has in a table."""
    declared = types.keys() - {ID}
    if columns.keys() != declared:
        raise ValueError(f"the table {table!r} has the columns {sorted(columns)}, declared are {sorted(declared)}")
    (count, *others) = {len(column) for column in columns.values()}
    if others:
        raise ValueError(f"the columns of {table!r} have different lengths: {sorted([count, *others])}")
    return count


def _joined(columns: Sequence[Any], arrow: str) -> Column:
    """Columns of several documents as one."""
    kind = dtype(arrow)
    if not is_list(arrow):
        return np.concatenate([np.empty(0, kind), *(np.asarray(column, kind) for column in columns)])
    values: list[NDArray[Any]] = [np.empty(0, kind)]
    for column in columns:
        values += [np.asarray(value, kind) for value in (column.tolist() if isinstance(column, Lists) else column)]
    return Lists(np.concatenate(values), np.cumsum([0, *map(len, values[1:])]))


class Observations:
    """All that a corpus stage saw.

    Iterating gives a pair a document, in the order of ids as bytes: its id, and the columns of its rows as lists; by
    name, or by table and name where several tables are declared.

    Args:
        schema: the tables that the stage declares.
        seen: observations, in any order; of a document there may be several.
    """

    def __init__(self, schema: Schema, seen: Iterable[Seen] = ()) -> None:
        self.schema = schema
        self._given: list[str] = []
        self._parts: dict[tuple[str, str], list[Column]] = {
            (table, name): [] for table, types in schema.items() for name in {ID: "string", **types}
        }
        for one in seen:
            self.add(one)

    def add(self, seen: Seen) -> None:
        """Take in what was seen in some documents."""
        base = len(self._given)
        self._given += seen.ids
        self.__dict__.pop("_order", None)
        for table, columns in seen.tables.items():
            for name, column in columns.items():
                self._put(table, name, column + np.int32(base) if name == ID else column)  # type: ignore[operator]  # no lists

    def _put(self, table: str, name: str, column: Column) -> None:
        self._parts[table, name].append(column)

    def _get(self, table: str, name: str) -> Column:
        """A column in the order in which it was taken in."""
        parts = self._parts[table, name]
        arrow = self.schema[table].get(name, "int32") if name != ID else "int32"
        if is_list(arrow):
            lists = [part for part in parts if isinstance(part, Lists)]
            values = np.concatenate([np.empty(0, dtype(arrow)), *(part.values for part in lists)])
            sizes = [np.diff(part.offsets) for part in lists]
            return Lists(values, np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes])))
        if len(parts) == 1 and isinstance(parts[0], np.ndarray):
            return parts[0]
        return np.concatenate([np.empty(0, dtype(arrow)), *parts])

    @cached_property
    def _order(self) -> tuple[list[str], NDArray[np.int32]]:
        """The ids in their order, each once; of each id that was given its place there."""
        ids = sorted(set(self._given), key=id_key)
        if ids == self._given:
            return ids, np.arange(len(ids), dtype=np.int32)
        place = {id: at for at, id in enumerate(ids)}
        return ids, np.fromiter(map(place.__getitem__, self._given), np.int32, len(self._given))

    @property
    def ids(self) -> list[str]:
        """The documents, in the order of ids as bytes."""
        return self._order[0]

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.ids)

    def column(self, table: str, name: str) -> Column:
        """A column of all rows. All columns of a table are in the same order, whichever that is.

        The column ``id`` holds places in :attr:`ids`: it is in the order of ids, as they are.
        """
        found = self._get(table, name)
        return self._order[1][found] if name == ID else found

    def array(self, table: str, name: str) -> NDArray[Any]:
        """A column that is none of lists."""
        found = self.column(table, name)
        assert isinstance(found, np.ndarray)  # as the schema says
        return found

    def lists(self, table: str, name: str) -> Lists:
        """A column of lists."""
        found = self.column(table, name)
        assert isinstance(found, Lists)  # as the schema says
        return found

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        tables: dict[str, list[dict[str, Any]]] = {}
        for table, types in self.schema.items():
            document = self.array(table, ID)
            order = np.lexsort((self.array(table, START), document))
            bounds = np.searchsorted(document[order], np.arange(len(self) + 1))
            names = [name for name in types if name != ID]
            columns = {name: _taken(self.column(table, name), order).tolist() for name in names}
            tables[table] = [
                {name: column[a:b] for name, column in columns.items()} for a, b in pairwise(bounds.tolist())
            ]
        if len(tables) == 1:
            yield from zip(self.ids, *tables.values(), strict=True)
            return
        for at, id in enumerate(self.ids):
            yield id, {table: rows[at] for table, rows in tables.items()}


def _taken(column: Column, rows: NDArray[np.int64]) -> Column:
    return column.take(rows) if isinstance(column, Lists) else column[rows]


def taken(seen: Seen, table: str, rows: NDArray[np.int64]) -> Mapping[str, Column]:
    """Some rows of a table."""
    return {name: _taken(column, rows) for name, column in seen.tables[table].items()}
