"""Shards of the ledger: how documents are parted, and one row found in a frame without the others."""

import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.io import shards
from textclean.io.shards import FramePacker, FrameReader, Place, frames, places, unpack_frame, unpack_row

law = settings(deadline=None)
FEW = {"DOCUMENTS_PER_SHARD": 10, "DOCUMENTS_PER_FRAME": 4, "_FRAME": 100}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FEW.items():
        monkeypatch.setattr(shards, name, value)


def slow_frames(sizes: Sequence[int]) -> list[tuple[int, int, int]]:
    """How documents are parted, said plainly: one by one into the last frame, if that may take one more."""
    found: list[tuple[int, int, int]] = []
    for i in range(len(sizes)):
        shard = i // FEW["DOCUMENTS_PER_SHARD"]
        if found and found[-1][0] == shard:
            _, first, end = found[-1]
            if end - first < FEW["DOCUMENTS_PER_FRAME"] and sum(sizes[first:end]) < FEW["_FRAME"]:
                found[-1] = (shard, first, i + 1)
                continue
        found.append((shard, i, i + 1))
    return found


some_sizes = st.lists(st.one_of(st.integers(0, 60), st.integers(90, 300)), max_size=50)


@law
@given(some_sizes)
def test_documents_are_parted_by_their_number_and_their_sizes(sizes: list[int]) -> None:
    assert list(frames(sizes)) == slow_frames(sizes)


@law
@given(some_sizes, st.data())
def test_what_comes_later_parts_nothing_that_came_before_otherwise(sizes: list[int], data: st.DataObject) -> None:
    """So places are known while documents are written."""
    cut = data.draw(st.integers(0, len(sizes)))
    before = [frame for frame in frames(sizes) if frame[2] <= cut]
    assert list(frames(sizes[:cut]))[: len(before)] == before


def packed(rows: Sequence[bytes]) -> tuple[list[bytes], list[Place | None]]:
    """Shards of rows, and where each row lies."""
    packer, found, where = FramePacker(), [], []
    for shard, first, end in frames([len(row) for row in rows]):
        if shard == len(found):
            found.append(b"")
        frame = packer.pack(rows[first:end])
        at = len(found[shard])
        where += places(shard, at, at + len(frame), [len(row) for row in rows[first:end]])
        found[shard] += frame
    return found, where


a_row = st.builds(lambda raw, n: raw * n + b"\n", st.binary(min_size=1, max_size=9), st.integers(1, 30))
some_rows = st.lists(st.one_of(st.just(b""), a_row), max_size=40)


@law
@given(some_rows)
def test_every_row_is_found_in_its_frame_and_only_there(rows: list[bytes]) -> None:
    found, where = packed(rows)
    for row, place in zip(rows, where, strict=True):
        assert (place is None) == (not row)
        if place is not None:
            assert Place.parse(list(place)) == place
            frame = found[place.shard][place.frame : place.frame_end]
            assert unpack_row(frame, place) == row
            assert unpack_frame(frame, 10**6)[place.row : place.row_end] == row
    for number, shard in enumerate(found):
        with zstandard.ZstdDecompressor().stream_reader(shard, read_across_frames=True) as reader:
            assert reader.read() == b"".join(
                row for row, place in zip(rows, where, strict=True) if place is not None and place.shard == number
            )


@law
@given(some_rows, st.integers(1, 400), st.randoms(use_true_random=False))
def test_rows_are_read_in_any_order_whatever_is_held_of_frames(
    rows: list[bytes], held: int, rng: random.Random
) -> None:
    found, where = packed(rows)
    reader = FrameReader(lambda path: io.BufferedReader(io.BytesIO(found[int(path.name)])))  # type: ignore[arg-type]
    wanted = [(row, place) for row, place in zip(rows, where, strict=True) if place is not None]
    rng.shuffle(wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "_FRAME_HELD", held)
        for row, place in wanted:
            assert reader.row(Path(str(place.shard)), place) == row


def test_documents_that_share_a_frame_unpack_it_once() -> None:
    found, where = packed([b"row %d\n" % i for i in range(4)])
    opened: list[Path] = []

    def open_shard(path: Path) -> io.BufferedReader:
        opened.append(path)
        return io.BufferedReader(io.BytesIO(found[0]))  # type: ignore[arg-type]

    reader = FrameReader(open_shard)
    for place in where:
        assert place is not None
        reader.row(Path("0"), place)
    assert len(opened) == 1


@pytest.mark.parametrize(
    "told",
    [
        [],
        [0, 0, 9, 0],
        [0, 0, 9, 0, 5, 6],
        [0, 0, 9, 0, "5"],
        [0, 0, 9, 0, True],
        [0, 0, 9, 0, 5.0],
        [-1, 0, 9, 0, 5],
        [0, 9, 0, 0, 5],
        [0, 0, 9, 5, 0],
        [0, 0, 9, 0, 2**53 + 1],
        [0, 0, 9, FEW["_FRAME"], FEW["_FRAME"] + 9],
    ],
)
def test_what_tells_no_place_is_refused(told: list[object]) -> None:
    with pytest.raises(ValueError, match="place of a ledger"):
        Place.parse(told)


@pytest.mark.parametrize("harm", [lambda raw: raw[:-6], lambda raw: raw[:9], lambda raw: b"", lambda raw: b"no frame"])
def test_a_damaged_frame_is_told(harm: Callable[[bytes], bytes]) -> None:
    frame = harm(FramePacker().pack([b"one\n", b"two\n"]))
    with pytest.raises(ValueError, match=r"damaged|shorter"):
        unpack_row(frame, Place(0, 0, len(frame), 4, 8))


def test_of_a_frame_no_more_is_unpacked_than_is_asked_for() -> None:
    frame = zstandard.compress(bytes(50 << 20))
    assert len(unpack_frame(frame, 1_000)) <= 1_000 + shards.BLOCK
    assert unpack_row(frame, Place(0, 0, len(frame), 50, 59)) == bytes(9)


def test_no_rows_take_no_frame() -> None:
    assert FramePacker().pack([]) == FramePacker().pack([b"", b""]) == b""
    assert list(frames([])) == []
