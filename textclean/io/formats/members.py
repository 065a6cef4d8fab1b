"""Where the values of a JSON text stand, so that one can be replaced and the rest stays as it was written.

A parser gives values; written again they may read otherwise (whole numbers of 20 digits, ``1.10``, escapes). The
expressions here find places only, in texts that a parser has already accepted.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import orjson

_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_SPACE: Final = re.compile(rb"[ \t\r\n]*+").match
_NAME: Final = re.compile(_STRING, re.DOTALL).match
_SCALAR: Final = re.compile(rb"[^,\]}\s]++").match  # a number, true, false, null
_NESTED: Final = re.compile(rb"[\[\]{}]|" + _STRING, re.DOTALL).finditer


class Member(NamedTuple):
    """A member of an object: its name, and where it and its value stand."""

    name: str
    start: int
    value_start: int
    value_end: int


def members(json: bytes, at: int = 0) -> Iterator[Member]:
    """The members of the object that begins at the first character after ``at`` that is no space."""
    at = _skip(json, _skip(json, at) + 1)
    while json[at : at + 1] != b"}":
        name = _NAME(json, at)
        assert name is not None  # the parser accepted it
        value = _skip(json, _skip(json, name.end()) + 1)
        end = _value_end(json, value)
        yield Member(orjson.loads(name[0]), at, value, end)
        at = _skip(json, end)
        if json[at : at + 1] == b",":
            at = _skip(json, at + 1)


def find(json: bytes, path: Sequence[str]) -> tuple[int, int] | None:
    """Where the value at ``path`` stands in an object; of equal names the last one, as parsers do."""
    at, end = 0, len(json)
    for name in path:
        if json[_skip(json, at) : _skip(json, at) + 1] != b"{":
            return None
        found = [member for member in members(json, at) if member.name == name]
        if not found:
            return None
        at, end = found[-1].value_start, found[-1].value_end
    return at, end


def _skip(json: bytes, at: int) -> int:
    space = _SPACE(json, at)
    assert space is not None  # it matches nothing, too
    return space.end()


def _value_end(json: bytes, at: int) -> int:
    first = json[at : at + 1]
    if first in (b"{", b"["):
        depth = 0
        for token in _NESTED(json, at):
            if token[0] in (b"{", b"["):
                depth += 1
            elif token[0] in (b"}", b"]"):
                depth -= 1
                if not depth:
                    return token.end()
    found = _NAME(json, at) if first == b'"' else _SCALAR(json, at)
    assert found is not None  # the parser accepted it
    return found.end()
