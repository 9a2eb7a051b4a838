"""What the log of a scan shows beside its statements, and of which database it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import LogContents
from analyzer.domain.execution_columns import columns_of
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LogFilter
from analyzer.domain.recommendation import NoAdvice
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import NotSeen, Workload, some_of
from analyzer.workload.log_filter import filtered
from analyzer.workload.log_summary import log_report

_TOLD_BY_ADVISORS = frozenset({"n_plus_one", "offset_walk"})
"""Advisors on the same thing know the catalog and the planner too."""

MOST_RATIO = 0.5
"""Share of a statement's time from which waiting is the reason that it is slow."""


def log_findings(contents: LogContents, workload: Workload) -> tuple[LogFinding, ...]:
    """Findings within the window and database of a workload, the most time lost first.

    Messages of no database, such as those of the checkpointer, belong to it as well.
    """
    window = workload.window
    wanted = LogFilter(since=window.started_at, until=window.ended_at)
    contents = filtered(contents, wanted) if window.duration_s > 0 else contents
    report = log_report(_of_database(contents, workload.database))
    return tuple(item for item in report.findings if item.kind not in _TOLD_BY_ADVISORS)


def waiting_for_locks(
    answers: Sequence[NoAdvice], findings: Sequence[LogFinding], workload: Workload
) -> tuple[NoAdvice, ...]:
    """Negative answers, with waiting as the reason where most of the time was that.

    A statement that waits for others looks slow to every advisor, and none can help.
    """
    waited_ms: dict[Fingerprint, float] = defaultdict(float)
    for finding in findings:
        for statement, ms in finding.waited_ms.items():
            waited_ms[statement] += ms
    return tuple(
        _waiting(answer, waited_ms[answer.fingerprint], workload) for answer in answers
    )


def _waiting(answer: NoAdvice, waited_ms: float, workload: Workload) -> NoAdvice:
    item = workload.by_fingerprint.get(answer.fingerprint)
    total_ms = item.counters.total_exec_time_ms if item else 0.0
    if waited_ms < MOST_RATIO * total_ms or waited_ms == 0.0:
        return answer
    reason = (
        f"It waits: the log shows {waited_ms:,.0f} ms of its {total_ms:,.0f} ms spent "
        "waiting for locks that other sessions held. An index would not shorten that."
    )
    return replace(answer, reason=reason)


def of_other_databases(
    contents: LogContents | None, catalog: Catalog | None
) -> tuple[NotSeen, ...]:
    """That no execution of a log is of the watched database, if that is so.

    It is the log of another database, or one whose names were not told apart.
    """
    if contents is None or catalog is None:
        return ()
    executions = columns_of(contents.executions)
    names = sorted(set(executions.origins.database))
    if not names or "" in names or catalog.database in names:
        return ()
    return (
        NotSeen(
            what="executions in the logs",
            why=f"none of {len(executions):,} is of the database {catalog.database}; "
            f"they are of {some_of(names)}",
            hint="Pass the log of this server, or its log_line_prefix with --prefix.",
        ),
    )


def _of_database(contents: LogContents, database: str) -> LogContents:
    if not database:
        return contents
    one = filtered(contents, LogFilter(database=database))
    names = ("", database)
    events = events_of(contents.events).kept(lambda item: item.database in names)
    waits = tuple(item for item in contents.lock_waits if item.database in names)
    executions = columns_of(contents.executions)
    if any(executions.origins.database):
        executions = columns_of(one.executions)
    return replace(one, executions=executions, events=events, lock_waits=waits)
