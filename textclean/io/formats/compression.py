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
_STEP: Final = 1 << 11
"""Bytes that are decompressed at once: of Zstandard, which expands most, they give no more than 64 MB."""
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
        return zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(content)
    return content


class _Member(Protocol):
    """A gzip member or a Zstandard frame that is being read."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: Any, /) -> bytes: ...


class _Reader(io.RawIOBase):
    """Decompresses member by member, so that one that ends early is told from one that ends."""

    def __init__(self, file: BufferedIOBase, compression: str) -> None:
        self._file = file
        self._compression = compression
        self._member: _Member | None = None
        self._raw = self._out = memoryview(b"")
        self._taken = self._given = 0
        self._has_begun = False
        self._wrong: InputError | None = None

    def readable(self) -> bool:
        """See :class:`io.RawIOBase`."""
        return True

    def close(self) -> None:
        """Close the file below, too."""
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """See :class:`io.RawIOBase`; fills the buffer, unless the data end. What stood before damage is given first."""
        filled = 0
        while filled < len(buffer) and self._wrong is None:
            if not self._out:
                try:
                    if not self._advance():
                        break
                except InputError as error:
                    self._wrong = error
            size = min(len(buffer) - filled, len(self._out))
            buffer[filled : filled + size] = self._out[:size]
            self._out = self._out[size:]
            filled += size
        if self._wrong is not None and not filled:
            raise self._wrong
        return filled

    def _advance(self) -> bool:
        """Decompress a little more; False where the data end."""
        if not self._raw:
            self._raw = memoryview(self._file.read(_BLOCK))
            self._taken += len(self._raw)
        if self._member is None and self._compression == "gz" and self._has_begun and bytes(self._raw[:1]) == b"\0":
            self._raw = memoryview(bytes(self._raw).lstrip(b"\0"))  # padding behind a member, as tapes have it
            return True
        if not self._raw:
            if self._member is not None:
                raise InputError(f"ends in the middle of its {self._compression} data; fetch it again")
            return False
        self._has_begun = True
        if self._member is None:
            self._member = zlib.decompressobj(_GZIP) if self._compression == "gz" else _decompressor().decompressobj()
        try:
            self._out = memoryview(self._member.decompress(self._raw[:_STEP]))
        except (zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"damaged {self._compression} data: {error}") from error
        left = len(self._member.unused_data) if self._member.eof else 0
        self._raw = self._raw[len(self._raw[:_STEP]) - left :]
        if self._member.eof:
            self._member = None
        self._given += len(self._out)
        if self._given > max(_FREE, _MOST * (self._taken - len(self._raw))):
            raise InputError(f"expands to more than {_MOST} times its size; if that is right, decompress it first")
        return True


def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
