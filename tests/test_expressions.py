"""No regular expression tries a text in all its parts: the short form of ``python -m benchmarks.growth --regex``."""

import random
import re
from itertools import islice

import pytest

from benchmarks.expressions import Expression, baits, expressions, run

GIVEN_UP = 20.0
"""Seconds of the processor: a million times what any bait takes, and nothing to one that never ends."""


@pytest.mark.parametrize("one", expressions(), ids=lambda one: one.name)
def test_every_bait_comes_to_an_end(one: Expression) -> None:
    tried = [bait for bait in islice(baits(one.pattern, random.Random(2)), 40) if bait[1]]
    for bait in tried:
        for method in one.methods:
            assert run(one, method, bait, one.most or 400, GIVEN_UP) < GIVEN_UP, (method, bait)


def test_what_can_be_split_in_all_ways_is_found() -> None:
    hard = Expression("hard", re.compile("(?:a+)+b"), ("match",), 0)
    assert any(
        run(hard, "match", bait, 60, 0.2) == float("inf") for bait in islice(baits(hard.pattern, random.Random(2)), 40)
    )
