"""Findings on rows: read in vain, joined one by one, or estimated wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    measured,
    over_loops,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import number

MIN_ROWS_REMOVED = 1_000
MIN_REMOVED_PER_ROW = 10.0
MIN_REMOVED_PER_ROW_SEQUENTIAL = 20.0
"""An index pays only where it leaves out nearly all rows: below 5% of them."""
MIN_REPEATS = 100
MIN_REPEATED_RATIO = 0.3

_BY_SUBQUERY = re.compile(r"\b(?:SubPlan|ANY \(hashed|hashed )")
_INDEX_SCANS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
_OUTSIDE = frozenset({"CTE Scan", "Subquery Scan"})


def removed_rows(view: PlanView) -> Iterator[Finding]:
    """Filters that throw away nearly all rows that were read for them."""
    for item in view.ran():
        node = item.node
        removed = over_loops(node, node.rows_removed_by_filter)
        if _BY_SUBQUERY.search(node.filter):
            continue  # no index serves such a filter; what it costs is the subquery's
        least = MIN_REMOVED_PER_ROW
        if node.node_type == "Seq Scan":
            least = MIN_REMOVED_PER_ROW_SEQUENTIAL
        if removed < max(MIN_ROWS_REMOVED, least * rows_of(item)):
            continue
        is_outside = node.node_type in _OUTSIDE
        ratio = view.total_ratio(item) if is_outside else view.own_ratio(item)
        if ratio >= MIN_RATIO:
            yield _removed(view, item, removed, ratio)


def _removed(
    view: PlanView, item: NodeMeasure, removed: float, ratio: float
) -> Finding:
    kept = rows_of(item)
    # Rows are given per loop and rounded, so that of many loops few rows show as 0.
    few = "almost none" if kept == 0 and (item.node.loops or 0) > 1 else f"{kept:,.0f}"
    numbers = f"reads {removed + kept:,.0f} rows and keeps {few}"
    rule, why, remedy = _why_removed(view, item)
    quantity = measured(removed, "rows removed")
    found = finding(item, rule, f"{title(item)} {numbers}: {why}", quantity, ratio)
    return replace(found, remedy=remedy)


def _why_removed(view: PlanView, item: NodeMeasure) -> tuple[str, str, str]:
    """Rule, reason and remedy for a filter."""
    node = item.node
    if node.node_type in _OUTSIDE:
        return (
            "filter_late",
            "the filter comes after all else has been computed",
            "Say the condition inside of the subquery.",
        )
    is_search = bool(node.index_cond) or node.node_type == "Bitmap Heap Scan"
    is_index = node.node_type in _INDEX_SCANS
    if is_index and not is_search and _is_under_limit(view, item):
        return (
            "order_by_wrong_index",
            "the index gives the order, and the wanted rows come late in it",
            f"An index on {place(item)} that starts with the columns of the filter "
            "and goes on with those of ORDER BY finds them at once.",
        )
    if is_search and is_index:
        return (
            "index_does_not_fit",
            "the index finds far more rows than the filter keeps",
            f"An index on {place(item)} with the columns of the filter among its keys "
            "finds only these.",
        )
    if node.node_type == "Seq Scan" and (node.loops or 0) / view.processes(item) >= (
        MIN_REPEATS
    ):
        return (
            "repeated_scan",
            f"the whole table is read {node.loops:,.0f} times",
            f"An index on {place(item)} with the columns of the condition ends that.",
        )
    return (
        "rows_removed",
        "no index is used for the filter",
        f"An index on {place(item)} with the columns of the filter may help.",
    )


def _is_under_limit(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a Limit stops the node: nothing between reads all rows first."""
    passing = {"Gather Merge", "Nested Loop", "Result", "Subquery Scan", "LockRows"}
    for above, _ in view.ancestors(item):
        if above.node.node_type == "Limit":
            return True
        if above.node.node_type not in passing:
            return False
    return False


def pairwise_joins(view: PlanView) -> Iterator[Finding]:
    """Nested loops that compare each row of one side with each of the other."""
    for item in view.ran():
        node = item.node
        if node.node_type != "Nested Loop":
            continue
        removed = over_loops(node, number(node.details, "Rows Removed by Join Filter"))
        if removed < max(100 * MIN_ROWS_REMOVED, MIN_REMOVED_PER_ROW * rows_of(item)):
            continue
        sides = view.inputs(item)
        ratio = view.own_ratio(item) + (view.own_ratio(sides[-1]) if sides else 0.0)
        if ratio < MIN_REPEATED_RATIO:
            continue
        loops = sides[-1].node.loops or 0.0
        claim = (
            f"{title(item)} compares {removed + rows_of(item):,.0f} pairs of rows and "
            f"keeps {rows_of(item):,.0f}: its inner side, {title(sides[-1])}, is gone "
            f"through {loops:,.0f} times"
        )
        quantity = measured(removed, "pairs removed")
        found = finding(item, "nested_loop", claim, quantity, ratio)
        remedy = (
            "A condition with = between the two sides lets them be hashed; an index on "
            "the inner side finds the pairs."
        )
        yield replace(found, remedy=remedy)


def repeated_subplans(view: PlanView) -> Iterator[Finding]:
    """Subqueries that are run anew for each row."""
    for item in view.ran():
        node = item.node
        if node.parent_relationship != "SubPlan":
            continue
        loops = (node.loops or 0.0) / view.processes(item)
        ratio = view.total_ratio(item)
        if loops < MIN_REPEATS or ratio < MIN_REPEATED_RATIO:
            continue
        name = node.subplan_name or "A subquery"
        claim = (
            f"{name} ({title(item).removeprefix(f'{name}: ')}) is run {loops:,.0f} "
            "times, once for each row"
        )
        found = finding(item, "repeated_subplan", claim, measured(loops, "runs"), ratio)
        remedy = "Write it as a join, or give it an index for the row it depends on."
        yield replace(found, remedy=remedy)
