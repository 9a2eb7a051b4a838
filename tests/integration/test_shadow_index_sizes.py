"""Estimated index sizes against indexes that are really built."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.indexing.definition import ddl
from analyzer.indexing.size import btree_height, index_size
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.value_lengths import value_lengths

pytestmark = pytest.mark.integration

ROWS = 60_000
TABLE = RelationName("public", "Sized")
SETUP = f"""
CREATE EXTENSION pageinspect;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE "Sized" (
    id bigint, small int, status text, token text, long text, amount numeric(12, 2),
    price double precision, at timestamptz, day date, flag bool, maybe int, mood mood,
    code char(2), uid uuid, parent bigint, line smallint, many_null bigint
);
INSERT INTO "Sized"
SELECT g, g % 1000,
       (ARRAY['new', 'paid', 'shipped', 'done'])[1 + (g % 97) * (g % 89) % 4],
       md5(g::text), repeat('word ', 10 + g % 30) || g,
       (g % 60000 * 7919) % 1000000 / 100.0,
       (g % 5000) / 7.0, '2026-01-01'::timestamptz + g * interval '1 minute',
       '2020-01-01'::date + (g * 31) % 2000, g % 50 = 0,
       CASE WHEN g % 3 > 0 THEN g % 700 END,
       (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood,
       (ARRAY['DE', 'FR', 'US', 'GB', 'IT'])[1 + g % 5], md5(g::text)::uuid,
       g / 4, g % 4, CASE WHEN g % 20 = 0 THEN g END
  FROM generate_series(1, {ROWS}) AS g;
VACUUM ANALYZE "Sized"
"""


def index(*names: str, **options: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    definition = IndexDefinition(relation=TABLE, keys=keys)
    return replace(definition, **options)  # type: ignore[arg-type]


SHAPES = {
    "unique bigint": index("id", unique=True),
    "bigint": index("id"),
    "1000 values": index("small"),
    "4 values of text": index("status"),
    "32 characters": index("token"),
    "long text": index("long"),
    "numeric": index("amount"),
    "double precision": index("price"),
    "timestamp": index("at"),
    "2000 days": index("day"),
    "boolean": index("flag"),
    "a third NULL": index("maybe"),
    "mostly NULL": index("many_null"),
    "enum": index("mood"),
    "two letters": index("code"),
    "uuid": index("uid"),
    "groups of four": index("parent"),
    "two columns that make a key": index("parent", "line"),
    "few and unique": index("status", "id"),
    "few and few": index("status", "mood", "code"),
    "with INCLUDE": index("small", include=("at", "amount")),
    "partial": index("at", predicate="flag"),
    "descending": replace(
        index("x"), keys=(IndexKey(attribute="at", descending=True),)
    ),
    "lower(token)": replace(index("x"), keys=(IndexKey(expression="lower(token)"),)),
}


@pytest.fixture
def sized(database: Address) -> Iterator[Connection]:
    with session(database, read_only=False) as connection:
        for statement in SETUP.split(";\n"):
            connection.execute(statement)
        yield connection


def test_sizes_are_close_to_those_of_real_indexes(sized: Connection) -> None:
    relation = read_catalog(sized)[0].by_name[TABLE]
    factors: dict[str, float] = {}
    wrong_heights = []
    for name, definition in SHAPES.items():
        rows = ROWS / 50 if definition.predicate else None
        estimated = index_size(definition, relation, rows=rows)
        sized.execute(ddl(definition, name="real_one"))
        row = sized.execute(
            "SELECT pg_relation_size('real_one'), level FROM bt_metap('real_one')"
        ).fetchone()
        sized.execute("DROP INDEX real_one")
        assert row is not None
        size_bytes, height = row
        factors[name] = estimated.size_bytes / size_bytes
        guessed = btree_height(definition, relation, size_bytes // 8192)
        if {estimated.height, guessed} != {height}:
            wrong_heights.append((name, height, estimated.height, guessed))
    shown = {name: round(factor, 3) for name, factor in factors.items()}
    print(shown)
    off = [max(factor, 1 / factor) for factor in factors.values()]
    assert max(off) < 1.5, shown
    assert math.exp(sum(map(math.log, off)) / len(off)) < 1.15, shown
    assert len(wrong_heights) <= 1, wrong_heights


def test_lengths_of_values_are_read_from_the_statistics(sized: Connection) -> None:
    found = value_lengths(sized, TABLE)
    assert found["token"] == ((32, 1.0),)
    assert {length for length, _ in found["status"]} == {3, 4, 7}
    # Two bytes of header, and two for each four digits before and behind the point.
    assert {length for length, _ in found["amount"]} <= {2, 4, 6, 8}
    assert "id" not in found
    for lengths in found.values():
        assert math.isclose(sum(share for _, share in lengths), 1.0)
