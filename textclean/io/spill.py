"""Documents on disk between two phases, so that a corpus of any size fits in memory.

A phase has a folder of segments. A segment holds the documents of one batch and is renamed into place when it is
whole, so a kill leaves whole segments only: those are what ``--resume`` takes up again. Each begins with the digest of
its rest, so one that was damaged since is done again.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate, groupby, repeat
from operator import attrgetter
from pathlib import Path
from typing import ClassVar, NamedTuple

import orjson

from textclean.document import Document
from textclean.errors import OutputError
from textclean.io.files import BLOCK, open_regular, read_regular, remove_tree, replace_file, writing
from textclean.io.records import pack_document, unpack_document
from textclean.ledger import without_draft
from textclean.stage import TextRef

_LONGEST_INDEX = 1 << 24  # bytes: one row per document, and a batch has few
_LARGEST = 1 << 53  # bytes of a source: no real one is larger, and sums stay numbers of JSON
_AT_ONCE = 1 << 24
"""Bytes of documents of one segment that are read together."""


class Ref(NamedTuple):
    """Where a document lies: the path of the segment, and the bytes there of its text, its head and its layers."""

    segment: str
    start: int
    text_end: int = 0
    head_end: int = 0
    end: int = 0


class Item(NamedTuple):
    """A document to be spilled, the bytes of its source, and the stage that failed on it and why."""

    document: Document
    size: int = 0
    failure: tuple[str, str] | None = None


class Entry(NamedTuple):
    """A document in a segment: what is known of it, and where it lies.

    Attributes:
        id: the document.
        digest: of its source.
        size: bytes of its source.
        failure: the stage that failed on it and why.
        ref: where it lies.
    """

    id: str
    digest: str
    size: int
    failure: tuple[str, str] | None
    ref: Ref


class Spill:
    """A folder of phases. The folder is made when the first segment is written.

    Class attributes:
        lasts: whether a later run may take up what is there.
    """

    lasts: ClassVar[bool] = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"Spill({str(self.root)!r})"

    def write(self, phase: int, segment: str, items: Sequence[Item]) -> list[Ref]:
        """Write the documents of a batch as one segment, whole or not at all.

        Args:
            phase: the phase that they went through.
            segment: a name that no other batch of the phase has; it begins with the number of the batch.
            items: the documents.

        Raises:
            OutputError: the segment cannot be written.
        """
        folder = self._folder(phase)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        rows: list[tuple[object, ...]] = []
        pieces: list[bytes] = []
        for doc, size, failure in items:
            packed = pack_document(doc)
            pieces += packed
            rows.append((doc.id, doc.source.digest if doc.source else "", size, failure, *map(len, packed)))
        index = orjson.dumps(rows) + b"\n"
        rest = b"".join([index, *pieces])
        told = _digest(phase)
        told.update(rest)
        head = told.hexdigest().encode() + b"\n"
        path = folder / segment
        replace_file(path, head + rest)
        ends = list(accumulate(map(len, pieces), initial=len(head) + len(index)))
        return list(map(Ref, repeat(str(path)), ends[0::3], ends[1::3], ends[2::3], ends[3::3]))

    def keep(self, kind: str, name: str, content: bytes) -> None:
        """Keep bytes until the end of the run; a resumed run makes them anew.

        Raises:
            OutputError: they cannot be written.
        """
        folder = self.root / kind
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / name, content)

    def kept(self, kind: str, name: str) -> bytes:
        """What :meth:`keep` kept.

        Raises:
            OutputError: it is gone.
        """
        path = self.root / kind / name
        try:
            return read_regular(path)
        except OSError as error:
            raise self._damaged(path, error) from error

    def _damaged(self, path: str | Path, error: Exception) -> OutputError:
        return OutputError(
            f"{path}: was damaged or removed while the run needed it ({error}); remove {self.root}, "
            "then run again with --resume"
        )

    def entries(self, phase: int) -> list[Entry]:
        """What the segments of a phase hold; a damaged segment holds nothing."""
        found: list[Entry] = []
        for path in self._segments(phase):
            try:
                found += _read_entries(path, phase)
            except (OSError, TypeError, ValueError):  # its documents are cleaned once more
                continue
        return found

    def next_batch(self, phase: int) -> int:
        """The first batch number of a phase that has no segment."""
        return max((int(path.name.partition("-")[0]) for path in self._segments(phase)), default=-1) + 1

    def _folder(self, phase: int) -> Path:
        return self.root / f"phase-{phase}"

    def _segments(self, phase: int) -> list[Path]:
        folder = self._folder(phase)
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return [path for path in found if path.name.partition("-")[0].isdecimal()]

    def keep_for(self, phase: int, key: str) -> None:
        """Keep what a phase holds if it was made for ``key``; otherwise start the phase anew."""
        folder = self._folder(phase)
        note = folder / "made-for"
        try:
            made_for = read_regular(note, len(key.encode()))
        except OSError:
            made_for = b""
        if made_for != key.encode():
            remove_tree(folder)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        replace_file(note, key.encode())

    def read(self, ref: Ref) -> Document:
        """The document at ``ref``.

        Raises:
            OutputError: the segment is gone or damaged.
        """
        return next(self.documents([ref]))

    def documents(self, refs: Iterable[Ref]) -> Iterator[Document]:
        """The documents at ``refs``, in their order; a segment is opened once for those that follow each other.

        Raises:
            OutputError: a segment is gone or damaged.
        """
        for segment, some in groupby(refs, key=attrgetter("segment")):
            yield from self._of_segment(segment, list(some))

    def _of_segment(self, segment: str, refs: Sequence[Ref]) -> Iterator[Document]:
        first, end = refs[0].start, max(ref.end for ref in refs)
        try:
            with open(open_regular(segment), "rb", buffering=0) as file:
                whole = b""
                if len(refs) > 1 and end - first <= _AT_ONCE:
                    file.seek(first)
                    whole = file.read(end - first)
                for ref in refs:
                    if not (whole and ref.start >= first):
                        file.seek(ref.start)
                        content, at = file.read(ref.end - ref.start), ref.start
                    else:
                        content, at = whole, first
                    text, head = ref.text_end - at, ref.head_end - at
                    yield unpack_document(
                        content[ref.start - at : text], content[text:head], content[head : ref.end - at]
                    )
        except (AttributeError, LookupError, OSError, TypeError, ValueError) as error:
            raise self._damaged(segment, error) from error

    @contextmanager
    def texts(self, segment: str) -> Iterator[Callable[[Ref], str]]:
        """A function that reads the texts of documents of a segment, which is opened once.

        Raises:
            OutputError: the segment is gone or damaged.
        """
        try:
            with open(open_regular(segment), "rb", buffering=0) as file:

                def text(ref: Ref) -> str:
                    file.seek(ref.start)
                    return file.read(ref.text_end - ref.start).decode("utf-8", "surrogatepass")

                yield text
        except (OSError, ValueError) as error:
            raise self._damaged(segment, error) from error

    def release(self, ref: Ref) -> None:
        """Nothing will read ``ref`` any more. On disk it stays, for a run that is resumed."""


class MemorySpill(Spill):
    """A spill of which about ``room`` bytes stay in memory, for the process that wrote it; the rest is on disk."""

    lasts: ClassVar[bool] = False

    def __init__(self, root: Path, room: int) -> None:
        super().__init__(root)
        self._room = room
        self._held: dict[int, Document] = {}
        self._kept: dict[tuple[str, str], bytes] = {}
        self._number = 0

    def keep(self, kind: str, name: str, content: bytes) -> None:
        """See :meth:`Spill.keep`."""
        if len(content) > self._room:
            super().keep(kind, name, content)
            return
        self._room -= len(content)
        self._kept[kind, name] = content

    def kept(self, kind: str, name: str) -> bytes:
        """See :meth:`Spill.kept`."""
        content = self._kept.get((kind, name))
        return super().kept(kind, name) if content is None else content

    def write(self, phase: int, segment: str, items: Sequence[Item]) -> list[Ref]:
        """Keep the documents of a batch, in memory if there is room."""
        documents = [_settled(item.document) for item in items]
        size = sum(map(_size_in_memory, documents))
        if size > self._room:
            return super().write(phase, segment, items)
        self._room -= size
        refs = [Ref("", self._number + i) for i in range(len(items))]
        self._held.update(zip((ref.start for ref in refs), documents, strict=True))
        self._number += len(items)
        return refs

    def entries(self, phase: int) -> list[Entry]:
        """Nothing: there was no earlier run."""
        return []

    def next_batch(self, phase: int) -> int:
        """The first batch number."""
        return 0

    def keep_for(self, phase: int, key: str) -> None:
        """Nothing is there to be kept."""

    def documents(self, refs: Iterable[Ref]) -> Iterator[Document]:
        """See :meth:`Spill.documents`."""
        for segment, some in groupby(refs, key=attrgetter("segment")):
            if segment:
                yield from self._of_segment(segment, list(some))
            else:
                yield from (self._held[ref.start] for ref in some)

    @contextmanager
    def texts(self, segment: str) -> Iterator[Callable[[Ref], str]]:
        """See :meth:`Spill.texts`."""
        if segment:
            with super().texts(segment) as text:
                yield text
        else:
            yield lambda ref: self._held[ref.start].text

    def release(self, ref: Ref) -> None:
        """Nothing will read ``ref`` any more."""
        if not ref.segment:
            self._room += _size_in_memory(self._held.pop(ref.start))


_OF_A_DOCUMENT = 2048
"""Bytes of a document beside text and layers: objects, id, digest, marks; measured with tracemalloc on news."""


def _settled(doc: Document) -> Document:
    """The document without the edits of its layers, which take ten times as much as what they are packed to."""
    return replace(doc, layers=tuple(map(without_draft, doc.layers)))


def _size_in_memory(doc: Document) -> int:
    return _OF_A_DOCUMENT + sys.getsizeof(doc.text) + sum([len(layer.packed()) for layer in doc.layers])


class SpilledTexts:
    """Reads pieces of spilled documents (the ``texts`` of a barrier)."""

    def __init__(self, spill: Spill, refs: dict[str, Ref]) -> None:
        self._spill = spill
        self._refs = refs
        self._last = "", ""
        """A document that was read last, and its text: one is often asked for piece by piece."""

    def __call__(self, refs: Sequence[TextRef]) -> list[str]:
        """The pieces, in the order of ``refs``; each document is read once a call."""
        out = [""] * len(refs)
        id, whole = self._last
        places = [self._refs[ref.id] for ref in refs]
        order = sorted(range(len(refs)), key=places.__getitem__)
        for segment, some in groupby(order, key=lambda i: places[i].segment):
            with self._spill.texts(segment) as text:
                for i in some:
                    if refs[i].id != id:
                        id, whole = refs[i].id, text(places[i])
                    out[i] = whole[refs[i].start : refs[i].end]
        self._last = id, whole
        return out


def _digest(phase: int) -> "hashlib._Hash":
    """The digest of a segment, before the rest of it. A segment of another phase holds other documents."""
    return hashlib.sha256(b"phase-%d\n" % phase)


def _read_entries(path: Path, phase: int) -> list[Entry]:
    """The entries of a whole segment, in bounded memory; none of a damaged one.

    Raises:
        OSError, TypeError, ValueError: it cannot be read, or is no segment.
    """
    with open(open_regular(path), "rb") as file:
        head = file.readline(_LONGEST_INDEX)
        index = file.readline(_LONGEST_INDEX)
        offset = file.tell()
        digest = _digest(phase)
        digest.update(index)
        while block := file.read(BLOCK):
            digest.update(block)
        if digest.hexdigest().encode() + b"\n" != head:
            return []
        return _entries(str(path), index, offset, file.tell())


def _entries(path: str, index: bytes, offset: int, end: int) -> list[Entry]:
    """The entries of a segment of ``end`` bytes, whose documents begin at ``offset``.

    Raises:
        TypeError, ValueError: that is no index of a segment.
    """
    found: list[Entry] = []
    for id, digest, size, failure, *lengths in orjson.loads(index):
        if not (isinstance(id, str) and isinstance(digest, str) and all(map(_is_size, (size, *lengths)))):
            raise ValueError("not a row of a segment")
        text, head, layers = lengths
        told = None
        if failure is not None:
            stage, error = failure
            told = (str(stage), str(error))
        ends = (offset + text, offset + text + head, offset + text + head + layers)
        found.append(Entry(id, digest, size, told, Ref(path, offset, *ends)))
        offset = ends[-1]
    if offset != end:
        raise ValueError("the documents are not as long as the segment")
    return found


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST
