"""Files whose lines are in different encodings."""

import pytest

from tests.test_decode import CELLS, SIMPLIFIED, TRADITIONAL
from textclean.decode import decode


def test_lines_in_different_encodings_are_each_read_in_their_own():
    simplified = [line + "\n" for line in SIMPLIFIED.split("。") if len(line) > 8]
    traditional = [line + "\n" for line in TRADITIONAL.split("。") if len(line) > 8]
    lines = [(simplified[0], "gb18030"), (traditional[1], "big5hkscs"), (simplified[2], "utf-8")] * 5
    lines += [("plain ASCII\n", "ascii"), (simplified[1], "gb18030")]
    raw = b"".join(line.encode(codec) for line, codec in lines)
    text, source = decode(raw)
    assert text == "".join(line for line, _ in lines)
    assert source.encoding == "mixed"
    assert source.encode(text) == raw


def test_lines_that_take_turns_in_two_encodings_are_each_read_in_their_own():
    lines = [("临江县图书馆昨天开馆\n", "gb18030"), ("臨江縣圖書館昨天開館\n", "big5hkscs")] * 20
    raw = b"".join(line.encode(codec) for line, codec in lines)
    text, source = decode(raw)
    assert text == "".join(line for line, _ in lines)
    assert source.encode(text) == raw


def test_big5_lines_in_a_gb18030_file_are_found_though_they_are_valid_gb18030():
    raw = (SIMPLIFIED + "\n").encode("gb18030") * 3 + TRADITIONAL.encode("big5hkscs") + b"\n"
    raw.decode("gb18030")
    text, source = decode(raw)
    assert text == (SIMPLIFIED + "\n") * 3 + TRADITIONAL + "\n"
    assert source.encode(text) == raw


@pytest.mark.parametrize("other", ["gb18030", "big5hkscs"])
def test_lines_of_a_utf_8_file_in_another_encoding_are_read_in_it_and_damaged_ones_in_utf_8(other):
    text = TRADITIONAL if other == "big5hkscs" else SIMPLIFIED
    whole, damaged = (text + "\n").encode(), text.encode() + b"\xff\n"
    raw = whole * 2 + damaged + (text + "\nOK\n").encode(other) + whole
    read_text, source = decode(raw)
    assert read_text == f"{text}\n{text}\n{text}\ufffd\n{text}\nOK\n{text}\n"
    assert [span.codec for span in source.spans] == ["utf-8", other, "utf-8"]
    assert [patch.original for patch in source.patches] == [b"\xff"]
    assert source.encode(read_text) == raw


def test_a_bad_byte_in_one_line_leaves_the_encoding_of_the_others():
    for codec, text in CELLS[:5]:
        lines = [f"{n}{text}\n".encode(codec) for n in range(9)]
        raw = b"".join(lines[:5]) + b"\xff" + b"".join(lines[5:])
        read_text, source = decode(raw)
        assert read_text == "".join(f"{n}{text}\n" for n in range(5)) + "\ufffd" + "".join(
            f"{n}{text}\n" for n in range(5, 9)
        )
        assert (source.encoding, len(source.patches)) == (codec, 1)


def test_a_full_stop_of_utf_8_is_enough_to_look_at_the_lines():
    lines = [SIMPLIFIED.encode("gb18030"), "今天有雨。".encode(), SIMPLIFIED.encode("gb18030")]
    raw = b"\n".join(lines)
    text, source = decode(raw)
    assert text == f"{SIMPLIFIED}\n今天有雨。\n{SIMPLIFIED}"
    assert source.encode(text) == raw
