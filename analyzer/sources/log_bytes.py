"""Log files as blocks of lines: plain or compressed, bounded in memory."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from analyzer.errors import LogFormatError
from analyzer.sources.compression import BROKEN, ByteStream, decompressed

BLOCK_BYTES = 1 << 20
WINDOW_BYTES = 3 << 20
"""What is read at once: so little that its columns stay in the processor's caches."""
MAX_LINE_BYTES = 48 << 20
SAMPLE_BYTES = 512 << 10
MAX_RATIO = 1100
"""gzip cannot exceed 1032; logs reach some dozens. More is a bomb."""
_RATIO_COUNTS_FROM_BYTES = 64 << 20

_BOM = b"\xef\xbb\xbf"
_LINE_END, _GOES_ON = "\n", "\n\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


Unwrap = Callable[[Iterable[Sequence[str]]], Iterable[Sequence[str]]]


class LogFile:
    """One file on disk; read it with :meth:`blocks`, as often as needed."""

    def __init__(self, path: Path, name: str = "") -> None:
        """Check that the file can be read; messages call it by ``name`` or its path.

        Raises:
            LogFormatError: it is missing, no regular file, not permitted or empty.
        """
        self.path = path
        # A name of a file may be no text, and messages are printed.
        self.name = (name or str(path)).encode("utf-8", "replace").decode("utf-8")
        self.bytes_read = 0
        self.ends_in_middle = False
        self.progress: Callable[[float], None] | None = None
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
                raise LogFormatError(
                    f'cannot read log "{self.name}": it is {kind}',
                    hint="Name the log files themselves.",
                )
            with path.open("rb") as file:
                self._magic = file.read(8)
        except OSError as error:
            raise LogFormatError(
                f'cannot read log "{self.name}": {error.strerror}',
                hint="Check the name and the permissions of the file.",
            ) from error
        self.size_bytes = status.st_size
        self.modified_at_s = status.st_mtime
        if not self.size_bytes:
            raise LogFormatError(f'log "{self.name}" is empty')
        self._refuse_what_cannot_be_read()

    def sample(self) -> list[str]:
        """The first lines, of about half a megabyte.

        Raises:
            LogFormatError: it holds no text.
        """
        data = b""
        for block in self._bytes():
            data += block
            if len(data) >= SAMPLE_BYTES:
                break
        if not data:
            # The file itself has bytes.
            raise LogFormatError(
                f'log "{self.name}" is empty',
                detail="Nothing comes out of its compression; it may be cut off.",
            )
        if data.count(b"\0") * 100 > len(data):
            raise self._not_text()
        lines = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
        if len(lines) > 1 and len(data) >= SAMPLE_BYTES:
            lines.pop()
        if not any(line.strip() for line in lines):
            raise LogFormatError(f'log "{self.name}" is empty')
        return lines

    def blocks(self, *, crlf: bool = False) -> Iterator[list[str]]:
        """All lines without their ends, some thousand at a time.

        Args:
            crlf: every line ends in CR LF, so the CR is no part of it.
        """
        self.bytes_read = 0
        rest = b""
        first = True
        for data in self._bytes():
            self.bytes_read += len(data)
            rest += data
            end = rest.rfind(b"\n") + 1
            if not end and len(rest) < MAX_LINE_BYTES:
                continue
            ready, rest = rest[: end or len(rest)], rest[end or len(rest) :]
            yield _split(ready, crlf=crlf, first=first)
            first = False
        if rest:
            self.ends_in_middle = True
            yield _split(rest + b"\n", crlf=crlf, first=first)

    def windows(
        self, cut: Callable[[bytes], int], *, crlf: bool = False
    ) -> Iterator[bytes]:
        """All bytes, some megabytes at a time, each window of whole records.

        Args:
            cut: where a window of some bytes can end; 0 if more must be read to tell.
            crlf: every line ends in CR LF, so the CR is no part of it.
        """
        datas = self._counted()
        yield from self._cut(_without_returns(datas) if crlf else datas, cut)

    def unwrapped_blocks(
        self, unwrap: Unwrap, *, crlf: bool = False
    ) -> Iterator[Sequence[str]]:
        """All lines that a relay has wrapped, as :meth:`unwrapped_windows` has them."""
        for lines in unwrap(self.blocks(crlf=crlf)):
            if any(_LINE_END in line for line in lines):
                yield _LINE_END.join(map(_as_one, lines)).split(_LINE_END)
            else:
                yield lines

    def unwrapped_windows(
        self, unwrap: Unwrap, cut: Callable[[bytes], int], *, crlf: bool = False
    ) -> Iterator[bytes]:
        """The same of the lines that a relay has wrapped.

        Args:
            unwrap: takes blocks of lines, and gives those that were in them.
            cut: as for :meth:`windows`.
            crlf: every line of the file ends in CR LF.
        """
        datas = map(_as_bytes, unwrap(self.blocks(crlf=crlf)))
        yield from self._cut(datas, cut)

    def _counted(self) -> Iterator[bytes]:
        self.bytes_read = 0
        for data in self._bytes():
            shown = data if self.bytes_read else data.removeprefix(_BOM)
            self.bytes_read += len(data)
            yield shown

    def _cut(
        self, datas: Iterable[bytes], cut: Callable[[bytes], int]
    ) -> Iterator[bytes]:
        parts: list[bytes] = []
        size = 0
        wanted = WINDOW_BYTES
        for data in datas:
            parts.append(data)
            size += len(data)
            if size < wanted:
                continue
            whole = _joined(parts)
            at = cut(whole)
            if not at and size < MAX_LINE_BYTES:
                parts, wanted = [whole], size + WINDOW_BYTES
                continue
            at = at or whole.rfind(b"\n") + 1 or len(whole)
            yield _ended(whole[:at])
            parts, size, wanted = [whole[at:]], len(whole) - at, WINDOW_BYTES
        rest = _joined(parts)
        if rest:
            self.ends_in_middle = self.ends_in_middle or not rest.endswith(b"\n")
            yield _ended(rest)

    def _bytes(self) -> Iterator[bytes]:
        with self.path.open("rb") as raw:
            total = 0
            for data in self._chunks(decompressed(raw, self._magic)):
                total += len(data)
                self._refuse_a_bomb(total, raw.tell())
                if self.progress is not None:
                    self.progress(min(raw.tell() / self.size_bytes, 1.0))
                yield data

    def _chunks(self, opened: ByteStream) -> Iterator[bytes]:
        """About a megabyte each; what came before a fault of the file is kept."""
        is_first, at_end = True, False
        while not at_end:
            parts: list[bytes] = []
            size = 0
            try:
                while size < BLOCK_BYTES and not at_end:
                    parts.append(opened.read1(BLOCK_BYTES))
                    size += len(parts[-1])
                    at_end = not parts[-1]
            except BROKEN as error:
                if is_first and not size:
                    raise LogFormatError(
                        f'log "{self.name}" cannot be decompressed',
                        detail=f"{error}.",
                    ) from error
                self.ends_in_middle = at_end = True
            is_first = False
            if size:
                yield b"".join(parts)

    def _refuse_a_bomb(self, total: int, compressed: int) -> None:
        if total > _RATIO_COUNTS_FROM_BYTES and total > MAX_RATIO * max(compressed, 1):
            raise LogFormatError(
                f'log "{self.name}" is not decompressed any further',
                detail=f"It grows more than {MAX_RATIO}-fold, which no log does.",
            )

    def _refuse_what_cannot_be_read(self) -> None:
        if self._magic.startswith(_UTF16):
            raise LogFormatError(
                f'log "{self.name}" is in UTF-16',
                hint="Convert it first: iconv -f UTF-16 -t UTF-8 FILE.",
            )
        if self._magic.startswith((b"\x7fELF", b"PGDMP", b"%PDF", b"PK\x03\x04")):
            raise self._not_text()

    def _not_text(self) -> LogFormatError:
        return LogFormatError(
            f'"{self.name}" is a binary file, not a PostgreSQL log',
            hint="Pass the server's log in stderr, csvlog or jsonlog format.",
        )


def _split(data: bytes, *, crlf: bool, first: bool) -> list[str]:
    text = data.decode("utf-8", "replace")
    if first:
        text = text.removeprefix("\ufeff")
    if crlf:
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    # What follows the last line end is the next block's.
    lines.pop()
    return lines


def _joined(parts: list[bytes]) -> bytes:
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _without_returns(datas: Iterable[bytes]) -> Iterator[bytes]:
    """Line ends of one byte, each made once: before it a return may stand as well."""
    held = b""
    for data in datas:
        whole = held + data
        held = whole[len(whole.removesuffix(b"\r")) :]
        yield whole[: len(whole) - len(held)].replace(b"\r\n", b"\n")
    # One that is held still is of a line end that was cut in two.


def _as_bytes(lines: Sequence[str]) -> bytes:
    text = "".join(f"{_as_one(line)}{_LINE_END}" for line in lines)
    return text.encode("utf-8", "replace")


def _as_one(line: str) -> str:
    """A line that a relay hands on as one stays one, whatever is in it."""
    return line.replace(_LINE_END, _GOES_ON)


def _ended(data: bytes) -> bytes:
    return data if data.endswith(b"\n") else data + b"\n"
