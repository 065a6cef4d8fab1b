"""Near-duplicate rows out of lines, JSON lines and Parquet: rows stay as they came, bad input is named."""

import io
import random
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.commands.dedup import Outcome, dedup
from textclean.errors import InputError, UsageError
from textclean.testing import news_paragraph

RNG = random.Random("dedup")
NEWS = [news_paragraph(RNG, 60, 160) for _ in range(12)]
NEAR = "据了解，" + NEWS[0].replace("，", "、", 1)


def run(*files: Path, **options: object) -> tuple[bytes, Outcome]:
    out = io.BytesIO()
    outcome = dedup(files, out, **options)  # type: ignore[arg-type]
    return out.getvalue(), outcome


def told(outcome: Outcome) -> list[tuple[int, object, str]]:
    return [(one.row + 1, one.twin_told, one.kind) for one in outcome.removed]


def lines(path: Path, rows: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(rows) + "\n").encode(encoding))
    return path


def objects(path: Path, texts: list[str]) -> Path:
    path.write_bytes(b"".join(orjson.dumps({"id": i, "text": text}) + b"\n" for i, text in enumerate(texts)))
    return path


def test_lines_of_several_files_are_compared_together(tmp_path: Path) -> None:
    one = lines(tmp_path / "a", [NEWS[0], "", NEWS[1], NEWS[2][10:60]])
    two = lines(tmp_path / "b", [NEWS[2], NEWS[1], "", NEAR], "gb18030")
    kept, outcome = run(one, two, containment=0.99, removed=tmp_path / "gone")
    assert kept.decode().split("\n") == [NEWS[0], "", NEWS[1], NEWS[2], "", ""]
    assert told(outcome) == [(4, 5, "contained"), (6, 3, "exact"), (8, 1, "near")]
    assert outcome.compared == 6
    rows = [row.split("\t") for row in (tmp_path / "gone").read_text(encoding="utf-8").splitlines()]
    assert [row[:3] + row[4:] for row in rows] == [
        ["4", "5", "contained", NEWS[2][10:60]],
        ["6", "3", "exact", NEWS[1]],
        ["8", "1", "near", NEAR],
    ]
    assert [row[3] for row in rows[:2]] == ["1.0000", "1.0000"]
    assert 0.8 <= float(rows[2][3]) < 1


def test_json_lines_come_back_byte_for_byte(tmp_path: Path) -> None:
    rows = [
        f'{{"text": "{NEWS[0]}",  "n": 1.0}}',
        "",
        '{{"n":2, "text":"{}"}}'.format(NEWS[0].replace("。", "\\u3002")),
        '{"text": "", "n": 3}',
        '{"text": "", "n": 4}',
        f'{{"text": "{NEWS[1]}"}}',
    ]
    path = lines(tmp_path / "a.jsonl", rows)
    kept, outcome = run(path, text_field="text", removed=tmp_path / "gone")
    assert kept.decode().split("\n") == [*rows[:2], *rows[3:], ""]
    assert told(outcome) == [(3, 1, "exact")]
    (gone,) = map(orjson.loads, (tmp_path / "gone").read_bytes().splitlines())
    assert gone == {"number": 3, "twin": 1, "kind": "exact", "similarity": 1.0, "row": {"n": 2, "text": NEWS[0]}}


def test_a_byte_order_mark_and_carriage_returns_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"".join(orjson.dumps({"text": NEWS[i]}) + b"\r\n" for i in (0, 1, 0)))
    kept, outcome = run(path, text_field="text")
    assert [orjson.loads(row)["text"] for row in kept.splitlines()] == NEWS[:2]
    assert told(outcome) == [(3, 1, "exact")]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([*NEWS[:6], NEAR, "", " ", "短"]), max_size=12))
def test_every_row_is_kept_or_removed_and_all_forms_agree(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("dedup")
    kept, outcome = run(objects(folder / "a", texts), text_field="text")
    ids = [orjson.loads(row)["id"] for row in kept.splitlines()]
    gone = {one.row: one.twin for one in outcome.removed}
    assert sorted([*ids, *gone]) == list(range(len(texts)))
    assert ids == sorted(ids)
    assert set(gone.values()) <= set(ids)
    assert outcome.compared == sum(1 for text in texts if text.strip())
    assert told(run(lines(folder / "b", texts))[1]) == told(outcome)


def table(path: Path, texts: list[str | None], kind: str = "string") -> Path:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    import pyarrow.parquet as pq

    column = pa.array(texts, pa.string()).cast(kind)
    pq.write_table(pa.table({"text": column, "id": pa.array(range(len(texts)), pa.int32())}), path)
    return path


@pytest.mark.parametrize("kind", ["string", "large_string"])
def test_parquet_in_parquet_out(tmp_path: Path, kind: str) -> None:
    one = table(tmp_path / "a.parquet", [NEWS[0], " ", NEWS[1]], kind)
    two = table(tmp_path / "b.parquet", [NEAR, "", NEWS[1], NEWS[2]], kind)
    kept, outcome = run(one, two, text_field="text", removed=tmp_path / "gone.parquet")
    import pyarrow.parquet as pq

    found = pq.read_table(io.BytesIO(kept))
    assert found.schema.equals(pq.read_table(one).schema)
    assert found.to_pydict() == {"text": [NEWS[0], " ", NEWS[1], "", NEWS[2]], "id": [0, 1, 2, 1, 3]}
    assert told(outcome) == [(4, 1, "near"), (6, 3, "exact")]
    gone = pq.read_table(tmp_path / "gone.parquet").to_pylist()
    assert [(row["number"], row["twin"], row["kind"]) for row in gone] == [(4, "1", "near"), (6, "3", "exact")]
    assert gone[1]["row"] == {"text": NEWS[1], "id": 2}


def test_parquet_without_a_row_is_bearable(tmp_path: Path) -> None:
    kept, outcome = run(table(tmp_path / "a", []), text_field="text", removed=tmp_path / "gone")
    assert kept.startswith(b"PAR1")
    assert outcome == Outcome(0, ())


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    for field in (None, "text"):
        assert run(lines(tmp_path / "a", [""]), text_field=field)[1] == Outcome(0, ())
        (tmp_path / "b").write_bytes(b"")
        assert run(tmp_path / "b", text_field=field) == (b"", Outcome(0, ()))


BAD_ROWS = [
    (b'{"text": "a"}\n{"text": \n', InputError, "a, line 2: not JSON: "),
    (b'{"text": "a"}\n\n[1]\n', InputError, "a, line 3: a list, not an object"),
    (b'{"txt": "a", "id": 1}\n', InputError, r"a, line 1: there is no field 'text' \(there are: txt, id\)"),
    (b'{"text": "a"}\n{"text": null}', InputError, "a, line 2: the field 'text' is null, not a string"),
    (b'{"text": 7}', InputError, "a, line 1: the field 'text' is a number, not a string"),
    (b'{"text": true}', InputError, "a, line 1: the field 'text' is a boolean, not a string"),
    (b'{"text": "\xe6\x96\xb0\xff\xe9\x97\xbb"}', InputError, "a, line 1: is not in UTF-8"),
    (b"PAR1 but not Parquet", InputError, "a: cannot be read as Parquet"),
]


@pytest.mark.parametrize(("raw", "kind", "says"), BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_is_written(
    tmp_path: Path, raw: bytes, kind: type[Exception], says: str
) -> None:
    if raw.startswith(b"PAR1"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'textclean[parquet]'")
    (tmp_path / "a").write_bytes(raw)
    out = io.BytesIO()
    good = objects(tmp_path / "good", NEWS[:1]) if not raw.startswith(b"PAR1") else tmp_path / "a"
    with pytest.raises(kind, match=says):
        dedup([good, tmp_path / "a"], out, text_field="text", removed=tmp_path / "gone", index=tmp_path / "seen")
    assert out.getvalue() == b""
    assert not (tmp_path / "gone").exists()
    assert not (tmp_path / "seen").exists()


def test_bad_tables_are_named(tmp_path: Path) -> None:
    path = table(tmp_path / "a", ["a", None])
    with pytest.raises(InputError, match="a, row 2: the field 'text' is null, not a string"):
        run(path, text_field="text")
    with pytest.raises(InputError, match="the column 'id' holds int32, not strings"):
        run(path, text_field="id")
    with pytest.raises(InputError, match=r"there is no column 'body' \(there are: text, id\)"):
        run(path, text_field="body")
    with pytest.raises(InputError, match="has other columns than the file before"):
        run(table(tmp_path / "b", ["a"]), table(tmp_path / "c", ["a"], "large_string"), text_field="text")
    with pytest.raises(UsageError, match="not of the form of the files before"):
        run(objects(tmp_path / "d", ["a"]), path, text_field="text")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "a").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"needs pyarrow: pip install 'textclean\[parquet\]'"):
        run(tmp_path / "a", text_field="text")


def test_files_that_are_not_there_or_are_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: No such file"):
        run(tmp_path / "none")
    with pytest.raises(UsageError, match="is a folder"):
        run(tmp_path)
    with pytest.raises(UsageError, match="can be read once"):
        run(Path("-"), Path("-"))


def test_with_an_index_the_next_run_removes_what_this_one_kept(tmp_path: Path) -> None:
    index = tmp_path / "seen.index"
    monday = lines(tmp_path / "monday", ["头条", NEWS[0], "", NEWS[1], NEWS[1]])
    tuesday = objects(tmp_path / "tuesday", [NEWS[2], NEWS[1], NEAR, NEWS[2], NEWS[0][8:55]])
    assert told(run(monday, index=index)[1]) == [(5, 4, "exact")]
    kept, outcome = run(tuesday, text_field="text", containment=0.9, index=index, removed=tmp_path / "gone")
    assert [orjson.loads(row)["id"] for row in kept.splitlines()] == [0]
    assert told(outcome) == [
        (2, f"{monday}#4", "exact"),
        (3, f"{monday}#2", "near"),
        (4, 1, "exact"),
        (5, f"{monday}#2", "contained"),
    ]
    assert orjson.loads((tmp_path / "gone").read_bytes().splitlines()[0])["twin"] == f"{monday}#4"
    again = run(tuesday, text_field="text", containment=0.9, index=index)
    assert again == (kept, outcome)
    wednesday = lines(tmp_path / "wednesday", [NEWS[2], NEWS[3]])
    assert told(run(wednesday, index=index)[1]) == [(1, f"{tuesday}#1", "exact")]


def test_with_an_index_two_files_of_a_run_are_still_compared(tmp_path: Path) -> None:
    one, two = lines(tmp_path / "a", NEWS[:2]), lines(tmp_path / "b", NEWS[1:3])
    for _ in range(2):
        assert told(run(one, two, index=tmp_path / "seen")[1]) == [(3, 2, "exact")]


def test_a_table_with_an_index(tmp_path: Path) -> None:
    path = table(tmp_path / "a", NEWS[:2])
    run(path, text_field="text", index=tmp_path / "seen")
    outcome = run(lines(tmp_path / "b", NEWS[1:3]), index=tmp_path / "seen")[1]
    assert told(outcome) == [(1, f"{path}#2", "exact")]


def test_an_index_of_a_run_is_not_one_for_plain_rows(tmp_path: Path) -> None:
    from textclean import Duplicates
    from textclean.index.open import open_index

    open_index(tmp_path / "seen", [Duplicates()]).close()
    with pytest.raises(UsageError, match="folding is '"):
        run(lines(tmp_path / "a", NEWS), index=tmp_path / "seen")
