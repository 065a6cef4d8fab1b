"""Hard-wrapped pages: lines that end at a margin, and the way in which the page says where a paragraph ends.

A page is looked at as it was printed: how far each line is set in, how wide it is, how many blank lines stand before
it. What convention the page follows decides most breaks; a full line that ends with a stop is decided by what the
language says, or left alone.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from textclean.language.expressions import lazy
from textclean.language.lines import ENUMERATED, closed, display_width
from textclean.stage import Document
from textclean.stages.layout.breaks import NO_OPENING, PAUSE, SENTENCE
from textclean.stages.layout.doubtful import Join, Piece
from textclean.stages.layout.joins import Evidence

WRAPPED: Final = 2
"""Lines that break off at the margin, of a page that is hard-wrapped and says where paragraphs end; any other needs one
more."""
_NARROWEST: Final = 12
"""Columns of the narrowest page: six ideographs. Narrower ones are set in columns of single words."""
_SHARE: Final = 0.5
"""The share of lines that break off among those that another line follows: of running text that is wrapped at 8 to 40
ideographs four in five do, of verse and lists of headings fewer, or at no margin."""
_NEAR_MARGIN: Final = 8
"""Columns that a line may fall short of the margin, on a page that is ragged."""
_AT_MARGIN: Final = 0.6
"""The share of lines that break off which must do so at the margin; the others are headings."""
_STEP: Final = 2
"""Columns by which lines of one block differ, where the margin is not one for the page."""
_INDENTS: Final = 2, 12
"""Columns by which the first line of a paragraph is set in."""
_RUNNING: Final = -1.5
"""The evidence, in nats, that half of the breaks have at least; of lists and tables it is lower."""
_SOUND: Final = 0.75
"""The share of lines that must keep a convention: lines before an indent or a gap end a paragraph, others are full."""
_STRAY: Final = 0.05
"""The share of lines up to which they are strays."""
_PAUSED: Final = 0.1
"""The share of lines that break off which must have a pause inside: of prose in columns of eight, half have one."""
_SAMPLE: Final = 16
"""Breaks of which the language is asked: half of them decide, and more would not change that."""
_MARGIN: Final = 0.95
"""Of the lines that break off, the width that so many do not go beyond is the margin: a few hang over it."""
_HANGING: Final = 4
"""Columns that a line may go beyond the margin: a closing quote and a stop."""
_BEYOND: Final = 0.1
"""The share of lines that may go further; then the margin is not one for the page."""
_LONE_RETURN = lazy(r"\r(?!\n)")
_FIELD = lazy(r"[^\s，。：:]{1,6}[：:]")
_TOKEN = lazy(r"[A-Za-z0-9][A-Za-z0-9.,:%/_-]*|.")
_PAUSES: Final = frozenset("，。、；：！？,;:!?”’」』》〉）)】〕]")


class _Needed(NamedTuple):
    """The evidence in nats that a full line needs to go on in the next one where the page says nothing else.

    Attributes:
        heading: if it may be a heading, without a pause.
        paused: if it may be a heading, with a pause.
        stop: if a sentence ends with it.
    """

    heading: float
    paused: float
    stop: float


_SURE: Final = _Needed(0.5, -3.5, 4.0)
_EAGER: Final = _Needed(-1.0, -2.0, -0.5)
"""Set on pages of the half of the held-out news that no figure is reported on."""


class Row(NamedTuple):
    """A line as it was printed.

    Attributes:
        indent: columns before its first character; an ideograph has two.
        width: columns up to its last character, the indent among them.
        gap: blank lines before it.
    """

    indent: int
    width: int
    gap: int


class Page(NamedTuple):
    """A page that is hard-wrapped.

    Attributes:
        margin: columns of a full line.
        short: columns that a line falls short by if it ends a paragraph.
        indented: columns from which a line begins a paragraph; 0 where indents say nothing.
        spaced: blank lines from which a paragraph ends; 0 where they say nothing.
        stepped: whether the margin is another one beside pictures and insets, so that neighbours tell it.
    """

    margin: int
    short: int
    indented: int
    spaced: int
    stepped: bool


def rows_of(doc: Document, pieces: Sequence[Piece]) -> list[Row]:
    """The lines of a document as they were printed in its source, before any stage changed them."""
    source = doc.original() if doc.layers else doc.text
    starts = [piece.start for piece in pieces]
    if _LONE_RETURN.search(source):  # the ledger counts line feeds; indents are gone here, gaps are not
        source, numbers = doc.text, Document(doc.id, doc.text).source_lines(starts)
    else:
        numbers = doc.source_lines(starts)
    lines = source.split("\n")
    rows: list[Row] = []
    before = 0
    for number in numbers:
        raw = lines[number - 1].rstrip()
        text = raw.lstrip()
        indent = display_width(raw[: len(raw) - len(text)].expandtabs(4))
        gap = sum(not line.strip() for line in lines[before : number - 1]) if rows else 0
        rows.append(Row(indent, indent + display_width(text), gap))
        before = number
    return rows


def page_of(pieces: Sequence[Piece], rows: Sequence[Row], evidence: Evidence) -> Page | None:
    """What a hard-wrapped page is like; None for any other."""
    usual, base = _smallest([row.gap for row in rows[1:]]), _smallest([row.indent for row in rows])
    inner = [i for i in range(len(rows) - 1) if rows[i + 1].gap <= usual and rows[i + 1].indent < base + _INDENTS[0]]
    broken = [i for i in inner if _breaks_off(pieces[i].text, pieces[i + 1].text)]
    if len(broken) < WRAPPED or len(broken) < _SHARE * len(inner):
        return None
    widths = sorted(rows[i].width for i in broken)
    margin = widths[int(_MARGIN * (len(widths) - 1))]
    short_of = [margin - rows[i].width for i in broken]
    if margin < _NARROWEST:
        return None
    at_margin = sum(by <= _NEAR_MARGIN for by in short_of)
    beyond = sum(row.width > margin + _HANGING for row in rows)
    stepped = at_margin < _AT_MARGIN * len(broken) or beyond > _BEYOND * len(rows)
    if stepped and sum(_is_of_block(rows, i) for i in broken) < _AT_MARGIN * len(broken):
        return None
    if sum(PAUSE.search(pieces[i].text) is not None for i in broken) < _PAUSED * len(broken):  # verse, names
        return None
    sample = broken[:: max(1, len(broken) // _SAMPLE)][:_SAMPLE]
    told = sorted(evidence([(pieces[i].text, pieces[i + 1].text) for i in sample]))
    if told[len(told) // 2] < _RUNNING:
        return None
    near = sorted(by for by in short_of if by <= _NEAR_MARGIN)
    short = max(2, near[int(_MARGIN * (len(near) - 1))]) + 1 if not stepped else _STEP + 1
    page = Page(margin, short, 0, 0, stepped)
    full = [_is_full(rows, i, page, pieces[i + 1].text if i + 1 < len(pieces) else "") for i in range(len(rows))]
    page = page._replace(indented=_indent(pieces, rows, base, full), spaced=_gap(pieces, rows, usual, full))
    return page if page.indented or page.spaced or len(broken) > WRAPPED else None


def joins_of_page(
    pieces: Sequence[Piece], rows: Sequence[Row], page: Page, evidence: Evidence, *, eager: bool
) -> list[Join]:
    """The breaks of a hard-wrapped page that its convention closes, and what the language says where it does not."""
    joins: list[Join] = []
    least = _EAGER if eager else _SURE
    begun = True  # no sentence of the paragraph has ended yet, so that it may be a heading
    paused = False
    for i in range(len(pieces) - 1):
        begun = begun and not closed(pieces[i].text) and SENTENCE.search(pieces[i].text) is None
        paused = paused or PAUSE.search(pieces[i].text) is not None
        found = _goes_on(pieces, rows, page, i)
        if found is None:
            found = _evidence(pieces, i, evidence) >= least.stop
        elif found and begun and not (page.indented or page.spaced):
            found = _evidence(pieces, i, evidence) >= (least.paused if paused else least.heading)
        if found:
            joins.append(Join(i))
        else:
            begun, paused = True, False
    return joins


def _evidence(pieces: Sequence[Piece], i: int, evidence: Evidence) -> float:
    """What the language says for a join of a line and the next, in nats."""
    return evidence([(pieces[i].text, pieces[i + 1].text)])[0]


def _goes_on(pieces: Sequence[Piece], rows: Sequence[Row], page: Page, i: int) -> bool | None:
    """Whether the paragraph goes on in the line after ``i``; None if the page does not say so."""
    tail, head = pieces[i].text, pieces[i + 1].text
    below = rows[i + 1]
    if page.spaced and below.gap >= page.spaced:
        return False
    if page.indented and below.indent >= page.indented:
        return False
    if head[0] in NO_OPENING:
        return True
    if not _is_full(rows, i, page, head):
        return False
    if page.indented:
        return True
    if ENUMERATED.match(head) and closed(tail):
        return False
    if page.spaced:
        return True
    return None if closed(tail) else True


def _is_full(rows: Sequence[Row], i: int, page: Page, head: str) -> bool:
    """Whether a line goes to the margin, or so near that the first word of the next one had no room."""
    margin = page.margin
    if page.stepped:
        if _is_of_block(rows, i):
            return True
        margin = rows[i - 1].width if i else margin
    room = margin - rows[i].width
    if room < page.short:
        return True
    found = _TOKEN.match(head)
    return found is not None and room < display_width(found[0])


def _is_of_block(rows: Sequence[Row], i: int) -> bool:
    """Whether a line is as wide as the one before it or the one after it."""
    return any(abs(rows[i].width - row.width) <= _STEP for row in (*rows[max(0, i - 1) : i], *rows[i + 1 : i + 2]))


def _breaks_off(tail: str, head: str) -> bool:
    """Whether a line ends in the middle of a clause, and the next one is no item of a list and no field of a form."""
    return tail[-1] not in _PAUSES and not closed(tail) and not ENUMERATED.match(head) and not _FIELD.match(head)


def _indent(pieces: Sequence[Piece], rows: Sequence[Row], base: int, full: Sequence[bool]) -> int:
    """The columns from which a line begins a paragraph; 0 if the page does not say so by indents."""
    least, most = _INDENTS
    there = [i for i in range(1, len(rows)) if least <= rows[i].indent - base <= most]
    others = [i for i in range(1, len(rows)) if rows[i].indent - base < least]
    if not there or not others:
        return 0
    ends = sum(closed(pieces[i - 1].text) or not full[i - 1] for i in there)
    after_full = sum(full[i - 1] for i in others)
    return base + least if ends >= _SOUND * len(there) and after_full >= _SOUND * len(others) else 0


def _gap(pieces: Sequence[Piece], rows: Sequence[Row], usual: int, full: Sequence[bool]) -> int:
    """The blank lines from which a paragraph ends; 0 if the page does not say so by them."""
    wider = [i for i in range(1, len(rows)) if rows[i].gap > usual]
    if not wider:
        return 0
    ends = sum(closed(pieces[i - 1].text) or not full[i - 1] for i in wider)
    return usual + 1 if ends >= _SOUND * len(wider) else 0


def _smallest(values: Sequence[int]) -> int:
    """The smallest value that more than a stray line has: the indent of the page itself, the gap between its lines."""
    return min((value for value, count in Counter(values).items() if count >= max(2, _STRAY * len(values))), default=0)
