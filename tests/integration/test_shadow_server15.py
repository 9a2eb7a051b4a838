"""A shadow of a watched server that is three major versions older."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import PlanningFailed
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.capabilities import read_capabilities
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE customer (id bigint PRIMARY KEY, email text, city text);
CREATE TABLE visit (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer,
    at timestamptz NOT NULL, pages int);
INSERT INTO customer SELECT g, 'u' || g || '@example.com', 'city ' || g % 50
    FROM generate_series(1, 5000) AS g;
INSERT INTO visit SELECT g, 1 + g * 79 % 5000,
    '2026-01-01'::timestamptz + g * interval '9 minutes', g % 30
    FROM generate_series(1, 30000) AS g;
CREATE INDEX visit_at ON visit (at);
CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de-DE');
CREATE COLLATION "No Case" (PROVIDER = icu, LOCALE = 'und-u-ks-level2',
    DETERMINISTIC = false);
CREATE UNLOGGED TABLE stay (id serial PRIMARY KEY, place text COLLATE german,
    town text COLLATE "No Case", land text COLLATE "fr-x-icu", nights int4range,
    hours tstzmultirange);
INSERT INTO stay (place, town, land, nights, hours) SELECT 'p' || g % 300,
    't' || g % 20, 'l' || g % 9, int4range(g, g + g % 20),
    tstzmultirange(tstzrange('2026-01-01'::timestamptz + g * interval '1 hour',
        '2026-01-02'::timestamptz + g * interval '1 hour'))
    FROM generate_series(1, 20000) AS g;
CREATE INDEX stay_place ON stay (place);
CREATE INDEX stay_nights ON stay USING gist (nights);
CREATE TABLE seat (hall int, place int, class varchar(9), at date, note text,
    PRIMARY KEY (hall, place));
INSERT INTO seat SELECT g % 10, g / 10, 'c' || g % 5, date '2026-01-01' + g % 900,
    md5(g::text) FROM generate_series(1, 60000) AS g;
CREATE INDEX seat_class ON seat (class, at) INCLUDE (place);
CREATE INDEX seat_note ON seat (hall, lower(note), at);
CREATE STATISTICS visit_pairs (ndistinct) ON customer_id, pages FROM visit;
VACUUM ANALYZE
"""
QUERIES = (
    "SELECT * FROM visit WHERE id = 5",
    "SELECT * FROM visit WHERE at > '2026-06-01' ORDER BY at LIMIT 5",
    "SELECT city, count(*) FROM customer JOIN visit v ON v.customer_id = customer.id"
    " GROUP BY 1",
    "SELECT customer_id, pages, count(*) FROM visit GROUP BY 1, 2",
    "SELECT * FROM visit WHERE pages = 7",
    "SELECT * FROM stay WHERE nights && int4range(50, 90)",
    "SELECT * FROM stay WHERE nights @> 70 AND town = 't7'",
    "SELECT * FROM stay WHERE hours @> '2026-02-01'::timestamptz",
    "SELECT * FROM stay WHERE place = 'p7' AND land = 'l7'",
    # Aggregates of 15 sort their own input, and DISTINCT keeps its order.
    "SELECT count(DISTINCT place), array_agg(id ORDER BY town) FROM stay",
    "SELECT DISTINCT land, place FROM stay ORDER BY place, land",
    "SELECT a.place FROM stay a JOIN stay b ON a.id = b.id WHERE b.land = 'l3'",
    # Searched by an 18 once for each hall or class, by a 15 from end to end.
    "SELECT * FROM seat WHERE place = 77",
    "SELECT hall, place FROM seat WHERE place BETWEEN 5 AND 700",
    "SELECT * FROM seat WHERE hall > 3 AND place = 77",
    "SELECT place FROM seat WHERE at = '2026-02-02'",
    "SELECT * FROM seat WHERE lower(note) = 'x' AND at > '2026-02-02'",
    # What the first key is good for stays.
    "SELECT hall, place FROM seat WHERE hall = 3 AND place = 77",
    "SELECT hall FROM seat WHERE hall = 3 ORDER BY place LIMIT 5",
    "SELECT class, at, place FROM seat WHERE class = 'c3' AND at < '2026-01-09'",
    "SELECT * FROM seat ORDER BY hall, place LIMIT 100",
    "SELECT a.note FROM seat a JOIN seat b USING (hall, place) WHERE b.class = 'c9'",
    "SELECT * FROM seat WHERE hall = 3 AND lower(note) = 'x'",
    "UPDATE seat SET note = '' WHERE hall = 3 AND place = 77",
    "INSERT INTO seat VALUES (1, 1) ON CONFLICT (hall, place) DO UPDATE SET note = ''",
)


@pytest.fixture(scope="module")
def old_server(server15: Address) -> Iterator[Address]:
    address = replace(server15, database="shadowed")
    with session(server15, read_only=False) as connection:
        connection.execute("CREATE DATABASE shadowed")
    with session(address, read_only=False) as connection:
        for statement in SETUP.split(";\n"):
            connection.execute(statement)
    yield address
    with session(server15, read_only=False) as connection:
        connection.execute("DROP DATABASE shadowed WITH (FORCE)")


@pytest.fixture(scope="module")
def pair(old_server: Address) -> Iterator[tuple[Connection, ShadowPlanner]]:
    with (
        session(old_server, read_only=False) as watched,
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(old_server)) as shadow,
    ):
        yield watched, shadow


def test_the_catalog_is_read(old_server: Address) -> None:
    with session(old_server) as connection:
        catalog, not_seen = read_catalog(connection)
        found = read_capabilities(connection)
    visit = catalog.by_name[RelationName("public", "visit")]
    assert not_seen == ()
    assert {item.name.name for item in visit.indexes} == {"visit_pkey", "visit_at"}
    assert visit.foreign_keys[0].referenced == RelationName("public", "customer")
    assert visit.distinct_combinations[0][0] == ("customer_id", "pages")
    assert found.server_version_num // 10_000 == 15
    assert found.is_superuser


def test_it_says_that_the_planners_are_not_the_same(
    pair: tuple[Connection, ShadowPlanner],
) -> None:
    assert pair[1].source.startswith("shadow 18.6 (watched server is 15.")
    collations, said = pair[1].not_seen
    assert said.what == "how PostgreSQL 15 itself would plan"
    assert "plans as PostgreSQL 18 does" in said.why
    for name in ("german", "No Case", "fr-x-icu"):
        assert name in collations.what


def test_histograms_of_ranges_need_more_rights(old_server: Address) -> None:
    with session(old_server, read_only=False) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain")
    try:
        said = take_snapshot(replace(old_server, user="plain")).not_seen
    finally:
        with session(old_server, read_only=False) as connection:
            connection.execute("DROP OWNED BY plain")
            connection.execute("DROP ROLE plain")
    (ranges,) = [item for item in said if "ranges" in item.what]
    assert "public.stay.nights" in ranges.what
    assert "pg_read_all_data" in ranges.hint


@pytest.mark.parametrize("query", QUERIES)
def test_costs_agree_across_versions(
    pair: tuple[Connection, ShadowPlanner], query: str
) -> None:
    watched, shadow = pair
    real = explain(watched, query, source="target").total_cost
    assert shadow.plan(query).total_cost == pytest.approx(real, rel=0.02)


def test_a_hypothetical_index_agrees_across_versions(
    pair: tuple[Connection, ShadowPlanner],
) -> None:
    watched, shadow = pair
    definition = IndexDefinition(
        relation=RelationName("public", "visit"),
        keys=(IndexKey(attribute="customer_id"),),
    )
    query = "SELECT * FROM visit WHERE customer_id = 9"
    ours = shadow.plan_with(query, create=[definition]).total_cost
    watched.execute("BEGIN")
    watched.execute("CREATE INDEX ON visit (customer_id)")
    real = explain(watched, query, source="target").total_cost
    watched.execute("ROLLBACK")
    assert ours == pytest.approx(real, rel=0.02)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM seat WHERE at = '2026-02-02'",
        "SELECT note FROM seat WHERE note = 'x' AND at = '2026-02-02'",
    ],
)
def test_a_hypothetical_index_is_not_skipped_through(
    pair: tuple[Connection, ShadowPlanner], query: str
) -> None:
    watched, shadow = pair
    definition = IndexDefinition(
        relation=RelationName("public", "seat"),
        keys=(IndexKey(attribute="hall"), IndexKey(attribute="at")),
        include=("note",),
    )
    ours = shadow.plan_with(query, create=[definition]).total_cost
    watched.execute("BEGIN")
    watched.execute("CREATE INDEX ON seat (hall, at) INCLUDE (note)")
    real = explain(watched, query, source="target").total_cost
    watched.execute("ROLLBACK")
    assert ours == pytest.approx(real, rel=0.02)


def test_bulk_questions_find_the_index_of_an_on_conflict(
    pair: tuple[Connection, ShadowPlanner],
) -> None:
    upsert = "INSERT INTO seat VALUES (1, 1) ON CONFLICT (hall, place) DO NOTHING"
    read = "SELECT * FROM seat WHERE hall = 3 AND place = 77"
    answers = pair[1].costs_with(
        [WhatIfQuestion(query=query) for query in (upsert, read, upsert)]
    )
    costs = [answer.total_cost for answer in answers if isinstance(answer, PlanCost)]
    assert costs == [pytest.approx(0.01), pytest.approx(8.31, rel=0.02), costs[0]]


def test_what_no_index_answers_is_still_refused(
    pair: tuple[Connection, ShadowPlanner],
) -> None:
    with pytest.raises(PlanningFailed) as refused:
        pair[1].plan("INSERT INTO seat VALUES (1, 1) ON CONFLICT (place) DO NOTHING")
    assert refused.value.detail == "SQLSTATE 42P10."
