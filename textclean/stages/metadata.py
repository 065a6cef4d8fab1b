"""Metadata: dates, sources, bylines, counters, page widgets and site banners, lifted out of the text.

A line goes only if the whole of it is understood (:mod:`textclean.stages._fields`) and it stands where such lines
stand. A sentence that merely begins with a label stays.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textclean.stage import Document, Field, Findings, Stage
from textclean.stages._fields import BULLETS, LISTS, Found, candidates, read, split_names
from textclean.stages._lines import HAN, NOTHING, cut, is_body, is_title, numbered, stripped, whole_lines

_CELL = re.compile(r"[^。！？!?]{1,4}|\w?[\d/]+")
"""What stands in tables and lists, where such numbers are no page numbers."""
_QUESTION = re.compile("[记記]者[:：]")
_ROSTER = 20
"""A page with more bare names than this is a list of names."""
_FORM = re.compile(rf"[{HAN}]{{2,8}}\s?[:：]\s?\S")
_TAIL_CREDIT = re.compile(
    rf"(?<=[。！？!?”’」])[^\S\n]*[（(【\[]\s*(?:责任编辑|责编|值班编辑|本期编辑|责任校对)\s?[:：\s]\s?(?P<names>[{HAN}A-Za-z\s、·,，]{{1,20}})[）)】\]]\Z"
)
_TAIL_ENDS = frozenset("）)】]")


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
        True, description="take a name alone on a line between a title and its text for the author"
    )
    head: int = Field(6, ge=0, le=100, description="lines from the top in which a bare date is the date of publication")

    def findings(self, doc: Document) -> Findings:
        """The lines to cut and what they say."""
        text = doc.text
        lines = stripped(text)
        found = _settled(lines, self.head, self.bare_names)
        tails: list[int] = []
        if not _TAIL_ENDS.isdisjoint([line[-1] for line in lines]):
            tails = [i for i, line in enumerate(lines) if line[-1] in _TAIL_ENDS and i not in found]
        if not found and not tails:
            return NOTHING
        meta: dict[str, Any] = {}
        for one in found.values():
            _take(meta, one.meta)
        cuts = whole_lines(text, numbered(text, found), [one.reason for one in found.values()])
        for start, end, line in numbered(text, tails) if tails else ():
            tail = _TAIL_CREDIT.search(line, max(0, len(line) - 40))
            if tail:
                _take(meta, (("editor", split_names(tail["names"])),))
                cuts.append((start + tail.start(), end, "metadata"))
        if doc.meta:
            meta = {key: value for key, value in meta.items() if key not in doc.meta}
        return Findings(cut(sorted(cuts) if tails else cuts), meta=meta)


def _take(meta: dict[str, Any], pairs: Sequence[tuple[str, Any]]) -> None:
    for key, value in pairs:
        if key in LISTS:
            known = meta.setdefault(key, [])
            known.extend(one for one in value if one not in known)
        elif meta.get(key) is None:
            meta[key] = value


def _settled(lines: Sequence[str], head: int, bare_names: bool) -> dict[int, Found]:
    """What each line says, by its index, in order; judged again until no cut makes another line worth cutting."""
    maybe = {i: one for i, line in candidates(lines) if (one := read(line)) is not None}
    if not any(one.weak for one in maybe.values()):
        return maybe
    weak = Counter(one.weak for one in maybe.values())
    lists = {"name" if not bare_names or weak["name"] > _ROSTER else "", "date" if weak["date"] > 1 else ""} - {""}
    maybe = {i: one for i, one in maybe.items() if one.weak not in lists}
    found = {i: one for i, one in maybe.items() if not one.weak}
    rest = {i: one for i, one in maybe.items() if one.weak}
    while rest:
        kept = _Kept(lines, found)
        new = {i: one for i, one in rest.items() if _holds(i, one, kept, head)}
        if not new:
            break
        found |= new
        rest = {i: one for i, one in rest.items() if i not in new}
    return dict(sorted(found.items()))


class _Kept:
    """The lines that stay, and their neighbours."""

    def __init__(self, lines: Sequence[str], found: Mapping[int, Found]) -> None:
        self.lines = lines
        self.order = [i for i in range(len(lines)) if i not in found]
        self.place = {i: place for place, i in enumerate(self.order)}
        self.body = next((place for place, i in enumerate(self.order) if is_body(lines[i])), len(self.order))
        """How many kept lines stand above the first that reads as running text."""
        self.interview = sum(_QUESTION.match(lines[i]) is not None for i in self.order) > 1

    def at(self, i: int, step: int) -> str:
        """The kept line ``step`` lines after line ``i``; empty beyond the ends."""
        place = self.place[i] + step
        return self.lines[self.order[place]] if 0 <= place < len(self.order) else ""


def _holds(i: int, one: Found, kept: _Kept, head: int) -> bool:
    before, after = kept.at(i, -1), kept.at(i, 1)
    if one.reason == "banner":
        return kept.place[i] == 0 and after != ""
    place = kept.place[i]
    if one.weak in ("date", "outlet"):
        return (one.weak == "outlet" or place > 0) and place < min(head, kept.body) and after != ""
    if one.weak == "page":
        return not any(_CELL.fullmatch(line) for line in (before, after))
    if one.weak == "loose" and place > kept.body and is_body(after):
        return False
    if one.weak == "name":
        given = kept.lines[i].strip(BULLETS)
        if not is_title(before) or not is_body(after):
            return False
        return not any(given in line for j, line in enumerate(kept.lines) if j != i)
    return not kept.interview and not any(_FORM.match(line) and read(line) is None for line in (before, after))
