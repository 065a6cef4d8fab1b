"""Counts over documents."""

from tests.stages_for_tests import Picky, Upper
from textclean.document import Document, Findings, advance
from textclean.ledger import EditBuilder
from textclean.pipeline import Pipeline
from textclean.report.figures import Figures, family, figures, told


def changed(text: str, *cuts: tuple[int, int, str]) -> Document:
    edits = EditBuilder()
    for start, end, reason in cuts:
        edits.cut(start, end, reason, "a#1" if reason.startswith("exact") else None)
    return advance(Pipeline([]).clean(text), "stage", "1", Findings(edits.build()))


def test_paragraphs_are_counted_as_kept_cut_and_joined() -> None:
    found = figures(changed("一\n二\n三\n四\n\n五", (1, 2, "join"), (3, 5, "exact 1.00"), (7, 8, "blank")))
    assert found.paragraphs_kept == 3
    assert found.paragraphs_cut == {"exact": 1}
    assert found.paragraphs_joined == {"join": 1}
    assert found.edits == {("stage", "join"): 1, ("stage", "exact"): 1, ("stage", "blank"): 1}


def test_characters_of_the_source_are_told_without_undoing_anything() -> None:
    doc = changed("一二三四五", (1, 3, "r"))
    assert (figures(doc).source_characters, figures(doc).clean_characters) == (5, 3)


def test_figures_add_up_and_survive_as_json() -> None:
    one = figures(Pipeline([Upper(), Picky()]).clean("a,b\nc"))
    two = figures(Pipeline([Upper()]).clean("中,"))
    whole = Figures()
    whole.add(one)
    whole.add(two)
    assert whole.documents == 2
    assert whole.edits == {("upper", "width"): 2}
    assert whole.marks == {"fragment": 1}
    assert Figures.from_dict(whole.as_dict()) == whole


def test_bad_bytes_are_counted_and_byte_order_marks_are_not() -> None:
    assert figures(Pipeline([]).clean("\ufeff中文".encode() + b"\xff\xfe")).bad_bytes == 2


def test_reasons_with_figures_belong_to_one_family() -> None:
    assert family("contained 0.97") == family("contained 1.00") == "contained"


def test_every_reason_of_a_family_counts() -> None:
    found = figures(changed("一\n二\n三\n四", (0, 2, "near 0.91"), (4, 6, "near 0.87")))
    assert found.edits == {("stage", "near"): 2}


def test_figures_are_told_to_a_person_the_most_frequent_first() -> None:
    found = Figures(documents=1234, quarantined=2, failed=1, source_bytes=2_000_000)
    found.paragraphs_cut.update({"near": 1, "exact": 3})
    found.edits.update({("normalize", "width"): 5})
    lines = dict(told(found, 4.0))
    assert lines["documents"] == "1,234"
    assert lines["paragraphs cut"] == "4  (exact 3, near 1)"
    assert lines["edits of normalize"] == "5  (width 5)"
    assert lines["failures"] == "3  (not cleaned: 2; written as the stage before left them: 1)"
    assert lines["speed"] == "0.50 MB/s  (2,000,000 bytes in 4.00 s)"
    assert "speed" not in dict(told(found))
