"""Errors of a log by SQLSTATE and message, once the values are taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.log_report import ErrorGroup
from analyzer.domain.statement import Fingerprint
from analyzer.workload.log_sessions import LoggedSessions

ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})

# These messages quote names of the schema and nothing else, as elog calls in the
# server's sources show; others may quote what a user typed.
_QUOTES_NAMES = frozenset(
    {
        "unique_constraint_violation",
        "foreign_key_constraint_violation",
        "not_null_constraint_violation",
        "check_constraint_violation",
        "exclusion_constraint_violation",
        "relation_does_not_exist",
        "permission_denied",
    }
)
_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[«»„].*?[»«“”]")
_OPEN_QUOTE = re.compile(r"[\"'].*", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w$])[-+]?\d[\w.:/-]*")
MAX_TEMPLATE_CHARS = 300


@dataclass(slots=True)
class _Group:
    """What is known of a group so far."""

    first_at: datetime
    last_at: datetime
    count: int = 0
    statements: Counter[Fingerprint] = field(default_factory=Counter)

    def add(self, event: LogEvent, sessions: LoggedSessions) -> None:
        self.count += 1
        self.first_at = min(self.first_at, event.logged_at)
        self.last_at = max(self.last_at, event.logged_at)
        if event.query:
            self.statements[sessions.fingerprint_of(event.query)] += 1


def error_groups(
    events: Sequence[LogEvent], sessions: LoggedSessions
) -> tuple[ErrorGroup, ...]:
    """Errors in groups, the largest first.

    An error belongs to its STATEMENT line; one without is counted as unattached.
    """
    groups: dict[tuple[str, str, str, str], _Group] = {}
    for event in events_of(events).of(lambda head: head.severity in ERRORS):
        message = template(event.message, event.kind)
        key = (event.sqlstate, event.severity, event.kind, message)
        group = groups.setdefault(key, _Group(event.logged_at, event.logged_at))
        group.add(event, sessions)
    found = [_told(key, group) for key, group in groups.items()]
    return tuple(sorted(found, key=lambda g: (-g.count, g.sqlstate, g.message)))


def template(message: str, kind: str = "") -> str:
    """The first line of a message without its values.

    >>> template('invalid input syntax for type integer: "4711x"')
    'invalid input syntax for type integer: "?"'
    >>> template('relation "orders_2026" does not exist', "relation_does_not_exist")
    'relation "orders_2026" does not exist'
    """
    line = message.partition("\n")[0]
    if kind in _QUOTES_NAMES:
        return line[:MAX_TEMPLATE_CHARS]
    pieces: list[str] = []
    position = 0
    for found in _QUOTED.finditer(line):
        pieces += (line[position : found.start()], f"{found[0][0]}?{found[0][-1]}")
        position = found.end()
    # A quote that opens and never closes may be a value that was cut.
    pieces.append(_OPEN_QUOTE.sub("?", line[position:]))
    return _NUMBER.sub("?", "".join(pieces))[:MAX_TEMPLATE_CHARS]


def _told(key: tuple[str, str, str, str], group: _Group) -> ErrorGroup:
    sqlstate, severity, kind, message = key
    ranked = sorted(group.statements.items(), key=lambda kv: (-kv[1], kv[0]))
    return ErrorGroup(
        severity=severity,
        sqlstate=sqlstate,
        kind=kind,
        message=message,
        count=group.count,
        first_seen_at=group.first_at,
        last_seen_at=group.last_at,
        by_statement=dict(ranked),
        unattached_count=group.count - group.statements.total(),
    )
