"""A reading that makes no word is a misread one; a name may be any word."""

import pytest

from textclean.language.misread import is_misread
from textclean.language.resources import read_words


@pytest.mark.parametrize(
    ("text", "own", "other"),
    [
        ("昨日公开开庭审理，市人民法院认为", "人", "入"),
        ("共处理党员干部八人", "干", "千"),
        ("修复后的明代古桥", "明", "日月"),
        ("附近钓鱼的木寸民先后跳入水中", "木寸", "村"),
        ("市儿重医院呼吸科", "重", "童"),
    ],
)
def test_what_makes_no_word_is_misread(text: str, own: str, other: str) -> None:
    start = text.index(own)
    assert is_misread(text, start, start + len(own), other)


@pytest.mark.parametrize(
    ("text", "own", "other"),
    [
        ("小将李未首次出场", "未", "末"),  # a name may be either
        ("工程由陈玮负责", "玮", "伟"),
        ("全市新增病例", "新", "旧"),  # they do not look alike
        ("他去了北京", "北京", "南京"),
    ],
)
def test_what_may_be_another_word_is_not(text: str, own: str, other: str) -> None:
    start = text.index(own)
    assert not is_misread(text, start, start + len(own), other)


def test_either_may_be_the_misread_one() -> None:
    assert is_misread("党员干部", 2, 3, "千")
    assert is_misread("党员千部", 2, 3, "干")


def test_a_divided_character_has_two_parts() -> None:
    rows = read_words("misread.txt")["divided"]
    assert len(set(rows)) == len(rows)
    assert all(len(row) == 3 for row in rows)
