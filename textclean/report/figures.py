"""Folds the layers and marks of documents into figures, and tells them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from textclean.document import Document
from textclean.ledger import Edits

JOIN = "join"
"""How the reasons of edits begin that put a broken paragraph together."""
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
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, name, mine + theirs)

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
            named = ((name.partition(_COLON), n) for name, n in typed["edits"].items())
            typed["edits"] = Counter({(stage, reason): n for (stage, _, reason), n in named})
        return cls(**typed)


def figures(doc: Document) -> Figures:
    """The figures of one document."""
    found = Figures(documents=1, clean_characters=len(doc.text), source_characters=len(doc.text))
    found.paragraphs_kept = sum(1 for line in doc.text.split("\n") if line and not line.isspace())
    for layer in doc.layers:
        edits = layer.edits
        found.source_characters += sum(map(len, edits.olds)) - sum(map(len, edits.news))
        counts = Counter(edits.reasons)
        for reason, n in counts.items():  # several may be of one family
            found.edits[layer.stage, family(reason)] += n
        _count_paragraphs(edits, found)
    found.marks.update(mark.kind for mark in doc.marks)
    if doc.source is not None:
        found.bad_bytes = sum(len(patch.original) for patch in doc.source.patches if patch.end > patch.start)
    return found


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


def family(reason: str) -> str:
    """A reason without its figure: ``contained 0.97`` is ``contained``."""
    return reason.partition(" ")[0]


def _count_paragraphs(edits: Edits, found: Figures) -> None:
    for old, new, reason in zip(edits.olds, edits.news, edits.reasons, strict=True):
        if "\n" not in old:
            continue
        kind = family(reason)
        if kind.startswith(JOIN):
            found.paragraphs_joined[kind] += 1
        elif not new:
            lines = sum(1 for line in old.split("\n") if line and not line.isspace())
            if lines:
                found.paragraphs_cut[kind] += lines
