"""Which copies fall, and which facts stay: a table over labelled pairs of paragraphs.

``python -m benchmarks.statements`` judges the pairs of ``tests/statements.py``; with files, those of their rows:
``{"kept": …, "other": …, "label": "reprint" or "fact", "kind": …}`` in JSON lines. A reprint counts where .8 of the
grams of both are shared, since others are not compared. ``--wrong`` prints the pairs that are judged wrong.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from tests.statements import Pair, pairs
from textclean.stages.duplicates import Duplicates
from textclean.stages.duplicates.folding import fold, unpunctuated
from textclean.stages.duplicates.same import Difference, difference
from textclean.stages.duplicates.whole import Whole

_STAGE = Duplicates()


class Judged(NamedTuple):
    """A pair, the share of grams that both have, and what was found to differ."""

    pair: Pair
    jaccard: float
    differs: Difference | None

    @property
    def is_right(self) -> bool:
        """Whether a reprint falls, or a fact stays."""
        return (self.differs is None) == self.pair.is_reprint

    @property
    def counts(self) -> bool:
        """Whether the stage would compare the two."""
        return self.jaccard >= _STAGE.threshold


def judged(of: Iterable[Pair]) -> Iterator[Judged]:
    """What the stage makes of pairs."""
    for pair in of:
        kept, other = fold([pair.kept, pair.other])
        yield Judged(pair, _jaccard(*unpunctuated([kept, other])), difference(Whole(kept), Whole(other)))


def _jaccard(one: str, other: str) -> float:
    left, right = ({text[at : at + _STAGE.n] for at in range(len(text) - _STAGE.n + 1)} for text in (one, other))
    return len(left & right) / max(1, len(left | right))


def read(path: Path) -> Iterator[Pair]:
    """The pairs of a file."""
    for line in path.read_bytes().splitlines():
        row = orjson.loads(line)
        yield Pair(row["kept"], row["other"], row["label"] == "reprint", row["kind"])


def table(found: Iterable[Judged]) -> list[str]:
    """A row for each label and kind: how many there are, and how many are judged right."""
    all_of, right = Counter[tuple[bool, str]](), Counter[tuple[bool, str]]()
    for one in found:
        if one.pair.is_reprint and not one.counts:
            continue
        for kind in (one.pair.kind, "all"):
            all_of[one.pair.is_reprint, kind] += 1
            right[one.pair.is_reprint, kind] += one.is_right
    rows = [
        f"| {'reprint' if is_reprint else 'fact'} | {kind} | {count} | {right[is_reprint, kind] / count:.3f} |"
        for (is_reprint, kind), count in sorted(
            all_of.items(), key=lambda row: (row[0][0], row[0][1] != "all", row[0][1])
        )
    ]
    return ["| label | kind | pairs | right |", "|---|---|---:|---:|", *rows]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print the pairs that are judged wrong, too")
    options = parser.parse_args()
    found = list(judged([pair for path in options.files for pair in read(path)] if options.files else pairs()))
    print("\n".join(table(found)))
    for one in found if options.wrong else ():
        if not one.is_right and (one.counts or not one.pair.is_reprint):
            print(f"{one.pair.kind}: {one.differs}\n  {one.pair.kept}\n  {one.pair.other}")


if __name__ == "__main__":
    main()
