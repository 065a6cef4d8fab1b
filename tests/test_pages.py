"""Pages that are made of articles can be made whole again, and what was made of them is counted as it is."""

from pathlib import Path
from random import Random

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.page_makers import CLOSERS, INDENT, MAKERS, PRINTED, Setting, columns, printed, wrapped
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


def perfect(row: str, seed: int = 1) -> Score:
    """What is counted where every paragraph is put together."""
    score = Score()
    for page in made(row, ARTICLES, 3, seed):
        score.add(page, "\n".join("".join(pieces) for pieces in page.paragraphs))
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
    score = perfect(row)
    assert score.whole == score.paragraphs > 0
    assert (score.wrong, score.crossed) == (0, 0)
    assert score.closed == score.breaks
    assert score.missed == score.wrong_lines == []


@pytest.mark.parametrize("row", ["indented", "spaced", "flush", "ragged", "double"])
def test_where_nothing_is_done_paragraphs_of_one_line_are_whole(row: str) -> None:
    for page in made(row, ARTICLES, 5, 1):
        score = Score()
        score.add(page, page.text)
        assert score.whole == sum(len(pieces) == 1 for pieces in page.paragraphs) < score.paragraphs
        assert (score.closed, score.crossed, score.wrong) == (0, 0, 0)
        assert score.breaks == score.lines - score.paragraphs


@pytest.mark.parametrize("row", ["indented", "spaced", "flush", "ragged", "double"])
def test_a_page_in_one_line_is_wrong_once_and_astray_between_paragraphs(row: str) -> None:
    page = next(made(row, ARTICLES, 1, 1))
    score = Score()
    score.add(page, page.text.replace("\n", ""))
    assert score.whole == 0
    assert score.wrong == 1
    assert score.closed == score.breaks
    assert score.crossed == score.paragraphs - 1


def test_joins_are_counted_one_by_one() -> None:
    score = Score()
    page = printed([["河上起了", "大雾，船", "都停了。"], ["集市照开。"]], "\n")
    score.add(page, "河上起了大雾，船\n都停了。集市照开。")
    assert (score.breaks, score.closed, score.crossed) == (2, 1, 1)
    assert (score.paragraphs, score.whole, score.wrong) == (2, 0, 1)
    assert score.wrong_lines == ["都停了。集市照开。"]


def test_a_piece_that_stands_apart_is_not_wrong_and_one_that_was_moved_is() -> None:
    page = printed([["河上起了", "大雾，船", "都停了。"]], "\n")
    apart, moved = Score(), Score()
    apart.add(page, page.text)
    moved.add(page, "河上起了都停了。\n大雾，船")
    assert (apart.wrong, apart.crossed) == (0, 0)
    assert (moved.wrong, moved.crossed, moved.closed) == (1, 1, 0)


def test_repeated_pieces_are_read_as_the_paragraph_they_are_in() -> None:
    page = printed([["船都停了，", "人也回了。"], ["船都停了，", "集市照开。"]], "\n")
    score = Score()
    score.add(page, "船都停了，集市照开。\n船都停了，人也回了。")
    assert (score.whole, score.closed, score.crossed, score.wrong) == (2, 2, 0, 0)


def test_blanks_and_the_width_of_signs_are_not_compared() -> None:
    page = printed([["“集市”照开,", "共 3 处"]], "\n")
    score = Score()
    score.add(page, "「集市」照开，共3处\n \n")
    assert (score.whole, score.wrong, score.lines) == (1, 0, 1)


_TEXT = st.text("河上起了大雾船都停了，。”（3a ", min_size=1, max_size=80).map(str.strip).filter(bool)


@given(_TEXT, st.integers(2, 20), st.booleans(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_lines_give_the_paragraph_and_keep_to_the_width(
    text: str, width: int, hanging: bool, slack: int, rng: Random
) -> None:
    setting = Setting(2 * width, hanging, slack)
    lines = list(wrapped(rng, text, setting))
    assert fold("".join(lines)) == fold(text)
    for line in lines:
        assert line == line.strip()
        beyond = sum(map(columns, line)) - 2 * width
        assert beyond <= 0 or line[-1] in CLOSERS


@given(st.booleans(), st.randoms(use_true_random=False), st.integers(14, 38))
def test_no_line_begins_with_a_sign_that_closes(hanging: bool, rng: Random, width: int) -> None:
    for text in (line for article in ARTICLES for line in article):
        first, *rest = wrapped(rng, text, Setting(2 * width, hanging), 4)
        assert sum(map(columns, first)) <= 2 * width - 4 + 2 * 3 * hanging
        assert not any(line[0] in CLOSERS for line in rest)
        for line in (first, *rest):
            assert hanging or sum(map(columns, line)) <= 2 * width


def test_the_conventions_stand_in_the_text() -> None:
    texts = {row: next(made(row, ARTICLES, 1, 1)).text for row in MAKERS}
    page = next(made("indented", ARTICLES, 1, 1))
    assert texts["indented"].count(INDENT) == len(page.paragraphs)
    assert INDENT not in texts["flush"]
    assert texts["spaced"].count("\n\n") == len(page.paragraphs) - 1
    assert "\n\n" not in texts["flush"] + texts["ragged"] + texts["indented"]
    assert "\n" not in texts["double"].replace("\n\n", "")


def test_the_last_tenth_is_held_out_and_halved(tmp_path: Path) -> None:
    articles = [[f"标题{i}", f"第{i}段。"] for i in range(40)]
    text = "\n\n".join("\n".join(article) for article in articles) + "\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt.zst").write_bytes(zstandard.compress(text.encode()))
    assert held_out(articles) == articles[36:]
    assert read(tmp_path, "tune") == [articles[36], articles[38]] * 2
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


def test_the_table_has_a_line_for_each_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "\n\n".join("\n".join(article) for article in ARTICLES * 20)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(orjson.dumps({"year": 1930, "paragraphs": [["河上起了", "大雾。"]]}))
    monkeypatch.setattr("sys.argv", ["pages", str(tmp_path), "--pages", "2", "--lines", str(lines), "--missed", "1"])
    main()
    printed_rows = [line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert printed_rows == ["row", "---", *MAKERS, *PRINTED]
