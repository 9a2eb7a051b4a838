"""Logs that are read while the server writes them: each line once, over rotations."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
from analyzer.logs.text_book import TextBook
from analyzer.logs.timestamps import Clock
from analyzer.sources.log_bytes import MAX_LINE_BYTES, WINDOW_BYTES
from analyzer.sources.log_files import LogOptions
from analyzer.sources.log_positions import (
    TAIL_BYTES,
    LogPosition,
    position_at,
    tail_before,
)
from analyzer.statements.fingerprint import fingerprint

SAMPLE_BYTES = 512 << 10
NOWHERE: Mapping[str, LogPosition] = {}


class GrowingFile:
    """A file that grows, is cut, or is replaced by another of its name."""

    def __init__(self, path: Path, position: LogPosition | None = None) -> None:
        """Start at its beginning, or where an earlier reader was.

        A file that was renamed since, as rotation does, is looked for in its folder;
        the rest of it comes first.

        Args:
            path: of the log.
            position: of an earlier reader; without effect if that file is gone.

        Raises:
            LogFormatError: it cannot be opened.
        """
        self.path = path
        self._file = self._opened()
        self._offset = 0
        self._tail = b""
        if position is not None:
            self._go_on(position)

    def position(self, held_back_bytes: int = 0) -> LogPosition:
        """How far it has been read, but for the last so many bytes."""
        return position_at(self._file, max(self._offset - held_back_bytes, 0))

    def head(self) -> bytes:
        """How the file begins, whatever was read of it: that tells its format."""
        return os.pread(self._file.fileno(), SAMPLE_BYTES, 0)

    def _go_on(self, position: LogPosition) -> None:
        for path in (self.path, *self._siblings(position)):
            try:
                file = path.open("rb")
            except OSError:
                continue
            if position_at(file, position.offset_bytes) == position:
                self._file.close()
                self._file = file
                self._offset = position.offset_bytes
                self._tail = tail_before(file, self._offset)
                file.seek(self._offset)
                return
            file.close()

    def _siblings(self, position: LogPosition) -> list[Path]:
        """Files of the folder that are the one that was read, by another name."""
        found = []
        with suppress(OSError), os.scandir(self.path.absolute().parent) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.inode() == position.inode and entry.is_file():
                        found.append(Path(entry.path))
        return sorted(found)

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
    resumed: bool = False
    rest: bytes = b""
    raw_rest: bytes = b""
    bytes_read: int = 0
    message_count: int = 0
    recognized: Recognized | None = None
    reader: WindowReader | None = None


class LogFollower:
    """Reads the files of one server as they grow."""

    def __init__(
        self,
        paths: Sequence[Path],
        options: LogOptions,
        positions: Mapping[str, LogPosition] = NOWHERE,
    ) -> None:
        """Open the files.

        Args:
            paths: of one server.
            options: how to read them.
            positions: where an earlier reader was, by absolute path.

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
            _Followed(
                GrowingFile(path, positions.get(str(path.absolute()))),
                Clock(options.log_timezone),
                Tally(),
                resumed=str(path.absolute()) in positions,
            )
            for path in paths
        ]

    def poll(self) -> bool:
        """Read what is new; whether there was anything.

        Raises:
            LogFormatError: a file is no log, or of a kind that cannot be followed.
        """
        return any([self._poll(item) for item in self._files])

    def pause(self) -> dict[str, LogPosition]:
        """Let go of the files; what is held back is for the next reader.

        Returns:
            How far each file was read, by absolute path.
        """
        positions = {
            str(item.file.path.absolute()): item.file.position(len(item.raw_rest))
            for item in self._files
        }
        for item in self._files:
            item.file.close()
        self._joiner.finish()
        return positions

    def contents(self) -> LogContents:
        """Everything read so far that is complete."""
        classifier, by_time = self._joiner.classifier, attrgetter("logged_at")
        return LogContents(
            executions=self._sink.columns(),
            lock_waits=tuple(sorted(classifier.lock_waits, key=by_time)),
            events=self._joiner.events.columns(),
            coverage=tuple(_coverage(item) for item in self._files),
        )

    def close(self) -> None:
        """Read what was held back, and let go of the files."""
        for item in self._files:
            if item.rest:
                self._take(item, item.rest + b"\n")
                item.rest = item.raw_rest = b""
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
            item.raw_rest = _last_lines(item.raw_rest + data, item.rest)
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
        sample = item.file.head() if item.resumed else data[:SAMPLE_BYTES]
        lines = sample.decode("utf-8", "replace").split("\n")
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
                hint="Read it as a whole, without --follow and --resume.",
            )
        return item.reader


def _last_lines(raw: bytes, rest: bytes) -> bytes:
    """The end of what was read that ``rest`` was made of, with its line ends."""
    if not rest:
        return b""
    at = len(raw)
    for _line in range(rest.count(b"\n") + 1):
        at = max(raw.rfind(b"\n", 0, at), 0)
    return raw[at + 1 :] if raw[at : at + 1] == b"\n" else raw


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
