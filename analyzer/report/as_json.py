"""Results as plain JSON values; the documented schema is schema/scan.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analyzer.domain.execution import LogCoverage
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    ChangeApplication,
    CreateIndex,
    DidNotRun,
    DropIndex,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
    RewriteQuery,
    RunMaintenance,
)
from analyzer.domain.scan import ScanResult
from analyzer.domain.snapshot import DeltaCertainty
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import (
    Latency,
    NotSeen,
    TimelineStep,
    Window,
    WorkloadItem,
)
from analyzer.report.logs_activity_as_json import finding
from analyzer.workload.tails import cantelli_bound_ms

Json = dict[str, Any]


def scan_result(result: ScanResult) -> Json:
    """One scan as JSON values.

    Times are ISO 8601 in UTC, queryids strings (they exceed what JavaScript can
    hold), costs planner units, ratios 0 to 1.
    """
    reasons = {item.fingerprint: item for item in result.no_advice}
    advised = _advised(result.recommendations)
    texts = result.workload.texts
    return {
        "kind": result.kind.value,
        "server_id": result.server_id,
        "database": result.database,
        "started_at": _time(result.started_at),
        "finished_at": _time(result.finished_at),
        "planner": result.planner_source,
        "window": _window(result.workload.window),
        "covered_time_ratio": result.workload.covered_time_ratio,
        "own_exec_time_ratio": result.own_exec_time_ratio,
        "recommendations": [recommendation(item) for item in result.recommendations],
        "statements": [
            {
                **statement(item),
                "cost": _cost(result, item.statement.fingerprint),
                "recommendations": advised.get(item.statement.fingerprint, []),
                "no_advice": _no_advice(reasons.get(item.statement.fingerprint)),
            }
            for item in result.workload.items
        ],
        "did_not_run": [did_not_run(item) for item in result.did_not_run],
        "not_seen": [not_seen(item) for item in _all_not_seen(result)],
        "coverage": [coverage(item) for item in result.coverage],
        "log_findings": [finding(item, texts) for item in result.log_findings],
    }


def recommendation(rec: Recommendation) -> Json:
    """One recommendation; ``affects`` are fingerprints, the largest share first."""
    return {
        "identity": rec.identity,
        "advisor": rec.advisor,
        "title": rec.title,
        "impact_ratio": rec.impact_ratio,
        "basis": rec.basis.value,
        "action": action(rec.action),
        "rollback": rec.rollback,
        "affects": [item.fingerprint for item in rec.affects],
        "affected_statements": [_affected(item) for item in rec.affects],
        "before": quantity(rec.before),
        "after": quantity(rec.after),
        "evidence": [evidence(item) for item in rec.evidence],
        "reasons": list(rec.reasons),
        "semantics": rec.semantics.value,
        "conditions": list(rec.conditions),
        "verify": rec.verify,
        "refuted_by": rec.refuted_by,
        "caveats": list(rec.caveats),
    }


def action(item: Action) -> Json:
    """What to do, by kind."""
    match item:
        case CreateIndex():
            return {
                "kind": item.kind,
                "ddl": item.ddl,
                "name": item.name,
                "size_bytes": item.size_bytes,
                "definition": definition(item.definition),
            }
        case DropIndex():
            return {
                "kind": item.kind,
                "ddl": item.ddl,
                "schema": item.index.schema,
                "name": item.index.name,
                "size_bytes": item.size_bytes,
            }
        case RewriteQuery():
            return {
                "kind": item.kind,
                "original": item.original,
                "query": item.query,
                "counterexample": item.counterexample,
                "needs_index": definition(item.needs_index)
                if item.needs_index
                else None,
            }
        case RunMaintenance():
            return {
                "kind": item.kind,
                "ddl": item.ddl,
                "schema": item.relation.schema,
                "relation": item.relation.name,
            }
        case ChangeApplication():
            return {
                "kind": item.kind,
                "instruction": item.instruction,
                "query": item.query,
            }


def definition(item: IndexDefinition) -> Json:
    """An index definition, names unquoted."""
    return {
        "schema": item.relation.schema,
        "relation": item.relation.name,
        "method": item.method,
        "keys": [_key(key) for key in item.keys],
        "include": list(item.include),
        "predicate": item.predicate,
        "unique": item.unique,
        "nulls_not_distinct": item.nulls_not_distinct,
    }


def _key(key: IndexKey) -> Json:
    return {
        "attribute": key.attribute,
        "expression": key.expression,
        "opclass": key.opclass,
        "collation": key.collation,
        "descending": key.descending,
        "nulls_first": key.nulls_first,
    }


def quantity(item: Quantity) -> Json:
    """A number with its unit, basis and source."""
    return {
        "value": item.value,
        "unit": item.unit,
        "basis": item.basis.value,
        "source": item.source,
    }


def evidence(item: Evidence) -> Json:
    """A claim with the quantity that backs it, in one flat object."""
    return {"claim": item.claim, **quantity(item.quantity)}


def statement(item: WorkloadItem) -> Json:
    """One statement of the workload with its main counters."""
    counters = item.counters
    return {
        "fingerprint": item.statement.fingerprint,
        "query": item.statement.normalized_query,
        "kind": item.statement.kind.value,
        "queryids": [str(queryid) for queryid in item.queryids],
        "calls": counters.calls,
        "rows": counters.rows,
        "total_exec_time_ms": counters.total_exec_time_ms,
        "mean_exec_time_ms": _mean(item),
        "exec_time_ratio": item.exec_time_ratio,
        "latency": _latency(item.latency),
        "latency_bounds": _latency_bounds(item),
        "sources": list(item.sources),
        "certainty": item.certainty.value,
        "databases": list(item.databases),
        "timeline": [timeline_step(step) for step in item.timeline],
        "tags": dict(item.statement.tags),
    }


def timeline_step(step: TimelineStep) -> Json:
    """What a statement did in one step of time, from the log."""
    found = step.latency
    return {
        "started_at": _time(step.started_at),
        "calls": found.sample_count,
        "total_ms": found.total_ms,
        "p50_ms": found.p50_ms,
        "p95_ms": found.p95_ms,
        "p99_ms": found.p99_ms,
        "max_ms": found.max_ms,
    }


def did_not_run(item: DidNotRun) -> Json:
    """An advisor that could not run."""
    return {"advisor": item.advisor, "why": item.why, "hint": item.hint}


def not_seen(item: NotSeen) -> Json:
    """Something that could not be seen."""
    return {"what": item.what, "why": item.why, "hint": item.hint}


def coverage(item: LogCoverage) -> Json:
    """How much of one log file was understood."""
    return {
        "file": item.file,
        "format": item.format,
        "line_count": item.line_count,
        "bytes_read": item.bytes_read,
        "not_understood_count": item.not_understood_count,
        "not_understood_ratio": item.not_understood_ratio,
        "examples": list(item.examples),
        "truncated_tail": item.truncated_tail,
        "plans_unattached_count": item.plans_unattached_count,
    }


def _advised(found: tuple[Recommendation, ...]) -> Mapping[Fingerprint, list[str]]:
    """Identities of the recommendations by the statement they touch."""
    result: dict[Fingerprint, list[str]] = {}
    for rec in found:
        for item in rec.affects:
            result.setdefault(item.fingerprint, []).append(rec.identity)
    return result


def _all_not_seen(result: ScanResult) -> tuple[NotSeen, ...]:
    """Those of the scan and of its workload, each once."""
    return tuple(dict.fromkeys((*result.not_seen, *result.workload.not_seen)))


def _affected(item: AffectedStatement) -> Json:
    return {
        "fingerprint": item.fingerprint,
        "exec_time_ratio": item.exec_time_ratio,
        "cost_before": item.cost_before,
        "cost_after": item.cost_after,
        "calls": item.calls,
    }


def _no_advice(item: NoAdvice | None) -> Json | None:
    if item is None:
        return None
    return {"reason": item.reason, "evidence": [evidence(e) for e in item.evidence]}


def _latency(item: Latency | None) -> Json | None:
    if item is None:
        return None
    return {
        "sample_count": item.sample_count,
        "p50_ms": item.p50_ms,
        "p95_ms": item.p95_ms,
        "p99_ms": item.p99_ms,
        "max_ms": item.max_ms,
        "total_ms": item.total_ms,
        "source": item.source,
    }


def _latency_bounds(item: WorkloadItem) -> Json | None:
    """Where no log tells percentiles: what they are at most, by the counters."""
    counters = item.counters
    known = item.certainty is DeltaCertainty.EXACT and counters.calls
    if item.latency is not None or not known:
        return None
    mean_ms, stddev_ms = _mean(item), counters.stddev_exec_time_ms
    return {
        "p95_at_most_ms": cantelli_bound_ms(mean_ms, stddev_ms, 0.95),
        "p99_at_most_ms": cantelli_bound_ms(mean_ms, stddev_ms, 0.99),
    }


def _mean(item: WorkloadItem) -> float:
    calls = item.counters.calls
    return item.counters.total_exec_time_ms / calls if calls else 0.0


def _cost(result: ScanResult, fingerprint: Fingerprint) -> float | None:
    plan = result.plans.get(fingerprint)
    return plan.total_cost if plan else None


def _window(window: Window) -> Json:
    return {
        "started_at": _time(window.started_at),
        "ended_at": _time(window.ended_at),
        "duration_s": window.duration_s,
    }


def _time(moment: datetime) -> str:
    return moment.isoformat()
