"""Which files the input has, what they are called, and how they are read."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import BufferedIOBase
from pathlib import Path
from typing import cast

from textclean.errors import InputError, UsageError
from textclean.io.files import open_regular, read_regular
from textclean.io.formats.compression import decompressed
from textclean.io.formats.names import TEXT, Format, format_of, renamed
from textclean.phases import id_key, too_large

STANDARD_INPUT = "-"
LONGEST_NAME = 255
"""Bytes of a file's name, on every file system in wide use."""

_TEXT = Format(TEXT)
_ESCAPED = re.compile(rb"%([0-9A-F]{2})")
_TO_ESCAPE = re.compile("[\x00-\x1f\x7f\udc80-\udcff]|%(?=[0-9A-F]{2})")


_DEEPEST = 256
"""Folders in one another; below the thousand to which Python goes down."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the input; read where it is cleaned.

    Attributes:
        id: its path in the input folder, see :func:`path_id`.
        path: where it lies; ``-`` for standard input.
        limit: bytes of a document.
        format: how it holds documents.
        is_told: whether the user named the format.
    """

    id: str
    path: str
    limit: int
    format: Format = _TEXT
    is_told: bool = False

    def load(self) -> bytes:
        """The bytes of the document, decompressed.

        Raises:
            InputError: they are over the limit, or cannot be read.
        """
        self._check_depth()
        if self.path == STANDARD_INPUT or self.format.compression:
            with self.open() as stream:
                raw = stream.read(self.limit + 1)
        else:
            size = self._check()
            if size > self.limit:
                raise InputError(too_large(size, self.limit))
            with self._told():
                raw = read_regular(self.path, self.limit)
        if len(raw) > self.limit:
            raise InputError(too_large(len(raw), self.limit))
        return raw

    def _check_depth(self) -> None:
        """A path is walked folder by folder, in and out: of one that nobody made on purpose there would be no end."""
        depth = self.id.count("/")
        if depth > _DEEPEST:
            raise InputError(f"lies in {depth:,} folders, one in the other; at most {_DEEPEST} are read")

    def open(self) -> BufferedIOBase:
        """A stream of the file, decompressed.

        Raises:
            InputError: it is no regular file, or cannot be read; so does reading where it is damaged.
        """
        self._check_depth()
        if self.path == STANDARD_INPUT:
            return decompressed(cast(BufferedIOBase, sys.stdin.buffer), self.format.compression)
        self._check()
        with self._told():
            return decompressed(open(open_regular(self.path), "rb"), self.format.compression)

    def _check(self) -> int:
        """Refuse what is no regular file; its size."""
        with self._told():
            found = os.stat(self.path)
        if stat.S_ISDIR(found.st_mode):
            raise InputError("a link to a folder that is read anyway, or holds it; remove the link")
        if not stat.S_ISREG(found.st_mode):
            raise InputError("not a regular file; put a file in its place, or take it out of the folder")
        return found.st_size

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}{_advice(self.path)}") from error


def _advice(path: str) -> str:
    if os.path.islink(path):
        return f" (a link to {os.readlink(path)!r}); mend the link or remove it"
    if os.path.exists(path):
        return "; allow it to be read, or take it out of the folder"
    return "; it was there when the run began: put it back, and run again"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files of a folder are meant, and how they hold documents.

    Attributes:
        include: globs, compared with ids, of which a file must fit one; empty: every file.
        exclude: globs that a file must not fit.
        format: of every file; None: what its name tells.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    format: Format | None = None

    def has(self, id: str) -> bool:
        """Whether the file of that id is meant. ``*`` stands for anything, ``/`` too; a glob without ``/`` is compared
        with the last part of the id."""
        last = id.rpartition("/")[2]

        def fits(globs: tuple[str, ...]) -> bool:
            return any(fnmatchcase(id if "/" in glob else last, glob) for glob in globs)

        return (not self.include or fits(self.include)) and not fits(self.exclude)

    def file(self, id: str, path: str, limit: int) -> File:
        """The file of that id."""
        return File(id, path, limit, self.format or format_of(id), is_told=self.format is not None)


class Hidden:
    """How many files were left alone because their name, or that of a folder they lie in, begins with a dot."""

    def __init__(self) -> None:
        self.count = 0

    def holds(self, id: str) -> bool:
        """Whether the file of that id is one; it is counted then."""
        is_hidden = id.startswith(".") or "/." in id
        self.count += is_hidden
        return is_hidden


def find_files(
    source: Path, limit: int, selection: Selection | None = None, hidden: Hidden | None = None
) -> list[File]:
    """The files of the input, in the order of their ids.

    Hidden files are left alone, unless ``selection`` says what to include.

    Links to files and to folders are followed; a link to a folder that is read anyway is given as a file, which fails.

    Args:
        source: a folder, with the folders in it; a file; or ``-``, standard input, which needs a format.
        limit: bytes of a document.
        selection: which files of a folder are meant.
        hidden: counts the files that are hidden.

    Raises:
        UsageError: it is not there, or cannot be read.
    """
    selection = selection or Selection()
    if str(source) == STANDARD_INPUT:
        if selection.format is None:
            raise UsageError("-: standard input has no name that tells its format; name it with --from")
        return [File(renamed("stdin", selection.format), STANDARD_INPUT, limit, selection.format, is_told=True)]
    if source.is_file():
        id = path_id(source.name)
        return [selection.file(id, os.fspath(source), limit)]
    if not source.is_dir():
        what = "is neither a folder nor a file" if os.path.lexists(source) else "does not exist"
        raise UsageError(f"{source}: the input {what}")
    try:
        paths = [(path_id(os.path.relpath(path, source)), path) for path in _walk(os.fspath(source))]
    except OSError as error:
        raise UsageError(f"{error.filename}: the input folder cannot be read: {error.strerror}") from error
    if not selection.include:
        hidden = hidden or Hidden()
        paths = [(id, path) for id, path in paths if not hidden.holds(id)]
    files = [selection.file(id, path, limit) for id, path in paths if selection.has(id)]
    return sorted(files, key=lambda file: id_key(file.id))


def _walk(source: str) -> Iterator[str]:
    """The files below a folder, in no order. A folder is read once, however many links lead to it."""
    seen: set[tuple[int, int]] = set()
    folders, links = [source], list[str]()
    while folders or links:
        if not folders:
            links.sort(reverse=True)  # the first by name is followed first, once no folder is left that is none
        folder = folders.pop() if folders else links.pop()
        here = os.stat(folder)
        if (here.st_dev, here.st_ino) in seen:
            yield folder  # fails when it is read, and is listed then
            continue
        seen.add((here.st_dev, here.st_ino))
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    is_folder = entry.is_dir()
                except OSError:  # a link to itself: fails when it is read
                    is_folder = False
                if not is_folder:
                    yield entry.path
                elif entry.is_symlink():
                    links.append(entry.path)
                else:
                    folders.append(entry.path)


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
    return escaped(relative.replace(os.sep, "/"))


def escaped(name: str) -> str:
    """A name with control characters and undecodable bytes as ``%XX``; no two names become the same."""
    if name.isprintable() and "%" not in name:  # most are
        return name
    return _TO_ESCAPE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "surrogateescape")), name)


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
