"""Builders of workloads from query texts, for tests of advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analyzer.domain.snapshot import StatementCounters
from analyzer.domain.workload import ParameterSet, Window, Workload, WorkloadItem
from analyzer.statements.describe import describe

STARTED_AT = datetime(2026, 11, 1, tzinfo=UTC)


def run(
    query: str,
    *parameters: tuple[str | None, ...],
    calls: int = 100,
    ms: float = 1000.0,
    rows: int | None = None,
) -> WorkloadItem:
    """A statement that ran: text, values of some executions, calls, time in all."""
    return WorkloadItem(
        statement=describe(query),
        counters=StatementCounters(
            calls=calls,
            rows=calls if rows is None else rows,
            total_exec_time_ms=ms,
            mean_exec_time_ms=ms / calls,
        ),
        exec_time_ratio=0.0,
        parameter_sets=tuple(
            ParameterSet(values=values, label="log", source="test")
            for values in parameters
        ),
        sources=("pg_stat_statements",),
    )


def workload(*items: WorkloadItem, hours: float = 1.0) -> Workload:
    """These statements in one window, with their shares of its time."""
    total = sum(item.counters.total_exec_time_ms for item in items)
    shared = [
        replace(item, exec_time_ratio=item.counters.total_exec_time_ms / total)
        for item in items
    ]
    return Workload(
        server_id="test",
        database="test",
        window=Window(
            started_at=STARTED_AT, ended_at=STARTED_AT + timedelta(hours=hours)
        ),
        items=tuple(sorted(shared, key=lambda item: -item.exec_time_ratio)),
    )
