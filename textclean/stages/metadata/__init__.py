"""Metadata: dates, sources, bylines, counters, page widgets and site banners, lifted out of the text.

A line goes only if the whole of it is understood (:mod:`textclean.stages.metadata.fields`) and it stands where such
lines stand. A sentence that merely begins with a label stays.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.lines import is_body, is_title, stripped
from textclean.stage import Document, Field, Findings, Stage
from textclean.stages.cuts import NOTHING, Cut, cut, whole_lines
from textclean.stages.metadata.fields import candidates, read
from textclean.stages.metadata.found import BULLETS, Found
from textclean.stages.metadata.labels import LISTS
from textclean.stages.metadata.people import split_names

_CELL = lazy(r"[^。！？!?]{1,4}|\w?[\d/]+")
"""What stands in tables and lists, where such numbers are no page numbers."""
_QUESTION = lazy("[记記]者[:：]")
_ROSTER = 20
"""A page with more bare names than this is a list of names."""
_FORM = lazy(rf"[{HAN}]{{2,8}}\s?[:：]\s?\S")
_TAIL_CREDIT = lazy(
    rf"""
    (?<=[。！？!?”’」])[^\S\n]*                                               # behind a whole sentence
    [（(【\[]\s*(?:责任编辑|责编|值班编辑|本期编辑|责任校对)\s?[:：\s]\s?
    (?P<names>[{HAN}A-Za-z\s、·,，]{{1,20}})[）)】\]]\Z
    """,
    re.VERBOSE,
)
"""（责任编辑：某某） at the end of a paragraph."""


class Metadata(Stage):
    """Lift dates, sources, bylines, counters and site banners out of the text.

    Keys written to ``meta`` (a key that the document already has is left alone):

    - ``published``, ``updated``: ISO 8601, ``2021-05-07T09:08:26``, ``2021-05-07T09:08`` or ``2021-05-07``,
      the time as the page has it;
    - ``source``, ``section``, ``site``: text;
    - ``author``, ``editor`` (checkers and supervisors too), ``credits`` (photographers), ``keywords``: lists of text;
    - ``reads``, ``comments``, ``likes``: a whole number, or null where the page left it empty.

    The first value on the page holds; lists grow. Edits have the reason ``metadata``, ``banner``, or
    ``page`` (page numbers, and the line above a page of a newspaper): these go before lines are joined across them.
    """

    name: ClassVar[str] = "metadata"
    bare_names: bool = Field(
        default=True, description="take a name alone on a line between a title and its text for the author"
    )
    head: int = Field(
        default=6, ge=0, le=100, description="lines from the top in which a bare date is the date of publication"
    )

    def findings(self, doc: Document) -> Findings:
        """The lines to cut and what they say."""
        text = doc.text
        picked, tails = candidates(text)
        said = {i: one for i, _, line, _ in picked if (one := read(line)) is not None}
        found = _settled(said, text, self.head, self.bare_names) if said else said
        meta: dict[str, Any] = {}
        for one in found.values():
            _take(meta, one.meta)
        cuts: list[Cut] = []
        if found:
            spans = [(start, start + len(line)) for i, start, line, _ in picked if i in found]
            cuts = whole_lines(text, spans, [one.reason for one in found.values()])
        credited = False
        for i, start, line, _ in tails:
            if i not in found and (tail := _TAIL_CREDIT.search(line, max(0, len(line) - 40))):
                _take(meta, (("editor", split_names(tail["names"])),))
                cuts.append((start + tail.start(), start + len(line), "metadata"))
                credited = True
        if not cuts:
            return NOTHING
        meta = {key: list(value) if key in LISTS else value for key, value in meta.items() if key not in doc.meta}
        return Findings(cut(sorted(cuts) if credited else cuts), meta=meta)


def _take(meta: dict[str, Any], pairs: Sequence[tuple[str, Any]]) -> None:
    """Adds ``pairs``; lists are the keys of a table as long as they grow."""
    for key, value in pairs:
        if key in LISTS:
            meta.setdefault(key, {}).update(dict.fromkeys(value))
        elif meta.get(key) is None:
            meta[key] = value


def _settled(maybe: Mapping[int, Found], text: str, head: int, bare_names: bool) -> Mapping[int, Found]:
    """What each line says, by its number, in order; judged again until no cut makes another line worth cutting."""
    if not any(one.weak for one in maybe.values()):
        return maybe
    lines = stripped(text)
    weak = Counter(one.weak for one in maybe.values())
    lists = {"name" if not bare_names or weak["name"] > _ROSTER else "", "date" if weak["date"] > 1 else ""} - {""}
    maybe = {i: one for i, one in maybe.items() if one.weak not in lists}
    found = {i: one for i, one in maybe.items() if not one.weak}
    weak_ones = {i: one for i, one in maybe.items() if one.weak}
    kept = _Kept(lines, found, head)
    asked = weak_ones
    while new := {i: one for i, one in asked.items() if _holds(i, one, kept)}:
        found |= new
        asked = {i: weak_ones[i] for i in kept.drop(new) if i in weak_ones and i not in found}
    return dict(sorted(found.items()))


class _Kept:
    """The lines that stay, their neighbours, and what of the page depends on them.

    Attributes:
        lines: all lines, by index.
        body: the first line that stays and reads as running text; how many lines there are, if none does.
        head: the first line that stays below the head of the page; as above.
        interview: whether the page is one.
    """

    def __init__(self, lines: Sequence[str], found: Mapping[int, Found], head: int) -> None:
        self.lines = lines
        order = [i for i in range(len(lines)) if i not in found]
        self._stays = [i not in found for i in range(len(lines))]
        self._after = dict(zip([-1, *order], [*order, len(lines)], strict=True))
        self._before = dict(zip([*order, len(lines)], [-1, *order], strict=True))
        self.head = order[head] if head < len(order) else len(lines)
        self.body = self._first_body(0)
        self._questions = sum(_QUESTION.match(lines[i]) is not None for i in order)
        self.interview = self._questions > 1

    def _first_body(self, start: int) -> int:
        places = range(start, len(self.lines))
        return next((i for i in places if self._stays[i] and is_body(self.lines[i])), len(self.lines))

    def before(self, i: int) -> str:
        """The line that stays before line ``i``; empty if there is none."""
        place = self._before[i]
        return self.lines[place] if place >= 0 else ""

    def after(self, i: int) -> str:
        """The line that stays after line ``i``; empty if there is none."""
        place = self._after[i]
        return self.lines[place] if place < len(self.lines) else ""

    def drop(self, gone: Iterable[int]) -> Iterable[int]:
        """Takes the lines ``gone`` out; the lines for which that may make a difference.

        These are few, and no line is told twice without need: so all rounds together look at a line but a few times.
        """
        told: set[int] = set()
        above = 0
        for i in gone:
            before, after = self._before[i], self._after[i]
            self._after[before], self._before[after] = after, before
            self._stays[i] = False
            told |= {before, after}
            above += i < self.head
            self._questions -= _QUESTION.match(self.lines[i]) is not None
        head, body = self.head, self.body
        while self.head < len(self.lines) and (above or not self._stays[self.head]):
            above -= self._stays[self.head]
            self.head += 1
        if body < len(self.lines) and not self._stays[body]:
            self.body = self._first_body(body)
        told.update(range(head, self.head), range(body, self.body))
        if self.interview and self._questions < 2:
            self.interview = False
            return range(len(self.lines))
        return told


def _holds(i: int, one: Found, kept: _Kept) -> bool:
    before, after = kept.before(i), kept.after(i)
    if one.reason == "banner":
        return before == "" and after != ""
    if one.weak in ("date", "outlet"):
        return (one.weak == "outlet" or before != "") and i < min(kept.head, kept.body) and after != ""
    if one.weak == "page":
        return not any(_CELL.fullmatch(line) for line in (before, after))
    if one.weak == "loose" and i > kept.body and is_body(after):
        return False
    if one.weak == "name":
        given = kept.lines[i].strip(BULLETS)
        if not is_title(before) or not is_body(after):
            return False
        return not any(given in line for j, line in enumerate(kept.lines) if j != i)
    return not kept.interview and not any(_FORM.match(line) and read(line) is None for line in (before, after))
