"""Statements that ran inside of functions, in a form that can be planned outside."""

from __future__ import annotations

import psycopg

from analyzer.errors import PlanningFailed
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.server_text import restated
from analyzer.statements.variables import with_parameter

MAX_VARIABLES = 60
"""Names that are replaced in one statement; the server is asked once for each."""
_NOT_FOUND = (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable)


def without_variables(connection: Connection, query: str) -> str:
    """The statement with parameters in the place of its function's variables.

    The server tells which names are none of a column, one at a time and with their
    place; a column of an inner query may have the name of a variable, so only what it
    complains of is replaced.

    Args:
        connection: a session of the database, or of its shadow.
        query: a statement that a function has run, and that was understood there.

    Returns:
        The statement as it was given, if that can be planned, or if not even this
        makes it possible.

    Raises:
        psycopg.Error: the connection was lost.
    """
    numbers: dict[tuple[str, ...], int] = {}
    text: str | None = query
    for _ in range(MAX_VARIABLES):
        if text is None:
            break
        try:
            with rolled_back(connection):
                extended.parameter_types(connection, text)
            return text if numbers else query
        except (psycopg.Error, PlanningFailed) as error:
            if connection.closed:
                raise
            text = _mended(text, error, numbers)
    return query


def _mended(
    text: str, error: Exception, numbers: dict[tuple[str, ...], int]
) -> str | None:
    """The text without what the server complained of; none if it is something else."""
    if isinstance(error, psycopg.errors.SyntaxError):
        return restated(text)
    if isinstance(error, _NOT_FOUND) and error.diag.statement_position:
        return with_parameter(text, int(error.diag.statement_position) - 1, numbers)
    return None
