"""Findings on loops: joins row by row, and subqueries that are run for each row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import ConditionKind
from analyzer.plans.findings_rows import MIN_REMOVED_PER_ROW, MIN_REPEATS
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    over_loops,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import CacheFacts, cache_facts, number
from analyzer.plans.remedies import not_searchable
from analyzer.plans.titles import one_line

MIN_REPEATED_RATIO = 0.3
MIN_SLOW_REPEATS = 20
MIN_SUBPLAN_ROWS = 10_000
"""Few runs count as well where they read so many rows together."""
MIN_SUBPLAN_SORTED = 20_000
"""Fewer rows are sorted in some milliseconds, in how many parts ever."""
MIN_PAIRS = 100_000
MIN_CROSSED = 1_000_000
MIN_OUTER_ROWS = 10_000
"""Below that a join row by row takes milliseconds."""
MIN_LOOP_RATIO = 0.5

OR_REMEDY = (
    "A UNION of one join for each part of the OR lets each be hashed, or looked up by "
    "an index (UNION ALL, where no row can be in both)."
)
_RANGE = re.compile(r" [<>]=? ")
_LOOKUPS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
_WHOLE = frozenset(
    {"Aggregate", "Limit", "Sort", "WindowAgg", "Unique", "Subquery Scan"}
)
"""Nodes that make an inner side a subquery of its own (LATERAL)."""


def pairwise_joins(view: PlanView) -> Iterator[Finding]:
    """Nested loops that compare each row of one side with each of the other."""
    for item in view.ran():
        node = item.node
        if node.node_type != "Nested Loop":
            continue
        removed = over_loops(node, number(node.details, "Rows Removed by Join Filter"))
        if removed < max(MIN_PAIRS, MIN_REMOVED_PER_ROW * rows_of(item)):
            continue
        sides = view.inputs(item)
        ratio = view.own_ratio(item) + (_of_pairs(view, sides[-1]) if sides else 0.0)
        if ratio < MIN_REPEATED_RATIO:
            continue
        loops = sides[-1].node.loops or 0.0
        claim = (
            f"{title(item)} compares {removed + rows_of(item):,.0f} pairs of rows and "
            f"keeps {rows_of(item):,.0f}: its inner side, {title(sides[-1])}, is gone "
            f"through {loops:,.0f} times"
        )
        yield _pairwise(item, claim, removed, ratio)


def cross_joins(view: PlanView) -> Iterator[Finding]:
    """Nested loops that pair all rows of both sides, without any condition."""
    for item in view.ran():
        sides = view.inputs(item)
        if item.node.node_type != "Nested Loop" or len(sides) != 2:
            continue
        inner = sides[1]
        is_free = inner.node.node_type in ("Materialize", "Seq Scan")
        if item.node.details.get("Join Filter") or not is_free:
            continue
        made, ratio = rows_of(item), view.total_ratio(item)
        fewest = min(rows_of(sides[0]), rows_of(inner) / max(inner.node.loops or 1, 1))
        if inner.node.filter or made < MIN_CROSSED or fewest < MIN_REPEATS:
            continue
        if ratio < MIN_REPEATED_RATIO:
            continue
        claim = (
            f"{title(item)} has no condition: it makes {made:,.0f} rows, all of one "
            "side with all of the other"
        )
        remedy = "Add the condition that joins both sides, if it was forgotten."
        found = finding(item, "nested_loop", claim, measured(made, "rows"), ratio)
        yield replace(found, remedy=remedy)


def _of_pairs(view: PlanView, inner: NodeMeasure) -> float:
    """What of the inner side's time goes to rows that are compared with the outer."""
    given = rows_of(inner)
    removed = over_loops(inner.node, inner.node.rows_removed_by_filter)
    return view.own_ratio(inner) * given / max(given + removed, 1.0)


def _pairwise(item: NodeMeasure, claim: str, removed: float, ratio: float) -> Finding:
    condition = str(item.node.details.get("Join Filter", ""))
    computed = not_searchable(item.node, condition)
    rule, remedy = (
        "nested_loop",
        (
            "A condition with = between the two sides lets them be hashed; an index on "
            "the inner side finds the pairs."
        ),
    )
    if computed is not None and computed.kind is ConditionKind.CAST:
        rule = "type_mismatch"
        claim += (
            f", since {one_line(computed.expression)} casts a column to another type"
        )
        remedy = (
            "Join columns of one type: then an index on the inner side finds the pairs."
        )
    elif " OR " in condition:
        claim += (
            "; its condition has an OR, by which no rows can be hashed or looked up"
        )
        remedy = OR_REMEDY
    elif _RANGE.search(condition) and " = " not in condition:
        claim += "; its condition is a range, by which no rows can be hashed"
        remedy = (
            "An index on the inner side's column of the range (GiST on a range type, "
            "if both ends are columns) finds the pairs, or a condition with = besides."
        )
    quantity = measured(removed, "pairs removed")
    return replace(finding(item, rule, claim, quantity, ratio), remedy=remedy)


def repeated_subplans(view: PlanView) -> Iterator[Finding]:
    """Subqueries that are run anew for each row."""
    for item in view.ran():
        node = item.node
        if node.parent_relationship != "SubPlan":
            continue
        loops = (node.loops or 0.0) / view.processes(item)
        ratio = view.total_ratio(item)
        above = view.parent(item)
        if above and "SubPlan" in above.node.filter:
            ratio = min(ratio + view.own_ratio(above), 1.0)  # it compares all rows
        is_large = view.most_rows_below(item) >= MIN_SUBPLAN_ROWS
        few = MIN_SLOW_REPEATS if is_large and ratio >= MIN_LOOP_RATIO else MIN_REPEATS
        if loops < few or ratio < MIN_REPEATED_RATIO:
            continue
        if _is_lookup(view, item, loops):
            continue
        name = node.subplan_name or "A subquery"
        what = f"{name} ({title(item).removeprefix(f'{name}: ')})"
        claim = f"{what} is run {loops:,.0f} times, once for each row"
        remedy = "Write it as a join, or give it an index for the row it depends on."
        if node.node_type == "Materialize":
            claim, remedy = _searched_list(what, view.most_rows_below(item), loops)
        found = finding(item, "repeated_subplan", claim, measured(loops, "runs"), ratio)
        yield replace(found, remedy=remedy)


def _searched_list(what: str, rows: float, loops: float) -> tuple[str, str]:
    """Of a subquery that depends on no row: its result is kept, and not hashed.

    What depends on a row is never kept (subselect.c, build_subplan()).
    """
    claim = (
        f"{what} is a list of up to {rows / max(loops, 1.0):,.0f} rows that is not "
        f"hashed, but searched from its start for each of {loops:,.0f} rows (NOT IN, "
        "or IN beside an OR)"
    )
    remedy = (
        "Write NOT EXISTS (or EXISTS), which can be an anti or semi join; or raise "
        "work_mem until the list fits in, so that it is hashed."
    )
    return claim, remedy


def large_outer_sides(view: PlanView) -> Iterator[Finding]:
    """Nested loops that look up the inner side for each of very many outer rows."""
    for item in view.ran():
        sides = view.inputs(item)
        if item.node.node_type != "Nested Loop" or len(sides) != 2:
            continue
        inner, cache = _looked_up(view, sides[1])
        loops = (inner.node.loops or 0.0) / view.processes(inner)
        is_subquery = inner.node.node_type in _WHOLE
        if loops < (MIN_REPEATS if is_subquery else MIN_OUTER_ROWS):
            continue
        ratio = min(view.total_ratio(sides[1]) + view.own_ratio(item), 1.0)
        if ratio < MIN_LOOP_RATIO or inner.node.node_type not in _LOOKUPS | _WHOLE:
            continue
        if is_subquery and _is_lookup(view, inner, loops):
            continue
        if is_subquery:
            yield _lateral(inner, loops, ratio)
        elif cache is not None and cache.misses > cache.hits:
            yield _uncached(view.inputs(item)[1], cache, ratio)
        else:
            yield _large_outer(item, inner, loops, ratio)


def _looked_up(
    view: PlanView, side: NodeMeasure
) -> tuple[NodeMeasure, CacheFacts | None]:
    """The inner side, below what only remembers its rows, and how it did that."""
    cache = cache_facts(side.node)
    while side.node.node_type == "Memoize" and view.inputs(side):
        side = view.inputs(side)[0]
    return side, cache


def _uncached(memo: NodeMeasure, cache: CacheFacts, ratio: float) -> Finding:
    """Lookups by a cache that rarely has what is asked for."""
    asked = cache.hits + cache.misses
    claim = (
        f"{title(memo)} has only {cache.hits:,.0f} of {asked:,.0f} lookups of a nested "
        f"loop in its cache: {cache.misses:,.0f} are searched for"
    )
    remedy = (
        "Nearly all keys are new, of which the planner expected few: ANALYZE, or ALTER "
        "TABLE … SET (n_distinct) for the column of the cache key."
    )
    if cache.evictions >= cache.misses / 2:
        claim += f", since {cache.evictions:,.0f} were thrown out for want of room"
        remedy = (
            "The cache is as large as work_mem allows: raise that, if keys come again; "
            "ANALYZE the table of the cache key, if more keys came than were expected."
        )
    remedy += (
        " enable_memoize = off shows what a hash join takes, which reads the inner "
        "side once."
    )
    found = finding(
        memo, "useless_memoize", claim, measured(cache.misses, "misses"), ratio
    )
    return replace(found, remedy=remedy)


def _is_lookup(view: PlanView, inner: NodeMeasure, loops: float) -> bool:
    """Whether a subquery for a few thousand rows finds its first rows by an index.

    Nothing that reads all rows once does with less.
    """
    below = view.inputs(inner)
    if inner.node.node_type != "Limit" or loops >= MIN_OUTER_ROWS:
        return False
    most = 2 * rows_of(inner) + (inner.node.loops or 0.0)
    if below and below[0].node.node_type == "Sort":
        below, most = view.inputs(below[0]), max(most, MIN_SUBPLAN_SORTED)
    if len(below) != 1 or below[0].node.node_type not in _LOOKUPS:
        return False
    node = below[0].node
    read = rows_of(below[0]) + over_loops(node, node.rows_removed_by_filter)
    is_found = bool(node.index_cond) or node.node_type == "Bitmap Heap Scan"
    return is_found and read <= most


def _lateral(inner: NodeMeasure, loops: float, ratio: float) -> Finding:
    claim = f"The subquery {title(inner)} is run {loops:,.0f} times, once for each row"
    found = finding(inner, "repeated_subplan", claim, measured(loops, "runs"), ratio)
    remedy = (
        "Group it once and join the result, rather than LATERAL for each row; or let "
        "fewer rows reach it."
    )
    return replace(found, remedy=remedy)


def _large_outer(
    item: NodeMeasure, inner: NodeMeasure, loops: float, ratio: float
) -> Finding:
    claim = (
        f"{title(item)} has a large outer side: {title(inner)} is searched "
        f"{loops:,.0f} times, once for each row"
    )
    found = finding(item, "nested_loop", claim, measured(loops, "loops"), ratio)
    remedy = (
        "A hash join would read the inner side once: see that it is not ruled out "
        "(enable_hashjoin, work_mem, types that cannot be hashed), or let fewer rows "
        "reach the join."
    )
    return replace(found, remedy=remedy)
