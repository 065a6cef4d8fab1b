"""check_stage catches what no stage may do; generated text is the same for the same seed."""

import random
import re

import pytest

from tests.stages_for_tests import FirstOnly, OutOfRange, Overlapping, Upper
from textclean.document import Document, Findings, Mark
from textclean.errors import EditError
from textclean.stage import Stage
from textclean.testing import check_stage, corpus


class Moody(Stage):
    """Finds something else every time."""

    name = "moody"

    def findings(self, doc: Document) -> Findings:
        return Findings(marks=[Mark(0, 0, "typo", score=random.random())])


class Grabbing(Stage):
    """Writes into the document that it reads."""

    name = "grabbing"

    def findings(self, doc: Document) -> Findings:
        doc.meta["seen"] = True  # type: ignore[index]
        return Findings()


def test_good_stages_pass() -> None:
    check_stage(Upper())
    check_stage(FirstOnly(), ["一\n一", "二"])


def test_a_stage_that_is_not_deterministic_is_caught() -> None:
    with pytest.raises(AssertionError, match="the same twice"):
        check_stage(Moody())


def test_a_stage_that_changes_its_input_is_caught() -> None:
    with pytest.raises(AssertionError, match="changed its input"):
        check_stage(Grabbing())


@pytest.mark.parametrize("stage", [Overlapping(), OutOfRange()])
def test_a_stage_with_bad_edits_is_caught(stage: Stage) -> None:
    with pytest.raises(EditError):
        check_stage(stage)


def test_a_stage_that_cannot_travel_is_caught() -> None:
    class Local(Upper):
        name = "local"

    with pytest.raises((AttributeError, AssertionError), match="Local"):
        check_stage(Local())


def test_generated_text_is_the_same_for_the_same_seed_and_noisy_where_asked() -> None:
    assert corpus(5, 5_000) == corpus(5, 5_000)
    assert corpus(5, 5_000) != corpus(6, 5_000)
    clean, noisy = "".join(corpus(5, 20_000, noisy=False)), "".join(corpus(5, 20_000))
    assert not re.search("[,:;?!\u00a0\u3000]", clean)
    assert 40 < 1000 * len(re.findall("[,:;?!\u00a0\u3000\r]", noisy)) / len(noisy) < 110
