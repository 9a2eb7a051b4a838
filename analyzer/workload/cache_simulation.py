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
    # In a function of its own: of many reads the arrays in between are large.
    reads, durations_ms = _reads(columns, rows)
    return tuple(
        _outcome(
            ttl_s,
            (reads.starts_us, durations_ms),
            _filled(reads, ttl_s * 1_000_000),
            writes_us,
        )
        for ttl_s in TTLS_S
    )


def _reads(columns: ExecutionColumns, rows: Ints | Longs) -> tuple[_Reads, Floats]:
    ends_us, starts_us = _times(columns, rows)
    order = np.lexsort((starts_us, columns.values_hash[rows]))
    keys = columns.values_hash[rows][order]
    is_first = np.append(True, keys[1:] != keys[:-1])
    reads = _Reads(starts_us[order], ends_us[order], is_first)
    return reads, columns.duration_ms[rows][order]


def hit_ratio_at_most(columns: ExecutionColumns, rows: Ints | Longs) -> float:
    """What no cache of ``TTLS_S`` exceeds; takes a fraction of the replay.

    A hit's entry is of a read with the same values that ended at most a TTL before,
    so the last of them before the hit started at most that and its duration before.
    """
    ends_us, starts_us = _times(columns, rows)
    values = columns.values_hash[rows]
    longest_us = int((ends_us - starts_us).max())
    order = np.lexsort((starts_us, values))
    values, starts_us = values[order], starts_us[order]
    limit_us = max(TTLS_S) * 1_000_000 + longest_us
    is_near = (np.diff(starts_us) <= limit_us) & (values[1:] == values[:-1])
    return int(is_near.sum()) / len(rows)


def _times(columns: ExecutionColumns, rows: Ints | Longs) -> tuple[Longs, Longs]:
    """Ends and starts of executions."""
    ends_us = columns.logged_at_us[rows]
    duration_us = np.rint(columns.duration_ms[rows] * 1000).astype(np.int64)
    return ends_us, ends_us - duration_us


class _Reads:
    """Reads of one statement, those of equal values together.

    Attributes:
        starts_us: ascending for equal values.
        ends_us: of each.
        is_first: the first read with each of the values.
        group: number of the values of each.
    """

    def __init__(self, starts_us: Longs, ends_us: Longs, is_first: Bools) -> None:
        self.starts_us, self.ends_us, self.is_first = starts_us, ends_us, is_first
        self.group: Longs = np.cumsum(is_first) - 1
        # One ascending key for all groups, so that one search serves all reads.
        self._times_us = np.sort(starts_us)
        self._keys = self._key(starts_us)

    def _key(self, moments_us: Longs) -> Longs:
        """Group, then the number of reads that start before a moment."""
        keys: Longs = np.searchsorted(self._times_us, moments_us)
        keys += self.group * (len(self.group) + 1)
        return keys

    def following(self, until_us: Longs) -> Longs:
        """The next read of each group that starts when an entry is not used any more.

        Where there is none it is a place behind the group.
        """
        found: Longs = np.searchsorted(self._keys, self._key(until_us))
        return np.maximum(found, np.arange(1, len(found) + 1), out=found)


def _filled(reads: _Reads, ttl_us: int) -> Longs:
    """When the entry that answers each read was filled; 0 for a read that fills it.

    Args:
        reads: of one statement.
        ttl_us: age at which an entry is not used any more.
    """
    starts_us, ends_us = reads.starts_us, reads.ends_us
    fills = _fills(reads, ends_us + ttl_us)
    place = np.arange(len(starts_us))
    ready_us = ends_us[np.maximum.accumulate(np.where(fills, place, 0))]
    # Reads that start before the entry is there go to the server as well.
    return np.where(~fills & (starts_us >= ready_us), ready_us, 0)


def _fills(reads: _Reads, until_us: Longs) -> Bools:
    """Which reads fill an entry: the first, and each that finds it too old."""
    is_first = reads.is_first
    following = reads.following(until_us)
    ends = np.append(np.flatnonzero(is_first)[1:], len(is_first))[reads.group]
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
