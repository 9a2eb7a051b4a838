"""A pooler is told before anything is set in a connection that others get."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.embedded.cluster import free_port
from analyzer.errors import Unreachable
from analyzer.postgres.connect import session
from tests.support.brokers import program, running
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration


@contextmanager
def pooler(behind: Address, folder: Path, *, ignored: str) -> Iterator[Address]:
    """PgBouncer with one connection that it lends out for a transaction."""
    port = free_port()
    server = f"host={behind.host} port={behind.port} user={behind.user}"
    (folder / "pgbouncer.ini").write_text(
        f"""
[databases]
{behind.database} = {server} password={PASSWORD}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = {ignored}
"""
    )
    folder.chmod(0o755)
    # It does not run as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [program("pgbouncer"), *user, str(folder / "pgbouncer.ini")]
    with running(command, port, {}):
        yield replace(behind, port=port)


@pytest.mark.parametrize("ignored", ["extra_float_digits", "options"])
def test_a_pooler_is_refused_and_left_as_it_was(
    database: Address, server_dir: Path, ignored: str
) -> None:
    folder = server_dir / f"pooler-{ignored}"
    folder.mkdir()
    with pooler(database, folder, ignored=ignored) as pooled:
        with pytest.raises(Unreachable) as told, session(pooled):
            pass
        assert "pooler" in told.value.message
        assert "PostgreSQL itself" in (told.value.hint or "")
        assert left_in(pooled) == ("off", "0", "")


def left_in(pooled: Address) -> tuple[str, ...]:
    """What the next client of the pool's connection finds."""
    with psycopg.connect(
        host=pooled.host, port=pooled.port, dbname=pooled.database, user=pooled.user
    ) as connection:
        found = connection.execute(
            "SELECT current_setting('default_transaction_read_only'),"
            " current_setting('statement_timeout'),"
            " coalesce(current_setting('pgproof.session', true), '')"
        ).fetchone()
    assert found is not None
    return tuple(found)
