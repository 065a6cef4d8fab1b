"""RESULTS.md: one file, a section for each benchmark, each written without touching the others."""

import platform
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def write_section(name: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Put ``lines`` between the markers of section ``name``, at the end of the file if it has no such section."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if "<!--" not in text:  # from before there were sections
        text = ""
    section = "\n".join([begin, *lines, end])
    if begin in text and end in text:
        before, rest = text.split(begin, 1)
        text = before + section + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n{section}\n".lstrip()
    path.write_text(text, encoding="utf-8")


def processor() -> str:
    """The model of the processor, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
