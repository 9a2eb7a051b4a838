"""Plans made node by node, and the table they read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.plan import Plan
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import TimeModel
from analyzer.plans.read_json import read_plan

ITEMS = RelationName("public", "items")
SCATTERED = IndexDefinition(relation=ITEMS, keys=(IndexKey(attribute="supplier"),))
ORDERED = IndexDefinition(relation=ITEMS, keys=(IndexKey(attribute="id"),))


def a_catalog(**settings: str) -> Catalog:
    def column(name: str, number: int, correlation: float) -> Attribute:
        return Attribute(
            name=name,
            number=number,
            type_name="integer",
            n_distinct=10_000,
            null_frac=0.0,
            avg_width_bytes=4,
            correlation=correlation,
            type_length=4,
            type_alignment="i",
        )

    items = Relation(
        name=ITEMS,
        kind=RelationKind.TABLE,
        reltuples=1_000_000,
        relpages=20_000,
        size_bytes=20_000 * 8192,
        relallvisible=20_000,
        attributes=(column("id", 1, 1.0), column("supplier", 2, 0.01)),
    )
    return Catalog(
        server_id="s",
        server_version_num=180_006,
        database="d",
        read_at=datetime(2026, 11, 27, tzinfo=UTC),
        relations=(items,),
        settings=settings,
    )


def model() -> TimeModel:
    return TimeModel(around=Surroundings.of(a_catalog()))


def node(kind: str, cost: float, rows: float, *plans: Any, **more: Any) -> Any:
    found = {"Node Type": kind, "Total Cost": cost, "Plan Rows": rows}
    found |= {"Startup Cost": 0.0, "Plan Width": 8}
    found |= {key.replace("_", " "): value for key, value in more.items()}
    if plans:
        found["Plans"] = list(plans)
    return found


def a_plan(root: Any, **indexes: IndexDefinition) -> Plan:
    plan = read_plan(json.dumps({"Plan": root}), source="test")
    return replace(plan, hypothetical_indexes=indexes)


def seq_scan(cost: float = 30_000, rows: float = 1_000_000, **more: Any) -> Any:
    names = {"Relation_Name": "items", "Schema": "public"}
    return node("Seq Scan", cost, rows, **names, **more)


def index_scan(name: str, cost: float, rows: float, **more: Any) -> Any:
    names = {"Relation_Name": "items", "Schema": "public", "Index_Name": name}
    return node("Index Scan", cost, rows, **names, **more)


def loop(outer: Any, inner: Any, cost: float, rows: float, **more: Any) -> Any:
    outer = {**outer, "Parent Relationship": "Outer"}
    inner = {**inner, "Parent Relationship": "Inner"}
    return node("Nested Loop", cost, rows, outer, inner, **more)
