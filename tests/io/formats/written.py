"""JSON as it may be written, and files that come in pieces."""

import io
import json
from collections.abc import Iterable
from typing import Any

import orjson
from hypothesis import strategies as st

Pairs = list[tuple[str, Any]]

letters = st.characters(exclude_categories=("Cs",))
texts = st.text(letters, max_size=8)
names = st.one_of(st.sampled_from(["text", "id", "a", "te", "文", "a.b", '"', "\\", ""]), texts)
spaces = st.text(st.sampled_from(" \t\r\n"), max_size=2)
numbers = st.sampled_from(
    ["0", "-0", "1.10", "1e5", "-1.5E-3", "12345678901234567890", "123456789012345678901234567890", "0.10"]
)


def tree(raw: bytes | str) -> Any:
    """What a text says, with members that stand twice, and numbers as they are written."""
    return json.loads(raw, object_pairs_hook=_Object, parse_float=_Number, parse_int=_Number)


class _Object(list[Any]):
    """The members of an object, in order."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


@st.composite
def string(draw: st.DrawFn, value: str) -> str:
    """A string as one of many writers may write it: any character may be escaped."""
    how = draw(st.sampled_from(["plain", "ascii", "odd"]))
    if how != "odd":
        return json.dumps(value, ensure_ascii=how == "ascii")
    return '"' + "".join(draw(_character(letter)) for letter in value) + '"'


def _character(letter: str) -> st.SearchStrategy[str]:
    escaped = "".join(
        f"\\u{int.from_bytes(unit, 'big'):04x}" for unit in zip(*[iter(letter.encode("utf-16-be"))] * 2, strict=True)
    )
    ways = [
        escaped,
        escaped.upper().replace("\\U", "\\u"),
        json.dumps(letter)[1:-1],
        orjson.dumps(letter).decode()[1:-1],
    ]
    return st.sampled_from([*ways, "\\/"] if letter == "/" else ways)


@st.composite
def value(draw: st.DrawFn, depth: int = 2) -> str:
    """Any JSON text."""
    kind = draw(st.sampled_from(["string", "number", "word", *(["array", "object"] if depth else [])]))
    if kind == "string":
        return draw(string(draw(texts)))
    if kind == "number":
        return draw(numbers)
    if kind == "word":
        return draw(st.sampled_from(["true", "false", "null"]))
    if kind == "array":
        return draw(enclosed("[", "]", [draw(value(depth - 1)) for _ in range(draw(st.integers(0, 3)))]))
    return draw(object_of([(draw(names), draw(value(depth - 1))) for _ in range(draw(st.integers(0, 3)))]))


@st.composite
def enclosed(draw: st.DrawFn, begin: str, end: str, parts: Iterable[str]) -> str:
    spaced = [f"{draw(spaces)}{part}{draw(spaces)}" for part in parts]
    return begin + (",".join(spaced) or draw(spaces)) + end


@st.composite
def object_of(draw: st.DrawFn, members: list[tuple[str, str]]) -> str:
    """An object of members whose values are written already."""
    written = [f"{draw(string(name))}{draw(spaces)}:{draw(spaces)}{inner}" for name, inner in members]
    return draw(enclosed("{", "}", written))


@st.composite
def rows(draw: st.DrawFn, path: tuple[str, ...] = ("text",)) -> tuple[bytes, str]:
    """A row with a text at ``path``, and that text. Names may stand twice: of equal ones the last counts."""
    text = draw(texts)
    inner = draw(string(text))
    for name in reversed(path):
        before = [(draw(names), draw(value())) for _ in range(draw(st.integers(0, 3)))]
        others = names.filter(lambda other, name=name: other != name)  # type: ignore[misc]
        after = [(draw(others), draw(value())) for _ in range(draw(st.integers(0, 2)))]
        inner = draw(object_of([*before, (name, inner), *after]))
    return inner.encode(), text


@st.composite
def plain_rows(draw: st.DrawFn) -> tuple[bytes, str]:
    """A row as the usual writers write it, and its text."""
    scalars = st.one_of(texts, st.integers(-9, 9), st.none())
    inner = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(names, scalars, max_size=2))
    record = draw(st.dictionaries(names, inner, max_size=3))
    record["text"] = draw(texts)
    options = draw(
        st.sampled_from(
            [
                {},
                {"ensure_ascii": False},
                {"separators": (",", ":")},
                {"ensure_ascii": False, "separators": (",", ":")},
                {"indent": 0},
                {"indent": 2, "ensure_ascii": False},
                {"separators": (" , ", " : ")},
            ]
        )
    )
    return json.dumps(record, **options).encode(), record["text"]


class InPieces(io.RawIOBase):
    """A stream that gives its bytes in pieces of these sizes, over and over."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._content = content
        self._sizes = sizes
        self._at = self._number = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._sizes[self._number % len(self._sizes)])
        piece = self._content[self._at : self._at + size]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        self._number += 1
        return len(piece)


def in_pieces(content: bytes, sizes: list[int]) -> io.BufferedReader:
    return io.BufferedReader(InPieces(content, sizes))


piece_sizes = st.lists(st.integers(1, 40), min_size=1, max_size=5)
