"""Paragraphs of made-up words with near, exact and cut copies among them: seeded, the same on every machine."""

import functools
import itertools
import math
import random

CHARACTERS = [chr(0x4E00 + 5 * i) for i in range(3000)]


@functools.cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Words of one to three characters and their cumulative weights, both about as skewed as in Chinese news."""
    rng = random.Random("words")
    weights = list(itertools.accumulate(1 / (i + 20) for i in range(len(CHARACTERS))))
    words = ["".join(rng.choices(CHARACTERS, cum_weights=weights, k=rng.choice((1, 2, 2, 2, 3)))) for _ in range(8000)]
    return words, list(itertools.accumulate(1 / (i + 10) for i in range(len(words))))


def paragraphs(count: int, seed: int, low: int = 60, high: int = 400, near: float = 0.2, exact: float = 0.1):
    rng = random.Random(seed)
    words, weights = vocabulary()

    def fresh() -> str:
        size = int(math.exp(rng.uniform(math.log(low), math.log(high))))
        drawn = iter(rng.choices(words, cum_weights=weights, k=size))
        text = ""
        stop = rng.randint(6, 20)
        while len(text) < size - 1:
            text += next(drawn)
            if len(text) >= stop:
                text += rng.choice("，，，。")
                stop = len(text) + rng.randint(6, 20)
        return text[: size - 1] + "。"

    def altered(text: str) -> str:
        way = rng.random()
        if way < 0.7:
            chars = list(text)
            for _ in range(max(1, int(len(chars) * rng.uniform(0.005, 0.06)))):
                at = rng.randrange(len(chars))
                chars[at : at + rng.choice((0, 1, 1, 1))] = rng.choice(CHARACTERS)
            return "".join(chars)
        if way < 0.9:
            size = int(len(text) * rng.uniform(0.5, 0.97))
            return text[:size] if rng.random() < 0.5 else text[-size:]
        return text + rng.choice(base)

    copies, twins = int(count * near), int(count * exact)
    base = [fresh() for _ in range(count - copies - twins)]
    texts = base + [altered(rng.choice(base)) for _ in range(copies)] + rng.choices(base, k=twins)
    rng.shuffle(texts)
    return texts
