"""The input of a run, to compare what it gives back with."""

from collections.abc import Iterator
from pathlib import Path

from textclean.commands.way_back import Source
from textclean.errors import InputError
from textclean.io.formats.names import Format
from textclean.io.formats.records import Fields
from textclean.io.inputs import File, Selection, find_files
from textclean.io.portions import Taken
from textclean.io.results import Manifest
from textclean.io.row_files import row_portions

_OTHER = "the restored bytes are not those of the input"
_MISSING = "is in the output, but not in the input"


class Inputs:
    """The files of an input, read as the run read them.

    Raises:
        UsageError: it is not there, or cannot be read.
    """

    def __init__(self, source: Path, manifest: Manifest) -> None:
        asked = manifest.made_with
        told = asked.get("--from", "")
        selection = Selection(
            tuple(asked.get("--include", "").splitlines()),
            tuple(asked.get("--exclude", "").splitlines()),
            Format.parse(told) if told else None,
        )
        self._fields = Fields(asked.get("--text-field", "text"), "")  # rows are compared by their numbers
        self._files: dict[str, File] = {
            file.id: file for file in find_files(source, manifest.max_document_bytes, selection)
        }

    @property
    def ids(self) -> list[str]:
        """The ids of its files."""
        return list(self._files)

    def differences(self, id: str, raw: bytes) -> Iterator[str]:
        """Why a file does not hold these bytes; nothing if it does."""
        if id not in self._files:
            yield _MISSING
            return
        try:
            if self._files[id].load() != raw:
                yield _OTHER
        except InputError as error:
            yield str(error)

    def texts(self, id: str) -> Iterator[Taken]:
        """The rows of a file."""
        if id in self._files:
            for portion in row_portions(self._files[id], self._fields, None, {}):
                yield from portion.read()

    def difference(self, row: Source, rows: Iterator[Taken]) -> str:
        """Why the next of ``rows`` is not this one; empty if it is."""
        taken = next(rows, None)
        if taken is None:
            return _MISSING
        same = taken.row == row.document.row and taken.content == row.text
        return "" if same else "the restored text is not that of the input"
