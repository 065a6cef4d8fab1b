#!/usr/bin/env bash
# OpenCC 1.4.2 takes a line end for a character: a word that a line break parts is no word of its dictionary any more
# and is converted character by character. In a hard-wrapped or OCRed text 理发 becomes 理髮 within a line and 理發
# across two, 公里 becomes 公裏, 签字 becomes 籤字; the other way 乾隆 becomes 干隆. A blank or U+3000 inside a word
# (names set wide, blanks from OCR) does the same. Nothing tells, and the words look converted.
# Do instead: join wrapped lines first and convert after that, or convert the joined text and put the breaks back
# (configurations without regional words change no length).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check opencc==1.4.2
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import opencc

CASES = {
    "s2t": ("县城的理发店离车站三公里，合同已经签字，稻谷丰收，名单今天公布，两村关系紧密。",
            ("理发", "公里", "签字", "稻谷", "公布", "关系")),
    "t2s": ("石橋建於乾隆年間，乾縣的碑文以災荒為藉口，彷彿是沈澱多年的心願。",
            ("乾隆", "乾縣", "藉口", "彷彿", "沈澱")),
}
print("opencc", version("opencc"))
print("A word that a line end parts is converted character by character.\n")
for config, (text, words) in CASES.items():
    converter = opencc.OpenCC(config)
    whole = converter.convert(text)
    assert len(whole) == len(text)
    for word in words:
        at = text.index(word) + 1
        within = whole[at - 1 : at + 1]
        for break_ in ("\n", "\u3000"):
            parted = converter.convert(text[:at] + break_ + text[at:])
            across = parted[at - 1] + parted[at + 1]
            assert parted[at] == break_
            assert across != within, f"{word} is converted alike now"
        print(f"{config}: {word} in one line {within}, over two lines {across}")
    print(f"  the text: {text}\n")
PY
