"""What the documentation shows is what happens."""

import doctest
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs_and_prints_what_it_says(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    module = ModuleType("page")  # a real module: what a page defines can be pickled
    monkeypatch.setitem(sys.modules, "page", module)
    names = module.__dict__
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if ">>>" not in block:
            exec(compile(block, str(page), "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), 0)
        output: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        runner.run(test, out=output.append, clear_globs=False)
        names.update(test.globs)
        assert not runner.failures, "".join(output)


def test_the_stage_that_the_docs_show_is_short() -> None:
    first = _BLOCK.findall((ROOT / "docs/stages.md").read_text(encoding="utf-8"))[0]
    assert "class Whisper(Stage)" in first
    assert len(first.splitlines()) < 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = subprocess.run([sys.executable, "-m", "textclean", "--help"], capture_output=True, text=True, check=True)
    for command in re.findall(r"^(?:\$ )?textclean (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(rf"^  {command}\b", known.stdout, re.MULTILINE), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_exists(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
