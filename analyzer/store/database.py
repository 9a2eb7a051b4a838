"""The store: our own PostgreSQL database, through a pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from analyzer.domain.target import Address
from analyzer.postgres import pool as driver
from analyzer.postgres import queries
from analyzer.postgres.connect import Connection, parse_dsn

T = TypeVar("T")

_FOLDER = Path(__file__).parent / "sql"


class Store:
    """A handle on the store; cheap to keep, not to be shared across a fork."""

    def __init__(self, address: Address, pool: driver.Pool) -> None:
        self.address = address
        self._pool = pool

    @classmethod
    def open(cls, where: str | Address, *, max_connections: int = 4) -> Self:
        """Connect to the store.

        Args:
            where: ``postgresql://…`` or fields; a Unix socket by ``?host=/folder``.
            max_connections: the most connections used at once.

        Raises:
            ConfigError: the URL cannot be read.
            StoreUnreachable: nothing answers there.
        """
        address = parse_dsn(where) if isinstance(where, str) else where
        pool = driver.Pool(address, max_size=max_connections)
        pool.open()
        return cls(address, pool)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error.

        Raises:
            StoreUnreachable: no connection could be had, or it broke.
            StoreError: the store refused a statement.
        """
        with self._pool.connection() as connection:
            yield connection

    def all(self, make: type[T], name: str, /, **parameters: Any) -> tuple[T, ...]:
        """Rows of the named query in a transaction of its own."""
        with self.connection() as connection:
            return driver.fetch_all(connection, make, load(name), parameters)

    def one(self, make: type[T], name: str, /, **parameters: Any) -> T | None:
        """The first row of the named query, or none."""
        with self.connection() as connection:
            return driver.fetch_one(connection, make, load(name), parameters)

    def value(self, name: str, /, **parameters: Any) -> Any:
        """The first column of the first row of the named query, or none."""
        with self.connection() as connection:
            return driver.fetch_value(connection, load(name), parameters)

    def run(self, name: str, /, **parameters: Any) -> int:
        """Run the named statement; tells how many rows it touched."""
        with self.connection() as connection:
            return driver.execute(connection, load(name), parameters)

    def now(self) -> datetime:
        """The store's clock, the only one that counts for leases and schedules."""
        moment: datetime = self.value("now")
        return moment

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def load(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return queries.load(name, folder=_FOLDER)
