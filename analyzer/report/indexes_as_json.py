"""The index advisor's answer as plain JSON; see schema/indexes.schema.json."""

from __future__ import annotations

from typing import Any

from analyzer.domain.index_advice import (
    IndexAdvice,
    ProposedDrop,
    ProposedIndex,
    QueryOutcome,
    SizeDoubt,
    TimeBasis,
)

Json = dict[str, Any]


def index_advice_as_json(advice: IndexAdvice) -> Json:
    """The whole answer; costs are planner units, times milliseconds, sizes bytes."""
    return {
        "objective": advice.objective.value,
        "indexes": [_index(item) for item in advice.indexes],
        "drops": [_drop(item) for item in advice.drops],
        "cost_before": advice.cost_before,
        "cost_after": advice.cost_after,
        "bound": advice.bound,
        "floor": advice.floor,
        "time_before_ms": advice.time_before_ms,
        "time_after_ms": advice.time_after_ms,
        "time_basis": _time_basis(advice.time_basis),
        "geometric_mean_ratio": advice.geometric_mean_ratio,
        "size_bytes": advice.size_bytes,
        "budget_bytes": advice.budget_bytes,
        "what_if_calls": advice.what_if_calls,
        "complete": advice.complete,
        "planner": advice.planner_source,
        "queries": [_query(item) for item in advice.queries],
        "skipped": [
            {"query": item.query, "reason": item.reason} for item in advice.skipped
        ],
        "settings": [
            {"name": s.name, "now": s.now, "better": s.better, "why": s.why}
            for s in advice.settings
        ],
        "not_seen": [
            {"what": item.what, "why": item.why, "hint": item.hint}
            for item in advice.not_seen
        ],
        "caveats": list(advice.caveats),
    }


def _index(item: ProposedIndex) -> Json:
    return {
        "ddl": item.ddl,
        "size_bytes": item.size_bytes,
        "build_s": item.build_s,
        "write_overhead_ratio": item.write_overhead_ratio,
        "hot_updates_lost": item.hot_updates_lost,
        "saved_ratio": item.saved_ratio,
        "queries": [
            {"name": query.name, "share_ratio": query.share_ratio}
            for query in item.queries
        ],
        "makes_redundant": [str(name) for name in item.makes_redundant],
        "why_this_order": item.why_this_order,
        "why_not_narrower": item.why_not_narrower,
        "size_doubt": _size_doubt(item.size_doubt),
    }


def _size_doubt(item: SizeDoubt | None) -> Json | None:
    if item is None:
        return None
    return {
        "least_bytes": item.least_bytes,
        "most_bytes": item.most_bytes,
        "why": item.why,
        "settled_by": item.settled_by,
    }


def _drop(item: ProposedDrop) -> Json:
    return {
        "index": str(item.index),
        "ddl": item.ddl,
        "restore_ddl": item.restore_ddl,
        "size_bytes": item.size_bytes,
        "reason": item.reason,
        "cost_rise_ratio": item.cost_rise_ratio,
        "caveats": list(item.caveats),
    }


def _query(item: QueryOutcome) -> Json:
    return {
        "name": item.name,
        "weight": item.weight,
        "before": item.before,
        "after": item.after,
        "before_ms": item.before_ms,
        "after_ms": item.after_ms,
        "risk": "; ".join(item.risk) or None,
        "uses": list(item.uses),
        "why_no_gain": item.why_no_gain or None,
    }


def _time_basis(item: TimeBasis) -> Json:
    return {
        "basis": item.basis.value,
        "source": item.source,
        "plan_count": item.plan_count,
        "median_error_ratio": item.median_error_ratio,
        "total_error_ratio": item.total_error_ratio,
    }
