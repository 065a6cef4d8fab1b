"""gzip and Zstandard around a file: streamed, with a limit on what comes out, and no silent end."""

import gzip
import io
import zlib
from io import BufferedIOBase
from typing import Any, Final, Protocol

import zstandard

from textclean.errors import InputError

_BLOCK: Final = 1 << 18
_FREE: Final = 1 << 28
_MOST: Final = 250
"""What a file may expand to: 256 MB, and beyond that 250 times its size. News shrinks to a fifth, logs to a
hundredth; gzip itself ends at 1,032."""
_LEVEL: Final = 3  # Zstandard's own default
_GZIP: Final = 31  # zlib: the largest window, with a gzip header
_LARGEST_WINDOW: Final = 1 << 27  # what zstd -d allows without --long


def decompressed(file: BufferedIOBase, compression: str) -> BufferedIOBase:
    """A stream of what ``file`` holds; all members or frames of it.

    Reading it raises InputError where the file is damaged, ends early, or expands beyond the limit.
    """
    if not compression:
        return file
    return io.BufferedReader(_Reader(file, compression), _BLOCK)


def compressed(content: bytes, compression: str) -> bytes:
    """``content`` as one member or frame; the same bytes on every machine. Members one after the other are a file."""
    if compression == "gz":
        return gzip.compress(content, mtime=0)
    if compression == "zst":
        return zstandard.ZstdCompressor(_LEVEL).compress(content)
    return content


class _Member(Protocol):
    """A gzip member or a Zstandard frame that is being read."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Reader(io.RawIOBase):
    """Decompresses member by member, so that one that ends early is told from one that ends."""

    def __init__(self, file: BufferedIOBase, compression: str) -> None:
        self._file = file
        self._compression = compression
        self._member: _Member | None = None
        self._raw = self._out = b""
        self._taken = self._given = 0

    def readable(self) -> bool:
        """See :class:`io.RawIOBase`."""
        return True

    def close(self) -> None:
        """Close the file below, too."""
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """See :class:`io.RawIOBase`."""
        while not self._out:
            if not self._raw:
                self._raw = self._file.read(_BLOCK)
                self._taken += len(self._raw)
            if self._member is None and self._compression == "gz" and self._taken > len(self._raw):
                self._raw = self._raw.lstrip(b"\0")  # padding behind a member, as tapes have it
            if not self._raw:
                if self._member is not None:
                    raise InputError(f"ends in the middle of its {self._compression} data; fetch it again")
                return 0
            self._advance()
        size = min(len(buffer), len(self._out))
        buffer[:size] = self._out[:size]
        self._out = self._out[size:]
        return size

    def _advance(self) -> None:
        if self._member is None:
            self._member = zlib.decompressobj(_GZIP) if self._compression == "gz" else _decompressor().decompressobj()
        try:
            self._out = self._member.decompress(self._raw)
        except (zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"damaged {self._compression} data: {error}") from error
        self._raw = b""
        if self._member.eof:
            self._raw = self._member.unused_data
            self._member = None
        self._given += len(self._out)
        if self._given > max(_FREE, _MOST * self._taken):
            raise InputError(f"expands to more than {_MOST} times its size; if that is right, decompress it first")


def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
