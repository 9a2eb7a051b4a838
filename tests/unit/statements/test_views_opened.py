"""A statement's views are written out, so that the tables below them are seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import RelationKind
from analyzer.domain.index import RelationName
from analyzer.statements.shape import shape
from analyzer.statements.views import MAX_CHARS, views_reading, with_views_opened
from tests.support.catalogs import catalog, table

STOCK = replace(table("stock", ["product_id", "on_hand"]), kind=RelationKind.VIEW)
LOW = replace(table("low", ["product_id"]), kind=RelationKind.VIEW)
CATALOG = catalog(
    table("events", ["product_id", "delta"]), table("products", ["id"]), STOCK, LOW
)
VIEWS = {
    STOCK.name: " SELECT product_id, sum(delta) AS on_hand FROM public.events"
    " GROUP BY product_id;",
    LOW.name: " SELECT product_id FROM public.stock WHERE on_hand < 5;",
}


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("SELECT * FROM stock WHERE product_id = $1", {"events"}),
        ("SELECT * FROM low l WHERE l.product_id = $1", {"events"}),
        ("SELECT 1 FROM products p JOIN public.low ON p.id = low.product_id",
         {"products", "events"}),
        ("DELETE FROM products WHERE id IN (SELECT product_id FROM low)",
         {"products", "events"}),
        ("WITH stock AS (SELECT 1 AS product_id) SELECT * FROM stock", set()),
        ("SELECT * FROM stock FOR UPDATE", {"stock"}),
        ("UPDATE low SET product_id = 1", {"low"}),
        ("SELECT * FROM events", {"events"}),
    ],
)  # fmt: skip
def test_tables_below_views(query: str, tables: set[str]) -> None:
    opened = with_views_opened(query, CATALOG, VIEWS)
    found = shape(opened, CATALOG)
    assert {use.relation.name for use in found.uses} == tables


def test_columns_of_a_view_may_be_renamed() -> None:
    opened = with_views_opened("SELECT s.a FROM stock s(a, b)", CATALOG, VIEWS)
    assert opened.endswith("GROUP BY product_id) s(a, b)")


def test_a_view_of_itself_and_long_ones_end() -> None:
    endless = {LOW.name: "SELECT a.product_id FROM public.low a, public.low b"}
    assert len(with_views_opened("SELECT * FROM low", CATALOG, endless)) < MAX_CHARS * 3
    long = {LOW.name: f"SELECT {'1 + ' * MAX_CHARS} 1 AS product_id"}
    assert with_views_opened("TABLE low", CATALOG, long) == "TABLE low"


def test_a_text_that_is_no_query_is_left_alone() -> None:
    for text in ("", "SELECT (", "DROP TABLE x", "SELECT 1; SELECT 2"):
        given = {RelationName("public", "low"): text}
        assert "DROP" not in with_views_opened("SELECT * FROM low", CATALOG, given)


def test_the_views_that_read_a_table() -> None:
    assert views_reading(RelationName("public", "events"), VIEWS) == {
        STOCK.name,
        LOW.name,
    }
    assert views_reading(STOCK.name, VIEWS) == {LOW.name}
    assert not views_reading(RelationName("public", "products"), VIEWS)
    assert not views_reading(RelationName("other", "events"), VIEWS)
    broken = {LOW.name: "SELECT ("}
    assert not views_reading(RelationName("public", "events"), broken)
