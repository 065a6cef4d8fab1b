"""Instructions instead of seconds: how often more are executed for twice the input, counted by valgrind's callgrind.

A count is the same on every machine and every day, so a test may ask for it; but the sizes must be small, and what one
instruction does to many bytes at once hardly shows.
"""

import ctypes
import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.baits import BAITS
from benchmarks.growth import work

SIZE = 1 << 12
"""Bytes of the shorter input; of what is to be decoded half as many do, since damaged bytes are looked at longest."""

_SOURCE = Path(__file__).parent / "callgrind.c"
_NAME = re.compile(r"^desc: Trigger: Client Request: (.*)$", re.MULTILINE)
_SUM = re.compile(r"^summary: (\d+)$", re.MULTILINE)


def missing() -> str:
    """What there is not, of what counting needs; empty if nothing is missing."""
    if shutil.which("valgrind") is None:
        return "valgrind"
    if shutil.which("cc") is None:
        return "a C compiler"
    check = subprocess.run(["cc", "-fsyntax-only", str(_SOURCE)], capture_output=True, check=False)
    return "valgrind's header files" if check.returncode else ""


def counts(part: str, folder: Path) -> dict[str, tuple[int, int]]:
    """Instructions that ``part`` takes for each bait, at one size and at twice that; ``folder`` is for files."""
    probe = folder / "callgrind.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", str(_SOURCE), "-o", str(probe)], check=True)
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder / 'out'}"]
    alike = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, sys.executable, "-m", __name__, str(probe), part],
        env=os.environ | alike,
        cwd=_SOURCE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"counting the instructions of {part} failed:\n{done.stderr}")
    found: dict[str, int] = {}
    for dump in folder.glob("out.*"):
        text = dump.read_text(errors="replace")
        if (name := _NAME.search(text)) and (total := _SUM.search(text)):
            found[name[1]] = int(total[1])
    return {name[2:]: (found[name], found[f"2 {name[2:]}"]) for name in found if name.startswith("1 ")}


def _of_part(part: str) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    size = SIZE // 2 if part == "decode" else SIZE
    for bait in BAITS:
        if bait.part == part and bait.small:
            yield bait.name, work(bait, bait.make(size)), work(bait, bait.make(2 * size))


def main(probe: str, part: str) -> None:
    """Runs under valgrind: each bait at both sizes uncounted, which fills caches, then counted."""
    ask = ctypes.CDLL(probe)
    gc.disable()
    rows = list(_of_part(part))
    for _, once, twice in rows:
        once()
        twice()
    ask.begin()
    for name, once, twice in rows:
        for size, go in enumerate((once, twice), 1):
            gc.collect()
            ask.zero()
            go()
            ask.dump(f"{size} {name}".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
