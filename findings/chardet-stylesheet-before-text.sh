#!/usr/bin/env bash
# chardet 7.7.0 judges a text by its first 16 KB or so, even though it is given all of it. A Chinese page in GB18030 or
# Big5 whose head holds 20 KB of styles or scripts is called Icelandic or a DOS code page at a confidence of .03, and
# from 200,000 bytes of ASCII on "ascii" with a confidence of 1.0. max_bytes does not help: it only turns the
# second answer into the first. A tool that decodes with the answer makes mojibake or question marks of the page.
# (A charset declared within those 16 KB is believed; behind the styles it is not seen either.)
# Do instead: give chardet the bytes from the first non-ASCII byte on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check chardet==7.7.0
"$work/venv/bin/python" - <<'PY'
import re

import chardet

STYLE = ".box { margin: 0; padding: 4px 8px; font: 12px Arial }\n"
TEXTS = {
    "gb18030": "<p>县农业局昨日通报，今年春播面积比去年增加三千亩，其中玉米占六成。</p>\n" * 40,
    "big5hkscs": "<p>縣農業局昨日通報，今年春播面積比去年增加三千畝，其中玉米佔六成。</p>\n" * 40,
}


def name(raw: bytes, **options: int) -> tuple[str | None, float]:
    found = chardet.detect(raw, compat_names=False, **options)
    return found["encoding"], round(found["confidence"], 2)


print("chardet", chardet.__version__)
print("chardet names a Chinese encoding only if Chinese text begins within the first 16 KB.\n")
for encoding, text in TEXTS.items():
    for styles in (0, 200, 400, 4000):
        raw = f"<style>\n{STYLE * styles}</style>\n{text}".encode(encoding)
        ahead = raw.index(b"<p>")
        found, confidence = name(raw)
        print(f"{encoding:9} {ahead:6} bytes of ASCII first: {found} ({confidence})", end="")
        if styles <= 200:
            print()
            assert found == encoding
            continue
        print(f"; with max_bytes=1,000,000: {name(raw, max_bytes=1_000_000)}")
        if styles == 4000:
            assert (found, confidence) == ("ascii", 1.0), "chardet no longer calls the page ASCII"
        else:
            assert found not in TEXTS and confidence < 0.1, "chardet names the encoding now"
        assert name(raw, max_bytes=1_000_000)[0] not in TEXTS
        assert raw.decode(encoding).endswith(text)
        start = re.search(rb"[\x80-\xff]", raw).start()
        assert name(raw[start:])[0] == encoding, "from the first non-ASCII byte on it should be right"
declared = f'<style>\n{STYLE * 400}</style>\n<meta charset="gb18030">\n{TEXTS["gb18030"]}'.encode("gb18030")
print(f"gb18030, declared behind 22,000 bytes of styles: {name(declared)}")
assert name(declared)[0] != "gb18030"
print("\nFrom the first non-ASCII byte on, the answer is right every time.")
PY
