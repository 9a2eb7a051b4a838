"""Windows of a json log: plain messages in columns, the others line by line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analyzer.logs.entry import LogEntry
from analyzer.logs.json_records import Records, plain_messages
from analyzer.logs.jsonlog import entry_of_line
from analyzer.logs.message_rows import duration_rows
from analyzer.logs.slices import Bools, padded
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Window


class JsonWindows:
    """Reads the windows of one file."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._book = book
        self._times = TimeReader(clock, has_milliseconds=True)

    def boundary(self, data: bytes) -> int:
        """Behind the last line end; every line is a record."""
        return data.rfind(b"\n") + 1

    def may_end(self, data: bytes) -> bool:
        """Whether the last line is whole; what may follow it cannot be told."""
        return data.endswith(b"\n")

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        records = Records(data, padded(data))
        messages, heads = plain_messages(records, self._times, self._clock)
        rows = duration_rows(messages, heads, self._book)
        is_row = np.zeros(len(records.ends), np.bool_)
        is_row[rows.order] = True
        entries = list(self._entries(records, is_row))
        count = len(rows) + len(entries)
        return Window(rows=rows, entries=entries, message_count=count)

    def _entries(
        self, records: Records, is_row: Bools
    ) -> Iterator[tuple[int, LogEntry]]:
        before = self._tally.line_count
        for number in np.flatnonzero(~is_row).tolist():
            start, end = int(records.starts[number]), int(records.ends[number])
            line = records.data[start:end].decode("utf-8", "replace")
            entry = entry_of_line(line, self._clock)
            if entry is not None:
                yield number, entry
            elif line.strip():
                self._tally.line_count = before + number + 1
                self._tally.not_understood(line)
        self._tally.line_count = before + len(is_row)
