"""Tails of a threshold log are those of the whole log, or told to be below."""

from __future__ import annotations

import statistics

from hypothesis import given
from hypothesis import strategies as st

from analyzer.workload.percentiles import latency, nearest_rank
from analyzer.workload.tails import (
    CountedCalls,
    cantelli_bound_ms,
    log_threshold_ms,
    tail_latency,
)


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=400),
    st.integers(1, 200),
)
def test_a_tail_is_never_wrong(durations: list[int], threshold: int) -> None:
    everything = [float(value) for value in durations]
    truth = latency(everything, "all")
    counted = CountedCalls(calls=len(everything), total_ms=sum(everything))
    logged = [value for value in everything if value >= threshold]
    found = tail_latency(logged, counted, float(threshold))
    if not logged:
        assert found is None
        return
    assert found is not None
    # Below the threshold are those named after "below" or before it.
    head, _, rest = found.source.partition(";")
    below = head if head.startswith("below") else rest
    for name in ("p50", "p95", "p99"):
        value, true_value = getattr(found, f"{name}_ms"), getattr(truth, f"{name}_ms")
        if name in below:
            assert true_value < threshold == value
        else:
            assert value == true_value
    assert found.max_ms == truth.max_ms


@given(st.integers(0, 10**9), st.sampled_from(["", "ms", "s", "min", "h", "d"]))
def test_settings_are_read(number: int, unit: str) -> None:
    found = log_threshold_ms({"log_min_duration_statement": f"{number}{unit}"})
    assert found is not None and found >= number
    assert log_threshold_ms({"log_min_duration_statement": f"{number} parsecs"}) is None
    assert log_threshold_ms({}) is None


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=200),
    st.sampled_from([0.5, 0.95, 0.99]),
)
def test_no_percentile_exceeds_its_bound(durations: list[float], ratio: float) -> None:
    mean = statistics.fmean(durations)
    bound = cantelli_bound_ms(mean, statistics.pstdev(durations), ratio)
    assert nearest_rank(sorted(durations), ratio) <= bound * (1 + 1e-9) + 1e-6
