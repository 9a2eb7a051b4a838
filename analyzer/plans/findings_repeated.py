"""Findings on work that is done again: of partitions, window frames and groups."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import NAME
from analyzer.plans.findings_duplicates import BETWEEN
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    names_partition,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.titles import one_line

MIN_PROBES = 20
MIN_PROBED_PARTITIONS = 8
MIN_PROBED_RATIO = 0.5
MIN_FRAME_ROWS = 1_000
MIN_FRAME_ROW_US = 20.0
"""Adding a row to a frame, and taking one away, take about a microsecond."""
MIN_FRAME_RATIO = 0.5
MIN_GROUPED = 100_000
MIN_GROUPED_RATIO = 0.2

_MOVES = re.compile(r"BETWEEN (?!UNBOUNDED)")
_OWNER = re.compile(rf"{NAME}\.(?={NAME})")


def probed_partitions(view: PlanView) -> Iterator[Finding]:
    """Partitions that are all searched for each row of the other side."""
    for item in view.ran():
        loops = item.node.loops or 0.0
        if item.node.node_type != "Append" or loops < MIN_PROBES:
            continue
        parts = [one for one in view.inputs(item) if one.node.loops]
        probes = sum(one.node.loops or 0.0 for one in parts)
        ratio = view.total_ratio(item)
        if len(parts) < MIN_PROBED_PARTITIONS or ratio < MIN_PROBED_RATIO:
            continue
        if probes < rows_of(item) or not all(names_partition(one) for one in parts):
            continue
        claim = (
            f"Each of {len(parts)} partitions is searched for each row, {probes:,.0f} "
            f"times in all, to find {rows_of(item):,.0f} rows"
        )
        remedy = (
            "Compare the partition key as well, with a value of the other side: then "
            "all other partitions are pruned for each row. Or partition by the column "
            "of the join."
        )
        found = finding(
            item, "partitions_not_pruned", claim, measured(probes, "searches"), ratio
        )
        yield replace(found, remedy=remedy)


def moving_frames(view: PlanView) -> Iterator[Finding]:
    """Windows whose frame is aggregated anew for each row.

    An aggregate without an inverse, such as max(), begins again whenever the start of
    its frame moves (nodeWindowAgg.c, eval_windowaggregates()).
    """
    for item in view.ran():
        rows, ratio = rows_of(item), view.own_ratio(item)
        if item.node.node_type != "WindowAgg" or item.own_time_ms is None:
            continue
        row_us = item.own_time_ms * 1e3 / max(rows, 1.0)
        if rows < MIN_FRAME_ROWS or row_us < MIN_FRAME_ROW_US:
            continue
        window = str(item.node.details.get("Window", ""))
        if ratio < MIN_FRAME_RATIO or (window and not _MOVES.search(window)):
            continue
        claim = (
            f"{title(item)} takes {row_us:,.0f} microseconds for each of {rows:,.0f} "
            "rows: an aggregate over a frame that moves is computed anew for each"
        )
        remedy = (
            "sum(), count() and avg() of whole or numeric values take away what leaves "
            "the frame; max(), min() and most others begin again: make the frame "
            "smaller, or aggregate steps of it first and then those."
        )
        found = finding(
            item, "moving_frame", claim, measured(row_us, "microseconds a row"), ratio
        )
        yield replace(found, remedy=remedy)


def groups_made_twice(view: PlanView) -> Iterator[Finding]:
    """A table that is read and grouped alike in several places of a statement."""
    alike: dict[tuple[str, ...], list[tuple[NodeMeasure, NodeMeasure]]]
    alike = defaultdict(list)
    for item in view.ran():
        scan = _grouped(view, item)
        if scan is not None and view.total_ratio(item) >= MIN_GROUPED_RATIO:
            node = scan.node
            told = (str(item.node.details["Group Key"]), node.filter, node.index_cond)
            key = (place(scan), *(_OWNER.sub("", text) for text in told))
            alike[key].append((item, scan))
    for pairs in alike.values():
        items = [item for item, _ in pairs]
        if len(pairs) < 2 or rows_of(pairs[0][1]) < MIN_GROUPED:
            continue
        keys = one_line(_key_text(items[-1]))
        claim = (
            f"{place(pairs[0][1])} is read and grouped by {keys} {len(pairs)} times, "
            f"{rows_of(pairs[0][1]):,.0f} rows each"
        )
        remedy = (
            "Group it once in a CTE (WITH … AS MATERIALIZED), and use the result in "
            "both places."
        )
        ratio = min(sum(map(view.total_ratio, items[1:])), 1.0)
        quantity = measured(float(len(pairs)), "times")
        found = finding(items[0], "repeated_groups", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def _grouped(view: PlanView, item: NodeMeasure) -> NodeMeasure | None:
    """The one table whose rows a node groups, if there is one."""
    details = item.node.details
    is_part = details.get("Partial Mode") in ("Partial", "Finalize")
    if item.node.node_type != "Aggregate" or not details.get("Group Key") or is_part:
        return None
    below = view.inputs(item)
    while len(below) == 1 and below[0].node.node_type in BETWEEN:
        below = view.inputs(below[0])
    return below[0] if len(below) == 1 and below[0].node.relation else None


def _key_text(item: NodeMeasure) -> str:
    keys = item.node.details["Group Key"]
    text = ", ".join(map(str, keys)) if isinstance(keys, list | tuple) else str(keys)
    return _OWNER.sub("", text)
