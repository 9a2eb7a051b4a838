"""One way to open a session: fields only, named, with time limits, read-only."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import conninfo
from psycopg.rows import TupleRow

from analyzer.domain.target import Address
from analyzer.errors import ConfigError
from analyzer.postgres.errors_map import translated

APPLICATION_NAME = "pgproof"
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 300
IDLE_TIMEOUT_MS = 60_000

Connection = psycopg.Connection[TupleRow]

_ALLOWED_KEYS = frozenset(
    {"host", "hostaddr", "port", "dbname", "user", "password", "sslmode"}
)
_NO_PASSFILE = os.path.join(tempfile.gettempdir(), "pgproof-no-such-passfile")


def parse_dsn(text: str) -> Address:
    """Read a DSN of the command line's owner: a URI or ``key=value`` pairs.

    Missing fields come from ``PGHOST``, ``PGPORT``, ``PGUSER``, ``PGDATABASE`` and
    ``PGPASSWORD``, as with psql.

    Raises:
        ConfigError: it cannot be read, or names a key other than host, port, dbname,
            user, password and sslmode. The text is not repeated, since it may hold
            a password.

    >>> str(parse_dsn("postgresql://app@db.example:6432/shop"))
    'app@db.example:6432/shop'
    """
    try:
        fields = conninfo.conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        raise ConfigError(
            "the DSN cannot be read",
            hint="Write postgresql://USER@HOST:PORT/DATABASE, or host=… dbname=….",
        ) from None
    unknown = sorted(set(fields) - _ALLOWED_KEYS - {"application_name"})
    if unknown:
        raise ConfigError(
            f"the DSN has a key that is not allowed: {', '.join(unknown)}",
            hint="Allowed are host, port, dbname, user, password and sslmode.",
        )
    return _address(fields)


def _address(fields: Mapping[str, Any]) -> Address:
    environment = os.environ
    host = fields.get("host") or environment.get("PGHOST") or "/var/run/postgresql"
    user = fields.get("user") or environment.get("PGUSER") or _login_name()
    port = str(fields.get("port") or environment.get("PGPORT") or 5432)
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f'"{port}" is not a port number')
    return Address(
        host=str(host),
        port=int(port),
        user=str(user),
        database=str(fields.get("dbname") or environment.get("PGDATABASE") or user),
        password=str(fields.get("password") or environment.get("PGPASSWORD") or ""),
        sslmode=str(fields.get("sslmode") or "prefer"),
    )


def _login_name() -> str:
    return os.environ.get("USER") or "postgres"


def mask_dsn(text: str) -> str:
    """A DSN without its password, for messages.

    >>> mask_dsn("postgresql://a:secret@h/d")
    'postgresql://a:***@h/d'
    >>> mask_dsn("host=h password='top secret' user=a")
    'host=h password=*** user=a'
    """
    if "://" in text:
        parts = urlsplit(text)
        if parts.password is None:
            return text
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(
            netloc=f"{unquote(parts.username or '')}:***@{host}"
        ).geturl()
    return re.sub(r"password\s*=\s*('(?:[^'\\]|\\.)*'|\S*)", "password=***", text)


def open_session(
    address: Address,
    *,
    read_only: bool = True,
    autocommit: bool = True,
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
) -> Connection:
    """Open a session that cannot be steered by the environment of the service.

    The password file, service file and ``PG*`` variables of the service are not used:
    a hostile server could otherwise ask for the service's own secrets. Limits are set
    after connecting and do not depend on the role's defaults.

    Args:
        address: where to.
        read_only: ``default_transaction_read_only``.
        autocommit: each statement is a transaction of its own.
        statement_timeout_ms: limit of a single statement, in milliseconds.

    Raises:
        TargetError: by its branches, for whatever the server or network did.
    """
    fields: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": address.password,
        "sslmode": address.sslmode,
        "application_name": APPLICATION_NAME,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "client_encoding": "UTF8",
        "passfile": _NO_PASSFILE,
        "gssencmode": "disable",
        "tcp_user_timeout": statement_timeout_ms + 5_000,
    }
    with translated(address), _without_pg_environment():
        connection = psycopg.connect(**fields, autocommit=True, prepare_threshold=None)
        try:
            limits = {
                "statement_timeout": str(statement_timeout_ms),
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT_MS),
                "default_transaction_read_only": "on" if read_only else "off",
                "standard_conforming_strings": "on",
            }
            for name, value in limits.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def session(address: Address, **options: Any) -> Iterator[Connection]:
    """Open a session as :func:`open_session` does, close it afterwards.

    Errors of the driver inside the block become errors of our tree.
    """
    connection = open_session(address, **options)
    try:
        with translated(address):
            yield connection
    finally:
        connection.close()


@contextmanager
def _without_pg_environment() -> Iterator[None]:
    # libpq reads PG* itself; there is no connection option that turns this off.
    saved = {
        k: os.environ.pop(k)
        for k in list(os.environ)
        if k.startswith("PG") and not k.startswith("PGPROOF_")
    }
    try:
        yield
    finally:
        os.environ.update(saved)


def on_database(address: Address, database: str) -> Address:
    """The same server and role, another database."""
    return replace(address, database=database)
