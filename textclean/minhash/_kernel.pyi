from typing import Any

from numpy.typing import NDArray

Buffer = NDArray[Any] | bytes

def measure(texts: list[str], offsets: Buffer, /) -> None: ...
def pack(texts: list[str], offsets: Buffer, out: Buffer, width: int, /) -> bool: ...
def first(codes: Buffer, width: int, offsets: Buffer, out: Buffer, /) -> None: ...
def sketch(
    codes: Buffer,
    width: int,
    offsets: Buffer,
    index: Buffer,
    n: int,
    slots: int,
    narrow: Buffer,
    wide: Buffer,
    row: Buffer,
    prints: Buffer,
    bounds: Buffer,
    /,
) -> None: ...
def meet(
    signature: Buffer,
    width: int,
    residents: int,
    slots: int,
    bands: int,
    rows: int,
    window: int,
    least: int,
    apart: Buffer,
    crowded: Buffer,
    /,
) -> bytes: ...
def overlap(codes: Buffer, width: int, offsets: Buffer, pairs: Buffer, n: int, counts: Buffer, /) -> None: ...
def hold(prints: Buffer, bounds: Buffer, order: Buffer, window: int, need: Buffer, crowded: Buffer, /) -> bytes: ...
