"""Logged executions of each statement over time, in equal steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from analyzer.domain.execution import Execution
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import TimelineStep, Workload
from analyzer.workload.percentiles import latency

MAX_STEPS = 60
MAX_STATEMENTS = 100
STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 86_400, 7 * 86_400)
)

Timeline = dict[Fingerprint, tuple[TimelineStep, ...]]


def with_timelines(workload: Workload, executions: Sequence[Execution]) -> Workload:
    """The workload whose first statements by time carry their timelines.

    The step is the shortest of ``STEPS`` that keeps the executions within
    ``MAX_STEPS`` steps.
    """
    chosen = {item.statement.fingerprint for item in workload.items[:MAX_STATEMENTS]}
    wanted = [
        item
        for item in executions
        if item.fingerprint in chosen
        and item.database in ("", workload.database or item.database)
    ]
    if not wanted:
        return workload
    found = timeline(wanted, _step([item.logged_at for item in wanted]))
    items = tuple(
        replace(item, timeline=found.get(item.statement.fingerprint, ()))
        for item in workload.items
    )
    return replace(workload, items=items)


def _step(moments: Sequence[datetime]) -> timedelta:
    span = max(moments) - min(moments)
    return next((step for step in STEPS if span < MAX_STEPS * step), STEPS[-1])


def timeline(
    executions: Sequence[Execution], step: timedelta = timedelta(hours=1)
) -> Timeline:
    """Percentiles of each statement in each step, exact by nearest rank.

    Steps begin at whole multiples of their length since midnight UTC of 1970-01-01;
    steps in which a statement did not run are left out.

    Args:
        executions: with fingerprints, in any order.
        step: length, at least a millisecond.

    Raises:
        ValueError: the step is not positive.
    """
    if step < timedelta(milliseconds=1):
        raise ValueError("a step of time must be at least a millisecond")
    if not executions:
        return {}
    frame = pd.DataFrame(
        {
            "fingerprint": [item.fingerprint for item in executions],
            "logged_at": pd.to_datetime(
                [item.logged_at for item in executions], utc=True
            ),
            "duration_ms": [item.duration_ms for item in executions],
        }
    )
    frame["started_at"] = frame["logged_at"].dt.floor(pd.Timedelta(step))
    groups = frame.groupby(["started_at", "fingerprint"], sort=True)["duration_ms"]
    steps: dict[Fingerprint, list[TimelineStep]] = {}
    for (started_at, fingerprint), durations in groups:
        steps.setdefault(Fingerprint(str(fingerprint)), []).append(
            TimelineStep(
                started_at=pd.Timestamp(str(started_at)).to_pydatetime(),
                latency=latency(durations.tolist(), "log"),
            )
        )
    return {fingerprint: tuple(found) for fingerprint, found in steps.items()}
