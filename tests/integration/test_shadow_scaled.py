"""A table supposed to be four times larger, against one that has really grown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.errors import UnknownRelation, UserError
from analyzer.planner.explain import explain
from analyzer.planner.scaled import scaled
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import PlannerSnapshot, save, take_snapshot
from analyzer.postgres.connect import Connection, session
from tests.support.cli import run_cli

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE sale (id bigint PRIMARY KEY, shop int, kind text, at timestamptz);
CREATE INDEX sale_shop ON sale (shop);
CREATE INDEX sale_rare ON sale (at) WHERE kind = 'rare';
CREATE TABLE shop (id int PRIMARY KEY, name text);
CREATE TABLE part (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE part_2 PARTITION OF part DEFAULT;
INSERT INTO part SELECT date '2026-01-01' + g % 60, g FROM generate_series(1, 6000) g;
INSERT INTO shop SELECT g, 'shop ' || g FROM generate_series(1, 500) AS g;
"""
GROW = """
INSERT INTO sale SELECT g, g * 7 % 500,
       CASE WHEN g % 50 = 0 THEN 'rare' ELSE 'often' END,
       '2026-01-01'::timestamptz + g % 9000 * interval '1 minute'
  FROM generate_series({0}, {1}) AS g;
VACUUM ANALYZE
"""
QUERIES = (
    "SELECT * FROM sale WHERE shop = 7",
    "SELECT count(*) FROM sale",
    "SELECT * FROM sale WHERE kind = 'rare' AND at < '2026-01-02'",
    "SELECT s.name, count(*) FROM sale JOIN shop AS s ON s.id = sale.shop GROUP BY 1",
    "SELECT id FROM sale ORDER BY id LIMIT 10",
    "SELECT * FROM sale WHERE id = 5",
)
SALE = RelationName("public", "sale")


@pytest.fixture
def watched(database: Address) -> Iterator[Connection]:
    with session(database, read_only=False) as connection:
        # Every row is sampled, so that both sizes have the same shares.
        connection.execute("SET default_statistics_target = 300")
        run(connection, SETUP)
        run(connection, GROW.format(1, 20_000))
        yield connection


def run(connection: Connection, script: str) -> None:
    for statement in script.strip().rstrip(";").split(";\n"):
        connection.execute(statement.encode())


def test_costs_are_those_of_the_grown_table(
    watched: Connection, database: Address
) -> None:
    snapshot = take_snapshot(database)
    supposed = scaled(snapshot, {SALE: 4.0})
    run(watched, GROW.format(20_001, 80_000))
    grown = take_snapshot(database).catalog.by_name[SALE]
    ours = supposed.catalog.by_name[SALE]
    assert ours.reltuples == grown.reltuples
    assert ours.size_bytes == pytest.approx(grown.size_bytes, rel=0.02)
    sizes = {index.name: index.size_bytes for index in grown.indexes}
    for index in ours.indexes:
        assert index.size_bytes == pytest.approx(sizes[index.name], rel=0.35)
    with ShadowCluster() as cluster, build(cluster, supposed) as shadow:
        for query in QUERIES:
            real = explain(watched, query, source="target").total_cost
            assert shadow.plan(query).total_cost == pytest.approx(real, rel=0.15), query


def test_partitions_grow_with_their_table(
    watched: Connection, database: Address
) -> None:
    snapshot = take_snapshot(database)
    supposed = scaled(snapshot, {RelationName("", "part"): 10.0})
    query = "SELECT * FROM part"
    with ShadowCluster() as cluster:
        with build(cluster, snapshot) as shadow:
            before = shadow.plan(query).root.plan_rows
        with build(cluster, supposed) as shadow:
            after = shadow.plan(query).root.plan_rows
    assert (before, after) == (6_000, 60_000)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1e9, float("nan")])
def test_a_factor_that_makes_no_sense(
    watched: Connection, database: Address, factor: float
) -> None:
    snapshot = take_snapshot(database)
    with pytest.raises(UserError):
        scaled(snapshot, {SALE: factor})
    with pytest.raises(UnknownRelation):
        scaled(snapshot, {RelationName("", "none"): 2.0})


def test_the_command_forecasts(
    watched: Connection, database: Address, tmp_path: Path
) -> None:
    file = tmp_path / "sale.snapshot"
    save(snapshot := take_snapshot(database), file)
    query = QUERIES[0]
    common = ["explain", "--snapshot", str(file), "-c", query, "--scale", "sale=10"]
    done = run_cli(*common, "--format", "json")
    assert done.exit_code == 0, done.err
    document = json.loads(done.out)
    schema = Path("analyzer/report/schema/explain.schema.json")
    jsonschema.validate(document, json.loads(schema.read_text()))
    (item,) = document["scaled"]
    assert item["rows_after"] == 200_000
    assert item["table_bytes_after"] == 10 * table_bytes(snapshot)
    assert document["cost_after"] > document["cost_before"]
    page = run_cli(*common, "--format", "html").out
    assert "<script" not in page
    assert re.search(r"10 times its rows", page)
    wrong = run_cli(*common[:-1], "sale")
    assert wrong.exit_code != 0
    assert "--scale orders=10" in wrong.err


def table_bytes(snapshot: PlannerSnapshot) -> int:
    return snapshot.catalog.by_name[SALE].size_bytes
