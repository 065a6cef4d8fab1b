#!/usr/bin/env bash
# FlashText 2.7 finds a Chinese keyword only where no ASCII letter, digit or underscore touches it. Of a dateline, the
# commonest beginning of Chinese news, it misses the place: 北京 is found in 北京昨日电 and not in 北京6月6日电; 芯片 is
# not found in AI芯片, nor 公里 in 32公里. Blocklists, name lists and replacements so skip a part of the text, without
# a sign. Chinese neighbours do no harm.
# Do instead: pyahocorasick, or before any search KeywordProcessor.set_non_word_boundaries(set()), which finds all
# (and then also inside Latin words).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check flashtext==2.7
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from flashtext import KeywordProcessor

CASES = {
    "北京昨日电": ("北京", True),
    "北京6月6日电": ("北京", False),
    "本报北京讯": ("北京", True),
    "国产芯片上市": ("芯片", True),
    "国产AI芯片上市": ("芯片", False),
    "建成5G基站五百座": ("基站", False),
    "在中国A股上市": ("中国", False),
    "全长32公里": ("公里", False),
}


def finder(all_boundaries: bool = False) -> KeywordProcessor:
    found = KeywordProcessor()
    if all_boundaries:
        found.set_non_word_boundaries(set())
    found.add_keywords_from_list(["北京", "芯片", "基站", "中国", "公里"])
    return found


print("flashtext", version("flashtext"))
print("A Chinese keyword beside an ASCII letter or digit is not found.\n")
usual, without = finder(), finder(all_boundaries=True)
for text, (keyword, found) in CASES.items():
    print(f"{keyword} in {text}: {usual.extract_keywords(text)}")
    assert usual.extract_keywords(text) == ([keyword] if found else []), "FlashText finds otherwise now"
    assert without.extract_keywords(text) == [keyword]
print("\nWith set_non_word_boundaries(set()) all are found.")
PY
