"""Planted faults are found, decoys are not, and what is promised comes true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from analyzer.advisors.contract import Facts
from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import CreateIndex, DropIndex, Recommendation
from analyzer.domain.target import Address
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.pipeline.advise import Advice, AdviseOptions, advise
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session
from tests.support.recorded_planner import keys_of
from tests.support.workloads import run, workload

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE country (code text PRIMARY KEY, region int);
INSERT INTO country SELECT 'c' || g, g % 5 FROM generate_series(1, 200) g;
CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, country text,
    active boolean NOT NULL, referrer int, created_at timestamptz);
INSERT INTO customer SELECT g, 'User' || g || '@x.com', 'c' || (g % 200 + 1),
    g % 20 <> 0, CASE WHEN g % 20 = 0 THEN g / 20 END,
    timestamptz '2026-01-01' + g * interval '1 min' FROM generate_series(1, 20000) g;
CREATE INDEX customer_created ON customer (created_at);
CREATE INDEX customer_created_again ON customer (created_at);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer,
    status text, total numeric, created_at timestamptz, note text);
INSERT INTO orders SELECT g, g::bigint * 7919 % 20000 + 1,
    CASE WHEN g % 100 = 0 THEN 'pending' WHEN g % 3 = 0 THEN 'paid' ELSE 'sent' END,
    g % 500, timestamptz '2026-01-01' + (g::bigint * 31 % 100000) * interval '10 s',
    repeat('x', 40) FROM generate_series(1, 80000) g;
CREATE TABLE item (order_id int REFERENCES orders, product_id int, quantity int,
    PRIMARY KEY (order_id, product_id));
INSERT INTO item SELECT (g::bigint * 7919 % 80000) + 1, g, g % 5
    FROM generate_series(1, 100000) g;
CREATE INDEX item_order ON item (order_id);
CREATE TABLE session (id int PRIMARY KEY, seen_at timestamptz, data text);
INSERT INTO session SELECT g, timestamptz '2026-01-01' + g * interval '1 s',
    repeat('y', 60) FROM generate_series(1, 20000) g;
VACUUM ANALYZE;
"""

RAN = workload(
    run("SELECT * FROM orders WHERE customer_id = $1", ("17",), ("99",), ms=40_000),
    run(
        "SELECT id, total FROM orders WHERE status = $1 ORDER BY created_at LIMIT $2",
        ("pending", "20"),
        ("paid", "20"),
        ms=9_000,
    ),
    run("SELECT * FROM customer WHERE lower(email) = $1", ("user7@x.com",), ms=7_000),
    run("SELECT * FROM customer WHERE referrer = $1", ("5",), ms=3_000),
    run(
        "SELECT c.email, sum(o.total) FROM customer c JOIN orders o "
        "ON o.customer_id = c.id WHERE c.country = $1 GROUP BY c.email",
        ("c7",),
        ms=4_000,
    ),
    run("SELECT * FROM item WHERE order_id = $1", ("77",), ms=500),
    # Decoys: a small table, a column most rows agree on, one that is written all day.
    run("SELECT * FROM country WHERE region = $1", ("2",), ms=3_000),
    run(
        "SELECT sum(length(email)) FROM customer WHERE active = $1",
        ("true",),
        ms=3_000,
    ),
    run("SELECT * FROM session WHERE seen_at > $1", ("2026-01-01 05:30",), ms=60),
    run(
        "UPDATE session SET seen_at = $1 WHERE id = $2",
        ("2026-01-01 06:00", "9"),
        calls=300_000,
        ms=15_000,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Scanned:
    connection: Connection
    advice: Advice
    workload: Workload


@pytest.fixture(scope="module")
def scanned(superuser: Address) -> Iterator[Scanned]:
    with session(superuser, read_only=False) as admin:
        admin.execute("CREATE DATABASE advice_promises")
    address = Address(
        host=superuser.host,
        port=superuser.port,
        database="advice_promises",
        user=superuser.user,
        password=superuser.password,
    )
    try:
        with session(address, read_only=False) as connection:
            for text in SCHEMA.split(";\n"):
                if text.strip():
                    connection.execute(text.encode())
            snapshot = take_snapshot(address)
            with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
                facts = Facts(workload=RAN, catalog=snapshot.catalog, what_if=planner)
                advice = advise(facts, AdviseOptions(min_counter_age_s=0))
            yield Scanned(connection=connection, advice=advice, workload=RAN)
    finally:
        with session(superuser, read_only=False) as admin:
            admin.execute("DROP DATABASE advice_promises WITH (FORCE)")


def created(scanned: Scanned) -> list[tuple[Recommendation, CreateIndex]]:
    return [
        (rec, rec.action)
        for rec in scanned.advice.recommendations
        if isinstance(rec.action, CreateIndex)
    ]


def test_every_planted_fault_is_found_and_no_decoy(scanned: Scanned) -> None:
    found = {
        (action.definition.relation.name, keys_of(action.definition))
        for _, action in created(scanned)
    }
    assert found == {
        ("orders", ("customer_id",)),
        ("orders", ("status", "created_at")),
        ("customer", ("lower(email)",)),
        ("customer", ("referrer",)),
    }
    dropped = {
        rec.action.index.name
        for rec in scanned.advice.recommendations
        if isinstance(rec.action, DropIndex)
    }
    assert dropped == {"customer_created_again", "item_order"}


def test_the_sparse_column_gets_a_partial_index(scanned: Scanned) -> None:
    predicates = {
        keys_of(action.definition): action.definition.predicate
        for _, action in created(scanned)
    }
    assert predicates[("referrer",)] == "referrer IS NOT NULL"


def test_heavy_statements_without_advice_are_told_why(scanned: Scanned) -> None:
    reasons = {
        scanned.workload.by_fingerprint[item.fingerprint].statement.normalized_query: (
            item.reason
        )
        for item in scanned.advice.no_advice
    }
    by_table = {query: reason for query, reason in reasons.items()}
    assert any("country" in q and "small" in r for q, r in by_table.items())
    assert any("active" in q and "planner is right" in r for q, r in by_table.items())
    assert any("UPDATE session" in q for q in by_table)


def test_an_index_really_built_brings_what_was_promised(scanned: Scanned) -> None:
    connection = scanned.connection
    checked = 0
    for rec, action in created(scanned):
        items = [
            (promise, scanned.workload.by_fingerprint[promise.fingerprint])
            for promise in rec.affects
            if promise.cost_before is not None
        ]
        before = [real_cost(connection, item) for _, item in items]
        connection.execute(action.ddl.encode())
        connection.execute(
            b"ANALYZE customer" if is_expression(action.definition) else b""
        )
        row = connection.execute(
            "SELECT indisvalid, pg_relation_size(indexrelid) FROM pg_index "
            "WHERE indexrelid = %s::regclass",
            (f"public.{action.name}",),
        ).fetchone()
        assert row is not None
        assert row[0]
        assert row[1] / 3 < action.size_bytes < row[1] * 3
        for (promise, item), cost in zip(items, before, strict=True):
            assert promise.cost_before == pytest.approx(cost, rel=0.001)
            promised = (promise.cost_before or 0) - (promise.cost_after or 0)
            real = cost - real_cost(connection, item)
            assert real == pytest.approx(promised, rel=0.1), rec.title
            checked += 1
        connection.execute(rec.rollback.encode())
        left = connection.execute("SELECT to_regclass(%s)", (action.name,)).fetchone()
        assert left == (None,)
    assert checked >= 5


def is_expression(definition: IndexDefinition) -> bool:
    return any(key.expression for key in definition.keys)


def real_cost(connection: Connection, item: WorkloadItem) -> float:
    query = item.statement.normalized_query
    sets = item.parameter_sets
    total = sum(one.weight for one in sets)
    return sum(
        one.weight
        / total
        * explain(connection, query, one.values, source="real").total_cost
        for one in sets
    )


def test_a_drop_and_its_way_back_both_run(scanned: Scanned) -> None:
    connection = scanned.connection
    for rec in scanned.advice.recommendations:
        if isinstance(rec.action, DropIndex):
            name = str(rec.action.index)
            connection.execute(rec.action.ddl.encode())
            assert connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() == (
                None,
            )
            connection.execute(rec.rollback.encode())
            assert connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (
                None,
            )
