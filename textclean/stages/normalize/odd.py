"""What calls for the rules for single characters, or for a mark: most texts have nothing of it."""

from functools import cache

from textclean.language import markdown
from textclean.language.han import HAN_SCRIPT
from textclean.stages.normalize import characters, mojibake
from textclean.stages.normalize.punctuation import CJK
from textclean.stages.normalize.spaces import BLANKS

PRIVATE = "\ue000-\uf8ff"
ALIEN = "\u0530-\u05ff\u0700-\u10ff\u1200-\u17b3\u17b6-\u180a\u1810-\u1cff\u2801-\u28ff\u2c00-\u2dff\ua000-\ua63f"
"""Letters and signs of scripts of which no single one stands among Chinese characters."""
JOINTS_BEYOND_LATIN = "．〇一"
JOINTS = '.-"%:m' + markdown.FIRSTS + JOINTS_BEYOND_LATIN
"""Everyday characters that :data:`SEQUENCES` begin with."""
SEQUENCES = "|".join(
    (
        rf"(?<=\.)(?:(?=\.)|(?<=[{HAN_SCRIPT}].)(?=[{HAN_SCRIPT}]))",  # dots typed for an ellipsis, a stop
        "(?<=-)(?=-)",  # hyphens typed for a dash
        f'(?<=")(?:(?<=[{CJK}].)|(?=[{CJK}]))',  # typed quotes
        "(?<=[0-9]%)(?=[0oO])",  # per mille read as per cent
        f"(?<=[0-9]:)(?=[{BLANKS}][0-9])",  # a time that was pulled apart
        "(?<=[0-9kcdm]m)(?=[23])",  # a unit without its exponent's raised digit
        "(?<=[A-Za-z]．)(?=[A-Za-z])",  # an address
        "(?<=〇)(?:(?<=[0-9].)|(?=[0-9]))",  # a number of two kinds of digits
        "(?<=一)(?:(?<=[0-9].)(?=[0-9])|(?<=[年日时月点].)(?=[一0-9]))",  # a dash read as the number
        markdown.SEQUENCES,
    )
)
"""What follows the first characters of sequences that call for a closer look: the extension knows the same."""
SINGLES = 3
"""Blanks in a row, with one character between each and the next, from which on a line may be spaced out."""
SPACED = rf"(?<=[{BLANKS}])(?<![{BLANKS}].)[{BLANKS}]*+(?:[^\r\n{BLANKS}][{BLANKS}][{BLANKS}]*+){{{SINGLES - 1}}}"
"""What follows the first of these blanks."""


def odd_choice(first: str | None = None) -> str:
    """An expression for the place after an odd character: one that a rule could act on, if only with those that follow.

    Carriage returns before line feeds do not count: the policies see to them in passing. ``first``: the character, if
    it is known; then the expression is much shorter.
    """
    choices: list[str] = []

    def may_be(characters: str) -> bool:
        return first is None or first in characters

    if first is None:
        choices += [rf"(?<=[{characters.ranges(alone())}])", r"(?<![\0-\uffff])"]
    elif first in alone() or first > "\uffff":
        return ""
    if may_be("\r"):
        choices.append(r"(?<=\r)(?!\n)")
    if may_be("&"):
        choices.append(f"(?<=&)(?={characters.ENTITY_REST})")
    if may_be("<"):
        choices.append("(?<=<)(?=/?[A-Za-z]|![-dD]|[?][xX])")
    if may_be(mojibake.LOST_SIGNS):
        choices.append(mojibake.LOST_REST)
    if first is None or (first > "\xff" and first not in mojibake.LOST_SIGNS + JOINTS):
        choices.append(
            rf"(?<![\0-\xff{mojibake.LOST_SIGNS}{JOINTS_BEYOND_LATIN}])(?=(?:[^\n]{{0,5}}?[{_rare()}]){{2}})"
        )
    return "|".join(choices) or "(?!)"


@cache
def _rare() -> str:
    """The inside of a class of rare characters: made once, since every one of them may be the first of a hit."""
    return characters.ranges(mojibake.rare())


@cache
def odd_characters() -> frozenset[str]:
    """Characters of the basic plane before a place that :func:`odd_choice` may match."""
    return frozenset([*alone(), *mojibake.rare(), *mojibake.LOST_SIGNS, *JOINTS, "\r", "&", "<"])


@cache
def alone() -> frozenset[str]:
    """Characters that need no others to be odd."""
    folds = characters.folds(width=True, radical=True, compatibility=True, control=True, newline=True)
    signs = characters.members(mojibake.SIGNS + PRIVATE)
    parts = (range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xD7A4, 0xD800), range(0xF900, 0x10000))
    signs += "⋯○•‧・∙⋅₀āēěīǐōǒūǔǎǖǘǚǜúü"
    signs += characters.members(ALIEN)
    others = (chr(code) for part in parts for code in part)
    composing = (char for char in others if characters.combines(char) or not characters.is_composed(char))
    return frozenset([*folds, *signs, *composing]) - {"\r"}
