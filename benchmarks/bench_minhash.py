"""Duplicates."""

import random
from collections.abc import Callable

import pytest

from textclean.document import Document
from textclean.minhash import KEPT, near_duplicates
from textclean.stage import TextRef
from textclean.stages.duplicates import Duplicates
from textclean.testing import corpus, news_paragraph

Timer = Callable[..., float]


def with_copies(count: int, seed: int) -> list[str]:
    """Paragraphs of 60 to 400 characters, one in five a near copy (edited or cut) and one in ten an exact one."""
    rng = random.Random(seed)
    base = [news_paragraph(rng) for _ in range(count * 7 // 10)]

    def altered(text: str) -> str:
        if rng.random() < 0.7:
            chars = list(text)
            for _ in range(max(1, int(len(chars) * rng.uniform(0.01, 0.1)))):
                chars[rng.randrange(len(chars))] = rng.choice(rng.choice(base))
            return "".join(chars)
        size = int(len(text) * rng.uniform(0.5, 0.97))
        return text[:size] if rng.random() < 0.5 else text[-size:]

    texts = base + [altered(rng.choice(base)) for _ in range(count // 5)] + rng.choices(base, k=count // 10)
    rng.shuffle(texts)
    return texts


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    return with_copies(10_000, 1)


@pytest.mark.parametrize("containment", [None, 0.9])
def test_near_duplicates(times_decode: Timer, paragraphs: list[str], containment: float | None) -> None:
    found = near_duplicates(paragraphs, 0.8, containment)
    assert 1000 < sum(found.kind != KEPT) < 3000
    name = "near_duplicates of 10,000 paragraphs" + (f", containment {containment}" if containment else "")
    times_decode(name, lambda: near_duplicates(paragraphs, 0.8, containment), paragraphs, "" if containment else "≤ 20")


def test_datasketch(times_decode: Timer, paragraphs: list[str]) -> None:
    part = paragraphs[:2000]
    times_decode("the same by datasketch, of 2,000", lambda: near_duplicates(part, backend="datasketch"), part)


@pytest.mark.parametrize("step", ["observe", "decide", "findings"])
def test_the_stage(times_decode: Timer, step: str) -> None:
    stage = Duplicates()
    texts = corpus(2, 400_000, noisy=False)
    texts = [text + (f"\n{texts[i // 2].splitlines()[1]}" if i % 3 == 0 else "") for i, text in enumerate(texts)]
    documents = [Document(f"{i:06d}", text) for i, text in enumerate(texts)]
    observed = [(doc.id, stage.observe(doc)) for doc in documents]

    def pieces(refs: list[TextRef]) -> list[str]:
        return [texts[int(ref.id)][ref.start : ref.end] for ref in refs]

    verdicts = stage.decide(observed, pieces)
    work = {
        "observe": lambda: [stage.observe(doc) for doc in documents],
        "decide": lambda: stage.decide(observed, pieces),
        "findings": lambda: [stage.findings(doc, verdicts.get(doc.id)) for doc in documents],
    }
    times_decode(f"duplicates, {step}", work[step], texts, "≤ 25" if step == "observe" else "")
