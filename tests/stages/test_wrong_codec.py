"""UTF-8 read in another encoding by what people use: what can be put right is, and the rest is marked."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.mojibake import READERS
from textclean.document import Document
from textclean.stages.normalize import Normalize, mojibake
from textclean.testing import corpus

TEXTS = [line for text in corpus(3, 12_000, noisy=False) for line in text.splitlines() if len(line) > 8]
SENTENCES = (
    "渡口的老船工说，水涨了，桥还在。",
    "《青溪晚报》等刊物也作了介绍。",
    "“读书会每周三下午两点开始。”馆长说。",
    "茶馆重新开张，来喝茶的人比往年多了三成。",
)


def lines():
    return st.tuples(st.sampled_from(TEXTS), st.integers(0, 40), st.integers(6, 40)).map(
        lambda part: part[0][part[1] : part[1] + part[2]]
    )


def normalized(text):
    return Normalize()(Document("a.txt", text))


def is_in_order(part, whole):
    rest = iter(whole)
    return all(char in rest for char in part)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_is_read_wrongly_is_put_right_or_marked(reader, sentence):
    done = normalized(READERS[reader](sentence.encode()))
    assert done.text == sentence or {mark.kind for mark in done.marks} == {"mojibake"}
    assert sum(char in done.text for char in sentence) >= 0.6 * len(sentence)


@pytest.mark.parametrize("reader", [name for name in READERS if name.startswith("GBK") and "gbk" not in name])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_where_no_byte_is_lost_all_is_put_right(reader, sentence):
    even = next(
        part for part in (sentence, sentence[:-1], sentence[:-2]) if READERS[reader](part.encode())[-1] not in "?\ufffd"
    )
    for before, behind in (("", ""), ("他说：", "。记者看了。")):
        done = normalized(before + READERS[reader](even.encode()) + behind)
        assert done.text == before + even + behind
        assert not done.marks


@pytest.mark.parametrize("reader", [name for name in READERS if "ignore" not in name])
@given(line=lines(), before=lines(), cut=st.integers(0, 2))
@example(line="渡口的元旦", before="记者", cut=1)
def test_nothing_is_wrong_in_silence_and_a_second_run_finds_nothing(reader, line, before, cut):
    raw = line.encode()
    seen = before + READERS[reader](raw[: len(raw) - cut])
    done = normalized(seen)
    assert done.original() == seen
    assert not Normalize().findings(Document("a.txt", done.text)).edits
    marked = any(mark.kind == "mojibake" for mark in done.marks)
    if not marked and "mojibake" in {reason for layer in done.layers for reason in layer.edits.reasons}:
        assert is_in_order(normalized(line[:-1]).text, done.text)


@given(lines())
def test_clean_lines_are_not_taken_for_misread_ones(line):
    assert mojibake.repairs(line) == mojibake.NOTHING


def test_a_long_line_is_looked_at_where_bytes_of_utf8_stand():
    good = "".join(TEXTS)[:3000]
    seen = good + READERS["GBK, browser"]("渡口的船工说水涨了呢".encode()) + good
    rows = mojibake.repairs(seen).edits.rows()
    assert [row.new for row in rows] == ["渡口的船工说水涨了呢"]
