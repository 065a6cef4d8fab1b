"""The command as a real process: output, messages, exit codes."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import orjson
import pytest

NEWS = "青溪县举办茶叶开采节\n青溪县今年的春茶长势良好,预计全县产量将达到3200 吨。\n"


def textclean(*arguments: object, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "textclean", *(os.fspath(a) if isinstance(a, Path) else str(a) for a in arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, timeout=120)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(NEWS, encoding="utf-8")
    (folder / "b.txt").write_bytes(NEWS.encode("gb18030"))
    return folder


def test_run_restore_verify_explain(source: Path, tmp_path: Path) -> None:
    done = textclean("run", source, tmp_path / "out", "--jobs", 1)
    assert done.returncode == 0, done.stderr.decode()
    assert "documents" in done.stdout.decode()
    clean = (tmp_path / "out/clean/a.txt").read_text(encoding="utf-8")
    assert clean == "青溪县举办茶叶开采节\n青溪县今年的春茶长势良好，预计全县产量将达到3200吨。\n"
    assert textclean("verify", tmp_path / "out", source).returncode == 0
    assert textclean("restore", tmp_path / "out", tmp_path / "back").returncode == 0
    for name in ("a.txt", "b.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (source / name).read_bytes()
    told = textclean("explain", f"{tmp_path}/out/clean/a.txt:2").stdout.decode()
    assert "normalize width: ',' → '，'" in told
    again = textclean("run", source, tmp_path / "out")
    assert again.returncode == 2
    assert "not empty" in again.stderr.decode()


def test_what_cannot_be_cleaned_is_named_and_harms_nothing(source: Path, tmp_path: Path) -> None:
    (source / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    with zipfile.ZipFile(source / "pack.zip", "w") as pack:
        pack.writestr("a.txt", NEWS * 50)
    (source / "dangling").symlink_to("nowhere")
    (source / "loop").symlink_to(source)
    (source / "empty.txt").write_bytes(b"")
    (source / "blank.txt").write_text(" \n\u3000\n")
    (source / "two\nlines.txt").write_text(NEWS, encoding="utf-8")
    (source / os.fsdecode(b"\xff\xfe.txt")).write_text(NEWS, encoding="utf-8")
    (source / "surrogate.txt").write_bytes(NEWS.encode() + b"\xed\xa0\x80")
    done = textclean("run", source, tmp_path / "out", "--jobs", 1)
    assert done.returncode == 3
    told = done.stderr.decode()
    for name in ("photo.png", "pack.zip", "dangling", "loop"):
        assert f"textclean: {name}: " in told
    assert (tmp_path / "out/quarantine/photo.png").read_bytes() == (source / "photo.png").read_bytes()
    assert (tmp_path / "out/clean/a.txt").exists()
    assert textclean("restore", tmp_path / "out", tmp_path / "back").returncode == 3
    for path in source.iterdir():
        if path.name not in ("dangling", "loop"):
            assert (tmp_path / "back" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "IN", "IN/out"], "one folder lies in the other"),
        (["run", "IN/a.txt", "IN/a.txt/out"], "lies in the other"),
        (["run", "none", "OUT"], "does not exist"),
        (["run", "IN", "IN/a.txt"], "lies in the other"),
        (["run", "IN", "OUT", "--recipe", "none.toml"], "none.toml: the recipe cannot be read"),
        (["run", "IN", "OUT", "--recipe", "bad.toml"], "bad.toml: unknown key 'layuot'; did you mean 'layout'?"),
        (["run", "IN", "OUT", "--script", "latin"], "'latin' is not one of"),
        (["run", "IN", "OUT", "--jobs", "0"], "0 is not in the range"),
        (["run", "IN"], "Missing argument 'OUT'"),
        (["rnu", "IN", "OUT"], "No such command 'rnu'"),
        (["restore", "IN", "OUT"], "no manifest.json"),
        (["verify", "none"], "none: does not exist; name the output folder of a run"),
        (["explain", "IN/a.txt"], "not a file in the folder clean/"),
        (["detect", "IN"], "is a folder"),
        (["recipe", "check", "bad.toml"], "bad.toml: unknown key"),
    ],
)
def test_wrong_use_says_what_to_do_and_exits_with_2(
    source: Path, tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "bad.toml").write_text("[layuot]\n")
    places = {"IN": "in", "OUT": "out"}
    done = textclean(*("/".join(places.get(part, part) for part in a.split("/")) for a in arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert not (tmp_path / "out").exists()


def test_one_recipe_option_reaches_its_stage(source: Path, tmp_path: Path) -> None:
    (source / "t.txt").write_text("這個縣的圖書館對讀者開放，歡迎大家來閱讀。\n", encoding="utf-8")
    done = textclean("run", source, tmp_path / "out", "--script", "simplified", "--jobs", 1)
    assert done.returncode == 0
    clean = (tmp_path / "out/clean/t.txt").read_text(encoding="utf-8")
    assert clean == "这个县的图书馆对读者开放，欢迎大家来阅读。\n"


def test_a_recipe_in_the_folder_is_used(source: Path, tmp_path: Path) -> None:
    (tmp_path / "textclean.toml").write_text("stages = []\n")
    assert textclean("run", source, tmp_path / "out", "--jobs", 1, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out/clean/a.txt").read_text(encoding="utf-8") == f"{NEWS}\n"


def test_detect_reads_files_and_standard_input(source: Path) -> None:
    done = textclean("detect", source / "a.txt", "-", stdin=NEWS.encode("big5", "ignore") * 3)
    first, second = done.stdout.decode().splitlines()
    assert first.split("\t")[1] == "utf-8"
    assert second.split("\t")[:2] == ["-", "big5hkscs"]
    damaged = textclean("detect", "-", stdin=(NEWS * 3).encode("gb18030") + b"\xff")
    assert damaged.stdout.decode().split("\t")[3] == "1"
    missing = textclean("detect", source / "none", source / "a.txt")
    assert missing.returncode == 3
    assert "none: No such file" in missing.stderr.decode()
    assert "utf-8" in missing.stdout.decode()


def test_dedup_keeps_the_first_of_each_paragraph_in_order(tmp_path: Path) -> None:
    long = "青溪县今年的春茶长势良好，预计全县产量将达到三千二百吨，比去年同期增长百分之八。"
    lines = ["标题", long, "", "另一段说的是别的事情，和茶叶没有一点关系。", long.replace("良好", "喜人"), long]
    done = textclean("dedup", "--threshold", "0.6", "--removed", tmp_path / "gone", stdin="\n".join(lines).encode())
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == lines[:4]
    gone = [row.split("\t") for row in (tmp_path / "gone").read_text(encoding="utf-8").splitlines()]
    assert [row[:3] for row in gone] == [["5", "2", "near"], ["6", "2", "exact"]]


def test_dedup_reads_json_lines_from_standard_input_and_remembers(tmp_path: Path) -> None:
    rows = b"".join(orjson.dumps({"text": f"{NEWS[:30]}{word}", "n": 1}) + b"\n" for word in ("甲", "乙", "甲"))
    options = ("--column", "text", "--threshold", 1, "--index", tmp_path / "seen.index", "-")
    done = textclean("dedup", *options, stdin=rows)
    assert (done.returncode, done.stdout) == (0, b"".join(rows.splitlines(keepends=True)[:2])), done.stderr.decode()
    assert "1 of 3 paragraphs removed" in done.stderr.decode()
    more = rows.replace("乙".encode(), "丙".encode())
    assert textclean("dedup", *options, stdin=more).stdout == more.splitlines(keepends=True)[1]
    bad = textclean("dedup", *options, stdin=rows + b"{}\n")
    assert (bad.returncode, bad.stdout) == (3, b"")
    assert "-, line 4: there is no field 'text'" in bad.stderr.decode()


def test_run_with_an_index_cuts_what_an_earlier_run_kept(source: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    (later / "c.txt").write_text(NEWS, encoding="utf-8")
    index = tmp_path / "seen.index"
    for folder, out in ((source, "first"), (later, "second")):
        done = textclean("run", folder, tmp_path / out, "--index", index, "--jobs", 1)
        assert done.returncode == 0, done.stderr.decode()
    assert "开采节" in (tmp_path / "second/clean/c.txt").read_text(encoding="utf-8")
    assert "产量" not in (tmp_path / "second/clean/c.txt").read_text(encoding="utf-8")
    assert "kept: a.txt#2" in textclean("explain", tmp_path / "second/clean/c.txt").stdout.decode()
    refused = textclean("run", later, tmp_path / "third", "--index", source / "a.txt")
    assert refused.returncode == 2
    assert "cannot be read as an index" in refused.stderr.decode()


def test_typos_marks_and_changes_nothing(tmp_path: Path) -> None:
    text = "这个县的旅游领城发展很快，外来投资不断增加。\n"
    (tmp_path / "t.txt").write_text(text, encoding="utf-8")
    done = textclean("typos", "--check", tmp_path / "t.txt")
    assert done.returncode == 1
    assert "t.txt:1:7: typo: 领城 → 领域" in done.stdout.decode() or "→ 领域" in done.stdout.decode()
    assert (tmp_path / "t.txt").read_text(encoding="utf-8") == text
    assert textclean("typos", "--check", "-", stdin="这个县的旅游业发展很快。".encode()).returncode == 0


def test_the_recipe_can_be_shown_and_described() -> None:
    shown = textclean("recipe", "show").stdout.decode()
    assert "[duplicates]" in shown
    assert orjson.loads(textclean("recipe", "schema").stdout)["title"] == "textclean recipe"


def test_doctor_finds_this_installation_sound() -> None:
    done = textclean("doctor", "--check")
    assert done.returncode == 0, done.stdout.decode()
    assert "✓ minhash" in done.stdout.decode()


def test_help_teaches_by_example() -> None:
    for command in ("run", "explain", "dedup"):
        assert "Examples:" in textclean(command, "--help").stdout.decode()


def test_ctrl_c_exits_with_130_and_leaves_whole_files_only(source: Path, tmp_path: Path) -> None:
    for i in range(400):
        (source / f"{i}.txt").write_text(NEWS * 200, encoding="utf-8")
    command = [sys.executable, "-m", "textclean", "run", source, tmp_path / "out", "--jobs", "1"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in what a shell puts in background
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "out/.work/phase-0").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in told.decode()
    assert not list((tmp_path / "out").rglob("*.partial"))
    done = textclean("run", source, tmp_path / "out", "--resume")
    assert done.returncode == 0, done.stderr.decode()
    assert textclean("verify", tmp_path / "out", source).returncode == 0


def test_the_recipe_changes_on_the_command_line(source: Path, tmp_path: Path) -> None:
    options = ("--skip", "duplicates", "--set", "normalize.space=false", "--json", "--jobs", 1)
    done = textclean("run", source, tmp_path / "out", *options)
    assert done.returncode == 0, done.stderr.decode()
    told = orjson.loads(done.stdout)
    assert (told["figures"]["documents"], told["failures"]) == (2, [])
    assert "3200 吨" in (tmp_path / "out/clean/b.txt").read_text(encoding="utf-8")
    manifest = orjson.loads((tmp_path / "out/manifest.json").read_bytes())
    assert "duplicates" not in manifest["recipe"]["stages"]
    quiet = textclean("run", source, tmp_path / "quiet", "--quiet", "--jobs", 1)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")
    for wrong, says in (("normalize", "STAGE.OPTION=VALUE"), ("normalize.spce=1", "did you mean 'space'?")):
        done = textclean("run", source, tmp_path / "wrong", "--set", wrong)
        assert done.returncode == 2
        assert says in done.stderr.decode()


def test_a_charset_is_a_hint(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_bytes("茶园".encode("utf-16-le"))
    done = textclean("run", tmp_path / "in", tmp_path / "out", "--charset", "gb2312", "--jobs", 1)
    assert done.returncode == 0, done.stderr.decode()
    (row,) = (tmp_path / "out/documents.jsonl").read_bytes().splitlines()
    assert orjson.loads(row)["encoding"] == "gb18030"


def test_the_table_of_a_project_is_its_recipe(source: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.textclean]\nstages = ["normalize"]\n[tool.other]\n')
    assert b'stages = ["normalize"]' in textclean("recipe", "show", cwd=tmp_path).stdout
    (tmp_path / "textclean.toml").write_text('stages = ["layout"]\n')
    assert b'stages = ["layout"]' in textclean("recipe", "show", cwd=tmp_path).stdout


def test_what_a_recipe_may_hold_is_shown_and_can_be_read_again(tmp_path: Path) -> None:
    shown = textclean("recipe", "show").stdout.decode()
    assert "one of keep, simplified, traditional" in shown
    assert "> 0 and ≤ 1" in shown
    (tmp_path / "r.toml").write_text('[duplicates]\ncontainment = "none"\n')
    again = textclean("recipe", "show", tmp_path / "r.toml").stdout
    assert b'containment = "none"' in again
    (tmp_path / "again.toml").write_bytes(again)
    assert textclean("recipe", "show", tmp_path / "again.toml").stdout == again


def test_a_reader_that_has_enough_ends_the_command_as_it_ends_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join([f"第{i}段：县里的茶园开了园，有人来采茶。\n" for i in range(20_000)]))
    command = [sys.executable, "-m", "textclean", "dedup", os.fspath(tmp_path / "a.txt")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


def test_a_terminal_that_lacks_a_character_gets_its_code() -> None:
    command = [sys.executable, "-m", "textclean", "doctor"]
    environment = {**os.environ, "PYTHONIOENCODING": "gbk"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert b"\\u2713" in done.stdout


def test_folders_in_folders_and_links_in_circles_come_to_an_end(tmp_path: Path) -> None:
    web = tmp_path / "web"
    for i in range(8):
        (web / str(i)).mkdir(parents=True)
        for j in range(8):
            (web / str(i) / f"to{j}").symlink_to(f"../{j}")
    (web / "a.txt").write_text(NEWS, encoding="utf-8")
    deep = web / "/".join(["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "b.txt").write_text(NEWS, encoding="utf-8")
    done = textclean("run", web, tmp_path / "out", "--jobs", 1)
    assert done.returncode == 3
    assert (tmp_path / "out/clean/a.txt").exists()
    assert "lies in 300 folders" in done.stderr.decode() + (tmp_path / "out/documents.jsonl").read_text()


def test_a_script_without_a_guard_is_told_so(source: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import textclean\ntextclean.run({os.fspath(source)!r}, {os.fspath(tmp_path / 'o')!r}, jobs=2)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, timeout=120)
    assert done.returncode
    assert '__name__ == "__main__"' in done.stderr.decode()
