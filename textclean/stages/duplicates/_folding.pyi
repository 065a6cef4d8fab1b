from typing import Any

from numpy.typing import NDArray

Buffer = NDArray[Any] | bytes

def fold(points: Buffer, width: int, offsets: Buffer, table: Buffer, out: Buffer, ends: Buffer, /) -> int: ...
def keys(points: Buffer, width: int, offsets: Buffer, out: Buffer, /) -> None: ...
