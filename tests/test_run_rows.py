"""Files whose rows are documents: what a run makes of them, and the way back."""

import io
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.rows import FORMATS, documents, name_for, packed, parquet_of, read_rows, write_rows
from tests.runs import Interrupted, textclean, tree
from tests.stages_for_tests import Deadly, FirstOnly, Picky, Upper
from textclean.commands.explain import explain
from textclean.commands.restore import restore, verify
from textclean.commands.run import Summary, run
from textclean.engines.protocol import Watch
from textclean.errors import RestoreError, UsageError
from textclean.io import row_files
from textclean.io.formats import json_values, json_writer, jsonl, parquet
from textclean.recipe import Recipe, default
from textclean.testing import news_paragraph

RECIPE = Recipe((Upper(), FirstOnly(), Picky(), FirstOnly()))
RNG = random.Random("rows")
NEWS = [text for text in (news_paragraph(RNG, 70, 200) for _ in range(60)) if "坏" not in text][:40]
ROWS = [
    {
        "id": f"n{i:02d}",
        "url": f"https://example.org/{i}?a=1&b=\u2028",
        "text": f"{NEWS[i]},\n{NEWS[i % 7]}\n",
        "n": 2**53 + i,
        "more": {"tags": ["甲", None], "text": "stays,", "rate": i + 0.5},
    }
    for i in range(20)
]


def cleaned(source: Path, out: Path, **options: Any) -> Summary:
    return run(source, out, recipe=options.pop("recipe", RECIPE), **options)


def clean_texts(source: Path, out: Path) -> list[str]:
    """The clean texts of the same documents as files of a folder."""
    folder = source.parent / "as files"
    folder.mkdir()
    for row in ROWS:
        (folder / f"{row['id']}.txt").write_text(str(row["text"]), encoding="utf-8")
    run(folder, out, recipe=RECIPE)
    return [(out / f"clean/{row['id']}.txt").read_text(encoding="utf-8").removesuffix("\n") for row in ROWS]


# What is written


@pytest.mark.parametrize("format", FORMATS)
def test_texts_are_cleaned_as_those_of_files_and_all_else_stays(tmp_path: Path, format: str) -> None:
    source = write_rows(tmp_path / name_for(format), format, ROWS)
    summary = cleaned(source, tmp_path / "out")
    texts = clean_texts(source, tmp_path / "files")
    assert any(text != row["text"] for text, row in zip(texts, ROWS, strict=True))
    wanted = [{**row, "text": text} for row, text in zip(ROWS, texts, strict=True)]
    assert read_rows(tmp_path / "out/clean" / source.name) == wanted
    assert summary.failures == ()
    assert summary.figures.documents == len(ROWS)
    assert list(documents(tmp_path / "out")) == [f"{source.name}#{row['id']}" for row in ROWS]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back" / source.name) == ROWS


def test_all_else_stays_byte_for_byte(tmp_path: Path) -> None:
    """Numbers that no number can hold, numbers as they were written, spaces, escapes, names that stand twice."""
    lines = [
        '{"id":1,  "text" : "一,", "n": 12345678901234567890, "price": 1.10, "e": 1E5}',
        '{"a": {"text": "no,", "x": [1.0, 2e0]}, "text": "\\u4e8c,", "id": "\\u4e8c", "s": "\\u00e9\\/"}',
        '{"text": "first,", "text": "三,", "x": 1, "x": 2, "-0": -0, "big": 123456789012345678901234567890}',
    ]
    source = tmp_path / "news.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cleaned(source, tmp_path / "out")
    clean = (tmp_path / "out/clean/news.jsonl").read_text(encoding="utf-8")
    assert clean.splitlines() == [
        '{"id":1,  "text" : "一，", "n": 12345678901234567890, "price": 1.10, "e": 1E5}',
        '{"a": {"text": "no,", "x": [1.0, 2e0]}, "text": "二，", "id": "\\u4e8c", "s": "\\u00e9\\/"}',
        '{"text": "first,", "text": "三，", "x": 1, "x": 2, "-0": -0, "big": 123456789012345678901234567890}',
    ]
    assert list(documents(tmp_path / "out")) == ["news.jsonl#1", "news.jsonl#3", "news.jsonl#二"]
    restore(tmp_path / "out", tmp_path / "back")
    back = (tmp_path / "back/news.jsonl").read_text(encoding="utf-8")
    assert [tree_of(line) for line in back.splitlines()] == [tree_of(line) for line in lines]
    assert back.splitlines()[2] == lines[2]  # where nothing was escaped, not a byte differs


def tree_of(line: str) -> Any:
    return json.loads(line, object_pairs_hook=list, parse_float=str, parse_int=str)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with files of every kind, nested, that share texts."""
    folder = tmp_path / "in"
    for i, format in enumerate(FORMATS):
        name = name_for(format, f"{i}") if i % 2 else f"sub/{name_for(format, str(i))}"
        rows = [{**row, "text": f"{row['text']}第{i}份,\n"} for row in ROWS[i : i + 12]]
        write_rows(folder / name, format, rows)
    (folder / "sub/deep").mkdir()
    for i in range(40):
        (folder / f"sub/deep/{i:02d}.txt").write_text(f"{NEWS[i]},\n{NEWS[(3 * i) % 40]}", encoding="utf-8")
    (folder / "sub/packed.txt.gz").write_bytes(packed(f"{NEWS[0]},\n另一行,".encode(), "gz"))
    (folder / "a.html.zst").write_bytes(packed(f"{NEWS[1]},\n".encode("gb18030"), "zst"))
    (folder / "bad.jsonl").write_text('{"text": "坏,"}\nno JSON\n{"id": 1}\n', encoding="utf-8")
    return folder


def test_a_mixed_folder_is_cleaned_and_given_back(mixed: Path, tmp_path: Path) -> None:
    summary = cleaned(mixed, tmp_path / "out")
    assert {id for id, _, _ in summary.failures} == {"bad.jsonl#1", "bad.jsonl#2", "bad.jsonl#3"}
    assert summary.figures.documents == 7 * 12 + 40 + 2 + 3
    assert verify(tmp_path / "out", mixed) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    for path in (path for path in mixed.rglob("*") if path.is_file()):
        back = tmp_path / "back" / path.relative_to(mixed)
        if path.suffix == ".txt" or path.name == "bad.jsonl":
            assert back.read_bytes() == path.read_bytes()
        elif path.name[0].isdecimal():
            assert read_rows(back) == read_rows(path)
    assert (tmp_path / "out/clean/a.html.txt.zst").exists()
    cleaned_rows = [row for row in documents(tmp_path / "out").values() if "figures" in row]
    with_twins = {row.get("file") for row in cleaned_rows if "first-only: exact" in row["figures"]["edits"]}
    assert with_twins > {None, "1.json", "3.parquet"}  # they were compared with each other


def test_one_process_and_two_write_the_same_bytes(mixed: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        cleaned(mixed, tmp_path / f"out{jobs}", jobs=jobs)
    assert tree(tmp_path / "out1") == tree(tmp_path / "out2")


def test_how_much_is_read_at_once_does_not_matter(mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((json_writer, "_MEMBER"), (parquet, "_BYTES_OF_GROUP")):
        monkeypatch.setattr(module, name, 3_000)
    cleaned(mixed, tmp_path / "out")
    monkeypatch.setattr(jsonl, "_BLOCK", 700)
    monkeypatch.setattr(json_values, "_READ", 100)
    monkeypatch.setattr(json_values, "_ROWS", 3)
    monkeypatch.setattr(parquet, "_ROWS", 5)
    monkeypatch.setattr(row_files, "DOCUMENTS_PER_PORTION", 2)
    cleaned(mixed, tmp_path / "other")
    assert tree(tmp_path / "other") == tree(tmp_path / "out")


def test_the_order_in_which_files_lie_on_the_disk_does_not_matter(mixed: Path, tmp_path: Path) -> None:
    cleaned(mixed, tmp_path / "out")
    again = tmp_path / "again"
    again.mkdir()
    paths = [path for path in mixed.rglob("*") if path.is_file()]
    random.Random(1).shuffle(paths)
    for path in paths:  # another order on disk
        to = again / path.relative_to(mixed)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes())
    cleaned(again, tmp_path / "other")
    assert tree(tmp_path / "other") == tree(tmp_path / "out")


def test_a_worker_that_is_killed_costs_no_row_and_no_byte(tmp_path: Path) -> None:
    rows = [{**row, "text": f"{row['text']}{'毒' if i == 7 else '药'}"} for i, row in enumerate(ROWS)]
    (tmp_path / "lives").mkdir()
    for format in ("jsonl.zst", "parquet"):
        write_rows(tmp_path / "in" / name_for(format), format, rows)

    def recipe(times: int) -> Recipe:
        return Recipe((Upper(), Deadly(lives=str(tmp_path / "lives"), times=times), FirstOnly()))

    cleaned(tmp_path / "in", tmp_path / "straight", recipe=recipe(0))
    summary = cleaned(tmp_path / "in", tmp_path / "out", recipe=recipe(1), jobs=2)
    assert len(os.listdir(tmp_path / "lives")) == 1
    assert summary.failures == ()
    for name in ("clean/news.jsonl.zst", "clean/news.parquet", "documents.jsonl", "ledger/00000.jsonl.zst"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()


# Rows that are no documents


BAD = [
    ("no JSON", "not JSON: "),
    ('{"id": "b", "text": 7}', "the field 'text' is a number, not a string"),
    ('{"id": "c"}', "there is no field 'text' (there are: id)"),
    ('{"id": [1], "text": "一,"}', "the field 'id' is a list, neither a string nor a whole number"),
    ("[]", "a list, not an object"),
]


@pytest.mark.parametrize("format", ["jsonl", "json-stream", "json.gz"])
def test_bad_rows_are_told_with_their_numbers_and_kept_as_they_came(tmp_path: Path, format: str) -> None:
    good = '{"id": "%s", "text": "%s,"}'
    lines = [good % ("a", "甲"), *(line for line, _ in BAD), "", good % ("z", "乙")]
    if format != "jsonl":
        lines = [line for line in lines if line not in ("no JSON", "")]
    source = tmp_path / name_for(format)
    separator, head, tail = (",\n", "[", "]") if format == "json.gz" else ("\n", "", "\n")
    if format == "json-stream":
        lines[0] = lines[0].replace("{", "{\n")
    raw = head + separator.join(lines) + tail
    source.write_bytes(packed(raw.encode(), "gz" if format == "json.gz" else ""))
    summary = cleaned(source, tmp_path / "out")
    told = {id: error for id, stage, error in summary.failures if stage == "read"}
    number = 1
    for line, says in BAD:
        if line not in lines:
            continue
        number += 1
        assert told[f"{source.name}#{number}"].startswith(says)
    assert len(told) == number - 1
    assert (summary.figures.documents, summary.figures.quarantined) == (number + 1, number - 1)
    assert [row["text"] for row in read_rows(tmp_path / "out/clean" / source.name)] == ["甲，", "乙，"]
    assert [row["row"] for row in documents(tmp_path / "out").values() if row.get("failed")] == list(
        range(2, number + 1)
    )
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    if format == "jsonl":
        assert (tmp_path / "out/quarantine/news.jsonl").read_text() == "".join(f"{line}\n" for line, _ in BAD)
        assert (tmp_path / "back/news.jsonl").read_text() == "".join(f"{line}\n" for line in lines if line)
    else:
        assert read_rows(tmp_path / "back" / source.name) == read_rows(source)


def test_rows_of_parquet_without_a_text_are_kept_as_they_came(tmp_path: Path) -> None:
    rows = [{**row, "text": None if i in (0, 3, 4, 19) else row["text"]} for i, row in enumerate(ROWS)]
    source = write_rows(tmp_path / "news.parquet", "parquet", rows)
    summary = cleaned(source, tmp_path / "out")
    assert [id for id, _, _ in summary.failures] == [f"news.parquet#{i}" for i in (1, 20, 4, 5)]
    assert {error for _, _, error in summary.failures} == {"the field 'text' is null, not a string"}
    assert read_rows(tmp_path / "out/quarantine/news.parquet") == [rows[i] for i in (0, 3, 4, 19)]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back/news.parquet") == rows


def test_a_text_of_parquet_that_is_no_utf_8_is_kept_as_it_came(tmp_path: Path) -> None:
    raw = pa.array(["一,".encode(), b"\xff\xfe,", None, "二,".encode(), b"\xe4"])
    table = pa.table({"id": [1, 2, 3, 4, 4], "text": pa.Array.from_buffers(pa.string(), 5, raw.buffers())})
    source = tmp_path / "news.parquet"
    pq.write_table(table, source)
    summary = cleaned(source, tmp_path / "out")
    assert [error for _, _, error in summary.failures] == [
        "the field 'text' is no UTF-8, not a string",
        "the field 'text' is null, not a string",
        "the field 'text' is no UTF-8, not a string",
    ]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    back = pq.read_table(tmp_path / "back/news.parquet")
    assert back["text"].cast(pa.binary()).to_pylist() == raw.to_pylist()


def test_a_row_that_a_stage_fails_on_stays_as_the_stage_before_left_it(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text('{"id": 1, "text": "好,"}\n{"id": 2, "text": "坏,"}\n', encoding="utf-8")
    summary = cleaned(source, tmp_path / "out")
    assert [(id, stage) for id, stage, _ in summary.failures] == [("news.jsonl#2", "picky")]
    assert [row["text"] for row in read_rows(tmp_path / "out/clean/news.jsonl")] == ["好，", "坏，"]
    assert not (tmp_path / "out/quarantine").exists()
    assert verify(tmp_path / "out", source) == []


@pytest.mark.parametrize("format", ["jsonl", "json", "parquet"])
def test_a_row_whose_id_stood_before_is_kept_with_its_number(tmp_path: Path, format: str) -> None:
    rows = [{"id": key, "text": f"第{i}篇,"} for i, key in enumerate(["a", "b", "a", "a", "b"])]
    source = write_rows(tmp_path / name_for(format), format, rows)
    name = source.name
    summary = cleaned(source, tmp_path / "out")
    assert summary.failures == (
        (f"{name}#a#3", "read", f"its id stands in row 1 too: {name}#a"),
        (f"{name}#a#4", "read", f"its id stands in row 1 too: {name}#a"),
        (f"{name}#b#5", "read", f"its id stands in row 2 too: {name}#b"),
    )
    assert [row["text"] for row in read_rows(tmp_path / "out/clean" / name)] == ["第0篇，", "第1篇，"]
    assert read_rows(tmp_path / "out/quarantine" / name) == rows[2:]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back" / name) == rows


def test_an_id_that_is_the_number_of_another_row_is_its_id(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"text": "一,"}, {"id": 1, "text": "二,"}, {"id": "a#3", "text": "三,"}]
    rows += [{"id": "a", "text": "四,"}, {"id": "a", "text": "五,"}, {"id": "a#6", "text": "六,"}]
    source = write_rows(tmp_path / "news.jsonl", "jsonl", rows)
    summary = cleaned(source, tmp_path / "out")
    assert [id for id, _, _ in summary.failures] == ["news.jsonl#1#2", "news.jsonl#a#5"]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back/news.jsonl") == rows


def test_the_same_id_in_two_files_is_that_of_two_documents(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        write_rows(tmp_path / "in" / name, "jsonl", ROWS[:3])
    assert cleaned(tmp_path / "in", tmp_path / "out").failures == ()
    assert len(documents(tmp_path / "out")) == 6


ODD = [
    "../x",
    "/etc/passwd",
    "a\0b",
    "长" * 300,
    "x" * 300,
    "a\tb\n",
    "%2E%2E",
    "100%41",
    ".",
    "",
    " ",
    "\x7f",
    "\u2028",
]


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_an_id_may_be_anything(tmp_path: Path, format: str) -> None:
    """No file is called so."""
    rows = [{"id": key, "text": f"第{i}篇,"} for i, key in enumerate(ODD)]
    source = write_rows(tmp_path / "in" / name_for(format), format, rows)
    assert cleaned(tmp_path / "in", tmp_path / "out").failures == ()
    found = list(documents(tmp_path / "out"))
    assert found == sorted(found, key=str.encode)
    assert len(set(found)) == len(ODD)
    assert not any(ord(letter) < 32 or letter == "\x7f" for id in found for letter in id)
    assert verify(tmp_path / "out", tmp_path / "in") == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back" / source.name) == rows
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out", "back"}
    assert {path.name for path in (tmp_path / "out/clean").iterdir()} == {source.name}


def test_an_id_that_is_too_long_is_a_fault(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "news.jsonl", "jsonl", [{"id": "x" * 5_000, "text": "一,"}, *ROWS[:1]])
    summary = cleaned(source, tmp_path / "out")
    assert summary.failures == (("news.jsonl#1", "read", "the field 'id' holds an id of over 4,096 bytes"),)
    assert verify(tmp_path / "out", source) == []


@pytest.mark.parametrize("format", ["jsonl", "json", "json-stream"])
def test_a_row_over_the_limit_is_not_read_and_the_others_are(tmp_path: Path, format: str) -> None:
    rows = [*ROWS[:3], {"id": "long", "text": "长" * 3_000}, *ROWS[3:6]]
    source = write_rows(tmp_path / name_for(format), format, rows)
    recipe = Recipe(RECIPE.stages, max_document_bytes=5_000)
    summary = cleaned(source, tmp_path / "out", recipe=recipe)
    says = "over the limit of 5,000 bytes; raise max_document_bytes in the recipe"
    assert summary.failures == ((f"{source.name}#4", "read", says),)
    assert [row["id"] for row in read_rows(tmp_path / "out/clean" / source.name)] == [row["id"] for row in ROWS[:6]]
    unread = [(f"{source.name}#4", f"was not read, so there is nothing to give back: {says}")]
    assert verify(tmp_path / "out", source) == unread
    assert restore(tmp_path / "out", tmp_path / "back") == unread
    assert read_rows(tmp_path / "back" / source.name) == ROWS[:6]


def test_a_text_over_the_limit_in_parquet_is_kept_as_it_came(tmp_path: Path) -> None:
    rows = [*ROWS[:3], {**ROWS[3], "text": "长" * 3_000}, *ROWS[4:6]]
    source = write_rows(tmp_path / "news.parquet", "parquet", rows)
    summary = cleaned(source, tmp_path / "out", recipe=Recipe(RECIPE.stages, max_document_bytes=5_000))
    assert [id for id, _, _ in summary.failures] == ["news.parquet#n03"]
    assert "9,000 bytes, over the limit of 5,000" in summary.failures[0][2]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back/news.parquet") == rows


# Files that are not whole


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_without_rows_is_one_when_it_was_cleaned(tmp_path: Path, format: str) -> None:
    source = tmp_path / "in" / name_for(format)
    source.parent.mkdir()
    empty = {"parquet": parquet_of(ROWS[:1]), "json": b"[]", "json-stream": b"", "jsonl": b"\n\n"}
    name, _, compression = format.partition(".")
    if name == "parquet":
        pq.write_table(pq.read_table(io.BytesIO(empty[name])).slice(0, 0), source)
    else:
        source.write_bytes(packed(empty[name], compression))
    summary = cleaned(tmp_path / "in", tmp_path / "out")
    assert (summary.figures.documents, summary.failures) == (0, ())
    assert read_rows(tmp_path / "out/clean" / source.name) == []
    assert verify(tmp_path / "out", tmp_path / "in") == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back" / source.name) == []


@pytest.mark.parametrize("format", ["jsonl.gz", "jsonl.zst", "json", "json-stream"])
def test_of_a_file_that_ends_early_what_came_before_is_cleaned_and_the_end_is_told(tmp_path: Path, format: str) -> None:
    many = [{**row, "id": f"{row['id']}-{k}"} for k in range(60) for row in ROWS]
    source = write_rows(tmp_path / "in" / name_for(format), format, many)
    other = write_rows(tmp_path / "in" / "z.jsonl", "jsonl", ROWS[:2])
    raw = source.read_bytes()
    source.write_bytes(raw[: len(raw) * 3 // 4])
    summary = cleaned(tmp_path / "in", tmp_path / "out")
    ((id, stage, error),) = summary.failures
    assert (id, stage) == (source.name, "read")
    assert "ends" in error
    found = read_rows(tmp_path / "out/clean" / source.name)
    assert 200 < len(found) < len(many)
    assert [row["id"] for row in found] == [row["id"] for row in many[: len(found)]]
    assert len(read_rows(tmp_path / "out/clean" / other.name)) == 2
    told = f"was not read to its end, so the rest cannot be given back: {error}"
    assert verify(tmp_path / "out", tmp_path / "in") == [(source.name, told)]
    assert restore(tmp_path / "out", tmp_path / "back") == [(source.name, told)]
    assert read_rows(tmp_path / "back" / source.name) == many[: len(found)]


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("a.parquet", parquet_of(ROWS)[:-9], "cannot be read as Parquet: "),
        ("a.parquet", b"no such file", "cannot be read as Parquet: "),
        ("a.jsonl.gz", b"no such file", "damaged gz data: "),
        ("a.jsonl.zst", b"no such file", "damaged zst data: "),
        ("a.txt.gz", b"no such file", "damaged gz data: "),
        ("a.txt.zst", packed(b"text" * 99, "zst")[:-9], "ends in the middle of its zst data"),
        ("a.json", b"[1", "it ends, or goes on with something else"),
    ],
)
def test_a_file_that_cannot_be_read_fails_alone(tmp_path: Path, name: str, raw: bytes, says: str) -> None:
    write_rows(tmp_path / "in/z.jsonl", "jsonl", ROWS[:2])
    (tmp_path / "in" / name).write_bytes(raw)
    summary = cleaned(tmp_path / "in", tmp_path / "out")
    failed = [(id, error) for id, _, error in summary.failures if id == name]
    assert len(failed) == 1
    assert says in failed[0][1]
    assert len(read_rows(tmp_path / "out/clean/z.jsonl")) == 2
    for problems in (verify(tmp_path / "out", tmp_path / "in"), restore(tmp_path / "out", tmp_path / "back")):
        assert [id for id, told in problems if "was not read" in told] == [name]


# Fields


@pytest.mark.parametrize("format", ["jsonl", "json", "json-stream", "parquet", "jsonl.gz"])
def test_a_single_file_without_the_field_is_wrong_use_and_those_there_are_are_named(
    tmp_path: Path, format: str
) -> None:
    source = write_rows(tmp_path / name_for(format), format, [{"title": "一", "body": f"第{i}篇,"} for i in range(2)])
    with pytest.raises(UsageError, match=r"'text' \(there are: title, body\); name it with --text-field"):
        cleaned(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert cleaned(source, tmp_path / "out", text_field="body").failures == ()
    assert [row["body"] for row in read_rows(tmp_path / "out/clean" / source.name)] == ["第0篇，", "第1篇，"]
    assert verify(tmp_path / "out", source) == []


def test_in_a_folder_a_file_without_the_field_is_told_and_the_others_are_cleaned(tmp_path: Path) -> None:
    write_rows(tmp_path / "in/a.jsonl", "jsonl", [{"body": "一,"}, {"body": "二,"}])
    write_rows(tmp_path / "in/b.parquet", "parquet", [{"body": "一,"}])
    write_rows(tmp_path / "in/c.jsonl", "jsonl", ROWS[:2])
    summary = cleaned(tmp_path / "in", tmp_path / "out")
    assert [id for id, _, _ in summary.failures] == ["a.jsonl#1", "a.jsonl#2", "b.parquet"]
    assert len(read_rows(tmp_path / "out/clean/c.jsonl")) == 2
    assert [told[:12] for _, told in verify(tmp_path / "out", tmp_path / "in")] == ["was not read"]


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_fields_may_lie_in_others(tmp_path: Path, format: str) -> None:
    rows = [{"page": {"text": f"第{i}篇,", "key": f"k{i}"}, "text": "stays,"} for i in range(3)]
    source = write_rows(tmp_path / name_for(format), format, rows)
    cleaned(source, tmp_path / "out", text_field="page.text", id_field="page.key")
    found = read_rows(tmp_path / "out/clean" / source.name)
    assert found == [{"page": {"text": f"第{i}篇，", "key": f"k{i}"}, "text": "stays,"} for i in range(3)]
    assert list(documents(tmp_path / "out")) == [f"{source.name}#k{i}" for i in range(3)]
    assert verify(tmp_path / "out", source) == []
    restore(tmp_path / "out", tmp_path / "back")
    assert read_rows(tmp_path / "back" / source.name) == rows


def test_a_file_of_an_older_encoding_is_cleaned_into_utf_8(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    lines = [json.dumps({"id": row["id"], "text": row["text"]}, ensure_ascii=False) for row in ROWS[:5]]
    source.write_bytes("\n".join([*lines[:2], '{"id": "甲", "text": 7}', *lines[2:]]).encode("gb18030"))
    summary = cleaned(source, tmp_path / "out")
    assert [error for _, _, error in summary.failures] == ["the field 'text' is a number, not a string"]
    assert len(read_rows(tmp_path / "out/clean/news.jsonl")) == 5
    assert read_rows(tmp_path / "out/quarantine/news.jsonl") == [{"id": "甲", "text": 7}]
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    back = (tmp_path / "back/news.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in back] == [
        json.loads(line) for line in source.read_bytes().decode("gb18030").splitlines()
    ]


@pytest.mark.parametrize("format", ["jsonl", "json", "parquet", "json.zst"])
def test_more_can_be_written_beside_the_text(tmp_path: Path, format: str) -> None:
    text = "春茶开采\n2024年4月1日 来源:青溪日报\n" + NEWS[0] + ",\n" + NEWS[0] + ",\n这个县的旅游领城发展很快。\n"
    rows = [{"id": "a", "text": text, "n": 1.5}, {"id": "b", "text": "短文,", "n": 2.5}]
    source = write_rows(tmp_path / name_for(format), format, rows)
    run(source, tmp_path / "out", recipe=default(), extra=("meta", "marks", "removed"))
    found = read_rows(tmp_path / "out/clean" / source.name)
    assert [list(row)[:3] for row in found] == [["id", "text", "n"]] * 2
    told = documents(tmp_path / "out")
    marks = [orjson.loads(line) for line in (tmp_path / "out/marks.jsonl").read_bytes().splitlines()]
    for row in found:
        if format == "parquet":
            row = {name: json.loads(value) if name.startswith("textclean_") else value for name, value in row.items()}
        id = f"{source.name}#{row['id']}"
        assert row["textclean_meta"] == told[id]["meta"]
        assert row["textclean_marks"] == [
            {name: value for name, value in mark.items() if name != "doc"} for mark in marks if mark["doc"] == id
        ]
        removed = [(cut["stage"], cut["text"]) for cut in row["textclean_removed"]]
        if row["id"] == "a":
            assert row["textclean_meta"]["source"] == "青溪日报"
            assert any("青溪日报" in cut for _, cut in removed)
            (twin,) = [cut["twin"] for cut in row["textclean_removed"] if cut["stage"] == "duplicates"]
            assert twin.startswith(f"{id}#")
        else:
            assert removed == []
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert read_rows(tmp_path / "back" / source.name) == rows
    assert explain(f"{tmp_path}/out/clean/{source.name}#b")


def test_a_clean_file_cannot_get_the_same_fields_again(tmp_path: Path) -> None:
    for format in ("jsonl", "parquet"):
        source = write_rows(tmp_path / name_for(format), format, ROWS[:2])
        cleaned(source, tmp_path / format, extra=("meta",))
        again = tmp_path / format / "clean" / source.name
        if format == "parquet":
            with pytest.raises(UsageError, match="there is a column 'textclean_meta' already; leave it out of --with"):
                cleaned(again, tmp_path / "again", extra=("meta",))
        else:
            summary = cleaned(again, tmp_path / "again-jsonl", extra=("meta",))
            assert {error for _, _, error in summary.failures} == {
                "there is a field 'textclean_meta' already; leave it out of --with, or rename it"
            }
        assert cleaned(again, tmp_path / f"more-{format}", extra=("marks",)).failures == ()


def test_what_is_no_further_field_is_refused(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "news.jsonl", "jsonl", ROWS[:1])
    with pytest.raises(UsageError, match=r"unknown field 'metas'.*known: meta, marks, removed"):
        cleaned(source, tmp_path / "out", extra=("metas",))
    cleaned(source, tmp_path / "out", extra=("meta", "meta"))
    assert verify(tmp_path / "out", source) == []


# Which files


def test_files_can_be_chosen_by_their_names_and_paths(mixed: Path, tmp_path: Path) -> None:
    cleaned(mixed, tmp_path / "out", include=("*.jsonl*", "sub/deep/1*"), exclude=("bad*", "*.gz"))
    found = {str(path.relative_to(tmp_path / "out/clean")) for path in (tmp_path / "out/clean").rglob("*.*")}
    assert found == {"sub/0.jsonl", "5.jsonl.zst", *(f"sub/deep/1{i}.txt" for i in range(10))}
    assert verify(tmp_path / "out", mixed) == []


def test_a_glob_may_hold_spaces(tmp_path: Path) -> None:
    for name in ("my news.jsonl", "my", "news.jsonl"):
        write_rows(tmp_path / "in" / name, "jsonl", ROWS[:1])
    cleaned(tmp_path / "in", tmp_path / "out", include=("my news*",))
    assert [path.name for path in (tmp_path / "out/clean").iterdir()] == ["my news.jsonl"]
    assert verify(tmp_path / "out", tmp_path / "in") == []


def test_a_choice_that_leaves_nothing_is_warned_of(mixed: Path, tmp_path: Path) -> None:
    summary = cleaned(mixed, tmp_path / "out", include=("*.csv",))
    assert summary.figures.documents == 0
    assert "holds no file that is meant" in summary.warnings[0]


@pytest.mark.parametrize(
    ("names", "output"),
    [
        (("b.md", "b.md.txt"), "clean/b.md.txt"),
        (("a.gz", "a.txt.gz"), "clean/a.txt.gz"),
    ],
)
def test_two_inputs_for_one_output_are_refused(tmp_path: Path, names: tuple[str, str], output: str) -> None:
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_bytes(packed(b"x", "gz" if name.endswith("gz") else ""))
    with pytest.raises(UsageError, match=f"{names[0]} and {names[1]} would write the same output {output}"):
        cleaned(tmp_path / "in", tmp_path / "out")
    for name in ("a.jsonl", "a.json"):
        write_rows(tmp_path / "rows" / name, name[2:], ROWS[:1])
    with pytest.raises(UsageError, match=r"would write the same output clean/a\.jsonl; rename one"):
        cleaned(tmp_path / "rows", tmp_path / "out", to="jsonl")


def test_the_format_may_be_told_where_names_do_not(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "news.log", "jsonl", ROWS[:3])
    assert cleaned(source, tmp_path / "out", format="jsonl").figures.documents == 3
    assert [row["id"] for row in read_rows_of(tmp_path / "out/clean/news.log")] == ["n00", "n01", "n02"]
    assert verify(tmp_path / "out", source) == []
    assert cleaned(source, tmp_path / "text").figures.documents == 1
    text = tmp_path / "a.jsonl"
    text.write_text("正文,\n", encoding="utf-8")
    cleaned(text, tmp_path / "as text", format="text")
    assert (tmp_path / "as text/clean/a.jsonl.txt").read_text(encoding="utf-8") == "正文，\n\n"
    assert restore(tmp_path / "as text", tmp_path / "back") == []
    assert (tmp_path / "back/a.jsonl").read_bytes() == text.read_bytes()


def read_rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


# Standard input and output, dry runs


@pytest.mark.parametrize("format", ["jsonl", "jsonl.gz", "json", "parquet", "text"])
def test_standard_input_is_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    if format == "text":
        raw = "标题,\n正文,\n".encode()
    else:
        raw = write_rows(tmp_path / name_for(format), format, ROWS[:4]).read_bytes()

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe(raw))))  # type: ignore[arg-type]
    summary = cleaned(Path("-"), tmp_path / "out", format=format)
    assert summary.failures == ()
    name = "stdin.txt" if format == "text" else name_for(format, "stdin")
    if format == "text":
        assert (tmp_path / "out/clean/stdin.txt").read_text(encoding="utf-8") == "标题，\n正文，\n\n"
    else:
        assert [row["id"] for row in read_rows(tmp_path / "out/clean" / name)] == ["n00", "n01", "n02", "n03"]
    assert verify(tmp_path / "out") == []
    with pytest.raises(UsageError, match="standard input cannot be read again"):
        cleaned(Path("-"), tmp_path / "out", format=format, resume=True)


def test_standard_input_needs_a_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="standard input has no name that tells its format; name it with --from"):
        cleaned(Path("-"), tmp_path / "out")


def test_a_dry_run_of_rows_writes_nothing_and_counts(mixed: Path, tmp_path: Path) -> None:
    dry = cleaned(mixed, tmp_path / "out", dry_run=True)
    assert not (tmp_path / "out").exists()
    done = cleaned(mixed, tmp_path / "out")
    assert (dry.figures, dry.failures) == (done.figures, done.failures)


# Interruptions


def stopper(what: str, done: int) -> Watch:
    def watch(now: str, count: int, total: int) -> None:
        if now == what and count >= done:
            raise Interrupted

    return watch


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_run_goes_on_and_ends_the_same(mixed: Path, tmp_path: Path, jobs: int) -> None:
    cleaned(mixed, tmp_path / "straight")
    out = tmp_path / "out"
    for stop_at in (("reading and cleaning", 3), ("reading and cleaning", 60), ("cleaning", 20), ("writing", 9)):
        with pytest.raises(Interrupted):
            cleaned(mixed, out, jobs=jobs, resume=out.exists(), watch=stopper(*stop_at))
        straight = tree(tmp_path / "straight")
        for name, raw in tree(out).items():
            assert name.startswith(".work/") or straight[name] == raw
    with pytest.raises(Interrupted):
        cleaned(mixed, out, jobs=jobs, resume=True, watch=stopper("writing", 100))
    assert not (out / "manifest.json").exists()
    cleaned(mixed, out, jobs=jobs, resume=True)
    assert tree(out) == tree(tmp_path / "straight")


def test_rows_that_changed_before_a_run_goes_on_are_read_again(mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        cleaned(mixed, out, watch=stopper("writing", 100))
    rows = read_rows(mixed / "sub/0.jsonl")
    write_rows(mixed / "sub/0.jsonl", "jsonl", [{"id": "new", "text": "新的一行,"}, *rows[::-1]])
    (mixed / "3.parquet").unlink()
    cleaned(mixed, out, resume=True)
    cleaned(mixed, tmp_path / "straight")
    assert tree(out) == tree(tmp_path / "straight")


def test_resuming_a_finished_run_of_rows_does_nothing_and_says_so(mixed: Path, tmp_path: Path) -> None:
    first = cleaned(mixed, tmp_path / "out")
    again = cleaned(mixed, tmp_path / "out", resume=True)
    assert again.finished_before
    assert (again.figures, again.failures) == (first.figures, first.failures)
    with pytest.raises(UsageError, match="another recipe"):
        cleaned(mixed, tmp_path / "out", resume=True, text_field="body")
    rows = read_rows(mixed / "3.parquet")
    write_rows(mixed / "3.parquet", "parquet", [{**rows[0], "text": "新"}, *rows[1:]])
    with pytest.raises(UsageError, match=r"finished run, and '3\.parquet#n03' changed since"):
        cleaned(mixed, tmp_path / "out", resume=True)


# The way back


def edited(path: Path, change: Callable[[list[str]], object]) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    change(lines)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def edit_text(lines: list[str]) -> None:
    row = json.loads(lines[2])
    lines[2] = json.dumps({**row, "text": row["text"] + "改"}, ensure_ascii=False)


def edit_field(lines: list[str]) -> None:
    lines[2] = lines[2].replace('"n": 900', '"n": 800')


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda out, source: edited(out / "clean/news.jsonl", edit_text), {"news.jsonl", "news.jsonl#n02"}),
        (lambda out, source: edited(out / "clean/news.jsonl", edit_field), {"news.jsonl"}),
        (
            lambda out, source: edited(out / "clean/news.jsonl", lambda rows: rows.pop()),
            {"news.jsonl", "news.jsonl#n19"},
        ),
        (lambda out, source: edited(out / "clean/news.jsonl", lambda rows: rows.append("{}")), {"news.jsonl"}),
        (lambda out, source: edited(out / "quarantine/news.jsonl", lambda rows: rows.reverse()), {"news.jsonl"}),
        (
            lambda out, source: edited(out / "quarantine/news.jsonl", lambda rows: rows.pop()),
            {"news.jsonl", "news.jsonl#9"},
        ),
        (lambda out, source: (out / "quarantine/news.jsonl").unlink(), {"news.jsonl", "news.jsonl#1", "news.jsonl#9"}),
        (lambda out, source: (out / "clean/news.jsonl").unlink(), {"news.jsonl"}),
        (lambda out, source: (out / "files.jsonl").unlink(), {"files.jsonl", "news.jsonl"}),
        (lambda out, source: (out / "files.jsonl").write_bytes(b"x"), {"files.jsonl", "news.jsonl"}),
        (lambda out, source: (out / "ledger/00000.jsonl.zst").write_bytes(b""), {"ledger/00000.jsonl.zst"}),
        (lambda out, source: (out / "clean/more.jsonl").write_bytes(b""), {"clean/more.jsonl"}),
        (lambda out, source: edited(source, edit_text), {"news.jsonl#n01"}),
        (lambda out, source: edited(source, lambda rows: rows.pop()), {"news.jsonl#n19"}),
        (lambda out, source: edited(source, lambda rows: rows.append('{"text": "x"}')), {"news.jsonl#23"}),
        (lambda out, source: source.write_bytes(b""), {"news.jsonl#n00", "news.jsonl#n19"}),
    ],
)
def test_verify_names_what_was_harmed(tmp_path: Path, harm: Callable[[Path, Path], object], named: set[str]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    lines[0:0] = ["no JSON"]
    lines[8:8] = ['{"text": 7}']
    source = tmp_path / "news.jsonl"
    source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    out = tmp_path / "out"
    cleaned(source, out)
    assert verify(out, source) == []
    harm(out, source)
    found = [name for name, _ in verify(out, source)]
    for name in named:
        assert any(told == name or told.endswith(f"/{name}") for told in found), (name, found)


def test_restore_tells_that_other_fields_were_changed(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "news.jsonl", "jsonl", ROWS)
    cleaned(source, tmp_path / "out")
    edited(tmp_path / "out/clean/news.jsonl", edit_field)
    problems = restore(tmp_path / "out", tmp_path / "back")
    assert [(id, told.rpartition(":")[2]) for id, told in problems] == [
        ("news.jsonl", " was changed after the run, or is missing")
    ]


@pytest.mark.parametrize("format", ["jsonl", "parquet", "jsonl.zst"])
def test_of_a_file_with_an_edited_row_the_others_are_given_back(tmp_path: Path, format: str) -> None:
    source = write_rows(tmp_path / name_for(format), format, ROWS)
    cleaned(source, tmp_path / "out")
    clean = tmp_path / "out/clean" / source.name
    rows = read_rows(clean)
    write_rows(clean, format, [{**row, "text": "改"} if row["id"] == "n05" else row for row in rows])
    problems = dict(restore(tmp_path / "out", tmp_path / "back"))
    assert problems[f"{source.name}#n05"] == "the clean text was changed after the run"
    assert set(problems) == {source.name, f"{source.name}#n05"}
    assert read_rows(tmp_path / "back" / source.name) == [row for row in ROWS if row["id"] != "n05"]


@pytest.mark.parametrize("format", FORMATS)
def test_explain_finds_a_row_in_every_format(tmp_path: Path, format: str) -> None:
    source = write_rows(tmp_path / "in" / name_for(format), format, ROWS)
    cleaned(source, tmp_path / "out")
    place = f"{tmp_path}/out/clean/{source.name}"
    for row in (ROWS[0], ROWS[11], ROWS[19]):
        told = explain(f"{place}#{row['id']}")
        assert any("upper width: ',' → '，'" in line for line in told)
    told = explain(f"{place}#n11:2")
    assert any(f"first-only cut (exact, kept: {source.name}#n04#" in line for line in told)
    with pytest.raises(UsageError, match="has 3 lines, so there is no line 9"):
        explain(f"{place}#n11:9")
    with pytest.raises(UsageError, match="is a file of rows; name one with # and its id"):
        explain(place)
    with pytest.raises(UsageError, match="was written by no run"):
        explain(f"{place}#none")


def test_explain_finds_rows_by_numbers_and_by_odd_ids(tmp_path: Path) -> None:
    keys = [None, "10:30", "a\tb", "100%41", "x#y", "5", "a:1:2"]
    rows = [{"id": key, "text": f"第{i}篇,\n二,"} for i, key in enumerate(keys)]
    write_rows(tmp_path / "in/a#b.jsonl", "jsonl", rows)
    cleaned(tmp_path / "in", tmp_path / "out")
    place = f"{tmp_path}/out/clean/a#b.jsonl"
    for i, key in enumerate(keys):
        for line in ("", ":1"):
            told = explain(f"{place}#{'1' if key is None else key}{line}")
            assert told[0] == f"line 1 (source line 1): 第{i}篇，"
            assert (len(told) > 4) == (not line)
    assert explain(f"{place}#a%09b")[0] == "line 1 (source line 1): 第2篇，"


def test_explain_says_that_a_row_was_edited_or_was_not_cleaned(tmp_path: Path) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text('{"id": "a", "text": "一,"}\n{"id": "b", "text": 7}\n', encoding="utf-8")
    cleaned(source, tmp_path / "out")
    place = f"{tmp_path}/out/clean/news.jsonl"
    with pytest.raises(UsageError, match="was not cleaned: the field 'text' is a number"):
        explain(f"{place}#2")
    Path(place).write_text('{"id": "a", "text": "二，"}\n', encoding="utf-8")
    with pytest.raises(RestoreError, match="the clean text was changed after the run"):
        explain(f"{place}#a")


# The command


def test_the_command_cleans_rows_and_tells_the_way_back(tmp_path: Path) -> None:
    source = write_rows(
        tmp_path / "news.jsonl.gz", "jsonl.gz", [{"key": row["id"], "body": row["text"]} for row in ROWS]
    )
    asked = ("--text-field", "body", "--id-field", "key", "--with", "meta,removed", "--jobs", "1")
    done = textclean("run", source, tmp_path / "out", *asked)
    assert done.returncode == 0, done.stderr.decode()
    assert textclean("verify", tmp_path / "out", source).returncode == 0
    told = textclean("explain", f"{tmp_path}/out/clean/news.jsonl.gz#n11:1")
    assert told.returncode == 0, told.stderr.decode()
    assert "normalize" in told.stdout.decode()
    assert textclean("restore", tmp_path / "out", tmp_path / "back").returncode == 0
    refused = textclean("run", source, tmp_path / "other")
    assert (refused.returncode, b"there are: key, body" in refused.stderr) == (2, True)


def test_the_command_writes_rows_to_standard_output(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "news.json", "json", ROWS[:3])
    done = textclean("run", source, "-", "--to", "jsonl", "--jobs", "1")
    assert done.returncode == 0, done.stderr.decode()
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["n00", "n01", "n02"]
    assert b"documents" in done.stderr
