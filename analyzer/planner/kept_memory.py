"""What a statement would keep in memory beyond work_mem, estimated from its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.domain.plan import Plan
from analyzer.postgres.guard_facts import CatalogFacts

_UNCOUNTED_SORTS = 170_000
"""Since this version, a sort of one column does not count its values against work_mem,
unless a LIMIT stands above it: 8,000 values of 50 kB took 395 MB with work_mem at 16 MB
on 17.10 and 18.6, and 34 MB on 15.18 and 16.14."""
_BY_VALUE_BYTES = 8
_ORDERED_SETS = frozenset({"mode", "percentile_disc"})
"""Aggregates that sort one column, which EXPLAIN shows as no node."""


def kept_bytes(plan: Plan, catalog: CatalogFacts, server_version: int) -> float:
    """The larger of what aggregates collect and what sorts of one column hold.

    Args:
        plan: of EXPLAIN (VERBOSE, FORMAT JSON).
        catalog: what the statement's names mean.
        server_version: as ``server_version_num``.
    """
    collected = catalog.collected_bytes * _collected_rows(plan)
    if server_version < _UNCOUNTED_SORTS:
        return collected
    sorts = (_sorted_bytes(node, catalog) for node in _whole_sorts(plan))
    return max(collected, _ordered_bytes(plan, catalog), *sorts, 0.0)


def _collected_rows(plan: Plan) -> float:
    """The most rows that an aggregate, or ARRAY(SELECT …), is expected to collect."""
    return max(
        (
            child.plan_rows
            for node in plan.root.walk()
            for child in node.children
            if node.node_type in ("Aggregate", "WindowAgg")
            or child.parent_relationship in ("InitPlan", "SubPlan")
        ),
        default=0.0,
    )


def _whole_sorts(plan: Plan) -> Iterator[Mapping[str, Any]]:
    """Sorts without a LIMIT right above them, as EXPLAIN gave them."""
    stack = [("", plan.raw.get("Plan", {}))]
    while stack:
        above, node = stack.pop()
        if node.get("Node Type") == "Sort" and above != "Limit":
            yield node
        name = str(node.get("Node Type", ""))
        stack += [(name, child) for child in node.get("Plans", ())]


def _sorted_bytes(node: Mapping[str, Any], catalog: CatalogFacts) -> float:
    output = list(node.get("Output") or [])
    width = float(node.get("Plan Width", 0))
    if len(output) != 1 or width <= _BY_VALUE_BYTES:
        return 0.0
    if "(" in str(output[0]):
        # The planner takes the result of any call for 32 bytes.
        width = max(width, catalog.built_bytes)
    return float(node.get("Plan Rows", 0)) * width


def _ordered_bytes(plan: Plan, catalog: CatalogFacts) -> float:
    if not any(item.name in _ORDERED_SETS for item in catalog.functions):
        return 0.0
    widths = (
        child.plan_width_bytes
        for node in plan.root.walk()
        if node.node_type == "Aggregate"
        for child in node.children
    )
    width = max(widths, default=0)
    if width <= _BY_VALUE_BYTES:
        width = 0
    return max(width, catalog.built_bytes) * _collected_rows(plan)
