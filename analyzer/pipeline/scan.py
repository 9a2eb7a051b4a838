"""One scan: collect, build the workload, plan it, ask the advisors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from analyzer.advisors.contract import Facts
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.plan import Plan
from analyzer.domain.ports import Progress
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.domain.snapshot import Snapshot, SnapshotDelta
from analyzer.domain.what_if import BulkWhatIfPlanner
from analyzer.domain.workload import NotSeen, Workload
from analyzer.errors import AnalyzerError, SnapshotMismatch
from analyzer.pipeline.advise import Advice, AdviseOptions, advise_on
from analyzer.pipeline.advise_canceled import advise_also_on_canceled
from analyzer.pipeline.collect import Collected, ScanRequest, collect
from analyzer.pipeline.nested_statements import within_functions
from analyzer.pipeline.plan_workload import (
    PlannedWorkload,
    plan_workload,
    run_statements,
)
from analyzer.pipeline.plans_after import plans_after
from analyzer.pipeline.rewrite_verdict import tested
from analyzer.pipeline.scan_log import log_findings, waiting_for_locks
from analyzer.pipeline.verify_scan import prove
from analyzer.planner.hypopg import HypopgPlanner
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.shadow import ShadowPlanner, build, cluster_for
from analyzer.postgres.connect import session
from analyzer.postgres.function_facts import read_volatility
from analyzer.postgres.view_facts import read_views
from analyzer.sources.pg_stat_statements import read_snapshot
from analyzer.workload.delta import since_reset, snapshot_delta
from analyzer.workload.merge import WorkloadInputs, build_workload
from analyzer.workload.sessions import statement_runs
from analyzer.workload.tails import log_threshold_ms
from analyzer.workload.timeline import with_timelines

FILES_ALONE = "files"
"""Stands for the system identifier where no server was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planning:
    """Who answers what-if questions, and from whose statistics values are drawn."""

    planner: BulkWhatIfPlanner
    parameters: ParameterSource
    shadow: ShadowPlanner | None = None

    def not_seen(self) -> tuple[NotSeen, ...]:
        """What the shadow lacks or had to assume; known once the advisors are done."""
        if self.shadow is None:
            return ()
        assumed = (
            NotSeen(what="statistics of a hypothetical index", why=caveat)
            for caveat in self.shadow.caveats
        )
        return (*self.shadow.not_seen, *assumed)


def run_scan(request: ScanRequest, progress: Progress | None = None) -> ScanResult:
    """Scan a database, or the files that stand for it.

    Nothing is written to the target, and nothing of it is run there except guarded
    SELECTs where its permissions allow that.

    Raises:
        AnalyzerError: by the branches of its tree.
    """
    tell = progress or _nobody
    started_at = datetime.now(UTC)
    collected = collect(request, tell)
    workload = _workload(request, collected)
    with _planning(request, collected, tell) as planning:
        planned = PlannedWorkload(workload=workload)
        if planning is not None:
            tell("planning the statements", 0.35)
            planned = plan_workload(workload, planning.planner, planning.parameters)
        advice = _advise(request, collected, planned, planning, tell)
        caveats = planning.not_seen() if planning else ()
        rewrites, untold = tested(advice.recommendations, collected.snapshot)
        advice = replace(advice, recommendations=rewrites)
        after = _plans_after(advice, planned.workload, planning)
        source = planning.planner.source if planning else ""
    if request.address is not None and request.permissions.may_run:
        tell("running guarded statements", 0.9)
        planned = run_statements(planned, request.address, request.permissions)
    advice, unproven = _proven(request, collected, planned.workload, advice, tell)
    findings = _log_findings(request, collected, planned.workload)
    tell("done", 1.0)
    not_seen = (*collected.not_seen, *caveats, *untold, *planned.not_seen, *unproven)
    return ScanResult(
        kind=ScanKind.SUBMISSION if request.queries else ScanKind.SCAN,
        server_id=planned.workload.server_id,
        database=planned.workload.database,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        workload=planned.workload,
        recommendations=advice.recommendations,
        no_advice=waiting_for_locks(advice.no_advice, findings, planned.workload),
        did_not_run=advice.did_not_run,
        not_seen=tuple(dict.fromkeys(not_seen)),
        planner_source=source,
        plans=planned.plans,
        measured_plans=planned.measured,
        plans_after=after,
        coverage=collected.logs.coverage if collected.logs else (),
        log_findings=findings,
        snapshot=collected.counters,
        own_exec_time_ratio=_own_share(request, collected, planned.workload),
    )


def _plans_after(
    advice: Advice, workload: Workload, planning: _Planning | None
) -> dict[str, Plan]:
    if planning is None:
        return {}
    return plans_after(advice.recommendations, workload, planning.planner)


def _workload(request: ScanRequest, collected: Collected) -> Workload:
    counters = collected.counters
    delta = _delta(request.earlier, counters)
    catalog = collected.catalog
    inputs = WorkloadInputs(
        server_id=catalog.server_id if catalog else FILES_ALONE,
        database=catalog.database if catalog else "",
        delta=delta,
        snapshot=counters,
        query_texts=request.known_texts,
        logs=None if request.queries else collected.logs,
        submitted=request.queries,
        log_threshold_ms=log_threshold_ms(catalog.settings) if catalog else None,
    )
    workload = build_workload(inputs)
    return with_timelines(workload, inputs.logs.executions if inputs.logs else ())


def _log_findings(
    request: ScanRequest, collected: Collected, workload: Workload
) -> tuple[LogFinding, ...]:
    if collected.logs is None or request.queries:
        return ()
    return log_findings(collected.logs, workload)


def _delta(earlier: Snapshot | None, later: Snapshot | None) -> SnapshotDelta | None:
    if later is None:
        return None
    if earlier is None:
        return since_reset(later)
    try:
        return snapshot_delta(earlier, later)
    except SnapshotMismatch:
        # A failover or a restored server: its counters began anew.
        return since_reset(later)


@contextmanager
def _planning(
    request: ScanRequest, collected: Collected, tell: Progress
) -> Iterator[_Planning | None]:
    if collected.snapshot is None:
        yield None
        return
    with ExitStack() as stack:
        if request.permissions.hypopg and request.address is not None:
            tell("preparing HypoPG on the target", 0.2)
            connection = stack.enter_context(session(request.address))
            yield _Planning(
                planner=HypopgPlanner(
                    connection, request.address, is_clone=request.permissions.is_clone
                ),
                parameters=ParameterSource(connection, collected.catalog),
            )
            return
        tell("building the shadow", 0.2)
        cluster = stack.enter_context(cluster_for(collected.snapshot))
        planner = stack.enter_context(build(cluster, collected.snapshot))
        yield _Planning(
            planner=planner,
            parameters=ParameterSource(planner.connection, collected.snapshot.catalog),
            shadow=planner,
        )


def _advise(
    request: ScanRequest,
    collected: Collected,
    planned: PlannedWorkload,
    planning: _Planning | None,
    tell: Progress,
) -> Advice:
    def advising(stage: str, done_ratio: float) -> None:
        tell(stage, 0.45 + 0.45 * done_ratio)

    logs = None if request.queries else collected.logs
    shadow = planning.shadow if planning else None
    facts = Facts(
        workload=planned.workload,
        catalog=collected.catalog,
        runs=statement_runs(logs.executions) if logs else None,
        what_if=planning.planner if planning else None,
        views=read_views(shadow.connection) if shadow else {},
        functions=read_volatility(shadow.connection) if shadow else {},
    )
    options = AdviseOptions(
        min_counter_age_s=request.min_counter_age_s, progress=advising
    )
    if request.queries:
        return advise_on(planned.workload.items, facts, options)
    advice = advise_also_on_canceled(facts, options)
    told = within_functions(advice.no_advice, facts.workload, facts.functions)
    return replace(advice, no_advice=told)


def _proven(
    request: ScanRequest,
    collected: Collected,
    workload: Workload,
    advice: Advice,
    tell: Progress,
) -> tuple[Advice, tuple[NotSeen, ...]]:
    """The advice after measuring, if that was asked for, and what was not measured."""
    if not request.verify_count or collected.snapshot is None:
        return advice, ()
    proven = prove(
        advice.recommendations,
        workload,
        collected.snapshot,
        request.verify_count,
        lambda stage, done: tell(stage, 0.92 + 0.07 * done),
    )
    measured = replace(
        advice,
        recommendations=tuple(proven.recommendations),
        no_advice=(*proven.no_advice, *advice.no_advice),
    )
    return measured, tuple(proven.not_seen)


def _own_share(
    request: ScanRequest, collected: Collected, workload: Workload
) -> float | None:
    """Time of our own statements during the scan, over that of the workload."""
    before = collected.counters
    if before is None or request.address is None:
        return None
    try:
        with session(request.address) as connection:
            known = {key.queryid for key in before.counters}
            after, _ = read_snapshot(connection, known_queryids=known)
    except AnalyzerError:
        return None  # it may have been restarted since; the scan itself is complete
    own_ms = after.own_exec_time_ms - before.own_exec_time_ms
    total_ms = sum(item.counters.total_exec_time_ms for item in workload.items)
    if own_ms < 0 or total_ms <= 0:
        return None
    return own_ms / (own_ms + total_ms)


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
