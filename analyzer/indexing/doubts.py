"""Which gains a scan believes: a planner's word alone is not enough to speak up.

A scan speaks unasked, of statements whose values are drawn or sampled, so it counts a
gain only where most of the values have it, and where it does not hang on reading a
large part of the table by the index. ``pgproof indexes``, which is asked for a set, has
no such doubts: it shows each statement's cost before and after instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan
from analyzer.indexing.benefit import StatementCost
from analyzer.indexing.breadth import is_broad


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthThresholds:
    """When an index is worth a recommendation; all are ratios.

    Attributes:
        min_saved_ratio: of the workload's time, net of what writers pay.
        min_statement_gain_ratio: of what at least one statement costs beside the other
            members.
        min_parameter_ratio: weight of the parameter sets that must gain, so that one
            lucky value proves nothing.
        min_parameter_gain_ratio: what counts as a gain for one set.
        min_broad_gain_ratio: the same where the plan reads a fifth of the table by it.
        min_potential_ratio: a statement that all its candidates together would save
            less than this suggests none.
        min_include_saved_ratio: of the workload's time, from which INCLUDE is worth it.
        plain_enough_ratio: one without INCLUDE is preferred if it brings this part of
            what the wide one does; the rest hangs on the visibility map, and every
            writer pays for the columns.
    """

    min_saved_ratio: float = 0.002
    min_statement_gain_ratio: float = 0.2
    min_parameter_ratio: float = 0.5
    min_parameter_gain_ratio: float = 0.1
    min_broad_gain_ratio: float = 0.75
    min_potential_ratio: float = 0.05
    min_include_saved_ratio: float = 0.01
    plain_enough_ratio: float = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Judges gains.

    ``rows`` are those of each table; a statement that costs no more than
    ``few_pages_cost`` as it is has nothing to gain.
    """

    thresholds: WorthThresholds
    rows: Mapping[RelationName, float]
    few_pages_cost: float = 0.0

    def gain_ratio(self, before: StatementCost, after: StatementCost) -> float:
        """Share of a statement's cost saved; 0 where only a lucky value would gain."""
        if before.cost <= self.few_pages_cost:
            return 0.0
        if self.improved_ratio(before, after) < self.thresholds.min_parameter_ratio:
            return 0.0
        return 1.0 - after.cost / before.cost

    def improved_ratio(self, before: StatementCost, after: StatementCost) -> float:
        """Weight of the parameter sets that gain noticeably."""
        return after.improved_ratio(before, self._min_gain_ratio)

    def _min_gain_ratio(self, plan: Plan) -> float:
        """What counts as a gain of one plan: more where it reads much by the index."""
        if is_broad(plan, self.rows):
            return self.thresholds.min_broad_gain_ratio
        return self.thresholds.min_parameter_gain_ratio
