"""Documents between phases: on disk, in memory, and both."""

from pathlib import Path

import pytest

from textclean.document import Document
from textclean.io.spill import Entry, MemorySpill, Spill, SpilledTexts, replace_file
from textclean.pipeline import Pipeline
from textclean.stage import TextRef

DOCS = [Pipeline([]).clean(f"第{i}篇\n正文", f"{i}.txt") for i in range(5)]


@pytest.fixture(params=["disk", "memory", "both"])
def spill(request: pytest.FixtureRequest, tmp_path: Path) -> Spill:
    if request.param == "disk":
        return Spill(tmp_path)
    return MemorySpill(tmp_path, 1_000 if request.param == "memory" else 15)


def test_what_is_written_is_read(spill: Spill) -> None:
    refs = spill.write(0, 0, DOCS[:2], [None, None]) + spill.write(0, 1, DOCS[2:], [None] * 3)
    assert [spill.read(ref) for ref in refs] == DOCS


def test_pieces_come_in_the_order_in_which_they_were_asked_for(spill: Spill) -> None:
    refs = dict(zip((doc.id for doc in DOCS), spill.write(0, 0, DOCS, [None] * 5), strict=True))
    wanted = [TextRef("3.txt", 0, 3), TextRef("0.txt", 4, 6), TextRef("3.txt", 1, 2)]
    assert SpilledTexts(spill, refs)(wanted) == ["第3篇", "正文", "3"]


def test_segments_tell_what_they_hold(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.write(0, 7, DOCS[:2], [None, ("picky", "no")])
    found = spill.entries(0)
    assert [(entry.id, entry.failure) for entry in found] == [("0.txt", None), ("1.txt", ("picky", "no"))]
    assert all(isinstance(entry, Entry) and len(entry.digest) == 64 for entry in found)
    assert spill.next_batch(0) == 8
    assert spill.entries(1) == []


def test_a_phase_made_for_something_else_is_started_anew(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.keep_for(0, "recipe")
    spill.write(0, 0, DOCS, [None] * 5)
    spill.keep_for(0, "recipe")
    assert len(spill.entries(0)) == 5
    spill.keep_for(0, "another")
    assert spill.entries(0) == []


def test_a_spill_that_does_not_last_offers_nothing_to_take_up_and_keeps_no_note(tmp_path: Path) -> None:
    spill = MemorySpill(tmp_path, 15)
    spill.keep_for(0, "recipe")
    assert not list(tmp_path.iterdir())
    spill.write(0, 0, DOCS, [None] * 5)
    assert (spill.lasts, spill.entries(0), spill.next_batch(0)) == (False, [], 0)


def test_released_documents_make_room(tmp_path: Path) -> None:
    spill = MemorySpill(tmp_path, 12)
    first = spill.write(0, 0, DOCS[:2], [None, None])
    assert all(not ref.segment for ref in first)
    assert spill.write(0, 1, DOCS[2:3], [None])[0].segment
    spill.release(first[0])
    assert not spill.write(1, 0, DOCS[2:3], [None])[0].segment


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        replace_file(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_documents_are_what_is_spilled(spill: Spill) -> None:
    (ref,) = spill.write(0, 0, [Document("a", "文")], [None])
    assert spill.read(ref) == Document("a", "文")
