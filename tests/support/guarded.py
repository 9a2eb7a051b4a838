"""Plans of submitted statements on the target itself, guarded as with HypoPG."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.planner.analyze import guard_statement
from analyzer.planner.explain import explain
from analyzer.planner.parse_process import parse_apart
from analyzer.postgres.connect import session
from analyzer.postgres.errors_map import planning
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.guarded_session import Limits, watchdog
from analyzer.postgres.rolled_back import rolled_back


def explain_guarded(
    address: Address,
    query: str,
    parameters: Sequence[str | None] = (),
    limits: Limits | None = None,
) -> Plan:
    """Plan one statement as ``HypopgPlanner`` does, which the server of tests lacks."""
    facts = parse_apart(query)
    limits = limits or Limits()
    limit_s = 3 * limits.plan_timeout_ms / 1000
    with (
        session(address, statement_timeout_ms=limits.plan_timeout_ms) as connection,
        watchdog(connection, limit_s, address, limits.memory_bytes),
    ):
        with planning(), rolled_back(connection):
            made = guard_statement(connection, facts, Place.WATCHED, Action.PLAN)
        return explain(
            connection, facts.text, parameters, source="target", checks=made.checks
        )
