"""Logged durations in the store: any span of time has its percentiles."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from analyzer.domain.durations import Relation
from analyzer.domain.scan import ScanResult
from analyzer.domain.workload import WorkloadItem
from analyzer.store.database import Store
from analyzer.store.durations import (
    DurationQuery,
    duration_history,
)
from analyzer.store.retention import forget_old
from analyzer.store.save import save_scan
from analyzer.workload.duration_sketch import ERROR_RATIO, sketches_by_slot
from analyzer.workload.percentiles import nearest_rank
from tests.support.scan_results import MIDNIGHT, fingerprint, item, result

pytestmark = pytest.mark.integration

Logged = list[tuple[datetime, float]]


def logged(seed: int, hour: float, count: int = 500) -> Logged:
    """Executions in the hour that starts so many hours after midnight."""
    chance = random.Random(seed)
    return [
        (
            MIDNIGHT + timedelta(hours=hour, seconds=chance.uniform(0, 3_599)),
            round(chance.lognormvariate(1, 1.5), 3),
        )
        for _ in range(count)
    ]


def scanned(executions: Logged, hour: float) -> ScanResult:
    durations = [duration for _, duration in executions]
    found: WorkloadItem = replace(
        item(1, calls=len(executions), time_ms=sum(durations)),
        sketches=sketches_by_slot([at for at, _ in executions], durations),
        logged_from_ms=0.0,
    )
    return result([found], hour=hour)


def between(executions: Logged, start: datetime, end: datetime) -> list[float]:
    return sorted(duration for at, duration in executions if start <= at < end)


def query(
    target_id: int, start: datetime | None, end: datetime | None
) -> DurationQuery:
    return DurationQuery(
        target_id=target_id,
        fingerprint=fingerprint(1),
        started_at=start,
        ended_at=end,
    )


def test_any_span_of_slots(store: Store, target_id: int) -> None:
    executions: Logged = []
    for hour in (0, 1, 2, 30):
        found = logged(hour, hour)
        executions += found
        save_scan(store, target_id, scanned(found, hour))
    for first, last in ((0, 186), (0, 6), (3, 4), (5, 13), (7, 190), (0, 1)):
        start = MIDNIGHT + timedelta(minutes=10 * first)
        end = MIDNIGHT + timedelta(minutes=10 * last)
        truth = between(executions, start, end)
        history = duration_history(store, query(target_id, start, end))
        assert history is not None
        assert history.whole.sample_count == history.whole.call_count == len(truth)
        assert history.whole.max_ms == truth[-1]
        for name, ratio in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            stated = getattr(history.whole, name)
            assert stated.relation is Relation.WITHIN
            assert math.isclose(
                stated.value_ms, nearest_rank(truth, ratio), rel_tol=1.01 * ERROR_RATIO
            )
        assert sum(s.latency.sample_count for s in history.steps) == len(truth)
        for step in history.steps:
            step_end = step.started_at + timedelta(seconds=history.step_s)
            of_step = between(
                executions, max(start, step.started_at), min(end, step_end)
            )
            assert step.latency.sample_count == len(of_step)
            assert step.latency.max_ms == of_step[-1]
    assert duration_history(store, query(target_id, None, MIDNIGHT)) is None


def test_writing_a_window_again_replaces_it(store: Store, target_id: int) -> None:
    save_scan(store, target_id, scanned(logged(1, 0), 0))
    second = logged(2, 0, 20)
    save_scan(store, target_id, scanned(second, 0))
    history = duration_history(store, query(target_id, None, None))
    assert history is not None
    assert history.whole.sample_count == 20
    assert history.whole.max_ms == max(duration for _, duration in second)


def test_a_window_that_ends_within_a_slot_shares_it(
    store: Store, target_id: int
) -> None:
    executions = logged(3, 0) + logged(4, 1)
    middle = MIDNIGHT + timedelta(minutes=65)
    before = [pair for pair in executions if pair[0] < middle]
    after = [pair for pair in executions if pair[0] >= middle]
    first, second = scanned(before, 0), scanned(after, 0)
    window = replace(first.workload.window, ended_at=middle)
    first = replace(first, workload=replace(first.workload, window=window))
    window = replace(second.workload.window, started_at=middle, ended_at=MIDNIGHT)
    window = replace(window, ended_at=MIDNIGHT + timedelta(hours=2))
    second = replace(second, workload=replace(second.workload, window=window))
    for scan in (first, second):
        save_scan(store, target_id, scan)
    everything = duration_history(store, query(target_id, None, None))
    assert everything is not None
    assert everything.whole.sample_count == len(executions)
    only = duration_history(store, query(target_id, middle, None))
    assert only is not None
    assert only.whole.sample_count == len(after)


def test_durations_are_forgotten_with_their_days(store: Store, target_id: int) -> None:
    save_scan(store, target_id, scanned(logged(5, 0), 0))
    forget_old(store, 1)
    assert duration_history(store, query(target_id, None, None)) is None
