"""Logs that are read while the server writes them: each line once, over rotations."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from analyzer.domain.execution import LogContents, LogCoverage
from analyzer.errors import LogFormatError
from analyzer.logs.execution_sink import ExecutionSink
from analyzer.logs.joiner import Joiner
from analyzer.logs.line_prefix import line_prefix
from analyzer.logs.readers import WindowReader, window_reader
from analyzer.logs.recognize import Recognized, recognize
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import TextBook
from analyzer.sources.log_bytes import MAX_LINE_BYTES, WINDOW_BYTES
from analyzer.sources.log_files import LogOptions
from analyzer.statements.fingerprint import fingerprint

TAIL_BYTES = 4096
"""How much before an offset must still be the same for the file to be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPosition:
    """How far a file has been read: which file, how many bytes, and what they end in.

    The hash tells a file that was cut and written anew from one that only grew.
    """

    device: int
    inode: int
    offset_bytes: int
    tail_sha256: str


class GrowingFile:
    """A file that grows, is cut, or is replaced by another of its name."""

    def __init__(self, path: Path) -> None:
        """Start at its beginning.

        Raises:
            LogFormatError: it cannot be opened.
        """
        self.path = path
        self._file = self._opened()
        self._offset = 0
        self._tail = b""

    @property
    def position(self) -> LogPosition:
        """How far it has been read."""
        status = os.fstat(self._file.fileno())
        return LogPosition(
            device=status.st_dev,
            inode=status.st_ino,
            offset_bytes=self._offset,
            tail_sha256=hashlib.sha256(self._tail).hexdigest(),
        )

    def new_bytes(self) -> bytes:
        """What was written since the last time, a window at most.

        Of a file that was replaced the rest comes first, then the new file.
        """
        if not self._is_cut():
            data = self._file.read(WINDOW_BYTES)
            if data or not self._is_replaced():
                return self._taken(data)
            self._file.close()
            self._file = self._opened()
        else:
            self._file.seek(0)
        self._offset, self._tail = 0, b""
        return self._taken(self._file.read(WINDOW_BYTES))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _taken(self, data: bytes) -> bytes:
        self._offset += len(data)
        self._tail = (self._tail + data)[-TAIL_BYTES:]
        return data

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise LogFormatError(
                f'cannot read log "{self.path}": {error.strerror}',
                hint="Check the name and the permissions of the file.",
            ) from error

    def _is_cut(self) -> bool:
        """Whether what was read is not there any more (copytruncate)."""
        if os.fstat(self._file.fileno()).st_size < self._offset:
            return True
        start = self._offset - len(self._tail)
        return os.pread(self._file.fileno(), len(self._tail), start) != self._tail

    def _is_replaced(self) -> bool:
        try:
            named = self.path.stat()
        except FileNotFoundError:
            return False  # between the rename and the new file
        mine = os.fstat(self._file.fileno())
        return (named.st_dev, named.st_ino) != (mine.st_dev, mine.st_ino)


@dataclass(slots=True)
class _Followed:
    """One file, and what is known of its format once it holds something."""

    file: GrowingFile
    clock: Clock
    tally: Tally
    rest: bytes = b""
    bytes_read: int = 0
    message_count: int = 0
    recognized: Recognized | None = None
    reader: WindowReader | None = None


class LogFollower:
    """Reads the files of one server as they grow."""

    def __init__(self, paths: Sequence[Path], options: LogOptions) -> None:
        """Open the files.

        Raises:
            LogFormatError: one cannot be opened.
        """
        self._options = options
        self._book = TextBook(fingerprint)
        self._sink = ExecutionSink(
            self._book, options.wanted, keep_texts=options.keep_texts
        )
        self._joiner = Joiner(self._book, self._sink)
        self._files = [
            _Followed(GrowingFile(path), Clock(options.log_timezone), Tally())
            for path in paths
        ]

    def poll(self) -> bool:
        """Read what is new; whether there was anything.

        Raises:
            LogFormatError: a file is no log, or of a kind that cannot be followed.
        """
        return any([self._poll(item) for item in self._files])

    def contents(self) -> LogContents:
        """Everything read so far that is complete."""
        classifier, by_time = self._joiner.classifier, attrgetter("logged_at")
        return LogContents(
            executions=self._sink.columns(),
            lock_waits=tuple(sorted(classifier.lock_waits, key=by_time)),
            events=tuple(sorted(classifier.events, key=by_time)),
            coverage=tuple(_coverage(item) for item in self._files),
        )

    def close(self) -> None:
        """Read what was held back, and let go of the files."""
        for item in self._files:
            if item.rest:
                self._take(item, item.rest + b"\n")
                item.rest = b""
            item.file.close()
        self._joiner.finish()

    def _poll(self, item: _Followed) -> bool:
        found = False
        while data := item.file.new_bytes():
            found = True
            item.bytes_read += len(data)
            whole = (item.rest + data).replace(b"\r\n", b"\n")
            # A record may still grow, unless nothing came behind its last line end.
            at = whole.rfind(b"\n") + 1
            reader = self._reader(item, whole[:at])
            if reader is not None and (
                at < len(whole)
                or len(data) == WINDOW_BYTES
                or not reader.may_end(whole)
            ):
                at = reader.boundary(whole)
            if len(whole) - at > MAX_LINE_BYTES:
                at = len(whole)
            item.rest = whole[at:]
            if reader is not None and at:
                self._take(item, whole[:at])
        return found

    def _take(self, item: _Followed, data: bytes) -> None:
        reader = self._reader(item, data)
        if reader is not None:
            window = reader.read(data)
            item.message_count += window.message_count
            self._joiner.take(window)

    def _reader(self, item: _Followed, data: bytes) -> WindowReader | None:
        if item.reader is not None or not data:
            return item.reader
        prefix = self._options.line_prefix
        given = None if prefix is None else line_prefix(prefix)
        lines = data[: 512 << 10].decode("utf-8", "replace").split("\n")
        item.recognized = recognize(lines, given)
        if item.recognized is not None:
            item.reader = window_reader(
                item.recognized, item.clock, item.tally, self._book
            )
        if item.reader is None:
            raise LogFormatError(
                f"{item.file.path}: this log cannot be followed",
                detail="Only what the server itself writes can be read while it grows: "
                "stderr whose lines begin with the time, csvlog or jsonlog.",
                hint="Read it without --follow.",
            )
        return item.reader


def _coverage(item: _Followed) -> LogCoverage:
    recognized = item.recognized
    prefix = recognized.prefix if recognized else None
    return LogCoverage(
        file=str(item.file.path),
        format=recognized.format.value if recognized else "",
        line_count=item.tally.line_count,
        bytes_read=item.bytes_read,
        not_understood_count=item.tally.not_understood_count,
        examples=item.tally.examples,
        line_prefix=prefix.shown if prefix else "",
        unknown_zones=tuple(sorted(item.clock.unknown_zones)),
        message_count=item.message_count,
    )
