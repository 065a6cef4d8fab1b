"""What the world does to a run: the disk is full, inputs change, permission is lost, another run is there already."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.runs import textclean, tree
from tests.stages_for_tests import FirstOnly, Picky, Upper
from textclean.commands.restore import restore, verify
from textclean.commands.run import run
from textclean.engines.protocol import Watch
from textclean.errors import InputError, OutputError, UsageError
from textclean.recipe import Recipe

RECIPE = Recipe((Upper(), FirstOnly(), Picky(), FirstOnly()))
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NOBODY = 65534


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(100):
        (folder / f"{i:03d}.txt").write_text(f"第{i}篇,\n" + "共有的一行,\n" * (i % 7), encoding="utf-8")
    (folder / "photo.png").write_bytes(PICTURE)
    return folder


@pytest.fixture
def straight(source: Path, tmp_path: Path) -> dict[str, bytes]:
    """What a run leaves that nothing happens to."""
    run(source, tmp_path / "straight", recipe=RECIPE)
    return tree(tmp_path / "straight")


def once(what: str, do: Callable[[], object], done: int = 1) -> Watch:
    """Do something the first time that a phase has come so far."""
    left = [do]

    def watch(now: str, count: int, total: int) -> None:
        if now == what and count >= done and left:
            left.pop()()

    return watch


# Inputs


@pytest.mark.parametrize("phase", ["reading and cleaning", "cleaning", "writing"])
@pytest.mark.parametrize("change", ["vanishes", "changes", "becomes a folder"])
def test_an_input_that_changes_once_it_was_read_changes_nothing(
    source: Path, tmp_path: Path, straight: dict[str, bytes], phase: str, change: str
) -> None:
    def harm() -> None:
        for name in ("000.txt", "photo.png"):
            (source / name).unlink()
            if change == "changes":
                (source / name).write_text("别的内容", encoding="utf-8")
            elif change == "becomes a folder":
                (source / name).mkdir()

    done = 101 if phase == "reading and cleaning" else 32
    run(source, tmp_path / "out", recipe=RECIPE, watch=once(phase, harm, done))
    assert tree(tmp_path / "out") == straight


def test_an_input_that_vanishes_before_it_is_read_fails_alone(source: Path, tmp_path: Path) -> None:
    harm = once("reading and cleaning", (source / "099.txt").unlink)
    done = run(source, tmp_path / "out", recipe=RECIPE, watch=harm)
    assert [(id, stage) for id, stage, _ in done.failures] == [("099.txt", "read"), ("photo.png", "decode")]
    assert "No such file" in done.failures[0][2]
    assert len(list((tmp_path / "out/clean").iterdir())) == 99


def test_an_input_that_becomes_clean_leaves_the_quarantine_on_resume(
    source: Path, tmp_path: Path, straight: dict[str, bytes]
) -> None:
    (source / "050.txt").write_bytes(PICTURE)
    with pytest.raises(InterruptedError):
        run(source, tmp_path / "out", recipe=RECIPE, watch=once("writing", interrupt, 101))
    assert (tmp_path / "out/quarantine/050.txt").exists()
    (source / "050.txt").write_text("第50篇,\n" + "共有的一行,\n", encoding="utf-8")
    run(source, tmp_path / "out", recipe=RECIPE, resume=True)
    assert tree(tmp_path / "out") == straight
    shutil.rmtree(tmp_path / "out")
    with pytest.raises(InterruptedError):
        run(source, tmp_path / "out", recipe=RECIPE, watch=once("writing", interrupt, 101))
    (source / "050.txt").write_bytes(PICTURE)
    run(source, tmp_path / "out", recipe=RECIPE, resume=True)
    assert not (tmp_path / "out/clean/050.txt").exists()
    assert verify(tmp_path / "out", source) == []


def interrupt() -> None:
    raise InterruptedError


def test_an_input_folder_that_goes_away_ends_the_run_which_goes_on_once_it_is_back(
    source: Path, tmp_path: Path, straight: dict[str, bytes]
) -> None:
    lost = once("reading and cleaning", lambda: source.rename(tmp_path / "elsewhere"))
    with pytest.raises(InputError, match="/in: the input went away while it was read; put it back, then run"):
        run(source, tmp_path / "out", recipe=RECIPE, watch=lost)
    (tmp_path / "elsewhere").rename(source)
    run(source, tmp_path / "out", recipe=RECIPE, resume=True)
    assert tree(tmp_path / "out") == straight


def test_what_was_not_read_is_never_told_to_be_safe(source: Path, tmp_path: Path) -> None:
    """Whoever trusts a verified output may delete the input."""
    (source / "later.txt").symlink_to("nowhere")
    done = run(source, tmp_path / "out", recipe=RECIPE)
    assert [id for id, _, _ in done.failures] == ["later.txt", "photo.png"]
    (source / "later.txt").unlink()
    (source / "later.txt").write_text("重要的新闻。", encoding="utf-8")
    for problems in (verify(tmp_path / "out"), verify(tmp_path / "out", source)):
        assert [(id, told[:12]) for id, told in problems] == [("later.txt", "was not read")]
    with pytest.raises(UsageError, match=r"'later\.txt' changed since, or could not be read then; name another folder"):
        run(source, tmp_path / "out", recipe=RECIPE, resume=True)


# Outputs


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", os.fspath(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root only")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("phase", ["reading and cleaning", "cleaning", "writing"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_room(
    source: Path, small_disk: Path, straight: dict[str, bytes], phase: str, jobs: int
) -> None:
    subprocess.run(["mount", "-o", "remount,size=2m", small_disk], check=True)
    ballast, out = small_disk / "ballast", small_disk / "out"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(4096))
                except OSError:
                    return

    with pytest.raises(OutputError, match=r"/out/.*: cannot be written: No space left on device; make room there"):
        run(source, out, recipe=RECIPE, jobs=jobs, watch=once(phase, fill))
    for name, content in tree(out).items():
        assert name.startswith(".work/") or straight[name] == content
    ballast.unlink()
    run(source, out, recipe=RECIPE, jobs=jobs, resume=True)
    assert tree(out) == straight


def test_the_command_tells_what_to_do_about_a_full_disk(source: Path, small_disk: Path) -> None:
    (source / "long.txt").write_text("春茶" * 200_000, encoding="utf-8")
    done = textclean("run", source, small_disk / "out", "--jobs", "1")
    assert done.returncode == 3
    assert "cannot be written: No space left on device; make room there\n" in done.stderr.decode()
    assert "what is written is whole: run again with --resume to go on\n" in done.stderr.decode()


def test_restore_onto_a_full_disk_leaves_nothing_that_looks_whole(
    source: Path, tmp_path: Path, small_disk: Path
) -> None:
    (source / "long.txt").write_text("春茶" * 200_000, encoding="utf-8")
    run(source, tmp_path / "out", recipe=RECIPE)
    with pytest.raises(OutputError, match="No space left on device"):
        restore(tmp_path / "out", small_disk / "back")
    assert list((small_disk / "back").iterdir()) == []


def test_output_and_restored_folder_may_lie_on_other_file_systems(
    source: Path, tmp_path: Path, straight: dict[str, bytes], small_disk: Path
) -> None:
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    assert os.stat(small_disk).st_dev != os.stat(source).st_dev
    run(source, small_disk / "out", recipe=RECIPE, jobs=2)
    assert tree(small_disk / "out") == straight
    assert restore(small_disk / "out", tmp_path / "back") == []
    assert tree(tmp_path / "back") == tree(source)


@pytest.fixture
def unprivileged(source: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder, and a user who may be refused."""
    run(source, tmp_path / "out", recipe=RECIPE)  # loads all modules: that user may not read them
    folder = Path(tempfile.mkdtemp(prefix="textclean-test-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("phase", "lost"),
    [("reading and cleaning", ".work/phase-0"), ("cleaning", ".work"), ("writing", "clean"), ("writing", ".")],
)
def test_permission_that_is_lost_is_told_and_the_run_goes_on_once_it_is_back(
    unprivileged: Path, phase: str, lost: str
) -> None:
    source, out = unprivileged / "in", unprivileged / "out"
    source.mkdir()
    for i in range(100):
        (source / f"{i:03d}.txt").write_text(f"第{i}篇,\n", encoding="utf-8")
    run(source, unprivileged / "straight", recipe=RECIPE)
    harm = once(phase, lambda: (out / lost).chmod(0o500))
    with pytest.raises(OutputError, match=r"/out.*cannot be (written|removed): Permission denied; allow it"):
        run(source, out, recipe=RECIPE, watch=harm)
    (out / lost).chmod(0o700)
    run(source, out, recipe=RECIPE, resume=True)
    assert tree(out) == tree(unprivileged / "straight")


def test_an_input_that_may_not_be_read_fails_alone(unprivileged: Path) -> None:
    source = unprivileged / "in"
    source.mkdir()
    for name in ("a.txt", "b.txt"):
        (source / name).write_text("正文", encoding="utf-8")
    (source / "a.txt").chmod(0)
    done = run(source, unprivileged / "out", recipe=RECIPE)
    assert done.failures == (
        ("a.txt", "read", "cannot be read: Permission denied; allow it to be read, or take it out of the folder"),
    )


# Two runs


def test_a_second_run_into_the_same_folder_is_refused_and_harms_nothing(
    source: Path, tmp_path: Path, straight: dict[str, bytes]
) -> None:
    def second() -> None:
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "textclean",
            "run",
            source,
            tmp_path / "out",
            "--resume",
            "--jobs",
            "1",
        ]
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        assert done.returncode == 2
        assert "out: another run writes into this folder; wait until it is done" in done.stderr.decode()

    run(source, tmp_path / "out", recipe=RECIPE, watch=once("cleaning", second))
    assert tree(tmp_path / "out") == straight


def test_what_a_killed_run_left_behind_its_manifest_is_removed_on_resume(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out", recipe=RECIPE)
    (tmp_path / "out/.work/phase-0").mkdir(parents=True)
    assert run(source, tmp_path / "out", recipe=RECIPE, resume=True).finished_before
    assert not (tmp_path / "out/.work").exists()
    with pytest.raises(UsageError, match="not empty"):
        run(source, tmp_path / "out", recipe=RECIPE)
