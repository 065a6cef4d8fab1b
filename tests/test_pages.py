"""Pages that are made of articles can be made whole again, and what was made of them is counted as it is."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import get_args

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.page_makers import (
    CLOSERS,
    FRAGMENT,
    INDENT,
    MAKERS,
    PRINTED,
    Closing,
    Page,
    Setting,
    break_of,
    columns,
    printed,
    wrapped,
)
from benchmarks.page_scores import Score, fold
from benchmarks.pages import drawn, held_out, made, main, read, real

ARTICLES = (
    (
        "镇上新修的桥今天通车",
        "连接两岸的新桥全长312米，双向四车道，桥面两侧留出了步道。施工队用了十四个月把它修完，比原来的计划早了三个星期。",
        "“以前去对岸的集市要绕一大圈。”家住河边的老人说，“现在走路十分钟就到了。”",
        "旧桥不拆，留给行人和自行车。",
    ),
    (
        "果园里的小气象站",
        "果农在坡地上装了六个小型气象站，每隔十分钟记下温度、湿度和风速，数据传到合作社的电脑里，谁家的手机都能看。",
        "去年倒春寒来的那个晚上，系统提前五个小时发出提醒，大家连夜点起了防霜的烟，花保住了九成。",
    ),
)


WRAPPED = ("indented", "spaced", "flush", "ragged", "double", "headed", "terminal")
LONG = "河上的大雾到上午十点才散，渡口的三条船都晚开了两个钟头，等船的人在茶棚里坐满了。"


def counted(row: str, page: Page, output: str) -> Score:
    """What is counted of a page of a row."""
    score = Score()
    if row == "inline":
        score.add_blanks(page, output, "\n".join(page.originals))
    elif row == "edited":
        score.add_unbroken(page, output)
    else:
        score.add(page, output)
    return score


@pytest.mark.parametrize("row", MAKERS)
def test_a_page_holds_its_paragraphs(row: str) -> None:
    for page in made(row, ARTICLES, 5, 1):
        assert {fold("".join(pieces)) for pieces in page.paragraphs} <= {fold(line) for of in ARTICLES for line in of}


@pytest.mark.parametrize("row", MAKERS)
def test_pages_are_the_same_for_a_seed_and_others_for_another(row: str) -> None:
    assert list(made(row, ARTICLES, 4, 1)) == list(made(row, ARTICLES, 4, 1))
    assert list(made(row, ARTICLES, 4, 1)) != list(made(row, ARTICLES, 4, 2))


@pytest.mark.parametrize("row", MAKERS)
def test_a_perfect_restoration_is_whole_and_nothing_of_it_wrong(row: str) -> None:
    for page in made(row, ARTICLES, 5, 1):
        score = counted(row, page, "\n".join([*page.originals, *page.others]))
        assert score.whole == score.paragraphs > 0
        assert score.wrong == score.astray == 0
        assert not score.errors
        assert score.closed == score.breaks
        assert score.missed == score.wrong_lines == []


@pytest.mark.parametrize("row", MAKERS)
def test_where_nothing_is_done_paragraphs_of_one_piece_are_whole(row: str) -> None:
    for page in made(row, ARTICLES, 5, 1):
        score = counted(row, page, page.text)
        lines = {line.strip() for line in page.text.split("\n")}
        assert score.whole == sum(original in lines for original in page.originals)
        assert (score.closed, score.astray, score.wrong) == (0, 0, 0)
        assert score.breaks == sum(len(pieces) - 1 for pieces in page.paragraphs)


@pytest.mark.parametrize("row", WRAPPED)
def test_a_page_in_one_line_is_wrong_once_and_astray_between_paragraphs(row: str) -> None:
    page = next(made(row, ARTICLES, 1, 1))
    score = counted(row, page, page.text.replace("\n", ""))
    assert score.whole == 0
    assert score.wrong == 1
    assert score.closed == score.breaks > 0
    assert score.astray == score.paragraphs - 1


def test_of_an_empty_output_everything_is_missed() -> None:
    for row in MAKERS:
        page = next(made(row, ARTICLES, 1, 1))
        score = counted(row, page, "")
        assert (score.whole, score.wrong, score.closed, score.astray) == (0, 0, 0, 0)
        assert score.missed == page.originals


def test_joins_are_counted_one_by_one() -> None:
    score = Score()
    page = printed([["河上起了", "大雾，船", "都停了。"], ["集市照开。"]], "\n")
    score.add(page, "河上起了大雾，船\n都停了。集市照开。")
    assert (score.breaks, score.closed, score.astray) == (2, 1, 1)
    assert (score.paragraphs, score.whole, score.wrong) == (2, 0, 1)
    assert score.wrong_lines == ["都停了。集市照开。"]


def test_a_piece_that_stands_apart_is_not_wrong_and_one_that_was_moved_is() -> None:
    page = printed([["河上起了", "大雾，船", "都停了。"]], "\n")
    apart, moved = Score(), Score()
    apart.add(page, page.text)
    moved.add(page, "河上起了都停了。\n大雾，船")
    assert (apart.wrong, apart.astray) == (0, 0)
    assert (moved.wrong, moved.astray, moved.closed) == (1, 1, 0)


def test_repeated_pieces_are_read_as_the_paragraph_they_are_in() -> None:
    page = printed([["船都停了，", "人也回了。"], ["船都停了，", "集市照开。"]], "\n")
    score = Score()
    score.add(page, "船都停了，集市照开。\n船都停了，人也回了。")
    assert (score.whole, score.closed, score.astray, score.wrong) == (2, 2, 0, 0)


def test_blanks_and_the_width_of_signs_are_not_compared() -> None:
    page = printed([["“集市”照开,", "共 3 处"]], "\n")
    score = Score()
    score.add(page, "「集市」照开，共3处\n \n")
    assert (score.whole, score.wrong, score.closed) == (1, 0, 1)


_TEXT = st.text("河上起了大雾船都停了，。”（3a ", min_size=1, max_size=80).map(str.strip).filter(bool)


_CLOSING = st.sampled_from(get_args(Closing))


@given(_TEXT, st.integers(2, 20), _CLOSING, st.integers(0, 3), st.booleans(), st.randoms(use_true_random=False))
def test_lines_are_the_paragraph_and_keep_to_the_width(
    text: str, width: int, closing: Closing, slack: int, words: bool, rng: Random
) -> None:
    lines = list(wrapped(rng, text, Setting(2 * width, closing, slack, words)))
    assert "".join(lines) == text
    for line in map(str.rstrip, lines):
        assert line
        assert columns(line) <= 2 * width or line[-1] in CLOSERS


@given(_CLOSING, st.randoms(use_true_random=False), st.integers(14, 38))
def test_a_sign_that_closes_goes_where_it_should(closing: Closing, rng: Random, width: int) -> None:
    for text in (line for article in ARTICLES for line in article):
        first, *rest = wrapped(rng, text, Setting(2 * width, closing), 4)
        over = [columns(line.rstrip()) > 2 * width for line in rest] + [columns(first) > 2 * width - 4]
        assert closing == "hangs" or not any(over)
        assert closing == "begins a line" or not any(line[0] in CLOSERS for line in rest)


def test_a_sign_that_closes_hangs_comes_down_or_begins_a_line() -> None:
    lines = {
        closing: [*wrapped(Random(1), "河上起了雾。船停了。", Setting(10, closing))] for closing in get_args(Closing)
    }
    assert lines == {
        "hangs": ["河上起了雾。", "船停了。"],
        "comes down": ["河上起了", "雾。船停", "了。"],
        "begins a line": ["河上起了雾", "。船停了。"],
    }


def test_words_and_numbers_stay_whole_where_they_are_not_cut() -> None:
    text = "全长312.5公里"
    assert [*wrapped(Random(1), text, Setting(8, "hangs", words=True))] == ["全长", "312.5公", "里"]
    assert [*wrapped(Random(1), text, Setting(8, "hangs"))] == ["全长312.", "5公里"]
    assert [*wrapped(Random(1), "“全长”", Setting(6, "hangs", ambiguous=1))] == ["“全长”"]


def test_the_conventions_stand_in_the_text() -> None:
    texts = {row: next(made(row, ARTICLES, 1, 1)).text for row in MAKERS}
    page = next(made("indented", ARTICLES, 1, 1))
    assert texts["indented"].count(INDENT) == len(page.paragraphs)
    assert INDENT not in texts["flush"]
    assert texts["spaced"].count("\n\n") == len(page.paragraphs) - 1
    assert "\n\n" not in texts["flush"] + texts["ragged"] + texts["indented"]
    assert "\n" not in texts["double"].replace("\n\n", "")


def test_a_paragraph_breaks_inside_a_sentence() -> None:
    places = {break_of(Random(seed), LONG) for seed in range(200)}
    assert min(places) >= FRAGMENT
    assert max(places) <= len(LONG) - FRAGMENT
    assert len(places) > 20
    assert not any(LONG[at] in CLOSERS for at in places)
    assert break_of(Random(1), "旧桥不拆。") == 0
    assert break_of(Random(1), "一二三四五。一二三四五六") != FRAGMENT


def test_an_interruption_stands_between_the_pieces_of_a_paragraph() -> None:
    for seed in range(20):
        page = MAKERS["interrupted"](Random(seed), ARTICLES)
        lines = [line.strip() for line in page.text.split("\n") if line.strip()]
        broken = [pieces for pieces in page.paragraphs if len(pieces) > 1]
        assert 1 <= len(broken) <= 3
        for head, tail in broken:
            at = lines.index(head.rstrip())
            assert lines[at + 1] in page.others
            assert lines[at + 2] == tail.strip()


def test_tails_are_moved_and_pieces_repeated() -> None:
    article = [f"第{number}天，{LONG[:-1]}，这是第{number}天。" for number in range(300)]
    articles = [article[at : at + 30] for at in range(0, 300, 30)]
    page = MAKERS["moved"](Random(1), articles)
    lines = page.text.split("\n")
    broken = [pieces for pieces in page.paragraphs if len(pieces) > 1]
    assert len(broken) == 100
    where = {line: at for at, line in reversed(list(enumerate(lines)))}
    near = sum(0 < where[tail] - where[head] < 4 for head, tail in broken)
    before = sum(where[tail] < where[head] for head, tail in broken)
    assert 30 < near < 70
    assert before > 10
    assert 0 < len(lines) - 400 < 50
    assert {*lines} == {piece for pieces in page.paragraphs for piece in pieces}


def test_a_paragraph_that_was_repeated_or_closed_twice_counts_once() -> None:
    page = printed([["河上起了", "大雾。"]], "\n")
    score = Score()
    score.add(page, "河上起了大雾。\n河上起了大雾。")
    assert (score.whole, score.closed, score.wrong) == (1, 1, 0)


def test_glued_paragraphs_stand_in_one_line_below_their_headline() -> None:
    page = MAKERS["glued"](Random(1), ARTICLES)
    lines = page.text.split("\n")
    assert lines[::2] == [article[0] for article in ARTICLES]
    assert [line.strip().split(INDENT) for line in lines[1::2]] == [list(article[1:]) for article in ARTICLES]
    score = counted("glued", page, page.text.replace(INDENT, ""))
    assert (score.whole, score.wrong) == (2, 0)  # nothing was made: the line was there


def test_blanks_stand_where_the_source_was_wrapped_and_are_counted() -> None:
    page = Page("河上 起了 大雾，张某 李某 都没来。", (("河上", "起了 ", "大雾，张某 ", "李某 都没来。"),))
    reference = "河上起了大雾，张某 李某 都没来。"
    results = {
        "河上起了 大雾，张某 李某 都没来。": (0, 1, 2, 0),
        "河上起了大雾，张某 李某都没来。": (0, 2, 2, 1),
        reference: (1, 2, 2, 0),
    }
    for output, expected in results.items():
        score = Score()
        score.add_blanks(page, output, reference)
        assert (score.whole, score.closed, score.breaks, score.astray) == expected


def test_what_was_done_to_edited_text_is_an_error_each() -> None:
    page = MAKERS["edited"](Random(1), ARTICLES)
    lines = page.originals
    joined = [lines[0] + lines[1], *lines[2:]]
    for output, errors in (
        (lines, 0),
        (joined, 1),
        (lines[1:], 1),
        ([*lines[:2], lines[2][:9], lines[2][9:], *lines[3:]], 1),
        ([*lines[:2], lines[2][:9], *lines[3:]], 1),
        ([lines[0] + lines[1] + lines[2], *lines[3:]], 2),
        ([*lines[1:], lines[0]], 2),
    ):
        assert counted("edited", page, "\n".join(output)).errors == errors


def test_headlines_are_not_indented_where_paragraphs_are() -> None:
    texts = [MAKERS["headed"](Random(seed), ARTICLES).text for seed in range(8)]
    for text in texts:
        assert text.startswith(ARTICLES[0][0])
        assert f"\n{ARTICLES[1][0]}\n" in text
        assert text.count(f"\n{INDENT}") == sum(len(article) - 1 for article in ARTICLES)
    assert {f"\n\n{ARTICLES[1][0]}\n\n" in text for text in texts} == {True, False}


def test_numbers_stand_on_lines_of_their_own() -> None:
    texts = [MAKERS["tagged"](Random(seed), ARTICLES[:1]).text for seed in range(8)]
    assert any("连接两岸的新桥全长\n312\n米" in text for text in texts)
    assert any("全长312米" in text for text in texts)


def test_the_last_tenth_is_held_out_and_halved(tmp_path: Path) -> None:
    articles = [[f"标题{i}", f"第{i}段。"] for i in range(40)]
    text = "\n\n".join("\n".join(article) for article in articles) + "\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt.zst").write_bytes(zstandard.compress(text.encode()))
    assert held_out(articles) == articles[36:]
    assert read(tmp_path, "tune") == [articles[36], articles[38]] * 2
    assert read(tmp_path, "tune", "b*") == [articles[36], articles[38]]
    assert read(tmp_path, "report") == [articles[37], articles[39]] * 2


def test_articles_come_back_only_after_all_were_taken() -> None:
    articles = [[str(i)] for i in range(30)]
    taken = [one[0] for of in drawn(articles, 30, 3) for one in of]
    assert len(set(taken[:28])) == 28  # one or two may be left over


def test_real_lines_are_pages_of_their_year(tmp_path: Path) -> None:
    rows = [{"year": year, "paragraphs": [["河上起了", "大雾。"], ["船停了。"]]} for year in (1920, 1930, 1930)]
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    assert [page.text for page in real("lines flush", path, 1930)] == ["河上起了\n大雾。\n船停了。"] * 2
    assert [page.text for page in real("lines spaced", path, None)] == ["河上起了\n大雾。\n\n船停了。"] * 3


def table(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, list[str]]:
    """The cells of the table that the command prints, by row."""
    monkeypatch.setattr("sys.argv", ["pages", *arguments])
    main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {row: rest for row, *rest in cells}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = "\n\n".join("\n".join(article) for article in ARTICLES * 20)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_table_has_a_line_for_each_row(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = folder / "lines.jsonl"
    lines.write_bytes(orjson.dumps({"year": 1930, "paragraphs": [["河上起了", "大雾。"]]}))
    rows = table([str(folder), "--pages", "2", "--lines", str(lines), "--missed", "1"], monkeypatch, capsys)
    assert [*rows] == [*MAKERS, *PRINTED]
    assert rows["edited"][2] == "1.000"


def test_a_recipe_is_tried_instead(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = folder / "recipe.toml"
    recipe.write_text('stages = ["normalize"]\n')
    given = [str(folder), "--pages", "4", "--row", "spaced"]
    with_layout = table(given, monkeypatch, capsys)["spaced"]
    without = table([*given, "--recipe", str(recipe)], monkeypatch, capsys)["spaced"]
    assert float(without[5]) == 0 < float(with_layout[5])
    assert float(without[2]) < float(with_layout[2])


@pytest.mark.parametrize("arguments", [["--row", "lines flush"], ["--files", "c*"]])
def test_what_is_missing_is_said(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["pages", str(folder), *arguments])
    with pytest.raises(SystemExit):
        main()
    assert re.search("need --lines FILE|no articles are held out", capsys.readouterr().err)
