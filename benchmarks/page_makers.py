"""Pages as scanners, PDF and extractors leave them, made from whole articles; and pages of real printed lines.

A maker takes a source of chance and articles (a headline, then paragraphs) and gives a :class:`Page`: its text, and the
pieces that each paragraph was broken into. The same chance makes the same page.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Literal, NamedTuple

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

FRAGMENT = 6
"""Characters that a piece of a broken paragraph has at least."""

_TAGGED = re.compile(r"([0-9A-Za-z]+(?:[.,-][0-9A-Za-z]+)*[%％]?)")

_ENDS = frozenset("。！？…”’!?")

NAMES = ("李青禾", "周远山", "陈小满", "吴听雨", "何 川", "欧阳明远")
CREDITS = (
    "（记者 {name} 摄）",
    "（{name}摄）",
    "本报记者 {name} 摄",
    "{name} 摄影报道",
    "图片由{name}提供",
    "资料图片",
)
LABELS = ("广告", "【广告】", "（广告）", "延伸阅读", "相关链接：", "点击查看更多", "分享到：", "扫一扫，关注我们")
PAGE_NUMBERS = ("- {n} -", "— {n} —", "{n}", "第{n}页", "第{n}版", "{n}/28", "（下转第{n}版）")
RUNNING_HEADS = ("河谷日报", "河谷日报 2021年6月{n}日 星期三", "要闻·第{n}版", "河谷日报 | 综合新闻", "HEGU DAILY {n}")


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

    @property
    def originals(self) -> list[str]:
        """The paragraphs."""
        return list(map("".join, self.paragraphs))


Maker = Callable[[Random, Sequence[Article]], Page]


Closing = Literal["hangs", "comes down", "begins a line"]
"""Where a sign that closes goes at the margin: beyond it; to the next line, with the character before it; or alone."""


class Setting(NamedTuple):
    """How a page is set.

    Attributes:
        width: columns of a line; a Han character takes two.
        closing: what becomes of signs that close where they would begin a line.
        slack: Han characters by which a line may fall short.
        words: Latin words and numbers are not cut.
        ambiguous: columns of characters that are wide in some fonts only, such as quotation marks.
    """

    width: int
    closing: Closing
    slack: int = 0
    words: bool = False
    ambiguous: int = 2


def columns(text: str, ambiguous: int = 2) -> int:
    """How many columns a text takes."""
    widths = {"W": 2, "F": 2, "A": ambiguous}
    return sum(widths.get(unicodedata.east_asian_width(character), 1) for character in text)


def wrapped(rng: Random, paragraph: str, setting: Setting, indent: int = 0) -> Iterator[str]:
    """The lines of a paragraph, with the blanks at their ends; the first is shorter by the columns of an indent."""
    at, room = 0, setting.width - indent
    while at < len(paragraph):
        end = _end_of_line(paragraph, at, room - 2 * rng.randint(0, setting.slack), setting)
        while end < len(paragraph) and paragraph[end].isspace():
            end += 1
        yield paragraph[at:end]
        at, room = end, setting.width


def _end_of_line(text: str, start: int, room: int, setting: Setting) -> int:
    end = start
    while end < len(text) and (room := room - columns(text[end], setting.ambiguous)) >= 0:
        end += 1
    end = max(end, start + 1)
    if end == len(text):
        return end
    if setting.words and (whole := _before_word(text, end)) > start:
        end = whole
    if text[end] not in CLOSERS or setting.closing == "begins a line":
        return end
    if setting.closing == "comes down":
        earlier = end - 1
        while earlier > start and text[earlier] in CLOSERS:
            earlier -= 1
        if earlier > start:
            return earlier
    while end < len(text) and text[end] in CLOSERS:
        end += 1
    return end


def _before_word(text: str, end: int) -> int:
    """Where the word begins that a cut would part."""
    while end > 0 and all(character.isascii() and not character.isspace() for character in text[end - 1 : end + 1]):
        end -= 1
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
    setting = Setting(2 * rng.randint(NARROWEST, WIDEST), rng.choice(("hangs", "comes down")), slack)
    pieces = tuple(tuple(wrapped(rng, paragraph, setting, columns(indent))) for paragraph in paragraphs_of(articles))
    return Page(between.join(indent + after.join(map(str.rstrip, lines)) for lines in pieces), pieces)


def headed(rng: Random, articles: Sequence[Article]) -> Page:
    """Paragraphs indented, headlines not, in half of the pages with a blank line above and below them."""
    setting = Setting(2 * rng.randint(NARROWEST, WIDEST), rng.choice(("hangs", "comes down")))
    around = rng.choice(("", "\n"))
    pieces: list[tuple[str, ...]] = []
    blocks: list[str] = []
    for article in articles:
        for number, paragraph in enumerate(paragraphs_of([article])):
            indent = INDENT if number else ""
            pieces.append(tuple(wrapped(rng, paragraph, setting, columns(indent))))
            block = indent + "\n".join(map(str.rstrip, pieces[-1]))
            blocks.append(block if number else f"{around if blocks else ''}{block}{around}")
    return Page("\n".join(blocks), tuple(pieces))


def printed(paragraphs: Sequence[Sequence[str]], between: str) -> Page:
    """A page of lines as they were printed."""
    pieces = tuple(tuple(lines) for lines in paragraphs)
    return Page(between.join("\n".join(lines) for lines in pieces), pieces)


def terminal(rng: Random, articles: Sequence[Article]) -> Page:
    """What a text browser prints: 70 to 84 columns, maybe a margin, blank lines between paragraphs."""
    setting = Setting(
        rng.randint(70, 84),
        rng.choice(("hangs", "comes down", "begins a line")),
        words=rng.random() < 0.5,
        ambiguous=rng.randint(1, 2),
    )
    margin = rng.choice(("", "   "))
    pieces = tuple(tuple(wrapped(rng, paragraph, setting)) for paragraph in paragraphs_of(articles))
    return Page("\n\n".join(margin + f"\n{margin}".join(map(str.rstrip, lines)) for lines in pieces), pieces)


def break_of(rng: Random, paragraph: str) -> int:
    """A place inside a paragraph, 0 if there is none: not after a sentence, nor before a sign that closes.

    There no reader could tell, or a page would not break.
    """
    places = [
        at
        for at in range(FRAGMENT, len(paragraph) - FRAGMENT + 1)
        if paragraph[at - 1] not in _ENDS and paragraph[at] not in CLOSERS and not paragraph[at].isspace()
    ]
    return rng.choice(places) if places else 0


def _broken(rng: Random, paragraphs: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Some paragraphs in two pieces, as many as are wanted and can be broken."""
    places = [break_of(rng, paragraph) for paragraph in paragraphs]
    able = [number for number, place in enumerate(places) if place]
    chosen = set(rng.sample(able, min(most, len(able))))
    return [
        (paragraph[:place], paragraph[place:]) if number in chosen else (paragraph,)
        for number, (paragraph, place) in enumerate(zip(paragraphs, places, strict=True))
    ]


def interrupted(rng: Random, articles: Sequence[Article]) -> Page:
    """One to three paragraphs of a page broken by a credit, a label, a page number or a running head."""
    pieces = _broken(rng, list(paragraphs_of(articles)), rng.randint(1, 3))
    between = rng.choice(("\n", "\n\n"))
    head, number = rng.choice(RUNNING_HEADS).format(n=rng.randint(1, 28)), rng.randint(1, 28)
    others: list[str] = []
    lines: list[str] = []
    if rng.random() < 0.5:
        others.append(head)
        lines.append(head)
    for first, *rest in pieces:
        lines.append(first)
        for piece in rest:
            kind = rng.choice((CREDITS, LABELS, PAGE_NUMBERS, (head,)))
            other = rng.choice(kind).format(name=rng.choice(NAMES), n=number)
            pages_meet = kind not in (CREDITS, LABELS)  # where a form feed may stand
            others.append(other)
            lines += [other, ("\f" if pages_meet and rng.random() < 0.5 else "") + piece]
    return Page(between.join(line.rstrip(" \u3000") for line in lines), tuple(pieces), tuple(others))


def moved(rng: Random, articles: Sequence[Article]) -> Page:
    """A third of the paragraphs broken, half of their tails elsewhere, some interleaved, some pieces repeated."""
    paragraphs = list(paragraphs_of(articles))
    pieces = _broken(rng, paragraphs, round(len(paragraphs) / 3))
    lines: list[str] = []
    loose: list[str] = []
    late: list[str] = []
    for first, *rest in pieces:
        lines += [first, *late]
        late = []
        for tail in rest:
            if rng.random() < 0.5:
                loose.append(tail)
            elif rng.random() < 0.3:
                late = [tail]  # after the next head
            else:
                lines.append(tail)
    lines += late
    repeated = [piece for paragraph in pieces if len(paragraph) > 1 for piece in paragraph if rng.random() < 0.1]
    for piece in [*loose, *repeated]:
        lines.insert(rng.randint(0, len(lines)), piece)
    return Page("\n".join(map(str.rstrip, lines)), tuple(pieces))


def glued(rng: Random, articles: Sequence[Article]) -> Page:
    """The paragraphs of an article in one line, an indent between them, below its headline."""
    lines: list[str] = []
    for headline, *paragraphs in (list(paragraphs_of([article])) for article in articles):
        lines += [headline, rng.choice(("", INDENT)) + INDENT.join(paragraphs)]
    return Page("\n".join(lines), unbroken(rng, articles).paragraphs)


def inline(rng: Random, articles: Sequence[Article]) -> Page:
    """Paragraphs that were wrapped in the source of a web page: a blank stands where a line ended."""
    setting = Setting(2 * rng.randint(NARROWEST, WIDEST), "begins a line", words=rng.random() < 0.5)
    pieces = tuple(tuple(wrapped(rng, paragraph, setting)) for paragraph in paragraphs_of(articles))
    return Page("\n".join(" ".join(map(str.rstrip, lines)) for lines in pieces), pieces)


def tagged(rng: Random, articles: Sequence[Article]) -> Page:
    """Some numbers and Latin words on lines of their own, as where they were bold or links; blank lines between."""
    pieces = tuple(_at_tags(rng, paragraph) for paragraph in paragraphs_of(articles))
    return Page("\n\n".join("\n".join(map(str.strip, lines)) for lines in pieces), pieces)


def _at_tags(rng: Random, paragraph: str) -> tuple[str, ...]:
    pieces = [""]
    for piece in filter(None, _TAGGED.split(paragraph)):
        alone = _TAGGED.fullmatch(piece) and rng.random() < 0.5
        if alone and pieces[-1].strip():
            pieces.append(piece)
        else:
            pieces[-1] += piece
        if alone:
            pieces.append("")
    if len(pieces) > 1 and not pieces[-1].strip():
        last = pieces.pop()
        pieces[-1] += last
    return tuple(pieces)


def unbroken(rng: Random, articles: Sequence[Article]) -> Page:
    """Articles as they were edited, a blank line between them in half of the pages; none came glued."""
    articles = [article for article in articles if not any("\u3000\u3000" in text for text in paragraphs_of([article]))]
    between = rng.choice(("\n", "\n\n"))
    text = between.join("\n".join(paragraphs_of([article])) for article in articles)
    return Page(text, tuple((paragraph,) for paragraph in paragraphs_of(articles)))


MAKERS: Mapping[str, Maker] = {
    "indented": partial(set_page, indent=INDENT),
    "spaced": partial(set_page, between="\n\n"),
    "flush": set_page,
    "ragged": partial(set_page, slack=SLACK),
    "double": partial(set_page, between="\n\n", after="\n\n"),
    "headed": headed,
    "terminal": terminal,
    "interrupted": interrupted,
    "moved": moved,
    "glued": glued,
    "inline": inline,
    "tagged": tagged,
    "edited": unbroken,
}
"""By row."""

PRINTED: Mapping[str, str] = {"lines spaced": "\n\n", "lines flush": "\n"}
"""What stands between the paragraphs of real lines, by row."""
