"""What an index is asked, what it answers, and what a stage must offer to use one."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from textclean.errors import TextcleanError
from textclean.index.packing import Damaged
from textclean.minhash import bands
from textclean.minhash.codes import encode
from textclean.minhash.near import RECALL
from textclean.minhash.sketch import Sketches, sketch
from textclean.stage import Texts
from textclean.tables import Observations


@contextmanager
def told(name: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Errors of the store of the index ``name``, as errors that name it."""
    try:
        yield
    except errors as error:
        advice = "; put back a copy of it, or start another" if isinstance(error, Damaged) else ""
        advice = "; make room there" if "disk is full" in str(error) else advice
        raise TextcleanError(f"{name}: the index cannot be used: {error}{advice}") from error


class Parameters(NamedTuple):
    """What must be the same for the entries of an index to be comparable with new paragraphs.

    Attributes:
        n: characters a gram.
        slots: minima a signature.
        bands, rows: how the slots are banded.
        pieces: whether entries can be found as containers of a piece.
        texts: whether the index holds the texts, which exact verification needs.
        folding: which differences between texts were taken out before; empty for none.
        sketch: digest of a sketch of known texts: another one means other hash functions.
    """

    n: int
    slots: int
    bands: int
    rows: int
    pieces: bool
    texts: bool
    folding: str
    sketch: str

    @classmethod
    def of(
        cls, n: int, slots: int, threshold: float, *, pieces: bool = True, texts: bool = True, folding: str = ""
    ) -> "Parameters":
        """Parameters for finding near copies from ``threshold`` on."""
        return cls(n, slots, *bands.choose(threshold, slots, RECALL), pieces, texts, folding, sketch_digest(n, slots))

    def differences(self, other: Mapping[str, object]) -> list[str]:
        """``name: there, here`` of every parameter that ``other``, which an index was made with, has otherwise."""
        told = [(name, other.get(name), value) for name, value in self._asdict().items()]
        return [f"{name} is {there!r} in the index and {here!r} here" for name, there, here in told if there != here]


@cache
def sketch_digest(n: int, slots: int) -> str:
    """Tells hash functions apart: the digest of the sketches of three texts, one of them long."""
    made = sketch(encode(["新闻", "今天上午，县里的茶园开了园。" * 3, "长文" * 800 + "完"]), n, slots, pieces=True)
    raw = made.signatures.narrow.tobytes() + made.signatures.wide.tobytes() + made.prints.tobytes()
    return hashlib.blake2b(raw, digest_size=4).hexdigest()


class Paragraphs(NamedTuple):
    """Columns of several paragraphs, one row each.

    Attributes:
        key: uint64, (paragraphs, 2): equal for equal texts, 128 bits.
        length: int64, code points.
        sketches: as :func:`textclean.minhash.sketch.sketch` makes them.
        read: gives the texts of rows.
        measured: gives of texts what their similarity is measured on; it is what the sketches are of.
    """

    key: NDArray[np.uint64]
    length: NDArray[np.int64]
    sketches: Sketches
    read: Callable[[Sequence[int]], list[str]]
    measured: Callable[[Sequence[str]], list[str]] = list


class Entries(NamedTuple):
    """Paragraphs of a document to remember.

    Attributes:
        id: the document.
        paragraphs: its paragraphs.
        rows: int64, the rows of those to remember; rising.
        line: int64, one a row to remember: its 1-based line in the decoded source.
    """

    id: str
    paragraphs: Paragraphs
    rows: NDArray[np.int64]
    line: NDArray[np.int64]


class Earlier(NamedTuple):
    """Paragraphs of earlier runs that may be twins of new ones, in the order in which they were remembered.

    Attributes:
        number: int64, by which the index knows an entry; rising.
        name: ``id#line`` of each.
        length: int64, code points.
        key: uint64, (entries, 2).
        entry, row: int64, pairs that may be copies: places in this table and rows of the new paragraphs.
        kind: uint8, one a pair: what it may be (:mod:`textclean.minhash.twins`); a pair stands once for each.
        estimate: float64, the estimated similarity of the pair.
    """

    number: NDArray[np.int64]
    name: list[str]
    length: NDArray[np.int64]
    key: NDArray[np.uint64]
    entry: NDArray[np.int64]
    row: NDArray[np.int64]
    kind: NDArray[np.uint8]
    estimate: NDArray[np.float64]


class Index(ABC):
    """Paragraphs of earlier runs.

    Attributes:
        parameters: what the entries were made with.
    """

    parameters: Parameters

    @abstractmethod
    def state(self) -> str:
        """Changes whenever the entries do: same input and same state, same answers."""

    @abstractmethod
    def made_with(self) -> Mapping[str, str]:
        """What the last run that remembered something was made with, by ingredient; empty if that is not known."""

    @abstractmethod
    def set_made_with(self, made_with: Mapping[str, str]) -> None:
        """Write down what a run that remembered something was made with."""

    @abstractmethod
    def earlier(
        self,
        paragraphs: Paragraphs,
        rows: NDArray[np.int64],
        replaced: Collection[str],
        threshold: float,
        containment: float | None,
    ) -> Earlier:
        """Entries that may be twins of ``rows`` of ``paragraphs``; none of the documents ``replaced``.

        Those are run again, so what an earlier run kept of them is no longer there.
        """

    @abstractmethod
    def read(self, numbers: Sequence[int]) -> list[str]:
        """The texts of entries."""

    @abstractmethod
    def add(self, documents: Iterable[Entries]) -> None:
        """Remember paragraphs; a document that is there already is replaced."""

    @abstractmethod
    def close(self) -> None:
        """Release the index. Closing it twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def none_earlier() -> Earlier:
    """No entries."""
    no = np.empty(0, np.int64)
    return Earlier(no, [], no, np.empty((0, 2), np.uint64), no, no, np.empty(0, np.uint8), np.empty(0))


@runtime_checkable
class Remembering(Protocol):
    """A corpus stage that can compare with earlier runs."""

    def index_parameters(self) -> Parameters:
        """What an index for this stage is made with."""
        ...

    def decide_after(self, observations: Observations, texts: Texts, index: Index) -> Mapping[str, Any]:
        """Like ``decide``, but what earlier runs kept comes first."""
        ...

    def entries(self, observations: Observations, verdicts: Mapping[str, Any], texts: Texts) -> Iterator[Entries]:
        """What is to be remembered of each document after its verdict, in the order of ids."""
        ...
