"""Measured proof: what a change really did to the time of statements, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analyzer.domain.index import RelationName
from analyzer.domain.workload import NotSeen, ParameterSet


class ProofVerdict(StrEnum):
    """What measuring said of a recommendation."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


class Effect(StrEnum):
    """What a change did to one statement with one set of values."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "no material change"
    UNCLEAR = "unclear"


class Ground(StrEnum):
    """What was measured on."""

    CLONE = "a clone"
    GENERATED = "generated data"
    ROLLED_BACK = "a rolled-back transaction"


class Temperature(StrEnum):
    """Whether the pages were in memory."""

    WARM = "warm"
    COLD = "cold"


_BY_READS = {Effect.FASTER: "reads less", Effect.SLOWER: "reads more"}


def effect_in_words(effect: Effect, temperature: Temperature) -> str:
    """An effect for people; that of cold runs is told by blocks, not by their times.

    >>> effect_in_words(Effect.FASTER, Temperature.COLD)
    'reads less'
    """
    cold = temperature is Temperature.COLD
    return _BY_READS.get(effect, effect.value) if cold else effect.value


class TimeBasis(StrEnum):
    """Which clock a comparison stands on.

    Processor time of the server process does not count waiting for the processor, so
    it stands a busy machine; it cannot be seen on a server elsewhere. Statements of a
    few milliseconds are hardly ever interrupted, and PostgreSQL's own time is finer.
    """

    CPU = "processor time"
    EXECUTION = "execution time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Bounds of an estimate; ``level`` is the confidence, 0 to 1."""

    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSummary:
    """The runs of one side, before or after.

    ``execution_ms`` is the median of PostgreSQL's execution time, ``cpu_ms`` that of
    the processor time of its process (none where it cannot be seen). Blocks are
    medians too; ``touched_blks`` are found in memory or read. A run that reached the
    time limit counts as the limit, and is counted in ``timed_out_count``.
    """

    run_count: int
    execution_ms: float
    execution_interval: Interval
    cpu_ms: float | None
    touched_blks: int
    read_blks: int
    temp_blks: int
    timed_out_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMeasurement:
    """One statement with one set of values, before and after.

    ``time_ratio`` is the median of after / before over pairs of neighbouring runs,
    with its interval (order statistics); below 1 is faster. ``saved_ms`` is a call's.
    """

    name: str
    fingerprint: str
    parameters: str
    temperature: Temperature
    before: SideSummary
    after: SideSummary
    basis: TimeBasis
    time_ratio: float
    time_ratio_interval: Interval
    effect: Effect
    weight: float = 1.0

    @property
    def saved_ms(self) -> float:
        """Time of a call that the change saves; negative where it costs."""
        if self.basis is TimeBasis.CPU:
            return (self.before.cpu_ms or 0.0) - (self.after.cpu_ms or 0.0)
        return self.before.execution_ms - self.after.execution_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSide:
    """One side of a writing statement: medians over its rolled-back runs.

    ``hot_ratio`` is the share of updated rows that were HOT (heap-only tuples), none
    where no row was updated.
    """

    run_count: int
    execution_ms: float
    touched_blks: int
    wal_bytes: int
    rows: int
    hot_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMeasurement:
    """What a change did to one INSERT, UPDATE, DELETE or MERGE of the workload."""

    name: str
    fingerprint: str
    parameters: str
    before: WriteSide
    after: WriteSide
    time_ratio: float
    time_ratio_interval: Interval
    effect: Effect
    weight: float = 1.0

    @property
    def saved_ms(self) -> float:
        """Time of a call that the change saves; negative where it costs."""
        return self.before.execution_ms - self.after.execution_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How near generated data comes to the database it stands for.

    Attributes:
        row_ratio: rows generated / rows of the database, 0 to 1.
        statement_count: statements planned on both sides.
        same_plan_count: of these, with the same join order and access paths.
        cost_ratio_median: median over the statements of the larger cost / the smaller.
        column_count: columns whose statistics were compared.
        like_column_count: of these, within the tolerance.
        differing: what is unlike, in words.
        assumptions: what was assumed since statistics do not tell it.
    """

    row_ratio: float
    statement_count: int = 0
    same_plan_count: int = 0
    cost_ratio_median: float | None = None
    column_count: int = 0
    like_column_count: int = 0
    differing: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where it was measured; ``memory_bytes`` and the names are of our machine."""

    system: str
    processor: str
    processor_count: int
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringEnvironment:
    """What every number of a measurement depends on.

    ``machine`` is where the server runs, none where that is not here. ``load_before``
    and ``load_after`` are the load averages of one minute of the measuring machine.
    """

    ground: Ground
    server_version: str
    settings: Mapping[str, str]
    started_at: datetime
    finished_at: datetime
    machine: Machine | None = None
    load_before: float | None = None
    load_after: float | None = None
    sees_cpu: bool = False
    likeness: Likeness | None = None
    row_counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredStatement:
    """A statement to measure: its text, its values, how often it runs.

    ``rewritten`` is the text that stands for it after the change, none for the same.
    Without parameter sets it runs once, as it is. ``locks_rows`` is a SELECT FOR UPDATE
    or its kin, which cannot run in a read-only transaction.
    """

    name: str
    query: str
    fingerprint: str = ""
    parameter_sets: tuple[ParameterSet, ...] = ()
    weight: float = 1.0
    writes: bool = False
    locks_rows: bool = False
    rewritten: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChange:
    """What is done between before and after; at least one of the three.

    ``create`` are CREATE INDEX statements, ``drop`` names of existing indexes. A
    rewrite is told by the statements themselves.
    """

    create: tuple[str, ...] = ()
    drop: tuple[RelationName, ...] = ()
    describes: str = ""

    def __str__(self) -> str:
        drops = tuple(f"without index {name}" for name in self.drop)
        return self.describes or "; ".join((*self.create, *drops))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The proof of one change.

    Attributes:
        change: what was changed, in words or SQL.
        verdict: whether it pays.
        reason: one sentence that says why.
        environment: what the numbers depend on.
        statements: those whose plan changed, regressions first.
        writes: those of the workload on the touched tables.
        unchanged: names of statements whose plan is the same before and after, so
            that they were not run.
        saved_ratio: share of the measured time of the changed statements that is
            saved, weighted; negative where it costs; none where nothing changed.
        saved_ratio_interval: by bootstrap over the pairs of runs, seeded.
        index_bytes: sizes of the indexes that were built, in bytes, by DDL.
        build_ms: how long they took to build.
        not_seen: what could not be measured, and why.
    """

    change: str
    verdict: ProofVerdict
    reason: str
    environment: MeasuringEnvironment
    statements: tuple[StatementMeasurement, ...] = ()
    writes: tuple[WriteMeasurement, ...] = ()
    unchanged: tuple[str, ...] = ()
    saved_ratio: float | None = None
    saved_ratio_interval: Interval | None = None
    index_bytes: Mapping[str, int] = field(default_factory=dict)
    build_ms: float = 0.0
    not_seen: tuple[NotSeen, ...] = ()

    @property
    def regressions(self) -> tuple[StatementMeasurement, ...]:
        """Statements that the change made slower."""
        return tuple(item for item in self.statements if item.effect is Effect.SLOWER)
