"""Recipes: read, refused with a message that helps, printed, described."""

import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from tests.stages_for_tests import Upper
from textclean.errors import RecipeError
from textclean.recipe import DEFAULT_STAGES, default, known_stages, load, parse, schema, stage_class


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_recipe_runs_every_built_in_stage_in_order() -> None:
    assert tuple(stage.name for stage in default().stages) == DEFAULT_STAGES


def test_a_recipe_chooses_stages_and_options(tmp_path: Path) -> None:
    path = write(tmp_path / "textclean.toml", 'stages = ["duplicates"]\n[duplicates]\nthreshold = 0.9\n')
    (stage,) = load(path).stages
    assert stage.model_dump()["threshold"] == 0.9


def test_a_recipe_may_live_in_pyproject(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", "[tool.textclean]\nmax_document_bytes = 5\n")
    assert load(path).max_document_bytes == 5
    with pytest.raises(RecipeError, match=r"no table \[tool.textclean\]"):
        load(write(tmp_path / "pyproject.toml", "[tool.other]\n"))


def test_what_show_prints_is_the_same_recipe() -> None:
    assert parse(tomllib.loads(default().as_toml()), "shown") == default()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stagse = []", r"unknown key 'stagse'; did you mean 'stages'\?"),
        ('stages = ["layuot"]', r"unknown stage 'layuot'; did you mean 'layout'\?"),
        ('stages = ["layout", "layout"]', "'layout' stands twice"),
        ("max_document_bytes = 0", r"max_document_bytes = 0: .*greater than or equal to 1"),
        ('max_document_bytes = "big"', 'max_document_bytes = "big": .*integer'),
        ("[duplicates]\nthreshhold = 1", r"unknown key 'duplicates.threshhold'; did you mean 'threshold'\?"),
        ("[duplicates]\nthreshold = 7", r"duplicates.threshold = 7: .*less than or equal to 1"),
        ('[script]\nto = "latin"', "script.to = \"latin\": .*'keep', 'simplified' or 'traditional'"),
        ("layout = 3", "layout must be a table of options, not 3"),
        ('stages = ["layout"]\n[script]\nto = "keep"', r"\[script\] has options, but 'script' is not in `stages`"),
        ("stages = [", "not valid TOML"),
    ],
)
def test_a_bad_recipe_names_the_file_the_key_and_what_is_allowed(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path / "bad.toml", text)
    with pytest.raises(RecipeError, match=says) as caught:
        load(path)
    assert str(path) in str(caught.value)


def test_a_recipe_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_one_option_can_be_set_and_is_checked() -> None:
    changed = default().with_option("script", "to", "simplified")
    assert changed.as_dict()["script"]["to"] == "simplified"
    assert changed != default()
    with pytest.raises(RecipeError, match="no stage 'script'"):
        parse({"stages": ["layout"]}, "r").with_option("script", "to", "keep")


def test_the_schema_describes_every_stage_and_allows_nothing_else() -> None:
    described = schema()
    assert set(known_stages()) <= set(described["properties"])
    assert described["additionalProperties"] is False
    assert described["properties"]["duplicates"]["properties"]["threshold"]["description"]


class Point:
    """Stands for an entry point of another package."""

    def __init__(self, name: str, target: object) -> None:
        self.name = name
        self._target = target

    def load(self) -> object:
        if isinstance(self._target, Exception):
            raise self._target
        return self._target


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    points = [Point("upper", Upper), Point("broken", ImportError("no module")), Point("odd", dict)]
    monkeypatch.setattr(metadata, "entry_points", lambda group: points if group == "textclean.stages" else [])
    stage_class.cache_clear()
    yield
    stage_class.cache_clear()


@pytest.mark.usefixtures("plugins")
def test_a_stage_of_another_package_is_found_by_its_entry_point() -> None:
    recipe = parse({"stages": ["upper"], "upper": {"mark": "、"}}, "r")
    assert recipe.stages == (Upper(mark="、"),)
    assert known_stages()[-3:] == ["broken", "odd", "upper"]


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize(("name", "says"), [("broken", "cannot be loaded: no module"), ("odd", "is not a Stage")])
def test_a_plug_in_that_cannot_be_used_says_why(name: str, says: str) -> None:
    with pytest.raises(RecipeError, match=says):
        parse({"stages": [name]}, "r")
