"""Script: tells Traditional from Simplified text, and converts when asked to.

Which script a text is in is decided by the characters that only one script has. Text that mixes both is marked and
never converted. OpenCC converts, word by word; it is not even loaded for text that stays.
"""

import difflib
import re
from collections.abc import Sequence
from functools import cache
from itertools import compress, count
from operator import ne
from typing import Any, ClassVar, Literal

from textclean.document import Document, Findings, Mark, Paragraph, paragraphs
from textclean.language.expressions import lazy
from textclean.ledger import columns
from textclean.stage import Field, Stage
from textclean.stages.cuts import NOTHING
from textclean.stages.layout.breaks import HAN_CHARACTER
from textclean.stages.script.telling import (
    IN_NAMES,
    counts,
    curved_quotes,
    has_traditional,
    script_of,
    traditional_characters,
)

__all__ = ["Script"]

_QUOTATION = lazy("“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》|（[^（）\n]*）")
_EARNEST = 3
"""Characters that only one script has from which on a piece of text is in that script, and no slip or name."""

_WORD = 8
"""Characters of the longest words that OpenCC knows, but for a few proverbs; shorter lines are no wrapped text."""
_RAGGED = 2
"""Characters by which lines of one column differ: signs that may not begin or end a line, Latin letters."""

_ALIGNED = 2000
"""Characters up to which two texts of different lengths are compared piece by piece."""

_TO_TRADITIONAL = {"standard": "s2t", "taiwan": "s2tw", "hong-kong": "s2hk"}


class Script(Stage):
    """Mark Traditional and mixed text; convert to one script when asked to."""

    name: ClassVar[str] = "script"

    to: Literal["keep", "simplified", "traditional"] = Field(default="keep", description="the script to convert to")
    variant: Literal["standard", "taiwan", "hong-kong"] = Field(
        default="standard", description='whose Traditional characters to write, for `to = "traditional"`'
    )

    def findings(self, doc: Document) -> Findings:
        text = doc.text
        if self.to != "traditional" and not has_traditional(text):
            return NOTHING
        script = _script_of(text)
        edits: list[tuple[int, int, str]] = []
        marks: list[Mark] = []
        if script == "traditional" and self.to == "keep":
            marks.append(_mark(text, "traditional"))
        config = "" if self.to == "keep" else _config(text, self.to, self.variant)
        pure = self.to == "keep" and script == "traditional" and not counts(text)[1]
        lines = [] if pure else paragraphs(text)
        for number, line in enumerate(lines):
            own = _script_of(line.text, script)
            if own == "mixed":
                marks.append(_mark(line.text, "mixed-script", line.start))
            elif self.to == "keep" or own == self.to:
                continue
            elif own != "none" or (script != self.to and _has_only_others(line.text, self.to)):
                edits += _converted(line, _beside(lines, number), config)
        if script == "mixed" and not any(mark.kind == "mixed-script" for mark in marks):
            marks.append(_mark(text, "mixed-script"))
        starts, ends, news = zip(*edits, strict=True) if edits else ((), (), ())
        return Findings(columns(starts, ends, news, "script"), marks)


def _has_only_others(text: str, to: str) -> bool:
    """Whether a text that tells too little of its script has characters of the one that is not asked for alone.

    In a text of the script that is asked for they are names, or slips.
    """
    traditional, simplified = counts(text)
    return (simplified == 0 < traditional) if to == "simplified" else (traditional == 0 < simplified)


def _script_of(text: str, around: str = "") -> str:
    """The script of ``text``, which stands in a text in the script ``around``; ``none`` if too little tells.

    What a text quotes does not make it mixed, nor does a slip or a name.
    """
    traditional, simplified = counts(text)
    if script_of(traditional, simplified) == "mixed":
        traditional, simplified = counts(_QUOTATION.sub("", text))
    script = script_of(traditional, simplified)
    if script == "mixed" and simplified:
        named = sum(map(text.count, IN_NAMES))
        traditional -= min(named, traditional)
        script = script_of(traditional, simplified)
    if script == "mixed":
        return script if min(traditional, simplified) >= _EARNEST else around or "none"
    if script == "traditional" and around != script and traditional < _EARNEST and 5 * traditional < len(text):
        return "none"
    if script == "traditional" and around == "simplified" and traditional < _EARNEST:
        return "none"
    return script


def _mark(text: str, kind: str, start: int = 0) -> Mark:
    """A mark on the first run of Traditional characters of ``text``, which begins at ``start``."""
    traditional, simplified = counts(text)
    first = re.search(f"{traditional_characters().pattern}+", text)
    span = first.span() if first else (0, len(text))
    evidence = f"{traditional} characters that only Traditional text has, {simplified} that only Simplified text has"
    return Mark(start + span[0], start + span[1], kind, evidence=evidence)


def _config(text: str, to: str, variant: str) -> str:
    """OpenCC's configuration. Taiwan writes 著 where Hong Kong and the mainland write 着."""
    if to == "traditional":
        return _TO_TRADITIONAL[variant]
    return "tw2s" if "著" in text and "着" not in text else "t2s"


@cache
def _converter(config: str) -> Any:
    """OpenCC for ``config``: one a process, since loading costs far more than converting."""
    from opencc import OpenCC

    return OpenCC(config, include_tofu_risk_dictionaries=False)


def _beside(lines: Sequence[Paragraph], number: int) -> tuple[str, str]:
    """What stands before and after a line that was wrapped, as much of it as a word may have; empty at other breaks."""
    line = lines[number].text
    before = lines[number - 1].text if number else ""
    after = lines[number + 1].text if number + 1 < len(lines) else ""
    return (before[-_WORD:] if _runs_on(before, line) else "", after[:_WORD] if _runs_on(line, after) else "")


def _runs_on(line: str, following: str) -> bool:
    """Whether a word may go on in the next line: both sides are Han, and the line is no heading, which is shorter."""
    is_full = len(line) >= max(_WORD, len(following) - _RAGGED)
    return is_full and bool(HAN_CHARACTER.match(line[-1:]) and HAN_CHARACTER.match(following[:1]))


def _converted(line: Paragraph, beside: tuple[str, str], config: str) -> list[tuple[int, int, str]]:
    """The edits that convert ``line``; its corner quotes become curved ones where it becomes Simplified.

    OpenCC looks words up, so it is shown what stands ``beside`` the line: of the word 公布 that a break parts, each
    character alone becomes another than both together.
    """
    before, after = beside
    whole = str(_converter(config).convert(before + line.text + after))
    if len(whole) == len(before) + len(line.text) + len(after):
        new = whole[len(before) : len(whole) - len(after)]
    else:
        new = str(_converter(config).convert(line.text))
    if config in ("t2s", "tw2s"):
        curved = list(new)
        for at, quote in curved_quotes(new):
            curved[at] = quote
        new = "".join(curved)
    return [(line.start + start, line.start + end, piece) for start, end, piece in _differences(line.text, new)]


def _differences(old: str, new: str) -> list[tuple[int, int, str]]:
    """Pieces of ``old`` with what stands for them in ``new``, as small as can be told; touching pieces are one."""
    if len(old) == len(new):
        found: list[tuple[int, int, str]] = []
        start = end = -1
        for at in compress(count(), map(ne, old, new)):
            if at != end:
                if end > 0:
                    found.append((start, end, new[start:end]))
                start = at
            end = at + 1
        return [*found, (start, end, new[start:end])] if end > 0 else found
    if max(len(old), len(new)) > _ALIGNED:
        return [(0, len(old), new)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(a, b, new[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
