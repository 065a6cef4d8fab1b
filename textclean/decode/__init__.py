"""Bytes to text, and the way back: detection, and decoding that keeps every byte.

:func:`decode` is the first step of every pipeline. Restoring needs nothing of this package: the
:class:`~textclean.document.Source` it returns gives the bytes back with plain Python codecs.
"""

import codecs
from functools import cache
from typing import NamedTuple

from textclean.decode.codes import LETTER, Transcript, transcribe
from textclean.decode.detection import Found, find, find_other, strict_text
from textclean.decode.lines import BY_LINE, by_line, hints_at_others
from textclean.decode.reading import SURROGATE, Text, big5_codec, is_plain, read
from textclean.document import Patch, Piece, Source, digest
from textclean.errors import InputError
from textclean.language.expressions import lazy

__all__ = ["Detection", "decode", "decode_text", "detect"]

_SURROGATE_RUNS = lazy("[\ud800-\udfff]+")


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
        return Detection(found.codec, *found.told())
    try:
        codec = _readable(found)
    except InputError:
        return Detection(found.codec, *found.told())
    codec, stretches = _stretches(raw, codec, found)
    bad: list[tuple[int, bytes]] = []
    byte = 0
    for size, _, text in stretches:
        bad += [(byte + patch.byte, patch.original) for patch in text.patches if _is_bad(patch, text.text)]
        byte += size
    return Detection(codec, *found.told(), tuple(bad))


def decode(raw: bytes, hint: str | None = None) -> tuple[str, Source]:
    """The text of ``raw``, and the source that gives ``raw`` back.

    A bad byte reads U+FFFD. Line ends stay as they are. Where lines are in different encodings (UTF-8, GB18030,
    Big5), each is read in its own.

    Raises:
        InputError: ``raw`` is not text, or in an encoding that cannot be read.
    """
    if not raw:
        return "", Source((), (), digest(raw))
    strict = strict_text(raw)
    if strict is not None:
        return strict, Source(_whole("utf-8"), (), digest(raw))
    found = find_other(raw, hint)
    if found.text is not None:
        return found.text, Source(_whole(found.codec or "utf-8"), (), digest(raw))
    _, stretches = _stretches(raw, _readable(found), found)
    if len(stretches) == 1:
        _, codec, (whole, patches) = stretches[0]
        return whole, Source(_whole(codec), tuple(patches), digest(raw))
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
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return _without_surrogates(text)
    return text, Source(_whole("utf-8") if text else (), (), digest(raw))


def _without_surrogates(text: str) -> tuple[str, Source]:
    patches: list[Patch] = []
    at = byte = 0
    for run in _SURROGATE_RUNS.finditer(text):
        start, end = run.span()
        byte += len(text[at:start].encode())
        original = run[0].encode("utf-8", "surrogatepass")
        patches.append(Patch(byte, start, end, original))
        byte += len(original)
        at = end
    raw = text.encode("utf-8", "surrogatepass")
    return SURROGATE.sub("\ufffd", text), Source(_whole("utf-8"), tuple(patches), digest(raw))


@cache
def _whole(codec: str) -> tuple[Piece, ...]:
    """The spans of a source that is in one codec."""
    return (Piece(0, 0, codec),)


def _is_bad(patch: Patch, text: str) -> bool:
    return "\ufffd" in text[patch.start : patch.end]


def _readable(found: Found) -> str:
    """The codec to read with.

    Raises:
        InputError: there is none.
    """
    if found.codec in BY_LINE:
        return found.codec
    if found.codec is None:
        raise InputError(f"not text: {found.told()[1]}; extract its text first, or leave the file out")
    try:
        name = codecs.lookup(found.codec).name
    except LookupError:
        why = found.told()[1]
        raise InputError(f"unsupported encoding {found.codec} ({why}); convert the file to UTF-8 first") from None
    return name


def _stretches(raw: bytes, codec: str, encoding: Found) -> tuple[str, list[tuple[int, str, Text]]]:
    """The variant of ``codec`` that ``raw`` is in, and its stretches of one encoding: sizes in bytes, codecs, texts.

    ``encoding`` is what was found; a byte order mark belongs to the first stretch.
    """
    bom = encoding.bom
    body = raw[len(bom) :] if bom else raw
    if codec not in BY_LINE:
        stretches = [(len(body), codec, read(body, codec))]
    else:
        found = transcribe(body, codec)
        if codec == "big5hkscs" and not is_plain(body, codec, found) and (codec := big5_codec(body)) != "big5hkscs":
            found = transcribe(body, codec)
        stretches = _of_lines(body, codec, found, encoding.guessed)
    if bom:
        size, own, text = stretches[0]
        stretches[0] = len(bom) + size, own, _after(bom, text)
    return codec, stretches


def _of_lines(raw: bytes, codec: str, found: Transcript, guessed: bool) -> list[tuple[int, str, Text]]:
    """The stretches of ``raw``. Lines are judged one by one where something hints at it, or ``codec`` is a guess."""
    text, places, flags = found
    if not (places or flags or guessed):  # nothing is bad or odd, as in nearly every file
        return [(len(raw), codec, Text(text, []))]
    if not (places or flags & ~LETTER or guessed):
        return [(len(raw), codec, read(raw, codec, found))]
    lines = b"\n" in raw
    looked = lines and (guessed or hints_at_others(raw, found))
    parts = by_line(raw, codec, found) if looked else []
    if len(parts) < 2:
        whole = read(raw, codec, found)
        if whole.patches and lines and not looked:
            parts = by_line(raw, codec, found)
        if len(parts) < 2:
            return [(len(raw), codec, whole)]
    return [(len(part), own, read(part, own)) for part, own in parts]


def _after(bom: bytes, text: Text) -> Text:
    """``text`` after a byte order mark, which stands for no character."""
    moved = [patch._replace(byte=patch.byte + len(bom)) for patch in text.patches]
    return Text(text.text, [Patch(0, 0, 0, bom), *moved])
