"""Worker processes: what is lost when one is killed, and what is not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs import process_fields
from tests.stages_for_tests import Deadly, FirstOnly, Upper
from textclean.commands.explain import explain
from textclean.commands.restore import restore, verify
from textclean.commands.run import Summary, run
from textclean.engines.pool import EXHAUSTED, KILLED
from textclean.recipe import Recipe

POISON = 33


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A hundred documents, one of which is poison for a worker."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(100):
        word = "毒" if i == POISON else "药"
        (folder / f"{i:03d}.txt").write_text(f"第{i}篇,{word}\n共有的一行,\n", encoding="utf-8")
    (tmp_path / "lives").mkdir()
    return folder


def cleaned(source: Path, name: str, deadly: Deadly, jobs: int, *, late: bool = False) -> Summary:
    stages = (Upper(), FirstOnly(), deadly) if late else (Upper(), deadly, FirstOnly())
    return run(source, source.parent / name, recipe=Recipe(stages), jobs=jobs)


def texts(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "clean").iterdir())}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kill", [True, False])
def test_a_worker_that_is_killed_once_costs_no_document(source: Path, tmp_path: Path, kill: bool, late: bool) -> None:
    lives = str(tmp_path / "lives")
    cleaned(source, "straight", Deadly(lives=lives, times=0), 1, late=late)
    done = cleaned(source, "out", Deadly(lives=lives, times=1, kill=kill), 2, late=late)
    assert len(os.listdir(lives)) == 1
    assert done.failures == ()
    assert texts(tmp_path / "out") == texts(tmp_path / "straight")


@pytest.mark.parametrize(("kill", "jobs", "why"), [(True, 2, KILLED), (False, 2, EXHAUSTED), (False, 1, EXHAUSTED)])
def test_a_document_that_always_kills_its_worker_is_quarantined_alone(
    source: Path, tmp_path: Path, kill: bool, jobs: int, why: str
) -> None:
    done = cleaned(source, "out", Deadly(lives=str(tmp_path / "lives"), kill=kill), jobs)
    assert done.failures == ((f"{POISON:03d}.txt", "worker", why),)
    assert (done.figures.documents, done.figures.quarantined) == (100, 1)
    assert len(texts(tmp_path / "out")) == 99
    assert verify(tmp_path / "out", source) == []
    assert restore(tmp_path / "out", tmp_path / "back") == []
    assert (tmp_path / f"back/{POISON:03d}.txt").read_bytes() == (source / f"{POISON:03d}.txt").read_bytes()


def test_a_document_that_kills_later_stays_as_the_stage_before_left_it(source: Path, tmp_path: Path) -> None:
    done = cleaned(source, "out", Deadly(lives=str(tmp_path / "lives")), 2, late=True)
    assert done.failures == ((f"{POISON:03d}.txt", "worker", KILLED),)
    assert (done.figures.quarantined, done.figures.failed) == (0, 1)
    clean = (tmp_path / f"out/clean/{POISON:03d}.txt").read_text(encoding="utf-8")
    assert clean == f"第{POISON}篇，毒\n共有的一行，\n\n"  # widened, which comes first, and not compared any more
    assert verify(tmp_path / "out", source) == []


def test_a_document_that_a_killed_worker_cost_takes_part_again_on_resume(tmp_path: Path) -> None:
    """What others were told without it is not taken up then."""
    source, lives = tmp_path / "in", tmp_path / "lives"
    source.mkdir()
    lives.mkdir()
    for i in range(100):
        line = ["共有,一,行", "共有，一,行", "共有，一，行"][min(i, 2)]  # the same once commas are widened
        (source / f"{i:03d}.txt").write_text(f"第{i}篇{'药' if i else '毒'}\n{line}\n", encoding="utf-8")

    def recipe(times: int) -> Recipe:
        return Recipe((FirstOnly(), Upper(), Deadly(lives=str(lives), times=times), FirstOnly(), FirstOnly()))

    def stop(what: str, done: int, total: int) -> None:
        if what == "cleaning" and list((tmp_path / "out/.work/phase-2").glob("0*")):
            raise InterruptedError

    run(source, tmp_path / "straight", recipe=recipe(0))
    with pytest.raises(InterruptedError):
        run(source, tmp_path / "out", recipe=recipe(3), jobs=2, watch=stop)
    assert len(os.listdir(lives)) == 3
    assert run(source, tmp_path / "out", recipe=recipe(3), resume=True).failures == ()
    for name in ("clean/000.txt", "clean/001.txt", "clean/002.txt", "documents.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "straight" / name).read_bytes()
    assert "kept: 000.txt#2" in "\n".join(explain(str(tmp_path / "out/clean/002.txt")))


STARTS_WORKERS = """
import sys, time
from tests.stages_for_tests import FirstOnly, Upper
from textclean.pipeline import Pipeline

def endless():
    for i in range(10**9):
        yield f"第{i}篇,"
        if i == 200:
            print("at work", flush=True)
            time.sleep(3600)

if __name__ == "__main__":
    for _ in Pipeline([Upper(), FirstOnly()]).run(endless(), jobs=2):
        pass
"""


def test_workers_go_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "starts_workers.py"
    script.write_text(STARTS_WORKERS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, start_new_session=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"at work\n"
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while left := [pid for pid in workers if process_fields(pid) is not None]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def children(parent: int) -> list[int]:
    pids = map(int, filter(str.isdecimal, os.listdir("/proc")))
    return [pid for pid in pids if (fields := process_fields(pid)) is not None and int(fields[1]) == parent]


def test_an_abandoned_run_leaves_no_worker(tmp_path: Path) -> None:
    """Whoever takes the first document only and goes is not kept waiting."""
    code = (
        "from textclean.pipeline import Pipeline\n"
        "from tests.stages_for_tests import Upper\n"
        "if __name__ == '__main__':\n"
        "    run = Pipeline([Upper()]).run((f'第{i}篇' for i in range(200)), jobs=2)\n"
        "    print(next(iter(run)).text, flush=True)\n"
        "    run.close()\n"
    )
    (tmp_path / "abandons.py").write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, tmp_path / "abandons.py"], capture_output=True, timeout=60, env=environment, check=False
    )
    assert (done.returncode, done.stdout.decode()) == (0, "第0篇\n"), done.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_workers_leave_signals_to_the_process_that_started_them(tmp_path: Path, number: signal.Signals) -> None:
    """A signal to the whole group, as Ctrl-C sends it, ends the command in good order."""
    source = tmp_path / "in"
    source.mkdir()
    for i in range(300):
        (source / f"{i}.txt").write_text(
            "青溪县今年的春茶长势良好,预计全县产量将达到3200 吨。\n" * 40, encoding="utf-8"
        )
    process = subprocess.Popen(
        [sys.executable, "-m", "textclean", "run", source, tmp_path / "out", "--jobs", "2"],
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in what a shell puts in background
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob(".work/phase-0/0*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.decode() == "textclean: interrupted; what is written is whole: run again with --resume to go on\n"
    again = subprocess.run(
        [sys.executable, "-m", "textclean", "run", source, tmp_path / "out", "--resume"], check=False, timeout=120
    )
    assert again.returncode == 0
    assert verify(tmp_path / "out", source) == []
