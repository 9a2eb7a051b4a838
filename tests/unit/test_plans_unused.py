"""Why an index does not serve: each reason from the statement's own text."""

from __future__ import annotations

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.plans.read_json import read_plan
from analyzer.plans.unused import TableSize, condition_reason, cost_reason
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.shape import shape

CATALOG = catalog_from_ddl("CREATE TABLE t (a int, b text, c timestamptz, d numeric)")
T = RelationName("public", "t")


def reason(
    where: str, key: IndexKey, predicate: str = "", filters: tuple[str, ...] = ()
) -> str:
    query = f"SELECT * FROM t WHERE {where}"
    conditions = tuple(
        (item, query[item.start : item.end])
        for item in shape(query, CATALOG).predicates
    )
    definition = IndexDefinition(relation=T, keys=(key,), predicate=predicate)
    return condition_reason(definition, conditions, filters)


@pytest.mark.parametrize(
    ("where", "column", "words"),
    [
        ("lower(b) = 'x'", "b", "the condition lower(b) = 'x' computes lower(b)"),
        ("c::date = '2026-01-01'", "c", "computes c::date"),
        ("a + 1 = 5", "a", "computes a + 1"),
        ("b LIKE '%x'", "b", "has no fixed start"),
        ("b LIKE 'x%'", "b", "text_pattern_ops"),
        ("a <> 4", "a", "which rows are not wanted"),
        ("a = 4 OR b = 'x'", "a", "need not hold"),
        ("a = 4", "b", "its first column, b, stands in no condition"),
        ("d = 4", "d", "do not fit the condition"),
    ],
)
def test_the_condition_that_cannot_be_searched_by(
    where: str, column: str, words: str
) -> None:
    assert words in reason(where, IndexKey(attribute=column))


def test_an_expression_a_partial_index_and_a_cast_of_the_server() -> None:
    key = IndexKey(expression="lower(b)")
    assert "does not compute lower(b)" in reason("upper(b) = 'X'", key)
    assert "lower(b), stands in no condition" in reason("a = 1", key)
    partial = reason("a = 4", IndexKey(attribute="a"), "b = 'x'")
    assert "only rows with b = 'x'" in partial
    cast = ("((t.d)::double precision = '4'::double precision)",)
    told = reason("d = 4", IndexKey(attribute="d"), "", cast)
    assert "compares d as double precision" in told


def plan(cost: float) -> object:
    return {"Plan": {"Node Type": "Seq Scan", "Total Cost": cost, "Plan Rows": 1}}


@pytest.mark.parametrize(
    ("rows", "size", "words"),
    [
        (1, TableSize(rows=10, pages=1), "small: 1 page, which is"),
        (1, TableSize(rows=900, pages=9), "small: 9 pages, which are"),
        (600, TableSize(rows=1000, pages=90), "600 of 1,000 rows (60%)"),
        (1, TableSize(rows=1000, pages=90), "The plan uses other instead."),
    ],
)
def test_a_search_that_costs_more(rows: float, size: TableSize, words: str) -> None:
    chosen, forced = (read_plan(plan(cost), source="x") for cost in (10.0, 25.0))
    told = cost_reason(chosen, forced, rows, size, "other")
    assert told.startswith(
        "A plan that searches in it costs 25.00, the chosen one 10.00, 2.5 times less."
    )
    assert words in told


def test_a_column_that_is_only_sorted_by_is_no_missing_condition() -> None:
    definition = IndexDefinition(relation=T, keys=(IndexKey(attribute="b"),))
    found = condition_reason(definition, (), (), {"b"})
    assert found.startswith(
        "The statement only sorts or groups by its first column, b:"
    )
    assert "condition" not in found
