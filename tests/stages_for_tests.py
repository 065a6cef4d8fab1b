"""Small stages with which the pipeline is tried."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from textclean.document import Document, Findings, Mark
from textclean.ledger import EditBuilder
from textclean.stage import CorpusStage, Field, Observation, Stage, TextRef, Texts
from textclean.tables import Observations, Schema


class Upper(Stage):
    """Widen commas."""

    name = "upper"
    mark: str = Field("，", description="what a comma becomes")

    def findings(self, doc: Document) -> Findings:
        edits = EditBuilder()
        for i, letter in enumerate(doc.text):
            if letter == ",":
                edits.replace(i, i + 1, self.mark, "width")
        return Findings(edits.build(), meta={"commas": doc.text.count(",")})


class FirstOnly(CorpusStage):
    """Cut a line that an earlier document has, as the texts themselves say."""

    name = "first-only"
    tables: ClassVar[Schema] = {"lines": {"id": "string", "start": "int64", "end": "int64", "line": "int64"}}

    def observe(self, doc: Document) -> Observation:
        lines = [(p.start, p.end) for p in doc.paragraphs() if p.text]
        return {
            "start": [a for a, _ in lines],
            "end": [b for _, b in lines],
            "line": doc.source_lines([a for a, _ in lines]),
        }

    def decide(self, observations: Observations, texts: Texts) -> Mapping[str, Any]:
        first: dict[str, str] = {}
        verdicts: dict[str, list[tuple[int, int, str]]] = {}
        for id, seen in observations:
            refs = [TextRef(id, a, b) for a, b in zip(seen["start"], seen["end"], strict=True)]
            for ref, line, text in zip(refs, seen["line"], texts(refs), strict=True):
                twin = first.setdefault(text, f"{id}#{line}")
                if twin != f"{id}#{line}":
                    verdicts.setdefault(id, []).append((ref.start, ref.end, twin))
        return verdicts

    def findings(self, doc: Document, verdict: Any) -> Findings:
        edits = EditBuilder()
        for start, end, twin in verdict or ():
            edits.cut(start, end, "exact", twin)
        return Findings(edits.build())


class Picky(Stage):
    """Fails on a document that holds a word."""

    name = "picky"
    word: str = "坏"

    def findings(self, doc: Document) -> Findings:
        if self.word in doc.text:
            raise ValueError("does not like it")
        return Findings(marks=[Mark(0, min(1, len(doc.text)), "fragment")])


class Overlapping(Stage):
    """Returns edits that overlap."""

    name = "overlapping"

    def findings(self, doc: Document) -> Findings:
        edits = EditBuilder()
        edits.cut(0, 2, "a")
        edits.cut(1, 3, "a")
        return Findings(edits.build())


class OutOfRange(Stage):
    """Returns an edit outside the text."""

    name = "out-of-range"

    def findings(self, doc: Document) -> Findings:
        edits = EditBuilder()
        edits.cut(0, len(doc.text) + 1, "a")
        return Findings(edits.build())


class Deadly(Stage):
    """Ends its process on a document that holds a word, or says that memory is out, as often as it may.

    ``lives`` is a folder that a file is put into for every time; once it holds ``times`` files, nothing happens any
    more. Files are counted because processes have nothing else in common.
    """

    name = "deadly"
    word: str = "毒"
    times: int = 10**6
    lives: str
    kill: bool = True

    def findings(self, doc: Document) -> Findings:
        folder = Path(self.lives)
        if self.word in doc.text and len(list(folder.iterdir())) < self.times:
            (folder / f"{time.monotonic_ns()}").touch()
            if self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
            raise MemoryError
        return Findings()
