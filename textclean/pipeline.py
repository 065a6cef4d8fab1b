"""The public door: a pipeline of stages, for one document or for many."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textclean.document import Document
from textclean.errors import UsageError
from textclean.phases import Failure, Phases, one_document, sound
from textclean.recipe import AnyStage, Recipe, default, load

if TYPE_CHECKING:
    from textclean.index.open import Where

__all__ = ["Failure", "Item", "Pipeline", "clean", "named"]

Item = str | bytes | Document | tuple[str, str | bytes]


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
    def phases(self) -> Phases:
        """What engines run."""
        return Phases(self.recipe)

    def clean(self, content: str | bytes | Document, id: str = "document") -> Document:
        """Clean one document as a corpus of one.

        Raises:
            InputError: the bytes are not text, or over the limit.
            StageError: a stage failed; its name is in the message.
        """
        from textclean.tables import Observations

        phases = self.phases
        doc = sound(phases.proceed(0, phases.read(id, content), None))
        for phase in range(1, len(phases)):
            seen, (step,) = phases.observe(phase - 1, [doc])
            sound(step)
            observations = Observations(phases.observer(phase - 1).tables, seen)
            verdicts = phases.decide(phase - 1, observations, one_document(doc))
            doc = sound(phases.proceed(phase, doc, verdicts.get(doc.id)))
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
        from textclean.engines.local import run_corpus  # costs what one document need not pay

        return run_corpus(self.phases, named(documents), jobs, index)


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


def clean(content: str | bytes) -> Document:
    """Clean one document with the default recipe.

    Returns:
        The document: ``text``, ``meta``, ``marks``, ``layers``, ``restored()``.

    Raises:
        InputError: the bytes are not text, or over the limit.
        StageError: a stage failed.
    """
    return Pipeline.default().clean(content)
