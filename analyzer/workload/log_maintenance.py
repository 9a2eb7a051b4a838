"""Checkpoints and autovacuum of a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import LogEvent
from analyzer.domain.log_activity import (
    Checkpoints,
    LoggedCheckpoint,
    TableMaintenance,
)

_STARTING = frozenset({"checkpoint_starting", "restartpoint_starting"})
_COMPLETE = frozenset({"checkpoint_complete", "restartpoint_complete"})
_CHECKPOINTS = _STARTING | _COMPLETE | {"checkpoint_too_frequent"}
_MAINTENANCE = frozenset(
    {"autovacuum_completed", "autoanalyze_completed", "autovacuum_cancel"}
)


def checkpoints(events: Sequence[LogEvent]) -> Checkpoints:
    """Checkpoints, each with the reason of the "starting" message before it.

    Args:
        events: all messages, in time order.
    """
    completed: list[LoggedCheckpoint] = []
    reasons: Counter[str] = Counter()
    warnings: list[int] = []
    reason = ""
    for event in events_of(events).of_kinds(*_CHECKPOINTS):
        if event.kind in _STARTING:
            reason = str(event.details.get("reason", "")).strip()
            reasons[reason] += 1
        elif event.kind in _COMPLETE:
            details = event.details
            completed.append(
                LoggedCheckpoint(
                    ended_at=event.logged_at,
                    kind=event.kind.removesuffix("_complete"),
                    reason=reason,
                    numbers=_numbers(details),
                )
            )
            reason = ""
        else:
            seconds = event.details.get("elapsed_secs")
            warnings.append(seconds if isinstance(seconds, int) else 0)
    return Checkpoints(
        completed=tuple(completed),
        reasons=dict(reasons.most_common()),
        too_frequent_count=len(warnings),
        shortest_interval_s=min(warnings, default=None),
    )


def _numbers(details: Mapping[str, object]) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in details.items()
        if isinstance(value, int | float)
    }


def maintenance(events: Sequence[LogEvent]) -> tuple[TableMaintenance, ...]:
    """What autovacuum did to each table, the most time first."""
    tables: dict[str, TableMaintenance] = {}
    for event in events_of(events).of_kinds(*_MAINTENANCE):
        if event.table:
            known = tables.get(event.table, TableMaintenance(table=event.table))
            tables[event.table] = _added(known, event)
    return tuple(
        sorted(
            tables.values(),
            key=lambda item: (-item.vacuum_s - item.analyze_s, item.table),
        )
    )


def _added(item: TableMaintenance, event: LogEvent) -> TableMaintenance:
    numbers = _numbers(event.details)
    elapsed_s = numbers.get("elapsed_secs", 0.0)
    if event.kind == "autovacuum_cancel":
        return replace(item, canceled_count=item.canceled_count + 1)
    if event.kind == "autoanalyze_completed":
        return replace(
            item,
            analyze_count=item.analyze_count + 1,
            analyze_s=item.analyze_s + elapsed_s,
        )
    return replace(
        item,
        vacuum_count=item.vacuum_count + 1,
        vacuum_s=item.vacuum_s + elapsed_s,
        index_scan_count=item.index_scan_count + int(numbers["num_index_scans"]),
        tuples_removed=item.tuples_removed + int(numbers["tuples_deleted"]),
        pages_removed=item.pages_removed + int(numbers["pages_removed"]),
        tuples_not_removable=item.tuples_not_removable
        + int(numbers["new_dead_tuples"]),
        wraparound_count=item.wraparound_count
        + (event.details.get("anti_wraparound") is True),
    )
