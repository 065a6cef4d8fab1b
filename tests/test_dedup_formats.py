"""What ``textclean dedup`` reads and writes: every format, compressed or not, from files and from standard input."""

import gzip
import io
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.commands import dedup as module
from textclean.commands.dedup import Outcome, dedup
from textclean.errors import InputError, OutputError, UsageError
from textclean.testing import news_paragraph

RNG = random.Random("dedup formats")
NEWS = [news_paragraph(RNG, 60, 160) for _ in range(8)]
NEAR = "据了解，" + NEWS[0].replace("，", "、", 1)
TEXTS = [NEWS[0], NEWS[1], NEAR, NEWS[2], NEWS[1]]
KEPT = [0, 1, 3]


def run(*files: Path, **options: Any) -> tuple[bytes, Outcome]:
    out = io.BytesIO()
    outcome = dedup(files, out, **options)
    return out.getvalue(), outcome


def places(outcome: Outcome) -> list[tuple[int, object, str]]:
    return [(one.row, one.twin, one.kind) for one in outcome.removed]


def text(texts: Sequence[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def json_lines(texts: Sequence[str]) -> bytes:
    return b"".join(orjson.dumps({"id": i, "text": text}) + b"\n" for i, text in enumerate(texts))


def json_array(texts: Sequence[str]) -> bytes:
    return b"[\n" + b",\n".join(json_lines(texts).splitlines()) + b"\n]\n"


def json_stream(texts: Sequence[str]) -> bytes:
    rows = [orjson.dumps({"id": i, "text": text}, option=orjson.OPT_INDENT_2) for i, text in enumerate(texts)]
    return b"\n".join(rows) + b"\n"


def parquet(texts: Sequence[str | None], **options: Any) -> bytes:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"id": range(len(texts)), "text": pa.array(texts, pa.string())}), out, **options)
    return out.getvalue()


def table(raw: bytes) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(raw))


FORMATS: dict[str, Callable[[Sequence[str]], bytes]] = {
    "a.txt": text,
    "a.jsonl": json_lines,
    "a.ndjson": json_lines,
    "a.json": json_array,
    "b.json": json_stream,
    "c.json": json_lines,
}
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": lambda raw: zstandard.ZstdCompressor().compress(raw),
}


@pytest.mark.parametrize("suffix", ["", *COMPRESSED])
@pytest.mark.parametrize("name", FORMATS)
def test_the_name_tells_the_format_and_rows_come_back_as_they_were(tmp_path: Path, name: str, suffix: str) -> None:
    raw = FORMATS[name](TEXTS)
    (tmp_path / f"{name}{suffix}").write_bytes(COMPRESSED[suffix](raw) if suffix else raw)
    kept, outcome = run(tmp_path / f"{name}{suffix}", removed=tmp_path / "gone")
    assert places(outcome) == [(2, 0, "near"), (4, 1, "exact")]
    if name == "a.txt":
        assert kept == text([TEXTS[i] for i in KEPT])
        return
    rows = [row for i, row in enumerate(json_rows(raw)) if i in KEPT]
    style = {b"[": (b"[\n", b",\n", b"\n]\n")}.get(raw[:1], (b"", b"\n", b"\n"))
    assert kept == style[0] + style[1].join(rows) + style[2]
    gone = list(map(orjson.loads, json_rows((tmp_path / "gone").read_bytes())))
    assert [(row["number"], row["twin"], row["row"]["id"]) for row in gone] == [(3, 1, 2), (5, 2, 4)]


def json_rows(raw: bytes) -> list[bytes]:
    """The objects of a JSON file, as they are written."""
    told, read = raw.decode().removeprefix("["), json.JSONDecoder().raw_decode
    rows, at = [], told.find("{")
    while at >= 0:
        end = read(told, at)[1]
        rows.append(told[at:end].encode())
        at = told.find("{", end)
    return rows


def test_files_may_be_compressed_otherwise_and_what_is_removed_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(json_lines(TEXTS[:2]))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(json_lines(TEXTS[2:3])))
    (tmp_path / "c.jsonl.zst").write_bytes(COMPRESSED[".zst"](json_lines(TEXTS[3:])))
    names = ["a.jsonl", "b.jsonl.gz", "c.jsonl.zst"]
    kept, outcome = run(*(tmp_path / name for name in names), removed=tmp_path / "gone.jsonl.gz")
    assert kept == json_lines(TEXTS[:2]) + json_lines(TEXTS[3:4])
    assert places(outcome) == [(2, 0, "near"), (4, 1, "exact")]
    gone = gzip.decompress((tmp_path / "gone.jsonl.gz").read_bytes())
    assert [orjson.loads(row)["number"] for row in gone.splitlines()] == [3, 5]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16", "utf-8-sig"])
def test_text_in_any_encoding_is_written_as_utf_8(tmp_path: Path, encoding: str, suffix: str) -> None:
    line = "青溪縣今年的春茶長勢良好，預計全縣產量將達到三千二百噸，比去年同期增長百分之八。"
    raw = f"{line}\n另一段\n\n{line}\n".encode(encoding)
    (tmp_path / f"a.txt{suffix}").write_bytes(gzip.compress(raw) if suffix else raw)
    kept, outcome = run(tmp_path / f"a.txt{suffix}")
    assert kept.decode() == f"{line}\n另一段\n\n"
    assert places(outcome) == [(3, 0, "exact")]


def test_json_lines_in_another_encoding_come_back_in_it(tmp_path: Path) -> None:
    raw = json_lines(TEXTS).decode().encode("gb18030")
    (tmp_path / "a.jsonl").write_bytes(raw)
    kept, outcome = run(tmp_path / "a.jsonl", removed=tmp_path / "gone")
    assert kept.splitlines() == [row for i, row in enumerate(raw.splitlines()) if i in KEPT]
    assert orjson.loads((tmp_path / "gone").read_bytes().decode("gb18030").splitlines()[0])["row"]["text"] == NEAR
    assert len(outcome.removed) == 2


def test_a_field_may_lie_within_another(tmp_path: Path) -> None:
    rows = [{"text": 7, "article": {"body": text}} for text in TEXTS]
    (tmp_path / "a.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    kept, outcome = run(tmp_path / "a.jsonl", text_field="article.body")
    assert [orjson.loads(row) for row in kept.splitlines()] == [rows[i] for i in KEPT]
    assert places(outcome) == [(2, 0, "near"), (4, 1, "exact")]
    with pytest.raises(InputError, match=r"a\.jsonl, line 1: there is no field 'article\.title'"):
        run(tmp_path / "a.jsonl", text_field="article.title")
    (tmp_path / "b.jsonl").write_bytes(b'{"article": "text"}\n')
    with pytest.raises(InputError, match=r"b\.jsonl, line 1: there is no field 'article\.body'"):
        run(tmp_path / "b.jsonl", text_field="article.body")


def test_a_column_may_lie_within_another(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    import pyarrow.parquet as pq

    rows = [{"article": {"body": text, "n": i}} for i, text in enumerate(TEXTS)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    kept, outcome = run(tmp_path / "a.parquet", text_field="article.body", removed=tmp_path / "gone")
    assert table(kept).to_pylist() == [rows[i] for i in KEPT]
    assert [row["row"] for row in pq.read_table(tmp_path / "gone").to_pylist()] == [rows[2], rows[4]]
    assert places(outcome) == [(2, 0, "near"), (4, 1, "exact")]
    pq.write_table(pa.Table.from_pylist([rows[0], {"article": None}]), tmp_path / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet, row 2: the field 'article\.body' is null"):
        run(tmp_path / "b.parquet", text_field="article.body")


def test_the_format_that_is_named_holds_whatever_the_files_are_called(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(json_lines(TEXTS))
    (tmp_path / "b.jsonl").write_bytes(text(TEXTS))
    (tmp_path / "c").write_bytes(gzip.compress(json_array(TEXTS)))
    assert run(tmp_path / "a.txt", format="jsonl")[0].count(b"\n") == 3
    assert run(tmp_path / "b.jsonl", format="text")[0] == text([TEXTS[i] for i in KEPT])
    assert len(orjson.loads(run(tmp_path / "c", format="json.gz")[0])) == 3
    with pytest.raises(UsageError, match="unknown format 'csv'"):
        run(tmp_path / "a.txt", format="csv")
    with pytest.raises(UsageError, match="lines of text have no fields"):
        run(tmp_path / "a.txt", format="text", text_field="text")


def test_a_named_field_makes_json_lines_of_what_tells_no_format(tmp_path: Path) -> None:
    for name in ("a", "a.txt", "a.log.gz"):
        raw = json_lines(TEXTS)
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
        assert len(run(tmp_path / name, text_field="text")[1].removed) == 2
        assert run(tmp_path / name)[0].count(b"\n") < 5  # as text, two of whose lines are alike


def test_a_missing_field_says_how_to_name_another(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"content": "text"}\n')
    with pytest.raises(InputError, match=r"there is no field 'text' \(there are: content\); name it with --text-field"):
        run(tmp_path / "a.jsonl")


@pytest.mark.parametrize("name", ["a", "a.txt", "a.txt.gz", "a.parquet.zst"])
def test_parquet_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    raw, suffix = parquet(TEXTS), Path(name).suffix
    (tmp_path / name).write_bytes(COMPRESSED[suffix](raw) if suffix in COMPRESSED else raw)
    kept, _ = run(tmp_path / name)
    assert table(kept).to_pydict() == {"id": KEPT, "text": [TEXTS[i] for i in KEPT]}


@pytest.mark.parametrize("options", [{"row_group_size": 2}, {"compression": "ZSTD"}, {"use_dictionary": False}])
def test_parquet_keeps_its_columns_and_compression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    monkeypatch.setattr("textclean.commands.dedup_output._ROWS_OF_GROUP", 2)
    import pyarrow.parquet as pq

    (tmp_path / "a.parquet").write_bytes(parquet(TEXTS, **options))
    kept, _ = run(tmp_path / "a.parquet", removed=tmp_path / "gone.parquet")
    assert table(kept).to_pydict() == {"id": KEPT, "text": [TEXTS[i] for i in KEPT]}
    assert table(kept).schema.equals(pq.read_schema(tmp_path / "a.parquet"))
    metadata = pq.read_metadata(io.BytesIO(kept))
    assert metadata.row_group(0).column(0).compression == options.get("compression", "SNAPPY")
    assert pq.read_table(tmp_path / "gone.parquet").column("number").to_pylist() == [3, 5]


def test_a_column_of_a_dictionary_is_one_of_strings(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": pa.array(TEXTS).dictionary_encode()}), tmp_path / "a.parquet")
    kept, _ = run(tmp_path / "a.parquet")
    assert table(kept).column("text").to_pylist() == [TEXTS[i] for i in KEPT]
    assert pa.types.is_dictionary(table(kept).schema.field("text").type)


def test_a_text_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    import pyarrow.parquet as pq

    bad = pa.array([b"a", "新".encode("gb18030")], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": bad}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet, row 2: the field 'text' is no UTF-8, not a string"):
        run(tmp_path / "a.parquet")


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from([*NEWS[:5], NEAR, "", " ", "\u3000", "\x1c\u2029", "短", "😀" * 9, "　缩进" + NEWS[0]]))
)
def test_all_formats_agree(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("formats")
    found = []
    for name, write in {**FORMATS, "a.parquet": parquet}.items():
        (folder / name).write_bytes(write(texts))
        kept, outcome = run(folder / name)
        found.append(outcome)
        if name == "a.parquet":
            ids = table(kept).column("id").to_pylist()
            assert sorted([*ids, *(one.row for one in outcome.removed)]) == list(range(len(texts)))
    assert all(outcome == found[0] for outcome in found)
    assert found[0].compared == sum(1 for text in texts if text.strip())


def test_files_of_two_formats_are_refused(tmp_path: Path) -> None:
    for name, write in FORMATS.items():
        (tmp_path / name).write_bytes(write(TEXTS))
    for one, other in (("a.txt", "a.jsonl"), ("a.jsonl", "a.json"), ("a.json", "b.json")):
        with pytest.raises(UsageError, match=f"{other}: is not of the form of the files before"):
            run(tmp_path / one, tmp_path / other)
    assert len(run(tmp_path / "a.jsonl", tmp_path / "c.json")[1].removed) == 7  # JSON lines in both


def test_damaged_files_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    whole = gzip.compress(json_lines(TEXTS))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-9])
    (tmp_path / "b.json").write_bytes(json_array(TEXTS)[:-3])
    (tmp_path / "c.json").write_bytes(b'[{"text": "a"}, [1]]')
    (tmp_path / "d.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    out = io.BytesIO()
    for name, says in (
        ("a.jsonl.gz", "ends in the middle of its gz data"),
        ("b.json", "no whole JSON array"),
        ("c.json", r"c\.json, row 2: a list, not an object"),
        ("d.txt", "not text: looks like a PNG image"),
    ):
        with pytest.raises(InputError, match=says) as caught:
            dedup([tmp_path / name], out, removed=tmp_path / "gone")
        assert str(caught.value).startswith(str(tmp_path / name))
    assert out.getvalue() == b""
    assert not (tmp_path / "gone").exists()


def test_what_is_removed_goes_to_no_file_that_is_read_and_to_a_folder_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(text(TEXTS))
    with pytest.raises(UsageError, match="is one of the files that are read"):
        run(tmp_path / "a.txt", removed=tmp_path / "." / "a.txt")
    with pytest.raises(UsageError, match="the folder of the file for what is removed does not exist"):
        run(tmp_path / "a.txt", removed=tmp_path / "none" / "gone")
    assert (tmp_path / "a.txt").read_bytes() == text(TEXTS)


# The second pass


def between_passes(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    search = module.near_duplicates

    def searched(*args: Any, **options: Any) -> Any:
        found = search(*args, **options)
        work()
        return found

    monkeypatch.setattr(module, "near_duplicates", searched)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.parquet"])
def test_a_file_that_changes_between_the_passes_is_told_of_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path, index = tmp_path / name, tmp_path / "seen"
    raw = {**FORMATS, "a.parquet": parquet}[name](TEXTS)

    def grow() -> None:
        path.write_bytes(raw + raw)

    def touch() -> None:
        os.utime(path, ns=(1, 1))

    def replaced() -> None:
        state = path.stat()
        (tmp_path / "new").write_bytes(raw)
        os.utime(tmp_path / "new", ns=(state.st_atime_ns, state.st_mtime_ns))
        (tmp_path / "new").replace(path)

    for work in (grow, touch, replaced):
        path.write_bytes(raw)
        out = io.BytesIO()
        with monkeypatch.context() as patch:
            between_passes(patch, work)
            with pytest.raises(OutputError, match=f"{name}: was changed while it was read"):
                dedup([path], out, removed=tmp_path / "gone", index=index)
        assert out.getvalue() == b""
        assert not (tmp_path / "gone").exists()
    path.write_bytes(raw)
    assert places(run(path, index=index)[1]) == [(2, 0, "near"), (4, 1, "exact")]  # nothing was remembered


def test_a_file_that_is_gone_at_the_second_pass_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(text(TEXTS))
    between_passes(monkeypatch, (tmp_path / "a.txt").unlink)
    with pytest.raises(InputError, match=r"a\.txt: No such file"):
        run(tmp_path / "a.txt")


class Full(io.BytesIO):
    """Takes so many bytes and no more."""

    def write(self, content: Any) -> int:
        if self.tell() + len(content) > 300:
            raise OSError(28, "No space left on device")
        return super().write(content)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.json", "a.parquet"])
def test_what_cannot_be_written_leaves_no_file_that_looks_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes({**FORMATS, "a.parquet": parquet}[name](TEXTS))
    out = Full()
    with pytest.raises(OSError, match="No space left"):
        dedup([tmp_path / name], out, removed=tmp_path / "gone")
    assert not out.getvalue().endswith((b"PAR1", b"]\n")) or len(out.getvalue()) == 4  # 4: the magic at the beginning
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_no_copy_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "copies"))
    (tmp_path / "copies").mkdir()
    (tmp_path / "a.txt").write_bytes(text(TEXTS).decode().encode("gb18030"))
    assert run(tmp_path / "a.txt")[0] == text([TEXTS[i] for i in KEPT])
    assert list((tmp_path / "copies").iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(OutputError, match="none: cannot be written"):
        run(tmp_path / "a.txt")


# As a process


def command(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "textclean", "dedup", *arguments], input=stdin, capture_output=True, timeout=120
    )


STANDARD_INPUT: list[tuple[list[str], Callable[[Sequence[str]], bytes]]] = [
    ([], text),
    (["-"], lambda texts: text(texts).decode().encode("gb18030")),
    (["--text-field", "text"], json_lines),
    (["--column", "text", "-"], json_lines),
    (["--from", "jsonl"], json_lines),
    (["--from", "jsonl.gz", "-"], lambda texts: gzip.compress(json_lines(texts))),
    (["--from", "json"], json_array),
    (["--from", "json"], json_stream),
    (["--from", "text.zst"], lambda texts: COMPRESSED[".zst"](text(texts))),
    (["--from", "parquet"], parquet),
    ([], parquet),
    (["--text-field", "text"], parquet),
]


@pytest.mark.parametrize(("arguments", "write"), STANDARD_INPUT)
def test_standard_input_may_hold_any_format(
    tmp_path: Path, arguments: list[str], write: Callable[[Sequence[str]], bytes]
) -> None:
    done = command(*arguments, "--removed", str(tmp_path / "gone"), stdin=write(TEXTS))
    assert done.returncode == 0, done.stderr.decode()
    assert "2 of 5 paragraphs removed" in done.stderr.decode()
    raw, kept = write(TEXTS), done.stdout
    if raw.startswith(b"PAR1"):
        assert table(kept).column("text").to_pylist() == [TEXTS[i] for i in KEPT]
    else:
        rows = [NEWS[0], NEWS[1], NEWS[2]]
        assert [row for row in rows if orjson.dumps(row)[1:-1] in kept] == rows
        assert orjson.dumps(NEAR)[1:-1] not in kept
    assert (tmp_path / "gone").stat().st_size > 0


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    writer = threading.Thread(target=(tmp_path / "pipe.jsonl").write_bytes, args=(json_lines(TEXTS),))
    writer.start()
    kept, outcome = run(tmp_path / "pipe.jsonl")
    writer.join()
    assert [orjson.loads(row)["id"] for row in kept.splitlines()] == KEPT
    assert places(outcome) == [(2, 0, "near"), (4, 1, "exact")]


def test_wrong_use_exits_with_2_and_says_what_to_do(tmp_path: Path) -> None:
    for arguments, says in (
        (["--text-field", "a", "--column", "b"], "give one of them"),
        (["--from", "csv"], "unknown format 'csv'"),
        (["-", "-"], "can be read once"),
    ):
        done = command(*arguments)
        assert done.returncode == 2
        assert says in done.stderr.decode()
        assert done.stdout == b""


def test_help_names_the_options_and_not_the_old_one() -> None:
    told = command("--help").stdout.decode()
    assert "--text-field" in told
    assert "--from" in told
    assert "--column" not in told
    assert "similarity alone" in told.replace("\n ", "")
