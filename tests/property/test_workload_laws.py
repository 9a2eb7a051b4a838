"""Laws of numbers over time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.snapshot import Snapshot, StatementCounters, StatementKey
from analyzer.workload.counters import CUMULATIVE, total
from analyzer.workload.delta import snapshot_delta
from analyzer.workload.percentiles import exact_sum, nearest_rank

T0 = datetime(2026, 1, 1, tzinfo=UTC)
growth = st.lists(
    st.dictionaries(
        st.integers(1, 4), st.lists(st.integers(1, 1000), max_size=5), max_size=4
    ),
    min_size=3,
    max_size=3,
)


def snapshots(steps: list[dict[int, list[int]]]) -> list[Snapshot]:
    """Three readings; each step adds executions (in ms) to some query ids."""
    ran: dict[int, list[int]] = {}
    found = []
    for number, step in enumerate(steps):
        for queryid, durations in step.items():
            ran[queryid] = ran.get(queryid, []) + durations
        found.append(
            Snapshot(
                server_id="1",
                taken_at=T0 + timedelta(minutes=number),
                server_version_num=160_000,
                dealloc=0,
                counters={
                    StatementKey(dbid=1, userid=1, queryid=n): counters(durations)
                    for n, durations in ran.items()
                    if durations
                },
            )
        )
    return found


def counters(durations: list[int]) -> StatementCounters:
    mean = sum(durations) / len(durations)
    variance = sum((d - mean) ** 2 for d in durations) / len(durations)
    return StatementCounters(
        calls=len(durations),
        rows=3 * len(durations),
        total_exec_time_ms=float(sum(durations)),
        mean_exec_time_ms=mean,
        stddev_exec_time_ms=math.sqrt(variance),
        min_exec_time_ms=float(min(durations)),
        max_exec_time_ms=float(max(durations)),
    )


def by_key(earlier: Snapshot, later: Snapshot) -> dict[StatementKey, StatementCounters]:
    return {d.key: d.counters for d in snapshot_delta(earlier, later).deltas}


@given(growth)
def test_delta_plus_delta_is_delta(steps: list[dict[int, list[int]]]) -> None:
    first, second, third = snapshots(steps)
    one, two, both = (
        by_key(first, second),
        by_key(second, third),
        by_key(first, third),
    )
    assert set(one) | set(two) == set(both)
    for key, whole in both.items():
        summed = total(part[key] for part in (one, two) if key in part)
        for name in (*CUMULATIVE, "mean_exec_time_ms"):
            assert getattr(summed, name) == pytest.approx(getattr(whole, name))
        # The square root of a rounding error of 1000² can reach a thousandth.
        assert summed.stddev_exec_time_ms == pytest.approx(
            whole.stddev_exec_time_ms, abs=0.01
        )
        assert summed.max_exec_time_ms == whole.max_exec_time_ms


@given(growth)
def test_mean_and_deviation_of_the_interval(steps: list[dict[int, list[int]]]) -> None:
    _, second, third = snapshots(steps)
    for key, found in by_key(second, third).items():
        truth = counters(steps[2][key.queryid])
        assert found.calls == truth.calls
        assert found.mean_exec_time_ms == pytest.approx(truth.mean_exec_time_ms)
        assert found.stddev_exec_time_ms == pytest.approx(
            truth.stddev_exec_time_ms, abs=0.01
        )


@given(
    st.lists(st.floats(0, 1e9), min_size=1),
    st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]),
)
def test_nearest_rank_by_its_definition(values: list[float], ratio: float) -> None:
    """The smallest value that at least this share of all values does not exceed."""
    share = Fraction(str(ratio))
    wanted = min(
        v for v in values if Fraction(sum(o <= v for o in values), len(values)) >= share
    )
    assert nearest_rank(sorted(values), ratio) == wanted


NUMBERS = st.floats(-1e200, 1e200, allow_nan=False) | st.integers(0, 10**11).map(
    lambda us: us / 1000
)


@given(st.lists(st.lists(NUMBERS, max_size=40), max_size=4))
def test_a_sum_is_rounded_once(parts: list[list[float]]) -> None:
    found = exact_sum(np.array(part) for part in parts)
    assert found == math.fsum(number for part in parts for number in part)


def test_a_sum_of_more_than_is_summed_at_once() -> None:
    values = np.random.default_rng(1).lognormal(0, 9, 100_000)
    assert exact_sum([values, -values[:50_001]]) == math.fsum(values[50_001:].tolist())
