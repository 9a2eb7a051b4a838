"""Indexes on partitioned tables: advised, built by partition, as good as promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.advisors.contract import Facts
from analyzer.domain.catalog import RelationKind
from analyzer.domain.index import RelationName
from analyzer.domain.recommendation import CreateIndex, Recommendation
from analyzer.domain.target import Address
from analyzer.indexing.partitioned import with_whole_tables
from analyzer.pipeline.advise import advise
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.proof_indexes import index_size_bytes
from analyzer.statements.split import split_statements
from tests.support.workloads import run, workload

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE place (id int PRIMARY KEY);
INSERT INTO place SELECT g FROM generate_series(1, 3000) g;
CREATE TABLE reading (id int, place int REFERENCES place, kind text, at date, value int)
    PARTITION BY RANGE (at);
CREATE TABLE reading_old PARTITION OF reading
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
CREATE TABLE reading_old_a PARTITION OF reading_old FOR VALUES IN ('a');
CREATE TABLE reading_old_b PARTITION OF reading_old FOR VALUES IN ('b');
CREATE TABLE "reading New" PARTITION OF reading
    FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO reading SELECT g, g % 3000 + 1, CASE g % 2 WHEN 0 THEN 'a' ELSE 'b' END,
    date '2025-01-01' + g % 700, g FROM generate_series(1, 90000) g;
DELETE FROM place WHERE id = -1;
VACUUM ANALYZE;
"""
BY_PLACE = "SELECT * FROM reading WHERE place = $1"


def advised(address: Address) -> list[Recommendation]:
    snapshot = take_snapshot(address)
    ran = workload(
        run(BY_PLACE, ("17",), ("2999",), ms=9_000),
        run("DELETE FROM place WHERE id = $1", ("5",), ms=20, rows=100),
    )
    with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
        facts = Facts(workload=ran, catalog=snapshot.catalog, what_if=planner)
        found = advise(facts)
    return [rec for rec in found.recommendations if isinstance(rec.action, CreateIndex)]


def cost(connection: Connection) -> float:
    return explain(connection, BY_PLACE, ("17",), source="test").total_cost


def run_script(connection: Connection, script: str) -> None:
    for text in split_statements(script):
        connection.execute(text.encode())


def test_an_index_is_built_on_each_partition_and_pays_as_promised(
    database: Address,
) -> None:
    with session(database, read_only=False) as connection:
        run_script(connection, SCHEMA)
    (rec,) = advised(database)
    assert isinstance(rec.action, CreateIndex)
    assert {item.fingerprint for item in rec.affects} > {rec.affects[0].fingerprint}, (
        "the foreign key's deletes look there too"
    )
    assert rec.action.ddl.count("CONCURRENTLY") == 3
    assert rec.action.ddl.count("ON ONLY") == 2
    assert '"reading New"' in rec.action.ddl
    with session(database, read_only=False) as connection:
        before = cost(connection)
        run_script(connection, rec.action.ddl)
        after = cost(connection)
        (valid,) = connection.execute(
            "SELECT bool_and(indisvalid) FROM pg_index "
            "WHERE indexrelid::regclass::text LIKE '%place%idx%'"
        ).fetchone() or (None,)
        assert valid is True
        top = RelationName("public", "reading_place_idx")
        built = index_size_bytes(connection, top)
        assert 0 < built == pytest.approx(rec.action.size_bytes, rel=0.15)
        assert rec.before is not None and rec.after is not None
        promised = rec.affects[0]
        assert promised.cost_before == pytest.approx(before, rel=0.01)
        assert promised.cost_after == pytest.approx(after, rel=0.1)
        run_script(connection, rec.rollback)
        assert cost(connection) == pytest.approx(before, rel=0.01)


def test_what_is_known_of_the_partitions_is_put_together(database: Address) -> None:
    with session(database, read_only=False) as connection:
        run_script(connection, SCHEMA)
    name = RelationName("public", "reading")
    found = take_snapshot(database).catalog
    known = with_whole_tables(found).by_name[name]
    assert known.kind is RelationKind.PARTITIONED
    assert known.reltuples == 90_000
    assert known.activity is not None and known.activity.n_tup_ins == 90_000
    place = known.attribute("place")
    assert place is not None and place.n_distinct == pytest.approx(3000, rel=0.1)
    parts = [p for p in found.relations if p.partition_of or p.name == name]
    # Autovacuum never analyzes the table as a whole.
    bare = [
        replace(p, attributes=tuple(replace(a, n_distinct=None) for a in p.attributes))
        if p.kind is RelationKind.PARTITIONED
        else p
        for p in parts
    ]
    whole = with_whole_tables(replace(found, relations=tuple(bare)))
    place = whole.by_name[name].attribute("place")
    assert place is not None and place.n_distinct is not None
