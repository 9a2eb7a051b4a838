"""What a cache in front of a statement would have done, replayed on the log.

A cache keyed by statement and values answers a read again until its entry is older
than the time to live (TTL). The replay counts, for each TTL, how many of the logged
executions it would have answered, how old those answers would have been, and how many
came after a logged write to a table they read: those may have been stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.domain.execution_columns import ExecutionColumns, Floats, Longs
from analyzer.workload.percentiles import total_ms

TTLS_S = (1, 10, 60, 600)


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
    columns: ExecutionColumns, rows: Longs, writes_us: Longs
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
    bounds = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    groups = list(zip(bounds.tolist(), [*bounds[1:].tolist(), len(keys)], strict=True))
    starts_us, ends_us = starts_us[order], ends_us[order]
    durations_ms = durations_ms[order]
    return tuple(
        _outcome(ttl_s, (starts_us, durations_ms), filled, writes_us)
        for ttl_s in TTLS_S
        if (filled := _filled(starts_us, ends_us, groups, ttl_s * 1_000_000))
        is not None
    )


def _filled(
    starts_us: Longs, ends_us: Longs, groups: Sequence[tuple[int, int]], ttl_us: int
) -> Longs:
    """When the entry that answers each read was filled; 0 for a read that fills it."""
    filled = np.zeros(len(starts_us), np.int64)
    for start, end in groups:
        if end - start == 1:
            continue
        at = start
        while at < end:
            ready_us = int(ends_us[at])
            # Reads that start before the entry is there go to the server as well.
            first = at + int(np.searchsorted(starts_us[at:end], ready_us))
            first = max(first, at + 1)
            last = at + int(
                np.searchsorted(starts_us[at:end], ready_us + ttl_us, side="left")
            )
            filled[first:last] = ready_us
            at = max(last, first)
    return filled


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
