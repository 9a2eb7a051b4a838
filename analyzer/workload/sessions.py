"""Sequences of statements within a session: one fingerprint again and again (N+1).

A run is at least ``MIN_RUN`` consecutive executions of one statement with different
parameters and short gaps, after another statement that may have fed it. Inside a known
transaction (the same virtual transaction id, or between a logged BEGIN and COMMIT) that
is the proof. Outside, executions of different requests may follow one another on a
pooled connection, so there a run also needs its parent: the same statement must come
just before most of the runs, and most of its executions must be followed by one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Longs,
    columns_of,
)
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import StatementRun
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.session_rows import (
    NO_TRANSACTION,
    SessionRows,
    segments,
    session_rows,
    together,
)

MIN_RUN = 5
MIN_DISTINCT_RATIO = 0.8
MAX_GAP_MS = 250.0
MAX_GAP_OUTSIDE_MS = 25.0
MIN_RUNS_OUTSIDE = 3
MIN_PARENT_RATIO = 0.8
NO_PARENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive executions of one statement, and the statement just before.

    ``statement`` and ``parent`` are indexes into the statements of the columns;
    ``first_row`` is the place of the first execution in the columns.
    """

    statement: int
    parent: int
    session: int
    first_row: int
    call_count: int
    total_ms: float
    distinct_ratio: float
    in_transaction: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """All runs of a log, whatever their values.

    ``executions`` counts, for each statement of the columns, what may be in a run.
    """

    columns: ExecutionColumns
    runs: tuple[Run, ...]
    executions: Longs


def statement_runs(executions: Sequence[Execution]) -> tuple[StatementRun, ...]:
    """The runs found in a log, summed by statement and parent, longest time first.

    Args:
        executions: of one or several sessions, in any order; those that do not say
            their session are left out.
    """
    return summed_runs(all_runs(columns_of(_with_fingerprints(executions))))


def all_runs(columns: ExecutionColumns) -> Runs:
    """The runs of every statement, those that repeat the same values as well."""
    runs: list[Run] = []
    counts = np.zeros(len(columns.statements.fingerprint), np.int64)
    for rows in session_rows(columns):
        plain = _plain_rows(rows)
        runs += runs_of(plain)
        counts += np.bincount(plain.statement, minlength=len(counts))
    return Runs(columns=columns, runs=tuple(runs), executions=counts)


def summed_runs(found: Runs) -> tuple[StatementRun, ...]:
    """Runs with values of their own that can be believed, by statement and parent."""
    by_statement: dict[int, list[Run]] = defaultdict(list)
    for run in found.runs:
        if run.distinct_ratio >= MIN_DISTINCT_RATIO:
            by_statement[run.statement].append(run)
    names = found.columns.statements.fingerprint
    summed = [
        _summary(kept, names)
        for group in by_statement.values()
        if (kept := [*_proven(group), *_believable(group, found.executions)])
    ]
    return tuple(sorted(summed, key=lambda run: (-run.total_ms, run.fingerprint)))


def _with_fingerprints(executions: Sequence[Execution]) -> Sequence[Execution]:
    if isinstance(executions, ExecutionColumns):
        return executions
    known: dict[str, Fingerprint] = {}
    for query in {item.query for item in executions if not item.fingerprint}:
        known[query] = fingerprint(query)
    return [
        item if item.fingerprint else replace(item, fingerprint=known[item.query])
        for item in executions
        if item.session_id
    ]


def _plain_rows(rows: SessionRows) -> SessionRows:
    """Without BEGIN and COMMIT, and without transactions of one statement.

    What encloses statements is no neighbour of them, and autocommit is like no
    transaction.
    """
    rows = rows.where(~(rows.is_begin | rows.is_end))
    starts, ends = segments(together(rows.session, rows.transaction))
    alone = np.repeat(ends - starts == 1, ends - starts)
    return replace(rows, transaction=np.where(alone, NO_TRANSACTION, rows.transaction))


def runs_of(rows: SessionRows) -> list[Run]:
    """Runs of at least ``MIN_RUN`` executions.

    Args:
        rows: of whole sessions, without BEGIN and COMMIT.
    """
    clock_us = _clock_us(rows)
    limits_us = _gap_limits_us(rows)
    close = _close(rows, limits_us + clock_us)
    same = together(rows.session, rows.transaction, rows.statement)
    starts, ends = segments(same & close)
    starts, ends = _long(rows, starts, ends, limits_us, clock_us)
    if not len(starts):
        return []
    ratios = _distinct_ratios(rows.values_hash, starts, ends)
    # Whole microseconds, whose sums do not depend on the order.
    durations_us = np.rint(rows.duration_ms * 1000)
    sums_ms = (
        np.add.reduceat(
            np.append(durations_us, 0.0), np.column_stack((starts, ends)).ravel()
        )[::2]
        / 1000
    )
    before = np.maximum(starts - 1, 0)
    has_parent = (starts > 0) & close[starts]
    has_parent &= rows.session[before] == rows.session[starts]
    columns = {
        "statement": rows.statement[starts],
        "parent": np.where(has_parent, rows.statement[before], NO_PARENT),
        "session": rows.session[starts],
        "first_row": rows.row[starts],
        "call_count": ends - starts,
        "total_ms": sums_ms,
        "distinct_ratio": ratios,
        "in_transaction": rows.transaction[starts] != NO_TRANSACTION,
    }
    lines = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [Run(**dict(zip(columns, line, strict=True))) for line in lines]


def _clock_us(rows: SessionRows) -> int:
    """What times of the log may be off: those of ``%t`` are cut to whole seconds."""
    whole_seconds = not np.any(rows.ended_at_us % 1_000_000)
    return 1_000_000 if whole_seconds else 0


def _gap_limits_us(rows: SessionRows) -> Longs:
    """How long after the one before it each execution may start in a loop."""
    inside = together(rows.session, rows.transaction) & (
        rows.transaction != NO_TRANSACTION
    )
    limits_ms = np.where(inside, MAX_GAP_MS, MAX_GAP_OUTSIDE_MS)
    return np.asarray(limits_ms * 1000, np.int64)


def _close(rows: SessionRows, limits_us: Longs) -> Bools:
    """Whether each execution started soon after the one before it had ended."""
    gaps_us = np.zeros(len(rows), np.int64)
    gaps_us[1:] = rows.started_at_us[1:] - rows.ended_at_us[:-1]
    return np.asarray(gaps_us <= limits_us)


def _long(
    rows: SessionRows, starts: Longs, ends: Longs, limits_us: Longs, clock_us: int
) -> tuple[Longs, Longs]:
    """The segments that are runs: enough executions, and together without pauses.

    Where the clock is coarse no single gap tells, but all of them together do: of a
    sum of gaps only the first and the last time are off.
    """
    enough = ends - starts >= MIN_RUN
    starts, ends = starts[enough], ends[enough]
    if not clock_us or not len(starts):
        return starts, ends
    spent_us = np.concatenate(([0], np.cumsum(rows.ended_at_us - rows.started_at_us)))
    passed_us = rows.ended_at_us[ends - 1] - rows.ended_at_us[starts]
    gaps_us = passed_us - (spent_us[ends] - spent_us[starts + 1])
    allowed_us = (ends - starts - 1) * limits_us[starts + 1] + clock_us
    steady = gaps_us <= allowed_us
    return starts[steady], ends[steady]


def _distinct_ratios(values: Longs, starts: Longs, ends: Longs) -> Longs:
    """For each run, how many of its executions have values of their own, as a share."""
    lengths = ends - starts
    number = np.repeat(np.arange(len(starts)), lengths)
    offsets = np.arange(lengths.sum()) - np.repeat(
        np.cumsum(lengths) - lengths, lengths
    )
    of_runs = values[np.repeat(starts, lengths) + offsets]
    order = np.lexsort((of_runs, number))
    fresh = ~together(number[order], of_runs[order])
    return np.bincount(number[order], weights=fresh, minlength=len(starts)) / lengths


def _proven(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.in_transaction]


def _believable(runs: Sequence[Run], executions: Longs) -> list[Run]:
    outside = [
        run for run in runs if not run.in_transaction and run.parent != NO_PARENT
    ]
    parents = Counter(run.parent for run in outside)
    if not parents:
        return []
    parent, count = parents.most_common(1)[0]
    total = sum(not run.in_transaction for run in runs)
    if (
        count < MIN_RUNS_OUTSIDE
        or count < MIN_PARENT_RATIO * total
        or count < MIN_PARENT_RATIO * executions[parent]
    ):
        return []
    return [run for run in outside if run.parent == parent]


def _summary(runs: Sequence[Run], names: Sequence[Fingerprint]) -> StatementRun:
    parents = Counter(run.parent for run in runs if run.parent != NO_PARENT)
    calls = sum(run.call_count for run in runs)
    return StatementRun(
        fingerprint=names[runs[0].statement],
        parent=names[parents.most_common(1)[0][0]] if parents else None,
        run_count=len(runs),
        call_count=calls,
        total_ms=round(sum(run.total_ms for run in runs), 3),
        longest=max(run.call_count for run in runs),
        distinct_parameter_ratio=sum(
            run.distinct_ratio * run.call_count for run in runs
        )
        / calls,
        session_count=len({run.session for run in runs}),
    )
