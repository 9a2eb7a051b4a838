"""What each process of a log was doing at a moment: which statement a message is of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import Execution, LogEvent
from analyzer.domain.execution_columns import (
    ExecutionColumns,
    Longs,
    as_microseconds,
    columns_of,
)
from analyzer.domain.pages import release
from analyzer.domain.row_store import sorted_table
from analyzer.domain.statement import Fingerprint
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.session_rows import by_session

_EXECUTE = re.compile(r"\s*EXECUTE\b", re.IGNORECASE)
_DISCONNECTED = "connection_disconnected"
_LOOK_UPS = 64
MAX_TEXTS = 30_000
"""Texts whose fingerprints are remembered."""
_ROUNDING_US = 1000
"""The server cuts the time of a line to a millisecond."""


class _Sessions(NamedTuple):
    """Sessions that one process id has had, and when; the first and last statements."""

    number: Longs
    started_at_us: Longs
    first_us: Longs
    last_us: Longs

    def open_at(self, at_us: int) -> list[int]:
        """Those of which a statement may have been running."""
        begun = self.started_at_us - _ROUNDING_US <= at_us
        found: list[int] = self.number[begun & (self.last_us >= at_us)].tolist()
        return found

    def latest_before(self, at_us: int) -> list[int]:
        """Those that may have had the last statement up to a moment."""
        begun = self.first_us <= at_us
        over = begun & (self.last_us <= at_us)
        latest_us = self.last_us[over].max() if over.any() else at_us
        may = begun & (self.last_us >= latest_us)
        found: list[int] = self.number[may].tolist()
        return found


class LoggedSessions:
    """Executions by session and by process, and when processes ended."""

    def __init__(
        self, executions: Sequence[Execution], events: Sequence[LogEvent]
    ) -> None:
        """Take a whole log, in time order."""
        self.columns: ExecutionColumns = columns_of(executions)
        self.by_session = by_session(self.columns)
        self._rows, self._stops, _ = self.by_session
        self._of_session: dict[str, int] = {}
        self._of_process: dict[int, _Sessions] = {}
        ends = events_of(events).of_kinds(_DISCONNECTED)
        table = {"process_id": ends.process_id, "logged_at_us": ends.logged_at_us}
        self._ends = sorted_table(table, itemgetter("process_id"))
        self._fingerprints: dict[str, Fingerprint] = {}
        self._look_ups = 0
        self._name_sessions()

    def _name_sessions(self) -> None:
        rows, stops = self._rows, self._stops
        of_process: dict[int, list[int]] = defaultdict(list)
        for number in np.flatnonzero(np.diff(stops)).tolist():
            self._looked_up()
            origin = int(rows.origin[int(stops[number])])
            self._of_session[rows.origins.session_id[origin]] = number
            process_id = rows.origins.process_id[origin]
            if process_id:
                of_process[process_id].append(number)
        for process_id, numbers in of_process.items():
            session = np.array(numbers)
            first, last = stops[session], stops[session + 1] - 1
            first_us = rows.logged_at_us[first]
            duration_us = np.rint(rows.duration_ms[first] * 1000).astype(np.int64)
            self._of_process[process_id] = _Sessions(
                number=session,
                started_at_us=first_us - duration_us,
                first_us=first_us,
                last_us=rows.logged_at_us[last],
            )
            # Sessions of one number stand all over the log.
            release(*rows.table().values())

    def statement_at(
        self, query: str, session_id: str, moment: datetime
    ) -> Fingerprint | None:
        """The statement a message of a session belongs to, or none if unknown.

        Args:
            query: the STATEMENT line of the message, if it has one.
            session_id: of the process that wrote the message.
            moment: when it did.
        """
        if query and not _EXECUTE.match(query):
            return self.fingerprint_of(query)
        number = self._of_session.get(session_id)
        row = None if number is None else self._running(number, moment)
        if row is not None:
            return self._rows.statements.fingerprint[int(self._rows.statement[row])]
        return self.fingerprint_of(query) if query else None

    def fingerprint_of(self, query: str) -> Fingerprint:
        """The fingerprint of a text, parsed once while it is remembered."""
        text = query.strip()
        known = self._fingerprints.get(text)
        if known is None:
            if len(self._fingerprints) >= MAX_TEXTS:
                self._fingerprints.clear()
            known = self._fingerprints[text] = fingerprint(text)
        return known

    def of_holder(self, process_id: int, moment: datetime) -> tuple[Execution, bool]:
        """What a process was running, or had run last, and which of the two.

        Raises:
            LookupError: the log has no statement of that process before the moment.
        """
        sessions = self._of_process.get(process_id)
        if sessions is None:
            raise LookupError(process_id)
        at_us = as_microseconds(moment)
        for number in sessions.open_at(at_us):
            running = self._running(number, moment)
            if running is not None:
                return self._rows[running], True
        before = sessions.latest_before(at_us)
        found = [row for n in before if (row := self._last_before(n, moment)) >= 0]
        if not found:
            raise LookupError(process_id)
        last = self._rows[max(found, key=lambda row: self._rows.logged_at_us[row])]
        if self._has_ended(process_id, last.logged_at, moment):
            raise LookupError(process_id)
        return last, False

    def before(self, process_id: int, moment: datetime, limit: int) -> list[Execution]:
        """The last executions of a process that had ended before a moment, in order.

        Those of the same millisecond are not among them: which came first is unknown.
        """
        at_us = as_microseconds(moment)
        rows = self._rows
        found: list[int] = []
        sessions = self._of_process.get(process_id)
        for number in sessions.number.tolist() if sessions else ():
            span = self._span(number)
            end = self._place(span, at_us)
            found += range(max(end - limit, span.start), end)
        found.sort(key=lambda row: int(rows.logged_at_us[row]))
        return [rows[row] for row in found[-limit:]]

    def _span(self, number: int) -> range:
        """The rows of a session."""
        return range(int(self._stops[number]), int(self._stops[number + 1]))

    def _place(self, span: range, at_us: int) -> int:
        """Where the executions begin that ended at a time or later."""
        self._looked_up()
        return bisect_left(self._rows.logged_at_us, at_us, span.start, span.stop)

    def _looked_up(self) -> None:
        """Let go, now and then, of the pages that were looked at here and there."""
        self._look_ups += 1
        if self._look_ups % _LOOK_UPS == 0:
            release(*self._rows.table().values())

    def _running(self, number: int, moment: datetime) -> int | None:
        # Statements of a process do not overlap, so the next to end is the one.
        at_us = as_microseconds(moment)
        span = self._span(number)
        row = self._place(span, at_us)
        if row == span.stop:
            return None
        duration_us = round(float(self._rows.duration_ms[row]) * 1000)
        started_us = int(self._rows.logged_at_us[row]) - duration_us
        return row if started_us - _ROUNDING_US <= at_us else None

    def _last_before(self, number: int, moment: datetime) -> int:
        span = self._span(number)
        at = self._place(span, as_microseconds(moment) + 1)
        return at - 1 if at > span.start else -1

    def _has_ended(self, process_id: int, after: datetime, until: datetime) -> bool:
        """Whether the process ended in between: its number is another's by now."""
        number, ends_us = self._ends["process_id"], self._ends["logged_at_us"]
        begin = bisect_left(number, process_id)
        stop = bisect_right(number, process_id, begin)
        at = bisect_left(ends_us, as_microseconds(after), begin, stop)
        return at < stop and int(ends_us[at]) <= as_microseconds(until)
