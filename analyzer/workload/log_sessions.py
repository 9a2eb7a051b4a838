"""What each process of a log was doing at a moment: which statement a message is of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from analyzer.domain.execution import Execution, LogEvent
from analyzer.domain.statement import Fingerprint
from analyzer.statements.fingerprint import fingerprint

_EXECUTE = re.compile(r"\s*EXECUTE\b", re.IGNORECASE)
_ROUNDING = timedelta(milliseconds=1)
"""The server cuts the time of a line to a millisecond."""


class _Timeline:
    """Executions of one process, in the order they ended."""

    def __init__(self, executions: Sequence[Execution]) -> None:
        self.executions = executions
        self.ends = [item.logged_at for item in executions]

    def running_at(self, moment: datetime) -> Execution | None:
        # Statements of a process do not overlap, so the next to end is the one.
        at = bisect_left(self.ends, moment)
        if at == len(self.ends):
            return None
        found = self.executions[at]
        started = found.logged_at - timedelta(milliseconds=found.duration_ms)
        return found if started - _ROUNDING <= moment else None

    def last_before(self, moment: datetime) -> Execution | None:
        at = bisect_right(self.ends, moment)
        return self.executions[at - 1] if at else None


class LoggedSessions:
    """Executions by session and by process, and when processes ended."""

    def __init__(
        self, executions: Iterable[Execution], events: Iterable[LogEvent]
    ) -> None:
        """Take a whole log, in time order."""
        by_session: dict[str, list[Execution]] = defaultdict(list)
        by_process: dict[int, list[Execution]] = defaultdict(list)
        for item in executions:
            if item.session_id:
                by_session[item.session_id].append(item)
            if item.process_id:
                by_process[item.process_id].append(item)
        self._by_session = {key: _Timeline(v) for key, v in by_session.items()}
        self._by_process = {key: _Timeline(v) for key, v in by_process.items()}
        self._ended: dict[int, list[datetime]] = defaultdict(list)
        for event in events:
            if event.kind == "connection_disconnected" and event.process_id:
                self._ended[event.process_id].append(event.logged_at)
        self._fingerprints: dict[str, Fingerprint] = {}

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
        running = self._running(session_id, moment)
        if running is not None:
            return running.fingerprint
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
        timeline = self._by_process.get(process_id)
        if timeline is None:
            raise LookupError(process_id)
        running = timeline.running_at(moment)
        if running is not None:
            return running, True
        last = timeline.last_before(moment)
        if last is None or self._has_ended(process_id, last.logged_at, moment):
            raise LookupError(process_id)
        return last, False

    def _running(self, session_id: str, moment: datetime) -> Execution | None:
        timeline = self._by_session.get(session_id)
        return timeline.running_at(moment) if timeline else None

    def _has_ended(self, process_id: int, after: datetime, until: datetime) -> bool:
        """Whether the process ended in between: its number is another's by now."""
        ends = self._ended.get(process_id, [])
        at = bisect_left(ends, after)
        return at < len(ends) and ends[at] <= until
