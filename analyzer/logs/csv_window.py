"""Windows of a csv log, read as a table."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from analyzer.logs.csvlog import COLUMN_COUNTS, entry_of_row, read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.frame_rows import FrameReader
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import TIME_PATTERN, Clock
from analyzer.logs.window import Bools, TextBook, Window

_START = re.compile(TIME_PATTERN.encode() + rb',(?:"|,)')
_PLACES = {
    "logged_at": 0, "user": 1, "database": 2, "process_id": 3, "session_id": 5,
    "virtual_transaction_id": 9, "severity": 11, "message": 13, "detail": 14,
    "context": 18, "statement": 19, "application": 22,
}  # fmt: skip
_HOST, _QUERYID = 4, 25
_QUOTE, _COMMA, _LINE_END = b'",\n'


class CsvWindows:
    """Reads the windows of one file; what is no clean table is read line by line."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._rows = FrameReader(clock, book)

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

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        frame = _frame(data)
        if frame is None:
            return self._read_lines(data)
        rows, is_row = self._rows.rows(_named(frame))
        entries = list(self._entries(frame, is_row))
        self._tally.line_count += data.count(b"\n")
        return Window(
            rows=rows, entries=entries, message_count=len(rows) + len(entries)
        )

    def _entries(
        self, frame: pl.DataFrame, is_row: Bools
    ) -> Iterator[tuple[int, LogEntry]]:
        others = np.flatnonzero(~is_row)
        for number, row in zip(others.tolist(), frame[others].iter_rows(), strict=True):
            entry = entry_of_row([value or "" for value in row], self._clock)
            if entry is None:
                text = ",".join(value or "" for value in row)
                self._tally.not_understood(text, count=text.count("\n") + 1)
            else:
                yield number, entry

    def _read_lines(self, data: bytes) -> Window:
        lines = data.decode("utf-8", "replace").split("\n")[:-1]
        entries = list(enumerate(read_csvlog([lines], self._clock, self._tally)))
        return Window(entries=entries, message_count=len(entries))


def _frame(data: bytes) -> pl.DataFrame | None:
    """The records as a table of texts, or none if they are anything else."""
    width, height = _width(data), _record_count(data)
    if not width or not height:
        return None
    schema = dict.fromkeys((f"c{n}" for n in range(width)), pl.String)
    for again in (False, True):
        text = data.decode("utf-8", "replace").encode() if again else data
        try:
            frame = pl.read_csv(io.BytesIO(text), has_header=False, schema=schema)
            return frame if frame.height == height else None
        except pl.exceptions.PolarsError:
            continue
    return None


def _width(data: bytes) -> int:
    """Columns of the first record."""
    end = data.find(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end + 1)
    unquoted = re.sub(rb'"[^"]*"', b"", data[: max(end, 0)])
    width = unquoted.count(b",") + 1
    return width if width in COLUMN_COUNTS else 0


def _record_count(data: bytes) -> int:
    """Records, if they are as the server writes them; 0 if there is any doubt.

    An opening quote follows a comma, a line end or the quote that it doubles; behind
    a closing one is a comma, a line end or such a quote. Every record begins with the
    shape of a time.
    """
    buffer = np.frombuffer(b"\n" + data, np.uint8)
    quotes = np.flatnonzero(buffer == _QUOTE)
    if len(quotes) % 2:
        return 0
    neighbours = buffer[np.append(quotes[::2] - 1, quotes[1::2] + 1)]
    fits = (neighbours == _COMMA) | (neighbours == _LINE_END) | (neighbours == _QUOTE)
    ends = np.flatnonzero(buffer == _LINE_END)
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0] + 1
    starts = outside[outside < len(buffer)]
    shown = buffer[np.minimum(starts[:, None] + _MARKS, len(buffer) - 1)]
    is_clean = bool(fits.all()) and bool((shown == _MARK_BYTES).all())
    return len(starts) if is_clean else 0


# Of ``0000-00-00 00:00:00.000 UTC``.
_MARKS = np.array([4, 7, 10, 13, 16, 19, 23])
_MARK_BYTES = np.frombuffer(b"-- ::. ", np.uint8)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [pl.col(f"c{place}").alias(name) for name, place in _PLACES.items()]
    host = pl.col(f"c{_HOST}")
    cut = host.str.replace(r":\d+$", "")
    queryid = (
        pl.col(f"c{_QUERYID}").cast(pl.Int64, strict=False)
        if frame.width > _QUERYID
        else pl.lit(0, pl.Int64)
    )
    return frame.select(*columns, cut.alias("remote_host"), queryid.alias("queryid"))
