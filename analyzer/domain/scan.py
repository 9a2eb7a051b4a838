"""What one scan, or one submitted query, came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analyzer.domain.execution import LogCoverage
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import DidNotRun, NoAdvice, Recommendation
from analyzer.domain.snapshot import Snapshot
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import NotSeen, Workload


class ScanKind(StrEnum):
    """Why a scan ran."""

    SCAN = "scan"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything a scan found out; what is stored, shown and printed.

    Attributes:
        kind: a whole workload, or one submitted query.
        server_id: system identifier of the cluster, ``snapshot`` for a file alone.
        database: its name.
        started_at: aware, UTC.
        finished_at: likewise.
        workload: what ran, or the one submitted statement.
        recommendations: ranked, the largest impact first.
        no_advice: negative answers, one per statement at most.
        did_not_run: advisors that lacked facts.
        not_seen: what could not be seen, with hints.
        planner_source: name and version of the planner asked, empty if none.
        plans: the estimated plan of each statement that could be planned.
        measured_plans: EXPLAIN ANALYZE of the statements that may run.
        plans_after: by the identity of a recommendation, the estimated plan of the
            statement that gains most, as it will be once the recommendation is done.
        coverage: how much of each log file was understood.
        log_findings: what the log shows beside single statements, the most time lost
            first; none of what an advisor tells.
        snapshot: counters as read, from which the next scan takes its difference.
        own_exec_time_ratio: time of our own statements during the scan, as a share of
            it and the workload together, 0 to 1; none where it could not be seen.
    """

    kind: ScanKind
    server_id: str
    database: str
    started_at: datetime
    finished_at: datetime
    workload: Workload
    recommendations: tuple[Recommendation, ...] = ()
    no_advice: tuple[NoAdvice, ...] = ()
    did_not_run: tuple[DidNotRun, ...] = ()
    not_seen: tuple[NotSeen, ...] = ()
    planner_source: str = ""
    plans: Mapping[Fingerprint, Plan] = field(default_factory=dict)
    measured_plans: Mapping[Fingerprint, Plan] = field(default_factory=dict)
    plans_after: Mapping[str, Plan] = field(default_factory=dict)
    coverage: tuple[LogCoverage, ...] = ()
    log_findings: tuple[LogFinding, ...] = ()
    snapshot: Snapshot | None = None
    own_exec_time_ratio: float | None = None
