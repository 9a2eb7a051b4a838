"""How large a statement can make things: what multiplies, and what only looks so."""

# ruff: noqa: E501 - one query a line reads best
from __future__ import annotations

import pytest

from analyzer.statements.growth import MAX_BUILT_BYTES, MAX_COPIES, Growth, growth
from analyzer.statements.parse import parse_one


def measured(query: str) -> Growth:
    return growth(parse_one(query).tree)


def nested(depth: int, expression: str, start: str) -> str:
    query = start
    for _level in range(depth):
        query = f"SELECT {expression} x FROM ({query}) s"
    return query


def test_each_level_doubles_the_copies() -> None:
    ten, eleven = (measured(nested(n, "x + x", "SELECT 1 x")) for n in (10, 11))
    assert ten.output_copies == 2**10
    assert eleven.output_copies == 2**11


@pytest.mark.parametrize(
    "query",
    [
        nested(25, "x || x", "SELECT 'a'::text x"),
        nested(25, "s.x + s.x", "SELECT id x FROM t"),
        nested(25, "CASE WHEN x > 0 THEN x END", "SELECT id x FROM t"),
        "WITH a AS (SELECT 1 x)"
        + "".join(
            f", a{n} AS NOT MATERIALIZED (SELECT x + x x FROM {f'a{n - 1}' if n else 'a'})"
            for n in range(25)
        )
        + " SELECT x FROM a24",
    ],
)
def test_what_is_written_out_is_too_much(query: str) -> None:
    assert measured(query).copies > MAX_COPIES


@pytest.mark.parametrize(
    "query",
    [
        "SELECT replace(repeat('a', 9999), 'a', repeat('b', 9999))",
        "SELECT length(" + "encode(convert_to(" * 24 + "'a'" + ", 'utf8'), 'hex')" * 24 + ")",
        "SELECT length(" + "to_json(" * 24 + "'a'::text" + ")::text" * 24 + ")",
        "SELECT length(" + "ROW(" * 24 + "'a'" + ")::text" * 24 + ")",
        nested(20, "x || x", "SELECT name x FROM t") + " OFFSET 0",
        "SELECT " + ", ".join(["'1'::bit(83886080)"] * 10),
        "SELECT replace(1e9000::text, '0', 1e9000::text)",
        "SELECT replace(power(10, 99999)::text, '0', name) FROM t",
        "SELECT array_to_string(string_to_array(repeat('a', 9999), NULL), repeat('b', 9999))",
    ],
)  # fmt: skip
def test_values_multiply(query: str) -> None:
    assert measured(query).built_bytes > MAX_BUILT_BYTES


@pytest.mark.parametrize(
    "query",
    [
        "SELECT first || ' ' || last FROM t",
        "SELECT regexp_replace(lower(trim(title)), '[^a-z]+', '-', 'g') FROM t",
        "SELECT lpad(name, 100), repeat('x', 1000), replace(name, 'a', 'b') FROM t",
        "SELECT power(a - b, 2), to_char(sum(x), '999D99') FROM t",
        "SELECT json_build_object('a', (SELECT json_agg(t) FROM t)) FROM u",
        # Each level is computed by itself, so nothing is written out.
        nested(9, "sum(x) + max(x)", "SELECT id x FROM t") + " GROUP BY x",
        "SELECT " + " + ".join(f"c{n}" for n in range(200)) + " FROM t",
        "SELECT id FROM t WHERE id IN (" + ", ".join(map(str, range(3000))) + ")",
    ],
)
def test_ordinary_queries_stay_far_below(query: str) -> None:
    found = measured(query)
    assert found.copies < MAX_COPIES / 10
    assert found.built_bytes < MAX_BUILT_BYTES / 10
    assert not found.doubles


def test_a_fence_ends_what_is_written_out() -> None:
    inner = nested(10, "x + x", "SELECT 1 x")
    assert measured(f"SELECT x + x FROM ({inner} OFFSET 0) s").output_copies == 2
    assert (
        measured(f"WITH s AS MATERIALIZED ({inner}) SELECT x FROM s").output_copies == 1
    )


@pytest.mark.parametrize(
    ("step", "doubles"),
    [
        ("s || s", True),
        ("concat(s, '/', s)", True),
        ("s || '/' || t.name", False),
        ("t.name", False),
    ],
)
def test_a_recursive_cte_doubles(step: str, doubles: bool) -> None:
    query = (
        "WITH RECURSIVE r (s, n) AS (SELECT name, 1 FROM t UNION ALL"
        f" SELECT {step}, n + n FROM r JOIN t ON t.id = n) SELECT * FROM r"
    )
    assert measured(query).doubles is doubles


def test_what_aggregates_keep_is_told_apart() -> None:
    assert (
        measured("SELECT string_agg(repeat('x', 500), '') FROM t").collected_bytes > 500
    )
    assert measured("SELECT max(repeat('x', 500)) FROM t").collected_bytes == 0


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE t SET a = b || b FROM (SELECT 1 b) s",
        "INSERT INTO t SELECT x || x FROM u",
        "INSERT INTO t VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET n = t.n || excluded.n",
        "DELETE FROM t USING u WHERE t.id = u.id RETURNING t.a || u.a",
        "MERGE INTO t USING (SELECT a || a b FROM s) q ON q.b = t.b"
        " WHEN MATCHED THEN UPDATE SET b = q.b || q.b",
    ],
)
def test_writing_statements_are_measured(query: str) -> None:
    assert 100 <= measured(query).built_bytes < 1_000
