"""A process that writes to the index is killed, again and again, at random moments."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from textclean.index.sqlite import ParagraphIndex

DOCUMENTS_A_LIFE = 24
WRITER = """
import sys
from tests.index.test_kills import document
from textclean.index.sqlite import ParagraphIndex

with ParagraphIndex(sys.argv[1]) as index:
    for number in range(int(sys.argv[2])):
        index.remember(f"{number}.txt", document(number))
        print(number, flush=True)
"""


def document(number: int) -> list[str]:
    """The paragraphs of a document: made up, the same for the same number."""
    rng = random.Random(number)
    return [
        "".join(rng.choices("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", k=rng.randint(25, 90)))
        for _ in range(9)
    ]


def writer(path: Path, documents: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", WRITER, str(path), str(documents)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def sound(path: Path, told: int) -> int:
    """Look at everything after a kill. Returns how many documents are there."""
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    base.close()
    with ParagraphIndex(path, write=False) as index:
        found = list(index.documents())
        assert [id for _, id, _ in found] == [f"{number}.txt" for number in range(len(found))]
        assert len(found) >= told, "a document that was finished is gone"
        for number in {0, len(found) // 2, len(found) - 1} if found else ():
            names = [f"{number}.txt#{line}" for line in range(1, 10)]
            assert found[number][2] == names
            assert index.match(document(number)).name == names
            assert index.read(range(9 * number, 9 * number + 9)) == document(number)
    return len(found)


def everything(path: Path) -> list[str]:
    base = sqlite3.connect(path)
    dump = list(base.iterdump())
    base.close()
    return dump


def survives(kills: int, folder: Path, seed: int) -> None:
    documents = kills * DOCUMENTS_A_LIFE
    rng, path = random.Random(seed), folder / "killed.index"
    done = 0
    for _ in range(kills):
        with writer(path, documents) as process:
            assert process.stdout is not None
            told = done
            for _ in range(done + rng.randint(0, DOCUMENTS_A_LIFE)):
                told = max(told, int(process.stdout.readline()) + 1)
            time.sleep(rng.random() * 0.01)
            process.kill()
        assert process.returncode == -9, "the writer ended before it was killed"
        done = sound(path, told) if path.exists() else 0
    assert done > kills
    for name in ("killed.index", "straight.index"):
        with writer(folder / name, documents) as process:
            process.communicate()
        assert process.returncode == 0
    assert sound(path, documents) == documents
    assert everything(path) == everything(folder / "straight.index")


def test_an_index_survives_kills_at_random_moments(tmp_path: Path) -> None:
    survives(5, tmp_path, seed=5)


@pytest.mark.slow
def test_an_index_survives_sixty_kills(tmp_path: Path) -> None:
    survives(60, tmp_path, seed=60)


def test_a_kill_while_the_file_is_made_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    for delay in (0.0, 0.001, 0.002, 0.004):
        path = tmp_path / f"{delay}.index"
        code = (
            f"import sys; from textclean.index.sqlite import ParagraphIndex as P; print(flush=True); P({str(path)!r})"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
        with ParagraphIndex(path) as index:
            index.remember("0.txt", document(0))
        assert sound(path, 1) == 1
