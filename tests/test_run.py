"""A folder in, a folder out, and the way back."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.runs import Interrupted, tree
from tests.stages_for_tests import FirstOnly, Picky, Upper
from textclean.commands.explain import explain
from textclean.commands.preflight import worth
from textclean.commands.restore import restore, verify
from textclean.commands.run import run
from textclean.engines.protocol import Watch
from textclean.errors import UsageError
from textclean.io.inputs import File
from textclean.io.out_folder import clashes, fitting
from textclean.recipe import Recipe

RECIPE = Recipe((Upper(), FirstOnly(), Picky(), FirstOnly()), max_document_bytes=5_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("标题\n共有的一行,\n甲\n", encoding="utf-8")
    (folder / "b.md").write_bytes("共有的一行,\n乙".encode("gb18030") * 9)
    (folder / "sub" / "坏.txt").write_text("坏,文件", encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (folder / "large.txt").write_text("长" * 4_000, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / os.fsdecode(b"\xff \n.txt")).write_text(" \n ", encoding="utf-8")
    return folder


def test_a_run_writes_what_the_design_says(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = run(source, out, recipe=RECIPE, jobs=1)
    assert (out / "clean" / "a.txt").read_text(encoding="utf-8") == "标题\n共有的一行，\n甲\n\n"
    assert (out / "clean" / "b.md.txt").exists()
    assert (out / "clean" / "sub" / "坏.txt").read_text(encoding="utf-8") == "坏，文件\n"
    assert (out / "quarantine" / "photo.png").read_bytes() == (source / "photo.png").read_bytes()
    assert not (out / "quarantine" / "large.txt").exists()
    assert not (out / ".work").exists()
    assert [(id, stage) for id, stage, _ in summary.failures] == [
        ("large.txt", "read"),
        ("photo.png", "decode"),
        ("sub/坏.txt", "picky"),
    ]
    assert (summary.figures.documents, summary.figures.quarantined, summary.figures.failed) == (7, 2, 1)
    rows = [orjson.loads(line) for line in (out / "documents.jsonl").read_bytes().splitlines()]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), key=str.encode)
    assert {"%FF %0A.txt"} <= {row["id"] for row in rows}
    assert next(row for row in rows if row["id"] == "a.txt")["meta"] == {"commas": 1}


def test_restore_gives_every_readable_byte_back(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    problems = restore(tmp_path / "out", tmp_path / "back")
    assert [id for id, _ in problems] == ["large.txt"]
    expected = tree(source)
    del expected["large.txt"]
    assert tree(tmp_path / "back") == expected


def test_one_process_and_two_write_the_same_bytes(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "one", recipe=RECIPE, jobs=1)
    run(source, tmp_path / "two", recipe=RECIPE, jobs=2)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_verify_finds_nothing_wrong_with_a_fresh_run_but_what_was_not_read(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    unread = [("large.txt", "was not read, so there is nothing to give back: 12,000 bytes, over the limit of 5,000; ")]
    for found in (verify(tmp_path / "out"), verify(tmp_path / "out", source)):
        assert [(id, told[: len(unread[0][1])]) for id, told in found] == unread


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda out, source: (out / "clean/a.txt").write_text("别的\n"), "a.txt"),
        (lambda out, source: (out / "ledger/00000.jsonl.zst").write_bytes(b"x"), "ledger/00000.jsonl.zst"),
        (lambda out, source: (out / "ledger/00000.jsonl.zst").write_bytes(b"x"), "a.txt"),
        (lambda out, source: (out / "ledger/00000.jsonl.zst").unlink(), "ledger/00000.jsonl.zst"),
        (lambda out, source: (out / "ledger/00001.jsonl.zst").write_bytes(b"x"), "00001.jsonl.zst"),
        (lambda out, source: (out / "files.jsonl").unlink(), "files.jsonl"),
        (lambda out, source: (out / "marks.jsonl").unlink(), "marks.jsonl"),
        (lambda out, source: (out / "documents.jsonl").write_bytes(b""), "documents.jsonl"),
        (lambda out, source: (out / "clean/new.txt").write_text("x"), "new.txt"),
        (lambda out, source: (out / "quarantine/photo.png").unlink(), "photo.png"),
        (lambda out, source: (source / "a.txt").write_text("changed"), "a.txt"),
        (lambda out, source: (source / "a.txt").unlink(), "a.txt"),
        (lambda out, source: (source / "more.txt").write_text("x"), "more.txt"),
    ],
)
def test_verify_names_what_was_harmed(source: Path, tmp_path: Path, harm: object, named: str) -> None:
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    harm(tmp_path / "out", source)  # type: ignore[operator]
    assert any(named in name for name, _ in verify(tmp_path / "out", source))


def test_a_clean_text_that_was_edited_is_not_restored_and_the_others_are(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    (tmp_path / "out/clean/a.txt").write_text("标题\n", encoding="utf-8")
    problems = dict(restore(tmp_path / "out", tmp_path / "back"))
    assert set(problems) == {"a.txt", "large.txt"}
    assert not (tmp_path / "back" / "a.txt").exists()
    assert (tmp_path / "back" / "b.md").read_bytes() == (source / "b.md").read_bytes()


def test_a_dry_run_writes_nothing(source: Path, tmp_path: Path) -> None:
    summary = run(source, tmp_path / "out", recipe=RECIPE, jobs=1, dry_run=True)
    assert summary.figures.documents == 7
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_goes_on_and_ends_the_same(source: Path, tmp_path: Path) -> None:
    for i in range(100):
        (source / f"{i:03d}.txt").write_text(f"第{i}篇,\n共有的一行,\n", encoding="utf-8")
    run(source, tmp_path / "straight", recipe=RECIPE, jobs=1)
    out = tmp_path / "out"
    for stop_at in (("reading and cleaning", 64), ("cleaning", 32), ("cleaning", 64), ("writing", 32)):
        with pytest.raises(Interrupted):
            run(source, out, recipe=RECIPE, jobs=1, resume=out.exists(), watch=stopper(*stop_at))
        assert not (out / "manifest.json").exists()
        for path in (out / "clean").rglob("*.txt") if (out / "clean").exists() else ():
            assert path.read_bytes() == (tmp_path / "straight" / path.relative_to(out)).read_bytes()
    with pytest.raises(UsageError, match="--resume"):
        run(source, out, recipe=RECIPE, jobs=1)
    run(source, out, recipe=RECIPE, jobs=2, resume=True)
    assert tree(out) == tree(tmp_path / "straight")


def stopper(what: str, done: int) -> Watch:
    def watch(now: str, count: int, total: int) -> None:
        if now == what and count >= done:
            raise Interrupted

    return watch


def test_what_was_done_before_an_interruption_is_not_done_again(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        run(source, out, recipe=RECIPE, jobs=1, watch=stopper("cleaning", 1))
    before = {path: path.stat().st_mtime_ns for path in (out / ".work").glob("phase-*/0*")}
    assert len(before) == 2
    with pytest.raises(Interrupted):
        run(source, out, recipe=RECIPE, jobs=1, resume=True, watch=stopper("writing", 1))
    after = {path: path.stat().st_mtime_ns for path in (out / ".work").glob("phase-*/0*")}
    assert before.items() <= after.items()


def test_a_changed_input_is_read_again_on_resume(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        run(source, out, recipe=RECIPE, jobs=1, watch=stopper("writing", 1))
    (source / "a.txt").write_text("新的内容,\n", encoding="utf-8")
    (source / "empty.txt").unlink()
    run(source, out, recipe=RECIPE, jobs=1, resume=True)
    run(source, tmp_path / "straight", recipe=RECIPE, jobs=1)
    assert tree(out) == tree(tmp_path / "straight")


def test_resume_with_another_recipe_is_refused(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        run(source, out, recipe=RECIPE, jobs=1, watch=stopper("writing", 1))
    with pytest.raises(UsageError, match="another recipe"):
        run(source, out, recipe=Recipe((Upper(),)), jobs=1, resume=True)


def test_resuming_a_finished_run_does_nothing_and_says_so(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(source, out, recipe=RECIPE, jobs=1)
    again = run(source, out, recipe=RECIPE, jobs=1, resume=True)
    assert again.finished_before
    assert (again.figures, again.failures) == (first.figures, first.failures)
    (source / "a.txt").write_text("changed", encoding="utf-8")
    with pytest.raises(UsageError, match=r"finished run, and 'a\.txt' changed since"):
        run(source, out, recipe=RECIPE, jobs=1, resume=True)


@pytest.fixture
def nothing_written(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("manifest.json"))


@pytest.mark.usefixtures("nothing_written")
def test_wrong_use_is_refused_before_anything_is_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for out, resume, says in (
        (source, False, "lies in the other"),
        (source / "out", False, "lies in the other"),
        (tmp_path, False, "lies in the other"),
        (tmp_path / "full", False, "not empty"),
        (tmp_path / "full", True, "'mine.txt' was written by no run"),
        (tmp_path / "file", False, "is a file"),
    ):
        with pytest.raises(UsageError, match=says):
            run(source, out, recipe=RECIPE, jobs=1, resume=resume)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is neither a folder nor a file"):
        run(tmp_path / "pipe", tmp_path / "out", recipe=RECIPE)
    with pytest.raises(UsageError, match="jobs is 0"):
        run(source, tmp_path / "out", recipe=RECIPE, jobs=0)
    assert not (tmp_path / "out").exists()


def test_two_inputs_for_one_output_are_refused(source: Path, tmp_path: Path) -> None:
    (source / "b.md.txt").write_text("x")
    with pytest.raises(UsageError, match=r"b\.md and b\.md\.txt would write the same output clean/b\.md\.txt"):
        run(source, tmp_path / "out", recipe=RECIPE)


@pytest.mark.parametrize(
    ("names", "clash"),
    [
        ([("a", "a.txt"), ("a.txt", "a.txt")], ("a", "a.txt")),
        ([("a", "a.txt"), ("a.txt/b", "a.txt/b.txt")], ("a", "a.txt/b")),
        ([("a", "a.txt"), ("b", "b.txt"), ("c/a", "c/a.txt")], None),
    ],
)
def test_clashes_are_found_between_files_and_folders_too(names: list[tuple[str, str]], clash: object) -> None:
    assert clashes(names) == clash


def test_a_name_as_long_as_names_can_be_still_gets_its_ledger(tmp_path: Path) -> None:
    long = "长" * 83 + ".txt"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / long).write_text("正文,")
    run(tmp_path / "in", tmp_path / "out", recipe=RECIPE, jobs=1)
    assert verify(tmp_path / "out", tmp_path / "in") == []
    assert fitting("x" * 260, ".txt") != fitting("x" * 261, ".txt")


def test_explain_tells_every_change_and_names_the_twin(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    whole = "\n".join(explain(str(tmp_path / "out/clean/a.txt")))
    assert "upper width: ',' → '，'" in whole
    other = "\n".join(explain(str(tmp_path / "out/clean/b.md.txt")))
    assert "first-only cut (exact, kept: a.txt#2): 共有的一行" in other
    assert explain(f"{tmp_path}/out/clean/a.txt:1") == [
        "line 1 (source line 1): 标题",
        "  mark fragment: 标  1.00  ",
    ]
    for place, says in ((":99", "no line 99"), ("x", "is not there; name a file of")):
        with pytest.raises(UsageError, match=says):
            explain(f"{tmp_path}/out/clean/a.txt{place}")


def test_what_is_no_output_of_a_run_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match=r"no manifest\.json"):
        restore(tmp_path / "none", tmp_path / "back")
    run(source, tmp_path / "out", recipe=RECIPE, jobs=1)
    (tmp_path / "none" / "x").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        restore(tmp_path / "out", tmp_path / "none")
    shutil.rmtree(tmp_path / "none")
    (tmp_path / "out" / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="not a manifest"):
        verify(tmp_path / "out")


def test_as_many_processes_are_started_as_are_worth_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textclean.commands.preflight.available_cores", lambda: 4)
    monkeypatch.setattr("textclean.commands.preflight._WORTH_A_WORKER", 100)
    files = []
    for i, size in enumerate((40, 70, 1000)):
        (tmp_path / str(i)).write_bytes(b"x" * size)
        files.append(File(str(i), str(tmp_path / str(i)), 1 << 20))
    gone = File("gone", str(tmp_path / "gone"), 1 << 20)
    assert [worth(files[:n]) for n in range(4)] == [1, 1, 2, 4]
    assert worth([gone]) == 1
