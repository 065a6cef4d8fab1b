"""Encoding detection and repair beside other libraries: ``make bench-encoding``, or ``python -m benchmarks.encoding``.

All detectors read the same samples in one process. Writes the section ``encoding`` of RESULTS.md.
"""

import argparse
import codecs
import os
import platform
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata

from benchmarks import encoding_sets as sets
from benchmarks.encoding_sets import SAMPLES, SIZES, Sample
from benchmarks.results import processor, write_section
from textclean.decode import decode, detect
from textclean.document import Document
from textclean.errors import InputError
from textclean.pipeline import Pipeline
from textclean.stages.normalize import Normalize
from textclean.stages.script import Script
from textclean.testing import corpus

Detector = Callable[[bytes], str | None]

_FAMILIES = {
    "utf-8": ("utf-8-sig",),
    "gb18030": ("gbk", "gb2312"),
    "big5hkscs": ("big5", "cp950"),
    "utf-16-le": ("utf-16",),
    "utf-16-be": ("utf-16",),
    "hz": (),
}
"""Names that count as the same answer; a name without byte order is right where a mark stands."""
_BAD = ("utf-8", "gb18030")
_MUST = {"utf-8": "≤ 4"} | {f"{codec}, one bad byte": "≤ 12" for codec in _BAD}
"""What bytes → text may take, times a UTF-8 decode, where it is not 8."""
OURS = "textclean"
FTFY = "ftfy"
DECODE = "Python's UTF-8 decode"


def chardet_name(raw: bytes) -> str | None:
    import chardet

    return chardet.detect(raw, compat_names=False)["encoding"]


def chardet_chinese(raw: bytes) -> str | None:
    """chardet told to look for nothing but Chinese."""
    import chardet

    names = ["utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be", "hz"]
    return chardet.detect(raw, compat_names=False, include_encodings=names, no_match_encoding="utf-8")["encoding"]


def charset_normalizer_name(raw: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(raw).best()
    return best.encoding if best else None


def cchardet_name(raw: bytes) -> str | None:
    import cchardet

    name: str | None = cchardet.detect(raw)["encoding"]
    return name


DETECTORS: dict[str, Detector] = {
    OURS: lambda raw: detect(raw).encoding,
    "chardet": chardet_name,
    "chardet, Chinese only": chardet_chinese,
    "charset-normalizer": charset_normalizer_name,
    "faust-cchardet": cchardet_name,
}
PACKAGES = ("textclean", "chardet", "charset-normalizer", "faust-cchardet", "ftfy")


def read_as(raw: bytes, codec: str | None) -> str | None:
    """``raw`` in ``codec``, strictly or with what is bad replaced; without byte order mark. None: no such codec."""
    if codec is None:
        return None
    for errors in ("strict", "replace"):
        try:
            return raw.decode(codec, errors).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        except LookupError:
            return None
    return None


def is_right(sample: Sample, text: str | None) -> bool:
    """Whether ``text`` is the sample's text, or, of damaged bytes, no worse than what the true codec gives.

    That is the true codec's own reading, or one that holds the text but for three characters a damaged byte. Signs of
    replacement do not count.
    """
    if text is None:
        return False
    text = text.replace("\ufffd", "")
    if text in (sample.text, (read_as(sample.raw, sample.codec) or "").replace("\ufffd", "")):
        return True
    slack = min(3, len(sample.text) // 3) * max(1, len(sample.raw) // 1000)
    return sample.damaged and len(text) <= len(sample.text) + slack and kept(sample, text) >= len(sample.text) - slack


def kept(sample: Sample, text: str) -> int:
    """How many characters of the sample ``text`` holds."""
    return (Counter(sample.text) & Counter(text)).total()


def our_text(raw: bytes) -> str | None:
    """What textclean reads; None where it refuses."""
    try:
        return decode(raw)[0]
    except InputError:
        return None


Scores = dict[tuple[str, int], list[bool]]


def scored(name: str, samples: Iterable[Sample]) -> tuple[Scores, Scores]:
    """Text right or wrong, and name of the encoding right or wrong, by cell and size."""
    texts: Scores = defaultdict(list)
    labels: Scores = defaultdict(list)
    ask = DETECTORS[name]
    for sample in samples:
        answer = ask(sample.raw)
        text = our_text(sample.raw) if name == OURS else read_as(sample.raw, answer)
        texts[sample.cell, sample.size].append(is_right(sample, text))
        labels[sample.cell, sample.size].append(_family(answer) & _family(sample.codec) != frozenset())
    return texts, labels


def _family(name: str | None) -> frozenset[str]:
    """The encodings that ``name`` may stand for."""
    try:
        codec = codecs.lookup(name or "").name
    except LookupError:
        return frozenset()
    return frozenset(head for head, others in _FAMILIES.items() if codec == head or codec in others)


def share(scores: Scores, sizes: Iterable[int] = SIZES) -> float:
    """Percent right over the samples of these ``sizes``."""
    kept = [right for (_, size), rights in scores.items() if size in sizes for right in rights]
    return 100 * sum(kept) / max(1, len(kept))


def foreign_called_chinese(name: str, samples: Sequence[Sample]) -> float:
    """Percent of foreign files that get the name of a Chinese encoding."""
    chinese = [_family(DETECTORS[name](sample.raw)) - {"utf-8"} != frozenset() for sample in samples]
    return 100 * sum(chinese) / len(chinese)


def lines_right(name: str) -> float:
    """Percent of the lines of mixed files that are read right; peers read a file in the one encoding they name."""
    right: list[bool] = []
    for raw, lines in sets.mixed():
        text = our_text(raw) if name == OURS else read_as(raw, DETECTORS[name](raw))
        read = (text or "").split("\n")
        right += [i < len(read) and read[i] + "\n" == expected for i, (_, expected) in enumerate(lines)]
    return 100 * sum(right) / len(right)


def repairs() -> dict[str, Callable[[str], str]]:
    """What puts right text that was decoded wrongly."""
    import ftfy

    stage = Normalize(
        **dict.fromkeys(set(Normalize.model_fields) - {"mojibake"}, False),  # nothing but this rule
    )
    return {OURS: lambda text: stage(Document("x", text)).text, FTFY: ftfy.fix_encoding}


def repaired(fix: Callable[[str], str]) -> dict[str, float]:
    """Percent put right, by what went wrong."""
    found: dict[str, list[bool]] = defaultdict(list)
    for wrong, seen, text in sets.mojibake():
        found[wrong].append(fix(seen) == text)
    return {wrong: 100 * sum(rights) / len(rights) for wrong, rights in found.items()}


def false_repairs(fix: Callable[[str], str]) -> int:
    """How many of 3,000 texts in which nothing is wrong are changed."""
    return sum(fix(text) != text for text in sets.wholesome())


def ratios(works: dict[str, Callable[[], object]], yardstick: str, rounds: int) -> dict[str, float]:
    """How many times the yardstick's time each takes: medians over rounds in which all take turns, best of three."""
    times: dict[str, list[float]] = defaultdict(list)
    for work in works.values():
        work()
    for _ in range(rounds):
        once = {}
        for name, work in works.items():
            taken = []
            for _ in range(3):
                started = time.perf_counter()
                work()
                taken.append(time.perf_counter() - started)
            once[name] = min(taken)
        for name, taken_ in once.items():
            times[name].append(taken_ / once[yardstick])
    return {name: statistics.median(found) for name, found in times.items()}


def detection_speed(rounds: int) -> dict[str, float]:
    """How many times as long as textclean each detector takes for 1,000 characters in GB18030."""
    rng = random.Random("speed")
    raws = [sets.window(rng, "simplified", 1000, "gb18030").encode("gb18030") for _ in range(10)]
    works = {name: (lambda ask=ask: [ask(raw) for raw in raws]) for name, ask in DETECTORS.items()}
    return ratios(works, OURS, rounds)


def decoding_speed(rounds: int) -> dict[str, float]:
    """How many times a UTF-8 decode bytes → text and source takes, for documents of about 1,700 characters."""
    from opencc import OpenCC

    texts = corpus(5, 60_000, noisy=False)
    raws = {codec: [text.encode(codec) for text in texts] for codec in ("utf-8", "gb18030", "utf-16")}
    big5 = [OpenCC("s2t").convert(text).encode("big5hkscs", "ignore") for text in texts]
    bad = {f"{codec}, one bad byte": [raw[:-100] + b"\xff" + raw[-100:] for raw in raws[codec]] for codec in _BAD}
    works: dict[str, Callable[[], object]] = {DECODE: lambda: [raw.decode() for raw in raws["utf-8"]]}
    for name, group in (*raws.items(), ("big5", big5), *bad.items()):
        works[name] = lambda group=group: [decode(raw) for raw in group]
    return ratios(works, DECODE, rounds)


def stage_speed(rounds: int) -> dict[str, float]:
    """How many times a UTF-8 decode normalizing and the check for Traditional text take."""
    import ftfy

    found: dict[str, float] = {}
    for kind, noisy in (("clean", False), ("scraped", True)):
        texts = corpus(1, 100_000, noisy=noisy)
        raws = [text.encode() for text in texts]
        documents = [Pipeline([]).clean(text) for text in texts]
        works: dict[str, Callable[[], object]] = {
            DECODE: lambda raws=raws: [raw.decode() for raw in raws],
            f"normalize, {kind} text": lambda documents=documents: list(map(Normalize(), documents)),
            f"ftfy.fix_text, {kind} text": lambda texts=texts: list(map(ftfy.fix_text, texts)),
        }
        if not noisy:
            works["Traditional check"] = lambda documents=documents: list(map(Script(), documents))
        found |= ratios(works, DECODE, rounds)
    return found


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, its first column to the left."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def report(rounds: int, count: int) -> list[str]:
    """The section's lines."""
    kinds: dict[str, list[Sample]] = {"clean": list(sets.clean(count=count))}
    kinds |= {name: list(sets.damaged(damage, count=count)) for name, damage in sets.DAMAGES.items()}
    kinds["inside HTML"] = list(sets.in_html(count=count))
    scores = {name: {kind: scored(name, samples) for kind, samples in kinds.items()} for name in DETECTORS}
    abroad = list(sets.foreign(count))
    mends = repairs()
    mended = {name: repaired(fix) for name, fix in mends.items()}
    speed, stages, decoding = detection_speed(rounds), stage_speed(rounds), decoding_speed(rounds)
    long = [size for size in SIZES if size >= 10]

    def shares(kind: str, sizes: Sequence[int]) -> list[str]:
        return [f"{share(scores[name][kind][0], sizes):.1f}" for name in DETECTORS]

    rows = [
        ["clean, 10 characters and more, %", "≥ 99.9", *shares("clean", long)],
        ["clean, 4 characters, %", "≥ 97.5", *shares("clean", [4])],
        ["0.1 % bad bytes, 10 characters and more, %", "≥ 99.5", *shares("0.1 % bad bytes", long)],
        ["one byte deleted, 10 characters and more, %", "≥ 97", *shares("one byte deleted", long)],
        ["foreign called Chinese, %", "≤ 0.6", *(f"{foreign_called_chinese(name, abroad):.1f}" for name in DETECTORS)],
        ["lines right in mixed files, %", "≥ 99", *(f"{lines_right(name):.1f}" for name in DETECTORS)],
        ["time for 1,000 characters in GB18030, × textclean", "20; 4", *(f"{speed[n]:.1f}" for n in DETECTORS)],
    ]
    mean = {name: statistics.mean(found.values()) for name, found in mended.items()}
    works = [
        ["lossless mojibake repaired, %", "≥ 99", f"{mean[OURS]:.1f}", f"{mean[FTFY]:.1f}"],
        ["false repairs in 3,000 texts", "0", *(f"{false_repairs(mends[name])}" for name in (OURS, FTFY))],
    ]
    for kind, aim in (("clean", "≤ 7"), ("scraped", "≤ 17")):
        ours, theirs = stages[f"normalize, {kind} text"], stages[f"ftfy.fix_text, {kind} text"]
        works.append([f"normalize, {kind} text, × UTF-8 decode", aim, f"{ours:.1f}", f"{theirs:.0f}"])
    works.append(
        ["Traditional check of Simplified text, × UTF-8 decode", "≤ 1.5", f"{stages['Traditional check']:.1f}", ""]
    )
    works += [
        [f"bytes → text and source, {name}, × UTF-8 decode", _MUST.get(name, "≤ 8"), f"{found:.1f}", ""]
        for name, found in decoding.items()
        if name != DECODE
    ]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return [
        "# Encodings",
        "",
        f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}; {versions}.",
        f"14 encodings and scripts × 2, 4, 10, 30, 100, 1,000 characters × {count} samples from the fixtures; damaged",
        "and inside HTML, the eleven cells without byte order mark. Right means: the text is the original; of damaged",
        "bytes, the true codec's reading or a better one. Peers are read as they name it, what is bad replaced.",
        f"{len(abroad):,} foreign files, 60 mixed ones. Times are medians of {rounds} rounds in which all take turns.",
        "Written by `make bench-encoding`.",
        "",
        *table(["", "must", *DETECTORS], rows),
        "",
        "Text right, %, by characters of the sample:",
        "",
        *table(
            ["", "characters", *DETECTORS],
            [[kind, f"{size:,}", *shares(kind, [size])] for kind in kinds for size in SIZES],
        ),
        "",
        "Name of the encoding right, %, all sizes:",
        "",
        *table(
            ["", *DETECTORS],
            [[kind, *(f"{share(scores[name][kind][1]):.1f}" for name in DETECTORS)] for kind in kinds],
        ),
        "",
        *table(["", "must", OURS, FTFY], works),
        "",
        *table(
            ["mojibake repaired, %", OURS, FTFY],
            [[wrong, *(f"{mended[name][wrong]:.1f}" for name in (OURS, FTFY))] for wrong in mended[OURS]],
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds in which all take turns")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="samples of each cell and size")
    options = parser.parse_args()
    lines = report(options.rounds, options.samples)
    print("\n".join(lines))
    if options.samples == SAMPLES:  # a part must not pass for the whole
        write_section("encoding", lines)


if __name__ == "__main__":
    main()
