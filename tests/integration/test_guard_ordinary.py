"""Ordinary queries pass the guard; what it refuses, it refuses by its own name."""

# ruff: noqa: E501 - one query a line reads best
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.target import Address
from analyzer.errors import (
    NotAllowedHere,
    PlanningFailed,
    TimedOut,
    UnknownRelation,
    UnsafeStatement,
    UserError,
)
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import session
from analyzer.postgres.guarded_session import Limits
from tests.support.guarded import explain_guarded
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

SETUP = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN email AS text CHECK (value LIKE '%@%');
CREATE TABLE customer (id bigint PRIMARY KEY, email email, name text, mood mood,
    tags text[], profile jsonb, created_at timestamptz DEFAULT now());
CREATE TABLE "Order" (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer,
    total numeric(10, 2), day date, parent_id bigint);
CREATE INDEX ON "Order" (customer_id);
INSERT INTO customer SELECT g, g || '@x.example', 'name ' || g, 'happy',
    ARRAY['a', 'b'], '{"a": {"b": [1, 2]}}' FROM generate_series(1, 500) g;
INSERT INTO "Order" SELECT g, g % 500 + 1, g, current_date - g % 90, nullif(g / 2, 0)
    FROM generate_series(1, 2000) g;
CREATE VIEW big_order AS SELECT o.*, c.name FROM "Order" o
    JOIN customer c ON c.id = o.customer_id WHERE total > 100;
CREATE VIEW bigger AS SELECT * FROM big_order WHERE total > 1000;
CREATE MATERIALIZED VIEW per_day AS SELECT day, count(*) FROM "Order" GROUP BY day;
CREATE TABLE part (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100);
CREATE TABLE tenant (id int, v text);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN RETURN $1 * 2; END';
CREATE FUNCTION computed(customer) RETURNS int LANGUAGE plpgsql STABLE
    AS 'BEGIN RETURN 1; END';
CREATE VIEW calling AS SELECT twice(id::int) FROM customer;
CREATE VIEW hoarding AS
    SELECT jsonb_agg(repeat('x', 10000)) AS x FROM generate_series(1, 40000);
CREATE VIEW leaking AS SELECT * FROM pg_stat_activity;
ANALYZE;
"""

ORDINARY = [
    ("SELECT 1", ()),
    ("SELECT * FROM customer WHERE id = $1", ("5",)),
    ('SELECT o.id, c.name FROM "Order" o JOIN customer c ON c.id = o.customer_id', ()),
    ("SELECT * FROM customer WHERE id = ANY($1)", ("{1,2,3}",)),
    ("SELECT * FROM customer WHERE id IN ($1, $2) LIMIT $3", ("1", "2", "5")),
    ("SELECT * FROM customer WHERE lower(name) LIKE $1", ("name 1%",)),
    ("SELECT * FROM customer WHERE email = $1", ("1@x.example",)),
    ("SELECT * FROM customer WHERE mood = 'happy'::mood", ()),
    ("SELECT * FROM customer WHERE mood = $1", ("sad",)),
    ("SELECT * FROM customer WHERE created_at > now() - interval '1 day'", ()),
    ("SELECT * FROM customer WHERE created_at > now() - interval $1", ("1 day",)),
    ("SELECT date_trunc('month', created_at) m, count(*) FROM customer GROUP BY m", ()),
    ("SELECT extract(year FROM day), sum(total) FROM \"Order\" GROUP BY 1 ORDER BY 2", ()),
    ("SELECT profile->'a'->>'b', profile #>> '{a,b}' FROM customer", ()),
    ("SELECT * FROM customer WHERE profile @> $1", ('{"a": 1}',)),
    ("SELECT jsonb_agg(to_jsonb(c)) FROM customer c", ()),
    ("SELECT json_build_object('id', id), row_to_json(c) FROM customer c LIMIT 3", ()),
    ("SELECT json_object('a': id) FROM customer LIMIT 1", ()),
    ("SELECT e.value FROM customer, jsonb_array_elements(profile->'a'->'b') e", ()),
    ("SELECT * FROM customer WHERE 'a' = ANY(tags) AND tags && ARRAY['b']", ()),
    ("SELECT unnest(tags), array_length(tags, 1) FROM customer", ()),
    ("SELECT array_agg(id ORDER BY id), string_agg(name, ',') FROM customer", ()),
    ("SELECT id, row_number() OVER (PARTITION BY mood ORDER BY id) FROM customer", ()),
    ("SELECT lag(total) OVER w FROM \"Order\" WINDOW w AS (ORDER BY day)", ()),
    ("WITH x AS (SELECT * FROM customer) SELECT count(*) FROM x a JOIN x b USING (id)", ()),
    ("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r)"
     " SELECT n FROM r LIMIT 10", ()),
    ("SELECT * FROM generate_series(1, 10) g LEFT JOIN customer c ON c.id = g", ()),
    ("SELECT d::date FROM generate_series(now() - interval '3 days', now(), '1 day') d", ()),
    ("SELECT * FROM bigger WHERE day > current_date - 7", ()),
    ("SELECT * FROM per_day ORDER BY day DESC LIMIT 5", ()),
    ("SELECT * FROM part WHERE id BETWEEN 1 AND 5", ()),
    ("SELECT DISTINCT ON (customer_id) * FROM \"Order\" ORDER BY customer_id, day", ()),
    ("SELECT CASE WHEN total > 5 THEN 'a' ELSE 'b' END, coalesce(parent_id, 0),"
     " nullif(id, 3), greatest(id, 4) FROM \"Order\"", ()),
    ("SELECT * FROM customer c WHERE EXISTS (SELECT FROM \"Order\" o"
     " WHERE o.customer_id = c.id) AND id NOT IN (SELECT 3)", ()),
    ("SELECT * FROM customer c, LATERAL (SELECT * FROM \"Order\" o"
     " WHERE o.customer_id = c.id ORDER BY day DESC LIMIT 1) l", ()),
    ("SELECT 1 UNION SELECT 2 EXCEPT SELECT 3", ()),
    ("VALUES (1, 'a'), (2, 'b')", ()),
    ("SELECT name ~* '^a', name SIMILAR TO 'b%', name ILIKE 'c%' FROM customer", ()),
    ("SELECT substring(name FROM 1 FOR 2), trim(name), position('a' IN name),"
     " replace(name, 'a', 'b'), split_part(name, ' ', 1), lpad(name, 20) FROM customer",
     ()),
    ("SELECT to_char(created_at, 'YYYY'), age(created_at), created_at AT TIME ZONE 'UTC'"
     " FROM customer", ()),
    ("SELECT (id::text || 'x')::varchar(10), cast('1' AS numeric(3, 1)) FROM customer", ()),
    ("SELECT to_tsvector('english', name) @@ plainto_tsquery('x') FROM customer", ()),
    ("SELECT count(*) FILTER (WHERE total > 5), percentile_cont(0.5) WITHIN GROUP"
     " (ORDER BY total) FROM \"Order\" GROUP BY ROLLUP (day)", ()),
    ("SELECT md5(name), random(), gen_random_uuid(), current_user FROM customer", ()),
    ("SELECT * FROM customer TABLESAMPLE bernoulli (10)", ()),
    ("SELECT 1 -- a comment; with a semicolon", ()),
    ("SELECT 'it''s', E'a\\nb', $$x;y$$, U&'\\0061'", ()),
    ("SELECT repeat('ab', 100) FROM customer", ()),
    ("SELECT c.oid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_class c"
     " JOIN pg_index i ON i.indrelid = c.oid WHERE pg_table_is_visible(c.oid)", ()),
    ("SELECT column_name FROM information_schema.columns WHERE table_name = 'part'", ()),
    ("SELECT n FROM generate_series(1, 90000) n ORDER BY 1", ()),
    ("SELECT repeat('x' || n, 5000) FROM generate_series(1, 60000) n ORDER BY 1 LIMIT 9", ()),
    ("SELECT n, repeat('x' || n, 5000) FROM generate_series(1, 6000) n ORDER BY 2", ()),
    ("SELECT mode() WITHIN GROUP (ORDER BY n) FROM generate_series(1, 90000) n", ()),
]  # fmt: skip

REFUSED = [
    ("SELECT twice(1)", UnsafeStatement, "user function"),
    ("SELECT c.computed FROM customer c", UnsafeStatement, "user function"),
    ("SELECT * FROM calling", UnsafeStatement, "user function"),
    ("SELECT * FROM leaking", UnsafeStatement, "system catalog"),
    ("SELECT * FROM pg_authid", UnsafeStatement, "system catalog"),
    ("SELECT query FROM pg_stat_activity", UnsafeStatement, "system catalog"),
    ("SELECT most_common_vals FROM pg_stats", UnsafeStatement, "system catalog"),
    ("SELECT count(*) FROM information_schema.columns a, information_schema.columns b,"
     " information_schema.columns c, information_schema.columns d,"
     " information_schema.columns e, information_schema.columns f", UnsafeStatement,
     "too many relations"),
    ("SELECT * FROM tenant", UnsafeStatement, "row security"),
    ("SELECT 'x'::email", PlanningFailed, "23514"),
    ("SELECT email('x')", UnsafeStatement, "unknown function"),
    ("SELECT domain_in('x', 1, 2)", UnsafeStatement, "denied function"),
    ("SELECT repeat('x', 100000000)", UnsafeStatement, "memory"),
    ("SELECT current_setting('port')", UnsafeStatement, "denied function"),
    ("DELETE FROM customer", UnsafeStatement, "changes data"),
    ("SELECT 1 FROM customer FOR UPDATE", UnsafeStatement, "locks rows"),
    ("SELECT * FROM no_such_table", UnknownRelation, ""),
    ("SELECT no_such_function(1)", UnsafeStatement, "unknown function"),
    ("SELECT count(*) FROM customer a, customer b, customer c, customer d",
     NotAllowedHere, "cost ceiling"),
    ("SELECT jsonb_agg(repeat('x', 10000)) FROM generate_series(1, 40000)",
     NotAllowedHere, "memory"),
    ("SELECT ARRAY(SELECT repeat('x', 10000) FROM generate_series(1, 40000))",
     NotAllowedHere, "memory"),
    ("SELECT to_jsonb(array_agg(repeat('x', 10000))) FROM generate_series(1, 15000)",
     NotAllowedHere, "memory"),
    ("SELECT * FROM hoarding", NotAllowedHere, "memory"),
    # PostgreSQL 17 and 18 count no values of sorts of one column against work_mem.
    ("SELECT repeat('x' || n, 5000) FROM generate_series(1, 60000) n ORDER BY 1",
     NotAllowedHere, "memory"),
    ("SELECT mode() WITHIN GROUP (ORDER BY repeat('x' || n, 5000))"
     " FROM generate_series(1, 60000) n", NotAllowedHere, "memory"),
    ("WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n FROM r) SELECT count(*) FROM r",
     TimedOut, ""),
    ("SELECT name::int FROM customer", PlanningFailed, "22P02"),
    ("SELECT * FROM customer WHERE id = $1", NotAllowedHere, "parameters"),
]  # fmt: skip


@pytest.fixture(scope="module")
def reader(superuser: Address) -> Iterator[Address]:
    """A database with one of everything, as a role that may only read."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE ordinary")
        connection.execute(f"CREATE ROLE ordinary LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("GRANT pg_read_all_data TO ordinary")
    owner = replace(superuser, database="ordinary")
    with session(owner, read_only=False) as connection:
        connection.execute(SETUP.encode())
        # Rights to change rows, so that it is the guard which refuses to use them.
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary")
    yield replace(owner, user="ordinary")
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE ordinary WITH (FORCE)")
        connection.execute("DROP ROLE ordinary")


@pytest.mark.parametrize(("query", "parameters"), ORDINARY)
def test_ordinary_query_is_run(
    reader: Address, query: str, parameters: tuple[str, ...]
) -> None:
    plan = analyze(reader, query, parameters)
    assert plan.execution_time_ms is not None
    assert plan.root.actual_rows is not None


@pytest.mark.parametrize(("query", "kind", "rule"), REFUSED)
def test_refusal_names_its_rule(
    reader: Address, query: str, kind: type[Exception], rule: str
) -> None:
    limits = Limits(statement_timeout_ms=500, max_total_cost=100_000)
    with pytest.raises(kind) as caught:
        analyze(reader, query, (), limits)
    assert rule in str(caught.value.detail)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO customer (id, name) VALUES ($1, $2)",
        "UPDATE customer SET name = $1 WHERE id = $2",
        "DELETE FROM customer WHERE id = $1",
        "SELECT * FROM customer WHERE id = $1 FOR UPDATE",
        "MERGE INTO customer c USING part p ON p.id = c.id"
        " WHEN MATCHED THEN UPDATE SET name = p.v",
        "INSERT INTO customer (id) VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING id",
    ],
)
def test_changing_statement_is_planned_only(reader: Address, query: str) -> None:
    assert explain_guarded(reader, query).execution_time_ms is None
    with pytest.raises((UnsafeStatement, UserError)):
        analyze(reader, query, ("1", "2"))


def test_clone_runs_functions_of_the_database(reader: Address) -> None:
    plan = analyze(reader, "SELECT twice(id::int) FROM customer", is_clone=True)
    assert plan.root.actual_rows == 500


def test_message_of_the_server_is_not_repeated(reader: Address) -> None:
    with pytest.raises(PlanningFailed) as caught:
        analyze(reader, "SELECT name::int FROM customer")
    assert "name 1" not in f"{caught.value}{caught.value.detail}{caught.value.hint}"


def test_session_is_limited_and_closed(reader: Address) -> None:
    plan = analyze(reader, "SELECT * FROM customer ORDER BY name")
    assert plan.settings["jit"] == "off"
    assert plan.settings["max_parallel_workers_per_gather"] == "0"
    with session(reader) as connection:
        # The server notices that a client has gone a moment later.
        for _ in range(100):
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ordinary'"
            ).fetchone()
            if row == (1,):
                break
            connection.execute("SELECT pg_sleep(0.05)")
    assert row == (1,)
