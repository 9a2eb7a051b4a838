"""Findings on a plan that was not run: what its shape and its costs tell for sure.

Numbers of rows are the planner's guesses here, so that only what is plain is told, of
a node that takes half of the cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import ConditionKind
from analyzer.plans.findings_rows import INDEX_SCANS, why_removed
from analyzer.plans.findings_view import (
    PlanView,
    estimated,
    finding,
    names_partition,
    title,
)
from analyzer.plans.findings_windows import is_of_window
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.remedies import not_searchable

MIN_COST = 5_000.0
"""Reading 5,000 pages, 40 MB, in their order: half a second from a slow disk."""
MIN_COST_RATIO = 0.5
MIN_PAIRS = 100_000_000.0
MIN_SIDE = 100.0
MIN_RUNS = 100.0
MIN_PARTITIONS = 4
MIN_TIMES = 10.0
MIN_LATE_ROWS = 10_000.0
MIN_LATE_TIMES = 100.0
_PAGE_COST = 4.0
"""random_page_cost: a row that an index finds costs a page of the table at most."""
_SEARCH_COST = 100.0
_GUESSED_COST = 2.0
"""What a scan costs at least for each row that it is expected to give, where a guess
of half a percent of all rows was made (DEFAULT_EQ_SEL in selfuncs.h)."""

_LATE = frozenset({"CTE Scan", "Subquery Scan"})


def expected(view: PlanView) -> tuple[Finding, ...]:
    """What is wrong with a plan that was not run, the costliest first."""
    if view.plan.total_cost < MIN_COST:
        return ()
    rules = (_partitions, _subplans, _pairs, _late_filters, _scans)
    found = [item for rule in rules for item in rule(view)]
    return tuple(sorted(found, key=lambda item: -round(item.lost_ratio, 2)))


def _ratio(view: PlanView, item: NodeMeasure) -> float:
    """Share of the cost; nothing where a node above stops reading before the end."""
    cost = item.node.total_cost
    above = [one.node for one, _ in view.ancestors(item)]
    is_stopped = any(one.total_cost < cost for one in above)
    return 0.0 if is_stopped or cost < MIN_COST else view.total_ratio(item)


def _pairs(view: PlanView) -> Iterator[Finding]:
    """Nested loops that pair all rows of both sides."""
    for item in view.items:
        sides = view.inputs(item)
        if item.node.node_type != "Nested Loop" or len(sides) != 2:
            continue
        rows = [max(side.node.plan_rows, 1.0) for side in sides]
        pairs, ratio = rows[0] * rows[1], _ratio(view, item)
        is_free = sides[1].node.node_type in ("Materialize", "Seq Scan")
        if not is_free or sides[1].node.filter or min(rows) < MIN_SIDE:
            continue
        if pairs < MIN_PAIRS or ratio < MIN_COST_RATIO:
            continue
        has_filter = bool(item.node.details.get("Join Filter"))
        claim = (
            f"{title(item)} will compare {pairs:,.0f} pairs of rows, each of one side "
            "with each of the other"
            if has_filter
            else f"{title(item)} has no condition: it will make {pairs:,.0f} rows, all "
            "of one side with all of the other"
        )
        remedy = (
            "A condition with = between the two sides lets them be hashed."
            if has_filter
            else "Add the condition that joins both sides, if it was forgotten."
        )
        found = finding(item, "nested_loop", claim, estimated(pairs, "rows"), ratio)
        yield replace(found, remedy=remedy)


def _subplans(view: PlanView) -> Iterator[Finding]:
    """Subqueries that will be run anew for each row."""
    for item in view.items:
        above = view.parent(item)
        if item.node.parent_relationship != "SubPlan" or above is None:
            continue
        name = item.node.subplan_name or "SubPlan"
        is_hashed = f"hashed {name}" in above.node.filter
        runs = above.own_cost / max(item.node.total_cost, 1.0)
        ratio = _ratio(view, above)
        if is_hashed or runs < MIN_RUNS or ratio < MIN_COST_RATIO:
            continue
        claim = (
            f"{title(item)} will be run for each row of {title(above)}: the cost is "
            f"that of {runs:,.0f} runs"
        )
        remedy = "Write it as a join, or give it an index for the row it depends on."
        if item.node.node_type == "Materialize":
            remedy = (
                "NOT EXISTS, or a join, in place of NOT IN can be hashed; so can the "
                "list, if it fits into work_mem."
            )
        found = finding(item, "repeated_subplan", claim, estimated(runs, "runs"), ratio)
        yield replace(found, remedy=remedy)


def _partitions(view: PlanView) -> Iterator[Finding]:
    """Partitions that are all read by a condition that computes with a column."""
    for item in view.items:
        if item.node.node_type not in ("Append", "Merge Append"):
            continue
        parts = [part for part in view.inputs(item) if names_partition(part)]
        if len(parts) < MIN_PARTITIONS or _ratio(view, item) < MIN_COST_RATIO:
            continue
        computed = [not_searchable(part.node, part.node.filter) for part in parts]
        first = computed[0]
        if first is None or not all(computed):
            continue
        claim = (
            f"All {len(parts)} partitions ({title(parts[0])}, …) will be read: the "
            f"condition computes with a column, {first.expression}, by which none can "
            "be left out and no index is searched"
        )
        remedy = (
            "Write the condition on the bare column: if that is the partition key, "
            "partitions are left out."
        )
        quantity = estimated(len(parts), "partitions")
        ratio = _ratio(view, item)
        found = finding(item, "unpruned_partitions", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def _late_filters(view: PlanView) -> Iterator[Finding]:
    """Filters on what a CTE or a subquery has computed in full."""
    for item in view.items:
        node = item.node
        if node.node_type not in _LATE or not node.filter or "SubPlan" in node.filter:
            continue
        made = _made(view, item)
        if made is None or is_of_window(view, item):
            continue
        ratio, rows = _ratio(view, made), made.node.plan_rows
        if ratio < MIN_COST_RATIO or rows < MIN_LATE_ROWS:
            continue
        if rows < MIN_LATE_TIMES * max(node.plan_rows, 1.0):
            continue
        claim = (
            f"{title(item)} is expected to keep {node.plan_rows:,.0f} of {rows:,.0f} "
            "rows: the filter comes after all else has been computed"
        )
        remedy = "Say the condition inside of the subquery"
        remedy += ", or write it AS NOT MATERIALIZED." if _is_cte(item) else "."
        found = finding(item, "filter_late", claim, estimated(rows, "rows"), ratio)
        yield replace(found, remedy=remedy)


def _is_cte(item: NodeMeasure) -> bool:
    return item.node.node_type == "CTE Scan"


def _made(view: PlanView, item: NodeMeasure) -> NodeMeasure | None:
    """What a scan of a CTE or a subquery reads."""
    if not _is_cte(item):
        return next(iter(view.inputs(item)), None)
    name = f"CTE {item.node.details.get('CTE Name')}"
    return next((one for one in view.items if one.node.subplan_name == name), None)


def _scans(view: PlanView) -> Iterator[Finding]:
    """Scans that read far more than the few rows they are expected to keep."""
    for item in view.items:
        node = item.node
        if node.node_type not in INDEX_SCANS | {"Seq Scan"} or not node.filter:
            continue
        ratio = _ratio(view, item)
        # What a subquery costs is in the cost of the scan that runs it.
        runs = any(child.parent_relationship == "SubPlan" for child in node.children)
        if ratio < MIN_COST_RATIO or runs:
            continue
        rule, why, remedy = why_removed(view, item)
        computed = not_searchable(node, node.filter)
        is_guess = computed is not None and computed.kind in (
            ConditionKind.CAST,
            ConditionKind.EXPRESSION,
        )
        rows = max(node.plan_rows, 1.0)
        found_cost = MIN_TIMES * (_PAGE_COST * rows + _SEARCH_COST)
        least = _GUESSED_COST * rows if is_guess else found_cost
        if node.total_cost < least:
            continue
        claim = f"{title(item)} is expected to keep {rows:,.0f} rows of all it reads"
        quantity = estimated(node.total_cost, "cost")
        found = finding(item, rule, f"{claim}: {why}", quantity, ratio)
        yield replace(found, remedy=remedy)
