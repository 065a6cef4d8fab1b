"""Runs that remember: what a run kept is the twin in the next; kills and dry runs leave nothing half done."""

import random
import sqlite3
from pathlib import Path

import orjson
import pytest

from tests.runs import Interrupted, tree
from textclean.commands.explain import explain
from textclean.commands.restore import verify
from textclean.commands.run import run
from textclean.engines.protocol import Watch
from textclean.errors import UsageError
from textclean.index.open import open_index
from textclean.recipe import Recipe, parse
from textclean.testing import news_paragraph

RECIPE = parse({"stages": ["normalize", "duplicates"]}, "test")
THREE_PHASES = parse({"stages": ["normalize", "boilerplate", "duplicates"]}, "test")
RNG = random.Random("batch index")
NEWS = [news_paragraph(RNG, 70, 200) for _ in range(120)]


@pytest.fixture
def monday(tmp_path: Path) -> Path:
    return folder(tmp_path / "monday", {f"{i:03d}.txt": NEWS[2 * i : 2 * i + 2] for i in range(40)})


def folder(path: Path, documents: dict[str, list[str]]) -> Path:
    path.mkdir()
    for name, lines in documents.items():
        (path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def entries(index: Path) -> list[object]:
    with open_index(index, RECIPE.stages, write=False) as opened:
        return [(Path(corpus).name, id, names) for corpus, id, names in opened.documents()]  # type: ignore[attr-defined]


def test_the_next_run_cuts_what_the_last_one_kept(monday: Path, tmp_path: Path) -> None:
    index = tmp_path / "seen.index"
    tuesday = folder(tmp_path / "tuesday", {"000.txt": [NEWS[0], NEWS[100]], "x.txt": [NEWS[31]]})
    run(monday, tmp_path / "m", recipe=RECIPE, index=index)
    done = run(tuesday, tmp_path / "t", recipe=RECIPE, index=index)
    assert (tmp_path / "t/clean/000.txt").read_text(encoding="utf-8") == NEWS[100] + "\n\n"
    assert done.figures.paragraphs_cut == {"exact": 2}
    told = "\n".join(explain(str(tmp_path / "t/clean/x.txt")))
    assert "015.txt#2" in told
    assert verify(tmp_path / "t", tuesday) == []
    assert len(entries(index)) == 41


def test_a_dry_run_looks_and_remembers_nothing(monday: Path, tmp_path: Path) -> None:
    index = tmp_path / "seen.index"
    run(monday, tmp_path / "m", recipe=RECIPE, index=index, dry_run=True)
    assert not index.exists()
    run(monday, tmp_path / "m", recipe=RECIPE, index=index)
    before = index.read_bytes()
    tuesday = folder(tmp_path / "tuesday", {"a.txt": NEWS[:3] + NEWS[100:101]})
    done = run(tuesday, tmp_path / "t", recipe=RECIPE, index=index, dry_run=True)
    assert done.figures.paragraphs_cut == {"exact": 3}
    assert index.read_bytes() == before


def test_the_same_folder_run_again_gives_the_same_and_remembers_it_once(monday: Path, tmp_path: Path) -> None:
    index = tmp_path / "seen.index"
    for out in ("one", "two"):
        run(monday, tmp_path / out, recipe=RECIPE, index=index)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert len(entries(index)) == 40


def stopper(what: str) -> Watch:
    def watch(now: str, count: int, total: int) -> None:
        if now == what and (count or what == "remembering"):
            raise Interrupted

    return watch


@pytest.mark.parametrize("where", ["reading and cleaning", "cleaning", "writing", "remembering"])
def test_an_interrupted_run_remembers_nothing_until_it_is_resumed(monday: Path, tmp_path: Path, where: str) -> None:
    tuesday = folder(tmp_path / "tuesday", {f"{i}.txt": [NEWS[i], NEWS[100 + i % 20]] for i in range(60)})
    straight, index = tmp_path / "straight.index", tmp_path / "seen.index"
    for path in (straight, index):
        run(monday, tmp_path / f"m-{path.name}", recipe=RECIPE, index=path)
    run(tuesday, tmp_path / "straight", recipe=THREE_PHASES, index=straight)
    before = entries(index)
    with pytest.raises(Interrupted):
        run(tuesday, tmp_path / "out", recipe=THREE_PHASES, index=index, watch=stopper(where))
    assert entries(index) == before
    run(tuesday, tmp_path / "out", recipe=THREE_PHASES, index=index, resume=True)
    assert tree(tmp_path / "out") == tree(tmp_path / "straight")
    assert entries(index) == entries(straight)


def test_a_run_killed_between_two_transactions_ends_the_same(
    monday: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textclean.index import sqlite

    monkeypatch.setattr(sqlite, "_DOCUMENTS_A_TRANSACTION", 7)
    straight, index = tmp_path / "straight.index", tmp_path / "seen.index"
    run(monday, tmp_path / "straight", recipe=RECIPE, index=straight)
    whole = sqlite.ParagraphIndex._add
    left = iter(range(3))

    def killed(self: sqlite.ParagraphIndex, documents: object) -> None:
        if next(left, None) is None:
            raise Interrupted
        whole(self, documents)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sqlite.ParagraphIndex, "_add", killed)
        with pytest.raises(Interrupted):
            run(monday, tmp_path / "out", recipe=RECIPE, index=index)
    assert len(entries(index)) == 21
    assert not (tmp_path / "out/manifest.json").exists()
    run(monday, tmp_path / "out", recipe=RECIPE, index=index, resume=True)
    assert tree(tmp_path / "out") == tree(tmp_path / "straight")
    assert entries(index) == entries(straight)


def test_an_index_changed_between_kill_and_resume_is_taken_as_it_is_now(monday: Path, tmp_path: Path) -> None:
    index = tmp_path / "seen.index"
    tuesday = folder(tmp_path / "tuesday", {"a.txt": [NEWS[0], NEWS[100]]})
    with pytest.raises(Interrupted):
        run(tuesday, tmp_path / "out", recipe=RECIPE, index=index, watch=stopper("writing"))
    run(monday, tmp_path / "m", recipe=RECIPE, index=index)
    run(tuesday, tmp_path / "out", recipe=RECIPE, index=index, resume=True)
    assert (tmp_path / "out/clean/a.txt").read_text(encoding="utf-8") == NEWS[100] + "\n\n"


def test_a_document_that_failed_is_not_remembered(monday: Path, tmp_path: Path) -> None:
    (monday / "000.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    index = tmp_path / "seen.index"
    run(monday, tmp_path / "m", recipe=RECIPE, index=index)
    assert "000.txt" not in {id for _, id, _ in entries(index)}  # type: ignore[misc]


def test_wrong_use_is_refused_before_anything_is_written(monday: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    base = sqlite3.connect(other)
    base.execute("CREATE TABLE mine (x)")
    base.close()
    good = tmp_path / "good"
    open_index(good, RECIPE.stages).close()
    five = parse({"stages": ["duplicates"], "duplicates": {"n": 4}}, "test")
    for index, recipe, says in (
        (monday / "i", RECIPE, "keep it outside of both"),
        (tmp_path / "out/i", RECIPE, "keep it outside of both"),
        (other, RECIPE, "not an index"),
        (tmp_path / "none/i", RECIPE, "does not exist"),
        (good, five, "n is 5 in the index and 4 here"),
        (good, Recipe(()), "no stage that uses an index"),
        ("redis://h:x", RECIPE, "not an address"),
    ):
        with pytest.raises(UsageError, match=says):
            run(monday, tmp_path / "out", recipe=recipe, index=index)
        assert not (tmp_path / "out").exists()
    with (
        open_index(good, RECIPE.stages),
        pytest.raises(UsageError, match="another run writes to this index"),
    ):
        run(monday, tmp_path / "out", recipe=RECIPE, index=good)
    assert not (tmp_path / "out").exists()


def test_unverified_matches_stand_in_the_marks_file(monday: Path, tmp_path: Path) -> None:
    recipe = RECIPE.with_option("duplicates", "index_text", False)
    index = tmp_path / "seen.index"
    run(monday, tmp_path / "m", recipe=recipe, index=index)
    tuesday = folder(tmp_path / "tuesday", {"a.txt": NEWS[:1]})
    run(tuesday, tmp_path / "t", recipe=recipe, index=index)
    (mark,) = map(orjson.loads, (tmp_path / "t/marks.jsonl").read_bytes().splitlines())
    assert (mark["kind"], mark["observed"]) == ("unverified", NEWS[0])
    assert (tmp_path / "t/clean/a.txt").read_text(encoding="utf-8") == NEWS[0] + "\n\n"


def test_an_index_made_by_another_version_is_used_and_the_difference_told(
    monday: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "seen.index"
    assert run(monday, tmp_path / "m", recipe=RECIPE, index=index).warnings == ()
    assert run(monday, tmp_path / "again", recipe=RECIPE, index=index).warnings == ()
    monkeypatch.setattr("textclean.fingerprint.PACKAGES", ("numpy",))
    monkeypatch.setattr("textclean.fingerprint._version", lambda package: "999")
    tuesday = folder(tmp_path / "tuesday", {"a.txt": [NEWS[0], NEWS[100]]})
    done = run(tuesday, tmp_path / "t", recipe=RECIPE, index=index)
    (told,) = done.warnings
    assert "seen.index: what it remembers was cleaned with another recipe or other versions (numpy: " in told
    assert "→ 999" in told
    assert done.figures.paragraphs_cut == {"exact": 1}
    assert run(monday, tmp_path / "m2", recipe=RECIPE, index=index).warnings == ()


def test_an_interrupted_run_goes_on_with_the_same_index_only(monday: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one.index", tmp_path / "other.index"
    with pytest.raises(Interrupted):
        run(monday, tmp_path / "out", recipe=RECIPE, index=one, watch=stopper("writing"))
    for index, says in ((None, "one.index → none"), (other, "one.index → .*other.index")):
        with pytest.raises(UsageError, match=f"had another recipe, version or index .*index: .*{says}"):
            run(monday, tmp_path / "out", recipe=RECIPE, index=index, resume=True)
    run(monday, tmp_path / "out", recipe=RECIPE, index=one, resume=True)
    assert len(entries(one)) == 40


def test_an_index_given_to_a_finished_run_is_told_to_be_left_alone(monday: Path, tmp_path: Path) -> None:
    run(monday, tmp_path / "out", recipe=RECIPE)
    done = run(monday, tmp_path / "out", recipe=RECIPE, index=tmp_path / "late.index", resume=True)
    assert done.finished_before
    (told,) = done.warnings
    assert "late.index: was neither read nor written" in told
    assert not (tmp_path / "late.index").exists()


def test_an_input_without_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (told,) = run(tmp_path / "empty", tmp_path / "out", recipe=RECIPE).warnings
    assert told.endswith("/empty: holds no file")
