"""Widths and spaces of a run against texts corrected by hand: every line that differs in nothing else, one by one.

    python -m benchmarks.widths OUT GOLD

``OUT`` is what ``textclean run`` wrote, ``GOLD`` a folder of ``NAME.clean.txt``, one paragraph per line, for each
``NAME.*``.
"""

import sys
from pathlib import Path

from textclean.stages.duplicates.folding import fold


def differences(out: str, gold: str) -> tuple[list[tuple[str, str]], int]:
    """Lines of ``out`` and of ``gold`` that differ in width or spaces only, and how many lines have a partner."""
    mine, wanted = ([line for line in text.split("\n") if line.strip()] for text in (out, gold))
    right = dict(zip(fold(wanted), wanted, strict=True))
    pairs = [(line, right[key]) for line, key in zip(mine, fold(mine), strict=True) if key in right]
    return [(line, want) for line, want in pairs if line != want], len(pairs)


def main() -> None:
    """Print the differences, then how many there are."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    clean, gold = Path(sys.argv[1]) / "clean", Path(sys.argv[2])
    different = compared = 0
    for want in sorted(gold.glob("*.clean.txt")):
        name = want.name.removesuffix(".clean.txt")
        for path in sorted(clean.glob(f"{name}.*")):
            found, lines = differences(path.read_text("utf-8"), want.read_text("utf-8"))
            different, compared = different + len(found), compared + lines
            for line, wanted in found:
                print(f"{path.name}\n  has   {line}\n  wants {wanted}")
    print(f"{different} of {compared} lines differ in width or spaces")


if __name__ == "__main__":
    main()
