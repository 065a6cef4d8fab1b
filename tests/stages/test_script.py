"""Script: which script a text is in, what is marked, what is converted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.ledger import apply
from textclean.stages.script import Script, _differences
from textclean.testing import check_stage

SIMPLIFIED = "临江县图书馆昨天重新开馆，读者排起长队。馆长介绍，新馆藏书十二万册，设有儿童阅览室和自习区。"
TRADITIONAL = "臨江縣圖書館昨天重新開館，讀者排起長隊。館長介紹，新館藏書十二萬冊，設有兒童閱覽室和自習區。"


def run(text, **options):
    return Script(**options)(Document("a.txt", text))


def kinds(text, **options):
    return [mark.kind for mark in run(text, **options).marks]


def test_a_traditional_document_gets_one_mark_and_stays():
    done = run(f"{TRADITIONAL}\n{TRADITIONAL}")
    assert done.text == f"{TRADITIONAL}\n{TRADITIONAL}"
    assert [(mark.kind, mark.observed, mark.start) for mark in done.marks] == [("traditional", "臨", 0)]
    assert "0 that only Simplified text has" in done.marks[0].evidence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc 123",
        SIMPLIFIED,
        "中文上下左右",
        f"{SIMPLIFIED}\n馆藏古籍题作《臨江縣志》，另有“讀書種子，開卷有益”匾额，来自旧县衙大门，为清代遗物。",
        f"{SIMPLIFIED}\n主讲人李喆、王堃、張大千纪念馆馆长谈读书。",
    ],
)
def test_simplified_and_neutral_text_is_silent(text):
    for to in ("keep", "simplified"):
        assert run(text, to=to) == Document("a.txt", text)


def test_a_paragraph_that_mixes_both_in_earnest_is_marked_and_not_converted():
    mixed = "临江县图书馆昨天重新開館，讀者排起長隊，馆长介绍新館藏書十二萬冊，设有儿童阅览室和自习區。"
    assert kinds(f"{SIMPLIFIED}\n{mixed}\n{SIMPLIFIED}") == ["mixed-script"]
    for to in ("simplified", "traditional"):
        assert mixed in run(f"{TRADITIONAL}\n{mixed}\n{TRADITIONAL}", to=to).text


def test_a_document_of_paragraphs_in_both_scripts_is_marked_once():
    assert kinds(f"{SIMPLIFIED}\n{TRADITIONAL}") == ["mixed-script"]


def test_traditional_becomes_simplified_character_by_character():
    done = run(TRADITIONAL, to="simplified")
    assert done.text == SIMPLIFIED
    assert not done.marks
    edits = done.layers[0].edits
    assert all(len(old) == len(new) for old, new in zip(edits.olds, edits.news, strict=True))
    assert set(edits.reasons) == {"script"}
    assert done.original() == TRADITIONAL
    for at in range(len(done.text)):
        assert done.sources(at, at + 1) == [(at, at + 1)]


def test_simplified_becomes_traditional():
    assert run(SIMPLIFIED, to="traditional").text == TRADITIONAL


@pytest.mark.parametrize(("variant", "word"), [("standard", "裏"), ("taiwan", "裡"), ("hong-kong", "裏")])
def test_the_variant_decides_whose_characters_are_written(variant, word):
    assert run("图书馆里面开着门，读者们都来了", to="traditional", variant=variant).text.count(word) == 1


def test_words_decide_the_conversion():
    assert run("後來皇后頭髮發白，乾燥的幹部", to="simplified").text == "后来皇后头发发白，干燥的干部"


def test_taiwan_text_is_known_by_its_characters():
    assert run("讀者們望著窗外，聽著歌，圖書館開著門", to="simplified").text == "读者们望着窗外，听着歌，图书馆开着门"


def test_corner_quotes_become_curved_where_text_becomes_simplified():
    assert run("館長說「圖書館『開門』」，讀者進門", to="simplified").text == "馆长说“图书馆‘开门’”，读者进门"


@pytest.mark.parametrize(("to", "text"), [("simplified", TRADITIONAL), ("traditional", SIMPLIFIED)])
def test_a_second_run_changes_nothing(to, text):
    once = run(text, to=to)
    assert not Script(to=to).findings(once).edits


@given(st.lists(st.sampled_from([SIMPLIFIED, TRADITIONAL, "", "abc", "後裏", "临江开", "😀𠮷"]), max_size=5))
@settings(deadline=None, max_examples=100)
def test_conversion_is_undone_exactly(lines):
    text = "\n".join(lines)
    for to in ("keep", "simplified", "traditional"):
        assert run(text, to=to).original() == text


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
@settings(deadline=None, max_examples=300)
def test_texts_of_any_length_are_aligned(old, new):
    from textclean.stage import EditBuilder

    builder = EditBuilder()
    for start, end, piece in _differences(old, new):
        builder.replace(start, end, piece, "script")
    assert apply(old, builder.build())[0] == new


@pytest.mark.parametrize("to", ["keep", "simplified", "traditional"])
def test_the_stage_keeps_the_rules_of_every_stage(to):
    check_stage(Script(to=to), [SIMPLIFIED, TRADITIONAL])


WRAPPED = (
    "今天上午，青溪县人民政府在会上正式向社会公\n布了新的规划，县里的图书馆、文化馆将陆续发\n"
    "布开放时间，欢迎大家前来参观，互相转告。"
)


def test_a_word_that_a_line_break_parts_is_converted_as_a_whole():
    assert (
        run(WRAPPED, to="traditional").text.replace("\n", "") == run(WRAPPED.replace("\n", ""), to="traditional").text
    )
    assert "公\n佈了" in run(WRAPPED, to="traditional").text


def test_a_heading_does_not_run_on_into_the_paragraph():
    text = "县里的理发\n布店今天开门，县里的人都来看，店里的布又多又好，价钱也公道。"
    assert run(text, to="traditional").text.startswith("縣裏的理髮\n布店")


@pytest.mark.parametrize(
    ("to", "text", "expected"),
    [
        ("simplified", "我在台北看電影", "我在台北看电影"),
        ("simplified", "開館了", "开馆了"),
        ("simplified", "毕昇是活字印刷术的发明者，於潜是地名。", None),
        ("traditional", "我在青溪看电影", "我在青溪看電影"),
        ("traditional", "看戲", None),
        ("keep", "我在台北看電影", None),
    ],
)
def test_short_texts_are_converted_on_request(to: str, text: str, expected: str | None) -> None:
    done = Script.model_validate({"to": to})(Document("a", text))
    assert done.text == (text if expected is None else expected)


@pytest.mark.parametrize("text", ["毕昇发明了活字印刷", "临安於潜镇的乡亲们", "东昇镇举行开馆仪式"])
def test_characters_that_are_standard_in_names_make_no_text_mixed(text):
    assert not Script()(Document("a.txt", text)).marks


def test_traditional_text_with_such_a_character_is_traditional_all_the_same():
    assert [mark.kind for mark in Script()(Document("a.txt", "他生於臺灣，國語說得很好")).marks] == ["traditional"]
