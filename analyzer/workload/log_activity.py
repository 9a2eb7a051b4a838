"""A log over time: what ran, failed, connected and spilled in each step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.domain.event_columns import EventColumns, events_of
from analyzer.domain.execution import LogContents
from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    as_datetime,
    as_microseconds,
    columns_of,
)
from analyzer.domain.log_activity import Activity, ActivityStep
from analyzer.domain.row_store import sorted_values
from analyzer.domain.statement import StatementKind
from analyzer.workload.percentiles import total_ms

STEPS_S = (1, 10, 60, 300, 900, 3_600, 14_400, 86_400)
MAX_STEPS = 200
_ERRORS = frozenset({"ERROR", "FATAL", "PANIC"})
_SIZE = re.compile(r"size (\d{1,18})\Z")
_BUFFERS = re.compile(r"\w+ complete: wrote (\d{1,15}) buffers")


@dataclass(slots=True)
class _Sums:
    """Counts of messages by the number of their step."""

    errors: Counter[int] = field(default_factory=Counter)
    connections: Counter[int] = field(default_factory=Counter)
    temp_bytes: Counter[int] = field(default_factory=Counter)
    waits: Counter[int] = field(default_factory=Counter)
    buffers: Counter[int] = field(default_factory=Counter)


def activity(contents: LogContents, kinds: Sequence[StatementKind]) -> Activity:
    """The log in steps of equal length, the shortest of ``STEPS_S`` that fits.

    Args:
        contents: in time order.
        kinds: of each statement of the executions' columns.
    """
    columns = columns_of(contents.executions)
    span = _span(contents, columns)
    if span is None:
        return Activity()
    step_s = next(
        (s for s in STEPS_S if (span[1] - span[0]) / 1e6 < MAX_STEPS * s), STEPS_S[-1]
    )
    step_us = step_s * 1_000_000
    first = span[0] // step_us
    count = min(span[1] // step_us - first + 1, 100 * MAX_STEPS)
    sums = _sums(contents, step_us)
    rows = _executions(columns, kinds, (int(first), int(count), step_us))
    return Activity(
        step_s=step_s,
        steps=tuple(
            _with_messages(step, sums, int(first) + at) for at, step in enumerate(rows)
        ),
    )


def _span(contents: LogContents, columns: ExecutionColumns) -> tuple[int, int] | None:
    edges = [*columns.logged_at_us[[0, -1]]] if len(columns) else []
    events = events_of(contents.events)
    edges += [*events.logged_at_us[[0, -1]]] if len(events) else []
    if contents.lock_waits:
        first, last = contents.lock_waits[0], contents.lock_waits[-1]
        edges += [as_microseconds(wait.logged_at) for wait in (first, last)]
    # A log whose lines have no time says nothing over time.
    known = [int(edge) for edge in edges if edge > 0]
    return (min(known), max(known)) if known else None


def _executions(
    columns: ExecutionColumns,
    kinds: Sequence[StatementKind],
    grid: tuple[int, int, int],
) -> Iterable[ActivityStep]:
    first, count, step_us = grid
    reads = np.array([kind is StatementKind.SELECT for kind in kinds], np.bool_)
    utility = (StatementKind.UTILITY, StatementKind.UNPARSED, StatementKind.SELECT)
    writes = np.array([kind not in utility for kind in kinds], np.bool_)
    bounds = (first + np.arange(count + 1)) * step_us
    # Rows are in time order, so each step is a slice of them.
    edges = np.searchsorted(columns.logged_at_us, bounds)
    for at in range(count):
        rows = slice(int(edges[at]), int(edges[at + 1]))
        durations = sorted_values(columns.duration_ms[rows])
        size = len(durations)
        ranks = [-(-q * size // 100) - 1 for q in (50, 95, 99)]
        quantiles = [float(durations[rank]) if size else None for rank in ranks]
        counts = _counts(columns[rows], reads, writes)
        yield ActivityStep(
            started_at=as_datetime(int(bounds[at])),
            execution_count=size,
            read_count=counts[0],
            write_count=counts[1],
            prepared_count=counts[2],
            total_ms=total_ms(durations),
            p50_ms=quantiles[0],
            p95_ms=quantiles[1],
            p99_ms=quantiles[2],
        )


def _counts(
    columns: ExecutionColumns, reads: Bools, writes: Bools
) -> tuple[int, int, int]:
    """Reads, writes, and executions of the extended protocol.

    Of those the parse or bind phase was logged.
    """
    found = np.zeros(3, np.int64)
    for part in columns.windows():
        prepared = (part.bind_us > 0) | (part.parse_us > 0)
        masks = (reads[part.statement], writes[part.statement], prepared)
        found += [int(mask.sum()) for mask in masks]
    read_count, write_count, prepared_count = found.tolist()
    return read_count, write_count, prepared_count


def _sums(contents: LogContents, step_us: int) -> _Sums:
    sums, events = _Sums(), events_of(contents.events)
    _tally(sums.errors, events.of(lambda head: head.severity in _ERRORS), step_us)
    received = events.of_kinds("connection_received")
    _tally(sums.connections, received, step_us)
    for kind, size, found in (
        ("server_temp_file_created", _SIZE.search, sums.temp_bytes),
        ("checkpoint_complete", _BUFFERS.match, sums.buffers),
    ):
        for event in events.of_kinds(kind):
            told = size(event.message)
            if told is not None:
                found[as_microseconds(event.logged_at) // step_us] += int(told[1])
    for wait in contents.lock_waits:
        sums.waits[as_microseconds(wait.logged_at) // step_us] += 1
    return sums


def _tally(counts: Counter[int], events: EventColumns, step_us: int) -> None:
    """Count events by their step."""
    for part in events.windows():
        at, count = np.unique(part.logged_at_us // step_us, return_counts=True)
        for step, more in zip(at.tolist(), count.tolist(), strict=True):
            counts[step] += more


def _with_messages(step: ActivityStep, sums: _Sums, at: int) -> ActivityStep:
    return ActivityStep(
        started_at=step.started_at,
        execution_count=step.execution_count,
        read_count=step.read_count,
        write_count=step.write_count,
        prepared_count=step.prepared_count,
        total_ms=step.total_ms,
        p50_ms=step.p50_ms,
        p95_ms=step.p95_ms,
        p99_ms=step.p99_ms,
        error_count=sums.errors[at],
        connection_count=sums.connections[at],
        temp_bytes=sums.temp_bytes[at],
        lock_wait_count=sums.waits[at],
        checkpoint_buffers=sums.buffers[at],
    )
