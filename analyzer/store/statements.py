"""Read models of statements: ranked lists, one statement, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from analyzer.domain.statement import Fingerprint
from analyzer.store.database import Store


class StatementSort(StrEnum):
    """What a list of statements may be ordered by."""

    TOTAL_TIME = "total_time"
    CALLS = "calls"
    MEAN_TIME = "mean_time"
    ROWS = "rows"
    BLOCKS_READ = "blocks_read"
    P95 = "p95"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """Which statements to list; a span without bounds is all that is kept.

    A window belongs to the moment it ended: after ``started_at``, and not after
    ``ended_at``.
    """

    target_id: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sort: StatementSort = StatementSort.TOTAL_TIME
    descending: bool = True
    search: str = ""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One line of the list, summed over the span.

    ``exec_time_ratio`` is of all statements in the span, 0 to 1. Percentiles are of
    the window with the worst p95, none where no log was read; ``latency_source``
    says what they stand on. ``sparkline_ms`` is execution time per window, oldest
    first, the last 30 windows. ``query`` is cut to 300 characters.
    """

    fingerprint: Fingerprint
    query: str
    kind: str
    calls: int
    rows: int
    total_exec_time_ms: float
    mean_exec_time_ms: float
    exec_time_ratio: float
    shared_blks_hit: int
    shared_blks_read: int
    temp_blks_written: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    latency_source: str
    certainty: str
    open_recommendation_count: int
    sparkline_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """One page of the list, and the totals of the whole span."""

    rows: tuple[StatementRow, ...]
    total_count: int
    total_calls: int
    total_exec_time_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecord:
    """One statement of a target with its sums since the first window kept.

    One that was only submitted has no window: no times, and counters of zero.
    ``truncated`` tells that the text was too long to be kept whole.
    """

    fingerprint: Fingerprint
    normalized_query: str
    kind: str
    truncated: bool
    queryids: tuple[int, ...]
    databases: tuple[str, ...]
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    calls: int
    rows: int
    total_exec_time_ms: float
    mean_exec_time_ms: float
    min_exec_time_ms: float
    max_exec_time_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """One window of a statement's history."""

    started_at: datetime
    ended_at: datetime
    calls: int
    rows: int
    total_exec_time_ms: float
    mean_exec_time_ms: float
    shared_blks_hit: int
    shared_blks_read: int
    temp_blks_written: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    latency_sample_count: int | None
    latency_source: str
    certainty: str


def top_statements(store: Store, query: StatementQuery) -> StatementPage:
    """Statements of a target in a span, ranked, one page of them."""
    whole_from, whole_until = whole_days(query.started_at, query.ended_at)
    rows = store.all(
        _Ranked,
        "statement_top",
        target_id=query.target_id,
        started_at=query.started_at,
        ended_at=query.ended_at,
        whole_from=whole_from,
        whole_until=whole_until,
        sort=query.sort.value,
        descending=query.descending,
        search=query.search.strip(),
        limit=query.limit,
        offset=query.offset,
    )
    if not rows:
        return StatementPage(
            rows=(), total_count=0, total_calls=0, total_exec_time_ms=0.0
        )
    return StatementPage(
        rows=tuple(row.shown for row in rows),
        total_count=rows[0].total_count,
        total_calls=rows[0].total_calls,
        total_exec_time_ms=rows[0].span_exec_time_ms,
    )


def whole_days(
    started_at: datetime | None, ended_at: datetime | None
) -> tuple[date, date]:
    """The days (UTC) that lie in a span as a whole: the first, and the one after them.

    The first instant of a day is part of it, and of a span only if it is not where the
    span starts. Where no day is whole, both are the same.

    >>> morning = datetime(2026, 3, 1, 7, tzinfo=UTC)
    >>> whole_days(morning, morning + timedelta(days=3))
    (datetime.date(2026, 3, 2), datetime.date(2026, 3, 4))
    """
    first, after = date.min, date.max
    if started_at is not None:
        first = started_at.astimezone(UTC).date() + timedelta(days=1)
    if ended_at is not None:
        after = ended_at.astimezone(UTC).date()
    return first, max(first, after)


class _Ranked:
    def __init__(
        self,
        *,
        total_count: int,
        total_calls: int,
        span_exec_time_ms: float,
        sparkline_ms: Sequence[float],
        **columns: Any,
    ) -> None:
        self.total_count = total_count
        self.total_calls = total_calls
        self.span_exec_time_ms = span_exec_time_ms
        self.shown = StatementRow(sparkline_ms=tuple(sparkline_ms), **columns)


def statement(store: Store, target_id: int, fingerprint: str) -> StatementRecord | None:
    """One statement of a target, or none where it was never seen there."""
    return store.one(
        StatementRecord, "statement_get", target_id=target_id, fingerprint=fingerprint
    )


def statement_history(
    store: Store,
    target_id: int,
    fingerprint: str,
    *,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> tuple[HistoryPoint, ...]:
    """The windows of a statement, oldest first, at most the last 1,000."""
    return store.all(
        HistoryPoint,
        "statement_history",
        target_id=target_id,
        fingerprint=fingerprint,
        started_at=started_at,
        ended_at=ended_at,
    )


def known_queries(store: Store, target_id: int) -> dict[int, str]:
    """Normalized text by queryid, of all statements already stored for a target.

    A collector asks the server for texts of the others only.
    """
    found = store.all(_Known, "statement_known", target_id=target_id)
    return {item.queryid: item.normalized_query for item in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    queryid: int
    normalized_query: str
