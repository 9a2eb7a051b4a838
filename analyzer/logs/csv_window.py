"""Windows of a csv log: plain messages in columns, the others record by record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.logs.csv_records import Records, plain_messages
from analyzer.logs.csvlog import (
    COLUMN_COUNTS,
    TEXT_LIMIT,
    entry_of_record,
    read_csvlog,
)
from analyzer.logs.entry import LogEntry
from analyzer.logs.message_rows import duration_rows
from analyzer.logs.slices import padded
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import TIME_PATTERN, Clock
from analyzer.logs.window import Window

_START = re.compile(TIME_PATTERN.encode() + rb',(?:"|,)')


class CsvWindows:
    """Reads the windows of one file; what is no whole records is read line by line."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._book = book
        self._times = TimeReader(clock, has_milliseconds=True)

    def boundary(self, data: bytes) -> int:
        """Where the last record begins, told by the quotes before it; 0 for none."""
        place = len(data)
        open_quotes = data.count(b'"') % 2
        while (end := data.rfind(b"\n", 0, place)) > 0:
            open_quotes = (open_quotes + data.count(b'"', end, place)) % 2
            if not open_quotes and _START.match(data, end + 1):
                return end + 1
            place = end
        return 0

    def may_end(self, data: bytes) -> bool:
        """Whether no quote is open at the end."""
        return data.count(b'"') % 2 == 0

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        records = Records(data, padded(data))
        width = _width(data)
        if not width or not records.is_whole:
            return self._read_lines(data)
        messages, heads = plain_messages(records, self._times, width)
        rows = duration_rows(messages, heads, self._book)
        is_row = np.zeros(len(records.ends), np.bool_)
        is_row[rows.order] = True
        others = np.flatnonzero(~is_row).tolist()
        if not _are_records(records, others):
            return self._read_lines(data)
        entries = list(self._entries(records, others))
        self._tally.line_count += data.count(b"\n")
        count = len(rows) + len(entries)
        return Window(rows=rows, entries=entries, message_count=count)

    def _entries(
        self, records: Records, numbers: Sequence[int]
    ) -> Iterator[tuple[int, LogEntry]]:
        for number in numbers:
            text = _raw(records, number).decode("utf-8", "replace")
            entry = entry_of_record(text, self._clock)
            if entry is None:
                self._tally.not_understood(text, count=text.count("\n") + 1)
            else:
                yield number, entry

    def _read_lines(self, data: bytes) -> Window:
        lines = data.decode("utf-8", "replace").split("\n")[:-1]
        entries = list(enumerate(read_csvlog([lines], self._clock, self._tally)))
        return Window(entries=entries, message_count=len(entries))


def _raw(records: Records, number: int) -> bytes:
    return records.data[int(records.starts[number]) : int(records.ends[number])]


def _are_records(records: Records, numbers: Sequence[int]) -> bool:
    """Whether what stands between line ends outside quotes all begins as records do."""
    for number in numbers:
        start, end = int(records.starts[number]), int(records.ends[number])
        if end - start > TEXT_LIMIT or not _START.match(records.data, start, end):
            return False
    return True


def _width(data: bytes) -> int:
    """Columns of the first record."""
    end = data.find(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end + 1)
    unquoted = re.sub(rb'"[^"]*"', b"", data[: max(end, 0)])
    width = unquoted.count(b",") + 1
    return width if width in COLUMN_COUNTS else 0
