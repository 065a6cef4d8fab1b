"""Cuts of whole lines, for the stages that take lines out."""

from collections.abc import Sequence

from textclean.ledger import Span
from textclean.stage import NO_EDITS, Edits, Findings

NOTHING = Findings()
"""What a stage found in a document that stays as it is."""

Cut = tuple[int, int, str]
"""Where a cut starts and ends, and its reason."""


def whole_lines(text: str, lines: Sequence[Span], reasons: Sequence[str]) -> list[Cut]:
    """The cuts that take out ``lines``, each for its reason, so that no empty line is left where they stood.

    Of each line it is given where its first character that is not white space stands, and where its last one ends, in
    the order of ``text``. Every line goes with the line break after it; where the last line of the text goes, the break
    before the first of the cut lines at the end goes instead.
    """
    cuts: list[Cut] = []
    for (first, last), reason in zip(lines, reasons, strict=True):
        start = text.rfind("\n", 0, first) + 1
        stop = text.find("\n", last) + 1 or len(text)
        cuts.append((start, stop, reason))
    if cuts and cuts[-1][1] == len(text) and not text.endswith("\n"):
        i = len(cuts) - 1
        while i and cuts[i - 1][1] == cuts[i][0]:
            i -= 1
        cuts[i] = (max(0, cuts[i][0] - 1), *cuts[i][1:])
    return cuts


def cut(cuts: Sequence[Cut]) -> Edits:
    """``cuts``, which come in the order of the text, as columns."""
    if not cuts:
        return NO_EDITS
    starts, ends, reasons = zip(*cuts, strict=True)
    return Edits(starts, ends, ("",) * len(cuts), reasons)
