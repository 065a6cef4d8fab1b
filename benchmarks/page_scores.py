"""What a stage made of a page (:mod:`benchmarks.page_makers`), counted."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from benchmarks.page_makers import Page

_SAME = str.maketrans(
    dict.fromkeys("“”„‟«»「」『』〝〞＂", '"') | dict.fromkeys("‘’‚‛＇", "'") | {"○": "〇"},
)
_BLANK = re.compile(r"\s+")


def fold(text: str) -> str:
    """What is compared: no blanks, one form of each character, one kind of quotation mark."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text.translate(_SAME)))


def blanks(line: str) -> frozenset[int]:
    """Before which characters of the folded line blanks stand."""
    return frozenset(accumulate(len(fold(piece)) for piece in line.split()[:-1]))


@dataclass(slots=True)
class Score:
    """Counts over pages.

    Attributes:
        whole: of the paragraphs, those that are a line of the output.
        wrong: lines of the output that neither an original nor a line of the page holds.
        breaks: between pieces of one paragraph.
        closed: of the breaks, those that lie within a line of the output.
        astray: places in a line of the output where pieces meet that do not follow each other in a paragraph.
        errors: paragraphs that were joined, split, changed or cut though nothing was broken; a moved one counts twice.
        wrong_lines, missed: examples, as they are shown.
    """

    pages: int = 0
    paragraphs: int = 0
    whole: int = 0
    wrong: int = 0
    breaks: int = 0
    closed: int = 0
    astray: int = 0
    errors: int | None = None
    wrong_lines: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, page: Page, output: str) -> None:
        """Count what was made of one more page; blanks are not compared."""
        shown = _shown(output)
        found = Counter(_folded(output))
        wrong = self._count_lines(page, output)
        self._count_whole(page, found, [*map(fold, page.originals)])
        given = frozenset(_folded(page.text))
        parts = Parts([*page.paragraphs, *((other,) for other in page.others)])
        joined: set[tuple[int, int]] = set()  # a repeated piece closes a break no second time
        for line in found.elements():
            read = None if line in given else parts.read(line)
            pairs = list(pairwise(read)) if read else []
            right = [pair for pair in pairs if parts.follow(*pair)]
            joined.update(right)
            # what is wrong, but not made of whole pieces, is astray at one place at least
            astray = len(pairs) - len(right) or (line in wrong)
            self.astray += astray
            if astray and line not in wrong:
                self.wrong_lines.append(shown[line])
        self.breaks += sum(len(pieces) - 1 for pieces in page.paragraphs)
        self.closed += len(joined)

    def add_unbroken(self, page: Page, output: str) -> None:
        """Count what was done to a page that needed nothing."""
        out = list(_folded(output))
        self._count_lines(page, output)
        originals = [*map(fold, page.originals)]
        self._count_whole(page, Counter(out), originals)
        errors = self.errors or 0
        for what, start, end, begin, stop in SequenceMatcher(None, originals, out, autojunk=False).get_opcodes():
            were, are = end - start, stop - begin
            if what != "equal":
                errors += max(were, are) - (what == "replace" and were != are)
        self.errors = errors

    def add_blanks(self, page: Page, output: str, reference: str) -> None:
        """Count the blanks that are left where a line of a source ended: breaks are such blanks.

        Args:
            reference: what is made of the unbroken page: blanks of it that are gone are astray.
        """
        self._count_lines(page, output)
        shown, right = _shown(output), _shown(reference)
        self.pages += 1
        for pieces in page.paragraphs:
            original = "".join(pieces)
            key = fold(original)
            wanted = blanks(right.get(key, original))
            made = blanks(" ".join(pieces)) - wanted
            self.paragraphs += 1
            self.breaks += len(made)
            if key not in shown:
                self.missed.append(original)
                continue
            left = blanks(shown[key])
            self.closed += len(made - left)
            self.astray += len(wanted - left)
            self.whole += left == wanted
            if wanted - left:
                self.wrong_lines.append(shown[key])
            if left - wanted:
                self.missed.append(shown[key])

    def _count_lines(self, page: Page, output: str) -> set[str]:
        """Counts the lines of an output that are wrong, and gives them."""
        held = "\n".join([*map(fold, page.originals), *map(fold, page.others), *_folded(page.text)])
        lines = [line for line in output.split("\n") if fold(line) not in held]
        self.wrong += len(lines)
        self.wrong_lines += lines
        return set(map(fold, lines))

    def _count_whole(self, page: Page, found: Counter[str], originals: Sequence[str]) -> None:
        self.pages += 1
        self.paragraphs += len(originals)
        self.whole += (Counter(originals) & found).total()
        self.missed += ["".join(of) for of, key in zip(page.paragraphs, originals, strict=True) if key not in found]


def _shown(text: str) -> dict[str, str]:
    """The lines of a text by what is compared of them."""
    return {fold(line): line for line in text.split("\n")}


def _folded(text: str) -> Iterator[str]:
    """The lines of a text, blank ones left out."""
    return filter(None, map(fold, text.split("\n")))


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
