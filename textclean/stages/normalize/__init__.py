"""Normalize: one form for every character, full-width punctuation and no stray blanks in Chinese text.

Never NFKC, which makes ``，`` a comma and ``①`` a 1. Line ends become ``\\n``, lines stay lines: blank ones are
evidence for layout.
"""

import re
from bisect import bisect_left
from itertools import accumulate
from typing import ClassVar

from textclean.document import Document, Findings, Mark, trace
from textclean.language.expressions import lazy
from textclean.ledger import Edits
from textclean.stage import Field, Stage
from textclean.stages.normalize import characters, doubtful, markup, mojibake, spelled, typed
from textclean.stages.normalize.characters import MISREAD_BLANK
from textclean.stages.normalize.compose import applied, compose
from textclean.stages.normalize.mojibake import NOTHING, Misread
from textclean.stages.normalize.odd import PRIVATE
from textclean.stages.normalize.policies import edits_unless_odd, policy_edits

__all__ = ["Normalize"]

_PRIVATE = lazy(f"(?!{MISREAD_BLANK})[{PRIVATE}](?:(?!{MISREAD_BLANK})[{PRIVATE}])*")
_MOST_ROUNDS = 8
_NOTHING = Findings()


class Normalize(Stage):
    """Bring characters, punctuation and blanks into one form; mark what cannot be put right."""

    name: ClassVar[str] = "normalize"
    version: ClassVar[str] = "2"

    mojibake: bool = Field(
        default=True, description="put right text decoded with the wrong codec; what is lost of it is marked"
    )
    html: bool = Field(default=True, description="resolve HTML entities such as &nbsp; and &#x4e2d;")
    markup: bool = Field(
        default=True,
        description="cut HTML tags, comments, scripts and styles that are left in the text; keep code in Markdown",
    )
    newline: bool = Field(default=True, description="every kind of line end becomes a line feed")
    control: bool = Field(
        default=True, description="drop control and invisible characters and terminal sequences (joiners of emoji stay)"
    )
    width: bool = Field(default=True, description="full-width letters, digits, numbers and addresses become ASCII")
    radical: bool = Field(default=True, description="Kangxi and CJK radicals become the ideographs they look like")
    compatibility: bool = Field(
        default=True,
        description="compatibility ideographs, vertical and small signs, ligatures become the usual characters",
    )
    nfc: bool = Field(default=True, description="bring combining characters into normalization form C")
    punctuation: bool = Field(
        default=True, description="half-width , : ; ? ! ( ) . among Chinese become full-width; ... and --- too"
    )
    quotes: bool = Field(
        default=True, description="corner quotes 「」『』 of Simplified text, and straight ones, become “”‘’"
    )
    space: bool = Field(default=True, description="remove stray blanks, leave one space where it separates")
    marks: bool = Field(default=True, description="mark unrecoverable runs, private-use characters and bad bytes")

    def findings(self, doc: Document) -> Findings:
        rules = self.punctuation, self.quotes, self.space, self.newline
        edits = edits_unless_odd(doc.text, *rules)
        if edits is not None:
            return Findings(edits) if edits else _NOTHING
        misread = mojibake.repairs(doc.text) if self.mojibake else NOTHING
        edits, text = self._characters(doc.text, misread.edits)
        edits = compose(edits, self._in_prose(policy_edits(text, *rules), text), text)
        return Findings(edits, self._marks(doc, misread) if self.marks else ())

    def _in_prose(self, edits: Edits, text: str) -> Edits:
        """Of the ``edits`` of ``text`` those that change no markup."""
        return markup.outside(edits, text) if self.markup else edits

    def _characters(self, text: str, edits: Edits) -> tuple[Edits, str]:
        """``edits`` of what was misread, then those of the rules that look at single characters; the text they make."""
        text, before = applied(text, edits), 0
        rules = (self.width, self.radical, self.compatibility, self.control, self.newline)
        for number in range(_MOST_ROUNDS):
            if number:
                before = len(edits)
                if self.mojibake:
                    edits, text = _then(edits, mojibake.repairs(text).edits, text)
            if self.markup:
                edits, text = _then(edits, markup.edits(text), text)
            if self.html:
                found = characters.entities(text)
                edits, text = _then(edits, markup.outside(found, text, html=False) if self.markup else found, text)
            again = len(edits) > before  # what was resolved may leave more to resolve
            if self.control:
                edits, text = _then(edits, characters.sequences(text), text)
            if self.width:
                edits, text = _then(edits, characters.number_signs(text), text)
            fold = characters.fold(text, *rules)
            edits, text = _then(edits, fold, text)
            if self.nfc:
                edits, text = _then(edits, characters.compose_marks(text, self.compatibility), text)
            if not again and not (fold and self._has_more(text)):
                break
        if self.space:
            edits, text = _then(edits, self._in_prose(spelled.close(text), text), text)
        found = typed.edits(text, self.punctuation, self.quotes, self.space)
        return _then(edits, self._in_prose(found, text), text)

    def _has_more(self, text: str) -> bool:
        """Whether what was folded may have made something that other rules for characters act on."""
        if "&" in text or "<" in text or mojibake.is_suspect(text):
            return True
        return self.width and bool(characters.number_signs(text))

    def _marks(self, doc: Document, misread: Misread) -> list[Mark]:
        """Marks on the text as it came: later edits move them along. Of what was put right nothing else is said."""
        found = [
            Mark(start, end, "mojibake", evidence="part of a character that was misread, the rest of its bytes is lost")
            for start, end in misread.broken
        ]
        return [*found, *_apart(self._other_marks(doc), misread)] if misread.edits else self._other_marks(doc)

    def _other_marks(self, doc: Document) -> list[Mark]:
        found: list[Mark] = []
        runs = mojibake.lost(doc.text)
        bad = _bad_bytes(doc) if runs else frozenset()
        for run in runs:
            start, end = run.span()
            if run[0][0] == "\ufffd" and any(at in bad for at in range(start, end)):
                found.append(Mark(start, end, "suspect-bytes", evidence=f"{end - start} undecodable bytes"))
            else:
                found.append(Mark(start, end, "mojibake", evidence="the bytes were lost before the text came here"))
        for run in _PRIVATE.finditer(doc.text):
            codes = " ".join(f"U+{ord(char):04X}" for char in run[0][:4])
            found.append(Mark(*run.span(), "private-use", evidence=f"{codes}: no standard says what this is"))
        found += doubtful.marks(doc.text)
        if self.markup:
            found += markup.marks(doc.text)
        return found


def _apart(marks: list[Mark], misread: Misread) -> list[Mark]:
    """The marks that touch nothing of what was misread."""
    edits = misread.edits
    spans = sorted([*zip(edits.starts, edits.ends, strict=True), *misread.broken])
    starts, reach = [start for start, _ in spans], list(accumulate((end for _, end in spans), max))
    return [mark for mark in marks if not (i := bisect_left(starts, mark.end)) or reach[i - 1] <= mark.start]


def _then(edits: Edits, more: Edits, text: str) -> tuple[Edits, str]:
    """``edits`` followed by ``more`` on the ``text`` they made, and the text that both make."""
    if not more:
        return edits, text
    return compose(edits, more, text), applied(text, more)


def _bad_bytes(doc: Document) -> frozenset[int]:
    """Places in ``doc.text`` of the replacement characters that stand for bad bytes of the source."""
    if doc.source is None or not doc.source.patches:
        return frozenset()
    if not doc.layers:
        return frozenset(at for patch in doc.source.patches for at in range(patch.start, patch.end))
    bad = {at for patch in doc.source.patches for at in range(patch.start, patch.end)}
    places = [match.start() for match in re.finditer("\ufffd", doc.text)]
    sources = trace(doc.layers, [(at, at + 1) for at in places])
    return frozenset(at for at, pieces in zip(places, sources, strict=True) if any(start in bad for start, _ in pieces))
