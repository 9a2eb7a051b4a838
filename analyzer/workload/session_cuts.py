"""Where a long session may be cut in two without anybody noticing."""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import Bools, ExecutionColumns, Longs
from analyzer.workload.loops import MAX_BODY, spanned

MAX_GAP_US = 250_000
"""Executions further apart than this are in no run together (N+1)."""


def last_cut(
    columns: ExecutionColumns,
    controls: tuple[Bools, Bools],
    clock_us: int,
    *,
    through_loops: bool = False,
) -> int:
    """The last row before which executions may be cut, 0 if there is none.

    No transaction may be open there that has begun before, no run of one statement go
    on, and none may begin whose parent is the statement before; nor may a loop of
    several statements go on or begin there.

    Args:
        columns: by session and time.
        controls: which statements begin, and which end, a transaction.
        clock_us: what times may be off.
        through_loops: cut a loop of several statements, which then counts as two.
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
    is_plain, max_gap_us = ~(is_begin | is_end), MAX_GAP_US + clock_us
    may = ~is_open & _between_runs(columns, is_plain, max_gap_us)
    may[:1] = False
    if not through_loops:
        may &= _between_loops(columns, is_plain, max_gap_us)
    found = np.flatnonzero(may)
    return int(found[-1]) if len(found) else 0


def _between_loops(
    columns: ExecutionColumns, is_plain: Bools, max_gap_us: int
) -> Bools:
    """Before which rows no loop of several statements goes on, nor begins there."""
    places = np.flatnonzero(is_plain)
    session = columns.session[places]
    gaps_us = np.zeros(len(places), np.int64)
    gaps_us[1:] = _gaps_us(columns, places[:-1], places[1:])
    joined = gaps_us <= max_gap_us
    joined[1:] &= session[1:] == session[:-1]
    within = np.append(spanned(columns.statement[places], joined), [False, False])
    # The first execution from each row on, and the one behind it.
    following = np.searchsorted(places, np.arange(len(columns)))
    goes_on = within[np.minimum(following, len(places))]
    begins = within[np.minimum(following + 1, len(places) + 1)]
    is_pause = np.append(~joined, True)[np.minimum(following, len(places))]
    # What would return to these rows must be seen.
    is_seen = following + MAX_BODY < len(places)
    return np.asarray(is_seen & ~goes_on & (~begins | is_pause), np.bool_)


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
