"""Rows in files are the rows that were taken in."""

import random
from pathlib import Path

import pytest

from textclean.document import Document
from textclean.errors import OutputError
from textclean.io.tables import SpilledObservations
from textclean.stages.duplicates import Duplicates
from textclean.tables import Lists, Observations, Schema, together
from textclean.testing import corpus

STAGE = Duplicates()
SCHEMA: Schema = {"lines": {"id": "string", "start": "int64", "marks": "list<uint32>", "is_long": "bool"}}


@pytest.mark.parametrize("room", [0, 5_000, 1 << 30])
def test_however_much_waits_in_memory_the_rows_are_the_same(tmp_path: Path, room: int) -> None:
    docs = [Document(f"{i:03d}", text) for i, text in enumerate([*corpus(3, 20_000), "是的。\n" * 3, "长" * 2000])]
    random.Random(2).shuffle(docs)
    seen = [STAGE.observe_many(docs[at : at + 4]) for at in range(0, len(docs), 4)]
    whole, spilled = Observations(STAGE.tables, seen), SpilledObservations(STAGE.tables, tmp_path, room)
    for one in seen:
        spilled.add(one)
        assert spilled.array("paragraphs", "start").dtype == "int32"  # reading ends nothing
    assert spilled.ids == whole.ids == sorted(doc.id for doc in docs)
    assert list(spilled) == list(whole)
    assert list(tmp_path.iterdir()) == []  # files without a name


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    spilled = SpilledObservations(SCHEMA, tmp_path / "file", 0)
    with pytest.raises(OutputError, match="file: cannot be written"):
        spilled.add(together(SCHEMA, [("a", {"start": [0], "marks": [[1]], "is_long": [True]})]))


def test_lists_and_arrays_of_documents_become_columns() -> None:
    seen = together(
        SCHEMA,
        [
            ("b", {"start": [0, 4], "marks": [[7, 8], []], "is_long": [True, False]}),
            ("a", {"start": [], "marks": [], "is_long": []}),
            ("c", {"start": [2], "marks": [[9]], "is_long": [False]}),
        ],
    )
    found = Observations(SCHEMA, [seen])
    assert list(found) == [
        ("a", {"start": [], "marks": [], "is_long": []}),
        ("b", {"start": [0, 4], "marks": [[7, 8], []], "is_long": [True, False]}),
        ("c", {"start": [2], "marks": [[9]], "is_long": [False]}),
    ]
    assert found.array("lines", "id").tolist() == [1, 1, 2]
    assert isinstance(found.column("lines", "marks"), Lists)


@pytest.mark.parametrize(
    ("schema", "columns", "what"),
    [
        ({}, {}, "no tables are declared"),
        ({"t": {"id": "string", "at": "int64"}}, {"at": [1]}, "needs the columns 'id' and 'start'"),
        ({"t": {"id": "string", "start": "int64"}}, {"start": [1], "end": [2]}, "declared are"),
        ({"t": {"id": "string", "start": "int64", "end": "int64"}}, {"start": [1], "end": []}, "different lengths"),
        ({"t": {"id": "string", "start": "int64", "word": "string"}}, {"start": [1], "word": ["x"]}, "not 'string'"),
    ],
)
def test_what_is_not_as_declared_is_refused(schema: Schema, columns: dict[str, list[object]], what: str) -> None:
    with pytest.raises((TypeError, ValueError), match=what):
        together(schema, [("a", columns)])
