"""Files whose lines are in different encodings: UTF-8, GB18030, Big5."""

from textclean.decode.codes import FOREIGN, FOREIGN_LETTERS, OTHER, TWICE, UTF8_SIGNS, Transcript, codes_of, weigh
from textclean.decode.detection import is_damaged_utf8, look
from textclean.decode.ranking import CANDIDATES, total_of
from textclean.decode.reading import LINE
from textclean.language.expressions import lazy
from textclean.language.likelihood import built, cost_table

_HINTS = FOREIGN | OTHER | TWICE | UTF8_SIGNS
_FOREIGN = lazy(f"[{FOREIGN_LETTERS}]")

_HEAD = 192
"""Bytes of a line by which it is known for damaged UTF-8."""

_WINDOW = 768
"""Bytes of a line that decide its encoding."""

_KEEP = 8.0
"""Nats by which another encoding must beat the document's own for one line of it."""

_ASCII, _UTF8 = 0, 1
"""In a row of encodings, a byte a line: ASCII only, and the first of :data:`CANDIDATES`, which follow in order."""


def hints_at_others(raw: bytes, found: Transcript) -> bool:
    """Whether lines may be in other encodings: something is bad or odd, or reads like another encoding taken for this.

    What is only alone among others (see :class:`Transcript`) is no hint yet.
    """
    _, places, flags = found
    if flags & _HINTS or (places and raw[places[0][1]] >= 0x80):
        return True
    return any(raw[byte] >= 0x80 for _, byte, _ in places)


BY_LINE = frozenset({*CANDIDATES, "cp950"})
"""Encodings of which lines are judged."""


def by_line(raw: bytes, codec: str, found: Transcript) -> list[tuple[bytes, str]]:
    """The lines of ``raw``, neighbours of one encoding together; ``found`` is ``raw`` in ``codec``."""
    own = "big5hkscs" if codec == "cp950" else codec
    place = _number(own)
    judged = _of_utf8(raw, found) if own == "utf-8" else judge(raw, own, found)
    if not judged.translate(None, bytes((_ASCII, place))):
        return [(raw, codec)]
    stretches: list[tuple[list[bytes], int]] = []
    for line, number in zip(LINE.findall(raw), judged, strict=True):
        last = stretches[-1][1] if stretches else place
        if number in (_ASCII, last) and stretches:
            stretches[-1][0].append(line)
        else:
            stretches.append(([line], number or last))
    return [(b"".join(lines), codec if number == place else CANDIDATES[number - 1]) for lines, number in stretches]


def _of_utf8(raw: bytes, found: Transcript) -> bytes:
    """The encodings of the lines of a file in UTF-8: only those that hold a bad byte are looked at."""
    lines: dict[int, int] = {}
    done = -1
    for _, byte, _ in found[1]:
        if byte < done:
            continue
        start = raw.rfind(b"\n", 0, byte) + 1
        done = raw.find(b"\n", byte) + 1 or len(raw)
        line = raw[start:done]
        lines[start] = _UTF8 if is_damaged_utf8(look(line[:_HEAD])) else _likeliest(line, "utf-8")
    if all(number == _UTF8 for number in lines.values()):
        return b""
    return bytes(
        lines.get(line.start(), _ASCII if line[0].isascii() else _UTF8)  # what can be read is UTF-8
        for line in LINE.finditer(raw)
    )


def judge(raw: bytes, own: str, found: Transcript) -> bytes:
    """The encoding of each line of a file in ``own``, GB18030 or Big5; ``found`` is ``raw`` in it or a variant."""
    if built is None:
        return plain_judge(raw, own)
    _, places, flags = found
    first, last = 0, len(raw)
    if own == "gb18030" and not flags & FOREIGN:  # then nothing is foreign, and these are the bad bytes
        first, last = (places[0][1], places[-1][1] + places[-1][2]) if places else (0, 0)
    gb, big5 = codes_of("gb18030"), codes_of("big5hkscs")
    judged: bytes = built.judge(raw, _number(own), first, last, *gb, big5.two, cost_table())
    return judged


def plain_judge(raw: bytes, own: str) -> bytes:
    """What :func:`judge` gives, by Python's codecs."""
    return bytes(_judged(line, own) for line in LINE.findall(raw))


def _judged(line: bytes, own: str) -> int:
    if line.isascii():
        return _ASCII
    try:
        wide = max(line.decode()) >= "\u0800"
    except UnicodeDecodeError:
        wide = False
    if wide:
        return _UTF8
    return _number(own) if own == "gb18030" and _is_gb_news(line) else _likeliest(line, own)


def _is_gb_news(line: bytes) -> bool:
    try:
        return not _FOREIGN.search(line.decode("gb18030"))
    except UnicodeDecodeError:
        return False


def _likeliest(line: bytes, own: str) -> int:
    """The encoding in which a line is likeliest; its file's own has a start."""
    totals = [total_of(weigh(line, 0, _WINDOW, codec)) + (_KEEP if codec == own else 0.0) for codec in CANDIDATES]
    return 1 + totals.index(max(totals))


def _number(codec: str) -> int:
    return 1 + CANDIDATES.index(codec)
