"""Builds the counts of character sequences."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textclean.language.build.sources import lexicon, place_names, rare_words, training_news
from textclean.language.build.write import write_arrays
from textclean.language.ngrams import (
    BITS,
    FIRST,
    ORDER,
    attracted_pairs,
    code_units,
    fold_runs,
    number_table,
    pack_keys,
)
from textclean.language.resources import read_arrays
from textclean.language.script import traditional_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNS = "，。、：；？！（）“”‘’《》〈〉—…·％%.〇"
_WORDS = 2e6
"""How many words of running text the dictionaries stand for."""
_LEAST = 0.25
"""The count of a word that is known but hardly used."""
_ONCE = 1.01


def write_ngrams(folder: Path) -> None:
    """``chars`` and, by length, ``keys{n}`` (packed) and ``level{n}`` (uint8)."""
    import numpy as np

    paper = ["".join(words) for words in training_news(folder)]
    shares = lexicon(folder)
    for word in rare_words(folder) | place_names(folder):
        shares.setdefault(word, 0.0)
    weights = {word: max(share * _WORDS / 1e9, _LEAST) for word, share in shares.items()}
    chars = _chars(paper, weights)
    table = number_table(chars)
    text = fold_runs(table[code_units("\n" + "\n".join(paper) + "\n")]).astype(np.uint64)
    arrays: dict[str, NDArray[Any]] = {"chars": chars}
    for n in range(1, ORDER + 1):
        keys, amounts = _sequences(text[None, :], np.ones(1), n)
        if n == ORDER:  # sequences seen once are most of the table and say little
            keys, amounts = _summed(keys, amounts)
            keys, amounts = keys[amounts > _ONCE], amounts[amounts > _ONCE]
        parts = [(keys, amounts)]
        for length in range(n, 9):
            group = [word for word in weights if len(word) == length]
            codes = table[np.array([[ord(char) for char in word] for word in group], np.uint16)].astype(np.uint64)
            parts.append(_sequences(codes, np.array([weights[word] for word in group]), n))
        keys, amounts = _summed(*map(np.concatenate, zip(*parts, strict=True)))
        arrays[f"keys{n}"] = pack_keys(keys)
        arrays[f"level{n}"] = np.clip(np.round(6 * np.log2(4 * amounts)) + 1, 1, 255).astype(np.uint8)
        print(f"{len(keys):,} sequences of {n}")
    write_arrays("ngrams.npz", **arrays)


def write_attraction() -> None:
    """What is asked of every page, from the counts: ``chars`` as there, and the ``keys`` of the pairs (packed)."""
    write_arrays("attraction.npz", chars=read_arrays("ngrams.npz")["chars"], keys=pack_keys(attracted_pairs()))


def _chars(paper: list[str], weights: dict[str, float]) -> "NDArray[Any]":
    """The most frequent characters that a number is left for, in the order of their code points."""
    import numpy as np

    seen: dict[str, float] = dict.fromkeys(_SIGNS, 1e12)
    for text in paper:
        for char in text:
            seen[char] = seen.get(char, 0.0) + 1
    for word, weight in weights.items():
        for char in word:
            seen[char] = seen.get(char, 0.0) + weight
    mine = [char for char in seen if char in _SIGNS or ("一" <= char <= "鿿" and char not in traditional_only())]
    mine.sort(key=lambda char: (-seen[char], char))
    return np.array(sorted(map(ord, mine[: (1 << BITS) - FIRST])), np.uint16)


def _sequences(rows: "NDArray[Any]", weights: "NDArray[Any]", n: int) -> "tuple[NDArray[Any], NDArray[Any]]":
    """Keys and weights of the sequences of ``n`` in every row; those with a character without a number are left out."""
    import numpy as np

    width = rows.shape[1] - n + 1
    keys = np.zeros((len(rows), width), np.uint64)
    whole = np.ones(keys.shape, bool)
    for j in range(n):
        part = rows[:, j : j + width]
        keys = (keys << np.uint64(BITS)) | part
        whole &= part != 0
        if 0 < j < n - 1:
            whole &= part != 1  # nothing reaches across an edge
    amounts = np.broadcast_to(weights[:, None], keys.shape)
    return keys[whole], amounts[whole]


def _summed(keys: "NDArray[Any]", amounts: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
    import numpy as np

    unique, place = np.unique(keys, return_inverse=True)
    return unique, np.bincount(place, weights=amounts)
