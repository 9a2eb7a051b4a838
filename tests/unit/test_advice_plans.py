from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.breadth import is_broad
from analyzer.indexing.scattered import scattered_fetches
from tests.support.catalogs import definition, table

T = table("t", ("id", "a"), rows=100_000)
INDEX = definition("t", "a")


def node(kind: str, rows: float, *children: PlanNode, index: str = "") -> PlanNode:
    return PlanNode(
        node_type=kind,
        startup_cost=0.0,
        total_cost=1.0,
        plan_rows=rows,
        index_name=index,
        children=children,
    )


def plan(root: PlanNode) -> Plan:
    return Plan(root=root, source="test", hypothetical_indexes={"h": INDEX})


def loop(outer: float, inner: float, *, kind: str = "Index Scan") -> Plan:
    scan = node(kind, inner, index="h")
    return plan(node("Nested Loop", outer * inner, node("Seq Scan", outer), scan))


def test_many_scattered_fetches_are_counted() -> None:
    assert scattered_fetches(loop(10_000, 30), INDEX, T) == 300_000


@pytest.mark.parametrize(
    "harmless",
    [
        loop(10, 30),
        loop(10_000, 30, kind="Index Only Scan"),
        plan(node("Index Scan", 300_000, index="h")),
        plan(node("Nested Loop", 9, node("Seq Scan", 1e6), node("Index Scan", 9))),
    ],
    ids=["few", "index-only", "no loop", "another index"],
)
def test_harmless_fetches_are_not(harmless: Plan) -> None:
    assert scattered_fetches(harmless, INDEX, T) == 0


def test_fetches_in_the_order_of_the_rows_are_harmless() -> None:
    ordered = replace(T.attributes[1], correlation=0.98)
    relation = replace(T, attributes=(T.attributes[0], ordered))
    assert scattered_fetches(loop(10_000, 30), INDEX, relation) == 0


@pytest.mark.parametrize(
    ("one", "broad"),
    [
        (plan(node("Index Only Scan", 50_000, index="h")), True),
        (plan(node("Bitmap Index Scan", 20_000, index="h")), True),
        (plan(node("Index Scan", 5_000, index="h")), False),
        (plan(node("Limit", 10, node("Index Scan", 50_000, index="h"))), False),
        (plan(node("Index Scan", 50_000, index="existing")), False),
    ],
)
def test_broad_is_a_fifth_of_the_table_without_a_limit(one: Plan, broad: bool) -> None:
    assert is_broad(one, {T.name: 100_000.0}) is broad
