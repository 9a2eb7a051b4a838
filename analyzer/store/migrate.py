"""Brings the store's schema up to date, one process at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from analyzer.domain.target import Address
from analyzer.errors import ConfigError, StoreError, StoreUnreachable
from analyzer.postgres.errors_map import clean
from analyzer.postgres.pool import autocommit_connection, probe_store
from analyzer.store.database import load
from analyzer.store.migrations import FOLDER
from analyzer.store.version import head_revision, refuse_newer

MIGRATION_LOCK = 0x70677072  # "pgpr"
MAINTENANCE_DATABASE = "postgres"


def migrate(address: Address) -> str:
    """Apply what is missing, under an advisory lock; returns the revision reached.

    Raises:
        StoreUnreachable: the store cannot be reached.
        SchemaTooOld: the store was written by a newer pgproof.
        StoreError: a migration failed; nothing of it is kept.
    """
    probe_store(address)
    with _connection(address) as connection:
        lock = {"key": MIGRATION_LOCK}
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", lock)
        refuse_newer(_current(connection))
        _upgrade(connection)
    return head_revision()


def ensure_database(address: Address) -> bool:
    """Create the store's database if there is none; tells whether it did.

    Raises:
        StoreUnreachable: the server cannot be reached.
        ConfigError: the database's name is not a plain one.
    """
    # Quoting a name is easy; a plain one can also be typed in psql.
    if not address.database.replace("_", "").isalnum():
        raise ConfigError(f'"{address.database}" is not a plain database name')
    with autocommit_connection(
        replace(address, database=MAINTENANCE_DATABASE)
    ) as connection:
        wanted = {"name": address.database}
        if connection.execute(load("database_exists").encode(), wanted).fetchone():
            return False
        connection.execute(f'CREATE DATABASE "{address.database}"'.encode())
        return True


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    scripts = _scripts()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


@contextmanager
def _connection(address: Address) -> Iterator[Connection]:
    engine = create_engine(
        URL.create("postgresql+psycopg", query=_query(address)),
        poolclass=NullPool,
    )
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        kind = StoreUnreachable if error.connection_invalidated else StoreError
        raise kind(
            "the store's schema cannot be brought up to date",
            detail=clean(str(error.orig)),
        ) from None
    finally:
        engine.dispose()


def _query(address: Address) -> Mapping[str, str]:
    return {
        "host": address.host,
        "port": str(address.port),
        "dbname": address.database,
        "user": address.user,
        "password": address.password,
        "sslmode": address.sslmode,
    }
