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
from analyzer.domain.row_store import RowStore, Table, in_parts, parted
from analyzer.workload.session_rows import together

TTLS_S = (1, 10, 60, 600)
_READS = dict.fromkeys(("starts_us", "ends_us", "values_hash", "duration_us"), np.int64)
_FIRSTS = {"statement": np.int32, "values_hash": np.int64, "duration_us": np.int64}
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
        firsts.append(_first_of_each(found))
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
    order = np.lexsort((rows["values_hash"], rows["statement"]))
    same = together(rows["statement"][order], rows["values_hash"][order])
    return {name: values[order[~same]] for name, values in rows.items()}


def _summed(rows: Table, width: int) -> Longs:
    found = np.bincount(rows["statement"], rows["duration_us"], width)
    return found.astype(np.int64)


def _microseconds(durations_ms: Floats) -> Longs:
    return np.rint(durations_ms * 1000).astype(np.int64)


def reads_of(columns: ExecutionColumns, statement: int) -> Table:
    """The executions of one statement, as :func:`simulate` wants them."""
    store = RowStore(_READS)
    for part in columns.windows():
        rows = np.flatnonzero(part.statement == statement)
        ends_us = part.logged_at_us[rows]
        duration_us = _microseconds(part.duration_ms[rows])
        store.append(
            {
                "starts_us": ends_us - duration_us,
                "ends_us": ends_us,
                "values_hash": part.values_hash[rows],
                "duration_us": duration_us,
            }
        )
    store.sort(itemgetter("starts_us"))
    return store.table()


def simulate(reads: Table, writes_us: Longs) -> tuple[CacheOutcome, ...]:
    """The replay for each of ``TTLS_S``.

    Args:
        reads: executions of one statement, in the order they started.
        writes_us: ends of logged writes to the tables it reads, ascending.
    """
    replays = [_Replay(ttl_s) for ttl_s in TTLS_S]
    for part in in_parts(reads):
        # As long as nothing is cached it is the same for all.
        alone = _Reads(part)
        for replay in replays:
            replay.add(part, alone, writes_us)
        release(writes_us)
    count = len(reads["starts_us"])
    return tuple(replay.outcome(count) for replay in replays)


def hit_ratio_at_most(reads: Table) -> float:
    """What no cache of ``TTLS_S`` exceeds; takes a fraction of the replay.

    A hit's entry is of a read with the same values that ended at most a TTL before,
    so the last of them before the hit started at most that and its duration before.
    """
    if is_long(len(reads["starts_us"])):
        return 1.0  # not worth to be found out in parts
    order = np.argsort(reads["values_hash"], kind="stable")
    starts_us, values = reads["starts_us"][order], reads["values_hash"][order]
    limit_us = max(TTLS_S) * 1_000_000 + int(reads["duration_us"].max())
    is_near = (np.diff(starts_us) <= limit_us) & (values[1:] == values[:-1])
    return int(is_near.sum()) / len(order)


class _Replay:
    """The replay for one TTL, over one part of the reads after another."""

    def __init__(self, ttl_s: int) -> None:
        self._ttl_s = ttl_s
        self._entries: Table = {}
        self._hit_count = self._stale_count = 0
        self._saved_us = self._oldest_us = self._ages_us = 0

    def add(self, part: Table, alone: _Reads, writes_us: Longs) -> None:
        """Go on.

        Args:
            part: the next reads.
            alone: they without what is cached.
            writes_us: all of them.
        """
        reads = alone
        if self._entries:
            # What is cached was read before: it comes first of its values.
            both = {n: np.concatenate((self._entries[n], part[n])) for n in part}
            reads = _Reads(both)
        ttl_us = self._ttl_s * 1_000_000
        fills = _fills(reads, reads.ends_us + ttl_us)
        place = np.arange(len(fills))
        last = np.maximum.accumulate(np.where(fills, place, 0))
        ready_us = reads.ends_us[last]
        # Reads that start before the entry is there go to the server as well.
        hits = ~fills & (reads.starts_us >= ready_us)
        self._count(reads, hits, ready_us[hits], writes_us)
        fills_last = last[np.append(reads.is_first[1:], True)]
        until_us = reads.ends_us[fills_last] + ttl_us
        kept = reads.order[fills_last[until_us > part["starts_us"][-1]]]
        whole = both if self._entries else part
        self._entries = {name: values[kept] for name, values in whole.items()}

    def _count(
        self, reads: _Reads, hits: Bools, filled_us: Longs, writes_us: Longs
    ) -> None:
        starts_us = reads.starts_us[hits]
        ages_us = starts_us - filled_us
        self._hit_count += len(ages_us)
        self._saved_us += int(reads.duration_us[hits].sum())
        self._ages_us += int(ages_us.sum())
        self._oldest_us = max(self._oldest_us, int(ages_us.max(initial=0)))
        written = np.searchsorted(writes_us, starts_us, side="right")
        stale = written > np.searchsorted(writes_us, filled_us, side="right")
        self._stale_count += int(stale.sum())

    def outcome(self, read_count: int) -> CacheOutcome:
        """What came out, of so many reads."""
        hit_count = self._hit_count
        return CacheOutcome(
            ttl_s=self._ttl_s,
            hit_count=hit_count,
            hit_ratio=hit_count / read_count,
            saved_ms=self._saved_us / 1000,
            stale_count=self._stale_count,
            oldest_s=self._oldest_us / 1e6,
            mean_age_s=self._ages_us / hit_count / 1e6 if hit_count else 0.0,
        )


class _Reads:
    """Reads of one statement, those of equal values together.

    Attributes:
        order: their places in the table.
        starts_us: ascending for equal values.
        ends_us: of each.
        duration_us: of each.
        is_first: the first read with each of the values.
        group: number of the values of each.
    """

    def __init__(self, table: Table) -> None:
        """Take reads, those of equal values in the order they started."""
        values = table["values_hash"]
        self.order: Longs = np.argsort(values, kind="stable")
        self.starts_us: Longs = table["starts_us"][self.order]
        self.ends_us: Longs = table["ends_us"][self.order]
        self.duration_us: Longs = table["duration_us"][self.order]
        self.is_first: Bools = ~together(values[self.order])
        self.group: Longs = np.cumsum(self.is_first) - 1
        # One ascending key for all groups, so that one search serves all reads.
        self._times_us = np.sort(self.starts_us)
        self._keys = self._key(self.starts_us)

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
