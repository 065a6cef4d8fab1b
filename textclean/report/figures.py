"""Folds the layers and marks of documents into figures, and tells them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from textclean.document import Document
from textclean.ledger import family

_COLON = ": "


@dataclass(slots=True)
class Figures:
    """Counts over one document or many; ``add`` folds others in."""

    documents: int = 0
    quarantined: int = 0
    failed: int = 0
    source_bytes: int = 0
    source_characters: int = 0
    clean_characters: int = 0
    paragraphs_kept: int = 0
    paragraphs_cut: Counter[str] = field(default_factory=Counter)
    paragraphs_joined: Counter[str] = field(default_factory=Counter)
    edits: Counter[tuple[str, str]] = field(default_factory=Counter)  # by stage and reason
    marks: Counter[str] = field(default_factory=Counter)
    bad_bytes: int = 0

    def add(self, other: "Figures") -> None:
        """Fold ``other`` into these figures."""
        for name in self.__dataclass_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if not isinstance(mine, Counter):
                setattr(self, name, mine + theirs)
            elif theirs:
                for key, count in theirs.items():
                    mine[key] += count

    def add_counts(self, counts: Mapping[str, Any]) -> None:
        """Fold in what :func:`counts` told of a document."""
        for name, value in counts.items():
            if isinstance(value, int):
                setattr(self, name, getattr(self, name) + value)
            elif value:
                mine = getattr(self, name)
                for key, count in value.items():
                    key = _parted(key) if name == "edits" else key
                    mine[key] += count

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON values, counters in the order of their keys; that of edits is ``stage: reason``."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["edits"] = Counter({f"{stage}{_COLON}{reason}": n for (stage, reason), n in self.edits.items()})
        return {
            name: dict(sorted(value.items())) if isinstance(value, Counter) else value for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Figures":
        """The figures that :meth:`as_dict` gave.

        Raises:
            ValueError: another name, or a value of another kind.
        """
        counters = {name for name, value in cls().as_dict().items() if isinstance(value, dict)}
        for name, value in values.items():
            if name not in cls.__dataclass_fields__ or isinstance(value, Mapping) != (name in counters):
                raise ValueError(f"figures hold {name!r}: {value!r}")
        typed: dict[str, Any] = {
            name: Counter(value) if isinstance(value, Mapping) else value for name, value in values.items()
        }
        if "edits" in typed:
            typed["edits"] = Counter({_parted(name): n for name, n in typed["edits"].items()})
        return cls(**typed)


def counts(doc: Document) -> dict[str, Any]:
    """The figures of one document as JSON values, like :meth:`Figures.as_dict`."""
    text, grown = doc.text, 0
    edits: dict[str, int] = {}
    cut: dict[str, int] = {}
    joined: dict[str, int] = {}
    marks: dict[str, int] = {}
    for layer in doc.layers:
        (stage, _), (reasons, numbers, more, some_cut, some_joined) = layer.name, layer.tally
        grown += more
        for reason, count in zip(reasons, numbers, strict=True):
            key = _key(stage, reason)
            edits[key] = edits.get(key, 0) + count
        for these, those in ((some_cut, cut), (some_joined, joined)):
            for reason, count in these.items():
                those[reason] = those.get(reason, 0) + count
    for mark in doc.marks:
        marks[mark.kind] = marks.get(mark.kind, 0) + 1
    lines = text.split("\n")
    patches = doc.source.patches if doc.source is not None else ()
    return {
        "documents": 1,
        "quarantined": 0,
        "failed": 0,
        "source_bytes": 0,
        "source_characters": len(text) - grown,
        "clean_characters": len(text),
        "paragraphs_kept": len(lines) - lines.count("") - sum(map(str.isspace, lines)),
        "paragraphs_cut": _in_order(cut) if len(cut) > 1 else cut,
        "paragraphs_joined": _in_order(joined) if len(joined) > 1 else joined,
        "edits": _in_order(edits),
        "marks": _in_order(marks) if len(marks) > 1 else marks,
        "bad_bytes": sum([len(patch.original) for patch in patches if patch.end > patch.start]),
    }


def figures(doc: Document) -> Figures:
    """The figures of one document."""
    return Figures.from_dict(counts(doc))


def _in_order(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


@lru_cache(maxsize=1024)
def _key(stage: str, reason: str) -> str:
    """What edits of a stage are counted as: their reason without its figure."""
    return f"{stage}{_COLON}{family(reason)}"


@lru_cache(maxsize=1024)
def _parted(key: str) -> tuple[str, str]:
    """The stage and the reason in a key of the edits."""
    stage, _, reason = key.partition(_COLON)
    return stage, reason


def told(found: Figures, seconds: float = 0.0) -> Iterator[tuple[str, str]]:
    """Figures for a person: label and text. ``seconds``: how long it took; 0 if nothing was done."""
    yield "documents", f"{found.documents:,}"
    yield "paragraphs kept", f"{found.paragraphs_kept:,}"
    yield "paragraphs cut", _counts(found.paragraphs_cut)
    yield "paragraphs joined", _counts(found.paragraphs_joined)
    by_stage: dict[str, Counter[str]] = {}
    for (stage, reason), n in found.edits.items():
        by_stage.setdefault(stage, Counter())[reason] = n
    for stage, counts in sorted(by_stage.items()):
        yield f"edits of {stage}", _counts(counts)
    yield "marks", _counts(found.marks)
    yield "bad bytes kept", f"{found.bad_bytes:,}"
    failures = found.quarantined + found.failed
    where = f"  (not cleaned: {found.quarantined}; written as the stage before left them: {found.failed})"
    yield "failures", f"{failures:,}" + (where if failures else "")
    if seconds:
        speed = found.source_bytes / seconds / 1e6
        yield "speed", f"{speed:.2f} MB/s  ({found.source_bytes:,} bytes in {seconds:.2f} s)"


def _counts(counts: Mapping[str, int]) -> str:
    parts = ", ".join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda row: (-row[1], row[0])))
    return f"{sum(counts.values()):,}" + (f"  ({parts})" if parts else "")
