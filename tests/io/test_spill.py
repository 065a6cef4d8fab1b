"""Documents between phases: on disk, in memory, and both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from textclean.document import Document
from textclean.errors import OutputError
from textclean.io.files import replace_file
from textclean.io.spill import Item, MemorySpill, Spill, SpilledTexts, _size_in_memory
from textclean.pipeline import Pipeline
from textclean.stage import TextRef

DOCS = [Pipeline([]).clean(f"第{i}篇\n正文", f"{i}.txt") for i in range(5)]
ROOM = sum(map(_size_in_memory, DOCS[:2]))


def items(documents: list[Document]) -> list[Item]:
    return [Item(doc) for doc in documents]


@pytest.fixture(params=["disk", "memory", "both"])
def spill(request: pytest.FixtureRequest, tmp_path: Path) -> Spill:
    if request.param == "disk":
        return Spill(tmp_path)
    return MemorySpill(tmp_path, 10 * ROOM if request.param == "memory" else ROOM)


def test_what_is_written_is_read(spill: Spill) -> None:
    refs = spill.write(0, "0", items(DOCS[:2])) + spill.write(0, "1", items(DOCS[2:]))
    assert [spill.read(ref) for ref in refs] == DOCS


def test_pieces_come_in_the_order_in_which_they_were_asked_for(spill: Spill) -> None:
    refs = dict(zip((doc.id for doc in DOCS), spill.write(0, "0", items(DOCS)), strict=True))
    wanted = [TextRef("3.txt", 0, 3), TextRef("0.txt", 4, 6), TextRef("3.txt", 1, 2)]
    assert SpilledTexts(spill, refs)(wanted) == ["第3篇", "正文", "3"]


def test_segments_tell_what_they_hold(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.write(0, "00000007", [Item(DOCS[0], 12), Item(DOCS[1], 13, ("picky", "no"))])
    spill.write(0, "00000011-03", items(DOCS[2:3]))
    first, second, third = spill.entries(0)
    assert (first.id, first.size, first.failure) == ("0.txt", 12, None)
    assert (second.id, second.size, second.failure) == ("1.txt", 13, ("picky", "no"))
    assert DOCS[2].source is not None
    assert third.digest == DOCS[2].source.digest
    assert spill.next_batch(0) == 12
    assert spill.entries(1) == []


def test_a_phase_made_for_something_else_is_started_anew(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    spill.keep_for(0, "recipe")
    spill.write(0, "0", items(DOCS))
    spill.keep_for(0, "recipe")
    assert len(spill.entries(0)) == 5
    spill.keep_for(0, "another")
    assert spill.entries(0) == []


def test_a_spill_that_does_not_last_offers_nothing_to_take_up_and_keeps_no_note(tmp_path: Path) -> None:
    spill = MemorySpill(tmp_path, ROOM)
    spill.keep_for(0, "recipe")
    assert not list(tmp_path.iterdir())
    spill.write(0, "0", items(DOCS))
    assert (spill.lasts, spill.entries(0), spill.next_batch(0)) == (False, [], 0)


def test_released_documents_make_room(tmp_path: Path) -> None:
    spill = MemorySpill(tmp_path, ROOM)
    first = spill.write(0, "0", items(DOCS[:2]))
    assert all(not ref.segment for ref in first)
    assert spill.write(0, "1", items(DOCS[2:3]))[0].segment
    spill.release(first[0])
    assert not spill.write(1, "0", items(DOCS[2:3]))[0].segment


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="folder: cannot be written: Is a directory"):
        replace_file(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_documents_are_what_is_spilled(spill: Spill) -> None:
    (ref,) = spill.write(0, "0", [Item(Document("a", "文"))])
    assert spill.read(ref) == Document("a", "文")


@pytest.mark.parametrize("harm", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw[:70] + b"x" + raw[71:]])
def test_a_damaged_segment_is_not_taken_up(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    spill = Spill(tmp_path)
    spill.write(0, "0", items(DOCS[:2]))
    spill.write(0, "1", items(DOCS[2:]))
    segment = tmp_path / "phase-0" / "0"
    segment.write_bytes(harm(segment.read_bytes()))
    assert [entry.id for entry in spill.entries(0)] == ["2.txt", "3.txt", "4.txt"]


def test_a_segment_that_is_damaged_while_it_is_needed_is_named(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    (ref,) = spill.write(0, "0", items(DOCS[:1]))
    (tmp_path / "phase-0" / "0").write_bytes(b"{}" * 500)
    with pytest.raises(OutputError, match=r"phase-0/0: was damaged or removed .* --resume"):
        spill.read(ref)
