#!/usr/bin/env bash
# neattext 0.1.3 holds 元 for a currency sign and every Chinese character for an emoji. remove_currency_symbols() takes
# 元 out of 元旦 (New Year), 公元 (A.D.), 单元 and of the name 元; remove_emojis(), which clean_text() calls unasked,
# leaves of Chinese text only digits and marks, since its range runs from Ⓜ to 🉑 and so across all ideographs.
# tweet-preprocessor 0.6.0 has a range as wide: the default clean() of a Chinese sentence is an empty string.
# No error; an empty text looks like one that was nothing but noise.
# Do instead: emoji.replace_emoji() of the package emoji; and no cleaner of symbols that has not been tried on 元.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check neattext==0.1.3 tweet-preprocessor==0.6.0
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import neattext.functions
import preprocessor

print("neattext", version("neattext"), "and tweet-preprocessor", version("tweet-preprocessor"))
print("元 is deleted as a currency sign, and all Chinese as emoji, from text that holds neither.\n")
CASES = [
    (neattext.functions.remove_currency_symbols, "元旦假期，三单元的元先生", "旦假期，三单的先生"),
    (neattext.functions.remove_currency_symbols, "It cost $50.", "It cost 50."),
    (neattext.functions.remove_emojis, "县里今年增产5.6%。", "5.6%"),
    (neattext.functions.remove_emojis, "Output rose by 5.6%.", "Output rose by 5.6%."),
    (preprocessor.clean, "县里今年开始春播。", ""),
    (preprocessor.clean, "Sowing began today.", "Sowing began today."),
]
for function, text, expected in CASES:
    got = function(text)
    print(f"{function.__module__.split('.')[0]}.{function.__name__}: {text} → {got!r}")
    assert got == expected, "it is otherwise now"
PY
