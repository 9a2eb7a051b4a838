"""Exact upper percentiles from a threshold log and the calls that were counted.

With ``log_min_duration_statement = T`` the log holds every execution of at least T and
none below. If k of N calls were logged, these are the k largest of the N durations, so
the ⌈q·N⌉-th smallest is one of them if k ≥ N − ⌈q·N⌉ + 1, and below T if not. Both are
exact; nothing is estimated from a mean and a deviation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import LogContents
from analyzer.domain.execution_columns import as_datetime, columns_of
from analyzer.domain.workload import Latency, Window

_SETTING = re.compile(r"(\d{1,10})(ms|s|min|h|d)?\Z")
_UNIT_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_RATIOS = (0.5, 0.95, 0.99)
_MAX_GAP_S = 5.0
_MAX_GAP_RATIO = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCalls:
    """What the counters say of one statement in the window of the log."""

    calls: int
    total_ms: float


def log_threshold_ms(settings: Mapping[str, str]) -> float | None:
    """From which duration on the server logs every execution; none if it does not.

    >>> log_threshold_ms({"log_min_duration_statement": "250ms"})
    250.0
    >>> log_threshold_ms({"log_min_duration_statement": "-1"})
    """
    found = _SETTING.match(settings.get("log_min_duration_statement", ""))
    return float(int(found[1]) * _UNIT_MS[found[2] or "ms"]) if found else None


def covers(logs: LogContents, window: Window) -> bool:
    """Whether a log spans a window, but for a silence at its end.

    A log that was rotated away in part would make calls look fast.
    """
    moments_us = [
        int(us)
        for found in (columns_of(logs.executions), events_of(logs.events))
        for us in (found.logged_at_us[[0, -1]] if len(found) else ())
    ]
    if not moments_us or window.duration_s <= 0:
        return False
    gap_s = (window.ended_at - as_datetime(max(moments_us))).total_seconds()
    allowed_s = max(_MAX_GAP_S, _MAX_GAP_RATIO * window.duration_s)
    return as_datetime(min(moments_us)) <= window.started_at and gap_s <= allowed_s


def contradict(
    logged_ms: Sequence[float], counted: CountedCalls, threshold_ms: float
) -> bool:
    """Whether a log and the counters cannot both be right.

    More was logged than counted, or what was not logged took longer than it could.
    """
    tail = [value for value in logged_ms if value >= threshold_ms]
    unseen = counted.calls - len(tail)
    # Durations are logged as whole microseconds.
    unlogged_ms = counted.total_ms - sum(tail) - 0.001 * len(tail)
    return unseen < 0 or unlogged_ms > unseen * threshold_ms


def tail_latency(
    logged_ms: Sequence[float], counted: CountedCalls, threshold_ms: float
) -> Latency | None:
    """Percentiles of all calls, those that are below the threshold named as such.

    A percentile below the threshold has the threshold as its value, and ``source``
    says which ones these are.

    Args:
        logged_ms: durations of the statement in the window.
        counted: all its calls in the same window.
        threshold_ms: from which duration on every execution is in the log.

    Returns:
        None where log and counters contradict each other: more was logged than counted,
        or what was not logged took longer than it could.

    >>> counted = CountedCalls(calls=100, total_ms=150.0)
    >>> found = tail_latency([12.0, 10.0], counted, 10.0)
    >>> found.p99_ms, found.source
    (10.0, 'exact: 2 of 100 calls logged; p50, p95 below 10 ms')
    """
    tail = sorted(value for value in logged_ms if value >= threshold_ms)
    unseen = counted.calls - len(tail)
    if not tail or contradict(logged_ms, counted, threshold_ms):
        return None
    values, below = [], []
    for ratio in _RATIOS:
        rank = math.ceil(Fraction(str(ratio)) * counted.calls)
        if rank > unseen:
            values.append(tail[rank - unseen - 1])
        else:
            values.append(threshold_ms)
            below.append(f"p{ratio * 100:.0f}")
    logged = f"{len(tail):,} of {counted.calls:,} calls logged"
    source = f"exact: {logged}"
    if len(below) == len(_RATIOS):
        source = f"below {threshold_ms:g} ms: {', '.join(below)}; {logged}"
    elif below:
        source += f"; {', '.join(below)} below {threshold_ms:g} ms"
    return Latency(
        sample_count=len(tail),
        p50_ms=values[0],
        p95_ms=values[1],
        p99_ms=values[2],
        max_ms=tail[-1],
        total_ms=math.fsum(tail),
        source=source,
    )


def cantelli_bound_ms(mean_ms: float, stddev_ms: float, ratio: float) -> float:
    """What a percentile cannot exceed, by mean and deviation alone; not its value.

    Cantelli's inequality: at most 1/(1+k²) of the values are k or more deviations above
    the mean, and at least 1-q of them are as large as the q-percentile or larger.

    Args:
        mean_ms: of all calls.
        stddev_ms: of the population, as pg_stat_statements has it.
        ratio: above 0, below 1; 0.95 for the 95th percentile.

    Raises:
        ValueError: the ratio is out of range.

    >>> round(cantelli_bound_ms(10.0, 2.0, 0.95), 2)
    18.72
    """
    if not 0 < ratio < 1:
        raise ValueError("a bound needs a ratio above 0, below 1")
    return mean_ms + stddev_ms * math.sqrt(ratio / (1 - ratio))
