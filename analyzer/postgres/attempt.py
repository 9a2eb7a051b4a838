"""Run or prepare a statement that may fail, where a failure is a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import generators, pq

from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean

_LOST = ("08", "57P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the server said of a statement that failed: SQLSTATE, and its message."""

    sqlstate: str
    message: str

    def __str__(self) -> str:
        return f"{self.sqlstate}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputColumn:
    """A column of a result: its name, the oid of its type, and the type's modifier."""

    name: str
    type_oid: int
    type_modifier: int


def attempt(
    connection: Connection, text: str, values: Sequence[str | None] = ()
) -> list[tuple[str | None, ...]] | Failure:
    """Run one statement, as :func:`analyzer.postgres.extended.run` does.

    Raises:
        PlanningFailed: the text cannot be sent.
        psycopg.Error: the connection was lost.
    """
    try:
        return extended.run(connection, text, values)
    except psycopg.Error as error:
        return _failure(connection, error)


def attempt_script(connection: Connection, text: str) -> Failure | None:
    """Run a script of our own, several statements in one message.

    Raises:
        psycopg.Error: the connection was lost.
    """
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        return _failure(connection, error)
    return None


def describe(connection: Connection, text: str) -> tuple[OutputColumn, ...] | Failure:
    """The columns that a statement returns; it is analyzed, neither planned nor run.

    Raises:
        PlanningFailed: the text cannot be sent.
        psycopg.Error: the connection was lost.
    """
    try:
        extended.parameter_types(connection, text)
    except psycopg.Error as error:
        return _failure(connection, error)
    pgconn = connection.pgconn
    with connection.lock:
        pgconn.send_describe_prepared(b"")
        result = connection.wait(generators.execute(pgconn))[-1]
    if result.status != pq.ExecStatus.COMMAND_OK:
        return _failure(connection, psycopg.errors.error_from_result(result))
    return tuple(
        OutputColumn(
            name=(result.fname(i) or b"").decode(errors="replace"),
            type_oid=result.ftype(i),
            type_modifier=result.fmod(i),
        )
        for i in range(result.nfields)
    )


def _failure(connection: Connection, error: psycopg.Error) -> Failure:
    sqlstate = error.sqlstate or ""
    if connection.closed or not sqlstate or sqlstate.startswith(_LOST):
        raise error
    message = clean(error.diag.message_primary or str(error))
    return Failure(sqlstate=sqlstate, message=message)
