"""Exact percentiles of durations, by nearest rank."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from analyzer.domain.execution_columns import Floats
from analyzer.domain.row_store import in_parts
from analyzer.domain.workload import Latency

_SUMMED_AT_ONCE = 1 << 15
_SPARE_BITS = 16
"""So many bits above a number let as many as are summed at once be added to it."""


def nearest_rank(ordered: Sequence[float], ratio: float) -> float:
    """The ⌈ratio·n⌉-th smallest value, which is always one of the values.

    Args:
        ordered: ascending, not empty.
        ratio: above 0, up to 1; 0.95 for the 95th percentile.

    Raises:
        ValueError: there is no value, or the ratio is out of range.

    >>> nearest_rank([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    >>> nearest_rank([float(n) for n in range(1, 101)], 0.95)
    95.0
    """
    if not ordered or not 0 < ratio <= 1:
        raise ValueError("a percentile needs a value and a ratio above 0, up to 1")
    return ordered[rank_of(ratio, len(ordered)) - 1]


def rank_of(ratio: float, count: int) -> int:
    """⌈ratio·count⌉, of the ratio as it is written.

    >>> rank_of(0.95, 100)
    95
    """
    # In binary 0.95 * 100 is not 95, and a hair more would move the rank.
    return math.ceil(Fraction(str(ratio)) * count)


def total_ms(durations_ms: Floats) -> float:
    """The sum, which does not depend on the order: whole microseconds add up exactly.

    A sum of floats does; numpy's even on where in memory they lie.

    >>> total_ms(np.array([0.1, 0.2, 0.3])) == total_ms(np.array([0.3, 0.2, 0.1]))
    True
    """
    parts = in_parts({"durations_ms": durations_ms})
    return sum(int(np.rint(p["durations_ms"] * 1000).sum()) for p in parts) / 1000


def latency(durations_ms: Sequence[float], source: str) -> Latency:
    """Percentiles of durations in any order.

    Args:
        durations_ms: at least one.
        source: what they stand on, for the user.

    >>> latency([3.0, 1.0, 2.0], "log: every execution").p50_ms
    2.0
    """
    return latency_of_sorted(np.sort(np.asarray(durations_ms, np.float64)), source)


def latency_of_sorted(durations_ms: Floats, source: str) -> Latency:
    """The same for durations that are an ascending array, however long."""
    count = len(durations_ms)
    return Latency(
        sample_count=count,
        p50_ms=_at_rank(durations_ms, 0.5),
        p95_ms=_at_rank(durations_ms, 0.95),
        p99_ms=_at_rank(durations_ms, 0.99),
        max_ms=float(durations_ms[-1]),
        total_ms=exact_sum(p["ms"] for p in in_parts({"ms": durations_ms})),
        source=source,
    )


def _at_rank(ordered: Floats, ratio: float) -> float:
    return float(ordered[rank_of(ratio, len(ordered)) - 1])


def exact_sum(parts: Iterable[Floats]) -> float:
    """The sum of all numbers of some arrays, rounded but once, as by ``math.fsum``.

    That one takes each number as an object. Here the upper bits of all are cut off at
    one place, so few that their sum is exact, then the next ones, until none is left
    (Rump, Ogita, Oishi: Accurate floating-point summation, 2008).

    Args:
        parts: of finite numbers.

    >>> exact_sum([np.array([1e16, 1.0, -1e16]), np.array([2.0**-60])])
    1.0
    """
    sums: list[float] = []
    for part in parts:
        for begin in range(0, len(part), _SUMMED_AT_ONCE):
            rest = part[begin : begin + _SUMMED_AT_ONCE]
            while top := float(np.abs(rest).max()):
                edge = math.ldexp(1.0, math.frexp(top)[1] + _SPARE_BITS)
                upper = (rest + edge) - edge
                sums.append(float(upper.sum()))
                rest = rest - upper
    return math.fsum(sums)
