"""Generated data on a real server: combined statistics, keys, types, odd schemas."""

from __future__ import annotations

import pytest

from analyzer.domain.target import Address
from analyzer.pipeline.generated_database import GeneratedOptions, generated_database
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session

pytestmark = pytest.mark.integration

SETUP = """
CREATE EXTENSION pg_trgm;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE DOMAIN zip AS text CHECK (value ~ '^[0-9]+$');
CREATE SCHEMA "Od d";
CREATE TABLE place (id int PRIMARY KEY, city text, country text, code zip);
INSERT INTO place SELECT g, 'city ' || g % 50, 'land ' || (g % 50) / 10, (g % 70)::text
    FROM generate_series(1, 8000) g;
CREATE STATISTICS place_both (mcv, dependencies, ndistinct) ON city, country FROM place;
CREATE TABLE "Od d"."My ""T" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place_id int REFERENCES place (id),
    feels mood, at timestamptz, until timestamptz CHECK (until >= at),
    tags text[], doc jsonb, price numeric(12,2) CHECK (price < 9000), u uuid, b bytea,
    twice numeric GENERATED ALWAYS AS (price * 2) STORED, wide text);
INSERT INTO "Od d"."My ""T" (place_id, feels, at, until, tags, doc, price, u, b, wide)
    SELECT CASE WHEN g % 9 > 0 THEN 1 + (g * 7919 % 4000) END,
           (ARRAY['sad','ok','glad'])[1 + g % 3]::mood,
           '2024-01-01'::timestamptz + g * interval '41 minutes',
           '2024-01-01'::timestamptz + g * interval '41 minutes'
               + g % 5 * interval '1 day',
           ARRAY['a', 'b' || g % 4], jsonb_build_object('k', g % 5), g % 1000 + 0.25,
           md5(g::text)::uuid, decode(md5(g::text), 'hex'), repeat(md5(g::text), 60)
    FROM generate_series(1, 9000) g;
CREATE INDEX ON "Od d"."My ""T" (lower(wide) text_pattern_ops) WHERE feels = 'sad';
CREATE TABLE parted (id int, day date, n int) PARTITION BY RANGE (day);
CREATE TABLE parted_23 PARTITION OF parted
    FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE parted_24 PARTITION OF parted
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO parted SELECT g, date '2023-01-01' + g % 730, g % 7
    FROM generate_series(1, 5000) g;
CREATE TABLE empty_one (id int PRIMARY KEY);
CREATE TABLE no_columns ();
CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''no row may enter''; END';
CREATE TRIGGER evil BEFORE INSERT ON place FOR EACH ROW EXECUTE FUNCTION evil();
ANALYZE;
"""
TOGETHER = """
SELECT count(*) FILTER (WHERE c = 1)::float / count(*)
FROM (SELECT city, count(DISTINCT country) AS c FROM place GROUP BY 1) AS x
"""


def value(connection: Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_schema_with_everything_is_filled(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(SETUP.encode())
    snapshot = take_snapshot(database)
    (both,) = snapshot.extended_statistics
    assert both.columns == ("city", "country") and len(both.most_common) == 50
    with generated_database(snapshot, (), GeneratedOptions(rows=10**6)) as made:
        assert made.row_counts["public.place"] == 8000
        assert made.row_counts['Od d.My "T'] == 9000
        assert made.row_counts["public.parted_23"] > 2000
        assert [n for n in made.not_seen if "rows of" in n.what] == []
        owner = made.owner
        # A city lies in one country, as the combinations say.
        assert value(owner, TOGETHER) == 1.0
        nulls = value(
            owner,
            'SELECT avg((place_id IS NULL)::int)::float FROM "Od d"."My ""T"',
        )
        assert nulls == pytest.approx(1 / 9, abs=0.02)
        orphans = 'SELECT count(*) FROM "Od d"."My ""T" WHERE until < at'
        assert value(owner, orphans) == 0
        keys = value(owner, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'")
        assert keys == 1
        indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'Od d'"
        assert value(owner, indexes) == 2
        assert (
            value(owner, "SELECT count(*) FROM parted WHERE day < '2024-01-01'")
            == (made.row_counts["public.parted_23"])
        )
        assert value(owner, "SELECT current_setting('is_superuser')") == "off"


def test_the_same_seed_fills_alike_and_nothing_stays(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(
            b"CREATE TABLE t AS SELECT g AS a, md5(g::text) AS b"
            b" FROM generate_series(1, 5000) g; ANALYZE t"
        )
    snapshot = take_snapshot(database)
    sums = []
    for seed in (1, 1, 2):
        with generated_database(snapshot, (), GeneratedOptions(seed=seed)) as made:
            sums.append(
                value(
                    made.owner, "SELECT md5(string_agg(t::text, '' ORDER BY a)) FROM t"
                )
            )
            folder = made.data_dir
        assert not folder.exists()
    assert sums[0] == sums[1] != sums[2]
