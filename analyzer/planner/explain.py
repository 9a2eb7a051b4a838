"""A plan of one statement, by EXPLAIN without ANALYZE: nothing is run.

The text goes over the extended protocol, which takes one statement only, inside a
read-only transaction (or savepoint) that is always rolled back. With a value for each
``$n`` the planner makes a custom plan from the bound values. With fewer, the statement
is prepared by itself and ``EXPLAIN EXECUTE`` asks for its generic plan; this works on
all versions, and unlike ``GENERIC_PLAN`` (16+) never joins a foreign text to ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.domain.plan import Plan
from analyzer.errors import PlanningFailed, SourceError
from analyzer.plans.read_json import read_plan
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.queries import MARKER, marked
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.server_text import restated

_SYNTAX_ERROR = "SQLSTATE 42601."
_EXPLAIN = f"EXPLAIN {MARKER} (FORMAT JSON, VERBOSE)"
_FORCE_GENERIC = marked(
    "SELECT pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)"
)
_GENERIC_NAME = "pgproof_generic"


def explain(
    connection: Connection,
    query: str,
    parameters: Sequence[str | None] = (),
    *,
    source: str,
    checks: Sequence[str] = (),
) -> Plan:
    """Plan one statement and read its plan.

    Args:
        connection: a session of one's own; inside a transaction only a savepoint is
            used, so what the caller did there is seen and kept.
        query: one SELECT, INSERT, UPDATE, DELETE or MERGE, with ``$n`` allowed.
        parameters: text values for ``$1`` …; None is NULL. Fewer than the statement
            has give a generic plan; more are ignored.
        source: name of the planner, kept in the plan.
        checks: statements of ours sent together with it, of which none may fail.

    Raises:
        CatalogChanged: a check fails; the statement was not planned.
        PlanningFailed: the server cannot plan it, or the text cannot be sent; the
            detail is the SQLSTATE, never the server's text.
        TargetError: the connection was lost.
    """
    try:
        plan = _plan(connection, query, parameters, checks)
    except PlanningFailed as error:
        # pg_stat_statements writes interval $1, which no server reads back.
        text = restated(query) if error.detail == _SYNTAX_ERROR else None
        if text is None:
            raise
        plan = _plan(connection, text, parameters, checks)
    return replace(plan, source=source)


def _plan(
    connection: Connection,
    query: str,
    parameters: Sequence[str | None],
    checks: Sequence[str],
) -> Plan:
    with planning(), rolled_back(connection):
        types = _types(connection, query, checks)
        generic = len(parameters) < len(types)
        if generic:
            document = _generic(connection, query, checks)
        else:
            text, values = f"{_EXPLAIN} {query}", parameters[: len(types)]
            rows = extended.run(connection, text, values, types=types, checks=checks)
            document = rows[0][0]
    return replace(_read(document), generic=generic)


def _types(
    connection: Connection, query: str, checks: Sequence[str]
) -> tuple[int, ...]:
    # A text without a dollar sign has no parameters: the question is saved.
    if "$" not in query:
        return ()
    return extended.parameter_types(connection, query, checks=checks)


def _generic(connection: Connection, query: str, checks: Sequence[str]) -> str | None:
    types = extended.parameter_types(
        connection, query, name=_GENERIC_NAME, checks=checks
    )
    try:
        nulls = ", ".join(["NULL"] * len(types))
        text = f"{_EXPLAIN} EXECUTE {_GENERIC_NAME} ({nulls})"
        checks = (*checks, _FORCE_GENERIC)  # the others leave the session's own mode
        return extended.run(connection, text, checks=checks)[0][0]
    finally:
        # Prepared statements are not transactional, so ROLLBACK would not remove it.
        extended.forget(connection, _GENERIC_NAME)


def _read(document: str | None) -> Plan:
    try:
        return read_plan(document or "", source="")
    except SourceError as error:
        raise PlanningFailed(
            "the server's plan cannot be read", detail=error.detail
        ) from None
