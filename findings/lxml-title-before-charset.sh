#!/usr/bin/env bash
# lxml 6.1.3 heeds <meta charset="utf-8"> only if nothing but ASCII stands before it. A Chinese title, keywords or
# comment in front of it, a common order, makes the whole page Latin-1: title, body, all. No error, no warning, and
# the declaration is right. It is so for UTF-8 and for GBK, for bytes and for files, and so also in
# pandas.read_html. (The older <meta http-equiv … charset=gbk> is found behind a title, but not as "charset = gbk".)
# A corpus then holds pages of accented letters, which length and repetition filters let pass.
# Do instead: decode the bytes yourself (a byte order mark, the HTTP header, the declaration wherever it stands in the
# head, then the text's own evidence) and give lxml a str; or set HTMLParser(encoding=...).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check lxml==6.1.3 pandas==3.1.1
"$work/venv/bin/python" - <<'PY'
import io
from importlib.metadata import version

import lxml.html
import pandas

BODY = "<body><table><tr><td>白水镇</td><td>3200</td></tr></table></body>"
HEADS = {
    '<meta charset="{}"><title>青溪县统计公报</title>': True,
    '<title>青溪县统计公报</title><meta charset="{}">': False,
    '<meta name="keywords" content="统计"><meta charset="{}">': False,
    '<title>统计</title><meta http-equiv="Content-Type" content="text/html; charset={}">': True,
    '<meta http-equiv="Content-Type" content="text/html; charset = {}"><title>统计</title>': False,
}


def page(head: str, charset: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{head.format(charset)}</head>{BODY}</html>".encode(charset)


print("lxml", version("lxml"), "and pandas", version("pandas"))
print("A page is read as Latin-1, all of it, if a Chinese character stands before its <meta charset>.\n")
for charset in ("utf-8", "gbk"):
    for head, right in HEADS.items():
        raw = page(head, charset)
        read = lxml.html.document_fromstring(raw).findtext(".//td")
        table = pandas.read_html(io.BytesIO(raw))[0].iloc[0, 0]
        print(f"{head.format(charset)}\n    lxml {read!r}, pandas {table!r}")
        assert (read == "白水镇") == right, "lxml reads the page otherwise now"
        assert (table == "白水镇") == right, "pandas reads the page otherwise now"
        if charset == "gbk" and not right:
            assert read == table == "°×Ë®Õò"
        assert lxml.html.document_fromstring(raw.decode(charset)).findtext(".//td") == "白水镇"
        parser = lxml.html.HTMLParser(encoding=charset)
        assert lxml.html.document_fromstring(raw, parser=parser).findtext(".//td") == "白水镇"
print("\nDecoded first, or with HTMLParser(encoding=…): '白水镇' every time.")
PY
