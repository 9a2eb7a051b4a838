"""Executions over time, against a count by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.execution import Execution
from analyzer.domain.statement import Fingerprint
from analyzer.workload.timeline import timeline

T0 = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC)


def test_steps_are_those_counted_by_hand() -> None:
    runs = [
        Execution(
            logged_at=T0 + timedelta(minutes=7 * n % 200),
            duration_ms=float(n),
            query="SELECT 1",
            fingerprint=Fingerprint("ab"[n % 2]),
        )
        for n in range(100)
    ]
    by_hand: dict[tuple[datetime, str], list[float]] = defaultdict(list)
    for run in runs:
        hour = run.logged_at.replace(minute=0)
        by_hand[hour, run.fingerprint].append(run.duration_ms)
    got = {
        (step.started_at, step.fingerprint): (step.calls, step.total_ms)
        for step in timeline(runs)
    }
    assert got == {key: (len(ms), sum(ms)) for key, ms in by_hand.items()}
    assert all(step.started_at.tzinfo is not None for step in timeline(runs))


def test_nothing_and_nonsense() -> None:
    assert timeline([]) == ()
    with pytest.raises(ValueError, match="millisecond"):
        timeline([], timedelta(0))
