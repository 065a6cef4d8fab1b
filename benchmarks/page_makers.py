"""Pages as scanners, PDF and extractors leave them, made from whole articles; and pages of real printed lines.

A maker takes a source of chance and articles (a headline, then paragraphs) and gives a :class:`Page`: its text, and the
pieces that each paragraph was broken into. The same chance makes the same page.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import NamedTuple

Article = Sequence[str]

CLOSERS = frozenset("。，、；：！？”’）》」』】〉")
"""What never begins a line."""

INDENT = "\u3000\u3000"

NARROWEST, WIDEST = 14, 38
"""Han characters of a line."""

SLACK = 3
"""Han characters by which a line may fall short where the right margin is ragged."""

PARAGRAPHS = 40
"""Of a longer article the first ones make a page, or statutes would be most of what is counted."""


class Page(NamedTuple):
    """A page, and what it was made of.

    Attributes:
        text: what a stage is given.
        paragraphs: each as the pieces it was broken into; together they are the original.
        others: lines that belong to no paragraph: credits, labels, page numbers.
    """

    text: str
    paragraphs: tuple[tuple[str, ...], ...]
    others: tuple[str, ...] = ()


Maker = Callable[[Random, Sequence[Article]], Page]


class Setting(NamedTuple):
    """How a page is set.

    Attributes:
        width: columns of a line; a Han character takes two.
        hanging: a sign that closes may stand beyond the margin; otherwise the character before it comes down with it.
        slack: Han characters by which a line may fall short.
    """

    width: int
    hanging: bool
    slack: int = 0


def columns(character: str) -> int:
    """How many columns a character takes."""
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def wrapped(rng: Random, paragraph: str, setting: Setting, indent: int = 0) -> Iterator[str]:
    """The lines of a paragraph; the first is shorter by the columns of an indent. Blanks at a break go."""
    at, room = 0, setting.width - indent
    while at < len(paragraph):
        end = _end_of_line(paragraph, at, room - 2 * rng.randint(0, setting.slack), setting.hanging)
        yield paragraph[at:end].rstrip()
        while end < len(paragraph) and paragraph[end].isspace():
            end += 1
        at, room = end, setting.width


def _end_of_line(text: str, start: int, room: int, hanging: bool) -> int:
    end = start
    while end < len(text) and (room := room - columns(text[end])) >= 0:
        end += 1
    end = max(end, start + 1)
    if end == len(text) or text[end] not in CLOSERS:
        return end
    if not hanging:
        earlier = end - 1
        while earlier > start and text[earlier] in CLOSERS:
            earlier -= 1
        if earlier > start:
            return earlier
    while end < len(text) and text[end] in CLOSERS:
        end += 1
    return end


def paragraphs_of(articles: Sequence[Article]) -> Iterator[str]:
    """Headlines and paragraphs, of long articles the first."""
    for article in articles:
        yield from article[:PARAGRAPHS]


def set_page(
    rng: Random,
    articles: Sequence[Article],
    *,
    indent: str = "",
    between: str = "\n",
    after: str = "\n",
    slack: int = 0,
) -> Page:
    """Every paragraph wrapped at a width drawn for the page.

    Args:
        indent: before a paragraph; between: paragraphs; after: a line within a paragraph.
        slack: Han characters by which a line may fall short, drawn for each line.
    """
    setting = Setting(2 * rng.randint(NARROWEST, WIDEST), rng.random() < 0.5, slack)
    width = sum(map(columns, indent))
    pieces = tuple(tuple(wrapped(rng, paragraph, setting, width)) for paragraph in paragraphs_of(articles))
    return Page(between.join(indent + after.join(lines) for lines in pieces), pieces)


def printed(paragraphs: Sequence[Sequence[str]], between: str) -> Page:
    """A page of lines as they were printed."""
    pieces = tuple(tuple(lines) for lines in paragraphs)
    return Page(between.join("\n".join(lines) for lines in pieces), pieces)


MAKERS: Mapping[str, Maker] = {
    "indented": partial(set_page, indent=INDENT),
    "spaced": partial(set_page, between="\n\n"),
    "flush": set_page,
    "ragged": partial(set_page, slack=SLACK),
    "double": partial(set_page, between="\n\n", after="\n\n"),
}
"""By row."""

PRINTED: Mapping[str, str] = {"lines spaced": "\n\n", "lines flush": "\n"}
"""What stands between the paragraphs of real lines, by row."""
