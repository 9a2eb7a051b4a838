"""Durations counted into buckets, so that any spans of time can be added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SLOT = timedelta(minutes=10)
"""Durations are kept by slots that begin at whole multiples of this since 1970, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationSketch:
    """Durations as counts of buckets whose bounds grow by one factor.

    Attributes:
        buckets: numbers of the buckets that are not empty, ascending.
        counts: how many durations each of them holds.
        total_ms: their sum.
        min_ms: the shortest.
        max_ms: the longest.
    """

    buckets: tuple[int, ...]
    counts: tuple[int, ...]
    total_ms: float
    min_ms: float
    max_ms: float

    @property
    def sample_count(self) -> int:
        """How many durations were counted."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchedSpan:
    """What was counted from a moment on, until the next span begins."""

    started_at: datetime
    sketch: DurationSketch


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedWindow:
    """One window of a statement, and what of it lies in the span asked for.

    Attributes:
        calls: of the whole window, by the counters.
        logged_count: executions in the span that the log has.
        logged_in_window: likewise in the whole window.
        logged_from_ms: every call of the window that took at least so long is in the
            log; none where that is not known.
        is_whole: whether the window lies in the span as a whole.
        p50_ms: exact, of the whole window; likewise the next two.
    """

    calls: int
    logged_count: int
    logged_in_window: int
    logged_from_ms: float | None
    is_whole: bool
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


class Relation(StrEnum):
    """How a stated value stands to the true one."""

    EXACT = "exact"
    WITHIN = "within"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """A percentile and what is known of it.

    ``error_ratio`` is the largest relative error where the relation is ``within``;
    ``below`` means that the true value is at most ``value_ms``.
    """

    value_ms: float
    relation: Relation
    error_ratio: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLatency:
    """Percentiles of a statement in any span of time.

    Attributes:
        p50: by nearest rank, of all calls or of the logged ones; likewise the others.
        max_ms: the longest logged.
        sample_count: executions in the log.
        call_count: calls that the percentiles speak of.
        source: what they stand on, for the user.
    """

    p50: Percentile
    p95: Percentile
    p99: Percentile
    max_ms: float
    sample_count: int
    call_count: int
    source: str
