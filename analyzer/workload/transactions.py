"""Transactions of a log: how long they were open, and what they waited for.

A transaction is what a logged BEGIN and COMMIT enclose, or what has one local
transaction id (``%v``). Between BEGIN and the next BEGIN of a session nobody knows
where the first ended, so such ones tell nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Floats,
    Longs,
    as_datetime,
)
from analyzer.domain.log_activity import IdleInTransaction, Transactions
from analyzer.domain.log_report import LoggedLockWait
from analyzer.domain.pages import Column, release
from analyzer.domain.row_store import RowStore, sorted_values
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import Latency
from analyzer.workload.open_counts import with_open_counts
from analyzer.workload.percentiles import latency_of_sorted, total_ms
from analyzer.workload.session_rows import (
    NO_TRANSACTION,
    BySession,
    SessionRows,
    segments,
    session_rows,
    together,
)

MIN_IDLE_MS = 1_000.0
MAX_IDLE = 50
_WRITES = frozenset(
    {
        StatementKind.INSERT,
        StatementKind.UPDATE,
        StatementKind.DELETE,
        StatementKind.MERGE,
    }
)


_OPEN = {"started_at_us": np.int64, "ended_at_us": np.int64}
"""When something held a connection: whole transactions, and single statements."""


def transactions(
    found: BySession,
    kinds: Sequence[StatementKind],
    waits: Sequence[LoggedLockWait] = (),
) -> Transactions:
    """Transactions of a log.

    Args:
        found: all executions.
        kinds: of each statement of the columns.
        waits: what others waited for.
    """
    writes = np.array([kind in _WRITES for kind in kinds], np.bool_)
    opened, durations = RowStore(_OPEN), Column(np.float64)
    idle_ms: list[float] = []
    pauses: list[tuple[float, int, IdleInTransaction]] = []
    seen = 0
    for rows in session_rows(found):
        starts, ends = _spans(rows)
        started_at_us, ended_at_us = (
            rows.started_at_us[starts],
            rows.ended_at_us[ends - 1],
        )
        opened.append({"started_at_us": started_at_us, "ended_at_us": ended_at_us})
        real = _real(rows, starts, ends)
        durations.append((ended_at_us - started_at_us)[real] / 1000.0)
        gaps_ms = _gaps_ms(rows)
        within = _within(starts[real], ends[real], len(rows))
        idle_ms.append(total_ms(gaps_ms[within]))
        for pause in _pauses(found.columns, rows, (starts[real], ends[real]), writes):
            heapq.heappush(pauses, (pause.idle_ms, seen, pause))
            seen += 1
            if len(pauses) > MAX_IDLE:
                heapq.heappop(pauses)
    longest = sorted(pauses, key=lambda item: (-item[0], item[1]))
    return with_open_counts(
        Transactions(
            duration=_latency(durations.array()),
            idle_ms=total_ms(np.array(idle_ms)),
            idle=tuple(_with_blocked(item[2], waits) for item in longest),
        ),
        opened.table(),
    )


def _spans(rows: SessionRows) -> tuple[Longs, Longs]:
    """Rows of one transaction each; others stand for themselves."""
    same = together(rows.session, rows.transaction)
    return segments(same & (rows.transaction != NO_TRANSACTION))


def _real(rows: SessionRows, starts: Longs, ends: Longs) -> Bools:
    """Whether a span is a transaction whose beginning and end are known."""
    begins = rows.is_begin[starts]
    last = rows.is_end[ends - 1]
    known = (rows.transaction[starts] > NO_TRANSACTION) | (begins & last)
    return np.asarray(known & (ends - starts > 1))


def _gaps_ms(rows: SessionRows) -> Floats:
    """How long the session paused before each row."""
    gaps = np.zeros(len(rows), np.float64)
    gaps[1:] = (rows.started_at_us[1:] - rows.ended_at_us[:-1]) / 1000.0
    return np.maximum(gaps, 0.0)


def _within(starts: Longs, ends: Longs, length: int) -> Bools:
    """The rows of spans without the first of each."""
    change = np.zeros(length + 1, np.int64)
    np.add.at(change, starts + 1, 1)
    np.add.at(change, ends, -1)
    return np.asarray(np.cumsum(change)[:length] > 0)


def _pauses(
    columns: ExecutionColumns,
    rows: SessionRows,
    spans: tuple[Longs, Longs],
    writes: Bools,
) -> Iterator[IdleInTransaction]:
    gaps_ms = _gaps_ms(rows)
    long = np.flatnonzero(_within(*spans, len(rows)) & (gaps_ms >= MIN_IDLE_MS))
    starts, ends = spans
    names = columns.statements.fingerprint
    for row in long[np.argsort(-gaps_ms[long])][:MAX_IDLE].tolist():
        at = int(np.searchsorted(starts, row, side="right")) - 1
        origin = int(columns.origin[int(rows.row[row])])
        begun = int(rows.started_at_us[int(starts[at])])
        yield IdleInTransaction(
            idle_since=as_datetime(int(rows.ended_at_us[row - 1])),
            idle_ms=float(gaps_ms[row]),
            transaction_ms=(int(rows.ended_at_us[int(ends[at]) - 1]) - begun) / 1000,
            before=names[int(rows.statement[row - 1])],
            after=names[int(rows.statement[row])],
            has_written=bool(writes[rows.statement[int(starts[at]) : row]].any()),
            process_id=columns.origins.process_id[origin],
            database=columns.origins.database[origin],
            user=columns.origins.user[origin],
            application_name=columns.origins.application_name[origin],
        )


def _with_blocked(
    pause: IdleInTransaction, waits: Sequence[LoggedLockWait]
) -> IdleInTransaction:
    """The pause with the waits for this process that fell into it."""
    ended = pause.idle_since + timedelta(milliseconds=pause.idle_ms)
    blocked_ms = []
    for wait in waits:
        holders = {holder.process_id for holder in wait.holders}
        if pause.process_id not in holders or not pause.process_id:
            continue
        until = wait.started_at + timedelta(milliseconds=wait.waited_ms)
        overlap = min(until, ended) - max(wait.started_at, pause.idle_since)
        if overlap > timedelta(0):
            blocked_ms.append(overlap / timedelta(milliseconds=1))
    return replace(pause, blocked_count=len(blocked_ms), blocked_ms=sum(blocked_ms))


def _latency(durations_ms: Floats) -> Latency | None:
    if not len(durations_ms):
        return None
    ordered = sorted_values(durations_ms)
    found = latency_of_sorted(ordered, "log: transactions of several statements")
    release(ordered)
    return found
