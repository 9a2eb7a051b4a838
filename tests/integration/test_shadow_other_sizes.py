"""Sizes that need more than a column's width: items, expressions, what bounds pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from analyzer.domain.target import Address
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session
from analyzer.statements.ddl import index_from_ddl

pytestmark = pytest.mark.integration

SETUP = """
CREATE EXTENSION pg_trgm;
CREATE TABLE place (city text, country text, PRIMARY KEY (city, country));
INSERT INTO place SELECT 'city ' || g, 'land ' || g % 9 FROM generate_series(1, 300) g;
CREATE TABLE doc (id bigint, tags text[], body text, email text, data jsonb,
    words tsvector, spot point, city text, country text, street int, house int,
    starts date, ends date, gone timestamptz,
    FOREIGN KEY (city, country) REFERENCES place);
SELECT setseed(0.4);
INSERT INTO doc SELECT g,
    ARRAY(SELECT 'tag' || floor(90 * random() ^ 2)::int
            FROM generate_series(1, 1 + g % 4)),
    (SELECT string_agg(md5((floor(900 * random()))::int::text), ' ')
       FROM generate_series(1, 2 + g % 4)),
    'user' || g % 4000 || '@example.org',
    jsonb_build_object('kind', 'k' || g % 9, 'owner', 'o' || (g * 31) % 700),
    NULL, point(random(), random()),
    'city ' || 1 + g % 300, 'land ' || (1 + g % 300) % 9, g % 97,
    (g % 97) * 7 % 40, date '2026-01-01' + (g * 7) % 900,
    date '2026-01-01' + (g * 11) % 900, CASE WHEN g % 20 = 0 THEN now() END
  FROM generate_series(1, 12000) AS g;
UPDATE doc SET words = to_tsvector('simple', body);
CREATE INDEX doc_house ON doc (house, street);
VACUUM (FULL, ANALYZE) doc;
ANALYZE
"""
SHAPES = (
    "USING gin (tags)",
    "USING gin (words)",
    "USING gin (data)",
    "USING gin (data jsonb_path_ops)",
    "USING gin (body gin_trgm_ops)",
    "USING gin (email gin_trgm_ops)",
    "USING gin (to_tsvector('simple', body))",
    "USING gist (spot)",
    "USING spgist (spot)",
    "USING brin (id)",
    "USING hash (email)",
    "((data ->> 'owner'))",
    "(gone) WHERE gone IS NOT NULL",
    "(id) WHERE starts > ends",
    "(city, country)",
    "(city, country, street)",
    "(street, house)",
)


@dataclass(frozen=True)
class Both:
    watched: Connection
    shadow: ShadowPlanner


@pytest.fixture(scope="module")
def both(superuser: Address) -> Iterator[Both]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE measured_sizes")
    address = Address(
        host=superuser.host,
        port=superuser.port,
        database="measured_sizes",
        user=superuser.user,
        password=superuser.password,
    )
    with session(address, read_only=False) as watched:
        for statement in SETUP.split(";\n"):
            watched.execute(statement)
        snapshot = take_snapshot(address)
        with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
            yield Both(watched, shadow)
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE measured_sizes WITH (FORCE)")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_size_is_close_to_the_built_one(both: Both, shape: str) -> None:
    definition = index_from_ddl(f"CREATE INDEX ON doc {shape}")[0]
    estimated = both.shadow.index_size_bytes(definition)
    with both.watched.transaction(force_rollback=True):
        both.watched.execute(f"CREATE INDEX real_one ON doc {shape}".encode())
        row = both.watched.execute("SELECT pg_relation_size('real_one')").fetchone()
    assert row is not None
    factor = estimated / row[0]
    # A page more or less of a small index is no error worth a word.
    assert 1 / 1.5 < factor < 1.5 or abs(estimated - row[0]) <= 3 * 8192, factor
