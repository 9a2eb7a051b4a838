"""The catalogs of a real server as a Catalog, and what a role can see of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.indexing.definition import ddl
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.capabilities import read_capabilities
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session
from analyzer.postgres.settings import read_planner_settings
from analyzer.rewriting.protocol import Setting, subject
from analyzer.rewriting.rules import foreign_key_join

pytestmark = pytest.mark.integration

SETUP = """
CREATE SCHEMA "we ird";
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE "we ird"."Ta""b" (id bigint PRIMARY KEY, "x y" text COLLATE "C",
    n numeric(10, 2), s int NOT NULL, m mood, gone int);
ALTER TABLE "we ird"."Ta""b" DROP COLUMN gone;
CREATE INDEX odd ON "we ird"."Ta""b" (lower("x y") text_pattern_ops,
    (n + 1) DESC NULLS LAST, s NULLS FIRST) INCLUDE (m) WHERE s > 3;
CREATE UNIQUE INDEX once ON "we ird"."Ta""b" (n, s) NULLS NOT DISTINCT;
CREATE TABLE child (a bigint REFERENCES "we ird"."Ta""b" (id) ON DELETE CASCADE,
    b int, UNIQUE (b) DEFERRABLE, EXCLUDE USING gist (box(point(a, b), point(a, b))
    WITH &&));
CREATE TABLE part (a int, b int) PARTITION BY RANGE (a);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE INDEX part_b ON part (b);
CREATE VIEW seen AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW stored AS SELECT 1 AS one;
INSERT INTO "we ird"."Ta""b"
    SELECT g, g % 7, CASE WHEN g % 4 > 0 THEN g END, g, 'ok'
    FROM generate_series(1, 1000) AS g;
INSERT INTO part SELECT g % 10, g FROM generate_series(1, 500) AS g;
CREATE STATISTICS pairs (ndistinct) ON s, n FROM "we ird"."Ta""b";
ANALYZE;
CREATE FUNCTION public.quote_ident(name) RETURNS text LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'hostile function was called'; END $$
"""
WEIRD = RelationName("we ird", 'Ta"b')


@pytest.fixture
def filled(database: Address) -> Address:
    with session(database, read_only=False) as connection:
        for statement in SETUP.split(";\n"):
            connection.execute(statement)
    return database


@pytest.fixture
def catalog(filled: Address) -> Catalog:
    with session(filled) as connection:
        found, not_seen = read_catalog(connection)
        path = connection.execute("SHOW search_path").fetchone()
    assert not_seen == ()
    assert path == ('"$user", public',)
    return found


def test_a_catalog(catalog: Catalog) -> None:
    kinds = {str(item.name): item.kind for item in catalog.relations}
    assert kinds == {
        'we ird.Ta"b': RelationKind.TABLE,
        "public.child": RelationKind.TABLE,
        "public.part": RelationKind.PARTITIONED,
        "public.part_1": RelationKind.TABLE,
        "public.seen": RelationKind.VIEW,
        "public.stored": RelationKind.MATERIALIZED_VIEW,
    }
    assert catalog.search_path == ("public",)
    assert catalog.read_at.tzinfo is UTC
    assert catalog.extensions["plpgsql"] == "1.0"
    assert catalog.settings["work_mem"] == "4MB"
    assert not catalog.is_replica
    assert catalog.replica_count == 0

    table = catalog.by_name[WEIRD]
    assert table.reltuples == 1000
    assert table.size_bytes == table.relpages * 8192 > 0
    assert [item.name for item in table.attributes] == ["id", "x y", "n", "s", "m"]
    n = table.attribute("n")
    assert n is not None
    assert n.type_name == "numeric(10,2)"
    assert n.null_frac == 0.25
    assert n.n_distinct == -0.75
    x = table.attribute("x y")
    assert x is not None
    assert sum(x.most_common_freqs) == pytest.approx(1)
    m = table.attribute("m")
    assert m is not None
    assert (m.type_name, m.type_length) == ("public.mood", 4)
    assert table.unique_keys == (("id",), ("n", "s"))
    assert table.distinct_combinations == ((("n", "s"), 1000.0),)
    assert table.activity is not None
    assert table.activity.n_tup_ins == 1000
    assert table.activity.last_analyzed_at is not None

    child = catalog.by_name[RelationName("public", "child")]
    key = child.foreign_keys[0]
    assert (key.attributes, key.referenced) == (("a",), WEIRD)
    assert key.on_delete == "cascade"
    # A deferrable constraint proves nothing within a transaction.
    assert child.unique_keys == ()
    constraints = {item.constraint_kind for item in child.indexes}
    assert constraints == {"unique", "exclusion"}


def test_indexes_are_taken_apart(catalog: Catalog) -> None:
    indexes = {item.name.name: item for item in catalog.by_name[WEIRD].indexes}
    odd = indexes["odd"].definition
    assert odd.keys == (
        IndexKey(
            expression='lower("x y")', opclass="text_pattern_ops", collation='"C"'
        ),
        IndexKey(expression="(n + 1::numeric)", descending=True, nulls_first=False),
        IndexKey(attribute="s", nulls_first=True),
    )
    assert odd.include == ("m",)
    assert odd.predicate == "s > 3"
    assert indexes["once"].definition.nulls_not_distinct
    assert indexes['Ta"b_pkey'].constraint_kind == "primary key"
    part = catalog.by_name[RelationName("public", "part_1")]
    assert part.partition_of == RelationName("public", "part")
    assert part.indexes[0].attached_to == RelationName("public", "part_b")


def test_the_ddl_of_a_definition_makes_the_same_index(
    filled: Address, catalog: Catalog
) -> None:
    with session(filled, read_only=False) as connection:
        for index in catalog.by_name[WEIRD].indexes:
            connection.execute(ddl(index.definition, name="again"))
            found = read_catalog(connection)[0].by_name[WEIRD].indexes
            again = next(item for item in found if item.name.name == "again")
            assert again.definition == index.definition
            connection.execute('DROP INDEX "we ird".again')


def test_a_locked_relation_is_not_waited_for(filled: Address) -> None:
    with (
        session(filled, read_only=False, autocommit=False) as locker,
        session(filled) as connection,
    ):
        locker.execute('LOCK TABLE "we ird"."Ta""b" IN ACCESS EXCLUSIVE MODE')
        catalog, not_seen = read_catalog(connection)
        assert 'we ird.Ta"b' in not_seen[0].what
        # Without its indexes it would look as if it had none.
        assert WEIRD not in catalog.by_name
        assert RelationName("public", "part_1") in catalog.by_name
        snapshot = take_snapshot(filled)
        assert 'we ird.Ta"b' in snapshot.not_seen[0].what
        assert "part_1" in snapshot.schema_sql


@pytest.fixture
def plain(filled: Address) -> Iterator[Address]:
    with session(filled, read_only=False) as connection:
        connection.execute("CREATE ROLE plain LOGIN PASSWORD 'plain-only'")
    yield replace(filled, user="plain", password="plain-only")
    with session(filled, read_only=False) as connection:
        connection.execute("DROP OWNED BY plain; DROP ROLE plain")


def test_a_plain_role_learns_what_it_lacks(plain: Address, filled: Address) -> None:
    with session(plain) as connection:
        catalog, not_seen = read_catalog(connection)
        found = read_capabilities(connection)
    assert [item.hint for item in not_seen] == ['GRANT pg_read_all_data TO "plain";']
    table = catalog.by_name[WEIRD]
    assert len(table.indexes) == 3
    assert all(item.n_distinct is None for item in table.attributes)
    assert not found.is_superuser
    assert found.pg_stat_statements_answers
    assert not (found.pg_stat_statements_answers and found.reads_all_stats)
    hints = {item.hint for item in found.missing}
    assert hints == {
        'GRANT pg_read_all_stats TO "plain";',
        'GRANT pg_read_all_data TO "plain";',
    }
    # The hints are enough.
    with session(filled, read_only=False) as connection:
        for hint in hints:
            connection.execute(hint)
    with session(plain) as connection:
        assert read_catalog(connection)[1] == ()
        found = read_capabilities(connection)
    assert found.missing == ()
    assert found.pg_stat_statements_answers and found.reads_all_stats
    assert found.unreadable_relation_count == 0


def test_a_missing_extension_has_a_hint(filled: Address) -> None:
    with session(filled, read_only=False) as connection:
        connection.execute("DROP EXTENSION pg_stat_statements")
        found = read_capabilities(connection)
    assert found.is_superuser
    assert not found.has_hypopg
    assert [item.hint for item in found.missing] == [
        "CREATE EXTENSION pg_stat_statements;"
    ]


def test_planner_settings_are_those_that_differ(filled: Address) -> None:
    with session(filled, read_only=False) as connection:
        name = filled.database
        connection.execute(f"ALTER DATABASE {name} SET enable_nestloop = off")
        connection.execute(f"ALTER DATABASE {name} SET work_mem = '9MB'")
    with session(filled) as connection:
        settings = read_planner_settings(connection)
    assert settings["enable_nestloop"] == "off"
    assert settings["work_mem"] == "9MB"
    assert "enable_sort" not in settings
    assert "statement_timeout" not in settings


def test_keys_of_a_table_do_not_span_those_that_inherit_from_it(
    database: Address,
) -> None:
    """Rows of the children are read with it: the join finds two, or none."""
    with session(database, read_only=False) as connection:
        for text in (
            "CREATE TABLE account (id int PRIMARY KEY, name text)",
            "CREATE TABLE old_account () INHERITS (account)",
            "CREATE TABLE bill (id int PRIMARY KEY, account_id int NOT NULL "
            "REFERENCES account)",
            "INSERT INTO account VALUES (1, 'a')",
            "INSERT INTO old_account VALUES (1, 'b')",
            "INSERT INTO bill VALUES (7, 1)",
        ):
            connection.execute(text.encode())
        found, _ = read_catalog(connection)
        query = "SELECT b.id FROM bill b JOIN account a ON a.id = b.account_id"
        assert len(connection.execute(query).fetchall()) == 2
    parent = found.by_name[RelationName("public", "account")]
    assert parent.has_children and parent.unique_keys == ()
    assert found.by_name[RelationName("public", "bill")].unique_keys == (("id",),)

    def left_out(known: Catalog) -> bool:
        given = subject(query, Setting(catalog=known))
        found = foreign_key_join.find(given)
        return any(all(c.holds for c in one.conditions) for one in found)

    assert not left_out(found)
    alone = replace(parent, has_children=False, unique_keys=(("id",),))
    others = tuple(r for r in found.relations if r.name != parent.name)
    assert left_out(replace(found, relations=(alone, *others)))
