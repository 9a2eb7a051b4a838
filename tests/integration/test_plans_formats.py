"""One plan in all formats and with all options of a real server is one tree."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.plans.measure import measure
from analyzer.plans.read_any import is_plan, read_any_plan
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, k int, "we ird""n" text, d jsonb);
INSERT INTO t SELECT g, g % 100, repeat('x', 50) || g, '{}'
    FROM generate_series(1, 5000) g;
CREATE INDEX ON t (k);
CREATE TABLE p (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (2500);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (2500) TO (9000);
INSERT INTO p SELECT id, 'v' FROM t;
ANALYZE;
"""
QUERIES = [
    "SELECT * FROM t a JOIN t b USING (k) WHERE a.id < 100 ORDER BY a.id",
    "WITH x AS MATERIALIZED (SELECT * FROM t WHERE k < 10)"
    " SELECT count(*) FROM x a, x b WHERE a.id = b.id",
    "SELECT (SELECT max(id) FROM t b WHERE b.k = a.k) FROM t a WHERE id < 50",
    "SELECT * FROM t WHERE id IN (SELECT id FROM p WHERE v = 'v') ORDER BY d",
    'SELECT count(*) FROM t WHERE "we ird""n" LIKE \'%9\'\'"%\' AND k = 3 OR id = 7',
    "SELECT row_number() OVER (PARTITION BY k ORDER BY id) FROM t",
    "SELECT * FROM t WHERE id > (SELECT avg(id) FROM t) AND k = (SELECT max(k) FROM t)",
    "UPDATE t SET k = k WHERE id = 1 RETURNING *",
]
EVERYTHING = "ANALYZE, BUFFERS, WAL, SETTINGS, VERBOSE"
OPTIONS = ["", EVERYTHING, "ANALYZE, TIMING OFF", "ANALYZE, COSTS OFF", "COSTS OFF"]
PARALLEL = """
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET work_mem = '64kB';
SET min_parallel_table_scan_size = 0; SET jit_above_cost = 0; SET jit = on;
"""


@pytest.fixture(scope="module")
def on_18(superuser: Address) -> Iterator[Address]:
    yield from _database(superuser)


@pytest.fixture(scope="module")
def on_15(server15: Address) -> Iterator[Address]:
    yield from _database(server15)


def _database(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE formats")
    address = replace(superuser, database="formats")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE formats WITH (FORCE)")


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("mode", ["serial", "parallel"])
def test_formats_agree_on_18(on_18: Address, options: str, mode: str) -> None:
    if options == EVERYTHING:
        options += ", MEMORY, SERIALIZE"
    _check(on_18, options, mode)


def test_formats_agree_on_15(on_15: Address) -> None:
    _check(on_15, EVERYTHING, "parallel")


def _check(address: Address, options: str, mode: str) -> None:
    with session(address, read_only=False, autocommit=False) as connection:
        if mode == "parallel":
            connection.execute(PARALLEL.encode())
        for query in QUERIES:
            plans = {
                form: _explained(connection, options, form, query)
                for form in ("JSON", "TEXT", "YAML", "XML")
            }
            shapes = {form: _shape(plan) for form, plan in plans.items()}
            assert all(shape == shapes["JSON"] for shape in shapes.values()), query
            for plan in plans.values():
                _adds_up(plan)


def _explained(
    connection: psycopg.Connection[Any], options: str, form: str, query: str
) -> Plan:
    asked = ", ".join(filter(None, [options, f"FORMAT {form}"]))
    with connection.transaction(force_rollback=True):
        rows = connection.execute(f"EXPLAIN ({asked}) {query}".encode()).fetchall()
    lines = [r[0] if isinstance(r[0], str) else json.dumps(r[0]) for r in rows]
    text = "\n".join(lines)
    if form == "TEXT":
        text = f"QUERY PLAN\n----------\n{text}\n({len(lines)} rows)\n"
    assert is_plan(text)
    return read_any_plan(text, source="test")


def _shape(plan: Plan) -> list[tuple[object, ...]]:
    return [
        (n.node_type, n.relation, n.index_name, n.join_type, n.alias, bool(n.filter))
        for n in plan.root.walk()
    ]


def _adds_up(plan: Plan) -> None:
    """Own times sum up to the root's, and none is negative."""
    own = [item.own_time_ms for item in measure(plan)]
    if plan.root.actual_total_time_ms is None:
        assert own == [None] * len(own)
        return
    assert all(value is not None and value >= 0 for value in own)
    total = plan.root.actual_total_time_ms * (plan.root.loops or 1)
    assert math.isclose(sum(value or 0 for value in own), total, rel_tol=1e-9)
