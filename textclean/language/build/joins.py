"""Measures the evidence for joins on the part of the newspaper that the tables have not seen."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.language.build.sources import held_out_news
from textclean.language.joins import WINDOW, evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STOPS = frozenset("，。、：；？！（）“”‘’《》…—")
_SAMPLES = 3000


def evaluate_joins(folder: Path) -> None:
    """Breaks inside sentences against random tails and heads, and against the starts of other paragraphs."""
    import numpy as np

    chance = random.Random(1)
    paragraphs = [text for text in held_out_news(folder) if len(text) > 60]
    true, other = _breaks(paragraphs, chance), _breaks(paragraphs, chance)
    heads = [chance.choice(paragraphs)[:WINDOW] for _ in true]
    gains = {
        "true": np.array(evidence(true)),
        "a random head": np.array(evidence([(tail, head) for (tail, _), (_, head) in zip(true, other, strict=True)])),
        "a paragraph's start": np.array(evidence([(tail, head) for (tail, _), head in zip(true, heads, strict=True)])),
    }
    print("evidence for a join: share of true breaks / false ones above a threshold")
    for name in list(gains)[1:]:
        area = _area(gains["true"], gains[name])
        shares = [
            f"{t}: {np.mean(gains['true'] > t):.3f}/{np.mean(gains[name] > t):.4f}" for t in (0, 0.5, 1, 1.5, 2, 3, 4)
        ]
        print(f"  {name}: area under the curve {area:.4f};", "  ".join(shares))


def _breaks(paragraphs: list[str], chance: random.Random) -> list[tuple[str, str]]:
    """The two sides of random breaks that no punctuation touches."""
    out: list[tuple[str, str]] = []
    while len(out) < _SAMPLES:
        text = chance.choice(paragraphs)
        at = chance.randrange(WINDOW, len(text) - WINDOW)
        if not _STOPS.intersection(text[at - 1 : at + 1]):
            out.append((text[at - WINDOW : at], text[at : at + WINDOW]))
    return out


def _area(above: "NDArray[Any]", below: "NDArray[Any]") -> float:
    """The chance that a random figure of ``above`` is larger than one of ``below``."""
    import numpy as np

    ranks = np.concatenate([above, below]).argsort(kind="stable").argsort()
    return float((ranks[: len(above)].sum() - len(above) * (len(above) - 1) / 2) / len(above) / len(below))
