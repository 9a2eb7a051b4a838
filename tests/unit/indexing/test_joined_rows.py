"""Joins by several columns whose combinations are known have the rows they have."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    ForeignKey,
    Relation,
    RelationKind,
)
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan
from analyzer.indexing.joined_rows import known_combinations, with_joined_rows
from analyzer.plans.read_json import read_plan

ITEM, OFFER = RelationName("public", "item"), RelationName("public", "offer")
COUNTS = {"part": 2_000.0, "supp": 100.0}


def relation(name: RelationName, rows: float, *, has_key: bool) -> Relation:
    columns = tuple(
        Attribute(
            name=one, number=n, type_name="integer", n_distinct=count, null_frac=0
        )
        for n, (one, count) in enumerate(COUNTS.items(), 1)
    )
    return Relation(
        name=name,
        kind=RelationKind.TABLE,
        reltuples=rows,
        relpages=int(rows / 100),
        size_bytes=int(rows * 80),
        attributes=columns,
        unique_keys=(tuple(COUNTS),) if has_key else (),
        distinct_combinations=() if has_key else ((("part", "supp"), 8_000.0),),
    )


def a_catalog(**changes: Any) -> Catalog:
    item = replace(relation(ITEM, 60_000, has_key=False), **changes)
    return Catalog(
        server_id="s",
        server_version_num=180_006,
        database="d",
        read_at=datetime(2026, 11, 28, tzinfo=UTC),
        relations=(item, relation(OFFER, 8_000, has_key=True)),
        settings={},
    )


def scan(name: str, rows: float, side: str, **more: Any) -> Any:
    return {
        "Node Type": "Seq Scan",
        "Relation Name": name,
        "Schema": "public",
        "Alias": more.pop("alias", name),
        "Startup Cost": 0,
        "Total Cost": 10,
        "Plan Rows": rows,
        "Plan Width": 8,
        "Parent Relationship": side,
        **more,
    }


BOTH = "((o.part = i.part) AND (o.supp = i.supp))"


def a_plan(condition: str = BOTH, kind: str = "Inner", top: str = "Sort") -> Plan:
    join = {
        "Node Type": "Hash Join",
        "Join Type": kind,
        "Hash Cond": condition,
        "Startup Cost": 0,
        "Total Cost": 100,
        "Plan Rows": 2_400,
        "Plan Width": 8,
        "Parent Relationship": "Outer",
        "Plans": [
            scan("item", 60_000, "Outer", alias="i"),
            scan("offer", 8_000, "Inner", alias="o"),
        ],
    }
    root = {
        "Node Type": top,
        "Startup Cost": 0,
        "Total Cost": 120,
        "Plan Rows": 2_400,
        "Plan Width": 8,
        "Plans": [join],
    }
    return read_plan(json.dumps({"Plan": root}), source="test")


def rows_of(plan: Plan, catalog: Catalog | None = None) -> list[float]:
    known = known_combinations(catalog or a_catalog())
    return [n.plan_rows for n in with_joined_rows(plan, known).root.walk()]


def test_each_row_finds_its_partner() -> None:
    assert rows_of(a_plan()) == [60_000, 60_000, 60_000, 8_000]


def test_groups_stay_as_many() -> None:
    assert rows_of(a_plan(top="Aggregate"))[:2] == [2_400, 60_000]


@pytest.mark.parametrize(
    "condition", ["(o.part = i.part)", "((o.part = i.part) AND (o.supp > i.supp))", ""]
)
def test_a_join_by_part_of_the_key_is_left_alone(condition) -> None:
    assert rows_of(a_plan(condition))[1] == 2_400


def test_an_anti_join_is_left_alone() -> None:
    assert rows_of(a_plan(kind="Anti"))[1] == 2_400


def test_what_the_planner_knows_by_a_foreign_key_is_left_alone() -> None:
    known = ForeignKey(
        name="fk",
        attributes=("part", "supp"),
        referenced=OFFER,
        referenced_attributes=("part", "supp"),
    )
    assert rows_of(a_plan(), a_catalog(foreign_keys=(known,)))[1] == 2_400


def test_a_plan_that_was_run_keeps_its_rows() -> None:
    plan = a_plan()
    ran = replace(plan, root=replace(plan.root, actual_rows=7.0, loops=1.0))
    assert with_joined_rows(ran, known_combinations(a_catalog())) is ran


def test_a_loop_finds_the_rows_of_each_combination() -> None:
    """Seven and a half of 60,000 rows for each of 8,000 combinations."""
    searched = {"Index Cond": "(i.part = o.part)", "Filter": "(o.supp = i.supp)"}
    inner = scan("item", 1, "Inner", alias="i", **searched)
    root = {
        "Node Type": "Nested Loop",
        "Join Type": "Inner",
        "Startup Cost": 0,
        "Total Cost": 100,
        "Plan Rows": 120,
        "Plan Width": 8,
        "Plans": [scan("offer", 400, "Outer", alias="o"), inner],
    }
    plan = read_plan(json.dumps({"Plan": root}), source="test")
    assert rows_of(plan) == [pytest.approx(3_000), 400, pytest.approx(7.5)]
