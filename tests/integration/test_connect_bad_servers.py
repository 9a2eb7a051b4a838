"""Targets that are not PostgreSQL, silent or hostile give an error of ours in time."""

from __future__ import annotations

import os
import threading

import pytest

from analyzer.domain.target import Address
from analyzer.errors import (
    AnalyzerError,
    ConfigError,
    MissingPrivilege,
    TimedOut,
    Unreachable,
)
from analyzer.pipeline.doctor import examine
from analyzer.postgres import connect
from analyzer.postgres.connect import open_session, session
from tests.support import bad_servers

SECRET = "sEcReT-pw"

pytestmark = pytest.mark.integration


def address(port: int, **fields: str) -> Address:
    known = {"database": "d", "user": "u", "password": SECRET, "host": "127.0.0.1"}
    return Address(port=port, **{**known, **fields})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    # libpq takes less than two seconds for two.
    monkeypatch.setattr(connect, "CONNECT_TIMEOUT_S", 2)


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        (bad_servers.silent, TimedOut, "stayed silent"),
        (bad_servers.http, Unreachable, "not a PostgreSQL server"),
        (bad_servers.garbage, Unreachable, "not a PostgreSQL server"),
        (bad_servers.closes, Unreachable, "closed the connection"),
        (bad_servers.clear_text, MissingPrivilege, "clear text"),
        (bad_servers.ugly_error, Unreachable, "cannot connect"),
        (bad_servers.lets_in_then_silent, TimedOut, "let us in"),
    ],
)
def test_bad_server(
    script: bad_servers.Script, kind: type[AnalyzerError], message: str
) -> None:
    with bad_servers.serving(script) as port, pytest.raises(kind) as caught:
        examine(address(port))
    error = caught.value
    assert message in error.message
    assert error.hint
    told = f"{error.message}{error.detail}{error.hint}"
    assert SECRET not in told
    assert told.isprintable()


def test_password_is_not_sent_in_clear_text() -> None:
    bad_servers.stolen.clear()
    with (
        bad_servers.serving(bad_servers.clear_text) as port,
        pytest.raises(MissingPrivilege),
    ):
        open_session(address(port))
    assert SECRET.encode() not in b"".join(bad_servers.stolen)


def test_nothing_listens() -> None:
    with pytest.raises(Unreachable, match="nothing listens"):
        open_session(address(1))


@pytest.mark.parametrize("host", ["127.0.0.1,127.0.0.2", "", "a\0b"])
def test_host_is_one_host(host: str) -> None:
    with pytest.raises(ConfigError):
        open_session(address(1, host=host))


@pytest.mark.parametrize(
    "database", ["host=127.0.0.1 port=1", "postgresql://127.0.0.1:1/x", "a' host=x"]
)
def test_database_name_is_no_connection_string(
    superuser: Address, database: str
) -> None:
    place = Address(
        host=superuser.host,
        port=superuser.port,
        database=database,
        user=superuser.user,
        password=superuser.password,
    )
    with pytest.raises(Unreachable) as caught:
        open_session(place)
    assert "does not exist" in str(caught.value.detail)


def test_wrong_password(superuser: Address) -> None:
    place = address(superuser.port, user="postgres", database="postgres")
    with pytest.raises(MissingPrivilege, match="user or password"):
        examine(place)


def test_environment_steers_nothing_in_any_thread(
    superuser: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    monkeypatch.setenv("PGOPTIONS", "-c application_name=steered")
    names: list[object] = []

    def ask() -> None:
        for _ in range(5):
            with session(superuser) as connection:
                row = connection.execute("SHOW application_name").fetchone()
                names.extend(row or ())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == ["pgproof"] * 20
    assert os.environ["PGHOSTADDR"] == "127.0.0.9"
