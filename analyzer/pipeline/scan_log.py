"""What the log of a scan shows beside its statements, and of which database it is."""

from __future__ import annotations

from dataclasses import replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.execution import LogContents
from analyzer.domain.execution_columns import columns_of
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LogFilter
from analyzer.domain.workload import NotSeen, Workload, some_of
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
    events = tuple(item for item in contents.events if item.database in ("", database))
    waits = tuple(
        item for item in contents.lock_waits if item.database in ("", database)
    )
    executions = columns_of(contents.executions)
    if any(executions.origins.database):
        executions = columns_of(one.executions)
    return replace(one, executions=executions, events=events, lock_waits=waits)
