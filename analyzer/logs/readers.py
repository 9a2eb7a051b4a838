"""The reader for a log once its format is known, window by window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from analyzer.logs.csv_window import CsvWindows
from analyzer.logs.entry import LogEntry
from analyzer.logs.json_window import JsonWindows
from analyzer.logs.recognize import LogFormat, Recognized
from analyzer.logs.stderr import StderrOptions
from analyzer.logs.stderr_window import StderrWindows, reads_in_columns
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Window

ENTRIES_PER_WINDOW = 10_000


class WindowReader(Protocol):
    """Reads a log many lines at a time; one for each file."""

    def boundary(self, data: bytes) -> int:
        """Where the last record begins that may go on behind the data; 0 for none."""

    def cut(self, data: bytes) -> int:
        """Where a window can end; 0 if only more data would tell."""

    def may_end(self, data: bytes) -> bool:
        """Whether whole records can end where the data does, which is a line end."""

    def read(self, data: bytes) -> Window:
        """What whole records say; ``data`` ends in a line end."""


def stderr_options(recognized: Recognized) -> StderrOptions:
    """How to read a plain log.

    Raises:
        ValueError: it has no prefix, so it is of another format.
    """
    if recognized.prefix is None:
        raise ValueError("a plain log needs a prefix")
    return StderrOptions(
        prefix=recognized.prefix,
        fallback=recognized.fallback,
        tabs_stripped=recognized.tabs_stripped,
        assumed_time=recognized.assumed_time,
    )


def window_reader(
    recognized: Recognized, clock: Clock, tally: Tally, book: TextBook
) -> WindowReader | None:
    """The reader in columns, or none if this log must be read message by message."""
    if recognized.format is LogFormat.CSV:
        return CsvWindows(clock, tally, book)
    if recognized.format is LogFormat.JSON:
        return JsonWindows(clock, tally, book)
    if recognized.format is LogFormat.PGBOUNCER:
        return None
    options = stderr_options(recognized)
    if not reads_in_columns(options):
        return None
    return StderrWindows(options, clock, tally, book)


def windows_of(entries: Iterable[LogEntry]) -> Iterator[Window]:
    """Windows of a log that is read message by message."""
    iterator = iter(entries)
    while some := list(islice(iterator, ENTRIES_PER_WINDOW)):
        yield Window(entries=list(enumerate(some)), message_count=len(some))
