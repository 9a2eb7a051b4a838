"""Rewrites as plain JSON values; described by schema/rewrite.schema.json."""

from __future__ import annotations

from typing import Any

from analyzer.domain.rewriting import (
    Condition,
    CostPair,
    IndexRemedy,
    Measurement,
    Rewrite,
    RewriteStep,
    Rewriting,
    Verdict,
)
from analyzer.report.query_diff import query_diff

Json = dict[str, Any]


def rewriting_as_json(found: Rewriting) -> Json:
    """The answer for one query; costs are planner units, never time."""
    return {
        "query": found.query,
        "planner": found.planner_source,
        "rewrites": [rewrite_as_json(found.query, item) for item in found.offered],
        "missing_constraints": [
            rewrite_as_json(found.query, item) for item in found.not_offered
        ],
        "not_offered": list(found.dropped),
        "index": _index(found.index) if found.index else None,
        "not_seen": [
            {"what": item.what, "why": item.why, "hint": item.hint}
            for item in found.not_seen
        ],
    }


def rewrite_as_json(query: str, item: Rewrite) -> Json:
    """One rewrite of a query."""
    return {
        "query": item.query,
        "diff": [
            {"mark": piece.mark, "text": piece.text}
            for piece in query_diff(query, item.query)
        ],
        "semantics": item.semantics.value,
        "verdict": _verdict(item.verdict),
        "steps": [_step(step) for step in item.steps],
        "conditions": [condition_as_json(c) for c in item.conditions],
        "cost_before": item.cost_before,
        "cost_after": item.cost_after,
        "costs": [_cost(cost) for cost in item.costs],
        "index": item.create_ddl or None,
        "plan_before": item.plan_before,
        "plan_after": item.plan_after,
        "measurement": _measurement(item.measurement) if item.measurement else None,
        "caveats": list(item.caveats),
    }


def condition_as_json(item: Condition) -> Json:
    """One named fact, its proof, and the constraint that would prove it."""
    return {
        "fact": item.fact.value,
        "claim": item.claim,
        "holds": item.holds,
        "proof": item.proof,
        "ddl": item.ddl,
        "relation": str(item.relation) if item.relation else None,
        "columns": list(item.columns),
    }


def _verdict(item: Verdict) -> Json:
    return {
        "level": item.level,
        "reason": item.reason,
        "databases": item.databases,
        "counterexample": item.counterexample,
        "mutation_score_ratio": item.mutation_score_ratio,
    }


def _step(item: RewriteStep) -> Json:
    return {"rule": item.rule, "what": item.what, "query": item.query}


def _cost(item: CostPair) -> Json:
    return {
        "label": item.label,
        "values": list(item.values),
        "before": item.before,
        "after": item.after,
    }


def _index(item: IndexRemedy) -> Json:
    return {
        "ddl": item.ddl,
        "size_bytes": item.size_bytes,
        "cost_before": item.cost_before,
        "cost_after": item.cost_after,
    }


def _measurement(item: Measurement) -> Json:
    return {
        "before_ms": item.before_ms,
        "after_ms": item.after_ms,
        "before_blks": item.before_blks,
        "after_blks": item.after_blks,
        "source": item.source,
    }
