"""Paragraphs of the articles in fixtures/, cut at random: how many breaks are closed, and how many wrongly.

None of this text had a part in the weights. The floors of the gate only rise, its ceilings only fall.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from textclean.document import Document
from textclean.stages.layout import Layout

FIXTURES = Path(__file__).parents[2] / "fixtures"
ARTICLES = [
    path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    for folder in ("clean", "expected")
    for path in sorted((FIXTURES / folder).glob("*.txt"))
]
ENDS = "。！？”」…：；）"
Broken = tuple[list[str], list[str]]
"""The lines of a page, and the paragraphs that were cut."""


def parts(paragraph: str, chance: random.Random) -> tuple[str, str]:
    """``paragraph`` in two, cut where no sentence ends."""
    at = chance.choice([i for i in range(8, len(paragraph) - 8) if paragraph[i - 1] not in ENDS])
    return paragraph[:at], paragraph[at:]


def paragraphs(page: list[str]) -> list[int]:
    return [i for i, line in enumerate(page) if len(line) >= 40 and line[-1] in "。！？”"]


def one_break(page: list[str], chance: random.Random) -> Broken:
    i = chance.choice(paragraphs(page))
    return [*page[:i], *parts(page[i], chance), *page[i + 1 :]], [page[i]]


def short_page(page: list[str], chance: random.Random) -> Broken:
    i = chance.choice([i for i in paragraphs(page) if i])
    return [*page[i - 1 : i], *parts(page[i], chance)], [page[i]]


def interleaved(page: list[str], chance: random.Random) -> Broken:
    one, other = chance.sample(paragraphs(page), 2)
    (a, b), (c, d) = parts(page[one], chance), parts(page[other], chance)
    mixed = chance.choice(([a, c, b, d], [a, d, c, b], [b, c, a, d], [a, c, d, b]))
    rest = [line for i, line in enumerate(page) if i not in (one, other)]
    at = chance.randrange(len(rest) + 1)
    return [*rest[:at], *mixed, *rest[at:]], [page[one], page[other]]


def rest_lost(page: list[str], chance: random.Random) -> Broken:
    i = chance.choice(paragraphs(page)[:-1])
    return [*page[:i], parts(page[i], chance)[0], *page[i + 1 :]], []


def measured(make: Callable[[list[str], random.Random], Broken], rounds: int = 300) -> tuple[float, float]:
    """The shares of pages on which a cut paragraph is whole again, and on which a line is wrong."""
    chance = random.Random(11)
    right = wrong = 0
    for _ in range(rounds):
        lines, whole = make(chance.choice(ARTICLES), chance)
        new = set(Layout()(Document("a", "\n\n".join(lines))).text.split("\n")) - set(lines)
        right += bool(new & set(whole))
        wrong += bool(new - set(whole))
    return right / rounds, wrong / rounds


@pytest.mark.parametrize(
    ("make", "right_at_least", "wrong_at_most"),
    [(one_break, 0.63, 0.0), (short_page, 0.65, 0.0), (interleaved, 0.09, 0.04), (rest_lost, 0.0, 0.1)],
)
def test_the_gate_for_joins(
    make: Callable[[list[str], random.Random], Broken],
    right_at_least: float,
    wrong_at_most: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right, wrong = measured(make)
    with capsys.disabled():
        print(f"\n{make.__name__}: {right:.3f} right, {wrong:.4f} wrong")
    assert right >= right_at_least
    assert wrong <= wrong_at_most


@pytest.mark.parametrize("page", ARTICLES, ids=lambda page: str(page[0])[:8])
def test_an_article_without_a_break_is_left_as_it_is(page: list[str]) -> None:
    assert Layout()(Document("a", "\n\n".join(page))).text.split("\n") == page
