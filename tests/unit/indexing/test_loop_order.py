"""Rounds of a loop that come in the order of the index they search, or in any."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.indexing.loop_order import search_orders
from analyzer.indexing.plan_work import plan_work
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import summed
from tests.support.plan_nodes import (
    ORDERED,
    SCATTERED,
    a_catalog,
    a_plan,
    index_scan,
    loop,
    node,
    seq_scan,
)

AROUND = Surroundings.of(a_catalog())


def searched(column: str) -> Any:
    """A search of ``items`` by its key ``id``, for a column of the outer side."""
    return index_scan("key", 4, 1, Alias="inner", Index_Cond=f"(id = o.{column})")


def scanned(**more: Any) -> Any:
    return seq_scan(cost=9_000, rows=1_000, Alias="o", **more)


def order_of(outer: Any, column: str = "id") -> float:
    """How far the searches come in order; of the only one that there is."""
    plan = a_plan(
        loop(outer, searched(column), 50_000, 1_000), key=ORDERED, by_supplier=SCATTERED
    )
    (order,) = search_orders(plan, AROUND).values()
    return order


def found_by(name: str, **more: Any) -> Any:
    return index_scan(name, 900, 1_000, Alias="o", **more)


def test_a_scan_gives_rows_in_the_order_of_the_table() -> None:
    assert order_of(scanned()) == 1.0
    assert order_of(scanned(), "supplier") == pytest.approx(0.0001)


def test_an_index_gives_rows_in_its_own_order() -> None:
    assert order_of(found_by("by_supplier"), "supplier") == 1.0
    assert order_of(found_by("by_supplier"), "id") == pytest.approx(0.0001)
    assert order_of(found_by("key"), "id") == 1.0


def test_a_sort_gives_the_order_of_its_first_key() -> None:
    def sort(key: str) -> Any:
        return node("Sort", 9_900, 1_000, scanned(), Sort_Key=[key, "o.note"])

    assert order_of(sort("o.supplier"), "supplier") == 1.0
    assert order_of(sort("o.supplier DESC"), "supplier") == 1.0
    assert order_of(sort("o.supplier"), "id") == 0.0


def test_a_hash_join_keeps_the_order_of_the_side_that_probes() -> None:
    other = {**seq_scan(rows=10), "Alias": "x"}

    def join(outer: Any, inner: Any) -> Any:
        outer = {**outer, "Parent Relationship": "Outer"}
        hashed = node("Hash", 9_000, 1_000, inner, Parent_Relationship="Inner")
        return node("Hash Join", 20_000, 1_000, outer, hashed)

    assert order_of(join(scanned(), other)) == 1.0
    assert order_of(join(other, scanned())) == 0.0


def test_rows_found_round_by_round_come_as_the_rounds_do() -> None:
    def twice(first: Any) -> Any:
        middle = index_scan("key", 4, 1, Alias="o", Index_Cond="(id = first.id)")
        return loop(first, middle, 9_000, 1_000)

    plan = a_plan(
        loop(twice({**seq_scan(), "Alias": "first"}), searched("id"), 50_000, 1_000),
        key=ORDERED,
    )
    assert set(search_orders(plan, AROUND).values()) == {1.0}
    scattered = {**found_by("by_supplier"), "Alias": "first"}
    plan = a_plan(
        loop(twice(scattered), searched("id"), 50_000, 1_000),
        key=ORDERED,
        by_supplier=SCATTERED,
    )
    assert max(search_orders(plan, AROUND).values()) < 0.001


def test_what_cannot_be_followed_is_not_charged() -> None:
    subquery = node("Subquery Scan", 9_000, 1_000, scanned(), Alias="s")
    plan = a_plan(
        loop(
            subquery,
            index_scan("key", 4, 1, Alias="inner", Index_Cond="(id = s.id)"),
            50_000,
            1_000,
        ),
        key=ORDERED,
    )
    assert search_orders(plan, AROUND) == {}
    constant = index_scan("key", 4, 1, Alias="inner", Index_Cond="(id = 7)")
    plan = a_plan(loop(scanned(), constant, 50_000, 1_000), key=ORDERED)
    assert search_orders(plan, AROUND) == {}


def work_of(outer: Any, inner: Any) -> dict[str, float]:
    """The work of the inner side."""
    plan = a_plan(loop(outer, inner, 50_000, 5_000), key=ORDERED, by_supplier=SCATTERED)
    items = plan_work(plan, AROUND)
    return summed(tuple(i for i in items if i.node.alias in ("inner", "")), 1.0)


def test_the_first_row_of_each_search_out_of_order_is_fetched_far() -> None:
    inner = index_scan("key", 4, 5, Alias="inner", Index_Cond="(id = o.id)")
    work = work_of(scanned(), inner)
    assert (work["near_fetches"], work["far_fetches"]) == pytest.approx((5_000, 0))
    assert (work["searches"], work["far_searches"]) == (1_000, 0)
    work = work_of(found_by("by_supplier"), inner)
    assert work["near_fetches"] == pytest.approx(4_000, rel=0.001)
    assert work["far_fetches"] == pytest.approx(1_000, rel=0.001)
    assert work["searches"] == 1_000
    assert work["far_searches"] == pytest.approx(1_000, rel=0.001)


def test_a_bitmap_is_searched_as_an_index_is() -> None:
    found = node("Bitmap Index Scan", 2, 5, Index_Name="key", Index_Cond="(id = o.id)")
    names = {"Relation_Name": "items", "Schema": "public", "Alias": "inner"}
    inner = node("Bitmap Heap Scan", 9, 5, found, **names)
    assert work_of(scanned(), inner)["far_searches"] == 0
    scattered = work_of(found_by("by_supplier"), inner)
    assert scattered["far_searches"] == pytest.approx(1_000, rel=0.001)
