"""The shadow knows the heights of indexes and the real ends of changed columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.index_probes import read_extremes, read_planned_heights
from analyzer.postgres.statistics import read_btree_heights

pytestmark = pytest.mark.integration

READINGS = RelationName("public", "readings")


@pytest.fixture
def grown(database: Address) -> Iterator[tuple[Address, Connection]]:
    """A table that grew at its upper end after ANALYZE, and one to join it with."""
    with session(database, read_only=False) as connection:
        connection.execute(
            "CREATE TABLE readings (id bigint PRIMARY KEY, at timestamptz NOT NULL,"
            ' "Odd ""name" integer, note text);'
            "CREATE TABLE notes (id bigint PRIMARY KEY, body text);"
            "INSERT INTO readings SELECT g, '2026-01-01'::timestamptz + g * '1 min'"
            "::interval, g % 100, 'n' || g FROM generate_series(1, 40000) g;"
            "INSERT INTO notes SELECT g, 'b' FROM generate_series(1, 200000) g;"
            "CREATE INDEX ON readings (at);"
            'CREATE INDEX ON readings ("Odd ""name" DESC NULLS LAST, id);'
            "CREATE INDEX ON readings (note) WHERE id > 100"
        )
        # Counters are flushed late: rows must not count as written after ANALYZE.
        connection.execute("SELECT pg_stat_force_next_flush()")
        connection.execute("ANALYZE")
        connection.execute(
            "INSERT INTO readings SELECT g, '2026-01-01'::timestamptz + g * '1 min'"
            "::interval, g % 100, 'n' || g FROM generate_series(40001, 60000) g"
        )
        connection.execute("SELECT pg_stat_force_next_flush()")
        yield database, connection


def test_heights_told_by_costs_are_those_of_the_metapages(
    grown: tuple[Address, Connection],
) -> None:
    _, connection = grown
    connection.execute("CREATE EXTENSION pageinspect")
    true = read_btree_heights(connection)
    assert true is not None
    catalog, _ = read_catalog(connection)
    told = read_planned_heights(connection, catalog)
    assert len(told) >= 4
    assert told == {name: true[name] for name in told}
    assert max(told.values()) >= 1


def test_extremes_are_ordered_by_value_and_not_as_text(
    grown: tuple[Address, Connection],
) -> None:
    _, connection = grown
    catalog, _ = read_catalog(connection)
    found = {
        (item.relation, item.attribute): (item.smallest, item.largest)
        for item in read_extremes(connection, catalog, ())
    }
    assert found[READINGS, "id"] == ("1", "60000")
    assert found[READINGS, 'Odd "name'] == ("0", "99")
    assert (RelationName("public", "notes"), "id") not in found, "nothing changed there"
    assert not read_extremes(connection, catalog, [READINGS])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM readings WHERE at >= '2026-02-05'",
        "SELECT count(*) FROM readings WHERE at < '2025-12-31'",
        "SELECT count(*) FROM readings WHERE id > 59990",
        "SELECT count(*) FROM readings r JOIN notes n USING (id)",
        'SELECT * FROM readings ORDER BY "Odd ""name" DESC NULLS LAST, id LIMIT 3',
    ],
)
def test_costs_are_equal_beyond_the_statistics(
    grown: tuple[Address, Connection], query: str
) -> None:
    address, connection = grown
    with (
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(address)) as shadow,
    ):
        for setting in ("", "SET enable_hashjoin = off"):
            if setting:
                connection.execute(setting.encode())
                shadow.connection.execute(setting.encode())
            real = explain(connection, query, source="watched")
            ours = shadow.plan(query)
            assert ours.total_cost == pytest.approx(real.total_cost, rel=0.001)


def test_a_hypothetical_index_keeps_the_ends_known(
    grown: tuple[Address, Connection],
) -> None:
    """The planner asks the newest index on a column, which is the hypothetical one."""
    address, _ = grown
    query = "SELECT count(*) FROM readings WHERE at >= '2026-02-05'"
    wider = IndexDefinition(
        relation=READINGS,
        keys=(IndexKey(attribute="at"), IndexKey(attribute="id")),
    )
    with (
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(address)) as shadow,
    ):
        before = shadow.plan(query)
        after = shadow.plan_with(query, create=[wider])
    rows = [min(n.plan_rows for n in p.root.children) for p in (before, after)]
    assert rows[0] > 100, "the statistics alone would say one row"
    assert rows[1] == pytest.approx(rows[0], rel=0.01)
