"""Builds the tables of Traditional and Simplified characters and of character frequencies."""

import math
from collections import Counter
from pathlib import Path

from textclean.language.build.sources import converter, news, word_counts
from textclean.language.build.write import write_arrays, write_text

_FREQUENT_BIG5 = 0xC67E
_COMPATIBILITY = (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
_SIGNS = {"　「」": 2e-3, "『』〈〉【】〔〕～％—…‘’·": 2e-4}
"""Signs that the newspaper lacks or edits away, with the least share they are given."""


def write_script() -> None:
    """Pairs (Traditional, Simplified) of single characters, and the characters of Simplified text only."""
    t2s, s2t = converter("t2s"), converter("s2t")
    old, new, only = [], [], []
    for code in range(0x2E80, 0x33480):
        if 0xD800 <= code < 0xE000 or code in _COMPATIBILITY:
            continue
        char = chr(code)
        simple = t2s(char)
        if simple != char:
            if len(simple) == 1:
                old.append(char)
                new.append(simple)
        elif s2t(char) != char and not _in_frequent_big5(char):
            only.append(char)
    write_text("script.txt", "\n".join(map("".join, (old, new, only))) + "\n")


def _in_frequent_big5(char: str) -> bool:
    try:
        raw = char.encode("big5")
    except UnicodeEncodeError:
        return False
    return int.from_bytes(raw, "big") <= _FREQUENT_BIG5


def write_characters(folder: Path) -> None:
    """Log-probabilities of non-ASCII characters: the larger of the shares in either script.

    Words outside the newspaper are scaled to its size, so that both weigh the same; every character of GB2312 and of
    Big5 is known at least as if it had been seen half a time.
    """
    import numpy as np

    paper = Counter(word for words in news(folder) for word in words)
    size = sum(len(word) * count for word, count in paper.items())
    lexicon = word_counts(folder)
    scale = size / sum(len(word) * count for word, count in lexicon.items())
    weights: dict[str, float] = {word: float(count) for word, count in paper.items()}
    for word, count in lexicon.items():
        weights[word] = weights.get(word, 0.0) + count * scale
    s2t = converter("s2t")
    best: dict[str, float] = {}
    for convert in (str, s2t):
        shares: dict[str, float] = {}
        for word, weight in weights.items():
            for char in convert(word):
                shares[char] = shares.get(char, 0.0) + weight
        total = sum(shares.values())
        for char, weight in shares.items():
            best[char] = max(best.get(char, 0.0), weight / total)
    for signs, share in _SIGNS.items():
        for char in signs:
            best[char] = max(best.get(char, 0.0), share)
    floor = 0.5 / (2 * size)
    for char in _charset("gb2312", 0xA1, 0xF8, 0xA1) + _charset("big5", 0xA1, 0xFA, 0x40):
        best[char] = max(best.get(char, 0.0), floor)
    rows = sorted((ord(char), math.log(max(share, floor))) for char, share in best.items() if ord(char) >= 0x80)
    code, log = zip(*rows, strict=True)
    write_arrays("characters.npz", code=np.array(code, np.uint32), log=np.array(log, np.float16))


def _charset(codec: str, first: int, last: int, low: int) -> list[str]:
    """The ideographs of a two-byte character set."""
    out = []
    for lead in range(first, last):
        for trail in range(low, 0xFF):
            char = bytes((lead, trail)).decode(codec, "ignore")
            if len(char) == 1 and "一" <= char <= "鿿":
                out.append(char)
    return out
