"""The stages."""

from collections.abc import Callable, Sequence

import pytest

from textclean.document import Document
from textclean.pipeline import Pipeline
from textclean.recipe import AnyStage, default
from textclean.stage import CorpusStage, TextRef
from textclean.tables import Observations

Timer = Callable[..., float]
STAGES = default().stages
BATCH = 32  # documents that the local engine observes together


def through(stage: AnyStage, documents: list[Document]) -> list[Document]:
    """What a stage makes of a corpus."""
    if not isinstance(stage, CorpusStage):
        return [stage(doc) for doc in documents]
    from textclean.document import advance

    texts = {doc.id: doc.text for doc in documents}

    def pieces(refs: Sequence[TextRef]) -> list[str]:
        return [texts[ref.id][ref.start : ref.end] for ref in refs]

    batches = [documents[at : at + BATCH] for at in range(0, len(documents), BATCH)]
    verdicts = stage.decide(Observations(stage.tables, [stage.observe_many(batch) for batch in batches]), pieces)
    return [advance(doc, stage.name, stage.version, stage.findings(doc, verdicts.get(doc.id))) for doc in documents]


def seen_by(stage: AnyStage, texts: list[str]) -> list[Document]:
    """The corpus as the stages before ``stage`` leave it."""
    documents = [Pipeline([]).clean(text, f"{i:06d}") for i, text in enumerate(texts)]
    for before in STAGES[: STAGES.index(stage)]:
        documents = through(before, documents)
    return documents


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_stage_on_scraped_text(times_decode: Timer, scraped: list[str], stage: AnyStage) -> None:
    documents = seen_by(stage, scraped)
    aim = "≤ 17" if stage.name == "normalize" else ""
    times_decode(f"{stage.name}, scraped text", lambda: through(stage, documents), scraped, aim)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_stage_on_clean_text(times_decode: Timer, clean: list[str], stage: AnyStage) -> None:
    documents = seen_by(stage, clean)
    aim = "≤ 7" if stage.name == "normalize" else ""
    times_decode(f"{stage.name}, clean text", lambda: through(stage, documents), clean, aim)
