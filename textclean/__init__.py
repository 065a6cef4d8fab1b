"""Turn noisy scraped or OCRed Chinese news into clean documents, with a ledger that gives every byte back."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what type checkers read; a test sees that it is the list below
    __version__: str
    from textclean.commands.restore import restore as restore
    from textclean.commands.restore import verify as verify
    from textclean.commands.run import Summary as Summary
    from textclean.commands.run import run as run
    from textclean.decode import Detection as Detection
    from textclean.decode import detect as detect
    from textclean.document import Document as Document
    from textclean.document import Findings as Findings
    from textclean.document import Mark as Mark
    from textclean.document import Source as Source
    from textclean.errors import EditError as EditError
    from textclean.errors import InputError as InputError
    from textclean.errors import OutputError as OutputError
    from textclean.errors import RecipeError as RecipeError
    from textclean.errors import RestoreError as RestoreError
    from textclean.errors import StageError as StageError
    from textclean.errors import TextcleanError as TextcleanError
    from textclean.errors import UsageError as UsageError
    from textclean.index.sqlite import ParagraphIndex as ParagraphIndex
    from textclean.ledger import Edit as Edit
    from textclean.ledger import EditBuilder as EditBuilder
    from textclean.ledger import Edits as Edits
    from textclean.ledger import Layer as Layer
    from textclean.minhash import NearDuplicates as NearDuplicates
    from textclean.minhash import near_duplicates as near_duplicates
    from textclean.pipeline import Failure as Failure
    from textclean.pipeline import Pipeline as Pipeline
    from textclean.pipeline import clean as clean
    from textclean.recipe import Recipe as Recipe
    from textclean.stage import CorpusStage as CorpusStage
    from textclean.stage import Stage as Stage
    from textclean.stages.boilerplate import Boilerplate as Boilerplate
    from textclean.stages.duplicates import Duplicates as Duplicates
    from textclean.stages.layout import Layout as Layout
    from textclean.stages.metadata import Metadata as Metadata
    from textclean.stages.normalize import Normalize as Normalize
    from textclean.stages.repeats import Repeats as Repeats
    from textclean.stages.script import Script as Script
    from textclean.stages.typos import Typos as Typos
    from textclean.stages.typos import flag_typos as flag_typos

_HOMES = {  # the functions first, then the classes they deal in
    "clean": "textclean.pipeline",
    "run": "textclean.commands.run",
    "restore": "textclean.commands.restore",
    "verify": "textclean.commands.restore",
    "detect": "textclean.decode",
    "near_duplicates": "textclean.minhash",
    "flag_typos": "textclean.stages.typos",
    "Pipeline": "textclean.pipeline",
    "Recipe": "textclean.recipe",
    "Document": "textclean.document",
    "Mark": "textclean.document",
    "Source": "textclean.document",
    "Layer": "textclean.ledger",
    "Edits": "textclean.ledger",
    "Edit": "textclean.ledger",
    "Failure": "textclean.pipeline",
    "Summary": "textclean.commands.run",
    "Detection": "textclean.decode",
    "NearDuplicates": "textclean.minhash",
    "ParagraphIndex": "textclean.index.sqlite",
    "Stage": "textclean.stage",
    "CorpusStage": "textclean.stage",
    "Findings": "textclean.document",
    "EditBuilder": "textclean.ledger",
    "Normalize": "textclean.stages.normalize",
    "Script": "textclean.stages.script",
    "Metadata": "textclean.stages.metadata",
    "Layout": "textclean.stages.layout",
    "Boilerplate": "textclean.stages.boilerplate",
    "Duplicates": "textclean.stages.duplicates",
    "Repeats": "textclean.stages.repeats",
    "Typos": "textclean.stages.typos",
    "TextcleanError": "textclean.errors",
    "UsageError": "textclean.errors",
    "RecipeError": "textclean.errors",
    "InputError": "textclean.errors",
    "OutputError": "textclean.errors",
    "StageError": "textclean.errors",
    "EditError": "textclean.errors",
    "RestoreError": "textclean.errors",
}
"""Public name → the module that it is loaded from when it is first used."""

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    from importlib import import_module, metadata

    if name == "__version__":
        return metadata.version("textclean")
    if name not in _HOMES:
        raise AttributeError(f"module 'textclean' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
