"""Imports run one way, and importing the package costs next to nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import textclean

ROOT = Path(textclean.__file__).parent
# From the ground up: a room may import from the rooms before it, and from itself.
FLOORS = [
    {"errors", "native", "process"},
    {"weave"},
    {"ledger"},
    {"document"},
    {"language"},
    {"decode", "tables"},
    {"stage"},
    {"minhash"},
    {"index"},
    {"stages"},
    {"recipe"},
    {"phases", "fingerprint"},
    {"io"},
    {"engines"},
    {"pipeline", "report"},
    {"commands", "testing", "doctor"},
    {"cli"},
    {"__init__", "__main__"},
]
HEAVY = {
    "numpy",
    "pydantic",
    "opencc",
    "chardet",
    "datasketch",
    "rich",
    "click",
    "orjson",
    "zstandard",
    "pyarrow",
    "redis",
    "sqlite3",
}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {module for module in found if module.split(".")[0] == "textclean"}


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    here = path.relative_to(ROOT).parts[0].removesuffix(".py")
    floor = {name: level for level, names in enumerate(FLOORS) for name in names}
    assert here in floor, f"{here} has no place in the house"
    for module in imports(path):
        there = room(module)
        if there not in (here, "__init__"):
            assert floor[there] < floor[here], f"{path.name} imports {module}, which stands above it"


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, textclean; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


def test_every_public_name_is_there_and_documented() -> None:
    for name in textclean.__all__:
        assert getattr(textclean, name).__doc__, name
    with pytest.raises(AttributeError, match="nothing"):
        _ = textclean.nothing
    assert set(textclean.__all__) == set(dir(textclean))


def test_type_checkers_are_told_of_every_public_name_and_its_home() -> None:
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("textclean.")
        for alias in node.names
        if alias.asname == alias.name
    }
    assert told == textclean._HOMES
