"""Lines: what the stages about layout, metadata and boilerplate all need to know of one."""

from collections.abc import Iterable
from typing import NamedTuple

from textclean.language.expressions import lazy

STOPS = "。！？!?…"
CLOSERS = "”’」』】）)》〉〕]"
ENDS = frozenset(STOPS + ";；:：~～）)】〕]")
"""Characters that close whatever line they end."""
_PAUSE = lazy(r"[，。；！？、,;!?]")
_WIDE = lazy("[\u1100-\u11ff\u2010-\uffdc\uffe0-\U0010ffff]")
ENUMERATED = lazy(
    r"(?:[（(]?[一二三四五六七八九十]{1,3}[、.．）)]|第[一二三四五六七八九十百\d]{1,4}[章节条编部篇]"
    r"|[（(]?\d{1,2}(?:[、．）)]|\.(?!\d))|[①-⑳●■◆▲★□○◇·•*])"
)


class Line(NamedTuple):
    """A line that is not blank: where its first and its last visible character stand, and what is between."""

    start: int
    end: int
    text: str


def visible(text: str) -> list[Line]:
    """The lines of ``text`` that are not blank, white space at both ends left out."""
    found: list[Line] = []
    at = 0
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            start = at if len(line) == len(raw) else at + raw.index(line)
            found.append(_line(Line, (start, start + len(line), line)))
        at += len(raw) + 1
    return found


def stripped(text: str) -> list[str]:
    """The texts of :func:`visible`, for a third of its cost."""
    return [line for raw in text.split("\n") if (line := raw.strip())]


def numbered(text: str, numbers: Iterable[int]) -> list[Line]:
    """The lines of :func:`visible` with these indices, which ascend; nothing below the last is looked at."""
    found: list[Line] = []
    wanted = iter(numbers)
    number = next(wanted, -1)
    at = i = 0
    while number >= 0 and at <= len(text):
        stop = text.find("\n", at)
        raw = text[at : stop if stop >= 0 else len(text)]
        line = raw.strip()
        if line:
            if i == number:
                start = at + raw.index(line)
                found.append(_line(Line, (start, start + len(line), line)))
                number = next(wanted, -1)
            i += 1
        at += len(raw) + 1
    return found


_line = tuple.__new__
"""Makes a :class:`Line` in half the time of its constructor."""


def closed(line: str) -> bool:
    """Whether ``line`` ends as a sentence, a lead-in or a bracket ends, not in the middle of something."""
    last = line[-1:]
    if last in ENDS:
        return True
    if last == ".":
        return not line[-2:-1].isdigit()
    return last != "" and last in CLOSERS and line.rstrip(CLOSERS)[-1:] in STOPS + "."


def display_width(text: str) -> int:
    """The columns of a text as it is set: ideographs and the signs that are set like them have two, others one."""
    return len(text) + len(_WIDE.findall(text))


def is_body(line: str) -> bool:
    """Whether ``line`` reads as running text: forty characters with a pause in them, or a whole sentence."""
    if len(line) >= 40:
        return _PAUSE.search(line) is not None
    return len(line) >= 15 and line[-1:] in "。！？”" and _PAUSE.search(line) is not None


def is_title(line: str) -> bool:
    """Whether ``line`` could be a title: five to fifty characters that do not end as a sentence."""
    return 5 <= len(line) <= 50 and line[-1] not in "。；;，,、：:" and "。" not in line
