from typing import Any

from numpy.typing import NDArray

Buffer = NDArray[Any] | bytes

def lines(
    points: Buffer, width: int, offsets: Buffer, table: Buffer, out: Buffer, rows: Buffer, bounds: Buffer, /
) -> int: ...
def keys(points: Buffer, width: int, offsets: Buffer, out: Buffer, /) -> None: ...
def kinds(points: Buffer, width: int, offsets: Buffer, table: Buffer, longest: int, out: Buffer, /) -> None: ...
