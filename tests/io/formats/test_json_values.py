"""JSON that is not one object a line: arrays and streams, however they are written and whatever pieces they come in."""

import io
import json
from collections.abc import Callable

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.io.formats.written import enclosed, in_pieces, piece_sizes, rows, spaces, tree, value
from textclean.errors import InputError
from textclean.io.formats import json_values, json_writer
from textclean.io.formats.compression import decompressed
from textclean.io.formats.json_values import JsonArray, JsonStream
from textclean.io.formats.json_writer import JsonStyle, JsonWriter
from textclean.io.formats.jsonl import JsonBlock
from textclean.io.formats.records import Fields, Outcome, Record, Rendered

law = settings(deadline=None)
LIMIT = 10**6
ARRAY, STREAM = JsonArray(Fields(), LIMIT), JsonStream(Fields(), LIMIT)


def records(raw: bytes, format: JsonArray | JsonStream = ARRAY) -> list[Record]:
    return [record for block in format.blocks(io.BytesIO(raw)) for record in block.records()]


def values(blocks: list[JsonBlock]) -> list[bytes | None]:
    assert all(isinstance(block.content, tuple) for block in blocks)
    return [row for block in blocks for row in block.content]  # type: ignore[misc]


@law
@given(st.lists(value(), max_size=6), st.data(), piece_sizes)
@example(["12345", '"a\\"b"', "[]"], None, [1])
def test_the_elements_of_an_array_are_those_that_a_parser_finds(
    elements: list[str], data: st.DataObject | None, sizes: list[int]
) -> None:
    raw = f"[{','.join(elements)}]"
    if data is not None:
        raw = data.draw(spaces) + data.draw(enclosed("[", "]", elements)) + data.draw(spaces)
    found = values(list(ARRAY.blocks(in_pieces(raw.encode(), sizes))))
    assert [tree(element or b"") for element in found] == tree(raw)


@law
@given(st.lists(value().filter(lambda text: text[0] in '{["'), max_size=6), st.data(), piece_sizes)
def test_the_values_of_a_stream_are_those_that_were_put_into_it(
    elements: list[str], data: st.DataObject, sizes: list[int]
) -> None:
    raw = "".join(f"{data.draw(spaces)}{element}{data.draw(spaces)}" for element in elements)
    found = values(list(STREAM.blocks(in_pieces(raw.encode(), sizes))))
    assert [tree(one or b"") for one in found] == [tree(element) for element in elements]


@law
@given(st.lists(rows(), max_size=5), st.sampled_from([0, 1, 4]))
def test_rows_written_over_many_lines_are_rows(found: list[tuple[bytes, str]], indent: int) -> None:
    wanted = [json.loads(raw) for raw, _ in found]
    wanted = [row for row in wanted if not isinstance(row.get("id", ""), float | bool | list | dict)]
    raw = json.dumps(wanted, ensure_ascii=False, indent=indent).encode()
    stream = "\n".join(json.dumps(row, indent=indent) for row in wanted).encode()
    texts = [row["text"] for row in wanted]
    assert [record.text for record in records(raw)] == [record.text for record in records(stream, STREAM)] == texts


@law
@given(st.lists(st.text('ab\\"文[{,', max_size=20), min_size=1, max_size=6), piece_sizes, st.integers(12, 40))
def test_an_element_that_is_too_long_is_passed_over_and_the_others_are_read(
    texts: list[str], sizes: list[int], limit: int
) -> None:
    elements = [orjson.dumps({"text": text}) for text in texts]
    format = JsonArray(Fields(), limit)
    blocks = list(format.blocks(in_pieces(b"[" + b", ".join(elements) + b"]", sizes)))
    found = [record for block in blocks for record in block.records()]
    assert [record.row for record in found] == list(range(1, len(texts) + 1))
    for record, element, text in zip(found, elements, texts, strict=True):
        assert (record.text, record.kept) == ((text, True) if len(element) <= limit else (None, False))


def test_the_parts_of_an_element_that_is_too_long_are_not_held() -> None:
    """What is passed over must not fill the memory."""
    held: list[int] = []

    class Watched(json_values._Values):
        def _more(self) -> bool:
            held.append(sum(map(len, self._kept)) + len(self._buffer))
            return super()._more()

    raw = b'[{"text": "' + b"x" * 9_000_000 + b'"}, {"text": "a"}]'
    found = list(Watched(in_pieces(raw, [10_000]), 1_000, is_array=True))
    assert found == [None, b'{"text": "a"}']
    assert max(held) < 100_000


def test_what_is_no_row_is_a_fault_with_its_number() -> None:
    raw = b'[1, "x", null, {"text": "a"}, [2, [3]], true, {"text": 5}, {"text": "b"}]'
    found = records(raw)
    assert [record.text for record in found] == [None, None, None, "a", None, None, None, "b"]
    assert [record.row for record in found] == list(range(1, 9))
    assert found[0].fault == "a number, not an object"


@pytest.mark.parametrize(
    ("raw", "rows", "says"),
    [
        (b"", 0, "does not begin with ["),
        (b'{"text": "a"}', 0, "does not begin with ["),
        (b"[", 0, "it ends, or goes on with something else"),
        (b'[{"text": "a"}', 1, "it ends, or goes on with something else"),
        (b'[{"text": "a"},', 1, "it ends, or goes on with something else"),
        (b'[{"text": "a"} {"text": "b"}]', 1, "it ends, or goes on with something else"),
        (b'[{"text": "a"}, {"text": "b', 1, "it ends in the middle of a string"),
        (b'[{"text": "a"}, {"text": "b\\', 1, "it ends in the middle of a string"),
        (b'[{"text": "a"}, {"text": "b"', 1, "it ends in the middle of a row"),
        (b'[{"text": "a"}, {"text": [1', 1, "it ends in the middle of a row"),
        (b'[{"text": "a"}]]', 1, "something stands behind the end"),
        (b'[{"text": "a"}] x', 1, "something stands behind the end"),
        (b"[] []", 0, "something stands behind the end"),
        (b'[{"text": "a"}, ,]', 1, "no JSON: b',' where a value should stand"),
        (b'[{"text": "a"}}', 1, "it ends, or goes on with something else"),
        (b"[,]", 0, "no JSON: b',' where a value should stand"),
    ],
)
@pytest.mark.parametrize("size", [1, 1_000])
def test_of_a_broken_array_the_rows_before_are_read(raw: bytes, rows: int, says: str, size: int) -> None:
    texts, told = read_until_it_breaks(ARRAY, raw, size)
    assert texts == ["a"] * rows
    assert says in told
    assert (f"(after row {rows})" in told) == (rows > 0)


def read_until_it_breaks(format: JsonArray | JsonStream, raw: bytes, size: int) -> tuple[list[str | None], str]:
    texts: list[str | None] = []
    try:
        for block in format.blocks(in_pieces(raw, [size])):
            texts += [record.text for record in block.records()]
    except InputError as error:
        return texts, str(error)
    return texts, ""


def test_a_comma_behind_the_last_element_is_no_json() -> None:
    with pytest.raises(InputError, match="no JSON: b']' where a value should stand"):
        records(b'[{"text": "a"},]')


def test_of_a_broken_stream_the_rows_before_are_read() -> None:
    raw = b'{"text": "a"}\n{\n"text": "b"\n}\n{"text": "c"'
    assert read_until_it_breaks(STREAM, raw, 9) == (["a", "b"], "it ends in the middle of a row (after row 2)")


@pytest.mark.parametrize("format", [ARRAY, STREAM])
def test_a_mark_at_the_beginning_is_passed_over(format: JsonArray | JsonStream) -> None:
    raw = b'\xef\xbb\xbf {"text": "a"}' if format is STREAM else b'\xef\xbb\xbf[{"text": "a"}]'
    for size in (1, 2, 1_000):
        found = [record for block in format.blocks(in_pieces(raw, [size])) for record in block.records()]
        assert [record.text for record in found] == ["a"]


def test_blocks_are_of_a_size_that_can_be_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "_BYTES", 100)
    elements = [orjson.dumps({"text": "x" * 40, "id": i}) for i in range(50)]
    blocks = list(ARRAY.blocks(io.BytesIO(b"[" + b",".join(elements) + b"]")))
    assert len(blocks) > 10
    assert [record.key for block in blocks for record in block.records()] == [str(i) for i in range(50)]
    assert [record.row for block in blocks for record in block.records()] == list(range(1, 51))


@pytest.mark.parametrize(
    ("format", "whole"),
    [(ARRAY, lambda rows: b"[\n" + b",\n".join(rows) + b"\n]\n"), (STREAM, lambda rows: b"\n".join(rows) + b"\n")],
)
@pytest.mark.parametrize("compression", ["", "gz", "zst"])
@pytest.mark.parametrize("counts", [[], [1], [2, 1, 3]])
@pytest.mark.parametrize("member", [1, 60, 10_000])
def test_what_is_written_reads_as_the_rows_that_were_put_in_and_each_lies_where_is_told(
    format: JsonArray | JsonStream,
    whole: Callable[[list[bytes]], bytes],
    compression: str,
    counts: list[int],
    member: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_writer, "_MEMBER", member)
    out = io.BytesIO()
    writer = JsonWriter(out, format.style, compression)
    rows: list[bytes] = []
    places: list[list[int]] = []
    for count in counts:
        new = [b'{"text": "%d", "n": %s}' % (len(rows) + i, b"1" * i or b"0") for i in range(count)]
        rows += new
        block = JsonBlock(1, tuple(new), Fields(), LIMIT)
        outcomes = [Outcome(record.text, True) for record in block.records()]
        places += writer.add(format.render(block.rest(()), outcomes))
        assert writer.add(format.render(b"[]\n", [])) == []  # a portion without a clean row
    writer.close()
    raw = out.getvalue()
    assert decompressed(io.BytesIO(raw), compression).read() == (whole(rows) if rows or format is ARRAY else b"")
    for (start, end, at, size), row in zip(places, rows, strict=True):
        around = raw[start:end] if compression else raw
        assert decompressed(io.BytesIO(around), compression).read()[at : at + size] == row


@law
@given(st.lists(st.integers(0, 40), max_size=30), st.data(), st.sampled_from(["", "gz", "zst"]))
def test_where_members_end_is_decided_by_the_rows_alone(
    sizes: list[int], data: st.DataObject, compression: str
) -> None:
    rows = [b"x" * size + b"," for size in sizes]
    written: list[tuple[bytes, list[list[int]]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_writer, "_MEMBER", 50)
        for cuts in ([], sorted(data.draw(st.lists(st.integers(0, len(rows)))))):
            out = io.BytesIO()
            writer = JsonWriter(out, JsonStyle(b"[", b",", b"]"), compression)
            places: list[list[int]] = []
            for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
                some = rows[start:end]
                places += writer.add(Rendered(b"".join(some), b"", list(map(len, some))))
            writer.close()
            written.append((out.getvalue(), places))
    assert written[0] == written[1]
