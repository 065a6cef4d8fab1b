"""Parquet: the column of texts is replaced, and everything else stays: types, values, order, metadata."""

import datetime
import decimal
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textclean.errors import InputError, UsageError
from textclean.io.formats import parquet
from textclean.io.formats.parquet import Parquet, ParquetBlock, ParquetWriter
from textclean.io.formats.records import Fields, Outcome, Record

LIMIT = 10**6
ROWS = Parquet(Fields(), LIMIT)
needs_views = pytest.mark.skipif(int(pa.__version__.split(".")[0]) < 18, reason="an older pyarrow writes no views")


def file_of(table: pa.Table, **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    out.seek(0)
    return out


def records(table: pa.Table, format: Parquet = ROWS) -> list[Record]:
    return [record for block in format.blocks(file_of(table)) for record in block.records()]


def written(
    file: io.BytesIO,
    path: Path,
    change: Callable[[str], str] = lambda text: f"新{text}",
    format: Parquet = ROWS,
    extra: dict[str, Any] | None = None,
) -> tuple[pa.Table, list[list[int]]]:
    """What is written of a file whose texts are changed: rows without a text are left out; and the places of rows."""
    writer = ParquetWriter(path, format.container(file), tuple(extra or ()))
    places: list[list[int]] = []
    for block in format.blocks(file):
        outcomes = [
            Outcome(None if record.text is None else change(record.text), record.text is not None, extra or {})
            for record in block.records()
        ]
        raw = {i for i, outcome in enumerate(outcomes) if outcome.text is None}
        places += writer.add(format.render(block.rest(raw), outcomes))
    writer.close()
    return pq.read_table(path), places


TEXTS = ["一", "二", None, "", "五"]
EVERYTHING = pa.table(
    {
        "id": pa.array([1, 2, 3, 4, 5], pa.int64()),
        "small": pa.array([1, None, 3, 4, 5], pa.int8()),
        "large": pa.array([2**63, 1, 2, 3, 2**64 - 1], pa.uint64()),
        "real": pa.array([1.1, None, float("inf"), -0.0, 1e300]),
        "exact": pa.array([decimal.Decimal("1.10")] * 5, pa.decimal128(20, 2)),
        "flag": pa.array([True, None, False, True, False]),
        "text": pa.array(TEXTS),
        "when": pa.array([datetime.datetime(2024, 1, 2, 3, 4, 5, 6)] * 5, pa.timestamp("us", tz="Asia/Shanghai")),
        "day": pa.array([datetime.date(2024, 1, 2)] * 5),
        "raw": pa.array([b"\xff\x00", None, b"", b"a", b"b"]),
        "tags": pa.array([["a", None], [], None, ["b"], ["c", "d"]]),
        "who": pa.array([{"name": "甲", "age": 1}, None, {"name": None, "age": None}, {"name": "", "age": 2}, None]),
        "kind": pa.array(["x", "y", "x", None, "y"]).dictionary_encode(),
        "pairs": pa.array([[("k", 1)], [], None, [("a", 2), ("b", 3)], []], pa.map_(pa.string(), pa.int32())),
        "long": pa.array(["a", "b", None, "c", "d"], pa.large_string()),
        "none": pa.nulls(5),
    }
).replace_schema_metadata({"made by": "somebody", "pandas": "{}"})


def test_rows_have_numbers_ids_and_texts() -> None:
    found = records(EVERYTHING)
    assert [(record.row, record.key, record.text) for record in found] == [
        (1, "1", "一"),
        (2, "2", "二"),
        (3, None, None),
        (4, "4", ""),
        (5, "5", "五"),
    ]
    assert found[2].fault == "the field 'text' is null, not a string"
    assert found[2].kept


@pytest.mark.parametrize("group", [1, 2, 100])
def test_everything_but_the_text_stays_as_it_was(tmp_path: Path, group: int) -> None:
    file = file_of(EVERYTHING, row_group_size=group)
    new, _ = written(file, tmp_path / "new.parquet")
    wanted = EVERYTHING.take([0, 1, 3, 4])
    assert new.drop_columns("text").equals(wanted.drop_columns("text"))
    assert new["text"].to_pylist() == ["新一", "新二", "新", "新五"]
    assert new.schema.equals(pq.read_table(file).schema, check_metadata=True)


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pytest.param(pa.string_view(), marks=needs_views),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
    ],
    ids=str,
)
def test_a_column_of_texts_keeps_its_type(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"text": pa.array(["一", "二", None, "一"]).cast(kind), "n": [1, 2, 3, 4]})
    file = file_of(table, row_group_size=2)
    new, _ = written(file, tmp_path / "new.parquet")
    assert new["text"].to_pylist() == ["新一", "新二", "新一"]
    assert new.schema.equals(pq.read_table(file).schema)
    assert new["n"].to_pylist() == [1, 2, 4]


def test_a_text_that_may_not_be_null_stays_so(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("text", pa.string(), nullable=False), pa.field("n", pa.int64(), nullable=False)])
    table = pa.table({"text": ["一", "二"], "n": [1, 2]}, schema=schema)
    new, _ = written(file_of(table), tmp_path / "new.parquet")
    assert new.schema.equals(schema)
    assert new["text"].to_pylist() == ["新一", "新二"]


NESTED = pa.table(
    {
        "n": [1, 2, 3, 4],
        "page": pa.array(
            [
                {"head": "甲", "body": {"text": "一", "size": 1}, "id": "a"},
                {"head": None, "body": None, "id": "b"},
                None,
                {"head": "丁", "body": {"text": "四", "size": None}, "id": "d"},
            ]
        ),
    }
)


@pytest.mark.parametrize("group", [1, 3, 9])
def test_a_text_within_nested_rows_is_replaced_there(tmp_path: Path, group: int) -> None:
    format = Parquet(Fields("page.body.text", "page.id"), LIMIT)
    file = file_of(NESTED, row_group_size=group)
    found = [record for block in format.blocks(file) for record in block.records()]
    assert [(record.key, record.text) for record in found] == [("a", "一"), (None, None), (None, None), ("d", "四")]
    new, _ = written(file, tmp_path / "new.parquet", format=format)
    wanted = NESTED.take([0, 3]).to_pylist()
    wanted[0]["page"]["body"]["text"] = "新一"
    wanted[1]["page"]["body"]["text"] = "新四"
    assert new.to_pylist() == wanted
    assert new.schema.equals(NESTED.schema)


def test_rows_that_are_not_clean_are_kept_as_they_came(tmp_path: Path) -> None:
    for table, format in ((EVERYTHING, ROWS), (NESTED, Parquet(Fields("page.body.text"), LIMIT))):
        file = file_of(table)
        path = tmp_path / "rest.parquet"
        (block,) = format.blocks(file)
        count = len(block.records())
        others = {0, 2, count - 1}
        outcomes = [Outcome(None if i in others else "新", i not in others) for i in range(count)]
        outcomes[0] = Outcome(block.records()[0].text, False)  # failed later: its text comes back with it
        writer = ParquetWriter(path, format.container(file))
        done = format.render(block.rest(others - {0}), outcomes)
        writer.add(done.put_aside())
        writer.close()
        assert pq.read_table(path).equals(table.take(sorted(others)))


def test_further_fields_are_columns_of_json_and_can_be_taken_away(tmp_path: Path) -> None:
    extra = {"textclean_meta": {"author": "甲"}, "textclean_marks": []}
    new, _ = written(file_of(EVERYTHING), tmp_path / "new.parquet", extra=extra)
    assert new["textclean_meta"].to_pylist() == ['{"author":"甲"}'] * 4
    assert new["textclean_marks"].to_pylist() == ["[]"] * 4
    file = file_of(new)
    assert ROWS.container(file).without(list(extra)).schema.equals(EVERYTHING.schema)
    (block,) = ROWS.blocks(file)
    again = block.without(list(extra)).batch
    assert (
        pa.Table.from_batches([again]).drop_columns("text").equals(EVERYTHING.take([0, 1, 3, 4]).drop_columns("text"))
    )


def test_a_column_that_is_to_be_added_and_is_there_already_is_told() -> None:
    """Most readers refuse two columns of one name."""
    table = EVERYTHING.append_column("textclean_meta", pa.array(["mine"] * 5))
    with pytest.raises(UsageError, match="there is a column 'textclean_meta' already; leave it out of --with"):
        Parquet(Fields(added=("textclean_meta",)), LIMIT).container(file_of(table))


@pytest.mark.parametrize("used", ["NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"])
def test_a_file_keeps_its_compression(tmp_path: Path, used: str) -> None:
    file = file_of(EVERYTHING.drop_columns("none"), compression=used)
    written(file, tmp_path / "new.parquet")
    old, new = pq.read_metadata(file), pq.read_metadata(tmp_path / "new.parquet")
    assert new.row_group(0).column(0).compression == old.row_group(0).column(0).compression


def test_each_row_lies_where_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_ROWS_OF_GROUP", 6)
    monkeypatch.setattr(parquet, "_ROWS", 4)
    table = pa.table({"text": [None if i % 5 == 3 else f"第{i}篇" for i in range(40)], "n": list(range(40))})
    new, places = written(file_of(table), tmp_path / "new.parquet")
    assert pq.read_metadata(tmp_path / "new.parquet").num_row_groups > 3
    assert len(places) == new.num_rows == 32
    for (group, place), row in zip(places, new.to_pylist(), strict=True):
        with (tmp_path / "new.parquet").open("rb") as file:
            assert ROWS.row(file, group, place).batch.to_pylist() == [row]  # type: ignore[arg-type]


@pytest.mark.parametrize(("group", "place"), [(0, 4), (1, 0), (-1, 0), (0, -1), (2**62, 0), (0, 2**62)])
def test_a_place_where_no_row_lies_is_told(group: int, place: int) -> None:
    file = file_of(EVERYTHING.slice(0, 4))
    with pytest.raises(IndexError):
        ROWS.row(file, group, place)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_without_rows_is_one_when_it_is_written(tmp_path: Path, rows: int) -> None:
    """Or without a clean one."""
    file = file_of(EVERYTHING.slice(2, rows))
    new, places = written(file, tmp_path / "new.parquet")
    assert (new.num_rows, places) == (0, [])
    assert new.schema.equals(pq.read_table(file).schema, check_metadata=True)


def test_strings_that_are_not_utf_8_are_a_fault_of_their_row() -> None:
    """Other programs do not look at them."""
    raw = pa.array([b"a", b"\xff\xfe", None, "文".encode()])
    for kind in (pa.string(), pa.large_string()):
        texts = pa.Array.from_buffers(
            kind, 4, raw.cast(pa.binary() if kind == pa.string() else pa.large_binary()).buffers()
        )
        for column in (texts, texts.dictionary_encode()):
            batch = pa.record_batch({"text": column, "id": pa.array([1, 2, 3, 4])})
            found = ParquetBlock(1, batch, Fields()).records()
            assert [record.text for record in found] == ["a", None, None, "文"]
            assert found[1].fault == "the field 'text' is no UTF-8, not a string"
    keys = pa.record_batch({"text": ["a"] * 4, "id": pa.Array.from_buffers(pa.string(), 4, raw.buffers())})
    assert [record.key for record in ParquetBlock(1, keys, Fields()).records()] == ["a", None, None, "文"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (pa.table({"body": ["a"], "n": [1]}), r"there is no column 'text' \(there are: body, n\)"),
        (pa.table({"text": [1]}), "the column 'text' holds int64, not strings"),
        (pa.table({"text": [b"a"]}), "the column 'text' holds binary, not strings"),
        (pa.table({"text": [["a"]]}), r"the column 'text' holds list<\w+: string>, not strings"),
        (pa.table({"text": pa.nulls(2)}), "the column 'text' holds null, not strings"),
        (pa.table({"text": [{"text": "a"}]}), "the column 'text' holds struct"),
        (pa.table({"text": ["a"], "id": [1.5]}), "the column 'id' holds double, neither strings nor whole numbers"),
        (pa.table({"text": ["a"], "id": [["x"]]}), "the column 'id' holds list"),
        (pa.table({"text": ["a"], "id": [True]}), "the column 'id' holds bool"),
        (
            pa.Table.from_arrays([pa.array(["a"])] * 2, ["text", "text"]),
            r"there is no column 'text' \(there are: text, text",
        ),
    ],
)
def test_columns_that_cannot_be_used_are_told(table: pa.Table, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        ROWS.container(file_of(table))
    with pytest.raises(UsageError, match=says):
        next(ROWS.blocks(file_of(table)))


@pytest.mark.parametrize("name", ["", "none", "page", "page.none", "text.x"])
def test_a_name_that_leads_nowhere_is_no_id(name: str) -> None:
    table = pa.table({"text": ["a"], "": [7], "page": [{"x": "k"}]})
    if name == "page":
        with pytest.raises(UsageError, match="the column 'page' holds struct"):
            records(table, Parquet(Fields("text", name), LIMIT))
    else:
        assert records(table, Parquet(Fields("text", name), LIMIT)) == [Record(1, None, "a")]


@pytest.mark.parametrize(
    "harm",
    [lambda raw: b"", lambda raw: b"PAR1", lambda raw: raw[:-1], lambda raw: raw[: len(raw) // 2]],
)
def test_what_is_no_whole_parquet_file_is_told(harm: Callable[[bytes], bytes]) -> None:
    file = io.BytesIO(harm(file_of(EVERYTHING).getvalue()))
    for do in (lambda: list(ROWS.blocks(file)), lambda: ROWS.container(file), lambda: ROWS.row(file, 0, 0)):
        with pytest.raises(InputError, match="cannot be read as Parquet: "):
            do()


def test_of_a_file_with_a_damaged_group_the_rows_before_are_read() -> None:
    table = pa.table({"text": [f"第{i}篇" * 50 for i in range(900)]})
    raw = bytearray(file_of(table, row_group_size=300, compression="GZIP", use_dictionary=False).getvalue())
    column = pq.read_metadata(io.BytesIO(raw)).row_group(1).column(0)
    end = column.data_page_offset + column.total_compressed_size
    raw[end - 40 : end] = b"x" * 40
    found: list[str | None] = []
    told = ""
    try:
        for block in ROWS.blocks(io.BytesIO(raw)):
            found += [record.text for record in block.records()]
    except InputError as error:
        told = str(error)
    assert found == table["text"].to_pylist()[:300]
    assert told.startswith("cannot be read as Parquet: ")
    assert told.endswith("(after row 300)")


def test_rows_of_other_columns_are_not_written(tmp_path: Path) -> None:
    """They are forged: what is put in quarantine is of the file's own columns."""
    writer = ParquetWriter(tmp_path / "new.parquet", ROWS.container(file_of(EVERYTHING)))
    (block,) = ROWS.blocks(file_of(pa.table({"text": ["a"]})))
    writer.add(ROWS.render(block.rest(()), [Outcome("a", True)]))
    with pytest.raises(InputError, match="rows of other columns than those of the file"):
        writer.close()


def test_a_block_can_be_sent_to_another_process_and_comes_apart_row_by_row() -> None:
    (block,) = ROWS.blocks(file_of(EVERYTHING))
    sent = pickle.loads(pickle.dumps(block))
    assert sent.records() == block.records()
    assert parquet._unpacked(sent.rest({2})).equals(parquet._unpacked(block.rest({2})))
    assert [record for part in block.parts() for record in part.records()] == block.records()


def test_long_texts_are_read_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks wait in memory, several for each process."""
    table = pa.table({"text": [f"{i}" * 100_000 for i in range(60)]})
    file = file_of(table, use_dictionary=False)
    blocks = list(ROWS.blocks(file))
    assert max(block.batch.nbytes for block in blocks) < 4 << 20
    assert [record.row for block in blocks for record in block.records()] == list(range(1, 61))
    short = pa.table({"text": [f"{i}" for i in range(1000)]})
    assert len(list(ROWS.blocks(file_of(short)))) < 10


@pytest.mark.parametrize("sizes", [[1], [7], [3, 1, 20], [40]])
def test_where_row_groups_end_is_decided_by_the_rows_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    monkeypatch.setattr(parquet, "_ROWS_OF_GROUP", 12)
    monkeypatch.setattr(parquet, "_BYTES_OF_GROUP", 60_000)
    texts = [f"第{i}篇" * (2_000 if i % 9 == 0 else 5) for i in range(40)]
    table = pa.table({"text": texts, "kind": pa.array(["x", "y"] * 20).dictionary_encode(), "n": list(range(40))})
    file = file_of(table)
    paths = []
    for name, parts in (("one", [40]), ("other", sizes)):
        paths.append(tmp_path / name)
        writer = ParquetWriter(paths[-1], ROWS.container(file))
        places: list[list[int]] = []
        at = turn = 0
        while at < 40:
            size = parts[turn % len(parts)]
            block = ParquetBlock(1, table.slice(at, size).combine_chunks().to_batches()[0], Fields())
            outcomes = [Outcome(record.text, True) for record in block.records()]
            places += writer.add(ROWS.render(block.rest(()), outcomes))
            at, turn = at + size, turn + 1
        writer.close()
        assert 3 < pq.read_metadata(paths[-1]).num_row_groups < 40
        assert len({tuple(place) for place in places}) == 40
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert pq.read_table(paths[0]).equals(table)


def test_texts_are_kept_only_where_they_must_be() -> None:
    """They lie in the spill already."""
    table = pa.table({"text": ["一" * 10_000, "二" * 10_000]})
    (block,) = ROWS.blocks(file_of(table))
    assert len(block.rest(())) < 2_000
    assert 30_000 < len(block.rest({1})) < 32_000


@needs_views
def test_columns_of_views_are_read_and_stay_so(tmp_path: Path) -> None:
    """Newer programs tell their readers to use them."""
    table = pa.table({"text": TEXTS, "view": pa.array(["v", None, "", "w", "x"], pa.string_view())})
    new, _ = written(file_of(table), tmp_path / "new.parquet")
    assert new["view"].to_pylist() == ["v", None, "w", "x"]
    assert new.schema.equals(table.schema)
