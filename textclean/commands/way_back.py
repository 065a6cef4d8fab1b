"""The sources of a file of rows, from an output folder alone: what ``restore`` writes and ``verify`` compares."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from textclean.document import digest
from textclean.errors import RestoreError
from textclean.io.formats.records import Block, Outcome, Rendered, RowFormat
from textclean.io.out_folder import QUARANTINE
from textclean.io.out_reader import OutReader
from textclean.io.results import DocumentRow, FileRow


class Source(NamedTuple):
    """A row of a file, as it was.

    Attributes:
        document: what the run told of it.
        text: its text; None where it has none, or cannot be given back.
        problem: why it cannot be given back; empty if it can.
    """

    document: DocumentRow
    text: str | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that stood one after the other, all of them cleaned or none.

    Attributes:
        rows: the rows.
        block: what was written for them; None if nothing was.
        is_clean: whether they were cleaned; otherwise ``block`` holds them as they came.
    """

    rows: Sequence[Source]
    block: Block | None
    is_clean: bool

    def rendered(self, format: RowFormat) -> Rendered:
        """The rows as they are written back; without those that cannot be."""
        if self.block is None:
            return Rendered(b"", b"")
        if not self.is_clean:
            outcomes = [Outcome(None, is_clean=True) for _ in self.rows]
            return format.render(self.block.rest(range(len(self.rows))), outcomes)
        outcomes = [Outcome(row.text, is_clean=not row.problem) for row in self.rows]
        rendered = format.render(self.block.rest(()), outcomes)
        return Rendered(rendered.clean, b"", rendered.lengths)


@dataclass(slots=True)
class Located:
    """Where the rows of ``documents.jsonl`` about a file of rows begin, and their numbers in the file."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    starts: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, number: int, start: int) -> None:
        """One more row."""
        self.numbers.append(number)
        self.starts.append(start)

    def in_order(self, folder: OutReader) -> Iterator[DocumentRow]:
        """The rows in the order of the file.

        Raises:
            RestoreError: one cannot be read any more.
        """
        for i in sorted(range(len(self.numbers)), key=self.numbers.__getitem__):
            yield folder.document_at(self.starts[i])


def runs(folder: OutReader, file: FileRow, rows: Iterable[DocumentRow], max_bytes: int) -> Iterator[Run]:
    """The rows of a file as they were, in its order.

    Args:
        folder: the output folder.
        file: the file.
        rows: its rows in ``documents.jsonl``, in their order in the file.
        max_bytes: the limit on documents of the run.

    Raises:
        RestoreError: a file is missing or damaged; what was given before is sound.
    """
    rest = iter(rows)
    others = _Quarantined(folder, file, max_bytes)
    for block in folder.row_file(file, max_bytes).blocks():
        records = block.records()
        parts: Sequence[Block] = ()  # the block row by row, once other rows stood between its own
        found: list[Source] = []
        while len(found) < len(records):
            row = next(rest, None)
            if row is None:
                raise RestoreError(f"{folder.clean_rows_path(file.file)}: holds more rows than the run wrote")
            if row.is_clean:
                found.append(_source(folder, row, records[len(found)].text))
                if parts:
                    yield Run(found[-1:], parts[len(found) - 1], is_clean=True)
                continue
            if found and not parts:
                parts = block.parts()
                yield from (Run([one], part, is_clean=True) for one, part in zip(found, parts, strict=False))
            yield others.run(row)
        if not parts:
            yield Run(found, block, is_clean=True)
    for row in rest:
        if row.is_clean:
            yield _lost(row, "the clean file ends before its row: it was changed after the run")
        else:
            yield others.run(row)


def _lost(row: DocumentRow, problem: str) -> Run:
    return Run([Source(row, None, problem)], None, is_clean=False)


class _Quarantined:
    """The rows of a file that were not cleaned, one after the other."""

    def __init__(self, folder: OutReader, file: FileRow, max_bytes: int) -> None:
        self._parts = (
            part for block in folder.row_file(file, max_bytes, QUARANTINE).blocks() for part in block.parts()
        )

    def run(self, row: DocumentRow) -> Run:
        """The next of them, whose row in ``documents.jsonl`` this is."""
        if not row.quarantined:
            return _lost(row, f"was not read, so there is nothing to give back: {row.failure}")
        try:
            part = next(self._parts, None)
        except RestoreError as error:
            return _lost(row, str(error))
        if part is None:
            return _lost(row, "is missing in quarantine: that file was changed after the run")
        text = part.records()[0].text
        changed = row.source_sha256 is not None and (text is None or _digest(text) != row.source_sha256)
        problem = "what lies in quarantine was changed after the run" if changed else ""
        return Run([Source(row, text, problem)], part, is_clean=False)


def _source(folder: OutReader, row: DocumentRow, clean: str | None) -> Source:
    """The row as it was, from its clean text and its ledger."""
    try:
        if clean is None:
            raise RestoreError("the clean text was changed after the run")
        return Source(row, folder.source(row, clean).decode("utf-8", "surrogatepass"))
    except (RestoreError, UnicodeError) as error:
        return Source(row, None, str(error))


def _digest(text: str) -> str:
    return digest(text.encode("utf-8", "surrogatepass"))
