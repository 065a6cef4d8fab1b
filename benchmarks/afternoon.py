"""What an engineer writes in an afternoon to clean a corpus: the script that ``benchmarks.run`` compares with.

UTF-8 first, else charset-normalizer; ftfy with options that leave full width alone; OpenCC to Simplified; regular
expressions for indents, spaces, half-width punctuation and lines of metadata; rensa for near copies of paragraphs.
Nothing is verified, nothing can be taken back. Usage: python -m benchmarks.afternoon IN OUT, JSON lines or folders.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import ftfy
import orjson
import regex
from charset_normalizer import from_bytes
from opencc import OpenCC
from rensa import RMinHashDeduplicator

THRESHOLD, SLOTS, N = 0.8, 128, 5
SHORTEST = 20

FTFY = ftfy.TextFixerConfig(
    uncurl_quotes=False, fix_character_width=False, fix_latin_ligatures=False, normalization="NFC", explain=False
)
EDGES = regex.compile(r"^[\s\u3000]+|[\s\u3000]+$", regex.MULTILINE)
SPACES = regex.compile(r"(?<=\p{Han})[ \u00a0\u3000\t]+(?=[\p{Han}\d])|(?<=\d)[ \u00a0\u3000\t]+(?=\p{Han})")
HALF_WIDTH = regex.compile(r"(?<=[\p{Han}”）》])[,:;?!](?=[\p{Han}“（《\n]|$)")
WIDE = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
METADATA = regex.compile(r"^(?:发布时间|来源|责任编辑|作者|编辑)[:：].*$", regex.MULTILINE)
BLANK = regex.compile(r"\n{2,}")
TO_SIMPLIFIED = OpenCC("t2s")


def decoded(raw: bytes) -> str:
    """The text of a file."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return str(from_bytes(raw).best() or "")


def cleaned(text: str) -> str:
    """A text without noise."""
    text = ftfy.fix_text(text, FTFY)
    text = TO_SIMPLIFIED.convert(text)
    text = EDGES.sub("", text)
    text = SPACES.sub("", text)
    text = HALF_WIDTH.sub(lambda match: WIDE[match[0]], text)
    text = METADATA.sub("", text)
    return BLANK.sub("\n", text).strip()


def deduplicated(documents: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Documents without paragraphs that came before."""
    index = RMinHashDeduplicator(THRESHOLD, SLOTS, True, 16)
    for id, text in documents:
        lines = text.split("\n")
        long = [i for i, line in enumerate(lines) if len(line) >= SHORTEST]
        pairs = [(f"{id}#{i}", [lines[i][at : at + N] for at in range(len(lines[i]) - N + 1)]) for i in long]
        gone = {i for i, stays in zip(long, index.add_pairs(pairs), strict=True) if not stays}
        yield id, "\n".join(line for i, line in enumerate(lines) if i not in gone)


def run(source: Path, out: Path) -> None:
    """Clean JSON lines into JSON lines, or a folder of text files into a folder."""
    if source.is_dir():
        documents = [(path.name, cleaned(decoded(path.read_bytes()))) for path in sorted(source.iterdir())]
        out.mkdir()
        for name, text in deduplicated(documents):
            (out / name).write_text(text + "\n", encoding="utf-8")
        return
    with source.open("rb") as file:
        rows = [orjson.loads(line) for line in file]
    documents = [(str(row["id"]), cleaned(row["text"])) for row in rows]
    with out.open("wb") as target:
        for row, (_, text) in zip(rows, deduplicated(documents), strict=True):
            target.write(orjson.dumps({**row, "text": text}, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
