"""The z3 encoder proves what is true, and refuses what it does not model."""

from __future__ import annotations

import pytest

from analyzer.statements.plain_query import is_shown_whole
from analyzer.verification.predicate_proof import decide
from analyzer.verification.schema_facts import Column, Table


def column(name: str, base_type: str = "integer", *, not_null: bool = False) -> Column:
    return Column(
        name=name,
        type_name=base_type,
        base_type=base_type,
        category="N",
        element_type="",
        not_null=not_null,
        is_generated=False,
    )


TABLES = (
    Table(
        oid=1,
        schema="public",
        name="t",
        columns=(
            column("a"),
            column("b"),
            column("n", not_null=True),
            column("s", "text"),
            column("x", "boolean"),
            column("d", "double precision"),
        ),
    ),
    Table(oid=2, schema="public", name="u", columns=(column("c"),)),
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("NOT (a = 1 AND b = 2)", "a <> 1 OR b <> 2"),
        ("a NOT IN (1, 2)", "a <> 1 AND a <> 2"),
        ("COALESCE(a, 0) = 5", "a = 5"),
        ("COALESCE(a, 0) = 0", "a = 0 OR a IS NULL"),
        ("a = a", "a IS NOT NULL"),
        ("n = n", "n IS NOT NULL"),
        ("a IS DISTINCT FROM b", "a <> b OR (a IS NULL) <> (b IS NULL)"),
        ("a BETWEEN 2 AND 4", "a >= 2 AND a <= 4"),
        ("a NOT BETWEEN 2 AND 4", "a < 2 OR a > 4"),
        ("x IS NOT TRUE", "x IS NULL OR NOT x"),
        ("a > 4", "a >= 5"),
        ("s IN ('p', 'q')", "s = 'p' OR s = 'q'"),
        ("CASE WHEN a > 1 THEN x ELSE false END", "a > 1 AND x"),
    ],
)
def test_equivalent_conditions_are_proved(before: str, after: str) -> None:
    found = decide(
        f"SELECT a FROM t WHERE {before}", f"SELECT a FROM t WHERE {after}", TABLES
    )
    assert found is not None
    assert found.is_proved


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a <> b", "a IS DISTINCT FROM b"),
        ("a = b", "a IS NOT DISTINCT FROM b"),
        ("NOT (a = 1 AND b = 2)", "a <> 1 AND b <> 2"),
        ("a IS NULL", "a IS NOT NULL"),
        ("x", "x IS NOT FALSE"),
        ("a NOT IN (1, 2)", "(a IN (1, 2)) IS NOT TRUE"),
        ("a > 4", "a >= 4"),
        ("s = 'p'", "s = 'q'"),
    ],
)
def test_other_conditions_get_a_witness(before: str, after: str) -> None:
    found = decide(
        f"SELECT a FROM t WHERE {before}", f"SELECT a FROM t WHERE {after}", TABLES
    )
    assert found is not None
    assert not found.is_proved
    assert found.witness


@pytest.mark.parametrize(
    "condition",
    [
        "a + 1 > 5",  # it may fail
        "a / 2 = 1",
        "a BETWEEN SYMMETRIC 4 AND 2",
        "s < 'q'",  # texts have no order here
        "s LIKE 'p'",
        "d = 1",
        "a = ANY (ARRAY[1])",
        "a IN (SELECT c FROM u)",
        "a::bigint = 1",
        "CASE a WHEN 1 THEN true END",
        "a OPERATOR(pg_catalog.=) 1",
        "NULLIF(a, 1) = 2",
        "a = $1",
        "s = 'p' COLLATE \"C\"",
        "(a, b) = (1, 2)",
    ],
)
def test_what_is_not_modelled_is_not_proved(condition: str) -> None:
    query = f"SELECT a FROM t WHERE {condition}"
    found = decide(query, query.replace("SELECT a", "SELECT (a)"), TABLES)
    assert found is None or not found.is_proved


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT a FROM t",
        "SELECT a FROM t LIMIT 1",
        "SELECT a FROM t ORDER BY a",
        "SELECT a FROM t GROUP BY a",
        "SELECT a FROM t UNION SELECT a FROM t",
        "SELECT a FROM ONLY t",
        "SELECT a FROM t TABLESAMPLE SYSTEM (50)",
        "SELECT a FROM t LEFT JOIN u ON a = c",
        "SELECT a FROM t FOR UPDATE",
        "SELECT a FROM t NATURAL JOIN u",
        "SELECT a FROM (SELECT a FROM t) AS q",
        "WITH t AS (SELECT 1 AS a) SELECT a FROM t",
        "SELECT t.* FROM t",
        "SELECT sum(a), * FROM t",
    ],
)
def test_other_forms_of_queries_are_refused(query: str) -> None:
    assert decide(query, query, TABLES) is None


def test_a_join_is_a_condition_on_pairs_of_rows() -> None:
    found = decide(
        "SELECT a FROM t JOIN u ON a = c WHERE c > 1",
        "SELECT a FROM t JOIN u ON c = a AND a > 1",
        TABLES,
    )
    assert found is not None
    assert found.is_proved


def test_outputs_must_be_the_same_where_rows_are_kept() -> None:
    found = decide("SELECT a FROM t WHERE a = b", "SELECT b FROM t WHERE a = b", TABLES)
    assert found is not None
    assert found.is_proved
    other = decide("SELECT a FROM t WHERE a > 1", "SELECT b FROM t WHERE a > 1", TABLES)
    assert other is not None
    assert not other.is_proved


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a FROM t LIMIT 3",
        "SELECT a FROM t OFFSET 3",
        "SELECT a FROM t ORDER BY a FETCH FIRST 2 ROWS WITH TIES",
        "SELECT DISTINCT ON (a) a FROM t",
        "SELECT a FROM t FOR SHARE",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION SELECT n FROM r) SELECT n FROM r",
        "SELECT sum(a) OVER (ORDER BY a) FROM t",
        "SELECT * FROM (VALUES (1), (2)) AS v (a)",
        "SELECT a FROM t UNION ALL (SELECT a FROM t LIMIT 1)",
        "SELECT (SELECT a FROM t LIMIT 1) FROM t",
        "SELECT a FROM t TABLESAMPLE SYSTEM (1)",
        "SELECT a FROM t GROUP BY GROUPING SETS ((a), ())",
    ],
)
def test_what_explain_hides_is_never_proved_by_a_plan(query: str) -> None:
    assert not is_shown_whole(query)


def test_an_alias_means_the_relation_of_its_own_query() -> None:
    found = decide(
        "SELECT x.a FROM t AS x WHERE x.a > 1", "SELECT a FROM t WHERE a >= 2", TABLES
    )
    assert found is not None
    assert found.is_proved
    swapped = decide(
        "SELECT x.a FROM t AS x, t AS y WHERE x.b = 1",
        "SELECT x.a FROM t AS y, t AS x WHERE x.b = 1",
        TABLES,
    )
    assert swapped is not None
    assert not swapped.is_proved
