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
from textclean.stages.duplicates.facts import is_cut_from, same_fact
from textclean.stages.duplicates.whole import Whole

if TYPE_CHECKING:
    from textclean.stages.duplicates import Duplicates

_AT_ONCE = 1024
_UNVERIFIED = "unverified"


class Said(NamedTuple):
    """Reason and twin by row: of rows that fall, and of rows that get a mark."""

    cuts: dict[int, tuple[str, str]]
    marks: dict[int, tuple[str, str]]

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
    templates: dict[int, tuple[float, int]] = {}
    pairs = np.flatnonzero(near | inside).tolist()
    known: dict[int, Whole] = {}
    for lo in range(0, len(pairs), _AT_ONCE):
        part = pairs[lo : lo + _AT_ONCE]
        entries = compared.entry[part].tolist()
        known = {entry: known[entry] for entry in entries if entry in known}  # a long one may be in many pairs
        new = sorted({*entries} - known.keys())
        known |= zip(new, map(Whole, index.read(found.number[new].tolist())), strict=True)
        for i, entry, text in zip(part, entries, own.read(compared.row[part].tolist()), strict=True):
            whole = known[entry]
            for true, score, piece in ((near, compared.jaccard[i], False), (inside, compared.inside[i], True)):
                if true[i] and options.numbers == "different" and not same_fact(whole, text, piece=piece, apart=True):
                    row = int(compared.row[i])
                    templates[row] = min(templates.get(row, (0.0, 0)), (-float(score), int(compared.entry[i])))
                    true[i] = False
            inside[i] = inside[i] and is_cut_from(text, whole)
    twins = best(found, compared, len(own.length), near, inside)
    cuts = {}
    for row in np.flatnonzero(twins.kind != KEPT).tolist():
        kind = KINDS[twins.kind[row]]
        reason = kind if kind == "exact" else f"{kind} {twins.similarity[row]:.2f}"
        cuts[row] = (reason, twins.name[row] or "")
    return Said(cuts, {row: ("template", found.name[at]) for row, (_, at) in templates.items() if row not in cuts})


def _unverified(options: "Duplicates", found: Earlier) -> dict[int, tuple[str, str]]:
    """Marks on rows that have a twin as far as can be told without its text."""
    enough = {EXACT: 1.0, NEAR: options.threshold}
    if options.containment is not None:
        enough[CONTAINED] = intact(options.containment, options.n)
    said: dict[int, tuple[str, str]] = {}
    order = np.lexsort((found.entry, -found.estimate, found.kind))
    for i in order.tolist():
        row, kind = int(found.row[i]), int(found.kind[i])
        if row not in said and found.estimate[i] >= enough[kind]:
            said[row] = (f"{_UNVERIFIED} {KINDS[kind]} {found.estimate[i]:.2f}", found.name[found.entry[i]])
    return said
