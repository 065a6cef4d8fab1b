"""What earlier runs kept comes first: its copies fall, whatever stands in this run."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from textclean import Document, Duplicates, Failure, Pipeline
from textclean.errors import StageError, UsageError
from textclean.recipe import Recipe
from textclean.testing import news_paragraph

RNG = random.Random("earlier")
NEWS = [news_paragraph(RNG, 70, 300) for _ in range(60)]
LONG = next(text for text in NEWS if len(text) > 150)
JULY = (
    "据统计，全县七月份共接待游客32万人次，实现旅游综合收入1亿元，各项指标均创历史新高，住宿、餐饮、交通等行业普遍受益，"
    "游客的平均停留时间进一步延长，主要景区的接待秩序总体平稳，没有发生一起安全责任事故，游客满意程度继续提高。"
)
AUGUST = JULY.replace("七", "八")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "seen.index"


def run(index: Path | None, documents: dict[str, Sequence[str]], **options: Any) -> dict[str, Document]:
    pipe = Pipeline([Duplicates(**options)])
    items = [(id, "\n".join(lines)) for id, lines in documents.items()]
    found = {}
    for doc in pipe.run(items, index=index):
        assert not isinstance(doc, Failure), doc
        found[doc.id] = doc
    return found


def cuts(doc: Document) -> list[tuple[str, str | None]]:
    return [(edit.reason, edit.twin) for layer in doc.layers for edit in layer.edits.rows()]


def changed(text: str) -> str:
    """``text`` with another dateline and other signs: near, and not contained."""
    return "新华网北岭3月5日电（记者 某某）" + text.replace("，", "、", 1)


def test_exact_contained_and_near_copies_of_an_earlier_run_fall(index: Path) -> None:
    run(index, {"mon.txt": ["头条新闻", *NEWS[:5], LONG]})
    line = 2 + [*NEWS[:5], LONG].index(LONG)
    piece, near = LONG[20:90], changed(LONG)
    done = run(index, {"tue.txt": [NEWS[0], piece, near, NEWS[50]]})["tue.txt"]
    assert done.text == NEWS[50]
    said = cuts(done)
    assert said[0] == ("exact", "mon.txt#2")
    assert said[1] == ("contained 1.00", f"mon.txt#{line}")
    assert said[2][0].startswith("near 0.")
    assert said[2][1] == f"mon.txt#{line}"
    assert done.restored().decode() == "\n".join([NEWS[0], piece, near, NEWS[50]])


def test_the_paragraph_of_an_earlier_run_stays_the_twin_though_this_run_has_copies(index: Path) -> None:
    run(index, {"z.txt": [NEWS[0]]})
    done = run(index, {"a.txt": [NEWS[0]], "b.txt": [NEWS[0]]})
    assert [cuts(done[id]) for id in ("a.txt", "b.txt")] == [[("exact", "z.txt#1")]] * 2


def test_what_fell_before_is_no_twin(index: Path) -> None:
    run(index, {"a.txt": [NEWS[0]], "b.txt": [NEWS[0], NEWS[1]]})
    done = run(index, {"c.txt": [NEWS[0], NEWS[1]]})["c.txt"]
    assert cuts(done) == [("exact", "a.txt#1"), ("exact", "b.txt#2")]


def test_a_longer_paragraph_does_not_undo_what_was_kept(index: Path) -> None:
    run(index, {"a.txt": [LONG[20:90]]})
    assert run(index, {"b.txt": [LONG]})["b.txt"].text == LONG


def test_running_the_same_documents_again_gives_the_same(index: Path) -> None:
    documents = {f"{i}.txt": [NEWS[i], NEWS[i + 1], changed(NEWS[i + 2])] for i in range(30)}
    first = run(index, documents)
    assert any(cuts(doc) for doc in first.values())
    assert run(index, documents) == first == run(None, documents)
    before = index.read_bytes()
    run(index, documents)
    assert index.read_bytes() == before


def test_a_changed_document_replaces_what_was_remembered_of_it(index: Path) -> None:
    run(index, {"a.txt": [NEWS[0], NEWS[1]]})
    assert run(index, {"a.txt": [NEWS[1], NEWS[2]]})["a.txt"].text == f"{NEWS[1]}\n{NEWS[2]}"
    done = run(index, {"b.txt": [NEWS[0], NEWS[1], NEWS[2]]})["b.txt"]
    assert done.text == NEWS[0]
    assert cuts(done)[0] == ("exact", "a.txt#1")


def test_other_numbers_are_other_facts_across_runs_too(index: Path) -> None:
    run(index, {"july.txt": [JULY]})
    done = run(index, {"august.txt": [AUGUST]})["august.txt"]
    assert done.text == AUGUST
    (mark,) = done.marks
    assert mark.kind == "template"
    assert mark.evidence.startswith("july.txt#1 ")


def test_other_numbers_are_copies_where_the_recipe_says_so(index: Path) -> None:
    run(index, {"july.txt": [JULY]}, numbers="same")
    assert run(index, {"august.txt": [AUGUST]}, numbers="same")["august.txt"].text == ""


def test_headings_and_short_lines_are_not_remembered(index: Path) -> None:
    lines = ["青溪县举办茶叶开采节暨农产品展销会新闻发布会", "短的一行。", NEWS[0]]
    run(index, {"a.txt": lines})
    assert run(index, {"b.txt": lines})["b.txt"].text == "\n".join(lines[:2])


def test_a_quotation_that_is_a_whole_sentence_of_an_earlier_paragraph_stays(index: Path) -> None:
    whole = "会上他谈到了家乡。“我们要把这条清清的河水留给子孙后代，把这片青山守好护好。”全场响起掌声，久久没有停下来。"
    piece = "“我们要把这条清清的河水留给子孙后代，把这片青山守好护好。”"
    run(index, {"a.txt": [whole]})
    assert run(index, {"b.txt": [piece]})["b.txt"].text == piece


def test_without_texts_matches_are_marked_and_nothing_is_cut(index: Path) -> None:
    run(index, {"a.txt": NEWS[:3]}, index_text=False)
    asked = [NEWS[0], NEWS[1][:60], changed(NEWS[2]), NEWS[50]]
    done = run(index, {"b.txt": asked}, index_text=False)["b.txt"]
    assert done.text == "\n".join(asked)
    assert [mark.kind for mark in done.marks] == ["unverified"] * 3
    assert [done.text[mark.start : mark.end] for mark in done.marks] == asked[:3]
    for mark, says in zip(done.marks, ("exact copy of a.txt#1,", "contained", "near copy of a.txt#3,"), strict=True):
        assert mark.evidence.startswith(says)
    assert done.marks[0].score == 1.0


def test_an_index_made_with_other_options_is_refused(index: Path) -> None:
    run(index, {"a.txt": [NEWS[0]]})
    with pytest.raises(UsageError, match=r"made with other parameters: n is 5 in the index and 6 here"):
        run(index, {"b.txt": [NEWS[0]]}, n=6)


def test_a_recipe_without_a_stage_that_looks_back_is_refused(index: Path) -> None:
    with pytest.raises(UsageError, match="no stage that uses an index; add duplicates"):
        list(Pipeline(Recipe(())).run(["文"], index=index))
    assert not index.exists()


def test_order_and_processes_do_not_matter(index: Path, tmp_path: Path) -> None:
    run(index, {"old.txt": NEWS[::3]})
    documents = [(f"{i}.txt", "\n".join([NEWS[i], changed(NEWS[i + 1]), NEWS[i + 2][5:60]])) for i in range(40)]
    outcomes = []
    for jobs, order in ((1, 1), (1, -1), (2, 1)):
        copy = tmp_path / f"{jobs}{order}.index"
        copy.write_bytes(index.read_bytes())
        pipe = Pipeline([Duplicates()])
        outcomes.append((list(pipe.run(documents[::order], jobs=jobs, index=copy)), copy.read_bytes()))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    twins = {twin for doc in outcomes[0][0] if isinstance(doc, Document) for _, twin in cuts(doc) if twin}
    assert any(twin.startswith("old.txt#") for twin in twins)
    assert any(not twin.startswith("old.txt#") for twin in twins)


def test_a_broken_index_is_told_by_name(index: Path) -> None:
    run(index, {"a.txt": NEWS})
    raw = bytearray(index.read_bytes())
    raw[12288:] = bytes(len(raw) - 12288)
    index.write_bytes(raw)
    with pytest.raises((StageError, UsageError), match=r"seen\.index"):
        run(index, {"b.txt": NEWS})
