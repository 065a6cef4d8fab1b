"""Labelled pairs of paragraphs, from ``cases/statements.toml``: reprints, and paragraphs that say something else."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencc import OpenCC

CASES = Path(__file__).parent / "cases/statements.toml"
WIRES = ["新华网北京1月12日电 ", "本报讯（记者 某某）", "江州晚报讯 ", "据青溪新闻网报道，", "摘要："]
CREDITS = ["（资料图）", "（完）", "（记者 王某某）", "责任编辑：某某", "（微博）"]
MISREAD = [
    ("人", "入"),
    ("未", "末"),
    ("日", "曰"),
    ("大", "太"),
    ("城", "域"),
    ("土", "士"),
    ("住", "往"),
    ("木", "本"),
]
UNPUNCTUATED = str.maketrans("", "", "，。、；：！？“”（）《》")
WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


class Pair(NamedTuple):
    """Two paragraphs: the one that stays, the other, whether it is a reprint, and in what they differ."""

    kept: str
    other: str
    is_reprint: bool
    kind: str


@cache
def paragraphs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(CASES.read_text(encoding="utf-8"))["paragraph"]
    return found


def pairs() -> list[Pair]:
    """All pairs, in order."""
    return [pair for number, one in enumerate(paragraphs()) for pair in (*facts(one), *reprints(one, number))]


def facts(one: dict[str, Any]) -> Iterator[Pair]:
    """Pairs that differ in a fact; also the other way round, and beside another dateline."""
    text = one["text"]
    for number, (old, new, kind) in enumerate(one["facts"]):
        assert old in text, old
        other = text.replace(old, new)
        yield Pair(text, other, False, kind)
        if number % 2:
            yield Pair(other, WIRES[number % len(WIRES)] + text, False, f"{kind}+dateline")
        if number == 0:
            yield Pair(text, text[:-1] + "，据悉类似情况此前也曾出现。", False, "addition")


def reprints(one: dict[str, Any], number: int) -> Iterator[Pair]:
    """Pairs that say the same."""
    text: str = one["text"]
    wire, other_wire = WIRES[number % len(WIRES)], WIRES[(number + 1) % len(WIRES)]
    credit = CREDITS[number % len(CREDITS)]
    yield Pair(text, text.replace("，", "、", 1)[:-1] + "！", True, "punctuation")
    yield Pair(text, text.translate(UNPUNCTUATED), True, "no punctuation")
    yield Pair(text, text.translate(WIDE), True, "width")
    yield Pair(text, OpenCC("s2t").convert(text), True, "script")
    yield Pair(text, wire + text, True, "dateline")
    yield Pair(wire + text, other_wire + text, True, "dateline")
    yield Pair(text, text + credit, True, "credit")
    yield Pair(text[:-1] + "，具体情况有待进一步了解。", text, True, "kept-only")
    words = [(old, new) for old, new in one["same"] if old in text]
    for old, new in words:
        yield Pair(text, text.replace(old, new, 1), True, "word")
    old, new = words[0]
    yield Pair(wire + text, text.replace(old, new, 1) + credit, True, "word+dateline+credit")
    misread = next((pair for pair in MISREAD if pair[0] in text), None)
    if misread:
        yield Pair(text, text.replace(*misread, 1), True, "ocr")
