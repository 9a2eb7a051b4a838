"""Windows of a csv log: plain messages in columns, the others record by record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from analyzer.logs.csvlog import (
    COLUMN_COUNTS,
    TEXT_LIMIT,
    entry_of_row,
    host_of,
    read_csvlog,
    row_of_record,
)
from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.scan_csv import CSV_KERNELS
from analyzer.logs.scanned_rows import Meaning, Scanner, places, scanned_rows
from analyzer.logs.slices import Longs, count_of
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import TIME_PATTERN, Clock
from analyzer.logs.window import Window

_Record = tuple[str, Sequence[str] | None]

_START = re.compile(TIME_PATTERN.encode() + rb',(?:"|,)')


class CsvWindows:
    """Reads the windows of one file; what is no whole records is read line by line."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._scanner = Scanner(CSV_KERNELS)
        self._meaning = Meaning(
            times=TimeReader(clock),
            origin=_origin,
            clean=clean,
            book=book,
            facts=self._scanner.facts,
        )

    def boundary(self, data: bytes) -> int:
        """Where the last record begins, told by the quotes before it; 0 for none."""
        place = len(data)
        open_quotes = count_of(data, b'"') % 2
        while (end := data.rfind(b"\n", 0, place)) > 0:
            open_quotes = (open_quotes + data.count(b'"', end, place)) % 2
            if not open_quotes and _START.match(data, end + 1):
                return end + 1
            place = end
        return 0

    cut = boundary

    def may_end(self, data: bytes) -> bool:
        """Whether no quote is open at the end."""
        return count_of(data, b'"') % 2 == 0

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        self._tally.truncated_tail = False
        width = _width(data)
        table = self._scanner.scan(data, width) if width else None
        if table is None:
            return self._read_lines(data)
        line_count = int(table["line"].sum())
        starts, ends = places(table, "start"), places(table, "end")
        rows = scanned_rows(data, table, self._meaning)
        others = rows.others(len(starts))
        starts, ends = starts[others], ends[others]
        records = _records(data, starts, ends)
        if records is None:
            return self._read_lines(data)
        read = zip(others.tolist(), starts.tolist(), records, strict=True)
        entries = list(self._entries(data, read))
        self._tally.line_count += line_count
        count = len(rows) + len(entries)
        return Window(rows=rows, entries=entries, message_count=count)

    def _entries(
        self, data: bytes, records: Iterable[tuple[int, int, _Record]]
    ) -> Iterator[tuple[int, LogEntry]]:
        for number, start, (text, row) in records:
            entry = None if row is None else entry_of_row(row, self._clock)
            if entry is None:
                at = self._tally.line_count + data.count(b"\n", 0, start) + 1
                line, *more = text.split("\n")
                self._tally.not_understood(line, count=1 + len(more), at=at)
            else:
                yield number, entry

    def _read_lines(self, data: bytes) -> Window:
        lines = data.decode("utf-8", "replace").split("\n")[:-1]
        entries = list(enumerate(read_csvlog([lines], self._clock, self._tally)))
        return Window(entries=entries, message_count=len(entries))


def _records(data: bytes, starts: Longs, ends: Longs) -> list[_Record] | None:
    """Texts and columns of records; none if they do not all begin and end as such.

    One of a single line may be damaged: it takes no other with it.
    """
    found: list[_Record] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > TEXT_LIMIT or not _START.match(data, start, end):
            return None
        text = data[start:end].decode("utf-8", "replace")
        row = row_of_record(text)
        if row is None and "\n" in text:
            return None
        found.append((text, row))
    return found


def _origin(head: bytes, name: bytes) -> Origin:
    # A comma, then names in quotes without quotes in them, so these are all.
    _, user, _, database, process_id, host, session = head.decode(
        "utf-8", "replace"
    ).split('"')
    return Origin(
        process_id=int(process_id.strip(",")),
        session_id=session[1:],
        user=user,
        database=database,
        application_name=name.decode("utf-8", "replace"),
        remote_host=host_of(host),
    )


def clean(raw: bytes) -> bytes:
    """Without the doubling of quotes."""
    return raw.replace(b'""', b'"') if b'"' in raw else raw


def _width(data: bytes) -> int:
    """Columns of the first record."""
    end = data.find(b"\n")
    while end >= 0 and data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end + 1)
    unquoted = re.sub(rb'"[^"]*"', b"", data[: max(end, 0)])
    width = unquoted.count(b",") + 1
    return width if width in COLUMN_COUNTS else 0
