"""Order, barriers and error policy. Knows no file format.

A pipeline runs in phases that meet at barriers. Phase 0 decodes a document, runs the stages before the first corpus
stage and observes for it; every later phase first applies the verdict of a corpus stage, then runs the stages up to
the next one, and observes for that. What happens in a phase depends on one document and its verdict alone, so an
engine may run it anywhere and in any order.
"""

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.decode import decode, decode_text
from textclean.document import Document, advance
from textclean.errors import InputError, StageError, TextcleanError, UsageError
from textclean.recipe import AnyStage, Recipe, default, load
from textclean.stage import CorpusStage, Observation, Stage, TextRef, Texts

if TYPE_CHECKING:
    from textclean.index.model import Index
    from textclean.index.open import Where

Item = str | bytes | Document | tuple[str, str | bytes]


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


@dataclass(frozen=True, slots=True)
class Step:
    """What a phase made of one document, or saw in it."""

    document: Document | None
    observation: Observation | None = None
    failure: Failure | None = None
    cause: Exception | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: the corpus stage whose verdict it applies, the stages it runs, and the one it observes for."""

    judged_by: CorpusStage | None
    stages: tuple[Stage, ...]
    observes: CorpusStage | None


class Pipeline:
    """Stages in order. The constructor only stores.

    Example:
        >>> pipe = Pipeline.default()
        >>> pipe.clean("今天,天气很好.").text
        '今天，天气很好。'
    """

    def __init__(self, stages: Sequence[AnyStage] | Recipe) -> None:
        self.recipe = stages if isinstance(stages, Recipe) else Recipe(tuple(stages))

    def __reduce__(self) -> tuple[object, ...]:
        return Pipeline, (self.recipe,)

    @classmethod
    def default(cls) -> "Pipeline":
        """The pipeline of the default recipe."""
        return cls(default())

    @classmethod
    def load(cls, path: str | Path) -> "Pipeline":
        """The pipeline of a recipe file.

        Raises:
            RecipeError: see :func:`textclean.recipe.load`.
        """
        return cls(load(path))

    def __repr__(self) -> str:
        return f"Pipeline([{', '.join(map(repr, self.recipe.stages))}])"

    @cached_property
    def phases(self) -> list[Phase]:
        """The phases, first to last; there is always one."""
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

    def start(self, id: str, content: str | bytes | Document, hint: str | None = None) -> Step:
        """Phase 0 for one document, up to what is observed. Of the document's faults only MemoryError is raised."""
        try:
            doc = self.read(id, content, hint)
        except TextcleanError as error:
            return Step(None, None, Failure(id, "decode", str(error)))
        step = _run_phase(self.phases[0], doc, None)
        return step if step.failure is None else Step(None, None, Failure(id, step.failure.stage, step.failure.error))

    def proceed(self, phase: int, doc: Document, verdict: Any) -> Step:
        """Phase ``phase`` (1, 2, …) for one document, up to what is observed. Raises like :meth:`start`."""
        return _run_phase(self.phases[phase], doc, verdict)

    def observe(self, phase: int, docs: Sequence[Document]) -> list[Step]:
        """What the corpus stage at the end of ``phase`` sees in ``docs``. Raises like :meth:`start`."""
        stage = self.phases[phase].observes
        if stage is None:
            return [Step(doc) for doc in docs]
        try:
            return [Step(doc, seen) for doc, seen in zip(docs, stage.observe_many(docs), strict=True)]
        except MemoryError:
            raise
        except Exception:  # one of them is to blame: each alone, so that it harms itself only
            return [_observed(stage, doc) for doc in docs]

    def decide(
        self,
        phase: int,
        observations: Sequence[tuple[str, Observation]],
        texts: Texts,
        index: "Index | None" = None,
    ) -> Mapping[str, Any]:
        """The verdicts of the barrier at the end of ``phase``, by document id; ``index``: of earlier runs.

        ``observations`` come in the order of ids as bytes (:func:`id_key`).

        Raises:
            StageError: the corpus stage raised; its name is in the message.
        """
        stage = self.phases[phase].observes
        if stage is None:
            raise ValueError(f"phase {phase} ends at no barrier")
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
        text, source = decode_text(content) if isinstance(content, str) else decode(content, hint)
        return Document(id, text, source=source)

    def clean(self, content: str | bytes | Document, id: str = "document") -> Document:
        """Clean one document as a corpus of one.

        Raises:
            InputError: the bytes are not text, or over the limit.
            StageError: a stage failed; its name is in the message.
        """
        doc = _sound(_run_phase(self.phases[0], self.read(id, content), None))
        for phase in range(1, len(self.phases)):
            (seen,) = self.observe(phase - 1, [doc])
            _sound(seen)
            verdicts = self.decide(phase - 1, [(doc.id, seen.observation or {})], one_document(doc))
            doc = _sound(self.proceed(phase, doc, verdicts.get(doc.id)))
        return doc

    def run(
        self, documents: Iterable[Item], jobs: int = 1, index: "Where | None" = None
    ) -> Iterator[Document | Failure]:
        """Clean many documents as one corpus, in the order of their ids as bytes; memory stays bounded.

        An item is a ``str``, ``bytes``, a :class:`Document` or a pair ``(id, content)``. One without an id gets its
        number in the iterable, from 0, as eight digits.

        With an ``index`` (a file, or a ``redis://`` address) paragraphs that earlier runs kept come first, and what
        is kept of these documents is remembered once the last of them was taken. A document of an id that the index
        knows is that document again, so give ids.

        Raises:
            UsageError: an id stands twice, ``jobs`` is below 1, or the index cannot be used.
            StageError: a corpus stage could not decide.
        """
        # The one import up the house: the public door opens the local engine.
        from textclean.engines.local import run_corpus

        return run_corpus(self, named(documents), jobs, index)


def named(items: Iterable[Item]) -> Iterator[tuple[str, str | bytes | Document]]:
    """Items with their ids.

    Raises:
        UsageError: an item is of another type.
    """
    for number, item in enumerate(items):
        if isinstance(item, Document):
            yield item.id, item
        elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield item
        elif isinstance(item, str | bytes):
            yield f"{number:08d}", item
        else:
            raise UsageError(
                f"item {number} is a {type(item).__name__}; give str, bytes, a Document or a pair (id, content)"
            )


def one_document(doc: Document) -> Texts:
    """Reads pieces of the one document of a corpus of one."""

    def texts(refs: Sequence[TextRef]) -> list[str]:
        return [doc.text[ref.start : ref.end] for ref in refs]

    return texts


def id_key(id: str) -> bytes:
    """What documents are ordered by."""
    return id.encode("utf-8", "surrogatepass")


def too_large(size: int, limit: int) -> str:
    """The message for a document over the limit."""
    return f"{size:,} bytes, over the limit of {limit:,}; raise max_document_bytes in the recipe, or split the file"


def clean(content: str | bytes) -> Document:
    """Clean one document with the default recipe.

    Returns:
        The document: ``text``, ``meta``, ``marks``, ``layers``, ``restored()``.

    Raises:
        InputError: the bytes are not text, or over the limit.
        StageError: a stage failed.
    """
    return Pipeline.default().clean(content)


def _run_phase(phase: Phase, doc: Document, verdict: Any) -> Step:
    name = "decode"
    try:
        if phase.judged_by is not None:
            judge = phase.judged_by
            name = judge.name
            doc = advance(doc, judge.name, judge.version, judge.findings(doc, verdict))
        for stage in phase.stages:
            name = stage.name
            doc = stage(doc)
    except MemoryError:  # perhaps others took it: whoever runs the phase may try again
        raise
    except Exception as error:  # a stage may raise anything; the document stays as the stage before left it
        return _failed(doc, name, error)
    return Step(doc)


def _observed(stage: CorpusStage, doc: Document) -> Step:
    try:
        return Step(doc, stage.observe(doc))
    except MemoryError:
        raise
    except Exception as error:  # as above
        return _failed(doc, stage.name, error)


def _failed(doc: Document, stage: str, error: Exception) -> Step:
    return Step(doc, None, Failure(doc.id, stage, _told(error), doc), error)


def _told(error: Exception) -> str:
    if isinstance(error, TextcleanError):
        return str(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}, line {frame.lineno})"


def _sound(step: Step) -> Document:
    if step.failure is not None:
        raise StageError(
            f"{step.failure.id}: stage {step.failure.stage!r} failed: {step.failure.error}"
        ) from step.cause
    assert step.document is not None  # a step has a document or a failure
    return step.document
