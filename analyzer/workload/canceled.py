"""Statements that were ended before they were done.

pg_stat_statements counts an execution at its end (ExecutorEnd in pg_stat_statements.c)
and log_min_duration_statement logs the duration of one that succeeded, so the slowest
statements of all may be in no counter.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import OWN_APPLICATION, LogContents, LogEvent
from analyzer.domain.workload import Window

CANCELED_BY = {
    "statement_canceled_timeout": "statement_timeout",
    "statement_canceled_user": "a user or the client's own timeout",
    "lock_timeout": "lock_timeout",
    "standby_statement_canceled": "conflict with recovery",
}
"""What ended them, by the kind of the message."""

_TOO_SLOW = frozenset(CANCELED_BY) - {"lock_timeout"}
"""A faster plan would have helped; waiting for a lock ends with it or without."""


def canceled(
    logs: LogContents | None, database: str, window: Window | None
) -> Iterator[LogEvent]:
    """Messages of statements that took too long for somebody, with their texts.

    Args:
        logs: what was read from log files.
        database: whose statements count; empty means all.
        window: the span that counts; none means all.
    """
    events = events_of(logs.events if logs else ())
    for event in events.of_kinds(*_TOO_SLOW):
        if not event.query:
            continue
        if database and event.database not in ("", database):
            continue
        if event.application_name == OWN_APPLICATION:
            continue
        if window is None or window.started_at <= event.logged_at < window.ended_at:
            yield event
