"""What ``manifest.json`` and ``documents.jsonl`` hold, checked when they are read: an output folder is input too."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from textclean.io.formats.names import COMPRESSIONS, ROW_FORMATS, Format
from textclean.io.inputs import id_fault
from textclean.io.shards import Place

MANIFEST_FORMAT = 2

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """``manifest.json``: what was run, on what, with which result.

    Attributes:
        format: :data:`MANIFEST_FORMAT`.
        textclean: the version that wrote it.
        recipe: every option of the run.
        fingerprint: digest of :attr:`made_with`.
        made_with: everything that decides a byte of the output (:mod:`textclean.fingerprint`).
        documents_sha256, marks_sha256, files_sha256: digests of the files of rows.
        shards_sha256: digests of the shards of the ledger.
        figures: counts over all documents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    format: int
    textclean: str
    recipe: Mapping[str, Any]
    fingerprint: Digest
    made_with: Mapping[str, str]
    documents_sha256: Digest
    marks_sha256: Digest
    files_sha256: Digest
    shards_sha256: list[Digest]
    figures: Mapping[str, int | dict[str, int]]

    @property
    def max_document_bytes(self) -> int:
        """The limit on the size of a document in that run."""
        return int(self.recipe["max_document_bytes"])

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The manifest of a file's bytes.

        Raises:
            ValueError: it is none, or one of another format; the message says what is wrong.
        """
        values = orjson.loads(raw)
        if not isinstance(values, dict) or values.get("format") != MANIFEST_FORMAT:
            raise ValueError(f"not a manifest of format {MANIFEST_FORMAT}")
        found = cls.model_validate(values)
        limit = found.recipe.get("max_document_bytes")
        if type(limit) is not int or limit < 1:
            raise ValueError("its recipe has no max_document_bytes")
        return found


class _Counted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
    source_bytes: int = Field(default=0, ge=0)


class DocumentRow(BaseModel):
    """A line of ``documents.jsonl``, as far as the way back needs it.

    Attributes:
        id: the document.
        file: the file of rows it is a row of; None if it is a file.
        row: its number there, from 1.
        source_sha256: digest of its source; None if it was not read.
        clean_sha256: digest of its clean text; None if it was not cleaned.
        at: where its row lies in the clean file of rows.
        ledger: where its ledger lies.
        failed: the stage that failed on it, and the error; None if none did.
        quarantined: whether its source lies in ``quarantine/``.
        figures: the size of its source.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
    id: str
    file: str | None = None
    row: int = Field(default=0, ge=0)
    source_sha256: Digest | None = None
    clean_sha256: Digest | None = None
    at: list[int] | None = None
    ledger: list[int] | None = None
    failed: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    quarantined: bool = False
    figures: _Counted = _Counted()

    @property
    def is_clean(self) -> bool:
        """Whether a clean text and a ledger were written."""
        return self.clean_sha256 is not None

    @property
    def place(self) -> Place:
        """Where its ledger lies, if it is clean."""
        return Place.parse(self.ledger or ())

    @property
    def failure(self) -> str:
        """Why there is no clean text."""
        return self.failed[1] if self.failed else "no reason was given"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """The row of a line.

        Raises:
            ValueError: it is none; the message says what is wrong.
        """
        try:
            row = cls.model_validate_json(line)
        except ValidationError as error:
            raise ValueError(fault(error)) from error
        wrong = id_fault(row.id if row.file is None else row.file)
        if wrong is not None:
            raise ValueError(f"the id {row.id!r} {wrong}")
        is_row = row.file is not None
        contradiction = (
            row.is_clean != (row.ledger is not None)
            or (row.is_clean and row.quarantined)
            or (row.at is not None) != (row.is_clean and is_row)
            or is_row != bool(row.row)
            or (is_row and not row.id.startswith(f"{row.file}#"))
        )
        if contradiction:
            raise ValueError(f"the row of {row.id!r} contradicts itself")
        if row.is_clean:
            row.place  # noqa: B018 - it is looked at where it enters
        return row


class FileRow(BaseModel):
    """A line of ``files.jsonl``: a file of rows.

    Attributes:
        file: its id.
        format: how it held rows, and those in quarantine are held: ``jsonl``, ``json``, ``json-stream`` or
            ``parquet``, and behind a dot how it is compressed.
        target: how the clean rows are held; None: likewise.
        text_field: the field of the text.
        extra: fields that the run added.
        rows: how many rows are in the clean file.
        clean_sha256: digest of the clean file; None if the file could not be read at all.
        quarantine_sha256: digest of the file of rows in quarantine; None if there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    file: str
    format: str
    target: str | None = None
    text_field: str
    extra: list[str] = []
    rows: int = Field(default=0, ge=0)
    clean_sha256: Digest | None = None
    quarantine_sha256: Digest | None = None

    @property
    def source_format(self) -> Format:
        """How it held rows."""
        return _format(self.format)

    @property
    def clean_format(self) -> Format:
        """How the clean rows are held."""
        return _format(self.target or self.format)

    @property
    def target_format(self) -> Format | None:
        """How the clean rows are held, if otherwise."""
        return None if self.target is None else _format(self.target)

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """The row of a line.

        Raises:
            ValueError: it is none; the message says what is wrong.
        """
        try:
            row = cls.model_validate_json(line)
        except ValidationError as error:
            raise ValueError(fault(error)) from error
        wrong = id_fault(row.file)
        if wrong is not None:
            raise ValueError(f"the id {row.file!r} {wrong}")
        for told in (row.source_format, row.clean_format):
            if told.name not in ROW_FORMATS or told.compression not in ("", *COMPRESSIONS):
                raise ValueError(f"unknown format {str(told)!r}")
        return row


def _format(told: str) -> Format:
    name, _, compression = told.partition(".")
    return Format(name, compression)


class MarkRow(BaseModel):
    """A line of ``marks.jsonl``, as far as a report needs it (:func:`textclean.io.records.mark_line`)."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
    doc: str
    kind: str
    text: Annotated[list[int], Field(min_length=2, max_length=2)] | None
    observed: str
    suggestion: str | None
    score: float
    evidence: str


def fault(error: ValidationError) -> str:
    """The first thing that is wrong, in a line."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
