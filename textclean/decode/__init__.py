"""Bytes to text, and the way back: detection, and decoding that keeps every byte.

:func:`decode` is the first step of every pipeline. Restoring needs nothing of this package: the
:class:`~textclean.document.Source` it returns gives the bytes back with plain Python codecs.
"""

import codecs
from typing import NamedTuple

from textclean.decode.detection import BOMS, CANDIDATES, Found, find, is_damaged_utf8, readings
from textclean.decode.reading import FOREIGN, LINE, SURROGATE, Text, big5_codec, read, read_plain
from textclean.document import Patch, Piece, Source, digest
from textclean.errors import InputError
from textclean.language.expressions import lazy

__all__ = ["Detection", "decode", "decode_text", "detect"]

_SURROGATE_RUNS = lazy("[\ud800-\udfff]+")
_FOREIGN = lazy(f"[{FOREIGN}]")
_UTF8_COMMA = "，".encode()
_UTF8_STOP = "。".encode()
"""Rare or impossible in GB18030 and Big5."""

_GUESS = 0.5
"""Confidence of a guess: the text as a whole looked like no Chinese."""

_LINE_HEAD = 192
"""Bytes of a line by which it is known for damaged UTF-8."""

_LINE_WINDOW = 768
"""Bytes of a line that decide its encoding."""

_KEEP = 8.0
"""Nats by which another encoding must beat the document's own for one line of it."""


class Detection(NamedTuple):
    """What :func:`detect` found.

    Attributes:
        encoding: a Python codec, or a name that Python has no codec for; None means that it is not text.
        confidence: how sure, 0 to 1.
        why: the check that decided; where readings were compared, what came second and by how many nats.
        bad: the bytes that the encoding cannot read, as (offset, bytes); neighbours together.
    """

    encoding: str | None
    confidence: float
    why: str
    bad: tuple[tuple[int, bytes], ...] = ()


def detect(raw: bytes, hint: str | None = None) -> Detection:
    """The encoding of ``raw``.

    A byte order mark, pure ASCII, HZ and strict UTF-8 decide at once. Otherwise damaged UTF-8, GB18030, Big5 and
    UTF-16 are compared by the log-probability of the characters they give, in growing windows from the first
    non-ASCII byte; what looks like none of them is left to chardet. ``hint`` is what a page or a server declares; it
    decides ties only. EUC-TW and ISO-2022-CN are named, though nothing here reads them.

    Where lines are in different encodings, the encoding is that of the beginning.
    """
    found = find(raw, hint)
    if found.codec is None or found.text is not None:
        return Detection(found.codec, found.confidence, found.why)
    try:
        codec = _readable(found)
    except InputError:
        return Detection(found.codec, found.confidence, found.why)
    codec, stretches = _stretches(raw, codec, found.confidence)
    bad: list[tuple[int, bytes]] = []
    byte = 0
    for size, _, text in stretches:
        bad += [(byte + patch.byte, patch.original) for patch in text.patches if _is_bad(patch, text.text)]
        byte += size
    return Detection(codec, found.confidence, found.why, tuple(bad))


def decode(raw: bytes, hint: str | None = None) -> tuple[str, Source]:
    """The text of ``raw``, and the source that gives ``raw`` back.

    A bad byte reads U+FFFD. Line ends stay as they are. Where lines are in different encodings (UTF-8, GB18030,
    Big5), each is read in its own.

    Raises:
        InputError: ``raw`` is not text, or in an encoding that cannot be read.
    """
    if not raw:
        return "", Source((), (), digest(raw))
    found = find(raw, hint)
    if found.text is not None:
        return found.text, Source((Piece(0, 0, found.codec or "utf-8"),), (), digest(raw))
    _, stretches = _stretches(raw, _readable(found), found.confidence)
    if len(stretches) == 1:
        _, codec, (whole, patches) = stretches[0]
        return whole, Source((Piece(0, 0, codec),), tuple(patches), digest(raw))
    texts: list[str] = []
    spans: list[Piece] = []
    moved: list[Patch] = []
    at = byte = 0
    for size, own, (text, patches) in stretches:
        spans.append(Piece(at, byte, own))
        moved += [Patch(byte + b, at + start, at + end, original) for b, start, end, original in patches]
        texts.append(text)
        at += len(text)
        byte += size
    return "".join(texts), Source(tuple(spans), tuple(moved), digest(raw))


def decode_text(text: str) -> tuple[str, Source]:
    """The text of a ``str``, whose source is its UTF-8 bytes. A lone surrogate reads U+FFFD."""
    raw = text.encode("utf-8", "surrogatepass")
    spans = (Piece(0, 0, "utf-8"),) if text else ()
    if not SURROGATE.search(text):
        return text, Source(spans, (), digest(raw))
    patches: list[Patch] = []
    at = byte = 0
    for run in _SURROGATE_RUNS.finditer(text):
        start, end = run.span()
        byte += len(text[at:start].encode())
        original = run[0].encode("utf-8", "surrogatepass")
        patches.append(Patch(byte, start, end, original))
        byte += len(original)
        at = end
    return SURROGATE.sub("\ufffd", text), Source(spans, tuple(patches), digest(raw))


def _is_bad(patch: Patch, text: str) -> bool:
    return "\ufffd" in text[patch.start : patch.end]


def _readable(found: Found) -> str:
    """The codec to read with.

    Raises:
        InputError: there is none.
    """
    if found.codec is None:
        raise InputError(f"not text: {found.why}; extract its text first, or leave the file out")
    try:
        name = codecs.lookup(found.codec).name
    except LookupError:
        raise InputError(f"unsupported encoding {found.codec} ({found.why}); convert the file to UTF-8 first") from None
    return name


def _stretches(raw: bytes, codec: str, confidence: float) -> tuple[str, list[tuple[int, str, Text]]]:
    """The variant of ``codec`` that ``raw`` is in, and its stretches of one encoding: sizes in bytes, codecs, texts.

    A byte order mark belongs to the first. Lines are judged one by one where something hints at it, and where the
    encoding is no better than a guess.
    """
    bom = next((mark for mark, of in BOMS.items() if of == codec and raw.startswith(mark)), b"")
    body = raw[len(bom) :] if bom else raw
    plain = read_plain(body, codec)
    if plain is None and codec == "big5hkscs":
        codec = big5_codec(body)
    whole = plain or read(body, codec)
    found = [(len(body), codec, whole)]
    if (
        codec in _BY_LINE
        and b"\n" in body
        and (confidence <= _GUESS or _looks_mixed(whole, codec, body, plain is not None))
    ):
        parts = _by_line(body, codec)
        if len(parts) > 1:
            found = [(len(part), own, read(part, own)) for part, own in parts]
    if bom:
        size, own, text = found[0]
        found[0] = len(bom) + size, own, _after(bom, text)
    return codec, found


_BY_LINE = frozenset({*CANDIDATES, "cp950"})


def _after(bom: bytes, text: Text) -> Text:
    """``text`` after a byte order mark, which stands for no character."""
    moved = [patch._replace(byte=patch.byte + len(bom)) for patch in text.patches]
    return Text(text.text, [Patch(0, 0, 0, bom), *moved])


def _looks_mixed(whole: Text, codec: str, raw: bytes, plain: bool) -> bool:
    """Whether lines may be in other encodings: something was bad, or reads like another encoding taken for this."""
    if whole.patches:
        return True
    if codec == "utf-8":
        return False
    return _UTF8_COMMA in raw or _UTF8_STOP in raw or (not plain and _FOREIGN.search(whole.text) is not None)


def _by_line(raw: bytes, codec: str) -> list[tuple[bytes, str]]:
    """The lines of ``raw``, neighbours of one encoding together."""
    found: list[tuple[list[bytes], str]] = []
    for line in LINE.findall(raw):
        own = _line_codec(line, codec, found[-1][1] if found else codec)
        if found and found[-1][1] == own:
            found[-1][0].append(line)
        else:
            found.append(([line], own))
    return [(b"".join(lines), own) for lines, own in found]


def _line_codec(line: bytes, codec: str, before: str) -> str:
    """The encoding of one line of a document in ``codec`` whose line before is in ``before``."""
    if line.isascii():
        return before
    try:
        text = line.decode()
    except UnicodeDecodeError:
        pass
    else:
        if codec == "utf-8" or max(text) >= "\u0800":
            return "utf-8"
    if codec == "gb18030" and _is_gb_news(line):
        return codec
    if codec == "utf-8" and is_damaged_utf8(line[:_LINE_HEAD]):
        return codec
    ranks = {own: reading.total for own, reading in readings(line[:_LINE_WINDOW], start_cut=False).items()}
    own = "big5hkscs" if codec == "cp950" else codec
    ranks[own] += _KEEP
    best = max(ranks, key=ranks.__getitem__)
    return codec if best == own else best


def _is_gb_news(line: bytes) -> bool:
    try:
        return not _FOREIGN.search(line.decode("gb18030"))
    except UnicodeDecodeError:
        return False
