"""Lines of text that are read block by block are those of the whole text."""

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textclean.decode import decode
from textclean.errors import InputError
from textclean.io.formats.lines import is_plain, line_blocks, line_breaks

SIZES = st.sampled_from([1, 2, 3, 7, 64, 1 << 20])
TEXT = ["新闻", "a", "\n", "\n\n", "\r\n", "é", "😀", " ", "~", "~{", "~}", "\x1b", "\x1b$)A", "\0", "\u2028", "\ufeff"]
PIECES = [*(piece.encode() for piece in TEXT), b"news " * 20, b"\xff", b"\xb2\xe8"]
WHOLE = st.lists(st.sampled_from(PIECES)).map(b"".join)
BEGIN = st.sampled_from(
    [
        b"",
        b"\xef\xbb\xbf",
        b"%PDF-",
        b"GIF87a",
        b"\xff\xfe",
        "新闻".encode(),
        "a新闻\n".encode() * 800,  # more than the first bytes, so that those behind them come in small blocks
        "新闻\n".encode() * 800,
        b"plain news\n" * 400,
        b"\xef\xbb\xbf" + b"plain news\n" * 400,
    ]
)


def lines_of(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


@given(BEGIN, WHOLE, SIZES)
@example(b"", "新闻".encode()[:-1], 64)
@example(b"", b"~{<:Ky2;~}" * 9, 64)
@example(b"a" * 100, "新".encode(), 64)
def test_what_is_plain_reads_as_the_whole_does(begin: bytes, rest: bytes, size: int) -> None:
    raw = begin + rest
    if not is_plain(BytesIO(raw), size):
        return
    blocks = list(line_blocks(BytesIO(raw), size))
    assert [line for block in blocks for line in block.texts()] == lines_of(decode(raw)[0])
    assert [line.decode() for block in blocks for line in block.lines()] == lines_of(decode(raw)[0])
    assert all(block.count == len(block.lines()) for block in blocks)


def test_news_in_utf_8_and_in_ascii_are_plain_and_others_are_not() -> None:
    news = "青溪县今年的春茶长势良好。\n" * 99
    for size in (256, 1000, 1 << 20):
        for raw in (
            news.encode(),
            b"\xef\xbb\xbf" + news.encode(),
            b"plain news\n" * 99,
            b"",
            b"news\n" * 99 + news.encode(),
        ):
            assert is_plain(BytesIO(raw), size)
        for raw in (news.encode() + b"\xff", news.encode()[:-2], news.encode() + b"\0", news.encode("gb18030")):
            assert not is_plain(BytesIO(raw), size)
        hz = b"plain news\n" * 999 + "春茶".encode("hz")
        assert not is_plain(BytesIO(hz), size)


def test_what_no_encoding_reads_is_not_plain() -> None:
    raw = b"%PDF-1.4 " + b"text " * 99
    assert not is_plain(BytesIO(raw))
    with pytest.raises(InputError, match="a PDF document"):
        decode(raw)


@given(st.binary(max_size=300))
def test_line_breaks_are_counted(raw: bytes) -> None:
    assert line_breaks(raw) == raw.count(b"\n")
