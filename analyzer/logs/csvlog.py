"""The csv format: 23 columns up to PostgreSQL 12, 24 in 13, 26 from 14 on.

A record ends at the first line end outside quotes; where it begins is never guessed
from the look of a line, since a statement of several lines may look like records. Only
if no end comes within the limit, or what comes is not quoted as the server does it, was
the record damaged, and reading goes on at the next line.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from analyzer.logs.entry import (
    MAX_TEXT_CHARS,
    UNKNOWN_TIME,
    LogEntry,
    Origin,
    error_code,
    id_number,
)
from analyzer.logs.severity import ENGLISH
from analyzer.logs.tally import Tally
from analyzer.logs.timestamps import TIME_PATTERN, Clock

COLUMNS = (
    "log_time", "user_name", "database_name", "process_id", "connection_from",
    "session_id", "session_line_num", "command_tag", "session_start_time",
    "virtual_transaction_id", "transaction_id", "error_severity", "sql_state_code",
    "message", "detail", "hint", "internal_query", "internal_query_pos", "context",
    "query", "query_pos", "location", "application_name", "backend_type", "leader_pid",
    "query_id",
)  # fmt: skip
COLUMN_COUNTS = (23, 24, 26)
RECORD_START = re.compile(TIME_PATTERN + ',(?:"|,)')
MAX_READ_AGAIN = 20
"""How often, on average, a line may be read again after a record was given up."""

TEXT_LIMIT = 4 * MAX_TEXT_CHARS
"""The longest record, in characters."""


def read_csvlog(
    blocks: Iterable[Sequence[str]], clock: Clock, tally: Tally
) -> Iterator[LogEntry]:
    """Entries of a csv log.

    Args:
        blocks: lists of lines without line ends.
        clock: of this log.
        tally: counts what was not understood.
    """
    records = _Records(blocks, tally)
    for number, lines in records:
        row = row_of_record("\n".join(lines))
        if row is None:
            records.give_up(lines, number)
            continue
        entry = entry_of_row(row, clock)
        if entry is None:
            tally.not_understood(lines[0], count=len(lines), at=number)
        else:
            yield entry


class _Records:
    """Lines grouped into records by the parity of their quotes."""

    def __init__(self, blocks: Iterable[Sequence[str]], tally: Tally) -> None:
        self._fresh = (line for block in blocks for line in block)
        self._again: deque[str] = deque()
        self._number = tally.line_count
        self._tally = tally
        self._read_again_count = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Number of the first line, and the lines, of each record."""
        while (line := self._next()) is not None:
            if not RECORD_START.match(line):
                if line.strip():
                    self._tally.not_understood(line, at=self._number)
                continue
            number, record = self._number, [line]
            if self._complete(record):
                yield number, record
            else:
                self.give_up(record, number)
                if not any(RECORD_START.match(line) for line in record[1:]):
                    self._tally.truncated_tail = True

    def _next(self) -> str | None:
        self._number += 1
        if self._again:
            return self._again.popleft()
        line = next(self._fresh, None)
        if line is not None:
            self._tally.line_count += 1
        return line

    def _complete(self, record: list[str]) -> bool:
        open_quotes = record[0].count('"') % 2
        size = len(record[0])
        while open_quotes and size <= TEXT_LIMIT:
            line = self._next()
            if line is None:
                return False
            record.append(line)
            open_quotes = (open_quotes + line.count('"')) % 2
            size += len(line) + 1
        return not open_quotes

    def give_up(self, record: list[str], number: int) -> None:
        """Count the first line of a damaged record, and read on at the next."""
        rest = record[1:]
        self._read_again_count += len(rest)
        if self._read_again_count > MAX_READ_AGAIN * self._tally.line_count:
            # Somebody makes us read the same lines over and over.
            self._tally.not_understood(record[0], count=len(record), at=number)
            return
        self._tally.not_understood(record[0], at=number)
        self._number = number
        self._again.extendleft(reversed(rest))


def row_of_record(text: str) -> Sequence[str] | None:
    """The columns of a record, or none if it is damaged."""
    # The csv module's own limit is 128 KiB, shorter than a long statement.
    if len(text) > csv.field_size_limit():
        csv.field_size_limit(TEXT_LIMIT)
    try:
        return next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        return None


def entry_of_row(row: Sequence[str], clock: Clock) -> LogEntry | None:
    """The entry that the columns of a record are, or none if they are no record."""
    if len(row) not in COLUMN_COUNTS:
        return None
    severity = ENGLISH.get(row[11])
    if severity is None:
        return None
    try:
        origin = _origin(row, clock)
    except ValueError:
        return None
    return LogEntry(
        origin=origin,
        severity=severity,
        message=row[13][:MAX_TEXT_CHARS],
        detail=row[14][:MAX_TEXT_CHARS],
        hint=row[15],
        internal_query=row[16],
        context=row[18],
        statement=row[19][:MAX_TEXT_CHARS],
        location=row[21],
    )


def _origin(row: Sequence[str], clock: Clock) -> Origin:
    return Origin(
        logged_at=clock.read(row[0]) if row[0] else UNKNOWN_TIME,
        user=row[1],
        database=row[2],
        process_id=id_number(row[3]),
        remote_host=host_of(row[4]),
        session_id=row[5],
        virtual_transaction_id=row[9],
        transaction_id=id_number(row[10]),
        sqlstate=error_code(row[12]),
        application_name=row[22],
        queryid=id_number(row[25]) if len(row) > 25 else 0,
    )


def host_of(connection_from: str) -> str:
    """The host of a column ``connection_from``, which may have a port."""
    host, separator, port = connection_from.rpartition(":")
    return host if separator and port.isdecimal() else connection_from
