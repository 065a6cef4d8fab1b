"""Twice the input takes at most 2.2 times the instructions, whatever it is: the short form of ``make bench-growth``."""

from pathlib import Path

import pytest

from benchmarks.baits import BAITS
from benchmarks.growth import MOST
from benchmarks.instructions import counts, missing

MISSING = missing()
pytestmark = [
    pytest.mark.growth,
    pytest.mark.skipif(bool(MISSING), reason=f"there is no {MISSING}: apt-get install valgrind, or make test-growth"),
]


@pytest.mark.parametrize("part", list(dict.fromkeys(bait.part for bait in BAITS)))
def test_twice_the_input_takes_twice_the_instructions(part: str, tmp_path: Path) -> None:
    found = counts(part, tmp_path)
    assert found.keys() == {bait.name for bait in BAITS if bait.part == part and bait.small}
    assert {name: round(twice / once, 2) for name, (once, twice) in found.items() if twice > MOST * once} == {}
