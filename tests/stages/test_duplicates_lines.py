"""Lines found together in columns are those that each document has; their source lines are its own."""

from functools import reduce
from itertools import pairwise
from operator import or_

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import texts
from textclean.document import Document
from textclean.minhash.codes import encode
from textclean.stages.duplicates import lines
from textclean.stages.duplicates.folding import fold, split
from textclean.stages.duplicates.lines import folded_lines

LINES = ["甲乙丙。", "", " \u3000", "臺灣，Ａ", "\u200b", "𠮷野家", "\r"]
some_lines = st.lists(st.sampled_from(LINES)).map("\n".join)
odd_lines = st.lists(st.sampled_from([*LINES, "\ud800"])).map("\n".join)


def obvious(many: list[str]) -> list[tuple[int, int, int, int, str]]:
    """Of each line that does not fold to nothing: its text, start, end, number, and what it folds to."""
    every = [
        (place, line.start, line.end, number, fold([line.text])[0])
        for place, text in enumerate(many)
        for number, line in enumerate(Document("one", text).paragraphs(), 1)
    ]
    return [row for row in every if row[-1]]


@pytest.mark.parametrize("built", [True, False], ids=["built", "plain"])
@settings(deadline=None)
@given(many=st.lists(odd_lines | texts, max_size=4))
def test_lines_found_together_are_those_of_each_text(built: bool, many: list[str]) -> None:
    if built and lines._built is None:
        pytest.skip("the extension is not built")
    with pytest.MonkeyPatch.context() as patch:
        if not built:
            patch.setattr(lines, "_built", None)
        found = folded_lines(many)
    assert len(found.bounds) == len(many) + 1
    places = [place for place, (lo, hi) in enumerate(pairwise(found.bounds)) for _ in range(hi - lo)]
    columns = (found.start.tolist(), found.end.tolist(), found.number.tolist(), split(found.codes))
    assert list(zip(places, *columns, strict=True)) == obvious(many)
    assert found.codes.offsets[-1] == len(found.codes.codes)


@pytest.mark.parametrize("built", [True, False], ids=["built", "plain"])
@settings(deadline=None)
@given(
    many=st.lists(texts.filter(bool), max_size=4), longest=st.integers(0, 8), marked=st.text("。，甲𠮷a", max_size=3)
)
def test_the_kinds_of_a_text_are_those_of_its_characters(
    built: bool, many: list[str], longest: int, marked: str
) -> None:
    if built and lines._built is None:
        pytest.skip("the extension is not built")
    table = np.zeros(1 << 16, np.uint8)
    for bit, char in enumerate(marked):
        if ord(char) < len(table):
            table[ord(char)] |= 1 << bit
    with pytest.MonkeyPatch.context() as patch:
        if not built:
            patch.setattr(lines, "_built", None)
        last, within = lines.kinds_of(encode(many), table, longest)
    own = [[int(table[ord(char)]) if ord(char) < len(table) else 0 for char in text] for text in many]
    assert last.tolist() == [kinds[-1] for kinds in own]
    assert within.tolist() == [reduce(or_, kinds) if len(kinds) <= longest else 0 for kinds in own]
