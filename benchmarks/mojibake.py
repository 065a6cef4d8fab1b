"""UTF-8 read in another encoding, and how much of it normalize puts right: ``python -m benchmarks.mojibake [TEXT …]``.

TEXT are clean text files, plain or ``.zst``, a paragraph a line; without any, the fixtures. Of the lines, those whose
digest is odd are held out: rules were looked at beside the others alone, so ``--tuned`` shows only what they were
written for. Nothing is read or written but the files named.
"""

import argparse
import hashlib
import random
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.encoding_sets import FIXTURES
from textclean.decode.codes import MEANT
from textclean.document import Document
from textclean.stages.normalize import Normalize

_ONLY = Normalize(**dict.fromkeys(set(Normalize.model_fields) - {"mojibake", "marks"}, False))


def _pairs(raw: bytes, read: Callable[[bytes], str | None], euro: bool, loss: str, swallows: bool) -> str:
    """``raw`` in a two-byte encoding. ``read`` is asked for each pair; ``euro``: byte 0x80 is one; ``loss`` stands for
    what cannot be read, of which the second byte goes too if it ``swallows``, or is not ASCII."""
    found: list[str] = []
    at = 0
    while at < len(raw):
        byte, pair = raw[at], raw[at : at + 2]
        if byte < 0x80 or (euro and byte == 0x80):
            found.append(chr(byte) if byte < 0x80 else "€")
            at += 1
            continue
        char = read(pair) if len(pair) == 2 and 0x81 <= byte < 0xFF else None
        found.append(char or loss)
        at += 2 if char or (len(pair) == 2 and (swallows or pair[1] >= 0x80)) else 1
    return "".join(found)


@cache
def _browser_pair(pair: bytes) -> str | None:
    """WHATWG, Encoding, index gb18030: every pair has a character."""
    if not (0x40 <= pair[1] < 0xFF and pair[1] != 0x7F):
        return None
    char = pair.decode("gb18030")
    return "\u3000" if pair == b"\xa3\xa0" else MEANT["gb18030"].get(char, char)


@cache
def _windows_pair(pair: bytes) -> str | None:
    """Code page 936 with its best fit: what GBK leaves open is private use."""
    if not (0x40 <= pair[1] < 0xFF and pair[1] != 0x7F):
        return None
    code = int.from_bytes(pair, "big")
    if code == 0xA2E3:
        return "\ue76c"
    if code == 0xA8BF:
        return "\ue7c8"
    return chr(0xE7E7 + code - 0xA989) if 0xA989 <= code <= 0xA995 else pair.decode("gb18030")


def _latin_of_browser(raw: bytes) -> str:
    """WHATWG, windows-1252: the five codes that it lacks are control characters."""
    return "".join([bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in raw])


READERS: dict[str, Callable[[bytes], str]] = {
    "GBK, Windows": lambda raw: _pairs(raw, _windows_pair, True, "?", True),
    "GBK, browser": lambda raw: _pairs(raw, _browser_pair, True, "\ufffd", False),
    "GBK, Python, gb18030, replace": lambda raw: raw.decode("gb18030", "replace"),
    "GBK, Python, gbk, replace": lambda raw: raw.decode("gbk", "replace"),
    "GBK, Python, gbk, ignore": lambda raw: raw.decode("gbk", "ignore"),
    "Latin-1, Python": lambda raw: raw.decode("latin-1"),
    "Windows-1252, browser": _latin_of_browser,
    "Windows-1252, Python, replace": lambda raw: raw.decode("cp1252", "replace"),
}
"""What reads bytes, by name."""


def lines(paths: Sequence[Path], tuned: bool) -> list[str]:
    """The lines of the files that are held out, or those that are not; Chinese ones of four characters and more."""
    found = dict.fromkeys(line.strip() for path in paths for line in _text(path).splitlines())
    parity = 0 if tuned else 1
    return [
        line
        for line in found
        if hashlib.sha256(line.encode()).digest()[0] % 2 == parity
        and sum("\u4e00" <= char <= "\u9fff" for char in line) >= 4
    ]


def _text(path: Path) -> str:
    if path.suffix == ".zst":
        import zstandard

        with zstandard.open(path, "rt", encoding="utf-8") as file:
            return str(file.read())
    return path.read_text(encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="*", type=Path, help="clean text files")
    parser.add_argument("--tuned", action="store_true", help="the other lines, at which rules were looked at")
    parser.add_argument("--count", type=int, default=1000, help="lines that are misread")
    parser.add_argument("--clean", type=int, default=10_000, help="clean lines in which nothing must be put right")
    parser.add_argument("--show", type=int, default=0, help="examples of what was not put right")
    options = parser.parse_args()
    paths = options.texts or sorted((FIXTURES / "clean").glob("*.txt"))
    rng = random.Random("misread")
    every = lines(paths, options.tuned)
    rng.shuffle(every)
    print(f"{len(every):,} lines of {len(paths)} files, {'tuned on' if options.tuned else 'held out'}")
    clean = every[: options.clean]
    false = [line for line in clean if "mojibake" in _ONLY.findings(Document("x", line)).edits.reasons]
    print(f"false repairs: {len(false)} in {len(clean):,} clean lines")
    for line in false[: options.show]:
        print("   ", line[:100], "→", _ONLY(Document("x", line)).text[:100])
    print(
        "read as | lines whole again, % | characters again, % | … in a good line, % | … last byte lost, % | unmarked, %"
    )
    for name, read in READERS.items():
        print(_row(name, read, every[: options.count], options.show))


def _row(name: str, read: Callable[[bytes], str], sample: Sequence[str], show: int) -> str:
    rng = random.Random(name)
    whole = again = total = part = parts = cut = cut_total = silent = 0
    for line in sample:
        raw = line.encode()
        done = _ONLY(Document("x", read(raw)))
        whole += done.text == line
        silent += done.text != line and not any(mark.kind == "mojibake" for mark in done.marks)
        again += _agreeing(done.text, line)
        total += len(line)
        if done.text != line and show > 0:
            show -= 1
            print(f"    {line[:60]}\n    {done.text[:60]}")
        size = rng.randint(6, 30)
        at = rng.randrange(max(1, len(line) - size))
        middle, end = line[at : at + size], line[at + size :]
        seen = line[:at] + read(middle.encode()) + end
        part += _agreeing(_ONLY(Document("x", seen)).text, line) - len(line) + len(middle)
        parts += len(middle)
        cut += _agreeing(_ONLY(Document("x", read(raw[:-1]))).text, line[:-1])
        cut_total += len(line) - 1
    shares = (whole / len(sample), again / total, part / parts, cut / cut_total, silent / len(sample))
    return f"{name} | {' | '.join(f'{100 * share:.1f}' for share in shares)}"


def _agreeing(text: str, right: str) -> int:
    """How many characters of ``right`` stand in ``text``, in order."""
    from difflib import SequenceMatcher

    if text == right:
        return len(right)
    return sum(block.size for block in SequenceMatcher(None, text, right, autojunk=False).get_matching_blocks())


if __name__ == "__main__":
    main()
