"""TOML ↔ a list of stages. Plug-ins by entry point ``textclean.stages``. Runs nothing.

A recipe is a TOML file (``textclean.toml``, or the table ``[tool.textclean]`` of a ``pyproject.toml``)::

    stages = ["normalize", "layout", "duplicates"]   # the order; leave it out for the default
    max_document_bytes = 67108864

    [duplicates]                                     # the options of a stage
    threshold = 0.85
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textclean.errors import RecipeError
from textclean.stage import CorpusStage, Stage

AnyStage = Stage | CorpusStage

Model = TypeVar("Model", bound=BaseModel)

GROUP = "textclean.stages"

BUILT_IN: Mapping[str, str] = {
    "normalize": "textclean.stages.normalize:Normalize",
    "script": "textclean.stages.script:Script",
    "metadata": "textclean.stages.metadata:Metadata",
    "layout": "textclean.stages.layout:Layout",
    "boilerplate": "textclean.stages.boilerplate:Boilerplate",
    "duplicates": "textclean.stages.duplicates:Duplicates",
    "repeats": "textclean.stages.repeats:Repeats",
    "typos": "textclean.stages.typos:Typos",
}
DEFAULT_STAGES = tuple(BUILT_IN)


class Limits(BaseModel):
    """The keys of a recipe that belong to no stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stages: tuple[str, ...] = Field(
        default=DEFAULT_STAGES, description="Stages by name, in the order in which they run."
    )
    max_document_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, le=1 << 40, description="A larger document is not read but listed as failed."
    )
    protect: tuple[str, ...] = Field(
        default=(), description="Regular expressions: what one of them matches no stage changes, cuts or moves."
    )
    charset: str | None = Field(
        default=None, description="What pages or servers declare for the bytes of all documents; decides ties only."
    )


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a pipeline is made of.

    Attributes:
        stages: the stages with their options, in order; no two of one name.
        max_document_bytes: a larger document is refused.
        charset: declared for all documents that are bytes; it decides ties only.
        protect: regular expressions; what one of them matches no stage changes.
    """

    stages: tuple[AnyStage, ...]
    max_document_bytes: int = Limits().max_document_bytes
    charset: str | None = None
    protect: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The recipe with every option spelled out, in the form of the TOML file."""
        table: dict[str, Any] = {
            "stages": [stage.name for stage in self.stages],
            "max_document_bytes": self.max_document_bytes,
        }
        if self.charset is not None:
            table["charset"] = self.charset
        if self.protect:
            table["protect"] = list(self.protect)
        for stage in self.stages:
            table[stage.name] = stage.model_dump(mode="json")
        return table

    def as_toml(self) -> str:
        """The effective recipe as TOML, each option with what it does."""
        import tomlkit  # what few commands need

        whole = tomlkit.document()
        for key, value in self.as_dict().items():
            if not isinstance(value, dict):
                whole.add(key, tomlkit.item(value))
        for stage in self.stages:
            table = tomlkit.table()
            doc = (type(stage).__doc__ or "").strip().splitlines()
            if doc:
                table.comment(doc[0])
            for key, value in stage.model_dump(mode="json").items():
                item = tomlkit.item("none" if value is None else value)
                if about := _about(type(stage), key):
                    item.comment(about)
                table.add(key, item)
            whole.add(tomlkit.nl())
            whole.add(stage.name, table)
        return tomlkit.dumps(whole)

    def with_option(self, stage: str, key: str, value: object) -> "Recipe":
        """The recipe with one option of one stage changed.

        Raises:
            RecipeError: the stage is not part of the recipe, or the value is not allowed.
        """
        self._check_stage(stage, f"so its option {key!r} cannot be set")
        table = self.as_dict()
        table[stage] = {**table[stage], key: value}
        return parse(table, "recipe")

    def without(self, stage: str) -> "Recipe":
        """The recipe without a stage.

        Raises:
            RecipeError: the stage is not part of the recipe.
        """
        self._check_stage(stage, "so it cannot be left out")
        return replace(self, stages=tuple([one for one in self.stages if one.name != stage]))

    def _check_stage(self, stage: str, why: str) -> None:
        names = [one.name for one in self.stages]
        if stage not in names:
            raise RecipeError(f"the recipe has no stage {stage!r}, {why}{_hint(stage, names)}")


def _about(kind: type[AnyStage], option: str) -> str:
    """What an option does, and which values it may have."""
    field = kind.model_fields[option]
    told = [field.description] if field.description else []
    shape = kind.model_json_schema()["properties"][option]
    shapes = [one for one in shape.get("anyOf", [shape]) if one.get("type") != "null"]
    for one in shapes:
        if "enum" in one:
            told.append("one of " + ", ".join(map(str, one["enum"])))
        limits = [f"{sign} {one[key]:g}" for key, sign in _LIMITS.items() if key in one]
        if limits:
            told.append(" and ".join(limits))
    if len(shapes) < len(shape.get("anyOf", shapes)) and "none" not in " ".join(told):
        told.append("or none")
    return "; ".join(told)


_LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


@cache
def stage_class(name: str) -> type[AnyStage]:
    """The class of the stage called ``name``: built in, or from an entry point.

    Raises:
        RecipeError: no such stage, or the plug-in cannot be used.
    """
    if name in BUILT_IN:
        module, attribute = BUILT_IN[name].split(":")
        found = getattr(import_module(module), attribute)
    else:
        plugins = {point.name: point for point in metadata.entry_points(group=GROUP)}
        if name not in plugins:
            raise RecipeError(f"unknown stage {name!r}{_hint(name, [*BUILT_IN, *plugins])}")
        try:
            found = plugins[name].load()
        except Exception as error:
            raise RecipeError(f"the plug-in of stage {name!r} cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Stage | CorpusStage) and found.name == name):
        raise RecipeError(f"the plug-in of stage {name!r} is not a Stage or CorpusStage with that name")
    return found


def known_stages() -> list[str]:
    """Names of the stages that can be used: built in first, then plug-ins."""
    plugins = sorted({point.name for point in metadata.entry_points(group=GROUP)} - BUILT_IN.keys())
    return [*BUILT_IN, *plugins]


@cache
def default() -> Recipe:
    """The recipe that runs when none is given."""
    return parse({}, "default recipe")


def load(path: str | Path) -> Recipe:
    """Read a recipe from a TOML file.

    Raises:
        RecipeError: the file cannot be read, is not TOML, or holds an unknown key, stage or value.
    """
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise RecipeError(f"{path}: the recipe cannot be read: {getattr(error, 'strerror', error)}") from error
    except ValueError as error:  # TOMLDecodeError, or of a number with too many digits
        raise RecipeError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise RecipeError(f"{path}: tables or lists are nested too deeply") from error
    if path.name == "pyproject.toml":
        tool = table.get("tool")
        own = tool.get("textclean") if isinstance(tool, dict) else None
        if not isinstance(own, dict):
            raise RecipeError(f"{path}: there is no table [tool.textclean]")
        table = own
    return parse(table, str(path))


def found_in(folder: Path) -> Path | None:
    """The recipe that a folder has: its ``textclean.toml``, or its ``pyproject.toml`` with a table [tool.textclean]."""
    own, project = folder / "textclean.toml", folder / "pyproject.toml"
    if own.is_file():
        return own
    try:
        tool = tomllib.loads(project.read_text(encoding="utf-8")).get("tool") if project.is_file() else None
    except (OSError, ValueError, RecursionError):  # somebody else's, and no concern of ours
        return None
    return project if isinstance(tool, dict) and "textclean" in tool else None


def parse(table: Mapping[str, Any], origin: str) -> Recipe:
    """The recipe of a parsed TOML table; ``origin`` is named in errors.

    Raises:
        RecipeError: an unknown key, an unknown stage, a wrong type or a value out of range.
    """
    own = {key: value for key, value in table.items() if key in Limits.model_fields}
    for key in table:
        if key not in own and key not in BUILT_IN and key not in known_stages():
            raise RecipeError(f"{origin}: unknown key {key!r}{_hint(key, [*Limits.model_fields, *known_stages()])}")
    limits = _checked(Limits, own, origin, "")
    stages: list[AnyStage] = []
    for name in limits.stages:
        if name in (stage.name for stage in stages):
            raise RecipeError(f"{origin}: stages: {name!r} stands twice; a stage runs once")
        try:
            kind = stage_class(name)
        except RecipeError as error:
            raise RecipeError(f"{origin}: stages: {error}") from error
        options = table.get(name, {})
        if not isinstance(options, dict):
            raise RecipeError(f"{origin}: {name} must be a table of options, not {options!r}")
        stages.append(_checked(kind, options, origin, f"{name}."))
    for key in table:
        if key not in own and key not in limits.stages:
            raise RecipeError(
                f"{origin}: [{key}] has options, but {key!r} is not in `stages`: add it there or drop them"
            )
    for pattern in limits.protect:
        try:
            re.compile(pattern)
        except re.error as error:
            raise RecipeError(f"{origin}: protect: {pattern!r} is no regular expression: {error}") from error
    return Recipe(tuple(stages), limits.max_document_bytes, limits.charset, limits.protect)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a recipe, with every stage that is installed."""
    whole = Limits.model_json_schema()
    definitions = whole.pop("$defs", {})
    whole["properties"]["stages"]["items"] = {"enum": known_stages()}
    for name in known_stages():
        part = stage_class(name).model_json_schema()
        definitions.update(part.pop("$defs", {}))
        whole["properties"][name] = part
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "textclean recipe",
        "description": "What textclean runs, in which order, with which options.",
        **({"$defs": definitions} if definitions else {}),
    }


def _checked(kind: type[Model], values: Mapping[str, Any], origin: str, prefix: str) -> Model:
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        faults = [_fault(fault, kind.model_fields, prefix) for fault in error.errors()]
        raise RecipeError("\n".join(f"{origin}: {fault}" for fault in faults)) from error


def _fault(fault: Mapping[str, Any], fields: Iterable[str], prefix: str) -> str:
    key = prefix + ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"unknown key {key!r}{_hint(str(fault['loc'][-1]), list(fields))}"
    return f"{key} = {json.dumps(fault['input'], ensure_ascii=False, default=str)}: {fault['msg']}"


def _hint(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    listed = ", ".join(known) or "none"
    return (f"; did you mean {near[0]!r}?" if near else "") + f" (known: {listed})"
