"""What the log of a scan shows beside its statements: the findings of its window."""

from __future__ import annotations

from dataclasses import replace

from analyzer.domain.execution import LogContents
from analyzer.domain.execution_columns import columns_of
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LogFilter
from analyzer.domain.workload import Workload
from analyzer.workload.log_filter import filtered
from analyzer.workload.log_summary import log_report

_TOLD_BY_ADVISORS = frozenset({"n_plus_one", "offset_walk"})
"""Advisors on the same thing know the catalog and the planner too."""


def log_findings(contents: LogContents, workload: Workload) -> tuple[LogFinding, ...]:
    """Findings within the window and database of a workload, the most time lost first.

    Messages of no database, such as those of the checkpointer, belong to it as well.
    """
    window = workload.window
    wanted = LogFilter(since=window.started_at, until=window.ended_at)
    contents = filtered(contents, wanted) if window.duration_s > 0 else contents
    report = log_report(_of_database(contents, workload.database))
    return tuple(item for item in report.findings if item.kind not in _TOLD_BY_ADVISORS)


def _of_database(contents: LogContents, database: str) -> LogContents:
    if not database:
        return contents
    one = filtered(contents, LogFilter(database=database))
    events = tuple(item for item in contents.events if item.database in ("", database))
    waits = tuple(
        item for item in contents.lock_waits if item.database in ("", database)
    )
    executions = columns_of(contents.executions)
    if any(executions.origins.database):
        executions = columns_of(one.executions)
    return replace(one, executions=executions, events=events, lock_waits=waits)
