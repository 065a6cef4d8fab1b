"""What the duplicates stage says of a paragraph because of those that earlier runs kept."""

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.index.model import Earlier, Index, Paragraphs
from textclean.index.texts import best, compare
from textclean.minhash import KEPT, KINDS
from textclean.minhash.contained import intact
from textclean.minhash.twins import CONTAINED, EXACT, NEAR
from textclean.stages.duplicates.same import difference
from textclean.stages.duplicates.sentences import is_cut_from
from textclean.stages.duplicates.whole import Whole

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

_AT_ONCE = 1024
_UNVERIFIED = "unverified"


class Verdict(NamedTuple):
    """What is said of a paragraph.

    Attributes:
        reason: why it falls, or what it is marked as (:func:`is_mark`).
        twin: the one that stays, ``id#line``.
        differs: of a template what it says otherwise.
    """

    reason: str
    twin: str
    differs: str = ""


Placed = tuple[int, int, Verdict]
"""A verdict, with the start and the end of the paragraph that it is on."""


class Said(NamedTuple):
    """Verdicts by row: of rows that fall, and of rows that get a mark."""

    cuts: dict[int, Verdict]
    marks: dict[int, Verdict]

    def renumbered(self, rows: NDArray[np.int64]) -> "Said":
        """The same of ``rows[0]``, ``rows[1]`` …"""
        return Said(*({int(rows[at]): said for at, said in part.items()} for part in self))


def is_mark(reason: str) -> bool:
    """Whether a verdict with this reason is a mark, and nothing is cut."""
    return reason == "template" or reason.startswith(_UNVERIFIED)


def after_earlier(options: "Duplicates", index: Index, own: Paragraphs, ids: Collection[str]) -> Said:
    """What follows for the rows of ``own`` from the index; entries of the documents ``ids`` are not looked at."""
    found = index.earlier(own, np.arange(len(own.length)), ids, options.threshold, options.containment)
    if not index.parameters.texts:
        return Said({}, _unverified(options, found))
    compared = compare(index, found, own)
    near = ~compared.equal & (compared.jaccard >= options.threshold)
    inside = ~compared.equal & compared.pieces(options.containment)
    templates: dict[int, tuple[float, int, str]] = {}
    pairs = np.flatnonzero(near | inside).tolist()
    known: dict[int, Whole] = {}
    for lo in range(0, len(pairs), _AT_ONCE):
        part = pairs[lo : lo + _AT_ONCE]
        entries = compared.entry[part].tolist()
        known = {entry: known[entry] for entry in entries if entry in known}  # a long one may be in many pairs
        new = sorted({*entries} - known.keys())
        known |= zip(new, map(Whole, index.read(found.number[new].tolist())), strict=True)
        for i, entry, text in zip(part, entries, own.read(compared.row[part].tolist()), strict=True):
            whole, row = known[entry], int(compared.row[i])
            other = difference(whole, Whole(text)) if options.numbers == "different" else None
            for true, score in ((near, compared.jaccard[i]), (inside, compared.inside[i])) if other else ():
                if true[i]:
                    found_here = -float(score), int(compared.entry[i]), str(other)
                    templates[row] = min(templates.get(row, found_here), found_here)
                    true[i] = False
            inside[i] = inside[i] and is_cut_from(text, whole)
    twins = best(found, compared, len(own.length), near, inside)
    cuts = {}
    for row in np.flatnonzero(twins.kind != KEPT).tolist():
        kind = KINDS[twins.kind[row]]
        reason = kind if kind == "exact" else f"{kind} {twins.similarity[row]:.2f}"
        cuts[row] = Verdict(reason, twins.name[row] or "")
    marks = {row: Verdict("template", found.name[at], differs) for row, (_, at, differs) in templates.items()}
    return Said(cuts, {row: mark for row, mark in marks.items() if row not in cuts})


def _unverified(options: "Duplicates", found: Earlier) -> dict[int, Verdict]:
    """Marks on rows that have a twin as far as can be told without its text."""
    enough = {EXACT: 1.0, NEAR: options.threshold}
    if options.containment is not None:
        enough[CONTAINED] = intact(options.containment, options.n)
    said: dict[int, Verdict] = {}
    order = np.lexsort((found.entry, -found.estimate, found.kind))
    for i in order.tolist():
        row, kind = int(found.row[i]), int(found.kind[i])
        if row not in said and found.estimate[i] >= enough[kind]:
            said[row] = Verdict(f"{_UNVERIFIED} {KINDS[kind]} {found.estimate[i]:.2f}", found.name[found.entry[i]])
    return said
