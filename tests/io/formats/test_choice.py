"""What a file is called tells its format, and of JSON its beginning tells which kind it is."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.errors import UsageError
from textclean.io.formats.choice import looked_at, row_format, style_of
from textclean.io.formats.json_values import JsonArray, JsonStream
from textclean.io.formats.jsonl import JsonLines
from textclean.io.formats.names import (
    COMPRESSIONS,
    JSON,
    JSON_STREAM,
    JSONL,
    NAMES,
    PARQUET,
    TEXT,
    Format,
    format_of,
    renamed,
)
from textclean.io.formats.parquet import Parquet
from textclean.io.formats.records import Fields


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.txt", Format(TEXT)),
        ("a", Format(TEXT)),
        ("a.html", Format(TEXT)),
        ("a.jsonl", Format(JSONL)),
        ("A.JSONL", Format(JSONL)),
        ("a.ndjson", Format(JSONL)),
        ("a.json", Format(JSON)),
        ("a.parquet", Format(PARQUET)),
        ("a.pq", Format(PARQUET)),
        ("a.txt.gz", Format(TEXT, "gz")),
        ("a.gz", Format(TEXT, "gz")),
        ("sub/a.jsonl.zst", Format(JSONL, "zst")),
        ("a.json.GZ", Format(JSON, "gz")),
        ("jsonl", Format(TEXT)),
        ("a.jsonl.bak", Format(TEXT)),
        ("a.jsonl/b", Format(TEXT)),
        (".jsonl", Format(JSONL)),
    ],
)
def test_the_end_of_a_name_tells_the_format(name: str, format: Format) -> None:
    assert format_of(name) == format


@pytest.mark.parametrize("told", ["text", "jsonl", "json.gz", "parquet", "text.zst"])
def test_a_format_is_told_as_it_is_written(told: str) -> None:
    assert str(Format.parse(told)) == told


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("", "unknown format ''"),
        ("csv", "known: text, jsonl, json, parquet, each but parquet also with .gz or .zst"),
        ("jsonl.bz2", "unknown format 'jsonl.bz2'"),
        ("jsonl.", "unknown format 'jsonl.'"),
        ("JSONL", "unknown format 'JSONL'"),
        ("parquet.gz", "a Parquet file is compressed inside"),
    ],
)
def test_what_is_no_format_is_told_with_those_there_are(told: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Format.parse(told)


stems = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\0."), min_size=1, max_size=9)
formats = st.builds(Format, st.sampled_from(NAMES), st.sampled_from(["", *COMPRESSIONS]))


@settings(deadline=None)
@given(stems, formats, formats)
def test_a_file_that_is_renamed_has_the_format_that_was_asked_for(stem: str, old: Format, new: Format) -> None:
    name = renamed(stem, old)
    assert format_of(name) == old
    assert renamed(name, new) == renamed(stem, new)
    assert format_of(renamed(name, new)) == new


def test_what_a_name_has_beside_its_format_stays_when_it_is_renamed() -> None:
    assert renamed("2024/a.b.json.gz", Format(JSONL, "zst")) == "2024/a.b.jsonl.zst"
    assert renamed("a.html", Format(JSONL)) == "a.html.jsonl"


def looked(raw: bytes, name: str = JSON) -> str:
    return looked_at(name, io.BufferedReader(io.BytesIO(raw)))  # type: ignore[arg-type]


ROW = {"text": "文", "a": {"b": [1, {"text": "x"}]}}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (json.dumps([ROW]), JSON),
        (" \n\t[", JSON),
        ("\ufeff[]", JSON),
        (json.dumps([ROW], indent=2), JSON),
        (json.dumps(ROW), JSONL),
        (f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n", JSONL),
        (f"\n\n{json.dumps(ROW)}\n", JSONL),
        (f"no JSON\n{json.dumps(ROW)}\n", JSONL),
        (f'{{"text": "bad"\n{json.dumps(ROW)}\n{json.dumps(ROW)}', JSONL),
        (json.dumps(ROW | {"long": "x" * 100_000}), JSONL),
        (json.dumps(ROW, indent=2), JSON_STREAM),
        (f"{json.dumps(ROW, indent=2)}\n{json.dumps(ROW, indent=2)}", JSON_STREAM),
        (json.dumps(ROW, indent=2).replace("\n", "\r\n"), JSON_STREAM),
        ("{\n" + json.dumps(ROW)[1:], JSON_STREAM),
        ("", JSONL),
    ],
)
def test_the_beginning_of_a_file_tells_which_kind_of_json_it_is(raw: str, kind: str) -> None:
    assert looked(raw.encode()) == kind


def test_only_json_is_looked_at() -> None:
    for name in (JSONL, PARQUET):
        assert looked(b"[1]", name) == name


def test_each_name_has_its_reader_and_writer() -> None:
    fields = Fields()
    kinds = {JSONL: JsonLines, JSON: JsonArray, JSON_STREAM: JsonStream, PARQUET: Parquet}
    for name, kind in kinds.items():
        assert isinstance(row_format(name, fields, 9), kind)
    with pytest.raises(TypeError, match="is not JSON"):
        style_of(row_format(PARQUET, fields, 9))
