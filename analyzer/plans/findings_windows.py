"""Findings on tables that are sorted whole to keep the first rows of each group."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_limits import sort_keys
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.titles import one_line

MIN_NUMBERED = 50_000
MIN_NUMBERED_PER_ROW = 100.0
MIN_NUMBERED_RATIO = 0.3

_BY_NUMBER = re.compile(r"\([^\s()]{1,200} (?:= 1|<=? \d{1,2})\)")
"""Before 15 no Run Condition tells that a window's result is asked for."""
_SORTS = frozenset({"Sort", "Incremental Sort"})
_PASSING = frozenset({"Gather Merge", *_SORTS})
_ORDERED = frozenset({"Index Scan", "Index Only Scan"})


def first_of_groups(view: PlanView) -> Iterator[Finding]:
    """Rows that are all sorted by groups, of which a number or DISTINCT ON keeps few.

    Fewer than a hundred rows to a group are read as fast as they are looked up.
    """
    for item in view.ran():
        if item.node.node_type not in ("WindowAgg", "Unique"):
            continue
        kept = _kept(view, item)
        steps = _sorted(view, item) or _in_order(view, item)
        if kept is None or not steps:
            continue
        read = rows_of(steps[-1])
        if read < max(MIN_NUMBERED, MIN_NUMBERED_PER_ROW * rows_of(kept)):
            continue
        ratio = sum(
            map(view.own_ratio, {s.path: s for s in (kept, item, *steps)}.values())
        )
        if ratio >= MIN_NUMBERED_RATIO:
            yield _first(view, (kept, item, steps[-1]), ratio)


def is_of_window(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a filter is on what a window gave, which no row has before it."""
    below = view.inputs(item)
    is_window = bool(below) and below[0].node.node_type == "WindowAgg"
    return is_window and is_by_number(item.node.filter)


def is_by_number(condition: str) -> bool:
    """Whether a filter looks like one on what row_number() or rank() gave.

    >>> is_by_number("(x.n <= 3)"), is_by_number("(x.shop = 7)")
    (True, False)
    """
    return bool(_BY_NUMBER.fullmatch(condition))


def _kept(view: PlanView, item: NodeMeasure) -> NodeMeasure | None:
    """What leaves rows out by their number in the group; none where nothing does."""
    if item.node.node_type == "Unique":
        return item
    above = view.parent(item)
    if above is not None and is_of_window(view, above):
        return above
    return item if item.node.details.get("Run Condition") else None


def _sorted(view: PlanView, item: NodeMeasure) -> list[NodeMeasure]:
    """The sorts below a node, the one that all rows come to last; none without any."""
    steps, below = [], view.inputs(item)
    while below and below[0].node.node_type in _PASSING:
        steps.append(below[0])
        below = view.inputs(below[0])
    return steps if any(step.node.node_type in _SORTS for step in steps) else []


def _in_order(view: PlanView, item: NodeMeasure) -> list[NodeMeasure]:
    """The scan whose index gives a window all rows in its order; none of another."""
    below = view.inputs(item)
    is_whole = bool(below) and below[0].node.node_type in _ORDERED
    is_window = item.node.node_type == "WindowAgg"
    return [below[0]] if is_whole and is_window else []


def _first(
    view: PlanView, found: tuple[NodeMeasure, NodeMeasure, NodeMeasure], ratio: float
) -> Finding:
    kept, item, sort = found
    is_window = item.node.node_type == "WindowAgg"
    does = "numbers" if is_window else "makes distinct"
    by = one_line(sort.node.index_name) if sort.node.node_type in _ORDERED else ""
    come = f"read in the order of {by}" if by else "sorted"
    claim = (
        f"{title(item)} {does} all {rows_of(sort):,.0f} rows, which are {come} for "
        f"that, to keep {rows_of(kept):,.0f}: the first of each group"
    )
    remedy = (
        "Where groups are few, a LATERAL subquery for each of them (ORDER BY … LIMIT) "
        "reads only the rows that are wanted"
    )
    if by:
        remedy += f", by the same index ({by})."
    else:
        remedy += _by_keys(view, sort)
    quantity = measured(rows_of(sort), "rows")
    return replace(
        finding(item, "first_of_groups", claim, quantity, ratio), remedy=remedy
    )


def _by_keys(view: PlanView, sort: NodeMeasure) -> str:
    """The index in whose order the rows were sorted, where it can be named."""
    below = view.inputs(sort)
    keys = sort_keys(sort, below[0]) if below and below[0].node.relation else ""
    return (
        f", by an index in the order of the sort: CREATE INDEX ON {place(below[0])} "
        f"({keys}). The index also spares the sort."
        if keys
        else ", by an index in the order of the sort, which is spared then as well."
    )
