"""Says, line by line of a clean document, what was done and why."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from textclean.document import Document, paragraphs
from textclean.ledger import Alignment, Edit, Span

_SHOWN = 60
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Change(NamedTuple):
    """An edit, and where in the clean text it can be seen."""

    place: int
    stage: str
    edit: Edit


def changes(doc: Document) -> list[Change]:
    """Every edit of every layer with its place in the clean text, in the order of places, then of layers."""
    later: list[Alignment] = []
    found: list[tuple[int, int, Change]] = []
    for depth in range(len(doc.layers) - 1, -1, -1):
        layer = doc.layers[depth]
        here = Alignment(layer.edits)
        for edit in layer.edits.rows():
            place = _place(here, later, edit)
            found.append((place, depth, Change(place, layer.stage, edit)))
        later.insert(0, here)
    return [change for _, _, change in sorted(found, key=lambda row: row[:2])]


class Marked(Protocol):
    """A mark as it is reported: a row of ``marks.jsonl``."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> Sequence[int] | None: ...
    @property
    def observed(self) -> str: ...
    @property
    def suggestion(self) -> str | None: ...
    @property
    def score(self) -> float: ...
    @property
    def evidence(self) -> str: ...


def explain(doc: Document, marks: Sequence[Marked], line: int | None = None) -> Iterator[str]:
    """Lines of a report on a document, or on one 1-based line of its clean text.

    Args:
        doc: the document, with its layers.
        marks: its marks.
        line: the line to explain; all lines that something happened to if None.
    """
    for told in _explained(doc, marks, line):
        yield _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", told)  # a text must not steer the terminal


def _explained(doc: Document, marks: Sequence[Marked], line: int | None) -> Iterator[str]:
    lines = paragraphs(doc.text)
    starts = [one.start for one in lines]
    by_line: dict[int, list[Change]] = {}
    for change in changes(doc):
        by_line.setdefault(bisect_right(starts, change.place) - 1, []).append(change)
    marks_of: dict[int, list[Marked]] = {}
    for mark in marks:
        if mark.text is not None:
            marks_of.setdefault(bisect_right(starts, mark.text[0]) - 1, []).append(mark)
    wanted = range(len(lines)) if line is None else [line - 1]
    source_lines = doc.source_lines(starts)
    for number in wanted:
        happened, flagged = by_line.get(number, []), marks_of.get(number, [])
        if line is None and not happened and not flagged:
            continue
        yield f"line {number + 1} (source line {source_lines[number]}): {_short(lines[number].text)}"
        yield from _told(happened)
        for mark in flagged:
            suggestion = "" if mark.suggestion is None else f" → {mark.suggestion}"
            seen = f"{_short(mark.observed)}{suggestion}"
            yield f"  mark {mark.kind}: {seen}  {mark.score:.2f}  {mark.evidence}"
        if line is not None and not happened and not flagged:
            yield "  nothing was changed"


def _told(happened: Sequence[Change]) -> Iterator[str]:
    small: Counter[tuple[str, str, str, str]] = Counter()
    for change in happened:
        edit = change.edit
        if edit.twin is not None:
            yield f"  {change.stage} cut ({edit.reason}, kept: {edit.twin}): {_short(edit.old)}"
        elif edit.moved is not None:
            yield f"  {change.stage} moved ({edit.reason}): {_short(edit.old or edit.new)}"
        elif len(edit.old) > _SHOWN // 3 or len(edit.new) > _SHOWN // 3:
            action = f"cut ({edit.reason}): {_short(edit.old)}"
            if edit.new:
                action = f"changed ({edit.reason}): {_short(edit.old)} → {_short(edit.new)}"
            yield f"  {change.stage} {action}"
        else:
            small[change.stage, edit.reason, edit.old, edit.new] += 1
    for (stage, reason, old, new), count in small.items():
        yield f"  {stage} {reason}: {old!r} → {new!r}" + (f"  ×{count}" if count > 1 else "")


def _place(here: Alignment, later: Sequence[Alignment], edit: Edit) -> int:
    """Where the start of an edit's new text stands on top of all later layers."""
    spans: list[Span] = here.forward(edit.start, edit.end)
    place = spans[0][0] if spans else here.forward(edit.start, edit.start)[0][0]
    for alignment in later:
        spans = alignment.forward(place, place + 1)
        place = spans[0][0] if spans else alignment.forward(place, place)[0][0]
    return place


def _short(text: str) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}…{text[-_SHOWN // 3 :]}"
