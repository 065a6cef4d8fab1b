"""Duplicates."""

from collections.abc import Callable

import pytest

from benchmarks.bench_stages import BATCH
from benchmarks.workload import with_copies
from textclean.document import Document
from textclean.minhash import KEPT, near_duplicates
from textclean.stage import TextRef
from textclean.stages.duplicates import Duplicates
from textclean.tables import Observations
from textclean.testing import corpus

Timer = Callable[..., float]


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    return with_copies(10_000, 1)


@pytest.mark.parametrize("containment", [None, 0.9])
def test_near_duplicates(times_decode: Timer, paragraphs: list[str], containment: float | None) -> None:
    found = near_duplicates(paragraphs, 0.8, containment)
    assert 1000 < sum(found.kind != KEPT) < 3000
    name = "near_duplicates of 10,000 paragraphs" + (f", containment {containment}" if containment else "")
    aim = "" if containment else "≤ 1.7"
    times_decode(name, lambda: near_duplicates(paragraphs, 0.8, containment), paragraphs, aim)


def test_datasketch(times_decode: Timer, paragraphs: list[str]) -> None:
    part = paragraphs[:2000]
    times_decode("the same by datasketch, of 2,000", lambda: near_duplicates(part, backend="datasketch"), part)


@pytest.mark.parametrize("step", ["observe", "decide", "findings"])
def test_the_stage(times_decode: Timer, step: str) -> None:
    stage = Duplicates()
    texts = corpus(2, 400_000, noisy=False)
    texts = [text + (f"\n{texts[i // 2].splitlines()[1]}" if i % 3 == 0 else "") for i, text in enumerate(texts)]
    documents = [Document(f"{i:06d}", text) for i, text in enumerate(texts)]
    batches = [documents[at : at + BATCH] for at in range(0, len(documents), BATCH)]
    observed = Observations(stage.tables, [stage.observe_many(batch) for batch in batches])

    def pieces(refs: list[TextRef]) -> list[str]:
        return [texts[int(ref.id)][ref.start : ref.end] for ref in refs]

    verdicts = stage.decide(observed, pieces)
    work = {
        "observe": lambda: [stage.observe_many(batch) for batch in batches],
        "decide": lambda: stage.decide(observed, pieces),
        "findings": lambda: [stage.findings(doc, verdicts.get(doc.id)) for doc in documents],
    }
    times_decode(f"duplicates, {step}", work[step], texts)
