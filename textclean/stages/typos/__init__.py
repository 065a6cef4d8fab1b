"""Marks for a proofreader: characters taken for others, odd variants of a phrase, quotes, misuses, repeats.

Nothing is changed. A barrier, because the corpus decides: a string that several documents share is usage, not a slip;
and where documents agree on ten characters but for one, the reading of the fewer is suspect.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Set
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from textclean.language.expressions import lazy
from textclean.language.han import UNIFIED
from textclean.language.names import COMMON_SURNAMES
from textclean.language.script import simplified_only, traditional_only
from textclean.stage import CorpusStage, Document, Field, Findings, Mark, Observation, Texts, advance
from textclean.stages.typos import proofs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from textclean.language.spelling import Suspicion
    from textclean.tables import Observations, Schema

_OF_SUSPICION = ("start", "end", "at", "score", "alike", "gain", "pair")
_LEAST_SCORE = 0.1
"""What scores less by itself, no corpus can make likely."""

Kind = Literal["typo", "punctuation", "quote", "repeat", "misuse"]

_WINDOWS = ((6, 3), (3, 6))
"""Characters before and after the one that may vary: ten in all."""
_LEAST_HAN = 6
_OPENING, _CLOSING = [ord(sign) for sign in "“《"], [ord(sign) for sign in "”》"]
_FREE = frozenset(
    "一二三四五六七八九十百千万亿零〇两几首东西南北中上下左右前后内外大小新老旧高低多少正副男女长短甲乙丙丁春夏秋冬年月日时分他她它你我的地得了着过和与及"
)
"""Characters that one place may hold by turns without being wrong."""
_TITLE = lazy("《[^《》\n]{1,40}》|[“「『][^“”「」『』\n]{1,4}[”」』]")
_QUOTED = lazy("[“‘「『][^“”‘’「」『』\n]{1,40}[”’」』]")
_NAMED = (
    "记者|作者|通讯员|编辑|责编|摄影|书记|主任|市长|县长|局长|院长|校长|教授|主席|总理|总统|先生|女士|同志|村民|居民|队长|经理"
    "|博士|医生|老师|选手|演员|导演|编剧"
)
_BEFORE_NAME = lazy(rf"(?:{_NAMED}|[^{UNIFIED}]|\A)\Z")
_AFTER_NAME = lazy(
    rf"(?:{_NAMED}|等|两|三|和|与|及|同|在|向|对|从|是|说|表示|介绍|告诉|认为|指出|强调|摄|[^{UNIFIED}]|\Z)"
)
_LETTERED = lazy(
    "[A-Za-zＡ-Ｚａ-ｚ](?=[股座区级型类组轮馆站线口位面层栋楼段点罩柱字形超光波币咖队角端照盘网幢门厅证牌社族姐哥总君某片号维值轴台恤])"
)
"""A letter before what letters are used to name: a share, a block, a type, a shirt."""
_VERY_ALIKE = 0.9
_FEW = 1024
"""Strings that are searched for one by one in less time than a walk over the text takes; measured on news."""
_FOREIGN = "·•"


class _Verdict(NamedTuple):
    suspicions: "tuple[Suspicion, ...]"
    variants: Mapping[tuple[int, int], tuple[int, int]]
    """Context and character (keys of ``observe``) → the usual character, and how many documents have it."""


class Typos(CorpusStage):
    """Flags slips of the pen and of the scanner; never changes text."""

    name: ClassVar[str] = "typos"
    tables: ClassVar["Schema"] = {
        "texts": {"id": "string", "start": "int64", "characters": "int64"},
        "suspicions": {
            "id": "string",
            "start": "int64",
            "end": "int64",
            "at": "int64",
            "intended": "uint32",
            "score": "double",
            "alike": "double",
            "gain": "double",
            "pair": "uint32",
            "key": "uint64",
        },
        "pairs": {"id": "string", "start": "int64", "pair": "uint32", "times": "uint32"},
        "contexts": {"id": "string", "start": "int64", "context": "uint64", "char": "uint16"},
    }
    threshold: float = Field(
        default=0.9, gt=0, lt=1, description="least score of a mark for a character taken for another"
    )
    spread: int = Field(
        default=3, ge=2, description="a string that so many documents share, or one repeats so often, is no typo"
    )
    kinds: tuple[Kind, ...] = Field(
        default=("typo", "punctuation", "quote", "repeat", "misuse"), description="which kinds of marks to give"
    )

    def observe(self, doc: Document) -> Observation:
        """Suspicions with hashed strings, rare pairs with their counts, and hashed contexts with what they hold.

        A count holds for the document, so its offset is 0; a context with the same character counts where it is first.
        """
        import numpy as np

        if "typo" not in self.kinds or not _simplified(doc.text):
            return {table: {name: () for name in types if name != "id"} for table, types in self.tables.items()}
        from textclean.language.spelling import telling_pairs

        found = _suspicions(doc.text, self.spread)
        contexts, chars, at = _contexts(doc.text)
        order = np.lexsort((at, chars, contexts))
        contexts, chars, at = contexts[order], chars[order], at[order]
        first = np.ones(len(contexts), bool)
        first[1:] = (contexts[1:] != contexts[:-1]) | (chars[1:] != chars[:-1])
        pairs, times = np.unique(telling_pairs(doc.text), return_counts=True)
        return {
            "texts": {"start": [0], "characters": [len(doc.text)]},
            "suspicions": {
                **{name: [getattr(s, name) for s in found] for name in _OF_SUSPICION},
                "intended": [ord(s.intended) for s in found],
                "key": np.array([_string_key(doc.text[s.start : s.end]) for s in found], np.uint64),
            },
            "pairs": {"start": np.zeros(len(pairs), np.int64), "pair": pairs, "times": times},
            "contexts": {"start": at[first], "context": contexts[first], "char": chars[first]},
        }

    def decide(self, observations: "Observations", texts: Texts) -> Mapping[str, Any]:
        """Weighs suspicions by what the corpus writes elsewhere; finds the rare variants."""
        import numpy as np

        from textclean.language.spelling import Suspicion, weighed

        sizes = observations.array("texts", "characters")
        size = int(sizes.sum())
        documents = _documents(observations)
        times = _occurrences(observations)
        kept: dict[int, list[Suspicion]] = {}
        names = [name for name in self.tables["suspicions"] if name != "id"]
        columns = {name: observations.array("suspicions", name) for name in ("id", *names)}
        order = np.lexsort((columns["at"], columns["id"]))
        for document, *values in zip(*(column[order].tolist() for column in columns.values()), strict=True):
            row = dict(zip(names, values, strict=True))
            key, intended = row.pop("key"), chr(row.pop("intended"))
            found = Suspicion(intended=intended, **row)
            score = weighed(found.score, found.pair, times.get(found.pair, 0), size)
            if score >= self.threshold and documents[key] < self.spread:
                kept.setdefault(document, []).append(found._replace(score=score))
        variants = _variants(observations) if len(sizes) > 2 else {}
        ids = observations.ids
        return {
            ids[at]: _Verdict(tuple(kept.get(at, ())), variants.get(at, {}))
            for at in sorted(kept.keys() | variants.keys())
        }

    def findings(self, doc: Document, verdict: Any) -> Findings:
        """Marks only."""
        text = doc.text
        marks: list[Mark] = []
        if isinstance(verdict, _Verdict):
            marks += [_typo(text, found) for found in verdict.suspicions]
            marks += _variant_marks(text, verdict.variants)
        if "quote" in self.kinds:
            marks += proofs.quotes(doc.paragraphs())
        if "misuse" in self.kinds:
            marks += proofs.misused(text)
        if "repeat" in self.kinds:
            marks += proofs.doubled(text)
        if "punctuation" in self.kinds:
            marks += proofs.doubled_signs(text)
        return Findings(marks=_apart(marks))


def flag_typos(text: str) -> list[Mark]:
    """The marks of :class:`Typos` on one text by itself, in the order of the text."""
    from textclean.tables import Observations

    stage, doc = Typos(), Document("", text)
    verdict = stage.decide(
        Observations(stage.tables, [stage.observe_many([doc])]), lambda refs: [text[r.start : r.end] for r in refs]
    )
    return list(advance(doc, stage.name, stage.version, stage.findings(doc, verdict.get(doc.id))).marks)


def _simplified(text: str) -> bool:
    """Whether the tables, which know Simplified text, may judge ``text``."""
    from textclean.language.ngrams import code_units

    scripts = _scripts()[code_units(text)]
    return int((scripts == 1).sum()) * 2 <= int((scripts == 2).sum()) or not (scripts == 1).any()


@cache
def _scripts() -> "NDArray[Any]":
    """Code unit → 1 for characters of Traditional text only, 2 for those of Simplified text only, else 0."""
    import numpy as np

    table = np.zeros(65536, np.uint8)
    for value, chars in ((1, traditional_only()), (2, simplified_only())):
        table[[ord(char) for char in chars if ord(char) < 65536]] = value
    return table


def _documents(observations: "Observations") -> dict[int, int]:
    """How many documents have each string that is suspected."""
    import numpy as np

    key, document = (observations.array("suspicions", name) for name in ("key", "id"))
    order = np.lexsort((document, key))
    key, document = key[order], document[order]
    new = np.ones(len(key), bool)
    new[1:] = (key[1:] != key[:-1]) | (document[1:] != document[:-1])
    strings, count = np.unique(key[new], return_counts=True)
    return dict(zip(strings.tolist(), count.tolist(), strict=True))


def _occurrences(observations: "Observations") -> dict[int, int]:
    """How often the corpus has each pair that a suspicion would make."""
    import numpy as np

    wanted = np.unique(observations.array("suspicions", "pair"))
    wanted = wanted[wanted > 0]
    pairs, seen = (observations.array("pairs", name) for name in ("pair", "times"))
    at = wanted.searchsorted(pairs)
    there = (at < len(wanted)).nonzero()[0]
    there = there[wanted[at[there]] == pairs[there]]
    times = np.zeros(len(wanted), np.int64)
    np.add.at(times, at[there], seen[there])
    return dict(zip(wanted.tolist(), times.tolist(), strict=True))


def _suspicions(text: str, spread: int) -> "list[Suspicion]":
    """Characters taken for others, without names, titles, quoted words and what the text itself repeats."""
    from textclean.language.spelling import find

    found = find(text, _LEAST_SCORE)
    if not found:
        return []
    titled, quoted = _inside(_TITLE, text), _inside(_QUOTED, text)
    kept = []
    for s in found:
        if titled(s.at) or _perhaps_name(text, s.at) or (s.start == s.at and _LETTERED.match(text, s.at)):
            continue
        before, after = text[max(0, s.at - 1) : s.at], text[s.at + 1 : s.at + 2]
        if not s.alike and (quoted(s.at) or text[s.at] in before + after):
            continue  # sayings are quoted in older or playful forms, and sounds are doubled
        if s.at == s.start and text[s.at] in COMMON_SURNAMES and s.intended in COMMON_SURNAMES:
            continue  # a namesake of someone known
        if s.alike < _VERY_ALIKE and before == after:
            continue  # a frame such as 越…越, which takes any word
        kept.append(s)
    times = _times(text, {text[s.start : s.end] for s in kept})
    return [
        s if once == 1 else s._replace(pair=0)  # what is written twice, the corpus does not outvote
        for s in kept
        if (once := times[text[s.start : s.end]]) < spread
    ]


def _inside(pattern: re.Pattern[str], text: str) -> Callable[[int], bool]:
    """Whether an offset lies inside a match of ``pattern``."""
    spans = [match.span() for match in pattern.finditer(text)]

    def inside(at: int) -> bool:
        number = bisect_right(spans, at, key=itemgetter(0))
        return number > 0 and at < spans[number - 1][1]

    return inside


def _times(text: str, strings: Set[str]) -> dict[str, int]:
    """How often ``text`` has each of ``strings``, as :meth:`str.count` counts: few by a search, many in one walk."""
    if len(strings) <= _FEW:
        return {string: text.count(string) for string in strings}
    times = dict.fromkeys(strings, 0)
    free = dict.fromkeys(strings, 0)  # where the next one may begin, for they do not overlap
    for size in {len(string) for string in strings}:
        for at in range(len(text) - size + 1):
            string = text[at : at + size]
            if free.get(string, len(text)) <= at:
                times[string] += 1
                free[string] = at + size
    return times


def _perhaps_name(text: str, at: int) -> bool:
    """Whether the character may belong to a person's name: surname, one or two characters, and room for a name."""
    for start in range(max(0, at - 2), at + 1):
        if text[start] not in COMMON_SURNAMES or not _BEFORE_NAME.search(text, max(0, start - 3), start):
            continue
        if any(at < start + size and _AFTER_NAME.match(text, start + size) for size in (2, 3)):
            return True
    around = text[max(0, at - 6) : at + 7]
    return any(sign in around for sign in _FOREIGN)


def _string_key(string: str) -> int:
    import numpy as np

    from textclean.language.ngrams import code_units
    from textclean.language.spelling import word_keys

    return int(word_keys(code_units(string).astype(np.uint64)[None])[0])


def _contexts(text: str) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """Keys of contexts, the character that each leaves open, and where it stands.

    Only contexts that may hold a name or a term: with a pair of characters beside the open one that was hardly seen
    before, or with quotes or title marks around it. The choice depends on the context alone, so that documents that
    share it choose it alike.
    """
    import numpy as np

    from textclean.language.ngrams import code_units
    from textclean.language.spelling import unseen_pairs, word_keys

    units = code_units(text)
    size = len(units)
    longest = max(map(max, _WINDOWS))
    empty = np.zeros(0, np.int64)
    if size < 2 * longest + 1:
        return empty.astype(np.uint64), empty.astype(np.uint16), empty
    han = (units >= 0x4E00) & (units < 0xA000)
    bound = (units == 10) | ((units >= 48) & (units < 58))
    unseen = unseen_pairs(text)
    opened, closed = np.isin(units, _OPENING), np.isin(units, _CLOSING)
    since = _distance(opened, closed)
    until = _distance(closed[::-1], opened[::-1])[::-1]
    inner = np.arange(longest, size - longest)
    inner = inner[han[inner]]
    rare = unseen[inner - 2] | unseen[inner + 1]
    keys, chars, at = [], [], []
    for before, after in _WINDOWS:
        places = inner[rare | ((since[inner] <= before) & (until[inner] <= after))]
        steps = np.array([*range(-before, 0), *range(1, after + 1)])
        index = places[:, None] + steps
        good = (han[index].sum(axis=1) >= _LEAST_HAN) & ~bound[index].any(axis=1)
        rows = units[index[good]].astype(np.uint64)
        rows[:, 0] += np.uint64(before << 32)  # the two windows are different contexts
        keys.append(word_keys(rows))
        chars.append(units[places[good]])
        at.append(places[good])
    return np.concatenate(keys), np.concatenate(chars), np.concatenate(at)


def _distance(wanted: "NDArray[Any]", barred: "NDArray[Any]") -> "NDArray[Any]":
    """Places back to the last of ``wanted``; far away where one of ``barred`` came later, or there is none."""
    import numpy as np

    index = np.arange(len(wanted))
    last = np.maximum.accumulate(np.where(wanted, index, -1))
    bar = np.maximum.accumulate(np.where(barred, index, -1))
    return np.where((last >= 0) & (last > bar), index - last, len(wanted) + 1)


def _variants(observations: "Observations") -> dict[int, dict[tuple[int, int], tuple[int, int]]]:
    """By place of the document: rare readings of a context, each with the usual one and its number of documents."""
    import numpy as np

    context, char, document = (observations.array("contexts", name) for name in ("context", "char", "id"))
    order = np.lexsort((document, char, context))
    context, char, document = context[order], char[order], document[order]
    starts = np.flatnonzero(np.concatenate([[True], (context[1:] != context[:-1]) | (char[1:] != char[:-1])]))
    if not len(context):
        return {}
    held = np.diff(starts, append=len(context))
    keys, chars = context[starts], char[starts]
    out: dict[int, dict[tuple[int, int], tuple[int, int]]] = {}
    same = keys[1:] == keys[:-1]
    two = same & ~np.concatenate([[False], same[:-1]]) & ~np.concatenate([same[1:], [False]])
    for first in np.flatnonzero(two).tolist():
        rare, usual = sorted((first, first + 1), key=lambda i: int(held[i]))
        if held[rare] > 1 or held[usual] < 2:
            continue
        if chr(int(chars[rare])) in _FREE or chr(int(chars[usual])) in _FREE:
            continue
        name = (int(keys[rare]), int(chars[rare]))
        out.setdefault(int(document[starts[rare]]), {})[name] = (int(chars[usual]), int(held[usual]))
    return out


def _typo(text: str, found: "Suspicion") -> Mark:
    right = text[found.start : found.at] + found.intended + text[found.at + 1 : found.end]
    alike = f"{text[found.at]} looks like {found.intended} ({found.alike:.2f}); " if found.alike else ""
    evidence = f"{alike}{right} is a word; {found.gain:.1f} nats likelier"
    return Mark(found.start, found.end, "typo", right, round(found.score, 3), evidence)


def _variant_marks(text: str, variants: Mapping[tuple[int, int], tuple[int, int]]) -> list[Mark]:
    if not variants:
        return []
    out: dict[int, Mark] = {}
    for key, char, at in zip(*(column.tolist() for column in _contexts(text)), strict=True):
        usual = variants.get((key, char))
        if usual is not None:
            evidence = (
                f"{usual[1]} documents write {chr(usual[0])} in the same ten characters, this one alone {chr(char)}"
            )
            out[at] = Mark(at, at + 1, "typo", chr(usual[0]), 0.7, evidence)
    return list(out.values())


def _apart(marks: list[Mark]) -> list[Mark]:
    """In the order of the text; of marks that overlap the surest, ties to the first. Every mark holds a character."""
    kept: list[Mark] = []
    taken = bytearray(max((mark.end for mark in marks), default=0))
    for mark in sorted(marks, key=lambda m: (-m.score, m.start, m.end, m.kind)):
        if taken.find(1, mark.start, mark.end) < 0:
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)
