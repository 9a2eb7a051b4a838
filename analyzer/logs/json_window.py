"""Windows of a json log, read as a table."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from analyzer.logs.entry import LogEntry
from analyzer.logs.frame_rows import FrameReader
from analyzer.logs.jsonlog import entry_of_line, read_jsonlog
from analyzer.logs.slices import Bools
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import TextBook, Window

_SCHEMA = {
    "timestamp": pl.String, "user": pl.String, "dbname": pl.String, "pid": pl.Int64,
    "remote_host": pl.String, "session_id": pl.String, "vxid": pl.String,
    "error_severity": pl.String, "message": pl.String, "detail": pl.String,
    "context": pl.String, "statement": pl.String, "application_name": pl.String,
    "query_id": pl.Int64,
}  # fmt: skip
_NAMES = {
    "timestamp": "logged_at", "dbname": "database", "pid": "process_id",
    "vxid": "virtual_transaction_id", "error_severity": "severity",
    "application_name": "application", "query_id": "queryid",
}  # fmt: skip
_SURROGATE = re.compile(rb"\\u[dD]")


class JsonWindows:
    """Reads the windows of one file; what is no clean table is read line by line."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._rows = FrameReader(clock, book)

    def boundary(self, data: bytes) -> int:
        """Behind the last line end; every line is a record."""
        return data.rfind(b"\n") + 1

    def may_end(self, data: bytes) -> bool:
        """Whether the last line is whole; what may follow it cannot be told."""
        return data.endswith(b"\n")

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        frame = _frame(data)
        if frame is None or frame.height != data.count(b"\n"):
            return self._read_lines(data)
        rows, is_row = self._rows.rows(
            frame.rename(_NAMES).with_columns(pl.col("process_id").cast(pl.String))
        )
        entries = list(self._entries(data, is_row))
        self._tally.line_count += frame.height
        return Window(
            rows=rows, entries=entries, message_count=len(rows) + len(entries)
        )

    def _entries(self, data: bytes, is_row: Bools) -> Iterator[tuple[int, LogEntry]]:
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        for number in np.flatnonzero(~is_row).tolist():
            start = int(ends[number - 1]) + 1 if number else 0
            line = data[start : int(ends[number])].decode("utf-8", "replace")
            entry = entry_of_line(line, self._clock)
            if entry is None:
                self._tally.not_understood(line)
            else:
                yield number, entry

    def _read_lines(self, data: bytes) -> Window:
        lines = data.decode("utf-8", "replace").split("\n")[:-1]
        entries = list(enumerate(read_jsonlog([lines], self._clock, self._tally)))
        return Window(entries=entries, message_count=len(entries))


def _frame(data: bytes) -> pl.DataFrame | None:
    """The lines as a table, or none if they are anything else.

    A line with an escape that may be half a character stays empty here.
    """
    if _SURROGATE.search(data):
        lines = data.split(b"\n")
        data = b"\n".join(b"{}" if _SURROGATE.search(line) else line for line in lines)
    for again in (False, True):
        text = data.decode("utf-8", "replace").encode() if again else data
        try:
            return pl.read_ndjson(io.BytesIO(text), schema=_SCHEMA)
        except pl.exceptions.PolarsError:
            continue
    return None
