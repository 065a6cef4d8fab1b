"""The whole pipeline."""

from collections.abc import Callable
from pathlib import Path

from textclean.commands.run import run
from textclean.pipeline import Pipeline
from textclean.recipe import Recipe, default

Timer = Callable[..., float]


def without(*names: str) -> Recipe:
    return Recipe(tuple(stage for stage in default().stages if stage.name not in names))


WITHOUT_TYPOS = without("typos")


def test_pipeline_without_typos(times_decode: Timer, scraped: list[str]) -> None:
    pipe = Pipeline(WITHOUT_TYPOS)
    raws = [text.encode() for text in scraped]
    times_decode("default without typos, in memory and spill", lambda: list(pipe.run(raws)), scraped, "≤ 85")


def test_pipeline_without_typos_and_duplicates(times_decode: Timer, scraped: list[str]) -> None:
    pipe = Pipeline(without("typos", "duplicates"))
    raws = [text.encode() for text in scraped]
    times_decode("the same without duplicates: what is left is their cost", lambda: list(pipe.run(raws)), scraped)


def test_pipeline(times_decode: Timer, scraped: list[str]) -> None:
    pipe = Pipeline.default()
    raws = [text.encode() for text in scraped]
    times_decode("default", lambda: list(pipe.run(raws)), scraped)


def test_folders(times_decode: Timer, scraped: list[str], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for i, text in enumerate(scraped):
        (tmp_path / "in" / f"{i:06d}.txt").write_bytes(text.encode())
    count = 0

    def once() -> None:
        nonlocal count
        count += 1
        run(tmp_path / "in", tmp_path / f"out{count}", recipe=WITHOUT_TYPOS)

    times_decode("folder to folder without typos, one process", once, scraped)
