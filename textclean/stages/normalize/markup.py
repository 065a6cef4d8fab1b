"""Markup that is left in a text: HTML tags, comments, scripts and styles.

Cut is what can be nothing else: a tag with attributes, one of a pair, one whose name means nothing else; comments,
scripts and styles that are closed. What a text may speak of stays, and is marked, and so is what changes the meaning of
the text it stands at. Titles in angle brackets, addresses, inequalities, type parameters and elements of unknown names
are no tags.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import compress, pairwise
from typing import NamedTuple

from textclean.document import Mark
from textclean.language import markdown
from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.markdown import TABLE, Sign
from textclean.ledger import NO_EDITS, Edits, Span
from textclean.stages.normalize.characters import kept_entities
from textclean.stages.normalize.punctuation import BLANK
from textclean.stages.normalize.spoken import Spoken, within, words

_OPEN = lazy("<(?=[!/?A-Za-z])")
_TAG = lazy(
    r"""
    <(?P<closes>/?)
    (?P<name>[A-Za-z][A-Za-z0-9]{0,14}(?::[A-Za-z]{1,10})?)
    (?P<rest>(?:
        (?=[\s/])                                  # blanks or the stroke of <br/>, then
        (?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+          # attributes: the sign > may stand in quotes, < never
    )?)
    >
    """,
    re.VERBOSE,
)
_ATTRIBUTES = lazy(
    r"""
    (?:
        [\s/]++
      | [A-Za-z_:@][A-Za-z0-9_:.-]*+ \s*+=\s*+ (?:"[^"]*+" | '[^']*+' | [^\s"'<>]++)         # name and value
      | (?:nowrap|noshade|checked|selected|disabled|hidden|controls|autoplay|loop|muted|async|defer)
            (?![^\s/])                              # or a name that needs none
    )*+
    """,
    re.VERBOSE | re.I,
)
_DECLARATION = lazy(r"<!doctype\s[^<>]{0,300}>|<\?xml\s[^<>]{0,300}\?>", re.I)
_CLOSED = {name: lazy(rf"</{name}\s*+>", re.I) for name in ("script", "style")}
_CODE = {"script": lazy(r"[(){};=.:\[\]]|\A\s*\Z"), "style": lazy(r"\{[^{}]*\}|@import|\A\s*\Z")}
"""What the inside of a script or a style has."""
_SENTENCE = lazy(f"[{HAN}][^。！？\n]{{8,200}}[。！？]")
"""A comment that holds one may be a paragraph that somebody set aside."""
_XML = 10
"""A text with more than one pair of unknown names for so many tags is XML: pages have a few that a program left."""
_LONGEST_LIST_SIGN = 6
_EDGES = "\n\r"
_AFTER_SENTENCE = "。！？；：…”’」』）》.!?;:\"')>"
"""What a paragraph begins after, in the forms of all rules: a second run must see what the first one saw."""
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_SHIFTED = {"sup": _RAISED, "sub": _LOWERED}
_NUMBER = lazy(r"[+-]?[0-9]{1,4}[+-]?")


class _Piece(NamedTuple):
    """A tag, or what is cut whole: its span and name, ``!`` for a comment; the sort of its name; what else is known."""

    start: int
    end: int
    name: str
    sort: str
    closes: bool = False
    plain: bool = True
    """Without attributes."""
    doubt: bool = False


class Markup(NamedTuple):
    """What a text has of HTML.

    Attributes:
        cut: rows of what is cut: start, end, and what is written there.
        kept: spans of what stays.
    """

    cut: list[tuple[int, int, str]]
    kept: list[Span]


NOTHING = Markup([], [])


@cache
def _sorts() -> dict[str, str]:
    """Name of an element → its sort."""
    sorts = ("block", "cell", "inline", "letter", "word", "kept")
    return {name: sort for sort in sorts for name in words()[sort]}


def edits(text: str) -> Edits:
    """Edits that cut markup; none in the signs of Markdown, code and tables among them."""
    rows = markup(text, markdown.signs(text)).cut if "<" in text else []
    if not rows:
        return NO_EDITS
    starts, ends, news = zip(*rows, strict=True)
    return Edits(starts, ends, news, ("markup",) * len(starts))


def marks(text: str) -> Iterator[Mark]:
    """Marks on the signs of Markdown, with what the text reads without each, and on what is kept of HTML."""
    signs = markdown.signs(text)
    for start, end, what, plain in signs:
        yield Mark(start, end, "markup", plain, evidence=f"Markdown: {what}")
    inside = markdown.Inside(signs)
    for start, end in sorted([*markup(text, signs).kept, *kept_entities(text)]):
        if not inside(start):
            yield Mark(start, end, "markup", score=0.5, evidence="HTML, or what the text says of it")


def outside(rows: Edits, text: str, html: bool = True) -> Edits:
    """``rows`` without those that would change signs of Markdown or code; cells of tables are text.

    Args:
        rows: edits of ``text``.
        text: the text.
        html: whether they may not change what is kept of HTML, either.
    """
    if not rows:
        return rows
    signs = markdown.signs(text)
    spans = [sign[:2] for sign in signs if sign.what != TABLE]
    if html and "<" in text:
        spans = sorted([*spans, *markup(text, signs).kept])
    if not spans:
        return rows
    begins = [start for start, _ in spans]
    keep = [not _overlaps(spans, begins, *row) for row in zip(rows.starts, rows.ends, strict=True)]
    if all(keep):
        return rows
    starts, ends = tuple(compress(rows.starts, keep)), tuple(compress(rows.ends, keep))
    return Edits(starts, ends, tuple(compress(rows.news, keep)), tuple(compress(rows.reasons, keep)))


def _overlaps(spans: Sequence[Span], begins: Sequence[int], start: int, end: int) -> bool:
    i = bisect_right(begins, max(start, end - 1)) - 1
    return i >= 0 and start < spans[i][1]


def markup(text: str, signs: Sequence[Sign] = ()) -> Markup:
    """What ``text`` has of HTML, what stands in ``signs`` of Markdown left out."""
    if "<" not in text:
        return NOTHING
    pieces, is_xml = _pieces(text)
    if signs:
        spans = [sign[:2] for sign in signs]
        begins = [start for start, _ in spans]
        pieces = [piece for piece in pieces if not within(spans, begins, piece.start)]
    if not pieces:
        return NOTHING
    partner = _partners(pieces)
    spoken = _spoken_of(text, pieces, partner)
    cut: list[tuple[int, int, str]] = []
    kept: list[Span] = []
    done = -1
    for i, piece in enumerate(pieces):
        if i <= done:
            continue
        if i not in spoken and (shifted := _shifted(text, pieces, partner, i)) is not None:
            end, new = shifted
            cut.append((piece.start, end, new))
            done = partner[i]
        elif i not in spoken and not is_xml and _is_unmistakable(text, piece, i in partner):
            cut.append((piece.start, piece.end, ""))
        elif i in partner or not (_is_letter(piece) and _follows_letter(text, piece)):
            kept.append((piece.start, piece.end))
    return Markup(_parted(text, cut, {piece.start: piece.sort for piece in pieces}), kept)


def _pieces(text: str) -> tuple[list[_Piece], bool]:
    """All that could be markup, in order; and whether there are many pairs of unknown names, as in XML."""
    found: list[_Piece] = []
    opened: set[str] = set()
    unknown = 0
    endless: set[str] = set()
    at = 0
    while match := _OPEN.search(text, at):
        start = match.start()
        at = start + 1
        if text.startswith("<!--", start):
            end = -1 if "!" in endless else text.find("-->", start + 4)
            if end < 0:
                endless.add("!")
                found.append(_Piece(start, start + 4, "!", "comment", doubt=True))
                continue
            doubt = _SENTENCE.search(text, start + 4, end) is not None
            found.append(_Piece(start, end + 3, "!", "comment", doubt=doubt))
            at = end + 3
        elif declaration := _DECLARATION.match(text, start):
            at = declaration.end()
            found.append(_Piece(start, at, "!", "block"))
        elif tag := _TAG.match(text, start):
            if text[start - 1 : start] == "<" or text[tag.end() : tag.end() + 1] == ">":
                continue  # a title between doubled signs; and cutting it might make another tag
            name, rest = tag["name"].lower(), tag["rest"]
            plain = not rest.strip("/ \t\r\n")
            if not plain and not _ATTRIBUTES.fullmatch(rest):
                continue
            if name in _CLOSED and not tag["closes"]:
                close = None if name in endless else _CLOSED[name].search(text, tag.end())
                if close is None:
                    endless.add(name)
                    found.append(_Piece(start, tag.end(), name, "word", doubt=True))
                    continue
                doubt = not _CODE[name].search(text[tag.end() : close.start()])
                at = close.end()
                found.append(_Piece(start, at, name, "block", plain=plain, doubt=doubt))
                continue
            sort = _sorts().get(name, "")
            if sort:
                found.append(_Piece(start, tag.end(), name, sort, bool(tag["closes"]), plain))
                at = tag.end()
            elif name not in _CLOSED and ":" not in name:
                unknown += bool(tag["closes"]) and name in opened
                opened.add(name)
    return found, _XML * unknown > len(found)


def _partners(pieces: Sequence[_Piece]) -> dict[int, int]:
    """Opening and closing tags that belong together, by their places among the pieces, both ways."""
    found: dict[int, int] = {}
    opened: dict[str, list[int]] = {}
    for i, piece in enumerate(pieces):
        if piece.sort == "comment" or piece.doubt:
            continue
        if not piece.closes:
            opened.setdefault(piece.name, []).append(i)
        elif before := opened.get(piece.name):
            j = before.pop()
            found[i], found[j] = j, i
    return found


def _spoken_of(text: str, pieces: Sequence[_Piece], partner: dict[int, int]) -> set[int]:
    """The pieces that the text seems to speak of."""
    lines = Spoken(text, [(piece.start, piece.end) for piece in pieces])
    found = {
        i
        for i, piece in enumerate(pieces)
        if piece.doubt or lines.holds(piece.start, piece.end, piece.plain and piece.sort != "comment")
    }
    between = words()["between"]
    for i, (piece, following) in enumerate(pairwise(pieces)):
        apart = piece.closes and not following.closes  # two pairs, each with its text
        if piece.plain and following.plain and not apart and 0 < following.start - piece.end <= _LONGEST_LIST_SIGN:
            sign = text[piece.end : following.start].strip(BLANK)
            if sign and (sign in between or not sign.strip("、，,")):
                found.update((i, i + 1))
    found.update(partner[i] for i in list(found) if i in partner)
    return found


def _is_letter(piece: _Piece) -> bool:
    """Whether a piece may be a variable between two signs: ``x<p>y``."""
    return piece.plain and not piece.closes and len(piece.name) == 1 and piece.sort != "comment"


def _follows_letter(text: str, piece: _Piece) -> bool:
    before = text[piece.start - 1 : piece.start]
    return before.isascii() and before.isalnum()


def _is_unmistakable(text: str, piece: _Piece, paired: bool) -> bool:
    """Whether a piece that the text does not speak of can be nothing but markup."""
    if piece.sort == "kept":
        return False
    if piece.sort == "comment" or not piece.plain or paired:
        return True
    if piece.sort in ("letter", "word"):
        return piece.sort == "letter" and piece.closes
    if piece.name != "p" or piece.closes:
        return True
    before, after = _before_blanks(text, piece.start), _past_blanks(text, piece.end)
    return before == 0 or text[before - 1] in _EDGES + _AFTER_SENTENCE or after == len(text) or text[after] in _EDGES


def _shifted(text: str, pieces: Sequence[_Piece], partner: dict[int, int], i: int) -> tuple[int, str] | None:
    """Where a raised or lowered number that begins with piece ``i`` ends, and its characters; None if none does."""
    piece = pieces[i]
    j = partner.get(i, -1)
    if j != i + 1 or piece.name not in _SHIFTED:
        return None
    inside = text[piece.end : pieces[j].start]
    return (pieces[j].end, inside.translate(_SHIFTED[piece.name])) if _NUMBER.fullmatch(inside) else None


def _parted(text: str, cut: Sequence[tuple[int, int, str]], sorts: dict[int, str]) -> list[tuple[int, int, str]]:
    """The rows, the first of those beside one another with what parts the text around them.

    That is a line break for a block, a tab for a cell; nothing at the start or the end of a line.
    """
    rows: list[tuple[int, int, str]] = []
    i = 0
    while i < len(cut):
        begin = i
        end = cut[i][1]
        after = _past_blanks(text, end)
        i += 1
        while i < len(cut) and cut[i][0] == after:
            end = cut[i][1]
            after = _past_blanks(text, end)
            i += 1
        here = {sorts[start] for start, _, _ in cut[begin:i]}
        parts = "\n" if "block" in here else "\t" if "cell" in here else ""
        if parts:
            before = _before_blanks(text, cut[begin][0])
            if not before or text[before - 1] in _EDGES or after == len(text) or text[after] in _EDGES:
                parts = ""
        first, stop, new = cut[begin]
        rows.append((first, stop, parts + new))
        rows += cut[begin + 1 : i]
    return rows


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at


def _before_blanks(text: str, at: int) -> int:
    while at and text[at - 1] in BLANK:
        at -= 1
    return at
