"""Turn noisy scraped or OCRed Chinese news into clean documents, with a ledger that gives every byte back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textclean.commands.restore import restore, verify
    from textclean.commands.run import Summary, run
    from textclean.decode import Detection, detect
    from textclean.document import Document, Findings, Mark, Source
    from textclean.errors import (
        EditError,
        InputError,
        OutputError,
        RecipeError,
        RestoreError,
        StageError,
        TextcleanError,
        UsageError,
    )
    from textclean.index.sqlite import ParagraphIndex
    from textclean.ledger import Edit, EditBuilder, Edits, Layer
    from textclean.minhash import NearDuplicates, near_duplicates
    from textclean.pipeline import Failure, Pipeline, clean
    from textclean.recipe import Recipe
    from textclean.stage import CorpusStage, Stage
    from textclean.stages.boilerplate import Boilerplate
    from textclean.stages.duplicates import Duplicates
    from textclean.stages.layout import Layout
    from textclean.stages.metadata import Metadata
    from textclean.stages.normalize import Normalize
    from textclean.stages.repeats import Repeats
    from textclean.stages.script import Script
    from textclean.stages.typos import Typos, flag_typos

_HOMES = {
    "textclean.commands.restore": ("restore", "verify"),
    "textclean.commands.run": ("Summary", "run"),
    "textclean.decode": ("Detection", "detect"),
    "textclean.document": ("Document", "Findings", "Mark", "Source"),
    "textclean.errors": (
        "EditError",
        "InputError",
        "OutputError",
        "RecipeError",
        "RestoreError",
        "StageError",
        "TextcleanError",
        "UsageError",
    ),
    "textclean.index.sqlite": ("ParagraphIndex",),
    "textclean.ledger": ("Edit", "EditBuilder", "Edits", "Layer"),
    "textclean.minhash": ("NearDuplicates", "near_duplicates"),
    "textclean.pipeline": ("Failure", "Pipeline", "clean"),
    "textclean.recipe": ("Recipe",),
    "textclean.stage": ("CorpusStage", "Stage"),
    "textclean.stages.boilerplate": ("Boilerplate",),
    "textclean.stages.duplicates": ("Duplicates",),
    "textclean.stages.layout": ("Layout",),
    "textclean.stages.metadata": ("Metadata",),
    "textclean.stages.normalize": ("Normalize",),
    "textclean.stages.repeats": ("Repeats",),
    "textclean.stages.script": ("Script",),
    "textclean.stages.typos": ("Typos", "flag_typos"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - the functions first, then the classes they deal in
    "clean",
    "run",
    "restore",
    "verify",
    "detect",
    "near_duplicates",
    "flag_typos",
    "Pipeline",
    "Recipe",
    "Document",
    "Mark",
    "Source",
    "Layer",
    "Edits",
    "Edit",
    "Failure",
    "Summary",
    "Detection",
    "NearDuplicates",
    "ParagraphIndex",
    "Stage",
    "CorpusStage",
    "Findings",
    "EditBuilder",
    "Normalize",
    "Script",
    "Metadata",
    "Layout",
    "Boilerplate",
    "Duplicates",
    "Repeats",
    "Typos",
    "TextcleanError",
    "UsageError",
    "RecipeError",
    "InputError",
    "OutputError",
    "StageError",
    "EditError",
    "RestoreError",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOME_OF:
        raise AttributeError(f"module 'textclean' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
