"""What happens to a document between two barriers. Knows no engine and no file.

A pipeline runs in phases that meet at barriers. Phase 0 decodes a document, runs the stages before the first corpus
stage and observes for it; every later phase first applies the verdict of a corpus stage, then runs the stages up to
the next one, and observes for that. What happens in a phase depends on one document and its verdict alone, so an
engine may run it anywhere and in any order.
"""

import re
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textclean.decode import decode, decode_text
from textclean.document import Document, Findings, advance
from textclean.document import id_key as id_key
from textclean.errors import InputError, StageError, TextcleanError
from textclean.ledger import away_from
from textclean.recipe import Recipe
from textclean.stage import CorpusStage, Stage, TextRef, Texts

if TYPE_CHECKING:
    from textclean.index.model import Index
    from textclean.tables import Observations, Seen


@dataclass(frozen=True, slots=True)
class Failure:
    """What stands in the place of a document that failed.

    Attributes:
        id: the document's id.
        stage: the stage that failed, or ``read``, ``decode``, ``ledger``, or ``worker`` where its process was killed.
        error: what went wrong, in a sentence.
        document: the document as the stage before left it; None if it failed before its first corpus stage.
    """

    id: str
    stage: str
    error: str
    document: Document | None = None


class Step(NamedTuple):
    """What a phase made of one document."""

    document: Document | None
    failure: Failure | None = None
    cause: Exception | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: the corpus stage whose verdict it applies, the stages it runs, and the one it observes for."""

    judged_by: CorpusStage | None
    stages: tuple[Stage, ...]
    observes: CorpusStage | None


class Phases:
    """The phases of a recipe, and what an engine does with one of them. Immutable; can be sent to another process.

    Attributes:
        recipe: the stages and the limit on documents.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def __reduce__(self) -> tuple[object, ...]:
        return Phases, (self.recipe,)

    def __len__(self) -> int:
        return len(self._phases)

    def __getitem__(self, number: int) -> Phase:
        return self._phases[number]

    @cached_property
    def _phases(self) -> list[Phase]:
        """First to last; there is always one."""
        phases: list[Phase] = []
        judge: CorpusStage | None = None
        run: list[Stage] = []
        for stage in self.recipe.stages:
            if isinstance(stage, CorpusStage):
                phases.append(Phase(judge, tuple(run), stage))
                judge, run = stage, []
            else:
                run.append(stage)
        return [*phases, Phase(judge, tuple(run), None)]

    def proceed(self, phase: int, doc: Document, verdict: Any) -> Step:
        """Phase ``phase`` for one document, up to what is observed; see :meth:`proceed_all`."""
        (step,) = self.proceed_all(phase, [doc], [verdict], Clock())
        return step

    def proceed_all(self, phase: int, docs: Sequence[Document], verdicts: Sequence[Any], clock: "Clock") -> list[Step]:
        """Phase ``phase`` for documents, up to what is observed: stage by stage, so that time is taken once a stage.

        Of what a stage may raise only MemoryError is raised.

        Args:
            phase: number of the phase.
            docs: documents, decoded.
            verdicts: those of the corpus stage before the phase, one per document; None before phase 0.
            clock: told of the time of each stage.
        """
        here = self[phase]
        made = list(docs)
        failed: dict[int, Step] = {}
        if (judge := here.judged_by) is not None:
            with clock.of(judge.name):
                for i, verdict in enumerate(verdicts):
                    try:
                        made[i] = self._advanced(made[i], judge, judge.findings(made[i], verdict))
                    except MemoryError:  # perhaps others took it: whoever runs the phase may try again
                        raise
                    except Exception as error:  # a stage may raise anything; the document stays as it was
                        failed[i] = _failed(made[i], judge.name, error)
        for stage in here.stages:
            with clock.of(stage.name):
                for i, doc in enumerate(made):
                    if i in failed:
                        continue
                    try:
                        made[i] = stage(doc) if not self._protect else self._advanced(doc, stage, stage.findings(doc))
                    except MemoryError:  # as above
                        raise
                    except Exception as error:  # as above
                        failed[i] = _failed(doc, stage.name, error)
        return [failed.get(i) or Step(doc) for i, doc in enumerate(made)]

    @cached_property
    def _protect(self) -> list[re.Pattern[str]]:
        return list(map(re.compile, self.recipe.protect))

    def _advanced(self, doc: Document, stage: Stage | CorpusStage, findings: Findings) -> Document:
        """The document after a stage, of whose edits those are left out that touch what the recipe protects."""
        if self._protect and findings.edits.starts:
            spans = merged([found.span() for pattern in self._protect for found in pattern.finditer(doc.text)])
            findings = replace(findings, edits=away_from(findings.edits, spans))
        return advance(doc, stage.name, stage.version, findings)

    def observer(self, phase: int) -> CorpusStage:
        """The corpus stage at the end of ``phase``.

        Raises:
            ValueError: it ends at none.
        """
        stage = self[phase].observes
        if stage is None:
            raise ValueError(f"phase {phase} ends at no barrier")
        return stage

    def observe(self, phase: int, docs: Sequence[Document]) -> "tuple[list[Seen], list[Step]]":
        """What the corpus stage at the end of ``phase`` sees in ``docs``, and a step a document.

        It sees them together; or, if that fails, each alone, for the one that is to blame harms only itself. Of what
        it may raise only MemoryError is raised.
        """
        stage = self.observer(phase)
        try:
            return [stage.observe_many(docs)], [Step(doc) for doc in docs]
        except MemoryError:
            raise
        except Exception:
            return _observed(stage, docs)

    def decide(
        self,
        phase: int,
        observations: "Observations",
        texts: Texts,
        index: "Index | None" = None,
    ) -> Mapping[str, Any]:
        """The verdicts of the barrier at the end of ``phase``, by document id; ``index``: of earlier runs.

        Raises:
            StageError: the corpus stage raised; its name is in the message.
        """
        stage = self.observer(phase)
        try:
            if index is not None:
                from textclean.index.model import Remembering

                if isinstance(stage, Remembering):
                    return stage.decide_after(observations, texts, index)
            return stage.decide(observations, texts)
        except Exception as error:
            raise StageError(f"stage {stage.name!r} could not decide: {_told(error)}") from error

    def read(self, id: str, content: str | bytes | Document, hint: str | None = None) -> Document:
        """Decode one document.

        Raises:
            InputError: it is over the limit, binary, or in an unsupported encoding.
        """
        if isinstance(content, Document):
            return content
        limit = self.recipe.max_document_bytes
        size = (
            len(content)
            if isinstance(content, bytes) or len(content) * 4 <= limit
            else len(content.encode("utf-8", "surrogatepass"))
        )
        if size > limit:
            raise InputError(too_large(size, limit))
        text, source = (
            decode_text(content) if isinstance(content, str) else decode(content, hint or self.recipe.charset)
        )
        return Document(id, text, source=source)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap or touch as one, empty ones left out."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def one_document(doc: Document) -> Texts:
    """Reads pieces of the one document of a corpus of one."""

    def texts(refs: Sequence[TextRef]) -> list[str]:
        return [doc.text[ref.start : ref.end] for ref in refs]

    return texts


def too_large(size: int, limit: int) -> str:
    """The message for a document over the limit."""
    return f"{size:,} bytes, over the limit of {limit:,}; raise max_document_bytes in the recipe, or split the file"


class Clock(dict[str, float]):
    """Seconds of processor time of this thread, by what was done."""

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Take the time of a block."""
        started = time.thread_time()
        try:
            yield
        finally:
            self[name] = self.get(name, 0.0) + time.thread_time() - started

    def add(self, other: Mapping[str, float]) -> None:
        """Fold other times in."""
        for name, seconds in other.items():
            self[name] = self.get(name, 0.0) + seconds


def _observed(stage: CorpusStage, docs: Sequence[Document]) -> "tuple[list[Seen], list[Step]]":
    """What is seen in each of ``docs`` alone."""
    seen, steps = [], []
    for doc in docs:
        try:
            seen.append(stage.observe_many([doc]))
            steps.append(Step(doc))
        except MemoryError:
            raise
        except Exception as error:  # as above
            steps.append(_failed(doc, stage.name, error))
    return seen, steps


def _failed(doc: Document, stage: str, error: Exception) -> Step:
    return Step(doc, Failure(doc.id, stage, _told(error), doc), error)


def _told(error: Exception) -> str:
    if isinstance(error, TextcleanError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}, line {frame.lineno})"


def sound(step: Step) -> Document:
    """The document of a step that did not fail.

    Raises:
        StageError: it failed; the stage is named.
    """
    if step.failure is not None:
        raise StageError(
            f"{step.failure.id}: stage {step.failure.stage!r} failed: {step.failure.error}"
        ) from step.cause
    assert step.document is not None  # a step has a document or a failure
    return step.document
