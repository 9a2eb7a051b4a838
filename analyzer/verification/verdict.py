"""From numbers to a verdict: what is clear, what pays, and what must not be advised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analyzer.domain.measurement import (
    Effect,
    Interval,
    ProofVerdict,
    StatementMeasurement,
    WriteMeasurement,
)
from analyzer.verification.intervals import bootstrap_interval, median_interval

MATERIAL = 0.20
"""A change of a statement's time below this share is not worth an index."""

MIN_PAIRS = 6
"""The fewest pairs whose extremes enclose the median with 95% (96.9%)."""

MIN_LONG_PAIRS = 2
CLEAR_FACTOR = 2.0
"""Of a statement too long for more pairs, every pair must differ by this factor."""

_SMALLEST_MS = 1e-4
"""Below PostgreSQL's clock; keeps a ratio of two idle times from being infinite."""

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The ratio after / before of one statement, and what it means."""

    ratio: float
    interval: Interval
    effect: Effect


def compare(pairs: Sequence[Pair], material: float = MATERIAL) -> Comparison:
    """What pairs of neighbouring runs say of a statement.

    A pair shares the machine's state of a moment, so its ratio stands a load that
    comes and goes. The effect is clear when the whole interval of the median ratio lies
    on one side of what is material.

    Args:
        pairs: times before and after, in the same unit, at least one.
        material: share of the time that matters, 0 to 1.
    """
    ratios = [max(b, _SMALLEST_MS) / max(a, _SMALLEST_MS) for a, b in pairs]
    interval = median_interval(ratios)
    if len(pairs) >= MIN_PAIRS:
        effect = _effect(interval, material)
    else:
        effect = _effect_of_few(ratios)
    return Comparison(ratio=median(ratios), interval=interval, effect=effect)


def _effect(interval: Interval, material: float) -> Effect:
    if interval.high < 1 - material:
        return Effect.FASTER
    # Slower by as much as it would have to be faster: 1.25 undoes 0.8.
    if interval.low > 1 / (1 - material):
        return Effect.SLOWER
    if interval.low >= 1 - material and interval.high <= 1 / (1 - material):
        return Effect.SAME
    return Effect.UNCLEAR


def _effect_of_few(ratios: Sequence[float]) -> Effect:
    """For statements too long to be run often: only what is beyond a factor of two."""
    if len(ratios) < MIN_LONG_PAIRS:
        return Effect.UNCLEAR
    if max(ratios) < 1 / CLEAR_FACTOR:
        return Effect.FASTER
    return Effect.SLOWER if min(ratios) > CLEAR_FACTOR else Effect.UNCLEAR


def agreed(by_time: Comparison, by_clock: Comparison) -> Effect:
    """The effect that two clocks agree on.

    Wall time is noisy on a busy machine, so it may be unclear; it may not say the
    opposite of the processor's time.
    """
    opposite = {Effect.FASTER, Effect.SLOWER}
    if {by_time.effect, by_clock.effect} == opposite:
        return Effect.UNCLEAR
    return by_time.effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The pairs of one statement with one set of values, and what its calls weigh."""

    pairs: Sequence[Pair]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on a change, why, and the share of time it saves."""

    verdict: ProofVerdict
    reason: str
    saved_ratio: float | None = None
    interval: Interval | None = None


def judge(
    statements: Sequence[StatementMeasurement],
    writes: Sequence[WriteMeasurement],
    weighed: Sequence[Weighed],
    seed: int,
) -> Judgement:
    """The verdict on a change.

    It is confirmed if a statement became materially faster and all changed statements
    together, writes included and weighted by calls, clearly take less time. It is
    refuted if none became faster, or all together clearly take no less; also if none is
    told to be faster and all together clearly save less than what is material.

    Args:
        statements: those whose plan changed.
        writes: writing statements on the touched tables.
        weighed: the pairs of all of them.
        seed: of the bootstrap.
    """
    if not statements:
        return Judgement(
            verdict=ProofVerdict.REFUTED,
            reason="the planner makes the same plans with and without it",
        )
    saved = _saved(
        [
            (median(a for a, _ in item.pairs), median(b for _, b in item.pairs))
            for item in weighed
        ],
        weighed,
    )
    interval = bootstrap_interval(
        [item.pairs for item in weighed], lambda pairs: _saved(pairs, weighed), seed
    )
    effects = [item.effect for item in statements]
    verdict, reason = _decide(effects, interval)
    return Judgement(
        verdict=verdict, reason=reason, saved_ratio=saved, interval=interval
    )


def _saved(pairs: Sequence[Pair], weighed: Sequence[Weighed]) -> float:
    before = sum(a * item.weight for (a, _), item in zip(pairs, weighed, strict=True))
    after = sum(b * item.weight for (_, b), item in zip(pairs, weighed, strict=True))
    return (before - after) / before if before > 0 else 0.0


def _decide(effects: Sequence[Effect], saved: Interval) -> tuple[ProofVerdict, str]:
    faster = effects.count(Effect.FASTER)
    slower = effects.count(Effect.SLOWER)
    if saved.high <= 0:
        return (
            ProofVerdict.REFUTED,
            "the changed statements together take longer than before",
        )
    if faster and saved.low > 0:
        tail = f", {slower} slower" if slower else ""
        return ProofVerdict.CONFIRMED, f"{faster} of {len(effects)} faster{tail}"
    if not faster and Effect.UNCLEAR not in effects:
        return ProofVerdict.REFUTED, f"none of {len(effects)} became materially faster"
    if not faster and saved.high < MATERIAL:
        share = f"{MATERIAL:.0%}"
        return (
            ProofVerdict.REFUTED,
            f"the changed statements together save clearly less than {share}",
        )
    if faster:
        return (
            ProofVerdict.INCONCLUSIVE,
            f"{faster} of {len(effects)} faster, but what is won and lost together is"
            " not clear",
        )
    return (
        ProofVerdict.INCONCLUSIVE,
        f"{effects.count(Effect.UNCLEAR)} of {len(effects)} could not be told from"
        " the noise",
    )
