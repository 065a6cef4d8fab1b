"""Normalize: one form for every character, full-width punctuation and no stray blanks in Chinese text.

Never NFKC, which makes ``，`` a comma and ``①`` a 1. Line ends become ``\\n``, lines stay lines: blank ones are
evidence for layout.
"""

import re
from functools import cache
from typing import ClassVar

from textclean.document import Document, Findings, Mark
from textclean.ledger import Edits
from textclean.stage import Field, Stage
from textclean.stages._scripts import CORNERS, counts, curved_quotes, script_of
from textclean.stages.normalize import characters, mojibake, punctuation, spaces
from textclean.stages.normalize.compose import applied, compose, in_order

__all__ = ["Normalize"]

_PRIVATE = re.compile("[\ue000-\uf8ff][\ue000-\uf8ff]*")
_CORNER = re.compile(f"[{CORNERS}]")
_MOST_ROUNDS = 8


class Normalize(Stage):
    """Bring characters, punctuation and blanks into one form; mark what cannot be put right."""

    name: ClassVar[str] = "normalize"

    mojibake: bool = Field(True, description="put right text decoded with the wrong codec, where nothing was lost")
    html: bool = Field(True, description="resolve HTML entities such as &nbsp; and &#x4e2d;")
    newline: bool = Field(True, description="every kind of line end becomes a line feed")
    control: bool = Field(True, description="drop control, zero-width and direction characters (joiners of emoji stay)")
    width: bool = Field(True, description="full-width letters and digits become ASCII")
    radical: bool = Field(True, description="Kangxi and CJK radicals become the ideographs they look like")
    compatibility: bool = Field(True, description="CJK compatibility ideographs become unified ones")
    nfc: bool = Field(True, description="bring combining characters into normalization form C")
    punctuation: bool = Field(True, description="half-width , : ; ? ! ( ) and final . among Chinese become full-width")
    quotes: bool = Field(True, description="corner quotes 「」『』 of Simplified text become “”‘’")
    space: bool = Field(True, description="remove stray blanks, leave one space where it separates")
    marks: bool = Field(True, description="mark unrecoverable runs, private-use characters and bad bytes")

    def findings(self, doc: Document) -> Findings:
        odd = _odd().search(doc.text) is not None
        edits, text = self._characters(doc.text, odd)
        policy = self._policies(text, odd or bool(edits))
        return Findings(compose(edits, policy, text), self._marks(doc, odd) if self.marks else ())

    def _characters(self, text: str, odd: bool) -> tuple[Edits, str]:
        """Edits of the rules that look at single characters, and the text they make.

        ``odd``: whether ``text`` holds any character that one of the rules could act on by itself.
        """
        edits = Edits()
        for _ in range(_MOST_ROUNDS):
            again = len(edits)
            if self.mojibake:
                edits, text = _then(edits, mojibake.repairs(text, odd), text)
            if self.html:
                edits, text = _then(edits, characters.entities(text), text)
            again = len(edits) > again  # what was resolved may need the other rules, and they may leave more to resolve
            odd = odd or again
            rules = (self.width, self.radical, self.compatibility, self.control, self.newline)
            fold = characters.fold(text, *rules) if odd else Edits()
            edits, text = _then(edits, fold, text)
            if self.nfc:
                edits, text = _then(edits, characters.compose_marks(text, self.compatibility), text)
            if not again and not (fold and "&" in text):
                break
        return edits, text

    def _policies(self, text: str, odd: bool) -> Edits:
        """Edits of the rules that look at neighbours: width, quotes (if ``text`` is ``odd``), blanks."""
        starts = punctuation.widened(text) if self.punctuation else []
        news = list(map(punctuation.WIDE.__getitem__, map(text.__getitem__, starts)))
        if odd and self.quotes and _CORNER.search(text) and script_of(*counts(text)) == "simplified":
            curved = curved_quotes(text)
            starts += [at for at, _ in curved]
            news += [new for _, new in curved]
        ends = [at + 1 for at in starts]
        reasons = ["width"] * len(starts)
        if self.space:
            found = spaces.blanks(text, dict(zip(starts, news, strict=True)))
            starts += [start for start, _, _ in found]
            ends += [end for _, end, _ in found]
            news += [new for _, _, new in found]
            reasons += ["space"] * len(found)
        return in_order(starts, ends, news, reasons)

    def _marks(self, doc: Document, odd: bool) -> list[Mark]:
        """Marks on the text as it came: later edits move them along."""
        found: list[Mark] = []
        bad = _bad_bytes(doc)
        for run in mojibake.lost(doc.text):
            start, end = run.span()
            if run[0][0] == "\ufffd" and any(at in bad for at in range(start, end)):
                found.append(Mark(start, end, "suspect-bytes", evidence=f"{end - start} undecodable bytes"))
            else:
                found.append(Mark(start, end, "mojibake", evidence="the bytes were lost before the text came here"))
        for run in _PRIVATE.finditer(doc.text) if odd else ():
            codes = " ".join(f"U+{ord(char):04X}" for char in run[0][:4])
            found.append(Mark(*run.span(), "private-use", evidence=f"{codes}: no standard says what this is"))
        return found


@cache
def _odd() -> re.Pattern[str]:
    """Any character that makes text worth a closer look: one scan that spares clean text all others."""
    table = characters.folds(width=True, radical=True, compatibility=True, control=True, newline=True)
    return re.compile(f"[{re.escape(''.join(table))}{CORNERS}{mojibake.SIGNS}\ue000-\uf8ff]")


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
    return frozenset(at for at in places if any(start in bad for start, _ in doc.sources(at, at + 1)))
