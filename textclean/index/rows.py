"""What a file keeps of a paragraph beside the keys it is found by."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textclean.index.packing import Damaged, pack, unpack

_LEVEL: Final = 1


class Rows(NamedTuple):
    """What is stored of paragraphs, one row each.

    Attributes:
        length, line, prints: uint32, code points, source line, and how many fingerprints the paragraph has.
        key: uint64, (paragraphs, 2).
        narrow: uint8, (paragraphs, slots): low bytes of the minima (Li and König: b-bit minwise hashing, WWW 2010).
        row: int64, the row in ``wide`` or -1.
        wide: uint8, (long paragraphs, slots).
    """

    length: NDArray[np.uint32]
    line: NDArray[np.uint32]
    prints: NDArray[np.uint32]
    key: NDArray[np.uint64]
    narrow: NDArray[np.uint8]
    row: NDArray[np.int64]
    wide: NDArray[np.uint8]

    def packed(self) -> bytes:
        """The rows as bytes."""
        is_long = (self.row >= 0).astype(np.uint8)
        counts = np.stack([self.length, self.line, self.prints]).astype("<u4")
        columns = (counts, is_long, self.key.astype("<u8"), self.narrow, self.wide)
        return pack(b"".join(column.tobytes() for column in columns), _LEVEL)

    @classmethod
    def unpacked(cls, data: bytes, paragraphs: int, slots: int) -> "Rows":
        """The rows of :meth:`packed` bytes.

        Raises:
            Damaged: they are those of another number of paragraphs, or of none.
        """
        raw = unpack(data, (29 + 2 * slots) * paragraphs)
        sizes = (12 * paragraphs, paragraphs, 16 * paragraphs, slots * paragraphs)
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        is_long = np.frombuffer(raw[ends[0] : ends[1]], np.uint8)
        if len(raw) != ends[-1] + slots * np.count_nonzero(is_long) or np.any(is_long > 1):
            raise Damaged("the rows of a document are not as many as it has paragraphs")
        counts = np.frombuffer(raw[: ends[0]], "<u4").reshape(3, paragraphs)
        return cls(
            counts[0],
            counts[1],
            counts[2],
            np.frombuffer(raw[ends[1] : ends[2]], "<u8").reshape(-1, 2),
            np.frombuffer(raw[ends[2] : ends[3]], np.uint8).reshape(-1, slots),
            np.where(is_long > 0, np.cumsum(is_long, dtype=np.int64) - 1, -1),
            np.frombuffer(raw[ends[3] :], np.uint8).reshape(-1, slots),
        )

    def some(self, chosen: NDArray[np.int64]) -> "Rows":
        """Some of the rows, in that order."""
        row = self.row[chosen]
        return Rows(
            self.length[chosen],
            self.line[chosen],
            self.prints[chosen],
            self.key[chosen],
            self.narrow[chosen],
            np.where(row < 0, -1, np.cumsum(row >= 0) - 1),
            self.wide[row[row >= 0]],
        )


def joined(parts: Sequence[Rows], slots: int) -> Rows:
    """The rows of several documents, one after the other."""
    none = Rows.unpacked(pack(b"", _LEVEL), 0, slots)
    parts = [none, *parts]
    wides = np.cumsum([0, *(len(part.wide) for part in parts)]).tolist()
    row = [np.where(part.row < 0, -1, part.row + at) for part, at in zip(parts, wides, strict=False)]
    return Rows(
        np.concatenate([part.length for part in parts]),
        np.concatenate([part.line for part in parts]),
        np.concatenate([part.prints for part in parts]),
        np.concatenate([part.key for part in parts]),
        np.concatenate([part.narrow for part in parts]),
        np.concatenate(row),
        np.concatenate([part.wide for part in parts]),
    )
