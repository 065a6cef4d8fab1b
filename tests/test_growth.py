"""Twice the input takes at most 2.2 times the instructions, whatever it is: the short form of ``make bench-growth``."""

from pathlib import Path

import pytest

from benchmarks.baits import BAITS
from benchmarks.expressions import expressions
from benchmarks.growth import MOST
from benchmarks.instructions import counts, missing

MISSING = missing()
pytestmark = [
    pytest.mark.growth,
    pytest.mark.skipif(bool(MISSING), reason=f"there is no {MISSING}: apt-get install valgrind, or make test-growth"),
]

FEW = 400_000
"""Instructions below which what an expression takes is not told from what it takes to begin."""

LARGEST_OF_A_LINE = 10_000_000
"""Instructions that all baits of an expression together may take, where it sees short lines only: 1 to 2 ms each."""


@pytest.mark.parametrize("part", list(dict.fromkeys(bait.part for bait in BAITS)))
def test_twice_the_input_takes_twice_the_instructions(part: str, tmp_path: Path) -> None:
    found = counts(part, tmp_path)
    assert found.keys() == {bait.name for bait in BAITS if bait.part == part and bait.small}
    assert {name: round(twice / once, 2) for name, (once, twice) in found.items() if twice > MOST * once} == {}


def test_no_expression_tries_a_text_in_all_its_parts(tmp_path: Path) -> None:
    found = counts("expressions", tmp_path)
    lines = {one.name for one in expressions() if one.most}
    rest = {name: pair for name, pair in found.items() if name not in lines}
    assert {name: (once, twice) for name, (once, twice) in rest.items() if twice > max(FEW, MOST * once)} == {}
    assert {name: found[name] for name in lines if found[name][1] > LARGEST_OF_A_LINE} == {}
