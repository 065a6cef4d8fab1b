"""gzip and Zstandard: what is read is what was compressed, or it is told; and no file fills the memory."""

import bz2
import gzip
import io
import subprocess
import tracemalloc
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.io.formats.written import in_pieces, piece_sizes
from textclean.errors import InputError
from textclean.io.formats import compression
from textclean.io.formats.compression import compressed, decompressed

law = settings(deadline=None)
KINDS = ["gz", "zst"]
contents = st.one_of(
    st.binary(max_size=200), st.builds(lambda a, n: a * n, st.binary(max_size=3), st.integers(0, 5_000))
)


def read(raw: bytes, kind: str) -> bytes:
    return decompressed(io.BytesIO(raw), kind).read()


@law
@given(st.sampled_from(["", *KINDS]), st.lists(contents, max_size=4), piece_sizes)
def test_members_one_after_the_other_are_read_as_one(kind: str, parts: list[bytes], sizes: list[int]) -> None:
    raw = b"".join(compressed(part, kind) for part in parts)
    assert decompressed(in_pieces(raw, sizes), kind).read() == b"".join(parts)


@law
@given(st.sampled_from(KINDS), st.lists(contents, min_size=1, max_size=3), st.data())
def test_a_file_that_ends_early_is_told(kind: str, parts: list[bytes], data: st.DataObject) -> None:
    members = [compressed(part, kind) for part in parts]
    cut = data.draw(st.integers(1, len(members[-1]) - 1))
    with pytest.raises(InputError, match=f"ends in the middle of its {kind} data; fetch it again"):
        read(b"".join(members)[:-cut], kind)


@law
@given(st.sampled_from(KINDS), contents, st.integers(1, 60))
def test_what_stood_before_an_early_end_can_be_read(kind: str, content: bytes, size: int) -> None:
    stream = decompressed(io.BytesIO(compressed(content, kind) + compressed(b"more", kind)[:9]), kind)
    found, told = b"", ""
    try:
        while piece := stream.read1(size):
            found += piece
    except InputError as error:
        told = str(error)
    assert "ends in the middle" in told
    assert found in (content, content + b"more"[: len(found) - len(content)])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_or_something_else_is_told(kind: str) -> None:
    sound = compressed("青溪县今年的春茶长势良好".encode() * 9, kind)
    flipped = sound[:-1] + bytes([sound[-1] ^ 1])
    for raw in (b"no such data", sound + b"garbage", sound[:15] + b"xxx" + sound[18:], flipped, bz2.compress(b"x")):
        with pytest.raises(InputError, match=f"damaged {kind} data: "):
            read(raw, kind)


def test_padding_behind_a_gzip_member_is_passed_over() -> None:
    a, b = gzip.compress(b"a"), gzip.compress(b"b")
    for raw, content in ((a + bytes(999), b"a"), (a + bytes(9) + b, b"ab"), (a + bytes(300_000) + b + b"\0", b"ab")):
        for size in (7, 300, 10**6):
            assert decompressed(in_pieces(raw, [size]), "gz").read() == content
    with pytest.raises(InputError, match="damaged gz data"):
        read(bytes(9) + gzip.compress(b"a"), "gz")


def test_frames_to_be_skipped_and_frames_without_a_size_are_read() -> None:
    """As parallel and seekable compressors write them."""
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"table"
    streamed = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    raw = skipped + compressed(b"a", "zst") + skipped + streamed.compress(b"b") + streamed.flush() + skipped
    assert read(raw, "zst") == b"ab"
    assert decompressed(in_pieces(raw, [3]), "zst").read() == b"ab"


def test_nothing_at_all_is_an_empty_file() -> None:
    for kind in KINDS:
        assert read(b"", kind) == b""


def test_other_programs_read_what_is_written() -> None:
    content = "青溪县今年的春茶\n".encode() * 99
    for kind, command in (("gz", ["gzip", "-dc"]), ("zst", ["zstd", "-dc"])):
        raw = compressed(content, kind) + compressed(content, kind)
        try:
            done = subprocess.run(command, input=raw, capture_output=True, check=True)
        except FileNotFoundError:  # not on this machine
            continue
        assert done.stdout == content * 2
    assert gzip.decompress(compressed(content, "gz")) == content
    assert zstandard.decompress(compressed(content, "zst")) == content


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_content_is_compressed_to_the_same_bytes(kind: str) -> None:
    assert compressed(b"text", kind) == compressed(b"text", kind)
    if kind == "gz":
        assert compressed(b"text", kind)[4:8] == bytes(4)  # no time


@pytest.mark.parametrize("kind", KINDS)
def test_what_expands_beyond_all_measure_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_FREE", 100_000)
    assert len(read(compressed(bytes(90_000), kind), kind)) == 90_000  # far more than 250 times, but little
    with pytest.raises(InputError, match="expands to more than 250 times its size; if that is right, decompress it"):
        read(compressed(bytes(900_000), kind), kind)
    many = b"".join(compressed(bytes(30_000), kind) for _ in range(999))
    with pytest.raises(InputError, match="expands to more"):
        read(many, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_is_not_held_in_memory(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_FREE", 1 << 20)
    if kind == "gz":
        packer = zlib.compressobj(9, wbits=31)
        bomb = b"".join(packer.compress(bytes(1 << 24)) for _ in range(24)) + packer.flush()
    else:
        chunker = zstandard.ZstdCompressor(19).compressobj()
        bomb = b"".join(chunker.compress(bytes(1 << 24)) for _ in range(24)) + chunker.flush()
    stream = decompressed(io.BytesIO(bomb), kind)
    told = ""
    tracemalloc.start()
    try:
        while stream.read(1 << 16):
            pass
    except InputError as error:
        told = str(error)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "expands to more" in told
    assert peak < 150 << 20
