"""Reads the package's data files: lists of words, Zstandard-compressed text and NumPy archives."""

from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_bytes(name: str) -> bytes:
    """The decompressed content of ``textclean/language/data/<name>.zst``."""
    import zstandard

    packed = files("textclean.language").joinpath("data", f"{name}.zst").read_bytes()
    return zstandard.ZstdDecompressor().decompress(packed)


def read_words(name: str, package: str = "textclean.language") -> "dict[str, list[str]]":
    """The lists of ``data/<name>`` of a package, by label.

    A line is a label, a tab, and words parted by blanks; the words of a label may take several lines. Lines that begin
    with ``#`` are for the reader.
    """
    lists: dict[str, list[str]] = {}
    for line in read_lines(name, package):
        label, _, words = line.partition("\t")
        lists.setdefault(label, []).extend(words.split())
    return lists


def read_lines(name: str, package: str = "textclean.language") -> list[str]:
    """The lines of ``data/<name>`` of a package that are neither blank nor for the reader alone."""
    lines = files(package).joinpath("data", name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_text(name: str) -> str:
    """Like :func:`read_bytes`, decoded as UTF-8."""
    return read_bytes(name).decode("utf-8")


def read_arrays(name: str) -> "dict[str, NDArray[Any]]":
    """The arrays of an ``.npz`` data file by name; whoever asks keeps what is needed."""
    import numpy as np

    with np.load(BytesIO(read_bytes(name)), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
