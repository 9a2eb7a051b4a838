"""EXPLAIN (ANALYZE) of a guarded SELECT: run once, within limits, and rolled back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.errors import CatalogChanged, NotAllowedHere, UnsafeStatement
from analyzer.planner.explain import explain
from analyzer.planner.kept_memory import kept_bytes
from analyzer.planner.parse_process import parse_apart
from analyzer.plans.read_json import read_plan
from analyzer.postgres import extended
from analyzer.postgres.backend_process import backend_pid_here, waited_ms
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.errors_map import planning, running
from analyzer.postgres.guard import Action, Place, enforce
from analyzer.postgres.guard_catalog import look_up
from analyzer.postgres.guard_facts import CatalogFacts
from analyzer.postgres.guarded_session import (
    Limits,
    claim_the_only_run,
    hold_relations,
    refuse_owner,
    restrict,
    watchdog,
)
from analyzer.postgres.queries import MARKER, marked
from analyzer.postgres.rolled_back import rolled_back, set_local
from analyzer.statements import json_paths
from analyzer.statements.safety import SafetyFacts

_log = logging.getLogger(__name__)
_TRIALS = 2
"""Before a statement is refused because the catalog does not hold still."""
_LEAST_MS = 1e-3
_MOST_WAITED = 0.99
_RUN = f"EXPLAIN {MARKER} (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON, SETTINGS"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRun:
    """A plan that was run, and for what share of it its process had no processor.

    The share is of the whole call, of which the run is the most; it is 0 where it
    cannot be seen: on another machine. Of parallel workers it is not known.
    """

    plan: Plan
    waited_ratio: float = 0.0


def analyze(
    address: Address,
    query: str,
    parameters: Sequence[str | None] = (),
    limits: Limits | None = None,
    *,
    is_clone: bool = False,
) -> Plan:
    """Run one SELECT with EXPLAIN ANALYZE, if the guard lets it pass.

    The text is parsed in a process of its own, printed again from its tree, and looked
    up in the target's catalog inside the transaction that runs it. The session is new
    and closed afterwards, so nothing a statement does to it outlives it.

    Args:
        address: where to run it; the owner of the target has allowed it.
        query: one SELECT, with ``$n`` allowed.
        parameters: a text value for each ``$n``; None is NULL.
        limits: what it may use; the defaults where none.
        is_clone: the server is a copy that nobody is served from.

    Raises:
        QuerySyntaxError, UserError: the text is not one statement.
        Refusal: the guard refuses it, or values are missing; the detail names the rule.
        TimedOut: it ran into a time limit.
        PlanningFailed: the server refused it, in our words.
        TargetError: by its branches, for whatever else the server did.
    """
    return timed_run(address, query, parameters, limits, is_clone=is_clone).plan


def timed_run(
    address: Address,
    query: str,
    parameters: Sequence[str | None] = (),
    limits: Limits | None = None,
    *,
    is_clone: bool = False,
) -> TimedRun:
    """The same, with what the machine's load added to the time of the run."""
    limits = limits or Limits()
    facts = parse_apart(query)
    _check_parameters(facts, parameters)
    values = parameters[: facts.parameter_count]
    refuse_values(values)
    place = Place.CLONE if is_clone else Place.WATCHED
    for _trial in range(_TRIALS - 1):
        # A new session has no names in its caches.
        with suppress(CatalogChanged):
            return _analyzed(address, facts, values, limits, place)
    return _analyzed(address, facts, values, limits, place)


def _analyzed(
    address: Address,
    facts: SafetyFacts,
    values: Sequence[str | None],
    limits: Limits,
    place: Place,
) -> TimedRun:
    is_clone = place is Place.CLONE
    with _guarded_session(address, limits, is_clone) as connection:
        claim_the_only_run(connection)
        catalog = guard_statement(connection, facts, place, Action.RUN)
        if not is_clone:
            refuse_owner(catalog, address.user)
        _refuse_expensive(connection, facts, values, limits, catalog)
        return _run(connection, facts.text, values, limits, catalog.checks)


def guard_statement(
    connection: Connection, facts: SafetyFacts, place: Place, action: Action
) -> CatalogFacts:
    """Let a parsed statement pass in the session's database, or refuse it.

    Returns what its names mean there. Its checks, sent together with the statement,
    tell the server to skip it if they no longer mean that; the relations it names stay
    as they are until the end of the transaction.

    Raises:
        CatalogChanged: what its names mean changes while it is looked up.
        Refusal, UserError, PlanningFailed: see :func:`analyze`.
    """
    catalog = look_up(connection, facts, parse_apart)
    enforce(facts, catalog, place, action)
    named = {name[:2] for name in facts.relations}
    hold_relations(
        connection,
        (i for i in catalog.relations if (i.asked_schema, i.asked_name) in named),
    )
    return catalog


@contextmanager
def _guarded_session(
    address: Address, limits: Limits, is_clone: bool
) -> Iterator[Connection]:
    # Catalog look-ups and plain EXPLAIN come before the run, each with its own limit.
    limit_s = (3 * limits.plan_timeout_ms + limits.statement_timeout_ms) / 1000
    with (
        session(address, statement_timeout_ms=limits.plan_timeout_ms) as connection,
        watchdog(connection, limit_s, address, limits.memory_bytes),
        rolled_back(connection),
    ):
        restrict(connection, limits, is_clone=is_clone)
        yield connection


def _check_parameters(facts: SafetyFacts, parameters: Sequence[str | None]) -> None:
    if facts.parameter_count > len(parameters):
        raise NotAllowedHere(
            "running a statement needs a value for each parameter",
            detail=(
                f"rule parameters: it has {facts.parameter_count},"
                f" and {len(parameters)} are given."
            ),
            hint="Give a value for each $n, or ask for the plan without running it.",
        )


def refuse_values(values: Sequence[str | None]) -> None:
    """Judge values of parameters as constants are judged; whole, whatever their types.

    Raises:
        UnsafeStatement: one is a JSON path that finds a value many times.
    """
    if any(json_paths.times(value or "") > json_paths.MAX_TIMES for value in values):
        raise UnsafeStatement(
            "the statement may not get these values",
            detail="rule memory: a JSON path that finds a value many times.",
            hint="Name each part of a JSON document once.",
        )


def _refuse_expensive(
    connection: Connection,
    facts: SafetyFacts,
    values: Sequence[str | None],
    limits: Limits,
    catalog: CatalogFacts,
) -> None:
    with running(limits.plan_timeout_ms):
        plan = explain(
            connection, facts.text, values, source="target", checks=catalog.checks
        )
    if plan.total_cost > limits.max_total_cost:
        raise NotAllowedHere(
            "the statement is too expensive to be run",
            detail=(
                f"rule cost ceiling: the planner expects a cost of"
                f" {plan.total_cost:,.0f}; the limit is {limits.max_total_cost:,.0f}."
            ),
            hint="Restrict it further; its plan is available without running it.",
        )
    kept = kept_bytes(plan, catalog, connection.info.server_version)
    if kept > limits.memory_bytes / 2:
        raise NotAllowedHere(
            "the statement would collect too much in memory",
            detail=(
                f"rule memory: its aggregates or sorts would keep about"
                f" {kept / (1 << 20):,.0f} MB."
            ),
            hint="Aggregate or sort fewer rows, or build shorter values.",
        )


def _run(
    connection: Connection,
    text: str,
    values: Sequence[str | None],
    limits: Limits,
    checks: Sequence[str],
) -> TimedRun:
    with running(limits.statement_timeout_ms):
        types: tuple[int, ...] = ()
        if values:
            types = extended.parameter_types(connection, text, checks=checks)
        set_local(connection, {"statement_timeout": str(limits.statement_timeout_ms)})
        options = _RUN + (")" if limits.time_nodes else ", TIMING OFF)")
        before_ms, started = _waited_ms(connection), time.monotonic()
        rows = extended.run(
            connection, f"{options} {text}", values, types=types, checks=checks
        )
        took_ms = (time.monotonic() - started) * 1000.0
        waiting_ms = _waited_ms(connection) - before_ms
    version = connection.info.server_version // 10_000
    plan = read_plan(rows[0][0] or "", source=f"target, PostgreSQL {version}")
    _log_changes(connection, checks)
    return TimedRun(
        plan=replace(plan, generic=False),
        waited_ratio=min(waiting_ms / max(took_ms, _LEAST_MS), _MOST_WAITED),
    )


def _log_changes(connection: Connection, checks: Sequence[str]) -> None:
    """Say that something else may have run: a function is read when it is called."""
    try:
        with planning():
            extended.run(connection, marked("SELECT 1"), checks=checks)
    except CatalogChanged:
        _log.warning("what a statement names was changed while it ran")


def _waited_ms(connection: Connection) -> float:
    pid = backend_pid_here(connection)
    return (waited_ms(pid) or 0.0) if pid is not None else 0.0
