"""The plans that statements will have once recommendations are done."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import (
    CreateIndex,
    DropIndex,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.errors import PlanningFailed
from analyzer.indexing.definition import index_name
from analyzer.plans.rename import with_index_names


def plans_after(
    recommendations: Sequence[Recommendation],
    workload: Workload,
    planner: WhatIfPlanner,
) -> dict[str, Plan]:
    """The plan of the statement that gains most of each recommendation, once done.

    Args:
        recommendations: those that change no plan, or none of a known statement, have
            none here.
        workload: the statements; the first set of values of each is planned with.
        planner: the one that the advisors asked.

    Returns:
        Plans by identity. What cannot be planned is left out: the costs of the
        recommendation stand without the plan.
    """
    found = {}
    for rec in recommendations:
        items = (workload.by_fingerprint.get(a.fingerprint) for a in rec.affects[:1])
        for item in items:
            plan = _plan_after(rec, item, planner) if item else None
            if plan is not None:
                found[rec.identity] = plan
    return found


def _plan_after(
    rec: Recommendation, item: WorkloadItem, planner: WhatIfPlanner
) -> Plan | None:
    query, action = item.planned_query, rec.action
    values = item.parameter_sets[0].values if item.parameter_sets else ()
    try:
        match action:
            case CreateIndex(definition=index, name=name):
                plan = planner.plan_with(query, values, create=(index,))
                return with_index_names(plan, {index: name})
            case DropIndex():
                return planner.plan_with(query, values, hide=(action.index,))
            case RewriteQuery(needs_index=None):
                return planner.plan(action.query, values)
            case RewriteQuery(needs_index=index) if index is not None:
                plan = planner.plan_with(action.query, values, create=(index,))
                return with_index_names(plan, {index: index_name(index)})
    except PlanningFailed:
        return None
    return None
