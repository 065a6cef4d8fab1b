"""What a stage made of a page (:mod:`benchmarks.page_makers`), counted. Blanks are not compared."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.page_makers import Page

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』〝〞＂", '"') | dict.fromkeys("‘’‚‛＇", "'"))
_BLANK = re.compile(r"\s+")


def fold(text: str) -> str:
    """What is compared: no blanks, one form of each character, one kind of quotation mark."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text.translate(_QUOTES)))


@dataclass(slots=True)
class Score:
    """Counts over pages.

    Attributes:
        whole: of the paragraphs, those that are a line of the output.
        wrong: lines of the output that neither an original nor a line of the page holds.
        breaks: between pieces of one paragraph.
        closed: of the breaks, those that lie within a line of the output.
        crossed: places in a line of the output where pieces meet that do not follow each other in a paragraph.
        wrong_lines, missed: examples, as they are shown.
    """

    pages: int = 0
    paragraphs: int = 0
    whole: int = 0
    lines: int = 0
    wrong: int = 0
    breaks: int = 0
    closed: int = 0
    crossed: int = 0
    wrong_lines: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, page: Page, output: str) -> None:
        """Count what was made of one more page."""
        originals = ["".join(pieces) for pieces in page.paragraphs]
        keys = [fold(original) for original in originals]
        out = {fold(line): line for line in output.split("\n") if not line.isspace()}
        found = Counter(filter(None, map(fold, output.split("\n"))))
        self.pages += 1
        self.paragraphs += len(keys)
        self.lines += found.total()
        self.whole += (Counter(keys) & found).total()
        self.missed += [original for original, key in zip(originals, keys, strict=True) if key not in found]
        held = "\n".join([*keys, *map(fold, page.others), *map(fold, page.text.split("\n"))])
        wrong = {line for line in found if line not in held}
        self.wrong += sum(found[line] for line in wrong)
        self.breaks += sum(len(pieces) - 1 for pieces in page.paragraphs)
        crossed = set(wrong)
        parts = Parts([*page.paragraphs, *((other,) for other in page.others)])
        for line in found.elements():
            read = parts.read(line)
            if read is None:  # a line that was cut, or characters that are no piece's
                self.crossed += line in wrong
                continue
            right = sum(parts.follow(one, other) for one, other in pairwise(read))
            self.closed += right
            if len(read) - 1 > right:
                self.crossed += len(read) - 1 - right
                crossed.add(line)
        self.wrong_lines += [out[line] for line in found if line in crossed]


class Parts:
    """Reads lines as pieces, one after the other, preferring the piece that follows the one before."""

    def __init__(self, paragraphs: Iterable[Sequence[str]]) -> None:
        self._pieces: list[str] = []
        self._paragraph: list[int] = []
        self._by_first: dict[str, list[int]] = {}
        self._cursor = -1
        for number, pieces in enumerate(paragraphs):
            for piece in filter(None, map(fold, pieces)):
                self._by_first.setdefault(piece[0], []).append(len(self._pieces))
                self._pieces.append(piece)
                self._paragraph.append(number)

    def follow(self, one: int, other: int) -> bool:
        """Whether a piece follows another in a paragraph."""
        return other == one + 1 and self._paragraph[one] == self._paragraph[other]

    def read(self, line: str) -> list[int] | None:
        """The numbers of the pieces that a folded line is made of; None if it is not made of pieces."""
        read = next(filter(None, (self._running(line, first) for first in self._starting(line, 0, self._cursor))), None)
        read = read or self._any(line)
        if read:
            self._cursor = read[-1]
        return read

    def _running(self, line: str, first: int) -> list[int] | None:
        """Pieces of one paragraph that follow each other from the first on, if they are the line."""
        last, end = first, len(self._pieces[first])
        while end < len(line):
            if last + 1 == len(self._pieces) or not self.follow(last, last + 1):
                return None
            last += 1
            if not line.startswith(self._pieces[last], end):
                return None
            end += len(self._pieces[last])
        return list(range(first, last + 1)) if end == len(line) else None

    def _any(self, line: str) -> list[int] | None:
        """Pieces in any order, if they are the line; no place of it is tried twice."""
        path: list[int] = []
        tried = [iter(self._starting(line, 0, self._cursor))]
        ends, dead = [0], {0}
        while tried:
            piece = next(tried[-1], None)
            if piece is None:
                tried.pop()
                ends.pop()
                if path:
                    path.pop()
                continue
            end = ends[-1] + len(self._pieces[piece])
            if end == len(line):
                return [*path, piece]
            if end not in dead:
                dead.add(end)
                path.append(piece)
                ends.append(end)
                tried.append(iter(self._starting(line, end, piece)))
        return None

    def _starting(self, line: str, at: int, last: int) -> list[int]:
        """The pieces that stand there, the nearest after the last one first."""
        found = [i for i in self._by_first.get(line[at], ()) if line.startswith(self._pieces[i], at)]
        return sorted(found, key=lambda i: (i <= last, i))
