"""Pairs of neighbouring runs, before and after, until what they say is clear."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from analyzer.domain.measurement import (
    Effect,
    MeasuredStatement,
    SideSummary,
    StatementMeasurement,
    Temperature,
    TimeBasis,
)
from analyzer.domain.workload import ParameterSet
from analyzer.verification.bench import Bench
from analyzer.verification.intervals import median_interval
from analyzer.verification.runs import Run, Session, run
from analyzer.verification.verdict import (
    CLEAR_FACTOR,
    MIN_PAIRS,
    Comparison,
    agreed,
    compare,
)

SHORT_MS = 5.0
"""Below this PostgreSQL's own time is the better clock: a run this short is hardly ever
interrupted, while the processor's time includes parsing and planning."""

MAX_PAIRS = 40
BUDGET_MS = 15_000.0
"""Time for the pairs of one statement; two pairs are run in any case."""

LONG_MS = 2_000.0
"""Of a pair this long the first runs count too: caches matter little to it."""

MUCH_SLOWER = 5.0
SHORTEST_LIMIT_MS = 2_000
"""A run after the change is given up when it takes this many times the one before."""

COLD_PAIRS = 2
AS_WRITTEN = "as written"


@dataclass(slots=True, kw_only=True)
class Contest:
    """One statement with one set of values, and its runs on both sides."""

    statement: MeasuredStatement
    parameters: ParameterSet | None
    planning_cpu_ms: tuple[float, float] = (0.0, 0.0)
    before: list[Run] = field(default_factory=list)
    after: list[Run] = field(default_factory=list)
    cold_before: list[Run] = field(default_factory=list)
    cold_after: list[Run] = field(default_factory=list)
    spent_ms: float = 0.0
    first_ms: float = 0.0

    @property
    def values(self) -> tuple[str | None, ...]:
        """Values of the parameters."""
        return self.parameters.values if self.parameters else ()

    @property
    def label(self) -> str:
        """Which set of values it is."""
        return self.parameters.label if self.parameters else AS_WRITTEN

    def text(self, *, after: bool) -> str:
        """The statement's text on that side."""
        if after and self.statement.rewritten is not None:
            return self.statement.rewritten
        return self.statement.query

    @property
    def weight(self) -> float:
        """Calls that this set of values stands for."""
        sets = self.statement.parameter_sets
        if self.parameters is None or not sets:
            return self.statement.weight
        total = sum(item.weight for item in sets)
        return self.statement.weight * self.parameters.weight / total

    @property
    def basis(self) -> TimeBasis:
        """The better clock for runs as long as these."""
        runs = (*self.before, *self.after)
        if any(item.cpu_ms is None for item in runs):
            return TimeBasis.EXECUTION
        short = max(
            median(item.execution_ms for item in self.before),
            median(item.execution_ms for item in self.after),
        )
        return TimeBasis.EXECUTION if short < SHORT_MS else TimeBasis.CPU

    def pairs(self, basis: TimeBasis | None = None) -> list[tuple[float, float]]:
        """Times before and after of neighbouring runs, in milliseconds."""
        chosen = basis or self.basis
        return [
            (_time(a, chosen), _time(b, chosen))
            for a, b in zip(self.before, self.after, strict=True)
        ]

    def comparison(self) -> Comparison:
        """What the pairs say so far, agreed by both clocks."""
        if self.timed_out:
            return self._censored()
        by_time = compare(self.pairs())
        by_clock = compare(self.pairs(TimeBasis.EXECUTION))
        effect = agreed(by_time, by_clock)
        return Comparison(ratio=by_time.ratio, interval=by_time.interval, effect=effect)

    @property
    def is_untold(self) -> bool:
        """Whether runs on both sides were given up, so that nothing is known."""
        return all(item.timed_out for item in (*self.before, *self.after))

    @property
    def timed_out(self) -> bool:
        """Whether a run was given up."""
        return any(item.timed_out for item in (*self.before, *self.after))

    def _censored(self) -> Comparison:
        """What is known where a run was given up: at least so long."""
        found = compare(self.pairs(TimeBasis.EXECUTION))
        before = all(item.timed_out for item in self.before)
        after = all(item.timed_out for item in self.after)
        effect = Effect.UNCLEAR
        if before and not after and found.ratio < 1 / CLEAR_FACTOR:
            effect = Effect.FASTER
        elif after and not before and found.ratio > CLEAR_FACTOR:
            effect = Effect.SLOWER
        return Comparison(ratio=found.ratio, interval=found.interval, effect=effect)

    def limit_ms(self, session: Session, *, after: bool) -> int:
        """How long a run of that side may take."""
        if not after or not self.first_ms:
            return session.limit_ms
        enough = max(int(self.first_ms * MUCH_SLOWER), SHORTEST_LIMIT_MS)
        return min(session.limit_ms, enough)

    def is_done(self) -> bool:
        """Whether more runs would not change what is said, or cost too much."""
        count = len(self.before)
        if count >= MAX_PAIRS or (count and self.timed_out):
            return True
        if self.spent_ms > BUDGET_MS and count >= 2:
            return True
        if count < MIN_PAIRS:
            return False
        return self.comparison().effect is not Effect.UNCLEAR

    def measured(self) -> StatementMeasurement:
        """What the warm runs came to."""
        found = self.comparison()
        return StatementMeasurement(
            name=self.statement.name,
            fingerprint=self.statement.fingerprint,
            parameters=self.label,
            temperature=Temperature.WARM,
            before=summary(self.before),
            after=summary(self.after),
            basis=self.basis,
            time_ratio=found.ratio,
            time_ratio_interval=found.interval,
            effect=found.effect,
            weight=self.weight,
        )

    def measured_cold(self) -> StatementMeasurement | None:
        """What the cold runs came to; their effect is told by blocks read."""
        if not self.cold_before or not self.cold_after:
            return None
        pairs = [
            (a.execution_ms, b.execution_ms)
            for a, b in zip(self.cold_before, self.cold_after, strict=True)
        ]
        found = compare(pairs)
        before, after = summary(self.cold_before), summary(self.cold_after)
        return StatementMeasurement(
            name=self.statement.name,
            fingerprint=self.statement.fingerprint,
            parameters=self.label,
            temperature=Temperature.COLD,
            before=before,
            after=after,
            basis=TimeBasis.EXECUTION,
            time_ratio=found.ratio,
            time_ratio_interval=found.interval,
            effect=_by_reads(before, after),
            weight=self.weight,
        )


def summary(runs: Sequence[Run]) -> SideSummary:
    """Medians of some runs."""
    times = [item.execution_ms for item in runs]
    cpu = [item.cpu_ms for item in runs if item.cpu_ms is not None]
    return SideSummary(
        run_count=len(runs),
        execution_ms=median(times),
        execution_interval=median_interval(times),
        cpu_ms=median(cpu) if len(cpu) == len(runs) else None,
        touched_blks=int(median(item.touched_blks for item in runs)),
        read_blks=int(median(item.read_blks for item in runs)),
        temp_blks=int(median(item.temp_blks for item in runs)),
        timed_out_count=sum(item.timed_out for item in runs),
    )


def measure_pairs(
    bench: Bench, session: Session, contests: Sequence[Contest]
) -> Iterator[float]:
    """Run all contests in turns until each is done; yields the share done.

    A round takes one pair of each statement, so that its pairs are spread over the
    whole time, and the side that comes first alternates.
    """
    for number, contest in enumerate(contests):
        yield 0.3 * number / len(contests)
        _run_first(bench, session, contest)
    waiting = [contest for contest in contests if not contest.is_done()]
    turn = 0
    while waiting:
        for contest in waiting:
            order = (False, True) if turn % 2 == 0 else (True, False)
            for after in order:
                into = contest.after if after else contest.before
                _run_side(bench, session, contest, after=after, into=into)
            yield 1 - 0.7 * len(waiting) / len(contests)
        waiting = [contest for contest in waiting if not contest.is_done()]
        turn += 1


def measure_cold(bench: Bench, session: Session, contests: Sequence[Contest]) -> bool:
    """Run each contest with nothing in memory; False where that cannot be done."""
    for contest in contests:
        for _ in range(COLD_PAIRS):
            for after in (False, True):
                if not bench.cool():
                    return False
                writes = contest.statement.locks_rows
                with bench.entered(after=after, writes=writes):
                    into = contest.cold_after if after else contest.cold_before
                    into.append(_once(session, contest, after=after))
    return True


def _run_first(bench: Bench, session: Session, contest: Contest) -> None:
    """The first pair fills the caches; it counts only where it is long."""
    _run_side(bench, session, contest, after=False, into=contest.before)
    contest.first_ms = contest.before[0].execution_ms
    _run_side(bench, session, contest, after=True, into=contest.after)
    if contest.spent_ms < LONG_MS and not contest.timed_out:
        contest.before.clear()
        contest.after.clear()


def _run_side(
    bench: Bench, session: Session, contest: Contest, *, after: bool, into: list[Run]
) -> None:
    started = time.monotonic()
    with bench.entered(after=after, writes=contest.statement.locks_rows):
        for _ in range(bench.runs_per_entry):
            into.append(_once(session, contest, after=after))
            if into[-1].timed_out:
                break
    contest.spent_ms += (time.monotonic() - started) * 1000
    _even(contest)


def _once(session: Session, contest: Contest, *, after: bool) -> Run:
    found = run(
        session,
        contest.text(after=after),
        contest.values,
        limit_ms=contest.limit_ms(session, after=after),
    )
    if found.cpu_ms is None or found.timed_out:
        return found
    cpu_ms = max(found.cpu_ms - contest.planning_cpu_ms[after], 0.0)
    return replace(found, cpu_ms=cpu_ms)


def _even(contest: Contest) -> None:
    """Keep the sides of one length where a run that timed out ended an entry early."""
    if (
        contest.before
        and contest.after
        and any(item.timed_out for item in (*contest.before, *contest.after))
    ):
        count = min(len(contest.before), len(contest.after))
        del contest.before[count:], contest.after[count:]


def _time(item: Run, basis: TimeBasis) -> float:
    if basis is TimeBasis.CPU and item.cpu_ms is not None:
        return item.cpu_ms
    return item.execution_ms


def _by_reads(before: SideSummary, after: SideSummary) -> Effect:
    """A cold run is as long as it reads; its time alone is too noisy."""
    low, high = sorted((before.read_blks + 1, after.read_blks + 1))
    if high - low < _FEW_BLKS or high < low * 1.25:
        return Effect.SAME
    return Effect.FASTER if after.read_blks < before.read_blks else Effect.SLOWER


_FEW_BLKS = 16
