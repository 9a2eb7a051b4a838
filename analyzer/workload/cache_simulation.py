"""What a cache in front of a statement would have done, replayed on the log.

A cache keyed by statement and values answers a read again until its entry is older
than the time to live (TTL). The replay counts, for each TTL, how many of the logged
executions it would have answered, how old those answers would have been, and how many
came after a logged write to a table they read: those may have been stale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Floats,
    Ints,
    Longs,
)
from analyzer.domain.pages import is_long, part_rows, release
from analyzer.domain.row_store import (
    RowStore,
    Table,
    in_parts,
    parted,
    sorted_table,
)
from analyzer.native.groups import grouped
from analyzer.workload.cache_replay import HITS, CacheReplays

TTLS_S = (1, 10, 60, 600)
_READS = dict.fromkeys(("starts_us", "ends_us", "values_hash"), np.int64)
_MIX = 0x2545F4914F6CDD1D
"""Makes one hash of the values and the number of a statement."""

_FIRSTS = {"statement": np.int32, "values_hash": np.int64, "duration_us": np.int64}


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


def repeated(columns: ExecutionColumns, chosen: Bools) -> tuple[Longs, Longs]:
    """Executions of each statement, and the time of those that ask again.

    These are all but the first with their values; the time is in microseconds.

    Args:
        columns: all executions.
        chosen: the statements to look at; of others both are 0.
    """
    width = len(chosen)
    counts, time_us = np.zeros((2, width), np.int64)
    firsts = RowStore(_FIRSTS)
    for part in columns.windows():
        rows = np.flatnonzero(chosen[part.statement])
        found: dict[str, Longs | Ints] = {
            "statement": part.statement[rows],
            "values_hash": part.values_hash[rows],
            "duration_us": _microseconds(part.duration_ms[rows]),
        }
        counts += np.bincount(found["statement"], minlength=width)
        time_us += _summed(found, width)
        first = _first_of_each(found)
        if not is_long(len(columns)):
            # All of them were looked at together.
            return counts, time_us - _summed(first, width)
        firsts.append(first)
    for group in _by_values(firsts.table()):
        time_us -= _summed(_first_of_each(group), width)
    return counts, time_us


def _by_values(rows: Table) -> Iterable[Table]:
    """Rows in parts; those of equal values are together."""
    count = len(rows["values_hash"])
    if not is_long(count):
        return [rows]
    part_count = 2 * count // part_rows()
    return parted(rows, lambda part: part["values_hash"] % part_count, part_count)


def _first_of_each(rows: Table) -> Table:
    """The first row of each statement with each of the values."""
    keys = rows["values_hash"] ^ rows["statement"] * np.int64(_MIX)
    first, _ = grouped(keys)
    return {name: values[first] for name, values in rows.items()}


def _summed(rows: Table, width: int) -> Longs:
    found = np.bincount(rows["statement"], rows["duration_us"], width)
    return found.astype(np.int64)


def _microseconds(durations_ms: Floats) -> Longs:
    return np.rint(durations_ms * 1000).astype(np.int64)


def reads_of(columns: ExecutionColumns, statement: int) -> Table:
    """The executions of one statement, as :func:`simulate` wants them."""
    if not is_long(len(columns)):
        # To keep few rows elsewhere takes longer than to find them.
        return sorted_table(_reads_of(columns, statement), itemgetter("starts_us"))
    store = RowStore(_READS)
    for part in columns.windows():
        store.append(_reads_of(part, statement))
    store.sort(itemgetter("starts_us"))
    return store.table()


def _reads_of(columns: ExecutionColumns, statement: int) -> Table:
    rows = np.flatnonzero(columns.statement == statement)
    ends_us = columns.logged_at_us[rows]
    return {
        "starts_us": ends_us - _microseconds(columns.duration_ms[rows]),
        "ends_us": ends_us,
        "values_hash": columns.values_hash[rows],
    }


def simulate(reads: Table, writes_us: Longs) -> tuple[CacheOutcome, ...]:
    """The replay for each of ``TTLS_S``.

    Args:
        reads: executions of one statement, in the order they started.
        writes_us: ends of logged writes to the tables it reads, ascending.
    """
    replays = CacheReplays([ttl_s * 1_000_000 for ttl_s in TTLS_S])
    for part in in_parts(reads):
        replays.add(part, writes_us)
        release(writes_us)
    count = len(reads["starts_us"])
    return tuple(
        _outcome(ttl_s, count, sums)
        for ttl_s, sums in zip(TTLS_S, replays.sums, strict=True)
    )


def _outcome(ttl_s: int, read_count: int, sums: Longs) -> CacheOutcome:
    hit_count, stale_count, saved_us, ages_us, oldest_us = sums[HITS // 8 :].tolist()
    return CacheOutcome(
        ttl_s=ttl_s,
        hit_count=hit_count,
        hit_ratio=hit_count / read_count,
        saved_ms=saved_us / 1000,
        stale_count=stale_count,
        oldest_s=oldest_us / 1e6,
        mean_age_s=ages_us / hit_count / 1e6 if hit_count else 0.0,
    )
