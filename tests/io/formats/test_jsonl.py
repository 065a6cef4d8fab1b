"""JSON lines: which rows a file has, whatever it comes in, and what is wrong with some of them."""

import io
import json
import pickle
from collections.abc import Iterator

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.io.formats.written import in_pieces, piece_sizes, plain_rows
from textclean.io.formats.jsonl import JsonLines
from textclean.io.formats.records import LONGEST_ID, Fields, Outcome, Record

law = settings(deadline=None)
LIMIT = 10**6
LINES = JsonLines(Fields(), LIMIT)


def records(raw: bytes, format: JsonLines = LINES) -> list[Record]:
    return [record for block in format.blocks(io.BytesIO(raw)) for record in block.records()]


def texts(raw: bytes) -> list[tuple[int, str | None]]:
    return [(record.row, record.text) for record in records(raw)]


def test_a_row_is_a_line() -> None:
    raw = '{"id": "a", "text": "文"}\n{"id": 7, "text": ""}\n{"text": "無"}\n'.encode()
    assert records(raw) == [Record(1, "a", "文"), Record(2, "7", ""), Record(3, None, "無")]


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        (b"", []),
        (b"\n\n", []),
        (b'{"text": "a"}', [(1, "a")]),
        (b'{"text": "a"}\r\n{"text": "b"}\r\n', [(1, "a"), (2, "b")]),
        (b'\n \t\r\n{"text": "a"}\n\n{"text": "b"}', [(3, "a"), (5, "b")]),
        (b'\xef\xbb\xbf{"text": "a"}\n', [(1, "a")]),
        (b"\xef\xbb\xbf", []),
        (b'  {"text": "a"}\t \n', [(1, "a")]),
    ],
)
def test_blank_lines_are_no_rows_but_count_and_ends_of_lines_and_a_mark_do_not_matter(
    raw: bytes, rows: list[tuple[int, str]]
) -> None:
    assert texts(raw) == rows


def test_a_line_in_another_encoding_becomes_utf_8() -> None:
    line = '{"id": "甲", "text": "青溪县今年的春茶长势良好", "n": 1}'
    (block,) = LINES.blocks(io.BytesIO(line.encode("gb18030") + b"\n"))
    assert [record.text for record in block.records()] == ["青溪县今年的春茶长势良好"]
    assert block.rest({0}).endswith(line.encode())
    assert (
        LINES.render(block.rest(()), [Outcome("新", True)]).clean.decode()
        == line.replace("青溪县今年的春茶长势良好", "新") + "\n"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"no JSON", "not JSON: "),
        (b'{"text": "a"', "not JSON: "),
        (b'{"text": "a"} {"text": "b"}', "not JSON: "),
        (b"[" * 3_000, "not JSON: "),
        (b'{"text": "\\ud800"}', "not JSON: "),
        (b"[1]", "a list, not an object"),
        (b'"text"', "a string, not an object"),
        (b"null", "null, not an object"),
        (b"1.5", "a number, not an object"),
        (b"{}", "there is no field 'text' (there are: none)"),
        (b'{"id": 1, "body": "x"}', "there is no field 'text' (there are: id, body)"),
        (b'{"text": null}', "the field 'text' is null, not a string"),
        (b'{"text": ["a"]}', "the field 'text' is a list, not a string"),
        (b'{"text": true}', "the field 'text' is a boolean, not a string"),
        (b'{"text": "a", "id": [1]}', "the field 'id' is a list, neither a string nor a whole number"),
        (b'{"text": "a", "id": 1.5}', "the field 'id' is a number, neither a string nor a whole number"),
        (b'{"text": "a", "id": true}', "the field 'id' is a boolean, neither a string nor a whole number"),
        (b'{"text": "a", "id": "' + b"x" * (LONGEST_ID + 1) + b'"}', "the field 'id' holds an id of over 4,096 bytes"),
        (b'{"text": "\xe6\x96\x87 \xff\xff \xe6"}', "neither UTF-8 nor whole in another encoding"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_stays_as_it_came(line: bytes, says: str) -> None:
    (block,) = LINES.blocks(io.BytesIO(b'{"text": "a"}\n' + line + b'\n{"text": "b"}\n'))
    good, bad, other = block.records()
    assert (good.text, bad.text, other.text) == ("a", None, "b")
    assert bad.row == 2
    assert bad.kept
    assert says in (bad.fault or "")
    done = LINES.render(block.rest({1}), [Outcome("A", True), Outcome(None, False), Outcome("B", True)])
    assert done.quarantined == line + b"\n"
    assert done.clean == b'{"text": "A"}\n{"text": "B"}\n'
    assert list(done.lengths) == [14, 14]


def test_a_dotted_name_leads_into_nested_rows() -> None:
    format = JsonLines(Fields("a.text", "meta.id"), LIMIT)
    raw = b'{"a": {"text": "x"}, "meta": {"id": "k"}, "text": "no"}\n{"a": "x"}\n{"a": {"text": "y"}, "meta": 1}\n'
    found = records(raw, format)
    assert [(record.key, record.text) for record in found] == [("k", "x"), (None, None), (None, "y")]
    assert found[1].fault == "there is no field 'a.text' (there are: a)"


def test_without_a_name_rows_have_no_id() -> None:
    assert records(b'{"": [1], "text": "x"}\n', JsonLines(Fields("text", ""), LIMIT)) == [Record(1, None, "x")]


def test_a_block_can_be_sent_to_another_process() -> None:
    (block,) = LINES.blocks(io.BytesIO(b'{"text": "a"}\nbad\n'))
    sent = pickle.loads(pickle.dumps(block))
    assert sent.records() == block.records()
    assert sent.rest({1}) == block.rest({1})
    assert pickle.loads(pickle.dumps(block)).rest({1}) == block.rest({1})  # read only then


def test_a_block_comes_apart_row_by_row() -> None:
    (block,) = LINES.blocks(io.BytesIO(b'{"text": "a"}\n\nbad\n{"text": "b"}'))
    parts = block.parts()
    assert [record for part in parts for record in part.records()] == block.records()


# Lines however they come


def slow_rows(raw: bytes, limit: int) -> Iterator[Record]:
    """What rows a file has, said plainly."""
    for row, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if len(line) > limit:
            yield Record(
                row, fault=f"over the limit of {limit:,} bytes; raise max_document_bytes in the recipe", kept=False
            )
        elif line.strip():
            yield Record(row, None, json.loads(line)["text"])


lines = st.one_of(
    st.sampled_from([b"", b" ", b"\r"]),
    st.builds(
        lambda text, end: orjson.dumps({"text": text}) + end,
        st.text("ab文", max_size=12),
        st.sampled_from([b"", b"\r"]),
    ),
)
files = st.builds(
    lambda mark, lines, end: mark + b"\n".join(lines) + end,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(lines, max_size=12),
    st.sampled_from([b"", b"\n"]),
)


@law
@given(files, piece_sizes, st.integers(14, 40))
@example(b'{"text":"aaaaaaaaaaaa"}\n{"text":"a"}\n{"text":"b"}\n{"text":"c"}\n', [30], 20)
@example(b'{"text":"aaaaaaaaaaaa"}\n{"text":"a"}\n{"text":"b"}', [30, 9], 20)
@example(b'\xef\xbb\xbf{"text":"a"}', [1], 20)
def test_the_pieces_in_which_a_file_comes_do_not_matter(raw: bytes, sizes: list[int], limit: int) -> None:
    format = JsonLines(Fields(), limit)
    found = [record for block in format.blocks(in_pieces(raw, sizes)) for record in block.records()]
    assert found == list(slow_rows(raw, limit))


@law
@given(st.lists(plain_rows(), min_size=1, max_size=5), st.data())
def test_rows_are_written_one_behind_the_other_as_long_as_is_told(
    rows: list[tuple[bytes, str]], data: st.DataObject
) -> None:
    raw = b"\n".join(b" ".join(row.split(b"\n")) for row, _ in rows)
    (block,) = LINES.blocks(io.BytesIO(raw))
    found = block.records()
    raw_places = {i for i, record in enumerate(found) if record.text is None or data.draw(st.booleans())}
    outcomes = [Outcome(None if i in raw_places else "新", is_clean=i not in raw_places) for i in range(len(found))]
    done = LINES.render(block.rest(raw_places), outcomes)
    assert sum(done.lengths) == len(done.clean)
    at = 0
    for length in done.lengths:
        assert orjson.loads(done.clean[at : at + length])["text"] == "新"
        assert done.clean[at + length - 1 : at + length] == b"\n"
        at += length
    assert done.quarantined.count(b"\n") == len(raw_places)


# Further fields

EXTRA = {"textclean_meta": {"author": "甲"}, "textclean_marks": [], "textclean_removed": "x,}"}


@law
@given(plain_rows())
def test_further_fields_are_added_and_taken_away_again(row: tuple[bytes, str]) -> None:
    raw = b" ".join(row[0].split(b"\n"))
    (block,) = LINES.blocks(io.BytesIO(raw))
    if block.records()[0].text is None:
        return
    plain = LINES.render(block.rest(()), [Outcome("新", True)]).clean
    more = LINES.render(block.rest(()), [Outcome("新", True, EXTRA)]).clean
    assert orjson.loads(more) == {**orjson.loads(plain), **EXTRA}
    (again,) = LINES.blocks(io.BytesIO(more))
    again = again.without(list(EXTRA))
    again.records()
    assert LINES.render(again.rest(()), [Outcome("新", True)]).clean == plain


@pytest.mark.parametrize(
    "line", [b'{"textclean_meta": 1}', b'{"text": "a"}', b"bad", b'{"textclean_meta": 1, "text": "a"}']
)
def test_taking_away_what_was_not_added_harms_no_row(line: bytes) -> None:
    """A clean file may have been edited."""
    (block,) = LINES.blocks(io.BytesIO(line))
    assert [record.text for record in block.without(["textclean_meta"]).records()] == [
        record.text for record in block.records()
    ]


def test_only_what_was_added_is_taken_away() -> None:
    """A row may have held a field of that name before."""
    raw = b'{"textclean_meta": "mine", "text": "a", "n": 1}\n'
    (block,) = LINES.blocks(io.BytesIO(raw))
    block.records()
    more = LINES.render(block.rest(()), [Outcome("a", True, {"textclean_meta": {}})]).clean
    (again,) = LINES.blocks(io.BytesIO(more))
    again = again.without(["textclean_meta"])
    again.records()
    assert LINES.render(again.rest(()), [Outcome("a", True)]).clean == raw
