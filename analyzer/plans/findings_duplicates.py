"""Findings on duplicates: joins that make them, and DISTINCT that looks for none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_joins import (
    HASHED,
    MIN_JOIN_RATIO,
    MIN_PAIRS,
    MIN_PAIRS_PER_ROW,
    MIN_TIMES,
    source,
)
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    is_partition,
    measured,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import hash_facts, sort_facts

MIN_COMPARED = 50_000
MIN_COMPARED_RATIO = 0.5

_GROUPS = frozenset({"Aggregate", "Group", "Unique", "HashAggregate", "SetOp"})
_APPENDS = frozenset({"Append", "Merge Append"})


def multiplied_rows(view: PlanView) -> Iterator[Finding]:
    """Joins that make many rows of few, which are then grouped to few again."""
    for join in view.ran():
        sides = view.inputs(join)
        if join.node.node_type not in HASHED | {"Nested Loop"} or len(sides) != 2:
            continue
        made = rows_of(join)
        grouped = _grouped(view, join) if made >= MIN_PAIRS else []
        if not grouped:
            continue
        most = max(_most_joined(view, side) for side in sides)
        if made < MIN_TIMES * most:
            continue
        ratio = min(sum(map(view.own_ratio, (join, *grouped))), 1.0)
        if ratio < MIN_JOIN_RATIO:
            continue
        claim = (
            f"{title(join)} makes {made:,.0f} rows of {most:,.0f}, which "
            f"{title(grouped[-1])} then makes {rows_of(grouped[-1]):,.0f}"
        )
        remedy = (
            "Group before the join, each side by itself, or ask with EXISTS where only "
            "one side's columns are needed."
        )
        quantity = measured(made, "rows")
        found = finding(join, "join_multiplies", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def _most_joined(view: PlanView, side: NodeMeasure) -> float:
    """The most rows of an input of all joins that follow each other below."""
    side = source(view, side)
    if side.node.node_type in HASHED | {"Nested Loop"}:
        below = view.inputs(side)
        return max((_most_joined(view, one) for one in below), default=0.0)
    return rows_of(side)


def _grouped(view: PlanView, join: NodeMeasure) -> list[NodeMeasure]:
    """The nodes above a join up to the one that makes a tenth of its rows of them."""
    passed = []
    for above, _ in view.ancestors(join):
        passed.append(above)
        if above.node.node_type in _GROUPS and (
            rows_of(above) * MIN_PAIRS_PER_ROW <= rows_of(join)
        ):
            keys = {"Group Key", "Grouping Sets"} & set(above.node.details)
            return passed if keys or above.node.node_type != "Aggregate" else []
        if above.node.node_type in ("Nested Loop", *HASHED):
            return []
    return []


def needless_distinct(view: PlanView) -> Iterator[Finding]:
    """UNION and DISTINCT that compare many rows and find no two alike.

    Those that go to disk are told by other rules.
    """
    for item in view.ran():
        steps = _compared(view, item)
        if not steps:
            continue
        read, ratio = rows_of(steps[-1]), sum(map(view.own_ratio, steps[:-1]))
        spills = any(_is_on_disk(step) for step in steps[:-1])
        if spills or read < MIN_COMPARED or rows_of(item) < read:
            continue
        if ratio < MIN_COMPARED_RATIO:
            continue
        is_union = steps[-1].node.node_type in _APPENDS
        what = "UNION" if is_union else "DISTINCT"
        claim = (
            f"{title(item)} compares {read:,.0f} rows for {what}, and no two of them "
            "are alike"
        )
        remedy = (
            "UNION ALL does not compare them, if no row can be in both parts."
            if is_union
            else "Leave DISTINCT out, if a key among the columns tells all rows apart."
        )
        quantity = measured(read, "rows")
        found = finding(item, "needless_distinct", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def _compared(view: PlanView, item: NodeMeasure) -> list[NodeMeasure]:
    """The nodes that make rows distinct, and last what they are made of; else none.

    A hashed aggregate may be GROUP BY as well, but not above the parts of a UNION.
    """
    node, below = item.node, view.inputs(item)
    if node.node_type == "Unique" and below:
        steps = [item, *below]
        while steps[-1].node.node_type in ("Sort", "Incremental Sort"):
            steps.extend(view.inputs(steps[-1])[:1])
        return steps
    is_hashed = node.node_type == "Aggregate" and node.details.get("Group Key")
    parts = view.inputs(below[0]) if below else ()
    if not is_hashed or not parts or below[0].node.node_type not in _APPENDS:
        return []
    return [item, below[0]] if not any(map(is_partition, parts)) else []


def _is_on_disk(item: NodeMeasure) -> bool:
    sort, hashed = sort_facts(item.node), hash_facts(item.node)
    return bool((sort and sort.on_disk) or (hashed and hashed.batches > 1))
