"""Findings on duplicates: joins that make them, and DISTINCT that looks for none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import NAME
from analyzer.plans.findings_joins import (
    HASHED,
    MIN_JOIN_RATIO,
    MIN_PAIRS,
    MIN_PAIRS_PER_ROW,
    MIN_TIMES,
)
from analyzer.plans.findings_lookups import JoinedRows
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    is_partition,
    measured,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import hash_facts, sort_facts

MIN_COMPARED = 50_000
MIN_COMPARED_RATIO = 0.5

_JOINS = HASHED | {"Nested Loop"}
BETWEEN = frozenset({"Sort", "Incremental Sort", "Gather", "Gather Merge"})
"""What rows pass through, in another order or process, but the same."""
_OWNED = re.compile(rf"(?P<owner>{NAME})\.{NAME}(?: DESC)?(?: NULLS (?:FIRST|LAST))?")
"""A column as EXPLAIN prints it among the keys of a group or sort."""
_KEYS = ("Group Key", "Sort Key")
_GROUPS = frozenset({"Aggregate", "Group", "Unique", "HashAggregate", "SetOp"})
_APPENDS = frozenset({"Append", "Merge Append"})


def multiplied_rows(view: PlanView) -> Iterator[Finding]:
    """Joins that make many rows of few, which are then grouped to few again."""
    for join in view.ran():
        sides = view.inputs(join)
        if join.node.node_type not in _JOINS or len(sides) != 2:
            continue
        exploded = _exploded(view, join)
        if exploded is not None:
            yield exploded
            continue
        made = rows_of(join)
        grouped = _grouped(view, join) if made >= MIN_PAIRS else []
        if not grouped:
            continue
        joined = JoinedRows(view, join)
        most = joined.most_rows
        if made < MIN_TIMES * most:
            continue
        again = [one for one in sides if joined.different_rows(one) * 2 <= rows_of(one)]
        ratio = min(sum(map(view.own_ratio, (join, *again, *grouped))), 1.0)
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


def _exploded(view: PlanView, join: NodeMeasure) -> Finding | None:
    """DISTINCT over a join of which it wants the columns of one table only.

    That nothing else is computed follows from the widths: an aggregate has a column
    more than what it reads, and a column of the other side makes the join wider.
    """
    passed = _distinct_above(view, join)
    made = rows_of(join)
    if not passed or made < max(MIN_PAIRS, MIN_PAIRS_PER_ROW * rows_of(passed[-1])):
        return None
    scan = _owner(view, join, passed)
    if scan is None or join.node.plan_width_bytes > scan.node.plan_width_bytes:
        return None
    if made < MIN_TIMES * rows_of(scan):
        return None
    below = [one for one in view.items if one.path[: len(join.path)] == join.path]
    joining = [one for one in below if one.node.node_type in _JOINS | {"Hash"}]
    ratio = min(sum(map(view.own_ratio, (*joining, *passed))), 1.0)
    if ratio < MIN_JOIN_RATIO:
        return None
    claim = (
        f"{title(join)} makes {made:,.0f} rows of {rows_of(scan):,.0f} rows of "
        f"{place(scan)}, only to be made distinct again by {title(passed[-1])}, which "
        f"leaves {rows_of(passed[-1]):,.0f}"
    )
    remedy = (
        f"Ask with EXISTS (a semi join) whether a row of {place(scan)} has any in the "
        "other tables, rather than join them and take DISTINCT: no row is doubled."
    )
    found = finding(join, "join_multiplies", claim, measured(made, "rows"), ratio)
    return replace(found, remedy=remedy)


def _distinct_above(view: PlanView, join: NodeMeasure) -> list[NodeMeasure]:
    """The nodes above a join that only make its rows distinct, the topmost last."""
    passed: list[NodeMeasure] = []
    for above, _ in view.ancestors(join):
        node = above.node
        is_group = node.node_type in ("Unique", "Group") or (
            node.node_type == "Aggregate" and "Group Key" in node.details
        )
        is_same = node.plan_width_bytes == join.node.plan_width_bytes > 0
        if not is_same or not (is_group or node.node_type in BETWEEN):
            break
        passed.append(above)
    while passed and passed[-1].node.node_type in BETWEEN:
        passed.pop()
    return passed


def _owner(
    view: PlanView, join: NodeMeasure, passed: list[NodeMeasure]
) -> NodeMeasure | None:
    """The scan of the one table whose columns are made distinct."""
    values = (one.node.details.get(name) for one in passed for name in _KEYS)
    texts = [
        text
        for value in values
        if value
        for text in (
            value if isinstance(value, list | tuple) else str(value).split(", ")
        )
    ]
    found = [_OWNED.fullmatch(str(text)) for text in texts]
    owners = {one["owner"].strip('"') for one in found if one}
    if not found or not all(found) or len(owners) != 1:
        return None
    below = (one for one in view.items if one.path[: len(join.path)] == join.path)
    scans = [
        one
        for one in below
        if one.node.alias in owners and one.node.node_type != "Bitmap Index Scan"
    ]
    return scans[0] if len(scans) == 1 else None


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
