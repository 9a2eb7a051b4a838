"""Schedules: cron expressions (UTC) that become jobs, each slot once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from cronsim import CronSim, CronSimError

from analyzer.errors import UserError
from analyzer.store.database import Store
from analyzer.store.targets import get_target

NIGHTLY = "0 2 * * *"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule of a target; ``next_at`` is none while it is disabled."""

    schedule_id: int
    target_id: int
    target_name: str
    kind: str
    cron: str
    enabled: bool
    payload: Mapping[str, Any]
    last_slot_at: datetime | None
    next_at: datetime | None


def check_cron(expression: str) -> None:
    """Check a cron expression.

    Raises:
        UserError: it cannot be read; the hint shows an example.
    """
    _parsed(expression, datetime(2000, 1, 1, tzinfo=UTC))


def next_slots(
    expression: str, after: datetime, count: int = 3
) -> tuple[datetime, ...]:
    """The next moments of a cron expression, strictly after ``after``, in UTC."""
    return tuple(islice(_parsed(expression, after.astimezone(UTC)), count))


def set_schedule(
    store: Store,
    target_id: int,
    cron: str = NIGHTLY,
    *,
    kind: str = "scan",
    enabled: bool = True,
) -> int:
    """Make or change the one schedule of a kind that a target has; returns its id.

    Raises:
        UserError: the expression cannot be read, or there is no such target.
    """
    check_cron(cron)
    if get_target(store, target_id) is None:
        raise UserError(f"there is no target {target_id}")
    schedule_id: int = store.value(
        "schedule_set",
        target_id=target_id,
        cron=cron.strip(),
        kind=kind,
        enabled=enabled,
    )
    return schedule_id


def list_schedules(store: Store, target_id: int | None = None) -> tuple[Schedule, ...]:
    """Schedules of one or all targets."""
    rows = store.all(_Row, "schedule_list", target_id=target_id)
    return tuple(row.schedule for row in rows)


def enqueue_due(store: Store) -> tuple[int, ...]:
    """Turn the latest due slot of each schedule into one job; the ids of new jobs.

    Safe to run at the same time in several processes: a slot becomes one job.
    """
    now = store.now()
    enqueued = []
    for row in store.all(_Row, "schedule_list", target_id=None):
        slot_at = _latest_due(row, now)
        if slot_at is not None:
            job_id = store.value(
                "schedule_enqueue",
                schedule_id=row.schedule.schedule_id,
                slot_at=slot_at,
            )
            if job_id is not None:
                enqueued.append(int(job_id))
    return tuple(enqueued)


class _Row:
    def __init__(self, *, slots_after: datetime, **columns: Any) -> None:
        self.slots_after = slots_after
        cron, enabled = columns["cron"], columns["enabled"]
        upcoming = next_slots(cron, slots_after, 1) if enabled else ()
        self.schedule = Schedule(next_at=upcoming[0] if upcoming else None, **columns)


def _latest_due(row: _Row, now: datetime) -> datetime | None:
    # After a pause of the service only the latest slot is made up for, not each.
    latest = row.schedule.next_at
    if latest is None or latest > now:
        return None
    for slot_at in _parsed(row.schedule.cron, latest):
        if slot_at > now:
            break
        latest = slot_at
    return latest


def _parsed(expression: str, after: datetime) -> Iterator[datetime]:
    try:
        slots: Iterator[datetime] = CronSim(expression.strip(), after)
    except CronSimError as error:
        raise UserError(
            "the schedule is not a cron expression",
            detail=f"{error}.",
            hint='For example "0 2 * * *" is every night at two, UTC.',
        ) from None
    return slots
