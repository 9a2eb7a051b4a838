"""Which statements matter, by which measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from analyzer.domain.workload import WorkloadItem


class Measure(StrEnum):
    """What statements can be ranked by."""

    EXEC_TIME = "exec_time"
    CALLS = "calls"
    MEAN_TIME = "mean_time"
    P95 = "p95"
    ROWS = "rows"
    BLOCKS_READ = "blocks_read"
    TEMP_BLOCKS = "temp_blocks"
    WAL = "wal"


_VALUES: Mapping[Measure, Callable[[WorkloadItem], float]] = {
    Measure.EXEC_TIME: lambda item: item.counters.total_exec_time_ms,
    Measure.CALLS: lambda item: item.counters.calls,
    Measure.MEAN_TIME: lambda item: item.counters.mean_exec_time_ms,
    Measure.P95: lambda item: item.latency.p95_ms if item.latency else -1.0,
    Measure.ROWS: lambda item: item.counters.rows,
    Measure.BLOCKS_READ: lambda item: item.counters.shared_blks_read,
    Measure.TEMP_BLOCKS: lambda item: (
        item.counters.temp_blks_read + item.counters.temp_blks_written
    ),
    Measure.WAL: lambda item: item.counters.wal_bytes,
}


def rank(
    items: Iterable[WorkloadItem], by: Measure = Measure.EXEC_TIME
) -> tuple[WorkloadItem, ...]:
    """The items, the largest first; equal ones in the order of their fingerprints."""
    value = _VALUES[by]
    return tuple(
        sorted(items, key=lambda item: (-value(item), item.statement.fingerprint))
    )
