"""Fuzzing of bytes → document: ``make fuzz``, or ``python -m tests.fuzz_decode COUNT [SEED]``.

Input number ``n`` of a seed is always the same, so a failure is reproduced by its number.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache

from textclean.decode import detect
from textclean.errors import InputError
from textclean.pipeline import Pipeline
from textclean.testing import corpus

CODECS = (
    *("utf-8", "gb18030", "big5hkscs", "cp950", "big5", "utf-16-le", "utf-16-be", "hz") * 3,
    *("ascii", "utf-16", "utf-32-le", "utf-32-be", "gb2312", "gbk", "utf-7", "utf-8-sig", "cp1252", "koi8-r", "cp1251"),
    *("cp932", "euc_jp", "cp949", "johab", "iso2022_jp", "iso2022_jp_2", "iso2022_kr", "iso8859-7", "cp874", "cp037"),
)
TRAPS = (
    *(b"~{", b"~}", b"~~", b"~\n", b"~", b"~{VP", b"\x1b$)A\x0e", b"\x1b$B", b"\x1b(B", b"\x1b$*H", b"\x0e", b"\x0f"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\x84\x31\x95\x33", b"+/v8-"),
    *(b"\0", b"\0\0", b"\x80", b"\xff", b"\xa0", b"\r", b"\n", b"\r\n", b"\x1a", b"\x85", b"\xa6\xd9", b"\xfe\x51"),
    *(
        b"\xed\xa0\x80",
        b"\xed\xb0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
        b"\xe4\xb8",
        b"\xf0\x9f\x98",
        b"\xef\xbf\xbd",
    ),
    *(b"\x81\x30\x81\x30", b"\x81\x30\x81", b"\xe3\x32\x9a\x35", b"\xa1\x45", b"\xa1\xe3", b"\xa3\xe1", b"\xc6\xa1"),
    *(
        b"\xa2\xcc",
        b"\xf9\xfe",
        b"\x88\x62",
        b"\x88\xa3",
        b"\x8e\xa2\xa1\xa1",
        b"\xd8\x00\xdc\x00",
        b"\x00\xd8\x00\xdc",
    ),
    *(b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n", "，".encode(), "。".encode(), b"<meta charset=big5>", b"\xfd\xfe\xff"),
)
HINTS = (
    None,
    None,
    None,
    "gb2312",
    "big5",
    "utf-8",
    "latin-1",
    "utf-16",
    "no such",
    "hz",
    "base64",
    "idna",
    "unicode_escape",
    "",
)


@cache
def _texts() -> tuple[str, ...]:
    odd = "\ufffd\ufeff\ue000\ue7c7\u20ac\u00e9\u0416\u3042\uac00\U00020000\U0001f600ab1 \t\r\n~{}"
    return (*corpus(11, 40_000), *corpus(12, 10_000, noisy=False), odd * 3, "~" * 9, "Plain text.\n" * 9)


def _piece(rng: random.Random) -> bytes:
    """A piece of text in some encoding, or noise, or traps."""
    kind = rng.random()
    if kind < 0.8:
        text = rng.choice(_texts())
        size = int(2 ** rng.uniform(0, 7 if rng.random() < 0.98 else 12))
        at = rng.randrange(len(text))
        return text[at : at + size].encode(rng.choice(CODECS), "ignore")
    if kind < 0.9:
        return rng.randbytes(int(2 ** rng.uniform(0, 8)))
    return b"".join(rng.choices(TRAPS, k=rng.randint(1, 6)))


def _mutated(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw) + 1)
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: raw[:at] + rng.randbytes(1) + raw[at + 1 :],
        lambda: raw[:at] + raw[at + 1 :],
        lambda: raw[:at] + rng.randbytes(1) + raw[at:],
        lambda: raw[:at] + rng.choice(TRAPS) + raw[at:],
        lambda: raw[:at],
        lambda: raw[at:],
        lambda: raw[:at] + raw[rng.randrange(len(raw) + 1) :],
        lambda: raw + raw[at:],
    )
    return rng.choice(changes)()


def make(seed: int, number: int) -> tuple[bytes, str | None]:
    """Input ``number``: bytes and a declared charset."""
    rng = random.Random(f"{seed} {number}")
    raw = b"".join(_piece(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        raw = _mutated(rng, raw)
    return raw, rng.choice(HINTS)


def check(raw: bytes, hint: str | None) -> str:
    """See that ``raw`` becomes a document that gives it back, or is refused; the encoding, or ``refused``.

    Raises:
        AssertionError: something does not hold.
    """
    found = detect(raw, hint)
    assert 0 <= found.confidence <= 1
    assert all(raw.startswith(bad, at) and bad for at, bad in found.bad)
    try:
        doc = Pipeline([]).phases.read("x", raw, hint)
    except InputError:
        return "refused"
    source = doc.source
    assert source is not None
    assert doc.restored() == raw
    doc.text.encode()  # no lone surrogate
    assert [span.start for span in source.spans] == sorted(span.start for span in source.spans)
    ends = [0, *(patch.end for patch in source.patches)]
    assert all(end <= patch.start <= patch.end for end, patch in zip(ends, source.patches, strict=False))
    assert all(raw.startswith(patch.original, patch.byte) for patch in source.patches)
    assert found.encoding is not None
    return source.encoding


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    seen: Counter[str] = Counter()
    for number in range(count):
        try:
            seen[check(*make(seed, number))] += 1
        except Exception as error:
            raise SystemExit(f"input {number} of seed {seed}, {make(seed, number)!r}: {error!r}") from error
        if (number + 1) % 50_000 == 0:
            print(f"{number + 1:,} inputs, {seen['refused']:,} refused, {len(seen) - 1} encodings", flush=True)
    print(
        f"{count:,} inputs of seed {seed}: no failure; " + ", ".join(f"{n:,} {name}" for name, n in seen.most_common())
    )


if __name__ == "__main__":
    main()
