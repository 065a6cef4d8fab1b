"""The core."""

from collections.abc import Callable

import pytest
import zstandard

from textclean.decode import decode, decode_text
from textclean.document import Document, Findings, advance
from textclean.io.records import pack_ledger, unpack_ledger
from textclean.ledger import Edits, columns
from textclean.pipeline import Pipeline
from textclean.stages.normalize import Normalize

Timer = Callable[..., float]


@pytest.fixture(scope="module")
def normalized(scraped: list[str]) -> list[tuple[Document, Edits]]:
    """Scraped documents, and the edits of the normalize stage: what a dense layer really looks like."""
    stage, pipe = Normalize(), Pipeline([])
    documents = [pipe.clean(text) for text in scraped]
    return [(doc, stage.findings(doc).edits) for doc in documents]


def one_for_one(documents: list[Document]) -> list[Edits]:
    """75 replacements of one character by one per 1,000."""
    return [columns(at := range(0, len(doc.text), 13), [i + 1 for i in at], ["，"] * len(at), "r") for doc in documents]


def write(documents: list[tuple[Document, Edits]]) -> list[tuple[str, bytes]]:
    pack = zstandard.ZstdCompressor(3).compress
    done = (advance(doc, "normalize", "1", Findings(edits)) for doc, edits in documents)
    return [(doc.text, pack(pack_ledger(doc))) for doc in done]


def read(written: list[tuple[str, bytes]]) -> list[bytes]:
    unpack = zstandard.ZstdDecompressor().decompress
    return [unpack_ledger(unpack(ledger), text).restored() for text, ledger in written]


def test_core_one_for_one(times_decode: Timer, scraped: list[str]) -> None:
    documents = [Pipeline([]).clean(text) for text in scraped]
    work = list(zip(documents, one_for_one(documents), strict=True))
    times_decode("apply, stack, serialise, compress: 77 replacements per 1,000", lambda: write(work), scraped, "≤ 15")


def test_core_mixed(times_decode: Timer, scraped: list[str], normalized: list[tuple[Document, Edits]]) -> None:
    density = 1000 * sum(len(edits) for _, edits in normalized) / sum(map(len, scraped))
    name = f"apply, stack, serialise, compress: what normalize finds, {density:.0f} per 1,000"
    times_decode(name, lambda: write(normalized), scraped, "≤ 15")


def test_restore_one_for_one(times_decode: Timer, scraped: list[str]) -> None:
    documents = [Pipeline([]).clean(text) for text in scraped]
    written = write(list(zip(documents, one_for_one(documents), strict=True)))
    times_decode("restore: 77 replacements per 1,000", lambda: read(written), scraped, "≤ 7")


def test_restore_mixed(times_decode: Timer, scraped: list[str], normalized: list[tuple[Document, Edits]]) -> None:
    written = write(normalized)
    times_decode("restore: what normalize finds", lambda: read(written), scraped, "≤ 7")


BAD = 100
"""Bytes from the end of a document at which a bad one stands."""
SIZES = {"": 0, "2 KB each": 2048 // 3, "10 KB each": 10_240 // 3, "400 KB": 409_600 // 3}
"""Characters of a document by name; 0 for the corpus as it is, about 1,700."""


def documents(scraped: list[str], size: str) -> list[str]:
    """The corpus, or all of it in documents of this size."""
    characters = SIZES[size]
    text = "\n".join(scraped)
    return [text[at : at + characters] for at in range(0, len(text), characters)] if characters else scraped


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("codec", "bad", "aim"),
    [
        ("utf-8", False, "≤ 4"),
        ("utf-8", True, "≤ 12"),
        ("gb18030", False, "≤ 8"),
        ("gb18030", True, "≤ 12"),
        ("utf-16", False, "≤ 8"),
    ],
)
def test_decode(times_decode: Timer, scraped: list[str], codec: str, bad: bool, aim: str, size: str) -> None:
    texts = documents(scraped, size)
    raws = [text.encode(codec) for text in texts]
    if bad:
        raws = [raw[:-BAD] + b"\xff" + raw[-BAD:] for raw in raws]
    name = ", ".join(filter(None, (f"bytes → text and source, {codec}", "one bad byte" if bad else "", size)))
    times_decode(name, lambda: [decode(raw) for raw in raws], texts, aim)


@pytest.mark.parametrize("size", ["", "2 KB each"])
def test_decode_text(times_decode: Timer, scraped: list[str], size: str) -> None:
    texts = documents(scraped, size)
    name = ", ".join(filter(None, ("str → text and source", size)))
    times_decode(name, lambda: [decode_text(text) for text in texts], texts, "≤ 3")
