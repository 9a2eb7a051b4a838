"""What configurations bring to each statement and cost the writers, remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration, WorkloadCosts, sort_key
from analyzer.indexing.breadth import is_broad
from analyzer.indexing.subjects import Prepared
from analyzer.indexing.writes import WritePrice, WritePrices


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchThresholds:
    """When an index is worth it; all are ratios.

    Attributes:
        min_saved_ratio: of the workload's time, net of what writers pay.
        min_statement_gain_ratio: of the present cost of at least one statement.
        min_parameter_ratio: weight of the parameter sets that must gain, so that one
            lucky value proves nothing.
        min_parameter_gain_ratio: what counts as a gain for one set.
        min_broad_gain_ratio: the same where the plan reads a fifth of the table by it.
        min_potential_ratio: a statement that all its candidates together would save
            less than this is not asked about again.
        near_equal_ratio: a narrower index is as good from this part of the net on.
        plain_enough_ratio: one without INCLUDE is preferred from this part on.
        min_kept_ratio: a member must bring this part of all that is saved.
    """

    min_saved_ratio: float = 0.002
    min_statement_gain_ratio: float = 0.2
    min_parameter_ratio: float = 0.5
    min_parameter_gain_ratio: float = 0.1
    min_broad_gain_ratio: float = 0.75
    min_potential_ratio: float = 0.05
    near_equal_ratio: float = 0.95
    plain_enough_ratio: float = 0.75
    min_kept_ratio: float = 0.01


class Gains:
    """Shares of the workload's time that sets of indexes save, net of their price."""

    def __init__(
        self,
        *,
        statements: Sequence[Prepared],
        costs: WorkloadCosts,
        prices: WritePrices,
        rows: Mapping[RelationName, float],
        thresholds: SearchThresholds,
    ) -> None:
        self.costs = costs
        self.statements = statements
        self.thresholds = thresholds
        self._prices = prices
        self._rows = rows
        self._sizes: dict[IndexDefinition, int] = {}
        self._gains: dict[tuple[Fingerprint, Configuration], float] = {}
        self._potentials: dict[Fingerprint, float] = {}
        self._concerned_by: dict[IndexDefinition, list[Prepared]] = {}
        self._left_under: tuple[Configuration, dict[Fingerprint, float]] | None = None

    def size_bytes(self, definition: IndexDefinition) -> int:
        """Estimated size, asked once."""
        if definition not in self._sizes:
            self._sizes[definition] = self.costs.size_bytes(definition)
        return self._sizes[definition]

    def price(self, definition: IndexDefinition) -> WritePrice:
        """What writers pay; a partial index takes part of the writes only."""
        rows_ratio = 1.0
        if definition.predicate:
            whole = self.size_bytes(replace(definition, predicate=""))
            part = self.size_bytes(definition)
            rows_ratio = min(1.0, part / whole) if whole else 1.0
        return self._prices.price(definition, rows_ratio)

    def statement_gain(self, item: Prepared, configuration: Configuration) -> float:
        """Share of a statement's cost saved, 0 where only a lucky value would gain."""
        relevant = frozenset(d for d in configuration if item.subject.concerns(d))
        key = (item.subject.fingerprint, relevant)
        if key not in self._gains:
            self._gains[key] = self._fresh_gain(item, relevant)
        return self._gains[key]

    def _fresh_gain(self, item: Prepared, configuration: Configuration) -> float:
        limits = self.thresholds
        if not configuration or self.potential(item) < limits.min_potential_ratio:
            return 0.0
        after = self.costs.under(item.subject, configuration)
        improved = after.improved_ratio(item.base, self.min_gain_ratio)
        if improved < limits.min_parameter_ratio:
            return 0.0
        return 1.0 - after.cost / item.base.cost

    def min_gain_ratio(self, plan: Plan) -> float:
        """What counts as a gain of one plan: more where it reads much by the index."""
        if is_broad(plan, self._rows):
            return self.thresholds.min_broad_gain_ratio
        return self.thresholds.min_parameter_gain_ratio

    def potential(self, item: Prepared) -> float:
        """Share of its cost a statement saves with all its candidates at once."""
        key = item.subject.fingerprint
        if key not in self._potentials:
            offered = self.costs.under(item.subject, item.candidates)
            self._potentials[key] = 1.0 - offered.cost / item.base.cost
        return self._potentials[key]

    def left(self, item: Prepared, current: Configuration) -> float:
        """Share of the workload's time that a statement could still save."""
        if self._left_under is None or self._left_under[0] != current:
            self._left_under = (current, {})
        known = self._left_under[1]
        key = item.subject.fingerprint
        if key not in known:
            rest = self.potential(item) - self.statement_gain(item, current)
            known[key] = item.subject.item.exec_time_ratio * max(0.0, rest)
        return known[key]

    def changed(self, current: Configuration, target: Configuration) -> list[Prepared]:
        """Statements that the step from one configuration to another concerns."""
        different = sorted(current ^ target, key=sort_key)
        found = {
            item.subject.fingerprint: item
            for definition in different
            for item in self.concerned(definition)
        }
        return list(found.values())

    def gain_change(
        self, item: Prepared, current: Configuration, target: Configuration
    ) -> float:
        """Change of the share of its cost a statement saves."""
        return self.statement_gain(item, target) - self.statement_gain(item, current)

    def concerned(self, definition: IndexDefinition) -> list[Prepared]:
        """Statements this index could help, and that something could help at all."""
        if definition not in self._concerned_by:
            self._concerned_by[definition] = [
                item
                for item in self.statements
                if item.subject.concerns(definition)
                and self.potential(item) >= self.thresholds.min_potential_ratio
            ]
        return self._concerned_by[definition]

    def price_change(self, current: Configuration, target: Configuration) -> float:
        """Change of what writers pay, as a share of the workload's time."""
        added = sum(self.price(d).exec_time_ratio for d in target - current)
        return added - sum(self.price(d).exec_time_ratio for d in current - target)

    def net(self, current: Configuration, target: Configuration) -> float:
        """What a step brings after what writers pay for it."""
        saved = sum(
            item.subject.item.exec_time_ratio * self.gain_change(item, current, target)
            for item in self.changed(current, target)
        )
        return saved - self.price_change(current, target)
