"""What ``manifest.json`` and ``documents.jsonl`` hold, checked when they are read: an output folder is input too."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from textclean.io.inputs import id_fault

MANIFEST_FORMAT = 1

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """``manifest.json``: what was run, on what, with which result.

    Attributes:
        format: :data:`MANIFEST_FORMAT`.
        textclean: the version that wrote it.
        recipe: every option of the run.
        fingerprint: digest of :attr:`made_with`.
        made_with: everything that decides a byte of the output (:mod:`textclean.fingerprint`).
        documents_sha256, marks_sha256: digests of the two files of rows.
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
    source_bytes: int = Field(0, ge=0)


class DocumentRow(BaseModel):
    """A line of ``documents.jsonl``, as far as the way back needs it.

    Attributes:
        id: the document.
        source_sha256: digest of its source; None if it was not read.
        clean_sha256, ledger_sha256: digests of the files written for it; None if it was not cleaned.
        failed: the stage that failed on it, and the error; None if none did.
        quarantined: whether its source lies in ``quarantine/``.
        figures: the size of its source.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)
    id: str
    source_sha256: Digest | None = None
    clean_sha256: Digest | None = None
    ledger_sha256: Digest | None = None
    failed: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    quarantined: bool = False
    figures: _Counted = _Counted()

    @property
    def is_clean(self) -> bool:
        """Whether a clean text and a ledger were written."""
        return self.clean_sha256 is not None

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
        wrong = id_fault(row.id)
        if wrong is not None:
            raise ValueError(f"the id {row.id!r} {wrong}")
        if row.is_clean != (row.ledger_sha256 is not None) or (row.is_clean and row.quarantined):
            raise ValueError(f"the row of {row.id!r} contradicts itself")
        return row


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
