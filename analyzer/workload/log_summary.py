"""Everything a log tells, put together: statements, events, locks, files, errors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain

import numpy as np

from analyzer.domain.event_columns import EventColumns, events_of
from analyzer.domain.execution import OWN_APPLICATION, LogContents
from analyzer.domain.execution_columns import ExecutionColumns, as_datetime, columns_of
from analyzer.domain.log_report import (
    Attached,
    ErrorGroup,
    LoggedLockWait,
    LoggedStatement,
    LogReport,
    TempFiles,
)
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.statements.normalize import normalize
from analyzer.workload.event_examples import event_examples
from analyzer.workload.findings_runs import LogFacts
from analyzer.workload.lock_trees import lock_trees
from analyzer.workload.log_activity import activity
from analyzer.workload.log_bouncer import bouncer
from analyzer.workload.log_connections import connections
from analyzer.workload.log_findings import FindingInput, findings
from analyzer.workload.log_maintenance import checkpoints, maintenance
from analyzer.workload.log_sessions import LoggedSessions
from analyzer.workload.logged_errors import error_groups
from analyzer.workload.logged_locks import deadlocks, lock_waits
from analyzer.workload.logged_statements import logged_statements
from analyzer.workload.session_rows import by_session
from analyzer.workload.sessions import all_runs, summed_runs
from analyzer.workload.transactions import transactions

_TEMP_FILE = "server_temp_file_created"
_SIZE = re.compile(r"size (\d{1,19})\Z")
_CANCELED = frozenset(
    {
        "statement_canceled",
        "statement_canceled_timeout",
        "statement_canceled_user",
        "standby_statement_canceled",
        "lock_timeout",
    }
)


# Our own names, which say more, by the classes of the public table.
_CLASSES = {
    "statement_without_duration": "statement_log",
    "duration_without_text": "statement_duration",
}


def log_report(contents: LogContents, *, show_parameters: bool = False) -> LogReport:
    """What a log tells.

    A temporary file belongs to its STATEMENT line, else to the statement its process
    was running; a lock wait and an error to their STATEMENT lines. What belongs to
    no known statement is counted as such. Runs leave out what pgproof itself ran.

    Args:
        contents: in time order, of one server.
        show_parameters: whether texts may hold constants and bound values.
    """
    events = events_of(contents.events)
    contents = replace(contents, events=events)
    sessions = LoggedSessions(contents.executions, events)
    statements = logged_statements(contents.executions, show_parameters=show_parameters)
    files = _temp_files(events, sessions)
    waits = lock_waits(contents.lock_waits, sessions, show_parameters=show_parameters)
    errors = error_groups(events, sessions)
    canceled = error_groups(events.of_kinds(*_CANCELED), sessions)
    attached = _Attaching(files, waits, errors, canceled)
    moments = _moments(contents, events, sessions.columns)
    columns = of_others(sessions.columns)
    kinds = _kinds(columns, statements)
    same = columns is sessions.columns
    rows = sessions.by_session if same else by_session(columns)
    runs = all_runs(rows)
    texts = _texts(statements, contents, sessions)
    report = LogReport(
        files=contents.coverage,
        statements=tuple(
            replace(item, attached=attached.to(item.fingerprint)) for item in statements
        ),
        events=event_counts(contents),
        locks=waits,
        deadlocks=deadlocks(events, sessions, show_parameters=show_parameters),
        temp_files=_sum_of(files),
        temp_files_by_statement=_by_bytes(files),
        errors=errors,
        runs=summed_runs(runs),
        texts=texts,
        first_seen_at=min(moments, default=None),
        last_seen_at=max(moments, default=None),
        canceled=canceled,
        lock_trees=lock_trees(waits),
        connections=connections(events),
        transactions=transactions(rows, kinds, waits),
        checkpoints=checkpoints(events),
        maintenance=maintenance(events),
        activity=activity(contents, kinds),
        event_examples=event_examples(events),
        severities=_severities(contents),
        bouncer=bouncer(events),
    )
    facts = LogFacts(columns, rows, kinds, texts)
    return replace(report, findings=findings(FindingInput(report, runs, facts)))


def _severities(contents: LogContents) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for head, count in events_of(contents.events).counts().items():
        counts[head.severity] += count
    counts["LOG"] += len(contents.executions) + len(contents.lock_waits)
    return {name: count for name, count in counts.most_common() if count}


def _kinds(
    columns: ExecutionColumns, statements: Iterable[LoggedStatement]
) -> tuple[StatementKind, ...]:
    """The kind of each statement of the columns."""
    known = {item.fingerprint: item.kind for item in statements}
    names = columns.statements.fingerprint
    return tuple(known.get(name, StatementKind.UNPARSED) for name in names)


def of_others(columns: ExecutionColumns) -> ExecutionColumns:
    """The executions that are not our own."""
    names = columns.origins.application_name
    others = np.array([name != OWN_APPLICATION for name in names], np.bool_)
    if others.all():
        return columns
    return columns.where(lambda part: others[part.origin])


def _moments(
    contents: LogContents, events: EventColumns, columns: ExecutionColumns
) -> list[datetime]:
    """Times between which everything lies."""
    moments = [item.logged_at for item in contents.lock_waits]
    for found in (events, columns):
        if len(found):
            moments += [as_datetime(int(us)) for us in found.logged_at_us[[0, -1]]]
    return moments


def _by_bytes(
    files: Mapping[Fingerprint | None, list[int]],
) -> dict[Fingerprint, TempFiles]:
    """Files of known statements, the most written first."""
    ranked = sorted(files.items(), key=lambda kv: (-sum(kv[1]), kv[0] or ""))
    return {name: _sum_of({name: sizes}) for name, sizes in ranked if name is not None}


def event_counts(contents: LogContents) -> dict[str, int]:
    """Messages by kind, the most frequent first.

    Executions count as ``statement_duration``, plans as ``statement_auto_explain``.
    """
    counts: Counter[str] = Counter()
    for head, count in events_of(contents.events).counts().items():
        counts[_CLASSES.get(head.kind, head.kind)] += count
    counts["statement_duration"] += len(contents.executions)
    for part in columns_of(contents.executions).windows():
        counts["statement_auto_explain"] += int(part.has_plan.sum())
    for wait in contents.lock_waits:
        counts["lock_acquired" if wait.acquired else "lock_waiting"] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {kind: count for kind, count in ranked if count}


def _temp_files(
    events: EventColumns, sessions: LoggedSessions
) -> dict[Fingerprint | None, list[int]]:
    sizes: dict[Fingerprint | None, list[int]] = defaultdict(list)
    for event in events.of_kinds(_TEMP_FILE):
        found = _SIZE.search(event.message)
        if found is not None:
            name = sessions.statement_at(event.query, event.session_id, event.logged_at)
            sizes[name].append(int(found[1]))
    return sizes


def _sum_of(files: Mapping[Fingerprint | None, list[int]]) -> TempFiles:
    sizes = [size for group in files.values() for size in group]
    return TempFiles(
        count=len(sizes),
        bytes=sum(sizes),
        max_bytes=max(sizes, default=0),
        unattached_count=len(files.get(None, ())),
    )


class _Attaching:
    """Messages by the statement they belong to."""

    def __init__(
        self,
        files: Mapping[Fingerprint | None, list[int]],
        waits: Iterable[LoggedLockWait],
        errors: Iterable[ErrorGroup],
        canceled: Iterable[ErrorGroup],
    ) -> None:
        self._files = files
        self._waits: dict[Fingerprint | None, list[float]] = defaultdict(list)
        for wait in waits:
            self._waits[wait.fingerprint].append(wait.waited_ms)
        self._errors = _by_statement(errors)
        self._canceled = _by_statement(canceled)

    def to(self, name: Fingerprint) -> Attached:
        """What belongs to one statement."""
        waits = self._waits.get(name, [])
        sizes = self._files.get(name)
        return Attached(
            temp_files=_sum_of({name: sizes}) if sizes else TempFiles(),
            lock_wait_count=len(waits),
            lock_wait_ms=sum(waits),
            error_count=self._errors[name],
            canceled_count=self._canceled[name],
        )


def _by_statement(groups: Iterable[ErrorGroup]) -> Counter[Fingerprint]:
    counts: Counter[Fingerprint] = Counter()
    for group in groups:
        counts.update(group.by_statement)
    return counts


def _texts(
    statements: Iterable[LoggedStatement],
    contents: LogContents,
    sessions: LoggedSessions,
) -> dict[Fingerprint, str]:
    """Normalized texts of statements, and of those that only messages name."""
    texts = {item.fingerprint: item.query for item in statements}
    named = events_of(contents.events).where(lambda part: part.has_query)
    queries = chain(
        (event.query for event in named), (wait.query for wait in contents.lock_waits)
    )
    for query in filter(None, queries):
        name = sessions.fingerprint_of(query)
        if name not in texts:
            texts[name] = normalize(query)
    return texts
