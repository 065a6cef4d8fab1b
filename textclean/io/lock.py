"""One run per output folder: a lock that the system takes back when its process is gone."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from textclean.errors import UsageError
from textclean.io.files import writing

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextmanager
def locked(path: Path, taken: str) -> Iterator[None]:
    """Hold the lock of the file at ``path``, which is made if it is not there and never written to.

    Args:
        path: the file of the lock.
        taken: the message if another process holds it.

    Raises:
        UsageError: another process holds it.
        OutputError: the file cannot be made.
    """
    with writing(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        if not _held(descriptor):
            raise UsageError(taken)
        yield
    finally:
        os.close(descriptor)


def _held(descriptor: int) -> bool:
    """Whether no other process holds the lock; from now on this one does, until the descriptor is closed."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        return error.errno not in _TAKEN  # a file system without locks: better unguarded than no run at all
    return True
