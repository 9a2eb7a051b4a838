"""Executions over time, against a count by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from analyzer.domain.execution import Execution, LogContents
from analyzer.domain.statement import Fingerprint
from analyzer.workload.merge import WorkloadInputs, build_workload
from analyzer.workload.timeline import timeline, with_timelines

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
    found = timeline(runs)
    got = {
        (step.started_at, name): (step.latency.sample_count, step.latency.total_ms)
        for name, steps in found.items()
        for step in steps
    }
    assert got == {key: (len(ms), sum(ms)) for key, ms in by_hand.items()}
    assert all(step.started_at.tzinfo for steps in found.values() for step in steps)


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(seconds=40), timedelta(seconds=1)),
        (timedelta(minutes=50), timedelta(minutes=1)),
        (timedelta(days=300), timedelta(days=7)),
    ],
)
def test_a_workload_gets_few_steps(span: timedelta, step: timedelta) -> None:
    moments = [T0 + span * n / 500 for n in range(500)]
    runs = [
        Execution(logged_at=at, duration_ms=1.0, query="SELECT a FROM t", database="d")
        for at in moments
    ]
    logs = LogContents(executions=tuple(runs))
    built = build_workload(WorkloadInputs(server_id="1", database="d", logs=logs))
    name = built.items[0].statement.fingerprint
    known = [replace(run, fingerprint=name) for run in runs]
    other = replace(known[0], database="another", duration_ms=99.0)
    (item,) = with_timelines(built, [*known, other]).items
    starts = [found.started_at for found in item.timeline]
    assert starts == sorted(set(starts))
    assert len(starts) <= 61
    assert all((b - a) % step == timedelta(0) for a, b in pairwise(starts))
    assert sum(found.latency.sample_count for found in item.timeline) == 500
    assert max(found.latency.max_ms for found in item.timeline) == 1.0


def test_nothing_and_nonsense() -> None:
    assert timeline([]) == {}
    with pytest.raises(ValueError, match="millisecond"):
        timeline([], timedelta(0))
