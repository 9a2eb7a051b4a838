"""A read-only scope that leaves nothing behind, also inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psycopg
from psycopg import pq

from analyzer.errors import PlanningFailed
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import marked

_SET_LOCAL = marked("SELECT pg_catalog.set_config($1, $2, true)")
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
"""By default a database may be SERIALIZABLE, where a reader makes others fail."""
_SAVEPOINT = "pgproof_rolled_back"


@contextmanager
def rolled_back(
    connection: Connection, settings: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Read only inside; everything is rolled back at the end, errors or not.

    Outside a transaction this is ``BEGIN READ ONLY`` … ``ROLLBACK``. Inside one it is a
    savepoint in which the transaction is read-only; rolling back to it restores what
    the caller had, and what the caller did before stays visible inside.

    Args:
        connection: an idle session, or one in a healthy transaction.
        settings: names and values set for this scope only.

    Raises:
        PlanningFailed: the caller's transaction has already failed.
    """
    begin: tuple[str, ...]
    end: tuple[str, ...]
    status = connection.info.transaction_status
    if status == pq.TransactionStatus.IDLE:
        begin, end = (_BEGIN,), ("ROLLBACK",)
    elif status == pq.TransactionStatus.INTRANS:
        begin = (f"SAVEPOINT {_SAVEPOINT}", "SET LOCAL transaction_read_only = on")
        end = (f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}", f"RELEASE SAVEPOINT {_SAVEPOINT}")
    else:
        raise PlanningFailed(
            "the session's transaction cannot be used",
            detail=f"Its state is {status.name}.",
        )
    for command in begin:
        extended.run(connection, command)
    try:
        set_local(connection, settings or {})
        yield
    except BaseException:
        # A broken connection has nothing to roll back; the first error is the news.
        with suppress(psycopg.Error):
            _run_all(connection, end)
        raise
    _run_all(connection, end)


def set_local(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set settings until the end of the transaction; names and values are bound."""
    for name, value in settings.items():
        extended.run(connection, _SET_LOCAL, (name, value))


def _run_all(connection: Connection, commands: tuple[str, ...]) -> None:
    for command in commands:
        extended.run(connection, command)
