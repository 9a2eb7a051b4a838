"""Whether a server would go over to a generic plan, and what it costs for some values.

Source: plancache.c, choose_custom_plan(): the first five executions of a prepared
statement are planned with their values; from then on the generic plan is taken if it is
cheaper than they were on average, the work of planning them included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import Basis, Quantity
from analyzer.plans.titles import node_title

MIN_TIMES = 3.0
MIN_COST = 100.0
"""Of a plan, in planner units: what is cheaper takes no time anyway."""

_PLANNING_COST = 2.5
"""A relation's part in the cost of planning: 1000 * cpu_operator_cost."""
_SWITCHES: Mapping[str, tuple[str, ...]] = {
    "enable_seqscan": ("Seq Scan",),
    "enable_indexscan": ("Index Scan",),
    "enable_indexonlyscan": ("Index Only Scan",),
    "enable_bitmapscan": ("Bitmap Heap Scan",),
    "enable_nestloop": ("Nested Loop",),
    "enable_hashjoin": ("Hash Join",),
    "enable_mergejoin": ("Merge Join",),
    "enable_memoize": ("Memoize",),
    "enable_sort": ("Sort",),
    "enable_incremental_sort": ("Incremental Sort",),
    "enable_material": ("Materialize",),
}


def is_taken(generic: Plan, customs: Sequence[Plan]) -> bool:
    """Whether a server would take the generic plan, were all values as frequent."""
    if not customs:
        return False
    mean = sum(plan.total_cost + _planning_cost(plan) for plan in customs) / len(
        customs
    )
    return generic.total_cost < mean


def settings_of(plan: Plan) -> dict[str, str]:
    """Planner settings that leave hardly another plan than this one."""
    kinds = {node.node_type for node in plan.root.walk()}
    return {name: "off" for name, types in _SWITCHES.items() if not kinds & set(types)}


def generic_finding(custom: Plan, forced: Plan, label: str) -> Finding | None:
    """What the generic plan costs for values that have a much better one; else none.

    Args:
        custom: the plan made for the values.
        forced: the generic plan's shape, planned with the values.
        label: of the values.
    """
    least = max(custom.total_cost, 1.0)
    if forced.total_cost < max(MIN_COST, MIN_TIMES * least):
        return None
    times = forced.total_cost / least
    return Finding(
        rule="generic_plan",
        claim=(
            f"After five executions the server takes the generic plan, which costs"
            f" {forced.total_cost:,.0f} for the {label} values where one made for them"
            f" costs {custom.total_cost:,.0f}"
        ),
        node=node_title(custom.root),
        path=(),
        quantity=Quantity(
            value=times, unit="times", basis=Basis.ESTIMATED, source=forced.source
        ),
        lost_ratio=1.0 - 1.0 / times,
        remedy=(
            "Let it be planned with its values: plan_cache_mode = force_custom_plan for"
            " this statement (or no server-side prepare in the driver)."
        ),
    )


def _planning_cost(plan: Plan) -> float:
    relations = sum(1 for node in plan.root.walk() if node.relation)
    return _PLANNING_COST * (relations + 1)
