"""Who wrote, edited or photographed: names, offices and roles, without a label and a colon."""

import re

from textclean.language.expressions import lazy
from textclean.language.han import HAN
from textclean.language.names import LONGEST_UNDIVIDED, NAME
from textclean.stages.metadata.found import BULLETS, SEPARATORS, Found
from textclean.stages.metadata.labels import KEYS, ROLES, any_of, characters

LONGEST_NAME = 12
"""Characters of the longest name that stands alone on a line."""
_LONGEST = 80
"""Characters of the longest line of names: ten names with their roles."""
_MOST = 10
"""Authors at most; more are a list of names."""

_POST = "(?:全媒体|融媒体|首席|特约|特派|见习|实习)"
"""What a reporter is, besides stationed somewhere; that twice at most, for any number can be split in too many ways."""
_ROLE = lazy(
    rf"""
    (?P<office>
        本[报報网網刊台社]|新华社|新華社|中新社|中国新闻网
    |   [{HAN}]{{2,8}}(?:{any_of("employer")})
    )?
    \s?{_POST}*(?:驻[^\s]{{2,6}}?{_POST}*){{0,2}}
    (?P<role>记者|記者|通讯员|通訊員|特派员|实习生|撰稿人?)
    """,
    re.VERBOSE,
)
ROLE_WORD = lazy("[记記]者|通[讯訊][员員]|特派员|评论员|实习生|撰稿")
ROLE_SIGNS = ("记記通特评实撰", "者讯訊派论习稿")
"""What the first two characters of every role are among."""
ROLE_SIGN = lazy("[{}][{}]".format(*ROLE_SIGNS))
"""How every role begins: scanned several times as fast, since it begins with one class of characters."""
_ROLE_STARTS = frozenset(label[:2] for label in ROLES)
_COMMENTATOR = lazy(
    rf"(?P<who>(?:本[报网刊台]|新华社|[{HAN}]{{2,6}}报)(?:特约)?评论员)(?:[\s:：]+(?P<names>.{{2,20}}))?"
)
_SLASHED = lazy(
    r"""
    (?:
        (?P<both>文\s?[/、&＆]?\s?(?:图|图片|摄|摄影)|图\s?[/、&＆]?\s?文)[\s:：/／丨｜|]+
    |   (?P<one>[文图])\s?[/／丨｜|]\s?
    )
    (?P<names>[^/／]{2,24})
    """,
    re.VERBOSE,
)
"""文/图 某某, 文/某某."""
_OPEN = tuple("（(【[〔")
_SHUT = tuple("）)】]〕")
_PAIRED = lazy(r"文\s?[/／]\s?武|图\s?[/／]\s?文.")
"""Words, not names behind a role."""
_TOLD = lazy(
    rf"""
    (?:本[报報网網刊台社])?(?:特约|特派|见习|实习)?(?:记者|記者|通讯员|通訊員|特派员)\s?
    (?P<names>{NAME}(?:[、，\s]+{NAME}){{0,3}})
    [\s／/]*(?:[{HAN}]{{2,6}}?)?[\s／/]*                                # where
    (?:综合|綜合|现场|現場|摄影|攝影)?(?:报道|報道|报导|報導|电|電)
    """,
    re.VERBOSE,
)
"""本报记者 某某 某地报道."""
_SIGNED = lazy(r"(?:文[/／]图|图[/／]文|文并摄|文[/／]摄|摄影报道|图文报道|报道|综合报道|文)\Z")
_NAME = lazy(NAME)
_LOOSE_NAME = lazy(rf"[{HAN}]{{2,4}}")
_LATIN_NAME = lazy(r"[A-Za-z][A-Za-z.'\- ]{1,30}")
_NOTE = lazy(r"[（(][^（）()]{1,10}[）)]\Z")
"""A remark behind a name."""
_OFFICE = lazy(rf"[{HAN}\w（）()“”]{{2,20}}(?:{any_of('office')})")
_USER = lazy(r"(?=\d*[A-Za-z])\w[\w.\-@]{1,23}", re.ASCII)
_PEN_NAME = lazy(rf"[{HAN}]{{1,4}}")
WORDY = lazy("[的了是从到在着吗呢这那把被将让与为一]")
"""What names, offices and outlets hardly have, and sentences nearly always."""
_NO_NAME = lazy(any_of("no_name"))
_PLACE = characters("place")
_SPREAD = lazy(rf"(?<![{HAN}])([{HAN}])[^\S\n]{{1,4}}([{HAN}])(?![{HAN}])")
_BETWEEN = lazy(r"[\s、，,/;；&|｜]+")


def split_names(value: str) -> list[str]:
    """The names in ``value``, whatever parts them."""
    return [one for one in _BETWEEN.split(_unspread(value)) if one]


def _unspread(value: str) -> str:
    """``value`` with names of two characters that were spread with spaces closed up."""
    return _SPREAD.sub(r"\1\2", value) if len(value.split()) > 1 else value


def is_person(word: str) -> bool:
    """Whether ``word`` is a name, Chinese or Latin, perhaps with a remark behind it."""
    word = _NOTE.sub("", word)
    return (_NAME.fullmatch(word) or _LATIN_NAME.fullmatch(word)) is not None and not _NO_NAME.search(word)


def is_author(word: str) -> bool:
    """Whether ``word`` may stand for who wrote something: a person, an office, a user, a pen name."""
    if is_person(word):
        return True
    if WORDY.search(word) or _NO_NAME.search(word):
        return False
    return any(kind.fullmatch(_NOTE.sub("", word)) for kind in (_OFFICE, _USER, _PEN_NAME))


def is_known(said: str | list[str]) -> bool:
    """Whether a value is an organisation or nothing but persons, as a label needs that has only a bar behind it."""
    return _OFFICE.fullmatch(said) is not None if isinstance(said, str) else all(map(is_person, said))


def credited(line: str) -> Found | None:
    """``编辑 某某 校对 某某``, ``（摄影 某某）``: roles and names, with nothing but white space between."""
    inner = line.strip(BULLETS)
    if inner[:1] in _OPEN and inner[-1:] in _SHUT:
        inner = inner[1:-1].strip()
    if inner[:2] not in _ROLE_STARTS or len(inner.split()) < 2:
        return None
    label, *words = _unspread(inner).split()
    if label not in ROLES:
        return None
    meta: list[tuple[str, list[str]]] = [(KEYS[label], [])]
    for word in words:
        if word in ROLES and meta[-1][1]:
            meta.append((KEYS[word], []))
        elif is_person(word):
            meta[-1][1].append(word)
        else:
            return None
    return Found(tuple(meta), weak="field") if meta[-1][1] else None


def byline(line: str) -> Found | None:
    """``本报记者 某某 通讯员 某某``, ``（记者 某某）``, ``文/图 某某``, ``本报评论员``: nothing but names and roles."""
    if len(line) > _LONGEST or not (ROLE_SIGN.search(line) or "文" in line or "图" in line):
        return None
    inner = line.strip(BULLETS)
    marked = len(inner) < len(line.strip())
    if inner[:1] in _OPEN and inner[-1:] in _SHUT:
        inner, marked = inner[1:-1].strip(), True
    who = _COMMENTATOR.fullmatch(inner)
    if who:
        names = split_names(who["names"] or "")
        return Found((("author", names or [who["who"]]),)) if all(map(is_person, names)) else None
    told = _TOLD.fullmatch(inner) if marked else None
    if told and all(map(is_person, split_names(told["names"]))):
        return Found((("author", split_names(told["names"])),))
    slashed = _SLASHED.fullmatch(inner)
    if slashed:
        names = [_SIGNED.sub("", one) for one in split_names(_ROLE.sub(" ", slashed["names"]))]
        if names and all(map(is_person, names)) and not _PAIRED.match(inner):
            keys = ("author", "credits") if slashed["both"] else ("author" if slashed["one"] == "文" else "credits",)
            return Found(tuple((key, names) for key in keys))
        return None
    if not _ROLE.match(inner):
        return None
    roles = list(_ROLE.finditer(inner))
    authors: list[str] = []
    for i, role in enumerate(roles):
        stop = roles[i + 1].start() if i + 1 < len(roles) else len(inner)
        value = inner[role.end() : stop]
        names = [one for one in split_names(_SIGNED.sub("", value.strip(SEPARATORS))) if one]
        sure = marked or role["office"] is not None or len(roles) > 1
        spaced = value[:1].isspace()
        fits = all(map(is_person, names)) or (
            spaced and role["office"] is not None and all(_LOOSE_NAME.fullmatch(one) for one in names)
        )
        if not names or not fits or any(map(_NO_NAME.search, names)) or not (spaced or sure):
            return None
        authors += names
    return Found((("author", authors),)) if len(authors) <= _MOST else None


def bare_name(line: str) -> Found | None:
    """A name and nothing else."""
    word = _unspread(line.strip(BULLETS))
    if len(word) > LONGEST_UNDIVIDED and "·" not in word and "•" not in word:
        return None
    if (
        not 2 <= len(word) <= LONGEST_NAME
        or _NAME.fullmatch(word) is None
        or word[-1] in _PLACE
        or _NO_NAME.search(word)
    ):
        return None
    return Found((("author", [word]),), weak="name")
