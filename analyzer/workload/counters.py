"""Arithmetic of statement counters: sums, differences, and what is left of spread."""

from __future__ import annotations

import math
from collections.abc import Iterable

from analyzer.domain.snapshot import StatementCounters

CUMULATIVE = (
    "calls",
    "rows",
    "plans",
    "total_plan_time_ms",
    "total_exec_time_ms",
    "shared_blks_hit",
    "shared_blks_read",
    "shared_blks_dirtied",
    "shared_blks_written",
    "temp_blks_read",
    "temp_blks_written",
    "shared_blk_read_time_ms",
    "shared_blk_write_time_ms",
    "wal_bytes",
)
"""Counters that only grow, until the entry's life ends."""

_ROUNDING_MS = 1e-6


def fell(earlier: StatementCounters, later: StatementCounters) -> bool:
    """Whether any cumulative counter is smaller than before: a new life."""
    return any(
        getattr(later, name) < getattr(earlier, name) - _ROUNDING_MS
        for name in CUMULATIVE
    )


def difference(
    earlier: StatementCounters, later: StatementCounters
) -> StatementCounters:
    """What was added between two readings of one life of an entry.

    Mean and standard deviation are those of the interval, since ``n·(σ² + µ²)`` is
    additive. The smallest and largest time cannot be had for an interval; those of the
    entry's life are kept, as bounds.
    """
    values = {
        name: getattr(later, name) - getattr(earlier, name) for name in CUMULATIVE
    }
    spread = _squares(later) - _squares(earlier)
    return _with_moments(values, spread, (later,))


def total(parts: Iterable[StatementCounters]) -> StatementCounters:
    """The sum of counters, with the mean and deviation of all calls together."""
    items = tuple(parts)
    values = {name: sum(getattr(item, name) for item in items) for name in CUMULATIVE}
    return _with_moments(values, sum(map(_squares, items)), items)


def _squares(counters: StatementCounters) -> float:
    mean, deviation = counters.mean_exec_time_ms, counters.stddev_exec_time_ms
    return counters.calls * (deviation * deviation + mean * mean)


def _with_moments(
    values: dict[str, float], squares: float, lives: tuple[StatementCounters, ...]
) -> StatementCounters:
    calls = values["calls"]
    mean = values["total_exec_time_ms"] / calls if calls else 0.0
    variance = max(squares / calls - mean * mean, 0.0) if calls else 0.0
    since = [item.stats_since for item in lives if item.stats_since is not None]
    called = [item for item in lives if item.calls]
    return StatementCounters(
        **values,  # type: ignore[arg-type]
        min_exec_time_ms=min((item.min_exec_time_ms for item in called), default=0.0),
        max_exec_time_ms=max((item.max_exec_time_ms for item in lives), default=0.0),
        mean_exec_time_ms=mean,
        stddev_exec_time_ms=math.sqrt(variance),
        stats_since=min(since, default=None),
    )
