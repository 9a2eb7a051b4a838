"""Lock messages to waits with their holders, and deadlocks to circles of processes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.domain.execution import LockWait, LogEvent
from analyzer.domain.log_report import (
    Deadlock,
    DeadlockMember,
    LockHolder,
    LoggedLockWait,
)
from analyzer.statements.normalize import normalize
from analyzer.workload.log_sessions import LoggedSessions

_WAITS = re.compile(
    r"^Process (?P<pid>\d+) waits for (?P<mode>\w+) on (?P<object>.+?); "
    r"blocked by process (?P<holder>\d+)\.$",
    re.MULTILINE,
)
_STATEMENT = re.compile(r"^Process (?P<pid>\d+): (?P<query>.*)", re.DOTALL)
_NEXT_STATEMENT = re.compile(r"\n(?=Process \d+: )")


@dataclass(slots=True)
class _Open:
    """A wait as far as its messages have told."""

    first: LockWait
    last: LockWait
    holders: dict[int, datetime] = field(default_factory=dict)

    def add(self, message: LockWait) -> None:
        self.last = message
        for process_id in message.holder_process_ids:
            self.holders.setdefault(process_id, message.logged_at)


def lock_waits(
    messages: Iterable[LockWait],
    sessions: LoggedSessions,
    *,
    show_parameters: bool = False,
) -> tuple[LoggedLockWait, ...]:
    """One wait for each "still waiting" and "acquired" that belong together.

    Args:
        messages: in time order.
        sessions: of the same log, to tell what the holders ran.
        show_parameters: whether texts may hold constants.
    """
    open_waits: dict[tuple[str, str, str], _Open] = {}
    found: list[_Open] = []
    for message in messages:
        key = (
            message.session_id or str(message.process_id),
            message.lock_mode,
            message.locked_object,
        )
        wait = open_waits.get(key)
        if wait is None or _started_at(message) > wait.last.logged_at:
            wait = open_waits[key] = _Open(first=message, last=message)
            found.append(wait)
        wait.add(message)
        if message.acquired:
            del open_waits[key]
    return tuple(_wait(item, sessions, show_parameters) for item in found)


def _started_at(message: LockWait) -> datetime:
    return message.logged_at - timedelta(milliseconds=message.waited_ms)


def _wait(
    wait: _Open, sessions: LoggedSessions, show_parameters: bool
) -> LoggedLockWait:
    first, last = wait.first, wait.last
    query = first.query or last.query
    shown = query if show_parameters else normalize(query)
    return LoggedLockWait(
        started_at=_started_at(first),
        process_id=first.process_id,
        lock_mode=first.lock_mode,
        locked_object=first.locked_object,
        waited_ms=last.waited_ms,
        acquired=last.acquired,
        query=shown,
        fingerprint=sessions.statement_at(query, first.session_id, first.logged_at),
        holders=tuple(
            _holder(process_id, moment, sessions, show_parameters)
            for process_id, moment in wait.holders.items()
        ),
        queue_process_ids=first.queue_process_ids,
        database=first.database,
    )


def _holder(
    process_id: int, moment: datetime, sessions: LoggedSessions, show_parameters: bool
) -> LockHolder:
    try:
        execution, was_running = sessions.of_holder(process_id, moment)
    except LookupError:
        return LockHolder(process_id=process_id)
    return LockHolder(
        process_id=process_id,
        query=execution.query if show_parameters else normalize(execution.query),
        fingerprint=execution.fingerprint,
        was_running=was_running,
    )


def deadlocks(
    events: Iterable[LogEvent], *, show_parameters: bool = False
) -> tuple[Deadlock, ...]:
    """The deadlocks the server broke, read from the DETAIL of their errors."""
    return tuple(
        Deadlock(
            logged_at=event.logged_at,
            canceled_process_id=event.process_id,
            members=members,
        )
        for event in events
        if event.kind == "lock_deadlock_detected" and event.severity == "ERROR"
        if (members := _members(event.detail, show_parameters))
    )


def _members(detail: str, show_parameters: bool) -> tuple[DeadlockMember, ...]:
    queries = {}
    for part in _NEXT_STATEMENT.split(detail):
        if statement := _STATEMENT.match(part):
            text = statement["query"]
            queries[statement["pid"]] = text if show_parameters else normalize(text)
    return tuple(
        DeadlockMember(
            process_id=int(found["pid"]),
            lock_mode=found["mode"],
            locked_object=found["object"],
            blocked_by_process_id=int(found["holder"]),
            query=queries.get(found["pid"], ""),
        )
        for found in _WAITS.finditer(detail)
    )
