"""An explanation as plain JSON values; described by schema/explain.schema.json."""

from __future__ import annotations

from typing import Any

from analyzer.domain.explanation import (
    ExplainedCase,
    Explanation,
    Finding,
    NodeChange,
    PlanDiff,
    ScaledTable,
    UnusedIndex,
)
from analyzer.domain.plan import Plan
from analyzer.errors import Refusal
from analyzer.plans.as_tree import render_tree
from analyzer.plans.signature import signature

Json = dict[str, Any]


def explanation_as_json(explanation: Explanation) -> Json:
    """An explanation as JSON values; costs are planner units, never time.

    ``before`` and ``after`` of the whole are those of the first case.
    """
    first = explanation.cases[0]
    return {
        "query": explanation.query,
        "planner": explanation.planner_source,
        "cost_before": first.before.total_cost,
        "cost_after": first.diff.cost_after if first.diff else None,
        "cases": [_case(item) for item in explanation.cases],
        "indexes": [
            {
                "ddl": item.ddl,
                "relation": str(item.definition.relation),
                "size_bytes": item.size_bytes,
                "used_in_cases": item.used,
                "why_not_used": item.reason,
            }
            for item in explanation.indexes
        ],
        "hidden": [str(name) for name in explanation.hidden],
        "settings": dict(explanation.settings),
        "scaled": [_scaled(item) for item in explanation.scaled],
        "unused_indexes": [_unused(item) for item in explanation.unused],
        "measured": _plan(explanation.measured) if explanation.measured else None,
        "findings": [_finding(item) for item in explanation.findings],
        "not_seen": [
            {"what": item.what, "why": item.why, "hint": item.hint}
            for item in explanation.not_seen
        ],
    }


def refusal_as_json(error: Refusal) -> Json:
    """A refusal: the rule that was broken, the reason, what would make it possible.

    >>> from analyzer.errors import UnsafeStatement
    >>> refusal_as_json(UnsafeStatement("no", detail="rule changes data: it writes."))
    {'refused': {'rule': 'changes data', 'reason': 'no: it writes.', 'hint': ''}}
    """
    detail = error.detail or ""
    rule, reason = "", detail
    if detail.startswith("rule "):
        rule, _, reason = detail.removeprefix("rule ").partition(": ")
    parts = [text for text in (error.message, reason) if text]
    return {
        "refused": {
            "rule": rule,
            "reason": ": ".join(parts),
            "hint": error.hint or "",
        }
    }


def _scaled(item: ScaledTable) -> Json:
    return {
        "relation": str(item.relation),
        "factor": item.factor,
        "rows_before": item.rows_before,
        "rows_after": item.rows_after,
        "table_bytes_before": item.table_bytes_before,
        "table_bytes_after": item.table_bytes_after,
        "index_bytes_before": item.index_bytes_before,
        "index_bytes_after": item.index_bytes_after,
    }


def _case(item: ExplainedCase) -> Json:
    parameters = item.parameters
    return {
        "label": parameters.label if parameters else "generic",
        "source": parameters.source if parameters else "",
        "parameters": list(parameters.values) if parameters else [],
        "before": _plan(item.before),
        "after": _plan(item.after) if item.after else None,
        "diff": _diff(item.diff) if item.diff else None,
    }


def _plan(plan: Plan) -> Json:
    return {
        "source": plan.source,
        "generic": plan.generic,
        "total_cost": plan.total_cost,
        "execution_time_ms": plan.execution_time_ms,
        "signature": signature(plan),
        "tree": render_tree(plan),
        "indexes": sorted(plan.index_names()),
    }


def _diff(diff: PlanDiff) -> Json:
    return {
        "cost_before": diff.cost_before,
        "cost_after": diff.cost_after,
        "same_shape": diff.same_shape,
        "changes": [_change(item) for item in diff.changes],
    }


def _change(item: NodeChange) -> Json:
    return {
        "kind": item.kind.value,
        "before": item.before,
        "after": item.after,
        "what": item.what,
        "cost_before": item.cost_before,
        "cost_after": item.cost_after,
        "rows_before": item.rows_before,
        "rows_after": item.rows_after,
    }


def _unused(item: UnusedIndex) -> Json:
    return {
        "index": str(item.index),
        "relation": str(item.relation),
        "reason": item.reason,
        "cost_chosen": item.cost_chosen,
        "cost_forced": item.cost_forced,
    }


def _finding(item: Finding) -> Json:
    return {
        "rule": item.rule,
        "claim": item.claim,
        "node": item.node,
        "path": list(item.path),
        "lost_ratio": item.lost_ratio,
        "remedy": item.remedy,
        "quantity": {
            "value": item.quantity.value,
            "unit": item.quantity.unit,
            "basis": item.quantity.basis.value,
            "source": item.quantity.source,
        },
    }
