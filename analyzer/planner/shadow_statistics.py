"""Load the statistics of a snapshot into a shadow; what cannot be loaded is listed."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.workload import NotSeen
from analyzer.planner.shadow_script import is_statistics
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.combined_statistics import (
    CombinedValues,
    load_combined_statistics,
)
from analyzer.postgres.connect import Connection
from analyzer.postgres.script import run_script
from analyzer.statements.split import split_statements

SCRIPT_DEADLINE_S = 300.0
_EXAMPLES = 8


def load_statistics(
    owner: Connection, admin: Connection, snapshot: PlannerSnapshot
) -> Iterator[NotSeen]:
    """Load statistics of columns and of CREATE STATISTICS."""
    yield from _statistics(owner, snapshot)
    yield from _combined_statistics(owner, admin, snapshot)


def _statistics(owner: Connection, snapshot: PlannerSnapshot) -> Iterator[NotSeen]:
    statements = split_statements(snapshot.statistics_sql)
    wanted = [statement for statement in statements if is_statistics(statement)]
    failed = run_script(owner, wanted, deadline_s=SCRIPT_DEADLINE_S)
    if failed:
        messages = sorted({failure.message for failure in failed})
        yield NotSeen(
            what=f"{len(failed)} of {len(wanted)} statistics",
            why="; ".join(messages[:_EXAMPLES]),
        )


def _combined_statistics(
    owner: Connection, admin: Connection, snapshot: PlannerSnapshot
) -> Iterator[NotSeen]:
    values = [
        CombinedValues(
            name=item.name,
            n_distinct=item.n_distinct,
            dependencies=item.dependencies,
            attributes=item.columns,
            most_common=item.most_common,
            relation=item.relation,
            inherited=item.inherited,
            expressions=item.expressions,
        )
        for item in snapshot.extended_statistics
        if item.n_distinct
        or item.dependencies
        or item.most_common
        or any(one.is_known for one in item.expressions)
    ]
    # Files of before expressions were read name neither columns nor expressions.
    unread = [
        item.name
        for item in snapshot.extended_statistics
        if not all(one.is_known for one in item.expressions)
        or not (item.columns or item.expressions)
    ]
    if unread:
        yield NotSeen(
            what=f"extended statistics {', '.join(map(str, unread[:_EXAMPLES]))}",
            why="the snapshot holds no statistics of their expressions",
        )
    left_out = load_combined_statistics(owner, admin, values) if values else ()
    if left_out:
        yield NotSeen(
            what=f"extended statistics {', '.join(map(str, left_out))}",
            why="they could not be made",
        )
