from typing import Any

from numpy.typing import NDArray

Buffer = NDArray[Any] | bytes | bytearray
Texts = Buffer | object  # codes, or what view() returns

def pack(texts: tuple[str, ...], offsets: Buffer, out: Buffer, width: int, /) -> bool: ...
def sketch(
    codes: Texts,
    width: int,
    offsets: Buffer,
    n: int,
    slots: int,
    beyond: int,
    first: Buffer,
    index: Buffer,
    narrow: Buffer,
    wide: Buffer,
    prints: Buffer,
    bounds: Buffer,
    /,
) -> int: ...
def meet(
    signature: Buffer,
    index: Buffer,
    width: int,
    residents: int,
    slots: int,
    bands: int,
    rows: int,
    window: int,
    room: int,
    least: int,
    apart: Buffer,
    crowded: Buffer,
    /,
) -> bytes: ...
def overlap(
    codes: Texts,
    width: int,
    offsets: Buffer,
    pairs: Buffer,
    n: int,
    jaccard: float,
    contained: float,
    counts: Buffer,
    /,
) -> None: ...
def hold(
    prints: Buffer, bounds: Buffer, order: Buffer, window: int, room: int, need: Buffer, crowded: Buffer, /
) -> bytes: ...
def fall(left: Buffer, right: Buffer, kind: int, state: Buffer, /) -> None: ...
def choose(
    left: Buffer, right: Buffer, similarity: Buffer, kind: int, state: Buffer, twin: Buffer, best: Buffer, /
) -> None: ...
def follow(first: Buffer, exact: int, kind: Buffer, twin: Buffer, best: Buffer, /) -> None: ...
def view(texts: tuple[str, ...], offsets: Buffer, /) -> object: ...
