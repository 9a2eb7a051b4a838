"""Lock messages to waits with their holders, and deadlocks to circles of processes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from analyzer.domain.event_columns import Head, events_of
from analyzer.domain.execution import LockWait, LogEvent
from analyzer.domain.log_report import (
    Deadlock,
    DeadlockMember,
    LockHolder,
    LoggedLockWait,
)
from analyzer.statements.normalize import normalize
from analyzer.workload.log_sessions import LoggedSessions
from analyzer.workload.session_rows import CONTROL

MAX_DEADLOCK_STATEMENTS = 50

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
    events: Sequence[LogEvent],
    sessions: LoggedSessions,
    *,
    show_parameters: bool = False,
) -> tuple[Deadlock, ...]:
    """The deadlocks the server broke, read from the DETAIL of their errors.

    Args:
        events: all messages.
        sessions: of the same log, to tell what each transaction had run before.
        show_parameters: whether texts may hold constants.
    """
    found: list[Deadlock] = []
    for event in events_of(events).of(_is_deadlock):
        members = tuple(
            replace(
                member,
                query=member.query if show_parameters else normalize(member.query),
                statements=tuple(
                    query if show_parameters else normalize(query)
                    for query in _before(sessions, member.process_id, event.logged_at)
                ),
            )
            for member in _members(event.detail)
        )
        if members:
            found.append(
                Deadlock(
                    logged_at=event.logged_at,
                    canceled_process_id=event.process_id,
                    members=members,
                )
            )
    return tuple(found)


def _is_deadlock(head: Head) -> bool:
    return head.kind == "lock_deadlock_detected" and head.severity == "ERROR"


def _before(
    sessions: LoggedSessions, process_id: int, moment: datetime
) -> Iterator[str]:
    """What the transaction of a process had run, without BEGIN; nothing if unknown."""
    executions = sessions.before(process_id, moment, MAX_DEADLOCK_STATEMENTS)
    inside: list[str] = []
    local = executions[-1].virtual_transaction_id if executions else ""
    for execution in reversed(executions):
        control = CONTROL.match(execution.query)
        if control is not None and control["begin"]:
            return reversed(inside)
        if control is not None:
            break
        inside.append(execution.query)
    same = [e for e in executions if local and e.virtual_transaction_id == local]
    return iter([execution.query for execution in same])


def _members(detail: str) -> Iterator[DeadlockMember]:
    queries = {}
    for part in _NEXT_STATEMENT.split(detail):
        if statement := _STATEMENT.match(part):
            queries[statement["pid"]] = statement["query"]
    for found in _WAITS.finditer(detail):
        yield DeadlockMember(
            process_id=int(found["pid"]),
            lock_mode=found["mode"],
            locked_object=found["object"],
            blocked_by_process_id=int(found["holder"]),
            query=queries.get(found["pid"], ""),
        )
