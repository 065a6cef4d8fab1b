"""What is refused before anything is written: combinations that cannot work."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from textclean.commands.finish import EXTRA
from textclean.engines.local import available_cores
from textclean.errors import InputError, UsageError
from textclean.io.formats.names import JSON, JSONL, Format
from textclean.io.formats.records import Fields
from textclean.io.inputs import STANDARD_INPUT, File
from textclean.io.out_folder import CLEAN, clashes, output_name
from textclean.io.row_files import open_rows

PathLike = str | os.PathLike[str]
_WORTH_A_WORKER = 2 << 20
"""Bytes of input worth another process, which takes about a second to start."""


def check_extra(extra: Sequence[str]) -> None:
    """Refuse names of further fields that there are none of.

    Raises:
        UsageError: there is one; those that can be are named.
    """
    for name in extra:
        if name not in EXTRA:
            raise UsageError(f"unknown field {name!r} to write beside the text; known: {', '.join(EXTRA)}")


def check_fields(files: list[File], fields: Fields) -> None:
    """Refuse a single file of rows of which the first have no such field: most likely its name is another.

    Raises:
        UsageError: they have none; those that are there are named.
    """
    if len(files) != 1 or files[0].path == STANDARD_INPUT or not files[0].format.has_rows:
        return
    try:
        row_file, stream = open_rows(files[0], fields, None)
        with stream:
            block = next(iter(row_file.format.blocks(stream)), None)
    except InputError:  # told when it is read
        return
    except UsageError as error:
        more = "; name it with --text-field" if "there is no column" in str(error) else ""
        raise UsageError(f"{files[0].path}: {error}{more}") from error
    faults = [record.fault or "" for record in block.records()] if block is not None else []
    if faults and all("there is no field" in fault for fault in faults):
        raise UsageError(f"{files[0].path}: {faults[0]}; name it with --text-field")


def check_target(files: list[File], target: Format | None) -> None:
    """Refuse to write rows in a format with other types.

    Raises:
        UsageError: a file is no JSON, or is not to become JSON.
    """
    if target is None:
        return
    if target.name not in (JSONL, JSON):
        raise UsageError(f"--to {target}: rows are written as jsonl or json; convert what is written to others")
    for file in files:
        if file.format.name not in (JSONL, JSON):
            raise UsageError(
                f"{file.path}: is {file.format.name}, and --to is for rows of JSON; --exclude it, or convert it"
            )


def check_names(files: list[File], target: Format | None) -> None:
    """Refuse files of which two would write the same output, or one a file where the other needs a folder.

    Raises:
        UsageError: there are such; both are named.
    """
    clash = clashes((file.id, output_name(file.id, file.format, target)) for file in files)
    if clash:
        name = next(output_name(file.id, file.format, target) for file in files if file.id == clash[1])
        raise UsageError(f"{clash[0]} and {clash[1]} would write the same output {CLEAN}/{name}; rename one")


def check_index(index: PathLike, source: Path, out: Path) -> None:
    """Refuse an index that lies in the input, or in the output folder.

    Raises:
        UsageError: it does.
    """
    path = Path(os.path.realpath(index))
    for folder in () if is_address(index) else map(Path, map(os.path.realpath, (source, out))):
        if folder in path.parents or folder == path:
            raise UsageError(f"{os.fspath(index)}: the index lies in {folder}; keep it outside of both folders")


def worth(files: list[File]) -> int:
    """The number of processes worth starting for ``files``."""
    cores = available_cores()
    size = 0
    for file in files:
        with suppress(OSError):  # told when the file is read
            size += os.stat(file.path).st_size
        if size >= (cores - 1) * _WORTH_A_WORKER:
            return cores
    return 1 + size // _WORTH_A_WORKER


def is_address(index: PathLike) -> bool:
    """Whether an index is named by the address of a server."""
    return "://" in os.fspath(index)
