"""What a corpus stage saw, in files once it is much: a barrier then needs memory for a few columns at a time."""

import tempfile
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from textclean.io.files import writing
from textclean.tables import Column, Lists, Observations, Schema, dtype, is_list

_ROOM: Final = 1 << 22  # bytes of rows that wait in memory


class SpilledObservations(Observations):
    """Observations of which up to ``room`` bytes are in memory, and the rest in files without a name in ``folder``.

    A column is one file of values, and if it is one of lists another of their sizes. Files without a name are gone with
    the process, however that ends.
    """

    def __init__(self, schema: Schema, folder: Path, room: int = _ROOM) -> None:
        super().__init__(schema)
        self._folder = folder
        self._room = room
        self._held = 0
        self._files: dict[tuple[str, str], tuple[IO[bytes], IO[bytes]]] = {}

    def _put(self, table: str, name: str, column: Column) -> None:
        super()._put(table, name, column)
        self._held += column.values.nbytes + column.offsets.nbytes if isinstance(column, Lists) else column.nbytes
        if self._held > self._room:
            self._write()

    def _write(self) -> None:
        """All that waits in memory, behind what is in the files.

        Raises:
            OutputError: it cannot be written.
        """
        with writing(self._folder):
            for (table, name), parts in self._parts.items():
                if not parts:
                    continue
                if (table, name) not in self._files:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    self._files[table, name] = self._made(), self._made()
                values, sizes = self._files[table, name]
                for part in parts:
                    if isinstance(part, Lists):
                        values.write(part.values.tobytes())
                        sizes.write(np.diff(part.offsets).astype(np.uint32).tobytes())
                    else:
                        values.write(part.tobytes())
                parts.clear()
        self._held = 0

    def _made(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=self._folder)

    def _get(self, table: str, name: str) -> Column:
        if (table, name) not in self._files:
            return super()._get(table, name)
        self._write()
        values, sizes = self._files[table, name]
        arrow = self.schema[table].get(name, "int32")
        kind = np.dtype(np.int32) if name == "id" else dtype(arrow)
        if not is_list(arrow):
            return _read(values, kind)
        offsets = np.zeros(1, np.int64)
        offsets = np.concatenate([offsets, np.cumsum(_read(sizes, np.dtype(np.uint32)), dtype=np.int64)])
        return Lists(_read(values, kind), offsets)


def _read(file: IO[bytes], kind: "np.dtype[Any]") -> NDArray[Any]:
    file.flush()
    file.seek(0)
    found = np.fromfile(file, kind)
    file.seek(0, 2)
    return found
