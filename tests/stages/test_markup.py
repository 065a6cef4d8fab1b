"""Markup inside texts: what is cut, what is kept and marked, and what is none."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textclean.decode import decode
from textclean.document import Document
from textclean.language import markdown
from textclean.pipeline import Pipeline
from textclean.stages.boilerplate import Boilerplate
from textclean.stages.layout import Layout
from textclean.stages.normalize import Normalize
from textclean.testing import corpus

FILE = tomllib.loads((Path(__file__).parents[1] / "cases" / "markup.toml").read_text(encoding="utf-8"))
CASES, KNOWN = FILE["case"], FILE["known"]
ROOT = Path(__file__).parents[2]


def normalized(text: str, **options: bool) -> Document:
    return Normalize(**options)(Document("a.txt", text))


def markup_of(doc: Document) -> list[list[str]]:
    found = [mark for mark in doc.marks if mark.kind == "markup"]
    return [[mark.observed] if mark.suggestion is None else [mark.observed, mark.suggestion] for mark in found]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_markup_is_cut_or_marked(case: dict[str, object]) -> None:
    text = str(case["text"])
    done = normalized(text)
    assert done.text == case.get("clean", text)
    assert done.original() == text
    assert sorted(markup_of(done)) == sorted(case.get("marks", []))  # type: ignore[call-overload]
    assert normalized(done.text).text == done.text


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_marked_stands_in_the_clean_text(case: dict[str, object]) -> None:
    done = normalized(str(case["text"]))
    for mark in done.marks:
        assert mark.text is not None
        if mark.suggestion is not None:
            assert done.text[mark.start : mark.end] == mark.observed


@pytest.mark.parametrize("case", KNOWN, ids=[case["name"] for case in KNOWN])
def test_what_is_not_put_right_is_known(case: dict[str, str]) -> None:
    assert normalized(case["text"]).text == case["clean"] != case["right"]


def test_what_is_cut_says_why() -> None:
    (layer,) = normalized("渡口的雾散了。<br>渡船开了。<!-- 完 -->").layers
    assert layer.edits.reasons == ("markup", "markup")
    assert layer.edits.news == ("\n", "")


def test_without_the_rule_nothing_is_cut_or_marked() -> None:
    text = "# 青溪\n<p>渡口的<b>雾</b>散了。</p>"
    assert normalized(text, markup=False).text == text
    assert markup_of(normalized(text, markup=False)) == []
    assert markup_of(normalized(text, marks=False)) == []


def test_a_text_without_its_signs_of_markdown_is_plain() -> None:
    text = "# 青溪县茶园\n**今天上午**，[茶园](https://news.example/a)开了园。\n- 来了一千多人\n> 县里说，长势良好。"
    done = normalized(text)
    plain = done.text
    for mark in sorted(done.marks, key=lambda mark: -mark.start):
        plain = plain[: mark.start] + (mark.suggestion or "") + plain[mark.end :]
    assert plain == "青溪县茶园\n今天上午，茶园开了园。\n来了一千多人\n县里说，长势良好。"


@pytest.mark.parametrize("folder", ["noisy", "clean", "expected"])
def test_the_fixtures_have_no_markup(folder: str) -> None:
    for file in sorted((ROOT / "fixtures" / folder).glob("*.txt")):
        text, _ = decode(file.read_bytes())
        assert markdown.signs(text) == []
        assert "markup" not in Normalize().findings(Document(file.name, text)).edits.reasons


def test_generated_news_has_no_markup() -> None:
    for text in corpus(5, 200_000):
        done = normalized(text)
        assert markup_of(done) == []
        assert all("markup" not in layer.edits.reasons for layer in done.layers)


# What a sentence that is broken over two lines looks like, and what must not be taken for one.
HALF = "今年以来，全县完成投资三亿五千万元。农民的收入增加了不少，县里把这座桥列入今年的民生实事项"
REST = "目，多方筹措资金，分三年建成，沿线的四个村子都从中受益。"


def test_a_broken_sentence_is_joined() -> None:
    assert Layout()(Document("a.txt", f"{HALF}\n{REST}")).text == HALF + REST


@pytest.mark.parametrize(
    "text",
    [
        f"## {HALF}\n{REST}",
        f"{HALF}\n## {REST}",
        f"# 青溪\n{HALF}\n- {REST}",
        f"# 青溪\n{HALF}\n> {REST}",
        f"{HALF}\n```\n{REST}\n```",
        f"```\n{HALF}\n{REST}\n```",
        f"| 甲 | 乙 |\n|---|---|\n| 一 | {HALF}\n{REST} | 二 |",
        "```\nif a:\n\n    b()\n```",
    ],
)
def test_layout_leaves_the_lines_of_markdown_alone(text: str) -> None:
    done = Layout()(Document("a.txt", text))
    assert done.text == text
    assert all(mark.kind == "fragment" for mark in done.marks)  # the sentence that is broken off in prose


def test_prose_inside_a_text_in_markdown_is_joined_all_the_same() -> None:
    text = f"# 青溪\n{HALF}\n{REST}\n- 采茶"
    assert Layout()(Document("a.txt", text)).text == f"# 青溪\n{HALF}{REST}\n- 采茶"


def test_a_text_in_markdown_goes_through_the_pipeline_whole() -> None:
    text = (
        "# 青溪县茶园开园\n\n**今天上午**，[茶园](https://news.example/a?b=1,2)开了园，有一千多人来采茶。\n\n"
        "## 一、概况\n\n- 采茶，一芽一叶\n- 制茶，杀青揉捻\n\n| 地点 | 人数 |\n|:---|---:|\n| 青溪 | 1200 |\n"
        '\n```python\ndef f(x):\n    return "你好", x\n\n\nf(1)\n```\n'
    )
    done = Pipeline.default().clean(text)
    before, code = text.split("```python")
    assert done.text == before.replace("\n\n", "\n") + "```python" + code.rstrip("\n")
    assert done.restored() == text.encode()
    assert {mark.kind for mark in done.marks} == {"markup"}


PARTS = st.lists(
    st.sampled_from("<>/!-&;#*`|[]() \n\r\t，。、用和茶园县\"“”'=:12abpi")
    | st.sampled_from(
        [
            *("<p>", "</p>", "<br/>", "<b>", "</b>", "<i>", "<td>", "</td>", "<a href='/a'>", "</a>", "<div>", "<x>"),
            *("</x>", "<sup>", "</sup>", "2", "<!--", "-->", "<script>", "</script>", "<style>", "</style>", "<title>"),
            *("&lt;", "&gt;", "&amp;", "&nbsp", "&ldquo", "&#60", "&#x3c;", "标签", "表示", "HTML", "之间", "用"),
            *(
                "# ",
                "\n## ",
                "**",
                "**茶园**",
                "[茶园](/a)",
                "\n|---|---|\n",
                "| 茶 | 园 |",
                "\n```\n",
                "`a`",
                "\n- ",
                "\n> ",
            ),
            *("图 书 馆 新 馆 开 了 门 ", "今天上午，县里的茶园开了园。", "＜", "ｂ"),
        ]
    ),
    max_size=30,
).map("".join)


@given(PARTS)
@settings(deadline=None, max_examples=600)
def test_a_second_run_changes_nothing_and_the_first_is_undone(text: str) -> None:
    done = normalized(text)
    assert done.original() == text
    assert normalized(done.text).text == done.text


@given(PARTS)
@settings(deadline=None, max_examples=300)
def test_the_signs_of_markdown_stand_apart_and_in_order(text: str) -> None:
    found = markdown.signs(text)
    assert all(0 <= sign.start < sign.end <= len(text) for sign in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(PARTS)
@settings(deadline=None, max_examples=300)
def test_layout_keeps_every_sign_of_markdown(text: str) -> None:
    doc = normalized(text)
    done = Layout()(doc)
    signs = [doc.text[sign.start : sign.end] for sign in markdown.signs(doc.text) if sign.what == markdown.HEADING]
    assert [sign for sign in signs if sign.rstrip() not in done.text] == []


def test_boilerplate_leaves_tables_and_code_whole_however_many_texts_have_them() -> None:
    def page(number: int) -> str:
        story = f"今天上午，县里的第{number}个茶园开了园，来了一千多人，馆长说长势良好，{'春夏秋冬'[number]}天再来。"
        return f"{story}\n| 地点 | 人数 |\n|---|---|\n| 青溪 | {number} |\n{story[::-1]}\n```\n<br>\nx = {number}\n```"

    pages = [page(number) for number in range(4)]
    for text, done in zip(pages, Pipeline([Boilerplate(min_documents=3)]).run(pages), strict=True):
        assert isinstance(done, Document)
        assert done.text == text
    plain = [text.replace("|---|---|\n", "").replace("```", "======") for text in pages]  # the same, but no Markdown
    done = next(iter(Pipeline([Boilerplate(min_documents=3)]).run(plain)))
    assert isinstance(done, Document)
    assert "地点" not in done.text
    assert "=" not in done.text.replace("x =", "")
