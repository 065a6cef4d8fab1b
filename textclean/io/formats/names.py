"""What a file is called, and what that says of its format."""

from typing import Final, NamedTuple

from textclean.errors import UsageError

TEXT, JSONL, JSON, PARQUET = "text", "jsonl", "json", "parquet"
NAMES: Final = (TEXT, JSONL, JSON, PARQUET)
JSON_STREAM: Final = "json-stream"
"""Objects that follow each other over many lines; found by looking, no name of a file tells it."""
ROW_FORMATS: Final = (JSONL, JSON, JSON_STREAM, PARQUET)
COMPRESSIONS: Final = ("gz", "zst")

_OF_SUFFIX: Final = {".jsonl": JSONL, ".ndjson": JSONL, ".json": JSON, ".parquet": PARQUET, ".pq": PARQUET}
_SUFFIXES: Final = {TEXT: ".txt", JSONL: ".jsonl", JSON: ".json", PARQUET: ".parquet"}
_COMPRESSED: Final = {".gz": "gz", ".zst": "zst"}


class Format(NamedTuple):
    """How a file holds documents.

    Attributes:
        name: one of :data:`NAMES`; of ``text`` a file is a document, of the others a row is.
        compression: ``gz``, ``zst``, or empty.
    """

    name: str
    compression: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.compression}" if self.compression else self.name

    @property
    def has_rows(self) -> bool:
        """Whether a file holds rows, each of them a document."""
        return self.name != TEXT

    @classmethod
    def parse(cls, told: str) -> "Format":
        """The format of a name such as ``jsonl`` or ``jsonl.zst``.

        Raises:
            UsageError: it is none, or Parquet with a compression around it, which nothing reads.
        """
        name, dot, compression = told.partition(".")
        if name not in NAMES or (dot and compression not in COMPRESSIONS):
            known = ", ".join(NAMES)
            raise UsageError(f"unknown format {told!r}; known: {known}, each but parquet also with .gz or .zst behind")
        if name == PARQUET and compression:
            raise UsageError(f"{told}: a Parquet file is compressed inside; write parquet")
        return cls(name, compression)


def format_of(name: str) -> Format:
    """The format that the end of a file's name tells; text where it tells none."""
    stem, compression = _split_compression(name)
    _, dot, suffix = stem.rpartition(".")
    return Format(_OF_SUFFIX.get(f"{dot}{suffix}".lower(), TEXT), compression)


def renamed(name: str, to: Format) -> str:
    """``name`` with the suffixes of another format."""
    stem, _ = _split_compression(name)
    head, dot, suffix = stem.rpartition(".")
    if f"{dot}{suffix}".lower() in (*_OF_SUFFIX, ".txt"):
        stem = head
    return f"{stem}{_SUFFIXES[to.name]}" + (f".{to.compression}" if to.compression else "")


def _split_compression(name: str) -> tuple[str, str]:
    for suffix, compression in _COMPRESSED.items():
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], compression
    return name, ""
