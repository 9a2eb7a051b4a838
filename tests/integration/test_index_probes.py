"""Single queries whose best index is known, and some that must get none.

The advisor's answer is really built, in a transaction that is rolled back, and the real
server's planner costs are compared with those of the index a good DBA would build.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.domain.index_advice import IndexAdvice, Objective
from analyzer.domain.target import Address
from analyzer.pipeline.index_advice import IndexesRequest, advise_with
from analyzer.pipeline.index_workload import workload_of_files
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import PlannerSnapshot, take_snapshot
from analyzer.postgres.connect import Connection, session

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE customer (id int PRIMARY KEY, email text, phone text, name text,
  region int, vip boolean);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status text,
  kind int, priority int, amount int, created_at timestamp NOT NULL, error_code text,
  reference text, note text, doc jsonb, tags int[], body text);
CREATE TABLE item (id int PRIMARY KEY, order_id int NOT NULL, sku int, quantity int);
CREATE TABLE event (id bigint PRIMARY KEY, at timestamp NOT NULL, kind int, pad text);
CREATE TABLE country (id int PRIMARY KEY, code text);
CREATE INDEX item_sku ON item (sku);
INSERT INTO customer SELECT i, 'User' || i || '@Example.com', '+1' || i * 37,
  md5(i::text), i % 50, i % 20 <> 0 FROM generate_series(1, 40000) i;
INSERT INTO orders SELECT i, 1 + (i * 7919) % 40000,
  CASE WHEN i % 500 = 0 THEN 'pending' ELSE 'done' END, (i * 31) % 200, i % 5,
  (i * 17) % 1000, timestamp '2024-01-01' + i * interval '5 minutes',
  CASE WHEN i % 900 = 0 THEN 'E' || i % 7 END, 'R' || i, md5((i * 3)::text),
  jsonb_build_object('sku', (i * 13) % 20000, 'color', i % 9),
  ARRAY[(i * 11) % 9000, (i * 5) % 9000],
  'word' || (i * 7) % 3000 || ' other' || (i * 3) % 5000
  FROM generate_series(1, 100000) i;
INSERT INTO item SELECT i, 1 + (i * 6101) % 100000, i % 1000, i % 9
  FROM generate_series(1, 200000) i;
INSERT INTO event SELECT i, timestamp '2024-01-01' + i * interval '1 minute', i % 8,
  repeat('x', 60) FROM generate_series(1, 100000) i;
INSERT INTO country SELECT i, 'c' || i FROM generate_series(1, 200) i;
"""
TABLES = ("customer", "orders", "item", "event", "country")


@dataclass(frozen=True)
class Probe:
    """A query and the index a good DBA would build; none where there should be none.

    ``values`` are for the comparison; the advisor draws its own.
    """

    name: str
    query: str
    reference: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    max_size_factor: float = 40.0


POSITIVE = (
    Probe(
        "equality",
        "SELECT * FROM customer WHERE email = 'User77@Example.com'",
        ("customer (email)",),
    ),
    Probe(
        "two equalities",
        "SELECT * FROM orders WHERE customer_id = 77 AND kind = 31",
        ("orders (customer_id, kind)",),
    ),
    Probe(
        "equality and range",
        "SELECT * FROM orders WHERE kind = 7 AND created_at >= '2024-12-01'"
        " AND created_at < '2024-12-03'",
        ("orders (kind, created_at)",),
    ),
    Probe(
        "range",
        "SELECT * FROM orders WHERE created_at BETWEEN '2024-03-01' AND '2024-03-02'",
        ("orders (created_at)",),
    ),
    Probe(
        "list and range",
        "SELECT * FROM orders WHERE kind IN (5, 6) AND amount < 10",
        ("orders (kind, amount)",),
    ),
    Probe(
        "order and limit",
        "SELECT * FROM orders ORDER BY amount DESC LIMIT 10",
        ("orders (amount)",),
    ),
    Probe(
        "equality, order and limit",
        "SELECT * FROM orders WHERE kind = 9 ORDER BY created_at DESC LIMIT 5",
        ("orders (kind, created_at)",),
    ),
    Probe(
        "mixed order",
        "SELECT * FROM orders ORDER BY priority DESC, created_at LIMIT 20",
        ("orders (priority DESC, created_at)",),
    ),
    Probe(
        "lower",
        "SELECT * FROM customer WHERE lower(email) = 'user99@example.com'",
        ("customer (lower(email))",),
    ),
    Probe(
        "date_trunc",
        "SELECT * FROM orders WHERE date_trunc('day', created_at) = '2024-05-05'",
        ("orders (date_trunc('day', created_at))",),
    ),
    Probe(
        "prefix",
        "SELECT * FROM orders WHERE note LIKE 'abc%'",
        ("orders (note text_pattern_ops)",),
    ),
    Probe(
        "prefix of a parameter",
        "SELECT * FROM orders WHERE note LIKE $1",
        ("orders (note text_pattern_ops)",),
        ("abcd%",),
    ),
    Probe(
        "infix",
        "SELECT * FROM orders WHERE note LIKE '%abcde1%'",
        ("orders USING gin (note gin_trgm_ops)",),
    ),
    Probe(
        "infix without case",
        "SELECT * FROM customer WHERE name ILIKE '%ABCDE1%'",
        ("customer USING gin (name gin_trgm_ops)",),
    ),
    Probe(
        "jsonb containment",
        """SELECT * FROM orders WHERE doc @> '{"sku": 1300}'""",
        ("orders USING gin (doc)",),
    ),
    Probe(
        "jsonb field",
        "SELECT * FROM orders WHERE doc ->> 'sku' = '1300'",
        ("orders ((doc ->> 'sku'))",),
    ),
    Probe(
        "array containment",
        "SELECT * FROM orders WHERE tags @> ARRAY[77]",
        ("orders USING gin (tags)",),
    ),
    Probe(
        "full text",
        "SELECT * FROM orders"
        " WHERE to_tsvector('english', body) @@ to_tsquery('english', 'word77')",
        ("orders USING gin (to_tsvector('english', body))",),
    ),
    Probe(
        "covering",
        "SELECT sum(amount) FROM orders WHERE kind BETWEEN 10 AND 40",
        ("orders (kind) INCLUDE (amount)",),
    ),
    Probe(
        "foreign key join",
        "SELECT i.* FROM orders o JOIN item i ON i.order_id = o.id"
        " WHERE o.customer_id = 55",
        ("orders (customer_id)", "item (order_id)"),
    ),
    Probe(
        "alternatives",
        "SELECT * FROM customer WHERE email = 'User9@Example.com' OR phone = '+1333'",
        ("customer (email)", "customer (phone)"),
    ),
    Probe(
        "parameters",
        "SELECT * FROM orders WHERE customer_id = $1 AND status = $2",
        ("orders (customer_id)",),
        ("77", "done"),
    ),
    Probe(
        "parameters, order and limit",
        "SELECT * FROM orders WHERE kind = $1 ORDER BY created_at DESC LIMIT $2",
        ("orders (kind, created_at)",),
        ("9", "10"),
    ),
    Probe(
        "update",
        "UPDATE orders SET amount = amount + 1 WHERE reference = 'R4711'",
        ("orders (reference)",),
    ),
    Probe("delete", "DELETE FROM item WHERE order_id = 4711", ("item (order_id)",)),
    Probe(
        "queue",
        "SELECT * FROM orders WHERE status = 'pending' ORDER BY created_at LIMIT 50",
        ("orders (created_at) WHERE status = 'pending'",),
        max_size_factor=3.0,
    ),
    Probe(
        "mostly null",
        "SELECT * FROM orders WHERE error_code = 'E3'",
        ("orders (error_code) WHERE error_code IS NOT NULL",),
        max_size_factor=3.0,
    ),
)
NEGATIVE = (
    Probe("small table", "SELECT * FROM country WHERE code = 'c7'"),
    Probe("primary key", "SELECT * FROM orders WHERE id = 4711"),
    Probe("existing index", "SELECT * FROM item WHERE sku = 17"),
    Probe("nearly all rows", "SELECT * FROM customer WHERE vip"),
    Probe("insert", "INSERT INTO country VALUES (9999, 'x')"),
)


@pytest.fixture(scope="module")
def database(superuser: Address) -> Iterator[Address]:
    from dataclasses import replace

    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE probes")
    address = replace(superuser, database="probes")
    with session(address, read_only=False, statement_timeout_ms=60_000) as connection:
        for statement in SCHEMA.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE probes WITH (FORCE)")


@pytest.fixture(scope="module")
def shadow(database: Address) -> Iterator[tuple[ShadowPlanner, PlannerSnapshot]]:
    snapshot = take_snapshot(database)
    with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
        yield planner, snapshot


@pytest.fixture
def advise(shadow: tuple[ShadowPlanner, PlannerSnapshot], tmp_path: Path):
    planner, snapshot = shadow

    def ask(query: str) -> IndexAdvice:
        file = tmp_path / "probe.sql"
        file.write_text(query)
        named = workload_of_files(file, snapshot.catalog)
        request = IndexesRequest(objective=Objective.COST)
        return advise_with(planner, snapshot, named, request, lambda *_: None)

    return ask


def cost_and_size(
    connection: Connection, probe: Probe, ddl: tuple[str, ...]
) -> tuple[float, int]:
    """The real server's cost with these indexes really built, and their size."""
    connection.execute("BEGIN")
    try:
        before = _index_bytes(connection)
        for text in ddl:
            connection.execute(text)
        if _has_expressions(connection):
            # Only these have statistics of their own; others would only be sampled
            # anew, which moves the estimates. Every row is sampled: both sets of
            # indexes get the same statistics.
            connection.execute("SET LOCAL default_statistics_target = 1000")
            connection.execute(f"ANALYZE {', '.join(TABLES)}")
        plan = explain(connection, probe.query, probe.values, source="server")
        return plan.total_cost, _index_bytes(connection) - before
    finally:
        connection.execute("ROLLBACK")


def _has_expressions(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indrelid"
        " WHERE indexprs IS NOT NULL AND relnamespace = 'public'::regnamespace"
    ).fetchone()
    return bool(row and row[0])


def _index_bytes(connection: Connection) -> int:
    row = connection.execute(
        "SELECT sum(pg_indexes_size(oid)) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("probe", POSITIVE, ids=lambda probe: probe.name)
def test_the_known_index_or_one_as_good(
    probe: Probe, database: Address, advise
) -> None:
    advice = advise(probe.query)
    proposed = tuple(i.ddl.replace(" CONCURRENTLY", "") for i in advice.indexes)
    wanted = tuple(f"CREATE INDEX ON {text}" for text in probe.reference)
    with session(database, read_only=False) as connection:
        found, size = cost_and_size(connection, probe, proposed)
        best, best_size = cost_and_size(connection, probe, wanted)
    assert found <= max(1.5 * best, best + 20), (proposed, found, best)
    assert size <= probe.max_size_factor * best_size, (proposed, size, best_size)


@pytest.mark.parametrize("probe", NEGATIVE, ids=lambda probe: probe.name)
def test_no_index_where_none_helps(probe: Probe, advise) -> None:
    assert [item.ddl for item in advise(probe.query).indexes] == []
