"""Intervals and verdicts: what is clear, what is not, and what a law must hold."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain.measurement import (
    Effect,
    Interval,
    ProofVerdict,
    SideSummary,
    StatementMeasurement,
    Temperature,
    TimeBasis,
)
from analyzer.verification.intervals import bootstrap_interval, median_interval
from analyzer.verification.verdict import (
    MIN_PAIRS,
    Comparison,
    Weighed,
    agreed,
    compare,
    judge,
)

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TIMES = st.lists(st.floats(0.01, 1e5), min_size=1, max_size=40)


@given(TIMES)
@CALM
def test_an_interval_holds_its_median_and_says_its_level(values: list[float]) -> None:
    found = median_interval(values)
    assert found.low <= median(values) <= found.high
    assert found.level >= 0.95 or len(values) < MIN_PAIRS


def test_the_level_is_that_of_order_statistics() -> None:
    chance, hits, rounds = random.Random(7), 0, 2000
    for _ in range(rounds):
        values = [chance.expovariate(1.0) for _ in range(15)]
        found = median_interval(values)
        hits += found.low <= 0.6931 <= found.high
    assert 0.95 <= hits / rounds <= 0.99


def test_a_bootstrap_repeats_itself_and_differs_by_seed() -> None:
    chance = random.Random(5)
    pairs = [(chance.random(), chance.random()) for _ in range(12)]

    def total(medians: object) -> float:
        return sum(a - b for a, b in medians)  # type: ignore[attr-defined]

    first = bootstrap_interval([pairs], total, 1)
    assert first == bootstrap_interval([pairs], total, 1)
    assert first != bootstrap_interval([pairs], total, 2)


@pytest.mark.parametrize(
    ("after", "effect"),
    [
        (0.5, Effect.FASTER),
        (0.79, Effect.FASTER),
        (0.9, Effect.SAME),
        (1.0, Effect.SAME),
        (1.2, Effect.SAME),
        (1.3, Effect.SLOWER),
        (8.0, Effect.SLOWER),
    ],
)
def test_an_effect_needs_a_fifth(after: float, effect: Effect) -> None:
    assert compare([(10.0, 10.0 * after)] * MIN_PAIRS).effect is effect


def test_noise_on_both_sides_of_the_bar_is_unclear() -> None:
    pairs = [(10.0, 10 * f) for f in (0.5, 0.6, 0.75, 0.85, 0.9, 1.1)]
    assert compare(pairs).effect is Effect.UNCLEAR


def test_a_load_that_slows_both_sides_of_a_pair_does_not_matter() -> None:
    loads = [1, 8, 2, 30, 1, 4]
    pairs = [(10.0 * load, 5.0 * load) for load in loads]
    assert compare(pairs).effect is Effect.FASTER


@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(1, 1e4)), min_size=6))
@CALM
def test_the_unit_does_not_matter(pairs: list[tuple[float, float]]) -> None:
    in_us = [(a * 1000, b * 1000) for a, b in pairs]
    assert compare(pairs).effect is compare(in_us).effect


def test_few_long_pairs_must_differ_by_two() -> None:
    assert compare([(9000.0, 100.0)] * 2).effect is Effect.FASTER
    assert compare([(9000.0, 6000.0)] * 2).effect is Effect.UNCLEAR
    assert compare([(100.0, 9000.0)] * 2).effect is Effect.SLOWER
    assert compare([(9000.0, 100.0)]).effect is Effect.UNCLEAR


def test_two_clocks_that_contradict_leave_it_unclear() -> None:
    faster = Comparison(
        ratio=0.5, interval=Interval(low=0.4, high=0.6), effect=Effect.FASTER
    )
    slower = Comparison(
        ratio=2, interval=Interval(low=1.9, high=2.1), effect=Effect.SLOWER
    )
    unclear = Comparison(
        ratio=1, interval=Interval(low=0.5, high=2), effect=Effect.UNCLEAR
    )
    assert agreed(faster, slower) is Effect.UNCLEAR
    assert agreed(faster, unclear) is Effect.FASTER


def statement(before: float, after: float) -> StatementMeasurement:
    found = compare([(before, after)] * MIN_PAIRS)
    return StatementMeasurement(
        name="s",
        fingerprint="",
        parameters="typical",
        temperature=Temperature.WARM,
        before=side(before),
        after=side(after),
        basis=TimeBasis.EXECUTION,
        time_ratio=found.ratio,
        time_ratio_interval=found.interval,
        effect=found.effect,
    )


def side(ms: float) -> SideSummary:
    return SideSummary(
        run_count=MIN_PAIRS,
        execution_ms=ms,
        execution_interval=Interval(low=ms, high=ms),
        cpu_ms=None,
        touched_blks=1,
        read_blks=0,
        temp_blks=0,
    )


def verdict(
    *times: tuple[float, float], weights: tuple[float, ...] = ()
) -> ProofVerdict:
    weighed = [
        Weighed(pairs=[pair] * MIN_PAIRS, weight=weights[n] if weights else 1.0)
        for n, pair in enumerate(times)
    ]
    return judge([statement(*pair) for pair in times], (), weighed, seed=1).verdict


def test_verdicts() -> None:
    assert verdict((10, 1)) is ProofVerdict.CONFIRMED
    assert verdict((10, 9.9)) is ProofVerdict.REFUTED
    assert verdict() is ProofVerdict.REFUTED
    assert verdict((10, 20)) is ProofVerdict.REFUTED


def test_an_unclear_statement_does_not_hide_that_all_save_little() -> None:
    noisy = [(10.0, 10 * f) for f in (0.6, 0.7, 0.75, 0.9, 1.0, 1.05)]
    steady = [(90.0, 89.0)] * MIN_PAIRS
    found = [statement(90, 89), statement(10, 9)]
    unclear = replace(found[1], effect=compare(noisy).effect)
    assert unclear.effect is Effect.UNCLEAR
    weighed = [Weighed(pairs=steady, weight=1), Weighed(pairs=noisy, weight=1)]
    judged = judge([found[0], unclear], (), weighed, seed=1)
    assert judged.verdict is ProofVerdict.REFUTED
    alone = judge([unclear], (), weighed[1:], seed=1)
    assert alone.verdict is ProofVerdict.INCONCLUSIVE


def test_a_gain_that_a_regression_eats_is_refuted_by_weight() -> None:
    both = ((10.0, 1.0), (10.0, 30.0))
    assert verdict(*both) is ProofVerdict.REFUTED
    assert verdict(*both, weights=(100.0, 1.0)) is ProofVerdict.CONFIRMED
