"""Whether a statement's generic plan is worse than one made for its values."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain.catalog import Catalog
from analyzer.domain.explanation import ExplainedCase, Finding
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan
from analyzer.errors import PlanningFailed
from analyzer.planner.shadow import ShadowPlanner
from analyzer.plans.generic_choice import generic_finding, is_taken, settings_of
from analyzer.plans.signature import Conditions, signature


def generic_findings(
    query: str,
    cases: Sequence[ExplainedCase],
    planner: ShadowPlanner,
    catalog: Catalog,
) -> tuple[Finding, ...]:
    """Of the sets of values for which the generic plan is much worse, the worst.

    The generic plan's own cost is a guess for unknown values. What it costs for given
    ones is told by the planner, led to the same shape by settings and hidden indexes;
    where that is not the same shape, nothing is said.
    """
    known = [case for case in cases if case.parameters is not None]
    if not known or not known[0].parameters or not known[0].parameters.values:
        return ()
    try:
        generic = _generic(query, cases, planner)
        if not is_taken(generic, [case.before for case in known]):
            return ()
        found = [_of_case(query, case, generic, (planner, catalog)) for case in known]
    except PlanningFailed:
        return ()
    told = [item for item in found if item is not None]
    return tuple(sorted(told, key=lambda item: -item.lost_ratio)[:1])


def _generic(
    query: str, cases: Sequence[ExplainedCase], planner: ShadowPlanner
) -> Plan:
    made = (case.before for case in cases if case.parameters is None)
    return next(made, None) or planner.plan(query, ())


def _of_case(
    query: str,
    case: ExplainedCase,
    generic: Plan,
    where: tuple[ShadowPlanner, Catalog],
) -> Finding | None:
    planner, catalog = where
    if case.parameters is None or _shape(case.before) == _shape(generic):
        return None
    forced = planner.plan_with(
        query,
        case.parameters.values,
        hide=_other_indexes(generic, catalog),
        settings=settings_of(generic),
    )
    if _shape(forced) != _shape(generic):
        return None
    return generic_finding(case.before, forced, case.parameters.label)


def _shape(plan: Plan) -> str:
    return signature(plan, Conditions.NONE)


def _other_indexes(generic: Plan, catalog: Catalog) -> tuple[RelationName, ...]:
    """Indexes of the plan's relations that it does not use."""
    read = {(node.schema, node.relation) for node in generic.root.walk()}
    used = generic.index_names()
    return tuple(
        index.name
        for relation in catalog.relations
        if (relation.name.schema, relation.name.name) in read
        for index in relation.indexes
        if index.name.name not in used
    )
