"""What a run writes is read by others, without textclean: pandas, DuckDB, zstd with jq."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.rows import documents, name_for, read_rows, write_rows
from tests.stages_for_tests import FirstOnly, Upper
from textclean.commands.run import run
from textclean.recipe import Recipe

ROWS = [
    {"id": f"n{i:03d}", "text": f"第{i}篇,\n共有的一行,\n", "n": i, "more": {"tags": ["甲", "乙"], "rate": i + 0.5}}
    for i in range(150)
]
FORMATS = ("jsonl", "json", "json-stream", "parquet", "jsonl.gz", "jsonl.zst", "json.zst")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("readable")
    for format in FORMATS:
        write_rows(root / "in" / f"{format} file" / name_for(format), format, ROWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textclean.io.formats.json_writer._MEMBER", 4_000)
        patch.setattr("textclean.io.formats.parquet._ROWS_OF_GROUP", 40)
        patch.setattr("textclean.io.shards.DOCUMENTS_PER_SHARD", 500)
        run(root / "in", root / "out", recipe=Recipe((Upper(), FirstOnly())), extra=("meta", "removed"))
    return root / "out"


def shards(out: Path) -> list[Path]:
    found = sorted((out / "ledger").iterdir())
    assert [path.name for path in found] == ["00000.jsonl.zst", "00001.jsonl.zst", "00002.jsonl.zst"]
    starts = {tuple(row["ledger"][:2]) for row in documents(out).values()}
    assert len(starts) > 20  # there are many frames
    return found


def clean(out: Path, format: str) -> Path:
    return out / "clean" / f"{format} file" / name_for(format)


def test_pandas_reads_the_ledger_whole(out: Path) -> None:
    pandas = pytest.importorskip("pandas")
    ids = [id for shard in shards(out) for id in pandas.read_json(shard, lines=True, compression="zstd")["id"]]
    assert ids == list(documents(out))


def test_duckdb_reads_the_ledger_whole(out: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    shards(out)
    found = duckdb.sql(f"SELECT id, layers FROM read_json('{out}/ledger/*.jsonl.zst') ORDER BY id").fetchall()
    assert [id for id, _ in found] == sorted(documents(out), key=str.encode)
    assert {layer["stage"] for _, layers in found for layer in layers} == {"upper", "first-only"}


def test_zstd_and_jq_read_the_ledger_whole(out: Path) -> None:
    if shutil.which("zstd") is None or shutil.which("jq") is None:
        pytest.skip("there is no zstd, or no jq")
    command = "zstd -dcq " + " ".join(f"'{path}'" for path in shards(out)) + " | jq -r .id"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == list(documents(out))


def test_one_frame_is_enough_for_one_document(out: Path) -> None:
    if shutil.which("zstd") is None:
        pytest.skip("there is no zstd")
    row = documents(out)["jsonl file/news.jsonl#n077"]
    shard, start, end, first, last = row["ledger"]
    frame = (out / f"ledger/{shard:05d}.jsonl.zst").read_bytes()[start:end]
    done = subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True, check=True)
    assert json.loads(done.stdout[first:last])["id"] == row["id"]


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "json-stream"])
def test_pandas_reads_clean_files_whole(out: Path, format: str) -> None:
    """It reads no objects over many lines."""
    pandas = pytest.importorskip("pandas")
    path = clean(out, format)
    if format == "parquet":
        table = pandas.read_parquet(path)
    else:
        name, _, compression = format.partition(".")
        packed = {"": None, "gz": "gzip", "zst": "zstd"}[compression]
        table = pandas.read_json(path, lines=name == "jsonl", compression=packed)
    assert list(table["id"]) == [row["id"] for row in ROWS]
    assert list(table["text"]) == [row["text"] for row in read_rows(path)]
    assert list(table["n"]) == list(range(150))


@pytest.mark.parametrize("format", FORMATS)
def test_duckdb_reads_clean_files_whole(out: Path, format: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = clean(out, format)
    read = "read_parquet" if format == "parquet" else "read_json"
    found = duckdb.sql(f"SELECT id, text, n, more.rate FROM {read}('{path}')").fetchall()
    rows: list[dict[str, Any]] = read_rows(path)
    assert found == [(row["id"], row["text"], row["n"], row["more"]["rate"]) for row in rows]
    assert len(found) == 150


def test_duckdb_joins_what_a_run_tells_with_its_texts(out: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.sql(
        f"""
        SELECT d.id, d.meta.commas, c.text, c.textclean_removed
        FROM read_json('{out}/documents.jsonl') d
        JOIN read_json('{clean(out, "jsonl")}') c ON d.id = d.file || '#' || c.id
        WHERE d.file = 'jsonl file/news.jsonl' ORDER BY d.row
        """
    ).fetchall()
    assert len(found) == 150
    id, commas, text, removed = found[7]
    assert (id, commas, text) == ("jsonl file/news.jsonl#n007", 2, read_rows(clean(out, "jsonl"))[7]["text"])
    assert [cut["text"] for cut in removed][-1] == "共有的一行，"
