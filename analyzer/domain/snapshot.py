"""pg_stat_statements at one moment, and the difference of two moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StatementKey:
    """The key of pg_stat_statements. ``queryid`` is signed 64 bit."""

    dbid: int
    userid: int
    queryid: int
    toplevel: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCounters:
    """Cumulative counters of one entry; times in milliseconds, blocks of block_size.

    ``stats_since`` exists from PostgreSQL 17 on. A column the server does not have is
    zero, and its name stands in ``Snapshot.missing_columns``.
    """

    calls: int = 0
    rows: int = 0
    plans: int = 0
    total_plan_time_ms: float = 0.0
    total_exec_time_ms: float = 0.0
    min_exec_time_ms: float = 0.0
    max_exec_time_ms: float = 0.0
    mean_exec_time_ms: float = 0.0
    stddev_exec_time_ms: float = 0.0
    shared_blks_hit: int = 0
    shared_blks_read: int = 0
    shared_blks_dirtied: int = 0
    shared_blks_written: int = 0
    temp_blks_read: int = 0
    temp_blks_written: int = 0
    shared_blk_read_time_ms: float = 0.0
    shared_blk_write_time_ms: float = 0.0
    wal_bytes: int = 0
    stats_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """pg_stat_statements of one server at one moment.

    Attributes:
        server_id: the cluster's system identifier, as text.
        taken_at: server time of the reading.
        server_version_num: for example 180006.
        stats_reset_at: when all counters were last reset (14+).
        dealloc: evictions since the reset (14+).
        counters: one entry per key.
        query_texts: normalized text by queryid; absent where it could not be read.
        database_names: name by dbid.
        user_names: role name by userid.
        missing_columns: counters this version does not have.
        own_exec_time_ms: execution time of our own statements, which are left out.
    """

    server_id: str
    taken_at: datetime
    server_version_num: int
    stats_reset_at: datetime | None = None
    dealloc: int | None = None
    counters: Mapping[StatementKey, StatementCounters] = field(default_factory=dict)
    query_texts: Mapping[int, str] = field(default_factory=dict)
    database_names: Mapping[int, str] = field(default_factory=dict)
    user_names: Mapping[int, str] = field(default_factory=dict)
    missing_columns: tuple[str, ...] = ()
    own_exec_time_ms: float = 0.0


class DeltaCertainty(StrEnum):
    """How sure a difference of counters is."""

    EXACT = "exact"
    NEW_LIFE = "new life"
    POSSIBLY_EVICTED = "possibly evicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDelta:
    """What one entry added between two snapshots, and how sure that is."""

    key: StatementKey
    counters: StatementCounters
    certainty: DeltaCertainty


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDelta:
    """All differences between two snapshots.

    ``evicted_count`` is the growth of ``dealloc`` (none where unknown);
    ``lost_keys`` are entries of the earlier snapshot that are gone;
    ``unknown_start_count`` counts entries that are older than the earlier snapshot but
    were not in it, so that what they added cannot be told.
    """

    started_at: datetime
    ended_at: datetime
    deltas: tuple[StatementDelta, ...]
    reset_between: bool = False
    evicted_count: int | None = None
    lost_keys: tuple[StatementKey, ...] = ()
    unknown_start_count: int = 0
