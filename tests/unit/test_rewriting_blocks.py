"""Whose column a name means, and what a block gives."""

from __future__ import annotations

import pytest

from analyzer.rewriting.block import output_names
from analyzer.rewriting.blocks import Blocks
from analyzer.statements.parse import parse_one
from tests.support.rule_cases import schema_catalog

CATALOG = schema_catalog()


def owner(query: str, name: str) -> str | None:
    """The alias a name means in the innermost block, and how far out that stands."""
    blocks = Blocks(parse_one(query).tree, CATALOG)
    inner = blocks.all[-1]
    found = inner.owner(name.split("."))
    if found is None:
        return None
    block, (source, _) = found
    return f"{'own' if block is inner else 'outer'} {source.alias}"


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("SELECT 1 FROM orders o, users u", "total", "own o"),
        ("SELECT 1 FROM orders o, users u", "manager_id", "own u"),
        ("SELECT 1 FROM orders o, users u", "id", None),
        ("SELECT 1 FROM orders o, users u", "u.id", "own u"),
        ("SELECT 1 FROM orders o, users u", "u.total", None),
        ("SELECT 1 FROM orders o, users u", "x.id", None),
        ("SELECT 1 FROM orders o, users u", "u.*", "own u"),
        ("SELECT 1 FROM orders", "public.orders.id", "own orders"),
        ("SELECT 1 FROM orders", "other.orders.id", None),
        ("SELECT 1 FROM orders o", "public.orders.id", None),
        ("SELECT 1 FROM orders", "orders.nothing", None),
        ("SELECT 1 FROM nothing n", "n.x", "own n"),
        ("SELECT 1 FROM nothing n", "x", None),
        # Names of the query around, and what hides them.
        ("SELECT (SELECT 1 FROM users u) FROM orders o", "total", "outer o"),
        ("SELECT (SELECT 1 FROM users u) FROM orders o", "o.id", "outer o"),
        ("SELECT (SELECT 1 FROM users u) FROM orders o", "id", "own u"),
        ("SELECT (SELECT 1 FROM nothing n) FROM orders o", "total", None),
        ("SELECT (SELECT 1 FROM nothing n) FROM orders o", "o.total", "outer o"),
        ("SELECT (SELECT 1 FROM users o) FROM orders o", "o.total", None),
        ("SELECT (SELECT 1 FROM users total) FROM orders o", "total", None),
        ("SELECT (SELECT 1 FROM users orders) FROM orders", "public.orders.id", None),
        (
            "SELECT (SELECT 1 FROM users u) FROM orders",
            "public.orders.id",
            "outer orders",
        ),
        ("SELECT (SELECT 1 FROM users, users u) FROM orders o", "name", None),
        (
            "SELECT (SELECT 1 FROM users NATURAL JOIN regions) FROM orders",
            "total",
            None,
        ),
        ("SELECT 1 FROM orders o(a, b)", "total", None),
        ("SELECT 1 FROM (SELECT id AS a FROM orders) q(b)", "a", None),
    ],
)
def test_a_name_means_one_column_or_is_not_certain(
    query: str, name: str, expected: str | None
) -> None:
    assert owner(query, name) == expected


@pytest.mark.parametrize(
    ("table", "is_known"), [("orders", False), ("public.orders", True)]
)
def test_a_cte_hides_the_table_of_its_name(table: str, is_known: bool) -> None:
    query = f"WITH orders AS (SELECT 1 AS x) SELECT 1 FROM {table}"
    top = Blocks(parse_one(query).tree, CATALOG).top
    assert top is not None
    assert (top.owner(["total"]) is not None) == is_known


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT id, total AS t, max(x) FROM orders", ("id", "t", "max")),
        ("SELECT id, total AS id FROM orders", None),
        ("SELECT * FROM orders", None),
        ("SELECT id, total + 1 FROM orders", None),
        ("SELECT FROM orders", None),
    ],
)
def test_output_names_are_all_certain_or_none(
    query: str, expected: tuple[str, ...] | None
) -> None:
    assert output_names(parse_one(query).fields) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM (SELECT id AS a, total FROM orders) q", ["a", "total"]),
        ("SELECT q.*, 1 FROM (SELECT id AS a FROM orders) q", ["a", ""]),
        ("SELECT q.a FROM (SELECT id AS a FROM orders) q", ["a"]),
        ("SELECT * FROM nothing", None),
        ("SELECT n.* FROM users u, nothing n", None),
        ("SELECT u.* FROM users u, nothing n", ["id", "name", "manager_id"]),
    ],
)
def test_a_star_is_spelt_out(query: str, expected: list[str] | None) -> None:
    blocks = Blocks(parse_one(query).tree, CATALOG)
    found = blocks.outputs(blocks.all[0])
    assert (None if found is None else [name for name, _ in found]) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT 1 FROM a LEFT JOIN b ON true",
            {"a": (False, False), "b": (True, False)},
        ),
        (
            "SELECT 1 FROM a RIGHT JOIN b ON true",
            {"a": (True, False), "b": (False, False)},
        ),
        (
            "SELECT 1 FROM a FULL JOIN b ON true",
            {"a": (True, False), "b": (True, False)},
        ),
        ("SELECT 1 FROM a JOIN b ON true", {"a": (False, True), "b": (False, True)}),
        (
            "SELECT 1 FROM a LEFT JOIN (b JOIN c ON true) ON true, d",
            {
                "a": (False, False),
                "b": (True, False),
                "c": (True, False),
                "d": (False, True),
            },
        ),
        (
            "SELECT 1 FROM (a LEFT JOIN b ON true) JOIN c ON true",
            {"a": (False, False), "b": (True, False), "c": (False, True)},
        ),
    ],
)
def test_joins_tell_what_they_may_fill(
    query: str, expected: dict[str, tuple[bool, bool]]
) -> None:
    (block,) = Blocks(parse_one(query).tree, CATALOG).all
    found = {item.alias: (item.nullable, item.joined) for item in block.sources}
    assert found == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 FROM orders NATURAL JOIN users",
        "SELECT 1 FROM orders JOIN users USING (id)",
        "SELECT 1 FROM (orders o JOIN users u ON true) AS j",
        "SELECT 1 FROM generate_series(1, 2) AS g",
        "SELECT 1 FROM orders TABLESAMPLE system (1)",
        "SELECT o.id, (SELECT count(o.id) FROM users u) FROM orders o",
    ],
)
def test_what_it_cannot_name_is_no_select_for_rules(query: str) -> None:
    blocks = Blocks(parse_one(query).tree, CATALOG)
    assert blocks.all[0] not in list(blocks.selects)
