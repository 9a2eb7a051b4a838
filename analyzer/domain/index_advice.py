"""One set of indexes for a workload, and what is known about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.recommendation import Basis
from analyzer.domain.workload import NotSeen


class Objective(StrEnum):
    """What a set is chosen for: predicted time, or the planner's cost."""

    TIME = "time"
    COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedQuery:
    """A query that an index serves.

    ``share_ratio`` is its part of what the index saves over the workload, 0 to 1.
    """

    name: str
    share_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeDoubt:
    """Between which sizes an index lies, where columns may depend on one another.

    ``why`` says what is not known or was assumed, ``settled_by`` is the DDL after which
    a new snapshot knows.
    """

    least_bytes: int
    most_bytes: int
    why: str
    settled_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedIndex:
    """An index to build.

    Attributes:
        definition: what it is made of.
        ddl: CREATE INDEX CONCURRENTLY with a name.
        size_bytes: expected, right after it is built.
        size_doubt: why that is not certain, if it is not.
        build_s: seconds to build it, a rough estimate.
        write_overhead_ratio: bytes written to it for each byte written to its table.
        hot_updates_lost: updates of the window that would no longer be HOT.
        saved_ratio: its part of all that the set saves, 0 to 1.
        queries: what it serves, the largest share first.
        makes_redundant: existing indexes that it does the work of.
        why_this_order: of its key columns.
        why_not_narrower: what the last column or INCLUDE brings.
    """

    definition: IndexDefinition
    ddl: str
    size_bytes: int
    build_s: float
    write_overhead_ratio: float
    hot_updates_lost: float
    saved_ratio: float
    queries: tuple[ServedQuery, ...]
    makes_redundant: tuple[RelationName, ...] = ()
    why_this_order: str = ""
    why_not_narrower: str = ""
    size_doubt: SizeDoubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedDrop:
    """An existing index that is not worth what it costs.

    ``cost_rise_ratio`` is what the workload loses without it, by the objective.
    """

    index: RelationName
    ddl: str
    restore_ddl: str
    size_bytes: int
    reason: str
    cost_rise_ratio: float
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOutcome:
    """A query without and with the set; planner cost, and milliseconds of one call.

    Attributes:
        name: file, label or fingerprint.
        weight: how often it counts.
        before: planner cost with the indexes that exist.
        after: planner cost with the set.
        before_ms: predicted or measured time.
        after_ms: predicted time.
        risk: why it may get slower; empty where nothing hints at it.
        uses: DDL names of the proposed indexes its plan uses.
        why_no_gain: where it gains nothing.
    """

    name: str
    weight: float
    before: float
    after: float
    before_ms: float
    after_ms: float
    risk: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    why_no_gain: str = ""

    @property
    def ratio(self) -> float:
        """Cost after over cost before."""
        return self.after / self.before if self.before > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedQuery:
    """A query that takes no part, and why."""

    query: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasis:
    """What predicted times stand on.

    ``median_error_ratio`` and ``total_error_ratio`` are of held-out plans, none where
    nothing was measured. The total's is signed: predicted less measured, over measured.
    """

    basis: Basis
    source: str
    plan_count: int = 0
    median_error_ratio: float | None = None
    total_error_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAdvice:
    """A planner setting that does not fit the machine or the workload."""

    name: str
    now: str
    better: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdvice:
    """The answer of the index advisor.

    Attributes:
        objective: what the set was chosen for.
        indexes: to build, the largest saving first.
        drops: existing indexes to drop.
        cost_before: planner cost of the workload by the weights of its queries.
        cost_after: the same with the set.
        bound: the least the objective could be within the limits, by the solver; in
            planner cost, or in milliseconds where the objective is time.
        floor: the same without limits.
        time_before_ms: predicted or measured time of the workload.
        time_after_ms: predicted.
        what_if_calls: questions to the planner.
        queries: losers first.
        skipped: queries that take no part.
        complete: whether the search ended by itself, not by a limit.
        planner_source: who made the plans.
        time_basis: what times stand on.
        settings: advice on planner settings.
        caveats: what holds for the whole answer.
    """

    objective: Objective
    indexes: tuple[ProposedIndex, ...]
    drops: tuple[ProposedDrop, ...]
    cost_before: float
    cost_after: float
    bound: float
    floor: float
    time_before_ms: float
    time_after_ms: float
    what_if_calls: int
    queries: tuple[QueryOutcome, ...]
    skipped: tuple[SkippedQuery, ...]
    complete: bool
    planner_source: str
    time_basis: TimeBasis
    budget_bytes: int | None = None
    settings: tuple[SettingAdvice, ...] = ()
    not_seen: tuple[NotSeen, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Expected size of all proposed indexes."""
        return sum(index.size_bytes for index in self.indexes)

    @property
    def geometric_mean_ratio(self) -> float:
        """Geometric mean of the queries' cost ratios; each query counts once."""
        ratios = [max(query.ratio, 1e-9) for query in self.queries if query.before > 0]
        if not ratios:
            return 1.0
        return math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))
