"""Logged durations by slots of time: written with a scan, read for any span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from analyzer.domain.durations import (
    SLOT,
    DurationSketch,
    LoggedWindow,
    SketchedSpan,
    SpanLatency,
)
from analyzer.domain.workload import WorkloadItem
from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import execute, execute_many
from analyzer.store.database import Store, load
from analyzer.workload.duration_sketch import merged
from analyzer.workload.span_latency import span_latency

MAX_DAYS = 400
"""Days of one scan whose durations are kept, the latest ones: each is a partition."""

STEPS = tuple(
    timedelta(minutes=minutes)
    for minutes in (10, 30, 60, 240, 1_440, 7 * 1_440, 30 * 1_440, 365 * 1_440)
)
MAX_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationQuery:
    """Whose durations to read; a span without bounds is all that is kept.

    A slot of time belongs to the span in which it began.
    """

    target_id: int
    fingerprint: str
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyStep:
    """Percentiles of the logged executions of one step of time."""

    started_at: datetime
    latency: SpanLatency


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationHistory:
    """Percentiles of a span as a whole, and step by step, oldest first.

    Steps without executions are left out; each is ``step_s`` seconds long.
    """

    whole: SpanLatency
    steps: tuple[LatencyStep, ...]
    step_s: int


def days_of(items: Iterable[WorkloadItem]) -> tuple[date, ...]:
    """The days (UTC) whose durations are kept, ascending."""
    days = {
        slot.started_at.astimezone(UTC).date()
        for item in items
        for slot in item.sketches
    }
    return tuple(sorted(days)[-MAX_DAYS:])


def write_durations(
    connection: Connection, head: Mapping[str, Any], items: tuple[WorkloadItem, ...]
) -> None:
    """Write the slots of a window in place of those that were there.

    Args:
        connection: in the transaction of the scan.
        head: ``target_id``, ``started_at`` and ``ended_at`` of the window.
        items: its statements.
    """
    fingerprints = [item.statement.fingerprint for item in items]
    execute(
        connection,
        load("save_durations_clear"),
        {**head, "fingerprints": fingerprints},
    )
    kept = set(days_of(items))
    rows = [
        {**head, "fingerprint": item.statement.fingerprint, **_row(slot)}
        for item in items
        for slot in item.sketches
        if slot.started_at.astimezone(UTC).date() in kept
    ]
    execute_many(connection, load("save_duration"), rows)


def _row(slot: SketchedSpan) -> dict[str, Any]:
    sketch = slot.sketch
    return {
        "slot_at": slot.started_at,
        "total_ms": sketch.total_ms,
        "min_ms": sketch.min_ms,
        "max_ms": sketch.max_ms,
        "sample_count": sketch.sample_count,
        "buckets": list(sketch.buckets),
        "counts": list(sketch.counts),
    }


def duration_history(store: Store, query: DurationQuery) -> DurationHistory | None:
    """Percentiles of a statement in a span; none where no log tells of it there."""
    span = {
        "target_id": query.target_id,
        "fingerprint": query.fingerprint,
        "started_at": query.started_at,
        "ended_at": query.ended_at,
    }
    ends = store.one(_Ends, "duration_ends", **span)
    if ends is None or ends.first_at is None or ends.last_at is None:
        return None
    length = ends.last_at - ends.first_at + SLOT
    step = next((s for s in STEPS if length <= MAX_STEPS * s), STEPS[-1])
    slots = [row.span for row in store.all(_Step, "duration_steps", step=step, **span)]
    whole = merged(slot.sketch for slot in slots)
    if whole is None:  # forgotten in between
        return None
    return DurationHistory(
        whole=span_latency(whole, store.all(LoggedWindow, "duration_windows", **span)),
        steps=tuple(
            LatencyStep(
                started_at=slot.started_at, latency=span_latency(slot.sketch, ())
            )
            for slot in slots
        ),
        step_s=int(step.total_seconds()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    first_at: datetime | None
    last_at: datetime | None


class _Step:
    def __init__(
        self,
        *,
        step_at: datetime,
        buckets: Sequence[int],
        counts: Sequence[int],
        **numbers: float,
    ) -> None:
        sketch = DurationSketch(buckets=tuple(buckets), counts=tuple(counts), **numbers)
        self.span = SketchedSpan(started_at=step_at, sketch=sketch)
