"""Transactions of a log: how long they were open, and what they waited for.

A transaction is what a logged BEGIN and COMMIT enclose, or what has one local
transaction id (``%v``). Between BEGIN and the next BEGIN of a session nobody knows
where the first ended, so such ones tell nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import Latency
from analyzer.workload.percentiles import latency, total_ms
from analyzer.workload.session_rows import (
    NO_TRANSACTION,
    SessionRows,
    segments,
    session_rows,
    together,
)

MIN_IDLE_MS = 1_000.0
MAX_IDLE = 50
_MINUTE_US = 60_000_000
_WRITES = frozenset(
    {
        StatementKind.INSERT,
        StatementKind.UPDATE,
        StatementKind.DELETE,
        StatementKind.MERGE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """When something held a connection: whole transactions, and single statements."""

    started_at_us: Longs
    ended_at_us: Longs


def transactions(
    columns: ExecutionColumns,
    kinds: Sequence[StatementKind],
    waits: Sequence[LoggedLockWait] = (),
) -> Transactions:
    """Transactions of a log.

    Args:
        columns: all executions.
        kinds: of each statement of the columns.
        waits: what others waited for.
    """
    writes = np.array([kind in _WRITES for kind in kinds], np.bool_)
    # All at once: pieces would be in memory twice when they are put together.
    starts_us, ends_us = np.empty((2, len(columns)), np.int64)
    count = 0
    durations: list[Floats] = []
    idle_ms: list[float] = []
    pauses: list[tuple[float, int, IdleInTransaction]] = []
    for rows in session_rows(columns):
        starts, ends = _spans(rows)
        span = _open(rows, starts, ends)
        until = count + len(starts)
        starts_us[count:until] = span.started_at_us
        ends_us[count:until] = span.ended_at_us
        count = until
        real = _real(rows, starts, ends)
        durations.append(_milliseconds(span)[real])
        gaps_ms = _gaps_ms(rows)
        within = _within(starts[real], ends[real], len(rows))
        idle_ms.append(total_ms(gaps_ms[within]))
        for found in _pauses(columns, rows, (starts[real], ends[real]), writes):
            heapq.heappush(pauses, (found.idle_ms, len(pauses), found))
            if len(pauses) > MAX_IDLE:
                heapq.heappop(pauses)
    longest = sorted(pauses, key=lambda item: (-item[0], item[1]))
    return _busy(
        Transactions(
            duration=_latency(durations),
            idle_ms=total_ms(np.array(idle_ms)),
            idle=tuple(_with_blocked(item[2], waits) for item in longest),
        ),
        _Open(started_at_us=starts_us[:count], ended_at_us=ends_us[:count]),
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


def _open(rows: SessionRows, starts: Longs, ends: Longs) -> _Open:
    return _Open(
        started_at_us=rows.started_at_us[starts],
        ended_at_us=rows.ended_at_us[ends - 1],
    )


def _milliseconds(span: _Open) -> Floats:
    return np.asarray((span.ended_at_us - span.started_at_us) / 1000.0, np.float64)


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


def _latency(durations: Sequence[Floats]) -> Latency | None:
    values = np.concatenate(durations) if durations else np.zeros(0)
    if not len(values):
        return None
    return latency(values.tolist(), "log: transactions of several statements")


def _busy(found: Transactions, span: _Open) -> Transactions:
    """With how many were open at once; the order of the spans is lost."""
    starts, ends = span.started_at_us, span.ended_at_us
    if not len(starts):
        return found
    starts.sort()
    ends.sort()
    # Open when each begins: those begun before it less those ended by then.
    open_counts = np.arange(1, len(starts) + 1)
    open_counts -= np.searchsorted(ends, starts, side="right")
    np.maximum(open_counts, 1, out=open_counts)
    open_counts.sort()
    rank = -(-99 * len(open_counts) // 100)
    whole_us = max(int(ends[-1] - starts[0]), 1)
    minute, busiest = _busiest_minute(starts, ends)
    return replace(
        found,
        busy_peak_count=int(open_counts[-1]),
        busy_p99_count=int(open_counts[rank - 1]),
        busy_mean_count=float((ends - starts).sum()) / whole_us,
        busiest_minute_mean_count=busiest,
        busiest_minute=as_datetime(minute),
    )


def _busiest_minute(starts: Longs, ends: Longs) -> tuple[int, float]:
    """Start of the minute with the most open time, and the mean number open in it.

    Time open up to a moment is the sum over all of what lies before it, so a minute is
    the difference of two such sums. Looked at are minutes in which something begins or
    ends, and those behind them: from there on nothing changes until the next.
    """
    last = int(ends[-1]) // _MINUTE_US
    changes = np.unique(np.concatenate([*map(_minutes, (starts, ends))]))
    first_us = np.unique(np.concatenate((changes, np.minimum(changes + 1, last))))
    first_us *= _MINUTE_US

    def open_time(moments: Longs, at: Longs) -> Floats:
        # Sum over moments before `at` of (at - moment).
        sums = np.concatenate(([0.0], np.cumsum((moments - moments[0]) / 1.0)))
        counts = np.searchsorted(moments, at, side="right")
        return np.asarray(counts * ((at - moments[0]) / 1.0) - sums[counts])

    bounds = np.concatenate((first_us, first_us + _MINUTE_US))
    totals = (open_time(starts, bounds) - open_time(ends, bounds)).reshape(2, -1)
    # The log may begin or end within a minute.
    seen = np.clip(bounds, int(starts[0]), int(ends[-1])).reshape(2, -1)
    minutes = (totals[1] - totals[0]) / np.maximum(seen[1] - seen[0], 1_000_000)
    at = int(np.argmax(minutes))
    return int(first_us[at]), float(minutes[at])


def _minutes(moments: Longs) -> Longs:
    """Numbers of the minutes of sorted moments, most of them once."""
    minutes: Longs = moments // _MINUTE_US
    once: Longs = minutes[np.append(True, minutes[1:] != minutes[:-1])]
    return once
