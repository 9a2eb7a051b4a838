"""Run a script statement by statement, and keep account of what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psycopg

from analyzer.errors import AnalyzerError
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStatement:
    """A statement that was not applied, and the server's reason, cleaned."""

    statement: str
    sqlstate: str
    message: str


OUT_OF_TIME = "57014"
BATCH_STATEMENTS = 100
_LOST = ("08", "57P")

Recovery = Callable[[FailedStatement], bool]


def run_script(
    connection: Connection,
    statements: Iterable[str],
    *,
    deadline_s: float,
    recover: Recovery | None = None,
) -> tuple[FailedStatement, ...]:
    """Run statements one after the other.

    They go in batches, each one message and one transaction. If anything in a batch
    fails, it is rolled back and run again statement by statement, each a transaction
    of its own over the extended protocol, which takes no second statement.

    Args:
        connection: in autocommit mode, of the role that may do what the script says.
        statements: one statement in each text.
        deadline_s: seconds for all; what is left over then fails as timed out.
        recover: may do something about a failure; True means try once more, and it is
            asked again if something else fails then.

    Returns:
        What failed, in order.

    Raises:
        psycopg.Error: the connection was lost.
    """
    ends_at = time.monotonic() + deadline_s
    failed: list[FailedStatement] = []
    waiting = list(statements)
    for start in range(0, len(waiting), BATCH_STATEMENTS):
        batch = waiting[start : start + BATCH_STATEMENTS]
        if len(batch) > 1 and _run_batch(connection, batch):
            continue
        for statement in batch:
            if time.monotonic() > ends_at:
                failed.append(_out_of_time(statement))
                continue
            problem = _run(connection, statement)
            while problem is not None and recover is not None and recover(problem):
                problem = _run(connection, statement)
            if problem is not None:
                failed.append(problem)
    return tuple(failed)


def _run_batch(connection: Connection, batch: list[str]) -> bool:
    # A line break, so that a comment at a statement's end does not hide what follows.
    text = "\n;\n".join(batch)
    if "\0" in text:
        return False
    try:
        with connection.transaction():
            connection.execute(text.encode("utf-8", "replace"))
    except psycopg.Error as error:
        if connection.closed or (error.sqlstate or "").startswith(_LOST):
            raise
        return False
    return True


def _run(connection: Connection, statement: str) -> FailedStatement | None:
    try:
        extended.run(connection, statement)
    except psycopg.Error as error:
        sqlstate = error.sqlstate or ""
        if connection.closed or sqlstate.startswith(_LOST):
            raise
        message = clean(error.diag.message_primary or str(error))
        return FailedStatement(statement=statement, sqlstate=sqlstate, message=message)
    except AnalyzerError as error:
        return FailedStatement(
            statement=statement, sqlstate="22021", message=error.message
        )
    return None


def _out_of_time(statement: str) -> FailedStatement:
    return FailedStatement(
        statement=statement,
        sqlstate=OUT_OF_TIME,
        message="there was no time left for it",
    )
