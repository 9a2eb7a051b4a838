"""Heap fetches that a nested loop scatters over a table, which planners underprice."""

from __future__ import annotations

from collections.abc import Collection

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan, PlanNode

MIN_FETCHES = 10_000.0
MAX_CORRELATION = 0.5


def scattered_fetches(
    plan: Plan, definition: IndexDefinition, relation: Relation
) -> float:
    """Rows a nested loop would fetch one by one through this index, 0 if harmless.

    The cost model caps such fetches at the pages of the table; a real run does not.
    In our study of TPC-H these were the plans that got slower although their cost fell
    (compare "Understanding and Detecting Query Performance Regression in Practical
    Index Tuning", SIGMOD 2026). Harmless are few fetches, fewer than the table has
    pages, and an order of rows that follows the index.
    """
    names = {
        name for name, asked in plan.hypothetical_indexes.items() if asked == definition
    }
    fetches = max(
        (_fetches(node, names) for node in plan.root.walk()),
        default=0.0,
    )
    attribute = relation.attribute(definition.keys[0].attribute)
    correlation = abs(attribute.correlation or 0.0) if attribute else 0.0
    if correlation >= MAX_CORRELATION:
        return 0.0
    return fetches if fetches >= max(MIN_FETCHES, relation.relpages) else 0.0


def _fetches(node: PlanNode, names: Collection[str]) -> float:
    """Of one nested loop: rows of its outer side times rows of the index scan."""
    if node.node_type != "Nested Loop" or len(node.children) < 2:
        return 0.0
    outer, inner = node.children[0], node.children[1]
    per_loop = max(
        (
            item.plan_rows
            for item in inner.walk()
            if item.node_type == "Index Scan" and item.index_name in names
        ),
        default=0.0,
    )
    return outer.plan_rows * per_loop
