#!/usr/bin/env bash
# lxml 6.1.3 stops reading an HTML page where its elements are nested more than 255 deep, and says nothing. A long page
# gets there without any depth in sight: if <font> or <span> is opened in every paragraph and never closed, as in many
# old pages, the parser nests each paragraph into the last, and paragraph 128 and all that follow are gone.
# The same page with the tags closed, or with huge_tree=True, is whole; html5lib reads it whole as it is.
# One text of more than ten million bytes (a novel in one <pre>) is left out altogether, for the same reason.
# Whatever stands on lxml inherits it. Do instead: HTMLParser(huge_tree=True), and compare the length of the text you
# got with that of the page without its tags.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -qq --disable-pip-version-check lxml==6.1.3 html5lib==1.1
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

import html5lib
import lxml.etree
import lxml.html

PARAGRAPHS = 200
huge = lxml.html.HTMLParser(huge_tree=True)


def page(opening: str, closing: str = "") -> str:
    inner = "".join(f"{opening}第{n}段：县农业局昨日通报春播进展。{closing}\n" for n in range(1, PARAGRAPHS + 1))
    return f"<html><head><title>春播</title></head><body>{inner}</body></html>"


def kept(text: str) -> int:
    return sum(f"第{n}段" in text for n in range(1, PARAGRAPHS + 1))


def by_lxml(html: str, parser: lxml.html.HTMLParser | None = None) -> int:
    return kept(lxml.html.document_fromstring(html, parser=parser).text_content())


print("lxml", version("lxml"), "with libxml2", ".".join(map(str, lxml.etree.LIBXML_VERSION)))
print(f"Of {PARAGRAPHS} paragraphs, lxml keeps those up to a nesting of 255 elements, without a word.\n")
for opening, closing in (('<p><font color="red">', ""), ("<p><span>", ""), ('<p><font color="red">', "</font></p>")):
    html = page(opening, closing)
    whole = kept("".join(html5lib.parse(html, namespaceHTMLElements=False).itertext()))
    usual, with_huge = by_lxml(html), by_lxml(html, huge)
    print(f"{opening}第1段：…{closing}: lxml {usual}, huge_tree=True {with_huge}, html5lib {whole}")
    assert whole == with_huge == PARAGRAPHS
    assert usual == (PARAGRAPHS if closing else 127), "lxml keeps another number of paragraphs now"

novel = "县农业局昨日通报春播进展。" * 260_000
html = f"<html><body><pre>{novel}</pre></body></html>"
found = len(lxml.html.document_fromstring(html).text_content())
found_huge = len(lxml.html.document_fromstring(html, parser=huge).text_content())
print(f"\nOne text of {len(novel)} characters: lxml finds {found} of them, with huge_tree=True {found_huge}.")
assert found == 0, "lxml keeps the long text now"
assert found_huge == len(novel)
PY
