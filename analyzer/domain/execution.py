"""What a log tells: executions, lock waits, events, and how much was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analyzer.domain.statement import NO_FINGERPRINT, Fingerprint

OWN_APPLICATION = "pgproof"
"""``application_name`` of our own connections, whose executions are nobody's load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One logged run of a statement.

    Attributes:
        logged_at: time of the log line (the end of the run), aware, UTC.
        duration_ms: as logged, execution only (parse and bind phases are apart).
        query: the text as logged.
        parameters: values bound to ``$1``, ``$2`` … as text, None for NULL.
        session_id: ``%c``, else made of the process id and the session's start.
        process_id: of the backend, 0 where the log does not say.
        virtual_transaction_id: ``%v``, empty where unknown.
        queryid: the server's, 0 where unknown.
        fingerprint: ours; empty until the statement is parsed.
        plan: EXPLAIN tree in JSON form that auto_explain logged for this run.
        plan_text: the same in text form, where auto_explain wrote text.
        parse_duration_ms: time of the parse phase logged just before, if any.
        bind_duration_ms: likewise the bind phase.
        values_hash: of the parameters, else of the constants in the text, where these
            were not kept; 0 where they were.
    """

    logged_at: datetime
    duration_ms: float
    query: str
    parameters: tuple[str | None, ...] = ()
    session_id: str = ""
    process_id: int = 0
    virtual_transaction_id: str = ""
    transaction_id: int = 0
    database: str = ""
    user: str = ""
    application_name: str = ""
    remote_host: str = ""
    queryid: int = 0
    fingerprint: Fingerprint = NO_FINGERPRINT
    plan: Mapping[str, Any] | None = None
    plan_text: str = ""
    parse_duration_ms: float = 0.0
    bind_duration_ms: float = 0.0
    values_hash: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWait:
    """One "still waiting" or "acquired" message of log_lock_waits."""

    logged_at: datetime
    process_id: int
    lock_mode: str
    locked_object: str
    waited_ms: float
    acquired: bool
    query: str = ""
    holder_process_ids: tuple[int, ...] = ()
    queue_process_ids: tuple[int, ...] = ()
    session_id: str = ""
    database: str = ""
    user: str = ""
    application_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Any other message, kept for counting.

    Attributes:
        details: its numbers, by the keys of pganalyze's collector, where they are
            summed up or it is the first of its class; likewise the next two.
        table: ``database.schema.table`` of a message of autovacuum.
        shown_message: the message without secrets.
    """

    logged_at: datetime
    severity: str
    sqlstate: str
    message: str
    kind: str = "other"
    process_id: int = 0
    query: str = ""
    database: str = ""
    user: str = ""
    application_name: str = ""
    session_id: str = ""
    detail: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    table: str = ""
    shown_message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCoverage:
    """How much of the input was understood; nothing is dropped silently.

    ``examples`` holds the first few lines not understood, redacted and cut.
    ``truncated_tail`` is set where the last record was cut off. ``line_prefix`` is the
    one that was given or found (plain format). ``unknown_zones`` are abbreviations
    of time zones that were taken as UTC. ``message_count`` counts what was understood,
    each message with its companion lines once. ``span`` is the time of the first and of
    the last message by their times, whether they were asked for or not.
    """

    file: str
    format: str
    line_count: int
    bytes_read: int
    not_understood_count: int = 0
    examples: tuple[str, ...] = ()
    truncated_tail: bool = False
    plans_unattached_count: int = 0
    line_prefix: str = ""
    unknown_zones: tuple[str, ...] = ()
    message_count: int = 0
    span: tuple[datetime, datetime] | None = None

    @property
    def not_understood_ratio(self) -> float:
        """Share of lines that fit no known shape, 0 to 1."""
        return self.not_understood_count / self.line_count if self.line_count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContents:
    """Everything read from one or several log files, in time order.

    A reader gives ``executions`` and ``events`` as columns, see
    ``domain.execution_columns`` and ``domain.event_columns``.
    """

    executions: Sequence[Execution] = ()
    lock_waits: tuple[LockWait, ...] = ()
    events: Sequence[LogEvent] = ()
    coverage: tuple[LogCoverage, ...] = ()
