import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from textclean.language.han import HAN, HAN_SCRIPT, IDEOGRAPHS, UNIFIED
from textclean.language.names import COMMON_SURNAMES, LONGEST_UNDIVIDED, NAME
from textclean.language.resources import read_words


def test_every_surname_is_listed_once_and_is_a_name_with_one_or_two_characters_behind_it() -> None:
    listed = read_words("surnames.txt")
    single = [name for kind in ("common", "other", "traditional") for name in listed[kind][0]]
    assert len(set(single)) > 300
    assert sorted(set(single)) == sorted(single)
    for surname in [*single, *listed["compound"]]:
        assert re.fullmatch(NAME, f"{surname}明"), surname
    assert set(single) > COMMON_SURNAMES


def test_classes_of_characters_hold_one_another_and_nothing_but_han() -> None:
    held = [set(re.findall(f"[{kind}]", "".join(map(chr, range(0x10000))))) for kind in (UNIFIED, IDEOGRAPHS, HAN)]
    assert held[0] < held[1] < held[2]
    assert all("IDEOGRAPH" in unicodedata.name(char, "IDEOGRAPH") or char == "〇" for char in held[2])
    assert held[2] < set(re.findall(f"[{HAN_SCRIPT}]", "".join(map(chr, range(0x10000)))))


@given(st.text("欧阳王司马明小·•一", min_size=LONGEST_UNDIVIDED + 1, max_size=8))
def test_a_name_without_a_dot_is_no_longer_than_that(word: str) -> None:
    assert re.fullmatch(NAME, "欧阳小明"[:LONGEST_UNDIVIDED])
    if re.fullmatch(NAME, word):
        assert not {"·", "•"}.isdisjoint(word)
