"""What every format of rows makes of a file: blocks of records, and the rest that is written back around the texts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any, NamedTuple, Protocol

LONGEST_ID = 1 << 12
"""Bytes of an id: it stands in every row of the output about its document."""


class Fields(NamedTuple):
    """The fields of a record that are looked at, or written.

    Attributes:
        text: of its text: a name, or a dotted path into nested records.
        id: of its id, likewise; empty if records have none.
        added: the names of those that are written beside the text.
    """

    text: str = "text"
    id: str = "id"
    added: tuple[str, ...] = ()


class Record(NamedTuple):
    """A row of a file.

    Attributes:
        row: its number, from 1.
        key: what its id field holds; None where there is none.
        text: its text; None if it has none.
        fault: why it is no document; None if it is one.
        kept: whether it was kept as it came, so that it can be put in quarantine.
    """

    row: int
    key: str | None = None
    text: str | None = None
    fault: str | None = None
    kept: bool = True


class Outcome(NamedTuple):
    """What becomes of a row.

    Attributes:
        text: the text; None: as it stands in what :meth:`Block.rest` gave.
        is_clean: whether it belongs to the clean rows, and not to those in quarantine.
        extra: further fields to write, by name.
    """

    text: str | None
    is_clean: bool
    extra: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Rows as they are written: what is clean, and what is not. Both may be empty.

    Attributes:
        clean: rows of the clean file.
        quarantined: rows of the file in quarantine, as they came.
        lengths: of each clean row its bytes in ``clean``, separator included; where rows are not bytes one after the
            other, of its text.
        quarantined_lengths: likewise.
    """

    clean: bytes
    quarantined: bytes
    lengths: Sequence[int] = ()
    quarantined_lengths: Sequence[int] = ()

    def put_aside(self) -> "Rendered":
        """The rows in quarantine, as those of a file of their own."""
        return Rendered(self.quarantined, b"", self.quarantined_lengths)


class Block(Protocol):
    """Consecutive rows of a file, as they were read. Can be sent to another process."""

    def records(self) -> Sequence[Record]:
        """The records of the block."""
        ...

    def rest(self, raw: Collection[int]) -> bytes:
        """What is written around the texts later.

        Args:
            raw: places in :meth:`records`; of these the text stays, too, as it came.
        """
        ...

    def without(self, names: Collection[str]) -> "Block":
        """The block without the fields of these names, which a run has added."""
        ...

    def parts(self) -> Sequence["Block"]:
        """The block row by row."""
        ...


class RowBlock(Protocol):
    """Consecutive rows of a file as they stand: what is chosen from and not changed."""

    @property
    def count(self) -> int:
        """How many rows there are; blank lines count."""
        ...

    def texts(self) -> list[str]:
        """The text of each row; of a blank line the empty one.

        Raises:
            InputError: a row has none; its number is told.
        """
        ...


class RowFormat(Protocol):
    """A format of rows. Can be sent to another process."""

    @property
    def fields(self) -> Fields:
        """The names of the fields of text and id."""
        ...

    @property
    def limit(self) -> int:
        """Bytes of a row."""
        ...

    def blocks(self, file: BufferedIOBase) -> Iterator[Block]:
        """The rows of a file, in blocks of a few hundred kilobytes.

        A row that is too long is a fault and not kept.

        Raises:
            InputError: the file is damaged, or ends early; what came before is sound.
        """
        ...

    def render(self, rest: bytes, outcomes: Sequence[Outcome]) -> Rendered:
        """Rows with their texts put in.

        Args:
            rest: what :meth:`Block.rest` gave.
            outcomes: what became of each row.
        """
        ...
