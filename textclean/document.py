"""Document, Mark, Source and paragraph views. Immutable, and no I/O.

A :class:`Source` can give the bytes back with plain Python codecs alone: restoring needs no stage and no option.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, NamedTuple

from textclean.errors import RestoreError, StageError
from textclean.ledger import NO_EDITS, Edits, Layer, Span, lay
from textclean.weave import step_back

MARKS_TO_CORRECT = frozenset({"typo", "punctuation", "quote", "repeat", "number", "misuse"})
MARKS_TO_KNOW = frozenset(
    {
        "fragment",
        "orphan",
        "template",
        "unverified",
        "traditional",
        "mixed-script",
        "private-use",
        "mojibake",
        "suspect-bytes",
        "markup",
    }
)
MARK_KINDS = MARKS_TO_CORRECT | MARKS_TO_KNOW


def id_key(id: str) -> bytes:
    """What documents are ordered by."""
    return id.encode("utf-8", "surrogatepass")


class Piece(NamedTuple):
    """From code point ``start`` of the text on, which is byte ``byte`` of the source, the codec is ``codec``."""

    start: int
    byte: int
    codec: str


class Patch(NamedTuple):
    """``text[start:end]`` stands for ``original``, at byte ``byte`` of the source, which no plain codec would give.

    A bad byte reads U+FFFD; a byte order mark stands for no character (``start == end``).
    """

    byte: int
    start: int
    end: int
    original: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's first text came from, and how to get its bytes back.

    Attributes:
        spans: which codec holds from which code point on; in order, the first at 0. Empty for empty bytes.
        patches: bytes that the codec of their span does not give back; in order, not overlapping.
        digest: SHA-256 of the source bytes, hexadecimal.
    """

    spans: tuple[Piece, ...]
    patches: tuple[Patch, ...]
    digest: str

    @property
    def encoding(self) -> str:
        """The codec of the source, or ``mixed`` where it changes."""
        codecs = {span.codec for span in self.spans}
        return codecs.pop() if len(codecs) == 1 else "mixed" if codecs else "utf-8"

    def encode(self, text: str) -> bytes:
        """The source bytes of the decoded ``text``.

        Raises:
            RestoreError: the bytes do not have the source's digest, or a codec refuses the text.
        """
        try:
            raw = self.encode_unchecked(text)
        except (LookupError, UnicodeError) as error:
            raise RestoreError(f"the text cannot be encoded back: {error}") from error
        if hashlib.sha256(raw).hexdigest() != self.digest:
            raise RestoreError("the restored bytes do not have the source's digest")
        return raw

    def encode_unchecked(self, text: str) -> bytes:
        """Like :meth:`encode`, without comparing the digest."""
        if not self.patches and len(self.spans) == 1:
            return text.encode(self.spans[0].codec)
        out: list[bytes] = []
        patches = iter(self.patches)
        patch = next(patches, None)
        for i, span in enumerate(self.spans):
            last = i + 1 == len(self.spans)
            at, stop = span.start, len(text) if last else self.spans[i + 1].start
            while patch is not None and (last or patch.end < stop or (patch.end == stop and patch.start < stop)):
                out.append(text[at : patch.start].encode(span.codec))
                out.append(patch.original)
                at = patch.end
                patch = next(patches, None)
            out.append(text[at:stop].encode(span.codec))
        return b"".join(out)


def digest(raw: bytes) -> str:
    """The digest a :class:`Source` holds: SHA-256, hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Mark:
    """A flag on a piece of text. It never changes text.

    A stage gives ``start``, ``end`` (in the text it read), ``kind`` and what it knows; the core fills ``observed``
    and ``sources`` and moves ``start`` and ``end`` along with later edits.

    Attributes:
        start, end: code points of the document's text; both -1 once that text was cut.
        kind: one of :data:`MARK_KINDS`.
        observed: the marked text as it stood.
        suggestion: what it should read; None where nothing is suggested.
        score: how sure, 0 to 1.
        evidence: why, for a person.
        sources: the pieces of the decoded source that the marked text came from, in reading order.
    """

    start: int
    end: int
    kind: str
    suggestion: str | None = None
    score: float = 1.0
    evidence: str = ""
    observed: str = ""
    sources: tuple[Span, ...] = ()

    @property
    def text(self) -> Span | None:
        """Where the marked text stands now; None if it was cut."""
        return None if self.start < 0 else (self.start, self.end)

    @property
    def source(self) -> Span:
        """The contiguous piece of the decoded source that holds the mark's first character."""
        return self.sources[0]

    def to_dict(self) -> dict[str, Any]:
        """The mark as JSON values, as ``marks.jsonl`` has it."""
        return {
            "kind": self.kind,
            "source": self.source,
            "sources": self.sources,
            "text": self.text,
            "observed": self.observed,
            "suggestion": self.suggestion,
            "score": round(self.score, 4),
            "evidence": self.evidence,
        }


class Paragraph(NamedTuple):
    """A line of a document's text, without its line break."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A text with everything that happened to it. Immutable: a stage makes findings, the core makes the next document.

    Attributes:
        id: the relative path with its extension, or a record's ``file#key``.
        text: the text as the last layer left it.
        meta: what was lifted out of the text (``published``, ``source``, …): JSON values.
        marks: flags, in the order they were made.
        layers: what each stage changed, first to last.
        source: how the first text goes back to bytes; None for a text that came from nowhere.
        lines: the line of the source, from 0, in which each line of the text begins; empty if that is its own number;
            None if it is not known, as in a document that was read from a ledger. Saves :meth:`source_lines` the way
            back through the layers.
    """

    id: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    layers: tuple[Layer, ...] = ()
    source: Source | None = None
    lines: tuple[int, ...] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        text = repr(self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + "…")
        more = [f"{len(self.text):,} characters", *(f"{n} {what}" for what, n in self._counts() if n)]
        return f"Document({self.id!r}, {text}, {', '.join(more)})"

    def to_dict(self) -> dict[str, Any]:
        """Id, text, encoding, metadata and marks as JSON values; the ledger is left out."""
        return {
            "id": self.id,
            "text": self.text,
            "encoding": None if self.source is None else self.source.encoding,
            "meta": dict(self.meta),
            "marks": [mark.to_dict() for mark in self.marks],
        }

    def _repr_html_(self) -> str:
        """For notebooks: the text, escaped, with its marks, which say what they are when pointed at."""
        placed = sorted({mark.text: mark for mark in self.marks if mark.text}.items())
        parts: list[str] = []
        at = 0
        for (start, end), mark in placed:
            if start < at:  # inside one that was shown
                continue
            told = f"{mark.kind}{'' if mark.suggestion is None else f' → {mark.suggestion}'}: {mark.evidence}"
            parts += escape(self.text[at:start]), f'<mark title="{escape(told)}">{escape(self.text[start:end])}</mark>'
            at = end
        text = "".join([*parts, escape(self.text[at:])])
        meta = "".join([f"<li>{escape(str(key))}: {escape(str(value))}</li>" for key, value in self.meta.items()])
        return f"<strong>{escape(self.id)}</strong><ul>{meta}</ul><pre style='white-space:pre-wrap'>{text}</pre>"

    def _counts(self) -> tuple[tuple[str, int], ...]:
        return ("layers", len(self.layers)), ("marks", len(self.marks)), ("meta", len(self.meta))

    def original(self) -> str:
        """The decoded source: the text before the first layer."""
        text = self.text
        for layer in reversed(self.layers):
            text = layer.undo(text)
        return text

    def restored(self) -> bytes:
        """The source bytes.

        Raises:
            RestoreError: text and layers do not belong together, or the document has no source.
        """
        if self.source is None:
            raise RestoreError(f"{self.id}: the document has no source to restore")
        try:
            text = self.original()
        except ValueError as error:
            raise RestoreError(f"{self.id}: text and layers do not belong together ({error})") from error
        return self.source.encode(text)

    def paragraphs(self) -> list[Paragraph]:
        """The lines of the text, empty ones included."""
        return paragraphs(self.text)

    def sources(self, start: int, end: int) -> list[Span]:
        """Pieces of the decoded source that ``text[start:end]`` came from, in reading order."""
        return trace(self.layers, [(start, end)])[0]

    def source_lines(self, starts: Sequence[int], lines: Sequence[int] | None = None) -> Sequence[int]:
        """The 1-based lines, in the decoded source, of the characters at ``starts``.

        Callers that already know the 1-based line of each may pass ``lines``; then ``starts`` must rise.
        """
        if lines is None:
            rising = sorted({*starts})
            breaks = _breaks(self.text)
            told = self.source_lines(rising, [bisect_left(breaks, start) + 1 for start in rising])
            return list(map(dict(zip(rising, told, strict=True)).__getitem__, starts))
        known, text = self.lines, self.text
        if known == () or not self.layers:
            return lines
        if known is not None and {text[start - 1] for start in starts if start} <= {"\n"}:
            return [known[line - 1] + 1 for line in lines]
        if any(layer.edits.moves for layer in self.layers):
            return self._source_lines_of_moved(starts)
        there, told = starts, lines
        for layer in reversed(self.layers):
            there, told = step_back(layer.edits.starts, layer.edits.olds, layer.edits.news, there, told)
        return told

    def _source_lines_of_moved(self, starts: Sequence[int]) -> list[int]:
        spans = trace(self.layers, [(start, min(start + 1, len(self.text))) for start in starts])
        breaks = _breaks(self.original())
        return [bisect_left(breaks, pieces[0][0]) + 1 for pieces in spans]


_SHOWN = 20
"""Characters of a text in the ``repr`` of its document."""


def _breaks(text: str) -> list[int]:
    return [m.start() for m in re.finditer("\n", text)]


def paragraphs(text: str) -> list[Paragraph]:
    """The lines of ``text``, empty ones included, with their offsets."""
    out: list[Paragraph] = []
    at = 0
    for line in text.split("\n"):
        out.append(Paragraph(at, at + len(line), line))
        at += len(line) + 1
    return out


def trace(layers: Iterable[Layer], spans: Sequence[Span]) -> list[list[Span]]:
    """For each span of the text on top of ``layers``, the pieces of the source below them, in reading order.

    Text that a layer put in has an empty piece where it was put.
    """
    found = [[span] for span in spans]
    for layer in reversed(tuple(layers)):
        back = layer.alignment().back
        found = [
            _joined(piece for span in pieces for piece in back(*span)) or back(pieces[0][0], pieces[0][0])
            for pieces in found
        ]
    return found


def _joined(pieces: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in pieces:
        if out and out[-1] == (start, end):
            continue
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


@dataclass(frozen=True, slots=True)
class Findings:
    """What a stage found in the document it read: edits, marks on the text it read, and metadata."""

    edits: Edits = NO_EDITS
    marks: Sequence[Mark] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


def advance(doc: Document, stage: str, version: str, findings: Findings) -> Document:
    """The document after a stage: edits applied and stacked, earlier marks moved along, new marks traced.

    Raises:
        EditError: the edits do not fit the text.
        StageError: a mark is out of range or of an unknown kind.
    """
    edits, meta = findings.edits, doc.meta
    if not (edits.starts or findings.marks or findings.meta):
        return doc
    text, layer, lines = lay(doc.text, edits, stage, version) if edits.starts else (doc.text, None, ())
    if layer is None and not (findings.marks or findings.meta):
        return doc
    marks = doc.marks + _traced(doc, findings.marks)
    layers = doc.layers
    if layer is not None:
        layers = (*layers, layer)
        if marks:
            forward = layer.alignment().forward
            marks = tuple(_moved(mark, forward(*mark.text)) if mark.text else mark for mark in marks)
    if findings.meta:
        meta = {**meta, **findings.meta}
    return Document(doc.id, text, meta, marks, layers, doc.source, _lines_after(doc, lines))


def _lines_after(doc: Document, lines: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The lines of the source in which those of the next text begin, by the lines of ``doc`` in which they do."""
    before = doc.lines if doc.layers else ()
    if before is None or lines is None:
        return None
    return tuple(map(before.__getitem__, lines)) if before and lines else before or lines


def _traced(doc: Document, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    if not marks:
        return ()
    for mark in marks:
        if not 0 <= mark.start <= mark.end <= len(doc.text):
            raise StageError(f"a mark ({mark.start}–{mark.end}, {mark.kind}) lies outside the text")
        if mark.kind not in MARK_KINDS:
            raise StageError(f"unknown kind of mark {mark.kind!r}; known: {', '.join(sorted(MARK_KINDS))}")
    spans = [(mark.start, mark.end) for mark in marks]
    return tuple(
        replace(mark, observed=doc.text[mark.start : mark.end], sources=tuple(pieces))
        for mark, pieces in zip(marks, trace(doc.layers, spans), strict=True)
    )


def _moved(mark: Mark, pieces: list[Span]) -> Mark:
    if not pieces:
        return replace(mark, start=-1, end=-1)
    start, end = pieces[0]
    for piece in pieces[1:]:
        if piece[0] < end:  # moved elsewhere: the mark stays with its first character
            break
        end = piece[1]
    return replace(mark, start=start, end=end)
