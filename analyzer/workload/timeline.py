"""Executions over time, in equal steps; the one place where pandas earns its import.

Not imported by the rest of the package, since pandas takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from analyzer.domain.execution import Execution
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import Latency
from analyzer.workload.percentiles import latency


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """What one statement did in one step of time; the start is included."""

    fingerprint: Fingerprint
    started_at: datetime
    calls: int
    total_ms: float
    latency: Latency


def timeline(
    executions: Sequence[Execution], step: timedelta = timedelta(hours=1)
) -> tuple[TimelineStep, ...]:
    """Calls, time and percentiles of each statement in each step.

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
        return ()
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
    steps = []
    for (started_at, fingerprint), durations in groups:
        found = latency(durations.tolist(), "log: every execution")
        steps.append(
            TimelineStep(
                fingerprint=Fingerprint(str(fingerprint)),
                started_at=pd.Timestamp(str(started_at)).to_pydatetime(),
                calls=found.sample_count,
                total_ms=found.total_ms,
                latency=found,
            )
        )
    return tuple(steps)
