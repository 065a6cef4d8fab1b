"""Arguments and exit codes. Holds no logic.

Exit codes: 0 done; 1 findings, where a flag asks for that; 2 wrong use; 3 some inputs failed, or the output could not
be written; 130 interrupted (Ctrl-C, SIGTERM).
"""

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from textclean.errors import InputError, StageError, TextcleanError, UsageError
from textclean.process import set_up

if TYPE_CHECKING:
    from textclean.commands.run import Summary
    from textclean.engines.protocol import Watch
    from textclean.recipe import Recipe

FINDINGS, USAGE, FAILED, INTERRUPTED = 1, 2, 3, 130
_FAILURES_SHOWN = 20
_GO_ON = "what is written is whole: run again with --resume to go on"

_recipe = click.option(
    "--recipe",
    type=click.Path(path_type=Path),
    metavar="R.toml",
    help="What to run. Default: ./textclean.toml if there.",
)
_from = click.option(
    "--from",
    "format",
    metavar="FORMAT",
    help="text, jsonl, json or parquet, .gz or .zst behind it; default: what the name of each file tells.",
)
_text_field = click.option(
    "--text-field", metavar="NAME", default="text", show_default=True, help="The field of the text; a.b is b within a."
)
_id_field = click.option(
    "--id-field", metavar="NAME", default="id", show_default=True, help="The field of the id; rows may have none."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="textclean")
def cli() -> None:
    """Turn noisy scraped or OCRed Chinese news into clean documents.

    Nothing is lost: the output folder can give every input back, byte for byte.

    \b
    textclean run IN OUT              clean every file of IN into OUT/clean
    textclean explain OUT/clean/a.txt what was changed in a.txt, and why
    textclean verify OUT IN           check that OUT still gives IN back
    textclean restore OUT DEST        write the inputs back, from OUT alone

    \b
    Exit codes: 0 done; 1 findings, where a flag asks for that; 2 wrong use;
    3 some inputs failed, or the output could not be written;
    130 interrupted (Ctrl-C, SIGTERM).
    """


@cli.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, allow_dash=True))
@_recipe
@click.option(
    "--script",
    type=click.Choice(["keep", "simplified", "traditional"]),
    help="Keep the script of every document (the default), or convert to one.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes. Default: as many as cores, fewer for little input.",
)
@click.option("--resume", is_flag=True, help="Continue a run into OUT that was interrupted.")
@click.option("--dry-run", is_flag=True, help="Do everything but write; show the summary.")
@click.option("--index", metavar="FILE", help="What earlier runs kept comes first; what this one keeps is remembered.")
@click.option(
    "--max-memory",
    type=click.IntRange(min=0),
    metavar="MB",
    default=16,
    show_default=True,
    help="What corpus stages need of all documents is held in memory up to this; more waits on disk.",
)
@click.option("--include", multiple=True, metavar="GLOB", help="Only files that fit: '*.jsonl' names, '2024/*' paths.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="All files but those that fit.")
@_from
@click.option("--to", metavar="FORMAT", help="Write rows of JSON as jsonl or json, .gz or .zst behind it.")
@_text_field
@_id_field
@click.option(
    "--with",
    "extra",
    metavar="NAMES",
    help="Write beside the text of each row: meta, marks, removed (fields textclean_meta …); separated by commas.",
)
def run(
    source: Path,
    out: Path,
    recipe: Path | None,
    script: str | None,
    jobs: int | None,
    resume: bool,
    dry_run: bool,
    index: str | None,
    max_memory: int,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    format: str | None,
    to: str | None,
    text_field: str,
    id_field: str,
    extra: str | None,
) -> None:
    """Clean a file, or every file of a folder, into the folder OUT, which is empty or new and stands apart from IN.

    A text file is a document; of .jsonl, .json and .parquet each row is one. Any of them may be compressed (.gz, .zst).
    A document of a row is called FILE#ID, or FILE#1 and so on where it has no id. A file of rows stays one, with the
    text replaced. IN may be - (standard input, with --from); OUT may be - (standard output, for one file: no ledger).

    A run that ends before its time, however it ends, goes on with --resume: under the same recipe, index and versions
    only, with the inputs as they are then.

    \b
    OUT/clean/…          the clean texts, one paragraph per line
    OUT/ledger/…         what was changed, and why: gives the inputs back
    OUT/marks.jsonl      what looks wrong but was not changed (typos, quotes …)
    OUT/documents.jsonl  one line per document: encoding, metadata, figures
    OUT/files.jsonl      one line per file of rows
    OUT/quarantine/…     what could not be cleaned, as it was

    \b
    Examples:
      textclean run news out
      textclean run news.jsonl.zst out --text-field content --id-field url
      textclean run news out --recipe textclean.toml --jobs 8
      textclean run news out --resume       after Ctrl-C or a crash
      textclean run monday out1 --index seen.index; textclean run tuesday out2 --index seen.index
    """
    options: dict[str, Any] = {
        "recipe": _effective(recipe, script),
        "jobs": jobs,
        "resume": resume,
        "dry_run": dry_run,
        "index": index,
        "max_memory": max_memory << 20,
        "include": include,
        "exclude": exclude,
        "format": format,
        "to": to,
        "text_field": text_field,
        "id_field": id_field,
        "extra": extra.split(",") if extra else (),
    }
    to_stream = str(out) == "-"
    try:
        with _progress() as watch:
            if to_stream:
                from textclean.commands.stream import run_to

                summary = run_to(source, sys.stdout.buffer, watch=watch, **options)
            else:
                from textclean.commands.run import run as run_folder

                summary = run_folder(source, out, watch=watch, **options)
    except KeyboardInterrupt:
        _say("interrupted" if dry_run or to_stream else f"interrupted; {_GO_ON}")
        sys.exit(INTERRUPTED)
    except TextcleanError as error:
        begun = not dry_run and (out / ".work").is_dir()
        if not begun or isinstance(error, UsageError | StageError | InputError):
            raise
        raise type(error)(f"{error}\n{_GO_ON}") from error
    try:
        _show(summary, dry_run, to_stream)
    except OSError as error:
        _say(f"the run is done; only its summary could not be printed: {error.strerror}")
        sys.exit(FAILED)
    if summary.failures:
        sys.exit(FAILED)


@cli.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("dest", metavar="DEST", type=click.Path(path_type=Path))
def restore(out: Path, dest: Path) -> None:
    """Write every input of the run in OUT to the folder DEST, byte for byte. DEST is empty or new.

    Needs OUT alone: no recipe, no option, no data file. Exits with 3 if something cannot be given back; it is named,
    and everything else is restored.
    """
    from textclean.commands.restore import restore as restore_folder

    try:
        problems = restore_folder(out, dest)
    except KeyboardInterrupt:
        _say("interrupted; nothing was restored: run it again")
        sys.exit(INTERRUPTED)
    _report(problems, f"restored to {dest}", "what is not named was restored")


@cli.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("source", metavar="[IN]", type=click.Path(path_type=Path), required=False)
def verify(out: Path, source: Path | None) -> None:
    """Check that every file in OUT is as it was written and gives its source back.

    With IN, the bytes are compared with the input files too. Exits with 3 if something is not as it was, or was never
    read.
    """
    from textclean.commands.restore import verify as verify_folder

    _report(verify_folder(out, source), "all is as it was written", "what is not named is as it was written")


@cli.command()
@click.argument("place", metavar="OUT/clean/FILE[:LINE]")
def explain(place: str) -> None:
    """Say what was changed in a clean document, line by line, and why.

    \b
    Examples:
      textclean explain out/clean/a.txt       every line that was touched
      textclean explain out/clean/a.txt:12    line 12 alone
    """
    from textclean.commands.explain import explain as explain_place

    for line in explain_place(place):
        click.echo(line)


@cli.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
def detect(files: tuple[Path, ...]) -> None:
    """Print the encoding of each FILE (- is standard input), how sure that is, and why.

    Columns: file, encoding (binary: not text), confidence, bad bytes, reason; separated by tabs.
    """
    from textclean.decode import detect as detect_bytes

    def one(name: str, raw: bytes) -> None:
        found = detect_bytes(raw)
        bad = sum(len(raw) for _, raw in found.bad)
        click.echo(f"{name}\t{found.encoding or 'binary'}\t{found.confidence:.2f}\t{bad}\t{found.why}")

    _each(files, one)


@cli.command()
@click.argument("files", metavar="[FILE...|-]", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="Jaccard similarity from which two paragraphs are the same.",
)
@click.option(
    "--containment",
    type=click.FloatRange(0, 1, min_open=True),
    help="Also remove a paragraph of which this share lies in another.",
)
@click.option(
    "--removed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there, in the form of the input, what is removed: number, number of the twin, kind, similarity, row.",
)
@click.option(
    "--from",
    "format",
    metavar="FORMAT",
    help="text (a paragraph a line), jsonl, json or parquet, .gz or .zst behind it; default: what the names tell.",
)
@click.option(
    "--text-field",
    metavar="NAME",
    help="The field of the text, by default text; a.b is b within a. If named, what tells no format is JSON lines.",
)
@click.option("--column", metavar="NAME", hidden=True, help="An older name of --text-field.")
@click.option("--index", metavar="FILE", help="What earlier runs kept comes first; what this one keeps is remembered.")
def dedup(
    files: tuple[Path, ...],
    threshold: float,
    containment: float | None,
    removed: Path | None,
    format: str | None,
    text_field: str | None,
    column: str | None,
    index: str | None,
) -> None:
    """Remove near-duplicate paragraphs and print the others, in their order and as they came.

    A paragraph is a line of text, or a row of .jsonl, .json and .parquet. The FILEs, or standard input (-), are read
    one after the other; all are of one format, and each may be compressed (.gz, .zst). Paragraphs are judged by
    similarity alone, the exact Jaccard index over their sets of character 5-grams: two that differ in a number or a
    name may count as copies. Blank lines stay. Nothing is printed unless all can be read.

    \b
    Examples:
      textclean dedup a.txt b.txt.gz > kept.txt
      curl … | textclean dedup --threshold 0.9 --removed gone.tsv -
      textclean dedup news.jsonl.zst --text-field article.body --removed gone.jsonl > kept.jsonl
      textclean dedup news.parquet > kept.parquet
      zcat news.jsonl.gz | textclean dedup --from jsonl > kept.jsonl
      textclean dedup --index seen.index today.txt > new.txt
    """
    if text_field is not None and column is not None:
        raise click.UsageError("--column is another name of --text-field; give one of them")
    from textclean.commands.dedup import dedup as remove

    outcome = remove(
        files or (Path("-"),),
        sys.stdout.buffer,
        format=format,
        text_field=column if text_field is None else text_field,
        threshold=threshold,
        containment=containment,
        removed=removed,
        index=index,
    )
    click.echo(f"{len(outcome.removed)} of {outcome.compared} paragraphs removed", err=True)


@cli.command()
@click.argument("files", metavar="[FILE...|-]", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", is_flag=True, help="Exit with 1 if something was found.")
def typos(files: tuple[Path, ...], check: bool) -> None:
    """Print what looks like a typo in each FILE, or in standard input. Changes nothing.

    One finding a line: file:line:column, kind, what stands there → what it may be, score, evidence.
    """
    from textclean.decode import decode
    from textclean.stages.typos import flag_typos

    count = 0

    def one(name: str, raw: bytes) -> None:
        nonlocal count
        text = decode(raw)[0]
        for mark in flag_typos(text):
            line = text.count("\n", 0, mark.start) + 1
            column = mark.start - text.rfind("\n", 0, mark.start)
            better = "" if mark.suggestion is None else f" → {mark.suggestion}"
            observed = mark.observed or text[mark.start : mark.end]
            click.echo(f"{name}:{line}:{column}: {mark.kind}: {observed}{better}  {mark.score:.2f}  {mark.evidence}")
            count += 1

    _each(files or (Path("-"),), one)
    if check and count:
        sys.exit(FINDINGS)


@cli.group("recipe")
def recipe_group() -> None:
    """Show, check and describe recipes (what textclean runs, in which order, with which options)."""


@recipe_group.command("show")
@click.argument("path", metavar="[R.toml]", type=click.Path(path_type=Path), required=False)
def recipe_show(path: Path | None) -> None:
    """Print the effective recipe as TOML: every option, its value and what it does."""
    click.echo(_effective(path, None).as_toml(), nl=False)


@recipe_group.command("check")
@click.argument("path", metavar="R.toml", type=click.Path(path_type=Path))
def recipe_check(path: Path) -> None:
    """Say whether a recipe can be used; if not, which key of it is wrong and what is allowed."""
    stages = ", ".join(stage.name for stage in _effective(path, None).stages)
    click.echo(f"{path}: good; runs {stages}")


@recipe_group.command("schema")
def recipe_schema() -> None:
    """Print the JSON Schema of a recipe, plug-ins included."""
    import json

    from textclean.recipe import schema

    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


@cli.command()
@click.option("--check", is_flag=True, help="Exit with 1 if something is wrong.")
def doctor(check: bool) -> None:
    """Print versions, which optional parts are there, and what is wrong with the installation."""
    from textclean.doctor import examine

    wrong = 0
    for found in examine():
        click.echo(f"{'✗' if found.advice else '✓'} {found.name}: {found.state}")
        if found.advice:
            wrong += 1
            click.echo(f"  → {found.advice}")
    if check and wrong:
        sys.exit(FINDINGS)


def main() -> NoReturn:
    """The command: runs the command line, and turns errors into messages and exit codes."""
    signal.signal(signal.SIGTERM, _interrupted)
    set_up()
    try:
        cli.main(prog_name="textclean", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _say("interrupted")
        sys.exit(INTERRUPTED)
    except TextcleanError as error:
        _say(str(error))
        sys.exit(USAGE if isinstance(error, UsageError) else FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing more to say
        sys.exit(FAILED)
    except OSError as error:
        _say(f"{error.filename or 'input or output'}: {error.strerror or error}")
        sys.exit(FAILED)
    sys.exit(0)


def _interrupted(number: int, frame: object) -> NoReturn:
    """SIGTERM ends a command as Ctrl-C does: workers go, and what is half done is taken back."""
    raise KeyboardInterrupt


def _say(message: str) -> None:
    click.echo(f"textclean: {message}", err=True)


def _effective(path: Path | None, script: str | None) -> "Recipe":
    from textclean.recipe import default, load

    here = Path("textclean.toml")
    recipe = load(path) if path is not None else load(here) if here.is_file() else default()
    return recipe if script is None else recipe.with_option("script", "to", script)


def _each(files: Iterable[Path], work: Any) -> None:
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
            _say(f"{path}: {getattr(error, 'strerror', None) or error}")
            failed = True
        except UsageError as error:
            raise UsageError(f"{path}: {error}") from error
    if failed:
        sys.exit(FAILED)


def _report(problems: list[tuple[str, str]], good: str, rest: str) -> None:
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
def _progress() -> "Iterator[Watch | None]":
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


def _show(summary: "Summary", dry_run: bool, on_stderr: bool) -> None:
    from textclean.report.figures import told

    if summary.finished_before:
        _say("the run is finished already; nothing was left to do")
    rows = [*told(summary.figures, summary.seconds), *[("dry run", "nothing was written")] * dry_run]
    width = max(len(label) for label, _ in rows)
    for label, text in rows:
        click.echo(f"{click.style(label.ljust(width), bold=True)}  {text}", err=on_stderr)
    for warning in summary.warnings:
        _say(warning)
    for id, stage, error in summary.failures[:_FAILURES_SHOWN]:
        _say(f"{id}: {stage}: {error}")
    if len(summary.failures) > _FAILURES_SHOWN:
        _say(f"… and {len(summary.failures) - _FAILURES_SHOWN} more; see documents.jsonl")


if __name__ == "__main__":
    main()
