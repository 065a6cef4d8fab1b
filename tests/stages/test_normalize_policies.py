"""The one scan of the policies finds what a look at every character and every run of blanks finds."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textclean.document import Document
from textclean.stages.normalize import Normalize, policies
from textclean.stages.normalize.compose import applied, in_order
from textclean.stages.normalize.policies import edits_unless_odd, plain_edits, policy_edits
from textclean.stages.normalize.punctuation import FULL_STOP, NEAR, WIDE, among_chinese, brackets, entity_ends
from textclean.stages.normalize.spaces import BESIDE_NUMBER, BLANKS, SPELLED, is_stray, setting_off
from textclean.stages.normalize.spelled import parts_ideographs, splits_word
from textclean.stages.normalize.table import REASONS, WRITTEN, table
from textclean.stages.script import telling
from textclean.stages.script.telling import counts, curved_quotes, script_of

_NEAR = re.compile(f".(?:{NEAR})")
_FULL_STOP = re.compile(rf"\.(?:{FULL_STOP})")
_JOINT = re.compile(r"[0-9](?:,(?![0-9]{4})|:)[0-9]")
_BESIDE_NUMBER = re.compile(f".(?:{BESIDE_NUMBER})")
_BLANKS = re.compile(f"[{BLANKS}]+")
_SINGLE = re.compile("[一-龥]")

TEXTS = st.lists(
    st.sampled_from("的一在馆人讯12aB,:;?!().，。：（）“”’「」%/& \t\n　\u00a0")
    | st.sampled_from(
        ["&nbsp;", "08:30", "2023年1月2日", "(一)", "1)", ". \n", "图 书 馆 新 馆 开 了 门 ", "开馆了.", "  "]
    ),
    max_size=40,
).map("".join)


def slowly(text, punctuation=True, quotes=True, space=True):
    wide = {}
    for at, char in enumerate(text) if punctuation else ():
        joint = at > 0 and _JOINT.match(text, at - 1)
        if char in ",:;?!" and at not in entity_ends(text):
            if _NEAR.match(text, at) or (not joint and among_chinese(text, at)):
                wide[at] = WIDE[char]
        elif (char == "." and _FULL_STOP.match(text, at)) or (char in "()" and at in brackets(text)):
            wide[at] = WIDE[char]
    if quotes and script_of(*counts(text)) == "simplified":
        wide |= dict(curved_quotes(text))
    found = [(at, at + 1, new, "width") for at, new in wide.items()]
    runs = [run.span() for run in _BLANKS.finditer(text)] if space else []
    for start, end in runs:
        run = text[start:end]
        at_edge = "\n" in (text[start - 1 : start] or "\n") + (text[end : end + 1] or "\n")
        if at_edge or is_spaced_out(text, runs, start):
            found.append((start, end, "", "space"))
            continue
        before, after = wide.get(start - 1, text[start - 1]), wide.get(end, text[end])
        if _BESIDE_NUMBER.match(text, start):
            stray = start not in setting_off(text, [(start, end)])
        else:
            stray = is_stray(text, start, end, before, after)
            stray = stray or (parts_ideographs(text, start, end) and splits_word(text, start, end))
        new = "" if stray else "\t" if "\t" in run else " "
        if new != run:
            found.append((start, end, new, "space"))
    columns = map(list, zip(*found, strict=True)) if found else ([], [], [], [])
    return in_order(*columns)


def is_spaced_out(text, runs, start):
    row = [start]
    ends, starts = {end: start for start, end in runs}, dict(runs)
    while row[0] - 1 in ends and _SINGLE.match(text[row[0] - 1]):
        row.insert(0, ends[row[0] - 1])
    while starts[row[-1]] + 1 in starts and _SINGLE.match(text[starts[row[-1]]]):
        row.append(starts[row[-1]] + 1)
    return len(row) >= SPELLED


@given(TEXTS)
@example("「馆」 一这个,")
@example("　图 书 馆 新 馆 开\n图 书 馆 新 馆 开 ")
@example("(图 书 馆 新 馆 开 了 门), 馆")
@example("2023年1月2日  讯")
@settings(deadline=None, max_examples=400)
def test_one_scan_finds_what_a_look_at_every_character_finds(text):
    assert policy_edits(text, True, True, True, True) == slowly(text)


@given(TEXTS, st.booleans(), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=200)
def test_every_choice_of_rules_finds_the_same(text, punctuation, quotes, space):
    assert policy_edits(text, punctuation, quotes, space, True) == slowly(text, punctuation, quotes, space)


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_carriage_returns_before_line_feeds_change_nothing_else(text):
    plain = Normalize()(Document("a.txt", text)).text
    returned = Normalize()(Document("a.txt", text.replace("\n", "\r\n")))
    assert returned.text == plain
    assert returned.original() == text.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("开馆了\r\n", ("newline",)),
        ("开馆了 \r\n", ("newline",)),
        ("  \r\n开馆了", ("newline",)),
        ("开馆了,\r\n", ("width",)),
        ("新馆开了. \r\n", ("width",)),
        ("　开馆了", ("space",)),
    ],
)
def test_what_touches_is_one_edit_under_the_reason_of_what_is_written(text, reasons):
    assert Normalize()(Document("a.txt", text)).layers[0].edits.reasons == reasons


def test_with_newline_off_carriage_returns_stay():
    text = "开馆了, \r\n闭馆了.\r\n"
    assert applied(text, policy_edits(text, True, True, True, False)).count("\r\n") == 2
    assert Normalize(newline=False)(Document("a.txt", text)).text.count("\r\n") == 2


def test_rows_of_spaced_out_characters_cost_time_in_proportion():
    text = "馆" + " " * 200_000 + ("馆 " * 5 + "新馆 ") * 20_000
    done = Normalize()(Document("a.txt", text)).text
    assert len(done) < len(text) - 190_000


RULES = st.tuples(*[st.booleans()] * 4)
built = pytest.mark.skipif(policies._built is None, reason="the extension was not built")


PIECES = st.lists(
    st.sampled_from(
        "的一在馆人讯訊年月日章附图表专あア々12３٣5aB_,:;?!().，。：；（）“”‘’「」『』｢｣《》〈【】%％℃①‰&#-/"
    )
    | st.sampled_from("\\\t\r\n \x0b\u2000㐀㐁龘锟斤拷烫屯\ufffdÀ\u200b０\ue000𠀀⺁文の\u00a0\u3000")
    | st.sampled_from(
        [
            *(
                "<",
                "<p>",
                "</",
                "<!--",
                "#",
                "# ",
                "##",
                "*",
                "**",
                "](",
                "`",
                "|",
                "| -",
                ": |",
                "|-",
                "&nbsp",
                "&ldquo",
            ),
            *("&nbsp;", "&#12;", "&amp;", ";", "&" + "a" * 31 + ";", "&" + "a" * 32 + ";", "a&_1;"),
            *(
                "08:30",
                " 8:05 ",
                "3-12 月",
                "2023年1月2日",
                "2023-1-2",
                "1 : 2",
                "9:1,0000",
                "1,000,",
                "http://",
                "27%,2023年",
            ),
            *("开馆了. \n", "开馆了新.” \r\n", "馆舍新开.", "(一)", "1)", "(馆)", "（馆)", "(GBL)", "f(x)", "(馆" * 3),
            *(
                "  ",
                " \t",
                " \r\n",
                "\n 1.2 ",
                "\n第一章 ",
                "\n附件 3 ",
                "新华社电 ",
                "馆讯 3月",
                "来源:",
                "新开馆: ",
                "12 万吨",
                " 3年",
            ),
            *(
                "图 书 馆 新 馆 开 了 门 ",
                "图 书 馆 ",
                "馆" * 40,
                "a" * 23,
                "1" * 30,
                "," * 24,
                " " * 199,
                "“",
                "开门。　　",
                "”　　　 ",
                "\u00a0\u00a0\u00a0\u00a0",
                "锟斤拷",
                "烫烫烫",
            ),
        ]
    ),
    max_size=30,
).map("".join)
"""Texts of what the rules look at, near the bounds up to which they look."""


@built
@given(PIECES | TEXTS | st.text(), RULES, st.booleans())
@example("开馆" + "1" * 22 + ",", (True, True, True, True), False)
@example("开馆" + "1" * 23 + ",", (True, True, True, True), False)
@example("馆舍新开. \r\n", (True, True, True, False), False)
@example("馆" + "a" * 198 + "(" + "a" * 198 + "馆)", (True, True, True, True), False)
@example("(" + "a" * 199 + "馆)", (True, True, True, True), False)
@example("馆 " + "书 " * 5 + "书 5", (True, True, True, True), False)
@example("5 " + "书 " * 6 + "书", (True, True, True, True), False)
@example("08:30ああ", (False, False, False, False), True)
@example("一㐀㐀", (False, False, False, False), True)
@settings(deadline=None, max_examples=1000)
def test_the_extension_finds_what_the_expression_finds(text, rules, odd):
    found = edits_unless_odd(text, *rules) if odd else policy_edits(text, *rules)
    assert found == plain_edits(text, rules, odd)


@built
@pytest.mark.parametrize(
    "text",
    [
        "开馆了,闭馆了.\r\n  来了,2023年5 万人. \n",
        "(图书馆)(新)",
        "Two words, and three more: 3.5.",
        "时间:08:30\u00a0\u00a0来源:某报\n人数超过5 万,为27%,2023年",
    ],
)
def test_what_neighbours_decide_is_not_asked_about(text):
    rules = True, True, True, True
    *columns, asked = policies._built.scan(text, table(*rules), WRITTEN, REASONS, True)
    assert not asked
    assert columns[0] == plain_edits(text, rules, True).starts


@built
@given(TEXTS | st.text() | st.text("汉漢语語𠮷", max_size=600))
@settings(deadline=None, max_examples=200)
def test_the_extension_meets_traditional_characters_as_the_expression_does(text):
    assert telling.has_traditional(text) is (telling.traditional_characters().search(text) is not None)


@built
def test_the_extension_refuses_a_table_of_another_size():
    with pytest.raises(ValueError, match="plane"):
        policies._built.scan("文", b"", WRITTEN, REASONS, True)


@built
@pytest.mark.parametrize(("signs", "reasons"), [(("",), REASONS), (WRITTEN, REASONS[:1])])
def test_the_extension_refuses_fewer_signs_or_reasons_than_it_may_write(signs, reasons):
    with pytest.raises(ValueError, match="signs"):
        policies._built.scan("文", table(True, True, True, True), signs, reasons, True)
