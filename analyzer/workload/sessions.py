"""Sequences of statements within a session: one fingerprint again and again (N+1).

A run is at least ``MIN_RUN`` executions of one statement with different parameters and
short gaps, in a row or in turn with others that are repeated as often, after a
statement that may have fed it. Inside a known transaction (the same virtual transaction
id, or between a logged BEGIN and COMMIT) that is the proof. Outside, executions of
different requests may follow one another on a pooled connection, so there a run also
needs its parent: the same statement must come just before most of the runs, and most of
its executions must be followed by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Ints,
    Longs,
    Statements,
    columns_of,
)
from analyzer.domain.pages import release
from analyzer.domain.row_store import RowStore
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import StatementRun
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.distinct import first_of_each
from analyzer.workload.loops import members, spanned
from analyzer.workload.session_cuts import MAX_GAP_US
from analyzer.workload.session_rows import (
    NO_TRANSACTION,
    BySession,
    SessionRows,
    by_session,
    segments,
    session_rows,
    together,
)

MIN_RUN = 5
MIN_DISTINCT_RATIO = 0.8
MAX_GAP_OUTSIDE_MS = 25.0
MIN_RUNS_OUTSIDE = 3
MIN_PARENT_RATIO = 0.8
NO_PARENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """Runs: consecutive executions of one statement, and the statement just before.

    Columns of one row for each run.

    Attributes:
        statement: index into the statements of the log.
        parent: likewise, or ``NO_PARENT``.
        session: its number.
        call_count: executions in the run.
        total_us: their time.
        distinct_count: how many of them have values of their own.
        in_transaction: whether all ran in one known transaction.
    """

    statement: Ints | Longs
    parent: Ints | Longs
    session: Ints | Longs
    call_count: Longs
    total_us: Longs
    distinct_count: Longs
    in_transaction: Bools

    def __len__(self) -> int:
        """Number of runs."""
        return len(self.statement)

    def where(self, chosen: Bools | Longs) -> RunRows:
        """Some of them, by a mask or by their numbers."""
        return RunRows(**{n: values[chosen] for n, values in self.table().items()})

    def table(self) -> dict[str, Any]:
        """The columns by their names."""
        return {name: getattr(self, name) for name in _RUN_KINDS}

    @property
    def total_ms(self) -> float:
        """Their time, in milliseconds."""
        return int(self.total_us.sum()) / 1000

    @property
    def session_count(self) -> int:
        """Sessions that have one of them."""
        return len(first_of_each(self.session))


_RUN_KINDS = {
    "statement": np.int32,
    "parent": np.int32,
    "session": np.int32,
    "call_count": np.int64,
    "total_us": np.int64,
    "distinct_count": np.int64,
    "in_transaction": np.bool_,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """All runs of a log, whatever their values.

    ``executions`` counts, for each statement of the log, what may be in a run.
    """

    statements: Statements
    runs: RunRows
    executions: Longs

    def by_statement(self) -> Iterator[tuple[int, RunRows]]:
        """The runs of each statement that has any, in the order they were found."""
        table = self.runs.table()
        statement = table["statement"]
        starts, ends = segments(together(statement))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            part = {name: values[start:end] for name, values in table.items()}
            yield int(statement[start]), RunRows(**part)
        release(*table.values())


def statement_runs(executions: Sequence[Execution]) -> tuple[StatementRun, ...]:
    """The runs found in a log, summed by statement and parent, longest time first.

    Args:
        executions: of one or several sessions, in any order; those that do not say
            their session are left out.
    """
    columns = columns_of(_with_fingerprints(executions))
    return summed_runs(all_runs(by_session(columns)))


def all_runs(found: BySession) -> Runs:
    """The runs of every statement, those that repeat the same values as well."""
    statements = found.columns.statements
    store = RowStore(_RUN_KINDS)
    counts = np.zeros(len(statements.fingerprint), np.int64)
    for rows in session_rows(found):
        plain = _plain_rows(rows)
        store.append(runs_of(plain, found.clock_us).table())
        counts += np.bincount(plain.statement, minlength=len(counts))
    store.sort(itemgetter("statement"))
    return Runs(statements=statements, runs=RunRows(**store.table()), executions=counts)


def summed_runs(found: Runs) -> tuple[StatementRun, ...]:
    """Runs with values of their own that can be believed, by statement and parent."""
    names = found.statements.fingerprint
    summed = []
    for _, runs in found.by_statement():
        ratios = runs.distinct_count / runs.call_count
        own = runs.where(ratios >= MIN_DISTINCT_RATIO)
        believed = _believable(own, found.executions)
        kept = own.where(np.append(np.flatnonzero(own.in_transaction), believed))
        if len(kept):
            summed.append(_summary(kept, names))
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


def runs_of(rows: SessionRows, clock_us: int) -> RunRows:
    """Runs of at least ``MIN_RUN`` executions, in a row or in a loop with others.

    Args:
        rows: of whole sessions, without BEGIN and COMMIT.
        clock_us: what their times may be off.
    """
    pace = _pace(rows, clock_us)
    joined = together(rows.session, rows.transaction) & pace.close
    starts, ends = segments(joined & together(rows.statement))
    starts, ends = _long(rows, starts, ends, pace)
    in_a_row = _run_rows(rows, pace, (np.arange(len(rows)), starts, ends, starts))
    taken = np.zeros(len(rows) + 1, np.int32)
    taken[starts] += 1
    taken[ends] -= 1
    free = np.cumsum(taken[:-1]) == 0
    joined &= free & np.append(True, free[:-1])[: len(free)]
    return _both(in_a_row, _in_loops(rows, pace, joined))


def _in_loops(rows: SessionRows, pace: _Pace, joined: Bools) -> RunRows:
    """Runs of the statements of a loop that has several.

    Those that nothing could make believable are left out: of no known transaction, and
    with nothing before them.
    """
    starts, ends = segments(spanned(rows.statement, joined))
    starts, ends = _long(rows, starts, ends, pace)
    known = rows.transaction[starts] != NO_TRANSACTION
    known |= _parents(rows, pace, starts) != NO_PARENT
    starts, ends = starts[known], ends[known]
    places, first, behind, loop = members(rows.statement, starts, ends, MIN_RUN)
    return _run_rows(rows, pace, (places, first, behind, starts[loop]))


def _both(one: RunRows, other: RunRows) -> RunRows:
    table = other.table()
    return RunRows(
        **{
            name: np.concatenate((values, table[name]))
            for name, values in one.table().items()
        }
    )


def _run_rows(
    rows: SessionRows, pace: _Pace, runs: tuple[Longs, Longs, Longs, Longs]
) -> RunRows:
    """Runs by places among rows, where each begins and ends there, and its loop."""
    places, starts, ends, heads = runs
    # Whole microseconds, whose sums do not depend on the order.
    spent_us = np.rint(rows.duration_ms * 1000).astype(np.int64)[places]
    sums_us = np.append(0, np.cumsum(spent_us))
    first = places[starts]
    return RunRows(
        statement=rows.statement[first],
        parent=_parents(rows, pace, heads),
        session=rows.session[first],
        call_count=ends - starts,
        total_us=sums_us[ends] - sums_us[starts],
        distinct_count=_distinct_counts(rows.values_hash[places], starts, ends),
        in_transaction=rows.transaction[first] != NO_TRANSACTION,
    )


def _parents(rows: SessionRows, pace: _Pace, heads: Longs) -> Ints | Longs:
    """The statement just before each loop, if there is one."""
    before = np.maximum(heads - 1, 0)
    has_parent = (heads > 0) & pace.close[heads]
    has_parent &= rows.session[before] == rows.session[heads]
    return np.where(has_parent, rows.statement[before], NO_PARENT)


@dataclass(frozen=True, slots=True)
class _Pace:
    """How soon executions follow one another.

    ``limits_us`` is how long after the one before it each may start in a loop;
    ``close`` tells whether it does; ``clock_us`` is what times may be off.
    """

    limits_us: Longs
    close: Bools
    clock_us: int


def _pace(rows: SessionRows, clock_us: int) -> _Pace:
    limits_us = _gap_limits_us(rows)
    return _Pace(limits_us, _close(rows, limits_us + clock_us), clock_us)


def _gap_limits_us(rows: SessionRows) -> Longs:
    """How long after the one before it each execution may start in a loop."""
    inside = together(rows.session, rows.transaction) & (
        rows.transaction != NO_TRANSACTION
    )
    limits_us = np.where(inside, MAX_GAP_US, MAX_GAP_OUTSIDE_MS * 1000)
    return np.asarray(limits_us, np.int64)


def _close(rows: SessionRows, limits_us: Longs) -> Bools:
    """Whether each execution started soon after the one before it had ended."""
    gaps_us = np.zeros(len(rows), np.int64)
    gaps_us[1:] = rows.started_at_us[1:] - rows.ended_at_us[:-1]
    return np.asarray(gaps_us <= limits_us)


def _long(
    rows: SessionRows, starts: Longs, ends: Longs, pace: _Pace
) -> tuple[Longs, Longs]:
    """The segments that are runs: enough executions, and together without pauses.

    Where the clock is coarse no single gap tells, but all of them together do: of a
    sum of gaps only the first and the last time are off.
    """
    enough = ends - starts >= MIN_RUN
    starts, ends = starts[enough], ends[enough]
    if not pace.clock_us or not len(starts):
        return starts, ends
    spent_us = np.concatenate(([0], np.cumsum(rows.ended_at_us - rows.started_at_us)))
    passed_us = rows.ended_at_us[ends - 1] - rows.ended_at_us[starts]
    gaps_us = passed_us - (spent_us[ends] - spent_us[starts + 1])
    allowed_us = (ends - starts - 1) * pace.limits_us[starts + 1] + pace.clock_us
    steady = gaps_us <= allowed_us
    return starts[steady], ends[steady]


def _distinct_counts(values: Longs, starts: Longs, ends: Longs) -> Longs:
    """For each run, how many of its executions have values of their own."""
    lengths = ends - starts
    number = np.repeat(np.arange(len(starts)), lengths)
    offsets = np.arange(lengths.sum()) - np.repeat(
        np.cumsum(lengths) - lengths, lengths
    )
    of_runs = values[np.repeat(starts, lengths) + offsets]
    order = np.lexsort((of_runs, number))
    fresh = ~together(number[order], of_runs[order])
    return np.bincount(number[order][fresh], minlength=len(starts))


def _believable(runs: RunRows, executions: Longs) -> Longs:
    """Which runs outside of transactions have a parent that feeds them."""
    is_outside = ~runs.in_transaction
    outside = np.flatnonzero(is_outside & (runs.parent != NO_PARENT))
    parent, count = _most_frequent(runs.parent[outside])
    if (
        count < MIN_RUNS_OUTSIDE
        or count < MIN_PARENT_RATIO * int(is_outside.sum())
        or count < MIN_PARENT_RATIO * executions[parent]
    ):
        return outside[:0]
    found: Longs = outside[runs.parent[outside] == parent]
    return found


def _most_frequent(parents: Ints | Longs) -> tuple[int, int]:
    """The parent that comes most often, of equal ones the first, and how often."""
    if not len(parents):
        return NO_PARENT, 0
    first = first_of_each(parents)
    counts = np.bincount(parents)[parents[first]]
    best = np.lexsort((first, -counts))[0]
    return int(parents[first[best]]), int(counts[best])


def _summary(runs: RunRows, names: Sequence[Fingerprint]) -> StatementRun:
    parent, count = _most_frequent(runs.parent[runs.parent != NO_PARENT])
    calls = int(runs.call_count.sum())
    return StatementRun(
        fingerprint=names[int(runs.statement[0])],
        parent=names[parent] if count else None,
        run_count=len(runs),
        call_count=calls,
        total_ms=runs.total_ms,
        longest=int(runs.call_count.max()),
        distinct_parameter_ratio=int(runs.distinct_count.sum()) / calls,
        session_count=runs.session_count,
    )
