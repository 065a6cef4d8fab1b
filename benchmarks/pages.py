"""Are broken pages put together? A table over pages made from held-out articles, and over real printed lines.

``python -m benchmarks.pages FOLDER`` reads ``*.txt`` and ``*.txt.zst`` (a paragraph a line, a blank line between
articles, the headline first) and cuts up the last tenth of the articles of each file; the rest may train or count.
Of these articles the even ones are to tune on, the odd ones to report (``--part``). ``--lines FILE`` adds rows of real
lines: JSON lines with a ``year``, and ``paragraphs`` as lists of printed lines. What is tried is normalize and layout
with default options, or a recipe.

A paragraph is *whole* if it is a line of the output. A line is *wrong* if neither an original nor a line of the page
holds it. *Closed* are breaks inside paragraphs; of all that were closed, *astray* are those where pieces meet that do
not follow each other. Blanks count in the row ``inline`` only: there a break is a blank where a line of the source
ended, and astray is one that the unbroken page keeps. *Errors* are paragraphs that were joined, split, changed or cut
though nothing was broken.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from pathlib import Path
from random import Random

import orjson
import zstandard

from benchmarks.page_makers import MAKERS, PRINTED, Article, Page, printed
from benchmarks.page_scores import Score
from textclean.pipeline import Pipeline
from textclean.recipe import Recipe, default, load

STAGES = ("normalize", "layout")
PARTS = ("tune", "report")
PAGES = 500

HEAD = [
    "| row | pages | paragraphs | whole | wrong lines (of paragraphs) | breaks | closed | astray (of closed) "
    "| errors per 1,000 |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
]


def articles_of(path: Path) -> list[list[str]]:
    """The articles of a file."""
    raw = path.read_bytes()
    if path.suffix == ".zst":
        raw = zstandard.ZstdDecompressor().stream_reader(raw).read()
    lines = [unescape(line).strip() for line in raw.decode("utf-8").split("\n")]  # crawlers leave references
    return [article.split("\n") for article in "\n".join(lines).strip("\n").split("\n\n") if article]


def held_out(articles: Sequence[list[str]]) -> Sequence[list[str]]:
    """The last tenth."""
    return articles[len(articles) - len(articles) // 10 :]


def read(folder: Path, part: str, files: str = "*") -> list[Article]:
    """The held-out articles of a folder that belong to a part; of files whose names match a pattern."""
    paths = [path for path in sorted(folder.glob(files)) if path.name.endswith((".txt", ".txt.zst"))]
    return [article for path in paths for article in held_out(articles_of(path))[PARTS.index(part) :: 2]]


def drawn(articles: Sequence[Article], pages: int, seed: int) -> Iterator[list[Article]]:
    """One to three articles for each page; none a second time before all were taken."""
    rng, left = Random(f"{seed}"), list[Article]()
    for _ in range(pages):
        wanted = rng.randint(1, 3)
        if len(left) < wanted:
            left = rng.sample(articles, len(articles))
        yield left[:wanted]
        del left[:wanted]


def made(row: str, articles: Sequence[Article], pages: int, seed: int) -> Iterator[Page]:
    """The pages of a row. All rows are made of the same articles."""
    for number, of in enumerate(drawn(articles, pages, seed)):
        yield MAKERS[row](Random(f"{seed} {row} {number}"), of)


def real(row: str, path: Path, year: int | None) -> Iterator[Page]:
    """The articles of a file of printed lines, of one year or of all."""
    for line in path.read_bytes().splitlines():
        article = orjson.loads(line)
        if year in (None, article["year"]):
            yield printed(article["paragraphs"], PRINTED[row])


def tried(pipeline: Pipeline, row: str, pages: Iterable[Page]) -> Score:
    """What a pipeline makes of the pages of a row, each a corpus of its own."""
    score = Score()
    for page in pages:
        output = pipeline.clean(page.text).text
        if row == "edited":
            score.add_unbroken(page, output)
        elif row == "inline":
            originals = "\n".join(page.originals)
            score.add_blanks(page, output, pipeline.clean(originals).text)
        else:
            score.add(page, output)
    return score


def line_of(row: str, score: Score) -> str:
    """A line of the table."""
    errors = "–" if score.errors is None else f"{1000 * score.errors / max(1, score.paragraphs):.2f}"
    return (
        f"| {row} | {score.pages} | {score.paragraphs} | {share(score.whole, score.paragraphs)} |"
        f" {score.wrong} ({percent(score.wrong, score.paragraphs)}) | {score.breaks} |"
        f" {share(score.closed, score.breaks)} |"
        f" {score.astray} ({percent(score.astray, score.closed + score.astray)}) | {errors} |"
    )


def share(some: int, of: int) -> str:
    return f"{some / of:.3f}" if of else "–"


def percent(some: int, of: int) -> str:
    return f"{100 * some / of:.2f} %" if of else "–"


def examples(score: Score, wrong: int, missed: int, seed: int) -> Iterator[str]:
    """Some lines that are wrong, and some paragraphs that are not whole."""
    rng = Random(seed)
    for name, of, most in (("wrong", score.wrong_lines, wrong), ("missed", score.missed, missed)):
        for one in rng.sample(of, min(most, len(of))):
            yield f"  {name}: {one}"


def parsed(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="plain text to cut up")
    parser.add_argument("--files", default="*", metavar="PATTERN", help="only files of such names, such as 'news*'")
    parser.add_argument("--row", action="append", choices=[*MAKERS, *PRINTED], help="only this row; may be repeated")
    parser.add_argument("--pages", type=int, default=PAGES, help=f"pages a row; {PAGES} if not given")
    parser.add_argument("--part", choices=PARTS, default="report", help="which of the held-out articles")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recipe", type=Path, help="a recipe to try instead of normalize and layout")
    parser.add_argument("--lines", type=Path, help="a file of printed lines")
    parser.add_argument("--year", type=int, help="only the printed lines of this year")
    parser.add_argument("--wrong", type=int, default=0, metavar="K", help="print K wrong lines of each row")
    parser.add_argument("--missed", type=int, default=0, metavar="K", help="print K paragraphs that are not whole")
    options = parser.parse_args(given)
    rows = options.row or [*MAKERS, *(PRINTED if options.lines else ())]
    if not options.lines and not PRINTED.keys().isdisjoint(rows):
        parser.error("rows of printed lines need --lines FILE")
    options.row = rows
    options.articles = []
    if not MAKERS.keys().isdisjoint(rows):
        options.articles = read(options.folder, options.part, options.files)
        if not options.articles:
            parser.error(f"no articles are held out in {options.folder}: give a folder of *.txt or *.txt.zst")
    return options


def main() -> None:
    """Print the table."""
    options = parsed()
    recipe = load(options.recipe) if options.recipe else Recipe(tuple(s for s in default().stages if s.name in STAGES))
    pipeline = Pipeline(recipe)
    print("\n".join(HEAD), flush=True)
    shown: list[str] = []
    for row in options.row:
        pages = (
            real(row, options.lines, options.year)
            if row in PRINTED
            else made(row, options.articles, options.pages, options.seed)
        )
        score = tried(pipeline, row, pages)
        print(line_of(row, score), flush=True)
        shown += [f"{row}:", *examples(score, options.wrong, options.missed, options.seed)]
    if options.wrong or options.missed:
        print("\n" + "\n".join(shown))


if __name__ == "__main__":
    main()
