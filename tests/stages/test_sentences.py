"""Headings, ends of sentences, and pieces that were cut out of a paragraph."""

import pytest

from textclean.stages.duplicates.folding import fold
from textclean.stages.duplicates.sentences import ends_a_sentence, is_cut_from, is_heading
from textclean.stages.duplicates.whole import Whole


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("产业升级 迈出新步伐", True),
        ("科技小院里有什么？", True),
        ("（市水务局供图）", True),
        ("他说，会的。", False),
        ("全县今年新修了三条公路，", False),
        ("本次会议讨论了以下几个方面：", False),
        ("字" * 41, False),
        ("增长3.5个百分点", True),
    ],
)
def test_headings(line, expected):
    assert is_heading(fold([line])[0]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完工。", True),
        ("完工。”", True),
        ("什么？”）", True),
        ("完工", False),
        ("完工，", False),
        ("", False),
        ("“”", False),
    ],
)
def test_the_end_of_a_sentence(text, expected):
    assert ends_a_sentence(fold([text])[0]) is expected


WHOLE = "市里今年修了三条公路。县里说：“明年还要再修两条公路。”村民们都说这样的日子越来越有盼头。"


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("今年修了三条公路。", True),
        ("市里今年修了三条公路", True),
        ("市里今年修了三条公路。", False),
        ("“明年还要再修两条公路。”", False),
        ("明年还要再修两条公路。", False),
        ("村民们都说这样的日子越来越有盼头。", False),
        ("都说这样的日子越来越有盼头。", True),
        ("完全是另外的一段话", False),
    ],
)
def test_a_cut_is_seen_where_the_piece_stood(piece, expected):
    piece, whole = fold([piece, WHOLE])
    assert is_cut_from(piece, Whole(whole)) is expected
