"""The tables of Traditional and Simplified characters."""

import pytest

from textclean.language.script import simplified_only, simplified_table, traditional_only


@pytest.mark.parametrize(
    ("traditional", "simplified"), [("漢語新聞", "汉语新闻"), ("後裡國們", "后里国们"), ("龍馬", "龙马")]
)
def test_traditional_characters_have_their_simplified_form(traditional: str, simplified: str) -> None:
    assert traditional.translate(simplified_table()) == simplified


@pytest.mark.parametrize("text", ["后里干系只", "abc 12，。“”", "人民的新闻", "豈更車", ""])
def test_characters_of_both_scripts_and_compatibility_forms_stay(text: str) -> None:
    shared = "".join(char for char in text if char not in traditional_only())
    assert shared.translate(simplified_table()) == shared


def test_no_character_belongs_to_one_script_only_twice() -> None:
    assert not traditional_only() & simplified_only()
    assert 3000 < len(traditional_only()) < 3500
    assert 3600 < len(simplified_only()) < 4000


@pytest.mark.parametrize("char", "國們這說時會學對")
def test_frequent_traditional_characters_are_known(char: str) -> None:
    assert char in traditional_only()
    assert char.translate(simplified_table()) in simplified_only()


@pytest.mark.parametrize("char", "的后里干台咨余于一人")
def test_characters_of_both_scripts_are_in_neither_set(char: str) -> None:
    assert char not in traditional_only() | simplified_only()


def test_simplified_forms_are_not_traditional() -> None:
    table = simplified_table()
    both = {chr(code) for code in table.values() if code in table}
    assert both <= {"苧"}  # 薴 becomes 苧, and 苧 itself becomes 苎
