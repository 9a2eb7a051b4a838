"""Small facts that rules stand on, asked by themselves."""

from __future__ import annotations

import pytest

from analyzer.domain.catalog import Relation
from analyzer.domain.index import RelationName
from analyzer.rewriting.comparison import stable_type
from analyzer.rewriting.conditions import (
    has_pattern_index,
    holds_key,
    not_null_key,
    rejects_null,
)
from analyzer.rewriting.literals import listed, number_constant, number_node
from analyzer.rewriting.trees import expression
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.print_tree import printed
from analyzer.statements.shape import shape

CATALOG = catalog_from_ddl(
    """
    CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int, d text, e text, f text,
        g text, h text, i text, UNIQUE (c), UNIQUE (a, b), UNIQUE (a, c));
    CREATE INDEX ON t (d text_pattern_ops);
    CREATE INDEX ON t (e);
    CREATE INDEX ON t (f COLLATE "C");
    CREATE INDEX ON t (g text_pattern_ops) WHERE a > 3;
    CREATE INDEX ON t USING gin (h gin_trgm_ops);
    CREATE INDEX ON t (a, i varchar_pattern_ops);
    CREATE TABLE plain (a int);
    """
)
T, PLAIN = (CATALOG.by_name[RelationName("public", name)] for name in ("t", "plain"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'2024-01-01'", ""),
        ("$1", ""),
        ("'2024-01-01'::date", "date"),
        ("$1::timestamp", "timestamp"),
        ("current_date", "date"),
        ("localtimestamp", "timestamp"),
        ("current_timestamp", "timestamptz"),
        ("current_date::timestamp", "timestamp"),
        ("current_user", None),
        ("now()", "timestamptz"),
        ("now()::date", "date"),
        ("clock_timestamp()", None),
        ("current_date - 7", "date"),
        ("current_date - '7'", None),
        ("current_date - 7::bigint", None),
        ("current_date + interval '1 day'", None),
        ("now() - interval '1 day'", "timestamptz"),
        ("localtimestamp - interval '1 day'", "timestamp"),
        ("now() - 7", None),
        ("(current_date - 7)::timestamp", "timestamp"),
        ("(now() - clock_timestamp())::timestamp", None),
        ("(now() * 2)::date", None),
        ("(now() - x)::date", None),
        ("(now() - (SELECT interval '1 day'))::date", None),
        ("x", None),
        ("(SELECT 1)", None),
    ],
)
def test_what_is_the_same_for_every_row_has_a_type(text: str, kind: str | None) -> None:
    assert stable_type(expression(text)) == kind


def test_nothing_has_no_type() -> None:
    assert stable_type(None) is None


def test_the_shortest_key_without_nulls() -> None:
    assert not_null_key(T) == ("a", "b")
    assert not_null_key(PLAIN) == ()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [("ab", True), ("abc", True), ("a", False), ("c", False), ("ac", False)],
)
def test_a_key_is_among_columns(columns: str, expected: bool) -> None:
    assert holds_key(T, set(columns)) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        *(("d", True), ("e", False), ("f", True), ("g", False)),
        *(("h", False), ("i", False), ("a", False)),
    ],
)
def test_an_index_that_serves_prefixes(column: str, expected: bool) -> None:
    assert has_pattern_index(T, column) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("c = 3", True),
        ("c IN (1, 2)", True),
        ("c > 3 AND a = 1", True),
        ("c IS NOT NULL", True),
        ("a = 3", False),
        ("c IS NULL", False),
        ("c = 3 OR a = 1", False),
        ("coalesce(c, 1) = 1", False),
        ("c IS DISTINCT FROM 3", False),
    ],
)
def test_a_condition_that_no_null_passes(condition: str, expected: bool) -> None:
    found = shape(f"SELECT a FROM t WHERE {condition}", CATALOG)
    assert rejects_null(found.predicates, "c") == expected


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("x IN (1, 2)", ["1", "2"]),
        ("x = ANY (ARRAY[1, 2])", ["1", "2"]),
        ("x = ANY ('{a,b-c}')", ["'a'", "'b-c'"]),
        ("x = ANY ('{1,2}'::int[])", ["'1'", "'2'"]),
        ("x = ANY ('{a}'::text[])", ["'a'"]),
        ("x = ANY ('{a}'::citext[])", None),
        ("x = ANY ('{a,NULL}')", None),
        ("x = ANY ('{\"a\"}')", None),
        ("x = ANY ('{{a},{b}}')", None),
        ("x = ANY ('{}')", None),
        ("x = ANY ($1)", None),
        ("x = ALL (ARRAY[1])", None),
        ("x NOT IN (1, 2)", None),
        ("x < ANY (ARRAY[1])", None),
        ("x = 1", None),
    ],
)
def test_lists_however_they_are_written(text: str, items: list[str] | None) -> None:
    found = listed(expression(text))
    shown = None if found is None else [_shown(item) for item in found[1]]
    assert shown == items


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("3", "3"), ("-3", "-3"), ("- 2.50", "-5/2"), ("1e3", "1000")),
        *(("+3", None), ("'3'", None), ("3::int", None), ("x", None), ("NULL", None)),
    ],
)
def test_a_number_in_the_text(text: str, value: str | None) -> None:
    found = number_constant(expression(text))
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(
    ("text", "scale", "shown"),
    [("5", 0, "5"), ("-5", 0, "-5"), ("0.05", 2, "0.05"), ("-12.5", 2, "-12.50")],
)
def test_a_number_as_text(text: str, scale: int, shown: str) -> None:
    value = number_constant(expression(text))
    assert value is not None
    assert _shown(number_node(value, scale)) == shown


def _shown(node: dict[str, object]) -> str:
    fields = {"targetList": [{"ResTarget": {"val": node}}], "op": "SETOP_NONE"}
    fields["limitOption"] = "LIMIT_OPTION_DEFAULT"
    return printed({"SelectStmt": fields}).removeprefix("SELECT ")


def test_relations_are_those_of_the_text() -> None:
    assert isinstance(T, Relation) and T.unique_keys == (("c",), ("a", "b"), ("a", "c"))
