"""All findings of a log, the most time lost first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.domain.log_findings import LogFinding
from analyzer.domain.log_report import LogReport
from analyzer.workload.findings_offsets import offset_walks
from analyzer.workload.findings_runs import (
    LogFacts,
    loops,
    repeated_reads,
    unbatched_inserts,
)
from analyzer.workload.findings_server import (
    connection_churn,
    forced_checkpoints,
    temp_files,
)
from analyzer.workload.findings_waits import (
    canceled_statements,
    deadlock_orders,
    idle_in_transaction,
    lock_hot_spots,
)
from analyzer.workload.log_bouncer import pool_waits
from analyzer.workload.sessions import Runs


@dataclass(frozen=True, slots=True)
class FindingInput:
    """A report as far as it is, and what it was made of."""

    report: LogReport
    runs: Runs
    facts: LogFacts


def findings(found: FindingInput) -> tuple[LogFinding, ...]:
    """What to do about what a log shows, the most time lost first."""
    return tuple(
        sorted(_all(found), key=lambda item: (-item.lost_ms, item.kind, item.title))
    )


def _all(found: FindingInput) -> Iterator[LogFinding]:
    report, facts = found.report, found.facts
    yield from loops(report.runs, facts)
    yield from unbatched_inserts(found.runs, facts)
    yield from repeated_reads(facts)
    yield from offset_walks(facts)
    yield from lock_hot_spots(report.locks)
    yield from deadlock_orders(report.deadlocks)
    yield from idle_in_transaction(report.transactions.idle)
    yield from canceled_statements(report.canceled)
    first, last = report.first_seen_at, report.last_seen_at
    span_s = (last - first).total_seconds() if first and last else 0.0
    yield from connection_churn(report.connections, report.transactions, span_s)
    yield from temp_files(report.temp_files_by_statement)
    yield from forced_checkpoints(report.checkpoints)
    yield from pool_waits(report.bouncer)
