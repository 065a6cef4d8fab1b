"""What an index may be before SQLite is let at it: a file may come from somebody else, with others beside it."""

import os
import sqlite3
import stat
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from textclean.errors import UsageError

WRITER: Final = "-writer"
_MAGIC: Final = b"SQLite format 3\0"
_BESIDE: Final = ("-wal", "-shm", "-journal", WRITER, f"{WRITER}-journal")


def real_path(path: Path) -> Path:
    """The file of an index, behind links, if it and what lies beside it may be opened.

    SQLite would wait for a pipe, write through links, and believe a journal, whoever wrote it. An index in use has a
    log, and no journal.

    Raises:
        UsageError: a link to nothing, no regular file, or something beside it that no process of textclean leaves.
    """
    real = Path(os.path.realpath(path))
    if path.is_symlink() and not real.exists():
        raise UsageError(f"{path}: a link to nothing; mend it, remove it, or name another index")
    for one in (real, *(Path(f"{real}{end}") for end in _BESIDE)):
        try:
            found = os.lstat(one)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: the index cannot be opened: {error}") from error
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{one}: no regular file, as the index and all that lies beside it is; remove it")
        if found.st_size and _holds_nothing(one, real):
            raise UsageError(f"{one}: lies beside the index and was left by no run; remove it")
    if real.exists() and read_start(real) not in (b"", _MAGIC):  # SQLite takes a short file for an empty one
        raise UsageError(f"{path}: cannot be read as an index: it is another kind of file; name another")
    return real


def read_start(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(f"{path}: the index cannot be opened: {error.strerror}") from error


def _holds_nothing(one: Path, real: Path) -> bool:
    """Whether a file must be empty: the lock, whose journal is then ignored, and a journal beside a finished index."""
    if one == Path(f"{real}-journal"):
        return real.exists() and real.stat().st_size > 0
    return one == Path(f"{real}{WRITER}")


def check_schema(base: sqlite3.Connection, statements: Sequence[str]) -> None:
    """Refuse tables, views and triggers that the ``statements`` do not make.

    Raises:
        ValueError: there are others, or some are missing.
    """
    if _declared(base) != _expected(tuple(statements)):
        raise ValueError("its tables are not those of an index")


@cache
def _expected(statements: tuple[str, ...]) -> frozenset[tuple[str, str, str]]:
    base = sqlite3.connect(":memory:")
    try:
        for statement in statements:
            base.execute(statement)
        return _declared(base)
    finally:
        base.close()


def _declared(base: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    own = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    return frozenset(base.execute(own).fetchall())
