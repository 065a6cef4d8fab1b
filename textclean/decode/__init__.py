"""Bytes to text, and the way back: detection, and decoding that keeps every byte.

:func:`decode` is the first step of every pipeline. Restoring needs nothing of this package: the
:class:`~textclean.document.Source` it returns gives the bytes back with plain Python codecs.
"""

import codecs
import re

from textclean.decode.detection import BOMS, CANDIDATES, Detection, detect, readings
from textclean.decode.reading import Text, read
from textclean.document import Patch, Piece, Source, digest
from textclean.errors import InputError

__all__ = ["Detection", "decode", "decode_text", "detect"]

_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_SURROGATES = re.compile("[\ud800-\udfff]+")
_NOT_GB_NEWS = re.compile("[\u0370-\u03ff\u0400-\u04ff\u3040-\u312f\ue000-\uf8ff]")
"""Letters that Big5 text read as GB18030 is full of and Chinese news has next to none of."""

_LINE_WINDOW = 768
"""Bytes of a line that decide its encoding."""

_KEEP = 8.0
"""Nats by which another encoding must beat the document's own for one line of it."""


def decode(raw: bytes, hint: str | None = None) -> tuple[str, Source]:
    """The text of ``raw``, and the source that gives ``raw`` back.

    A bad byte reads U+FFFD. Line ends stay as they are. Where lines are in different encodings (UTF-8, GB18030,
    Big5), each is read in its own.

    Raises:
        InputError: ``raw`` is not text, or in an encoding that cannot be read.
    """
    if not raw:
        return "", Source((), (), digest(raw))
    found = detect(raw, hint)
    codec = _readable(found)
    bom = next((mark for mark, of in BOMS if raw.startswith(mark) and of == codec), b"")
    body = raw[len(bom) :]
    whole = read(body, codec)
    stretches = [(len(body), codec, whole)]
    if codec in CANDIDATES and b"\n" in body and _looks_mixed(whole, codec):
        stretches = [(len(part), own, read(part, own)) for part, own in _stretches(body, codec)]
    texts: list[str] = []
    spans: list[Piece] = []
    patches = [Patch(0, 0, 0, bom)] if bom else []
    at, byte = 0, len(bom)
    for size, own, (text, bad) in stretches:
        spans.append(Piece(at, byte if spans else 0, own))
        patches += [Patch(byte + b, at + start, at + end, original) for b, start, end, original in bad]
        texts.append(text)
        at += len(text)
        byte += size
    return "".join(texts), Source(tuple(spans), tuple(patches), digest(raw))


def decode_text(text: str) -> tuple[str, Source]:
    """The text of a ``str``, whose source is its UTF-8 bytes. A lone surrogate reads U+FFFD."""
    raw = text.encode("utf-8", "surrogatepass")
    spans = (Piece(0, 0, "utf-8"),) if text else ()
    if not _SURROGATES.search(text):
        return text, Source(spans, (), digest(raw))
    patches: list[Patch] = []
    at = byte = 0
    for run in _SURROGATES.finditer(text):
        start, end = run.span()
        byte += len(text[at:start].encode())
        original = run[0].encode("utf-8", "surrogatepass")
        patches.append(Patch(byte, start, end, original))
        byte += len(original)
        at = end
    return _SURROGATES.sub(lambda run: "\ufffd" * len(run[0]), text), Source(spans, tuple(patches), digest(raw))


def _readable(found: Detection) -> str:
    """The codec to read with.

    Raises:
        InputError: there is none.
    """
    if found.encoding is None:
        raise InputError(f"not text: {found.why}; extract its text first, or leave the file out")
    try:
        name = codecs.lookup(found.encoding).name
    except LookupError:
        raise InputError(
            f"unsupported encoding {found.encoding} ({found.why}); convert the file to UTF-8 first"
        ) from None
    return name


def _looks_mixed(whole: Text, codec: str) -> bool:
    """Whether lines may be in other encodings: something was bad, or reads like Big5 taken for GB18030."""
    return bool(whole.patches) or (codec == "gb18030" and _NOT_GB_NEWS.search(whole.text) is not None)


def _stretches(raw: bytes, codec: str) -> list[tuple[bytes, str]]:
    """The lines of ``raw``, neighbours of one encoding together."""
    found: list[tuple[list[bytes], str]] = []
    for line in _LINES.findall(raw):
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
    window = line[:_LINE_WINDOW]
    ranks = {own: total for own, (total, _) in readings(window, start_cut=False).items()}
    ranks[codec] += _KEEP
    return max(ranks, key=ranks.__getitem__)


def _is_gb_news(line: bytes) -> bool:
    try:
        return not _NOT_GB_NEWS.search(line.decode("gb18030"))
    except UnicodeDecodeError:
        return False
