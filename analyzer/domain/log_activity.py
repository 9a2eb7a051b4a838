"""What a log says about connections, transactions, checkpoints and maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Connections that were made and ended.

    Attributes:
        received_count: "connection received" messages, with those that were refused.
        authorized_count: "connection authorized" messages.
        session_time: of the sessions that ended, in milliseconds, exact percentiles;
            none without "disconnection" messages.
        short_session_count: ended sessions that lasted less than a second.
        peak_session_count: most sessions open at once; 0 where the log does not tell.
        peak_at: when that was first reached.
        by: for ``database``, ``user``, ``application`` and ``host`` the sessions.
        session_histogram: ended sessions by the least bound that holds them, in
            milliseconds; none is no bound.
    """

    received_count: int = 0
    authorized_count: int = 0
    session_time: Latency | None = None
    short_session_count: int = 0
    peak_session_count: int = 0
    peak_at: datetime | None = None
    by: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    session_histogram: Mapping[float | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleInTransaction:
    """A transaction that did nothing for long while it was open.

    Attributes:
        idle_ms: its longest pause between two statements.
        before: what ran before the pause.
        after: what ran after it.
        has_written: whether a statement before the pause took row locks.
        blocked_ms: what others waited for locks of this process during the pause.
    """

    idle_since: datetime
    idle_ms: float
    transaction_ms: float
    before: Fingerprint
    after: Fingerprint
    has_written: bool
    process_id: int = 0
    database: str = ""
    user: str = ""
    application_name: str = ""
    blocked_count: int = 0
    blocked_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transactions:
    """Transactions of several statements, and how many ran at once.

    Attributes:
        duration: from the start of the first statement to the end of the last.
        idle_ms: time between their statements, all together.
        idle: those with the longest pauses.
        busy_peak_count: most transactions (or single statements) open at once.
        busy_p99_count: how many were open when one began, in 99 of 100 cases at most.
        busy_mean_count: on average, by Little's law: their time by the log's time.
        busiest_minute_mean_count: likewise in the busiest minute.
        busiest_minute: when that was.
    """

    duration: Latency | None = None
    idle_ms: float = 0.0
    idle: tuple[IdleInTransaction, ...] = ()
    busy_peak_count: int = 0
    busy_p99_count: int = 0
    busy_mean_count: float = 0.0
    busiest_minute_mean_count: float = 0.0
    busiest_minute: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCheckpoint:
    """A checkpoint (or restartpoint) that was completed.

    ``numbers`` are the details of its message; ``reason`` is that of the "starting"
    message before it, empty where that was not logged.
    """

    ended_at: datetime
    kind: str
    reason: str
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """All checkpoints, how many started for which reason, and the server's warnings."""

    completed: tuple[LoggedCheckpoint, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    too_frequent_count: int = 0
    shortest_interval_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMaintenance:
    """What autovacuum did to one table (``database.schema.table``)."""

    table: str
    vacuum_count: int = 0
    vacuum_s: float = 0.0
    analyze_count: int = 0
    analyze_s: float = 0.0
    index_scan_count: int = 0
    tuples_removed: int = 0
    pages_removed: int = 0
    tuples_not_removable: int = 0
    canceled_count: int = 0
    wraparound_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouncer:
    """What PgBouncer's log says.

    Attributes:
        stats_count: lines of statistics, each about one period (a minute).
        peak: the largest value of each number of a period, by the number's name.
        mean: their means over all periods.
        logins: by database and user.
        client_closes: ends of client connections by reason.
        server_closes: likewise of connections to the server.
        server_connect_count: connections made to the server.
        pool_waits: clients that got no connection, by reason.
        errors: other errors that clients were told, by text.
        waiting_since: when the mean wait for a connection was at its longest.
    """

    stats_count: int = 0
    peak: Mapping[str, float] = field(default_factory=dict)
    mean: Mapping[str, float] = field(default_factory=dict)
    logins: Mapping[str, int] = field(default_factory=dict)
    client_closes: Mapping[str, int] = field(default_factory=dict)
    server_closes: Mapping[str, int] = field(default_factory=dict)
    server_connect_count: int = 0
    pool_waits: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityStep:
    """One step of time, the start included, in UTC.

    ``read_count`` and ``write_count`` are executions of SELECT, and of INSERT, UPDATE,
    DELETE and MERGE; ``p95_ms`` is of all executions of the step, exact.
    """

    started_at: datetime
    execution_count: int = 0
    read_count: int = 0
    write_count: int = 0
    prepared_count: int = 0
    total_ms: float = 0.0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    error_count: int = 0
    connection_count: int = 0
    temp_bytes: int = 0
    lock_wait_count: int = 0
    checkpoint_buffers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """The log over time, in steps of equal length; empty steps are there as well."""

    step_s: int = 3600
    steps: tuple[ActivityStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventExample:
    """All messages of one class, and the first of them.

    ``message`` has no secrets; ``details`` are the numbers of that message, by the
    keys of pganalyze's collector.
    """

    kind: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    severity: str
    message: str
    sqlstates: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
