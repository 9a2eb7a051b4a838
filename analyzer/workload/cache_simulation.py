"""What a cache in front of a statement would have done, replayed on the log.

A cache keyed by statement and values answers a read again until its entry is older
than the time to live (TTL). The replay counts, for each TTL, how many of the logged
executions it would have answered, how old those answers would have been, and how many
came after a logged write to a table they read: those may have been stale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Floats,
    Ints,
    Longs,
)
from analyzer.workload.percentiles import total_ms

TTLS_S = (1, 10, 60, 600)
_FEW = 16
"""So few values left are followed one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOutcome:
    """The replay for one TTL.

    Attributes:
        hit_count: executions the cache would have answered.
        hit_ratio: their share of all executions of the statement, 0 to 1.
        saved_ms: their time.
        stale_count: hits after a write to a table that the statement reads, logged
            since the entry was filled; at most so many were stale.
        oldest_s: age of the oldest answer.
        mean_age_s: mean age of the answers.
    """

    ttl_s: int
    hit_count: int
    hit_ratio: float
    saved_ms: float
    stale_count: int
    oldest_s: float
    mean_age_s: float


def simulate(
    columns: ExecutionColumns, rows: Ints | Longs, writes_us: Longs
) -> tuple[CacheOutcome, ...]:
    """The replay for each of ``TTLS_S``.

    Args:
        columns: all executions.
        rows: those of one statement.
        writes_us: ends of logged writes to the tables it reads, ascending.
    """
    durations_ms = columns.duration_ms[rows]
    ends_us = columns.logged_at_us[rows]
    starts_us = ends_us - np.rint(durations_ms * 1000).astype(np.int64)
    order = np.lexsort((starts_us, columns.values_hash[rows]))
    keys = columns.values_hash[rows][order]
    is_first = np.append(True, keys[1:] != keys[:-1])
    starts_us, ends_us = starts_us[order], ends_us[order]
    durations_ms = durations_ms[order]
    return tuple(
        _outcome(
            ttl_s,
            (starts_us, durations_ms),
            _filled(starts_us, ends_us, is_first, ttl_s * 1_000_000),
            writes_us,
        )
        for ttl_s in TTLS_S
    )


def _filled(starts_us: Longs, ends_us: Longs, is_first: Bools, ttl_us: int) -> Longs:
    """When the entry that answers each read was filled; 0 for a read that fills it.

    Args:
        starts_us: of the reads, ascending for equal values.
        ends_us: of the reads.
        is_first: the first read with each of the values.
        ttl_us: age at which an entry is not used any more.
    """
    fills = _fills(starts_us, ends_us + ttl_us, is_first)
    place = np.arange(len(starts_us))
    ready_us = ends_us[np.maximum.accumulate(np.where(fills, place, 0))]
    # Reads that start before the entry is there go to the server as well.
    return np.where(~fills & (starts_us >= ready_us), ready_us, 0)


def _fills(starts_us: Longs, until_us: Longs, is_first: Bools) -> Bools:
    """Which reads fill an entry: the first, and each that finds it too old."""
    group = np.cumsum(is_first) - 1
    following = _following(starts_us, until_us, group)
    ends = np.append(np.flatnonzero(is_first)[1:], len(starts_us))[group]
    fills = is_first.copy()
    at = np.flatnonzero(is_first)
    while len(at) > _FEW:
        after = following[at]
        at = after[after < ends[at]]
        fills[at] = True
    if len(at):
        nexts, limits = following.tolist(), ends.tolist()
        for start in at.tolist():
            after = nexts[start]
            while after < limits[start]:
                fills[after] = True
                after = nexts[after]
    return fills


def _following(starts_us: Longs, until_us: Longs, group: Longs) -> Longs:
    """The next read of each group that starts when an entry is not used any more."""
    # One ascending key for all groups, so that one search serves all reads.
    times = np.concatenate((starts_us, until_us))
    times.sort()
    starts = np.searchsorted(times, starts_us)
    until = np.searchsorted(times, until_us)
    base = group * len(times)
    del times
    starts += base
    until += base
    del base
    following: Longs = np.searchsorted(starts, until)
    return np.maximum(following, np.arange(1, len(starts) + 1), out=following)


def _outcome(
    ttl_s: int, reads: tuple[Longs, Floats], filled: Longs, writes_us: Longs
) -> CacheOutcome:
    starts_us, durations_ms = reads
    hits = filled > 0
    count = int(hits.sum())
    ages_us = starts_us[hits] - filled[hits]
    written = np.searchsorted(writes_us, starts_us[hits], side="right")
    stale = written > np.searchsorted(writes_us, filled[hits], side="right")
    return CacheOutcome(
        ttl_s=ttl_s,
        hit_count=count,
        hit_ratio=count / len(filled),
        saved_ms=total_ms(durations_ms[hits]),
        stale_count=int(stale.sum()),
        oldest_s=int(ages_us.max()) / 1e6 if count else 0.0,
        mean_age_s=int(ages_us.sum()) / count / 1e6 if count else 0.0,
    )
