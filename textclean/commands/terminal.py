"""What commands print, and which recipe they mean. Loads a library only where it is used."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from textclean.errors import InputError, UsageError

if TYPE_CHECKING:
    from textclean.commands.run import Summary
    from textclean.engines.protocol import Watch
    from textclean.recipe import Recipe

FAILED: Final = 3
"""The exit code where some inputs failed, or the output could not be written."""
_FAILURES_SHOWN: Final = 20


def say(message: str) -> None:
    click.echo(f"textclean: {message}", err=True)


def effective(path: Path | None, script: str | None) -> "Recipe":
    from textclean.recipe import default, found_in, load

    here = found_in(Path()) if path is None else path
    recipe = default() if here is None else load(here)
    return recipe if script is None else recipe.with_option("script", "to", script)


def changed(recipe: "Recipe", skip: Iterable[str], settings: Iterable[str], charset: str | None) -> "Recipe":
    """The recipe as the command line changes it."""
    for setting in settings:
        name, sign, value = setting.partition("=")
        stage, dot, option = name.partition(".")
        if not (sign and dot and stage and option):
            raise UsageError(f"--set {setting}: give it as STAGE.OPTION=VALUE, such as duplicates.threshold=0.9")
        recipe = recipe.with_option(stage.strip(), option.strip(), _value(value.strip()))
    for stage in skip:
        recipe = recipe.without(stage)
    return recipe if charset is None else replace(recipe, charset=charset)


def _value(told: str) -> object:
    """A value as TOML has it, or else as a string."""
    import tomllib

    try:
        return tomllib.loads(f"value = {told}")["value"]
    except tomllib.TOMLDecodeError:
        return told


def each(files: Iterable[Path], work: Any) -> None:
    """Do ``work(name, bytes)`` for every file; a bad one is told, and the others are done all the same."""
    failed = False
    for path in files:
        try:
            if str(path) == "-":
                work("-", sys.stdin.buffer.read())
            else:
                if path.is_dir():
                    raise UsageError("is a folder; give files, or clean a folder with textclean run")
                work(str(path), path.read_bytes())
        except (InputError, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            say(f"{path}: {getattr(error, 'strerror', None) or error}")
            failed = True
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from error
    if failed:
        sys.exit(FAILED)


def report(problems: list[tuple[str, str]], good: str, rest: str) -> None:
    for name, problem in problems:
        click.echo(f"{name}: {problem}")
    if not problems:
        click.echo(good, err=True)
        return
    click.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}; {rest}", err=True)
    if problems[0][0] == "documents.jsonl":
        click.echo("documents.jsonl is damaged, and most follows from that: run again, if you have the input", err=True)
    sys.exit(FAILED)


@contextmanager
def progress() -> "Iterator[Watch | None]":
    """A bar on the terminal; nothing where standard error is none."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def watch(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total or None)

        yield watch


def show(summary: "Summary", dry_run: bool, on_stderr: bool, as_json: bool, quiet: bool) -> None:
    import json

    from textclean.report.figures import told

    if summary.finished_before and not quiet:
        say("the run is finished already; nothing was left to do")
    rows = [*told(summary.figures, summary.seconds), *[("dry run", "nothing was written")] * dry_run]
    width = max(len(label) for label, _ in rows)
    if as_json:
        failures = [{"id": id, "stage": stage, "error": error} for id, stage, error in summary.failures]
        told_of = {"figures": summary.figures.as_dict(), "seconds": round(summary.seconds, 3), "failures": failures}
        click.echo(json.dumps({**told_of, "warnings": summary.warnings}, ensure_ascii=False), err=on_stderr)
        return
    for label, text in () if quiet else rows:
        click.echo(f"{click.style(label.ljust(width), bold=True)}  {text}", err=on_stderr)
    for warning in summary.warnings:
        say(warning)
    for id, stage, error in summary.failures[:_FAILURES_SHOWN]:
        say(f"{id}: {stage}: {error}")
    if len(summary.failures) > _FAILURES_SHOWN:
        say(f"… and {len(summary.failures) - _FAILURES_SHOWN} more; see documents.jsonl")
