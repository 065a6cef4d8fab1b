"""Files that are whole or not there, and files of others that are read with care. Knows no format."""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path

from textclean.errors import OutputError

BLOCK = 1 << 20
"""Bytes read at a time."""
_ADVICE = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there",
    errno.EFBIG: "raise the limit on the size of files",
    errno.EACCES: "allow it to be written",
    errno.EPERM: "allow it to be written",
    errno.EROFS: "allow it to be written",
}


@contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Errors of the system while ``path`` is written, as errors that name it and say what to do.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0)
        told = f"{os.fspath(path)}: cannot be written: {error.strerror or error}"
        raise OutputError(told + (f"; {advice}" if advice else "")) from error


def replace_file(path: Path, content: bytes, partial: Path | None = None) -> None:
    """Write a file so that it is either whole or not there.

    Args:
        path: the file; what stood there is replaced.
        content: its bytes.
        partial: what it is called until it is whole; beside it if None. On the same file system.

    Raises:
        OutputError: it cannot be written; nothing is left behind.
    """
    if partial is None:
        partial = path.with_name(f".{os.getpid()}.partial")  # short: the name itself may be as long as names can be
    with writing(path):
        try:
            with open(_new_file(partial), "wb", buffering=0) as file:
                _write_all(file, content)
            os.replace(partial, path)
        except BaseException:
            with suppress(OSError):  # the first error is the one to tell
                partial.unlink(missing_ok=True)
            raise


def _new_file(path: Path) -> int:
    """A descriptor to write a file with that was not there. What a killed run left, or a link, makes way for it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:
        os.unlink(path)
        return os.open(path, flags, 0o666)


def _write_all(file: RawIOBase, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def remove_tree(folder: Path) -> None:
    """Remove a folder and all that lies in it, if it is there. Links are removed, not followed.

    Raises:
        OutputError: something in it cannot be removed.
    """
    with writing(folder), suppress(FileNotFoundError):
        shutil.rmtree(folder)


def open_regular(path: str | os.PathLike[str]) -> int:
    """A descriptor to read a regular file with. Never waits, as opening a pipe would.

    Raises:
        OSError: it is no regular file, or cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: str | os.PathLike[str], limit: int | None = None) -> bytes:
    """The bytes of a regular file; of a longer one than ``limit`` the first ``limit + 1``.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    with open(open_regular(path), "rb") as file:
        if limit is None:
            return file.read()
        found = file.read(min(limit + 1, BLOCK))
        if len(found) < BLOCK:  # most files; what is asked for is set aside, so a limit is not asked for at once
            return found
        blocks, size = [found], len(found)
        while size <= limit and (block := file.read(min(limit + 1 - size, BLOCK))):
            blocks.append(block)
            size += len(block)
        return b"".join(blocks)


def file_digest(path: Path) -> str | None:
    """SHA-256 of a regular file, hexadecimal, in bounded memory; None if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(open_regular(path), "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
