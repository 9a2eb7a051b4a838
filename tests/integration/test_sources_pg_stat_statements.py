"""Snapshots of real servers: 18 (embedded) and 15 (Debian's, where installed)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.snapshot import DeltaCertainty, Snapshot
from analyzer.domain.target import Address
from analyzer.errors import MissingExtension
from analyzer.postgres.connect import session
from analyzer.sources.pg_stat_statements import read_snapshot
from analyzer.workload.delta import since_reset, snapshot_delta
from analyzer.workload.merge import WorkloadInputs, build_workload

pytestmark = pytest.mark.integration


def calls_of(snapshot: Snapshot, text: str) -> int:
    ids = {n for n, query in snapshot.query_texts.items() if text in query}
    return sum(c.calls for key, c in snapshot.counters.items() if key.queryid in ids)


def check_reading(address: Address) -> None:
    with session(address, read_only=False) as connection:
        connection.execute("SELECT pg_stat_statements_reset()")
        connection.execute("CREATE TABLE IF NOT EXISTS read_me (id int, name text)")
        for number in range(3):
            connection.execute("SELECT name FROM read_me WHERE id = %s", (number,))
        first, not_seen = read_snapshot(connection)
        for number in range(4):
            connection.execute("SELECT name FROM read_me WHERE id = %s", (number,))
        second, _ = read_snapshot(connection)
    assert not_seen == ()
    assert calls_of(first, "FROM read_me WHERE id") == 3
    assert calls_of(second, "FROM read_me WHERE id") == 7
    assert not any("pgproof" in text for text in second.query_texts.values())
    assert second.own_exec_time_ms > 0
    assert second.server_id.isdecimal()
    assert address.database in second.database_names.values()
    assert second.taken_at.tzinfo is not None
    assert second.taken_at > first.taken_at
    delta = snapshot_delta(first, second)
    workload = build_workload(
        WorkloadInputs(
            server_id=second.server_id,
            database=address.database,
            delta=delta,
            snapshot=second,
        )
    )
    (item,) = [
        item for item in workload.items if "read_me" in item.statement.normalized_query
    ]
    assert item.counters.calls == 4
    assert item.certainty is DeltaCertainty.EXACT
    assert item.latency is None
    whole = since_reset(second)
    assert whole.started_at == second.stats_reset_at
    assert sum(d.counters.calls for d in whole.deltas) >= 7


def test_version_18(database: Address) -> None:
    check_reading(database)
    with session(database) as connection:
        snapshot, _ = read_snapshot(connection)
    assert snapshot.missing_columns == ()
    assert all(c.stats_since for c in snapshot.counters.values())


def test_version_15(server15: Address) -> None:
    check_reading(server15)
    with session(server15) as connection:
        snapshot, _ = read_snapshot(connection)
    assert snapshot.server_version_num // 10_000 == 15
    assert snapshot.missing_columns == ("stats_since",)
    assert snapshot.stats_reset_at is not None
    assert snapshot.dealloc is not None


def test_known_texts_are_not_read_again(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("SELECT 4711 AS once")
        first, _ = read_snapshot(connection)
        second, _ = read_snapshot(connection, known_queryids=set(first.query_texts))
    assert first.query_texts
    assert not set(second.query_texts) & set(first.query_texts)
    assert set(first.counters) <= set(second.counters)


def test_extension_in_an_odd_schema(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute('CREATE SCHEMA "odd ""schema"')
        connection.execute(
            'ALTER EXTENSION pg_stat_statements SET SCHEMA "odd ""schema"'
        )
        connection.execute("SELECT 4712 AS odd, 1 AS schema")
        snapshot, _ = read_snapshot(connection)
    assert calls_of(snapshot, "AS odd") == 1


def test_our_role_on_the_catalogs_is_our_own(
    database: Address, superuser: Address
) -> None:
    query = b"SELECT relname FROM pg_class AS %s WHERE relkind = 'x'"
    with session(database, read_only=False) as connection:
        connection.execute("CREATE ROLE backup_of_others LOGIN SUPERUSER")
        connection.execute("CREATE TABLE t (relname text)")
        connection.execute(query % b"ours")
        connection.execute("SELECT t.relname FROM t, pg_class WHERE false")
        connection.execute("SET SESSION AUTHORIZATION backup_of_others")
        connection.execute(query % b"theirs")
        connection.execute("RESET SESSION AUTHORIZATION")
        snapshot, _ = read_snapshot(connection)
        connection.execute("DROP ROLE backup_of_others")
    texts = " ".join(snapshot.query_texts.values())
    assert "AS ours" not in texts
    assert calls_of(snapshot, "AS theirs") == 1
    assert calls_of(snapshot, "FROM t, pg_class") == 1


def test_missing_extension(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("DROP EXTENSION pg_stat_statements")
        with pytest.raises(MissingExtension) as caught:
            read_snapshot(connection)
    assert "CREATE EXTENSION pg_stat_statements" in (caught.value.hint or "")
    assert "shared_preload_libraries" in (caught.value.hint or "")


def test_statements_of_others_are_told_with_the_grant(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute('CREATE ROLE "some ""one" LOGIN PASSWORD \'test-only\'')
    someone = replace(database, user='some "one')
    try:
        with session(someone) as connection:
            snapshot, not_seen = read_snapshot(connection)
    finally:
        with session(database, read_only=False) as connection:
            connection.execute('DROP ROLE "some ""one"')
    (entry,) = [item for item in not_seen if "other roles" in item.what]
    assert entry.hint == 'GRANT pg_read_all_stats TO "some ""one";'
    users = {snapshot.user_names[key.userid] for key in snapshot.counters}
    assert users <= {'some "one'}


def test_only_the_database_asked_for(database: Address, superuser: Address) -> None:
    with session(superuser, read_only=False) as connection:
        connection.execute("SELECT true AS in_another_database")
    with session(database) as connection:
        connection.execute("SELECT length(current_database()) AS in_this_database")
        snapshot, _ = read_snapshot(connection)
    inputs = WorkloadInputs(
        server_id=snapshot.server_id,
        database=database.database,
        delta=since_reset(snapshot),
        snapshot=snapshot,
    )
    queries = [i.statement.normalized_query for i in build_workload(inputs).items]
    assert any("in_this_database" in query for query in queries)
    assert not any("in_another_database" in query for query in queries)


def test_a_text_that_breaks_all_is_told(superuser: Address, database: Address) -> None:
    """A text of a SQL_ASCII database need not be valid in any encoding."""
    with session(superuser, read_only=False) as connection:
        connection.execute(
            "CREATE DATABASE ascii ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C'"
            " TEMPLATE template0"
        )
    try:
        with session(replace(superuser, database="ascii")) as connection:
            connection.execute("SET client_encoding = 'SQL_ASCII'")
            connection.execute(b'SELECT 1 AS "\xff\xfe"')
        with session(database) as connection:
            snapshot, not_seen = read_snapshot(connection)
    finally:
        with session(superuser, read_only=False) as connection:
            connection.execute("DROP DATABASE ascii")
    assert snapshot.counters and not snapshot.query_texts
    (entry,) = [item for item in not_seen if "texts" in item.what]
    assert "invalid byte sequence" in entry.why
    # Nobody else should stumble over it.
    with session(database, read_only=False) as connection:
        connection.execute("SELECT pg_stat_statements_reset()")
        _, not_seen = read_snapshot(connection)
    assert not_seen == ()
