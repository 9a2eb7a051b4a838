"""What a log says about its statements, events, locks, temp files and errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analyzer.domain.execution import Execution, LockWait, LogCoverage, LogEvent
from analyzer.domain.log_activity import (
    Activity,
    Bouncer,
    Checkpoints,
    Connections,
    EventExample,
    TableMaintenance,
    Transactions,
)
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.workload import Latency, StatementRun

Logged = Execution | LockWait | LogEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which part of a log counts; what is empty filters nothing.

    ``since`` is included, ``until`` is not; both are times as log lines show them
    (those of ``%t`` are cut to whole seconds), and a statement writes its line at its
    end. So spans that follow each other have each line once. ``trace_id`` is that of a
    ``traceparent`` in a comment of the statement, 32 hexadecimal digits in lower case.
    """

    since: datetime | None = None
    until: datetime | None = None
    database: str = ""
    user: str = ""
    application: str = ""
    trace_id: str = ""

    def admits(self, item: Logged) -> bool:
        """Whether something logged counts, as far as its text need not be read."""
        return (
            (self.since is None or item.logged_at >= self.since)
            and (self.until is None or item.logged_at < self.until)
            and self.database in ("", item.database)
            and self.user in ("", item.user)
            and self.application in ("", item.application_name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Calls and time of one part of a statement's executions."""

    calls: int
    total_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramBucket:
    """Executions of at most ``le_ms`` and over the bound before; none is no bound."""

    le_ms: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowSample:
    """One of the slowest executions of a statement.

    Without the permission to show parameters ``query`` has no constants.
    """

    logged_at: datetime
    duration_ms: float
    query: str
    process_id: int = 0
    database: str = ""
    user: str = ""
    application_name: str = ""
    remote_host: str = ""
    parse_ms: float = 0.0
    bind_ms: float = 0.0
    has_plan: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempFiles:
    """Temporary files; ``unattached_count`` of them belong to no known statement."""

    count: int = 0
    bytes: int = 0
    max_bytes: int = 0
    unattached_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What other messages of the log belong to one statement."""

    temp_files: TempFiles = field(default_factory=TempFiles)
    lock_wait_count: int = 0
    lock_wait_ms: float = 0.0
    error_count: int = 0
    canceled_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStatement:
    """All logged executions of one fingerprint.

    Attributes:
        query: normalized, without constants.
        queryids: the server's ids that share the fingerprint.
        stddev_ms: of the population, as pg_stat_statements has it.
        latency: exact percentiles by nearest rank.
        parse_total_ms: time of the parse phases, not part of the durations.
        bind_total_ms: likewise the bind phases.
        plan_count: executions whose plan auto_explain logged.
        by: for ``database``, ``user``, ``application`` and ``host`` the share of each.
        by_hour: shares by the hour the executions ended in, UTC.
        samples: the slowest executions, the slowest first.
    """

    fingerprint: Fingerprint
    query: str
    kind: StatementKind
    queryids: tuple[int, ...]
    latency: Latency
    mean_ms: float
    stddev_ms: float
    min_ms: float
    parse_total_ms: float
    bind_total_ms: float
    plan_count: int
    histogram: tuple[HistogramBucket, ...]
    by: Mapping[str, Mapping[str, Share]]
    by_hour: Mapping[datetime, Share]
    first_seen_at: datetime
    last_seen_at: datetime
    samples: tuple[SlowSample, ...]
    attached: Attached = field(default_factory=Attached)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHolder:
    """Who held a lock, and what the log knows of its statement.

    ``query`` was running when the wait was logged if ``was_running``, else it is the
    last one its process had logged before, so that a transaction left open shows what
    it did last. Both are empty where the log has nothing.
    """

    process_id: int
    query: str = ""
    fingerprint: Fingerprint | None = None
    was_running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedLockWait:
    """One wait for a lock, from its first to its last message.

    ``waited_ms`` is what the last message says: all of it if ``acquired``, else at
    least that long.
    """

    started_at: datetime
    process_id: int
    lock_mode: str
    locked_object: str
    waited_ms: float
    acquired: bool
    query: str = ""
    fingerprint: Fingerprint | None = None
    holders: tuple[LockHolder, ...] = ()
    queue_process_ids: tuple[int, ...] = ()
    database: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTreeWait:
    """A wait, and the waits for its process while it lasted.

    ``waited_ms``, ``process_count`` and ``depth`` count this wait and all below it.
    """

    wait: LoggedLockWait
    below: tuple[LockTreeWait, ...]
    waited_ms: float
    process_count: int
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTree:
    """A process that held locks without waiting itself, and all it made wait.

    ``depth`` is 1 where all waited for the holder alone; process 0 is a holder that
    the log does not name.
    """

    holder: LockHolder
    waits: tuple[LockTreeWait, ...]
    started_at: datetime
    waited_ms: float
    process_count: int
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlockMember:
    """One process of a deadlock: what it waited for, and the statement that did.

    ``statements`` are those its transaction had run before, in their order, as far as
    the log has them; ``query`` comes after them.
    """

    process_id: int
    lock_mode: str
    locked_object: str
    blocked_by_process_id: int
    query: str = ""
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlock:
    """A circle of waits that the server broke by cancelling one statement."""

    logged_at: datetime
    canceled_process_id: int
    members: tuple[DeadlockMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """Errors with one SQLSTATE and one message once its values are taken out.

    ``by_statement`` counts those whose statement is known; ``unattached_count`` is
    the rest.
    """

    severity: str
    sqlstate: str
    kind: str
    message: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    by_statement: Mapping[Fingerprint, int] = field(default_factory=dict)
    unattached_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """Everything ``pgproof logs`` tells.

    Attributes:
        files: in time order, with what was not understood.
        statements: the most time first.
        events: messages by kind; each execution, lock wait message and plan is one.
        texts: normalized text of every fingerprint that is named anywhere.
        runs: one statement again and again in a session (N+1).
        findings: what to do about what the log shows, the most time first.
        canceled: statements that were cancelled, in groups as errors are.
        lock_trees: who blocked whom, the most waiting first.
        maintenance: what autovacuum did, the most time first.
        event_examples: each class of messages with its first one.
        severities: messages by their level, executions among LOG.
        bouncer: what PgBouncer's logs say; none if there are none.
        trace: every execution of the trace that was asked for, in time order; none if
            none was.
        first_seen_at: of what counts here; none if nothing does.
    """

    files: tuple[LogCoverage, ...]
    statements: tuple[LoggedStatement, ...]
    events: Mapping[str, int]
    locks: tuple[LoggedLockWait, ...]
    deadlocks: tuple[Deadlock, ...]
    temp_files: TempFiles
    temp_files_by_statement: Mapping[Fingerprint, TempFiles]
    errors: tuple[ErrorGroup, ...]
    runs: tuple[StatementRun, ...]
    texts: Mapping[Fingerprint, str]
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    findings: tuple[LogFinding, ...] = ()
    canceled: tuple[ErrorGroup, ...] = ()
    lock_trees: tuple[LockTree, ...] = ()
    connections: Connections = field(default_factory=Connections)
    transactions: Transactions = field(default_factory=Transactions)
    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    maintenance: tuple[TableMaintenance, ...] = ()
    activity: Activity = field(default_factory=Activity)
    event_examples: tuple[EventExample, ...] = ()
    severities: Mapping[str, int] = field(default_factory=dict)
    bouncer: Bouncer | None = None
    trace: tuple[SlowSample, ...] | None = None

    @property
    def execution_count(self) -> int:
        """Executions of all statements."""
        return sum(item.latency.sample_count for item in self.statements)

    @property
    def total_ms(self) -> float:
        """Time of all statements, in milliseconds."""
        return math.fsum(item.latency.total_ms for item in self.statements)
