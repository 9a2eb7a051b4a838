"""Forgets what is old: whole partitions where possible, so that it works when full."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.store.database import Store

_ROWS = ("snapshots", "scans", "plans", "jobs", "statements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was dropped: day partitions, and rows of the other tables."""

    partition_count: int
    row_count: int


def forget_old(store: Store, days: int) -> Forgotten:
    """Drop what is older than the given number of days.

    Recommendations with their history, the audit trail and the latest scan of each
    target stay.

    Args:
        store: where.
        days: age in days; a window counts from the moment it ended.
    """
    partition_count: int = store.value("retention_partitions", days=days)
    row_count = sum(store.run(f"retention_{what}", days=days) for what in _ROWS)
    return Forgotten(partition_count=partition_count, row_count=row_count)
