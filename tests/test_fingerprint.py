"""What decides a byte of an output, and that a run is not continued once something of it has changed."""

import unicodedata
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.runs import Interrupted
from tests.stages_for_tests import Upper
from textclean import fingerprint as module
from textclean.commands.run import run
from textclean.errors import UsageError
from textclean.fingerprint import PACKAGES, fingerprint
from textclean.recipe import Recipe, default, parse
from textclean.stages.normalize import Normalize


def interrupt(what: str, done: int, total: int) -> None:
    raise Interrupted


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("正文,", encoding="utf-8")
    return tmp_path / "in"


def raised(patch: pytest.MonkeyPatch, name: str) -> None:
    """Another version of a package."""
    known = metadata.version
    patch.setattr(metadata, "version", lambda package: "999" if package == name else known(package))


def other_data(patch: pytest.MonkeyPatch, name: str) -> None:
    found = tuple((file, "0" * 16 if file == name else digest) for file, digest in module._data())
    patch.setattr(module, "_data", lambda: found)


DATA = [name for name, _ in module._data()]
CHANGES: dict[str, Callable[[pytest.MonkeyPatch], Any]] = {
    **{name: partial(raised, name=name) for name in ("textclean", *PACKAGES)},
    **{f"data {name}": partial(other_data, name=name) for name in DATA},
    "code": lambda patch: patch.setattr(module, "_code", lambda: "0" * 16),
    "python": lambda patch: patch.setattr("platform.python_version_tuple", lambda: ("3", "99", "0")),
    "unicode tables": lambda patch: patch.setattr(unicodedata, "unidata_version", "99.0"),
    "stage normalize": lambda patch: patch.setattr(Normalize, "version", "999"),
}
SAID = {"code": r"textclean: \S+ \(code [0-9a-f]{16}\) → \S+ \(code 0{16}\)"}


@pytest.mark.parametrize("ingredient", CHANGES)
def test_a_run_is_not_continued_once_an_ingredient_has_changed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ingredient: str
) -> None:
    recipe, out = parse({"stages": ["normalize"]}, "test"), tmp_path / "out"
    before = fingerprint(recipe)
    with pytest.raises(Interrupted):
        run(source, out, recipe=recipe, watch=interrupt)
    with monkeypatch.context() as patch:
        CHANGES[ingredient](patch)
        (difference,) = fingerprint(recipe).differences(before.made_with)
        with pytest.raises(UsageError, match=SAID.get(ingredient, f"{ingredient}: .* → ")) as refused:
            run(source, out, recipe=recipe, resume=True)
        assert difference in str(refused.value)
        assert "the interrupted run had another recipe, version or index" in str(refused.value)
    run(source, out, recipe=recipe, resume=True)
    with monkeypatch.context() as patch:
        CHANGES[ingredient](patch)
        with pytest.raises(UsageError, match="holds a finished run of another recipe or version"):
            run(source, out, recipe=recipe, resume=True)


def test_every_ingredient_is_tried() -> None:
    recipe = parse({"stages": ["normalize"]}, "test")
    named = {name for name in fingerprint(recipe).made_with if not name.startswith("recipe ")}
    assert named == CHANGES.keys() - {"code"}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"stages": ["script"]}, "recipe stages: normalize → script"),
        ({"stages": ["normalize"], "max_document_bytes": 5}, "recipe max_document_bytes: 67108864 → 5"),
        ({"stages": ["normalize"], "normalize": {"quotes": False}}, "recipe normalize.quotes: true → false"),
    ],
)
def test_another_recipe_is_refused_with_both_options_named(
    source: Path, tmp_path: Path, other: dict[str, Any], says: str
) -> None:
    with pytest.raises(Interrupted):
        run(source, tmp_path / "out", recipe=parse({"stages": ["normalize"]}, "test"), watch=interrupt)
    with pytest.raises(UsageError) as refused:
        run(source, tmp_path / "out", recipe=parse(other, "test"), resume=True)
    assert says in str(refused.value)


def test_a_plug_in_is_known_by_its_code_too() -> None:
    assert fingerprint(Recipe((Upper(),))).made_with["stage upper"].startswith("1 (code ")
    assert fingerprint(default()).made_with["stage typos"] == "1"


def test_a_damaged_note_of_what_a_run_was_made_with_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run(source, tmp_path / "out", watch=interrupt)
    (tmp_path / "out/.work/made-with.json").write_bytes(b'{"python"')
    with pytest.raises(UsageError, match=r"made-with\.json: cannot be read: .*; remove .*/out and run again"):
        run(source, tmp_path / "out", resume=True)


def test_the_data_of_every_stage_and_of_the_language_counts() -> None:
    assert {"language/ngrams.npz.zst", "language/surnames.txt", "stages/metadata/labels.txt"} < set(DATA)
