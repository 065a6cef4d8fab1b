"""Normalize: what each rule does, what must not change, and the laws of the stage."""

import html
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textclean.decode import decode
from textclean.document import Document
from textclean.ledger import Edits, apply
from textclean.stages.normalize import Normalize
from textclean.stages.normalize.characters import compose_marks, entities, radicals
from textclean.stages.normalize.compose import applied, compose, joined
from textclean.testing import check_stage

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalize.toml").read_text(encoding="utf-8"))["case"]
RULES = [name for name in Normalize.model_fields if name != "marks"]
NEWS = (
    "临江县图书馆昨天重新开馆，读者排起长队。馆长介绍，新馆藏书十二万册，设有儿童阅览室和自习区，每周开放六天。"
    "“以后带孩子看书方便多了。”家住河东街道的王女士说。"
)


def document(text):
    return Document("a.txt", text)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_rules(case):
    done = Normalize()(document(case["text"]))
    assert done.text == case.get("clean", case["text"])
    if "why" in case:
        assert sorted({reason for layer in done.layers for reason in layer.edits.reasons}) == case["why"]
    assert done.original() == case["text"]
    marks = [[mark.kind, mark.observed, mark.suggestion or ""] for mark in done.marks]
    assert marks == case.get("marks", [])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_second_run_finds_nothing(case):
    once = Normalize()(document(case["text"]))
    assert not Normalize().findings(document(once.text)).edits


def test_with_every_rule_off_nothing_changes():
    off = Normalize(**dict.fromkeys([*RULES, "marks"], False))
    for case in CASES:
        assert off(document(case["text"])) == document(case["text"])


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_switched_off(rule):
    texts = [case["text"] for case in CASES]
    on = [Normalize()(document(text)).text for text in texts]
    off = [Normalize(**{rule: False})(document(text)).text for text in texts]
    assert on != off


def test_nfkc_is_never_applied():
    text = "，。！？：；（）①㎡½％…“”‘’℃Ⅲ"
    assert Normalize()(document(text)).text == text


def test_every_radical_becomes_an_ideograph():
    assert all("\u3400" <= ideograph <= "\u9fff" for ideograph in radicals().values())
    assert len(radicals()) == len({*radicals()}) > 300


def test_bad_bytes_are_marked_where_they_stand():
    raw = (NEWS[:20].encode() + b"\xff\xfe" + NEWS[20:].encode()) * 2
    text, source = decode(raw)
    marks = Normalize()(Document("a.txt", text, source=source)).marks
    assert [(mark.kind, mark.observed) for mark in marks] == [("suspect-bytes", "\ufffd\ufffd")] * 2


def test_an_indent_before_an_enumerator_and_brackets_without_partner():
    assert Normalize()(document("　　一)临江 临江)开馆 2)")).text == "一)临江 临江）开馆 2)"


def test_bad_bytes_are_still_known_after_an_earlier_layer():
    raw = "\u3000".encode() + NEWS.encode() + b"\xff" + NEWS.encode() + "\ufffd".encode()
    text, source = decode(raw)
    bare = Normalize(marks=False)(Document("a.txt", text, source=source))
    assert bare.layers
    assert [mark.kind for mark in Normalize()(bare).marks] == ["suspect-bytes", "mojibake"]


@pytest.mark.parametrize("lost", ["锟斤拷", "锟斤拷锟斤拷", "烫烫烫烫", "屯屯屯", "\ufffd\ufffd"])
def test_what_cannot_be_recovered_is_marked_and_stays(lost):
    done = Normalize()(document(f"{NEWS}{lost}{NEWS}"))
    assert done.text == f"{NEWS}{lost}{NEWS}"
    assert [(mark.kind, mark.observed) for mark in done.marks] == [("mojibake", lost)]


@pytest.mark.parametrize("plain", ["路面烫烫的", "屯里人", "一斤拷问"])
def test_words_with_the_same_characters_are_not_marked(plain):
    assert not Normalize()(document(plain)).marks


def test_private_use_characters_are_marked_and_stay():
    done = Normalize()(document("临江\ue000\ue001县"))
    assert done.text == "临江\ue000\ue001县"
    assert [(mark.kind, mark.observed) for mark in done.marks] == [("private-use", "\ue000\ue001")]


@pytest.mark.parametrize("right", ["utf-8", "gb18030", "big5hkscs"])
@pytest.mark.parametrize("wrong", ["latin-1", "gb18030", "big5hkscs"])
def test_lossless_mojibake_is_put_right(right, wrong):
    text = "臨江圖書館昨天重新開館，讀者排起長隊，館長介紹新館藏書" if right == "big5hkscs" else NEWS[:40]
    broken = text.encode(right)
    if right == wrong:
        return
    try:
        broken = broken.decode(wrong)
    except UnicodeDecodeError:
        return
    assert Normalize()(document(broken)).text == text


@pytest.mark.parametrize("text", ["孩子们在河边唱歌", "城里的小学今天开学了"])
def test_short_lines_of_lossless_mojibake_are_put_right(text):
    assert Normalize()(document(text.encode("gb18030").decode("big5hkscs"))).text == text


@pytest.mark.parametrize(
    "text", [NEWS, NEWS.replace("，", ","), "臨江縣圖書館昨天重新開館，讀者排起長隊。", "图書馆の本"]
)
def test_ordinary_text_is_not_taken_for_mojibake(text):
    assert "mojibake" not in Normalize().findings(document(text)).edits.reasons


NOISE = st.text(
    st.sampled_from(
        "的一是在不了有和人大临江县馆 \u3000\u00a0\t\n\r\u200b\u200d,:;?!().，。：；？！（）“”‘’「」『』《》、…—%|/&;#"
        "0123456789１２ＡａABab年月日amp nbsp⼈⺠\uf900\ufa0ee\u0301\u3099か👩💻\ufe0f\ufffd\ue000ÄÖäé©"
        '⾇⡍⋯○〇一二•・︵︶﹁﹂︰﹐﹒．＠ｗ\u3164\u115f\u2800\u034f\U000e0100\x1b["..--元'
    ),
    max_size=60,
)


@given(NOISE)
@example("A\u0301\u034f")
@example("⋯ 》")
@example("0＠0﹒0゙")
@example("⋯\u200d⋯‘")
@settings(deadline=None, max_examples=1500)
def test_normalize_is_idempotent_and_undone(text):
    done = Normalize()(document(text))
    assert done.original() == text
    again = Normalize().findings(document(done.text)).edits
    assert apply(done.text, again)[0] == done.text


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=200)
def test_normalize_is_idempotent_on_any_text(text):
    text = text.encode("utf-8", "replace").decode()
    done = Normalize()(document(text))
    assert done.original() == text
    assert Normalize()(document(done.text)).text == done.text


@given(NOISE)
@example("A\u0301\u034f")
@example("⋯ 》")
@example("0＠0﹒0゙")
@example("⋯\u200d⋯‘")
@settings(deadline=None, max_examples=300)
def test_every_clean_character_maps_back_to_its_source(text):
    done = Normalize()(document(text))
    for at, char in enumerate(done.text):
        pieces = done.sources(at, at + 1)
        assert pieces
        assert all(0 <= start < end <= len(text) for start, end in pieces)
        if len(pieces) == 1 and pieces[0][1] - pieces[0][0] == 1 and char.isalpha() and char.isascii():
            assert char in unicodedata.normalize("NFKC", text[pieces[0][0]])


@given(NOISE)
@example("A\u0301\u034f")
@example("⋯ 》")
@example("0＠0﹒0゙")
@example("⋯\u200d⋯‘")
@settings(deadline=None, max_examples=200)
def test_composition_of_combining_marks_is_that_of_the_whole_text(text):
    assert applied(text, compose_marks(text, ideographs=True)) == unicodedata.normalize("NFC", text)


@given(st.text("\u0301\u0323\u0345\u0f73\u1161ae", max_size=90))
@settings(deadline=None, max_examples=300)
def test_composition_of_many_marks_is_that_of_python(marks):
    assert applied(marks, compose_marks(marks, ideographs=True)) == unicodedata.normalize("NFC", marks)


@given(
    st.lists(
        st.sampled_from(["&", "amp;", "#38;", "#x26;", "AMP;", "lt;", "ampx;", "#0038;", "nbsp;", "x"]), max_size=9
    )
)
@settings(deadline=None, max_examples=300)
def test_an_entity_escaped_many_times_is_resolved_as_one_escape_after_the_other(parts):
    text = "".join(parts)
    found = entities(text)
    assert len(found) <= text.count("&")
    for start, end, new in zip(found.starts, found.ends, found.news, strict=True):
        slow = text[start:end]
        while (once := html.unescape(slow)) != slow:
            slow = once
        assert new == slow


@st.composite
def edits_of(draw, text):
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = list(zip(places[0::2], places[1::2], strict=False))
    news = [draw(st.text("xyz", max_size=2)) for _ in pairs]
    starts, ends = [a for a, _ in pairs], [b for _, b in pairs]
    return Edits(tuple(starts), tuple(ends), tuple(news), tuple(draw(st.sampled_from("pq")) for _ in pairs))


@given(st.data(), st.text("abcdef", max_size=20))
@settings(deadline=None, max_examples=500)
def test_two_passes_composed_do_what_both_do(data, text):
    first = data.draw(edits_of(text))
    between = applied(text, first)
    second = data.draw(edits_of(between))
    both = compose(first, second, between)
    assert apply(text, both)[0] == applied(between, second)
    assert list(both.starts) == sorted(both.starts)


def test_a_million_brackets_take_no_longer_than_a_line_each():
    text = "(" * 100_000 + "临" + ")" * 100_000
    assert Normalize()(document(text)).text.count("（") > 0


def test_the_stage_keeps_the_rules_of_every_stage():
    check_stage(Normalize(), [case["text"] for case in CASES])


def test_mojibake_that_a_dropped_character_interrupts_is_put_right_at_once():
    once = Normalize()(document("¡\x08¥©À")).text
    assert Normalize()(document(once)).text == once


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from(["", "", "甲", "乙丙"])), max_size=12))
@settings(deadline=None, max_examples=300)
def test_touching_edits_become_one_under_the_reason_of_the_first_that_writes(rows):
    slow = []
    at = 0
    for i, (gap, length, new) in enumerate(rows):
        start = at + gap
        at = start + length
        if slow and slow[-1][1] == start:
            before = slow[-1]
            slow[-1] = before[0], at, before[2] + new, before[3] if before[2] else str(i)
        else:
            slow.append((start, at, new, str(i)))
    starts, ends = [], []
    at = 0
    for gap, length, _ in rows:
        starts.append(at + gap)
        at = starts[-1] + length
        ends.append(at)
    fast = joined(starts, ends, [new for _, _, new in rows], [str(i) for i in range(len(rows))])
    assert list(zip(fast.starts, fast.ends, fast.news, fast.reasons, strict=True)) == slow
