"""Chinese encodings read by tables: what Python's codecs read, and with the extension the same as without."""

import random
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textclean.decode import alignment, codes, detection, lines, ranking
from textclean.decode.codes import TWICE, codes_of, plain_transcribe, plain_weigh, transcribe, weigh
from textclean.language import likelihood
from textclean.language.characters import log_frequency
from textclean.language.likelihood import LAST, SPOKEN, UNITS, cost, cost_table, costs, plain_cost, spoken
from textclean.testing import corpus

TWO_BYTES = ["gb18030", "big5hkscs", "cp950"]
needs_extension = pytest.mark.skipif(codes.built is None, reason="the extension is not built")

ODD_BYTES = (
    b"\0\n\r 0139?@Aa~\x7f\x80\x81\x84\x88\x8e\x90\xa1\xa2\xa3\xa4\xad\xb8\xc2\xcc\xe0\xe3\xe4\xed\xf0\xf4\xf5\xfe\xff"
)
TEXTS = tuple(corpus(3, 20_000))


@st.composite
def pieces_of_files(draw):
    """Bytes of every kind, and lines of news in some encoding in which bytes were changed."""
    if draw(st.booleans()):
        return draw(st.lists(st.sampled_from(ODD_BYTES), max_size=60).map(bytes))
    raw = bytearray()
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from(TEXTS))
        at = draw(st.integers(0, len(text)))
        part = text[at : at + draw(st.sampled_from([5, 40, 400, 900]))] + draw(st.sampled_from(["", "\n", "é1", "😀"]))
        raw += part.encode(draw(st.sampled_from(["gb18030", "big5hkscs", "utf-8", "utf-16-le"])), "ignore")
    for place, byte, insert in draw(
        st.lists(st.tuples(st.integers(0), st.sampled_from(ODD_BYTES), st.booleans()), max_size=5)
    ):
        at = place % (len(raw) + 1)
        raw[at : at + (not insert)] = bytes([byte])
    return bytes(raw)


@pytest.mark.parametrize("codec", TWO_BYTES)
def test_every_code_of_two_bytes_reads_as_in_pythons_codec(codec):
    for lead in range(0x80, 0x100):
        raw = b"\n".join(bytes((lead, trail)) for trail in range(0x100) if trail != 10)
        assert transcribe(raw, codec) == plain_transcribe(raw, codec)


def test_every_code_of_four_bytes_reads_as_in_pythons_codec():
    four = [
        bytes((a, b, c, d))
        for a in range(0x81, 0x85)
        for b in range(0x30, 0x3A)
        for c in range(0x7F, 0x100)
        for d in range(0x2F, 0x3B)
    ]
    edges = [
        bytes((a, b, c, d))
        for a in (0x80, 0x85, 0x8F, *range(0x90, 0x100))
        for b in (0x30, 0x32, 0x39)
        for c in (0x7F, 0x81, 0x9A, 0xFE, 0xFF)
        for d in range(0x2F, 0x3B)
    ]
    for codes_ in (four, edges):
        raw = b"\n".join(codes_)
        assert transcribe(raw, "gb18030") == plain_transcribe(raw, "gb18030")


@pytest.mark.parametrize("codec", TWO_BYTES)
def test_a_code_that_is_written_otherwise_is_told(codec):
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            raw = bytes((lead, trail))
            text, places, flags = transcribe(raw, codec)
            if not places:
                assert bool(flags & TWICE) == (text.encode(codec) != raw)


def test_a_bad_byte_is_told_with_its_character_and_neighbours_together():
    raw = "中文".encode("gb18030") + b"\xff\xff1" + "新闻".encode("gb18030") + b"\x81"
    assert transcribe(raw, "gb18030")[:2] == ("中文\ufffd\ufffd1新闻\ufffd", [(2, 4, 2), (7, 11, 1)])
    assert transcribe(b"a\xe4\xb8\xff\xe4\xb8\xad\xf0", "utf-8") == (
        "a\ufffd\ufffd\ufffd中\ufffd",
        [(1, 1, 3), (5, 7, 1)],
        0,
    )


def test_in_big5_a_character_alone_among_others_is_told_and_is_not_bad():
    raw = "中文".encode("big5") + b"a" + "新聞".encode("big5") + b"a\n"
    assert transcribe(raw, "big5hkscs")[:2] == ("中文a新聞a\n", [(2, 4, 1)])
    assert transcribe("中文a新闻".encode("gb18030"), "gb18030")[1] == []


@needs_extension
@given(pieces_of_files(), st.sampled_from(["utf-8", *TWO_BYTES]))
@settings(deadline=None, max_examples=400)
def test_the_extension_transcribes_as_pythons_codecs_do(raw, codec):
    assert transcribe(raw, codec) == plain_transcribe(raw, codec)


@needs_extension
@given(pieces_of_files(), st.sampled_from(["utf-8", *TWO_BYTES]), st.data())
@settings(deadline=None, max_examples=400)
def test_the_extension_weighs_the_same(raw, codec, data):
    start = data.draw(st.integers(0, len(raw)))
    stop = data.draw(st.integers(start, len(raw) + 3))
    assert weigh(raw, start, stop, codec) == plain_weigh(raw, start, stop, codec)
    assert detection.look(raw[start:stop]) == detection.plain_look(raw[start:stop])


@needs_extension
@given(pieces_of_files() | st.binary(max_size=100), st.integers(0, 3))
@example("中文".encode()[:-1], 0)
@example(b"\xe0\x80", 0)
@example(b"abc\xf0\x9f\x98", 0)
@example(b"abc\x80", 0)
@example("多".encode("utf-16-le") * 40, 1)
@settings(deadline=None, max_examples=600)
def test_the_extension_sees_the_same_form(raw, skipped):
    assert detection.glance(raw[skipped:]) == detection.plain_glance(raw[skipped:])


@needs_extension
@given(
    pieces_of_files() | st.text("新馆a 1，😀", max_size=60).map(lambda text: text.encode("utf-16-le")), st.booleans()
)
@settings(deadline=None, max_examples=400)
def test_the_extension_sees_the_same_strange_high_bytes(raw, big):
    codec = "utf-16-be" if big else "utf-16-le"
    assert alignment.has_strange_high_bytes(raw, codec) == alignment.plain_has_strange_high_bytes(raw, codec)


@needs_extension
@given(st.text(st.characters(codec=None)))
def test_the_extension_gives_a_text_the_same_cost(text):
    assert cost(text) == plain_cost(text)


@needs_extension
@given(pieces_of_files().filter(bool), st.data())
@settings(deadline=None, max_examples=600)
def test_the_extension_ranks_the_same(raw, data):
    start = data.draw(st.sampled_from([0, 0, data.draw(st.integers(0, len(raw)))]))
    narrow, orders = ranking.CANDIDATES, ("utf-16-le", "utf-16-be")
    tried = data.draw(st.sampled_from([narrow, narrow[1:], orders, orders + narrow, orders + narrow[1:]]))
    lead = data.draw(st.sampled_from([{}, *({codec: 8.0} for codec in (*narrow, *orders, "hz"))]))
    found = ranking.rank(raw, start, tried, lead)
    assert found == ranking.plain_rank(raw, start, tried, lead)
    ranking.text_of(raw, found)


@needs_extension
@given(pieces_of_files(), st.sampled_from(["gb18030", "big5hkscs"]))
@settings(deadline=None, max_examples=400)
def test_the_extension_judges_lines_the_same(raw, own):
    assert lines.judge(raw, own, transcribe(raw, own)) == lines.plain_judge(raw, own)


@needs_extension
@given(pieces_of_files().filter(bool), st.sampled_from(TWO_BYTES))
@settings(deadline=None, max_examples=400)
def test_the_extension_leaves_out_the_same_bytes(raw, codec):
    assert alignment.two_byte_surplus(raw, codec) == alignment.plain_two_byte_surplus(raw, codec)
    for order in ("utf-16-le", "utf-16-be"):
        assert alignment.utf16_surplus(raw, order) == alignment.plain_utf16_surplus(raw, order)


@needs_extension
@given(pieces_of_files(), st.sampled_from(TWO_BYTES))
@settings(deadline=None, max_examples=400)
def test_the_extension_finds_the_same_lost_bytes(raw, codec):
    _, places, _ = transcribe(raw, codec)
    behind = 0
    for _, place, size in places:
        found = alignment.shifted(raw, behind, place, size, codec)
        assert found == alignment.plain_shifted(raw, behind, place, size, codec)
        behind = place + size


def test_far_behind_the_last_sign_a_lost_byte_is_looked_for_in_the_last_characters_only():
    text = random.Random(1).choice(TEXTS).replace("\n", "").replace(" ", "")
    text = "".join(char for char in text * 4 if char > "\x80")[:1500]
    raw = bytearray(text.encode("gb18030"))
    del raw[1200]
    raw += b"1"
    places = transcribe(bytes(raw), "gb18030")[1]
    assert places
    for (_, before, size), (_, place, width) in pairwise([(0, 0, 0), *places]):
        found = alignment.shifted(bytes(raw), before + size, place, width, "gb18030")
        assert found == alignment.plain_shifted(bytes(raw), before + size, place, width, "gb18030")
        assert found is None or found[0] <= 512


CANTONESE = frozenset(spoken())


def test_costs_are_whole_units_and_those_of_the_frequencies():
    table = memoryview(cost_table()).cast("H")
    assert len(table) == LAST + 1
    for char, log in log_frequency().items():
        log = max(log, SPOKEN) if char in CANTONESE else log
        assert -log * UNITS == table[ord(char)]
        assert costs()[char] == log
    assert costs()["a"] == -4.8
    assert costs()["\U00100000"] == costs()["\U000f0000"] == -19.0


def test_ideographs_of_the_common_sets_cost_less_than_rare_ones():
    rare = [char for char in map(chr, range(0x4E00, 0xA000)) if char not in log_frequency() and char not in CANTONESE]
    for char in rare:
        common = any(char.encode(codec, "ignore") for codec in ("gb2312", "big5"))
        assert costs()[char] == (-12.0 if common else -14.5)


@needs_extension
def test_tables_of_another_size_are_refused():
    built = likelihood.built
    assert built is not None
    two, four = codes_of("gb18030")
    with pytest.raises(ValueError, match="codes are"):
        built.transcribe(b"a", two[:-4], four, False)
    with pytest.raises(ValueError, match="costs are"):
        built.cost("a", cost_table()[:-2])
    with pytest.raises(ValueError, match="no piece"):
        built.weigh(b"abc", 4, 5, two, four, cost_table())
    with pytest.raises(ValueError, match="no place"):
        built.shifted(b"abc", 0, 3, 1, two, four, cost_table())
    with pytest.raises(ValueError, match="two encodings"):
        built.rank(b"abc", 0, 2, (0.0,) * 5, two, four, codes_of("big5hkscs").two, cost_table())
    with pytest.raises(ValueError, match="GB18030 and of Big5 are needed"):
        built.judge(b"abc", 2, 0, 3, b"", b"", b"", cost_table())
    with pytest.raises(ValueError, match="no piece"):
        built.judge(b"abc", 2, 3, 0, two, four, codes_of("big5hkscs").two, cost_table())
