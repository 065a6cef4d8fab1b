"""Near-duplicate paragraphs out of lines of text, JSON or Parquet: what ``textclean dedup`` does.

Two passes: the first takes in the texts, as code points, and nothing else; the second writes rows while it reads them.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from textclean.commands.dedup_input import AnyBlock, Asked, Input, changed, open_input
from textclean.commands.dedup_output import kept_writer, removed_writer
from textclean.errors import InputError, OutputError, UsageError
from textclean.io.formats.names import TEXT, Format, format_of
from textclean.io.inputs import STANDARD_INPUT
from textclean.io.out_writer import NewFile
from textclean.minhash import KEPT, KINDS, near_duplicates
from textclean.minhash.codes import Codes, encode
from textclean.minhash.growing import GrowingCodes

if TYPE_CHECKING:
    from textclean.index.open import Where
    from textclean.index.texts import TextIndex

_CORPUS: Final = "dedup"
_TEXTS: Final = 1 << 14
"""Texts that an index is asked about together."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Why a row is not kept.

    Attributes:
        row: its place in the input, from 0.
        twin: the place of the kept row, or ``file#row`` (from 1) of one that an earlier run kept.
        kind: ``exact``, ``contained`` or ``near``.
        similarity: Jaccard; of a contained row the share of it that stands in its twin.
    """

    row: int
    twin: int | str
    kind: str
    similarity: float

    @property
    def twin_told(self) -> int | str:
        """The twin as it is written: places count from 1."""
        return self.twin + 1 if isinstance(self.twin, int) else self.twin


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done: how many rows took part, and which were removed, in the order of the input."""

    compared: int
    removed: tuple[Removed, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the first pass found.

    Attributes:
        inputs: the files.
        counts: how many rows each of them has.
        takes_part: of each row, whether it is compared: not if it holds nothing but white space.
        texts: the texts of the rows that take part.
    """

    inputs: list[Input]
    counts: list[int]
    takes_part: NDArray[np.bool_]
    texts: GrowingCodes

    @property
    def places(self) -> NDArray[np.int64]:
        """The places in the input of the rows that take part; rising."""
        return np.flatnonzero(self.takes_part)


def dedup(
    files: Sequence[Path],
    out: BinaryIO,
    *,
    format: str | None = None,
    text_field: str | None = None,
    threshold: float = 0.8,
    containment: float | None = None,
    removed: Path | None = None,
    index: "Where | None" = None,
) -> Outcome:
    """Remove near-duplicate rows of ``files``, read one after the other, and write the others to ``out``.

    Rows are judged by the similarity of their texts alone: two that differ in a number or a name are copies if they are
    similar enough. Nothing is written unless all can be read. Files are read twice; what cannot be is copied first.

    Args:
        files: paths; ``-`` is standard input. All are of one format, compressed or not.
        out: where the kept rows go, not compressed, in their order and in the form in which they came.
        format: ``text`` (a paragraph a line), ``jsonl``, ``json`` or ``parquet``, ``.gz`` or ``.zst`` behind it where
            it is compressed; None: what the names of the files tell. Parquet is known by its first bytes, too.
        text_field: the field of the text; a dotted path leads into nested rows. None: ``text``. If it is named, a file
            whose name tells no format, and standard input, is JSON lines, otherwise text.
        threshold: the smallest Jaccard similarity of a near copy.
        containment: the smallest share of a piece that stands in another paragraph; None: pieces are not looked for.
        removed: a file for the rows that are not kept, compressed if its name ends in ``.gz`` or ``.zst``.
        index: what earlier runs kept comes first, and what is kept is remembered once all is written.

    Raises:
        InputError: a file cannot be read, or a row of it has no text; file and row are named.
        OutputError: a file was changed while it was read, or something cannot be written.
        UsageError: files of two formats, or an index that cannot be used.
    """
    asked = Asked(None if format is None else Format.parse(format), text_field)
    _check(files, asked, removed)
    with ExitStack() as stack:
        rows = _read(files, asked, stack)
        compared = int(np.count_nonzero(rows.takes_part))
        if index is None:
            outcome = Outcome(compared, tuple(_compared(rows, threshold, containment)))
            rows.texts.clear()  # the second pass needs them no more
            _write(rows, outcome, out, removed)
            return outcome
        from textclean.index.model import Parameters
        from textclean.index.open import open_with

        with open_with(index, Parameters.of(5, 64, threshold), corpus=_CORPUS) as opened:
            gone = _known(rows, opened, threshold, containment)
            new = _without(rows, gone)
            found = _compared(new, threshold, containment)
            outcome = Outcome(compared, tuple(sorted([*gone, *found], key=lambda one: one.row)))
            _write(new, outcome, out, removed)
            out.flush()
            _remember(_without(new, found), opened)
        return outcome


def _check(files: Sequence[Path], asked: Asked, removed: Path | None) -> None:
    """Refuse what cannot work, before anything is read."""
    if [str(path) for path in files].count(STANDARD_INPUT) > 1:
        raise UsageError("-: standard input can be read once")
    if asked.format is not None and asked.format.name == TEXT and asked.text_field is not None:
        raise UsageError(
            f"{asked.text_field}: lines of text have no fields; name the field or the format text, not both"
        )
    if removed is None:
        return
    if not removed.parent.is_dir():
        raise UsageError(f"{removed}: the folder of the file for what is removed does not exist")
    if os.path.realpath(removed) in {os.path.realpath(path) for path in files}:
        raise UsageError(f"{removed}: is one of the files that are read; name another for what is removed")


def _read(files: Sequence[Path], asked: Asked, stack: ExitStack) -> _Rows:
    """The first pass; ``stack`` closes the inputs."""
    inputs: list[Input] = []
    counts: list[int] = []
    texts = GrowingCodes()
    takes_part = [np.empty(0, np.bool_)]
    for path in files:
        input = open_input(path, asked)
        stack.callback(input.close)
        _check_alike(input, inputs[0] if inputs else input)
        inputs.append(input)
        count = 0
        for block in input.blocks(only_texts=True):
            codes = encode(_texts(input, block, asked))
            told = ~_is_blank(codes)
            texts.append(codes if told.all() else _some(codes, np.flatnonzero(told)))
            takes_part.append(told)
            count += len(told)
        counts.append(count)
    return _Rows(inputs, counts, np.concatenate(takes_part), texts)


def _check_alike(input: Input, first: Input) -> None:
    if input.format != first.format:
        raise UsageError(
            f"{input.name}: is not of the form of the files before ({input.format}, not {first.format}); "
            "dedup them one by one"
        )
    if input.container and first.container and not input.container.schema.equals(first.container.schema):
        raise InputError(f"{input.name}: has other columns than the file before; dedup them one by one")


def _texts(input: Input, block: AnyBlock, asked: Asked) -> list[str]:
    try:
        return block.texts()
    except InputError as error:
        hint = "; name it with --text-field" if "there is no field" in str(error) and asked.text_field is None else ""
        raise InputError(f"{input.name}, {error}{hint}") from error


@cache
def _is_space() -> NDArray[np.bool_]:
    """Of code points up to U+3000, the last that is white space, and one beyond."""
    return np.array([chr(point).isspace() for point in range(0x3002)])


def _is_blank(texts: Codes) -> NDArray[np.bool_]:
    """Which texts hold nothing but white space."""
    blank: NDArray[np.bool_] = texts.lengths == 0
    filled = np.flatnonzero(~blank)
    begins = np.minimum(texts.codes[texts.offsets[filled]], 0x3001)
    doubtful = filled[_is_space()[begins]]
    blank[doubtful] = [not text.strip() for text in texts.strings(doubtful)]
    return blank


def _some(texts: Codes, index: NDArray[np.int64]) -> Codes:
    """The texts of ``index``, rising."""
    if texts.lengths[index].sum() == len(texts.codes):  # the others are empty
        return Codes(texts.codes, np.append(texts.offsets[index], texts.offsets[-1]))
    return texts.take(index)


def _compared(rows: _Rows, threshold: float, containment: float | None) -> list[Removed]:
    """Which rows are copies of others, in their order."""
    found = near_duplicates(rows.texts.codes(), threshold=threshold, containment=containment)
    fell = np.flatnonzero(found.kind != KEPT)
    places = rows.places
    columns = (places[fell], places[found.twin[fell]], found.kind[fell], found.similarity[fell])
    return [
        Removed(row, twin, KINDS[kind], similarity)
        for row, twin, kind, similarity in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _known(rows: _Rows, index: "TextIndex", threshold: float, containment: float | None) -> list[Removed]:
    """Which rows are copies of what earlier runs kept, in their order."""
    documents = [input.document for input in rows.inputs]
    codes, places = rows.texts.codes(), rows.places
    gone: list[Removed] = []
    for at in range(0, len(places), _TEXTS):
        own = np.arange(at, min(at + _TEXTS, len(places)))
        twins = index.match(codes.strings(own), documents, threshold, containment)
        found = zip(places[own].tolist(), twins.name, twins.kind.tolist(), twins.similarity.tolist(), strict=True)
        gone += [Removed(row, name, KINDS[kind], score) for row, name, kind, score in found if name is not None]
    return gone


def _without(rows: _Rows, removed: Sequence[Removed]) -> _Rows:
    """Without the texts of removed rows: of ``rows`` they are gone, too."""
    if not removed:
        return rows
    takes_part = rows.takes_part.copy()
    takes_part[[one.row for one in removed]] = False
    rows.texts.keep(np.flatnonzero(takes_part[rows.takes_part]))
    return replace(rows, takes_part=takes_part)


def _remember(rows: _Rows, index: "TextIndex") -> None:
    """Remember the texts that are left, file by file."""
    codes, places = rows.texts.codes(), rows.places
    start = 0
    for input, count in zip(rows.inputs, rows.counts, strict=True):
        own = np.arange(*np.searchsorted(places, [start, start + count]))
        index.remember(input.document, codes.strings(own), (places[own] - start + 1).tolist())
        start += count


def _write(rows: _Rows, outcome: Outcome, out: BinaryIO, removed: Path | None) -> None:
    """The second pass.

    Raises:
        InputError: a file can no longer be read.
        OutputError: it is another one now, or something cannot be written.
    """
    if not rows.inputs:
        return
    for input in rows.inputs:
        input.check()
    gone = np.zeros(sum(rows.counts), np.bool_)
    gone[[one.row for one in outcome.removed]] = True
    with ExitStack() as stack:
        told = None
        if removed is not None:
            partial = removed.with_name(f".{os.getpid()}.partial")  # short: the name itself may be as long as can be
            file = stack.enter_context(NewFile(removed, partial))
            told = stack.enter_context(removed_writer(rows.inputs[0], file, format_of(removed.name).compression))
        kept = stack.enter_context(kept_writer(rows.inputs[0], out))
        at = done = end = 0
        for input, rows_of_input in zip(rows.inputs, rows.counts, strict=True):
            end += rows_of_input
            for block in input.blocks(only_texts=False):
                count = block.count
                if at + count > end:
                    raise OutputError(changed(input.name))
                own = gone[at : at + count]
                fell = outcome.removed[done : done + np.count_nonzero(own)]
                kept.add_kept(block, ~own)
                if told is not None:
                    told.add_removed(block, at, fell)
                at += count
                done += len(fell)
            if at != end:
                raise OutputError(changed(input.name))
