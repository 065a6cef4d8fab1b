"""What an index must be before SQLite opens it: it may come from somebody else, with other files beside it."""

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
_JOURNAL_MAGIC: Final = bytes.fromhex(
    "d9d505f920a163d7"
)  # https://www.sqlite.org/fileformat2.html#the_rollback_journal
_BESIDE: Final = ("-wal", "-shm", "-journal", WRITER, f"{WRITER}-journal")


def real_path(path: Path) -> Path:
    """The file of an index, behind links, if it and what lies beside it may be opened.

    SQLite would wait for a pipe, write through links, and believe a journal, whoever wrote it.

    Raises:
        UsageError: a link to nothing, no regular file, or something beside it that no process of textclean leaves.
    """
    real = Path(os.path.realpath(path))
    if path.is_symlink() and not real.exists():
        raise UsageError(f"{path}: a link to nothing; mend it, remove it, or name another index")
    for one in (real, *(Path(f"{real}{end}") for end in _BESIDE)):
        try:
            found = os.lstat(one)
            is_file = stat.S_ISREG(found.st_mode)
            is_foreign = is_file and one != real and _is_foreign(one, found.st_size)
        except FileNotFoundError:  # perhaps by now: who uses the index removes its log and its journal
            continue
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: the index cannot be opened: {error}") from error
        if not is_file and one == real:
            what = "is a folder; name a file" if one.is_dir() else "is no regular file; name another"
            raise UsageError(f"{path}: {what}")
        if not is_file:
            raise UsageError(f"{one}: no regular file, as the index and all that lies beside it is; remove it")
        if is_foreign:
            raise UsageError(f"{one}: lies beside the index, and was left by no run; remove it")
    if real.exists() and _start(real) not in (b"", _MAGIC):  # SQLite takes a short file for an empty one
        raise UsageError(f"{path}: cannot be read as an index: it is another kind of file; name another")
    return real


def _start(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(f"{path}: the index cannot be opened: {error.strerror}") from error


def _is_foreign(one: Path, size: int) -> bool:
    """Whether no process of textclean left a file: a lock that holds something, a journal that names another file.

    SQLite would remove the file that is named. The name stands at the end of a journal, before a magic number.
    """
    if one.name.endswith("-journal") and size >= len(_JOURNAL_MAGIC):
        with one.open("rb") as file:
            file.seek(-len(_JOURNAL_MAGIC), os.SEEK_END)
            return file.read() == _JOURNAL_MAGIC
    return one.name.endswith(WRITER) and size > 0


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
