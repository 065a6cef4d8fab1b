"""Paragraphs to look for copies in: seeded, the same on every machine."""

import random

from textclean.testing import news_paragraph


def with_copies(count: int, seed: int, low: int = 60, high: int = 400) -> list[str]:
    """Paragraphs of so many characters, one in five a near copy (edited or cut), one in ten an exact one."""
    rng = random.Random(seed)
    base = [news_paragraph(rng, low, high) for _ in range(count * 7 // 10)]

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
