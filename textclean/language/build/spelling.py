"""Fits the scorer of :mod:`textclean.language.spelling` on noise put into news that the tables have not seen.

The held-out part of the newspaper is halved: the first half gives the examples, on the second the figures are
measured.
"""

import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.language import spelling
from textclean.language.build.sources import held_out_news
from textclean.language.build.write import write_arrays
from textclean.language.confusions import confusions
from textclean.language.spelling.features import Figures, measure
from textclean.language.spelling.model import weights
from textclean.language.spelling.proposals import fold, propose
from textclean.language.spelling.tables import ASCII, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDS = 6
_RATE = 0.02
"""Share of characters replaced in the examples."""
_ANY, _LATIN = 0.12, 0.2
"""Up to the first, a replacement is any character of the text; up to the second, a letter or digit."""
_APART = 6
_CORPORA = (20, 100)
"""Paragraphs of the corpora on which the weight of the corpus's evidence is fitted."""


def fit_spelling(folder: Path) -> None:
    """Write the weights."""
    import numpy as np

    paragraphs = held_out_news(folder)
    text = "\n".join(paragraphs[: len(paragraphs) // 2])
    features, right, counts = [], [], []
    for seed in range(_ROUNDS):
        noisy, truth = add_noise(text, _RATE, seed)
        rows, good, _ = _examples(noisy, truth)
        features.append(rows)
        right.append(good)
        counts.append(np.ones(len(good)))
    rows, good, _ = _examples(text, {})
    features.append(rows)
    right.append(good)
    counts.append(np.full(len(good), float(_ROUNDS)))
    fitted = _logistic(np.concatenate(features), np.concatenate(right).astype(float), np.concatenate(counts))
    write_arrays("spelling.npz", weights=fitted, corpus=np.array([0.0, 1.0, 0.0, 0.0]))
    weights.cache_clear()
    corpus = _corpus_weights(paragraphs[: len(paragraphs) // 2])
    weights.cache_clear()
    names = ("constant", *Figures._fields, "corpus constant", "log-odds", "tells", "evidence")
    for name, weight in zip(names, (*fitted, *corpus), strict=True):
        print(f"  {name}: {weight:.2f}")
    write_arrays("spelling.npz", weights=fitted, corpus=corpus)


def _corpus_weights(paragraphs: list[str]) -> "NDArray[Any]":
    """What the corpus adds to a score: a constant, and weights of the score's log-odds and of the corpus's evidence."""
    import numpy as np

    figures, right, counts = [], [], []
    for size in _CORPORA:
        for start in range(0, len(paragraphs), size):
            clean = "\n".join(paragraphs[start : start + size])
            for seed in range(_ROUNDS):
                noisy, truth = add_noise(clean, _RATE, seed) if seed else (clean, {})
                pairs = Counter(spelling.telling_pairs(noisy).tolist())
                for found in spelling.find(noisy, 0.05):
                    evidence = spelling.corpus_evidence(found.pair, pairs[found.pair], len(noisy))
                    figures.append((np.log(found.score / (1 - found.score)), found.pair > 0, evidence))
                    right.append(truth.get(found.at) == found.intended)
                    counts.append(1.0 if seed else _ROUNDS - 1)
    return _logistic(np.array(figures, float), np.array(right, float), np.array(counts))


def evaluate_spelling(folder: Path) -> None:
    """Print what is found at several rates of false alarms."""
    import numpy as np

    paragraphs = held_out_news(folder)
    text = "\n".join(paragraphs[len(paragraphs) // 2 :])
    alarms = np.sort([found.score for found in spelling.find(text, 0.0)])[::-1]
    noisy, truth = add_noise(text, 0.01, 99)
    marks = {found.at: found for found in spelling.find(noisy, 0.0)}
    print(f"spelling: {len(text):,} characters, {len(truth)} wrong ones put in")
    for rate in (0.2, 0.5, 1, 2, 4):
        threshold = alarms[max(0, round(rate * len(text) / 10_000))]
        hits = [at for at in truth if at in marks and marks[at].score > threshold]
        exact = sum(marks[at].intended == truth[at] for at in hits)
        print(
            f"  {rate} false alarms in 10,000 characters: score above {threshold:.3f},"
            f" found {len(hits) / len(truth):.3f},"
            f" rightly corrected {exact / len(truth):.3f}"
        )


def add_noise(text: str, rate: float, seed: int) -> tuple[str, dict[int, str]]:
    """``text`` with characters replaced, mostly by look-alikes, and the truth by offset."""
    chance = random.Random(seed)
    table = confusions()
    latin: dict[str, list[str]] = {}
    for letter in ASCII:
        for char, likeness in table.get(letter, ()):
            if likeness >= 0.55:
                latin.setdefault(char, []).append(letter)
    han = [char for char in text if "一" <= char <= "鿿"]
    out = list(text)
    truth: dict[int, str] = {}
    last = -_APART
    for at, char in enumerate(text):
        if not "一" <= char <= "鿿" or chance.random() > rate or at - last < _APART:
            continue
        kind = chance.random()
        alike = [(other, level) for other, level in table.get(char, ())[:15] if other not in ASCII and level > 0.45]
        if kind < _ANY:
            new = chance.choice(han)
        elif kind < _LATIN and char in latin:
            new = chance.choice(latin[char])
        elif alike:
            new = chance.choices([other for other, _ in alike], [(level - 0.4) ** 2 for _, level in alike])[0]
        else:
            continue
        if new != char:
            out[at], truth[at], last = new, char, at
    return "".join(out), truth


def _examples(text: str, truth: dict[int, str]) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """Figures of the proposals, which of them are right, and where they stand."""
    import numpy as np

    folded, places = fold(text)
    rows = measure(folded.astype(np.uint32), propose(text, folded, places))
    at = places[rows.at]
    chars = tables().chars
    good = [truth.get(int(a)) == chr(int(chars[n])) for a, n in zip(at, rows.intended, strict=True)]
    return rows.figures.matrix(), np.array(good, bool), at


def _logistic(features: "NDArray[Any]", right: "NDArray[Any]", weights: "NDArray[Any]") -> "NDArray[Any]":
    """Weighted logistic regression by Newton's method with a small ridge: the constant, then the weights."""
    import numpy as np

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.column_stack([np.ones(len(features)), (features - mean) / spread])
    ridge = np.full(rows.shape[1], 1e-2)
    fitted = np.zeros(rows.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-(rows @ fitted)))
        slope = rows.T @ (weights * (chance - right)) + ridge * fitted
        curve = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        fitted -= np.linalg.solve(curve, slope)
    constant = fitted[0] - (fitted[1:] * mean / spread).sum()
    out: NDArray[Any] = np.concatenate([[constant], fitted[1:] / spread])
    return out
