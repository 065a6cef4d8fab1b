"""Documents that are read together, where they are cleaned: some files, some rows of a file, some items of a list."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from textclean.document import Document
from textclean.errors import InputError
from textclean.io.formats.foreign import foreign
from textclean.io.formats.records import Block, Record
from textclean.io.inputs import File, escaped

DOCUMENTS_PER_PORTION: Final = 32
"""Documents that are read together, where each can be read alone."""


_OTHERWISE: Final = "which has no reader here: extract its text first, or insist with --from text"
_ADVICE: Final = {
    "JSON": "so name it .json, or give --from json; insist with --from text",
    "JSON lines": "so name it .jsonl, or give --from jsonl; insist with --from text",
}


class Taken(NamedTuple):
    """A document as it was read.

    Attributes:
        id: the document.
        content: what it holds; None if it could not be read.
        fault: why it could not be, or is no document.
        row: its number in the file, from 1; 0 where the document is no row of one.
        kept: of a row without content, whether it can be put in quarantine all the same.
    """

    id: str
    content: str | bytes | Document | None
    fault: str = ""
    row: int = 0
    kept: bool = False


class Portion(Protocol):
    """Documents that are read together. Can be sent to another process."""

    @property
    def file(self) -> str:
        """The id of the file of rows that they come from; empty if they come from none."""
        ...

    def ids(self) -> Iterable[str]:
        """The ids of the documents."""
        ...

    def read(self) -> Iterator[Taken]:
        """The documents, in order."""
        ...

    def rest(self, raw: Collection[int]) -> bytes:
        """What must be written around the texts, once they were read.

        Args:
            raw: places of the documents whose text must be in it, too.
        """
        ...

    def parts(self) -> Sequence["Portion"]:
        """A portion for each document."""
        ...


@dataclass(frozen=True, slots=True)
class Items:
    """Documents that are there already."""

    items: tuple[tuple[str, str | bytes | Document], ...]
    file: str = ""

    def ids(self) -> list[str]:
        """See :meth:`Portion.ids`."""
        return [id for id, _ in self.items]

    def read(self) -> Iterator[Taken]:
        """See :meth:`Portion.read`."""
        for id, content in self.items:
            yield Taken(id, content)

    def rest(self, raw: Collection[int]) -> bytes:
        """Nothing: see :meth:`Portion.rest`."""
        return b""

    def parts(self) -> list[Portion]:
        """See :meth:`Portion.parts`."""
        return [Items((item,)) for item in self.items]


@dataclass(frozen=True, slots=True)
class Files:
    """Files of which each is a document."""

    files: tuple[File, ...]
    file: str = ""

    def ids(self) -> list[str]:
        """See :meth:`Portion.ids`."""
        return [file.id for file in self.files]

    def read(self) -> Iterator[Taken]:
        """See :meth:`Portion.read`."""
        for file in self.files:
            try:
                raw = file.load()
            except InputError as error:
                yield Taken(file.id, None, str(error))
                continue
            what = "" if file.is_told else foreign(raw)
            yield Taken(file.id, raw, f"looks like {what}, {_ADVICE.get(what, _OTHERWISE)}" if what else "")

    def rest(self, raw: Collection[int]) -> bytes:
        """Nothing: see :meth:`Portion.rest`."""
        return b""

    def parts(self) -> list[Portion]:
        """See :meth:`Portion.parts`."""
        return [Files((file,)) for file in self.files]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file, each of them a document."""

    file: str
    block: Block

    def ids(self) -> list[str]:
        """See :meth:`Portion.ids`."""
        return [record_id(self.file, record) for record in self.block.records()]

    def read(self) -> Iterator[Taken]:
        """See :meth:`Portion.read`."""
        for record in self.block.records():
            yield Taken(record_id(self.file, record), record.text, record.fault or "", record.row, record.kept)

    def rest(self, raw: Collection[int]) -> bytes:
        """See :meth:`Portion.rest`."""
        return self.block.rest(raw)

    def parts(self) -> list[Portion]:
        """See :meth:`Portion.parts`."""
        return [Rows(self.file, block) for block in self.block.parts()]


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a file of rows, or the rest of one, that could not be read."""

    file: str
    fault: str

    def ids(self) -> list[str]:
        """See :meth:`Portion.ids`."""
        return [self.file]

    def read(self) -> Iterator[Taken]:
        """See :meth:`Portion.read`."""
        yield Taken(self.file, None, self.fault)

    def rest(self, raw: Collection[int]) -> bytes:
        """Nothing: see :meth:`Portion.rest`."""
        return b""

    def parts(self) -> list[Portion]:
        """See :meth:`Portion.parts`."""
        return [self]


def record_id(file: str, record: Record) -> str:
    """The id of a record's document: its file, and behind ``#`` its id field, or its row number where it has none."""
    return f"{file}#{record.row if record.key is None else escaped(record.key)}"
