"""What each process of a log was doing at a moment: which statement a message is of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from analyzer.domain.execution import Execution, LogEvent
from analyzer.domain.execution_columns import (
    ExecutionColumns,
    as_microseconds,
    columns_of,
)
from analyzer.domain.statement import Fingerprint
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.distinct import first_of_each
from analyzer.workload.session_rows import rows_by_session

_EXECUTE = re.compile(r"\s*EXECUTE\b", re.IGNORECASE)
_ROUNDING_US = 1000
"""The server cuts the time of a line to a millisecond."""


class LoggedSessions:
    """Executions by session and by process, and when processes ended."""

    def __init__(
        self, executions: Sequence[Execution], events: Iterable[LogEvent]
    ) -> None:
        """Take a whole log, in time order."""
        self.columns: ExecutionColumns = columns_of(executions)
        columns = self.columns
        self._order, self._stops = rows_by_session(columns)
        self._of_session: dict[str, int] = {}
        self._of_process: dict[int, list[int]] = defaultdict(list)
        self._name_sessions()
        self._ended: dict[int, list[datetime]] = defaultdict(list)
        for event in events:
            if event.kind == "connection_disconnected" and event.process_id:
                self._ended[event.process_id].append(event.logged_at)
        self._fingerprints: dict[str, Fingerprint] = {}

    def _name_sessions(self) -> None:
        columns = self.columns
        first = first_of_each(columns.session)
        numbers = columns.session[first]
        for number, row in zip(numbers.tolist(), first.tolist(), strict=True):
            origin = int(columns.origin[row])
            if number < 0:
                continue
            self._of_session[columns.origins.session_id[origin]] = number
            process_id = columns.origins.process_id[origin]
            if process_id:
                self._of_process[process_id].append(number)

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
            return self.columns.statements.fingerprint[int(self.columns.statement[row])]
        return self.fingerprint_of(query) if query else None

    def fingerprint_of(self, query: str) -> Fingerprint:
        """The fingerprint of a text, parsed once."""
        text = query.strip()
        known = self._fingerprints.get(text)
        if known is None:
            known = self._fingerprints[text] = fingerprint(text)
        return known

    def of_holder(self, process_id: int, moment: datetime) -> tuple[Execution, bool]:
        """What a process was running, or had run last, and which of the two.

        Raises:
            LookupError: the log has no statement of that process before the moment.
        """
        numbers = self._of_process.get(process_id, [])
        for number in numbers:
            running = self._running(number, moment)
            if running is not None:
                return self.columns[running], True
        found = [row for n in numbers if (row := self._last_before(n, moment)) >= 0]
        if not found:
            raise LookupError(process_id)
        last = self.columns[max(found, key=lambda row: self.columns.logged_at_us[row])]
        if self._has_ended(process_id, last.logged_at, moment):
            raise LookupError(process_id)
        return last, False

    def before(self, process_id: int, moment: datetime, limit: int) -> list[Execution]:
        """The last executions of a process that had ended before a moment, in order.

        Those of the same millisecond are not among them: which came first is unknown.
        """
        at_us = as_microseconds(moment)
        columns = self.columns
        found: list[int] = []
        for number in self._of_process.get(process_id, []):
            span = self._span(number)
            end = self._place(span, at_us)
            found += self._order[max(end - limit, span.start) : end].tolist()
        found.sort(key=lambda row: int(columns.logged_at_us[row]))
        return [columns[row] for row in found[-limit:]]

    def _span(self, number: int) -> range:
        """Where the executions of a session stand in the order."""
        return range(int(self._stops[number]), int(self._stops[number + 1]))

    def _place(self, span: range, at_us: int) -> int:
        """Where the executions begin that ended at a time or later."""
        times_us, order = self.columns.logged_at_us, self._order
        return span.start + bisect_left(span, at_us, key=lambda at: times_us[order[at]])

    def _running(self, number: int, moment: datetime) -> int | None:
        # Statements of a process do not overlap, so the next to end is the one.
        at_us = as_microseconds(moment)
        span = self._span(number)
        at = self._place(span, at_us)
        if at == span.stop:
            return None
        row = int(self._order[at])
        duration_us = round(float(self.columns.duration_ms[row]) * 1000)
        started_us = int(self.columns.logged_at_us[row]) - duration_us
        return row if started_us - _ROUNDING_US <= at_us else None

    def _last_before(self, number: int, moment: datetime) -> int:
        span = self._span(number)
        at = self._place(span, as_microseconds(moment) + 1)
        return int(self._order[at - 1]) if at > span.start else -1

    def _has_ended(self, process_id: int, after: datetime, until: datetime) -> bool:
        """Whether the process ended in between: its number is another's by now."""
        ends = self._ended.get(process_id, [])
        at = bisect_left(ends, after)
        return at < len(ends) and ends[at] <= until
