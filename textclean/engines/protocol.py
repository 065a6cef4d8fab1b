"""What an engine is: it runs the phases of a recipe over portions of documents, wherever and in whatever order."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from textclean.document import Document
from textclean.io.portions import Portion
from textclean.io.spill import Ref
from textclean.phases import Failure

Result = TypeVar("Result", covariant=True)

Watch = Callable[[str, int, int], None]
"""Told of progress: what is being done, how many documents are done, how many there are (0: not known yet)."""


@dataclass(slots=True)
class Row:
    """What an engine knows of one document between phases.

    Attributes:
        id: the document.
        portion: the name of the portion it was read in.
        file: the file of rows it comes from; empty if it comes from none.
        number: its number there, from 1.
        ref: where it lies; None if it failed before the first barrier.
        digest: of its source; empty if that was not read, or is no bytes.
        size: bytes of its source, as they were read.
        rejected: whether its source was kept as it was read.
        failure: what went wrong.
    """

    id: str
    portion: str = ""
    file: str = ""
    number: int = 0
    ref: Ref | None = None
    digest: str = ""
    size: int = 0
    rejected: bool = False
    failure: Failure | None = None


class Finish(Protocol[Result]):
    """What is done with documents that are clean, in the process that cleaned them."""

    def document(self, row: Row, doc: Document | None) -> Any:
        """Called with every document; None for one that failed before the first barrier.

        Raises:
            RestoreError: it cannot be finished. It is called again then, with that as the failure of the document.
        """
        ...

    def portion(self, name: str, rest: bytes, done: Sequence[tuple[Row, Any]]) -> Result:
        """Called with what :meth:`document` gave for all documents that were read together, and the rest of them."""
        ...


class Engine(Protocol):
    """Cleans portions of documents as one corpus."""

    @property
    def jobs(self) -> int:
        """The number of processes that work at the same time."""
        ...

    @property
    def seconds(self) -> Mapping[str, float]:
        """Processor time so far, by what was done: ``read``, ``decode``, the names of stages, ``write``."""
        ...

    def run(self, portions: Iterable[Portion], finish: Finish[Result]) -> Iterator[Result]:
        """Clean what ``portions`` hold, and finish it where it was cleaned.

        Yields what ``finish`` made of the documents of each portion, in the order of the portions. A row of a file
        whose id stood in an earlier row is a failure.

        Raises:
            UsageError: the id of another document stands twice.
            StageError: a corpus stage could not decide.
        """
        ...

    def remember(self) -> None:
        """Give what is kept to the index, if there is one: to be called when everything is written.

        Raises:
            TextcleanError: the index cannot be written.
        """
        ...


def double_id(id: str, row: int, seen: Container[str]) -> str:
    """The id of a row whose own id stood before: with the number of the row behind it."""
    while id in seen:
        id += f"#{row}"
    return id
