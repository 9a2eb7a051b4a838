"""Messages that are kept as events, with what later stages need of their texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from analyzer.domain.execution import LogEvent
from analyzer.domain.log_classes import SecretKind
from analyzer.logs.entry import LogEntry
from analyzer.logs.event_details import Analysis, analyze, redacted_field

MAX_EVENT_CHARS = 2_000
# All members of a deadlock take more.
MAX_CHARS_OF = {"lock_deadlock_detected": 50_000}
MAX_SHOWN_CHARS = 300

# Their numbers are summed up; all other classes are told by their first message.
_WITH_DETAILS = frozenset(
    {
        "autovacuum_completed",
        "autoanalyze_completed",
        "autovacuum_cancel",
        "checkpoint_starting",
        "checkpoint_complete",
        "checkpoint_too_frequent",
        "restartpoint_starting",
        "restartpoint_complete",
        "pgbouncer_stats",
        "pgbouncer_client_close",
        "pgbouncer_server_close",
        "pgbouncer_pool_wait",
        "pgbouncer_error",
    }
)

_NO_DETAILS: Mapping[str, object] = {}


class EventMaker:
    """Makes events of entries; the first of each class shows its message."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def event(self, entry: LogEntry, kind: str) -> LogEvent:
        """The entry as an event of a class."""
        origin = entry.origin
        shown, details, table = "", _NO_DETAILS, ""
        first = self._seen.get(kind)
        # Not all come in the order of their times.
        is_first = first is None or origin.logged_at < first
        if is_first:
            self._seen[kind] = origin.logged_at
        if is_first or kind in _WITH_DETAILS:
            found = analyze(entry)
            shown, details = _shown(entry, found), dict(found.details)
            parts = (found.database or origin.database, found.schema, found.relation)
            table = ".".join(part for part in parts if part) if found.relation else ""
        limit = MAX_CHARS_OF.get(kind, MAX_EVENT_CHARS)
        return LogEvent(
            logged_at=origin.logged_at,
            severity=entry.severity,
            sqlstate=origin.sqlstate,
            message=entry.message[:limit],
            kind=kind,
            process_id=origin.process_id,
            query=entry.statement,
            database=origin.database,
            user=origin.user,
            application_name=origin.application_name,
            session_id=origin.process_key,
            detail=entry.detail[:limit],
            details=details,
            table=table,
            shown_message=shown,
        )


def _shown(entry: LogEntry, found: Analysis) -> str:
    """The message without secrets; one of unknown shape may hold anything."""
    return redacted_field(entry, found, "message", SecretKind)[:MAX_SHOWN_CHARS]
