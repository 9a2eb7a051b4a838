"""Findings below LIMIT: rows that are skipped, sorted or joined to be thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import (
    MAX_COLUMNS,
    ConditionKind,
    columns,
    conditions,
    functions,
)
from analyzer.plans.findings_view import (
    GATHERS,
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
from analyzer.plans.titles import one_line

MIN_SKIPPED = 1_000
MIN_SKIPPED_PER_ROW = 10.0
MIN_SORTED = 10_000
MIN_SORTED_PER_ROW = 100.0
MIN_LIMIT_RATIO = 0.3
MIN_KEPT_RATIO = 0.05
"""Fewer are a filter's fault; of so many the first ones in order are found soon."""

_DISTANCE = re.compile(r"<(?:->|#>|=>|\+>)")
"""Operators of distance, of PostgreSQL's own types and of pgvector."""
_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_OUTER = frozenset({"Right", "Full"})
_SCANS = frozenset({"Seq Scan", "Index Scan", "Index Only Scan"})


def large_offsets(view: PlanView) -> Iterator[Finding]:
    """Limits that let many rows pass before the first one they give."""
    for item in view.ran():
        below = view.inputs(item)
        if item.node.node_type != "Limit" or not below:
            continue
        made, given = rows_of(below[0]), rows_of(item)
        skipped = made - given
        if skipped < max(MIN_SKIPPED, MIN_SKIPPED_PER_ROW * given):
            continue
        ratio = view.total_ratio(item)
        if ratio < MIN_RATIO:
            continue
        claim = (
            f"OFFSET throws away {skipped:,.0f} rows that were computed, to give "
            f"{given:,.0f}"
        )
        remedy = (
            "Rather than OFFSET, remember the last key of the page before and ask for "
            "what comes after it: WHERE (key) > (last key) ORDER BY key LIMIT n."
        )
        found = finding(item, "large_offset", claim, measured(skipped, "rows"), ratio)
        yield replace(found, remedy=remedy)


def sorts_for_limits(view: PlanView) -> Iterator[Finding]:
    """Whole tables that are sorted for their first few rows."""
    for item in view.ran():
        below = view.inputs(item)
        if item.node.node_type != "Sort" or not below or not is_limited(view, item):
            continue
        is_random = "random()" in str(item.node.details.get("Sort Key"))
        scan = below[0] if is_random else _sorted_table(view, item)
        if scan is None or not (is_random or _is_kept(view, scan)):
            continue
        read = rows_of(below[0])
        if read < max(MIN_SORTED, MIN_SORTED_PER_ROW * rows_of(item)):
            continue
        ratio, keys = view.total_ratio(item), sort_keys(item, scan)
        if ratio < MIN_LIMIT_RATIO or "SubPlan" in str(key_texts(item)):
            continue
        joined = "" if scan.path == below[0].path else " of its join"
        claim = (
            f"{title(scan)} reads its rows, and all {read:,.0f}{joined} are sorted, to "
            f"give the first {rows_of(item):,.0f}"
        )
        remedy = (
            f"An index in the order of ORDER BY gives them at once: CREATE INDEX ON "
            f"{place(scan)} ({keys})."
        )
        if not keys:
            remedy = _by_expression(item, scan)
        if is_random:
            remedy = (
                "TABLESAMPLE, or a search from a random key on, finds a few rows "
                "without sorting all by random()."
            )
        found = finding(scan, "sort_for_limit", claim, measured(read, "rows"), ratio)
        yield replace(found, remedy=remedy)


def _by_expression(item: NodeMeasure, scan: NodeMeasure) -> str:
    """An index for an order that is computed."""
    keys = one_line(", ".join(key_texts(item)).replace(f"{scan.node.alias}.", ""))
    if _DISTANCE.search(keys):
        return (
            f"A GiST index on {place(scan)} finds the nearest rows by this operator "
            f"({keys}), in their order."
        )
    return (
        "An index on the expressions in the order of ORDER BY gives them at once, if "
        f"they are immutable: CREATE INDEX ON {place(scan)} ({keys})."
    )


def key_texts(item: NodeMeasure) -> list[str]:
    """The keys of a sort, as they are printed."""
    value = item.node.details.get("Sort Key")
    if isinstance(value, list | tuple):
        return [str(key) for key in value]
    return str(value or "").split(", ")


def _sorted_table(view: PlanView, sort: NodeMeasure) -> NodeMeasure | None:
    """What is sorted: a table, or the one of a join whose columns are sorted by."""
    item = view.inputs(sort)[0]
    if item.node.node_type not in _JOINS:
        return item
    owners = {key.partition(".")[0] for key in key_texts(sort) if "." in key}
    below = [one for one in view.items if one.path[: len(item.path)] == item.path]
    if len(owners) != 1 or any(one.node.join_type in _OUTER for one in below):
        return None
    (owner,) = owners
    scans = (one for one in below if one.node.alias == owner and one.node.loops == 1)
    scan = next(scans, None)
    is_many = scan and rows_of(item) >= MIN_KEPT_RATIO * rows_of(scan)
    return scan if is_many else None


def _is_kept(view: PlanView, scan: NodeMeasure) -> bool:
    """Whether a table, or each partition of one, is read whole and largely kept."""
    parts = [scan]
    if scan.node.node_type == "Append":
        parts = list(view.inputs(scan))
    if any(part.node.node_type != "Seq Scan" for part in parts):
        return False
    removed = sum(
        over_loops(part.node, part.node.rows_removed_by_filter) for part in parts
    )
    return rows_of(scan) >= MIN_KEPT_RATIO * (rows_of(scan) + removed)


def is_limited(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a node's rows go to a Limit at once, or by way of workers only."""
    for above, _ in view.ancestors(item):
        if above.node.node_type == "Limit":
            return True
        if above.node.node_type not in GATHERS:
            return False
    return False


def sort_keys(item: NodeMeasure, scan: NodeMeasure) -> str:
    """The sort's key as columns of an index, behind those that a filter fixes.

    Empty where it is computed.
    """
    keys = key_texts(item)
    if any(
        functions(key) or _DISTANCE.search(key) or len(columns(key.split(" ")[0])) != 1
        for key in keys
    ):
        return ""
    fixed = [
        part.column
        for part in conditions(scan.node.filter)
        if part.kind is ConditionKind.EQUALITY
    ]
    sorted_by = [key.rpartition(".")[2] for key in keys]
    return one_line(", ".join(dict.fromkeys((*fixed[:MAX_COLUMNS], *sorted_by))))


def joins_below_limits(view: PlanView) -> Iterator[Finding]:
    """Rows read in the order of an index and joined, of which nearly none is kept."""
    for item in view.ran():
        if item.node.node_type != "Limit" or not view.inputs(item):
            continue
        join = _first_join(view, view.inputs(item)[0])
        scan = _driver(view, join) if join else None
        if join is None or scan is None:
            continue
        read, given = rows_of(scan), rows_of(join)
        ratio = view.total_ratio(item)
        if ratio < MIN_LIMIT_RATIO or read < max(
            MIN_SORTED, MIN_SORTED_PER_ROW * given
        ):
            continue
        claim = (
            f"{title(scan)} gives its rows in the order of the index, and {read:,.0f} "
            f"are joined before the {given:,.0f} wanted ones are found: they come late "
            "in it"
        )
        remedy = (
            "An index for the condition of the other table, and for the join, finds "
            "the few rows first; sorting them is cheap. Where the index for ORDER BY "
            "is taken all the same, ORDER BY an expression (key + 0) rules it out."
        )
        found = finding(
            scan, "order_by_wrong_index", claim, measured(read, "rows"), ratio
        )
        yield replace(found, remedy=remedy)


def _first_join(view: PlanView, item: NodeMeasure) -> NodeMeasure | None:
    while item.node.node_type in (
        *GATHERS,
        "Subquery Scan",
        "Result",
        "Incremental Sort",
    ):
        below = view.inputs(item)
        if not below:
            return None
        item = below[0]
    return item if item.node.node_type == "Nested Loop" else None


def _driver(view: PlanView, join: NodeMeasure) -> NodeMeasure | None:
    """The scan without a condition that feeds a tower of nested loops."""
    item = join
    while item.node.node_type == "Nested Loop" and view.inputs(item):
        item = view.inputs(item)[0]
    is_free = item.node.node_type in _SCANS and not item.node.index_cond
    return item if is_free and item.node.index_name else None
