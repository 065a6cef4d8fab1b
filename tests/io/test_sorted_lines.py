"""A line is found among sorted ones by looking at few of them."""

import io
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.errors import RestoreError
from textclean.io.out_folder import DOCUMENTS, MARKS
from textclean.io.out_reader import OutReader
from textclean.io.sorted_lines import first_at_least
from textclean.phases import id_key

law = settings(deadline=None)
ids = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=6),
    st.builds("{}#{}".format, st.sampled_from(["a", "a.jsonl", "文"]), st.integers(0, 99)),
)


def lines(found: Sequence[str], pad: Sequence[int]) -> list[bytes]:
    """A line for each id, of various lengths."""
    return [orjson.dumps({"pad": "x" * size, "id": id}) + b"\n" for id, size in zip(found, pad, strict=True)]


@law
@given(st.lists(ids, max_size=30, unique=True), ids, st.data())
def test_the_first_line_that_is_not_below_is_found(found: list[str], wanted: str, data: st.DataObject) -> None:
    found.sort(key=id_key)
    sizes = st.one_of(st.integers(0, 9), st.integers(4_000, 4_200), st.just(20_000))
    rows = lines(found, data.draw(st.lists(sizes, min_size=len(found), max_size=len(found))))
    place = bisect_left([id_key(id) for id in found], id_key(wanted))
    expected = sum(map(len, rows[:place])) if place < len(found) else None
    file: Any = io.BufferedReader(io.BytesIO(b"".join(rows)))  # type: ignore[arg-type]
    assert first_at_least(file, "id", id_key(wanted), 1 << 20) == expected


def test_few_lines_are_looked_at() -> None:
    class Counted(io.BytesIO):
        lines = 0

        def readline(self, size: int | None = -1) -> bytes:
            type(self).lines += 1
            return super().readline(size)

    rows = lines([f"{i:08d}" for i in range(100_000)], [i % 50 for i in range(100_000)])
    file: Any = Counted(b"".join(rows))
    assert first_at_least(file, "id", id_key("00054321"), 1 << 20) == sum(map(len, rows[:54_321]))
    assert Counted.lines < 30


def folder(root: Path, documents: Sequence[dict[str, Any]], marks: Sequence[dict[str, Any]] = ()) -> OutReader:
    root.mkdir(exist_ok=True)
    for name, rows in ((DOCUMENTS, documents), (MARKS, marks)):
        (root / name).write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return OutReader(root)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_every_document_is_found_and_no_other(tmp_path: Path, count: int) -> None:
    found = sorted((f"文{i}.txt" for i in range(count)), key=id_key)
    reader = folder(tmp_path / "out", [{"id": id, "failed": ["read", "no"]} for id in found])
    for id in found:
        row = reader.find(id)
        assert row is not None
        assert row.id == id
    for id in ("", "a", "文", "文1", "文1.txt ", "文555.txt", "\U0001f600", *([] if count else ["文0.txt"])):
        assert reader.find(id) is None


def test_marks_of_a_document_are_found_though_many_stand_side_by_side(tmp_path: Path) -> None:
    def mark(id: str, n: int) -> dict[str, Any]:
        told = {"kind": "typo", "text": None, "observed": "x", "suggestion": None, "score": 1.0, "evidence": str(n)}
        return {"doc": id, **told}

    marks = [mark(f"{i:03d}.txt", n) for i in range(0, 100, 2) for n in range(i % 7)]
    reader = folder(tmp_path / "out", [], marks)
    for i in range(100):
        found = [int(row.evidence) for row in reader.marks(f"{i:03d}.txt")]
        assert found == ([] if i % 2 else list(range(i % 7)))


@pytest.mark.parametrize("raw", [b"no JSON\n", b"[]\n", b"{}\n", b'{"id": 7, "failed": 1}\n', b"\xff\n", b"\n"])
def test_damaged_lines_are_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / DOCUMENTS).write_bytes(raw)
    with pytest.raises(RestoreError, match=r"documents\.jsonl"):
        OutReader(tmp_path).find("7")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RestoreError, match=r"documents\.jsonl: cannot be read: No such file"):
        OutReader(tmp_path).find("a")
