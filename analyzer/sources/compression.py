"""Compressed files as streams of bytes, told by their first bytes, not their name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from typing import IO, Protocol, cast

import lz4.frame
import zstandard

GZIP = b"\x1f\x8b"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\x00"
ZSTD = b"\x28\xb5\x2f\xfd"
LZ4 = b"\x04\x22\x4d\x18"

MAX_ZSTD_WINDOW_BYTES = 128 << 20
"""What zstd itself accepts without being told; more is memory that a file demands."""

BROKEN = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    zstandard.ZstdError,
    RuntimeError,
    OSError,
)
"""What the decompressors raise for files that are damaged or cut off."""


class ByteStream(Protocol):
    """Something to read bytes from."""

    def read1(self, size: int, /) -> bytes:
        """Some bytes, none at the end."""


def decompressed(raw: IO[bytes], magic: bytes) -> ByteStream:
    """The content of a file; of one that is not compressed, its bytes.

    Args:
        raw: at its start.
        magic: its first eight bytes.
    """
    if magic.startswith(GZIP):
        return gzip.GzipFile(fileobj=raw)
    if magic.startswith(BZIP2):
        return bz2.BZ2File(raw)
    if magic.startswith(XZ):
        return lzma.LZMAFile(raw)
    if magic.startswith(ZSTD):
        unpack = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW_BYTES)
        return cast(ByteStream, unpack.stream_reader(raw, read_across_frames=True))
    if magic.startswith(LZ4):
        return cast(ByteStream, lz4.frame.LZ4FrameFile(raw))
    return cast(ByteStream, raw)
