"""One statement with ``$n`` parameters over the extended protocol, as text values.

The server parses the text of a Parse message as exactly one statement and refuses a
second one (42601). psycopg itself falls back to the simple protocol, which runs any
number of statements, when there are no parameters and preparing is turned off; so
this module speaks to libpq directly.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from psycopg import generators, pq

from analyzer.errors import CatalogChanged, PlanningFailed
from analyzer.postgres.connect import Connection

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

_TYPES_TO_TRY = (25, 20, 1700, 1184, 1082, 1114, 2950, 16, 3802, 1009, 1016)
"""text, int8, numeric, timestamptz, date, timestamp, uuid, bool, jsonb, text[], int8[]:
the first that fits stands for a parameter whose type the server cannot tell."""
_NUMBER = re.compile(r"\$(\d{1,5})")
_MAX_TRIALS = 200
_DIVIDED_BY_ZERO = b"22012"
"""What a check ends with that does not hold; see analyzer.postgres.guard_answers."""
_UNDECIDED = (
    psycopg.errors.IndeterminateDatatype,
    psycopg.errors.AmbiguousParameter,
)
_DOES_NOT_FIT = (
    psycopg.errors.UndefinedFunction,
    psycopg.errors.AmbiguousFunction,
    psycopg.errors.DatatypeMismatch,
    psycopg.errors.CannotCoerce,
    psycopg.errors.WrongObjectType,
)


def run(
    connection: Connection,
    text: str,
    values: Sequence[str | None] = (),
    *,
    types: Sequence[int] | None = None,
    checks: Sequence[str] = (),
) -> list[tuple[str | None, ...]]:
    """Run one statement and give its rows as text.

    Args:
        connection: a session; its transaction state is left as it is.
        text: one statement, ``$n`` for parameters.
        values: values of ``$1`` … as text, None is NULL.
        types: type oids of the parameters, 0 lets the server infer one.
        checks: statements of ours sent with it, of which none may fail.

    Raises:
        CatalogChanged: a check says so; the statement was not even parsed.
        PlanningFailed: the text cannot be sent (a NUL, a lone surrogate).
        psycopg.Error: what the server said.
    """
    command = encoded(text)
    # A value of NULL is None; everything else goes as text, never as binary.
    params = [None if value is None else encoded(value) for value in values]
    pgconn = connection.pgconn
    send = partial(pgconn.send_query_params, command, params, param_types=types or None)
    return _rows(_after(connection, checks, send))


def parameter_types(
    connection: Connection, text: str, *, name: str = "", checks: Sequence[str] = ()
) -> tuple[int, ...]:
    """Prepare one statement and tell the type oid of each ``$n``.

    The statement is analyzed by the server but neither planned nor run. The server
    cannot tell the type of a parameter that is first used without a context, as in
    ``$1 IS NULL OR kind = $1``; such a one gets the first common type that fits.

    Args:
        connection: a session; an error aborts its transaction, so a savepoint is set.
        text: one statement.
        name: of the prepared statement, which SQL EXECUTE can then use; the empty
            name is the protocol's unnamed statement.
        checks: as for :func:`run`.

    Raises:
        CatalogChanged, PlanningFailed, psycopg.Error: as :func:`run`.
    """
    command = encoded(text)
    trial = _Trial()
    for _attempt in range(_MAX_TRIALS):
        try:
            with _savepoint(connection):
                return _prepare(connection, name, command, trial.types, checks)
        except _UNDECIDED as error:
            found = _NUMBER.search(str(error))
            if found is None or not trial.next_of(int(found[1])):
                raise
        except _DOES_NOT_FIT:
            if not trial.next_of(trial.number):
                raise
    raise PlanningFailed("the types of the statement's parameters cannot be found")


class _Trial:
    """Types tried for parameters the server cannot tell the type of, one at a time."""

    def __init__(self) -> None:
        self.types: list[int] = []
        self.number = 0

    def next_of(self, number: int) -> bool:
        """Try the next type for a parameter; false when there is none left."""
        if not 0 < number <= 65_535:
            return False
        self.number = number
        self.types += [0] * (number - len(self.types))
        tried = self.types[number - 1]
        position = _TYPES_TO_TRY.index(tried) + 1 if tried else 0
        if position == len(_TYPES_TO_TRY):
            return False
        self.types[number - 1] = _TYPES_TO_TRY[position]
        return True


def forget(connection: Connection, name: str) -> None:
    """Close a prepared statement, even in a transaction that has failed."""
    pgconn = connection.pgconn
    if pgconn.status != pq.ConnStatus.OK:
        return
    with connection.lock:
        pgconn.send_close_prepared(name.encode())
        _result(connection)


def _prepare(
    connection: Connection,
    name: str,
    command: bytes,
    types: Sequence[int],
    checks: Sequence[str],
) -> tuple[int, ...]:
    pgconn = connection.pgconn
    send = partial(
        pgconn.send_prepare, name.encode(), command, param_types=types or None
    )
    _after(connection, checks, send)
    with connection.lock:
        pgconn.send_describe_prepared(name.encode())
        described = _result(connection)
        return tuple(described.param_type(i) for i in range(described.nparams))


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    if connection.info.transaction_status != pq.TransactionStatus.INTRANS:
        yield
        return
    run(connection, "SAVEPOINT pgproof_prepare")
    try:
        yield
    except BaseException:
        run(connection, "ROLLBACK TO SAVEPOINT pgproof_prepare")
        raise
    finally:
        if connection.info.transaction_status == pq.TransactionStatus.INTRANS:
            run(connection, "RELEASE SAVEPOINT pgproof_prepare")


def _after(
    connection: Connection, checks: Sequence[str], send: Callable[[], None]
) -> PGresult:
    """Send the checks and then one command more, without a pause between them.

    The server answers nothing and starts nothing after an error until the end of what
    was sent together, so no time passes in which the client decides.
    """
    pgconn = connection.pgconn
    if not checks:
        with connection.lock:
            send()
            return _result(connection)
    asked = [partial(pgconn.send_query_params, encoded(text), None) for text in checks]
    with connection.lock:
        pgconn.enter_pipeline_mode()
        try:
            results = _sent_together(connection, [*asked, send])
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
    for result in results[:-1]:
        if result.error_field(pq.DiagnosticField.SQLSTATE) == _DIVIDED_BY_ZERO:
            raise CatalogChanged()
        _good(result)
    return _good(results[-1])


def _sent_together(
    connection: Connection, commands: Sequence[Callable[[], None]]
) -> list[PGresult]:
    """The result of each command; after an error, of what was skipped as well."""
    pgconn = connection.pgconn
    queue = deque([*commands, pgconn.pipeline_sync])
    found: list[list[PGresult]] = connection.wait(
        generators.pipeline_communicate(pgconn, queue)
    )
    while len(found) <= len(commands):
        found.append(connection.wait(generators.fetch_many(pgconn)))
    return [results[-1] for results in found[:-1]]


def _result(connection: Connection) -> PGresult:
    results: list[PGresult] = connection.wait(generators.execute(connection.pgconn))
    return _good(results[-1])


def _good(result: PGresult) -> PGresult:
    good = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
    if result.status not in good:
        raise psycopg.errors.error_from_result(result)
    return result


def _rows(result: PGresult) -> list[tuple[str | None, ...]]:
    columns = range(result.nfields)
    return [
        tuple(_decoded(result.get_value(row, column)) for column in columns)
        for row in range(result.ntuples)
    ]


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", errors="replace")


def encoded(text: str) -> bytes:
    """The bytes of a text that can be sent.

    Raises:
        PlanningFailed: it holds a NUL or a lone surrogate.
    """
    # libpq ends a text at its first NUL, so the rest would silently be cut off.
    if "\0" in text:
        raise PlanningFailed("the text contains a NUL character")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise PlanningFailed("the text is not valid Unicode") from None
