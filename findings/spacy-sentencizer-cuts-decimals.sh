#!/usr/bin/env bash
# spaCy 3.8.18's sentencizer ends a Chinese sentence within a number: blank("zh") makes a token of each character, the
# full stop of ASCII is among the signs that end a sentence, so 增长5.6%。 is two sentences, 增长5. and 6%。, and a web
# address falls to pieces as well. In English the number is one token and stays whole. A corpus of sentences
# from economic news is full of such halves, each a plausible line.
# Do instead: nlp.add_pipe("sentencizer", config={"punct_chars": ["。", "！", "？"]}); with that list it is right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check spacy==3.8.18
"$work/venv/bin/python" - <<'PY'
import spacy

TEXT = "今年产量增长5.6%。详见www.example.com。"
LIST = {"punct_chars": ["。", "！", "？"]}


def sentences(language: str, text: str, config: dict[str, list[str]] | None = None) -> list[str]:
    nlp = spacy.blank(language)
    nlp.add_pipe("sentencizer", config=config or {})
    return [sentence.text.strip() for sentence in nlp(text).sents]


print("spacy", spacy.__version__)
print("The sentencizer ends a Chinese sentence at a decimal point.\n")
usual, listed = sentences("zh", TEXT), sentences("zh", TEXT, LIST)
print("the text:          ", TEXT)
print("as usual:          ", usual)
print("with 。！？ alone: ", listed)
assert usual == ["今年产量增长5.", "6%。", "详见www.", "example.", "com。"], "spaCy cuts otherwise now"
assert listed == ["今年产量增长5.6%。", "详见www.example.com。"]
english = sentences("en", "Output rose by 5.6%. See www.example.com for more.")
print("English:           ", english)
assert english == ["Output rose by 5.6%.", "See www.example.com for more."]
PY
