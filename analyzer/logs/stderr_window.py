"""Windows of a plain log: records joined to messages, durations to rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain

import numpy as np

from analyzer.domain.execution_columns import as_datetime
from analyzer.logs.entry import LogEntry
from analyzer.logs.scan_words import NO_VERB
from analyzer.logs.scanned_rows import Found, duration_rows, places
from analyzer.logs.severity import ENGLISH
from analyzer.logs.slices import Bools, Longs, Slices
from analyzer.logs.splitter import Head
from analyzer.logs.stderr import Companion, StderrOptions, StderrReader
from analyzer.logs.stderr_order import Grouped, Single, Singly, in_order
from analyzer.logs.stderr_records import (
    HeadReader,
    Lines,
    Records,
)
from analyzer.logs.stderr_settings import WORDS, leading_time
from analyzer.logs.stitch import REACH_MESSAGES, is_companion
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import DurationRows, Verb, Window
from analyzer.native.groups import grouped

_LOG, _DETAIL, _LOCATION = (WORDS.index(w) for w in ("LOG", "DETAIL", "LOCATION"))
_MAX_HEAD_BYTES = 4_000
_MAX_LOOK_BACK_BYTES = 1 << 20  # where the message of a companion is looked for


def reads_in_columns(options: StderrOptions) -> bool:
    """Whether a plain log can be read many lines at a time.

    Its lines must begin with one of the two times that the server prints, perhaps
    behind a bracket, and have kept the tab in front of continuation lines.
    """
    pattern = options.prefix.pattern
    times = sum(f"(?P<{name}>" in pattern for name in ("time", "time_ms", "time_epoch"))
    has_leading_time = leading_time(options.prefix.text) is not None
    return has_leading_time and times == 1 and not options.tabs_stripped


_Read = tuple[Lines, Records, Singly]
"""What was read of a window."""


class StderrWindows:
    """Reads the windows of one file, each of whole records, in order."""

    def __init__(
        self, options: StderrOptions, clock: Clock, tally: Tally, book: TextBook
    ) -> None:
        """Start at the beginning of a file."""
        self._tally = tally
        self._book = book
        self._reader = StderrReader(options, clock, Tally())
        times = TimeReader(clock)
        self._heads = HeadReader(options.prefix, times, self._reader.origin_of)

    def may_end(self, data: bytes) -> bool:
        """Whether the last line is whole; what may follow it cannot be told."""
        return data.endswith(b"\n")

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        lines, records = self._heads.read(data)
        unread = self._read_singly(lines, records)
        grouped = in_order(lines, records, unread)
        self._count_lines(lines, grouped, unread)
        rows = self._rows(lines, records, grouped)
        is_row = np.zeros(len(grouped.message), np.bool_)
        is_row[rows.order] = True
        return Window(
            rows=rows,
            entries=[*self._entries((lines, records, unread), grouped, is_row)],
            message_count=len(grouped.message),
        )

    def boundary(self, data: bytes, messages_behind: int = 1) -> int:
        """Where a message begins that has so many behind it; 0 for none.

        A companion is no boundary: it belongs to the last message of its process, which
        stands further back where lines of several processes stand among each other.
        """
        last = count = 0
        waiting: dict[str, int] = {}
        # Whoever can read on need not look through megabytes that begin nothing.
        floor = max(len(data) - _MAX_LOOK_BACK_BYTES, 0) if messages_behind > 1 else 0
        for start, head in self._heads_before(data, floor):
            key = self._reader.process_key(head)
            if is_companion(ENGLISH[head.severity]):
                waiting[key] = count
                continue
            last, count = last or start, count + 1
            waiting.pop(key, None)
            if waiting:
                waiting = {
                    key: since
                    for key, since in waiting.items()
                    if count - since < REACH_MESSAGES
                }
            if count >= messages_behind and not waiting:
                return start
            if start < len(data) - _MAX_LOOK_BACK_BYTES:
                return last
        return last if messages_behind == 1 else 0

    def cut(self, data: bytes) -> int:
        """Where a window can end: all that later companions belong to is behind it."""
        return self.boundary(data, REACH_MESSAGES)

    def _heads_before(self, data: bytes, floor: int) -> Iterator[tuple[int, Head]]:
        """Where records begin, the last first, as far back as one place."""
        end = data.rfind(b"\n")
        while end > floor:
            start = data.rfind(b"\n", 0, end) + 1
            if start < end and data[start] != ord("\t"):
                line = data[start : min(end, start + _MAX_HEAD_BYTES)]
                head = self._reader.split(line.decode("utf-8", "replace"), (), 0)
                if head is not None:
                    yield start, head
            end = start - 1

    def _read_singly(self, lines: Lines, records: Records) -> Singly:
        """What doubtful lines are; none for no record."""
        found: dict[int, Single | None] = {}
        if not len(records.doubtful):
            return found
        # What processes have called themselves before, where nobody can doubt it.
        firsts, _ = grouped(records.origin)
        clear = deque(np.sort(records.line[firsts]).tolist())
        for number in records.doubtful.tolist():
            while clear and clear[0] < number:
                self._reader.split(lines[clear.popleft()], (), 0)
            head = self._reader.split(lines[number], lines, number)
            found[number] = None
            if head is not None:
                severity = ENGLISH[head.severity]
                key = self._reader.process_key(head)
                found[number] = Single(is_companion(severity), key, head)
        return found

    def _lines_of(
        self, read: _Read, grouped: Grouped, record: int
    ) -> Iterator[tuple[str, Head | Companion | None]]:
        """The lines of a record, each with how it begins."""
        lines, records, unread = read
        first, until = int(grouped.line[record]), int(grouped.until[record])
        column = int(grouped.column[record])
        if column >= 0 and grouped.companion[record]:
            severity = ENGLISH[WORDS[int(records.severity[column])]]
            key = records.origins[int(records.origin[column])].process_key
            text = lines.text(first, int(records.text_start[column]))
            yield lines[first], Companion(severity, key, text)
        else:
            yield self._line(lines, first, unread)
        for number in _behind(lines, first, until):
            yield self._line(lines, number, unread)

    def _line(
        self, lines: Lines, number: int, unread: Singly
    ) -> tuple[str, Head | None]:
        line, known = lines[number], unread.get(number)
        return line, self._reader.split(line, (), 0) if known is None else known.head

    def _count_lines(
        self,
        lines: Lines,
        grouped: Grouped,
        unread: Singly,
    ) -> None:
        before = self._tally.line_count
        lost = [(number, 1) for number, what in unread.items() if what is None]
        first = int(grouped.line[0]) if len(grouped.line) else len(lines.starts)
        lost += [(n, 1) for n in lines.filled(0, first) if n not in unread]
        orphans = np.flatnonzero(grouped.companion & (grouped.owner < 0))
        for record in orphans.tolist():
            number, until = int(grouped.line[record]), int(grouped.until[record])
            lost.append((number, 1 + len(_behind(lines, number, until))))
        for number, count in lost:
            text = lines[number]
            if text.strip():
                self._tally.not_understood(text, count=count, at=before + number + 1)
        self._tally.line_count = before + len(lines.starts)

    def _rows(self, lines: Lines, records: Records, grouped: Grouped) -> DurationRows:
        message, column = grouped.message, grouped.column[grouped.message]
        detail, fits = _details(grouped)
        fits &= (grouped.severity[message] == _LOG) & ~grouped.messy[message]
        at = np.flatnonzero(fits)
        verb = records.table["verb"][column[at]]
        usual = _has_usual_detail(records, grouped.column[detail[at]], detail[at], verb)
        at = at[usual & (verb != NO_VERB)]
        index, detail = column[at], detail[at]
        table = records.table.take(index)
        # Only what an execution was given says something about it.
        verb = table["verb"]
        is_run = (verb == Verb.EXECUTE) | (verb == Verb.LOGGED_EXECUTE)
        shows = (detail >= 0) & is_run
        origin, origins = records.origins_of(index)
        said = np.where(shows, grouped.column[detail], 0)
        return duration_rows(
            Found(
                order=at,
                table=table,
                logged_at_us=records.logged_at_us[index],
                origin=origin,
                local_transaction_id=records.local_transaction_id[index],
                queryid=records.queryid[index],
                details=Slices(
                    data=lines.data,
                    starts=np.where(shows, records.text_start[said], -1),
                    ends=np.where(shows, places(records.table, "end")[said], -1),
                ),
                detail_hash=records.table["detail_hash"][said],
                has_odd_detail=grouped.until[detail] - grouped.line[detail] > 1,
                origins=origins,
            ),
            clean,
            self._book,
            self._heads.facts,
        )

    def _entries(
        self,
        read: _Read,
        grouped: Grouped,
        is_row: Bools,
    ) -> Iterator[tuple[int, LogEntry]]:
        logged_at_us = read[1].logged_at_us
        others = np.flatnonzero(~is_row)
        mine: dict[int, list[int]] = {number: [] for number in others.tolist()}
        owned = np.flatnonzero(grouped.owner >= 0)
        belongs = owned[~is_row[grouped.owner[owned]]]
        for record in belongs.tolist():
            mine[int(grouped.owner[record])].append(record)
        read_until = -1
        before = np.maximum.accumulate(
            np.where(
                (grouped.column >= 0) & ~grouped.companion,
                np.arange(len(grouped.line)),
                -1,
            )
        )

        def follow(record: int) -> None:
            last = int(before[record])
            if last > read_until:
                moment_us = int(logged_at_us[grouped.column[last]])
                self._reader.follow(as_datetime(moment_us))

        for number, records in mine.items():
            follow(int(grouped.message[number]))
            read_until = records[-1]
            found = chain.from_iterable(
                self._lines_of(read, grouped, record) for record in records
            )
            for entry in self._reader.read_split(found):
                yield number, entry
        if len(before):
            follow(-1)


def _behind(lines: Lines, first: int, until: int) -> list[int]:
    """The lines that go on with one, before another record begins."""
    if until - first == 1:
        return []
    behind = lines.filled(first + 1, until)
    return [number for number in behind if lines[number].startswith("\t")]


def _details(grouped: Grouped) -> tuple[Longs, Bools]:
    """For each message the record of its DETAIL or -1, and if nothing else is there."""
    count = len(grouped.message)
    detail = np.full(count, -1, np.int64)
    record = np.flatnonzero(grouped.companion & (grouped.owner >= 0))
    owner, severity = grouped.owner[record], grouped.severity[record]
    is_detail = (severity == _DETAIL) & ~grouped.messy[record]
    is_location = severity == _LOCATION
    detail[owner[is_detail]] = record[is_detail]
    fits = np.bincount(owner[is_detail], minlength=count) <= 1
    fits[owner[~is_detail & ~is_location]] = False
    return detail, fits


def _has_usual_detail(
    records: Records, column: Longs, detail: Longs, verb: Longs
) -> Bools:
    """Whether the DETAIL of each duration can be nothing but bound parameters."""
    has_parameters = records.table["has_parameters"][column] > 0
    usual: Bools = (detail < 0) | (verb == Verb.PARSE) | (verb == Verb.BIND)
    is_run = (verb == Verb.EXECUTE) | (verb == Verb.LOGGED_EXECUTE)
    usual |= has_parameters & is_run
    return usual


def clean(raw: bytes) -> bytes:
    """Without the tabs that continuation lines begin with."""
    return raw.replace(b"\n\t", b"\n") if b"\n" in raw else raw
