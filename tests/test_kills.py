"""A run may be killed at any moment: nothing of it stays alive, and resumed it ends as if nothing had happened."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.killed_run import PHASES, RECIPE, Task
from tests.runs import process_fields, tree
from textclean.commands.restore import verify
from textclean.index.open import open_index
from textclean.testing import news_paragraph

DOCUMENTS = 60
ROWS = 12
SECONDS = 60  # until a process that hangs is given up
SECONDS_TO_DIE = 10  # for workers whose parent is gone


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles, in files and in rows, that share banners and paragraphs, and what a run makes of it."""
    root = tmp_path_factory.mktemp("kills")
    rng = random.Random("kills")
    shared = [news_paragraph(rng, 70, 200) for _ in range(30)]
    (root / "in" / "sub").mkdir(parents=True)

    def article() -> str:
        own = [news_paragraph(rng, 70, 200) for _ in range(3)]
        lines = ["欢迎访问青溪在线!", *own, rng.choice(shared), rng.choice(shared)[:-20], "责任编辑:青溪在线"]
        return "\n".join(lines)

    for i in range(DOCUMENTS):
        (root / "in" / ("sub" if i % 3 else "") / f"{i:03d}.txt").write_text(article(), encoding="utf-8")
    rows = [{"id": f"n{i}", "text": article(), "more": {"n": i}} for i in range(ROWS)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines[3:3] = ['{"id": "n3", "text": 7}', "no JSON"]
    (root / "in" / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with gzip.open(root / "in" / "sub" / "rows.json.gz", "wt", encoding="utf-8") as file:
        json.dump(rows[::-1], file)
    table = pa.table({"id": [7, 8, 9], "text": [article(), None, article()], "more": [[1], [], None]})
    pq.write_table(table, root / "in" / "rows.parquet")
    for name in ("photo.png", "sub/photo.png"):
        (root / "in" / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    started(Task(str(root / "in"), str(root / "straight"), str(root / "straight.index"), 1, False)).wait(SECONDS)
    assert verify(root / "straight", root / "in") == []
    assert {"rows.jsonl", "rows.parquet"} <= {path.name for path in (root / "straight" / "quarantine").iterdir()}
    return root


def started(task: Task) -> "subprocess.Popen[bytes]":
    """The run as a process, in a session of its own so that none of its workers can be overlooked."""
    environment = {**os.environ, "TEXTCLEAN_KILLED_RUN": json.dumps(task)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.killed_run"], env=environment, start_new_session=True, stderr=subprocess.PIPE
    )


def entries(index: Path) -> list[object]:
    with open_index(index, RECIPE.stages, write=False) as opened:
        return [(id, names) for _, id, names in opened.documents()]  # type: ignore[attr-defined]


def check_dead(session: int) -> None:
    """No process of a session may be left."""
    deadline = time.monotonic() + SECONDS_TO_DIE
    while alive := [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if session_of(pid) == session]:
        assert time.monotonic() < deadline, f"still alive: {alive}"
        time.sleep(0.05)


def session_of(pid: int) -> int | None:
    fields = process_fields(pid)
    return None if fields is None else int(fields[3])


def check_whole(out: Path, straight: dict[str, bytes]) -> None:
    """What has a name of its own is as the uninterrupted run wrote it."""
    for name, content in tree(out).items() if out.exists() else ():
        assert name.startswith(".work/") or straight[name] == content, name


def check_same(out: Path, index: Path, corpus: Path, straight: dict[str, bytes]) -> None:
    """Everything is there, and nothing else."""
    assert tree(out) == straight
    assert {path.name for path in out.iterdir()} == {path.name for path in (corpus / "straight").iterdir()}
    beside = {path.name.removeprefix(index.name) for path in index.parent.glob(f"{index.name}*")}
    assert beside == {"", "-writer"}
    assert entries(index) == entries(corpus / "straight.index")


def killed(task: Task, delay: float | None = None) -> int:
    """Run until the moment of the task, or for ``delay`` seconds. Returns the exit status; no process is left."""
    process = started(task)
    if delay is None:
        _, told = process.communicate(timeout=SECONDS)
    else:
        time.sleep(delay)
        process.kill()
        _, told = process.communicate(timeout=SECONDS)
    check_dead(process.pid)
    assert process.returncode in (0, -signal.SIGKILL), told.decode()
    return process.returncode


SHORT = {
    1: [
        ("reading", 2), ("quarantining", 1), ("keeping", 8), ("reading", 9), ("deciding", 1), ("cleaning", 3),
        ("cleaning", 9), ("deciding", 2), ("writing", 5), ("telling", 14), ("writing", 70), ("sharding", 3),
        ("renaming", 1), ("renaming", 3), ("remembering", 2), ("remembering", 3), ("finishing", 2), ("clearing", 3),
    ],
    2: [
        ("reading", 5), ("cleaning", 3), ("writing", 20), ("telling", 4), ("remembering", 1), ("finishing", 1),
        ("clearing", 2),
    ],
}  # fmt: skip
"""Moments by number of processes: each kills the run that resumes the one before, so they stand in their order."""


@pytest.mark.parametrize("jobs", SHORT)
def test_a_run_survives_kills_in_every_phase(corpus: Path, tmp_path: Path, jobs: int) -> None:
    straight = tree(corpus / "straight")
    out, index = tmp_path / "out", tmp_path / "seen.index"
    for phase, number in SHORT[jobs]:
        task = Task(str(corpus / "in"), str(out), str(index), jobs, out.exists(), phase, number)
        assert killed(task) == -signal.SIGKILL, f"the run ended before moment {number} of {phase}"
        check_whole(out, straight)
    assert killed(Task(str(corpus / "in"), str(out), str(index), jobs, True)) == 0
    check_same(out, index, corpus, straight)
    assert verify(out, corpus / "in") == []


def test_the_short_form_covers_every_phase_of_a_run_and_a_run_has_no_other(corpus: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    started(Task(str(corpus / "in"), str(tmp_path / "out"), str(tmp_path / "i"), 1, False, log=str(log))).wait(SECONDS)
    moments = Counter(log.read_text().split())
    assert moments.keys() == set(PHASES) - {"sweeping"}  # there is nothing to sweep
    assert {phase for phase, _ in SHORT[1]} == moments.keys()


def test_a_run_killed_while_it_sweeps_ends_the_same(corpus: Path, tmp_path: Path) -> None:
    """An input that was written is gone when the run goes on."""
    straight = tree(corpus / "straight")
    source, out, index = tmp_path / "in", tmp_path / "out", tmp_path / "seen.index"
    subprocess.run(["cp", "-r", corpus / "in", source], check=True)
    for name in ("gone.txt", "far/gone.txt"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("过些时候就没有了。\n", encoding="utf-8")
    assert killed(Task(str(source), str(out), str(index), 1, False, "renaming", 1)) == -signal.SIGKILL
    subprocess.run(["rm", "-r", source / "gone.txt", source / "far"], check=True)
    for number in (1, 2):
        assert killed(Task(str(source), str(out), str(index), 1, True, "sweeping", number)) == -signal.SIGKILL
    assert killed(Task(str(source), str(out), str(index), 1, True)) == 0
    assert tree(out) == straight
    assert not (out / "clean" / "far").exists()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_survives_a_hundred_and_twenty_kills(
    corpus: Path, tmp_path: Path, jobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of them at moments drawn evenly from the phases, half at any time; now and then a run may end."""
    straight, rng = tree(corpus / "straight"), random.Random(jobs)
    source, log = str(corpus / "in"), tmp_path / "log"
    begun = time.monotonic()
    killed(Task(source, str(tmp_path / "first"), str(tmp_path / "first.index"), jobs, False, log=str(log)))
    whole = time.monotonic() - begun
    moments = Counter(log.read_text().split())
    kills: Counter[str] = Counter()
    round_ = 0
    while kills.total() < 120:
        round_ += 1
        out, index = tmp_path / f"out{round_}", tmp_path / f"{round_}.index"
        for _ in range(rng.randint(1, 4)):
            if rng.random() < 0.5:
                phase = rng.choice(sorted(moments))
                task = Task(source, str(out), str(index), jobs, out.exists(), phase, rng.randint(1, moments[phase]))
                done = killed(task)
            else:
                phase = "at any time"
                done = killed(Task(source, str(out), str(index), jobs, out.exists()), rng.random() * whole)
            kills[phase] += done != 0
            check_whole(out, straight)
        assert killed(Task(source, str(out), str(index), jobs, out.exists())) == 0
        check_same(out, index, corpus, straight)
        subprocess.run(["rm", "-r", out], check=True)
    with capsys.disabled():
        print(f"\n{jobs} processes, {kills.total()} kills in {round_} runs:", dict(sorted(kills.items())))
