"""Where a long session may be cut in two without anybody noticing."""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import Bools, ExecutionColumns, Longs

MAX_GAP_US = 250_000
"""Executions further apart than this are in no run together (N+1)."""


def last_cut(
    columns: ExecutionColumns, controls: tuple[Bools, Bools], clock_us: int
) -> int:
    """The last row before which executions may be cut, 0 if there is none.

    No transaction may be open there that has begun before, no run of one statement go
    on, and none may begin whose parent is the statement before.

    Args:
        columns: by session and time.
        controls: which statements begin, and which end, a transaction.
        clock_us: what times may be off.
    """
    is_begin, is_end = (which[columns.statement] for which in controls)
    place = np.arange(len(columns))
    control = np.maximum.accumulate(np.where(is_begin | is_end, place, -1))
    before = np.append(-1, control[:-1])
    safe = np.maximum(before, 0)
    is_open = (before >= 0) & is_begin[safe]
    is_open &= columns.session[safe] == columns.session
    local = columns.local_transaction_id
    is_open[1:] |= (local[1:] != 0) & (local[1:] == local[:-1])
    may = ~is_open & _between_runs(columns, ~(is_begin | is_end), MAX_GAP_US + clock_us)
    may[:1] = False
    found = np.flatnonzero(may)
    return int(found[-1]) if len(found) else 0


def _between_runs(columns: ExecutionColumns, is_plain: Bools, max_gap_us: int) -> Bools:
    """Before which rows no run goes on, nor begins right there."""
    place, count = np.arange(len(columns)), len(columns)
    last = np.maximum.accumulate(np.where(is_plain, place, -1))
    before = np.append(-1, last[:-1])
    first = np.minimum.accumulate(np.where(is_plain, place, count)[::-1])[::-1]
    # The next execution, and the one behind it; both must be seen.
    following = np.append(first, [count, count])
    after = following[np.minimum(first, count - 1) + 1]
    is_seen = (first < count) & (after < count)
    at = np.where(is_seen, first, 0), np.where(is_seen, after, 0)
    known = np.maximum(before, 0)
    statement = columns.statement
    differs = (statement[known] != statement[at[0]]) & (
        statement[at[0]] != statement[at[1]]
    )
    gaps_us = _gaps_us(columns, known, at[0])
    found: Bools = is_seen & (differs | (gaps_us > max_gap_us))
    return found


def _gaps_us(columns: ExecutionColumns, one: Longs, other: Longs) -> Longs:
    """From the end of each to the start of the other."""
    duration_us = np.rint(columns.duration_ms[other] * 1000).astype(np.int64)
    gaps: Longs = columns.logged_at_us[other] - duration_us - columns.logged_at_us[one]
    return gaps
