"""A command loads what it needs and no more: named by module, since times depend on the machine."""

import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import textclean.decode
import textclean.stages

FOR_HELP = {"numpy", "pydantic", "orjson", "zstandard", "rich", "opencc", "importlib.metadata", "textclean.stage"}
FOR_ONE_JOB = {
    "rich",  # standard error is no terminal
    "multiprocessing",
    "concurrent.futures",
    "opencc",  # no script is converted
    "chardet",
    "datasketch",
    "pyarrow",
    "redis",
    "sqlite3",
    "textclean.io.out_reader",
    "textclean.index.open",
    "textclean.language.words",
    "textclean.language.confusions",
    "textclean.language.spelling",
    "textclean.testing",
}
LONG = 200
"""Characters of an expression that takes more than a tenth of a millisecond to compile."""


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that the command had loaded when it ended, in a process of its own."""
    listed = tmp_path / "modules"
    code = (
        "import atexit, pathlib, sys\n"
        f"listed = pathlib.Path({str(listed)!r})\n"
        "atexit.register(lambda: listed.write_text(chr(10).join(sys.modules)))\n"
        "from textclean.cli import main\n"
        "main()"
    )
    subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, check=True, timeout=120)
    return set(listed.read_text().split("\n"))


def test_help_loads_no_library_but_that_of_commands(tmp_path: Path) -> None:
    there = loaded(tmp_path, "--help")
    assert "click" in there
    assert not FOR_HELP & there


def test_a_run_of_one_job_loads_neither_a_pool_nor_a_terminal_nor_what_its_stages_do_not_use(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    text = "茶园开园\n发布时间:2024-03-11 08:30  来源:某某日报\n  今天上午,县里的茶园开了园.有一千多人来采茶。\n"
    (source / "a.txt").write_text(text, encoding="utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        'stages = ["normalize", "script", "metadata", "layout", "boilerplate", "duplicates", "repeats"]\n'
    )
    there = loaded(tmp_path, "run", str(source), str(tmp_path / "out"), "--recipe", str(recipe))
    assert (tmp_path / "out" / "clean" / "a.txt").is_file()
    assert "textclean.stages.duplicates" in there
    assert not FOR_ONE_JOB & there


@pytest.mark.parametrize("package", [textclean.stages, textclean.decode], ids=lambda package: package.__name__)
def test_no_long_expression_is_compiled_before_it_is_used(package) -> None:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(import_module(info.name)).items():
            assert not (isinstance(value, re.Pattern) and len(value.pattern) > LONG), f"{info.name}.{name}"
