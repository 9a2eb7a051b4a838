"""Findings on what surrounds a plan: visibility map, JIT, partitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import ConditionKind, conditions
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    is_partition,
    measured,
    over_loops,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import jit_ms, number

MIN_HEAP_FETCHES = 1_000
MIN_HEAP_FETCH_RATIO = 0.1
MIN_DEAD_PER_ROW = 100.0
MIN_JIT_MS = 10.0
MIN_JIT_RATIO = 0.25
MIN_PARTITIONS = 4
MIN_EMPTY_RATIO = 0.7

_PRUNING = frozenset({ConditionKind.EQUALITY, ConditionKind.RANGE})


def heap_fetches(view: PlanView) -> Iterator[Finding]:
    """Index only scans that visit the table, since the visibility map is stale."""
    for item in view.ran():
        fetches = number(item.node.details, "Heap Fetches") or 0.0
        ratio = view.own_ratio(item)
        read = rows_of(item) + over_loops(item.node, item.node.rows_removed_by_filter)
        if fetches < max(MIN_HEAP_FETCHES, MIN_HEAP_FETCH_RATIO * read):
            continue
        if ratio < MIN_RATIO:
            continue
        if fetches >= MIN_DEAD_PER_ROW * max(read, 1.0):
            yield _dead_entries(item, fetches, ratio)
            continue
        claim = (
            f"{title(item)} visits the table {fetches:,.0f} times for {read:,.0f} "
            "rows, since the visibility map does not know their pages"
        )
        found = finding(
            item, "heap_fetches", claim, measured(fetches, "heap fetches"), ratio
        )
        remedy = f"VACUUM {place(item)}, and let autovacuum come more often."
        yield replace(found, remedy=remedy)


def _dead_entries(item: NodeMeasure, fetches: float, ratio: float) -> Finding:
    claim = (
        f"{title(item)} visits the table {fetches:,.0f} times for {rows_of(item):,.0f} "
        "rows: nearly all index entries are of dead rows"
    )
    remedy = (
        f"VACUUM {place(item)}, after the oldest transaction that may still see these "
        "rows has ended (pg_stat_activity.backend_xmin, prepared transactions, slots)."
    )
    quantity = measured(fetches, "heap fetches")
    return replace(
        finding(item, "dead_index_entries", claim, quantity, ratio), remedy=remedy
    )


def costly_jit(view: PlanView) -> Iterator[Finding]:
    """Compiling that takes a large part of the time it could save."""
    spent_ms = jit_ms(view.plan)
    total_ms = view.plan.execution_time_ms or view.total_ms
    if spent_ms is None or spent_ms < MIN_JIT_MS or total_ms <= 0:
        return
    ratio = min(spent_ms / total_ms, 1.0)
    if ratio < MIN_JIT_RATIO:
        return
    root = view.items[0]
    claim = f"JIT compiles for {spent_ms:,.0f} ms of {total_ms:,.0f} ms"
    found = finding(root, "costly_jit", claim, measured(spent_ms, "ms"), ratio)
    cost = view.plan.total_cost
    remedy = f"Set jit = off, or jit_above_cost above this plan's cost of {cost:,.0f}."
    yield replace(found, remedy=remedy)


def unpruned_partitions(view: PlanView) -> Iterator[Finding]:
    """Partitions that were read and gave nothing."""
    for item in view.ran():
        if item.node.node_type not in ("Append", "Merge Append"):
            continue
        parts = [part for part in view.inputs(item) if is_partition(part)]
        empty = [part for part in parts if rows_of(part) == 0]
        lost = sum(view.total_ratio(part) for part in empty)
        if len(parts) < MIN_PARTITIONS or lost < MIN_RATIO:
            continue
        if len(empty) < MIN_EMPTY_RATIO * len(parts):
            continue
        if len(empty) == len(parts) and _is_on_columns(parts[0]):
            continue  # a condition on the key would have left all of them out but one
        claim = (
            f"{len(empty)} of {len(parts)} partitions ({place(empty[0])}, …) were read "
            "and gave no row"
        )
        found = finding(
            item,
            "unpruned_partitions",
            claim,
            measured(len(empty), "partitions"),
            lost,
        )
        remedy = (
            "Add a condition on the partition key, written on the bare column, so that "
            "partitions can be left out."
        )
        yield replace(found, remedy=remedy)


def _is_on_columns(item: NodeMeasure) -> bool:
    """Whether all conditions compare bare columns, as those that prune do."""
    parts = conditions(item.node.filter)
    return all(part.kind in _PRUNING for part in parts)
