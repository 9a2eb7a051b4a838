"""Statistics and metapages that SQL has no function to load, and foreign tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import PlannerSnapshot, load, save, take_snapshot
from analyzer.postgres.connect import Connection, session
from analyzer.statements.ddl import index_from_ddl

pytestmark = pytest.mark.integration

SETUP = """
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pageinspect;
CREATE EXTENSION file_fdw;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE car (id bigint, "Make" text, model text, mood mood, price numeric, at date,
    tags text[], body text);
INSERT INTO car SELECT g, 'make ' || g % 20, CASE WHEN g % 7 > 0 THEN 'm' || g % 40 END,
    (ARRAY['sad', 'ok'])[1 + g % 2]::mood, g % 30, date '2026-01-01' + g % 60,
    ARRAY['t' || g % 50, 't' || g % 31], md5((g % 3000)::text) || ' ' || md5(g::text)
    FROM generate_series(1, 30000) AS g;
CREATE STATISTICS car_all ON "Make", model, mood, price FROM car;
CREATE STATISTICS car_computed ON (price * 2), mood, (id % 50) FROM car;
CREATE STATISTICS car_lower ON (lower(body)) FROM car;
CREATE STATISTICS car_words ON (string_to_array(body, ' ')) FROM car;
CREATE STATISTICS car_mcv (mcv) ON at, mood FROM car;
CREATE INDEX car_tags ON car USING gin (tags);
CREATE INDEX car_body ON car USING gin (body gin_trgm_ops);
CREATE INDEX car_at ON car USING brin (at) WITH (pages_per_range = 8);
CREATE INDEX car_hash ON car USING hash (id);
CREATE TABLE spot (id int, place point, span int4range);
INSERT INTO spot SELECT g, point(g % 97, g % 89), int4range(g, g + 10)
    FROM generate_series(1, 20000) AS g;
CREATE INDEX spot_place ON spot USING gist (place);
CREATE INDEX spot_tree ON spot USING spgist (place);
CREATE INDEX spot_span ON spot USING gist (span);
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE "Outer" (a int, b text) SERVER files OPTIONS (filename '/nowhere');
CREATE VIEW seen AS SELECT o.a, c.id FROM "Outer" AS o JOIN car AS c ON c.id = o.a;
VACUUM ANALYZE car, spot
"""
QUERIES = (
    "SELECT * FROM car WHERE \"Make\" = 'make 3' AND model = 'm3' AND price = 23",
    "SELECT * FROM car WHERE \"Make\" = 'make 3' AND model IS NULL AND mood = 'ok'",
    "SELECT * FROM car WHERE at = '2026-01-05' AND mood = 'sad'",
    "SELECT * FROM car WHERE at = '2026-01-05' AND mood = 'ok'",
    "SELECT * FROM car WHERE tags @> ARRAY['t7', 't8']",
    "SELECT * FROM car WHERE tags && ARRAY['t7', 't8', 't9']",
    "SELECT * FROM car WHERE body LIKE '%abcdef%'",
    "SELECT * FROM car WHERE body LIKE '%0a%'",
    "SELECT * FROM car WHERE at BETWEEN '2026-01-05' AND '2026-01-06'",
    "SELECT * FROM car WHERE id = 17",
    "SELECT * FROM car WHERE lower(body) < '1'",
    "SELECT lower(body), count(*) FROM car GROUP BY 1",
    "SELECT * FROM car WHERE id % 50 = 7",
    "SELECT * FROM car WHERE price * 2 = 14 AND mood = 'ok' AND id % 50 = 37",
    "SELECT price * 2, mood, id % 50, count(*) FROM car GROUP BY 1, 2, 3",
    "SELECT * FROM car WHERE string_to_array(body, ' ') @> ARRAY['x']",
    "SELECT * FROM spot WHERE place <@ box '(1,1),(2,2)'",
    "SELECT * FROM spot ORDER BY place <-> point '(3,4)' LIMIT 5",
    "SELECT * FROM spot WHERE span @> 77",
)


@dataclass(frozen=True)
class Both:
    watched: Connection
    snapshot: PlannerSnapshot
    shadow: ShadowPlanner


@pytest.fixture(scope="module")
def both(
    superuser: Address, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE contents")
    address = replace(superuser, database="contents")
    with session(address, read_only=False) as watched:
        for statement in SETUP.split(";\n"):
            watched.execute(statement)
        file = tmp_path_factory.mktemp("contents") / "file.snapshot"
        save(take_snapshot(address), file)
        snapshot = load(file)
        with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
            yield Both(watched, snapshot, shadow)
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE contents WITH (FORCE)")


@pytest.mark.parametrize("query", QUERIES)
def test_costs_are_equal(both: Both, query: str) -> None:
    real = explain(both.watched, query, source="target")
    ours = both.shadow.plan(query)
    assert ours.root.plan_rows == real.root.plan_rows
    assert ours.total_cost == pytest.approx(real.total_cost, rel=0.001)
    assert ours.index_names() == real.index_names()


def test_common_combinations_are_those_of_the_server(both: Both) -> None:
    query = (
        "SELECT s.stxname, i.values, i.frequency, i.base_frequency"
        " FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid,"
        " pg_mcv_list_items(d.stxdmcv) i"
    )
    there = both.watched.execute(query).fetchall()
    place = both.shadow.connection.info
    admin = Address(
        host=place.host, port=place.port, database=place.dbname, user="postgres"
    )
    with session(admin) as connection:
        here = connection.execute(query).fetchall()
    assert len(there) > 100
    assert sorted(map(repr, here)) == sorted(map(repr, there))


def test_an_index_on_a_gathered_expression_is_planned_by_what_was_gathered(
    both: Both,
) -> None:
    ddl = "CREATE INDEX ON car ((id % 50))"
    query = "SELECT body FROM car WHERE id % 50 < 1"
    plan = both.shadow.plan_with(query, create=[index_from_ddl(ddl)[0]])
    with both.watched.transaction(force_rollback=True):
        both.watched.execute(ddl.encode())
        real = explain(both.watched, query, source="target")
    assert plan.hypothetical_indexes.keys() & plan.index_names()
    assert plan.total_cost == pytest.approx(real.total_cost, rel=0.02)
    assert not any("id % 50" in caveat for caveat in both.shadow.caveats)


def test_statistics_of_expressions_that_a_file_lacks_are_told(both: Both) -> None:
    without = tuple(
        replace(item, columns=(), expressions=())
        for item in both.snapshot.extended_statistics
        if item.expressions
    )
    snapshot = replace(both.snapshot, extended_statistics=without)
    with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
        told = [item.what for item in shadow.not_seen]
    assert any("public.car_computed" in what for what in told)


def test_gin_indexes_are_planned_where_their_metapages_cannot_be_read(
    both: Both,
) -> None:
    without = replace(both.snapshot, gin_contents={})
    with ShadowCluster() as cluster, build(cluster, without) as shadow:
        for query in (
            *QUERIES[4:8],
            "SELECT * FROM car WHERE body LIKE '%deadbeef01%'",
        ):
            real = explain(both.watched, query, source="target").total_cost
            ours = shadow.plan(query).total_cost
            assert ours == pytest.approx(real, rel=0.001), query


def test_a_foreign_table_is_planned_as_a_table(both: Both) -> None:
    plan = both.shadow.plan("SELECT * FROM seen WHERE a = 5")
    assert {node.relation for node in plan.root.walk()} >= {"Outer", "car"}
    assert any("Outer" in item.what for item in both.shadow.not_seen)


def test_a_hypothetical_gin_costs_what_the_real_one_does(both: Both) -> None:
    ddl = "CREATE INDEX ON car USING gin (tags, body gin_trgm_ops)"
    definition = index_from_ddl(ddl)[0]
    query = QUERIES[4]
    existing = [i.name for r in both.snapshot.catalog.relations for i in r.indexes]
    plan = both.shadow.plan_with(query, create=[definition], hide=existing)
    with both.watched.transaction(force_rollback=True):
        both.watched.execute("DROP INDEX car_tags")
        both.watched.execute(ddl.encode())
        real = explain(both.watched, query, source="target")
    assert plan.hypothetical_indexes.keys() & plan.index_names()
    assert plan.total_cost == pytest.approx(real.total_cost, rel=0.15)


FORMATS = Path(__file__).parent.parent / "unit" / "planner" / "formats"


@pytest.mark.parametrize("path", sorted(FORMATS.iterdir()), ids=lambda path: path.stem)
def test_a_kept_file_of_each_format_is_read_and_planned_from(path: Path) -> None:
    """Each was taken of a 15 with partitions, odd names and all access methods."""
    snapshot = load(path)
    assert snapshot.server_version.startswith("15.")
    assert len(snapshot.catalog.relations) > 40
    with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
        plan = shadow.plan("SELECT * FROM ev WHERE kind = 'c' AND val = 7")
        assert {node.relation for node in plan.root.walk()} >= {"ev_2026"}
        odd = '"Größe 100%"."Thing\'s ""table"" %s \\"'
        query = f'SELECT * FROM {odd} WHERE "Wert %d" = $1'
        assert shadow.plan(query).index_names() == {"idx %s \"q\" '日本'"}
        nights = "SELECT * FROM person WHERE r && int4range(50, 90)"
        assert shadow.plan(nights).root.plan_rows == 44
