"""Which documents a folder holds, what they are called, and how they are read."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textclean.errors import InputError, UsageError
from textclean.io.files import read_regular
from textclean.phases import id_key, too_large

LONGEST_NAME = 255
"""Bytes of a file's name, on every file system in wide use."""

_ESCAPED = re.compile(rb"%([0-9A-F]{2})")
_TO_ESCAPE = re.compile("[\x00-\x1f\x7f\udc80-\udcff]|%(?=[0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input folder; read where it is cleaned."""

    id: str
    path: str
    limit: int

    def load(self) -> bytes:
        """The bytes of the file.

        Raises:
            InputError: it is over the limit, no regular file, or cannot be read.
        """
        try:
            found = os.stat(self.path)
            if stat.S_ISDIR(found.st_mode):
                raise InputError("a link to a folder that holds it: a loop; remove the link")
            if not stat.S_ISREG(found.st_mode):
                raise InputError("not a regular file; put a file in its place, or take it out of the folder")
            if found.st_size > self.limit:
                raise InputError(too_large(found.st_size, self.limit))
            raw = read_regular(self.path, self.limit)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}{_advice(self.path)}") from error
        if len(raw) > self.limit:
            raise InputError(too_large(len(raw), self.limit))
        return raw


def _advice(path: str) -> str:
    if os.path.islink(path):
        return f" (a link to {os.readlink(path)!r}); mend the link or remove it"
    if os.path.exists(path):
        return "; allow it to be read, or take it out of the folder"
    return "; it was there when the run began: put it back, and run again"


def find_files(folder: Path, limit: int) -> list[File]:
    """The files of a folder and the folders in it, in the order of their ids.

    Links to files and to folders are followed; a link to a folder that holds it is given as a file, which fails.

    Raises:
        UsageError: the folder is not there, is a file, or cannot be read.
    """
    if not folder.is_dir():
        what = "is a file; give the folder it lies in" if folder.exists() else "does not exist"
        raise UsageError(f"{folder}: the input {what}")
    try:
        files = [File(path_id(os.path.relpath(path, folder)), path, limit) for path in _walk(os.fspath(folder), ())]
    except OSError as error:
        raise UsageError(f"{error.filename}: the input folder cannot be read: {error.strerror}") from error
    return sorted(files, key=lambda file: id_key(file.id))


def _walk(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    here = os.stat(folder)
    trail = (*above, (here.st_dev, here.st_ino))
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            try:
                is_folder = entry.is_dir()
                found = os.stat(entry.path) if is_folder else None
            except OSError:  # a link to itself: fails when it is read, and is listed then
                is_folder, found = False, None
            if is_folder and found is not None and (found.st_dev, found.st_ino) not in trail:
                yield from _walk(entry.path, trail)
            else:
                yield entry.path


def check_apart(one: Path, other: Path) -> None:
    """Refuse two folders of which one lies in the other.

    Raises:
        UsageError: it does.
    """
    a, b = (Path(os.path.realpath(path)) for path in (one, other))  # resolve() fails on a link to itself
    if a == b or a in b.parents or b in a.parents:
        raise UsageError(f"{one} and {other}: one folder lies in the other; name two that stand apart")


def path_id(relative: str) -> str:
    """The id of a file: its relative path, ``/``-separated; undecodable bytes and control characters as ``%XX``."""
    relative = relative.replace(os.sep, "/")
    return _TO_ESCAPE.sub(
        lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "surrogateescape")), relative
    )


def id_path(id: str) -> str:
    """The relative path that :func:`path_id` made an id of."""
    return os.fsdecode(_ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), id.encode("utf-8"))).replace("/", os.sep)


def id_fault(id: str) -> str | None:
    """What is wrong with an id that was read and not made by :func:`path_id`; None for the id of a file.

    Such a file lies in the folder or below it: no ``..``, no absolute path, no NUL, plain or escaped, and no second
    spelling of a name.
    """
    try:
        path = id_path(id)
        again = path_id(path)
    except UnicodeError:
        return "holds a lone surrogate"
    parts = path.split(os.sep)
    if "\0" in path:
        return "holds NUL"
    if os.path.isabs(path) or os.path.splitdrive(path)[0]:
        return "is an absolute path"
    if ".." in parts:
        return "leads out of its folder"
    if "" in parts or "." in parts:
        return "is no path of a file"
    if again != id:
        return "is not spelled as an id is"
    if max(len(os.fsencode(part)) for part in parts) > LONGEST_NAME:
        return f"has a name of over {LONGEST_NAME} bytes"
    return None
