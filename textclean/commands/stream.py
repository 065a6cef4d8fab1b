"""``textclean run IN -``: the clean rows or text of one file to standard output, and nothing kept."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from textclean.commands.run import Summary, run
from textclean.errors import UsageError
from textclean.io.inputs import STANDARD_INPUT
from textclean.io.out_folder import CLEAN


def run_to(source: str | os.PathLike[str], target: BinaryIO, **options: Any) -> Summary:
    """Clean a file and write what ``clean/`` would hold of it to ``target``: there is no ledger to go back with.

    Args:
        source: a file, or ``-``.
        target: takes the bytes once all of them are there.
        options: as of :func:`textclean.commands.run.run`.

    Raises:
        UsageError: ``source`` is a folder, or an option cannot work without an output folder.
        OutputError, StageError: see there.
    """
    if str(source) != STANDARD_INPUT and Path(source).is_dir():
        raise UsageError(f"{source}: is a folder; standard output takes the clean text of one file")
    if options.get("resume"):
        raise UsageError("-: a run to standard output leaves nothing to --resume")
    with tempfile.TemporaryDirectory(prefix="textclean-") as folder:
        summary = run(source, Path(folder) / "out", **options)
        for path in (Path(folder) / "out" / CLEAN).rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    shutil.copyfileobj(file, target)
    target.flush()
    return summary
