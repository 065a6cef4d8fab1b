"""Labels of fields and the words that values are made of: ``data/labels.txt``, ``data/words.txt``."""

from collections.abc import Mapping

from textclean.language.resources import read_words

_LISTED = read_words("labels.txt", "textclean.stages.metadata")
_WORDS = read_words("words.txt", "textclean.stages.metadata")
_FILED = "filed"
"""How the file calls the labels whose values are not kept."""

KEYS: Mapping[str, str] = {
    label: "" if key == _FILED else key
    for key, labels in _LISTED.items()
    if key not in ("weak", "anybody")
    for label in labels
}
"""Label → the key of ``meta`` that it stands for; empty if its value is not kept."""
WEAK = frozenset(_LISTED["weak"])
"""Labels that also stand in forms, credits and conversations: alone on a line they need the right neighbours."""
ANYBODY = frozenset(_LISTED["anybody"])
"""Labels whose value may be an office, a user's name or a pen name."""

LISTS = frozenset({"author", "editor", "credits", "keywords"})
"""Keys whose values are lists."""
COUNTS = frozenset({"reads", "comments", "likes"})
"""Keys whose values are numbers."""
MILD = frozenset({"section", "keywords", ""})
"""Keys whose labels an article has for headings too: such a line stays where there is text above and below."""
_PERSONS = frozenset({"author", "editor", "credits"})
BARRED = frozenset(label for label, key in KEYS.items() if key in {*_PERSONS, "source"} and len(label) > 1)
"""Labels that may have a bar or a stroke for a colon."""
ROLES = frozenset(label for label, key in KEYS.items() if key in _PERSONS and len(label) > 1 and "人" not in label)
"""Labels that a name may follow behind a space."""


def any_of(kind: str) -> str:
    """The words of a kind as a choice for a regular expression; they may be expressions themselves."""
    return "|".join(_WORDS[kind])


def characters(kind: str) -> frozenset[str]:
    """The characters of a kind."""
    return frozenset("".join(_WORDS[kind]))
