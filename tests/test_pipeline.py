"""Order, barriers, and what happens to a document that fails."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textclean
from tests.stages_for_tests import FirstOnly, OutOfRange, Overlapping, Picky, Upper
from tests.strategies import texts
from textclean.document import Document
from textclean.errors import InputError, RecipeError, StageError, UsageError
from textclean.pipeline import Failure, Pipeline
from textclean.recipe import Recipe, parse
from textclean.stages.boilerplate import Boilerplate

law = settings(deadline=None, max_examples=40)
STAGES = [Upper(), FirstOnly(), Picky(word="从不出现"), FirstOnly()]
corpora = st.lists(texts, max_size=6)


def good(results: list[Document | Failure]) -> list[Document]:
    assert all(isinstance(one, Document) for one in results)
    return [one for one in results if isinstance(one, Document)]


@law
@given(texts)
def test_stages_one_by_one_equal_the_pipeline(text: str) -> None:
    whole = Pipeline([Upper(), Picky(word="从不出现")]).clean(text)
    doc = Pipeline([]).clean(text)
    for stage in (Upper(), Picky(word="从不出现")):
        doc = stage(doc)
    assert doc == whole


@law
@given(corpora, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(corpus: list[str], random: object) -> None:
    items = [(f"{i}.txt", text) for i, text in enumerate(corpus)]
    shuffled = items[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    pipe = Pipeline(STAGES)
    assert list(pipe.run(items)) == list(pipe.run(shuffled))


@law
@given(corpora)
def test_every_document_of_a_run_restores(corpus: list[str]) -> None:
    done = good(list(Pipeline(STAGES).run(corpus)))
    assert [doc.restored() for doc in done] == [text.encode("utf-8", "surrogatepass") for text in corpus]


def test_a_later_document_loses_the_line_and_names_the_twin() -> None:
    first, second = good(list(Pipeline([FirstOnly()]).run([("a", "共同的一行\n甲"), ("b", "乙\n共同的一行")])))
    assert first.text == "共同的一行\n甲"
    assert second.text == "乙\n"
    assert second.layers[0].edits.twins == {0: "a#1"}


def test_documents_come_in_the_order_of_their_ids_as_bytes() -> None:
    done = good(list(Pipeline([]).run([("乙", "1"), ("a", "2"), ("Z", "3"), ("a/b", "4")])))
    assert [doc.id for doc in done] == ["Z", "a", "a/b", "乙"]


def test_items_without_an_id_get_their_number() -> None:
    done = good(list(Pipeline([]).run(["x"] * 12)))
    assert [doc.id for doc in done] == [f"{i:08d}" for i in range(12)]


def test_an_id_that_stands_twice_is_an_error() -> None:
    with pytest.raises(UsageError, match="twice"):
        list(Pipeline([]).run([("a", "x"), ("a", "y")]))


def test_an_item_of_another_type_is_an_error() -> None:
    with pytest.raises(UsageError, match="item 1 is a int"):
        list(Pipeline([]).run(["x", 5]))  # type: ignore[list-item]


def test_a_document_that_fails_before_a_barrier_harms_no_other() -> None:
    done = list(Pipeline([Upper(), Picky(), FirstOnly()]).run([("a", "好,"), ("b", "坏,"), ("c", "好,")]))
    assert [one.id for one in done] == ["a", "b", "c"]
    failed = done[1]
    assert isinstance(failed, Failure)
    assert (failed.stage, failed.document) == ("picky", None)
    assert "does not like it" in failed.error
    assert "line" in failed.error
    assert isinstance(done[2], Document)
    assert done[2].text == ""


def test_a_document_that_fails_after_a_barrier_stays_as_it_was() -> None:
    done = list(Pipeline([Upper(), FirstOnly(), Picky(), FirstOnly()]).run([("a", "好,"), ("b", "坏,")]))
    failed = done[1]
    assert isinstance(failed, Failure)
    assert failed.document is not None
    assert failed.document.text == "坏，"
    assert failed.document.restored() == "坏,".encode()


@pytest.mark.parametrize("stage", [Overlapping(), OutOfRange()])
def test_bad_edits_fail_their_document_and_say_which(stage: Overlapping | OutOfRange) -> None:
    (failed,) = Pipeline([stage]).run([("a", "三个字的文本")])
    assert isinstance(failed, Failure)
    assert failed.stage == stage.name
    assert "edit" in failed.error


def test_clean_raises_where_run_yields_a_failure() -> None:
    with pytest.raises(StageError, match="document: stage 'picky' failed: ValueError: does not like it") as caught:
        Pipeline([Picky()]).clean("坏")
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_document_over_the_limit_is_refused() -> None:
    with pytest.raises(InputError, match="max_document_bytes"):
        Pipeline(Recipe((), max_document_bytes=4)).clean("汉字")
    assert Pipeline(Recipe((), max_document_bytes=6)).clean("汉字").text == "汉字"


def test_a_corpus_stage_that_cannot_decide_names_itself() -> None:
    class Undecided(FirstOnly):
        name = "undecided"

        def decide(self, observations: object, texts: object) -> dict[str, object]:
            raise KeyError("x")

    with pytest.raises(StageError, match="undecided"):
        list(Pipeline([Undecided()]).run(["x"]))


def test_several_processes_give_what_one_gives() -> None:
    items = [(f"{i:03d}.txt", f"第{i % 7}行,\n独有{i}\n" + ("坏" if i % 50 == 3 else "")) for i in range(150)]
    pipe = Pipeline([Upper(), FirstOnly(), Picky(), FirstOnly()])
    assert list(pipe.run(items, jobs=2)) == list(pipe.run(items, jobs=1))


def test_a_stage_that_cannot_be_pickled_runs_in_one_process_and_says_so_in_two() -> None:
    class Local(Upper):
        name = "local"

    assert [one.id for one in Pipeline([Local()]).run(["a,"])] == ["00000000"]
    with pytest.raises(UsageError, match="jobs=1"):
        list(Pipeline([Local()]).run(["a,"], jobs=2))


def test_rows_are_documents_by_their_text_and_id() -> None:
    rows = [{"id": "b", "text": "好,"}, {"text": "坏,"}, {"id": 7, "text": "好,", "url": "x"}]
    assert [one.id for one in Pipeline([]).run(rows)] == ["00000001", "7", "b"]
    with pytest.raises(UsageError, match="row without a text"):
        list(Pipeline([]).run([{"id": "b"}]))


def test_a_path_is_read_and_a_string_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("青溪县图书馆".encode("gb18030"))
    doc = textclean.clean(path)
    assert (doc.id, doc.text) == ("a.txt", "青溪县图书馆")
    assert textclean.clean(str(path)).text == str(path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        textclean.clean(tmp_path / "nothing.txt")
    with pytest.raises(InputError, match="over the limit"):
        Pipeline(Recipe((), max_document_bytes=3)).clean(path)


def test_a_hint_decides_where_bytes_do_not() -> None:
    raw = "茶园".encode("utf-16-le")
    read = raw.decode("gb18030")
    assert textclean.clean(raw).text == "茶园"
    assert Pipeline([]).clean(raw, hint="gb2312").text == read
    assert Pipeline(Recipe((), charset="gb2312")).clean(raw).text == read


def test_what_a_recipe_protects_no_stage_changes() -> None:
    text = "今天,县里的“甲,乙”计划开始.\n版权所有,翻印必究\n今天,天气很好,大家都来了."
    recipe = parse({"stages": ["normalize", "boilerplate"], "protect": ["甲,乙", "版权所有,翻印必究"]}, "recipe")
    plain = parse({"stages": ["normalize", "boilerplate"]}, "recipe")
    doc = Pipeline(recipe).clean(text)
    assert doc.text == "今天，县里的“甲,乙”计划开始。\n版权所有,翻印必究\n今天，天气很好，大家都来了。"
    assert doc.restored() == text.encode()
    assert "甲,乙" not in Pipeline(plain).clean(text).text
    assert [one.text for one in Pipeline(recipe).run([text])] == [doc.text]
    with pytest.raises(RecipeError, match="no regular expression"):
        parse({"protect": ["("]}, "recipe")


def test_a_users_own_lines_are_boilerplate() -> None:
    text = "青溪县图书馆开馆\n本栏目由某某茶业冠名\n图书馆昨日开馆，有一千多名读者到场。"
    assert Pipeline([Boilerplate(lines=("本栏目由某某茶业冠名",))]).clean(text).text == text.replace(
        "本栏目由某某茶业冠名\n", ""
    )
    assert Pipeline([Boilerplate()]).clean(text).text == text
