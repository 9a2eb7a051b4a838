"""Medians and what they are worth: intervals without any assumed distribution."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import comb
from statistics import median

from analyzer.domain.measurement import Interval

LEVEL = 0.95
RESAMPLES = 400


def median_interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """The interval of a median by order statistics.

    The chance that the median of the population lies between the k-th smallest and the
    k-th largest of n values is ``1 - 2 * P(Binomial(n, 1/2) < k)``; the narrowest
    such pair with at least the level is taken, the extremes where none has it (Conover,
    Practical Nonparametric Statistics, 3.2). ``Interval.level`` is the level reached.

    >>> median_interval([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    Interval(low=1.0, high=9.0, level=0.96875)
    """
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        raise ValueError("no values")
    rank, reached = 1, _coverage(count, 1)
    while (
        rank + 1 <= (count + 1) // 2 and (wider := _coverage(count, rank + 1)) >= level
    ):
        rank, reached = rank + 1, wider
    return Interval(low=ordered[rank - 1], high=ordered[count - rank], level=reached)


def _coverage(count: int, rank: int) -> float:
    below = sum(comb(count, successes) for successes in range(rank))
    return float(max(1 - 2 * below / 2**count, 0.0))


def bootstrap_interval(
    groups: Sequence[Sequence[tuple[float, float]]],
    statistic: Callable[[Sequence[tuple[float, float]]], float],
    seed: int,
    level: float = LEVEL,
) -> Interval:
    """The percentile interval of a statistic over several groups of pairs.

    In each of ``RESAMPLES`` rounds the pairs of every group are drawn anew with
    replacement (Efron), and the statistic gets the two medians of each group.

    Args:
        groups: pairs of before and after, one group a statement.
        statistic: of the medians, in the order of the groups.
        seed: the same seed gives the same interval.
        level: of confidence, 0 to 1.
    """
    chance = random.Random(seed)
    found = sorted(statistic(_resampled(groups, chance)) for _ in range(RESAMPLES))
    cut = int((1 - level) / 2 * RESAMPLES)
    return Interval(low=found[cut], high=found[-1 - cut], level=level)


def _resampled(
    groups: Sequence[Sequence[tuple[float, float]]], chance: random.Random
) -> list[tuple[float, float]]:
    drawn = []
    for pairs in groups:
        picked = chance.choices(pairs, k=len(pairs))
        drawn.append((median(a for a, _ in picked), median(b for _, b in picked)))
    return drawn
