"""A pool of connections to our own store, with its errors as StoreErrors."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import psycopg_pool
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from analyzer.domain.execution import OWN_APPLICATION
from analyzer.domain.target import Address
from analyzer.errors import StoreError, StoreUnreachable
from analyzer.postgres.connect import CONNECT_TIMEOUT_S, Connection
from analyzer.postgres.errors_map import clean

T = TypeVar("T")

Parameters = Mapping[str, Any]

POOL_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000

# Each failed attempt of the pool's own thread is logged as a warning with the
# address; the caller reports the failure once, by its exception.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


class Conflict(StoreError):
    """Another row has the same key."""

    http_status = 409


class Pool:
    """Connections to one database, opened when needed, closed with the pool."""

    def __init__(self, address: Address, *, max_size: int = 4) -> None:
        self._address = address
        self._pool = psycopg_pool.ConnectionPool(
            kwargs=_fields(address),
            min_size=0,
            max_size=max_size,
            timeout=POOL_TIMEOUT_S,
            max_idle=120.0,
            reconnect_timeout=POOL_TIMEOUT_S,
            check=psycopg_pool.ConnectionPool.check_connection,
            open=False,
            name="store",
            num_workers=1,
        )

    def open(self) -> None:
        """Start the pool and try one connection.

        Raises:
            StoreUnreachable: it cannot be made; the detail says why.
        """
        # The pool's own error is only "timeout"; a first connection tells the reason.
        probe_store(self._address)
        self._pool.open()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error.

        Raises:
            StoreUnreachable: no connection could be had or it broke.
            StoreError: the store refused a statement.
        """
        with _as_store_errors(self._address), self._pool.connection() as connection:
            yield connection


def probe_store(address: Address) -> None:
    """Connect once.

    Raises:
        StoreUnreachable: the store cannot be reached or refuses us.
    """
    with _as_store_errors(address):
        psycopg.connect(**_fields(address)).close()


@contextmanager
def autocommit_connection(address: Address) -> Iterator[Connection]:
    """A connection outside of any pool and transaction, for CREATE DATABASE and locks.

    Raises:
        StoreError: as :meth:`Pool.connection` does.
    """
    with (
        _as_store_errors(address),
        psycopg.connect(**_fields(address), autocommit=True) as connection,
    ):
        yield connection


def fetch_all(
    connection: Connection,
    make: type[T],
    query: str,
    parameters: Parameters | None = None,
) -> tuple[T, ...]:
    """All rows of a query, each made by ``make`` from the columns by name."""
    with connection.cursor(row_factory=kwargs_row(make)) as cursor:
        return tuple(cursor.execute(query.encode(), parameters).fetchall())


def fetch_one(
    connection: Connection,
    make: type[T],
    query: str,
    parameters: Parameters | None = None,
) -> T | None:
    """The first row of a query, or none."""
    with connection.cursor(row_factory=kwargs_row(make)) as cursor:
        return cursor.execute(query.encode(), parameters).fetchone()


def fetch_value(
    connection: Connection, query: str, parameters: Parameters | None = None
) -> Any:
    """The first column of the first row, none where there is no row."""
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None


def execute(
    connection: Connection, query: str, parameters: Parameters | None = None
) -> int:
    """Run a statement and tell how many rows it touched."""
    return connection.execute(query.encode(), parameters).rowcount


def execute_many(
    connection: Connection, query: str, rows: Sequence[Parameters]
) -> None:
    """Run a statement for many rows, in batches on the wire."""
    with connection.cursor() as cursor:
        cursor.executemany(query.encode(), rows)


def copy_rows(connection: Connection, copy: str, rows: Sequence[Sequence[Any]]) -> None:
    """Send rows by a COPY … FROM STDIN statement."""
    with connection.cursor() as cursor, cursor.copy(copy.encode()) as stream:
        for row in rows:
            stream.write_row(row)


def as_jsonb(value: object) -> Jsonb:
    """A value for a jsonb parameter."""
    return Jsonb(value)


def _fields(address: Address) -> dict[str, Any]:
    options = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": 300_000,
        "jit": "off",
        "timezone": "UTC",
    }
    return {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": address.password,
        "sslmode": address.sslmode,
        "application_name": f"{OWN_APPLICATION} store",
        "connect_timeout": CONNECT_TIMEOUT_S,
        "client_encoding": "UTF8",
        # A prepared statement gets a generic plan after some uses, which knows neither
        # the span nor the target: lists became slower by half.
        "prepare_threshold": None,
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }


@contextmanager
def _as_store_errors(address: Address) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise Conflict(clean(error.diag.message_primary or str(error))) from None
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnreachable(
            f"the store {address} cannot be reached",
            detail=clean(str(error)),
            hint="Check that it runs, and PGPROOF_DATABASE_URL if it is set.",
        ) from None
    except psycopg.Error as error:
        raise StoreError(
            "the store refused a statement",
            detail=f"{clean(str(error))} (SQLSTATE {error.sqlstate}).",
        ) from None
