"""Percentiles of a statement over any span of time, each with what is known of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from analyzer.domain.durations import (
    DurationSketch,
    LoggedWindow,
    Percentile,
    Relation,
    SpanLatency,
)
from analyzer.workload.duration_sketch import (
    ERROR_RATIO,
    bounds_ms,
    bucket_at,
    value_at,
)

_RATIOS = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def span_latency(
    sketch: DurationSketch, windows: Sequence[LoggedWindow]
) -> SpanLatency:
    """Percentiles of all calls where the log tells enough of them, else of the logged.

    Calls that are not in the log are known to be below the threshold of their window,
    if the window lies in the span as a whole: then ranks count them too
    (``workload.tails``). In a part of a window nobody knows how many there were.

    Args:
        sketch: of all logged executions in the span.
        windows: all that the span touches.
    """
    counted = [window for window in windows if window.calls or window.logged_count]
    hidden = _hidden(counted)
    known = hidden is not None
    count, below_ms = hidden if hidden is not None else (0, 0.0)
    calls = sketch.sample_count + count
    values = {
        name: _at(sketch, math.ceil(Fraction(str(ratio)) * calls), (count, below_ms))
        for name, ratio in _RATIOS
    }
    if len(counted) == 1 and counted[0].is_whole:
        values = {name: _exact(counted[0], name, of) for name, of in values.items()}
    return SpanLatency(
        p50=values["p50"],
        p95=values["p95"],
        p99=values["p99"],
        max_ms=sketch.max_ms,
        sample_count=sketch.sample_count,
        call_count=calls,
        source=_source(sketch.sample_count, counted, known=known),
    )


def _hidden(windows: Sequence[LoggedWindow]) -> tuple[int, float] | None:
    """Calls that no log has, and what all of them are below; none if not known."""
    count, below_ms = 0, 0.0
    for window in windows:
        missing = window.calls - window.logged_in_window
        if missing <= 0 or window.logged_from_ms == 0:
            continue
        if window.logged_from_ms is None or not window.is_whole:
            return None
        count, below_ms = count + missing, max(below_ms, window.logged_from_ms)
    return count, below_ms


def _at(sketch: DurationSketch, rank: int, hidden: tuple[int, float]) -> Percentile:
    """The ``rank``-th smallest of the logged and the hidden durations together."""
    count, below_ms = hidden
    if rank <= count:
        return Percentile(value_ms=below_ms, relation=Relation.BELOW)
    lower, upper = bounds_ms(bucket_at(sketch, rank - count))
    if lower < below_ms and sketch.min_ms < below_ms:
        # Some hidden one may be longer than this logged one.
        return Percentile(value_ms=max(below_ms, upper), relation=Relation.BELOW)
    return Percentile(
        value_ms=value_at(sketch, rank - count),
        relation=Relation.WITHIN,
        error_ratio=ERROR_RATIO,
    )


def _exact(window: LoggedWindow, name: str, found: Percentile) -> Percentile:
    value_ms: float | None = getattr(window, f"{name}_ms")
    if value_ms is None or found.relation is Relation.BELOW:
        return found
    return Percentile(value_ms=value_ms, relation=Relation.EXACT)


def _source(logged: int, windows: Sequence[LoggedWindow], *, known: bool) -> str:
    calls = sum(window.calls for window in windows)
    whole = all(window.is_whole for window in windows)
    if not known:
        of = f" of {calls:,}" if whole else ""
        return f"only of what was logged: {logged:,}{of} executions"
    if whole and calls > logged:
        return f"{logged:,} of {calls:,} calls logged, the others below the threshold"
    return f"log: {logged:,} executions"
