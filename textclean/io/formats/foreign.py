"""What a file that should be text is instead, told from its first bytes: markup, code, a table, or rows."""

import re
from collections import Counter
from typing import Final

import orjson

_LOOKED_AT: Final = 1 << 16
"""Bytes that tell what a file is."""
_STARTS: Final = (
    (re.compile(rb"\s*(?:<!--.{0,400}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S), "an HTML page"),
    (re.compile(rb"\s*<\?xml\b|\s*<(?:rss|feed|svg|urlset)\b", re.I), "XML"),
    (re.compile(rb"\{\\rtf"), "RTF"),
)
_TAG: Final = re.compile(rb"</?[A-Za-z][A-Za-z0-9]{0,14}(?:\s[^<>]{0,400})?/?>")
_TAGS: Final = 10
_TAG_SHARE: Final = 0.3
"""Of its bytes a page has more in tags, a text with stray ones less: news pages that were saved have .5 to .9."""
_CODE: Final = rb"""
    \s*(?:
        (?:def|class|import|from|function|var|let|const|public|private|static|package|namespace|using|return)\s.*
    |   (?:if|for|while|else|elif|try|except|switch|case)\b.*[:{;]\s*
    |   \#(?:include|define|ifdef|endif|!/).*
    |   (?://|/\*|\*/|\*\s).*
    |   .*[;{}]\s*
    |   [A-Za-z_][\w.]*\s*(?:=|\().*
    )\Z
    """
"""A line of program code."""
_CODE_SHARE: Final = 0.6
_CODE_ASCII: Final = 0.7
"""Of its lines code has more that read as code, and of its bytes more in ASCII: Chinese prose has a tenth."""
_ROWS: Final = 5
"""Lines from which on all of one form are a table, or code."""


def foreign(raw: bytes) -> str:
    """What ``raw`` is, in words, if it is no text; empty if it is one, or too odd to say."""
    head = raw[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    first = head.lstrip()[:1]
    if first in (b"<", b"{"):
        for pattern, what in _STARTS:
            if pattern.match(head):
                return what
    if first in (b"{", b"[") and (what := _json(raw)):
        return what
    tags = _TAG.findall(head) if head.count(b"<") >= _TAGS else []
    if len(tags) >= _TAGS and sum(map(len, tags)) > _TAG_SHARE * len(head):
        return "markup"
    lines = [line for line in head.split(b"\n") if line.strip()]
    if len(lines) < _ROWS or b"~{" in head or b"\x1b" in head:  # text in HZ and ISO-2022 is all ASCII
        return ""
    if _is_table(lines):
        return "a table"
    ascii_share = sum([byte < 0x80 for byte in head]) / len(head) if b";" in head or b"=" in head or b"{" in head else 0
    if ascii_share > _CODE_ASCII:
        is_code = re.compile(_CODE, re.VERBOSE).match
        if sum([is_code(line) is not None for line in lines]) > _CODE_SHARE * len(lines):
            return "program code"
    return ""


def _json(raw: bytes) -> str:
    try:
        return "JSON" if isinstance(orjson.loads(raw.removeprefix(b"\xef\xbb\xbf")), dict | list) else ""
    except orjson.JSONDecodeError:
        lines = [line for line in raw[:_LOOKED_AT].split(b"\n")[:-1] if line.strip()][:3]
    try:
        return "JSON lines" if lines and all(isinstance(orjson.loads(line), dict | list) for line in lines) else ""
    except orjson.JSONDecodeError:
        return ""


def _is_table(lines: list[bytes]) -> bool:
    """Whether nearly all lines have the same number of tabs, or of commas, and two or more."""
    whole = lines[:-1] if len(lines) > _ROWS else lines  # the last may be cut
    for sign in (b"\t", b","):
        (count, often), *_ = Counter([line.count(sign) for line in whole]).most_common(1)
        if count >= 2 and often > 0.9 * len(whole):
            return True
    return False
