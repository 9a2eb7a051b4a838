"""Percentiles of added sketches are those of all durations, within the stated error."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.durations import LoggedWindow, Percentile, Relation, SpanLatency
from analyzer.workload.duration_sketch import (
    ERROR_RATIO,
    merged,
    sketch_of,
    sketches_by_slot,
    value_at,
)
from analyzer.workload.span_latency import span_latency

_durations = st.integers(0, 10**9).map(lambda us: us / 1000)
_lists = st.lists(_durations, min_size=1, max_size=60)
_MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.lists(_lists, min_size=1, max_size=5))
def test_every_rank_of_a_sum_is_within_the_error(parts: list[list[float]]) -> None:
    found = merged(sketch_of(part) for part in parts)
    assert found is not None
    everything = sorted(value for part in parts for value in part)
    assert found.sample_count == len(everything)
    assert (found.min_ms, found.max_ms) == (everything[0], everything[-1])
    assert math.isclose(found.total_ms, math.fsum(everything))
    for rank, truth in enumerate(everything, 1):
        assert math.isclose(value_at(found, rank), truth, rel_tol=1.0001 * ERROR_RATIO)


@given(st.lists(st.tuples(st.integers(0, 10_000), _durations), max_size=60))
def test_slots_hold_what_ended_in_them(logged: list[tuple[int, float]]) -> None:
    moments = [_MIDNIGHT + timedelta(seconds=second) for second, _ in logged]
    found = sketches_by_slot(moments, [value for _, value in logged])
    truth: dict[int, list[float]] = {}
    for second, value in logged:
        truth.setdefault(second // 600, []).append(value)
    assert [slot.started_at for slot in found] == [
        _MIDNIGHT + timedelta(seconds=600 * number) for number in sorted(truth)
    ]
    for slot, number in zip(found, sorted(truth), strict=True):
        assert slot.sketch == sketch_of(truth[number])


_windows = st.lists(
    st.tuples(
        st.lists(_durations, max_size=40),
        st.sampled_from([None, 0.0, 1.0, 50.0, 2_000.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@given(_windows)
def test_what_is_stated_of_a_span_is_true(
    windows: list[tuple[list[float], float | None, bool]],
) -> None:
    """Windows have all durations, a threshold, and whether the span has all of it."""
    logged: list[float] = []
    spans: list[LoggedWindow] = []
    for durations, threshold, is_whole in windows:
        seen = [v for v in durations if threshold is None or v >= threshold]
        shown = seen if is_whole else seen[: len(seen) // 2]
        logged += shown
        spans.append(
            LoggedWindow(
                calls=len(durations),
                logged_count=len(shown),
                logged_in_window=len(seen),
                logged_from_ms=threshold,
                is_whole=is_whole,
            )
        )
    if not logged:
        return
    found = span_latency(sketch_of(logged), spans)
    assert found.sample_count == len(logged)
    if found.source.startswith("only"):
        truth = sorted(logged)
    else:
        truth = sorted(_in_span(windows))
    assert found.call_count == len(truth)
    _assert_true(found, truth)


def _in_span(windows: list[tuple[list[float], float | None, bool]]) -> list[float]:
    """All durations of the span, where the parts of windows have none hidden."""
    found: list[float] = []
    for durations, _, is_whole in windows:
        found += durations if is_whole else durations[: len(durations) // 2]
    return found


def _assert_true(found: SpanLatency, truth: list[float]) -> None:
    for name, ratio in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        stated: Percentile = getattr(found, name)
        true_value = truth[math.ceil(Fraction(str(ratio)) * len(truth)) - 1]
        if stated.relation is Relation.BELOW:
            assert true_value <= stated.value_ms
        else:
            assert math.isclose(
                stated.value_ms, true_value, rel_tol=1.0001 * stated.error_ratio
            )


def test_one_whole_window_has_its_exact_percentiles() -> None:
    durations = [float(number) for number in range(1, 101)]
    window = LoggedWindow(
        calls=100,
        logged_count=100,
        logged_in_window=100,
        logged_from_ms=0.0,
        is_whole=True,
        p50_ms=50.0,
        p95_ms=95.0,
        p99_ms=99.0,
    )
    found = span_latency(sketch_of(durations), [window])
    assert (found.p95.value_ms, found.p95.relation) == (95.0, Relation.EXACT)
    two = span_latency(sketch_of(durations * 2), [window, window])
    assert two.p95.relation is Relation.WITHIN


def test_calls_below_the_threshold_count_in_the_rank() -> None:
    window = LoggedWindow(
        calls=100,
        logged_count=4,
        logged_in_window=4,
        logged_from_ms=10.0,
        is_whole=True,
    )
    found = span_latency(sketch_of([20.0, 30.0, 40.0, 50.0]), [window])
    assert found.p95 == Percentile(value_ms=10.0, relation=Relation.BELOW)
    assert math.isclose(found.p99.value_ms, 40.0, rel_tol=ERROR_RATIO)
    assert found.source == "4 of 100 calls logged, the others below the threshold"


def test_calls_that_nobody_knows_of_are_told() -> None:
    window = LoggedWindow(
        calls=100,
        logged_count=4,
        logged_in_window=4,
        logged_from_ms=None,
        is_whole=True,
    )
    found = span_latency(sketch_of([20.0, 30.0, 40.0, 50.0]), [window])
    assert found.call_count == 4
    assert found.source == "only of what was logged: 4 of 100 executions"
