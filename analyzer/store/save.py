"""Writes the result of a scan, and the end of its job, in one transaction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC
from typing import Any

from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import Recommendation
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import UserError
from analyzer.plans.mask import mask_literals
from analyzer.plans.signature import signature
from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import as_jsonb, execute, execute_many, fetch_value
from analyzer.report import as_json
from analyzer.statements.redact import redact
from analyzer.store.database import Store, load
from analyzer.store.durations import days_of, write_durations
from analyzer.store.flips import flips_of, write_flips
from analyzer.store.jobs import Claim, finish_within
from analyzer.store.snapshots import write_snapshot
from analyzer.store.storable import storable

MAX_QUERY_CHARS = 100_000
"""Longer texts are cut; lists and pages would choke on them."""

MAX_VALUE = 2**50
MIN_VALUE = 2.0**-50


def save_scan(
    store: Store, target_id: int, result: ScanResult, *, job: Claim | None = None
) -> int:
    """Store a scan and mark its job done: both, or nothing.

    Writing the same windows again replaces them by the same values. A submission
    leaves statements, plans and its document, but no window and no recommendation:
    what one pasted query could gain must not outrank what really runs.

    Args:
        store: where.
        target_id: whose scan it is.
        result: what it came to.
        job: the claim it ran under; none outside of the worker.

    Raises:
        ClaimLost: another attempt holds the job now; nothing was written.
        UserError: there is no such target.

    Returns:
        The id of the stored scan.
    """
    document = as_json.scan_result(result)
    _make_partitions(store, result)
    with store.connection() as connection:
        if job is not None:
            finish_within(connection, job)
        _lock(connection, target_id)
        scan_id = _write_scan(connection, target_id, result, (job, document))
        _write_statements(connection, target_id, result)
        _write_plans(connection, target_id, result)
        if result.kind is ScanKind.SCAN:
            _write_deltas(connection, target_id, result)
            if result.snapshot is not None:
                write_snapshot(connection, target_id, result.snapshot)
            _write_recommendations(connection, (target_id, scan_id), result)
    return scan_id


def _make_partitions(store: Store, result: ScanResult) -> None:
    # In a transaction of its own: it locks the whole table, if only for a moment.
    days = [("statement_delta", result.workload.window.ended_at.astimezone(UTC).date())]
    if result.snapshot is not None:
        days.append(
            ("snapshot_counter", result.snapshot.taken_at.astimezone(UTC).date())
        )
    if result.kind is ScanKind.SCAN:
        days += [("statement_duration", day) for day in days_of(result.workload.items)]
    for parent, day in days:
        store.run("save_partition", parent=parent, day=day)


def _lock(connection: Connection, target_id: int) -> None:
    if not execute(connection, load("save_lock_target"), {"target_id": target_id}):
        raise UserError(f"there is no target {target_id}")


def _write_scan(
    connection: Connection,
    target_id: int,
    result: ScanResult,
    context: tuple[Claim | None, Mapping[str, Any]],
) -> int:
    job, document = context
    window = result.workload.window
    parameters = {
        "target_id": target_id,
        "job_id": job.job_id if job else None,
        "kind": result.kind.value,
        "server_id": result.server_id,
        "database": result.database,
        "started_at": result.started_at,
        "finished_at": result.finished_at,
        "window_started_at": window.started_at,
        "window_ended_at": window.ended_at,
        "planner_source": result.planner_source,
        "statement_count": len(result.workload.items),
        "recommendation_count": len(result.recommendations),
        # What nothing could change is told, but is no reason for concern.
        "not_seen_count": sum(1 for item in document["not_seen"] if item["hint"]),
        "did_not_run_count": len(result.did_not_run),
        "covered_time_ratio": result.workload.covered_time_ratio,
        "own_exec_time_ratio": result.own_exec_time_ratio,
        "document": as_jsonb(storable(document)),
    }
    scan_id: int = fetch_value(connection, load("save_scan"), parameters)
    return scan_id


def _write_statements(
    connection: Connection, target_id: int, result: ScanResult
) -> None:
    # In order of the key, so that two scans which write the same statements at the
    # same time wait for each other instead of locking each other out.
    items = sorted(result.workload.items, key=lambda item: item.statement.fingerprint)
    execute_many(
        connection, load("save_statement"), [_statement(item) for item in items]
    )
    keys = sorted(
        (queryid, item.statement.fingerprint)
        for item in items
        for queryid in item.queryids
    )
    rows = [
        {"target_id": target_id, "queryid": queryid, "fingerprint": fingerprint}
        for queryid, fingerprint in keys
    ]
    execute_many(connection, load("save_statement_key"), rows)


def _statement(item: WorkloadItem) -> dict[str, Any]:
    # Normalized text has no constants of queries, but utility statements keep theirs.
    text = storable(redact(item.statement.normalized_query))
    return {
        "fingerprint": item.statement.fingerprint,
        "normalized_query": text[:MAX_QUERY_CHARS],
        "kind": item.statement.kind.value,
        "truncated": len(text) > MAX_QUERY_CHARS,
    }


def _write_deltas(connection: Connection, target_id: int, result: ScanResult) -> None:
    window = result.workload.window
    head = {
        "target_id": target_id,
        "started_at": window.started_at,
        "ended_at": window.ended_at,
    }
    rows = [{**head, **_delta(item)} for item in result.workload.items]
    execute_many(connection, load("save_delta"), rows)
    day = {
        "target_id": target_id,
        "day": window.ended_at.astimezone(UTC).date(),
        "fingerprints": [item.statement.fingerprint for item in result.workload.items],
    }
    execute(connection, load("save_day"), day)
    write_durations(connection, head, result.workload.items)


def _delta(item: WorkloadItem) -> dict[str, Any]:
    latency = item.latency
    counters = asdict(item.counters)
    counters.pop("stats_since")
    return {
        **{name: _summable(value) for name, value in counters.items()},
        "fingerprint": item.statement.fingerprint,
        "certainty": item.certainty.value,
        "databases": list(item.databases),
        "latency_sample_count": latency.sample_count if latency else None,
        "p50_ms": _summable(latency.p50_ms) if latency else None,
        "p95_ms": _summable(latency.p95_ms) if latency else None,
        "p99_ms": _summable(latency.p99_ms) if latency else None,
        "latency_max_ms": _summable(latency.max_ms) if latency else None,
        "latency_source": latency.source if latency else "",
        "logged_from_ms": item.logged_from_ms,
    }


def _write_plans(connection: Connection, target_id: int, result: ScanResult) -> None:
    found = [
        *_plans(result.plans, measured=False),
        *_plans(result.measured_plans, measured=True),
    ]
    is_scan = result.kind is ScanKind.SCAN
    head = {
        "target_id": target_id,
        "seen_at": result.finished_at,
        "scanned_at": result.finished_at if is_scan else None,
    }
    flips = flips_of(connection, head, found) if is_scan else []
    execute_many(connection, load("save_plan"), [{**head, **row} for row in found])
    write_flips(connection, flips)


def _plans(
    plans: Mapping[Fingerprint, Plan], *, measured: bool
) -> Iterator[dict[str, Any]]:
    for fingerprint, plan in sorted(plans.items()):
        masked = mask_literals(plan)
        yield {
            "fingerprint": fingerprint,
            "signature": signature(plan),
            "is_measured": measured,
            "source": plan.source,
            "generic": plan.generic,
            "total_cost": plan.total_cost,
            "execution_time_ms": plan.execution_time_ms,
            "document": as_jsonb(storable(dict(masked.raw))),
        }


def _write_recommendations(
    connection: Connection, ids: tuple[int, int], result: ScanResult
) -> None:
    target_id, scan_id = ids
    head = {
        "target_id": target_id,
        "scan_id": scan_id,
        "seen_at": result.finished_at,
    }
    made = [
        _write_recommendation(
            connection, item, result.plans_after.get(item.identity), head
        )
        for item in result.recommendations
    ]
    gone = {
        "target_id": target_id,
        "made": made,
        "did_not_run": [item.advisor for item in result.did_not_run],
    }
    execute(connection, load("save_gone"), gone)


def _write_recommendation(
    connection: Connection,
    item: Recommendation,
    after: Plan | None,
    head: Mapping[str, Any],
) -> int:
    document = {**as_json.recommendation(item), "plan_after": _plan_after(after)}
    parameters = {
        **head,
        "identity": item.identity,
        "advisor": item.advisor,
        "title": storable(item.title),
        "action_kind": item.action.kind,
        "basis": item.basis.value,
        "impact_ratio": item.impact_ratio,
        "document": as_jsonb(storable(document)),
    }
    recommendation_id: int = fetch_value(
        connection, load("save_recommendation"), parameters
    )
    reference = {"recommendation_id": recommendation_id}
    execute(connection, load("save_affected_clear"), reference)
    rows = [
        {
            **reference,
            "fingerprint": affected.fingerprint,
            "exec_time_ratio": affected.exec_time_ratio,
        }
        for affected in item.affects
    ]
    execute_many(connection, load("save_affected"), rows)
    return recommendation_id


def _plan_after(plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {"source": plan.source, "document": dict(mask_literals(plan).raw)}


def _summable(value: float) -> float:
    """The value within bounds that sums and quotients of SQL can take.

    Counters come from a server that need not be honest, and one number out of range
    would make the lists of this target fail.
    """
    if math.isnan(value) or abs(value) < MIN_VALUE:
        return 0
    return min(max(value, -MAX_VALUE), MAX_VALUE)
