"""Rules for single characters: width, radicals, compatibility forms, invisible characters, line ends, entities, NFC.

Tables of this module hold characters of the basic plane only: one character beyond it in a class makes a scan twenty
times slower.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from textclean.language.characters import seldom
from textclean.language.expressions import lazy
from textclean.language.han import HAN_SCRIPT
from textclean.ledger import NO_EDITS, Edits
from textclean.stages.normalize.forms import addresses, plain_forms
from textclean.stages.normalize.spoken import Spoken

ZERO_WIDTH_JOINERS = "\u200c\u200d"
_JOINERS = frozenset(ZERO_WIDTH_JOINERS)
INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc"
IGNORABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
"""What else of the basic plane is Default_Ignorable_Code_Point (Unicode 16.0, DerivedCoreProperties.txt), and the
Braille blank. Beside characters of its own script, or that it gives another form, each stays."""
_BEYOND = lazy("[\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+")
"""The same of the other planes: music, tags, and the selectors of ideographic variants."""
_FLAG = "\U0001f3f4"
_ANSI = lazy(
    r"""
    \x1b(?:
        \[[0-?]{0,64}[\ -/]{0,4}[@-~]                   # colours, cursor
      | \][^\x07\x1b\n]{0,300}(?:\x07|\x1b\\)          # window titles, links
      | [\ -/]{1,2}[0-~]                               # character sets
      | [78=>cDEHMNOZ]                                 # single commands
    )
    """,
    re.VERBOSE,
)
"""Sequences that command a terminal (ECMA-48, 5.4)."""
CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
NEWLINES = "\r\x0b\x0c\x85\u2028\u2029"
MISREAD_BLANK = "\ue5e5"
"""What older codecs read for 0xA3A0 of GBK, an ideographic space."""
FULL_WIDTH = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
COMPATIBILITY = "\uf900-\ufaff"
RADICALS = "\u2e80-\u2fd5"

_SUPPLEMENT = (
    "⺁厂⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目"
    "⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺶羊⺷羊⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长"
    "⻔门⻕阝⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
"""CJK radicals supplement, each before the ideograph that looks like it."""

ENTITY_REST = (
    r"(?:amp;|#38;|#[xX]26;)*(?:"
    r"(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
    r"|#[0-9]{2,7}(?![0-9;])|#[xX][0-9a-fA-F]{2,6}(?![0-9a-zA-Z;])|(?:nbsp|ensp|emsp)(?![=;])"
    r"|(?:[lr][ds]quo|[mn]dash|hellip|middot|quot|amp|[lr]aquo|[lg]t)(?![A-Za-z0-9=;_]))"
)
"""A HTML entity after its ``&``, with its semicolon, or one that is known without."""
_ENTITY = lazy(f"&{ENTITY_REST}")
_AMPERSAND = lazy(r"&(?:amp;|#38;|#[xX]26;)*")
_ADDRESS = lazy(r"(?:[a-z][a-z+.-]{1,15}://|www\.)[!-~]*\Z")
_NUMBER_SIGN = lazy("(?<=[０-９])(?:[．－：／]|，(?=[０-９]{3}(?![０-９])))(?=[０-９])")
_COMPATIBILITY = lazy("[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_ADDRESS_LENGTH = 300
_SELDOM = -12.5
"""Log-probability of a character below which it is no everyday one: about the 3,500 of the first list are above."""
_FEW_MARKS = 30
"""Marks that a character has at most in any language (Unicode Standard Annex 15, Stream-Safe Text Format)."""


@cache
def radicals() -> dict[str, str]:
    """Kangxi and supplement radicals → ideographs."""
    table = dict(zip(_SUPPLEMENT[0::2], _SUPPLEMENT[1::2], strict=True))
    for code in range(0x2F00, 0x2FD6):
        table[chr(code)] = unicodedata.normalize("NFKC", chr(code))
    return table


@cache
def _uncommon() -> frozenset[str]:
    """Radicals whose ideographs are no everyday characters."""
    few = seldom(_SELDOM)
    return frozenset(radical for radical, ideograph in radicals().items() if ideograph in few)


def stands_for_another(text: str, at: int) -> bool:
    """Whether the radical at ``at`` is a code that a PDF file gave some other character.

    It then stands between two Chinese characters, is none of the everyday ones, and follows or precedes neither.
    """
    if text[at] not in _uncommon() or not 0 < at < len(text) - 1:
        return False
    from textclean.language.ngrams import attract

    before, after = radicals().get(text[at - 1], text[at - 1]), radicals().get(text[at + 1], text[at + 1])
    if not ("\u4e00" <= before <= "\u9fff" and "\u4e00" <= after <= "\u9fff"):
        return False
    plain = radicals()[text[at]]
    return not attract(before, plain) and not attract(plain, after)


@cache
def folds(width: bool, radical: bool, compatibility: bool, control: bool, newline: bool) -> dict[str, tuple[str, str]]:
    """Character → (what it becomes, reason), for the rules that are on. Carriage returns and joiners are special."""
    table: dict[str, tuple[str, str]] = {}
    if width:
        table |= {char: (chr(ord(char) - 0xFEE0), "width") for char in members(FULL_WIDTH)}
    if radical:
        table |= {char: (ideograph, "radical") for char, ideograph in radicals().items()}
    if compatibility:
        for char in members(COMPATIBILITY):
            ideograph = unicodedata.normalize("NFC", char)
            if ideograph != char:
                table[char] = (ideograph, "compatibility")
        table |= {char: (plain, "compatibility") for char, plain in plain_forms().items()}
        table[MISREAD_BLANK] = ("\u3000", "compatibility")
    if control:
        table |= dict.fromkeys(members(CONTROLS + INVISIBLE + IGNORABLE + ZERO_WIDTH_JOINERS), ("", "control"))
    if newline:
        table |= dict.fromkeys(members(NEWLINES), ("\n", "newline"))
    return table


def spans(ranges: str) -> list[tuple[int, int]]:
    """The first and the last code point of each range of a class."""
    return [(ord(one or a), ord(one or b)) for a, b, one in re.findall("(.)-(.)|(.)", ranges, re.S)]


def members(ranges: str) -> list[str]:
    """The characters of a class written with ranges."""
    return [chr(code) for first, last in spans(ranges) for code in range(first, last + 1)]


def ranges(characters: Iterable[str], others: bool = False) -> str:
    """The inside of a class of ``characters``, or all ``others`` of the basic plane: ranges are quick to compile."""
    codes = sorted({*map(ord, characters)})
    if others:
        bounds = zip([-1, *codes], [*codes, 0x10000], strict=True)
        return "".join(rf"\u{a + 1:04x}-\u{b - 1:04x}" for a, b in bounds if b - a > 1)
    breaks = [i for i in range(1, len(codes)) if codes[i] - codes[i - 1] > 1]
    pairs = zip([0, *breaks], [*breaks, len(codes)], strict=True)
    return "".join(rf"\u{codes[a]:04x}-\u{codes[b - 1]:04x}" for a, b in pairs)


def class_of(characters: str) -> str:
    """A regular expression for one or more of ``characters``, in the form that Python scans fastest."""
    escaped = re.escape("".join(sorted(characters)))
    return f"[{escaped}][{escaped}]*"


@cache
def _scanner(*rules: bool) -> re.Pattern[str]:
    return re.compile(class_of("".join(folds(*rules))))


def fold(text: str, width: bool, radical: bool, compatibility: bool, control: bool, newline: bool) -> Edits:
    """Edits for every character that one of the rules folds or drops."""
    rules = (width, radical, compatibility, control, newline)
    table = folds(*rules)
    if not table:
        return NO_EDITS
    starts: list[int] = []
    ends: list[int] = []
    news: list[str] = []
    reasons: list[str] = []
    uncommon = _uncommon() if radical else frozenset()
    plain = table.keys() - _in_context() - {"\r"}
    for run in _scanner(*rules).finditer(text):
        at = run.start()
        if run[0] in uncommon and stands_for_another(text, at):
            continue
        if run[0] in plain:
            new, reason = table[run[0]]
            starts.append(at)
            ends.append(at + 1)
            news.append(new)
            reasons.append(reason)
            continue
        for reason, group in groupby(run[0], lambda char: table[char][1]):
            chars = "".join(group)
            end = at + len(chars)
            new = "".join([table[char][0] for char in chars])
            if chars[-1] == "\r" and text[end : end + 1] == "\n":
                new = new[:-1]
            elif reason == "radical" and not uncommon.isdisjoint(chars):
                new = "".join([_ideograph(text, i) for i in range(at, end)])
            elif reason == "control" and not _in_context().isdisjoint(chars):
                new = _needed(chars, text[at - 1 : at], text[end : end + 1])
            if new != chars:
                starts.append(at)
                ends.append(end)
                news.append(new)
                reasons.append(reason)
            at = end
    return Edits(tuple(starts), tuple(ends), tuple(news), tuple(reasons))


def sequences(text: str) -> Edits:
    """Edits that drop what commands a terminal, and invisible characters beyond the basic plane.

    Of these the tags of a flag stay, and the signs of music.
    """
    found = [(*match.span(), "") for match in _ANSI.finditer(text)] if "\x1b" in text else []
    for match in _BEYOND.finditer(text):
        start, end = match.span()
        before = text[start - 1 : start]
        if before != _FLAG and not "\U0001d100" <= before <= "\U0001d1ff":
            found.append((start, end, ""))
    return _edits(sorted(found), "control")


def number_signs(text: str) -> Edits:
    """Edits for the signs inside full-width addresses and numbers: ``１２．５``, ``８，６００``, ``０８：３０``."""
    there = addresses(text)
    if there:
        taken = {start for start, _, _ in there}
        numbers = [row for row in number_rows(text) if row[0] not in taken]
        return _edits(sorted(there + numbers), "width")
    return _edits(number_rows(text), "width")


def number_rows(text: str) -> list[tuple[int, int, str]]:
    """The same of numbers alone, as rows."""
    return [(m.start(), m.end(), chr(ord(m[0]) - 0xFEE0)) for m in _NUMBER_SIGN.finditer(text)]


def _ideograph(text: str, at: int) -> str:
    return text[at] if stands_for_another(text, at) else radicals()[text[at]]


@cache
def _in_context() -> frozenset[str]:
    """Invisible characters that some neighbours need."""
    return frozenset([*members(IGNORABLE), *_JOINERS, "\u180e"])


def _needed(chars: str, before: str, after: str) -> str:
    """What of the invisible ``chars`` does something between its neighbours.

    Joiners do in emoji, Arabic and Indic scripts, selectors behind signs and letters of scripts that have variants,
    fillers beside Hangul letters, Mongolian ones among Mongolian. A filler that parts two Latin words is a blank.
    """
    kept = ""
    for char in chars:
        if char in _JOINERS:
            needed = before != "" and after != "" and _joinable(before) and _joinable(after)
            if needed and not _JOINERS.isdisjoint(kept):
                continue
        elif "\ufe00" <= char <= "\ufe0f":
            needed = kept == "" and _has_variants(before, after)
        elif char in "\u115f\u1160":
            needed = "\u1100" <= before <= "\u11ff" or "\u1100" <= after <= "\u11ff"
        elif char in "\u3164\uffa0":
            needed = "\u3131" <= before <= "\u318e" or "\u3131" <= after <= "\u318e"
        elif char == "\u2800":
            needed = "\u2801" <= before <= "\u28ff" or "\u2801" <= after <= "\u28ff"
        elif "\u180b" <= char <= "\u180f":
            needed = kept == "" and "\u1800" <= before <= "\u18af"
        elif char == "\u034f":
            needed = kept == "" and "\u0591" <= before <= "\u05c7"  # between points of Hebrew, which never compose
        else:
            needed = char in "\u17b4\u17b5" and ("\u1780" <= before <= "\u17ff" or "\u1780" <= after <= "\u17ff")
        if needed:
            kept += char
    parts = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return " " if not kept and parts and not _FILLERS.isdisjoint(chars) else kept


_FILLERS = frozenset("\u3164\uffa0\u2800")
_NO_VARIANTS = lazy(
    rf"[{HAN_SCRIPT}\u3000-\u3029\u3041-\u30ff\ufb00-\ufb06\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uffef\s!-~]|\Z"
)


def _has_variants(before: str, after: str) -> bool:
    """Whether a variation selector may stand behind ``before``: no ideograph, Latin letter, blank or Chinese sign.

    ``#``, ``*`` and digits may, where they make a keycap.
    """
    return _NO_VARIANTS.fullmatch(before) is None or (before != "" and before in "0123456789#*" and after == "\u20e3")


def _joinable(char: str) -> bool:
    """Whether a joiner may do something beside it: letters of such scripts, and signs that emoji are made of."""
    code = ord(char)
    if 0x2200 <= code < 0x2300 or char == "○":  # signs of formulas, and what is typed for others
        return False
    return 0x600 <= code < 0x2000 or 0x2100 <= code < 0x2E80 or 0xFE00 <= code < 0xFE10 or 0x1F000 <= code < 0x20000


def entities(text: str) -> Edits:
    """Edits that resolve HTML entities, doubly escaped ones and some without their semicolon too.

    Those inside addresses stay, and those that the text speaks of.
    """
    return _edits([row for row in _entities(text) if row[2]], "html")


def kept_entities(text: str) -> list[tuple[int, int]]:
    """Spans of the entities that the text speaks of."""
    return [(start, end) for start, end, new in _entities(text) if not new]


def _entities(text: str) -> list[tuple[int, int, str]]:
    """The entities with what they stand for, which is empty if the text speaks of one."""
    found: list[tuple[int, int, str]] = []
    lines: Spoken | None = None
    for match in _ENTITY.finditer(text) if "&" in text else ():
        entity, start = match[0], match.start()
        if _ADDRESS.search(text, max(0, start - _ADDRESS_LENGTH), start):
            continue
        whole = entity if entity[-1] == ";" else entity + ";"
        new, before = _AMPERSAND.sub("&", whole), ""  # all at once: one escape after the other takes the square
        while new != before:
            new, before = html.unescape(new), new
        if new != whole:
            lines = lines or Spoken(text)
            found.append((start, match.end(), "" if lines.holds(start, match.end()) else new))
    return found


def _edits(found: list[tuple[int, int, str]], reason: str) -> Edits:
    if not found:
        return NO_EDITS
    starts, ends, news = zip(*found, strict=True)
    return Edits(starts, ends, news, (reason,) * len(starts))


def is_composed(text: str) -> bool:
    """Whether ``text`` is in normalization form C."""
    return unicodedata.is_normalized("NFC", text)


def compose_marks(text: str, ideographs: bool) -> Edits:
    """Edits that bring ``text`` into normalization form C; ``ideographs``: compatibility ideographs too."""
    if is_composed(text):
        return NO_EDITS
    found: list[tuple[int, int, str]] = []
    at = 0
    for line in text.split("\n"):
        if not is_composed(line):
            clusters = _clusters(line)
            if not ideographs:
                clusters = [row for row in clusters if not _COMPATIBILITY.fullmatch(line, row[0], row[1])]
            found += [(at + start, at + end, new) for start, end, new in clusters]
        at += len(line) + 1
    return _edits(found, "nfc")


def _clusters(line: str) -> list[tuple[int, int, str]]:
    """The pieces of ``line`` that normalization changes: a character and all that may combine with it."""
    bounds = [i for i, char in enumerate(line) if i == 0 or not combines(char)]
    found: list[tuple[int, int, str]] = []
    for start, end in zip(bounds, (*bounds[1:], len(line)), strict=True):
        new = _composed(line[start:end])
        if new != line[start:end]:
            found.append((start, end, new))
    return found


def _composed(cluster: str) -> str:
    """``cluster`` in normalization form C.

    Python puts marks in order by exchanging neighbours, which takes the square of their number: many are sorted here.
    """
    if len(cluster) > _FEW_MARKS:
        marks = "".join([unicodedata.normalize("NFD", char) for char in cluster])
        runs = (list(run) for _, run in groupby(marks, lambda char: unicodedata.combining(char) > 0))
        cluster = "".join([char for run in runs for char in sorted(run, key=unicodedata.combining)])
    return unicodedata.normalize("NFC", cluster)


def combines(char: str) -> bool:
    """Whether ``char`` may become one with the character before it."""
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"
