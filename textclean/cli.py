"""Arguments and exit codes. Holds no logic.

Exit codes: 0 done; 1 findings, where a flag asks for that; 2 wrong use; 3 some inputs failed, or the output could not
be written; 130 interrupted (Ctrl-C, SIGTERM).
"""

import io
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NoReturn

import click

from textclean.commands.terminal import FAILED, changed, each, effective, progress, report, say, show
from textclean.errors import InputError, StageError, TextcleanError, UsageError
from textclean.process import set_up

FINDINGS, USAGE, INTERRUPTED, PIPE = 1, 2, 130, 141
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


class _ReaderGoneError(Exception):
    """What reads standard output has closed it. No OSError: of those click makes an end of its own."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise _ReaderGoneError from error
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
@click.option("--skip", multiple=True, metavar="STAGE", help="Leave a stage of the recipe out, such as typos.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="STAGE.OPTION=VALUE",
    help="Change an option of the recipe: duplicates.threshold=0.9.",
)
@click.option("--charset", metavar="NAME", help="What the pages declare; decides where the bytes do not.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="Processes. Default: as many as cores, fewer for little input.",
)
@click.option("--resume", is_flag=True, help="Continue a run into OUT that was interrupted.")
@click.option("--dry-run", is_flag=True, help="Do everything but write; show the summary.")
@click.option("--index", metavar="FILE", help="What earlier runs kept comes first; what this one keeps is remembered.")
@click.option(
    "--max-memory",
    type=click.IntRange(min=0, max=1 << 30),
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
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but failures and warnings.")
def run(
    source: Path,
    out: Path,
    recipe: Path | None,
    script: str | None,
    skip: tuple[str, ...],
    settings: tuple[str, ...],
    charset: str | None,
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
    as_json: bool,
    quiet: bool,
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
        "recipe": changed(effective(recipe, script), skip, settings, charset),
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
        with nullcontext() if quiet else progress() as watch:
            if to_stream:
                from textclean.commands.stream import run_to

                summary = run_to(source, sys.stdout.buffer, watch=watch, **options)
            else:
                from textclean.commands.run import run as run_folder

                summary = run_folder(source, out, watch=watch, **options)
    except KeyboardInterrupt:
        say("interrupted" if dry_run or to_stream else f"interrupted; {_GO_ON}")
        sys.exit(INTERRUPTED)
    except TextcleanError as error:
        begun = not dry_run and (out / ".work").is_dir()
        if not begun or isinstance(error, UsageError | StageError | InputError):
            raise
        raise type(error)(f"{error}\n{_GO_ON}") from error
    try:
        show(summary, dry_run, to_stream, as_json, quiet)
    except OSError as error:
        say(f"the run is done; only its summary could not be printed: {error.strerror}")
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
        say("interrupted; nothing was restored: run it again")
        sys.exit(INTERRUPTED)
    report(problems, f"restored to {dest}", "what is not named was restored")


@cli.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("source", metavar="[IN]", type=click.Path(path_type=Path), required=False)
def verify(out: Path, source: Path | None) -> None:
    """Check that every file in OUT is as it was written and gives its source back.

    With IN, the bytes are compared with the input files too. Exits with 3 if something is not as it was, or was never
    read.
    """
    from textclean.commands.restore import verify as verify_folder

    report(verify_folder(out, source), "all is as it was written", "what is not named is as it was written")


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

    each(files, one)


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

    each(files or (Path("-"),), one)
    if check and count:
        sys.exit(FINDINGS)


@cli.group("recipe")
def recipe_group() -> None:
    """Show, check and describe recipes (what textclean runs, in which order, with which options)."""


@recipe_group.command("show")
@click.argument("path", metavar="[R.toml]", type=click.Path(path_type=Path), required=False)
def recipeshow(path: Path | None) -> None:
    """Print the effective recipe as TOML: every option, its value and what it does."""
    click.echo(effective(path, None).as_toml(), nl=False)


@recipe_group.command("check")
@click.argument("path", metavar="R.toml", type=click.Path(path_type=Path))
def recipe_check(path: Path) -> None:
    """Say whether a recipe can be used; if not, which key of it is wrong and what is allowed."""
    stages = ", ".join(stage.name for stage in effective(path, None).stages)
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
    for stream in (sys.stdout, sys.stderr):  # of a terminal that lacks a character, its code is printed
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(prog_name="textclean", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.exceptions.Abort):
        say("interrupted")
        sys.exit(INTERRUPTED)
    except TextcleanError as error:
        say(str(error))
        sys.exit(USAGE if isinstance(error, UsageError) else FAILED)
    except _ReaderGoneError:  # it has all it wants, as head has: end as other commands do then
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE)
    except OSError as error:
        say(f"{error.filename or 'input or output'}: {error.strerror or error}")
        sys.exit(FAILED)
    sys.exit(0)


def _interrupted(number: int, frame: object) -> NoReturn:
    """SIGTERM ends a command as Ctrl-C does: workers go, and what is half done is taken back."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
