"""Errors of a log by SQLSTATE and message, once the values are taken out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

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


def error_groups(
    events: Iterable[LogEvent], sessions: LoggedSessions
) -> tuple[ErrorGroup, ...]:
    """Errors in groups, the largest first.

    An error belongs to its STATEMENT line; one without is counted as unattached.
    """
    groups: dict[tuple[str, str, str, str], list[LogEvent]] = defaultdict(list)
    for event in events:
        if event.severity in ERRORS:
            message = template(event.message, event.kind)
            key = (event.sqlstate, event.severity, event.kind, message)
            groups[key].append(event)
    found = [_group(key, group, sessions) for key, group in groups.items()]
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


def _group(
    key: tuple[str, str, str, str], events: list[LogEvent], sessions: LoggedSessions
) -> ErrorGroup:
    sqlstate, severity, kind, message = key
    statements: Counter[Fingerprint] = Counter()
    for event in events:
        if event.query:
            statements[sessions.fingerprint_of(event.query)] += 1
    return ErrorGroup(
        severity=severity,
        sqlstate=sqlstate,
        kind=kind,
        message=message,
        count=len(events),
        first_seen_at=min(event.logged_at for event in events),
        last_seen_at=max(event.logged_at for event in events),
        by_statement=dict(sorted(statements.items(), key=lambda kv: (-kv[1], kv[0]))),
        unattached_count=len(events) - statements.total(),
    )
