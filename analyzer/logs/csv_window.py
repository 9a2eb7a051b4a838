"""Windows of a csv log, read as a table."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from analyzer.logs.csvlog import COLUMN_COUNTS, USED, entry_of_row, read_csvlog
from analyzer.logs.entry import LogEntry
from analyzer.logs.frame_rows import FrameReader
from analyzer.logs.severity import ENGLISH
from analyzer.logs.slices import Bools
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import TIME_PATTERN, Clock
from analyzer.logs.window import TextBook, Window

_START = re.compile(TIME_PATTERN.encode() + rb',(?:"|,)')
_PLACES = {
    "logged_at": 0, "user": 1, "database": 2, "process_id": 3, "session_id": 5,
    "virtual_transaction_id": 9, "severity": 11, "message": 13, "detail": 14,
    "context": 18, "statement": 19, "application": 22,
}  # fmt: skip
_HOST, _QUERYID = 4, 25
_WIDTHS = {sum(place < width for place in USED): width for width in (23, 26)}
_TIME = f"^{TIME_PATTERN}$"


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

    def may_end(self, data: bytes) -> bool:
        """Whether no quote is open at the end."""
        return data.count(b'"') % 2 == 0

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
            whole = [""] * _WIDTHS[frame.width]
            for place, value in zip(USED, row, strict=False):
                whole[place] = value or ""
            entry = entry_of_row(whole, self._clock)
            if entry is None:
                text = ",".join(whole)
                self._tally.not_understood(text, count=text.count("\n") + 1)
            else:
                yield number, entry

    def _read_lines(self, data: bytes) -> Window:
        lines = data.decode("utf-8", "replace").split("\n")[:-1]
        entries = list(enumerate(read_csvlog([lines], self._clock, self._tally)))
        return Window(entries=entries, message_count=len(entries))


def _frame(data: bytes) -> pl.DataFrame | None:
    """The records as a table of texts, or none if they are anything else."""
    width = _width(data)
    if not width:
        return None
    needed = [f"c{place}" for place in USED if place < width]
    schema = dict.fromkeys((f"c{n}" for n in range(width)), pl.String)
    for again in (False, True):
        text = data.decode("utf-8", "replace").encode() if again else data
        try:
            whole = pl.read_csv(io.BytesIO(text), has_header=False, schema=schema)
        except pl.exceptions.PolarsError:
            continue
        frame = whole.select(needed)
        return frame if _is_whole(frame) else None
    return None


def _is_whole(frame: pl.DataFrame) -> bool:
    """Whether each row is a record: its time, its severity and its numbers are."""
    looks_right = (
        pl.col("c0").str.contains(_TIME)
        & pl.col("c3").fill_null("").str.contains(r"^\d{0,10}$")
        & pl.col("c11").is_in(list(ENGLISH))
    )
    return bool(frame.select(looks_right.fill_null(False).all()).item())


def _width(data: bytes) -> int:
    """Columns of the first record."""
    end = data.find(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end + 1)
    unquoted = re.sub(rb'"[^"]*"', b"", data[: max(end, 0)])
    width = unquoted.count(b",") + 1
    return width if width in COLUMN_COUNTS else 0


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    columns = [pl.col(f"c{place}").alias(name) for name, place in _PLACES.items()]
    host = pl.col(f"c{_HOST}")
    cut = host.str.replace(r":\d+$", "")
    queryid = (
        pl.col(f"c{_QUERYID}").cast(pl.Int64, strict=False)
        if _WIDTHS[frame.width] > _QUERYID
        else pl.lit(0, pl.Int64)
    )
    return frame.select(*columns, cut.alias("remote_host"), queryid.alias("queryid"))
