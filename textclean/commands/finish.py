"""What a run tells of every document, where it was cleaned: its clean text, its ledger, its marks, its figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from textclean.document import Document, digest
from textclean.engines.protocol import Row
from textclean.errors import OutputError, RestoreError
from textclean.io.formats.records import Outcome, Rendered
from textclean.io.out_writer import OutWriter
from textclean.io.records import ledger_limit, mark_line, pack_ledger
from textclean.io.row_files import RowFile
from textclean.io.spill import Spill
from textclean.report.figures import Figures, counts

FINISHED: Final = "finished"
"""What the spill keeps the told lines of a portion as."""
EXTRA: Final = ("meta", "marks", "removed")
"""What can be written beside the text of a row."""
_PREFIX: Final = "textclean_"
_NOT_CLEANED: Final = frozenset({"read", "ledger"})
"""Stages of failures with which a document is put in quarantine though it was read."""


class Told(NamedTuple):
    """What the process that writes the output keeps of a document until all are done.

    Attributes:
        id: the document.
        sizes: bytes of its ledger, of its line and of its marks, one after the other in what is kept of the portion.
        is_clean: whether there is a clean text.
        failure: the stage that failed and why.
    """

    id: str
    sizes: tuple[int, int, int]
    is_clean: bool
    failure: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of the documents of a portion.

    Attributes:
        name: of the portion.
        file: the file of rows they come from; empty if they come from none.
        documents: each of them, in order.
        rendered: their rows.
        figures: counts over all of them.
        written: files that were written for them.
    """

    name: str
    file: str
    documents: tuple[Told, ...]
    rendered: Rendered
    figures: Figures
    written: tuple[str, ...]


class _Document(NamedTuple):
    counts: Mapping[str, Any]
    line: bytes
    ledger: bytes
    marks: bytes
    outcome: Outcome
    written: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Tells what became of documents, and writes what is a file of its own.

    Attributes:
        out: the output folder; None: nothing is written.
        spill: keeps what is told.
        files: the files of rows, by their ids.
        extra: what is written beside the text of a row, of :data:`EXTRA`.
    """

    out: OutWriter | None
    spill: Spill
    files: Mapping[str, RowFile] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    def document(self, row: Row, doc: Document | None) -> _Document:
        """See :meth:`textclean.engines.protocol.Finish.document`."""
        if doc is None or (row.failure is not None and row.failure.stage in _NOT_CLEANED):
            return self._not_cleaned(row, doc)
        if doc.id != row.id:
            raise OutputError(_damaged(row.id))
        try:
            counted = counts(doc)
        except (TypeError, ValueError) as error:  # of layers, which are read when they are needed
            raise OutputError(_damaged(row.id)) from error
        counted["source_bytes"], counted["failed"] = row.size, int(row.failure is not None)
        line = _begun(row)
        line |= {
            "encoding": doc.source.encoding if doc.source else None,
            "source_sha256": doc.source.digest if doc.source else None,
            "meta": doc.meta,
            "figures": counted,
        }
        ledger, written = b"", ""
        if self.out is not None:
            limit = ledger_limit(row.size)
            ledger, clean = pack_ledger(doc), doc.text.encode() + b"\n"
            for what, size in (("ledger", len(ledger)), ("clean text", len(clean))):
                if size > limit:
                    raise RestoreError(f"the {what} of {size:,} bytes is over the limit of {limit:,}; split the file")
            line["clean_sha256"] = digest(clean)
            if not row.file:
                self.out.write_text(row.id, clean)
                written = str(self.out.clean_path(row.id))
        marks = b"".join([mark_line(doc.id, mark) for mark in doc.marks])
        return _Document(counted, _unclosed(line), ledger, marks, Outcome(doc.text, True, self._beside(doc)), written)

    def _not_cleaned(self, row: Row, doc: Document | None) -> _Document:
        """A document that goes to quarantine: its source as it was read, if it was."""
        counted = {"documents": 1, "quarantined": 1, "source_bytes": row.size}
        raw = None
        if doc is not None:
            try:
                raw = doc.restored()
            except RestoreError:  # there is nothing to put in quarantine
                raw = None
        quarantined, written = row.rejected or raw is not None, ""
        if self.out is not None and not row.file and quarantined:
            if raw is not None:
                self.out.write_quarantined(row.id, raw)
            written = str(self.out.quarantine_path(row.id))
        line = _begun(row) | {"quarantined": quarantined}
        if quarantined and row.digest:
            line["source_sha256"] = row.digest
        text = None if raw is None or not row.file else raw.decode("utf-8", "surrogatepass")
        return _Document(counted, _unclosed(line), b"", b"", Outcome(text, False), written)

    def _beside(self, doc: Document) -> dict[str, Any]:
        return {name_of(extra): _EXTRA[extra](doc) for extra in self.extra}

    def portion(self, name: str, rest: bytes, done: Sequence[tuple[Row, _Document]]) -> Finished:
        """See :meth:`textclean.engines.protocol.Finish.portion`."""
        whole = Figures()
        told: list[Told] = []
        lines: list[bytes] = []
        for row, document in done:
            whole.add_counts(document.counts)
            pieces = document.ledger, document.line, document.marks
            lines += pieces
            failure = None if row.failure is None else (row.failure.stage, row.failure.error)
            sizes = (len(pieces[0]), len(pieces[1]), len(pieces[2]))
            told.append(Told(row.id, sizes, document.outcome.is_clean, failure))
        file = self.files.get(done[0][0].file) if done and done[0][0].number else None
        rendered = Rendered(b"", b"")
        if self.out is not None:
            self.spill.keep(FINISHED, name, b"".join(lines))
            if file is not None:
                rendered = file.rendered(rest, [document.outcome for _, document in done])
        written = tuple([document.written for _, document in done if document.written])
        return Finished(name, file.file if file else "", tuple(told), rendered, whole, written)


def name_of(extra: str) -> str:
    """The name of a further field: with a prefix, so that it is none of the record's own."""
    return _PREFIX + extra


def _begun(row: Row) -> dict[str, Any]:
    """The beginning of the line of ``documents.jsonl``."""
    line: dict[str, Any] = {"id": row.id}
    if row.number:
        line |= {"file": row.file, "row": row.number}
    if row.failure is not None:
        line["failed"] = [row.failure.stage, row.failure.error]
    return line


def _unclosed(line: dict[str, Any]) -> bytes:
    """A line of which the places of text and ledger are still to come."""
    return orjson.dumps(line)[:-1]


def _damaged(id: str) -> str:
    return f"{id}: what was kept of it between two phases is damaged; remove the output folder"


def _removed(doc: Document) -> Iterator[dict[str, Any]]:
    """What was cut out of a document and put in nowhere else, and is more than space."""
    for layer in doc.layers:
        for edit in layer.edits.rows():
            if not edit.new and edit.moved is None and not edit.old.isspace():
                twin = {} if edit.twin is None else {"twin": edit.twin}
                yield {"stage": layer.stage, "reason": edit.reason, "text": edit.old, **twin}


_EXTRA: Final[dict[str, Callable[[Document], Any]]] = {
    "meta": lambda doc: doc.meta,
    "marks": lambda doc: [mark.to_dict() for mark in doc.marks],
    "removed": lambda doc: list(_removed(doc)),
}
