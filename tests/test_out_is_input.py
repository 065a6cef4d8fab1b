"""An output folder, an index and a recipe may come from somebody else, or be damaged: nothing in them is believed."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.forged import (
    Kept,
    ledgers,
    lines_of,
    put_ledgers,
    read_rows,
    read_segment,
    seal,
    sealed_segment,
    sha256,
)
from tests.runs import Interrupted, tree
from tests.stages_for_tests import FirstOnly, Picky, Upper
from textclean.commands.explain import explain
from textclean.commands.restore import restore, verify
from textclean.commands.run import run
from textclean.errors import OutputError, RecipeError, RestoreError, TextcleanError, UsageError
from textclean.index.sqlite import ParagraphIndex
from textclean.io import out_reader
from textclean.io.out_writer import OutWriter
from textclean.io.shards import FramePacker
from textclean.io.spill import Spill
from textclean.recipe import Recipe, load

RECIPE = Recipe((Upper(), FirstOnly(), Picky(), FirstOnly()))
SECRET = b"not of this run\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("标题\n共有的一行,\n甲\n", encoding="utf-8")
    (folder / "b.md").write_bytes("共有的一行,\n乙".encode("gb18030") * 9 + b"\xff")
    (folder / "sub/新 c.txt").write_text("另一行,\n", encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    return folder


@pytest.fixture
def out(source: Path, tmp_path: Path) -> Path:
    run(source, tmp_path / "out", recipe=RECIPE)
    return tmp_path / "out"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.txt").write_bytes(SECRET)
    return folder


@pytest.fixture
def interrupted(source: Path, tmp_path: Path) -> Path:
    def watch(now: str, count: int, total: int) -> None:
        if now == "writing":
            raise Interrupted

    with pytest.raises(Interrupted):
        run(source, tmp_path / "half", recipe=RECIPE, watch=watch)
    return tmp_path / "half"


def change_rows(out: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the row of a.txt, and make the manifest agree."""
    rows = read_rows(out / "documents.jsonl")
    change(next(row for row in rows if row["id"] == "a.txt"))
    (out / "documents.jsonl").write_bytes(lines_of(rows))
    seal(out)


def change_ledger(out: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the ledger of a.txt, and make all places and digests agree."""
    ledger = orjson.loads(ledgers(out)["a.txt"])
    change(ledger)
    put_ledger(out, orjson.dumps(ledger) + b"\n")


def put_ledger(out: Path, packed: bytes) -> None:
    put_ledgers(out, {"a.txt": packed})


def told_by(do: Callable[[], list[tuple[str, str]]]) -> str:
    """The problems that are told, or the error."""
    try:
        return str(do())
    except TextcleanError as error:
        return str(error)


def check_others_restored(out: Path, source: Path, dest: Path, says: str) -> None:
    """Of a.txt there is a problem; the others are given back."""
    problems = restore(out, dest)
    assert [id for id, _ in problems] == ["a.txt"]
    assert says in problems[0][1]
    assert tree(dest) == {name: raw for name, raw in tree(source).items() if name != "a.txt"}


# Ids

BAD_IDS = {
    "../a.txt": "leads out",
    "sub/../../a.txt": "leads out",
    "%2E%2E/a.txt": "leads out",
    "/a.txt": "absolute",
    "%2Fa.txt": "absolute",
    "a%00.txt": "holds NUL",
    "%61.txt": "not spelled",
    "./a.txt": "no path of a file",
    "sub//a.txt": "no path of a file",
    "": "no path of a file",
    "a" * 256: "over 255 bytes",
}


@pytest.mark.parametrize("id", BAD_IDS)
def test_an_id_that_is_no_path_below_the_folder_is_refused_on_the_way_back(
    out: Path, source: Path, tmp_path: Path, id: str
) -> None:
    change_rows(out, lambda row: row.update(id=id))
    before = {path for path in tmp_path.rglob("*") if tmp_path / "back" not in path.parents}
    for problems in (restore(out, tmp_path / "back"), verify(out)):
        assert any(name == "documents.jsonl" and BAD_IDS[id] in told for name, told in problems)
    assert tree(tmp_path / "back") == {name: raw for name, raw in tree(source).items() if name != "a.txt"}
    assert {path for path in tmp_path.rglob("*") if tmp_path / "back" not in path.parents} == before | {
        tmp_path / "back"
    }


@pytest.mark.parametrize("id", BAD_IDS)
def test_an_id_that_is_no_path_below_the_folder_is_never_written(tmp_path: Path, id: str) -> None:
    folder = OutWriter(tmp_path / "out")
    with pytest.raises(OutputError, match=BAD_IDS[id]):
        folder.write_quarantined(id, b"x")
    assert not list(tmp_path.iterdir())


def test_an_id_that_stands_twice_is_told(out: Path, tmp_path: Path) -> None:
    change_rows(out, lambda row: row.update(id="b.md"))
    assert any("'b.md' stands twice" in told for _, told in restore(out, tmp_path / "back"))


# Links and special files


@pytest.mark.parametrize("name", ["clean/a.txt", "ledger/00000.jsonl.zst", "clean", "ledger", "quarantine"])
def test_a_link_out_of_the_folder_is_not_followed(
    out: Path, outside: Path, tmp_path: Path, name: str, source: Path
) -> None:
    """Not even where what it leads to is what was written."""
    (out / name).rename(outside / "moved")
    (out / name).symlink_to(outside / "moved")
    for problems in (verify(out, source), restore(out, tmp_path / "back")):
        assert any("leads out of" in told for _, told in problems)
    if name != "quarantine":
        with pytest.raises(TextcleanError):
            explain(str(out / "clean/a.txt"))


def test_what_a_link_leads_to_is_never_restored(out: Path, outside: Path, tmp_path: Path) -> None:
    (out / "quarantine/a.txt").symlink_to(outside / "a.txt")
    told = {"quarantined": True, "source_sha256": sha256(SECRET)}
    change_rows(out, lambda row: row.update(told, clean_sha256=None, ledger=None))
    assert any(id == "a.txt" and "leads out" in why for id, why in restore(out, tmp_path / "back"))
    assert not (tmp_path / "back/a.txt").exists()


@pytest.mark.parametrize("name", ["manifest.json", "documents.jsonl"])
def test_the_files_of_a_folder_may_not_lie_elsewhere(out: Path, outside: Path, tmp_path: Path, name: str) -> None:
    (out / name).rename(outside / name)
    (out / name).symlink_to(outside / name)
    assert "leads out of" in told_by(lambda: restore(out, tmp_path / "back"))


@pytest.mark.parametrize("name", ["clean/a.txt", "documents.jsonl", "marks.jsonl", "manifest.json"])
def test_a_pipe_or_a_folder_in_place_of_a_file_is_told(out: Path, tmp_path: Path, name: str) -> None:
    for make in (os.mkfifo, os.mkdir):
        path = out / name
        path.rmdir() if path.is_dir() else path.unlink()
        make(path)
        assert name in told_by(lambda: verify(out))


def test_a_planted_link_to_a_folder_is_told(out: Path, outside: Path) -> None:
    (out / "clean/planted").symlink_to(outside)
    assert (str(out / "clean/planted"), "was written by no run") in verify(out)


@pytest.mark.parametrize("place", ["clean/planted", ".work/planted", ".work/phase-0/00000009", "documents.jsonl"])
@pytest.mark.parametrize("what", ["link", "link to folder", "pipe"])
def test_resume_refuses_what_no_run_writes(
    interrupted: Path, source: Path, outside: Path, place: str, what: str
) -> None:
    path = interrupted / place
    if what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(outside if what == "link to folder" else outside / "a.txt")
    with pytest.raises(UsageError, match="is a link or a special file"):
        run(source, interrupted, recipe=RECIPE, resume=True)
    assert tree(outside) == {"a.txt": SECRET}


def test_a_folder_that_is_a_link_to_itself_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for do in (
        lambda: run(source, tmp_path / "loop", recipe=RECIPE),
        lambda: run(source, tmp_path / "out", recipe=RECIPE, index=tmp_path / "loop"),
        lambda: restore(tmp_path / "loop", tmp_path / "back"),
        lambda: explain(str(tmp_path / "loop")),
    ):
        with pytest.raises((UsageError, OutputError)):
            do()


# Damage


def test_without_rows_or_with_half_of_them_what_is_missing_is_told(out: Path, source: Path, tmp_path: Path) -> None:
    rows = (out / "documents.jsonl").read_bytes()
    (out / "documents.jsonl").write_bytes(rows[: len(rows) // 2])
    problems = restore(out, tmp_path / "half")
    assert ("documents.jsonl", "was changed after the run, or is missing") in problems
    assert any(told.startswith("no row of documents.jsonl names it") for _, told in problems)
    assert all((source / name).read_bytes() == raw for name, raw in tree(tmp_path / "half").items())
    (out / "documents.jsonl").unlink()
    told = [name for name, _ in restore(out, tmp_path / "none")]
    of_documents = [path for name in ("clean", "quarantine") for path in (out / name).rglob("*") if path.is_file()]
    assert of_documents
    assert {str(path) for path in of_documents} <= {*told}
    assert tree(tmp_path / "none") == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda ledger: ledger["source"]["spans"][0].__setitem__(2, "no such codec"), "unknown codec"),
        (lambda ledger: ledger["source"]["spans"][0].__setitem__(2, "a\0b"), "unknown codec"),
        (lambda ledger: ledger["source"].update(sha256="x"), "sha256 is no digest"),
        (lambda ledger: ledger["source"].update(sha256=None), "not a ledger"),
        (lambda ledger: ledger["source"].update(spans=[]), "digest"),
        (
            lambda ledger: ledger["source"]["spans"][0].__setitem__(1, [[0]]),
            "spans or patches are out of order, or no numbers",
        ),
        (lambda ledger: ledger.update(id=None), "no id, or no end"),
        (lambda ledger: ledger.pop("source"), "not a ledger"),
        (lambda ledger: ledger.update(layers=None), "not a ledger"),
        (lambda ledger: ledger["layers"].__setitem__(0, {"stage": None}), "not a layer"),
        (lambda ledger: ledger["layers"][0].update(step=None), "not a layer"),
        (lambda ledger: ledger["layers"][0].update(step=[-1]), "do not belong together"),
        (lambda ledger: ledger["layers"][0].update(step=[2**63]), "do not belong together"),
        (lambda ledger: ledger["layers"][0].update(old=7), "not a layer"),
    ],
)
def test_a_forged_ledger_is_a_problem_of_its_document_alone(
    out: Path, source: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    change_ledger(out, change)
    problems = restore(out, tmp_path / "back")
    assert [id for id, _ in problems] == ["a.txt"]
    assert says in problems[0][1]
    assert tree(tmp_path / "back") == {name: raw for name, raw in tree(source).items() if name != "a.txt"}


def test_a_ledger_that_is_cut_or_that_of_another_document_is_a_problem_of_its_document_alone(
    out: Path, source: Path, tmp_path: Path
) -> None:
    told = ledgers(out)
    put_ledger(out, told["a.txt"][:-9])
    check_others_restored(out, source, tmp_path / "cut", "not a ledger")
    put_ledger(out, told["a.txt"][:40])
    check_others_restored(out, source, tmp_path / "short", "not a ledger")
    put_ledger(out, told["b.md"])
    check_others_restored(out, source, tmp_path / "other", "")


def test_swapped_ledgers_are_told(out: Path, tmp_path: Path) -> None:
    told = ledgers(out)
    put_ledgers(out, {"a.txt": told["b.md"], "b.md": told["a.txt"]})
    assert [id for id, _ in restore(out, tmp_path / "back")] == ["a.txt", "b.md"]


def test_swapped_places_of_ledgers_are_told(out: Path, tmp_path: Path) -> None:
    other = next(row["ledger"] for row in read_rows(out / "documents.jsonl") if row["id"] == "b.md")
    change_rows(out, lambda row: row.update(ledger=other))
    assert [id for id, _ in restore(out, tmp_path / "back")] == ["a.txt"]


def test_a_ledger_that_is_longer_than_any_of_such_a_source_is_refused(
    out: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_ledger(out, ledgers(out)["a.txt"].rstrip() + b" " * 3_000 + b"\n")
    monkeypatch.setattr(out_reader, "ledger_limit", lambda size: 3_000)
    check_others_restored(out, source, tmp_path / "back", "takes more than 3,000 bytes")


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ([0, 0, 9, 0, 5], "the frame is shorter"),
        ([0, 1, 99, 0, 5], "a damaged frame"),
        ([0, 0, 2**53, 0, 5], "a frame over all limits"),
        ([0, 2**40, 2**40 + 9, 0, 5], "the frame is shorter"),
        ([0, 0, 2**20, 0, 2**20], "the frame is shorter"),
        ([7, 0, 9, 0, 5], "cannot be read: No such file"),
        ([2**53, 0, 9, 0, 5], "cannot be read: No such file"),
    ],
)
def test_a_place_where_no_ledger_lies_is_a_problem_of_its_document_alone(
    out: Path, source: Path, tmp_path: Path, place: list[int], says: str
) -> None:
    change_rows(out, lambda row: row.update(ledger=place))
    check_others_restored(out, source, tmp_path / "back", says)


def test_a_frame_that_unpacks_to_far_more_than_frames_do_is_not_unpacked(
    out: Path, source: Path, tmp_path: Path
) -> None:
    """Rows begin within the first megabyte of their frame: what is to be passed over has a limit, too."""
    shard = out / "ledger/00000.jsonl.zst"
    sound = shard.read_bytes()
    bomb = FramePacker().pack([bytes(1 << 20)] * 64)
    shard.write_bytes(sound + bomb)
    change_rows(out, lambda row: row.update(ledger=[0, len(sound), len(sound + bomb), (64 << 20) - 9, 64 << 20]))
    problems = restore(out, tmp_path / "back")
    assert any("not the place of a ledger" in told for _, told in problems)
    assert tree(tmp_path / "back") == {name: raw for name, raw in tree(source).items() if name != "a.txt"}


def test_what_stands_behind_the_frames_of_a_shard_is_told_and_harms_nothing(
    out: Path, source: Path, tmp_path: Path
) -> None:
    os.truncate(out / "ledger/00000.jsonl.zst", 300 << 20)
    assert verify(out) == [("ledger/00000.jsonl.zst", "was changed after the run, or is missing")]
    assert restore(out, tmp_path / "back") == []
    assert tree(tmp_path / "back") == tree(source)


def test_a_size_that_is_not_true_takes_no_memory(out: Path, source: Path, tmp_path: Path) -> None:
    """What a row says of its source is the limit of its ledger, not what is set aside for it."""
    change_rows(out, lambda row: row["figures"].update(source_bytes=2**62))
    assert restore(out, tmp_path / "back") == []
    assert tree(tmp_path / "back") == tree(source)


@pytest.mark.parametrize("name", ["clean/a.txt", "quarantine/photo.png", "manifest.json"])
def test_a_file_that_no_run_can_have_written_is_not_read_into_memory(out: Path, tmp_path: Path, name: str) -> None:
    os.truncate(out / name, 300 << 20)
    told = told_by(lambda: restore(out, tmp_path / "back"))
    assert name in told
    assert "bytes that a run writes there" in told


@pytest.mark.parametrize("name", ["why", "code", "twin", "move", "stage", "version"])
def test_what_only_a_report_needs_is_checked_by_explain(out: Path, tmp_path: Path, name: str) -> None:
    """Restoring takes neither reasons nor twins."""
    junk = {"why": [7], "code": [-1], "twin": {"99": "x"}, "move": {"0": -1}, "stage": 7, "version": None}
    change_ledger(out, lambda ledger: ledger["layers"][0].update({name: junk[name]}))
    assert restore(out, tmp_path / "back") == []
    with pytest.raises(RestoreError, match="cannot be explained: not a layer"):
        explain(str(out / "clean/a.txt"))


def test_explain_says_that_a_text_was_edited(out: Path) -> None:
    (out / "clean/a.txt").write_text("别的\n", encoding="utf-8")
    with pytest.raises(RestoreError, match="was edited since the run"):
        explain(str(out / "clean/a.txt"))


@pytest.mark.parametrize("end", [":" + "9" * 5_000, "x" * 300, ":²"])
def test_explain_refuses_places_that_cannot_be(out: Path, end: str) -> None:
    with pytest.raises(UsageError):
        explain(f"{out}/clean/a.txt{end}")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"null", b"[]", b"{}", b'{"format": 2}', b"\xff", b"[" * 3_000, b'{"format": 1, "x": 1}'],
)
def test_a_damaged_manifest_is_told(out: Path, source: Path, tmp_path: Path, raw: bytes) -> None:
    (out / "manifest.json").write_bytes(raw)
    for do in (
        lambda: restore(out, tmp_path / "back"),
        lambda: verify(out),
        lambda: explain(str(out / "clean/a.txt")),
        lambda: run(source, out, recipe=RECIPE, resume=True),
    ):
        with pytest.raises(UsageError, match=r"manifest\.json: damaged"):
            do()


@pytest.mark.parametrize(
    "change",
    [
        {"clean_sha256": None},
        {"ledger": None},
        {"ledger": [0, 0, 9]},
        {"ledger": [0, 9, 0, 0, 5]},
        {"ledger": [0, 0, 9, 5, 0]},
        {"ledger": [0, 0, 9, 0, -5]},
        {"ledger": [0, 0, 9, 0, 2**54]},
        {"at": [0, 0, 0, 9]},
        {"file": "a.txt"},
        {"row": 1},
        {"quarantined": True},
        {"quarantined": "yes"},
        {"figures": {"source_bytes": -1}},
        {"failed": ["x"]},
        {"id": 7},
    ],
)
def test_a_damaged_row_is_told_and_the_others_are_restored(
    out: Path, source: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    change_rows(out, lambda row: row.update(change))
    assert [name for name, _ in restore(out, tmp_path / "back")] == ["documents.jsonl"]
    assert tree(tmp_path / "back") == {name: raw for name, raw in tree(source).items() if name != "a.txt"}


# Interrupted runs


def forge(segment: Path, change: Callable[[list[Any], list[Kept]], object]) -> None:
    """Change the index and the documents of a segment, and make its lengths and its digest agree."""
    rows, documents = read_segment(segment.read_bytes())
    change(rows, documents)
    pieces: list[bytes] = []
    for row, document in zip(rows, documents, strict=True):
        packed = document.text, orjson.dumps(document.head), b"\n".join(map(orjson.dumps, document.layers))
        pieces += packed
        if -1 not in row[4:]:
            row[4:] = map(len, packed)
    segment.write_bytes(sealed_segment(segment.parent.name, orjson.dumps(rows) + b"\n" + b"".join(pieces)))


def segment_of_a(out: Path) -> Path:
    """The last segment that holds a.txt, as its first document."""
    return [path for path in sorted(out.glob(".work/phase-*/0*")) if b'[["a.txt"' in path.read_bytes()][-1]


@pytest.mark.parametrize(
    "row",
    [
        [7, "", 1, None, 0, 0, 0],
        ["a.txt", "", 2**62, None, 0, 0, 0],
        ["a.txt", "", 1, {}, 0, 0, 0],
        ["a.txt", "", 1, None, 0],
        [],
        None,
    ],
)
def test_a_segment_with_an_index_of_another_form_is_not_taken_up(interrupted: Path, source: Path, row: object) -> None:
    for segment in interrupted.glob(".work/phase-*/0*"):
        segment.write_bytes(sealed_segment(segment.parent.name, orjson.dumps([row]) + b"\n"))
    assert not Spill(interrupted / ".work").entries(0)
    run(source, interrupted, recipe=RECIPE, resume=True)
    assert verify(interrupted, source) == []


@pytest.mark.parametrize("place", [4, 5, 6])
def test_a_segment_with_a_length_below_nothing_is_not_taken_up(interrupted: Path, source: Path, place: int) -> None:
    for segment in interrupted.glob(".work/phase-*/0*"):
        forge(segment, lambda rows, _: rows[0].__setitem__(place, -1))
    assert not Spill(interrupted / ".work").entries(0)
    run(source, interrupted, recipe=RECIPE, resume=True)
    assert verify(interrupted, source) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda rows, documents: documents[0].head.update(id=7),
        lambda rows, documents: setattr(documents[0], "text", b"\xff"),
        lambda rows, documents: documents[0].head.update(meta=[]),
        lambda rows, documents: documents[0].head.update(marks=[[0, 1, [], None, 1.0, "", "", [[0, 1]]]]),
        lambda rows, documents: documents[0].head.update(marks=[[0, 99, "typo", None, 1.0, "", "", [[0, 1]]]]),
        lambda rows, documents: documents[0].head.update(marks=[[0, 1, "typo", None, 1.0, "", "", []]]),
        lambda rows, documents: documents[0].head.update(source="x"),
        lambda rows, documents: documents[0].head.update(lines=[0] * 99),
        lambda rows, documents: documents[0].head["layers"].pop(),
        lambda rows, documents: documents[0].head.update(id="b.md"),
    ],
)
def test_a_forged_segment_is_told(
    interrupted: Path, source: Path, change: Callable[[list[Any], list[Kept]], object]
) -> None:
    forge(segment_of_a(interrupted), change)
    with pytest.raises(OutputError, match="damaged"):
        run(source, interrupted, recipe=RECIPE, resume=True)


@pytest.mark.parametrize("layer", [{"stage": 1}, None, {"stage": "upper", "version": "1", "step": [2**40]}])
def test_a_forged_layer_of_a_segment_is_told_by_verify(interrupted: Path, source: Path, layer: object) -> None:
    """A run takes layers along without reading them."""
    forge(segment_of_a(interrupted), lambda rows, documents: documents[0].layers.__setitem__(0, layer))
    run(source, interrupted, recipe=RECIPE, resume=True)
    assert [id for id, _ in verify(interrupted, source)] == ["a.txt"]


def test_metadata_that_could_not_be_written_again_is_refused(interrupted: Path, source: Path) -> None:
    segment = segment_of_a(interrupted)
    forge(segment, lambda rows, documents: documents[0].head.update(meta={"deep": "DEEP"}))
    raw = segment.read_bytes().replace(b'"DEEP"', b"[" * 500 + b"]" * 500)
    _, index, rest = raw.split(b"\n", 2)
    rows = orjson.loads(index)
    rows[0][5] += 1_000 - len(b'"DEEP"')
    segment.write_bytes(sealed_segment(segment.parent.name, orjson.dumps(rows) + b"\n" + rest))
    with pytest.raises(OutputError, match="damaged"):
        run(source, interrupted, recipe=RECIPE, resume=True)


def test_a_segment_of_another_phase_is_not_taken_up(interrupted: Path, source: Path, out: Path) -> None:
    for segment in interrupted.glob(".work/phase-1/0*"):
        (interrupted / ".work/phase-0" / segment.name).write_bytes(segment.read_bytes())
    run(source, interrupted, recipe=RECIPE, resume=True)
    assert tree(interrupted) == tree(out)


# Indexes

TEXTS = [f"第{i}段说的是青溪县今年的春茶,产量比去年增长百分之{i},茶农都很高兴。" for i in range(9)]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "seen.index"
    with ParagraphIndex(path) as made:
        made.remember("a.txt", TEXTS[:5])
        made.remember("b.txt", TEXTS[5:])
    return path


def used(index: Path) -> None:
    with ParagraphIndex(index) as opened:
        opened.match(TEXTS)
        opened.remember("c.txt", TEXTS)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = NULL WHERE name = 'parameters'",
        "UPDATE meta SET value = '[]' WHERE name = 'parameters'",
        """UPDATE meta SET value = '{"n": []}' WHERE name = 'parameters'""",
        "UPDATE meta SET value = -1 WHERE name = 'next'",
        "UPDATE meta SET value = 9223372036854775807 WHERE name = 'next'",
        "DELETE FROM meta",
        "UPDATE documents SET paragraphs = 9223372036854775807",
        "UPDATE documents SET paragraphs = 'x'",
        "UPDATE documents SET id = x'00' WHERE first = 0",
        "UPDATE documents SET rows = x'00'",
        "UPDATE documents SET rows = 7",
        "UPDATE texts SET data = x'00'",
        "DELETE FROM texts",
        "UPDATE chunks SET data = x'00'",
        "DELETE FROM chunks",
        "UPDATE runs SET run = 9223372036854775807 WHERE run = 1",
        "UPDATE runs SET run = -1 WHERE run = 1",
        "DROP TABLE texts",
        "DROP TABLE runs",
        "CREATE TABLE more (x)",
        "CREATE VIEW more AS SELECT * FROM texts",
        "CREATE TRIGGER more AFTER INSERT ON texts BEGIN DELETE FROM runs; END",
    ],
)
def test_a_damaged_index_is_told(index: Path, statement: str) -> None:
    base = sqlite3.connect(index)
    base.execute(statement)
    base.commit()
    base.close()
    with pytest.raises(TextcleanError, match=r"seen\.index: (the index cannot be used|cannot be read as an index)"):
        used(index)


def test_so_many_postings_as_no_run_of_keys_holds_are_not_believed(index: Path) -> None:
    base = sqlite3.connect(index)
    base.execute("UPDATE runs SET postings = 4503599627370496")
    base.executemany("INSERT INTO runs (level, postings) VALUES (0, ?)", [(2**52,)] * 7)
    base.commit()
    base.close()
    with ParagraphIndex(index) as opened, pytest.raises(TextcleanError, match="the index cannot be used"):
        opened.remember("c.txt", TEXTS)


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal", "-writer", "-writer-journal"])
@pytest.mark.parametrize("what", ["folder", "pipe", "dangling link"])
def test_what_is_no_file_is_not_opened_as_an_index(index: Path, tmp_path: Path, end: str, what: str) -> None:
    """A pipe would be waited for, a link to nothing would make a file elsewhere."""
    path = Path(f"{index}{end}")
    path.unlink(missing_ok=True)
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("planted")
    with pytest.raises(UsageError, match=r"no regular file|a link to nothing|is a folder; name a file"):
        used(index)
    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize(("end", "raw"), [("-writer", SECRET), ("-journal", b"x" + bytes.fromhex("d9d505f920a163d7"))])
def test_what_no_run_leaves_beside_an_index_is_refused(index: Path, end: str, raw: bytes) -> None:
    """A lock holds nothing, and a journal names no other file."""
    Path(f"{index}{end}").write_bytes(raw)
    with pytest.raises(UsageError, match="left by no run"):
        used(index)


@pytest.mark.parametrize("raw", [b"x", b"my notes\n", b"x" * 9_999])
def test_another_file_given_as_the_index_stays_as_it_is(source: Path, tmp_path: Path, raw: bytes) -> None:
    """Also a short one, which SQLite would take for an empty database."""
    (tmp_path / "notes").write_bytes(raw)
    with pytest.raises(UsageError, match="cannot be read as an index"):
        used(tmp_path / "notes")
    assert (tmp_path / "notes").read_bytes() == raw


def test_an_index_behind_a_link_is_used_and_guarded_as_one(index: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(index.name)
    used(tmp_path / "link")
    with ParagraphIndex(tmp_path / "link"), pytest.raises(UsageError, match="another run writes"):
        ParagraphIndex(index)


# Recipes


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("r.toml", "max_document_bytes = " + "9" * 5_000, "not valid TOML"),
        ("r.toml", "stages = " + "[" * 600 + "]" * 600, "nested too deeply"),
        ("r.toml", "stages = 7", "stages = 7"),
        ("r.toml", "[duplicates]\nthreshold = nan", "duplicates.threshold"),
        ("pyproject.toml", "tool = 7", "no table"),
        ("pyproject.toml", "[tool]\ntextclean = 7", "no table"),
        ("pyproject.toml", "[tool]\ntextclean = ['textclean']", "no table"),
    ],
)
def test_a_recipe_of_another_form_is_told(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RecipeError, match=f"{name}: .*{says}"):
        load(tmp_path / name)


# The command


def test_the_command_tells_of_damage_without_a_traceback(out: Path, tmp_path: Path) -> None:
    def textclean(*arguments: str | Path) -> "subprocess.CompletedProcess[bytes]":
        command = [sys.executable, "-m", "textclean", *arguments]
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        assert b"Traceback" not in done.stderr
        return done

    (out / "documents.jsonl").unlink()
    done = textclean("restore", out, tmp_path / "back")
    assert (done.returncode, b"documents.jsonl: was changed" in done.stdout) == (3, True), done.stdout.decode()
    assert textclean("verify", out).returncode == 3
    (out / "manifest.json").write_bytes(b"{}")
    for command in (("restore", out, tmp_path / "back2"), ("verify", out), ("explain", out / "clean/a.txt")):
        done = textclean(*command)
        assert (done.returncode, "manifest.json: damaged" in done.stderr.decode()) == (2, True)


def test_explain_tells_what_is_damaged_and_does_without_marks(out: Path, tmp_path: Path) -> None:
    place = next((out / "clean").glob("*.txt"))
    (out / "marks.jsonl").unlink()
    assert explain(str(place))[-1].startswith("marks are not told: ")
    (out / "documents.jsonl").write_bytes(b"")
    with pytest.raises(RestoreError, match=r"documents\.jsonl: was changed after the run, or is missing"):
        explain(str(place))
