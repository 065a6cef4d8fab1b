"""The index finds what earlier runs kept, and nothing else; it survives what may happen to a file."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.minhash.synthetic import paragraphs
from textclean.errors import TextcleanError, UsageError
from textclean.index.model import Parameters
from textclean.index.sqlite import ParagraphIndex
from textclean.minhash import CONTAINED, EXACT, KEPT, NEAR

KEPT_TEXTS = paragraphs(400, 11, near=0, exact=0)
LONG = "".join(paragraphs(12, 5, 150, 400, near=0, exact=0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seen.index"


def filled(path: Path, texts: list[str], **options: object) -> None:
    with ParagraphIndex(path, **options) as index:
        for at in range(0, len(texts), 10):
            index.remember(f"d{at // 10}.txt", texts[at : at + 10])


def changed(text: str, every: int) -> str:
    return "".join("龘" if i % every == every // 2 else char for i, char in enumerate(text))


def test_exact_contained_and_near_copies_find_their_twin(path: Path) -> None:
    filled(path, KEPT_TEXTS)
    long = max(KEPT_TEXTS[:100], key=len)
    at = KEPT_TEXTS.index(long)
    fresh = paragraphs(1, 99)[0]
    asked = [long, long[7:70], "前头加上一句，" + changed(long, 80), fresh, "", "短"]
    with ParagraphIndex(path, write=False) as index:
        twins = index.match(asked)
    assert twins.name == [f"d{at // 10}.txt#{at % 10 + 1}"] * 3 + [None] * 3
    assert twins.kind.tolist() == [EXACT, CONTAINED, NEAR, KEPT, KEPT, KEPT]
    assert twins.similarity[:2].tolist() == [1.0, 1.0]
    assert 0.8 <= twins.similarity[2] < 1
    assert np.isnan(twins.similarity[3:]).all()


def grams(text: str) -> set[str]:
    return {text[i : i + 5] for i in range(len(text) - 4)}


def test_nearly_all_true_copies_are_found_and_no_false_ones(path: Path) -> None:
    filled(path, KEPT_TEXTS)
    asked = []
    for i, text in enumerate(KEPT_TEXTS):
        size = max(24, len(text) * (i % 7 + 2) // 10)
        asked += [changed(text, 60 + i % 90), text[i % 9 : i % 9 + size]]
    with ParagraphIndex(path, write=False) as index:
        twins = index.match(asked)
    there = {f"d{i // 10}.txt#{i % 10 + 1}": grams(text) for i, text in enumerate(KEPT_TEXTS)}
    true = 0
    for i, text in enumerate(asked):
        own, source = grams(text), grams(KEPT_TEXTS[i // 2])
        true += len(own & source) >= 0.8 * len(own | source) or len(own & source) >= 0.9 * len(own)
        if twins.name[i] is not None:
            whole = there[twins.name[i]]
            shared = len(own & whole)
            score = shared / len(own) if twins.kind[i] == CONTAINED else shared / len(own | whole)
            assert score == pytest.approx(twins.similarity[i])
            assert score >= (0.9 if twins.kind[i] == CONTAINED else 0.8)
    assert np.count_nonzero(twins.kind) >= 0.995 * true > 500


def test_long_paragraphs_are_told_apart_and_found(path: Path) -> None:
    texts = [LONG, LONG[::-1], "".join(sorted(LONG))]
    filled(path, texts)
    unlike = "".join(paragraphs(12, 6, 150, 400, near=0, exact=0))
    with ParagraphIndex(path, write=False) as index:
        twins = index.match(["前头加上一句，" + changed(LONG, 150), unlike, LONG[300:900]])
    assert twins.name == ["d0.txt#1", None, "d0.txt#1"]
    assert twins.kind.tolist() == [NEAR, KEPT, CONTAINED]


def test_what_a_document_kept_before_never_matches_it(path: Path) -> None:
    filled(path, KEPT_TEXTS[:20])
    with ParagraphIndex(path) as index:
        assert index.match(KEPT_TEXTS[:10], ["d0.txt"]).name == [None] * 10
        assert None not in index.match(KEPT_TEXTS[:10], ["other.txt"]).name
    with ParagraphIndex(path, corpus="elsewhere") as index:
        assert None not in index.match(KEPT_TEXTS[:10], ["d0.txt"]).name


def test_a_document_that_is_run_again_replaces_its_entries(path: Path) -> None:
    filled(path, KEPT_TEXTS[:20])
    with ParagraphIndex(path) as index:
        index.remember("d0.txt", KEPT_TEXTS[30:33], [4, 5, 9])
        assert len(index) == 13
        assert index.match(KEPT_TEXTS[:10]).name == [None] * 10
        assert index.match(KEPT_TEXTS[30:33]).name == ["d0.txt#4", "d0.txt#5", "d0.txt#9"]
        index.remember("d0.txt", [])
        assert [id for _, id, _ in index.documents()] == ["d1.txt"]


def test_remembering_the_same_again_changes_nothing(path: Path) -> None:
    filled(path, KEPT_TEXTS[:40])
    before = path.read_bytes()
    filled(path, KEPT_TEXTS[:40])
    assert path.read_bytes() == before
    with ParagraphIndex(path) as index:
        state = index.state()
        index.remember("new.txt", KEPT_TEXTS[50:51])
        assert index.state() != state


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 39), max_size=4, unique=True)), max_size=14))
def test_what_is_found_is_what_was_last_remembered(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[int]]]
) -> None:
    path = tmp_path_factory.mktemp("index") / "i"
    last: dict[str, list[int]] = {}
    with ParagraphIndex(path) as index:
        for document, chosen in steps:
            index.remember(f"{document}", [KEPT_TEXTS[i] for i in chosen])
            last[f"{document}"] = chosen
        names = index.match(KEPT_TEXTS[:40]).name
    for i, name in enumerate(names):
        holders = {f"{document}#{at + 1}" for document, chosen in last.items() for at, j in enumerate(chosen) if i == j}
        assert name in holders if holders else name is None


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(codec=None), min_size=1, max_size=40), min_size=1, max_size=6))
def test_any_text_comes_back_whatever_its_characters(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("index") / "i"
    with ParagraphIndex(path) as index:
        index.remember("a", texts)
        twins = index.match(texts)
        assert index.read(range(len(texts))) == texts
    assert twins.name == [f"a#{texts.index(text) + 1}" for text in texts]


def test_other_parameters_are_refused_and_named(path: Path) -> None:
    ParagraphIndex(path, Parameters.of(5, 64, 0.8)).close()
    with pytest.raises(UsageError, match=r"n is 5 in the index and 6 here; .*sketch is '\w+' in the index"):
        ParagraphIndex(path, Parameters.of(6, 64, 0.8))
    with pytest.raises(UsageError, match="bands is 16 in the index and 12 here; rows is 4 in the index and 5 here"):
        ParagraphIndex(path, Parameters.of(5, 64, 0.85), write=False)
    with pytest.raises(UsageError, match="texts is True in the index and False here"):
        ParagraphIndex(path, Parameters.of(5, 64, 0.8, texts=False))
    with pytest.raises(UsageError, match="folding is '' in the index and 'abc' here"):
        ParagraphIndex(path, Parameters.of(5, 64, 0.8, folding="abc"))
    ParagraphIndex(path, Parameters.of(5, 64, 0.81)).close()


def test_what_is_no_index_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("这不是索引。" * 99, encoding="utf-8")
    base = sqlite3.connect(tmp_path / "other")
    base.execute("CREATE TABLE mine (x)")
    base.close()
    for name, says in (("text", "cannot be read as an index"), ("other", "not an index"), ("none/i", "folder")):
        before = (tmp_path / name).read_bytes() if (tmp_path / name).exists() else None
        with pytest.raises(UsageError, match=says):
            ParagraphIndex(tmp_path / name)
        assert before is None or (tmp_path / name).read_bytes() == before
    with pytest.raises(UsageError, match="there is no index"):
        ParagraphIndex(tmp_path / "new", write=False)
    with pytest.raises(UsageError):
        ParagraphIndex(tmp_path)


def test_an_index_of_another_format_is_refused(path: Path) -> None:
    ParagraphIndex(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(UsageError, match="format 99, this textclean reads 2"):
        ParagraphIndex(path)


def test_one_writes_and_others_read_what_was_there_when_they_opened(path: Path) -> None:
    filled(path, KEPT_TEXTS[:20])
    with ParagraphIndex(path) as writer, ParagraphIndex(path, write=False) as reader:
        with pytest.raises(UsageError, match="another run writes to this index"):
            ParagraphIndex(path)
        writer.remember("more.txt", KEPT_TEXTS[20:30])
        assert reader.match(KEPT_TEXTS[10:30]).name[10:] == [None] * 10
        assert None not in reader.match(KEPT_TEXTS[:20]).name
        with ParagraphIndex(path, write=False) as later:
            assert None not in later.match(KEPT_TEXTS[:30]).name
        with pytest.raises(UsageError, match="for reading only"):
            reader.remember("x", KEPT_TEXTS[:1])
    ParagraphIndex(path).close()


def test_a_writer_in_another_process_keeps_a_second_one_out(path: Path) -> None:
    code = "import sys; from textclean.index.sqlite import ParagraphIndex; i = ParagraphIndex(sys.argv[1]);"
    command = [sys.executable, "-c", code + "print('open', flush=True); sys.stdin.read()", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(UsageError, match="another run writes"):
            ParagraphIndex(path)
        process.kill()
    ParagraphIndex(path).close()


def test_a_paragraph_costs_at_most_400_bytes_without_its_text(tmp_path: Path) -> None:
    texts = paragraphs(6_000, 3, near=0, exact=0)
    for name, kept in (("keys", False), ("whole", True)):
        with ParagraphIndex(tmp_path / name, Parameters.of(5, 64, 0.8, texts=kept)) as index:
            for at in range(0, len(texts), 10):
                index.remember(f"2024/11/22/page-{at:06d}.txt", texts[at : at + 10])
    assert (tmp_path / "keys").stat().st_size / len(texts) <= 400
    assert (tmp_path / "whole").stat().st_size > (tmp_path / "keys").stat().st_size


def test_without_texts_nothing_is_verified(path: Path) -> None:
    filled(path, KEPT_TEXTS[:20], parameters=Parameters.of(5, 64, 0.8, texts=False))
    with ParagraphIndex(path, Parameters.of(5, 64, 0.8, texts=False)) as index:
        with pytest.raises(UsageError, match="without texts"):
            index.match(KEPT_TEXTS[:1])
        with pytest.raises(UsageError, match="without texts"):
            index.read([0])


def test_containment_is_not_asked_of_an_index_without_pieces(path: Path) -> None:
    filled(path, KEPT_TEXTS[:20], parameters=Parameters.of(5, 64, 0.8, pieces=False))
    with ParagraphIndex(path, Parameters.of(5, 64, 0.8, pieces=False)) as index:
        assert index.match(KEPT_TEXTS[:1], containment=None).name == ["d0.txt#1"]
        with pytest.raises(UsageError, match="made without pieces"):
            index.match(KEPT_TEXTS[:1])


def test_a_damaged_file_is_told(path: Path) -> None:
    filled(path, KEPT_TEXTS[:200])
    raw = bytearray(path.read_bytes())
    raw[8192:] = bytes(len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(TextcleanError, match=r"seen\.index"), ParagraphIndex(path) as index:
        index.match(KEPT_TEXTS)
