"""The time constants of a machine, from plans whose time is known.

The constants are those with the least errors, each relative to its plan's time, plus a
small price for leaving what is assumed; so a kind of work that no plan does keeps its
assumed constant. Large errors count less and less (iteratively reweighted least
squares), so that one odd measurement bends nothing, and no constant is negative.
The error is stated on plans that were held out: each is predicted by constants fitted
without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt

from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import Basis
from analyzer.indexing.plan_work import PARTS, Work, plan_work
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import ASSUMED, TimeConstants, summed, time_us

Matrix = npt.NDArray[np.float64]

MIN_PLANS = 5
FOLDS = 5
PRIOR_WEIGHT = 0.2
"""Of a constant that doubles, against a plan that is wrong by its whole time."""
_ROUNDS = 8
_SWEEPS = 300
_SMALL_ERROR = 0.4
_LEAST, _MOST = 0.05, 20.0
"""Limits of what a machine may differ from the assumed one, as factors."""
MAX_MEDIAN_FACTOR = 3.0
"""How far half of the held-out plans may be off; beyond it their times say nothing."""
_SPEEDUPS = (1.0, 1.4, 1.8, 2.4, 3.2)
_LEAST_US = 1000.0
"""Errors of plans shorter than this are not relative to less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedPlan:
    """A plan and how long it took, in milliseconds."""

    plan: Plan
    time_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Constants, and how well they predict plans they were not made from.

    ``median_error_ratio`` is of single plans, ``total_error_ratio`` of their sum,
    signed: predicted less measured, over measured. None where there were too few plans.
    """

    constants: TimeConstants
    plan_count: int
    median_error_ratio: float | None = None
    total_error_ratio: float | None = None


def calibrate(
    plans: Sequence[TimedPlan],
    around: Surroundings,
    *,
    source: str,
    assumed: TimeConstants = ASSUMED,
) -> Calibration:
    """Fit the constants to plans of one machine.

    Args:
        plans: with their times; fewer than ``MIN_PLANS``, and such that say nothing of
            each other's times, leave what is assumed.
        around: the database they are plans of.
        source: what the plans are, for the user.
        assumed: constants to start from.
    """
    if len(plans) < MIN_PLANS:
        return Calibration(constants=assumed, plan_count=len(plans))
    best = min(
        (_fit_with(plans, around, assumed, speedup) for speedup in _speedups(plans)),
        key=lambda found: found[1],
    )[0]
    predicted = _held_out(plans, around, assumed, best.parallel_speedup)
    errors = sorted(
        abs(one - item.time_ms) / max(item.time_ms, _LEAST_US / 1000)
        for one, item in zip(predicted, plans, strict=True)
    )
    if _median_factor(predicted, plans) > MAX_MEDIAN_FACTOR:
        why = f"{source} were tried and do not fit together"
        unchanged = replace(assumed, source=f"{assumed.source} ({why})")
        return Calibration(constants=unchanged, plan_count=len(plans))
    measured = sum(item.time_ms for item in plans)
    return Calibration(
        constants=replace(best, basis=Basis.MEASURED, source=source),
        plan_count=len(plans),
        median_error_ratio=errors[len(errors) // 2],
        total_error_ratio=sum(predicted) / max(measured, 1e-9) - 1.0,
    )


def _median_factor(predicted_ms: Sequence[float], plans: Sequence[TimedPlan]) -> float:
    """How many times too much or too little half of the predictions are at least."""
    pairs = [
        (max(one, _LEAST_US / 1000), max(item.time_ms, _LEAST_US / 1000))
        for one, item in zip(predicted_ms, plans, strict=True)
    ]
    return median(max(a, b) / min(a, b) for a, b in pairs)


def _speedups(plans: Sequence[TimedPlan]) -> tuple[float, ...]:
    parallel = any(
        node.node_type.startswith("Gather")
        for item in plans
        for node in item.plan.root.walk()
    )
    return _SPEEDUPS if parallel else (ASSUMED.parallel_speedup,)


def _fit_with(
    plans: Sequence[TimedPlan],
    around: Surroundings,
    assumed: TimeConstants,
    speedup: float,
) -> tuple[TimeConstants, float]:
    works = [summed(plan_work(item.plan, around), speedup) for item in plans]
    times = [item.time_ms * 1000 for item in plans]
    constants, error = _fit_machine(works, times, assumed)
    return replace(constants, parallel_speedup=speedup), error


def _held_out(
    plans: Sequence[TimedPlan],
    around: Surroundings,
    assumed: TimeConstants,
    speedup: float,
) -> list[float]:
    """Milliseconds for each plan, by constants fitted to the other folds."""
    works = [summed(plan_work(item.plan, around), speedup) for item in plans]
    folds = min(FOLDS, len(plans))
    result = [0.0] * len(plans)
    for fold in range(folds):
        inside = [i for i in range(len(plans)) if i % folds != fold]
        constants, _ = _fit_machine(
            [works[i] for i in inside],
            [plans[i].time_ms * 1000 for i in inside],
            assumed,
        )
        for i in range(fold, len(plans), folds):
            result[i] = time_us(works[i], constants.us_per_part) / 1000
    return result


def _fit_machine(
    works: Sequence[Work], times_us: Sequence[float], assumed: TimeConstants
) -> tuple[TimeConstants, float]:
    """First how fast the machine is as a whole, then what differs from that."""
    ratios = sorted(
        time / max(time_us(work, assumed.us_per_part), 1.0)
        for work, time in zip(works, times_us, strict=True)
    )
    speed = ratios[len(ratios) // 2]
    scaled = {part: us * speed for part, us in assumed.us_per_part.items()}
    return fit(works, times_us, replace(assumed, us_per_part=scaled))


def fit(
    works: Sequence[Work], times_us: Sequence[float], assumed: TimeConstants
) -> tuple[TimeConstants, float]:
    """Constants for some work and its times in microseconds, and the sum of errors."""
    first = np.array([assumed.us_per_part.get(part, 0.0) for part in PARTS])
    scales = np.maximum(np.array(times_us), _LEAST_US)
    amounts = np.array([[work.get(part, 0.0) for part in PARTS] for work in works])
    shares = amounts * first / scales[:, None]
    wanted = np.array(times_us) / scales
    factors = np.ones(len(PARTS))
    for _ in range(_ROUNDS):
        predicted = np.maximum(shares @ factors, _LEAST)
        # Half the time is as wrong as twice the time.
        left = np.abs(predicted - wanted) / np.sqrt(
            predicted * np.maximum(wanted, _LEAST)
        )
        weights = 1.0 / (predicted * np.maximum(left, _SMALL_ERROR))
        factors = _least_squares(shares, wanted, weights, factors)
    fitted = dict(zip(PARTS, (first * factors).tolist(), strict=True))
    error = float(np.abs(shares @ factors - wanted).sum())
    return replace(assumed, us_per_part=fitted), error


def _least_squares(
    shares: Matrix, wanted: Matrix, weights: Matrix, start: Matrix
) -> Matrix:
    """Factors of the constants by coordinate descent, within their limits."""
    count = len(start)
    square = (shares.T * weights) @ shares + PRIOR_WEIGHT * np.eye(count)
    linear = (shares.T * weights) @ wanted + PRIOR_WEIGHT
    factors = start.copy()
    for _ in range(_SWEEPS):
        before = factors.copy()
        for j in range(count):
            rest = linear[j] - square[j] @ factors + square[j, j] * factors[j]
            factors[j] = min(max(rest / square[j, j], _LEAST), _MOST)
        if np.allclose(factors, before, rtol=1e-7):
            break
    return factors
