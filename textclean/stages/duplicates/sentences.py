"""Where sentences end in folded text: what is a heading, and what was cut out of a paragraph."""

import re

from textclean.stages.duplicates.whole import LOOK, Whole

STOPS = frozenset(".!?;…:")
BREAKS = frozenset(",、:;…")
CLOSERS = "\"')]》〉】"
LONGEST_HEADING = 40
_SENTENCE_END = re.compile(r"[;…]|\.(?![0-9A-Za-z])")
_QUOTES = "\"'"


def is_heading(text: str, longest: int = LONGEST_HEADING) -> bool:
    """Whether a folded line may be a heading or a caption: short, and no sentence ends in it or breaks off at its end.

    A question or an exclamation may be a heading; a line that ends in a comma is a broken paragraph.
    """
    if len(text) > longest or text[-1:] in BREAKS:
        return False
    return not _SENTENCE_END.search(text)


def ends_a_sentence(text: str, end: int | None = None) -> bool:
    """Whether a folded text, or what stands before ``end``, ends with a stop, closing quotes and brackets aside."""
    end = len(text) if end is None else end
    while end and text[end - 1] in CLOSERS:
        end -= 1
    return text[max(0, end - 1) : end] in STOPS


def is_cut_from(piece: str, whole: Whole) -> bool:
    """Whether ``piece`` begins or ends inside a sentence of ``whole``, which contains it: its head or tail was cut.

    What begins at a quotation mark is a quotation, not a cut.
    """
    at = whole.find(piece[:LOOK])
    if at > 0 and whole.text[at - 1] not in _QUOTES and not ends_a_sentence(whole.text, at):
        return True
    at = whole.rfind(piece[-LOOK:])
    return at >= 0 and at + LOOK < len(whole.text) and not ends_a_sentence(piece)
