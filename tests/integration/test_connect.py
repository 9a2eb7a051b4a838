from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.target import Address
from analyzer.errors import MissingPrivilege, TimedOut, Unreachable
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration


def test_a_session_is_read_only_and_named(database: Address) -> None:
    with session(database) as connection:
        row = connection.execute(
            "SELECT current_setting('default_transaction_read_only'),"
            " current_setting('application_name')"
        ).fetchone()
    assert row == ("on", "pgproof")


def test_the_services_password_variable_is_not_sent(
    database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", database.password)
    with pytest.raises(MissingPrivilege), session(replace(database, password="")):
        pass


def test_wrong_password(database: Address) -> None:
    with (
        pytest.raises(MissingPrivilege) as caught,
        session(replace(database, password="not-it")),
    ):
        pass
    assert "not-it" not in str(caught.value) + str(caught.value.detail)


def test_unreachable(database: Address) -> None:
    with pytest.raises(Unreachable), session(replace(database, port=1)):
        pass


def test_timeout_is_ours(database: Address) -> None:
    with pytest.raises(TimedOut), session(database, statement_timeout_ms=50) as c:
        c.execute("SELECT pg_sleep(5)")


def test_a_database_may_print_dates_as_it_likes(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(
            f'ALTER DATABASE "{database.database}" SET DateStyle = "SQL, DMY"'
        )
        connection.execute(
            f'ALTER DATABASE "{database.database}" SET IntervalStyle = "iso_8601"'
        )
    with session(database) as connection:
        catalog, _ = read_catalog(connection)
        day, length = connection.execute(
            "SELECT '2024-02-03 04:05+00'::timestamptz, '1 day 2 hours'::interval"
        ).fetchone() or (None, None)
    assert catalog.settings["DateStyle"] == "SQL, DMY"
    assert day == datetime(2024, 2, 3, 4, 5, tzinfo=UTC)
    assert length == timedelta(days=1, hours=2)
