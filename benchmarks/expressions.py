"""Baits for regular expressions: strings that repeat what their parts match.

Every expression of the package is found, by walking its modules, and given strings that begin as a match does, go on
with one of its repeats again and again, and end in what does not fit: whatever can be split in more ways than one is
tried in all of them.
"""

import ast
import inspect
import pkgutil
import random
import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as sre  # type: ignore[attr-defined]  # the parsed form has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType, ModuleType
from typing import Any, NamedTuple

import textclean
from textclean.language.expressions import compiled

LINES: Mapping[str, int] = {
    **dict.fromkeys(
        (f"textclean.stages.metadata.{name}" for name in ("buttons", "dates", "fields", "pages", "people")), 160
    ),
    "textclean.stages.boilerplate.imprint": 200,
    "textclean.stages.boilerplate": 200,
    "textclean.stages.normalize.characters._ADDRESS": 300,
    "textclean.stages.normalize.doubtful._IN_LINK": 300,
    "textclean.decode.alignment._TO_NO_TRAIL": 512,
}
"""Modules, and single expressions, that see lines of at most so many characters."""

_PARTS = frozenset("、，。：；！？,.:;!?()（）“”/|·- \n年月日第一1Aa合")
_OTHER = "\x01"
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_METHODS = ("search", "finditer", "findall", "sub", "split", "match", "fullmatch")


class Expression(NamedTuple):
    """An expression, where it stands, by which methods it is used, and the length of what it sees (0: any)."""

    name: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]
    most: int


def expressions() -> list[Expression]:
    """Every expression that a module of the package holds, or makes without being told anything."""
    found: dict[tuple[str | bytes, int], Expression] = {}
    for info in pkgutil.walk_packages(textclean.__path__, "textclean."):
        if ".build" in info.name or info.name.endswith("__main__"):
            continue
        with suppress(ImportError):
            module = import_module(info.name)
            for name, value in _patterns(module):
                methods = _methods(module, name.partition("[")[0])
                whole = f"{info.name}.{name}"
                most = LINES.get(whole, LINES.get(info.name, 0))
                found.setdefault((value.pattern, value.flags), Expression(whole, value, methods, most))
    return sorted(found.values(), key=lambda one: one.name)


def _patterns(module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in vars(module).items():
        if (one := compiled(value)) is not None:
            yield name, one
        elif isinstance(value, dict):
            held = ((key, compiled(some)) for key, some in value.items())
            yield from ((f"{name}[{key}]", one) for key, one in held if one is not None)
        elif hasattr(value, "cache_info") and "Pattern" in str(value.__wrapped__.__annotations__.get("return")):
            rules = inspect.signature(value).parameters.values()
            count = 5 if any(rule.kind is rule.VAR_POSITIONAL for rule in rules) else len(rules)
            with suppress(TypeError):  # it wants something else than rules to be on
                yield name, value(*[True] * count)


def _methods(module: ModuleType, name: str) -> tuple[str, ...]:
    """The methods by which ``module`` uses an expression; all, if that is not plain to see."""
    used: set[str] = set()
    for node in _method_calls(module):
        if node.attr in _METHODS:
            holder = node.value
            while isinstance(holder, ast.Call | ast.Subscript):
                holder = holder.func if isinstance(holder, ast.Call) else holder.value
            if isinstance(holder, ast.Name) and holder.id == name:
                used.add("search" if node.attr in _METHODS[:5] else node.attr)
    return tuple(sorted(used)) or ("search",)


@cache
def _method_calls(module: ModuleType) -> list[ast.Attribute]:
    return [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Attribute)]


def baits(pattern: re.Pattern[Any], rng: random.Random, each: int = 6) -> Iterator[tuple[str, str, str]]:
    """Beginnings, what is repeated after them, and ends."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~(re.UNICODE | re.DEBUG) if isinstance(pattern.pattern, str) else 0)
    alphabet = sorted({*_PARTS, *(char for node in _nodes(tree) for char in _shown(node))})[:400]
    sampler = _Sampler(rng, alphabet)
    for _ in range(each):
        whole = sampler.of(tree)
        yield "", whole, _OTHER
        yield "", whole[:-1] or whole, ""
        for before, body in _repeats(list(tree), []):
            start = sampler.of(before)
            piece = "".join(sampler.of(body) for _ in range(rng.choice((1, 1, 2))))
            yield start, piece, _OTHER
            yield start, piece, ""
            yield "", start + piece, _OTHER


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    for op, value in tree:
        yield op, value
        for part in _children(op, value):
            yield from _nodes(part)


def _children(op: Any, value: Any) -> list[Any]:
    if op in _REPEATS:
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op is sre.ATOMIC_GROUP:
        return [value]
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return []


def _repeats(nodes: Sequence[Any], before: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Every repeat: what stands before it, and what is repeated."""
    for i, (op, value) in enumerate(nodes):
        ahead = [*before, *nodes[:i]]
        if op in _REPEATS and value[1] > 1:
            yield ahead, list(value[2])
        for part in _children(op, value):
            yield from _repeats(list(part), ahead)


def _shown(node: tuple[Any, Any]) -> list[str]:
    """Characters that an expression names."""
    op, value = node
    if op in (sre.LITERAL, sre.NOT_LITERAL):
        return [chr(value)]
    if op is sre.IN:
        ranges = [one for kind, one in value if kind is sre.RANGE]
        return [chr(one) for kind, one in value if kind is sre.LITERAL][:40] + [chr(low) for low, _ in ranges][:20]
    return []


class _Sampler:
    """Makes strings that the parts of an expression match, one after the other; what looks around is not heeded."""

    def __init__(self, rng: random.Random, alphabet: Sequence[str]) -> None:
        self._rng, self._alphabet = rng, alphabet
        self._fits: dict[int, list[str]] = {}

    def of(self, tree: Any) -> str:
        return "".join(self._one(op, value) for op, value in tree)

    def _one(self, op: Any, value: Any) -> str:
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.ANY:
            return self._rng.choice("合 1")
        if op in (sre.NOT_LITERAL, sre.IN):
            if id(value) not in self._fits:
                one = compiler.compile(parser.SubPattern(parser.State(), [(op, value)]))
                self._fits[id(value)] = list(filter(one.fullmatch, self._alphabet))
            fits = self._fits[id(value)]
            return self._rng.choice(fits) if fits else ""
        if op in _REPEATS:
            low, high, body = value
            count = self._rng.randint(low, min(int(high), low + 2)) if low < 8 else low
            return "".join(self.of(body) for _ in range(count))
        parts = [] if op in (sre.ASSERT, sre.ASSERT_NOT) else _children(op, value)
        return self.of(self._rng.choice(parts)) if parts else ""


HEAVY = 5e-6
"""Seconds per character of a line that are too many, where lines are short; a step takes about a hundredth of that."""


class Slow(NamedTuple):
    """What was found: seconds for texts of two lengths, the second infinite where it was given up."""

    name: str
    method: str
    bait: tuple[str, str, str]
    size: int
    seconds: float
    longer: float


def _give_up(signal: int, frame: FrameType | None) -> None:
    raise TimeoutError


def run(expression: Expression, method: str, bait: tuple[str, str, str], size: int, most: float) -> float:
    """Seconds of looking through a bait of ``size`` characters; infinite above ``most``."""
    before, piece, after = bait
    text: Any = (before + piece * (max(0, size - len(before) - len(after)) // len(piece) + 1))[
        : size - len(after)
    ] + after
    if isinstance(expression.pattern.pattern, bytes):
        text = text.encode("latin-1", "replace")
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    started = time.process_time()
    try:
        if method == "search":
            for _ in expression.pattern.finditer(text):
                pass
        else:
            getattr(expression.pattern, method)(text)
        return time.process_time() - started
    except TimeoutError:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def look(expression: Expression, each: int = 6, ratio: float = 2.6) -> Slow | None:
    """A bait on which the time grows faster than the text, or takes too long for a line; None if none is found."""
    rng = random.Random(1)
    size = expression.most or 2000
    seen: set[tuple[str, str, str]] = set()
    for bait in baits(expression.pattern, rng, each):
        if not bait[1] or bait in seen:
            continue
        seen.add(bait)
        for method in expression.methods:
            if run(expression, method, bait, size, 0.05) < HEAVY * size:
                continue
            first = min(run(expression, method, bait, size, 0.5) for _ in range(3))
            if expression.most:
                if first >= HEAVY * size:
                    return Slow(expression.name, method, bait, size, first, first)
                continue
            second = min(run(expression, method, bait, 2 * size, 2.0) for _ in range(3))
            third = min(run(expression, method, bait, 4 * size, 4.0) for _ in range(2))
            if third > ratio**2 * first or second == float("inf"):
                return Slow(expression.name, method, bait, size, first, third)
    return None
