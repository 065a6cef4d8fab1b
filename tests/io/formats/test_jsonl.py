"""JSON lines: which rows a file has, whatever it comes in, and what is wrong with some of them."""

import io
import json
import pickle
from collections.abc import Callable, Iterator

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.io.formats.written import in_pieces, piece_sizes, plain_rows
from textclean.io.formats.jsonl import JsonBlock, JsonLines
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


@pytest.mark.parametrize("id", ["18446744073709551616", "123456789012345678901234567890", "-9223372036854775809"])
def test_an_id_of_more_digits_than_a_machine_number_has_stays_as_it_is(id: str) -> None:
    assert records(f'{{"id": {id}, "text": "文"}}'.encode()) == [Record(1, id, "文")]
    assert "is a number" in (records(f'{{"id": {id}.5, "text": "文"}}'.encode())[0].fault or "")


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


NEWS = "青溪縣今年的春茶長勢良好，預計全縣產量將達到三千二百噸"


@pytest.mark.parametrize("codec", ["gb18030", "big5"])
def test_a_file_in_another_encoding_becomes_utf_8(codec: str) -> None:
    line = f'{{"id": "甲", "text": "{NEWS}", "n": 1}}'
    (block,) = LINES.blocks(io.BytesIO(f"{{}}\n{line}\n".encode(codec) + b'{"text": "\xff\xff"}\n'))
    empty, good, bad = block.records()
    assert (empty.row, good.text, bad.row) == (1, NEWS, 3)
    assert (bad.fault or "").startswith("is not in UTF-8, nor whole in ")
    assert block.rest({0, 1, 2}).endswith(line.encode() + b'{"text": "\xff\xff"}')
    outcomes = [Outcome(None, False), Outcome("新", True), Outcome(None, False)]
    assert LINES.render(block.rest({0, 2}), outcomes).clean.decode() == line.replace(NEWS, "新") + "\n"


@pytest.mark.parametrize("harm", [lambda raw: raw[:-5] + raw[-4:], lambda raw: raw[:-2] + b"\xff" + raw[-2:]])
def test_a_damaged_row_of_a_file_in_utf_8_is_not_guessed_at(harm: Callable[[bytes], bytes]) -> None:
    """Damaged UTF-8 is something in most encodings."""
    line = '{"text": "春"}'.encode()
    found = records(b"\n".join([line, harm(line), line]))
    assert [record.text for record in found] == ["春", None, "春"]
    assert found[1].fault == "is not in UTF-8"


def test_the_first_rows_beyond_ascii_decide_for_all_blocks() -> None:
    line = f'{{"text": "{NEWS}"}}\n'.encode("gb18030")
    short = '{"text": "春"}\n'.encode("gb18030")
    raw = b'{"text": "a"}\n' + line * 3 + short
    for size in (20, 60, 10_000):
        found = [record for block in LINES.blocks(in_pieces(raw, [size])) for record in block.records()]
        assert [record.text for record in found] == ["a", *[NEWS] * 3, "春"]


def test_what_is_in_no_chinese_encoding_is_told() -> None:
    for codec in ("utf-16", "koi8-r"):
        raw = '{"text": "Новости из деревни, длинный текст о чае"}\n'.encode(codec)
        assert {record.text for record in records(raw)} == {None}


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
        (b'{"text": "\xe6\x96\x87 \xff\xff \xe6"}', "is not in UTF-8"),
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
    (block,) = LINES.blocks(io.BytesIO(b'{"text": "a"}\n\nbad\n{"text": "b"}\n'))
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
    (block,) = LINES.blocks(io.BytesIO(raw + b"\n"))
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


def test_a_row_that_was_not_kept_is_written_as_nothing() -> None:
    block = JsonBlock(1, (None, b'{"text": "a"}'), Fields(), LIMIT)
    outcomes = [Outcome(None, True), Outcome("A", True)]
    done = LINES.render(block.rest({0}), outcomes)
    assert (done.clean, list(done.lengths)) == (b'{"text": "A"}\n', [0, 14])
    alone = LINES.render(JsonBlock(1, (None,), Fields(), LIMIT).rest({0}), outcomes[:1])
    assert (alone.clean, list(alone.lengths)) == (b"", [0])


def test_a_row_that_stood_on_many_lines_is_written_on_one() -> None:
    """As --to jsonl asks for."""
    rows = (b'{\n "text": "a",\r\n "n": [1,\n2]\n}', b'{"text": "b"}')
    block = JsonBlock(1, rows, Fields(), LIMIT)
    done = LINES.render(block.rest(()), [Outcome("A", True), Outcome("B", True)])
    assert [orjson.loads(line) for line in done.clean.splitlines()] == [{"text": "A", "n": [1, 2]}, {"text": "B"}]
    assert done.clean.count(b"\n") == 2


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


def test_a_field_that_is_to_be_added_and_is_there_already_is_told() -> None:
    """Of two fields of one name readers see one."""
    format = JsonLines(Fields(added=("textclean_meta",)), LIMIT)
    (record,) = records(b'{"textclean_meta": "mine", "text": "a", "n": 1}\n', format)
    assert record.fault == "there is a field 'textclean_meta' already; leave it out of --with, or rename it"
    assert record.text is None


def test_of_equal_names_only_the_last_was_added() -> None:
    line = b'{"textclean_meta": "mine", "text": "a", "textclean_meta": {}}'
    (block,) = LINES.blocks(io.BytesIO(line))
    again = block.without(["textclean_meta"])
    assert again.rest({0}).endswith(b'{"textclean_meta": "mine", "text": "a"}')
