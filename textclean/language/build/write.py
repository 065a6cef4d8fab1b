"""Writes data files: the same content gives the same bytes."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).parent.parent / "data"


def write_bytes(name: str, content: bytes) -> None:
    """``data/<name>.zst``."""
    import zstandard

    packed = zstandard.ZstdCompressor(level=19).compress(content)
    (DATA / f"{name}.zst").write_bytes(packed)
    print(f"{name}.zst: {len(packed):,} bytes ({len(content):,} unpacked)")


def write_text(name: str, content: str) -> None:
    """A UTF-8 text file."""
    write_bytes(name, content.encode("utf-8"))


def write_arrays(name: str, **arrays: "NDArray[Any]") -> None:
    """An uncompressed ``.npz`` archive."""
    import numpy as np

    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_bytes(name, buffer.getvalue())
