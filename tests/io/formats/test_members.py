"""Where the values of a JSON text stand: a text is replaced, and nothing else becomes another byte."""

import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.io.formats.written import plain_rows, rows, texts, tree
from textclean.io.formats.jsonl import JsonLines, _at_once
from textclean.io.formats.members import find, members
from textclean.io.formats.records import Fields, Outcome

law = settings(deadline=None)
paths = st.sampled_from([("text",), ("a", "text"), ("文", "a", "b")])


def replaced(node: Any, path: tuple[str, ...], text: str) -> Any:
    """The tree with another text at ``path``: the last of equal names."""
    if not path:
        return text
    last = max(i for i, (name, _) in enumerate(node) if name == path[0])
    return [*node[:last], (path[0], replaced(node[last][1], path[1:], text)), *node[last + 1 :]]


@law
@given(rows())
def test_members_are_those_that_a_parser_finds(row: tuple[bytes, str]) -> None:
    raw, _ = row
    found = [(member.name, tree(raw[member.value_start : member.value_end])) for member in members(raw)]
    assert found == tree(raw)


@law
@given(st.data(), paths, texts)
def test_only_the_text_becomes_another_however_the_row_is_written(
    data: st.DataObject, path: tuple[str, ...], text: str
) -> None:
    raw, old = data.draw(rows(path))
    place = find(raw, path)
    assert place is not None
    assert json.loads(raw[place[0] : place[1]]) == old
    new = raw[: place[0]] + orjson.dumps(text) + raw[place[1] :]
    assert tree(new) == replaced(tree(raw), path, text)


@law
@given(st.one_of(rows(), plain_rows()))
def test_what_is_found_at_once_is_what_is_found_member_by_member(row: tuple[bytes, str]) -> None:
    raw, _ = row
    assert _at_once(raw, ["text"]) in (None, find(raw, ["text"]))


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 1, "text": "文,\\n\\"字\\"", "n": 2}',
        '{"id":1,"text":"文,\\n\\"字\\"","n":2}',
        '{"text": "\\u6587,\\n\\"\\u5b57\\""}',
        '{"text":"ends in a backslash \\\\","n":"\u00e9"}',
        '{"text":"","n":2}',
    ],
)
def test_what_the_usual_writers_write_is_found_at_once(line: str) -> None:
    """Otherwise every row would be read twice."""
    raw = line.encode()
    assert _at_once(raw, ["text"]) == find(raw, ["text"])


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "a", "text": "文"}',
        '{"more": {"text": "文"}, "text": "文"}',
        '{"more": {"text": 1}}',
        '{"more": "\\"text\\": ", "text": "文"}',
        '{"te\\u0078t": "文"}',
        '{"text": "文", "te\\u0078t": "other"}',
        '{"text" : "文"}',
        '{"a": ["text", "文"], "b": 2}',
    ],
)
def test_what_is_not_certain_is_not_found_at_once(line: str) -> None:
    assert _at_once(line.encode(), ["text"]) is None


@law
@given(st.data(), paths, texts, st.booleans())
def test_a_row_is_written_as_it_came_but_for_its_text(
    data: st.DataObject, path: tuple[str, ...], text: str, is_clean: bool
) -> None:
    raw, old = data.draw(rows(path))
    raw = b" ".join(raw.split(b"\n"))
    format = JsonLines(Fields(".".join(path), "id"), 10**6)
    (block,) = format.blocks(io.BytesIO(raw + b"\n"))
    (record,) = block.records()
    if record.fault is not None:  # an id that is none
        assert block.rest({0}).endswith(raw.strip(b" \t\r"))
        return
    assert record.text == old
    done = format.render(block.rest(()), [Outcome(text, is_clean)])
    assert b"" in (done.clean, done.quarantined)
    new = done.clean or done.quarantined
    assert tree(new) == replaced(tree(raw), path, text)
    again = format.render(block.rest({0}), [Outcome(None, is_clean)])
    assert (again.clean or again.quarantined) == raw.strip(b" \t\r") + b"\n"
