#!/usr/bin/env bash
# charset-normalizer 3.5.3 samples five places of a file. Of a Chinese page in GB18030 with 15 to 30 KB of styles or
# scripts before the text most samples are ASCII, and the answer is cp949, Korean: the page decodes without an error
# into Hangul. With 60 KB and more it is cp1250, Czech letters. The text alone is named rightly, and so is the same
# page in UTF-8. requests' apparent_encoding asks this package where chardet is not installed.
# Do instead: give it the bytes from the first non-ASCII byte on, or cp_isolation=["utf_8", "gb18030", "big5hkscs"].
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check charset-normalizer==3.5.3
"$work/venv/bin/python" - <<'PY'
import re

import charset_normalizer
from charset_normalizer import from_bytes

STYLE = ".box { margin: 0; padding: 4px 8px; font: 12px Arial }\n"
LINE = "<p>县农业局昨日通报，今年春播面积比去年增加三千亩，其中玉米占六成。</p>\n"
CHINESE = ["utf_8", "gb18030", "big5hkscs"]


def named(raw: bytes, only: list[str] | None = None) -> str:
    return from_bytes(raw, cp_isolation=only).best().encoding


print("charset-normalizer", charset_normalizer.__version__)
print("A Chinese page is called Korean or Czech if styles stand before its text.\n")
for styles, expected in ((0, "gb18030"), (400, "cp949"), (4000, "cp1250")):
    page = f"<style>\n{STYLE * styles}</style>\n{LINE * 20}"
    raw = page.encode("gb18030")
    found = named(raw)
    shown = raw.decode(found).split("<p>")[1][:12]
    start = re.search(rb"[\x80-\xff]", raw).start()
    print(f"{raw.index(b'<p>'):6} bytes of styles: {found}, the text begins {shown!r}", end="; ")
    print(f"from the first non-ASCII byte on: {named(raw[start:])}; Chinese only: {named(raw, CHINESE)}")
    assert found == expected, "charset-normalizer answers otherwise now"
    assert named(raw[start:]) == named(raw, CHINESE) == "gb18030"
    assert named(page.encode("utf-8")) == "utf_8"
PY
