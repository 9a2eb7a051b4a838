"""The doctor on real servers: what it finds, and that its hints are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.doctor import CheckStatus, DoctorReport
from analyzer.domain.target import Address
from analyzer.errors import UnsupportedVersion
from analyzer.pipeline import doctor_checks
from analyzer.pipeline.doctor import examine
from analyzer.postgres import capabilities
from analyzer.postgres.connect import session
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

STRANGER = 'a "quoted" role'


def status(report: DoctorReport, name: str) -> CheckStatus:
    (check,) = [check for check in report.checks if check.name == name]
    return check.status


def hint(report: DoctorReport, name: str) -> str:
    (check,) = [check for check in report.checks if check.name == name]
    return check.hint


@pytest.fixture
def stranger(database: Address) -> Iterator[Address]:
    """A role without any rights, in a database with one table of somebody else."""
    quoted = '"' + STRANGER.replace('"', '""') + '"'
    with session(database, read_only=False) as connection:
        connection.execute(f"CREATE ROLE {quoted} LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("CREATE TABLE hidden (id int)")
        connection.execute("ANALYZE hidden")
    yield replace(database, user=STRANGER)
    with session(database, read_only=False) as connection:
        connection.execute(f"DROP ROLE {quoted}")


def test_superuser_sees_all_but_is_told(database: Address) -> None:
    report = examine(database)
    assert report.is_superuser
    assert report.server_id.isdecimal()
    assert report.size_bytes and report.size_bytes > 1_000_000
    assert report.database == database.database
    assert status(report, "pg_stat_statements") is CheckStatus.OK
    assert status(report, "query texts") is CheckStatus.OK
    assert status(report, "role") is CheckStatus.LIMITED
    assert status(report, "replica") is CheckStatus.OK
    assert PASSWORD not in repr(report)


def test_hints_mend_what_they_are_for(database: Address, stranger: Address) -> None:
    before = examine(stranger)
    assert status(before, "query texts") is CheckStatus.MISSING
    assert status(before, "statistics") is CheckStatus.LIMITED
    assert status(before, "temp_file_limit") is CheckStatus.LIMITED
    with session(database, read_only=False) as connection:
        for name in ("query texts", "statistics", "temp_file_limit"):
            connection.execute(hint(before, name).encode())
    after = examine(stranger)
    assert status(after, "query texts") is CheckStatus.OK
    assert status(after, "statistics") is CheckStatus.OK
    assert status(after, "temp_file_limit") is CheckStatus.OK
    assert status(after, "auto_explain") is CheckStatus.LIMITED
    assert status(after, "role") is CheckStatus.OK


def test_code_that_runs_at_login_is_seen_and_can_be_left_out(
    database: Address, stranger: Address
) -> None:
    assert status(examine(stranger), "login triggers") is CheckStatus.OK
    with session(database, read_only=False) as connection:
        connection.execute(
            "CREATE TABLE logins (who text);"
            "CREATE FUNCTION at_login() RETURNS event_trigger LANGUAGE plpgsql SECURITY"
            " DEFINER AS 'BEGIN INSERT INTO logins VALUES (session_user); END';"
            "CREATE EVENT TRIGGER at_login ON login EXECUTE FUNCTION at_login()"
        )
        before = examine(stranger)
        assert status(before, "login triggers") is CheckStatus.LIMITED
        remedy = hint(before, "login triggers").removeprefix("As a superuser: ")
        ran = connection.execute("DELETE FROM logins").rowcount
        connection.execute(remedy.encode())
        assert ran > 0
        assert status(examine(stranger), "login triggers") is CheckStatus.OK
        found = connection.execute("SELECT count(*) FROM logins").fetchone()
        connection.execute("DROP EVENT TRIGGER at_login; DROP TABLE logins")
        assert found == (0,)


def test_settings_hints_are_accepted(database: Address) -> None:
    report = examine(database)
    hints = [
        statement
        for check in report.checks
        for statement in check.hint.split("; ")
        if statement.startswith("ALTER SYSTEM")
    ]
    assert len(hints) >= 3
    with session(database, read_only=False) as connection:
        for statement in hints:
            name = statement.split()[3]
            connection.execute(statement.encode())
            connection.execute(f"ALTER SYSTEM RESET {name}".encode())


def test_extension_that_is_not_there(superuser: Address) -> None:
    report = examine(superuser)
    assert status(report, "pg_stat_statements") is CheckStatus.MISSING
    assert "CREATE EXTENSION" in hint(report, "pg_stat_statements")


def test_older_server_without_anything(hypopg_server: Address) -> None:
    report = examine(hypopg_server)
    assert 150_000 <= report.server_version_num < 160_000
    assert status(report, "pg_stat_statements") is CheckStatus.MISSING
    assert "shared_preload_libraries" in hint(report, "pg_stat_statements")


def test_version_limits(database: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "NEWEST_TESTED_VERSION_NUM", 170_000)
    assert status(examine(database), "version") is CheckStatus.LIMITED
    monkeypatch.setattr(capabilities, "OLDEST_VERSION_NUM", 190_000)
    with pytest.raises(UnsupportedVersion):
        examine(database)
