"""Layout: blank lines, and lines that were broken in the middle of a sentence.

A wrong join is worse than none. A line is joined to the next one only where the break itself is proof (an open quote,
a sign that cannot begin a line, the same characters on both sides), where the page is hard-wrapped, or where the
characters around the break follow each other as in running text (:mod:`textclean.language.joins`) and no other line of
the page fits better.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import ClassVar, Literal

from pydantic import field_validator

from textclean.language import markdown
from textclean.language.expressions import lazy
from textclean.language.joins import WINDOW
from textclean.language.lines import ENDS, closed, visible
from textclean.language.looks import FIRST, LAST, Look, Picked, blank_lines
from textclean.stage import NO_EDITS, Document, EditBuilder, Edits, Field, Findings, Mark, Stage, columns
from textclean.stages.cuts import NOTHING
from textclean.stages.layout.breaks import (
    HAN_CHARACTER,
    NO_OPENING,
    PAUSE,
    SENTENCE,
    breaks_off,
    closes_above,
    goes_on,
    is_proof,
    may_break_off,
    needs_space,
    parts_a_number,
    parts_a_word,
    parts_an_address,
)
from textclean.stages.layout.doubtful import Join, Piece, likely
from textclean.stages.layout.joins import Evidence
from textclean.stages.layout.page import WRAPPED, joins_of_page, page_of, rows_of
from textclean.stages.layout.tagged import joins_of_tagged

_LONE_SHARE = lazy(r"\d[\d.]*[%％‰]、")
_LINE = lazy(r"\S.*")
_ROUNDS = 16
"""How often a page is looked at, for a join may lead to another: news that was broken anywhere takes up to five looks,
a page made for it as many as it has lines."""


class Layout(Stage):
    """One paragraph a line: drop blank lines, join broken lines, mark the fragments that are left.

    Edits have the reasons ``blank``, ``join`` and ``overlap`` (characters at a break that stood on both sides). Marks:
    ``fragment`` for a line that ends in the middle of a sentence, ``orphan`` for one that begins there.

    Source of the evidence for a join: the gain in log-probability over reading both sides apart, as the language
    data has it, less how well the second line opens a paragraph, and what else of the page reads alike. It must beat
    that of every other line near by that may go before the second or after the first.
    """

    name: ClassVar[str] = "layout"
    join: Literal["off", "sure", "eager"] = Field(
        default="sure",
        description="lines that were broken are joined: sure, where hardly one join in a thousand is wrong; eager, also"
        " after a sentence that ends with a full line of a page without indents or blank lines",
    )
    gain: float = Field(
        default=1.0,
        ge=-10,
        le=20,
        description="evidence in nats that a doubtful join needs; more joins less, and less wrongly",
    )
    marks: bool = Field(default=True, description="mark fragments and orphans that could not be joined")

    @field_validator("join", mode="before")
    @classmethod
    def _yes_or_no(cls, value: object) -> object:
        """``true`` and ``false``, which the option had before."""
        return {True: "sure", False: "off"}.get(value, value) if isinstance(value, bool) else value

    def findings(self, doc: Document) -> Findings:
        """Blank lines to cut, breaks to close, fragments to mark."""
        text = doc.text
        lines, picked = _look()(text)
        if not lines:
            return Findings(columns([0], [len(text)], [""], "blank")) if text else NOTHING
        glued: dict[int, tuple[int, int]] = {}
        marks: list[Mark] = []
        if picked and _may_be_broken(text, lines, picked):
            pieces = [Piece(start, end, line, len(line), len(line)) for start, end, line in visible(text)]
            evidence = Evidence()
            written = markdown.Lines(text) if markdown.may_be(text) else None
            ragged = _ragged(pieces, written)
            for turn in range(_ROUNDS * (self.join != "off")):
                joins = [] if turn else self._wrapped(doc, pieces, ragged, evidence)
                joins = joins or (joins_of_tagged(doc, pieces, evidence) if turn < 2 else [])
                joins = joins or self._joins(pieces, ragged, evidence)
                if written:
                    joins = [
                        join for join in joins if not written.apart(pieces[join.at].start, pieces[join.at + 1].start)
                    ]
                if not joins:
                    break
                pieces = _merged(pieces, joins, glued)
                ragged = _ragged(pieces, written)
            marks = _loose_ends(pieces, ragged, written) if self.marks else []
        if not glued and text.count("\n") + 1 == lines:
            return Findings(NO_EDITS, marks) if marks else NOTHING
        return Findings(_spacing(text, glued), marks)

    def _wrapped(self, doc: Document, pieces: Sequence[Piece], ragged: Sequence[int], evidence: Evidence) -> list[Join]:
        """The breaks to close of a page that is hard-wrapped."""
        if len(ragged) < WRAPPED:
            return []
        rows = rows_of(doc, pieces)
        page = page_of(pieces, rows, evidence)
        return joins_of_page(pieces, rows, page, evidence, eager=self.join == "eager") if page else []

    def _joins(self, pieces: Sequence[Piece], ragged: Sequence[int], evidence: Evidence) -> list[Join]:
        """The breaks to close: what is proof by itself, then what the language says and nothing on the page denies."""
        from textclean.language.ngrams import attract

        joins = [Join(i - 1) for i in range(1, len(pieces)) if closes_above(pieces[i - 1].text, pieces[i].text)]
        certain = {join.at for join in joins}
        loose: list[int] = []
        doubtful: list[int] = []
        for i in ragged:
            if i in certain:
                continue
            tail = pieces[i].text
            if i + 1 < len(pieces) and parts_an_address(tail, pieces[i + 1].text):
                joins.append(Join(i))
                continue
            running = breaks_off(tail, i == 0)
            if running:
                loose.append(i)
            if i + 1 == len(pieces):
                continue
            head = pieces[i + 1].text
            if not (goes_on(head) or parts_a_number(tail, head)):
                continue
            if breaks_off(tail, False) and (overlap := _long_overlap(tail, head, pieces[i + 1].first)):
                joins.append(Join(i, overlap))
            elif (
                running
                or (PAUSE.search(tail) and is_proof(tail, head))
                or (may_break_off(tail) and attract(tail[-1], head[0]))
            ):
                doubtful.append(i)
        if doubtful:
            joins += likely(pieces, doubtful, loose, self.gain, evidence)
        return joins


@cache
def _look() -> Look:
    """For lines that may begin in the middle of a sentence, and for those that may end there."""
    digits = filter(str.isdigit, map(chr, range(1 << 16)))
    return Look(first="".join({*NO_OPENING, *digits}), unless_last="".join(ENDS))


def _may_be_broken(text: str, lines: int, picked: Sequence[Picked]) -> bool:
    """Whether a line may begin or end in the middle of a sentence: a cheap look that most documents end with.

    Of the ``lines`` of the text it is given those that :func:`_look` picks.
    """
    ragged: list[Picked] = []
    for one in picked:
        _, _, line, why = one
        if why & FIRST and (line[0] in NO_OPENING or line[0].isdigit()):
            return True
        if why & LAST and not closed(line):
            if breaks_off(line, False):
                return True
            ragged.append(one)
    if len(ragged) >= WRAPPED:
        return True
    breaks = [(line, _after(text, start + len(line))) for i, start, line, _ in ragged if i + 1 < lines]
    if not breaks:
        return False
    from textclean.language.ngrams import attract

    return any(
        (attract(tail[-1], head[0]) and may_break_off(tail) and goes_on(head))
        or (head[0].isascii() and (parts_an_address(tail, head) or parts_a_word(tail, head)))
        for tail, head in breaks
    )


def _after(text: str, at: int) -> str:
    """The next line of ``text`` from the end of a line on."""
    found = _LINE.search(text, at)
    assert found is not None  # as the caller counted
    return found[0].rstrip()


def _ragged(pieces: Sequence[Piece], written: markdown.Lines | None) -> list[int]:
    """The lines that do not end as a sentence ends; in Markdown no headings, rows of tables or code."""
    ragged = [i for i, piece in enumerate(pieces) if not closed(piece.text)]
    return [i for i in ragged if not written.alone(pieces[i].start)] if written else ragged


def _long_overlap(tail: str, head: str, limit: int) -> int:
    """Three characters or more that end ``tail`` and begin ``head`` too; 0 if there are none."""
    for size in range(min(12, len(tail), len(head) - 1, limit), 2, -1):
        if (
            tail.endswith(head[:size])
            and len(HAN_CHARACTER.findall(head[:size])) >= 3
            and head[size : size + 1] != "地"
        ):
            return size
    return 0


def _merged(pieces: Sequence[Piece], joins: Sequence[Join], glued: dict[int, tuple[int, int]]) -> list[Piece]:
    """The pieces after ``joins``; ``glued`` learns, by the end of each tail, where its rest begins and the overlap."""
    overlaps = dict(joins)
    out: list[Piece] = []
    parts: list[str] = []
    for i, piece in enumerate(pieces):
        if i - 1 in overlaps:
            overlap = overlaps[i - 1]
            glued[pieces[i - 1].end] = (piece.start, overlap)
            parts.append(" " * needs_space(pieces[i - 1].text, piece.text) + piece.text[overlap:])
            out[-1] = out[-1]._replace(end=piece.end, last=piece.last)
        else:
            parts = [piece.text]
            out.append(piece)
        if i not in overlaps and len(parts) > 1:
            out[-1] = out[-1]._replace(text="".join(parts))
    return out


def _spacing(text: str, glued: Mapping[int, tuple[int, int]]) -> Edits:
    """Edits for everything between the lines: one line break, or none where two lines are joined."""
    starts, ends = blank_lines(text)
    if "`" in text:  # blank lines of code are its own
        written = markdown.Lines(text)
        rows = [row for row in zip(starts, ends, strict=True) if not written.in_code(row[0])]
        starts, ends = tuple(start for start, _ in rows), tuple(end for _, end in rows)
    if not glued:
        return columns(starts, ends, ("",) * len(starts), "blank")
    closed_up = {text.find("\n", tail) + 1 for tail in glued}
    spans = [(start, stop) for start, stop in zip(starts, ends, strict=True) if start not in closed_up]
    edits = EditBuilder()
    for start, stop in spans:
        edits.cut(start, stop, "blank")
    for tail, (head, overlap) in glued.items():
        edits.replace(
            tail, head, " " * needs_space(text[max(0, tail - WINDOW) : tail], text[head : head + WINDOW]), "join"
        )
        if overlap:
            edits.cut(head, head + overlap, "overlap")
    return edits.build()


def _loose_ends(pieces: Sequence[Piece], ragged: Sequence[int], written: markdown.Lines | None) -> list[Mark]:
    """Marks for lines that surely begin or end in the middle of a sentence."""
    marks: list[Mark] = []
    for piece in pieces[1:]:
        text = piece.text
        if written and written.alone(piece.start):
            continue
        if len(text) > 1 and (text[0] in NO_OPENING or (text[0].isdigit() and _LONE_SHARE.match(text))):
            stop = PAUSE.search(text, 1)
            end = piece.start + (stop.start() if stop else min(len(text), piece.first))
            marks.append(Mark(piece.start, end, "orphan", score=0.8, evidence="begins in the middle of a sentence"))
    for i in ragged:
        piece = pieces[i]
        if _is_fragment(piece.text, i == 0):
            stops = [found.end() for found in PAUSE.finditer(piece.text, 0, len(piece.text) - 1)]
            size = min(len(piece.text) - (stops[-1] if stops else 0), piece.last, 20)
            marks.append(
                Mark(piece.end - size, piece.end, "fragment", score=0.8, evidence="ends in the middle of a sentence")
            )
    return marks


def _is_fragment(line: str, first: bool) -> bool:
    """Whether ``line`` is surely cut off: running text, then a clause without an end."""
    if not breaks_off(line, first) or not (HAN_CHARACTER.match(line[-1]) or line[-1] in "，、,"):
        return False
    tail = SENTENCE.split(line)[-1]
    if re.search(r"\s", tail) or len(tail) < 5:
        return False
    return tail != line or line[-1] in "，、," or (len(line) >= 30 and len(PAUSE.findall(line)) >= 2)
