"""One way to open a session: fields only, named, with time limits, read-only."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import conninfo
from psycopg.rows import TupleRow

from analyzer.domain.execution import OWN_APPLICATION
from analyzer.domain.target import Address
from analyzer.errors import ConfigError, TimedOut
from analyzer.postgres.errors_map import pooled, translated
from analyzer.postgres.queries import marked

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 300
IDLE_TIMEOUT_MS = 60_000

Connection = psycopg.Connection[TupleRow]

_ALLOWED_KEYS = frozenset(
    {"host", "hostaddr", "port", "dbname", "user", "password", "sslmode"}
)
_PASSWORD_PAIR = r"(\w*password\s*=\s*)('(?:[^'\\]|\\.)*'|\S*)"
_ENCRYPTED_MODES = frozenset({"require", "verify-ca", "verify-full"})
_OWN = "pgproof.session"
"""A setting that only the options of a session's start give its value."""
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
    hostaddr = str(fields.get("hostaddr") or "")
    host = fields.get("host") or hostaddr or environment.get("PGHOST")
    host = host or "/var/run/postgresql"
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
        hostaddr=hostaddr,
    )


def _login_name() -> str:
    return os.environ.get("USER") or "postgres"


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

    A pooler that lends out one connection to several clients (PgBouncer in the modes
    transaction and statement) would leave these limits to the next of them, whose
    writes would then fail; it is told by what it does with the session's options,
    before anything is set, and refused.

    Args:
        address: where to.
        read_only: ``default_transaction_read_only``.
        autocommit: each statement is a transaction of its own.
        statement_timeout_ms: limit of a single statement, in milliseconds.

    Raises:
        TargetError: by its branches, for whatever the server or network did.
    """
    token = secrets.token_hex(8)
    fields = _fields(address, token, statement_timeout_ms)
    limits = {
        "statement_timeout": str(statement_timeout_ms),
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT_MS),
        "default_transaction_read_only": "on" if read_only else "off",
        "standard_conforming_strings": "on",
        # The driver reads no other style; what the role has is its reset value.
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
    }
    _check_fields(address)
    with translated(address):
        with _without_pg_environment():
            connection = psycopg.connect(
                **fields, autocommit=True, prepare_threshold=None
            )
        try:
            with _answering(connection, address):
                _expect_own(connection, address, token)
                _set_limits(connection, limits)
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
    return connection


def _fields(address: Address, token: str, statement_timeout_ms: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        **host_fields(address),
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": address.password,
        "sslmode": address.sslmode,
        "application_name": OWN_APPLICATION,
        "connect_timeout": CONNECT_TIMEOUT_S,
        "client_encoding": "UTF8",
        "passfile": _NO_PASSFILE,
        "gssencmode": "disable",
        "target_session_attrs": "any",
        "options": f"-c {_OWN}={token}",
        "tcp_user_timeout": statement_timeout_ms + 5_000,
    }
    if address.sslmode not in _ENCRYPTED_MODES:
        # Whoever answers could ask for the password in clear text, and would get it.
        fields["require_auth"] = "!password"
    return fields


def host_fields(address: Address) -> dict[str, str]:
    """The parameters ``host`` and, where it was resolved already, ``hostaddr``.

    libpq wants as many hosts as addresses; certificates are compared with the host.

    >>> where = Address(host="db", port=5432, database="d", user="u")
    >>> host_fields(where)
    {'host': 'db'}
    >>> host_fields(replace(where, hostaddr="10.0.0.5,10.0.0.6"))
    {'host': 'db,db', 'hostaddr': '10.0.0.5,10.0.0.6'}
    """
    if not address.hostaddr:
        return {"host": address.host}
    number = address.hostaddr.count(",") + 1
    return {"host": ",".join([address.host] * number), "hostaddr": address.hostaddr}


def cut(connection: Connection) -> None:
    """End a session at once, from another thread: its owner gets an error."""
    # The owner waits on this socket; shutting it down wakes it.
    with (
        suppress(psycopg.Error, OSError),
        socket.socket(fileno=os.dup(connection.fileno())) as copy,
    ):
        copy.shutdown(socket.SHUT_RDWR)


def _check_fields(address: Address) -> None:
    # libpq takes a list of hosts, and would try each of them.
    if "," in address.host or not address.host:
        raise ConfigError("the host must be one name or address")
    texts = (
        address.host,
        address.hostaddr,
        address.database,
        address.user,
        address.password,
    )
    if any("\0" in text for text in texts):
        raise ConfigError("the address holds a NUL character")


def _expect_own(connection: Connection, address: Address, token: str) -> None:
    query = marked("SELECT pg_catalog.current_setting(%s, true)")
    if connection.execute(query, (_OWN,)).fetchone() != (token,):
        raise pooled(f" {address}")


def _set_limits(connection: Connection, limits: Mapping[str, str]) -> None:
    for name, value in limits.items():
        connection.execute(
            marked("SELECT pg_catalog.set_config(%s, %s, false)"), (name, value)
        )


@contextmanager
def _answering(connection: Connection, address: Address) -> Iterator[None]:
    """Give up on a server that lets us in and then says nothing."""
    silent = threading.Event()

    def give_up() -> None:
        silent.set()
        cut(connection)

    timer = threading.Timer(2 * CONNECT_TIMEOUT_S, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.Error:
        if silent.is_set():
            raise TimedOut(
                f"the server {address} let us in and then stayed silent",
                hint="Check that a PostgreSQL server listens on that port.",
            ) from None
        raise
    finally:
        timer.cancel()


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
    # libpq reads PG* itself; there is no connection option that turns this off. Threads
    # may connect at the same time: the first takes the variables away, the last one
    # brings them back.
    with _environment_lock:
        if not _connecting:
            for name in [k for k in os.environ if k.startswith("PG")]:
                if not name.startswith("PGPROOF_"):
                    _set_aside[name] = os.environ.pop(name)
        _connecting.append(None)
    try:
        yield
    finally:
        with _environment_lock:
            _connecting.pop()
            if not _connecting:
                os.environ.update(_set_aside)
                _set_aside.clear()


_environment_lock = threading.Lock()
_connecting: list[None] = []
_set_aside: dict[str, str] = {}


def on_database(address: Address, database: str) -> Address:
    """The same server and role, another database."""
    return replace(address, database=database)
